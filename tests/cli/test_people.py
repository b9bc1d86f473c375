"""Users, requests and incidents on the command line."""

import io
import json
import shutil
from datetime import UTC, datetime

import pytest

from childdb.store import Store
from tests.cli.test_commands import call

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("people")
    Store.init(str(place / "s.db"), place / "k", now=datetime.now(UTC)).close()
    return place


@pytest.fixture
def run(made, tmp_path, capsys):
    for name in ("s.db", "k"):
        shutil.copy(made / name, tmp_path)
    words = ["--db", str(tmp_path / "s.db"), "--key-file", str(tmp_path / "k")]
    return lambda *args: call(capsys, *words, *args)


def test_a_user_from_first_to_last(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("một hai ba bốn\n"))
    code, out, _ = run("user", "add", "lan", "--name", "Lan", "--role", "commune", "--commune", "03256", "--stdin")
    assert code == 0
    assert "otpauth://totp/childdb:lan?secret=" in out
    (lan,) = json.loads(run("user", "list", "--format", "json")[1])
    assert lan == {
        "login": "lan", "name": "Lan", "roles": "commune", "communes": "03256@2025-07-01", "active": True,
        "ready": True, "locked": False,
    }  # fmt: skip
    assert "cán bộ xã" in run("user", "list")[1]
    assert run("--lang", "en", "user", "role", "lan", "--role", "analyst")[1] == "lan: analyst.\n"
    assert run("user", "disable", "lan")[0] == 0
    assert json.loads(run("user", "list", "--format", "json")[1])[0]["active"] is False
    assert "otpauth" in run("user", "totp", "lan")[1]


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("add", "lan", "--role", "commune"), 2),
        (("add", "lan", "--role", "commune", "--commune", "Không có"), 11),
        (("add", "lan", "--role", "district"), 2),  # nobody to ask for a password
        (("role", "lan", "--role", "district"), 11),
        (("disable", "lan"), 11),
        (("password", "lan"), 11),
        (("totp", "lan"), 11),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(run, monkeypatch, words, exit_code):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, out, err = run("user", *words)
    assert (code, out) == (exit_code, "")
    assert err.strip()
    assert json.loads(run("user", "list", "--format", "json")[1]) == []


def test_the_access_log_tells_who_saw_names_and_why(run):
    run("find", "lo", "--reason", "khám sức khỏe")
    (look,) = json.loads(run("audit", "log", "--format", "json")[1])
    assert (look["what"], look["reason"], look["asked"]) == ("find", "khám sức khỏe", "lo")
    assert json.loads(run("audit", "log", "--actor", "không ai", "--format", "json")[1]) == []


@pytest.mark.parametrize("words", [
    ("request", "add", "--kind", "view", "--from", "Mẹ", "--child", "9" * 20), ("held", "dismiss", "9" * 20, "--reason", "x"),
    ("undo", "9" * 20, "--dry-run"),
])  # fmt: skip
def test_a_number_that_no_store_holds_names_nothing(run, words):
    assert run(*words)[0] == 11


def test_names_are_not_shown_for_a_blank_reason(run):
    run("request", "add", "--kind", "view", "--from", "Mẹ Kín")
    code, said, told = run("request", "show", "1", "--reason", "  ")
    assert code == 2 and "Kín" not in said + told


def test_a_request_and_its_clocks(run):
    code, out, _ = run("request", "add", "--kind", "delete", "--from", "Mẹ cháu", "--received", "05/03/2026 09:00")
    assert code == 0
    assert out == "Yêu cầu 1: báo đã nhận trước 09/03/2026 09:00, trả lời trước 25/03/2026 09:00.\n"
    (listed,) = json.loads(run("request", "list", "--format", "json")[1])
    assert (listed["kind"], listed["late"], listed["answered"]) == ("delete", True, None)
    assert "xóa dữ liệu" in run("request", "list")[1]
    assert "Mẹ cháu" not in run("request", "list")[1]
    assert "Mẹ cháu" in run("request", "show", "1", "--reason", "trả lời")[1]
    assert run("request", "acknowledge", "1")[0] == 0
    assert run("request", "answer", "1", "--done", "đã xóa")[0] == 0
    assert run("request", "answer", "1", "--done", "đã xóa")[0] == 2
    assert json.loads(run("request", "list", "--open", "--format", "json")[1]) == []


def test_an_incident_and_its_72_hours(run):
    code, out, _ = run("incident", "add", "--what", "mất USB", "--detected", "2026-03-05 09:00", "--children", "12")
    assert code == 0
    assert "08/03/2026 09:00" in out
    assert "trễ hạn" in run("incident", "notify", "1", "--to", "A05")[1]
    assert run("incident", "close", "1", "--done", "đổi khóa")[0] == 0
    (listed,) = json.loads(run("incident", "list", "--format", "json")[1])
    assert (listed["what"], listed["children"], listed["late"]) == ("mất USB", 12, True)
    assert json.loads(run("incident", "list", "--open", "--format", "json")[1]) == []


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("request", "add", "--kind", "view", "--from", "Mẹ", "--received", "2019-01-01"), 2),
        (("request", "add", "--kind", "view", "--from", "Mẹ", "--received", "hôm qua"), 2),
        (("request", "add", "--kind", "view", "--from", "Mẹ", "--child", "1"), 11),
        (("request", "answer", "9", "--done", "x"), 11),
        (("incident", "close", "9", "--done", "x"), 11),
    ],
)
def test_a_register_refuses_what_does_not_fit(run, words, exit_code):
    code, out, err = run(*words)
    assert (code, out) == (exit_code, "")
    assert err.strip()
