"""What is open behind a figure, how few records could settle it, and what is no data rather than 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from indicators import api
from indicators.lists.missing import missing
from indicators.loader import catalogue
from tests.indicators.snapshots import ANG_TO, CHIENG_DONG, DISTRICT, XUAN_LAO, child, together, write_snapshot

DAY = date(2024, 11, 30)


def listing(key, kind="register", unit=ANG_TO):
    return {"child": key, "list_kind": kind, "list_date": date(2024, 6, 1), "period": "2024", "unit": unit}


def returned(unit, item, value):
    return {"unit": unit, "period": "2024", "item": item, "value": Decimal(value), "said": None,
            "listed_on": date(2024, 11, 20)}  # fmt: skip


@pytest.fixture
def registered(tmp_path):
    """94 children registered, two not, four not known: the target of 98.5 % hangs on none of them for the district."""
    parts = [child(k, birth_registered=True) for k in range(1, 999)]
    parts += [child(k, birth_registered=None) for k in range(1001, 1031)]
    return write_snapshot(
        tmp_path, together(*parts, child(2000, birth_first=None, birth_last=None, birth_precision=None))
    )


def test_the_open_records_stand_with_what_has_to_be_learnt(registered):
    found = missing(registered, catalogue()["birth_registration_u5"], ANG_TO, as_of=DAY)
    assert len(found.records) == 31 and [r.doubtful for r in found.records] == [False] * 30 + [True]
    assert found.records[0].data("vi") == ("đăng ký khai sinh",)
    assert "ngày, tháng, năm sinh" in found.records[-1].data("vi")
    assert found.verdicts[0]["reason"] == "unknown_records_span_the_target"


def test_so_few_records_could_settle_it_and_fewer_could_not(registered):
    found = missing(registered, catalogue()["birth_registration_u5"], ANG_TO, as_of=DAY)
    yes, base = 998, 998 + 31

    def settled(known):  # all those known registered: even with none of the rest, is the target met?
        return (yes + known) * 1000 >= 985 * base

    assert found.enough is not None and settled(found.enough) and not settled(found.enough - 1)


def test_where_no_verdict_is_open_no_list_is_asked_for(tmp_path):
    parts = [child(k, birth_registered=False) for k in range(50)] + [child(99, birth_registered=None)]
    found = missing(write_snapshot(tmp_path, together(*parts)), catalogue()["birth_registration_u5"], ANG_TO, as_of=DAY)
    assert found.enough is None and len(found.records) == 1


def test_returns_that_are_missing_are_named_and_leave_no_figure(tmp_path):
    rows = together(child(1), child(2, XUAN_LAO), {"commune_return": [returned(ANG_TO, "schools", 4)]})
    folder = write_snapshot(tmp_path, rows)
    figure = api.run(folder, as_of=DAY, ids=["schools_safe"]).one("schools_safe", DISTRICT)
    assert figure["value"] is None and figure["unknown"] == 10
    found = missing(folder, catalogue()["schools_safe"], ANG_TO, as_of=DAY)
    assert [(r.key, "schools_safe" in r.lacks) for r in found.records] == [(ANG_TO, True)]


def test_a_return_counts_only_with_the_children_it_speaks_of(tmp_path):
    old = {"born": date(2014, 1, 1)}
    rows = together(
        child(1, **old), child(2, **old), child(3, XUAN_LAO, **old),
        {"commune_return": [returned(ANG_TO, "children_swim_safely", 1)]},
    )  # fmt: skip
    figure = api.run(write_snapshot(tmp_path, rows), as_of=DAY, ids=["swim_safely_6_15"]).one(
        "swim_safely_6_15", DISTRICT
    )
    assert (figure["numerator"], figure["denominator"], figure["value"]) == (1, 2, Decimal("50.00"))
    assert figure["low"] is None and figure["high"] is None


def test_a_commune_that_never_told_of_births_and_deaths_has_no_number_of_deaths(tmp_path):
    death = {"child": 9, "birth_first": date(2024, 1, 5), "birth_last": date(2024, 1, 5), "died_on": date(2024, 2, 1),
             "unit": ANG_TO, "cause": "perinatal", "sex": "F", "listed_on": date(2024, 6, 1)}  # fmt: skip
    rows = together(
        child(1), child(2, XUAN_LAO), child(3, CHIENG_DONG),
        {"death": [death], "listing": [listing(1), listing(2, unit=XUAN_LAO), listing(3, "births_deaths", CHIENG_DONG)]},
    )  # fmt: skip
    results = api.run(write_snapshot(tmp_path, rows), as_of=DAY, ids=["under5_deaths", "child_marriages"])
    assert results.one("under5_deaths", ANG_TO)["value"] == 1
    assert results.one("under5_deaths", CHIENG_DONG)["value"] == 0  # it sends such lists
    assert results.one("under5_deaths", XUAN_LAO)["value"] is None
    district = results.one("under5_deaths", DISTRICT)
    assert (district["value"], district["high"], district["population_unknown"]) == (1, None, 1)
    assert results.one("child_marriages", DISTRICT)["value"] is None  # nobody has told of any


def test_where_no_list_tells_of_the_base_year_each_commune_is_named(tmp_path):
    tables = together(child(1), child(2, unit=XUAN_LAO))
    tables["listing"] = [{**listing(k, "births_deaths", u)} for k, u in ((1, ANG_TO), (2, XUAN_LAO))]
    place = write_snapshot(tmp_path / "s", tables)
    found = missing(place, catalogue()["drowning_deaths_reduction"], DISTRICT, as_of=DAY)
    assert found.figure["value"] is None and found.verdicts[0]["verdict"] == "no_data"
    assert [(r.key, r.data("en")) for r in found.records] == [
        (unit, ("lists of both periods",)) for unit in (ANG_TO, XUAN_LAO)
    ]


def test_groups_a_and_c_follow_from_what_is_recorded_of_the_parents(tmp_path):
    since = {"valid_from": date(2024, 1, 1), "valid_to": None}
    states = [(1, "dead", "dead"), (2, "dead", "prison"), (3, "dead", "alive")]
    parents = [
        {"child": k, "parent": p, "status": s, **since} for k, f, m in states for p, s in (("father", f), ("mother", m))
    ]
    rows = together(*(child(k) for k in (1, 2, 3)), {"parent_status": parents})
    results = api.run(write_snapshot(tmp_path, rows), as_of=DAY,
                      ids=["children_special_circumstances", "circumstance_children"])  # fmt: skip
    assert results.one("children_special_circumstances", ANG_TO)["numerator"] == 2
    by_group = {c: results.one("circumstance_children", ANG_TO, "code", c)["value"] for c in ("1.01", "1.03")}
    assert by_group == {"1.01": 1, "1.03": 1}


def test_a_document_does_not_judge_a_day_before_it_was_issued(tmp_path):
    table = api.compare_targets(api.run(write_snapshot(tmp_path, child(1)), as_of=DAY, ids=["stunting_u5"]))
    later = table[table["document"].str.startswith("NQ 262/2025")]
    assert set(later["verdict"]) == {"not_comparable"} and set(later["reason"]) == {"document_of_a_later_day"}
    assert "document_of_a_later_day" not in set(table[table["document"].str.startswith("QĐ 23")]["reason"])


def test_a_rate_of_a_year_is_not_judged_on_a_month(tmp_path):
    injury = {"child": 1, "kind": "injury", "on_date": date(2024, 11, 3), "result": None}
    folder = write_snapshot(tmp_path, together(child(1), child(2), {"health_event": [injury]}))
    ids = ["child_injury_rate", "birth_registration_u5"]
    month = api.compare_targets(api.run(folder, as_of=DAY, ids=ids, period_start=date(2024, 11, 1)))
    of_month = month[(month["unit"] == ANG_TO) & (month["indicator"] == "child_injury_rate")]
    assert set(of_month["reason"]) == {"period_is_not_a_year"}
    assert "period_is_not_a_year" not in set(month[month["indicator"] == "birth_registration_u5"]["reason"])
    for start in (None, date(2023, 12, 1)):
        year = api.compare_targets(api.run(folder, as_of=DAY, ids=ids, period_start=start))
        assert "period_is_not_a_year" not in set(year["reason"])
