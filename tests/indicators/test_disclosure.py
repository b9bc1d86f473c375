"""Nothing that stays behind can be computed from what leaves: a solver gets every release and tries to."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indicators import api
from indicators.disclosure import NUMBERS, Earlier, as_class, protect, rule_on
from indicators.disclosure.earlier import too_telling
from indicators.disclosure.tables import strict
from indicators.periods import period_named
from tests.indicators.attacker import Attacker
from tests.indicators.snapshots import (
    ANG_TO,
    BUNG_LAO_OLD,
    CHIENG_DONG,
    XUAN_LAO,
    child,
    together,
    write_snapshot,
)

DAY = date(2024, 11, 30)
RULE = rule_on(DAY)
IDS = ["birth_registration_u5", "health_card_u6", "personal_id_u6", "poor_children", "children_under_16",
       "orphans_both", "orphans_in_care", "stunting_u5", "measured_u5"]  # fmt: skip
UNITS = [ANG_TO, BUNG_LAO_OLD, CHIENG_DONG, XUAN_LAO, "03256@1900-01-01", "03286@1900-01-01", "03287@1900-01-01"]
AFTER = date(2025, 8, 1)


def population(seed, size):
    """Children of a district in which nearly all are registered and few are orphans: many small counts."""
    rng = random.Random(seed)
    people = []
    for key in range(1, size + 1):
        unit = rng.choices(UNITS, range(1, len(UNITS) + 1))[0]
        born = DAY - timedelta(days=rng.randint(30, 15 * 365))
        person = child(
            key, unit, born, sex=rng.choice("MF"), ethnicity=rng.choices(("03", "05", "17"), (20, 6, 1))[0],
            birth_registered=rng.choices((True, False, None), (30, 2, 1))[0],
            has_health_card=rng.choices((True, False), (12, 1))[0],
            has_personal_id=rng.choices((True, False), (3, 1))[0],
        )  # fmt: skip
        start = {"valid_from": date(2023, 12, 1), "valid_to": None}
        person["household_status"] = [
            {"child": key, "status": rng.choice(("poor", "near_poor", "none")), "year": 2024, **start}
        ]
        if rng.random() < 0.05:
            person["parent_status"] = [
                {"child": key, "parent": p, "status": "dead", **start} for p in ("father", "mother")
            ]
        if rng.random() < 0.4:
            person["measurement"] = [{"child": key, "measured_on": DAY - timedelta(days=20), "measure": "H",
                                      "weight_kg": 11, "length_cm": rng.choice((70, 85)), "oedema": False}]  # fmt: skip
        people.append(person)
    return together(*people)


def figures(folder, geography=DAY, day=DAY, ids=IDS):
    return api.run(folder, as_of=day, geography=geography, ids=ids, filed=True)


def with_unknown(protected):
    """The frame with the small counts of the unknown that left as a class: the attacker gets even those."""
    frame = protected.frame.copy()
    told = {tuple(key): counts for *key, counts in protected.content["figures"]}
    keys = zip(*(frame[c] for c in ("indicator", "unit", "group_name", "group_value")), strict=True)
    exact = [told[k] for k in keys]
    for place, column in ((2, "unknown"), (3, "population_unknown")):
        frame[column] = [None if counts is None else counts[place] for counts in exact]
    return frame


def attacked(folder, releases, rng, *, tries, whole=False, ids=IDS):
    """The intervals that an attacker finds for hidden small counts; every one must be wide enough."""
    filed = figures(folder, ids=ids).filed
    definitions = [api.catalogue()[i] for i in ids]
    attacker = Attacker(definitions, filed, [(with_unknown(p), r.paths) for r, p in releases])
    places = {}
    for results, protected in releases:
        for unit in set(protected.frame["unit"]):
            places[frozenset(a for a, above in results.paths.items() if unit in above)] = None
    places |= {frozenset([a]): None for a in attacker.atoms}
    asked = {i for _, p in releases for i in p.frame["indicator"]}
    grouped = {(i, g) for _, p in releases for i, g in zip(p.frame["indicator"], p.frame["group_name"], strict=True)}
    small = []
    for d in definitions:
        if d.id not in asked:
            continue
        own = filed[filed["indicator"] == d.id]
        for (g, v), part in own.groupby(["group_name", "group_value"]):
            for atoms in places if (d.id, g) in grouped else ():
                rows = part[part["unit"].isin(atoms)]
                above, below = int(rows["numerator"].sum()), int(rows["denominator"].sum())
                counts = {"above": above, "rows": below}
                if d.kind == "share":
                    counts |= {"no": below - above, "rows": below + int(rows["unknown"].sum())}
                if strict(d):
                    counts["unknown"] = int(rows["unknown"].sum())
                small += [(d, f, sorted(atoms), g, v, n) for f, n in counts.items() if RULE.small(n)]
    assert small
    for d, field, atoms, g, v, count in rng.sample(small, min(tries, len(small))):
        low, high = attacker.interval(d, field, atoms, g, v, whole=whole)
        assert low - 1e-6 <= count <= high + 1e-6
        assert high - low >= RULE.width - 1e-6, (d.id, field, atoms, g, v, count, low, high)


def marked(protected):
    """Hidden figures bear no number at all, and are marked; nothing small is shown."""
    frame = protected.frame
    hidden = frame[frame["disclosure"] == "suppressed"]
    assert hidden[list(NUMBERS)].isna().all(axis=None)
    shown = frame[frame["disclosure"] == "shown"]
    for column in ("numerator", "denominator", "unknown", "population_unknown"):
        assert not any(RULE.small(int(x or 0)) for x in shown[column])
    kinds = shown["indicator"].map(lambda i: api.catalogue()[i].kind)
    shares = shown[kinds == "share"]
    assert not any(RULE.small(int(x)) for x in shares["denominator"] - shares["numerator"])


asked = st.tuples(
    st.sampled_from([DAY, AFTER]), st.booleans(),
    st.one_of(st.none(), st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True)),
    st.sampled_from(["all", "communes", "top"]),
)  # fmt: skip


def release(folder, earlier, geography, groups, indicators, level):
    results = figures(folder, geography)
    units = None
    if level != "all":
        frame = results.frame
        units = set(frame[(frame["level"] == "commune") == (level == "communes")]["unit"])
    protected = protect(results, earlier, indicators=indicators, units=units, groups=groups)
    marked(protected)
    return results, protected


def check(tmp_path_factory, seed, size, wanted, *, tries, whole):
    folder = write_snapshot(Path(tmp_path_factory.mktemp("released")), population(seed, size))
    releases, earlier = [], []
    for one in wanted:
        releases.append(release(folder, earlier, *one))
        earlier.append(Earlier.read(releases[-1][1].content))
    attacked(folder, releases, random.Random(seed), tries=tries, whole=whole)


@pytest.mark.soak
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), st.integers(100, 1500), st.lists(asked, min_size=1, max_size=4))
def test_a_solver_never_bounds_a_small_count_in_many_series_of_releases(tmp_path_factory, seed, size, wanted):
    check(tmp_path_factory, seed, size, wanted, tries=25, whole=False)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
          phases=[Phase.generate])  # fmt: skip
@given(st.integers(0, 10**6), st.integers(300, 900), st.lists(asked, min_size=2, max_size=3))
def test_a_solver_never_bounds_a_small_count(tmp_path_factory, seed, size, wanted):
    check(tmp_path_factory, seed, size, wanted, tries=6, whole=False)


def test_nothing_is_exposed_in_a_district_of_some_size(tmp_path_factory):
    folder = write_snapshot(Path(tmp_path_factory.mktemp("released")), population(3, 900))
    earlier = []
    series = [(DAY, False, None, "top"), (AFTER, True, None, "all"), (DAY, True, None, "communes")]
    for one, least in zip(series, (0.65, 0.15, 0.25), strict=True):
        _, protected = release(folder, earlier, *one)
        assert not protected.exposed
        earlier.append(Earlier.read(protected.content))
        # it does not hide everything, and figures of the whole last
        assert least < (protected.frame["disclosure"] == "shown").mean() < 0.9


def test_a_solver_never_bounds_a_small_count_of_sealed_children(tmp_path):
    rng = random.Random(5)
    tables = population(5, 60)
    tables["sealed_count"] = [
        {"as_of": DAY, "unit": unit, "code": code, "sex": sex, "age_band": "11-15", "only_sealed": 0,
         "children": (n := rng.randint(1, 12)), "supported": rng.randint(0, n)}
        for unit in UNITS for code in ("1.05", "1.09", "1.11") for sex in "FM" if rng.random() < 0.8
    ]  # fmt: skip
    tables["listing"] = [
        {"child": n, "list_kind": "support", "list_date": DAY, "period": "2024", "unit": unit}
        for n, unit in enumerate(UNITS[1:], 1)
    ]
    folder, ids = write_snapshot(tmp_path, tables), ["sealed_circumstances", "sealed_supported"]
    results = figures(folder, ids=ids)
    told = protect(results, indicators=["sealed_circumstances"])
    releases = [(results, told), (results, protect(results, [Earlier.read(told.content)]))]
    for _, protected in releases:
        marked(protected)
        assert 0.1 < (protected.frame["disclosure"] == "shown").mean() < 0.9
    attacked(folder, releases, rng, tries=12, ids=ids)


def test_nothing_asked_and_a_store_without_children_are_released_as_they_are(tmp_path):
    results = figures(write_snapshot(tmp_path / "some", population(3, 200)))
    earlier = [Earlier.read(protect(results).content)]
    for before in ([], earlier):
        assert protect(results, before, units=[]).frame.empty  # as of a unit that the geography refuses
    nobody = figures(write_snapshot(tmp_path / "nobody", {}))
    told = protect(nobody, earlier)
    assert len(told.frame) and set(told.frame["numerator"].dropna()) <= {0}


def test_without_the_hiding_of_others_the_attacker_wins(tmp_path_factory):
    """The attack can succeed: with primary suppression alone he computes a small count exactly."""
    folder = write_snapshot(Path(tmp_path_factory.mktemp("released")), population(3, 900))
    results = figures(folder)
    frame = results.frame.assign(disclosure="shown")
    frame = frame[frame["indicator"] == "birth_registration_u5"]
    at = (frame["group_name"] == "sex") & (frame["group_value"] == "F") & (frame["unit"] == XUAN_LAO)
    frame.loc[at, "disclosure"] = "suppressed"
    d = api.catalogue()["birth_registration_u5"]
    attacker = Attacker([d], results.filed[results.filed["indicator"] == d.id], [(frame, results.paths)])
    low, high = attacker.interval(d, "no", [XUAN_LAO], "sex", "F")
    assert high - low < 1e-6


def test_a_correction_after_a_release_does_not_show_the_one_child_in_between(tmp_path):
    tables = population(3, 900)
    before = figures(write_snapshot(tmp_path / "1", tables))
    told = protect(before, [])
    changed = [c for c in tables["child"] if c["unit"] == "03287@1900-01-01" and c["birth_registered"]][:1]
    changed[0]["birth_registered"] = False
    after = figures(write_snapshot(tmp_path / "2", tables))
    again = protect(after, [Earlier.read(told.content)])
    key = ["indicator", "unit", "group_name", "group_value"]
    both = told.frame.merge(again.frame, on=key, suffixes=("_then", "_now"))
    both = both[(both["disclosure_then"] == "shown") & (both["disclosure_now"] == "shown")]
    assert len(both) > 50
    for column in ("numerator", "denominator", "unknown"):
        moved = (both[f"{column}_now"].fillna(0).astype(int) - both[f"{column}_then"].fillna(0).astype(int)).abs()
        assert not moved.between(1, RULE.threshold - 1).any()
    stayed = told.frame[told.frame["disclosure"] == "suppressed"][key].merge(again.frame, on=key)
    assert (stayed["disclosure"] == "suppressed").all()


def births(counts):
    """Live births by day in one commune."""
    tables = together(*(child(n, unit, DAY - timedelta(days=400 + n)) for n, unit in enumerate(UNITS, 1)))
    key = 1000
    tables["birth"] = []
    for unit, days in counts.items():
        for day, number in days.items():
            for _ in range(number):
                key += 1
                tables["birth"].append({"child": key, "born_on": day, "live_birth": True, "unit": unit, "sex": "F"})
    return tables


def test_a_month_cannot_be_subtracted_from_its_quarter(tmp_path):
    october, november, december = (date(2024, m, 10) for m in (10, 11, 12))
    tables = births({u: {october: 20, november: 30, december: 2 if u == XUAN_LAO else 25} for u in UNITS})
    folder = write_snapshot(tmp_path, tables)
    earlier = []
    shown = {}
    for name in ("2024-10", "2024-11", "2024-12", "2024-Q4"):
        first, last = period_named(name)
        results = api.run(folder, as_of=last, period_start=first, geography=DAY, ids=["live_births"], filed=True)
        protected = protect(results, earlier, groups=False)
        earlier.append(Earlier.read(protected.content))
        frame = protected.frame.set_index("unit")
        shown[name] = {u: frame.loc[u, "numerator"] for u in UNITS if frame.loc[u, "disclosure"] == "shown"}
    assert shown["2024-10"][XUAN_LAO] == 20
    assert XUAN_LAO not in shown["2024-12"]
    covers = set(UNITS) - set(shown["2024-12"]) - {XUAN_LAO}
    assert covers  # another commune hides it
    assert not (covers | {XUAN_LAO}) & set(shown["2024-Q4"])  # and neither can be had from the quarter


@pytest.mark.parametrize("start", [date(2024, 9, 1), date(2023, 12, 1)])
def test_children_hurt_in_a_quarter_cannot_be_subtracted_from_those_of_the_year(start):
    """Of a large stock too: on one day, only who was hurt in the one period and not in the other makes a difference."""
    other = date(2023, 12, 1) if start == date(2024, 9, 1) else date(2024, 9, 1)
    figure, equal = (("child_injury_rate", unit, "total", "") for unit in UNITS[:2])
    now, then = {figure: (27, 300, 0, 0), equal: (30, 300, 0, 0)}, {figure: (30, 300, 0, 0), equal: (30, 300, 0, 0)}
    found = too_telling(api.catalogue(), now, DAY, start, [Earlier(DAY, other, {}, then)], RULE)
    assert found == {figure: frozenset({0, 1})}


def test_the_rule_is_dated_and_has_a_source():
    assert (RULE.threshold, RULE.width) == (5, 5)
    assert rule_on(date(2010, 1, 1)) == rule_on(date(2016, 7, 1))


def test_whole_numbers_tell_no_more(tmp_path_factory):
    check(tmp_path_factory, 7, 600, [(DAY, True, None, "all"), (AFTER, True, None, "all")], tries=4, whole=True)


@pytest.mark.parametrize(
    ("indicator", "row", "told"),
    [
        ("birth_registration_u5", (90, 95, 2, 0), {"unknown": None, "low": 90.90, "high": 94.95}),
        ("birth_registration_u5", (90, 95, 6, 0), {}),
        ("birth_registration_u5", (90, 95, 6, 1), {"population_unknown": None, "low": 85.71, "high": 95.24}),
        ("infant_mortality", (3, 300, 1, 0), {"unknown": None, "low": 10.0, "high": 23.34}),
        ("orphans_at_school", (90, 95, 2, 0), {}),  # strict: hidden, not told as a class
        ("swim_safely_6_15", (90, 95, 2, 0), {}),  # communes without a return
    ],
)
def test_few_unknown_are_told_as_a_class_with_the_bounds_of_the_class(indicator, row, told):
    numerator, denominator, unknown, doubtful = row
    figure = {"numerator": numerator, "denominator": denominator, "unknown": unknown, "population_unknown": doubtful,
              "low": 1.0, "high": 99.0}  # fmt: skip
    found = as_class(api.catalogue()[indicator], figure, RULE)
    assert {k: None if v is None else float(v) for k, v in found.items()} == told
