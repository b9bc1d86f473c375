"""Synthetic-cohort probabilities of dying from the births and deaths on record, for districts and larger areas.

The rule is that of the command on survey files (indicators.mortality.cohort): the 60 months before the as-of month,
which stands for the month of interview. Communes as filed are the clusters of the jackknife.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np

from indicators.estimators import Estimate
from indicators.mortality.cohort import ALIVE, INDICATORS, BirthHistories, cohort_rates

PERIOD = 60
FIRST_YEAR = 12
"""The lists of each commune must begin within so many months of the period's beginning."""
NEVER = 99_999
MILLION = 1_000_000  # weights are in millionths
ASSUMES = {
    "vi": "Mọi ca sinh sống và ca chết trong 10 năm đều đã ghi; trẻ không ghi chết là còn sống; các xã độc lập với nhau;"
    " sai số chuẩn theo jackknife bỏ lần lượt từng xã. Không tính nếu có xã chưa gửi danh sách sinh, tử từ năm đầu của kỳ:"
    " những trẻ chết trước đó không sổ nào ghi.",
    "en": "Every live birth and death of ten years is on record; a child without a death lives; communes are"
    " independent; the standard error is a jackknife that leaves out one commune at a time. No figure is given where a"
    " commune's lists of births and deaths do not reach back into the first year of the period: who died before is on no list.",
}


def estimates(con: duckdb.DuckDBPyConnection, indicator: str) -> Iterator[Estimate]:
    """Per unit above the communes: deaths at those ages of the births exposed, these births, rate, error, limits."""
    columns = con.execute(
        """
        select
            p.unit, dense_rank() over (order by h.unit) as cluster, h.born_month,
            coalesce(h.death_age_months, $alive) as death_age, h.end_month, h.births, coalesce(l.since, $never) as since
        from (
            select unit, born_month, death_age_months, end_month, count(*) as births
            from prepared_history
            group by all
        ) as h
        inner join (
            select unit, min(case when recorded then born_month end) as since
            from prepared_history
            group by unit
        ) as l on l.unit = h.unit
        inner join unit_path as p on p.filed = h.unit
        inner join snap_admin_unit as a on a.unit = p.unit
        where a.level <> 'commune'
        """,
        {"alive": ALIVE, "never": NEVER},
    ).fetchnumpy()
    for unit in sorted(set(columns["unit"])):
        own = {name: np.asarray(values)[columns["unit"] == unit] for name, values in columns.items()}
        if (own["since"] > own["end_month"] - PERIOD + FIRST_YEAR).any():
            yield Estimate(str(unit), n_children=int(own["births"].sum()))
            continue
        weight = own["births"].astype(np.float64) * MILLION
        histories = BirthHistories(
            born=own["born_month"].astype(np.int64),
            age_at_death=own["death_age"].astype(np.int64),
            end=own["end_month"].astype(np.int64),
            weight=weight,
            cluster=own["cluster"].astype(np.int64) - 1,
        )
        rate = next(r for r in cohort_rates(histories, PERIOD, ends_at_interview=True) if r.indicator == indicator)
        yield Estimate(
            str(unit),
            numerator=_deaths(own, indicator),
            denominator=round(rate.weighted_births),
            value=rate.rate,
            ci_low=rate.lower,
            ci_high=rate.upper,
            n_children=int(own["births"].sum()),
            standard_error=rate.standard_error,
        )


def _deaths(own: dict[str, np.ndarray], indicator: str) -> int:
    low, high = INDICATORS[indicator]
    born, age, end = own["born_month"], own["death_age"], own["end_month"]
    dies = (age >= low) & (age < high) & (born >= end - PERIOD - high) & (born < end - low)
    return int(own["births"][dies].sum())
