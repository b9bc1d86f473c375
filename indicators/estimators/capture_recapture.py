"""Children under 5 who stand on neither the child register nor the immunization list (Chapman's estimator).

With a on both lists, b and c on one each, the children in all are (a+b+1)(a+c+1)/(a+1) - 1 (Chapman 1951), with
Seber's variance; those known to neither are what is left. (Seber, The Estimation of Animal Abundance, 1982.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import duckdb

from indicators.estimators import Estimate
from indicators.intervals import Z95

ASSUMES = {
    "vi": "Hai danh sách độc lập, mọi trẻ có cùng khả năng được ghi, ghép nối đúng, dân số không đổi giữa hai lần lập.",
    "en": "The two lists are independent, every child is as likely to be listed, matches are right, nobody moves.",
}


def estimate(con: duckdb.DuckDBPyConnection) -> Iterator[Estimate]:
    """Per unit: known children (denominator), the estimated number known to no list (value), 95 % limits."""
    rows = con.execute(
        """
        select
            p.unit,
            count(case when c.on_register and c.on_immunization_list then 1 end) as both_lists,
            count(case when c.on_register and not c.on_immunization_list then 1 end) as register_only,
            count(case when not c.on_register and c.on_immunization_list then 1 end) as immunization_only,
            count(*) as children
        from prepared_child as c
        inner join unit_path as p on p.filed = c.unit
        where c.age_months_hi < 60
        group by p.unit
        order by p.unit
        """
    ).fetchall()
    for unit, both, first, second, children in rows:
        yield _chapman(str(unit), int(both), int(first), int(second), int(children))


def _chapman(unit: str, both: int, first: int, second: int, children: int) -> Estimate:
    known = both + first + second
    if both == 0:
        return Estimate(unit, numerator=0, denominator=known, unknown=children - known, n_children=children)
    n1, n2 = both + first, both + second
    total = (n1 + 1) * (n2 + 1) / (both + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * first * second / ((both + 1) ** 2 * (both + 2))
    missed = max(0.0, total - known)
    spread = Z95 * math.sqrt(variance)
    return Estimate(
        unit,
        numerator=round(missed),
        denominator=known,
        unknown=children - known,
        value=missed,
        ci_low=max(0.0, missed - spread),
        ci_high=missed + spread,
        n_children=children,
    )
