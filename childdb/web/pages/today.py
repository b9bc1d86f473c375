"""Today: what waits, each a link to where it is done; and how the data stand."""

from __future__ import annotations

from starlette.responses import Response

from childdb.web.jobs import WAITING
from childdb.web.page import Page, Visit
from childdb.web.viewer import IMPORT
from childdb.workflow.today import today as story

ORDER = 0


def today(visit: Visit) -> Response:
    found = story(visit.store, now=visit.desk.now(), on=visit.desk.today())
    communes = [c for c in found.communes if visit.viewer.sees(c.unit or None)]
    mine = [j for j in visit.desk.queue.all() if j.owner == visit.viewer.login]
    open_imports = [j for j in mine if j.kind == "preview"] if IMPORT in visit.viewer.may else []
    return visit.show(
        "today.html", found=found, communes=communes, held=sum(c.held for c in communes), previews=open_imports,
        jobs=[j for j in mine if not j.over], waiting=WAITING,
    )  # fmt: skip


PAGES = [Page("GET", "/", today, menu="Hôm nay", key="1")]
