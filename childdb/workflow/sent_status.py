"""What went, what did not, why, and what to do: the ledger in plain words; and the worklist of what did not go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from childdb.exchange import package
from childdb.exchange.profile import profile
from childdb.store import Store, ledger
from childdb.workflow.packages import plain_records
from schemas import codes

# state -> what happened and what to do, in Vietnamese and English
_WORDS: dict[str, tuple[str, str, str, str]] = {
    "ready": ("Đã lập gói, chưa gửi.", "Made, not yet sent.",
              "Chạy: childdb export send --to {to}", "Run: childdb export send --to {to}"),
    "waiting": ("Chờ người thứ hai duyệt.", "Waits for a second person's release.",
                "Người thứ hai chạy: childdb export approve {run}", "A second person runs: childdb export approve {run}"),
    "failed": ("Chưa gửi được: {said}", "Not sent: {said}",
               "Khắc phục rồi chạy: childdb export send --to {to}", "Mend it, then run: childdb export send --to {to}"),
    "interrupted": ("Lần gửi trước bị ngắt giữa chừng; gói vẫn còn nguyên.", "The last attempt was cut; the package is whole.",
                    "Chạy: childdb export send --to {to}", "Run: childdb export send --to {to}"),
    "delivered": ("Đã chuyển đến, chờ biên nhận.", "Delivered, waiting for the receipt.",
                  "Khi có biên nhận: childdb export receipt TỆP", "When the receipt comes: childdb export receipt FILE"),
    "accepted": ("Nơi nhận đã nhận đủ.", "The receiver has accepted all.", "", ""),
    "partly": ("Nơi nhận nhận một phần; trả lại {back} trẻ.", "The receiver accepted a part; {back} children came back.",
               "Xem: childdb export worklist --to {to}", "See: childdb export worklist --to {to}"),
    "refused": ("Nơi nhận từ chối: {said}", "The receiver refused: {said}",
                "Xem: childdb export worklist --to {to}, sửa, rồi gửi lại", "See: childdb export worklist --to {to}, mend, send again"),
    "lost": ("Tệp đã niêm phong bị mất trước khi gửi.", "The sealed file was lost before it went.",
             "Chạy: childdb export send --to {to}", "Run: childdb export send --to {to}"),
}  # fmt: skip
# a delivered package waits for the other side; all else but an accepted one is for a person here
_SETTLED = {"accepted", "delivered"}


@dataclass(frozen=True)
class Line:
    """One run in words; `needs_person` tells whether somebody here must do something."""

    run: int
    destination: str
    period: str
    version: int
    state: str
    records: int
    held: int
    made_at: str
    last_at: str | None
    needs_person: bool
    vi: str
    en: str
    todo_vi: str
    todo_en: str


def status(store: Store, destination: str | None = None) -> list[Line]:
    """Every run, oldest first; of one period only the newest version can need a person."""
    runs = ledger.runs(store, destination)
    newest = {(r.destination, r.period): r.number for r in runs}
    return [_line(r, newest[r.destination, r.period] == r.number) for r in runs]


def _line(run: ledger.Run, newest: bool) -> Line:
    reasons = run.answer.content["reasons"] if run.answer else []
    back = len({r["child_key"] for r in reasons if r["child_key"]})
    said = {"vi": "", "en": ""}
    if run.state == "failed":
        said = dict.fromkeys(said, [a.said for a in run.attempts if a.said][-1])
    elif run.state == "refused":
        whole = next((r for r in reasons if not r["child_key"]), reasons[0] if reasons else None)
        said = {k: str(whole[k]) for k in said} if whole else said
    vi, en, todo_vi, todo_en = _WORDS[run.state]
    slots: dict[str, Any] = {"to": run.destination, "run": run.number, "back": back}
    needs = newest and run.state not in _SETTLED
    return Line(
        run.number, run.destination, run.period, run.version, run.state, int(run.counts["records"]),
        int(run.counts["held"]), f"{run.made_at:%Y-%m-%d %H:%M}",
        f"{run.attempts[-1].tried_at:%Y-%m-%d %H:%M}" if run.attempts else None, needs,
        vi.format(**slots, said=said["vi"]), en.format(**slots, said=said["en"]),
        todo_vi.format(**slots) if needs or run.state == "delivered" else "",
        todo_en.format(**slots) if needs or run.state == "delivered" else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Work:
    """One thing to mend: a record that was held here, or that the receiver gave back."""

    commune_code: str
    commune_name: str
    child_key: str
    source: str  # held, returned
    field: str
    vi: str
    en: str
    full_name: str | None


def worklist(
    store: Store, *, as_of: date, destination: str | None = None, commune: str | None = None
) -> Iterator[Work]:
    """What keeps records from going, by commune: what the gate holds now, and what came back with the last receipts."""
    records = {str(r["child_key"]): r for r in plain_records(store, as_of, store.last_batch())}
    _, held = package.sort_out(records.values(), profile())
    found = [(h.child_key, "held", f.where, f.vi, f.en) for h in held for f in h.faults]
    latest = {r.destination: r for r in ledger.runs(store, destination) if r.answer}
    for run in latest.values():
        reasons = run.answer.content["reasons"] if run.answer else ()
        found += [(r["child_key"] or "", "returned", r["where"], r["vi"], r["en"]) for r in reasons]
    rows = [_work(records.get(key, {}), key, *rest) for key, *rest in found]
    yield from sorted(
        (w for w in rows if commune in (None, w.commune_code)), key=lambda w: (w.commune_code, w.child_key, w.field)
    )


def _work(record: Mapping[str, Any], key: str, source: str, where: str, vi: str, en: str) -> Work:
    unit = codes.units().get(f"{record.get('commune_code')}@{record.get('commune_from')}")
    return Work(str(record.get("commune_code") or ""), unit.name if unit else "", key, source, where, vi, en,
                record.get("full_name"))  # fmt: skip
