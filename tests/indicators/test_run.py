"""A run over a snapshot: totals, groups, roll-up along the tree, geographies before and after the reform."""

from __future__ import annotations

from datetime import date

import pytest

from indicators import api
from schemas.errors import NotFound, UnreadableFile
from tests.indicators.populations import AS_OF, random_population
from tests.indicators.snapshots import (
    ANG_TO,
    BUNG_LAO_NEW,
    BUNG_LAO_OLD,
    CHIENG_DONG,
    DISTRICT,
    MUONG_LAN_NEW,
    PROVINCE,
    TUAN_GIAO,
    XUAN_LAO,
    child,
    together,
    write_snapshot,
)

AFTER = date(2025, 8, 1)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return write_snapshot(tmp_path_factory.mktemp("snapshot"), random_population(11, 300))


@pytest.fixture(scope="module")
def results(snapshot):
    return api.run(snapshot, as_of=AS_OF)


def whole(frame):
    kinds = {i: d.kind for i, d in api.catalogue().items()}
    return frame[frame["indicator"].map(kinds).isin(("share", "ratio", "units_meeting"))]


COUNTS = ["numerator", "denominator", "unknown", "population_unknown", "n_children"]


def test_a_parents_counts_are_the_sum_of_its_units(results):
    frame = whole(results.frame)
    frame = frame[frame["group_name"] == "total"]
    district = frame[frame["unit"] == DISTRICT].set_index("indicator")[COUNTS].astype(int)
    below = [u for u, above in results.above.items() if DISTRICT in above]
    summed = frame[frame["unit"].isin(below)].groupby("indicator")[COUNTS].sum().astype(int)
    assert district.sort_index().equals(summed.sort_index())


def test_groups_sum_to_the_total_and_an_unknown_group_has_its_own_label(results):
    frame = whole(results.frame)
    frame = frame[frame["unit"] == PROVINCE]
    assert not frame["group_value"].isna().any()
    by_sex = frame[frame["group_name"] == "sex"]
    assert "unknown" in set(by_sex["group_value"])
    grouped = {i for i, d in api.catalogue().items() if "sex" in d.groups}
    total = frame[(frame["group_name"] == "total") & frame["indicator"].isin(grouped)]
    wanted = total.set_index("indicator")[COUNTS[:4]].astype(int).query("denominator > 0").sort_index()
    found = by_sex.groupby("indicator")[COUNTS[:4]].sum().astype(int).reindex(wanted.index)
    assert found.equals(wanted)


def test_one_indicator_alone_gives_the_same_figures_as_the_whole_catalogue(snapshot, results):
    alone = api.run(snapshot, as_of=AS_OF, ids=["zero_dose"]).frame
    among = results.frame[results.frame["indicator"] == "zero_dose"]
    keys = ["unit", "group_name", "group_value"]
    columns = [*keys, *COUNTS, "value", "low", "high", "ci_low", "ci_high"]
    assert (
        alone[columns]
        .sort_values(keys)
        .reset_index(drop=True)
        .equals(among[columns].sort_values(keys).reset_index(drop=True))
    )


def test_a_run_twice_gives_the_same_frame(snapshot, results):
    assert api.run(snapshot, as_of=AS_OF).frame.equals(results.frame)


def test_the_frame_says_what_it_was_computed_on(results):
    row = results.one("stunting_u5", DISTRICT)
    assert (row["as_of"], row["geography"], row["batch"], row["measure"]) == (AS_OF, AS_OF, 7, "percent")
    assert row["version"] == api.catalogue()["stunting_u5"].version
    assert results.one("child_labour_5_17", DISTRICT)["confidence"] == "recalled"


def three(tmp_path, *units):
    people = [child(n, unit, birth_registered=n % 2 == 0) for n, unit in enumerate(units, 1)]
    return write_snapshot(tmp_path, together(*people))


def figure(results, unit):
    row = results.one("birth_registration_u5", unit)
    return int(row["numerator"]), int(row["denominator"])


def test_old_units_are_merged_exactly_in_the_geography_after_the_reform(tmp_path):
    results = api.run(
        three(tmp_path, ANG_TO, BUNG_LAO_OLD, CHIENG_DONG, XUAN_LAO),
        as_of=AS_OF,
        geography=AFTER,
        ids=["birth_registration_u5"],
    )
    assert figure(results, BUNG_LAO_NEW) == (1, 3)
    assert figure(results, MUONG_LAN_NEW) == (1, 1)
    assert figure(results, PROVINCE) == (2, 4)
    assert not results.refusals
    assert DISTRICT not in set(results.frame["unit"])


def test_the_old_district_exists_before_the_reform_and_a_reused_code_is_two_units(tmp_path):
    results = api.run(three(tmp_path, ANG_TO, BUNG_LAO_OLD, CHIENG_DONG), as_of=AS_OF, ids=["birth_registration_u5"])
    assert figure(results, DISTRICT) == (1, 2)
    assert figure(results, TUAN_GIAO) == (0, 1)
    assert figure(results, BUNG_LAO_OLD) == (1, 1)
    assert BUNG_LAO_NEW not in set(results.frame["unit"])


def test_a_merged_unit_is_not_split_back_but_refused_with_a_sentence(tmp_path):
    results = api.run(
        three(tmp_path, BUNG_LAO_NEW, XUAN_LAO),
        as_of=AS_OF,
        geography=date(2024, 11, 30),
        ids=["birth_registration_u5"],
    )
    refused = {r.unit for r in results.refusals}
    assert refused == {ANG_TO, BUNG_LAO_OLD, CHIENG_DONG, DISTRICT, TUAN_GIAO}
    assert all("Búng Lao" in r.vi for r in results.refusals)
    assert figure(results, XUAN_LAO) == (1, 1)
    assert figure(results, PROVINCE) == (1, 2)
    assert not refused & set(results.frame["unit"])


def test_on_the_day_of_the_reform_the_new_units_hold(tmp_path):
    results = api.run(
        three(tmp_path, ANG_TO), as_of=date(2024, 11, 30), geography=date(2025, 7, 1), ids=["birth_registration_u5"]
    )
    assert BUNG_LAO_NEW in set(results.frame["unit"])
    assert BUNG_LAO_OLD not in set(results.frame["unit"])


def test_a_unit_that_nobody_knows_is_refused_and_not_lost_in_silence(tmp_path):
    results = api.run(three(tmp_path, ANG_TO, "99999@1900-01-01"), as_of=AS_OF, ids=["birth_registration_u5"])
    assert figure(results, PROVINCE) == (0, 1)
    assert [r.unit for r in results.refusals] == ["99999@1900-01-01"]


def test_residence_is_as_on_the_day_and_the_dead_are_not_counted(tmp_path):
    people = together(child(1), child(2), child(3))
    people["residence"][1]["valid_to"] = date(2024, 6, 1)
    moved = {**people["residence"][1], "unit": XUAN_LAO, "valid_from": date(2024, 6, 1), "valid_to": None}
    people["residence"].append(moved)
    people["death"] = [
        {
            "child": 3,
            "birth_first": date(2022, 3, 5),
            "birth_last": date(2022, 3, 5),
            "died_on": date(2024, 7, 1),
            "unit": ANG_TO,
            "cause": "other",
            "sex": "F",
        }
    ]
    folder = write_snapshot(tmp_path, people)

    def children(day, unit):
        return int(api.run(folder, as_of=day, ids=["children_under_16"]).one("children_under_16", unit)["denominator"])

    assert [children(date(2024, 5, 31), u) for u in (ANG_TO, XUAN_LAO)] == [3, 0]
    assert [children(date(2024, 6, 1), u) for u in (ANG_TO, XUAN_LAO)] == [2, 1]
    assert [children(AS_OF, u) for u in (ANG_TO, XUAN_LAO)] == [1, 1]


def test_a_stillborn_child_among_the_deaths_is_no_death(tmp_path):
    day = date(2024, 5, 2)
    tables = {
        "child": [c for key in (1, 2) for c in child(key, born=day)["child"]],
        "birth": [
            {"child": key, "born_on": day, "live_birth": key == 1, "gestation_weeks": 38, "unit": ANG_TO}
            for key in (1, 2)
        ],
        "death": [
            {"child": key, "birth_first": day, "birth_last": day, "died_on": day, "unit": ANG_TO, "cause": "perinatal"}
            for key in (1, 2)
        ],
    }
    found = api.run(write_snapshot(tmp_path / "s", tables), as_of=AS_OF, groups=False)
    assert [int(found.one(i, ANG_TO)["numerator"]) for i in ("under5_deaths", "early_neonatal_mortality")] == [1, 1]
    assert int(found.one("perinatal_mortality", ANG_TO)["numerator"]) == 2


def test_a_rate_has_no_bounds_where_a_commune_has_never_told_of_births(tmp_path):
    day = date(2024, 5, 2)
    tables = together(child(1, born=day), child(2, unit=XUAN_LAO, born=day))
    tables["listing"] = [
        {"child": key, "list_kind": kind, "list_date": AS_OF, "period": "2024", "unit": unit}
        for key, unit, kind in ((1, ANG_TO, "births_deaths"), (2, XUAN_LAO, "register"))
    ]
    tables["birth"] = [
        {"child": 1, "born_on": day, "live_birth": True, "unit": ANG_TO, "attendant": "doctor", "weight_g": 3000}
    ]
    found = api.run(write_snapshot(tmp_path / "s", tables), as_of=AS_OF, groups=False)
    for indicator in ("neonatal_mortality", "skilled_birth_attendance", "mean_birth_weight", "live_births"):
        told, all_ = found.one(indicator, ANG_TO), found.one(indicator, DISTRICT)
        assert (told["value"], int(told["population_unknown"])) == (all_["value"], 0)
        assert told["low"] == told["value"] == told["high"]
        assert (all_["low"], all_["high"], int(all_["population_unknown"])) == (None, None, 1)
    verdicts = api.compare_targets(found)
    own = verdicts[(verdicts["indicator"] == "skilled_birth_attendance") & (verdicts["verdict"] == "cannot_tell")]
    assert set(own[own["unit"] == DISTRICT]["reason"]) == {"unknown_records_span_the_target"}
    assert own[own["unit"] == DISTRICT]["records_to_settle"].isna().all()


@pytest.mark.parametrize("told_by", [(ANG_TO, BUNG_LAO_OLD), (ANG_TO,), (BUNG_LAO_NEW,)])
def test_a_merged_commune_has_told_what_its_parts_told_before_the_reform(tmp_path, told_by):
    """Births were told of by both parts, by one of them, or by the new commune; its register came after the reform."""
    day, after = date(2024, 12, 24), date(2025, 9, 30)
    lists = [(unit, "register", AS_OF) for unit in (ANG_TO, BUNG_LAO_OLD)] + [(BUNG_LAO_NEW, "register", after)]
    lists += [(u, "births_deaths", after if u == BUNG_LAO_NEW else date(2024, 12, 31)) for u in told_by]
    tables = child(1, unit=BUNG_LAO_NEW, born=day)
    tables["listing"] = [
        {"child": 1, "list_kind": kind, "list_date": on, "period": None, "unit": unit} for unit, kind, on in lists
    ]
    tables["birth"] = [{"child": 1, "born_on": day, "live_birth": True, "unit": told_by[0]}]
    tables["death"] = [
        {"child": 1, "died_on": on, "unit": told_by[0], "cause": "drowning", "birth_first": day, "birth_last": day}
        for on in (date(2020, 5, 5), date(2025, 6, 1))
    ]
    tables["listing"] += [
        {"child": 1, "list_kind": "births_deaths", "list_date": date(2020, 9, 30), "period": None, "unit": u}
        for u in (ANG_TO, BUNG_LAO_OLD)
    ]
    found = api.run(write_snapshot(tmp_path / "s", tables), as_of=after, groups=False)
    # the list of 2020 makes both parts tell of births and deaths in general; of this period only those of TOLD_BY do
    births, fall = (found.one(i, BUNG_LAO_NEW) for i in ("live_births", "drowning_deaths_reduction"))
    assert (births["value"], births["low"], int(births["population_unknown"])) == (1, 1, 0)
    known = told_by != (ANG_TO,)
    assert (int(fall["denominator"]), int(fall["population_unknown"])) == ((1, 0) if known else (0, 1))


def test_a_part_that_never_told_leaves_the_merged_commune_in_doubt(tmp_path):
    after = date(2025, 9, 30)
    tables = child(1, unit=BUNG_LAO_NEW, born=date(2024, 12, 24))
    tables["listing"] = [
        {"child": 1, "list_kind": kind, "list_date": AS_OF, "period": None, "unit": unit}
        for unit, kind in ((ANG_TO, "births_deaths"), (BUNG_LAO_OLD, "register"), (CHIENG_DONG, "register"))
    ]
    found = api.run(write_snapshot(tmp_path / "s", tables), as_of=after, groups=False, ids=["live_births"])
    births = found.one("live_births", BUNG_LAO_NEW)
    assert (births["low"], int(births["population_unknown"])) == (None, 2)


def test_explain_gives_the_keys_behind_each_side_of_a_figure(snapshot, results):
    told = api.explain(snapshot, "stunting_u5", unit="102", as_of=AS_OF)
    row = results.one("stunting_u5", DISTRICT)
    keys = told.sides[0].keys
    assert [len(keys[k]) for k in ("counted", "not_counted", "unknown", "doubtful")] == [
        row["numerator"],
        row["denominator"] - row["numerator"],
        row["unknown"],
        row["population_unknown"],
    ]
    assert told.sides[0].population == "age_months < 60"
    assert told.definition.legal_sources
    with pytest.raises(NotFound):
        api.explain(snapshot, "stunting_u5", unit="777", as_of=AS_OF)


def test_a_folder_that_is_no_snapshot_is_said_so(tmp_path):
    with pytest.raises(UnreadableFile):
        api.run(tmp_path / "nothing", as_of=AS_OF)
