"""What ends a command early, as one sentence in the language of the run; never a traceback, never a child's data."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path

import click
from click import exceptions as ends

import childdb
from schemas.errors import ChildDBError, NoSpace, UnreadableFile

_ROOT = Path(childdb.__file__).resolve().parents[1]
_OWN = tuple(f"{_ROOT / room}{os.sep}" for room in ("childdb", "indicators", "schemas", "tests"))
"""Not the root: where we are installed, and in a checkout with its environment, the libraries lie below it too."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def words_do_not_fit(fault: click.ClickException, lang: str) -> str:
    """The sentence for words of the command that do not fit; click's own in English."""
    if lang == "en" or not isinstance(fault, click.UsageError):
        return fault.format_message()
    return f"{_in_vietnamese(fault)}{_help(fault)}"


def _in_vietnamese(fault: click.UsageError) -> str:
    if isinstance(fault, ends.NoSuchCommand):
        return f"Không có lệnh “{fault.command_name}”.{_perhaps(fault.possibilities)}"
    if isinstance(fault, ends.NoSuchOption):
        return f"Không có tùy chọn {fault.option_name}.{_perhaps(fault.possibilities)}"
    if isinstance(fault, click.MissingParameter):
        return f"Lệnh còn thiếu {_name(fault)}."
    if isinstance(fault, click.BadParameter):
        choice = fault.param.type if fault.param else None
        wanted = f"chọn một trong: {', '.join(map(str, choice.choices))}." if isinstance(choice, click.Choice) else None
        return f"Giá trị của {_name(fault)} không dùng được: {wanted or fault.message}"
    if isinstance(fault, click.BadOptionUsage):
        return f"Tùy chọn {fault.option_name} dùng chưa đúng: {fault.message}"
    return fault.message


def _name(fault: click.BadParameter) -> str:
    if fault.param_hint is not None:
        return fault.param_hint if isinstance(fault.param_hint, str) else ", ".join(fault.param_hint)
    return fault.param.get_error_hint(fault.ctx) if fault.param else "tham số"


def _perhaps(possibilities: list[str] | None) -> str:
    return f" Có phải: {', '.join(possibilities)}?" if possibilities else ""


def _help(fault: click.UsageError) -> str:
    return f" Xem: {fault.ctx.command_path} --help" if fault.ctx else ""


def not_of_ours(fault: Exception) -> ChildDBError:
    """An exception that no room foresaw: the disk's own words, or the place in the program; its text may hold data."""
    if isinstance(fault, MemoryError):
        return ChildDBError(
            "Hết bộ nhớ; đóng bớt chương trình rồi thử lại.", "Out of memory; close programs and try again."
        )
    disk = _of_the_disk(fault)
    if disk and disk.filename is not None:
        why, place = os.strerror(disk.errno) if disk.errno else type(disk).__name__, disk.filename
        kind = NoSpace if disk.errno in _FULL else UnreadableFile
        return kind(f"Không đọc hoặc ghi được {place}: {why}. Kiểm tra thư mục, quyền và chỗ trống rồi thử lại.",
                    f"Cannot read or write {place}: {why}. Check the folder, the rights and the space, then try again.")  # fmt: skip
    if disk and disk.errno in _FULL:
        why = os.strerror(disk.errno)
        return NoSpace(f"Không ghi được: {why}. Giải phóng chỗ trống rồi chạy lại.",
                       f"Cannot write: {why}. Make space and run again.")  # fmt: skip
    where = _place(fault)
    return ChildDBError(
        f"Chương trình gặp lỗi ngoài dự kiến ({type(fault).__name__}, {where}, bản {childdb.__version__}); việc đang làm"
        " chưa được ghi. Gửi nguyên câu này cho người phụ trách phần mềm.",
        f"The program met a fault it did not foresee ({type(fault).__name__}, {where}, version {childdb.__version__});"
        " what was being done is not written. Send this sentence to who keeps the software.",
    )


def _of_the_disk(fault: Exception) -> OSError | None:
    """The word of the operating system, in the fault itself or wrapped in it (as xlsxwriter does)."""
    heard = (fault, fault.__cause__, fault.__context__, *fault.args)
    return next((f for f in heard if isinstance(f, OSError)), None)


def _place(fault: Exception) -> str:
    """The last line of our own code on the way to the fault."""
    frames = [f for f in traceback.extract_tb(fault.__traceback__) if f.filename.startswith(_OWN)]
    last = frames[-1] if frames else None
    return f"{Path(last.filename).stem}:{last.lineno}" if last else "?"


def quit_with(fault: ChildDBError, lang: str) -> None:
    """Say the sentence on standard error and end with the fault's exit code."""
    click.echo(fault.sentence(lang), err=True)
    sys.exit(fault.exit_code)
