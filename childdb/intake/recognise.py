"""Which template a table follows, by its signs; several or none is an issue told to the person, never a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from childdb.intake.grid import letter
from childdb.intake.headings import Match, answered, match, near_match
from childdb.intake.layout import Table
from childdb.intake.names_by_place import settle_names
from childdb.intake.template import Column, Template, templates
from childdb.intake.words_lookup import bare_key
from schemas.issues import Issue
from schemas.records import ColumnReading
from schemas.text import fold

_REPEATABLE = ("row.",)  # fields that several columns may have
# fields of which a second column is asked about; of the others the first is taken
_TELLING = (
    "child_profile.full_name", "child_profile.birth_date", "child_profile.sex", "child_profile.ethnicity",
    "child_profile.personal_id", "child_profile.mother_name", "child_profile.father_name", "residence.village",
    "residence.commune_code", "household_status.", "circumstance.", "measurement.", "vaccination.",
)  # fmt: skip


@dataclass
class Understanding:
    """A template with what each column of a table means under it."""

    template: Template
    columns: dict[int, Column] = field(default_factory=dict)
    readings: list[ColumnReading] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        return {column.id for column in self.columns.values()}

    @property
    def understood(self) -> int:
        return sum(1 for c in self.columns.values() if c.reader != "ignore")

    def fits(self) -> bool:
        return self.template.signs.fit(self.ids)


def understand(template: Template, table: Table, answers: Mapping[str, str]) -> Understanding:
    """What each column means under TEMPLATE: exact headings first, then near ones for what is left."""
    result = Understanding(template)
    matches: dict[int, Match] = {}
    for index, path in enumerate(table.paths):
        if path:
            chosen = answered(template, path, answers)
            matches[index] = Match(chosen, "synonym") if chosen else match(template.id, path)
    _settle_by_neighbours(template, table, matches)
    settle_names(template, table.paths, matches)
    taken = {m.column.id for m in matches.values() if m.column}
    for index, found in list(matches.items()):
        if found.column is None and not found.choices:
            matches[index] = near_match(template, table.paths[index], taken)
    fields: dict[str, list[int]] = {}
    for index, found in sorted(matches.items()):
        heading = " | ".join(table.paths[index])
        if found.column is None:
            result.readings.append(ColumnReading(letter(index), heading, None))
            code, slots = (
                ("heading_near_tie", {"choices": " / ".join(_headings(template, found.choices))})
                if found.choices
                else ("heading_unread", {})
            )
            result.issues.append(Issue(code, None, letter(index), heading, slots))
            continue
        result.columns[index] = found.column
        result.readings.append(ColumnReading(letter(index), heading, found.column.field, found.how))
        fields.setdefault(found.column.field, []).append(index)
    for name, places in fields.items():
        places = _without_blank(result, places, table.empty)
        if name.startswith("circumstance.code[") and len({table.paths[c] for c in places}) == len(places):
            continue  # Mồ côi cha and Mồ côi mẹ are one category
        if len(places) > 1 and not name.startswith(_REPEATABLE):
            if not name.startswith(_TELLING):
                _take_first(result, places)
                continue
            where = ", ".join(map(letter, places))
            result.issues.append(
                Issue("heading_twice", None, where, slots={"field": result.columns[places[0]].heading})
            )
    return result


def _without_blank(result: Understanding, places: list[int], empty: frozenset[int]) -> list[int]:
    """Of several columns of one meaning those that hold anything: a heading merged across may have but one column below."""
    kept = [c for c in places if c not in empty] or places[:1]
    for c in places:
        if c not in kept:
            del result.columns[c]
    return kept


def _take_first(result: Understanding, places: list[int]) -> None:
    """Of several columns that tell the same minor thing the first is read; the others are told as not read."""
    for c in places[1:]:
        del result.columns[c]
        at = next(i for i, reading in enumerate(result.readings) if reading.letter == letter(c))
        heading = result.readings[at].heading
        result.readings[at] = ColumnReading(letter(c), heading, None)
        result.issues.append(Issue("heading_unread", None, letter(c), heading))


def _settle_by_neighbours(template: Template, table: Table, matches: dict[int, Match]) -> None:
    """ "Nam" without tone marks under the birth date is a year beside Thang, and the boys' column beside Nu."""
    others = {bare_key(path[-1]) for path in table.paths if path}
    for index, found in matches.items():
        if set(found.choices) == {"birth_date_male", "birth_year"}:
            chosen = "birth_year" if "thang" in others else "birth_date_male" if "nu" in others else None
            if chosen:
                matches[index] = Match(template.columns[chosen], "synonym")


def recognise(
    table: Table, titles: Sequence[str], wanted: str | None, answers: Mapping[str, str]
) -> tuple[Understanding | None, Issue | None]:
    """The one template that fits, or the issue."""
    said = " ".join(fold(line) for line in titles)
    table = _months_of_title(table, said)
    if wanted is not None:
        if wanted not in templates():
            return None, Issue("template_unknown", value=wanted)
        return understand(templates()[wanted], table, answers), None
    found = [u for t in templates().values() if (u := understand(t, table, answers)).fits()]
    titled = [u for u in found if any(fold(words) in said for words in u.template.titles)]
    for group in (
        [u for u in titled if not u.template.general],
        [u for u in titled if u.template.general],
        [u for u in found if not u.template.general and not u.template.needs_title],
        [u for u in found if u.template.general],
    ):
        if group:
            return _best(group)
    return None, Issue("template_unknown")


_MONTH_ALONE = re.compile(r"(?:thang|t)\s*(?:1[0-2]|0?[1-9])(?:\s*(?:/|nam)?\s*20\d\d)?")
_MEASURED = {"can nang": "Cân nặng", "chieu cao": "Chiều cao"}


def _months_of_title(table: Table, said: str) -> Table:
    """TABLE with what the title says is measured above columns that are headed by their month alone."""
    told = [heading for words, heading in _MEASURED.items() if words in said]
    months = {c for c, path in enumerate(table.paths) if len(path) == 1 and _MONTH_ALONE.fullmatch(bare_key(path[0]))}
    if len(told) != 1 or len(months) < 2:
        return table
    return replace(table, paths=[(told[0], *path) if c in months else path for c, path in enumerate(table.paths)])


def _best(group: list[Understanding]) -> tuple[Understanding | None, Issue | None]:
    """The one that understands more columns than every other; of equals the one that reads nothing into a blank."""

    def rank(u: Understanding) -> tuple[int, bool]:
        return -u.understood, bool(u.template.blank_ethnicity)

    ranked = sorted(group, key=rank)
    if len(ranked) > 1 and rank(ranked[0]) == rank(ranked[1]):
        return None, Issue("template_tie", slots={"choices": ", ".join(sorted(u.template.title["vi"] for u in ranked))})
    return ranked[0], None


def _headings(template: Template, choices: Sequence[str]) -> list[str]:
    return [template.columns[c].heading if c in template.columns else c for c in choices]
