"""The set-wise SQL and the function for one child are one thing said twice."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indicators.growth import sql
from indicators.growth.lms import DAYS_PER_MONTH
from indicators.growth.zscore import zscores, zscores_2007

SEX = st.sampled_from([1, 2, None])
BODY = st.one_of(st.none(), st.floats(0.5, 130, allow_nan=False).map(lambda x: round(x, 2)))
EDGES = st.sampled_from([0, 1, 273, 274, 730, 731, 1825, 1826, 1827, 1856, 1857])
CHILD = st.fixed_dictionaries(
    {
        "sex": SEX,
        "age": st.one_of(st.none(), EDGES, st.integers(0, 2000)),
        "weight": st.one_of(st.none(), st.just(0.0), st.floats(0.5, 40, allow_nan=False)),
        "length": st.one_of(
            BODY, st.sampled_from([44.9, 45.0, 64.3, 65.0, 65.7, 86.95, 87.0, 109.3, 110.0, 120.0, 120.7])
        ),
        "measure": st.sampled_from(["L", "H", None]),
        "head": BODY,
        "arm": BODY,
        "fold": BODY,
        "oedema": st.sampled_from([True, False, None]),
    }
)
PUPIL = st.fixed_dictionaries(
    {
        "sex": SEX,
        "months": st.one_of(st.none(), st.sampled_from([60.0, 61.0, 120.0, 121.0, 228.0, 229.0]), st.floats(55, 235)),
        "weight": st.one_of(st.none(), st.floats(1, 150, allow_nan=False)),
        "length": st.one_of(st.none(), st.floats(50, 210, allow_nan=False)),
        "oedema": st.booleans(),
    }
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        sql.register(connection)
        connection.execute(
            "create table measured (place integer, sex_code integer, age_days integer, months double, weight_kg double,"
            " lenhei_cm double, measure varchar, head double, arm double, fold double, oedema boolean)"
        )
        yield connection


def scored_in_sql(engine, rows: list[tuple], reference: str, in_order: bool) -> list[dict]:
    engine.execute("delete from measured")
    engine.executemany("insert into measured values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    months = "months" if reference == "2007" else None
    girths = {} if reference == "2007" else {"hc": "head", "ac": "arm", "ts": "fold", "ss": "fold"}
    query = sql.zscore_query("measured", reference, keep=["place"], age_months=months, girths=girths, in_order=in_order)
    found = engine.execute(query + " order by place")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def under_five(c: dict) -> dict:
    return zscores(
        c["sex"], c["age"], c["weight"], c["length"], c["measure"], c["head"], c["oedema"],
        arm_cm=c["arm"], triceps_mm=c["fold"], subscapular_mm=c["fold"],
    )  # fmt: skip


def school_age(p: dict) -> dict:
    return zscores_2007(p["sex"], p["months"], p["weight"], p["length"], p["oedema"])


def assert_same(found: dict, expected: dict) -> None:
    for name, value in expected.items():
        if value is None or name.startswith("f"):
            assert found[name] == value, name
        else:
            assert found[name] == pytest.approx(value, rel=1e-12, abs=1e-9), name


SHORTER_THAN_ITS_CORRECTION = dict.fromkeys(("weight", "head", "arm", "fold", "oedema")) | {
    "sex": 1, "age": 731, "length": 0.5, "measure": "L"}  # fmt: skip


@settings(max_examples=120, deadline=None)
@example(children=[SHORTER_THAN_ITS_CORRECTION], in_order=False)
@given(children=st.lists(CHILD, min_size=1, max_size=20), in_order=st.booleans())
def test_children_under_five_score_alike_in_sql_and_python(engine, children, in_order):
    rows = [
        (
            i,
            c["sex"],
            c["age"],
            None,
            c["weight"],
            c["length"],
            c["measure"],
            c["head"],
            c["arm"],
            c["fold"],
            c["oedema"],
        )
        for i, c in enumerate(children)
    ]
    for child, found in zip(children, scored_in_sql(engine, rows, "2006", in_order), strict=True):
        assert_same(found, under_five(child))


@settings(max_examples=120, deadline=None)
@given(pupils=st.lists(PUPIL, min_size=1, max_size=20), in_order=st.booleans())
def test_pupils_score_alike_in_sql_and_python(engine, pupils, in_order):
    rows = [
        (i, p["sex"], None, p["months"], p["weight"], p["length"], None, None, None, None, p["oedema"])
        for i, p in enumerate(pupils)
    ]
    for pupil, found in zip(pupils, scored_in_sql(engine, rows, "2007", in_order), strict=True):
        assert_same(found, school_age(pupil))


def test_every_day_of_both_sexes_has_its_row(engine):
    engine.execute("delete from measured")
    engine.execute(
        "insert into measured select row_number() over (), s.s, d.d, null, 10, 80, null, 45, 14, 7, false"
        " from range(1, 3) s(s), range(0, 1827) d(d)"
    )
    query = sql.zscore_query("measured", keep=["sex_code", "age_days"], girths={"hc": "head"})
    found = engine.execute(query).fetchall()
    assert len(found) == 2 * 1827
    for sex, day, zlen, _, zwei, _, zwfl, _, zbmi, _, zhc, _ in found:
        expected = zscores(sex, day, 10, 80, None, 45)
        assert [zlen, zwei, zwfl, zbmi, zhc] == pytest.approx(
            [expected[name] for name in ("zlen", "zwei", "zwfl", "zbmi", "zhc")], abs=1e-9
        )


@pytest.mark.parametrize("day", [*range(268, 280), *range(1820, 1860)])
def test_whole_days_and_their_months_draw_the_same_lines(engine, day):
    engine.execute("delete from measured")
    engine.execute("insert into measured values (1, 1, ?, null, 12, 80, 'H', 45, 14, 7, false)", [day])
    by_day = engine.execute(sql.zscore_query("measured")).fetchall()
    by_month = engine.execute(sql.zscore_query("measured", age_months=f"age_days / {DAYS_PER_MONTH}")).fetchall()
    assert by_day == by_month
