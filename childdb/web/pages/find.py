"""Find a child by part of its name, and the child's page. Every look is noted with its reason."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from childdb.web.page import Page, Visit, rendered
from childdb.web.viewer import NAMES, SEALED
from childdb.workflow.child import child, communes_of, shown, typed
from childdb.workflow.finding import Query
from schemas.errors import NotFound, UsageFault

ORDER = 3
PURPOSE = "tìm trẻ"
_MOST = 50
_PATIENCE = 3.0  # seconds for an index that is behind; a larger store is searched as it was a moment ago


def find(visit: Visit) -> Response:
    """The form; and what fits, once something is asked."""
    return visit.show("find.html", purpose=_purpose(visit))


def found(visit: Visit) -> Response:
    """By POST, so that no name stands in an address or in the browser's history."""
    reason = visit.reason()
    visit.session.kept["find"] = reason
    query = Query(
        visit.asked("name"), visit.asked("mother"), visit.asked("born") or None, visit.asked("commune") or None, _MOST
    )
    try:
        finder = visit.desk.freshen(_PATIENCE)
        answer = finder.find(
            query, reason=reason, actor=visit.viewer.login, now=visit.desk.now(), wait=False,
            within=None if visit.viewer.sees_everywhere else visit.viewer.sees,
        )  # fmt: skip
    except (UsageFault, NotFound) as fault:
        return visit.show("find.html", 400, purpose=reason, query=query, sentence=fault.vi)
    people = [(p.child, shown(p)) for p in answer.people]
    return visit.show("find.html", purpose=reason, query=query, answer=answer, people=people, behind=finder.behind())


def _purpose(visit: Visit) -> str:
    return str(visit.session.kept.get("find", PURPOSE))


def _typed(visit: Visit) -> tuple[int, list[dict[str, str]]]:
    """The child of the path as it was typed; one who was never written in the viewer's communes is not there."""
    key = visit.number("child")
    people = typed(visit.store, key)
    if not any(visit.viewer.sees(unit) for unit in communes_of(people)) and not visit.viewer.sees_everywhere:
        raise NotFound("Không có trẻ mang mã này.", "There is no child with this key.")
    return key, [shown(p) for p in people]


def one(visit: Visit) -> Response:
    """Who the child is, at once; the rest comes as soon as it is gathered."""
    key, people = _typed(visit)
    visit.note("web child", _purpose(visit), 1)
    visit.session.kept["child"] = key
    return visit.show("child.html", key=key, people=people, name=people[-1]["full_name"])


def facts(visit: Visit) -> Response:
    """What is known of the child: a part of its page, or a page by itself."""
    key, people = _typed(visit)
    part = "hx-request" in visit.request.headers
    if visit.session.kept.pop("child", None) != key or not part:  # else its page has just noted the look
        visit.note("web child", _purpose(visit), 1)
    told = child(visit.store, key, on=visit.desk.today(), sealed=SEALED in visit.viewer.may)
    if part:
        return HTMLResponse(rendered(visit, "_child.html", child=told))
    return visit.show("child.html", key=key, people=people, name=people[-1]["full_name"], child=told)


PAGES = [
    Page("GET", "/find", find, (NAMES,), "Tìm trẻ"),
    Page("POST", "/find", found, (NAMES,)),
    Page("GET", "/child/{child}", one, (NAMES,)),
    Page("GET", "/child/{child}/facts", facts, (NAMES,)),
]
