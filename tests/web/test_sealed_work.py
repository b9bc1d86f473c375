"""What the pages keep on the disk is sealed: what was dropped in, what came of it, and what is told of both."""

import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from childdb.store import models as m
from childdb.web import tasks
from childdb.web.jobs import Queue
from childdb.web.worker import work
from childdb.workflow import erasing
from childdb.workflow.disk import workshop
from childdb.workflow.keeping import Sealer
from schemas.errors import NotFound
from tests.web.conftest import Office
from tests.web.desk import NOW, Pages

CSV = """UBND XÃ NẶM LỊCH
DANH SÁCH TRẺ EM
Tính đến ngày 30 tháng 11 năm 2024
TT,Họ và tên,Ngày sinh,Giới tính,Dân tộc,Họ tên mẹ,Thôn (bản)
1,Lò Thị Kín,05/03/2019,Nữ,Thái,Lò Thị Sương,Bản Hón
2,Lò Văn Mật,31/02/2020,Nam,Thái,Lò Thị Sương,Bản Hón
"""
NAMES = ("Kín", "Mật", "Sương", "danh-sach-kin")


@pytest.fixture
def pages(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "now", lambda: NOW)
    office = Office(tmp_path)
    assert office.run("init") == 0
    store = office.opened()
    yield Pages(store)
    store.close()


def _in_the_clear(folder):
    """The files below FOLDER that bear a name, or are a workbook that anybody could open."""
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        readable = content.startswith((b"PK", b"\xd0\xcf")) or any(
            n.encode() in content or json.dumps(n).encode()[1:-1] in content for n in NAMES
        )
        found += [path] if readable or any(n in path.name for n in NAMES) else []
    return found


def test_nothing_that_was_dropped_in_or_made_of_it_stands_in_the_clear(pages, monkeypatch):
    seen, inside = [], tasks.TASKS["preview"]

    def watched(job, store, progress, place):
        seen.append((place.stat().st_mode & 0o77, [p.name for p in tasks.uploaded(place)]))
        return inside(job, store, progress, place)

    monkeypatch.setitem(tasks.TASKS, "preview", watched)
    folder, desk = pages.desk.folder, pages.alone()
    desk.form("/people")
    at_work, pages.desk.worker.wake = pages.desk.worker.wake, lambda: None
    sent = desk.post("/import", {"_token": desk.token}, files={"files": ("danh-sach-kin.csv", CSV.encode())})
    place = sent.headers["location"]
    assert _in_the_clear(folder) == []
    pages.desk.worker.wake = at_work
    pages.work()
    shown = desk.get(place).text
    assert "Lò Thị Kín" in shown and seen == [(0, ["danh-sach-kin.csv"])]
    assert _in_the_clear(folder) == []
    # a meaning that the page does not offer would be remembered for the sender's later lists
    for forged in (("heading-7", "thon ban", "column-7", "child_profile.x"), ("question-1", "x|y", "answer-1", "z")):
        assert desk.form(f"{place}/files/0", **dict([forged[:2], forged[2:]])).status_code == 400
    assert "Đã nhập 1 tệp" in desk.done(f"{place}/import").text
    returned = desk.get(f"{place}/returns.zip")
    (book,) = zipfile.ZipFile(io.BytesIO(returned.content)).namelist()
    assert "tra-lai-2026-03-05.zip" in returned.headers["content-disposition"]
    assert desk.get(f"{place}/returns/0").content.startswith(b"PK") and book == "danh-sach-kin.xlsx"
    assert _in_the_clear(folder) == [] and not (folder / "dang-lam").exists()
    job = place.rsplit("/", 1)[1]
    assert [p.name for p in pages.desk.queue.place(job).glob("in-*")] == []
    # so does what was read again, also where that ended in a fault
    row = pages.store.held_rows()[0].id
    refused = desk.done(f"/held/{row}/correct", **{"cell-Z": "Lò Văn Mật"})
    assert "Chưa sửa ô nào" in refused.text and _in_the_clear(folder) == []


def test_a_changed_key_opens_what_was_sealed_and_another_one_does_not(pages):
    queue, folder = pages.desk.queue, pages.desk.folder
    job = queue.add("preview", "lan", {"files": ["x"]}, now=NOW)
    queue.take_in(job.id, 0, io.BytesIO(b"content"))
    before = (folder / "khoa").read_bytes()
    pages.store.rotate_key(actor="x", now=NOW)
    store = type(pages.store).open(str(pages.store.url.database), pages.store.key_file)
    after = Queue(queue.folder, Sealer.of(store, folder))
    assert (folder / "khoa").read_bytes() != before
    assert after.read(job.id).words == job.words and after.sealer.read(after.place(job.id) / "in-0.age") == b"content"
    store.close()
    (folder / "khoa").write_bytes(b"of another store")
    lost = Queue(queue.folder, Sealer.of(pages.store, folder))
    assert lost.all() == []
    with pytest.raises(NotFound):
        lost.read(job.id)
    with pytest.raises(NotFound):
        lost.sealer.read(lost.place(job.id) / "in-0.age")
    lost.sweep(datetime.now(UTC) + timedelta(hours=2))
    assert not lost.place(job.id).exists()


def test_a_job_is_read_again_only_where_it_is_another_and_forgotten_with_its_folder(pages, monkeypatch):
    queue, opened = pages.desk.queue, []
    inside = queue.sealer.opened
    monkeypatch.setattr(queue.sealer, "opened", lambda text: (opened.append(text), inside(text))[1])
    job = queue.add("preview", "lan", {"files": ["Lò Thị Kín.csv"]}, now=NOW)
    assert queue.all() == queue.all() and len(opened) == 1
    queue.write(replace(job, state="done"))
    assert queue.read(job.id).state == "done" and len(opened) == 2
    shutil.rmtree(queue.place(job.id))  # as an erasure of another process does
    assert queue.all() == [] and not queue._read
    with pytest.raises(NotFound):
        queue.read(job.id)


def test_what_was_cut_short_or_changed_on_the_disk_is_not_there(pages):
    queue = pages.desk.queue
    job = replace(queue.add("report", "lan", {}, now=NOW), kept=["a.docx"])
    with workshop(pages.desk.folder / "x") as place:
        (place / "a.docx").write_bytes(b"a" * 1000)
        assert queue.keep(job, place) == ["a.docx"]
    assert queue.fetched(job, "a.docx") == b"a" * 1000
    file = queue.place(job.id) / "out-0.age"
    for content in (file.read_bytes()[:-7], b"", b"no age"):
        file.write_bytes(content)
        with pytest.raises(NotFound):
            queue.fetched(job, "a.docx")
    with pytest.raises(NotFound):
        queue.fetched(job, "../../k")


def test_what_was_made_while_a_child_was_erased_is_not_kept(pages, monkeypatch):
    def report(job, store, progress, place):
        (place / "bao-cao.docx").write_bytes(b"Lo Thi Kin")
        entry = json.dumps(erasing.Entry(2, 1, NOW.isoformat(), ("ab",)).plain()).encode()
        with store.writing() as connection:
            connection.execute(insert(m.setting).values(name="erased:2", value=entry))
        return {"file": "bao-cao.docx"}

    monkeypatch.setitem(tasks.TASKS, "report", report)
    job = pages.desk.queue.add("report", "lan", {}, now=NOW)
    work(pages.desk.queue, job, str(pages.store.url.database), pages.store.key_file)
    found = pages.desk.queue.read(job.id)
    assert found.state == "failed" and "vừa được xóa hẳn" in found.vi
    assert not list(pages.desk.queue.place(job.id).glob("out-*"))
