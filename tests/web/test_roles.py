"""Every page as every role: no row, field or count that the role may not see, and nothing done that it may not do.

Two communes with names, notes and counts that occur nowhere else. A page is every route of the application, with each
number that exists in its place; so a page added later is walked too, and by its own forms' fields.
"""

import re
import shutil
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO

import openpyxl
import pytest

from childdb.store import Store
from childdb.web import tasks
from childdb.web.app import all_pages
from childdb.workflow import duties
from schemas.issues import Issue
from schemas.records import Record
from tests.store.people import file, record, sheet
from tests.web.conftest import HEAD, ROWS, TITLE
from tests.web.desk import NOW, Pages
from tests.workbooks.case import book

HERE, THERE = ("03310", date(1900, 1, 1)), ("03301", date(1900, 1, 1))
TODAY = {HERE: "03256@2025-07-01", THERE: "03301@2025-07-01"}
WORDS = {  # what only a commune's own rows say
    HERE: ("Trăng", "Suối Đá", "ghi chú hồng", "tep-hong"),
    THERE: ("Sao", "Rừng Thông", "ghi chú xanh", "tep-xanh"),
}
COUNTS = {HERE: (53, 31), THERE: (67, 43)}  # children, rows held back; together 120 and 74
SEALED = "nhiễm HIV"
ROLES = {
    "collaborator": (("collaborator",), [TODAY[HERE]]),
    "commune": (("commune",), [TODAY[HERE]]),
    "sealed": (("commune", "sealed"), [TODAY[HERE]]),
    "district": (("district",), []),
    "province": (("province",), []),
    "analyst": (("analyst",), []),
    "administrator": (("administrator",), []),
}
NAMED = {
    "collaborator": {HERE},
    "commune": {HERE},
    "sealed": {HERE},
    "district": {HERE, THERE},
    "province": {HERE, THERE},
}
COUNTED = {**NAMED, "analyst": {HERE, THERE}}
DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _child(place, number):
    name, mother, *_ = WORDS[place]
    spoken = " ".join(DIGITS[int(d)].capitalize() for d in f"{number:02d}")
    made = record(f"Lò {spoken} {name}", born=date(2018, 1 + number % 12, 1 + number % 28), mother=f"{mother} {spoken}",
                  codes=("1.05",) if number == 0 else ())  # fmt: skip
    where = {"commune_code": place[0], "commune_from": place[1]}
    facts = {**made.facts, "residence": [{**made.facts["residence"][0], **where}]}
    return Record({**made.identity, **where}, facts)


def _reading(place, rows, name):
    filled = sheet(rows)
    # numbers of rows far from any count
    noted = tuple(replace(r, number=5000 + r.number, cells={"A": WORDS[place][2]}) for r in filled.rows)
    return file(replace(filled, commune_code=place[0], commune_from=place[1], rows=noted), name=name)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A district with two communes, a request, a breach, looks and a finished job of another person."""
    place = tmp_path_factory.mktemp("roles")
    store = Store.init(str(place / "s.db"), place / "k", now=NOW)
    for unit, (children, held) in COUNTS.items():
        rows = [_child(unit, n) for n in range(children)]
        rows += [Issue("sex_missing", "sex", value=WORDS[unit][0]) for _ in range(held)]
        reading = _reading(unit, rows, f"{WORDS[unit][3]}.xlsx")
        store.write_import(reading, {}, actor="thử", now=NOW)
    duties.add_request(store, "view", f"Mẹ {WORDS[THERE][0]}", received=NOW, actor="thử", now=NOW)
    duties.add_incident(store, "mất sổ", detected=NOW, actor="thử", now=NOW)
    store.note_use("thử", "find", f"đi thăm\n{WORDS[THERE][0]}", 1, now=NOW)
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(tasks, "now", lambda: NOW)
        clock.setattr(tasks, "today", NOW.date)
        first = Pages(store).alone()
        for path in ("/", "/targets", "/due", "/pairs"):  # what is computed once and shown to all, each the own part
            assert first.get(path).status_code == 200
    store.close()
    return place


# who sees most has least to be hidden: those are walked in `make soak`
SOAKED = {role: pytest.mark.soak for role in ("sealed", "district", "province")}


@pytest.fixture(params=[pytest.param(role, marks=SOAKED.get(role, ())) for role in ROLES])
def seat(request, template, tmp_path, monkeypatch):
    """The pages of a copy, the role, and its browser."""
    monkeypatch.setattr(tasks, "now", lambda: NOW)
    monkeypatch.setattr(tasks, "today", NOW.date)
    shutil.copytree(template, tmp_path / "o")
    store = Store.open(str(tmp_path / "o" / "s.db"), tmp_path / "o" / "k")
    pages = Pages(store)
    other = pages.who("khac", ["district"])
    other.done("/reports/forms", year="2025")
    yield pages, request.param, pages.who("toi", *ROLES[request.param])
    store.close()


def _numbers(pages):
    """What may stand in each part of a path: something of the own commune, of the other, another's, and none at all."""
    people = pages.store.people()
    ends = [people[0], people[-1]]
    rows = [str(r.id) for r in pages.store.held_rows()]
    return {
        "child": [str(p.child) for p in ends] + ["7"], "row": [*rows[:1], *rows[-1:], "0"],
        "batch": [str(b.number) for b in pages.store.batches()] + ["999"], "job": [*(j.id for j in pages.desk.queue.all()), "0" * 32],
        "number": ["1", "9"], "login": ["khac", "nobody"], "run": ["1"], "name": ["tinh-monthly"], "file": ["0"],
        "unit": [TODAY[HERE], TODAY[THERE], "x"], "commune": [TODAY[HERE], TODAY[THERE]],
    }  # fmt: skip


def _paths(pages, path):
    """PATH with every number in the place of each of its parts; a part nobody has thought of fails the test."""
    found = [path]
    for part in re.findall(r"{(\w+)}", path):
        values = _numbers(pages).get(part, ["1"])
        found = [p.replace(f"{{{part}}}", value) for p in found for value in values]
    return found


def _shown(answer):
    """What a person reads on a page or in a workbook; file names in headers too."""
    if answer.content.startswith(b"PK"):  # its bytes are no text
        sheets = openpyxl.load_workbook(BytesIO(answer.content)).worksheets
        cells = [str(cell) for sheet in sheets for row in sheet.values for cell in row if cell is not None]
        return " ".join([*(sheet.title for sheet in sheets), *cells, *map(str, answer.headers.items())])
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    values = re.findall(r'(?:value|alt|placeholder|title|aria-label)="([^"]*)"', answer.text)
    return unescape(" ".join([text, *values, *(f"{k}: {v}" for k, v in answer.headers.items())]))


def _counts(text):
    """The numbers on a page, but those of dates, hours and keys."""
    plain = re.sub(r"\d{1,4}[-/]\d\d?[-/]\d{1,4}|\d\d?:\d\d|content-length: \d+|[\w@-]*\d{5,}[\w@-]*", " ", text)
    return {int(n) for n in re.findall(r"(?<![\w.,/-])\d+(?![\w.,/-])", plain)}


def _leaks(role, text, path):
    named, counted = NAMED.get(role, set()), COUNTED.get(role, set())
    found = [(path, word) for place in (HERE, THERE) if place not in named for word in WORDS[place] if word in text]
    numbers = _counts(text)
    found += [(path, n) for place in (HERE, THERE) if place not in counted for n in COUNTS[place] if n in numbers]
    if counted != {HERE, THERE}:
        found += [(path, n) for n in (120, 74) if n in numbers]
    if role != "sealed" and (SEALED in text or "niêm phong về trẻ này" in text):
        found.append((path, SEALED))
    return found


REASON = {"reason": "thử", "name": "lo", "born": "", "done": "thử", "to": "tinh", "period": "2024", "year": "2024",
          "form": "word", "kind": "view", "applicant": "ai", "what": "gì"}  # fmt: skip


def test_no_page_shows_what_the_role_may_not_see(seat):
    pages, role, me = seat
    leaks, seen, walked = [], set(), 0
    for page in all_pages():
        if page.method != "GET":
            continue
        for path in _paths(pages, page.path):
            asked = ("", f"?commune={TODAY[THERE]}", "?commune=03301@1900-01-01&actor=khac&year=2025")
            for query in asked[:1] if "{" in page.path else asked:
                answer = me.get(path + query)
                walked += 1
                assert answer.status_code in (200, 303, 400, 403, 404), (path, answer.status_code)
                text = _shown(answer)
                leaks += _leaks(role, text, path + query)
                seen |= {place for place in WORDS if any(word in text for word in WORDS[place])}
    assert not leaks, sorted(map(str, leaks))[:20]
    assert seen <= NAMED.get(role, set())
    assert walked > 60


def test_no_form_shows_or_does_what_the_role_may_not(seat):
    pages, role, me = seat
    pages.desk.worker.wake = lambda: None  # what is asked of the worker stays asked
    rights, leaks = me_rights(pages), []
    before = pages.store.last_batch()
    for page in all_pages():
        if page.method != "POST" or page.path in ("/people/password",):
            continue
        allowed = page.needs and rights >= set(page.needs)
        for path in _paths(pages, page.path):
            for commune in ("03310@1900-01-01", "03301@1900-01-01"):
                if role in ("district", "province", "analyst") and not allowed:
                    commune = ""
                answer = me.done(path, commune=commune, child=str(pages.store.people()[-1].child), **REASON)
                leaks += _leaks(role, _shown(answer), f"POST {path}")
                if page.needs and not allowed:
                    assert answer.status_code == 403, path
                assert answer.status_code < 500, (path, _shown(answer)[:400])
    assert not leaks, sorted(map(str, leaks))[:20]
    if role in ("collaborator", "province", "analyst", "administrator"):
        assert pages.store.last_batch() == before
    there = [b for b in pages.store.batches() if b.number == 3]
    if role in ("commune", "sealed"):  # another commune's batch and rows are as they were
        assert there[0].live
        assert len([r for r in pages.store.held_rows() if r.commune_code == THERE[0]]) == COUNTS[THERE][1]


def me_rights(pages):
    from childdb.web.viewer import viewer_of
    from childdb.workflow import people

    return viewer_of(people.standing(pages.store, "toi").rights).may


def test_who_may_does_see_the_own_names_and_counts(seat):
    """The walk above would find nothing on empty pages: here is what must be there."""
    pages, role, me = seat
    front = _shown(me.get("/"))
    targets = me.get("/targets")
    assert ("<table" in targets.text) == (role in COUNTED) and (targets.status_code == 403) == (role not in COUNTED)
    for place, (children, held) in COUNTS.items():
        assert (children in _counts(front)) == (place in COUNTED.get(role, set())), (role, place)
        assert (held in _counts(front)) == (place in COUNTED.get(role, set())), (role, place)
        key = next(p.child for p in pages.store.people() if WORDS[place][0] in p.fields["full_name"])
        answer = me.get(f"/child/{key}/facts")
        assert (WORDS[place][0] in answer.text) == (place in NAMED.get(role, set())), (role, place)
        if place in NAMED.get(role, set()):
            assert ("niêm phong về trẻ này" in answer.text) == (role == "sealed")


@pytest.mark.parametrize("seat", ["commune"], indirect=True)
def test_a_commune_neither_imports_nor_undoes_what_is_anothers(seat, tmp_path):
    pages, _, me = seat
    assert me.done("/undo/3").status_code == 404
    assert me.done("/undo/3/do", reason="thử").status_code == 404
    path = tmp_path / "tre-em.xlsx"
    book(ROWS, HEAD, TITLE)(path)  # of Nặm Lịch
    me.form("/people")  # for the token
    sent = me.post("/import", {"_token": me.token}, files={"files": ("tre-em.xlsx", path.read_bytes())})
    assert "không phải của xã bạn phụ trách" in _shown(me.get(sent.headers["location"]))
    pages.desk.worker.wake = lambda: None
    assert me.form("/undo/2").status_code == 303
