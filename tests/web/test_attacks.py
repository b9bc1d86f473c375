"""The usual attacks of OWASP's list on every form and address: nothing is let in, nothing is run, nothing leaves its folder."""

import re

import pytest

from childdb.web.app import TOKENS, all_pages
from childdb.web.pages.import_ import safe_name
from childdb.web.safety import CSP, MAX_UPLOAD
from childdb.web.sessions import IDLE, WHOLE, Session, new_start_token, take_start_token
from childdb.web.viewer import local_administrator
from schemas.errors import UsageFault
from tests.web.browser import SAME, Browser
from tests.web.conftest import ATTACK, Office
from tests.web.desk import Idle, Pages

ID = "0" * 32
PARTS = {
    "job": ID,
    "row": "7",
    "child": "7",
    "batch": "7",
    "number": "0",
    "file": "0",
    "indicator": "x",
    "kind": "explain",
}


def path_of(page):
    return re.sub(r"\{(\w+)\}", lambda m: PARTS.get(m[1], "1"), page.path)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("attacks"))
    assert office.run("init") == 0
    assert office.run("import", office.workbook(), "--yes", "--returns", office.place / "r") == 3
    store = office.opened()
    made = Pages(store)
    made.desk.worker, made.desk.local = Idle(), "phong"
    yield made
    store.close()


@pytest.fixture
def browser(pages):
    return pages.alone()


def token_of(browser):
    return browser.get("/import").text.split('name="_token" value="')[1].split('"')[0]


def test_nothing_is_shown_or_done_without_a_session(pages):
    stranger = Browser(pages.app)
    for page in all_pages():
        answer = stranger.request(page.method, path_of(page), headers=SAME)
        assert answer.status_code == 401, page.path
        assert "Lò" not in answer.text


def test_every_answer_has_the_safe_headers_and_no_script_or_style_of_its_own(pages, browser):
    for page in all_pages():
        if page.method != "GET":
            continue
        answer = browser.get(path_of(page))
        assert answer.headers["content-security-policy"] == CSP, page.path
        assert answer.headers["cache-control"] == "no-store", page.path
        assert answer.headers["x-content-type-options"] == "nosniff", page.path
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", answer.text), page.path
    assert browser.get("/static/office.css").headers["content-security-policy"] == CSP


@pytest.mark.parametrize("headers", [
    {"origin": "http://elsewhere.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"x": "no word of where"},
    {"origin": "http://testserver.elsewhere.example"},
])  # fmt: skip
def test_a_form_from_elsewhere_is_refused_even_with_the_token(pages, browser, headers):
    before = pages.store.last_batch()
    words = {"_token": token_of(browser), "reason": "x"}
    for page in all_pages():
        if page.method == "POST":
            assert browser.post(path_of(page), words, headers=headers).status_code == 403, page.path
    assert pages.store.last_batch() == before


def test_a_form_without_the_token_of_this_session_is_refused(pages, browser):
    other = token_of(pages.alone())
    before = (pages.store.last_batch(), len(pages.desk.queue.all()))
    for page in all_pages():
        if page.method == "POST":
            for words in ({"reason": "x"}, {"_token": "", "reason": "x"}, {"_token": other, "reason": "x"}):
                assert browser.post(path_of(page), words).status_code == 403, page.path
    assert (pages.store.last_batch(), len(pages.desk.queue.all())) == before


def test_another_name_for_this_machine_is_refused(pages, browser):
    """DNS rebinding: a page of elsewhere whose name leads to 127.0.0.1."""
    for name in ("elsewhere.example", "testserver:81", "testserver.elsewhere.example", ""):
        assert browser.get("/", headers={"host": name}).status_code == 421


def test_other_methods_are_refused(browser):
    for method in ("PUT", "DELETE", "TRACE", "OPTIONS", "PATCH"):
        assert browser.request(method, "/").status_code == 405


def test_the_start_address_works_once_and_a_session_ends(pages):
    token = new_start_token(pages.desk.folder / TOKENS)
    browser = Browser(pages.app)
    assert browser.get(f"/start?token={token}").status_code == 303
    assert browser.get("/").status_code == 200
    again = Browser(pages.app)
    assert again.get(f"/start?token={token}").status_code == 403
    assert again.get("/").status_code == 401
    for wrong in ("", "../../k", "%00", token[:-1]):
        assert again.get("/start", params={"token": wrong}).status_code == 403
    browser.post("/end", {"_token": token_of(browser)})
    assert browser.get("/").status_code == 401
    assert not take_start_token(pages.desk.folder / TOKENS, token)


def test_a_session_ends_unused_and_after_a_working_day():
    session = Session(local_administrator("x"))
    assert not session.over(session.began + IDLE)
    assert session.over(session.began + IDLE + 1)
    session.used = session.began + WHOLE
    assert not session.over(session.began + WHOLE)
    assert session.over(session.began + WHOLE + 1)


@pytest.mark.parametrize(("given", "kept"), [
    ("../../../etc/cron.d/x.xlsx", "x.xlsx"), ("..\\..\\windows\\x.xlsx", "x.xlsx"), ("C:\\x.xlsx", "x.xlsx"),
    ("a\x00b\n.xlsx", "ab.xlsx"), (f"{ATTACK}.xlsx", "scriptimg src=x onerror=alert(1).xlsx"), ("..x.xlsx", "x.xlsx"),
    ("Sổ trẻ em.XLSX", "Sổ trẻ em.XLSX"),
])  # fmt: skip
def test_a_files_name_leads_nowhere(given, kept):
    assert safe_name(given) == kept


@pytest.mark.parametrize(
    "given", ["x.exe", "x.xlsx.exe", ".xlsx", "con.xlsx", "NUL.csv", "", "x", "x.xlsx/", "...", "x.html"]
)
def test_what_is_no_workbook_is_not_taken(given):
    with pytest.raises(UsageFault):
        safe_name(given)


def test_an_upload_stays_in_its_folder_and_its_name_is_text(pages, browser):
    words, name = {"_token": token_of(browser)}, "../../<b onmouseover=alert(1)>tên.xlsx"
    answer = browser.post("/import", words, files={"files": (name, b"no workbook")})
    place = pages.desk.queue.place(answer.headers["location"].rsplit("/", 1)[1])
    (kept,) = [f for f in place.rglob("*") if f.is_file() and f.name != "job.json"]
    assert kept == place / "in-0.age" and b"no workbook" not in kept.read_bytes()
    assert "<b on" not in browser.get("/import").text
    assert browser.post("/import", words, files={"files": ("x.exe", b"MZ")}).status_code == 400


def test_too_much_is_refused_before_it_is_read(browser):
    words = {"_token": token_of(browser)}
    huge = {**SAME, "content-length": str(MAX_UPLOAD + 1), "content-type": "multipart/form-data; boundary=x"}
    assert browser.request("POST", "/import", headers=huge, content=b"").status_code == 413
    form = {**SAME, "content-type": "application/x-www-form-urlencoded"}
    assert browser.request("POST", "/find", headers=form, content=b"a=" + b"x" * 300_000).status_code == 413

    async def drops():
        for _ in range(400):
            yield b"x" * 1024

    assert browser.request("POST", "/find", headers=form, content=drops()).status_code == 400
    many = [("files", (f"{n}.xlsx", b"")) for n in range(201)]
    assert browser.post("/import", words, files=many).status_code == 400


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/import/..%2f..%2fk",
    f"/import/{ID}/returns/..%2f..%2fjob.json", "/import/../k", "/child/1%20or%201=1", "/held/0x1", "/child/-1",
    "/child/99999999999999999999", "/targets/..%2f..%2fetc", "/undo/1;drop/x",
])  # fmt: skip
def test_a_path_leads_nowhere_else(browser, path):
    answer = browser.get(path)
    assert answer.status_code in (303, 404), answer.status_code
    assert "import" not in answer.text.split("<main")[-1] or answer.status_code == 303


@pytest.mark.parametrize(
    "said",
    ["' or '1'='1", "x'; drop table child_link; --", "%", "_", "{{ 7*7 }}", "${7*7}", ATTACK, "\x00", "a" * 5000],
)
def test_what_is_typed_is_data(pages, browser, said):
    """In a search, in a filter, in a reason: no SQL, no template, no markup."""
    words = {"_token": token_of(browser), "name": said, "mother": said, "born": "", "commune": "", "reason": "thử"}
    answer = browser.post("/find", words)
    assert answer.status_code in (200, 400)
    assert "<script>document" not in answer.text and ">49<" not in answer.text and 'value="49"' not in answer.text
    for path in ("/held", "/targets"):
        assert browser.get(path, params={"cause": said, "commune": "", "programme": said}).status_code < 500
    row = pages.store.held_rows()[0].id
    for refused in ({"reason": "   "}, {}):
        assert browser.post(f"/held/{row}/dismiss", {"_token": words["_token"], **refused}).status_code == 400
    assert len(pages.store.held_rows()) == 1


def test_anothers_work_is_not_there(pages, browser):
    """Jobs, their results and their files belong to who asked for them."""
    pages.desk.local = None
    other = pages.who("nguoi-khac", ["district"])
    pages.desk.local = "phong"
    answer = browser.post("/import", {"_token": token_of(browser)}, files={"files": ("x.xlsx", b"x")})
    place = answer.headers["location"]
    job = place.rsplit("/", 1)[1]
    for path in (place, f"/jobs/{job}", f"/jobs/{job}/state", f"{place}/returns.zip", f"{place}/returns/0"):
        assert other.get(path).status_code == 404
    token = {"_token": other.get("/people").text.split('name="_token" value="')[1].split('"')[0]}
    for path in (f"{place}/import", f"{place}/leave", f"{place}/files/0", f"/jobs/{job}/again"):
        assert other.post(path, token).status_code == 404
    assert pages.desk.queue.read(job).state == "waiting"


def test_a_fault_of_the_program_tells_its_kind_alone(pages, browser, monkeypatch):
    from childdb.web.page import Visit

    def broken(self):
        raise ValueError("Lò Văn An, 05/03/2019")

    monkeypatch.setattr(Visit, "store", property(broken))
    answer = browser.get("/batches")
    assert answer.status_code == 500
    assert "ValueError" in answer.text and "Lò Văn An" not in answer.text and "Traceback" not in answer.text
