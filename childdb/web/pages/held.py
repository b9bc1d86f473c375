"""Held back: rows with their faults beside what the sheet said; put right here, dismissed with a reason, or sent back."""

from __future__ import annotations

from starlette.responses import Response

from childdb.web.jobs import DONE
from childdb.web.page import Page, Visit
from childdb.web.viewer import HELD, NAMES, SEALED
from childdb.workflow.mending import HeldRow, Likely, admit, cells, held, likely
from schemas.errors import NotFound
from schemas.issues import Issue

ORDER = 2
PURPOSE = "sửa dòng giữ lại"
_AT_ONCE = 50


def _row(visit: Visit) -> HeldRow:
    """The row of the path; one of another commune is not there."""
    found = held(visit.store, visit.number("row"))
    if not visit.viewer.sees(found.unit):
        raise NotFound("Không có dòng này.", "There is no such row.")
    return found


def _likely(visit: Visit, row: HeldRow) -> list[Likely]:
    """Known children who may be the one of the row; those of other communes are not there."""
    return [p for p in likely(visit.desk.finder, row) if visit.viewer.sees(p.unit)]


def listed(visit: Visit) -> Response:
    unit = visit.asked("commune")
    if unit:
        visit.viewer.require_commune(unit)
    cause, first = visit.asked("cause"), visit.count("from") or 0
    page = visit.store.held_page(
        within=visit.viewer.communes, unit=unit or None, code=cause or None, first=first, most=_AT_ONCE
    )
    issues = ((Issue(code), n) for code, n in page.by_code.items())
    causes = sorted(((i.code, i.cause("vi"), n) for i, n in issues if i.holds), key=lambda c: (-c[2], c[1]))
    return visit.show(
        "held.html", rows=page.lines, count=page.count, first=first, step=_AT_ONCE, unit=unit, cause=cause,
        communes=sorted(page.by_unit.items()), causes=causes,
    )  # fmt: skip


def one(visit: Visit) -> Response:
    """One row, with its names and those of who may be meant: noted in the access log."""
    row = _row(visit)
    known = _likely(visit, row)
    visit.note("web held", PURPOSE, 1 + len(known))
    shown = cells(visit.store, row)
    hidden = set() if SEALED in visit.viewer.may else {c.letter for c in shown if c.sealed}
    following = visit.store.held_ids(row.unit, after=row.id, most=1)
    return visit.show(
        "held_row.html", row=row, unit=row.unit, hidden=hidden, cells=sorted(shown, key=lambda c: not c.issues), following=following,
        likely=known,
    )  # fmt: skip


def correct(visit: Visit) -> Response:
    row = _row(visit)
    said = {name.removeprefix("cell-"): visit.asked(name) for name in visit.form if name.startswith("cell-")}
    if SEALED not in visit.viewer.may:
        said = {c.letter: said[c.letter] for c in cells(visit.store, row) if c.letter in said and not c.sealed}
    job = visit.desk.start("correct", visit.viewer, {"row": row.id, "said": said, "reason": PURPOSE})
    return visit.go(f"/jobs/{job.id}")


def corrected(visit: Visit) -> Response:
    job = visit.job(visit.part("job"))
    if job.kind != "correct" or job.state != DONE:
        return visit.go(f"/jobs/{job.id}")
    status = job.result["status"]
    visit.desk.queue.drop(job.id)
    if status == "held_back":
        visit.tell("Đã đọc lại nhưng dòng vẫn còn lỗi: xem dưới đây.", "bad")
        return visit.go(f"/held/{job.result['held']}" if job.result["held"] else "/held")
    word = {"new": "là một trẻ mới", "changed": "trẻ đã biết, có thay đổi", "unchanged": "không có gì mới"}.get(
        status, ""
    )
    visit.tell(f"Đã nhận dòng ({word}); lô {job.result['batch']}.")
    return visit.go("/held")


def dismiss(visit: Visit) -> Response:
    row = _row(visit)
    made = visit.store.dismiss(row.id, visit.reason(), actor=visit.viewer.login, now=visit.desk.now())
    visit.tell(f"Đã bỏ dòng {row.number} của {row.file} (lô {made}).")
    return visit.go(f"/held?commune={row.unit}")


def let_in(visit: Visit) -> Response:
    """The row as it was read: a child of its own, or one that is known."""
    row = _row(visit)
    same = visit.count("same_as")
    if same is not None and same not in {p.identity for p in _likely(visit, row)}:
        raise NotFound("Không có trẻ này.", "There is no such child.")
    made = admit(
        visit.store, row, same_as=same, actor=visit.viewer.login, now=visit.desk.now(),
        reason=PURPOSE,
    )  # fmt: skip
    visit.tell(f"Đã nhận dòng {row.number} của {row.file} (lô {made}).")
    return visit.go(f"/held?commune={row.unit}")


def send_back(visit: Visit) -> Response:
    """The return workbooks of a commune's rows, written from what is kept."""
    unit = visit.asked("commune")
    visit.viewer.require_commune(unit)
    words = {"rows": visit.store.held_ids(unit), "unit": unit, "sealed": SEALED in visit.viewer.may}
    job = visit.desk.start("send_back", visit.viewer, words)
    return visit.go(f"/jobs/{job.id}")


def sent(visit: Visit) -> Response:
    job = visit.job(visit.part("job"))
    if job.kind != "send_back" or job.state != DONE:
        return visit.go(f"/jobs/{job.id}")
    return visit.show("sent_back.html", job=job)


def sent_back(visit: Visit) -> Response:
    job = visit.job(visit.part("job"))
    if job.kind != "send_back" or "returns.zip" not in job.kept:
        raise NotFound("Không có tệp này.", "There is no such file.")
    visit.note("web returns", "bảng tính trả lại xã", int(job.result["rows"]))
    return visit.download(job, "returns.zip", f"tra-lai-{job.made_at[:10]}.zip")


PAGES = [
    Page("GET", "/held", listed, (HELD, NAMES), "Giữ lại"),
    Page("POST", "/held/send-back", send_back, (HELD, NAMES)),
    Page("GET", "/held/sent/{job}", sent, (HELD, NAMES)),
    Page("GET", "/held/returns/{job}", sent_back, (HELD, NAMES)),
    Page("GET", "/held/corrected/{job}", corrected, (HELD, NAMES)),
    Page("GET", "/held/{row}", one, (HELD, NAMES)),
    Page("POST", "/held/{row}/correct", correct, (HELD, NAMES)),
    Page("POST", "/held/{row}/dismiss", dismiss, (HELD, NAMES)),
    Page("POST", "/held/{row}/admit", let_in, (HELD, NAMES)),
]
