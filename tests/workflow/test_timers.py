"""The operating system's own timers, as each system reads them."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from defusedxml import ElementTree
from lxml import etree
from sqlalchemy import make_url

from childdb.workflow import timers
from schemas.errors import UsageFault

PLACE = "/du liệu/100% trẻ em/childdb.db"


def words():
    return timers.job(make_url("sqlite:///").set(database=PLACE), Path("/khóa/k'1"), "vi")


def test_the_job_names_store_and_key_in_full_and_no_password():
    said = words()
    assert said[-2:] == ("schedule", "run")
    assert said[said.index("--db") + 1] == PLACE
    assert Path(said[0]).is_absolute()
    server = timers.job(make_url("postgresql+psycopg://phong@may/childdb"), Path("/k"), "vi")
    assert "postgresql+psycopg://phong@may/childdb" in server
    with pytest.raises(UsageFault, match="pgpass"):
        timers.job(make_url("postgresql+psycopg://phong:mat@may/childdb"), Path("/k"), "vi")


def test_systemd_takes_the_units_and_catches_up_after_a_power_cut(tmp_path):
    wanted = timers.timer("systemd", words())
    written = timers.write(wanted, tmp_path)
    assert {p.name for p in written} == {"childdb-schedule.service", "childdb-schedule.timer"}
    assert "Persistent=true" in (tmp_path / "childdb-schedule.timer").read_text("utf-8")
    assert "100%% trẻ em" in (tmp_path / "childdb-schedule.service").read_text("utf-8")
    analyze = shutil.which("systemd-analyze")
    if analyze:
        done = subprocess.run([analyze, "verify", *map(str, written)], capture_output=True, text=True, check=False)
        assert "childdb-schedule" not in done.stderr, done.stderr


def test_systemd_reads_every_hour_in_the_calendar_of_the_timer():
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd is not installed")
    text = timers.timer("systemd", words()).files["childdb-schedule.timer"]
    (calendar,) = [line.partition("=")[2] for line in text.splitlines() if line.startswith("OnCalendar=")]
    said = subprocess.run(
        [analyze, "calendar", "--base-time=2024-12-05 22:30:00 UTC", "--iterations=3", calendar],
        capture_output=True, text=True, check=True, env={"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    ).stdout  # fmt: skip
    assert [line.split()[-2] for line in said.splitlines() if "elapse" in line or "Iter." in line] == [
        "23:07:00", "00:07:00", "01:07:00",
    ]  # fmt: skip


def test_cron_gets_one_line_that_means_the_same_words(tmp_path):
    (path,) = timers.write(timers.timer("cron", words()), tmp_path)
    line = path.read_text("utf-8")
    assert line.count("\n") == 1
    command = line.split(" ", 5)[5].split(" >/dev/null")[0].replace("\\%", "%")
    assert tuple(shlex.split(command)) == words()
    assert line.rstrip().endswith("# childdb schedule")


def test_task_scheduler_starts_a_missed_run_as_soon_as_it_can_and_no_second_beside_it(tmp_path):
    (path,) = timers.write(timers.timer("windows", words()), tmp_path)
    root = ElementTree.fromstring(path.read_bytes().decode("utf-16").split("?>", 1)[1])
    space = {"t": root.tag[1:].split("}")[0]}
    found = {e.tag.split("}")[1]: e.text for e in root.iter()}
    assert (found["StartWhenAvailable"], found["MultipleInstancesPolicy"], found["Interval"]) == (
        "true",
        "IgnoreNew",
        "PT1H",
    )
    assert root.findtext("t:Actions/t:Exec/t:Command", namespaces=space) == words()[0]
    assert f'"{PLACE}"' in found["Arguments"]
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("task.xsd")))
    task = etree.fromstring(path.read_bytes())
    assert schema.validate(task), schema.error_log
    task.find(".//t:Interval", space).text = "PT1S"
    assert not schema.validate(task)
    with pytest.raises(UsageFault):
        timers.timer("windows", ("a\nb",))


@pytest.fixture
def crontab(tmp_path, monkeypatch):
    """A `crontab` that keeps its table in a file, as the real one does, for a computer that has none."""
    table, program = tmp_path / "table", tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then cat {table} 2>/dev/null || {{ echo "no crontab for x" >&2; exit 1; }}; '
                       f"else cat > {table}; fi\n")  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return table


def test_cron_is_installed_once_beside_what_is_there_and_taken_off_again(crontab, tmp_path):
    wanted = timers.timer("cron", words())
    timers.install(wanted, tmp_path)
    assert crontab.read_text("utf-8").count("schedule run") == 1
    crontab.write_text("0 1 * * * sao-luu\n" + crontab.read_text("utf-8"), "utf-8")
    timers.install(wanted, tmp_path)
    assert crontab.read_text("utf-8").count("schedule run") == 1
    timers.remove("cron")
    assert crontab.read_text("utf-8") == "0 1 * * * sao-luu\n"


def table():
    """The lines of this user's real table."""
    return subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False).stdout.splitlines()


def test_the_real_cron_takes_the_line_once_and_gives_it_back(tmp_path):
    if not shutil.which("crontab"):
        pytest.skip("cron is not installed")
    if table():
        pytest.skip("this user's cron table is not empty, and is left alone")
    wanted = timers.timer("cron", words())
    try:
        for _ in range(2):
            timers.install(wanted, tmp_path)
            assert table() == [wanted.files["childdb-schedule.cron"].rstrip("\n")]
        timers.remove("cron")
        assert table() == []
    finally:
        subprocess.run(["crontab", "-r"], check=False)
