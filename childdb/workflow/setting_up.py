"""Sending set up from the pages: keys taken from a file, destinations, the system's timer, the mail.

Secrets that are typed or handed over stand in files of their own beside the key file, readable by their owner alone: so no
page ever names a path of this computer to be read and sent to a server.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from childdb.exchange.destination import Destination
from childdb.exchange.keyring import Entry, Keyring
from childdb.store import Store
from childdb.workflow import notifying, timers
from childdb.workflow.destinations import remove_destination, set_destination
from childdb.workflow.disk import disk_faults_named
from schemas.errors import NotFound, UsageFault
from schemas.files import whole_file

_SEALING = re.compile(r"\bage1[0-9a-z]{58}\b")
_SIGNING = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])")
SECRETS = ("login_key_file", "password_file", "authority_file", "token_file")
"""What a destination may need to be let in, by the names of `Destination`."""


def take_public(ring: Keyring, name: str, text: str, today: date) -> list[Entry]:
    """The public keys found in TEXT, as the other side sent it: whom to seal for, and whose receipts to believe."""
    if not re.fullmatch(r"[\w .,&-]{1,60}", name):
        raise UsageFault("Đặt tên cho khóa: chữ, số, tối đa 60 ký tự.", "Name the key: letters, digits, 60 at most.")
    sealing, signing = dict.fromkeys(_SEALING.findall(text)), dict.fromkeys(_SIGNING.findall(text))
    if not sealing and not signing:
        raise UsageFault("Không thấy khóa nào: khóa niêm phong bắt đầu bằng age1, khóa ký dài 44 ký tự.",
                         "No key is in it: a sealing key begins with age1, a signing key has 44 letters.")  # fmt: skip
    there = {e.public for e in ring.entries if not e.revoked}
    made = [ring.add_receiver(name, key, today) for key in sealing if key not in there]
    return made + [ring.add_sender(name, key, today) for key in signing if key not in there]


def set_up_destination(
    store: Store, words: Mapping[str, Any], secrets: Mapping[str, bytes], *, actor: str, now: datetime
) -> Destination:
    """A destination as it was told; SECRETS (by their names in `Destination`) are kept in files of their own."""
    given = {k: v for k, v in words.items() if v not in ("", None)}
    if given.get("carrier") == "sftp" and "://" not in str(given.get("address", "")):
        given["address"] = f"sftp://{given['address']}"
    if not given.get("address"):
        raise UsageFault("Ghi gửi đến đâu.", "Say where it goes.")
    if given.get("carrier") == "folder" and not Path(str(given["address"])).is_absolute():
        raise UsageFault("Thư mục ghi đủ đường dẫn, như E:\\GuiTinh.", "Write the folder in full, like E:\\GuiTinh.")
    Destination.of(given)  # refuses before anything is kept
    place = _secrets(store) / str(given["name"])
    kept = {name: _keep(place / name.removesuffix("_file"), content) for name, content in secrets.items() if content}
    wanted = Destination.of({**given, **{name: str(path) for name, path in kept.items()}})
    set_destination(store, wanted, actor=actor, now=now)
    return wanted


def drop_destination(store: Store, name: str, *, actor: str, now: datetime) -> None:
    """Remove a destination with its secrets; the ledger stays."""
    remove_destination(store, name, actor=actor, now=now)
    shutil.rmtree(_secrets(store) / name, ignore_errors=True)


def set_up_mail(store: Store, words: Mapping[str, Any], password: str, *, actor: str, now: datetime) -> None:
    """The mail that tells when sending needs a person."""
    kept = None
    if password:
        kept = str(_keep(_secrets(store) / "mail", password.encode("utf-8")))
    elif words.get("user"):
        before = notifying.mail(store)
        kept = before.password_file if before else None
    notifying.set_mail(store, notifying.Mail(**words, password_file=kept), actor=actor, now=now)


def install_timer(store: Store, *, actor: str, now: datetime) -> str:
    """Make this computer run the schedule by itself every hour; returns which timer it has."""
    system = timers.here()
    wanted = timers.timer(system, timers.job(store.url, store.key_file, "vi"))
    timers.install(wanted, store.key_file.resolve().parent)
    store.audit(actor, "schedule installed", {"system": system}, now=now)
    return system


def remove_timer(store: Store, *, actor: str, now: datetime) -> None:
    timers.remove(timers.here())
    store.audit(actor, "schedule taken off", {}, now=now)


def timer_system() -> str:
    """The timer that this computer has; empty where it has none."""
    try:
        return timers.here()
    except NotFound:
        return ""


def _secrets(store: Store) -> Path:
    return store.key_file.with_name(store.key_file.name + ".secrets")


def _keep(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with disk_faults_named(), whole_file(path) as out:
        out.write(content)
    return path


mail, no_mail, try_mail = notifying.mail, notifying.no_mail, notifying.try_mail
