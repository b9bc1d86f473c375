"""The estimates of a prevalence table: one row per group under WHO's column names, from a table of scored children.

`estimate` reads the temporary table `scored`: sex_code, age_months, oedema, cluster, stratum, weight, the columns that
the groupings name, and HA, WA, BMI, WH: each rounded z, null where it is missing or flagged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb

from indicators.growth.design_based import Estimate, StratumSums, mean, share

CUT_OFFS = {"_3": "< -3", "_2": "< -2", "_1": "< -1", "1": "> 1", "2": "> 2", "3": "> 3"}
INDICATORS = {
    "2006": {"HA": "len", "WA": "wei", "BMI": "bmi", "WH": "wfl"},
    "2007": {"HA": "hfa", "WA": "wfa", "BMI": "bfa"},
}
COMBINED = {"HA_2_WH_2": "HA < -2 and WH_seen < -2", "HA_2_WH2": "HA < -2 and WH_seen > 2"}
AGES_2006 = {"00-05 mo": 6, "06-11 mo": 12, "12-23 mo": 24, "24-35 mo": 36, "36-47 mo": 48, "48-59 mo": 60}
SEXES = {"Female": 2, "Male": 1}
AGES_2007 = {"60-71 mo": 72} | {f"{m}-{m + 11} mo": m + 12 for m in range(72, 228, 12)} | {"228-228 mo": 229}
WIDE_AGES_2007 = {"60-119 mo": 120, "120-179 mo": 180, "180-228 mo": 229}

Row = dict[str, str | float | None]


@dataclass(frozen=True)
class Grouping:
    """A way to part the children: its label, an SQL expression, and its groups where they are fixed."""

    label: str
    expression: str
    groups: list[str] = field(default_factory=list)


def age_sex_groupings(age_months: str) -> list[Grouping]:
    """WHO's groups of children under five: all, by age (of the expression AGE_MONTHS), by sex (sex_code), by both."""
    age, sex = by_case(f"{age_months} < {{}}", AGES_2006), by_case("sex_code = {}", SEXES)
    return [
        Grouping("All", "'All'", ["All"]),
        Grouping("Age group", age, list(AGES_2006)),
        Grouping("Sex", sex, list(SEXES)),
        Grouping("Age + sex", f"({age}) || '.' || ({sex})", [f"{a}.{s}" for s in SEXES for a in AGES_2006]),
    ]


def by_case(condition: str, groups: dict[str, int]) -> str:
    """CASE giving the first of GROUPS whose bound fulfils CONDITION, a text with {} for the bound."""
    whens = " ".join(f"when {condition.format(bound)} then '{group}'" for group, bound in groups.items())
    return f"case {whens} end"


def estimate(
    connection: duckdb.DuckDBPyConnection, groupings: list[Grouping], reference: str = "2006", kept: str = "true"
) -> list[Row]:
    """A row per group of GROUPINGS over the rows of `scored` for which KEPT is true."""
    clustered = one(connection, f"select count(distinct cluster) > 1 from scored where {kept}")[0]
    connection.execute(f"create or replace temp table design as {_design(groupings, reference, kept, clustered)}")
    units = "count(distinct psu)" if clustered else "count(*)"
    clusters = dict(connection.execute(f"select stratum, {units} from design group by stratum").fetchall())
    weighted = f"select {units} as clusters from design where w > 0 group by stratum"
    freedom = one(connection, f"select coalesce(sum(clusters) - count(*), 0) from ({weighted})")[0]
    rows: list[Row] = []
    for place, grouping in enumerate(groupings):
        sums = _sums(connection, f"group_{place}", reference, clustered)
        for group in grouping.groups or sorted(sums):
            row = _row(sums.get(group, []), clusters, int(freedom), reference)
            name = group if grouping.label == "All" else f"{grouping.label}: {group}"
            ages = _ages_2007(group) if reference == "2007" else {}
            rows.append({"Group": name, **ages, **_blanked(row, grouping.label, reference)})
    return rows


def _design(groupings: list[Grouping], reference: str, kept: str, clustered: bool) -> str:
    """One row per child: group_0, group_1 ..., stratum, psu, w, and per indicator the z seen and the z averaged.

    The z seen (HA_seen ...) is what the cut-offs are held against; oedema makes it -3.1 in the weight-based
    indices, and takes the z averaged (HA ...) away.
    """
    groups = ", ".join(f"{grouping.expression} as group_{place}" for place, grouping in enumerate(groupings))
    values = []
    for name in INDICATORS[reference]:
        swollen = "oedema and age_months < 121" if (name, reference) == ("WA", "2007") else "oedema"
        if name == "HA":
            values += ["HA", "HA as HA_seen"]
        else:
            values += [f"case when not {_held(swollen)} then {name} end as {name}"]
            values += [f"case when {_held(swollen)} then -3.1 else {name} end as {name}_seen"]
    psu = "cluster" if clustered else "null"
    return (
        f"select {groups}, coalesce(stratum, '') as stratum, {psu} as psu, coalesce(weight, 0) as w, "
        f"{', '.join(values)} from scored where {kept}"
    )


def _held(condition: str) -> str:
    return f"coalesce({condition}, false)"


def _measures(reference: str) -> Iterator[tuple[str, str, str]]:
    """(column, the number averaged over, the condition of being measured) of every share and mean."""
    for name in INDICATORS[reference]:
        for suffix, beyond in CUT_OFFS.items():
            yield f"{name}{suffix}", f"case when {name}_seen {beyond} then 1 else 0 end", f"{name}_seen"
        yield name, name, name
    if reference == "2006":
        for name, condition in COMBINED.items():
            yield name, f"case when {condition} then 1 else 0 end", "HA + WH_seen"


def _sums(
    connection: duckdb.DuckDBPyConnection, group: str, reference: str, clustered: bool
) -> dict[str, list[dict[str, Any]]]:
    """By group, one record per stratum of all the sums that the estimates of that group need."""
    inner, outer = _terms(reference)
    totals = (f"sum({term}) as {name}" if clustered else f"{term} as {name}" for name, term in inner.items())
    by_cluster = f"group by {group}, stratum, psu" if clustered else ""  # else each child is a cluster of its own
    found = connection.execute(
        f"""
        select name, stratum, {", ".join(f"sum({term}) as {name}" for name, term in outer.items())}
        from (
            select {group} as name, stratum, {", ".join(totals)}
            from design
            where {group} is not null
            {by_cluster}
        )
        group by name, stratum
        order by name, stratum
        """
    )
    columns = [column[0] for column in found.description or []]
    groups: dict[str, list[dict[str, Any]]] = {}
    for values in found.fetchall():
        record = dict(zip(columns, values, strict=True))
        groups.setdefault(str(record["name"]), []).append(record)
    return groups


def _terms(reference: str) -> tuple[dict[str, str], dict[str, str]]:
    """What is summed over the children of a cluster, and then over the clusters of a stratum."""
    inner: dict[str, str] = {}
    outer: dict[str, str] = {}
    for name, y, measured in _measures(reference):
        a, b = f"a_{name}", f"b_{name}"
        inner |= {a: f"case when {measured} is not null then w * ({y}) else 0 end"}
        inner |= {b: f"case when {measured} is not null then w else 0 end"}
        outer |= {a: a, b: b, f"aa_{name}": f"{a} * {a}", f"ab_{name}": f"{a} * {b}", f"bb_{name}": f"{b} * {b}"}
    counted = {f"n_{name}": f"{name}_seen" for name in INDICATORS[reference]}
    if reference == "2006":
        counted["n_HA_2_WH_2"] = "HA + WH_seen"
    inner |= {n: f"case when {measured} is not null then 1 else 0 end" for n, measured in counted.items()}
    for name in INDICATORS[reference]:
        inner[f"m_{name}"] = f"case when {name} is not null and w > 0 then 1 else 0 end"
        inner[f"q_{name}"] = f"coalesce(w * {name} * {name}, 0)"
    outer |= {name: name for name in inner if name not in outer}
    return inner, outer


def _row(records: list[dict[str, Any]], clusters: dict[str, int], freedom: int, reference: str) -> Row:
    def strata(name: str) -> list[StratumSums]:
        return [
            StratumSums(clusters[r["stratum"]], *(float(r[f"{part}_{name}"]) for part in ("a", "b", "aa", "ab", "bb")))
            for r in records
        ]

    row: Row = {}
    for name in INDICATORS[reference]:
        row[f"{name}Z_pop"] = math.fsum(s.b for s in strata(f"{name}_2"))
        row[f"{name}Z_unwpop"] = sum(int(r[f"n_{name}"]) for r in records)
        for suffix in CUT_OFFS:
            row |= _cells(f"{name}{suffix}", share(strata(f"{name}{suffix}"), freedom), 100)
        average = mean(strata(name), freedom)
        row |= _cells(name, average, 1)
        row[f"{name}_stdev"] = _deviation(records, name, average, math.fsum(s.b for s in strata(name)))
    if reference == "2006":
        row["HA_2_WH_2_pop"] = math.fsum(s.b for s in strata("HA_2_WH_2"))
        row["HA_2_WH_2_unwpop"] = sum(int(r["n_HA_2_WH_2"]) for r in records)
        for name in COMBINED:
            row |= _cells(name, share(strata(name), freedom), 100)
    return row


def _cells(name: str, found: Estimate, scale: int) -> Row:
    values = {"r": found.value, "se": found.error, "ll": found.lower, "ul": found.upper}
    return {f"{name}_{part}": _number(value, scale) for part, value in values.items()}


def _number(value: float | None, scale: int) -> float | None:
    return None if value is None or math.isnan(value) else value * scale


def _deviation(records: list[dict[str, Any]], name: str, average: Estimate, weight: float) -> float | None:
    """Standard deviation of z: weighted, with n / (n - 1); none of a single child."""
    children = sum(int(r[f"m_{name}"]) for r in records)
    if average.value is None or children < 2:
        return None
    squares = math.fsum(float(r[f"q_{name}"] or 0) for r in records) / weight
    return math.sqrt(max(squares - average.value**2, 0.0) * children / (children - 1))


def _ages_2007(group: str) -> Row:
    """The columns Years and Months that `anthroplus_prevalence` puts beside the group."""
    months = group.rpartition(".")[2].removesuffix(" mo")
    if group.rpartition(".")[2] in AGES_2007:
        return {"Years": str(int(months.split("-")[0]) // 12), "Months": f"({months})"}
    if group.rpartition(".")[2] in WIDE_AGES_2007:
        first, last = (int(month) // 12 for month in months.split("-"))
        return {"Years": f"Total ({first}-{last})", "Months": f"({months})"}
    return {"Years": "Total (5-19)", "Months": "(60-228)"}


def _blanked(row: Row, label: str, reference: str) -> Row:
    """Weight-for-age ends at ten years, so groups that reach beyond have none."""
    if reference == "2007" and label in ("All", "Sex"):
        return {name: None if name.startswith("WA") else value for name, value in row.items()}
    return row


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always has its one row
    return row
