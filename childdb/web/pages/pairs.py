"""Same child?: pairs side by side, differences marked, one key per answer, each written at once and taken back by one key."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from childdb.web.known import known
from childdb.web.page import Page, Visit
from childdb.web.viewer import NAMES, PAIRS
from childdb.workflow.matching import Pair
from childdb.workflow.reviewing import FIELDS, answer, side_by_side
from schemas.errors import CheckFailed, NotFound, UsageFault

ORDER = 4
PURPOSE = "xác định trẻ ghi nhiều lần"
_ANSWERS = {"same": "Một trẻ.", "different": "Hai trẻ.", "related": "Họ hàng, hai trẻ.", "skip": ""}


def _answered(visit: Visit) -> list[dict[str, Any]]:
    """What was answered in this session, the last at the end: the pair, the word and the batch."""
    return visit.session.kept.setdefault("pairs", [])  # type: ignore[return-value]


def _waiting(visit: Visit, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pairs that the viewer may see and that wait for an answer still; those passed over come last."""
    mine = [p for p in found if all(visit.viewer.sees(u) for u in p["units"])]
    said = {(a["one"], a["other"]): a["word"] for a in _answered(visit)}
    apart = visit.store.cannot_link()
    children = {i.identity: i.child for i in visit.store.people(only={x for p in mine for x in (p["one"], p["other"])})}
    still = [
        p for p in mine
        if children.get(p["one"]) != children.get(p["other"]) and frozenset((p["one"], p["other"])) not in apart
        and p["one"] in children and p["other"] in children
    ]  # fmt: skip
    return sorted(still, key=lambda p: said.get((p["one"], p["other"])) == "skip")


def show(visit: Visit) -> Response:
    found = known(visit, "pairs")
    if not found:
        return visit.show("computing.html", title="Cùng một trẻ?", found=found, back="/pairs")
    waiting = _waiting(visit, found.content["pairs"])
    if not waiting and found.job:  # the answers are all given, or the store has moved on: not "none" before it is known
        return visit.show("computing.html", title="Cùng một trẻ?", found=found, back="/pairs")
    if not waiting:
        return visit.show("pairs.html", waiting=[], pair=None, answered=len(_answered(visit)), found=found)
    first = waiting[0]
    people = {p.identity: p for p in visit.store.people(only=(first["one"], first["other"]))}
    visit.note("web pairs", PURPOSE, 2)
    pair = Pair(people[first["one"]], people[first["other"]], first["score"], first["why"], ())
    return visit.show(
        "pairs.html", waiting=waiting, pair=first, lines=side_by_side(pair), fields=FIELDS, found=found,
        answered=len(_answered(visit)), children=(pair.one.child, pair.other.child),
    )  # fmt: skip


def say(visit: Visit) -> Response:
    """One answer about one of the pairs that wait."""
    word = visit.asked("word")
    if word not in _ANSWERS:
        raise UsageFault("Chưa chọn câu trả lời.", "No answer was chosen.")
    asked = (visit.asked("one"), visit.asked("other"))
    pair = next(
        (p for p in _waiting(visit, known(visit, "pairs").content.get("pairs", []))
         if (str(p["one"]), str(p["other"])) == asked), None,
    )  # fmt: skip
    if pair is None:
        raise NotFound("Cặp này không còn chờ.", "This pair does not wait any more.")
    made = None
    if word != "skip":
        try:
            made = answer(
                visit.store, [(pair["one"], pair["other"], word, pair["score"])], actor=visit.viewer.login,
                now=visit.desk.now(), reason=PURPOSE,
            )  # fmt: skip
        except CheckFailed as fault:
            visit.tell(fault.vi, "bad")
            word = "skip"
    _answered(visit).append({"one": pair["one"], "other": pair["other"], "word": word, "batch": made})
    return visit.go("/pairs")


def take_back(visit: Visit) -> Response:
    """The last answer of this session is undone."""
    if _answered(visit):
        last = _answered(visit).pop()
        if last["batch"] is not None:
            visit.store.undo(last["batch"], actor=visit.viewer.login, now=visit.desk.now(), reason=PURPOSE)
            visit.tell(f"Đã rút câu trả lời vừa rồi ({_ANSWERS[last['word']].rstrip('.').lower()}).")
    return visit.go("/pairs")


PAGES = [
    Page("GET", "/pairs", show, (PAIRS, NAMES), "Cùng một trẻ?"),
    Page("POST", "/pairs", say, (PAIRS, NAMES)),
    Page("POST", "/pairs/back", take_back, (PAIRS, NAMES)),
]
