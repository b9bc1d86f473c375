"""The command `childdb`: one group of verbs, each loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys

import click

import childdb
from childdb.cli.faults import not_of_ours, quit_with, words_do_not_fit
from schemas.errors import ChildDBError

# verb -> (module, one line in Vietnamese, one line in English); the module has the click command as `command`
VERBS: dict[str, tuple[str, str, str]] = {
    "init": ("init", "Tạo kho dữ liệu và tệp khóa", "Make the store and its key file"),
    "import": ("import_", "Nhập bảng tính của xã", "Import communes' workbooks"),
    "held": ("held", "Các dòng giữ lại: xem, nhận, bỏ", "Rows held back: list, admit, dismiss"),
    "batches": ("batches", "Các lô đã ghi", "The batches written"),
    "undo": ("undo", "Rút lại trọn một lô", "Take a batch back whole"),
    "snapshot": ("snapshot", "Bản chụp không họ tên (Parquet)", "A snapshot without names (Parquet)"),
    "indicators": (
        "indicators",
        "Chỉ tiêu: danh mục, kết quả, căn cứ",
        "Indicators: catalogue, figures, what is behind",
    ),
    "allowance": (
        "allowance",
        "Trợ cấp xã hội: ai đủ điều kiện, ai chưa hưởng",
        "Allowances: who is entitled, who receives none",
    ),
    "registers": ("registers", "Đối chiếu các sổ, danh sách", "Registers set against each other"),
    "export": ("export", "Gói dữ liệu gửi tỉnh", "The provincial package"),
    "schedule": ("schedule", "Lịch gửi gói: đặt, xem, cài, chạy", "The sending schedule: add, list, install, run"),
    "notify": ("notify", "Thư báo khi việc gửi cần người xử lý", "The mail when sending needs a person"),
    "receive": ("receive", "Nhận gói từ huyện (ở tỉnh)", "Take a district's package in (at the province)"),
    "template": ("template", "Mẫu bảng tính trống", "Blank workbooks"),
    "list": ("list_", "Danh sách làm sạch dữ liệu", "Cleaning lists to print and read back"),
    "find": ("find", "Tìm trẻ theo một phần họ tên", "Find a child by part of its name"),
    "match": ("match", "Ghép trẻ được ghi nhiều lần", "Find children written more than once"),
    "growth": ("growth", "Chỉ số tăng trưởng theo chuẩn WHO", "Growth z-scores after WHO"),
    "mortality": ("mortality", "Tỷ suất tử vong từ tệp số liệu", "Mortality rates from files"),
    "immunization": ("immunization", "Kiểm tra mũi tiêm từ tệp số liệu", "Judge vaccine doses from files"),
    "report": (
        "report",
        "Báo cáo Chỉ thị 28: Word, HTML, Excel, phiếu đóng góp",
        "The report on Directive 28: Word, HTML, Excel, forms",
    ),
    "key": ("key", "Tệp khóa: sao chép, thay mới", "The key: backup, rotate"),
    "backup": ("backup", "Sao lưu kho, sổ gửi và gói đã gửi", "Back up the store, its ledger and packages"),
    "restore": ("restore", "Khôi phục từ bản sao lưu", "Restore from a backup"),
    "audit": ("audit", "Chuỗi nhật ký, ai đã xem họ tên", "The audit chain, who saw names"),
    "request": ("request", "Yêu cầu của cha mẹ về dữ liệu, thời hạn luật", "Parents' requests and their legal clocks"),
    "erase": ("erase", "Xóa hẳn một trẻ theo yêu cầu", "Erase a child for good, at request"),
    "incident": ("incident", "Sự cố lộ, mất dữ liệu, hạn báo 72 giờ", "Breaches and the 72 hours to notify"),
    "user": ("user", "Người dùng và quyền khi dùng qua mạng", "Users and rights over the network"),
    "web": ("web", "Các trang của phòng trong trình duyệt", "The office's pages in the browser"),
    "demo": ("demo", "Trình diễn trên dữ liệu hư cấu", "A demonstration on invented data"),
    "completion": ("completion", "Gõ tắt lệnh trong shell", "Shell completion"),
}


_spoken = "vi"  # the language of this run, for an error that ends it


class LazyGroup(click.Group):
    """A group that knows its verbs' names and lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"childdb.cli.{VERBS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        english = _lang(ctx) == "en"
        rows = [(name, line_en if english else line_vi) for name, (_, line_vi, line_en) in VERBS.items()]
        with formatter.section("Commands" if english else "Lệnh"):
            formatter.write_dl(rows)


def _lang(ctx: click.Context) -> str:
    return str(ctx.find_root().params.get("lang") or "vi")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--lang",
    type=click.Choice(["vi", "en"]),
    default="vi",
    envvar="CHILDDB_LANG",
    is_eager=True,
    help="Ngôn ngữ / language.",
)
@click.option("--db", metavar="URL|PATH", envvar="CHILDDB_DATABASE", help="Kho dữ liệu / the store.")
@click.option("--key-file", metavar="PATH", envvar="CHILDDB_KEY_FILE", help="Tệp khóa / the key file.")
@click.version_option(childdb.__version__, prog_name="childdb")
@click.pass_context
def group(ctx: click.Context, lang: str, db: str | None, key_file: str | None) -> None:
    """childdb: cơ sở dữ liệu trẻ em cấp huyện / a district's children's database."""
    global _spoken
    _spoken = lang
    ctx.obj = {"lang": lang, "db": db, "key_file": key_file}


def main(args: list[str] | None = None) -> None:
    """Run the command; an error of ours becomes one sentence and its exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = group.main(args=args, prog_name="childdb", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as fault:
        context = getattr(fault, "ctx", None)
        click.echo(words_do_not_fit(fault, _lang(context) if context else _spoken), err=True)
        sys.exit(fault.exit_code)
    except ChildDBError as fault:
        quit_with(fault, _spoken)
    except Exception as fault:
        if os.environ.get("CHILDDB_DEBUG"):
            raise
        quit_with(not_of_ours(fault), _spoken)
    sys.exit(code if isinstance(code, int) else 0)
