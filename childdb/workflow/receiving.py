"""Receiving: a package opened, believed or not, taken in whole, in part or not at all, and answered with a signature.

The same package gets the same answer, however often it comes, also after later ones. A receive that was killed is done again from the start:
the sender's state takes its place in one step, and the receipt is written last.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, zip_longest
from pathlib import Path

import childdb
from childdb.exchange import package, receipts
from childdb.exchange.bundle import Lines, PlainRow
from childdb.exchange.changes import Change, applied, state_of_file
from childdb.exchange.formats import jsonl
from childdb.exchange.inbox import District, Inbox, Received
from childdb.exchange.keyring import Keyring
from childdb.exchange.ordering import Ordered
from childdb.exchange.profile import profile
from childdb.exchange.receipts import Reason
from childdb.exchange.sealing import unseal
from childdb.exchange.signing import own_key, package_signer
from childdb.workflow.disk import disk_faults_named, own_workshop
from childdb.workflow.figures import plain_table
from indicators.engine import run
from indicators.results import Results
from schemas.errors import CheckFailed, StoreBusy
from schemas.files import whole_file

_LONGEST_NUMBER = 100
_TAG = 16  # bytes that stand for a personal number


@dataclass(frozen=True)
class Taken:
    """What was done with a package: the sender, the verdict with its reasons, and the receipt's file."""

    sender: str
    number: str
    as_of: date
    verdict: str
    reasons: tuple[Reason, ...]
    receipt: Path


def receive(sealed: Path, folder: Path, ring: Keyring, *, today: date) -> Taken:
    """Take a sealed package into the provincial FOLDER and write the signed receipt there.

    Raises where the file does not open, is not signed by a sender believed here, or bears no number: nobody could be
    answered. Whatever else is wrong is an answer.
    """
    own_key(ring)
    inbox = Inbox(folder, ring)
    busy = StoreBusy("Một tiến trình khác đang nhận gói vào thư mục này; thử lại sau.",
                     "Another process is receiving into this folder; try again.")  # fmt: skip
    with disk_faults_named(), own_workshop(folder / ".opened", busy) as place:
        opened = place / "package"
        unseal(sealed, opened, inbox.openers())
        signer = package_signer(opened, [e for e in ring.entries if e.kind == "sender"])
        return _answered(inbox, ring, opened, signer.name, today)


def _answered(inbox: Inbox, ring: Keyring, opened: Path, sender: str, today: date) -> Taken:
    found = package.check(opened)
    manifest = hashlib.sha256((opened / package.MANIFEST).read_bytes()).hexdigest()
    try:
        number, as_of = str(found.manifest["number"]), date.fromisoformat(found.manifest["as_of"])
        said = Received(sender, number, manifest, as_of.isoformat(), int(found.manifest["batch"]), "refused",
                        today.isoformat(), ())  # fmt: skip
    except (KeyError, TypeError, ValueError) as fault:
        raise CheckFailed("Gói không nêu số hoặc ngày.", "The package tells neither number nor date.") from fault
    if len(number) > _LONGEST_NUMBER or not number.replace("-", "").isalnum():
        raise CheckFailed("Số gói không đúng dạng.", "The package's number has not the right form.")
    with inbox.district(sender) as before:
        last = _said_before(inbox, before.last, said) or _judged(inbox, opened, before, said, found)
    return _receipt(inbox, ring, last, as_of)


def _said_before(inbox: Inbox, last: Received | None, said: Received) -> Received | None:
    """What was said of this very package; a receipt that tells of records which are not here any more does not count."""
    if last and last.manifest == said.manifest:
        return last
    kept = inbox.receipt(said.number)
    if kept is None or kept.manifest != said.manifest:
        return None
    if kept.verdict != "refused" and (last is None or (last.as_of, last.batch) < (said.as_of, said.batch)):
        return None
    return replace(said, verdict=kept.verdict, received_on=kept.received_on, reasons=kept.reasons)


def _judged(inbox: Inbox, opened: Path, before: District, said: Received, found: package.Checked) -> Received:
    """What is said of the package; what is taken of it is kept."""
    after = opened.with_name("after")
    after.mkdir()
    reasons = _refusal(found, opened, before, said.number) or _state(found, opened, before, after)
    if reasons:
        return replace(said, reasons=tuple(reasons))
    records = jsonl.read(after).records
    back = tuple(_returned(records, inbox.others(said.sender)))
    last = replace(said, verdict="partly" if back else "accepted", reasons=back)
    returned = {r.child_key for r in back}
    inbox.add_snapshot(said.sender, opened / "snapshot")
    inbox.keep(last, (row for row in records if row["child_key"] not in returned))
    return last


def _receipt(inbox: Inbox, ring: Keyring, last: Received, as_of: date) -> Taken:
    kept, key = inbox.receipt(last.number), own_key(ring)
    # a second package of one number is answered too, and does not take the first one's answer away
    other = kept is not None and kept.manifest != last.manifest
    file = inbox.receipt_file(f"{last.number}-{last.manifest[:8]}" if other else last.number)
    content = receipts.written(last.number, last.manifest, last.verdict, last.reasons, receiver=key.name,
                               today=date.fromisoformat(last.received_on), key=key)  # fmt: skip
    with whole_file(file, mode=0o644) as out:
        out.write(content)
    return Taken(last.sender, last.number, as_of, last.verdict, last.reasons, file)


def _whole(where: str, vi: str, en: str) -> Reason:
    return Reason(None, None, where, vi, en)


def _refusal(found: package.Checked, opened: Path, before: District, number: str) -> list[Reason]:
    """Why the package as such is not taken: its check, its place in time, its figures."""
    if not found.good:
        return [_whole("check", p, p) for p in found.problems[:100]]
    if before.last:
        earlier = (before.last.as_of, before.last.batch)
        if before.last.number == number:
            return [
                _whole(
                    "number", "Số gói này đã nhận với nội dung khác.", "This number was received with other content."
                )
            ]
        if (found.manifest["as_of"], found.manifest["batch"]) < earlier:
            return [_whole("as_of", f"Đã nhận gói mới hơn ({before.last.number}).",
                           f"A newer package was received ({before.last.number}).")]  # fmt: skip
    return _figures_agree(found, opened)


def _figures_agree(found: package.Checked, opened: Path) -> list[Reason]:
    """The indicator table, counted again from the package's snapshot by the same version of the definitions."""
    if found.manifest["code_version"] != childdb.__version__:
        return []
    counted = plain_table(run(opened / "snapshot", as_of=date.fromisoformat(found.manifest["as_of"])))
    if all(one == other for one, other in zip_longest(jsonl.read(opened).indicators, counted)):
        return []
    return [_whole("indicators", "Bảng chỉ tiêu không khớp với số liệu kèm theo.",
                   "The indicator table does not agree with the data beside it.")]  # fmt: skip


def _state(found: package.Checked, opened: Path, before: District, after: Path) -> list[Reason]:
    """The sender's records after this package, in the folder AFTER; or why they cannot be made up."""
    sent = jsonl.read(opened).records
    if found.manifest["kind"] == "whole":
        jsonl.write_records(sent, after)
        return []
    gap = _whole("base", "Gói thay đổi dựa trên gói chưa nhận; hãy gửi gói đầy đủ.",
                 "The changes rest on a package that was not received; send a whole one.")  # fmt: skip
    if before.last is None or before.last.manifest != found.manifest["base"]:
        return [gap]
    changes = (Change(**row) for row in Lines(opened / package.CHANGES))
    try:
        jsonl.write_records(applied(before.records, sent, changes), after)
        agrees = state_of_file(after / jsonl.RECORDS).digest() == found.manifest["state"]
    except CheckFailed as fault:
        return [_whole("changes", fault.vi, fault.en)]
    except (TypeError, ValueError):
        return [_whole("changes", "Danh sách thay đổi không đọc được.", "The list of changes cannot be read.")]
    return [] if agrees else [gap]


def _returned(records: Iterable[PlainRow], others: Iterable[PlainRow]) -> Iterator[Reason]:
    """Records that go back: a personal number that another child bears, here or in another district."""
    key = os.urandom(32)  # the numbers are set in order under a name that dies with this run

    def tag(record: PlainRow) -> bytes | None:
        number = record.get("personal_id")
        return hashlib.blake2b(str(number).encode("utf-8"), key=key, digest_size=_TAG).digest() if number else None

    order = Ordered(_TAG + 1)
    for where, rows in ((b"here", records), (b"elsewhere", others)):
        for record in rows:
            if found := tag(record):
                order.add(found + where[:1])
    twice = set()
    for number, borne in groupby(order, key=lambda entry: entry[:_TAG]):
        places = Counter(entry[_TAG:] for entry in borne)
        if places[b"h"] and places.total() > 1:
            twice.add(number)
    heading = next(f.heading for f in profile().fields if f.key == "personal_id")
    for record in records if twice else ():
        if tag(record) in twice:
            yield Reason(str(record["child_key"]), str(record["commune_code"]), "personal_id",
                         f"“{heading}” đã ghi cho một trẻ khác.", "The personal number stands for another child too.")  # fmt: skip


def provincial_figures(folder: Path, ring: Keyring, *, as_of: date) -> Results:
    """The whole catalogue over every district that was received."""
    return run(Inbox(folder, ring).snapshot, as_of=as_of)
