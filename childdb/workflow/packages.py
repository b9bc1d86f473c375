"""The provincial package: resolved records with names, the indicator table and the snapshot, audited."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

import childdb
from childdb.exchange import package
from childdb.exchange.bundle import PlainRow
from childdb.exchange.changes import Base
from childdb.exchange.profile import profile
from childdb.store import Store
from childdb.store.named import named_records
from childdb.store.snapshot import write_snapshot
from childdb.workflow.disk import workshop
from childdb.workflow.figures import plain_rows, plain_table
from childdb.workflow.gate import Totals, check_figures, check_totals
from childdb.workflow.releasing import Wanted, note_release, protected_of
from indicators.engine import run
from indicators.prepare.sources import connect
from indicators.recount import Recount
from schemas import codes
from schemas.files import whole_file

HELD_COLUMNS = ("child_key", "commune_code", "field", "ly_do", "reason")


@dataclass(frozen=True)
class Built:
    """A package that was built: its manifest, how many do not go out by commune, and their list (kept in the office)."""

    folder: Path
    manifest: Mapping[str, Any]
    held_list: Path | None
    held_by_commune: Mapping[str, int]


@dataclass(frozen=True)
class Content:
    """What a package is to hold beyond the profile's own part."""

    formats: Sequence[str] = ()
    base: Base | None = None
    sealed_rows: bool = False  # sealed facts by child, in a part of their own
    sealed_counts: bool = True  # the store's counts of sealed facts, in the snapshot
    number: str | None = None
    rehearsal: bool = False  # nothing leaves: nothing is noted as released


def build_package(
    store: Store, folder: Path, *, as_of: date, as_known: int | None, sender: str, receiver: str, reason: str,
    actor: str, now: datetime, content: Content | None = None,
) -> Built:  # fmt: skip
    """Build FOLDER whole or not at all; every named record read for it is an entry of the audit chain."""
    wanted = content or Content()
    batch = as_known or store.last_batch()
    header = package.Header(sender, receiver, as_of.isoformat(), batch, childdb.__version__, wanted.number)
    with ExitStack() as opened:
        # where the next run of this package finds and removes what a killed one left
        place = opened.enter_context(workshop(folder.with_name(folder.name + ".snapshot")))
        stays = opened.enter_context(_held_list(folder))
        snapshot = place / "snapshot"
        write_snapshot(store, snapshot, as_known=batch, sealed_as_of=(as_of,) if wanted.sealed_counts else ())
        # the figures are those of the very snapshot that goes, so that the receiver can count them again
        con = opened.enter_context(closing(connect()))
        table = plain_table(run(snapshot, as_of=as_of, con=con))
        released = None
        if wanted.formats:
            counted = run(snapshot, as_of=as_of, filed=True)
            protected = protected_of(store, counted, Wanted(as_of))
            released = _marked(protected.frame)
            if not wanted.rehearsal:  # noted before it stands: what a killed run let out is known too
                note_release(store, counted, protected, audience=receiver, actor=actor, now=now)

        def seen() -> Iterator[PlainRow]:
            totals, count = Totals(as_of), 0
            recount = Recount(con, as_of=as_of)
            for record in plain_records(store, as_of, batch):
                count += 1
                totals.see(record)
                recount.see(record)
                yield record
            store.note_use(actor, "export build", reason, count, now=now)  # before the package stands
            check_totals(totals, table)
            check_figures(recount, table)

        manifest = package.build(
            folder, seen(), table, header, lambda target: shutil.copytree(snapshot, target),
            extra=wanted.formats, base=wanted.base,
            sealed=_sealed(store, as_of, batch) if wanted.sealed_rows else None, released=released, hold=stays.add,
        )  # fmt: skip
    return Built(folder, manifest, stays.path if stays.by_commune else None, stays.by_commune)


def _marked(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The protected table for other systems: no records stand beside it there; what is withheld says so."""
    marks = (str(one) for one in frame["disclosure"])
    return [{**row, "disclosure": mark} for row, mark in zip(plain_rows(frame), marks, strict=True)]


def plain_records(store: Store, as_of: date, batch: int) -> Iterator[dict[str, Any]]:
    """The children of a day in the profile's fields, as plain values."""
    keys = profile().keys
    for child in named_records(store, as_of=as_of, as_known=batch):
        record = {key: _plain(child.get(key)) for key in keys}
        record["child_key"] = str(child["child_key"])
        unit = codes.units().get(f"{record['commune_code']}@{record['commune_from']}")
        record["commune_name"] = unit.name if unit else None
        yield record


def _sealed(store: Store, as_of: date, batch: int) -> Iterator[PlainRow]:
    """Sealed categories by child: only for a destination that is set to receive them."""
    for child in named_records(store, as_of=as_of, as_known=batch, sealed=True):
        found = [code for code in child["circumstance_codes"] if codes.is_sealed(code)]
        if found:
            yield {"child_key": str(child["child_key"]), "circumstance_codes": found}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


class _HeldList:
    """The list of held records beside the package, never in it: pseudonymous keys, communes, reasons."""

    def __init__(self, path: Path, out: Any) -> None:
        self.path, self._out = path, csv.writer(out)
        self.by_commune: Counter[str] = Counter()

    def add(self, one: package.Held) -> None:
        if not self.by_commune:
            self._out.writerow(HELD_COLUMNS)
        self.by_commune[one.commune_code or ""] += 1
        self._out.writerows([one.child_key, one.commune_code, f.where, f.vi, f.en] for f in one.faults)


@contextmanager
def _held_list(folder: Path) -> Iterator[_HeldList]:
    """The list, which stands when the block ends well and something was held."""
    path = folder.with_name(folder.name + "-giu-lai.csv")
    with whole_file(path) as out:
        text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
        held = _HeldList(path, text)
        yield held
        text.flush()
        text.detach()
    if not held.by_commune:
        path.unlink()
