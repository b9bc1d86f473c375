"""Who is entitled to an allowance under Decree 20/2021, how much a month, and whether it is received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from indicators.lists.places import inside, places
from indicators.prepare.allowance import OF_THE_CHILD, rates

WORDS = {r.clause: (r.vi, r.en) for r in rates()}


@dataclass(frozen=True)
class Claim:
    """One allowance, in đồng a month. `sure` False: the records leave open whether it is due; `amount` is then the most.

    `received` and `paid` are None where the lists do not tell; `missing` is what is due and not received.
    """

    child: int
    commune: str
    commune_name: str
    village: str | None
    clause: str
    paid_to: str
    sure: bool
    amount: int | None
    received: bool | None
    paid: int | None
    missing: int | None


def entitled(con: duckdb.DuckDBPyConnection, on: date, code: str | None = None) -> list[Claim]:
    """All claims in a prepared connection (source child), by commune, village, child."""
    kept = inside(places(con, on), code)
    rows = con.execute(
        """
        select
            c.child, r.unit, r.village, c.clause, c.paid_to, c.sure, c.amount,
            p.social_allowance, s.allowance_paid
        from allowance_claim as c
        inner join resident as r on r.child = c.child
        inner join prepared_child as p on p.child = c.child
        left join child_support as s on s.child = c.child
        order by c.child, c.paid_to
        """
    ).fetchall()
    left: dict[int, int] = {}  # of what a child receives, what is not yet set against a claim
    claims = []
    for child, unit, village, clause, paid_to, sure, amount, received, paid in rows:
        if unit not in kept:
            continue
        place = kept[unit]
        if paid_to not in OF_THE_CHILD:
            received = paid = None  # what carers and facilities receive is on no list
        elif paid is not None:
            left.setdefault(child, int(paid))
        share = None if paid is None or amount is None else min(amount, left[child])
        if share:
            left[child] -= share
        claims.append(Claim(
            child, place.commune, place.name, village, clause, paid_to, sure, amount, received, share,
            _missing(sure, amount, received, share),
        ))  # fmt: skip
    return sorted(claims, key=lambda c: (c.commune, c.village or "", c.child, c.paid_to))


def _missing(sure: bool, amount: int | None, received: bool | None, paid: int | None) -> int | None:
    if not sure or amount is None or received is None:
        return None
    if not received:
        return amount
    return None if paid is None else amount - paid


@dataclass
class Sum:
    """A commune's sums, of what is surely due for children (not to carers and facilities)."""

    commune: str
    commune_name: str
    entitled: int = 0
    receiving: int = 0
    not_receiving: int = 0
    not_known: int = 0
    due: int = 0
    missing: int = 0


def by_commune(claims: Iterable[Claim]) -> list[Sum]:
    """Children and đồng a month by commune; a child with two claims is one child."""
    sums: dict[str, Sum] = {}
    seen: dict[str, set[int]] = defaultdict(set)
    for claim in claims:
        if not claim.sure or claim.paid_to not in OF_THE_CHILD:
            continue
        row = sums.setdefault(claim.commune, Sum(claim.commune, claim.commune_name))
        row.due += claim.amount or 0
        row.missing += claim.missing or 0
        if claim.child not in seen[claim.commune]:
            seen[claim.commune].add(claim.child)
            row.entitled += 1
            row.receiving += claim.received is True
            row.not_receiving += claim.received is False
            row.not_known += claim.received is None
    return [sums[code] for code in sorted(sums)]
