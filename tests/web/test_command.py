"""`childdb web` on the command line: refused on a network without TLS, found again when it runs, put on the desktop."""

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
from datetime import date

import pytest

from childdb.store.named import named_records
from childdb.store.one_child import one_child
from childdb.web import server
from childdb.workflow.importing import Options
from childdb.workflow.opening import web_folder
from childdb.workflow.questions import heading_key, remember, settle
from schemas.errors import UsageFault
from schemas.files import file_lock
from tests.web.conftest import HEAD, Office
from tests.web.desk import NOW


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = Office(tmp_path_factory.mktemp("command"))
    assert made.run("init") == 0
    return made


def said(office, *args):
    command = [sys.executable, "-m", "childdb", *office.words, "web", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_on_a_network_without_tls_it_is_refused_in_one_sentence(office):
    code, words = said(office, "--host", "192.0.2.1", "--no-browser")
    assert code == 2 and "--tls-cert" in words and len(words.splitlines()) == 1


def test_without_a_store_it_is_refused(tmp_path):
    code, words = said(Office(tmp_path), "--no-browser")
    assert code == 4 and "childdb init" in words and len(words.splitlines()) == 1


def test_a_second_start_opens_the_server_that_runs(office):
    with office.served() as url:
        code, words = said(office, "--no-browser")
        again = re.search(r"http://\S+", words)[0]
    assert code == 0
    assert again.split("/start")[0] == url.split("/start")[0] and again != url
    assert not (office.place / "s-trang" / "runs.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a .lnk is made there")
def test_the_shortcut_starts_this_program_on_this_store(office, tmp_path):
    place = tmp_path / 'màn hình "nền" $HOME %f'
    place.mkdir()
    assert office.run("web", "install-shortcut", "--folder", place) == 0
    text = (place / "childdb.desktop").read_text("utf-8")
    words = shlex.split(re.search(r"Exec=(.*)", text)[1])
    assert words == [sys.executable, "-m", "childdb", *office.words, "web"]
    assert "Terminal=true" in text


def test_what_a_heading_is_said_to_mean_is_remembered_for_the_senders_next_list(office):
    head = (*HEAD[:5], "Người sinh ra", HEAD[6])
    first, second = office.workbook("mot.xlsx", head=head), office.workbook("hai.xlsx", head=head)
    store = office.opened()
    words = {"today": date(2025, 1, 5)}

    def meant(found):
        (reading,) = found.readings.values()
        return reading.sheets[0].columns[5].field

    assert meant(settle(store, [first], Options(), **words)) is None
    told = settle(store, [first], Options(), chosen={first: {heading_key("Người sinh ra"): "mother_name"}}, **words)
    assert meant(told) == "child_profile.mother_name"
    remember(store, told.answers, actor="x", now=NOW)
    assert meant(settle(store, [second], Options(), **words)) == "child_profile.mother_name"
    store.close()


def test_one_child_alone_is_what_it_is_in_the_whole_store(office):
    """The same values as the named records of everybody give."""
    assert office.run("import", office.workbook("ba.xlsx"), "--yes", "--returns", office.place / "r") == 3
    store = office.opened()
    everybody = list(named_records(store, as_of=date(2024, 12, 1)))
    assert len(everybody) == 3
    for child in everybody:
        alone = one_child(store, child["child_key"], sealed=False)
        for name in ("full_name", "sex", "ethnicity", "mother_name", "personal_id", "birth_registered"):
            assert alone.profile[name] == child[name]
        (home,) = alone.residence
        assert (home["unit"], home["village"]) == (child["unit"], child["village"])
        assert alone.rows[0].file == "ba.xlsx" and alone.sealed is None
    store.close()


def test_a_server_answers_to_its_names_as_browsers_write_them():
    assert server.hosts(["PHONG-PC"], 8443, tls=True) == ["phong-pc:8443"]  # Windows calls its computers so
    assert server.hosts(["PHONG-PC"], 443, tls=True) == ["phong-pc:443", "phong-pc"]
    assert server.hosts(["localhost"], 443, tls=False) == ["localhost:443"]


def test_a_port_of_a_server_that_died_is_told_no_token_and_a_store_is_served_once(office):
    store = office.opened()
    folder = web_folder(store)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as other:  # another program took the port
        port = other.getsockname()[1]
        said = {"host": "127.0.0.1", "port": port, "url": f"http://127.0.0.1:{port}", "login": False}
        (folder / "runs.json").write_text(json.dumps(said), "utf-8")
        assert server.running(folder) is None and not list((folder / "start").glob("*"))
        with file_lock(folder / "runs.lock"):
            assert "/start?token=" in server.running(folder)
            words = {"actor": "x", "now": lambda: NOW, "today": NOW.date, "opened": print}
            with pytest.raises(UsageFault, match="cửa sổ khác"):
                server.serve(str(office.place / "s.db"), office.place / "k", server.Place(port=0), **words)
    store.close()
