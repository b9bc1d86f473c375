"""The engine and a naive computation in plain Python give the same counts on random populations."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indicators.api import catalogue, run
from tests.indicators.naive import World, counts, read_snapshot
from tests.indicators.naive_estimates import estimates
from tests.indicators.populations import AS_OF, random_population
from tests.indicators.snapshots import DISTRICT, PROVINCE, TUAN_GIAO, unit_rows, write_snapshot

ABOVE = {r["unit"]: r["parent"] for r in unit_rows()}


def units_above(unit: str) -> list[str]:
    path = [unit]
    while ABOVE[path[-1]]:
        path.append(ABOVE[path[-1]])
    return path


def naive_figures(world: World, definition) -> dict[tuple, dict]:
    """Counts by (unit, group, value) of one definition."""
    cells: dict[tuple, dict[str, list]] = defaultdict(lambda: defaultdict(list))
    for source in definition.sources():
        for row in world.sources[source]:
            groups = [("total", ""), *((g, row.get(g) or "unknown") for g in definition.groups)]
            for unit in units_above(row["unit"]):
                for name, value in groups:
                    cells[unit, name, value][source].append(row)
    found = {key: counts(definition, defaultdict(list, rows)) for key, rows in cells.items()}
    # units that have never told of such events are in doubt
    for silent in set().union(*(world.silent(s) for s in definition.sources())):
        for unit in units_above(silent):
            for key in found:
                if key[0] == unit and (key[1] == "total" or any(found[key].values())):
                    found[key]["population_unknown"] += 1
    return found


# a seed has no smaller case: nothing is shrunk
QUICK = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": (Phase.explicit, Phase.generate)}


@pytest.mark.soak
@settings(max_examples=60, **QUICK)
@given(seed=st.integers(0, 2**32))
def test_both_ways_of_counting_agree_on_many_populations(tmp_path_factory, seed):
    compare(tmp_path_factory.mktemp("snapshot"), seed)


@settings(max_examples=4, **QUICK)
@given(seed=st.integers(0, 2**32))
def test_both_ways_of_counting_agree_for_every_definition(tmp_path_factory, seed):
    compare(tmp_path_factory.mktemp("snapshot"), seed)


def compare(folder, seed):
    write_snapshot(folder, random_population(seed))
    frame = run(folder, as_of=AS_OF).frame
    world = World(read_snapshot(folder), AS_OF)
    columns = ("numerator", "denominator", "unknown", "population_unknown")
    got = {
        (r["indicator"], r["unit"], r["group_name"], r["group_value"]): {c: r[c] for c in columns}
        for r in frame[["indicator", "unit", "group_name", "group_value", *columns]].to_dict("records")
    }
    for definition in catalogue().values():
        if definition.kind == "estimator":
            compare_estimates(frame, definition, world)
            continue
        for key, wanted in naive_figures(world, definition).items():
            if key[1] != "total" and not any(wanted.values()):
                continue  # empty group cells have no row
            found = got[(definition.id, *key)]
            if found["numerator"] is None:  # a sum of which nothing is known
                found["numerator"] = Decimal(0)
            if definition.kind in ("sum", "mean"):
                assert abs(Decimal(wanted.pop("numerator")) - found.pop("numerator")) <= Decimal("0.005")
            assert found == wanted, (definition.id, key)


def compare_estimates(frame, definition, world):
    for row in frame[frame["indicator"] == definition.id].to_dict("records"):
        if row["level"] == "commune" and definition.source == "history":
            assert row["value"] is None
            continue
        wanted = estimates(world, definition.estimator, lambda unit, held=row["unit"]: held in units_above(unit))
        for column, value in wanted.items():
            got = row[column]
            assert (got is None) == (value is None), (definition.id, row["unit"], column)
            assert value is None or abs(float(got) - value) <= 0.0051, (definition.id, row["unit"], column)


def test_the_units_of_the_test_are_those_of_the_district():
    assert units_above("03292@1900-01-01") == ["03292@1900-01-01", DISTRICT, PROVINCE]
    assert units_above("03299@1900-01-01")[1] == TUAN_GIAO
