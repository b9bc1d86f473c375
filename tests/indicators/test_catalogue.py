"""Contract tests over every definition, and what the strict loader refuses."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from indicators.estimators import names
from indicators.examples import example_connection, run_example
from indicators.loader import CATALOGUE, catalogue, chosen, not_computed, read_catalogue, read_definition
from indicators.sql_rules import physical_sql
from schemas.codes import rows
from schemas.errors import InvalidDefinition, NotFound

ALL = sorted(catalogue())
TARGETS = rows("targets")
GOOD = (CATALOGUE / "registration" / "birth_registration_u5.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def con():
    with example_connection() as connection:
        yield connection


@pytest.mark.parametrize("indicator", ALL)
def test_every_example_gives_the_figure_it_expects(con, indicator):
    definition = catalogue()[indicator]
    for example in definition.examples:
        assert run_example(con, definition, example) == example.expect, example.says


@pytest.mark.parametrize("indicator", ALL)
def test_every_definition_has_five_examples_that_differ(indicator):
    examples = catalogue()[indicator].examples
    assert len({e.says for e in examples}) == len(examples) >= 5


@pytest.mark.parametrize("indicator", ALL)
def test_predicates_bind_on_empty_tables_and_are_boolean(con, indicator):
    definition = catalogue()[indicator]
    predicates = [(c.where, c.source) for c in (*definition.numerator, *definition.denominator)]
    if definition.kind != "estimator" and definition.source:
        predicates.append((definition.population, definition.source))
        predicates += [(definition.condition, definition.source)] if definition.condition else []
    for text, source in predicates:
        described = con.execute(
            f"describe select ({physical_sql(text, source)}) as p from prepared_{source}"
        ).fetchall()
        assert described[0][1] == "BOOLEAN", text


@pytest.mark.parametrize("indicator", ALL)
def test_targets_are_those_of_the_reference_list_and_all_of_them(indicator):
    listed = {
        (
            r["document"],
            r["scope"],
            int(r["year"]) if r["year"] else None,
            r["comparator"],
            Decimal(r["value"]),
            r["confidence"],
        )
        for r in TARGETS
        if r["indicator_id"] == indicator
    }
    own = {(t.document, t.scope, t.year, t.comparator, t.value, t.confidence) for t in catalogue()[indicator].targets}
    assert own == listed


def test_every_target_is_computed_or_listed_with_the_data_it_would_need():
    wanted = {r["indicator_id"] for r in TARGETS}
    assert wanted == (wanted & set(ALL)) | set(not_computed())
    assert not set(ALL) & set(not_computed())


def test_the_catalogue_has_every_kind_and_every_programme():
    assert {d.kind for d in catalogue().values()} == {
        "share",
        "ratio",
        "sum",
        "mean",
        "units_meeting",
        "estimator",
    }
    programmes = {p for d in catalogue().values() for p in d.programmes}
    assert programmes >= {
        "npa_children_2021_2030",
        "nutrition_strategy_2021_2030",
        "under5_mortality_programme",
        "child_labour_2021_2025",
        "mental_health_orphans_2023_2030",
        "universal_preschool",
    }
    assert all(d.programmes for d in catalogue().values())
    assert {d.estimator for d in catalogue().values() if d.estimator} <= set(names())


REFUSED = {
    "an unknown key": ('better = "higher"', 'better = "higher"\ncolour = "red"', "colour"),
    "a missing key": ('better = "higher"\n', "", "better"),
    "another id than the file's name": ('id = "birth_registration_u5"', 'id = "other"', "id"),
    "an empty citation": ('instrument = "QĐ 23/QĐ-TTg 07/01/2021"', 'instrument = ""', "instrument"),
    "an unknown kind": ('kind = "share"', 'kind = "guess"', "kind"),
    "a group the source does not have": ('groups = ["sex",', 'groups = ["colour",', "groups"),
    "a column the source does not have": ('condition = "birth_registered"', 'condition = "has_wings"', "condition"),
    "a subquery": ('condition = "birth_registered"', 'condition = "exists(select 1)"', "condition"),
    "a second statement": ('condition = "birth_registered"', 'condition = "true; drop table x"', "condition"),
    "a list": ('population = "age_months < 60"', 'population = "len([1, 2]) = 2"', "population"),
    "a lambda": ('condition = "birth_registered"', 'condition = "list_any(x, lambda y: y > 1)"', "condition"),
    "arg_max": ('condition = "birth_registered"', 'condition = "arg_max(a, b)"', "condition"),
    "a date difference": (
        'population = "age_months < 60"',
        "population = \"date_diff('day', a, b) < 9\"",
        "population",
    ),
    "division": ('population = "age_months < 60"', 'population = "school_age / 2 < 3"', "population"),
    "an open age beside another column": (
        'population = "age_months < 60"',
        'population = "age_months < school_age"',
        "population",
    ),
    "an open age in arithmetic": ('population = "age_months < 60"', 'population = "age_months + 1 < 60"', "population"),
    "a column with a table": ('condition = "birth_registered"', 'condition = "t.birth_registered"', "condition"),
    "a recalled spelling of confidence": ('confidence = "confirmed"', 'confidence = "sure"', "confidence"),
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_the_loader_refuses_naming_file_and_key(tmp_path, what):
    old, new, key = REFUSED[what]
    assert old in GOOD
    path = tmp_path / "birth_registration_u5.toml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidDefinition) as refused:
        read_definition(path)
    assert "birth_registration_u5.toml" in refused.value.en
    assert key in refused.value.en
    assert refused.value.exit_code == 9


def test_the_loader_refuses_a_definition_without_any_citation(tmp_path):
    path = tmp_path / "birth_registration_u5.toml"
    start, end = GOOD.index("[[legal_source]]"), GOOD.index("[[target]]")
    path.write_text(GOOD[:start] + GOOD[end:], "utf-8")
    with pytest.raises(InvalidDefinition, match="legal_source"):
        read_definition(path)


def test_the_loader_refuses_an_id_that_stands_twice(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "birth_registration_u5.toml").write_text(GOOD, "utf-8")
    with pytest.raises(InvalidDefinition, match=r"b/birth_registration_u5\.toml"):
        read_catalogue(tmp_path)


def test_a_title_may_be_mended_without_a_new_version_but_not_a_predicate(tmp_path):
    path = tmp_path / "birth_registration_u5.toml"
    path.write_text(GOOD, "utf-8")
    before = read_definition(path).version
    path.write_text(GOOD.replace("Children under 5", "Under-fives"), "utf-8")
    assert read_definition(path).version == before
    path.write_text(GOOD.replace("age_months < 60", "age_months < 61", 1), "utf-8")
    assert read_definition(path).version != before


def test_an_indicator_that_is_not_there_is_named():
    with pytest.raises(NotFound, match="no_such"):
        chosen(["no_such"])


def test_files_are_plain_toml_in_nfc():
    import unicodedata

    for path in CATALOGUE.glob("**/*.toml"):
        text = Path(path).read_text("utf-8")
        assert tomllib.loads(text) and unicodedata.normalize("NFC", text) == text


def test_examples_notice_a_changed_age_limit(con):
    """One mutant of each: every age limit moved by a month is noticed by some example (the full set is in soak)."""
    definition = catalogue()["stunting_u5"]
    assert _noticed(con, definition, "age_months < 61")
    assert _noticed(con, definition, "age_months <= 60")
    assert not _noticed(con, definition, "age_months < 60")


def _noticed(con, definition, population):
    from dataclasses import replace

    mutant = replace(definition, population=population)
    return any(run_example(con, mutant, e) != e.expect for e in definition.examples)


def test_no_connection_is_left_with_the_network_on():
    from indicators.prepare.sources import connect

    with connect() as own:
        assert own.execute("select current_setting('autoinstall_known_extensions')").fetchone() == (False,)
    assert duckdb.__version__
