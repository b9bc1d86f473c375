"""Sending: make the package, seal it, write it in the ledger, carry it; and carry on where an earlier run was cut.

The order is what makes it safe. The sealed file stands in the outbox before the ledger names it, the ledger says
*started* before anything moves and *delivered* only when the other side was read back. Whatever is killed in between,
the next run finds an open entry and carries the very same file again, which the other side knows by its number.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from childdb.exchange import carriers, package, receipts
from childdb.exchange.changes import Base, state_of
from childdb.exchange.destination import Destination
from childdb.exchange.keyring import Keyring
from childdb.exchange.sealing import seal
from childdb.exchange.signing import own_key, sign_package
from childdb.store import Store, clock, erasing, ledger, named_settings
from childdb.store.sending_lock import sending_lock
from childdb.workflow.destinations import beside_store, destination, outbox
from childdb.workflow.disk import disk_faults_named, workshop
from childdb.workflow.packages import Built, Content, build_package, plain_records
from schemas.errors import CheckFailed, ChildDBError, KeyFault, NotFound

REASON = "Gửi gói dữ liệu định kỳ / sending the periodic package"
_ASKED_FOR = 12  # deliveries without an answer that are asked about again


@dataclass(frozen=True)
class Period:
    """What a package is about: its name (2024-11, 2024-Q4, 2024) and the day its figures are of."""

    name: str
    as_of: date


@dataclass(frozen=True)
class Outcome:
    """A run after sending, whether this call made it, and the fault that kept it from going, if one did."""

    run: ledger.Run
    made: bool
    fault: ChildDBError | None


@dataclass(frozen=True)
class Sender:
    """Who sends: the store, its keys, the person, and the moment."""

    store: Store
    ring: Keyring
    actor: str
    now: datetime


def month_of(day: date) -> Period:
    return Period(f"{day:%Y-%m}", day)


def period_end(name: str) -> date:
    """The last day of a period by its name (2024-11, 2024-Q4, 2024)."""
    year = int(name[:4])
    month = int(name[6]) * 3 if "Q" in name else int(name[5:]) if name[4:] else 12
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def send(who: Sender, name: str, period: Period, *, correction: bool = False, reason: str = REASON) -> Outcome:
    """Bring the period's package to its destination, once; a CORRECTION is the next version of a period already sent.

    Never raises for what keeps a package from going on the way (it is in the outcome); raises where none can be made,
    which is noted too.
    """
    to = destination(who.store, name)
    with sending_lock(who.store):
        believe_clock(who)
        return send_alone(who, to, period, correction=correction, reason=reason)


def believe_clock(who: Sender) -> None:
    """Refuse a clock that cannot be right, and note that."""
    try:
        clock.check_clock(who.store, who.now)
    except CheckFailed as fault:
        ledger.write_not_made(who.store, "", "", fault, actor=who.actor, now=who.now)
        raise


def confirm_clock(who: Sender) -> None:
    """A person says that this computer's clock is right after all; noted in the audit chain."""
    clock.confirm_clock(who.store, actor=who.actor, now=who.now)


def send_alone(
    who: Sender, to: Destination, period: Period, *, correction: bool = False, reason: str = REASON
) -> Outcome:  # fmt: skip
    """`send` for a caller who holds the sending lock and believes the clock."""
    try:
        with disk_faults_named():
            return _send(who, to, period, correction, reason)
    except ChildDBError as fault:
        with suppress(ChildDBError):  # on a full disk not even this can be written
            ledger.write_not_made(who.store, to.name, period.name, fault, actor=who.actor, now=who.now)
        raise


def _send(who: Sender, to: Destination, period: Period, correction: bool, reason: str) -> Outcome:
    earlier = [r for r in ledger.runs(who.store, to.name) if r.period == period.name]
    last = earlier[-1] if earlier else None
    made = False
    if last and last.open and not _kept(who.store, last):
        said = "Tệp đã niêm phong không còn trong thư mục đã gửi; lập bản mới."
        ledger.write_attempt(who.store, last.number, to.carrier, ledger.LOST, said, actor=who.actor, now=who.now)
        last = ledger.run_of(who.store, last.number)
    if last is None or last.state in (ledger.REFUSED, ledger.LOST) or (correction and not last.open):
        last = _make(who, to, period, version=len(earlier) + 1, reason=reason)
        made = True
        if _erased_since(who.store, last.batch):
            parcel_of(who.store, last).path.unlink(missing_ok=True)
            said = "Có trẻ được xóa trong khi lập gói; lập bản mới."
            ledger.write_attempt(who.store, last.number, to.carrier, ledger.LOST, said, actor=who.actor, now=who.now)
            last = _make(who, to, period, version=last.version + 1, reason=reason)
    if not last.open:
        return Outcome(_ask(who, to, last), made, None)
    if last.waits_for_release:
        return Outcome(last, made, None)
    run, fault = _carry(who, to, last)
    return Outcome(run, made, fault)


def rehearse(who: Sender, name: str, period: Period, folder: Path, *, reason: str = REASON) -> Built:
    """What would go and what stays: the package built in FOLDER and read back, and nothing sent or written down."""
    to = destination(who.store, name)
    return _build(who, to, period, folder, number=None, reason=reason, rehearsal=True)


def _build(
    who: Sender, to: Destination, period: Period, folder: Path, *, number: str | None, reason: str, rehearsal: bool = False
) -> Built:  # fmt: skip
    content = Content(to.formats, _base(who.store, to), to.sealed_facts, to.sealed_facts, number, rehearsal)
    return build_package(who.store, folder, as_of=period.as_of, as_known=None, sender=to.sender, receiver=to.receiver,
                         reason=reason, actor=who.actor, now=who.now, content=content)  # fmt: skip


def _make(who: Sender, to: Destination, period: Period, *, version: int, reason: str) -> ledger.Run:
    """The sealed package in the outbox, then its entry in the ledger."""
    key = own_key(who.ring)
    receivers = [e for e in who.ring.live("receiver") if e.name == to.receiver_key]
    if not receivers:
        raise KeyFault(f"Chưa có khóa của nơi nhận “{to.receiver_key}”. Chạy “childdb key receiver add”.",
                       f"There is no key of the receiver {to.receiver_key!r}. Run `childdb key receiver add`.")  # fmt: skip
    number = f"goi-{named_settings.store_id(who.store)[:8]}-{to.name}-{period.name}-v{version}"
    for left in outbox(who.store).glob("*.part"):
        left.unlink(missing_ok=True)  # what a killed run had begun to seal
    with workshop(beside_store(who.store, "dang-lap")) as place:
        folder = place / number
        built = _build(who, to, period, folder, number=number, reason=reason)
        sign_package(folder, key)
        manifest = hashlib.sha256((folder / package.MANIFEST).read_bytes()).hexdigest()
        sealed = outbox(who.store) / f"{number}.age"
        seal(folder, sealed, receivers)
    said = built.manifest
    counts = {
        "number": number, "kind": said["kind"], "base": said["base"], "state": said["state"],
        "records": said["counts"]["records"], "held": said["counts"]["held"], "held_by_commune": dict(built.held_by_commune),
        "held_by_reason": said["counts"]["held_by_reason"], "indicator_rows": said["counts"]["indicator_rows"],
        "sealed_sha256": carriers.file_sha256(sealed), "sealed_bytes": sealed.stat().st_size, "signed_by": key.id,
        "approval": to.approval,
    }  # fmt: skip
    return ledger.write_run(
        who.store, destination=to.name, period=period.name, version=version, as_of=period.as_of,
        batch=said["batch"], manifest=manifest, counts=counts, actor=who.actor, now=who.now,
    )  # fmt: skip


def parcel_of(store: Store, run: ledger.Run) -> carriers.Parcel:
    number = str(run.counts["number"])
    return carriers.Parcel(number, outbox(store) / f"{number}.age", str(run.counts["sealed_sha256"]))


def _kept(store: Store, run: ledger.Run) -> bool:
    """Whether the sealed file stands in the outbox as it was made."""
    parcel = parcel_of(store, run)
    return parcel.path.is_file() and carriers.file_sha256(parcel.path) == parcel.sha256


def _erased_since(store: Store, batch: int) -> bool:
    """Whether a child was erased after BATCH: a package of that batch may still bear it."""
    with store.reading() as connection:
        return any(entry.batch > batch for entry in erasing.entries(connection))


def _carry(who: Sender, to: Destination, run: ledger.Run) -> tuple[ledger.Run, ChildDBError | None]:
    def note(outcome: str, said: str | None) -> None:
        ledger.write_attempt(who.store, run.number, to.carrier, outcome, said, actor=who.actor, now=who.now)

    note(ledger.STARTED, None)
    try:
        answer = carriers.deliver(to, parcel_of(who.store, run))
    except carriers.OtherContent as fault:
        note(ledger.KNOWN, fault.vi)
        return ledger.run_of(who.store, run.number), None
    except ChildDBError as fault:
        note(ledger.FAILED, fault.vi)
        return ledger.run_of(who.store, run.number), fault
    note(ledger.DELIVERED, None)
    return _ask(who, to, ledger.run_of(who.store, run.number), answer), None


def _ask(who: Sender, to: Destination, run: ledger.Run, answer: bytes | None = None) -> ledger.Run:
    """Look for the receipt of what was delivered, if no ANSWER came with it; delivered is delivered, whatever it says."""
    if run.answer or not run.delivered:
        return run
    with suppress(ChildDBError):
        if answer := answer or carriers.answer(to, parcel_of(who.store, run)):
            take_receipt(who, answer)
    return ledger.run_of(who.store, run.number)


def ask_for_receipts(who: Sender, to: Destination) -> list[ledger.Run]:
    """Look for the receipts of the destination's last deliveries; returns the runs that were answered now."""
    waiting = [r for r in ledger.runs(who.store, to.name) if r.delivered and not r.answer][-_ASKED_FOR:]
    return [run for run in (_ask(who, to, r) for r in waiting) if run.answer]


def release(who: Sender, *, run: int | None, name: str | None) -> list[ledger.Run]:
    """A second person's release of a run, or of all that wait (for a destination)."""
    if run is not None:
        meant = [ledger.run_of(who.store, run)]
    else:
        meant = [r for r in ledger.runs(who.store, name) if r.open and r.waits_for_release]
    if not meant:
        raise NotFound("Không có gói nào chờ duyệt.", "No package waits for a release.")
    for one in meant:
        ledger.approve(who.store, one, actor=who.actor, now=who.now)
    return meant


def take_receipt(who: Sender, content: bytes) -> tuple[ledger.Run, bool]:
    """Keep a receipt that is signed and names a run of ours; False where it was kept before."""
    receipt = receipts.read(content, [e for e in who.ring.entries if e.kind == "sender"])
    run = next((r for r in ledger.runs(who.store) if r.counts.get("number") == receipt.package), None)
    if run is None or run.manifest != receipt.manifest:
        raise NotFound(f"Biên nhận cho gói {receipt.package}, không có trong sổ gửi.",
                       f"A receipt for the package {receipt.package}, which is not in the ledger.")  # fmt: skip
    new = ledger.write_answer(who.store, run, receipt.verdict, receipt.plain(), actor=who.actor, now=who.now)
    return ledger.run_of(who.store, run.number), new


def _base(store: Store, to: Destination) -> Base | None:
    """What the receiver has, for a destination that wants changes: the last package that was accepted whole.

    None (so that the whole goes) where there is none, a later one stands unanswered, was taken in part or refused (the
    receiver may have lost what it had), or what the store now says of that day is not what was sent.
    """
    runs = [r for r in ledger.runs(store, to.name) if r.delivered or r.known or r.answer]
    if not to.changes or not runs or runs[-1].state != ledger.ACCEPTED:
        return None
    last = runs[-1]
    state = state_of(package.going(plain_records(store, last.as_of, last.batch)))
    if state.digest() != last.counts["state"]:
        return None
    return Base(last.manifest, state, _Fates(store, last.batch))


class _Fates:
    """What became of a child that goes no longer: left, merged into another, or withdrawn with its import."""

    def __init__(self, store: Store, batch: int) -> None:
        self._before: dict[int, list[int]] = {}
        for identity, child in store.children(batch).items():
            self._before.setdefault(child, []).append(identity)
        self._now, self._live = store.children(), ledger.origins(store)

    def __call__(self, key: str) -> tuple[str, str | None]:
        identities = self._before.get(int(key), [])
        if not any(self._live.get(i) for i in identities):
            return "withdrawn", None
        now = {self._now[i] for i in identities if i in self._now}
        if now and int(key) not in now:
            return "merged", str(min(now))
        return "left", None
