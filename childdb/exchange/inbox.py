"""What a receiver keeps of each sender: the state that its packages made up, sealed for the receiver alone.

FOLDER/districts/ID.age holds the records and what was last received, and takes its place in one step; ID comes from the
sender's name. FOLDER/snapshot/ holds every sender's snapshot as partitions of one: TABLE/district=ID/part-0.parquet.
FOLDER/receipts/ holds the receipts.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import PlainRow
from childdb.exchange.keyring import Entry, Keyring, key_id
from childdb.exchange.receipts import Reason
from childdb.exchange.sealing import seal, unseal
from schemas.errors import KeyFault
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
    """One sender's state: the records by child key."""

    last: Received | None
    records: Mapping[str, PlainRow] = field(default_factory=dict)


class Inbox:
    """A provincial folder."""

    def __init__(self, folder: Path, ring: Keyring) -> None:
        self.folder, self._ring = folder, ring

    @property
    def snapshot(self) -> Path:
        return self.folder / "snapshot"

    def receipt_file(self, number: str) -> Path:
        return self.folder / "receipts" / f"{number}.receipt.json"

    def openers(self) -> list[Entry]:
        """Our opening keys, revoked ones too: they open what was sealed before."""
        return [e for e in self._ring.entries if e.kind == "opening"]

    def district(self, sender: str) -> District:
        file = self._state(key_id(sender))
        return self._read(file) if file.exists() else District(None)

    def others(self, sender: str) -> Iterator[District]:
        for file in sorted((self.folder / "districts").glob("*.age")):
            if file != self._state(key_id(sender)):
                yield self._read(file)

    def keep(self, last: Received, records: Mapping[str, PlainRow]) -> None:
        """The sender's new state, in one step."""
        live = self._ring.live("opening")
        if not live:
            raise KeyFault("Chưa có khóa để mở gói. Chạy “childdb key receiver new”.",
                           "There is no key to open packages. Run `childdb key receiver new`.")  # fmt: skip
        with tempfile.TemporaryDirectory(prefix="opened-", dir=self._workplace()) as place:
            folder = Path(place)
            (folder / "received.json").write_text(json.dumps(asdict(last), ensure_ascii=False), "utf-8")
            with (folder / "records.jsonl").open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(json.dumps(dict(r), ensure_ascii=False) + "\n" for r in records.values())
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

    def _workplace(self) -> Path:
        """Where states are opened: the folder that the receiver empties at its next run."""
        place = self.folder / ".opened"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return place

    def _state(self, name: str) -> Path:
        return self.folder / "districts" / f"{name}.age"

    def _read(self, file: Path) -> District:
        with tempfile.TemporaryDirectory(prefix="opened-", dir=self._workplace()) as place:
            folder = Path(place) / "state"
            unseal(file, folder, self.openers())
            said: dict[str, Any] = json.loads((folder / "received.json").read_text("utf-8"))
            with (folder / "records.jsonl").open(encoding="utf-8") as lines:
                rows = [json.loads(line) for line in lines]
        last = Received(**{**said, "reasons": tuple(Reason(**r) for r in said["reasons"])})
        return District(last, {str(r["child_key"]): r for r in rows})
