"""Which column of a template a heading means: exactly, by another heading seen, by dose or circumstance, or nearly.

The threshold is measured (tests/intake/test_headings.py: misspelt, abbreviated and undiacritised headings against
strangers): at 86, and 88.5 below ten letters, no stranger is taken and nine misspellings in ten are understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from childdb.intake.convert.circumstances import circumstance_heading, kind_heading
from childdb.intake.convert.vaccines import dose_heading
from childdb.intake.template import Column, Template, templates
from childdb.intake.words_lookup import bare_key, exact_key
from schemas.text import nfc

THRESHOLD, SHORT_THRESHOLD = 86.0, 88.5
MARGIN = 3.0
_SHORTEST, _SHORT = 5, 10  # letters: shorter headings are matched exactly only; short ones need the higher threshold
_UNIT = re.compile(r"\(.*?\)")


@dataclass(frozen=True)
class Match:
    """What a heading means; `choices` are set instead where two columns are near alike."""

    column: Column | None
    how: str = "unread"
    choices: tuple[str, ...] = ()


def path_key(path: Sequence[str]) -> str:
    """Heading parts for comparing without tone marks, equal neighbours once."""
    return _key(path, bare_key)


def _key(path: Sequence[str], key_of: Callable[[str], str]) -> str:
    keys: list[str] = []
    for part in path:
        key = key_of(part)
        if key and (not keys or keys[-1] != key):
            keys.append(key)
    return "|".join(keys)


@dataclass(frozen=True)
class Known:
    """A template's headings: by their letters with tone marks, and without (where several columns may be meant)."""

    exact: Mapping[str, tuple[str, str]]
    bare: Mapping[str, frozenset[str]]


@cache
def known_headings(template_id: str) -> Known:
    """Every heading of a template; Năm (year) and Nam (male) differ by their marks alone."""
    exact: dict[str, tuple[str, str]] = {}
    bare: dict[str, set[str]] = {}
    for column in templates()[template_id].columns.values():
        for number, heading in enumerate(column.headings):
            parts = heading.split("|")
            exact.setdefault(_key(parts, exact_key), (column.id, "exact" if number == 0 else "synonym"))
            bare.setdefault(_key(parts, bare_key), set()).add(column.id)
    for column in templates()[
        template_id
    ].columns.values():  # what stands in brackets may be left out, or be another unit
        for heading in column.headings:
            short = _key(_UNIT.sub("", heading).split("|"), bare_key)
            if len(short) > 2 and short not in bare:
                bare[short] = {column.id}
    return Known(exact, {key: frozenset(ids) for key, ids in bare.items()})


@cache
def match(template_id: str, path: tuple[str, ...]) -> Match:
    """The column that a heading path means in a template, exactly or by its parts; no near match."""
    template = templates()[template_id]
    parts = [part for part in path if part.strip()]
    if not parts:
        return Match(None)
    known = known_headings(template_id)
    if "weight" in template.columns:
        monthly = _monthly(template, known, parts)
        if monthly:
            return Match(monthly, "synonym")
    if template.circumstance_columns and (code := kind_heading(parts)):
        return Match(_circumstance(code, parts), "synonym")
    for candidate in _candidates(parts):
        found = known.exact.get(_key(candidate, exact_key))
        if found:
            return _of_other(template, parts, template.columns[found[0]]) or Match(template.columns[found[0]], found[1])
        ids = known.bare.get(_key(candidate, bare_key), frozenset())
        if len(ids) == 1:
            column = template.columns[next(iter(ids))]
            return _of_other(template, parts, column) or Match(column, "synonym")
        if ids:
            return Match(None, "unread", tuple(sorted(ids)))
    if template.doses:
        dose = dose_heading(parts)
        if dose:
            return Match(Column("dose", f"vaccination.given_on[{dose}]", "dose", " ".join(parts)), "synonym")
    if template.circumstance_columns:
        code = circumstance_heading(parts)
        if code:
            return Match(_circumstance(code, parts), "synonym")
    return Match(None)


def _circumstance(code: str, parts: list[str]) -> Column:
    return Column("circumstance_column", f"circumstance.code[{code}]", "circumstance_tick", " ".join(parts))


# a word for somebody else in a heading, and the columns that tell of that person
_OTHERS = (
    (re.compile(r"(?<!\w)(?:mẹ|me)(?!\w)"), "mother_name", "mother_birth_year"),
    (re.compile(r"(?<!\w)(?:cha|bố|bo(?! hoc))(?!\w)"), "father_name", "father_birth_year"),
    (re.compile(r"(?<!\w)(?:chủ hộ|chu ho)(?!\w)"), "household_head", ""),
    (re.compile(r"(?<!\w)(?:giám hộ|giam ho|chăm sóc|cham soc|nuôi dưỡng|nuoi duong|đỡ đầu|do dau)(?!\w)"), "guardian_name", ""),
    (re.compile(r"(?<!\w)(?:người khai|người báo tin|giáo viên|cán bộ)(?!\w)"), "", ""),
)  # fmt: skip
_OF_CHILD = ("child_profile.full_name", "child_profile.birth_date", "child_profile.sex", "child_profile.ethnicity", "child_profile.personal_id", "child_profile.health_card", "child_profile.nationality")  # fmt: skip


def others_in(text: str) -> list[tuple[str, str]]:
    """The columns (name, birth year) of each other person that a heading's words name."""
    low = nfc(text).lower()
    return [(name, year) for words, name, year in _OTHERS if words.search(low)]


def of_child(column: Column) -> bool:
    """Whether a column tells of the child itself what other people have too: name, birth, sex, number ..."""
    return column.field.startswith(_OF_CHILD)


def _of_other(template: Template, parts: Sequence[str], found: Column) -> Match | None:
    """What a heading that by its last words is the child's means, where it or a heading above it names somebody else."""
    named = others_in(" ".join(parts))
    if not named or not of_child(found):
        return None
    if len(named) == 1:
        name, year = named[0]
        wanted = name if "full_name" in found.field else year if "birth_date" in found.field else ""
        if wanted in template.columns:
            return Match(template.columns[wanted], "synonym")
    return Match(None)


_MONTH = re.compile(r"(?:^|\s)(?:thang|t)\s*\.?\s*(1[0-2]|0?[1-9])(?:\s*(?:/|-|\.|nam)?\s*(20\d\d))?(?=$|\s)")
_ROUND = re.compile(r"(?<![a-z])(?:lan|dot)\s*\d{1,2}(?!\d)")
_MONTHLY = ("weight", "height", "muac")


def _monthly(template: Template, known: Known, parts: list[str]) -> Column | None:
    """A measurement of one month in a table with columns per month: Tháng 6 over Cân nặng, or CN tháng 6/2024."""
    text = bare_key(" ".join(parts))
    found = _MONTH.search(text)
    if not found:
        return None
    rest = _ROUND.sub(" ", text[: found.start()] + " " + text[found.end() :])
    rest = re.sub(r"\s+", " ", rest).strip()
    ids = known.bare.get(rest, frozenset()) & set(_MONTHLY)
    if len(ids) != 1:
        return None
    column = template.columns[next(iter(ids))]
    month = f"{found.group(2) or ''}-{int(found.group(1)):02d}"
    return replace(column, field=f"{column.field}[{month}]", fill="")


def _candidates(parts: list[str]) -> list[list[str]]:
    """Paths to try: the whole, its ends, its last part without brackets."""
    tried = [parts[start:] for start in range(len(parts))]
    last = parts[-1]
    if _UNIT.search(last):
        tried += [[*parts[:-1], _UNIT.sub("", last)], [_UNIT.sub("", last)]]
    return tried


def near_match(template: Template, path: Sequence[str], taken: set[str]) -> Match:
    """The column whose heading is spelt nearly so; a near-tie gives choices, never a guess."""
    from rapidfuzz import fuzz

    best: dict[str, float] = {}
    foreign = {c.id for c in template.columns.values() if of_child(c)} if others_in(" ".join(path)) else set()
    keys = [_key(c, bare_key) for c in _candidates([p for p in path if p.strip()])]
    candidates = [key for key in keys if len(key) >= _SHORTEST]
    for key, ids in known_headings(template.id).bare.items():
        if len(key) < _SHORTEST:
            continue
        for candidate in candidates:
            score = fuzz.ratio(candidate, key, score_cutoff=THRESHOLD - MARGIN)
            for id in ids - taken - foreign:
                if score > best.get(id, 0.0) and candidate[:1] == key[:1]:
                    enough = len(key) >= _SHORT or score >= SHORT_THRESHOLD
                    best[id] = score if enough else best.get(id, 0.0)
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < THRESHOLD:
        return Match(None)
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MARGIN:
        pair = tuple(template.columns[id].heading for id, _ in ranked[:2])
        return Match(None, "unread", pair)
    return Match(template.columns[ranked[0][0]], "fuzzy")


def answered(template: Template, path: Sequence[str], answers: Mapping[str, str]) -> Column | None:
    """The column that a person chose for this heading before (`answers`: heading key to field)."""
    field = answers.get(path_key(path))
    return next((c for c in template.columns.values() if field in (c.field, c.id)), None)


@cache
def vocabulary() -> frozenset[str]:
    """Every part of every heading of every template, for telling heading rows from data."""
    keys: set[str] = set()
    for template in templates().values():
        for column in template.columns.values():
            for heading in column.headings:
                keys.update(bare_key(part) for part in heading.split("|"))
    return frozenset(key for key in keys if key)
