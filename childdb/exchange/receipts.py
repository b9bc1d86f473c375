"""The receiver's signed answer to a package: accepted, accepted in part, refused, with a reason for each record.

A receipt is JSON: {"receipt": {...}, "signature": {...}}; the signature is over the receipt's canonical JSON. It bears
no clock time but the day, so that the same package gets the same receipt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from childdb.exchange.keyring import Entry
from childdb.exchange.signing import sign, verified
from schemas.errors import CheckFailed

VERDICTS = ("accepted", "partly", "refused")


@dataclass(frozen=True)
class Reason:
    """Why a record (or, without a child, the package) was not taken."""

    child_key: str | None
    commune_code: str | None
    where: str
    vi: str
    en: str


@dataclass(frozen=True)
class Receipt:
    """What the receiver says of one package, named by its number and its manifest's SHA-256."""

    package: str
    manifest: str
    verdict: str
    receiver: str
    received_on: str
    reasons: tuple[Reason, ...]

    def plain(self) -> dict[str, Any]:
        return {**asdict(self), "reasons": [asdict(r) for r in self.reasons]}


def written(
    package: str, manifest: str, verdict: str, reasons: Sequence[Reason], *, receiver: str, today: date, key: Entry
) -> bytes:
    """The signed receipt as a file's content."""
    content = Receipt(package, manifest, verdict, receiver, today.isoformat(), tuple(reasons)).plain()
    whole = {"receipt": content, "signature": sign(_canonical(content), key)}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def read(content: bytes, believed: Iterable[Entry]) -> Receipt:
    """A receipt that was signed by somebody believed here; anything else is refused."""
    receipt, said, signature = _parsed(content)
    verified(_canonical(said), signature, believed)
    return receipt


def own(content: bytes) -> Receipt:
    """A receipt of our own that we kept: its signature is not asked for."""
    return _parsed(content)[0]


def _parsed(content: bytes) -> tuple[Receipt, Any, Any]:
    """The receipt, and what was signed with its signature."""
    try:
        whole = json.loads(content)
        said, signature = whole["receipt"], whole["signature"]
        receipt = Receipt(**{**said, "reasons": tuple(Reason(**r) for r in said["reasons"])})
        if receipt.verdict not in VERDICTS or not (
            isinstance(receipt.package, str) and isinstance(receipt.manifest, str)
        ):
            raise ValueError(receipt.verdict)
    except (ValueError, KeyError, TypeError) as fault:
        raise CheckFailed("Tệp này không phải biên nhận đọc được.", "This is no receipt that can be read.") from fault
    return receipt, said, signature


def _canonical(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
