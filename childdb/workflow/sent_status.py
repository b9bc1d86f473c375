"""What went, what did not, why, and what to do: the ledger in plain words; and the worklist of what did not go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from childdb.exchange.profile import profile
from childdb.store import Store, ledger
from childdb.workflow.packages import plain_records
from childdb.workflow.scheduling import outstanding
from schemas import codes

_SEND = "childdb export send --to {to} --period {period}"
# state -> what happened and what to do, in Vietnamese and English
_WORDS: dict[str, tuple[str, str, str, str]] = {
    "ready": ("Đã lập gói, chưa gửi.", "Made, not yet sent.", f"Chạy: {_SEND}", f"Run: {_SEND}"),
    "waiting": ("Chờ người thứ hai duyệt.", "Waits for a second person's release.",
                "Người thứ hai chạy: childdb export approve {run}", "A second person runs: childdb export approve {run}"),
    "failed": ("Chưa gửi được: {said}", "Not sent: {said}",
               f"Khắc phục rồi chạy: {_SEND}", f"Mend it, then run: {_SEND}"),
    "interrupted": ("Lần gửi trước bị ngắt giữa chừng; gói vẫn còn nguyên.", "The last attempt was cut; the package is whole.",
                    f"Chạy: {_SEND}", f"Run: {_SEND}"),
    "delivered": ("Đã chuyển đến, chờ biên nhận.", "Delivered, waiting for the receipt.",
                  "Khi có biên nhận: childdb export receipt TỆP", "When the receipt comes: childdb export receipt FILE"),
    "unanswered": ("Đã chuyển đến {days} ngày mà chưa có biên nhận.", "Delivered {days} days ago, and no receipt yet.",
                   "Hỏi nơi nhận; khi có biên nhận: childdb export receipt TỆP",
                   "Ask the receiver; when the receipt comes: childdb export receipt FILE"),
    "accepted": ("Nơi nhận đã nhận đủ.", "The receiver has accepted all.", "", ""),
    "partly": ("Nơi nhận nhận một phần; trả lại {back} trẻ.", "The receiver accepted a part; {back} children came back.",
               "Xem: childdb export worklist --to {to}", "See: childdb export worklist --to {to}"),
    "refused": ("Nơi nhận từ chối: {said}", "The receiver refused: {said}",
                f"Xem: childdb export worklist --to {{to}}; sửa rồi chạy: {_SEND}",
                f"See: childdb export worklist --to {{to}}; mend it and run: {_SEND}"),
    "lost": ("Tệp đã niêm phong bị mất trước khi gửi.", "The sealed file was lost before it went.",
             f"Chạy: {_SEND}", f"Run: {_SEND}"),
    "known": ("Nơi nhận đã có một tệp khác cùng số gói (thường do máy này vừa được khôi phục từ bản sao cũ); không gửi đè.",
              "The receiver has another file of this number (mostly because this store was restored from an older copy); it is not overwritten.",
              f"Hỏi nơi nhận đã nhận gói nào; muốn gửi bản mới: {_SEND} --correction",
              f"Ask the receiver what was received; to send a new version: {_SEND} --correction"),
    "not_made": ("Chưa lập được gói: {said}", "The package could not be made: {said}",
                 f"Khắc phục rồi chạy: {_SEND}", f"Mend it, then run: {_SEND}"),
    "clock": ("{said}", "{said}", "Chỉnh đồng hồ máy rồi chạy: childdb schedule run",
              "Set the clock right, then run: childdb schedule run"),
    "due": ("Đến hạn ngày {day}, chưa lập gói.", "Due on {day}, not yet made.",
            f"Chạy: childdb schedule run (hoặc {_SEND})", f"Run: childdb schedule run (or {_SEND})"),
}  # fmt: skip
# a delivered package waits for the other side; all else but an accepted one is for a person here
_SETTLED = {"accepted", "delivered"}
PATIENCE = 10  # days that a delivered package may be without an answer before a person asks


@dataclass(frozen=True)
class Line:
    """One run in words, or what has no run yet; `needs_person` tells whether somebody here must do something."""

    run: int | None
    destination: str
    period: str
    version: int | None
    state: str
    records: int | None
    held: int | None
    made_at: str | None
    last_at: str | None
    needs_person: bool
    vi: str
    en: str
    todo_vi: str
    todo_en: str


def status(store: Store, destination: str | None = None, *, now: datetime | None = None) -> list[Line]:
    """Every run, oldest first; then what could not be made, and (as of NOW) what is due and not made.

    Of one period only the newest version can need a person.
    """
    runs = ledger.runs(store, destination)
    newest = {(r.destination, r.period): r.number for r in runs}
    lines = [_line(r, newest[r.destination, r.period] == r.number, now) for r in runs]
    failed = [n for n in ledger.not_made(store) if not n.destination or destination in (None, n.destination)]
    for one in failed:
        state = "not_made" if one.destination else "clock"
        lines.append(
            _no_run(
                state, one.destination, one.period, {"vi": one.vi, "en": one.en}, _here(datetime.fromisoformat(one.at))
            )
        )
    told = set(newest) | {(n.destination, n.period) for n in failed}
    for due in outstanding(store, now.astimezone().date()) if now else ():
        if (due.to, due.period.name) not in told and destination in (None, due.to):
            lines.append(
                _no_run("due", due.to, due.period.name, {"vi": f"{due.day:%d/%m/%Y}", "en": str(due.day)}, None)
            )
    return lines


def _here(moment: datetime) -> str:
    """A moment of the ledger (UTC) as the clock on this computer's wall shows it."""
    return f"{(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone():%Y-%m-%d %H:%M}"


def _no_run(state: str, to: str, period: str, said: Mapping[str, str], at: str | None) -> Line:
    words = [
        text.format(to=to, period=period, said=said[lang], day=said[lang])
        for text, lang in zip(_WORDS[state], ("vi", "en", "vi", "en"), strict=True)
    ]
    return Line(None, to, period, None, state, None, None, None, at, True, *words)


def _line(run: ledger.Run, newest: bool, now: datetime | None) -> Line:
    reasons = run.answer.content["reasons"] if run.answer else []
    back = len({r["child_key"] for r in reasons if r["child_key"]})
    said = {"vi": "", "en": ""}
    if run.state == "failed":
        said = dict.fromkeys(said, [a.said for a in run.attempts if a.said][-1])
    elif run.state == "refused":
        whole = next((r for r in reasons if not r["child_key"]), reasons[0] if reasons else None)
        said = {k: str(whole[k]) for k in said} if whole else said
    days = (now.replace(tzinfo=None) - run.attempts[-1].tried_at).days if now and run.attempts else 0
    state = "unanswered" if run.state == "delivered" and days > PATIENCE else run.state
    vi, en, todo_vi, todo_en = _WORDS[state]
    slots: dict[str, Any] = {"to": run.destination, "run": run.number, "back": back, "period": run.period, "days": days}
    needs = newest and state not in _SETTLED
    if newest and run.counts["held"] and state in _SETTLED:
        todo_vi = (
            f"{todo_vi + '.' if todo_vi else ''} Trẻ giữ lại cần bổ sung: childdb export worklist --to {{to}}".strip()
        )
        todo_en = f"{todo_en + '.' if todo_en else ''} Children held, to be mended: childdb export worklist --to {{to}}".strip()
    return Line(
        run.number, run.destination, run.period, run.version, run.state, int(run.counts["records"]),
        int(run.counts["held"]), _here(run.made_at), _here(run.attempts[-1].tried_at) if run.attempts else None, needs,
        vi.format(**slots, said=said["vi"]), en.format(**slots, said=said["en"]),
        todo_vi.format(**slots) if newest else "",
        todo_en.format(**slots) if newest else "",
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
    returned: dict[str, list[Mapping[str, Any]]] = {}
    for run in {r.destination: r for r in ledger.runs(store, destination) if r.answer}.values():
        for reason in run.answer.content["reasons"] if run.answer else ():
            returned.setdefault(reason["child_key"] or "", []).append(reason)
    found = []
    for record in plain_records(store, as_of, store.last_batch()):
        key = str(record["child_key"])
        found += [_work(record, key, "held", f.where, f.vi, f.en) for f in profile().faults(record)]
        found += [_work(record, key, "returned", r["where"], r["vi"], r["en"]) for r in returned.pop(key, ())]
    found += [_work({}, k, "returned", r["where"], r["vi"], r["en"]) for k, back in returned.items() for r in back]
    yield from sorted(
        (w for w in found if commune in (None, w.commune_code)), key=lambda w: (w.commune_code, w.child_key, w.field)
    )


def _work(record: Mapping[str, Any], key: str, source: str, where: str, vi: str, en: str) -> Work:
    unit = codes.units().get(f"{record.get('commune_code')}@{record.get('commune_from')}")
    return Work(str(record.get("commune_code") or ""), unit.name if unit else "", key, source, where, vi, en,
                record.get("full_name"))  # fmt: skip
