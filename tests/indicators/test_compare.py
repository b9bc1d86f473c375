"""Why two stored runs differ: the parts add up on random histories, and a naive computation finds the same parts."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from childdb.store import Store
from childdb.store.snapshot import write_snapshot
from childdb.workflow import comparing, figures
from indicators.compare import NOTHING
from indicators.loader import catalogue
from schemas.dates import completed_months
from schemas.errors import NotFound
from tests.indicators.naive import World, ask, read_snapshot
from tests.indicators.test_second_opinion import units_above
from tests.store.histories import Past, corrections, imports, pairs

NOW = datetime(2024, 12, 1, 8, tzinfo=UTC)
IDS = ["birth_registration_u5", "children_under_16", "bcg_coverage", "infant_mortality"]
SHARES = ("birth_registration_u5", "bcg_coverage")
TABLES = ["child_profile", "death", "residence", "vaccination"]
RUN_DAYS = (date(2024, 1, 15), date(2024, 7, 15), date(2025, 1, 15), date(2042, 6, 15))

step = st.one_of(
    imports(TABLES), imports(TABLES), imports(["child_profile", "residence"]),
    st.tuples(st.just("undo"), st.integers(0, 20)),
    st.tuples(st.just("decide"), st.sampled_from(("same", "not_same")), pairs),
    corrections,
)  # fmt: skip
history = st.tuples(
    st.lists(step, min_size=1, max_size=5), st.sampled_from(RUN_DAYS), st.lists(step, max_size=5),
    st.sampled_from(RUN_DAYS), st.sampled_from((None, date(2025, 8, 1))),
)  # fmt: skip


@pytest.mark.soak
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(history)
def test_the_parts_add_up_on_many_histories(tmp_path_factory, told):
    tried(tmp_path_factory.mktemp("h"), told)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(history)
def test_the_parts_add_up_and_are_those_that_a_naive_computation_finds(tmp_path_factory, told):
    tried(tmp_path_factory.mktemp("h"), told)


def test_what_moved_aged_died_came_and_was_corrected_is_told_apart(tmp_path):
    """One history in which every cause has its share, so that none can be lost without a test that fails."""
    old, new = {"commune_code": "03310", "commune_from": date(1900, 1, 1)}, {"commune_code": "03286",
                                                                             "commune_from": date(1900, 1, 1)}  # fmt: skip
    born = {"birth_date": date(2019, 12, 31), "birth_precision": "day", "birth_registered": True}
    young = {**born, "birth_date": date(2023, 12, 31)}

    def listed(day, *rows):
        return ("import", "register", day, None, [(name, facts, (), False) for name, facts in rows])

    before = [listed(date(2023, 12, 31), *(
        (name, {"child_profile": [profile], "residence": [old]})
        for name, profile in (("Một", born), ("Hai", young), ("Ba", young))
    ))]  # fmt: skip
    after = [
        ("correct", "Ba", "birth_registered", True, False, date(2024, 1, 2)),
        listed(
            date(2024, 6, 30), ("Hai", {"residence": [new]}), ("Bốn", {"child_profile": [young], "residence": [old]})
        ),
    ]
    (tmp_path / "h").mkdir()
    changes = tried(tmp_path / "h", (before, date(2024, 1, 15), after, date(2025, 1, 15), None))
    parts = {c.unit: c.parts for c in changes if c.indicator == "birth_registration_u5"}
    assert parts["03310@1900-01-01"] == {
        "correction": (-1, 0, 0), "moved": (-1, -1, 0), "aged_out": (-1, -1, 0), "new": (1, 1, 0)
    }  # fmt: skip
    assert parts["03286@1900-01-01"] == {"moved": (1, 1, 0)}


def test_an_unknown_run_indicator_or_unit_is_said_so(tmp_path):
    store = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    number = figures.keep(
        store, figures.figures(store, as_of=NOW.date(), ids=IDS[:1], groups=False), actor="thử", now=NOW
    )
    assert comparing.compare(store, number, number) == []
    for words in ({"first": 99}, {"ids": ["wasting"]}, {"unit": "777"}):
        with pytest.raises(NotFound):
            comparing.compare(store, **{"first": number, "second": number, **words})
    store.close()


def tried(folder, told):
    """Do a history with a run in the middle and one at the end; compare them, and naively once more."""
    before, first_day, after, second_day, geography = told
    store = Store.init(str(folder / "s.db"), folder / "k", now=NOW)
    past = Past(store)
    for one in before:
        past.do(one)
    first = kept(store, first_day, None)
    mark = store.last_batch()
    for one in after:
        past.do(one)
    second = kept(store, second_day, geography)
    changes = comparing.compare(store, first, second)
    for change in changes:
        summed = tuple(sum(part) for part in zip(*change.parts.values(), strict=True))
        assert summed == tuple(b - a for a, b in zip(change.before, change.after, strict=True)), change
    figures_of = [
        {(str(v["indicator"]), str(v["unit"])): v for v in store.run_values(run)} for run in (first, second)
    ]  # fmt: skip
    told_of = {(c.indicator, c.unit): c for c in changes}
    for key in set(figures_of[0]) | set(figures_of[1]):  # what is not told of has not changed
        if key not in told_of:
            a, b = (f.get(key, {}) for f in figures_of)
            assert [a.get(c) or 0 for c in ("numerator", "denominator")] == [
                b.get(c) or 0 for c in ("numerator", "denominator")
            ]
    if geography is None:
        naive = naive_parts(store, folder, mark, first_day, second_day)
        for indicator in SHARES:
            found = {c.unit: c.parts for c in changes if c.indicator == indicator}
            assert found == naive[indicator]
    store.close()
    return changes


def kept(store, day, geography):
    results = figures.figures(store, as_of=day, ids=IDS, groups=False, geography=geography)
    return figures.keep(store, results, actor="thử", now=NOW)


AGES = ("age_months", "age_years", "school_age")


def naive_parts(store, folder, mark, first_day, second_day):
    """The parts of each share and unit, child by child in Python."""
    write_snapshot(store, folder / "1", as_known=mark)
    write_snapshot(store, folder / "2", as_known=mark, linked_at=store.last_batch())
    write_snapshot(store, folder / "3")
    first, linked, second = (dated(read_snapshot(folder / n)) for n in "123")
    then = World(linked, first_day)
    known = {r["child"] for r in linked["listing"] if r["list_date"] <= first_day}
    known |= {r["child"] for source in ("child", "birth", "death", "marriage") for r in then.sources[source]}
    still = {c["child"] for c in second["child"]}
    withdrawn = World(of(linked, still), first_day)
    now_then, now = World(of(second, known), first_day), World(of(second, known), second_day)
    a, b = children(now_then), children(now)
    birth_last = {c["child"]: c["birth_last"] for c in second["child"]}
    dead = {d["child"] for d in second["death"] if d["died_on"] <= second_day}
    adult = {
        c for c in set(a) - set(b) - dead if birth_last[c] and completed_months(birth_last[c], second_day) >= 216
    }  # fmt: skip
    moved = {c: {**r, "unit": b[c]["unit"]} if c in b else r for c, r in a.items() if c in b or c in dead | adult}
    moved |= {c: r for c, r in b.items() if c not in a}
    died = {c: r for c, r in moved.items() if c in b or c not in dead}
    aged = {c: {**r, **{k: b[c][k] for k in AGES}} for c, r in died.items() if c in b}
    stages = [
        ("", children(World(first, first_day))), ("identity", children(then)), ("withdrawn", children(withdrawn)),
        ("correction", children(now_then)), ("moved", moved), ("died", died), ("aged", aged), ("events", b),
        ("new", children(World(second, second_day))),
    ]  # fmt: skip
    return {i: parts_of(catalogue()[i], stages) for i in SHARES}


def parts_of(definition, stages):
    counted = [(name, tallied(definition, rows), rows) for name, rows in stages]
    parts = defaultdict(dict)
    for (_, old, rows), (name, new, later) in pairwise(counted):
        if name == "aged":
            left = {c for c, r in rows.items() if ask(definition.population, r) is True
                    and (c not in later or ask(definition.population, later[c]) is not True)}  # fmt: skip
            between = {c: r for c, r in rows.items() if c not in left} | {c: later[c] for c in left if c in later}
            middle = tallied(definition, between)
            note(parts, "aged_out", old, middle)
            note(parts, "aged_in", middle, new)
        else:
            note(parts, name, old, new)
    return dict(parts)


def note(parts, name, old, new):
    for unit in set(old) | set(new):
        difference = tuple(n - o for o, n in zip(old.get(unit, NOTHING), new.get(unit, NOTHING), strict=True))
        if any(difference):
            parts[unit][name] = difference


def tallied(definition, rows):
    found = defaultdict(lambda: [Decimal(0)] * 3)
    for row in rows.values():
        if ask(definition.population, row) is True:
            answer = ask(definition.condition, row)
            for unit in units_above(row["unit"]):
                found[unit][0] += answer is True
                found[unit][1] += answer is not None
                found[unit][2] += answer is None
    return {unit: tuple(counts) for unit, counts in found.items()}


def children(world):
    return {r["child"]: r for r in world.sources["child"]}


def dated(tables):
    """Without the deaths of no date, which the naive reader does not know and the engine counts nowhere."""
    return {**tables, "death": [d for d in tables["death"] if d["died_on"] is not None]}


def of(tables, keys):
    return {name: [r for r in rows if "child" not in r or r["child"] in keys] for name, rows in tables.items()}
