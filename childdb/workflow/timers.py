"""The operating system's own timer that starts `childdb schedule run` every hour: systemd, cron or Windows.

The schedule itself stands in the store; the timer only wakes it. An hour missed is no harm: the next run brings all that
is due. (So it is with `Persistent=true`, and with *run as soon as possible after a missed start* on Windows.)
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess  # nosec: only the system's own timer programs, by their names
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from sqlalchemy import URL

from childdb.store.database import sqlite_file
from schemas.errors import ChildDBError, NotFound, UsageFault
from schemas.files import whole_file

NAME = "childdb-schedule"
_MARK = "# childdb schedule"
_MINUTE = 7  # past the hour, when fewer things start


@dataclass(frozen=True)
class Timer:
    """What is written for a system, by file name, and what is run to make it known there."""

    system: str
    files: dict[str, str]
    folder: Path | None  # where the files belong; None where a program takes them in
    commands: tuple[tuple[str, ...], ...]


def here() -> str:
    """The timer of this computer."""
    if sys.platform == "win32":
        return "windows"
    if shutil.which("systemctl") and Path("/run/systemd/system").is_dir():
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise NotFound(
        "Máy này không có systemd, cron hay Task Scheduler. Ghi tệp mẫu bằng --write rồi cài ở máy chạy lịch.",
        "This computer has neither systemd nor cron nor Task Scheduler. Write the files with --write instead.",
    )


def job(store: URL, key_file: Path, lang: str) -> tuple[str, ...]:
    """The command that the timer runs, with everything named in full; refuses a password in it."""
    if store.password is not None:
        raise UsageFault("Không ghi mật khẩu cơ sở dữ liệu vào lịch của máy; dùng tệp pgpass (PGPASSFILE).",
                         "No database password goes into the system's timer; use a pgpass file (PGPASSFILE).")  # fmt: skip
    script = Path(sys.executable).with_name("childdb.exe" if sys.platform == "win32" else "childdb")
    program = [str(script)] if script.exists() else [sys.executable, "-c", "from childdb.cli.main import main; main()"]
    file = sqlite_file(store)
    place = str(file.resolve()) if file else store.render_as_string()
    return (*program, "--lang", lang, "--db", place, "--key-file", str(key_file.resolve()), "schedule", "run")


def timer(system: str, words: Sequence[str]) -> Timer:
    if any("\n" in w or "\r" in w for w in words):
        raise UsageFault("Đường dẫn có ký tự xuống dòng.", "A path holds a line break.")
    return {"systemd": _systemd, "cron": _cron, "windows": _windows}[system](words)


def _systemd(words: Sequence[str]) -> Timer:
    root = os.name == "posix" and os.geteuid() == 0
    folder = Path("/etc/systemd/system") if root else _config() / "systemd" / "user"
    who: tuple[str, ...] = () if root else ("--user",)
    # %, $ and backslash are systemd's own inside quotes
    said = " ".join(
        '"' + w.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$") + '"' for w in words
    )
    service = f"[Unit]\nDescription=childdb: send what is due\n\n[Service]\nType=oneshot\nExecStart={said}\nSuccessExitStatus=3\n"
    clock = (
        f"[Unit]\nDescription=childdb: every hour\n\n[Timer]\nOnCalendar=*-*-* *:{_MINUTE:02}:00\nPersistent=true\n"
        f"Unit={NAME}.service\n\n[Install]\nWantedBy=timers.target\n"
    )
    # a user's timers run while nobody is logged in only if the user lingers
    lingering: tuple[tuple[str, ...], ...] = () if root else (("loginctl", "enable-linger"),)
    return Timer("systemd", {f"{NAME}.service": service, f"{NAME}.timer": clock}, folder, (
        ("systemctl", *who, "daemon-reload"), ("systemctl", *who, "enable", "--now", f"{NAME}.timer"), *lingering,
    ))  # fmt: skip


def _config() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _cron(words: Sequence[str]) -> Timer:
    # a bare % ends a command of cron
    said = shlex.join(words).replace("%", r"\%")
    line = f"{_MINUTE} * * * * {said} >/dev/null 2>&1 {_MARK}\n"
    return Timer("cron", {f"{NAME}.cron": line}, None, (("crontab", "-"),))


def _windows(words: Sequence[str]) -> Timer:
    said = subprocess.list2cmdline(words[1:])
    xml = f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>childdb: send what is due</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2024-01-01T00:{_MINUTE:02}:00</StartBoundary>
      <Repetition><Interval>PT1H</Interval><Duration>P1D</Duration></Repetition>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions>
    <Exec><Command>{escape(words[0])}</Command><Arguments>{escape(said)}</Arguments></Exec>
  </Actions>
</Task>
"""
    return Timer(
        "windows", {f"{NAME}.xml": xml}, None, (("schtasks", "/Create", "/F", "/TN", NAME, "/XML", f"{NAME}.xml"),)
    )


def write(wanted: Timer, folder: Path) -> list[Path]:
    """The timer's files in FOLDER."""
    written = []
    for name, text in wanted.files.items():
        with whole_file(folder / name) as out:
            # Task Scheduler reads UTF-16 with its mark, as its own export is
            out.write(text.encode("utf-16" if wanted.system == "windows" else "utf-8"))
        written.append(folder / name)
    return written


def install(wanted: Timer, folder: Path) -> list[Path]:
    """Make the timer known to the system; its files stand in FOLDER where the system has no place of its own for them."""
    try:
        written = write(wanted, wanted.folder or folder)
    except OSError as fault:
        raise ChildDBError(f"Không ghi được tệp lịch: {fault.strerror}.",
                           f"The timer's files cannot be written: {fault.strerror}.") from fault  # fmt: skip
    if wanted.system == "cron":
        (text,) = wanted.files.values()
        _run(wanted.commands[0], _crontab_without() + text)
    else:
        for command in wanted.commands:
            _run([str(written[0]) if word == written[0].name else word for word in command])
    return written


def remove(system: str) -> None:
    """Take the timer back; the schedule in the store stays."""
    if system == "cron":
        _run(("crontab", "-"), _crontab_without())
    elif system == "windows":
        _run(("schtasks", "/Delete", "/F", "/TN", NAME))
    else:
        wanted = _systemd(("childdb",))
        who = [w for w in wanted.commands[0] if w == "--user"]
        _run(("systemctl", *who, "disable", "--now", f"{NAME}.timer"))
        for name in wanted.files:
            (Path(str(wanted.folder)) / name).unlink(missing_ok=True)


def _crontab_without() -> str:
    """The user's table without our line; an empty one where there is none yet."""
    found = subprocess.run(("crontab", "-l"), capture_output=True, text=True, check=False)  # noqa: S607
    if found.returncode and "no crontab" not in found.stderr.lower():
        raise ChildDBError("Không đọc được bảng cron hiện có; chưa thay đổi gì.",
                           "The cron table cannot be read; nothing was changed.")  # fmt: skip
    lines = found.stdout.splitlines(keepends=True) if found.returncode == 0 else []
    kept = "".join(line for line in lines if not line.rstrip().endswith(_MARK))
    return kept if not kept or kept.endswith("\n") else kept + "\n"


def _run(command: Sequence[str], given: str | None = None) -> None:
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as fault:
        raise NotFound(f"Máy này không có lệnh {command[0]}.", f"There is no program {command[0]} here.") from fault
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ChildDBError(f"Lệnh “{' '.join(command)}” báo lỗi: {said[0] if said else done.returncode}.",
                           f"The command `{' '.join(command)}` failed: {said[0] if said else done.returncode}.")  # fmt: skip
