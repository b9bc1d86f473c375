"""Targets: each figure with its target, interval, unknowns and verdict; what is behind it; why it changed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from starlette.responses import Response

from childdb.web.jobs import DONE, Job
from childdb.web.known import Known, known
from childdb.web.page import Page, Visit, attachment, unit_name
from childdb.web.viewer import FIGURES
from childdb.workflow.targets import PROGRAMMES, communes_picture, usual_day, write_workbook
from schemas.errors import NotFound

ORDER = 5
_WHOLE = ("district", "province")


def _day(visit: Visit) -> str:
    """The day asked for, else the one looked at last in this session, else that of the latest list."""
    asked = visit.asked("as_of")
    try:
        day = date.fromisoformat(asked) if asked else None
    except ValueError:
        day = None
    chosen = (
        day.isoformat()
        if day
        else visit.session.kept.get("as_of") or usual_day(visit.store, visit.desk.today()).isoformat()
    )
    visit.session.kept["as_of"] = chosen
    return str(chosen)


def _figures(visit: Visit) -> Known:
    return known(visit, "figures", as_of=_day(visit))


def _units(visit: Visit, content: Mapping[str, Any]) -> list[str]:
    """The units that the viewer may see: the whole first (only for who sees all), then the communes with any figure."""
    units = [u for u in content["units"] if visit.viewer.sees_everywhere or visit.viewer.sees(u)]
    wholes = [u for u in units if content["units"][u] == "district"]
    communes = [u for u in units if content["units"][u] == "commune"]
    told = {u for u in (*wholes, *communes) if any((r["value"] or 0) > 0 for r in content["rows"][u])}
    return [*(u for u in wholes if u in told), *sorted((u for u in communes if u in told), key=unit_name)]


def _unit(visit: Visit, units: list[str]) -> str:
    unit = visit.asked("unit") or (units[0] if units else "")
    if unit not in units:
        raise NotFound("Không có địa bàn này.", "There is no such unit.")
    return unit


def listed(visit: Visit) -> Response:
    found = _figures(visit)
    if not found:
        return visit.show("computing.html", title="Chỉ tiêu", found=found, back="/targets")
    units = _units(visit, found.content)
    if not units:
        return visit.show(
            "targets.html", found=found, units=[], unit="", rows=[], programmes={}, programme="", verdict=""
        )
    unit = _unit(visit, units)
    programme, verdict = visit.asked("programme"), visit.asked("verdict")
    rows = [
        r for r in found.content["rows"][unit]
        if programme in ("", *r["programmes"]) and verdict in ("", r["verdict"])
    ]  # fmt: skip
    return visit.show(
        "targets.html", found=found, units=units, unit=unit, rows=rows, programmes=PROGRAMMES, programme=programme,
        verdict=verdict,
    )  # fmt: skip


def _one(visit: Visit, found: Known) -> tuple[str, list[str], dict[str, list[dict[str, Any]]]]:
    """The unit that is looked at, all that may be, and the rows of the path's indicator by unit."""
    units = _units(visit, found.content)
    unit, indicator = _unit(visit, units), visit.part("indicator")
    by_unit = {u: [r for r in found.content["rows"][u] if r["indicator"] == indicator] for u in units}
    if not by_unit[unit]:
        raise NotFound("Không có chỉ tiêu này.", "There is no such indicator.")
    return unit, units, by_unit


def _communes(found: Known, by_unit: Mapping[str, list[dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    return [(unit_name(u), rows[0]) for u, rows in by_unit.items() if rows and found.content["units"][u] == "commune"]


def one(visit: Visit) -> Response:
    """One figure: by commune, and the ways on to its derivation, its years and its changes."""
    found = _figures(visit)
    if not found:
        return visit.show("computing.html", title="Chỉ tiêu", found=found, back="/targets")
    unit, units, by_unit = _one(visit, found)
    communes = _communes(found, by_unit)
    runs = [r for r in visit.store.runs() if r.number != found.content["run"]]
    return visit.show(
        "target.html", found=found, unit=unit, units=units, rows=by_unit[unit], title=by_unit[unit][0]["title"],
        indicator=visit.part("indicator"), communes=communes, runs=list(reversed(runs))[:20],
        drawn=sum(row["value"] is not None for _, row in communes) > 1,
    )  # fmt: skip


def picture(visit: Visit) -> Response:
    """The communes of one figure as ranked dots: an image of its own, so that the page need not wait for it."""
    found = _figures(visit)
    if not found:
        raise NotFound("Không có hình này.", "There is no such picture.")
    _, _, by_unit = _one(visit, found)
    whole = next((r[0] for u, r in by_unit.items() if r and found.content["units"][u] in _WHOLE), None)
    drawn = communes_picture(_communes(found, by_unit), whole, "")
    if not drawn:
        raise NotFound("Không có hình này.", "There is no such picture.")
    return Response(drawn, media_type="image/svg+xml")


def derive(visit: Visit) -> Response:
    """What is behind a figure, its years, or why it changed: long, so by the worker."""
    found = _figures(visit)
    unit = _unit(visit, _units(visit, found.content)) if found else ""
    kind = visit.part("kind")
    if not found or kind not in ("explain", "trend", "compare"):
        raise NotFound("Không có trang này.", "There is no such page.")
    words: dict[str, Any] = {"indicator": visit.part("indicator"), "unit": unit, "as_of": found.content["as_of"]}
    if not any(r["indicator"] == words["indicator"] for r in found.content["rows"][unit]):
        raise NotFound("Không có chỉ tiêu này.", "There is no such indicator.")
    if kind == "compare":
        words |= {"first": visit.count("run") or 0, "second": found.content["run"]}
    return visit.go(f"/jobs/{visit.desk.start(kind, visit.viewer, words).id}")


def derived(visit: Visit) -> Response:
    job: Job = visit.job(visit.part("job"))
    if job.kind not in ("explain", "trend", "compare") or job.state != DONE:
        return visit.go(f"/jobs/{job.id}")
    if not (visit.viewer.sees_everywhere or visit.viewer.sees(job.words["unit"])):
        raise NotFound("Không có trang này.", "There is no such page.")
    return visit.show(f"{job.kind}.html", job=job, found=job.result, words=job.words)


def workbook(visit: Visit) -> Response:
    """The figures as Excel: exact, for the office alone."""
    found = _figures(visit)
    if not found:
        return visit.go("/targets")
    units = _units(visit, found.content)
    wanted = [_unit(visit, units)] if visit.asked("unit") else units
    with tempfile.TemporaryDirectory(prefix="chi-tieu-", dir=visit.desk.folder) as folder:  # of this one visit
        place = Path(folder) / "chi-tieu.xlsx"
        write_workbook(found.content, wanted, place)
        content = place.read_bytes()
    return attachment(content, f"chi-tieu-{found.content['as_of']}.xlsx")


PAGES = [
    Page("GET", "/targets", listed, (FIGURES,), "Chỉ tiêu"),
    Page("GET", "/targets.xlsx", workbook, (FIGURES,)),
    Page("GET", "/targets/{indicator}", one, (FIGURES,)),
    Page("GET", "/targets/{indicator}/communes.svg", picture, (FIGURES,)),
    Page("POST", "/targets/{indicator}/{kind}", derive, (FIGURES,)),
    Page("GET", "/derived/{job}", derived, (FIGURES,)),
]
