"""Whether two rows speak of one place: villages by folded name, communes along the succession of units."""

from __future__ import annotations

from functools import cache, lru_cache

from childdb.matching.names import BLANK, DIFFER, EQUAL, folded
from schemas.codes import successor_of

_KIND_OF_VILLAGE = ("ban", "thon", "xom", "khoi", "doi", "to dan pho", "tdp", "to")


@lru_cache(maxsize=65536)
def village_name(text: str) -> str:
    """The village without its type word: *Bản Co Cáng* and *co cang* are one."""
    name = folded(text)
    for kind in _KIND_OF_VILLAGE:
        if name.startswith(kind + " "):
            return name[len(kind) + 1 :]
    return name


def village_relation(one: str | None, other: str | None) -> str:
    first, second = village_name(one or ""), village_name(other or "")
    if not first or not second:
        return BLANK
    return EQUAL if first == second else DIFFER


@cache
def later_units(key: str) -> tuple[str, ...]:
    """KEY and the units it became, one after another."""
    chain = [key]
    while (following := successor_of(chain[-1])) and following not in chain:
        chain.append(following)
    return tuple(chain)


def same_commune(one: str, other: str) -> bool:
    """Whether both keys name one commune, or one became (a part of) the other.

    Two communes that were merged stay two: their children lived apart.
    """
    return one == other or one in later_units(other) or other in later_units(one)
