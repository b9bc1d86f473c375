"""What stands behind a figure: its definition, its counts, the children's keys, and on to file, sheet, row and cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from childdb.store import Store
from childdb.store.lineage import TABLES, children_of_cell, facts_behind
from childdb.store.sheets import sheets as all_sheets
from childdb.workflow.figures import snapshot_of
from childdb.workflow.returns_behind import cells_of_returns, fed_by_return
from indicators.counting import TOTAL
from indicators.definition import Count, Definition
from indicators.estimators import assumptions
from indicators.explain import explain as explain_figure
from indicators.feeds import figures_fed
from indicators.loader import catalogue, chosen
from schemas import codes
from schemas.errors import NotFound, UsageFault

STANDINGS = {
    "counted": ("tính ở tử số", "counts"),
    "not_counted": ("thuộc diện, không tính", "belongs, does not count"),
    "unknown": ("chưa biết có tính không", "not known whether it counts"),
    "doubtful": ("chưa biết có thuộc diện không", "not known whether it belongs"),
    "denominator": ("chỉ ở mẫu số", "in the denominator alone"),
}


def describe(indicator: str, lang: str) -> str:
    """A definition in words: predicates, law, targets, examples."""
    d = chosen([indicator])[0]
    vi = lang == "vi"
    lines = [
        f"{d.id}: {d.title[lang]}",
        f"{'Loại' if vi else 'Kind'}: {d.kind}; {'đơn vị' if vi else 'unit'}: {d.unit}; {'phiên bản' if vi else 'version'}: {d.version}",
        *_predicates(d, lang),
        f"{'Nhóm' if vi else 'Groups'}: {', '.join(d.groups) or '-'}",
    ]
    if d.note.get(lang):
        lines.append(f"{'Ghi chú' if vi else 'Note'}: {d.note[lang]}")
    lines.append("Căn cứ:" if vi else "Law:")
    lines += [f"  {s.instrument}, {s.provision} ({s.in_force}; {s.confidence})" for s in d.legal_sources]
    lines.append("Mức phải đạt:" if vi else "Targets:")
    lines += [
        f"  {t.document} [{t.scope}] {t.year or '-'}: {t.comparator} {t.value} ({t.confidence})" for t in d.targets
    ] or ["  -"]
    lines.append("Ví dụ:" if vi else "Examples:")
    lines += [f"  {e.says}: {', '.join(f'{k} = {v}' for k, v in e.expect.items())}" for e in d.examples]
    return "\n".join(lines)


def as_plain(indicator: str) -> dict[str, Any]:
    """A definition whole, as plain values: keys as in its file, with its version and its weakest mark."""
    d = chosen([indicator])[0]
    rule = {
        "source": d.source, "population": d.population, "condition": d.condition, "value": d.value,
        "numerator": [vars(c) for c in d.numerator], "denominator": [vars(c) for c in d.denominator],
        "estimator": d.estimator, "assumptions": assumptions(d.estimator) if d.estimator else None, "per": d.per,
    }  # fmt: skip
    targets = [{**vars(t), "value": str(t.value)} for t in d.targets]
    laws = [{**vars(s), "in_force": s.in_force.isoformat()} for s in d.legal_sources]
    return {
        "id": d.id, "version": d.version, "domain": d.domain, "title": d.title, "programmes": list(d.programmes),
        "kind": d.kind, "unit": d.unit, "better": d.better, "confidence": d.confidence,
        **{k: v for k, v in rule.items() if v}, "groups": list(d.groups), "note": d.note, "legal_source": laws,
        "target": targets, "example": [vars(x) for x in d.examples],
    }  # fmt: skip


def _predicates(d: Definition, lang: str) -> list[str]:
    vi = lang == "vi"
    if d.estimator:
        return [
            f"{'Ước lượng' if vi else 'Estimator'}: indicators/estimators/{d.estimator}.py",
            f"{'Giả định' if vi else 'Assumes'}: {assumptions(d.estimator)[lang]}",
        ]
    if d.numerator:
        return [
            f"{'Tử số' if vi else 'Numerator'}: {' + '.join(map(_count, d.numerator))}",
            f"{'Mẫu số' if vi else 'Denominator'}: {' + '.join(map(_count, d.denominator))}",
        ]
    return [
        f"{'Nguồn' if vi else 'Source'}: {d.source}",
        f"{'Thuộc diện khi' if vi else 'Belongs when'}: {d.population}",
        f"{'Được tính khi' if vi else 'Counts when'}: {d.condition or d.value}",
    ]


def _count(count: Count) -> str:
    return f"{count.value or 'count'}({count.source}: {count.where})"


@dataclass(frozen=True)
class Behind:
    """A figure with what stands behind it; `children` maps each key to its standing (counted, not_counted, unknown, doubtful, denominator)."""

    indicator: str
    unit: str
    unit_name: str
    figure: Mapping[str, Any]
    children: Mapping[int, str]

    def rows(self) -> list[dict[str, Any]]:
        return [{"child": child, "standing": standing} for child, standing in sorted(self.children.items())]

    def text(self, lang: str) -> str:
        vi = lang == "vi"
        f = self.figure
        lines = [
            describe(self.indicator, lang),
            "",
            f"{self.unit_name} ({self.unit}){_of_group(f)}, {'tính đến' if vi else 'as on'} {f['as_of']}, {'lô' if vi else 'batch'} {f['batch']}:",
            f"  {'tử số' if vi else 'numerator'} {f['numerator']}, {'mẫu số' if vi else 'denominator'} {f['denominator']},"
            f" {'chưa biết' if vi else 'unknown'} {f['unknown']}",
            f"  {'giá trị' if vi else 'value'} {f['value']} ({'thấp nhất' if vi else 'lowest'} {f['low']},"
            f" {'cao nhất' if vi else 'highest'} {f['high']})",
        ]
        for standing, names in STANDINGS.items():
            keys = sorted(c for c, s in self.children.items() if s == standing)
            lines.append(f"  {names[0] if vi else names[1]}: {len(keys)} {'trẻ' if vi else 'children'}")
            lines += [f"    {key}" for key in keys[:10]]
            if len(keys) > 10:
                lines.append(
                    f"    ... {'và' if vi else 'and'} {len(keys) - 10} {'mã khác (--format csv)' if vi else 'more keys (--format csv)'}"
                )
        return "\n".join(lines)


def _of_group(figure: Mapping[str, Any]) -> str:
    return "" if figure["group_name"] == TOTAL else f", {figure['group_name']} = {figure['group_value']}"


@dataclass(frozen=True)
class Question:
    """Which figure: of an indicator, a unit (code or key) and a group, as on a day, over a period, in a geography."""

    indicator: str
    unit: str
    as_of: date
    as_known: int | None = None
    period_start: date | None = None
    geography: date | None = None
    group: tuple[str, str] | None = None


def unit_on(code: str, on: date) -> str:
    """The unit's key for a code (or a key) on a date."""
    if code in codes.units():
        return code
    unit = codes.unit_on(code, on)
    if unit is None:
        raise NotFound(f"Không có địa bàn {code} vào ngày {on}.", f"There is no unit {code} on {on}.")
    return unit.key


def explain(store: Store, asked: Question) -> Behind:
    """The figure and the children behind it (their keys, never their names)."""
    key = unit_on(asked.unit, asked.geography or asked.as_of)
    with snapshot_of(store, as_of=asked.as_of, as_known=asked.as_known) as place:
        told = explain_figure(
            place, asked.indicator, unit=key, as_of=asked.as_of, geography=asked.geography,
            period_start=asked.period_start, group=asked.group,
        )  # fmt: skip
    children: dict[int, str] = {}
    for side in told.sides:
        for standing, keys in side.keys.items():
            if side.role == "denominator":
                standing = "denominator" if standing == "counted" else standing
            if side.role != "both" and standing == "not_counted":
                continue  # a ratio's other rows of the source have no part in it
            for row in keys:
                if isinstance(row, int):
                    children.setdefault(row, standing)
    return Behind(asked.indicator, key, codes.units()[key].name, told.figure, children)


def trace(store: Store, asked: Question, *, child: int | None, limit: int) -> list[dict[str, Any]]:
    """From a figure to the source rows and cells of the children behind it, or of the communes' returns."""
    behind = explain(store, asked)
    if "commune" in catalogue()[asked.indicator].sources():
        returned = cells_of_returns(
            store, asked.indicator, behind.unit, as_of=asked.as_of, since=asked.period_start, as_known=asked.as_known
        )
        return list(returned)[:limit]
    keys = sorted(behind.children)
    if child is not None:
        if child not in behind.children:
            raise NotFound("Trẻ này không đứng sau con số.", "This child does not stand behind the figure.")
        keys = [child]
    keys = keys[:limit]
    if not keys:
        return []
    files = {b.number: b.file or "" for b in store.batches()}
    sheets = all_sheets(store)
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for fact in facts_behind(store, keys, TABLES, as_known=asked.as_known):
        for row in fact.rows:
            sheet = sheets[row.sheet]
            place = (fact.child, fact.table, row.row_id)
            entry = found.setdefault(place, {
                "child": fact.child, "standing": behind.children[fact.child], "table": fact.table,
                "batch": row.batch, "file": files.get(row.batch, ""), "sheet": sheet.name, "row": row.row,
                "cells": set(), "list_kind": sheet.list_kind, "list_date": sheet.list_date,
            })  # fmt: skip
            entry["cells"] |= {f"{letter}{row.row}" for letter in row.columns}
    return [
        {**entry, "cells": " ".join(sorted(entry["cells"], key=lambda c: (len(c), c)))}
        for _, entry in sorted(found.items())
    ]


@dataclass(frozen=True)
class Cell:
    """A cell of a sheet of an import (SHEET!C14), or a whole row of it (SHEET!14)."""

    batch: int
    sheet: str
    row: int
    column: str | None = None

    @classmethod
    def named(cls, batch: int, text: str) -> Cell:
        """As people write it; a UsageFault where it is none."""
        found = re.fullmatch(r"(.+)!([A-Za-z]{0,3})([0-9]+)", text.strip())
        if not found:
            raise UsageFault(f"“{text}”: ghi ô như 'Trẻ em!C14', cả dòng như 'Trẻ em!14'.",
                             f"“{text}”: write a cell like 'Sheet!C14', a row like 'Sheet!14'.")  # fmt: skip
        return cls(batch, found[1].strip("'"), int(found[3]), found[2].upper() or None)


def fed_by(
    store: Store, cell: Cell, *, as_of: date, as_known: int | None = None, geography: date | None = None,
    period_start: date | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Every figure that a cell feeds; of a whole row, every figure behind which its children stand, or its commune."""
    children = children_of_cell(store, cell.batch, cell.sheet, cell.row, as_known=as_known)
    sheets = {n for n, s in all_sheets(store).items() if s.name == cell.sheet}
    facts = [
        (fact.child, fact.table, fact.key)
        for fact in facts_behind(store, children, TABLES, as_known=as_known)
        if any(
            r.batch == cell.batch and r.sheet in sheets and r.row == cell.row
            and (cell.column is None or cell.column in r.columns)
            for r in fact.rows
        )
    ]  # fmt: skip
    if not facts:
        return fed_by_return(
            store, cell.batch, cell.sheet, cell.row, as_of=as_of, since=period_start, as_known=as_known
        )
    with snapshot_of(store, as_of=as_of, as_known=as_known) as place:
        fed = figures_fed(place, facts, as_of=as_of, geography=geography, period_start=period_start)
    return [
        {**vars(f), "unit_name": codes.units()[f.unit].name if f.unit in codes.units() else f.unit}
        for f in fed if f.feeds or cell.column is None
    ]  # fmt: skip
