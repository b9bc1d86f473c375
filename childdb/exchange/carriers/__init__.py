"""The ways a sealed file goes: one module per carrier, each deliver(destination, parcel) and answer(destination, parcel).

`deliver` is safe to repeat: what is there already, bit for bit, is left as it is and counts as delivered; nothing half
written is ever to be seen under the file's name. `answer` looks for a receipt that the receiver put beside it: a question of
its own, so that a delivery stands whatever becomes of it.
"""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import stamina

from childdb.exchange.destination import Destination
from schemas.errors import NotDelivered

RECEIPT = ".receipt.json"
_LONGEST_WAIT = 30.0  # seconds between two tries
LONGEST_ANSWER = 64 * 1024 * 1024  # bytes: a receipt that gives back every child of a province is shorter
stamina.instrumentation.set_on_retry_hooks(())  # the ledger tells of the tries; nothing goes to the screen


class Refused(NotDelivered):
    """The other side will not take it: trying again changes nothing."""


class OtherContent(Refused):
    """The other side has a file of that number, and it is not this one."""


@dataclass(frozen=True)
class Parcel:
    """A sealed file on its way: its number (the same on every resend), its name there, its size and SHA-256."""

    number: str
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.number}.age"

    @property
    def size(self) -> int:
        return self.path.stat().st_size


class Carrier(Protocol):
    """The contract of a carrier; a receipt that came with the delivery is returned."""

    def deliver(self, destination: Destination, parcel: Parcel) -> bytes | None: ...

    def answer(self, destination: Destination, parcel: Parcel) -> bytes | None: ...


def carrier(destination: Destination) -> Carrier:
    return cast(Carrier, importlib.import_module(f"{__name__}.{destination.carrier}"))


def deliver(destination: Destination, parcel: Parcel) -> bytes | None:
    """Carry the parcel, trying again with growing waits where that may help; a receipt, if one came back."""
    for attempt in stamina.retry_context(
        on=_worth_a_retry, attempts=destination.attempts, timeout=None, wait_max=_LONGEST_WAIT
    ):
        with attempt:
            return carrier(destination).deliver(destination, parcel)
    raise AssertionError  # stamina raises the last fault itself


def answer(destination: Destination, parcel: Parcel) -> bytes | None:
    return carrier(destination).answer(destination, parcel)


def _worth_a_retry(fault: Exception) -> bool:
    return isinstance(fault, NotDelivered) and not isinstance(fault, Refused)


def other_content(name: str) -> OtherContent:
    return OtherContent(f"{name}: nơi nhận đã có tệp cùng tên nhưng nội dung khác.",
                        f"{name}: the receiver has a file of that name with other content.")  # fmt: skip


def not_as_sent(name: str) -> NotDelivered:
    return NotDelivered(f"{name}: đọc lại ở nơi nhận không giống tệp đã gửi.",
                        f"{name}: read back at the receiver's, it differs from what was sent.")  # fmt: skip


def answer_too_long() -> NotDelivered:
    return NotDelivered("Nơi nhận trả lời quá dài hoặc quá chậm.", "The receiver's answer is too long or too slow.")


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def secret_of(file: str) -> str:
    """The secret (a password, a token) that stands alone in a file."""
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(f"Không đọc được tệp mật khẩu {file}.", f"The secret's file {file} cannot be read.") from fault
