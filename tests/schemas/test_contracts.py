"""Contract tests over every entry of the shared registries."""

import string

import pytest

from schemas import codes
from schemas.facts import FACTS, LIST_KINDS, SEALED
from schemas.issues import CONSEQUENCES, Issue, kinds
from schemas.snapshot import SNAPSHOT


@pytest.mark.parametrize("table", FACTS.values(), ids=lambda t: t.name)
def test_every_fact_table_declares_a_scope_and_names_only_its_own_columns(table):
    names = [c.name for c in table.columns]
    assert table.scope in ("field", "state", "events")
    assert len(names) == len(set(names))
    assert set(table.key) | set(table.scope_by) <= set(names)
    assert set(table.trust) <= set(LIST_KINDS)
    assert all(c.kind in ("text", "code", "int", "decimal", "bool", "date") for c in table.columns)


def test_everything_of_a_protection_case_is_sealed():
    assert all(c.protection == SEALED for c in FACTS["protection_case"].columns)


@pytest.mark.parametrize("code", sorted(kinds()))
def test_every_issue_kind_speaks_both_languages_with_the_same_slots(code):
    kind = kinds()[code]
    slots = {lang: {f for _, f, _, _ in string.Formatter().parse(kind.says[lang]) if f} for lang in ("vi", "en")}
    assert kind.consequence in CONSEQUENCES
    assert slots["vi"] == slots["en"]
    assert kind.says["vi"] != kind.says["en"]
    assert kind.advice["vi"].strip() and kind.advice["en"].strip()
    assert Issue(code, value="x").sentence("vi").strip()


def test_an_unknown_issue_kind_is_refused():
    with pytest.raises(KeyError):
        Issue("no_such_kind")


@pytest.mark.parametrize("table", SNAPSHOT.values(), ids=lambda t: t.name)
def test_every_snapshot_table_sorts_by_its_own_columns_and_bears_no_name(table):
    names = [n for n, _ in table.columns]
    assert set(table.sort) <= set(names)
    identifying = {c.name for t in FACTS.values() for c in t.columns if c.protection != "open"}
    assert not identifying & set(names) - {"kind"}


def test_four_codes_mean_two_territories_and_are_told_apart_by_date():
    import datetime

    for code in ("03256", "03301", "03313", "03316"):
        old = codes.unit_on(code, datetime.date(2025, 6, 30))
        new = codes.unit_on(code, datetime.date(2025, 7, 1))
        assert old is not None and new is not None
        assert old.key != new.key


def test_every_old_unit_of_the_district_has_one_whole_successor():
    for unit in codes.units().values():
        if unit.level == "commune" and unit.parent_code == "102":
            found = [s for s in codes.successions() if s.key == unit.key]
            assert [s.share for s in found] == ["whole"]


def test_letters_d_and_đ_are_two_circumstances():
    by_letter = {c.letter: c.code for c in codes.circumstances().values()}
    assert by_letter["d"] == "1.04"
    assert by_letter["đ"] == "1.05"
    assert codes.is_sealed("1.05")
    assert not codes.is_sealed("1.04")


def test_an_unknown_circumstance_is_treated_as_sealed():
    assert codes.is_sealed("9.99")


def test_place_names_are_found_in_their_old_and_new_spellings():
    import datetime

    on = datetime.date(2024, 6, 30)
    assert [u.code for u in codes.communes_named("Xã Ảng Cang", on)] == ["03310"]
    assert [u.code for u in codes.communes_named("NẬM LỊCH", on)] == ["03312"]
    assert len(codes.communes_named("Búng Lao")) == 2
