"""The four cleaning lists: whom each names and why, by village; and what came back of them closes its doubts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from childdb.intake.cleaning_list import TITLES, VillageSheet, answer, write_cleaning_list
from childdb.intake.convert.ids import contradictions
from childdb.store import Store
from childdb.store.doubts import Naming, cleaning_rows, held_with_tokens, issues_of_rows, namings
from childdb.store.imports import CLEANING
from childdb.store.list_tokens import list_token
from childdb.store.named import NamedChild, named_records
from childdb.workflow.villages import Place, cell_date, in_place
from schemas.codes import PROVINCE_ID_CODES, Unit, ethnic_groups, units
from schemas.dates import OpenDate
from schemas.issues import Issue
from schemas.text import fold

KINDS = tuple(TITLES)
_OF_NUMBER = ("personal_id_form", "personal_id_rounded", "personal_id_twice")
_OF_FACTS = ("name_doubtful", "name_has_note", "sex_contradicts_id", "birth_date_too_old", "correction_repeated",
             "personal_id_contradicts", "ethnicity_missing", "date_exchanged")  # fmt: skip
_SEX = {"M": "Nam", "F": "Nữ"}


@dataclass(frozen=True)
class _Known:
    """What the lists say of the children beyond what holds: their rows, open issues, and when they were answered."""

    rows: Mapping[int, Sequence[Naming]]
    issues: Mapping[int, Sequence[Issue]]  # of a child's newest row of each kind of list, not answered since
    answered: Mapping[int, bool]


def cleaning_lists(
    store: Store, kind: str, out: Path, place: Place, *, on: date, since: date | None, reason: str, actor: str, now: datetime
) -> tuple[list[Path], int]:  # fmt: skip
    """Write the list KIND to OUT (a workbook, or a folder with one a commune); gives the files and how many children.

    SINCE is for new children: those first named on that day or later; without it, since the commune's register before
    the last.
    """
    children = [c for c in named_records(store, as_of=on, unit=place.unit) if in_place(c, place)]
    known = _known(store, children)
    because = _reasons(kind, known, since)
    rows = [
        (child["unit"], child["village"] or "", _row(store, kind, child, doubts))
        for child in children if (doubts := because(child)) is not None
    ]  # fmt: skip
    if kind == "wrong-number":
        rows += _held_rows(store, place)
    store.note_use(actor, f"list {kind}", reason, len(rows), now=now)
    return _write(kind, out, rows, on), len(rows)


def _known(store: Store, children: Sequence[NamedChild]) -> _Known:
    wanted = {c["child_key"] for c in children}
    rows: dict[int, list[Naming]] = {}
    for naming in namings(store):
        if naming.child in wanted:
            rows.setdefault(naming.child, []).append(naming)
    came_back = cleaning_rows(store, (n.row for each in rows.values() for n in each if n.list_kind == CLEANING))
    answered = {
        child: last for child, each in rows.items()
        if (last := max((n.order for n in each if n.row in came_back
                         and answer(came_back[n.row].columns, came_back[n.row].cells)), default=None))
    }  # fmt: skip
    newest = {(n.child, n.list_kind): n for each in rows.values() for n in each if n.list_kind != CLEANING}
    open_rows = {n.row: n.child for n in newest.values() if n.child not in answered or n.order > answered[n.child]}
    issues: dict[int, list[Issue]] = {}
    for row, found in issues_of_rows(store, open_rows, (*_OF_NUMBER, *_OF_FACTS)).items():
        issues.setdefault(open_rows[row], []).extend(found)
    silent = {child: not any(n.child == child for n in (newest[k] for k in newest if k[0] == child)
                             if n.order > answered[child]) for child in answered}  # fmt: skip
    return _Known(rows, issues, silent)


def _reasons(kind: str, known: _Known, since: date | None) -> Callable[[NamedChild], str | None]:
    """Why a child stands on a list: the words to be verified, or None."""
    if kind == "no-number":
        return lambda child: None if child["personal_id"] else _words(_open(known, child, _OF_NUMBER))
    if kind == "wrong-number":
        return lambda child: _wrong_number(known, child)
    if kind == "doubtful-facts":
        return lambda child: _doubtful(known, child)
    starts = _starts(known)
    return lambda child: _new(known, child, since, starts)


def _open(known: _Known, child: NamedChild, codes: Sequence[str]) -> list[Issue]:
    return [issue for issue in known.issues.get(child["child_key"], ()) if issue.code in codes]


def _words(issues: Iterable[Issue], more: Sequence[str] = ()) -> str:
    said = [issue.sentence("vi").rstrip(".") for issue in issues]
    return "; ".join(dict.fromkeys([*more, *said]))


def _wrong_number(known: _Known, child: NamedChild) -> str | None:
    number = child["personal_id"]
    if not number:
        found = _open(known, child, _OF_NUMBER)
        return _words(found) if found else None
    if known.answered.get(child["child_key"]):
        return None
    said = []
    if number[:3] not in PROVINCE_ID_CODES:
        said.append("ba số đầu không phải mã tỉnh")
    year = int(child["birth_date"][:4]) if child["birth_date"] else None
    against = contradictions(number, year, child["sex"])
    said += ["không khớp với năm sinh"] if "year" in against else []
    said += ["không khớp với giới tính"] if "sex" in against else []
    return f"Số đang ghi {number}: {', '.join(said)}" if said else None


def _doubtful(known: _Known, child: NamedChild) -> str | None:
    if known.answered.get(child["child_key"]):
        return None
    missing = [
        words for words, lacking in (
            ("Thiếu họ tên", not child["full_name"]), ("Thiếu ngày sinh", not child["birth_date"]),
            ("Ngày sinh chưa đủ ngày, tháng", child["birth_precision"] in ("month", "year")),
            ("Thiếu giới tính", not child["sex"]), ("Thiếu dân tộc", child["ethnicity"] in (None, "99")),
            ("Thiếu họ tên cha, mẹ hoặc người giám hộ",
             not (child["father_name"] or child["mother_name"] or child["guardian_name"])),
        ) if lacking
    ]  # fmt: skip
    said = _words((i for i in _open(known, child, _OF_FACTS) if i.code != "ethnicity_missing"), missing)
    return said or None


def _starts(known: _Known) -> dict[str, date]:
    """Per commune, the date of the register before the last: who was first named after it is new."""
    dates: dict[str, set[date]] = {}
    for each in known.rows.values():
        for n in each:
            if n.list_kind == "register" and n.unit:
                dates.setdefault(n.unit, set()).add(n.order[0])
    return {unit: sorted(days)[-2] for unit, days in dates.items() if len(days) > 1}


def _new(known: _Known, child: NamedChild, since: date | None, starts: Mapping[str, date]) -> str | None:
    if known.answered.get(child["child_key"]):
        return None
    first = min((n.order[0] for n in known.rows.get(child["child_key"], ())), default=None)
    if first is None:
        return ""
    before = starts.get(child["unit"])
    is_new = first >= since if since else before is None or first > before
    return f"Mới có trong danh sách ngày {first:%d/%m/%Y}" if is_new else None


def _row(store: Store, kind: str, child: NamedChild, doubts: str) -> dict[str, Any]:
    groups = ethnic_groups()
    return {
        "token": list_token(store, child["child_key"]), "full_name": child["full_name"],
        "birth_date": cell_date(child["birth_date"]), "sex": _SEX.get(child["sex"] or ""),
        "ethnicity": groups[child["ethnicity"]].name if child["ethnicity"] in groups else None,
        "father_name": child["father_name"], "mother_name": child["mother_name"],
        "guardian_name": child["guardian_name"] if kind == "doubtful-facts" else None,
        "household_head": child["household_head"],
        "personal_id": None if kind == "wrong-number" else child["personal_id"], "doubts": doubts,
    }  # fmt: skip


def _held_rows(store: Store, place: Place) -> list[tuple[str, str, dict[str, Any]]]:
    """Rows that wait because of their number: their children may be known by no other row."""
    found = []
    commune = place.unit.partition("@")[0] if place.unit else None
    for held, token in held_with_tokens(store, _OF_NUMBER, commune):
        cells = dict(held.record.identity) if held.record else {}
        unit = f"{held.commune_code}@{held.commune_from}"
        village = str(cells.get("village") or "")
        if unit not in units() or (place.unit and unit != place.unit):
            continue
        if place.village and fold(village) != fold(place.village):
            continue
        facts = held.record.facts.get("child_profile", ({},))[0] if held.record else {}
        ethnicity = ethnic_groups().get(str(facts.get("ethnicity") or ""))
        born = cells.get("birth_date")
        precision: Any = cells.get("birth_precision") or "day"
        row = {
            "token": token, **{c: cells.get(c) for c in ("full_name", "father_name", "mother_name", "household_head")},
            "birth_date": cell_date(OpenDate.from_first(born, precision).text()) if isinstance(born, date) else None,
            "sex": _SEX.get(str(cells.get("sex") or "")), "ethnicity": ethnicity.name if ethnicity else None,
            "doubts": _words(i for i in held.issues if i.code in _OF_NUMBER),
        }  # fmt: skip
        found.append((unit, village, row))
    return found


def _write(kind: str, out: Path, rows: Sequence[tuple[str, str, dict[str, Any]]], on: date) -> list[Path]:
    """One workbook, or one a commune where OUT is a folder; the sheets by commune and village."""
    by_unit: dict[str, list[VillageSheet]] = {}
    for unit, village in sorted({(unit, village) for unit, village, _ in rows}, key=lambda p: (p[0], fold(p[1]))):
        here = [row for u, v, row in rows if (u, v) == (unit, village)]
        here.sort(key=lambda row: (fold(row["household_head"] or ""), fold(row["full_name"] or "")))
        by_unit.setdefault(unit, []).append(VillageSheet(units()[unit], village, here))
    if not by_unit:
        return []
    if out.suffix.lower() == ".xlsx":
        write_cleaning_list(kind, out, [sheet for each in by_unit.values() for sheet in each], on=on)
        return [out]
    written = []
    for unit, sheets in by_unit.items():
        path = out / f"{_file_name(units()[unit])}_{kind}_{on.isoformat()}.xlsx"
        write_cleaning_list(kind, path, sheets, on=on)
        written.append(path)
    return written


def _file_name(unit: Unit) -> str:
    return f"{unit.code}_{'-'.join(fold(unit.short_name).title().split())}"


__all__ = ["KINDS", "cleaning_lists"]
