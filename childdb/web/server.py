"""The server: bound to this computer, or to a network where there is TLS; found again by a second start."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import uvicorn

from childdb.web.app import TOKENS, make_app
from childdb.web.jobs import Queue, Worker
from childdb.web.page import Desk
from childdb.web.sessions import new_start_token
from childdb.workflow.keeping import Sealer
from childdb.workflow.opening import Store, open_store, web_folder
from childdb.workflow.people import accounts
from schemas.errors import UsageFault
from schemas.files import file_lock

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_RUNS, _LOCK = "runs.json", "runs.lock"


@dataclass(frozen=True)
class Place:
    """Where the server is to listen: PORT 0 takes any that is free; a network needs a certificate and its key.

    On a network, and with LOGIN here too, people sign in; else whoever has the start address is let in.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    tls_cert: Path | None = None
    tls_key: Path | None = None
    login: bool = False

    @property
    def people_sign_in(self) -> bool:
        return self.login or self.host not in LOOPBACK

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK and not (self.tls_cert and self.tls_key):
            raise UsageFault(
                "Trên mạng chỉ chạy với TLS: thêm --tls-cert và --tls-key.",
                "On a network the pages run with TLS alone: add --tls-cert and --tls-key.",
            )


def running(folder: Path) -> str | None:
    """The address that opens the server of this store that answers; None where there is none.

    Whether it is ours tells its lock: at the port of one that has died another program may listen, which is told no token.
    """
    with suppress(OSError), file_lock(folder / _LOCK):
        return None
    with suppress(OSError, ValueError, KeyError):
        said = json.loads((folder / _RUNS).read_text("utf-8"))
        with socket.create_connection((said["host"], said["port"]), timeout=1):
            return str(said["url"]) if said["login"] else start_url(folder, said["url"])
    return None


def start_url(folder: Path, url: str) -> str:
    """The address that opens the pages once."""
    return f"{url}/start?token={new_start_token(folder / TOKENS)}"


def serve(
    db: str | None, key_file: Path | None, place: Place, *, actor: str, now: Callable[[], datetime],
    today: Callable[[], date], opened: Callable[[str], None],
) -> None:  # fmt: skip
    """Serve until the process is ended; OPENED is called with the start address once the server listens."""
    store = open_store(db, key_file)
    if place.people_sign_in and not any(a.ready and a.active for a in accounts(store, now=now())):
        store.close()
        raise UsageFault("Chưa có người dùng nào đăng nhập được: childdb user add",
                         "No user can sign in yet: childdb user add")  # fmt: skip
    listening, held = _listen(place), ExitStack()
    try:
        held.enter_context(_the_one(store))
        host, port = listening.getsockname()[:2]
        desk = make_desk(store, db, key_file, actor=None if place.people_sign_in else actor, now=now, today=today)
        tls = place.tls_cert is not None
        name = f"[{host}]" if ":" in host else host
        url = f"{'https' if tls else 'http'}://{name}:{port}"
        names = {name, "localhost", place.host} if place.host in LOOPBACK else {place.host, socket.gethostname()}
        app = make_app(desk, hosts(names, port, tls=tls), tls=tls)
        (desk.folder / _RUNS).write_text(
            json.dumps({"host": host, "port": port, "url": url, "login": place.people_sign_in}), "utf-8"
        )
        threading.Thread(
            target=lambda: desk.finder, daemon=True
        ).start()  # the index of names, while nobody waits for it
        desk.worker.wake()  # what was cut off by the last end is told so
        opened(url if place.people_sign_in else start_url(desk.folder, url))
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, lifespan="off",
            ssl_certfile=place.tls_cert, ssl_keyfile=place.tls_key, h11_max_incomplete_event_size=64 * 1024,
        )  # fmt: skip
        # uvicorn raises the signal that ended it once more when it has shut down: then what follows is still done
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            uvicorn.Server(config).run(sockets=[listening])
        finally:
            desk.worker.close()
            (desk.folder / _RUNS).unlink(missing_ok=True)
    finally:
        held.close()
        listening.close()
        store.close()


@contextmanager
def _the_one(store: Store) -> Iterator[None]:
    """A store is served by one process at a time: two would not know of each other's clicks and sessions."""
    folder = web_folder(store)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with file_lock(folder / _LOCK):
            (folder / _RUNS).unlink(missing_ok=True)  # of one that died: its port may be another program's
            yield
    except BlockingIOError as fault:
        raise UsageFault("Các trang của kho này đang chạy ở cửa sổ khác.",
                         "The pages of this store run in another window.") from fault  # fmt: skip


def hosts(names: Iterable[str], port: int, *, tls: bool) -> list[str]:
    """How browsers call a server of these names: in small letters, and without the port where it is the usual one."""
    usual = port == (443 if tls else 80)
    return [host for n in names for host in (f"{n}:{port}".lower(), *([n.lower()] if usual else []))]


def make_desk(
    store: Store, db: str | None, key_file: Path | None, *, actor: str | None, now: Callable[[], datetime],
    today: Callable[[], date],
) -> Desk:  # fmt: skip
    """The desk of one store, its folder made."""
    folder = web_folder(store)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    queue = Queue(folder / "jobs", Sealer.of(store, folder))
    worker = Worker({"db": db, "key_file": str(key_file) if key_file else None}, queue)
    return Desk(store, folder, queue, worker, now, today, local=actor)


def _listen(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((place.host, place.port))
    except OSError as fault:
        listening.close()
        raise UsageFault(f"Cổng {place.port} đang bận; chọn cổng khác: --port.",
                         f"Port {place.port} is taken; choose another: --port.") from fault  # fmt: skip
    listening.listen(64)
    return listening
