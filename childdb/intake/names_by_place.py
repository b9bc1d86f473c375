"""Columns whose meaning their neighbours tell: family and given name, years beside dates, birth dates under Nam and Nữ."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

from childdb.intake.convert.dates import Parts, split
from childdb.intake.convert.people import read_ethnicity, read_sex
from childdb.intake.grid import Cell, Grid
from childdb.intake.headings import Match
from childdb.intake.template import Template
from childdb.intake.words_lookup import bare_key, exact_key

_NAME_HEADINGS = {exact_key(h) for h in ("Họ và tên", "Họ tên", "Họ và tên trẻ", "Họ tên trẻ", "Họ và tên học sinh")}
_MOST = 0.8
_ENOUGH = 0.6  # of the filled cells below must be dates
_LATEST, _FIRST_YEAR, _LAST_YEAR = 2100, 1990, 2100
_LOOKED_AT = 200  # rows


def dated_sexes(grid: Grid, paths: list[tuple[str, ...]], first: int) -> list[tuple[str, ...]]:
    """PATHS with Nam and Nữ put under Ngày sinh, where dates stand below them and no heading above says so."""
    last = {c: exact_key(path[-1]) for c, path in enumerate(paths) if path}
    male = [c for c, key in last.items() if key in (exact_key("Nam"),) and len(paths[c]) == 1]
    female = [c for c, key in last.items() if key in (exact_key("Nữ"), "nu") and len(paths[c]) == 1]
    if len(male) != 1 or len(female) != 1 or not _dated(grid, [*male, *female], first):
        return paths
    return [("Ngày sinh", path[-1]) if c in (male[0], female[0]) else path for c, path in enumerate(paths)]


def given_names(grid: Grid, paths: list[tuple[str, ...]], first: int) -> list[tuple[str, ...]]:
    """PATHS with the name's heading over the column at its right too, where given names stand there without a heading."""
    found = list(paths)
    for c, (path, following) in enumerate(itertools.pairwise(paths)):
        if path and not following and exact_key(path[-1]) in _NAME_HEADINGS and _given(grid, c, first):
            found[c + 1] = path
    return found


def _given(grid: Grid, name: int, first: int) -> bool:
    """Whether words of one syllable, and no sexes or ethnic groups, stand at the right of nearly all names."""
    beside = [grid.at(r, name + 1) for r in range(first, min(first + _LOOKED_AT, len(grid.rows))) if grid.at(r, name)]
    single = [v for v in beside if isinstance(v, str) and re.fullmatch(r"[^\W\d_]+", v.strip())]
    if len(beside) < 2 or len(single) < _MOST * len(beside) or len(set(single)) * 2 < len(single):
        return False
    return not all(read_sex(v) or read_ethnicity(v)[0] for v in single)


def _dated(grid: Grid, columns: Sequence[int], first: int) -> bool:
    cells = [grid.at(r, c) for r in range(first, min(first + _LOOKED_AT, len(grid.rows))) for c in columns]
    filled = [v for v in cells if v is not None and (not isinstance(v, str) or v.strip())]
    return len(filled) > 0 and sum(map(_is_date, filled)) >= _ENOUGH * len(filled)


def _is_date(value: Cell) -> bool:
    if isinstance(value, str):
        read = split(value, _LATEST)
        return isinstance(read, Parts) or read.when is not None
    if isinstance(value, bool):
        return False
    return isinstance(value, date) or (isinstance(value, int | float) and _FIRST_YEAR <= value <= _LAST_YEAR)


def settle_names(template: Template, paths: Sequence[tuple[str, ...]], matches: dict[int, Match]) -> None:
    """Tên beside Họ đệm is the given name; one heading over two columns is family and given name; Năm sinh beside Ngày sinh."""
    by_id: dict[str, list[int]] = {}
    for index, found in sorted(matches.items()):
        if found.column is not None:
            by_id.setdefault(found.column.id, []).append(index)
    names = by_id.get("full_name", [])
    if "given_name" not in template.columns:
        return
    if "given_name" not in by_id and (by_id.keys() & {"family_name", "middle_name"}) and len(names) == 1:
        if bare_key(paths[names[0]][-1]) in ("ten", "ten tre", "ten chau", "ten hoc sinh", "ten be"):
            matches[names[0]] = Match(template.columns["given_name"], "position")
    elif len(names) == 2 and names[1] == names[0] + 1 and paths[names[0]] == paths[names[1]]:
        matches[names[0]] = Match(template.columns["family_name"], "position")
        matches[names[1]] = Match(template.columns["given_name"], "position")
    _settle_other_people(template, paths, matches, by_id)
    births = by_id.get("birth_date", [])
    years = [c for c in births if exact_key(paths[c][-1]) in (exact_key("Năm sinh"), exact_key("Sinh năm"), "nam sinh")]
    if len(births) == 2 and len(years) == 1:
        matches[years[0]] = Match(template.columns["birth_year_beside"], "position")


_NAMES = ("full_name", "family_name", "given_name")
_PEOPLE = {"mother_name": "mother_birth_year", "father_name": "father_birth_year", "guardian_name": "", "household_head": "", "parent_name": ""}  # fmt: skip
_OF_EVERYBODY = ("birth_date", "ethnicity", "personal_id")


def _settle_other_people(
    template: Template, paths: Sequence[tuple[str, ...]], matches: dict[int, Match], by_id: dict[str, list[int]]
) -> None:
    """Of two columns of birth dates, ethnic groups or numbers the one behind the mother's name is the mother's, where
    the other stands behind the child's."""
    owners = {c: id for id in (*_NAMES, *_PEOPLE) for c in by_id.get(id, [])}

    def owner(column: int) -> str:
        return next((owners[c] for c in range(column, -1, -1) if c in owners), "full_name")

    for id in _OF_EVERYBODY:
        told = {c: owner(c) for c in by_id.get(id, [])}
        if len(told) < 2 or not any(name in _NAMES for name in told.values()):
            continue
        for column, name in told.items():
            if name not in _NAMES:
                year = _PEOPLE[name] if id == "birth_date" else ""
                matches[column] = Match(template.columns[year], "position") if year in template.columns else Match(None)
                by_id[id].remove(column)


def birth_parts(paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """PATHS with Ngày, Tháng, Năm side by side put under Ngày sinh."""
    keys = [exact_key(path[0]) if len(path) == 1 else "" for path in paths]
    wanted = [exact_key(part) for part in ("Ngày", "Tháng", "Năm")]
    starts = [c for c in range(len(keys) - 2) if keys[c : c + 3] == wanted]
    if len(starts) != 1:
        return paths
    return [("Ngày sinh", *path) if 0 <= c - starts[0] < 3 else path for c, path in enumerate(paths)]
