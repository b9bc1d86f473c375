"""`childdb web`: the office's pages in the browser of this computer; and a shortcut to them on the desktop."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from importlib.util import find_spec
from pathlib import Path

import click

from childdb.cli.door import actor, now, place, today
from childdb.cli.output import say
from schemas.errors import UsageFault


@click.group("web", invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Cổng / port; 0: any.")
@click.option("--no-browser", is_flag=True, help="Không mở trình duyệt / do not open the browser.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="Địa chỉ; trên mạng phải có TLS và người dùng / address; on a network only with TLS and users.")  # fmt: skip
@click.option("--tls-cert", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="PEM")
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="PEM")
@click.option("--login", is_flag=True, help="Hỏi tên và mật khẩu cả trên máy này / ask who it is on this computer too.")
@click.pass_context
def command(ctx: click.Context, port: int, no_browser: bool, host: str, tls_cert: Path | None,
            tls_key: Path | None, login: bool) -> None:  # fmt: skip
    """Mở các trang của phòng trong trình duyệt, trên máy này / the office's pages in the browser, on this computer."""
    if ctx.invoked_subcommand is not None:
        return
    _need_parts()
    from childdb.web import server
    from childdb.workflow.opening import open_store, web_folder

    where = server.Place(host, port, tls_cert, tls_key, login)
    db, key_file = place(ctx)

    def tell(address: str) -> None:
        once = "token=" in address
        click.echo(say(ctx, f"Mở trong trình duyệt{' (chỉ dùng một lần)' if once else ''}: {address}",
                       f"Open in a browser{' (works once)' if once else ''}: {address}"))  # fmt: skip
        if not no_browser:
            webbrowser.open(address)

    store = open_store(db, key_file)
    try:
        folder = web_folder(store)
    finally:
        store.close()
    if url := server.running(folder):
        tell(url)
        return

    def opened(address: str) -> None:
        tell(address)
        click.echo(say(ctx, "Giữ cửa sổ này mở trong khi làm việc; Ctrl+C để dừng.",
                       "Keep this window open while you work; Ctrl+C ends."))  # fmt: skip

    server.serve(db, key_file, where, actor=actor(), now=now, today=today, opened=opened)


def _need_parts() -> None:
    if any(find_spec(part) is None for part in ("jinja2", "python_multipart", "segno", "starlette", "uvicorn")):
        raise UsageFault(
            "Máy này chưa cài phần trang web: pip install childdb[web].",
            "The part for pages is not installed here: pip install childdb[web].",
        )


@command.command("install-shortcut")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR",
              help="Nơi đặt (mặc định: màn hình nền) / where (default: the desktop).")  # fmt: skip
@click.pass_context
def install_shortcut(ctx: click.Context, folder: Path | None) -> None:
    """Đặt biểu tượng “Dữ liệu trẻ em” lên màn hình nền / put an icon on the desktop."""
    db, key_file = place(ctx)
    words = [*(["--db", db] if db else []), *(["--key-file", str(key_file.resolve())] if key_file else []), "web"]
    if db and "://" not in db:
        words[1] = str(Path(db).resolve())
    made = _windows(folder, words) if sys.platform == "win32" else _desktop_entry(folder, words)
    click.echo(say(ctx, f"Đã đặt biểu tượng: {made}", f"The shortcut stands at: {made}"))


NAME = "Dữ liệu trẻ em"


def _windows(folder: Path | None, words: list[str]) -> Path:
    """A .lnk made by PowerShell, as Windows alone can; the words go by the environment, so none is read as script."""
    program = Path(sys.executable)
    script = (
        "$f = $env:CHILDDB_FOLDER; if (-not $f) { $f = [Environment]::GetFolderPath('Desktop') };"
        "$p = Join-Path $f ($env:CHILDDB_NAME + '.lnk');"
        "$s = (New-Object -ComObject WScript.Shell).CreateShortcut($p);"
        "$s.TargetPath = $env:CHILDDB_PROGRAM; $s.Arguments = $env:CHILDDB_WORDS; $s.Save();"
        "[Console]::OutputEncoding = [Text.Encoding]::UTF8; Write-Output $p"
    )
    said = {
        "CHILDDB_FOLDER": str(folder.resolve()) if folder else "", "CHILDDB_NAME": NAME, "CHILDDB_PROGRAM": str(program),
        "CHILDDB_WORDS": subprocess.list2cmdline(["-m", "childdb", *words]),
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - fixed words; what varies goes by the environment
        ["powershell", "-NoProfile", "-NonInteractive", "-Command", script],  # noqa: S607 - Windows finds its own
        env={**os.environ, **said}, capture_output=True, check=False,
    )  # fmt: skip
    path = Path(done.stdout.decode("utf-8", "replace").strip() or ".")
    if done.returncode or not path.is_file():
        raise UsageFault(
            "Không đặt được biểu tượng; tạo lối tắt tới lệnh “childdb web” bằng tay.",
            "The shortcut could not be made; make one to `childdb web` by hand.",
        )
    return path


def _desktop_entry(folder: Path | None, words: list[str]) -> Path:
    import platformdirs

    place = folder or Path(platformdirs.user_desktop_dir())
    place.mkdir(parents=True, exist_ok=True)
    quoted = " ".join(_quoted(w) for w in (sys.executable, "-m", "childdb", *words))
    path = place / "childdb.desktop"
    path.write_text(
        f"[Desktop Entry]\nType=Application\nName={NAME}\nExec={quoted}\nTerminal=true\nCategories=Office;\n", "utf-8"
    )
    path.chmod(0o755)
    return path


def _quoted(word: str) -> str:
    """As the Desktop Entry Specification asks of an argument of Exec."""
    for letter in '\\"`$':
        word = word.replace(letter, "\\" + letter)
    return f'"{word.replace("%", "%%")}"'.replace("\\", "\\\\")
