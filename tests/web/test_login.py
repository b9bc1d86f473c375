"""The door over the network: login, password, code; sessions that end at once; nothing without them."""

import shutil
from datetime import timedelta

import pytest

from childdb.store import passwords
from childdb.web.app import all_pages, make_app
from childdb.web.server import Place, make_desk, serve
from childdb.workflow import people
from schemas.errors import UsageFault
from tests.web.browser import Browser
from tests.web.desk import Idle
from tests.workflow.conftest import blank_office  # noqa: F401 (fixture)
from tests.workflow.office import NOW, Office

pytestmark = pytest.mark.usefixtures("cheap_passwords")
GOOD = "núi cao sông dài"


class Door:
    """An application in which people sign in; `now` is its clock."""

    def __init__(self, store):
        self.now, self.store = NOW, store
        people.add(store, "lan", ["district"], name="Lò Thị Lan", actor="x", now=NOW)
        people.set_password(store, "lan", GOOD, actor="x", now=NOW)
        self.seed = people.new_second_factor(store, "lan", actor="x", now=NOW)[0]
        self.desk = make_desk(store, str(store.url.database), store.key_file, actor=None,
                              now=lambda: self.now, today=lambda: self.now.date())  # fmt: skip
        self.desk.worker = Idle()
        self.app = make_app(self.desk, ["testserver"])

    def browser(self):
        return Browser(self.app)

    def code(self):
        self.now += timedelta(seconds=31)
        return passwords.code_at(self.seed, int(self.now.timestamp()) // passwords.STEP)

    def enter(self, browser, headers=None, **words):
        given = {"login": "lan", "password": GOOD, "code": self.code()} | words
        return browser.post("/login", data=given, headers=headers)


@pytest.fixture(scope="module")
def door(blank_office, tmp_path_factory):  # noqa: F811
    place = tmp_path_factory.mktemp("door") / "o"
    shutil.copytree(blank_office.place, place)
    office = Office(place)
    yield Door(office.store)
    office.close()


def test_nothing_is_shown_to_who_has_not_signed_in(door):
    browser = door.browser()
    for page in all_pages():
        path = page.path.replace("{", "").replace("}", "")
        answer = browser.request(page.method, path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login"), path
    part = browser.get("/jobs/1/state", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login")
    assert browser.get("/start?token=x").status_code == 403


def test_who_signs_in_works_under_the_own_name_until_the_end(door):
    browser = door.browser()
    assert "Mã 6 số" in browser.get("/login").text
    answer = door.enter(browser)
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict"))
    first = browser.get("/")
    assert "Lò Thị Lan" in first.text
    assert first.headers["cache-control"] == "no-store"
    assert door.store.audit_events()[-1]["action"] == "sign-in"
    token = first.text.split('name="_token" value="')[1].split('"')[0]
    assert browser.post("/end", data={"_token": token}).status_code == 200
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("words", [{"password": "sai"}, {"code": "000000"}, {"login": "' or 1=1 --"}, {"login": ""}])
def test_a_refusal_says_one_sentence(door, words):
    answer = door.enter(door.browser(), **words)
    assert answer.status_code == 403
    assert "Không đăng nhập được: sai tên, mật khẩu hoặc mã" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_login_from_another_site_is_refused(door):
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert door.enter(door.browser(), headers).status_code == 403


def test_a_session_ends_at_once_with_the_user_and_its_password(door):
    browser = door.browser()
    for undo, change in (
        (lambda: people.set_active(door.store, "lan", True, actor="x", now=NOW),
         lambda: people.set_active(door.store, "lan", False, actor="x", now=NOW)),
        (lambda: None, lambda: people.set_password(door.store, "lan", GOOD, actor="x", now=NOW)),
    ):  # fmt: skip
        door.enter(browser)
        assert browser.get("/").status_code == 200
        change()
        assert browser.get("/").status_code == 303
        undo()
        assert browser.get("/").status_code == 303


def test_other_rights_hold_at_the_next_click(door):
    browser = door.browser()
    door.enter(browser)
    assert browser.get("/import").status_code == 200
    people.set_roles(door.store, "lan", ["analyst"], actor="x", now=NOW)
    assert browser.get("/import").status_code == 403
    people.set_roles(door.store, "lan", ["district"], actor="x", now=NOW)


def test_on_a_network_only_with_users_and_tls(tmp_path, blank_office):  # noqa: F811
    with pytest.raises(UsageFault):
        Place("0.0.0.0")  # noqa: S104
    words = {"actor": "x", "now": lambda: NOW, "today": NOW.date, "opened": print}
    with pytest.raises(UsageFault) as refused:
        serve(str(blank_office.db), blank_office.key_file, Place(port=0, login=True), **words)
    assert "childdb user add" in str(refused.value)
