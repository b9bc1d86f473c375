"""One page for a commune: its figures against target and neighbours, and what to do first; names only for those entitled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from childdb.report.blocks import Block, Heading, Paragraph, Picture, Table
from childdb.report.figure import HIDDEN, Piece, Pieces, unknown_cell
from childdb.report.leaflet import Leaflet
from childdb.report.numbers import day
from childdb.report.pictures import strip
from childdb.report.sentences import SMALL, chosen_goal
from childdb.report.settings import outline
from childdb.report.workbook import Sheet, workbook
from childdb.store import Store
from childdb.workflow.lists import children_prepared, with_names
from childdb.workflow.reporting_annexes import VERDICTS, target_cell
from childdb.workflow.reporting_figures import Figures
from childdb.workflow.reporting_pictures import dot
from indicators.lists.doses import due_in_month
from indicators.lists.entitled import entitled
from indicators.lists.places import inside, places
from indicators.loader import catalogue
from schemas import codes
from schemas.dates import add_months
from schemas.errors import NotFound
from schemas.files import whole_file

TASKS = {
    "due": "Trẻ đến hạn hoặc chậm tiêm chủng trong tháng tới",
    "unregistered": "Trẻ dưới 5 tuổi chưa đăng ký khai sinh",
    "severe": "Trẻ dưới 5 tuổi suy dinh dưỡng nặng (dưới -3 độ lệch chuẩn)",
    "out_of_school": "Trẻ 6 đến 14 tuổi không đi học",
    "no_support": "Trẻ đủ điều kiện hưởng trợ cấp, chưa được hưởng",
}
_SHEETS = {
    "due": "Tiêm chủng", "unregistered": "Khai sinh", "severe": "Suy dinh dưỡng nặng", "out_of_school": "Không đi học",
    "no_support": "Chưa hưởng trợ cấp",
}  # fmt: skip
_COUNTED_IN = {
    "unregistered": ("birth_registration_u5",),
    "no_support": ("allowance_entitled_received", "allowance_not_received"),
}
LONGEST = 25
"""How many names of a list stand behind the page."""
_QUERIES = {
    "unregistered": "birth_registered = false and age_months_hi < 60",
    "severe": "age_months_hi < 60 and (haz < -3 or waz < -3 or whz < -3)",
    "out_of_school": "attending = false and school_age between 6 and 14",
}


@dataclass(frozen=True)
class Reason:
    """Who sees names, and why."""

    actor: str
    words: str
    now: datetime


def first_things(store: Store, unit: str, on: date) -> dict[str, list[tuple[int, str]]]:
    """By task, the children (their keys) and their village, of a commune."""
    code = unit.split("@")[0]
    with children_prepared(store, as_of=on) as con:
        kept = inside(places(con, on), code)
        homes = {
            int(c): v or ""
            for c, u, v in con.execute("select child, unit, village from prepared_child").fetchall()
            if u in kept
        }
        month = add_months(on.replace(day=1), 1)
        found = {"due": {d.child for d in due_in_month(con, on, month, code).doses}}
        found |= {name: _children(con, where) for name, where in _QUERIES.items()}
        found["no_support"] = {c.child for c in entitled(con, on, code) if c.sure and c.missing and c.received is False}
    return {
        name: sorted(((c, homes[c]) for c in found[name] if c in homes), key=lambda x: (x[1], x[0])) for name in TASKS
    }


def _children(con: duckdb.DuckDBPyConnection, where: str) -> set[int]:
    return {int(c) for (c,) in con.execute(f"select child from prepared_child where {where}").fetchall()}


def write_sheet(
    store: Store, figures: Figures, unit: str, path: Path, reason: Reason | None, lists: Path | None = None
) -> Path:
    """Write the sheet of a commune (its key) to PATH (.docx); with names, noting who saw them, where a REASON is given.

    One page; names stand on the pages behind it, at most LONGEST of a list. The whole lists go to LISTS (.xlsx).
    """
    if unit not in figures.communes:
        raise NotFound(f"{unit} không phải xã của địa bàn này.", f"{unit} is no commune of this unit.")
    on = figures.now.results.as_of
    todo = first_things(store, unit, on)
    name = codes.units()[unit].name
    about = {"now": str(figures.now.run), "before": str(figures.before.run), "unit": figures.unit, "lang": "vi",
             "inside": "1" if figures.protection.inside else "0"}  # fmt: skip
    blocks: list[Block] = [Heading(2, "So với mức của chương trình và với các xã khác"), _table(figures, unit)]
    blocks += _strip(figures, unit)
    blocks += [
        Heading(2, "Việc cần làm trước"),
        _tasks(todo, _told_nowhere(figures, unit), exact=reason is not None or figures.protection.inside),
    ]
    lines = [
        f"Tính đến ngày {day(on, 'vi')}"
        + (
            "; có họ tên trẻ em: không treo, không sao chép"
            if reason
            else "; “…”: có số liệu nhưng không nêu, để không lộ thông tin của trẻ em; Chưa rõ: số hồ sơ chưa biết có tính hay "
            "không (trong ngoặc: chưa biết có thuộc diện hay không)"
        )
    ]
    named = _named(store, todo, on, reason) if reason else {}
    if named and lists:
        whole = workbook([_whole_list(task, rows, name, on) for task, rows in named.items()])
        with whole_file(lists) as out:
            out.write(whole)
    names = _annexed(named, lists.name if lists else "") if reason else []
    data = Leaflet(f"{name}: trẻ em đang thế nào", on, about).made(lines, blocks, names)
    figures.protection.write(path, data, set(outline().sheet), private=reason is not None)
    return path


def _ids(figures: Figures, unit: str) -> list[str]:
    return [i for i in outline().sheet if i in figures.ids() and figures.has(i, unit)]


def _table(figures: Figures, unit: str) -> Table:
    rows: list[list[Piece | Pieces]] = []
    for indicator in _ids(figures, unit):
        own, whole = figures.one(indicator, unit), figures.one(indicator)
        goal = chosen_goal(own)
        target: Piece | Pieces = "–"
        verdict = ""
        if goal is not None:
            target, verdict = target_cell(own, goal, "vi"), "…" if own.hidden else VERDICTS[goal.verdict]
        rows.append(
            [
                own.title,
                own.shown("value", "vi"),
                unknown_cell(own, "vi"),
                whole.shown("value", "vi"),
                target,
                verdict,
            ]
        )
    whole_name = codes.units()[figures.unit].name
    return Table(
        ("Chỉ tiêu", "Xã này", "Chưa rõ", whole_name, "Mức so sánh", "Kết luận"), rows, (76, 18, 18, 22, 22, 26)
    )


def _strip(figures: Figures, unit: str) -> list[Block]:
    rows, told = [], []
    for indicator in _ids(figures, unit):
        own = figures.one(indicator, unit)
        shown = dot(own, "")
        if shown is None or own.measure != "percent":
            continue
        others = [
            f
            for u in figures.communes
            if u != unit and (f := figures.of_run(figures.now.run, indicator, u)) is not None
        ]
        values = [d.value for f in others if (d := dot(f, "")) is not None]
        goal = chosen_goal(own)
        rows.append((own.title, shown, values, float(goal.target) if goal else None))
        better = catalogue()[indicator].better
        ahead = sum(v > shown.value if better == "higher" else v < shown.value for v in values)
        told.append(f"{own.title}: {ahead} trong {len(values)} xã khác tốt hơn")
    if not rows:
        return []
    return [Picture(strip(rows), "; ".join(told) + ".", "Xã này (chấm) giữa các xã khác (vạch xám), phần trăm", 180)]


def _told_nowhere(figures: Figures, unit: str) -> set[str]:
    """Tasks whose number would give away a figure of the commune that is hidden: it is that figure's own remainder."""
    return {
        task for task, ids in _COUNTED_IN.items()
        if any(figures.has(i, unit) and figures.one(i, unit).hidden for i in ids)
    }  # fmt: skip


def _tasks(todo: Mapping[str, Sequence[tuple[int, str]]], hidden: Collection[str], *, exact: bool) -> Table:
    """How many children each task concerns; fewer than five are not told on a page that is pinned up, nor what is HIDDEN."""
    rows: list[list[Piece]] = []
    for name, words in TASKS.items():
        count = len(todo[name])
        told = str(count) if count == 0 or count >= SMALL else f"dưới {SMALL}"
        rows.append([words, str(count) if exact else HIDDEN if name in hidden else told])
    return Table(("Việc", "Số trẻ"), rows, (150, 30))


def _named(
    store: Store, todo: Mapping[str, Sequence[tuple[int, str]]], on: date, reason: Reason
) -> dict[str, list[list[str]]]:
    """By task, the rows of its list: number, name, birth, mother, village."""
    rows = [
        {"child": child, "task": task, "village": village} for task, found in todo.items() for child, village in found
    ]
    named = with_names(
        store,
        rows,
        as_of=on,
        as_known=None,
        what="report commune",
        reason=reason.words,
        actor=reason.actor,
        now=reason.now,
    )
    by_task = {task: [r for r in named if r["task"] == task] for task in TASKS}
    return {
        task: [
            [str(n), r["full_name"] or "", _birth(r["birth_date"]), r["mother_name"] or "", r["village"]]
            for n, r in enumerate(own, 1)
        ]
        for task, own in by_task.items() if own
    }  # fmt: skip


_HEADS = ("TT", "Họ và tên", "Ngày sinh", "Họ tên mẹ", "Thôn, bản")


def _annexed(named: Mapping[str, Sequence[Sequence[str]]], lists: str) -> list[Block]:
    blocks: list[Block] = [
        Paragraph(("Danh sách có họ tên: chỉ dùng để làm việc, cất nơi có khóa, hủy khi xong.",), italic=True)
    ]
    for task, rows in named.items():
        blocks.append(Table(_HEADS, [list(r) for r in rows[:LONGEST]], (10, 55, 25, 50, 42), 5, TASKS[task]))
        if len(rows) > LONGEST:
            where = f"tệp {lists}" if lists else "tệp danh sách của lệnh “childdb report commune --names”"
            blocks.append(Paragraph((f"Còn {len(rows) - LONGEST} trẻ nữa; danh sách đủ {len(rows)} trẻ: {where}.",)))
    return blocks


def _whole_list(task: str, rows: Sequence[Sequence[str]], commune: str, on: date) -> Sheet:
    head = [f"{TASKS[task]}: {commune}", f"Tính đến ngày {day(on, 'vi')}.",
            "Có họ tên trẻ em: chỉ dùng để làm việc, cất nơi có khóa, hủy khi xong."]  # fmt: skip
    return Sheet(_SHEETS[task], head, _HEADS, rows, (6, 30, 13, 30, 26), 2)


def _birth(text: str | None) -> str:
    return "/".join(reversed((text or "").split("-")))
