"""Batches, and taking one back: first what would move, then a reason, then done; an undo can be undone."""

from __future__ import annotations

from starlette.responses import Response

from childdb.web.jobs import DONE
from childdb.web.page import Page, Visit
from childdb.web.viewer import IMPORT
from childdb.workflow.scope import batches_page, require_batch_of
from schemas.errors import NotFound

ORDER = 80
_AT_ONCE = 50


def batches(visit: Visit) -> Response:
    first = visit.count("from") or 0
    listed, count = batches_page(visit.store, visit.viewer.communes, first=first, most=_AT_ONCE)
    return visit.show("batches.html", batches=listed, count=count, first=first, step=_AT_ONCE)


def ask(visit: Visit) -> Response:
    batch = visit.number("batch")
    require_batch_of(visit.store, batch, visit.viewer.communes)
    visit.store.undo_preview(batch)  # refuses at once what cannot be undone
    job = visit.desk.start("undo_preview", visit.viewer, {"batch": batch})
    return visit.go(f"/jobs/{job.id}")


def shown(visit: Visit) -> Response:
    job = visit.job(visit.part("job"))
    if job.kind not in ("undo_preview", "undo") or job.words["batch"] != visit.number("batch"):
        raise NotFound("Không có việc này.", "There is no such job.")
    if job.state != DONE:
        return visit.go(f"/jobs/{job.id}")
    moves = [m for m in job.result.get("moves", ()) if visit.viewer.sees(m["unit"])]
    return visit.show("undo.html", job=job, batch=job.words["batch"], found={**job.result, "moves": moves})


def do(visit: Visit) -> Response:
    batch = visit.number("batch")
    require_batch_of(visit.store, batch, visit.viewer.communes)
    job = visit.desk.start("undo", visit.viewer, {"batch": batch, "reason": visit.reason()})
    return visit.go(f"/jobs/{job.id}")


PAGES = [
    Page("GET", "/batches", batches, (IMPORT,)),
    Page("POST", "/undo/{batch}", ask, (IMPORT,)),
    Page("POST", "/undo/{batch}/do", do, (IMPORT,)),
    Page("GET", "/undo/{batch}/{job}", shown, (IMPORT,)),
]
