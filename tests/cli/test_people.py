"""Users, requests and incidents on the command line."""

import io
import json

import pytest

from tests.cli.test_commands import call


@pytest.fixture
def run(tmp_path, capsys):
    words = ["--db", str(tmp_path / "s.db"), "--key-file", str(tmp_path / "k")]
    call(capsys, *words, "init")
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
