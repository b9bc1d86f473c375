"""What was asked for with rights since lost, what two people or two clicks ask at once, and what no log or form may miss."""

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest

from childdb.store import Store
from childdb.web.pages import targets
from childdb.web.pages.import_ import safe_name
from childdb.web.safety import MAX_FORM
from childdb.workflow import people
from schemas.issues import Issue
from schemas.records import Record
from tests.store.people import file, record, sheet
from tests.web.browser import SAME
from tests.web.desk import NOW, Idle, Pages

HERE, THERE = ("03310", date(1900, 1, 1)), ("03301", date(1900, 1, 1))
UNIT = {HERE: "03256@2025-07-01", THERE: "03301@2025-07-01"}
BORN = date(2019, 3, 5)


def _in(place, made):
    where = {"commune_code": place[0], "commune_from": place[1]}
    residence = [{**made.facts["residence"][0], **where}]
    return Record({**made.identity, **where}, {**made.facts, "residence": residence})


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Two communes with a namesake each; a row of HERE waits because it may be one of them."""
    place = tmp_path_factory.mktemp("work")
    store = Store.init(str(place / "s.db"), place / "k", now=NOW)
    for home in (THERE, HERE):
        rows = [_in(home, record("Lò Văn An", born=BORN, mother=f"Lò Thị {home[0]}"))]
        said = sheet(rows)
        if home == HERE:
            waiting = replace(
                sheet([_in(HERE, record("Lò Văn An", born=BORN, mother="Lò Thị Ba"))]).rows[0],
                number=9, status="held_back", issues=(Issue("match_uncertain", "full_name"),),
                cells={"A": "9", "B": "Lò Văn An", "C": "ghi chú\ncó hai dòng"},
            )  # fmt: skip
            said = replace(said, rows=(*said.rows, waiting))
        store.write_import(
            file(replace(said, commune_code=home[0], commune_from=home[1]), name=f"{home[0]}.xlsx"),
            {},
            actor="thử",
            now=NOW,
        )
    store.close()
    return place


@pytest.fixture
def pages(filled, tmp_path):
    shutil.copytree(filled, tmp_path / "o")
    store = Store.open(str(tmp_path / "o" / "s.db"), tmp_path / "o" / "k")
    made = Pages(store)
    made.desk.worker = Idle()
    yield made
    store.close()


def _dropped(browser):
    browser.form("/people")  # for the token
    sent = browser.post("/import", {"_token": browser.token}, files={"files": ("x.xlsx", b"x")})
    return sent.headers["location"]


def test_a_row_is_not_let_in_as_a_child_of_another_commune(pages):
    lan = pages.who("lan", ["commune"], [UNIT[HERE]])
    (row,) = pages.store.held_rows()
    mine, other = ({i.fields["commune_code"]: i for i in pages.store.people()}[c[0]] for c in (HERE, THERE))
    shown = lan.get(f"/held/{row.id}").text
    assert f'name="same_as" value="{mine.identity}"' in shown and f'value="{other.identity}"' not in shown
    (look,) = people.access_log(pages.store, people.standing(pages.store, "lan").rights)
    assert look.rows == 2  # the row's own and the one who may be meant
    before = pages.store.last_batch()
    assert lan.form(f"/held/{row.id}/admit", same_as=str(other.identity)).status_code == 404
    assert pages.store.last_batch() == before
    assert lan.form(f"/held/{row.id}/admit", same_as=str(mine.identity)).status_code == 303


def test_every_look_at_a_childs_facts_is_noted_also_of_its_part_alone(pages):
    lan = pages.who("lan", ["district"])
    child = pages.store.people()[0].child
    part = {"hx-request": "true"}

    def looks():
        return len(people.access_log(pages.store, people.standing(pages.store, "lan").rights))

    assert lan.get(f"/child/{child}/facts", headers=part).status_code == 200
    assert looks() == 1
    lan.get(f"/child/{child}")
    lan.get(f"/child/{child}/facts", headers=part)  # one look: the page and what it fills in
    assert looks() == 2
    lan.get(f"/child/{child}/facts", headers=part)
    assert looks() == 3


def test_what_was_asked_for_with_rights_since_lost_is_not_there_and_not_done(pages):
    lan = pages.who("lan", ["commune"], [UNIT[HERE]])
    place = _dropped(lan)
    job = place.rsplit("/", 1)[1]
    assert lan.get(place).status_code == 200 and job in lan.get("/import").text
    people.set_roles(pages.store, "lan", ["commune"], [UNIT[THERE]], actor="x", now=NOW)
    for path in (place, f"/jobs/{job}", f"/jobs/{job}/state", f"{place}/returns.zip"):
        assert lan.get(path).status_code == 404, path
    assert lan.form(f"{place}/leave").status_code == 404 and lan.form(f"/jobs/{job}/again").status_code == 404
    assert job not in lan.get("/import").text and job not in lan.get("/").text
    pages.work()
    done = pages.desk.queue.read(job)
    assert done.state == "failed" and "không còn quyền" in done.vi
    people.set_active(pages.store, "lan", False, actor="x", now=NOW)
    pages.desk.queue.once_more(done, now=NOW)
    pages.work()
    assert "không còn quyền" in pages.desk.queue.read(job).vi


def test_who_has_the_login_of_the_one_at_the_computer_does_not_see_that_ones_work(pages):
    place = _dropped(pages.alone())  # of “phong”
    assert pages.who("phong", ["district"]).get(place).status_code == 404


def test_of_two_clicks_the_second_does_nothing(pages):
    queue = pages.desk.queue
    made = replace(queue.add("preview", "lan", {"files": []}, now=NOW), state="done")
    queue.write(made)
    assert queue.once_more(made, now=NOW, kind="import")
    assert not queue.once_more(made, now=NOW, kind="import")
    queue.write(replace(queue.read(made.id), state="running"))
    assert not queue.once_more(queue.read(made.id), now=NOW)


def test_an_upload_that_breaks_off_leaves_nothing(pages, monkeypatch):
    lan = pages.who("lan", ["district"])
    _dropped(lan)
    before = set(pages.desk.queue.folder.iterdir())
    monkeypatch.setattr("childdb.web.pages.reports._LARGEST", 10)
    large = lan.post("/reports/check", {"_token": lan.token}, files={"file": ("x.docx", b"x" * 100)})
    assert large.status_code == 400 and set(pages.desk.queue.folder.iterdir()) == before
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 2000)
    monkeypatch.setattr("childdb.web.pages.reports._LARGEST", 1000)
    monkeypatch.setattr("childdb.web.pages.reports._UNPACKED", 1000)
    small = lan.post("/reports/check", {"_token": lan.token}, files={"file": ("x.docx", bomb.getvalue())})
    assert len(bomb.getvalue()) < 1000 and small.status_code == 400 and set(pages.desk.queue.folder.iterdir()) == before
    left = pages.desk.queue.place(pages.desk.queue.new_id())  # by a power cut
    pages.desk.queue.sweep(NOW)
    assert left.exists()
    pages.desk.queue.sweep(NOW.now(NOW.tzinfo) + timedelta(hours=2))
    assert not left.exists()


def test_two_who_fetch_a_workbook_at_once_each_get_their_own(pages, monkeypatch):
    seen = []
    monkeypatch.setattr(
        targets, "write_workbook", lambda content, units, path: (seen.append(path), path.write_bytes(b"x"))
    )
    content = {"units": {}, "rows": {}, "as_of": "2026-03-05", "batch": pages.store.last_batch()}
    monkeypatch.setattr(targets, "known", lambda *_, **__: targets.Known(content, True, None))
    lan = pages.who("lan", ["district"])
    assert lan.get("/targets.xlsx").content == lan.get("/targets.xlsx").content == b"x"
    assert seen[0] != seen[1] and not any(p.exists() for p in seen)


@pytest.mark.parametrize(("path", "words"), [
    ("/held/{row}/admit", {"same_as": "²"}), ("/held/{row}/admit", {"same_as": "1 or 1"}),
    ("/duties/requests", {"kind": "view", "applicant": "ai", "child": "9" * 19}),
    ("/duties/incidents", {"what": "gì", "children": "-1"}),
    ("/import/{job}/files/0", {"list_date": "2024-99-99"}),
])  # fmt: skip
def test_what_is_no_number_or_day_is_refused_in_a_sentence(pages, path, words):
    lan = pages.who("lan", ["district"])
    job = replace(pages.desk.queue.read(_dropped(lan).rsplit("/", 1)[1]), state="done")
    pages.desk.queue.write(job)
    assert lan.form(path.format(row=pages.store.held_rows()[0].id, job=job.id), **words).status_code == 400
    assert lan.get("/held?from=²").status_code == 400


def test_a_long_vietnamese_file_name_fits_the_disk():
    name = safe_name("ệ" * 150 + ".xlsx")
    assert len(name.encode("utf-8")) <= 255 and name.endswith(".xlsx")


def test_an_untouched_cell_of_two_lines_is_no_correction(pages):
    lan = pages.who("lan", ["district"])
    (row,) = pages.store.held_rows()
    pages.desk.worker.wake = pages.work
    said = {"cell-A": "9", "cell-B": "Lò Văn An", "cell-C": "ghi chúcó hai dòng"}  # as a browser sends the line
    assert "Chưa sửa ô nào" in lan.done(f"/held/{row.id}/correct", **said).text


def test_a_reason_is_one_line(pages):
    lan = pages.who("lan", ["district"])
    lan.done("/find", name="an", reason="đi thăm\nLò Văn Bịa")
    (look,) = people.access_log(pages.store, people.standing(pages.store, "lan").rights)
    assert (look.reason, look.asked) == ("đi thăm Lò Văn Bịa", "an")


def test_a_stranger_sends_no_files(pages):
    pages.desk.local = None
    huge = {**SAME, "content-length": str(MAX_FORM + 1), "content-type": "multipart/form-data; boundary=x"}
    stranger = pages.who("lan", ["district"])
    stranger.cookies.clear()
    assert stranger.request("POST", "/login", headers=huge, content=b"").status_code == 413
