"""Sending: what went, what did not and why, what a person must do; a rehearsal, the sending itself, release, receipts, the schedule."""

from __future__ import annotations

import re

from starlette.responses import Response

from childdb.web.jobs import DONE
from childdb.web.page import Page, Visit
from childdb.web.viewer import NAMES, SENDING
from childdb.workflow.destinations import destinations
from childdb.workflow.opening import open_keyring
from childdb.workflow.scheduling import (
    EVERY,
    Schedule,
    next_due,
    outstanding,
    period_asked,
    remove_schedule,
    schedules,
    set_schedule,
)
from childdb.workflow.sending import Sender, confirm_clock, release, take_receipt
from childdb.workflow.sent_page import write_page
from childdb.workflow.sent_status import status, worklist
from schemas.errors import NotFound, UsageFault

ORDER = 60
_RECEIPT = 4 * 2**20  # bytes
_SHOWN = 60


def start(visit: Visit) -> Response:
    lines, today = status(visit.store, now=visit.desk.now()), visit.desk.today()
    due = outstanding(visit.store, today)
    planned = [(s, next_due(s, today), [d.period.name for d in due if d.to == s.to]) for s in schedules(visit.store)]
    return visit.show(
        "sending.html", needing=[one for one in lines if one.needs_person], lines=list(reversed(lines))[:_SHOWN],
        planned=planned, every=EVERY, to=destinations(visit.store), asked_period=visit.asked("period"),
        asked_to=visit.asked("to"),
    )  # fmt: skip


def _period(visit: Visit) -> dict[str, str]:
    """Destination and period as the form says; without a period what is due, or the month that ended last."""
    to = visit.asked("to")
    if to not in destinations(visit.store):
        raise NotFound("Không có nơi nhận này.", "There is no such destination.")
    period = period_asked(visit.store, to, visit.desk.today(), visit.asked("period") or None)
    return {"to": to, "period": period.name, "as_of": period.as_of.isoformat()}


def rehearse(visit: Visit) -> Response:
    return visit.go(f"/jobs/{visit.desk.start('rehearse', visit.viewer, _period(visit)).id}")


def send(visit: Visit) -> Response:
    words = {**_period(visit), "correction": bool(visit.asked("correction"))}
    return visit.go(f"/jobs/{visit.desk.start('send', visit.viewer, words).id}")


def shown(visit: Visit) -> Response:
    """What a rehearsal found, or what became of a sending."""
    job = visit.job(visit.part("job"))
    if job.kind not in ("rehearse", "send") or job.state != DONE:
        raise NotFound("Không có việc này.", "There is no such job.")
    return visit.show("rehearsed.html" if job.kind == "rehearse" else "sent.html", job=job, found=job.result)


def approve(visit: Visit) -> Response:
    (run,) = release(_sender(visit), run=visit.number("run"), name=None)
    write_page(visit.store, now=visit.desk.now())
    visit.tell(f"Đã duyệt gói {run.destination}, kỳ {run.period}; bấm gửi để chuyển đi.")
    return visit.go("/sending")


def clock(visit: Visit) -> Response:
    confirm_clock(_sender(visit))
    visit.tell("Đã ghi: đồng hồ máy này đang đúng. Gửi lại được.")
    return visit.go("/sending")


def receipt(visit: Visit) -> Response:
    files = visit.files("file")
    if not files:
        raise UsageFault("Chưa chọn tệp biên nhận.", "No receipt was chosen.")
    run, new = take_receipt(_sender(visit), files[0].file.read(_RECEIPT))
    write_page(visit.store, now=visit.desk.now())
    line = next(one for one in status(visit.store, run.destination) if one.run == run.number)
    visit.tell(f"{run.destination}, kỳ {run.period}: {line.vi}" if new else "Biên nhận này đã có trong sổ.")
    return visit.go("/sending")


def _sender(visit: Visit) -> Sender:
    return Sender(visit.store, open_keyring(visit.store.key_file), visit.viewer.login, visit.desk.now())


def work(visit: Visit) -> Response:
    """What keeps records from going, by commune; with names for a reason, which is noted first."""
    found = list(worklist(visit.store, as_of=visit.desk.today(), commune=visit.asked("commune") or None))
    named = visit.request.method == "POST"
    if named:
        visit.viewer.require(NAMES)
        children = len({w.child_key for w in found})
        visit.store.note_use(visit.viewer.login, "export worklist", visit.reason(), children, now=visit.desk.now())
    places = {w.commune_code: w.commune_name for w in found}
    return visit.show("worklist.html", found=found[:1000], count=len(found), named=named, places=places,
                      commune=visit.asked("commune"))  # fmt: skip


def plan(visit: Visit) -> Response:
    every, to, day, month = (visit.asked(n) for n in ("every", "to", "day", "month"))
    if not re.fullmatch(r"\d{1,2}", day) or not re.fullmatch(r"\d{0,2}", month):
        raise UsageFault("Ngày từ 1 đến 31, tháng từ 1 đến 12.", "A day from 1 to 31, a month from 1 to 12.")
    wanted = Schedule(f"{to}-{every}", every, int(day), to, visit.desk.today(), int(month or 1))
    kept = set_schedule(visit.store, wanted, actor=visit.viewer.login, now=visit.desk.now())
    visit.tell(f"Đã đặt lịch; hạn tới {next_due(kept, visit.desk.today()):%d/%m/%Y}.")
    return visit.go("/sending")


def unplan(visit: Visit) -> Response:
    remove_schedule(visit.store, visit.part("name"), actor=visit.viewer.login, now=visit.desk.now())
    visit.tell("Đã bỏ lịch; sổ gửi vẫn giữ.")
    return visit.go("/sending")


PAGES = [
    Page("GET", "/sending", start, (SENDING,), "Gửi tỉnh"),
    Page("POST", "/sending/rehearse", rehearse, (SENDING,)),
    Page("POST", "/sending/send", send, (SENDING,)),
    Page("GET", "/sending/jobs/{job}", shown, (SENDING,)),
    Page("POST", "/sending/runs/{run}/approve", approve, (SENDING,)),
    Page("POST", "/sending/clock", clock, (SENDING,)),
    Page("POST", "/sending/receipt", receipt, (SENDING,)),
    Page("GET", "/sending/worklist", work, (SENDING,)),
    Page("POST", "/sending/worklist", work, (SENDING, NAMES)),
    Page("POST", "/sending/schedule", plan, (SENDING,)),
    Page("POST", "/sending/schedule/{name}/remove", unplan, (SENDING,)),
]
