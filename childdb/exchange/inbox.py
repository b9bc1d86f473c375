"""What a receiver keeps of each sender: the state that its packages made up, sealed for the receiver alone.

FOLDER/districts/ID.age holds the records and what was last received, and takes its place in one step; ID comes from the
sender's name. FOLDER/snapshot/ holds every sender's snapshot as partitions of one: TABLE/district=ID/part-0.parquet.
FOLDER/receipts/ holds the receipts.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import PlainRow, Rows
from childdb.exchange.formats import jsonl
from childdb.exchange.keyring import Entry, Keyring, key_id
from childdb.exchange.receipts import Reason, Receipt, own
from childdb.exchange.sealing import seal, unseal
from schemas.errors import CheckFailed, KeyFault
from schemas.files import whole_file

# the same in every district: the last received stands for all
REFERENCE = {"admin_unit", "admin_unit_successor", "unit_trait", "vaccine_rollout"}


@dataclass(frozen=True)
class Received:
    """The last package taken from a sender, and what was said of it."""

    sender: str
    number: str
    manifest: str
    as_of: str
    batch: int
    verdict: str
    received_on: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class District:
    """One sender's state; its records are read anew each time, while it is open."""

    last: Received | None
    records: Rows = ()


class Inbox:
    """A provincial folder."""

    def __init__(self, folder: Path, ring: Keyring) -> None:
        self.folder, self._ring = folder, ring

    @property
    def snapshot(self) -> Path:
        return self.folder / "snapshot"

    def receipt_file(self, number: str) -> Path:
        return self.folder / "receipts" / f"{number}.receipt.json"

    def receipt(self, number: str) -> Receipt | None:
        """What was said last of the package of that number, if anything that can be read was."""
        try:
            return own(self.receipt_file(number).read_bytes())
        except (FileNotFoundError, CheckFailed):
            return None

    def openers(self) -> list[Entry]:
        """Our opening keys, revoked ones too: they open what was sealed before."""
        return [e for e in self._ring.entries if e.kind == "opening"]

    @contextmanager
    def district(self, sender: str) -> Iterator[District]:
        """The sender's state, open for the block."""
        file = self._state(key_id(sender))
        if not file.exists():
            yield District(None)
            return
        with self._opened(file) as found:
            yield found

    def others(self, sender: str) -> Iterator[PlainRow]:
        """The records of every other sender, one state open at a time."""
        for file in sorted((self.folder / "districts").glob("*.age")):
            if file != self._state(key_id(sender)):
                with self._opened(file) as found:
                    yield from found.records

    def keep(self, last: Received, records: Iterable[PlainRow]) -> None:
        """The sender's new state, in one step."""
        live = self._ring.live("opening")
        if not live:
            raise KeyFault("Chưa có khóa để mở gói. Chạy “childdb key receiver new”.",
                           "There is no key to open packages. Run `childdb key receiver new`.")  # fmt: skip
        with self._workplace() as folder:
            (folder / "received.json").write_text(json.dumps(asdict(last), ensure_ascii=False), "utf-8")
            jsonl.write_records(records, folder)
            seal(folder, self._state(key_id(last.sender)), live)

    def add_snapshot(self, sender: str, snapshot: Path) -> None:
        """The sender's tables as its partitions of the common snapshot, file by file, each in one step."""
        mine = f"district={key_id(sender)}"
        for file in sorted(snapshot.glob("*.parquet")):
            place = self.snapshot / f"{file.stem}.parquet"
            if file.stem not in REFERENCE:
                place = self.snapshot / file.stem / mine / "part-0.parquet"
            with whole_file(place) as out, file.open("rb") as source:
                shutil.copyfileobj(source, out)
        # several districts have no batch in common
        with whole_file(self.snapshot / "manifest.json") as out:
            out.write(json.dumps({"batch": None}).encode("ascii"))

    @contextmanager
    def _workplace(self) -> Iterator[Path]:
        """Where a state is opened or made up: in the folder that the receiver empties at its next run."""
        place = self.folder / ".opened"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix="opened-", dir=place) as folder:
            yield Path(folder)

    def _state(self, name: str) -> Path:
        return self.folder / "districts" / f"{name}.age"

    @contextmanager
    def _opened(self, file: Path) -> Iterator[District]:
        with self._workplace() as place:
            unseal(file, place / "state", self.openers())
            said: dict[str, Any] = json.loads((place / "state" / "received.json").read_text("utf-8"))
            last = Received(**{**said, "reasons": tuple(Reason(**r) for r in said["reasons"])})
            yield District(last, jsonl.read(place / "state").records)
