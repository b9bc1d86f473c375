"""A commune or a village as the command line names it, the children who live there, and dates as cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from childdb.store import Store
from childdb.store.models import village as village_table
from childdb.store.named import NamedChild, is_erased
from schemas.codes import Unit, communes_named, units
from schemas.errors import NotFound, UsageFault
from schemas.text import fold, nfc


@dataclass(frozen=True)
class Place:
    """Everywhere, one commune (`unit` is its key), or one village of it."""

    unit: str | None = None
    village: str | None = None


def place_of(store: Store, commune: str | None, village: str | None, on: date) -> Place:
    """The place that the words mean; a village of several communes needs its commune."""
    unit = _commune(commune, on).key if commune else None
    if village is None:
        return Place(unit)
    known = _villages(store)
    found = sorted({(key, name) for key, name in known if _same(name, village) and unit in (None, key)})
    if not found:
        raise NotFound(f"Không có bản “{village}” trong kho dữ liệu.", f"There is no village “{village}” in the store.")
    communes = sorted({key for key, _ in found})
    if len(communes) > 1:
        names = ", ".join(units()[key].name if key in units() else key for key in communes)
        raise UsageFault(
            f"Bản “{village}” có ở nhiều xã ({names}): thêm --commune.",
            f"There are villages “{village}” in several communes ({names}): add --commune.",
        )
    return Place(communes[0], found[0][1])


def _commune(text: str, on: date) -> Unit:
    found = [units()[text]] if text in units() else communes_named(text, on) or communes_named(text)
    if not found:
        raise NotFound(f"Không có xã “{text}”.", f"There is no commune “{text}”.")
    if len({u.key for u in found}) > 1:
        keys = ", ".join(u.key for u in found)
        raise UsageFault(f"“{text}” có nhiều nghĩa: ghi rõ {keys}.", f"“{text}” means several: write one of {keys}.")
    return found[0]


def _villages(store: Store) -> list[tuple[str, str]]:
    v = village_table.c
    with store.reading() as connection:
        rows = connection.execute(select(v.commune_code, v.commune_from, v.name)).all()
    return [(f"{code}@{since}", nfc(name)) for code, since, name in rows]


def _bare(name: str) -> str:
    words = fold(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("ban", "thon", "xom", "tdp") else words)


def _same(name: str, wanted: str) -> bool:
    """Hón is Bản Hón; with tone marks or without."""
    return _bare(name) == _bare(wanted)


def in_place(child: NamedChild, place: Place) -> bool:
    """Whether a child who can be named lives in the place (the unit is asked of the store already)."""
    if is_erased(child):
        return False
    return place.village is None or (child["village"] is not None and _same(child["village"], place.village))


def cell_date(text: str | None) -> date | str | None:
    """A birth date (2021, 2021-03, 2021-03-05) as a form's cell has it: a date, or month and year, or the year."""
    if not text:
        return None
    parts = text.split("-")
    return date.fromisoformat(text) if len(parts) == 3 else "/".join(reversed(parts))
