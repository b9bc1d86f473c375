"""Requests of parents and breaches, each with its legal clock; a child erased at request, by the one worker."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from childdb.web.jobs import DONE
from childdb.web.page import Page, Visit, day
from childdb.web.viewer import ANSWER, NAMES
from childdb.workflow import duties
from childdb.workflow.erasing import finish as finished
from schemas.clocks import REQUESTS, clocks
from schemas.errors import NotFound, UsageFault

ORDER = 65
_ERASE = "XÓA"


def start(visit: Visit) -> Response:
    now = visit.desk.now()
    requests = sorted(duties.requests(visit.store), key=lambda r: (r.answered is not None, r.due))
    incidents = sorted(duties.incidents(visit.store), key=lambda i: (i.closed is not None, i.notify_by))
    return visit.show(
        "duties.html", requests=requests, incidents=incidents, now=now,
        kinds={c.name: c for c in clocks()}, asked_for=REQUESTS, child=visit.asked("child"),
    )  # fmt: skip


def add_request(visit: Visit) -> Response:
    now = visit.desk.now()
    made = duties.add_request(
        visit.store, visit.asked("kind"), visit.asked("applicant")[:200], words=visit.asked("words")[:2000],
        received=_moment(visit, "received") or now, child=visit.count("child"), actor=visit.viewer.login, now=now,
    )  # fmt: skip
    visit.tell(f"Đã ghi yêu cầu {made.number}.")
    return visit.go("/duties")


def show_request(visit: Visit) -> Response:
    """Who asks for which child: noted in the access log before it is shown."""
    number = visit.number("number")
    told = duties.request_told(
        visit.store, number, reason=visit.reason(), actor=visit.viewer.login, now=visit.desk.now()
    )
    request = next(r for r in duties.requests(visit.store) if r.number == number)
    return visit.show("request.html", request=request, told_of=told, word=_ERASE,
                      kind=next(c for c in clocks() if c.name == request.kind))  # fmt: skip


def acknowledge(visit: Visit) -> Response:
    duties.acknowledge(visit.store, visit.number("number"), actor=visit.viewer.login, now=visit.desk.now())
    return visit.go("/duties")


def answer(visit: Visit) -> Response:
    number = visit.number("number")
    duties.answer(visit.store, number, visit.asked("done")[:2000], actor=visit.viewer.login, now=visit.desk.now())
    visit.tell(f"Yêu cầu {number}: đã trả lời.")
    return visit.go("/duties")


def erase(visit: Visit) -> Response:
    number, child = visit.number("number"), visit.count("child")
    if visit.asked("sure").upper() != _ERASE or child is None:
        raise UsageFault(
            f"Cần mã trẻ và gõ {_ERASE} để xác nhận.", f"The child's key and the word {_ERASE} are needed."
        )
    words = {"request": number, "child": child, "reason": visit.reason()}
    return visit.go(f"/jobs/{visit.desk.start('erase', visit.viewer, words).id}")


def erased(visit: Visit) -> Response:
    job = visit.job(visit.part("job"))
    if job.kind != "erase" or job.state != DONE:
        raise NotFound("Không có việc này.", "There is no such job.")
    return visit.show("erased.html", found=job.result, number=job.words["request"])


def finish(visit: Visit) -> Response:
    """The store's file written anew where another window had kept an erasure from that."""
    if finished(visit.store):
        visit.tell("Tệp kho đã được ghi lại, không còn dấu vết.")
    else:
        visit.tell("Vẫn có cửa sổ khác đang đọc kho, hoặc đĩa không đủ chỗ; thử lại sau.", "bad")
    return visit.go("/duties")


def add_incident(visit: Visit) -> Response:
    now = visit.desk.now()
    made = duties.add_incident(
        visit.store, visit.asked("what")[:2000], detected=_moment(visit, "detected") or now,
        children=visit.count("children"), actor=visit.viewer.login, now=now,
    )  # fmt: skip
    visit.tell(f"Đã ghi sự cố {made.number}; báo trước {day(made.notify_by)}.")
    return visit.go("/duties")


def notify(visit: Visit) -> Response:
    number, to = visit.number("number"), visit.asked("to")[:300]
    duties.notify_incident(visit.store, number, to, actor=visit.viewer.login, now=visit.desk.now())
    return visit.go("/duties")


def close(visit: Visit) -> Response:
    number, done = visit.number("number"), visit.asked("done")[:2000]
    duties.close_incident(visit.store, number, done, actor=visit.viewer.login, now=visit.desk.now())
    return visit.go("/duties")


def _moment(visit: Visit, name: str) -> datetime | None:
    """What a field of date and time says (2026-03-05T14:30), on this computer's clock; None where it is empty."""
    said = visit.asked(name)
    if not said:
        return None
    try:
        return datetime.strptime(said[:16], "%Y-%m-%dT%H:%M").astimezone()
    except ValueError as fault:
        raise UsageFault("Ngày giờ ghi chưa đúng.", "The moment is not right.") from fault


PAGES = [
    Page("GET", "/duties", start, (ANSWER,), "Yêu cầu, sự cố"),
    Page("POST", "/duties/requests", add_request, (ANSWER, NAMES)),
    Page("POST", "/duties/requests/{number}", show_request, (ANSWER, NAMES)),
    Page("POST", "/duties/requests/{number}/acknowledge", acknowledge, (ANSWER,)),
    Page("POST", "/duties/requests/{number}/answer", answer, (ANSWER,)),
    Page("POST", "/duties/requests/{number}/erase", erase, (ANSWER, NAMES)),
    Page("GET", "/duties/erased/{job}", erased, (ANSWER,)),
    Page("POST", "/duties/finish", finish, (ANSWER, NAMES)),
    Page("POST", "/duties/incidents", add_incident, (ANSWER,)),
    Page("POST", "/duties/incidents/{number}/notify", notify, (ANSWER,)),
    Page("POST", "/duties/incidents/{number}/close", close, (ANSWER,)),
]
