"""Today: what waits, each a link to where it is done; and how the data stand."""

from __future__ import annotations

from starlette.responses import Response

from childdb.web.jobs import KNOWN, WAITING
from childdb.web.known import known
from childdb.web.page import Page, Visit
from childdb.web.viewer import ANSWER, IMPORT, NAMES, PAIRS, SENDING
from childdb.workflow.duties import waiting
from childdb.workflow.targets import usual_day
from childdb.workflow.today import today as story

ORDER = 0


def today(visit: Visit) -> Response:
    found = story(visit.store, now=visit.desk.now(), on=visit.desk.today())
    communes = [c for c in found.communes if visit.viewer.sees(c.unit or None)]
    mine = visit.jobs()
    open_imports = [j for j in mine if j.kind == "preview"] if IMPORT in visit.viewer.may else []
    pairs = known(visit, "pairs") if communes and {PAIRS, NAMES} <= visit.viewer.may else None
    due = known(visit, "due", month=f"{visit.desk.today():%Y-%m}") if communes and NAMES in visit.viewer.may else None
    day = usual_day(visit.store, visit.desk.today())
    covered = known(visit, "coverage", day=day.isoformat()) if communes else None
    law = waiting(visit.store, now=visit.desk.now()) if ANSWER in visit.viewer.may else None
    return visit.show(
        "today.html", covered=covered, day=day, law=law, pairs=pairs, due=due,
        waiting_pairs=sum(all(visit.viewer.sees(u) for u in p["units"]) for p in pairs.content["pairs"]) if pairs else 0,
        due_children=len({d["child"] for d in due.content["doses"] if visit.viewer.sees(d["unit"])}) if due else 0,
        sending=SENDING in visit.viewer.may, found=found, communes=communes, held=sum(c.held for c in communes), previews=open_imports,
        jobs=[j for j in mine if not j.over and j.kind not in KNOWN], waiting=WAITING,
    )  # fmt: skip


PAGES = [Page("GET", "/", today, menu="Hôm nay")]
