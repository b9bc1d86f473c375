"""Children due for a vaccine this month: a named list by village, to print; asked for with a reason."""

from __future__ import annotations

from collections import Counter

from starlette.responses import Response

from childdb.web.known import known
from childdb.web.page import Page, Visit
from childdb.web.viewer import NAMES
from childdb.workflow.due_now import names_of

ORDER = 70
PURPOSE = "mời tiêm chủng trong tháng"


def show(visit: Visit) -> Response:
    """How many, by commune; no name."""
    found = known(visit, "due", month=f"{visit.desk.today():%Y-%m}")
    if not found:
        return visit.show("computing.html", title="Đến hạn tiêm tháng này", found=found, back="/due")
    doses = [d for d in found.content["doses"] if visit.viewer.sees(d["unit"])]
    children = {(d["unit"], d["child"]) for d in doses}
    return visit.show(
        "due.html", counts=sorted(Counter(u for u, _ in children).items()), rows=None, unit="", purpose=PURPOSE
    )


def named(visit: Visit) -> Response:
    """One commune's list with names."""
    unit = visit.asked("commune")
    visit.viewer.require_commune(unit)
    reason = visit.reason()
    found = known(visit, "due", month=f"{visit.desk.today():%Y-%m}")
    doses = [d for d in found.content.get("doses", []) if d["unit"] == unit]
    visit.note("web due", reason, len({d["child"] for d in doses}))
    names = names_of(visit.store, [d["child"] for d in doses])
    rows = [{**d, **names.get(d["child"], {}), "village": d["village"]} for d in doses]
    rows.sort(key=lambda r: (r["village"], r["child"], r["due_on"]))
    return visit.show("due.html", counts=[], rows=rows, unit=unit, purpose=reason)


PAGES = [Page("GET", "/due", show, (NAMES,)), Page("POST", "/due", named, (NAMES,))]
