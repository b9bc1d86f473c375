"""Long work as a page: how far it is, what became of it, again."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from childdb.web.jobs import CUT, DONE, FAILED, Job
from childdb.web.page import Page, Visit, rendered
from childdb.web.tasks import TITLES

ORDER = 90
# where the result of a kind of job is shown; {id} and the job's own words may stand in it
RESULTS = {"preview": "/import/{id}", "import": "/import/{id}", "undo_preview": "/undo/{batch}/{id}",
           "undo": "/undo/{batch}/{id}", "correct": "/held/corrected/{id}", "send_back": "/held/sent/{id}",
           "erase": "/duties/erased/{id}", "rehearse": "/sending/jobs/{id}", "send": "/sending/jobs/{id}",
           "report": "/reports/{id}", "forms": "/reports/{id}", "report_check": "/reports/{id}",
           "pairs": "/pairs", "due": "/due", "coverage": "/", "figures": "/targets", "explain": "/derived/{id}", "trend": "/derived/{id}",
           "compare": "/derived/{id}"}  # fmt: skip


def result_of(job: Job) -> str:
    place = RESULTS.get(job.kind, "/")
    return place.format(id=job.id, **{k: v for k, v in job.words.items() if isinstance(v, (int, str))})


def shown(visit: Visit) -> Response:
    job = visit.job(visit.part("job"))
    if job.state == DONE:
        return visit.go(result_of(job))
    return visit.show("job.html", job=job, title=TITLES.get(job.kind, "Đang làm"), next=result_of(job))


def state(visit: Visit) -> Response:
    """Asked for each second by a page that waits; when the job is done the page goes to its result."""
    job = visit.job(visit.part("job"))
    visit.desk.worker.wake() if not job.over and not visit.desk.worker.alive else None
    answer = HTMLResponse(rendered(visit, "_job.html", job=job, next=result_of(job)))
    if job.state == DONE:
        visit.desk.freshen()
        answer.headers["HX-Redirect"] = result_of(job)
    return answer


def again(visit: Visit) -> Response:
    job = visit.job(visit.part("job"))
    if job.state in (CUT, FAILED):
        visit.desk.queue.once_more(job, now=visit.desk.now())
        visit.desk.worker.wake()
    return visit.go(f"/jobs/{job.id}")


PAGES = [
    Page("GET", "/jobs/{job}", shown),
    Page("GET", "/jobs/{job}/state", state),
    Page("POST", "/jobs/{job}/again", again),
]
