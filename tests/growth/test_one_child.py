"""The plain function against figures that WHO's own software is known to give, and at every edge of its tables."""

import pytest

from indicators.growth.zscore import rounded, zscores, zscores_2007


def published(scores: dict, *names: str) -> list:
    return [rounded(scores[name]) if name.startswith("z") else scores[name] for name in names]


def test_a_boy_measured_lying_after_two_years_loses_seven_millimetres():
    assert published(zscores(1, 987, length_cm=72.86, measure="l"), "zlen", "flen") == [-6.09, 1]


def test_a_standing_height_before_nine_months_is_taken_as_lying():
    at_eight = zscores(1, round(8 * 30.4375), length_cm=60, measure="h", age_months=8)
    at_nine = zscores(1, round(9 * 30.4375), length_cm=60, measure="h", age_months=9)
    assert published(at_eight, "zlen") == [-4.81]
    assert published(at_nine, "zlen") == [-5.02]


def test_the_standing_table_begins_at_twenty_four_months_exactly():
    assert published(zscores(2, 24 * 30.4375, length_cm=77.5, age_months=24), "zlen") == [-2.55]


def test_weight_for_age_as_in_the_software_of_who():
    assert published(zscores(2, 1522, weight_kg=17), "zwei", "fwei") == [0.24, 0]
    assert published(zscores(2, 1, weight_kg=10.37), "fwei") == [1]


def test_length_for_age_follows_the_formula_by_hand():
    expected = ((50 / 56.4833) - 1) / 0.03492
    assert zscores(1, 44, length_cm=50)["zlen"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("months", "height", "weight", "zhfa", "zwfa", "zbfa"),
    [(60.32, 113.8, 18.7, 0.96, 0.21, -0.58), (60.911701, 113.6, 20.5, 0.85, 0.79, 0.42)],
)
def test_girls_just_past_five_years_as_in_the_software_of_who(months, height, weight, zhfa, zwfa, zbfa):
    scores = zscores_2007(2, months, weight, height)
    assert published(scores, "zhfa", "zwfa", "zbfa", "fhfa", "fwfa", "fbfa") == [zhfa, zwfa, zbfa, 0, 0, 0]


@pytest.mark.parametrize(
    ("age", "scored"),
    [(-1, False), (-0.4, False), (0, True), (1826, True), (1826.3, False), (1827, False), (1856, False)],
)
def test_scores_by_age_exist_from_birth_to_before_sixty_months(age, scored):
    scores = zscores(1, age, 15, 100, head_cm=50)
    assert [scores[z] is not None for z in ("zlen", "zwei", "zbmi", "zhc")] == [scored] * 4


def test_exactly_sixty_months_is_past_the_standards_though_it_rounds_to_the_last_day():
    assert zscores(1, 60 * 30.4375, 15, 100, age_months=60)["zlen"] is None
    assert zscores(1, 59.99 * 30.4375, 15, 100, age_months=59.99)["zlen"] is not None


@pytest.mark.parametrize(("age", "day"), [(99.4, 99), (99.5, 100), (730.5, 731), (0.49, 0)])
def test_part_days_are_rounded_half_up(age, day):
    assert zscores(2, age, weight_kg=9)["zwei"] == zscores(2, day, weight_kg=9)["zwei"]


@pytest.mark.parametrize(
    ("age", "measure", "as_if"), [(730, "h", 80.7), (730, "l", 80), (731, "h", 80), (731, "L", 79.3), (731, None, 80)]
)
def test_seven_millimetres_between_lying_and_standing(age, measure, as_if):
    assert zscores(1, age, 10, 80, measure)["zbmi"] == zscores(1, age, 10, as_if)["zbmi"]


@pytest.mark.parametrize(
    ("age", "length", "scored"),
    [
        (100, 44.99, False),
        (100, 45, True),
        (700, 110, True),
        (700, 110.01, False),
        (800, 64.99, False),
        (800, 65, True),
        (800, 120, True),
        (800, 120.01, False),
    ],
)
def test_weight_for_length_ends_with_its_tables(age, length, scored):
    assert (zscores(2, age, 8, length)["zwfl"] is not None) is scored


@pytest.mark.parametrize(
    ("length", "measure", "table_age"), [(86.9, None, 700), (87.0, None, 800), (90, "l", 700), (80, "h", 800)]
)
def test_without_an_age_the_position_or_eighty_seven_centimetres_decide(length, measure, table_age):
    without = zscores(1, None, 11, length, measure)
    assert without["zwfl"] == zscores(1, table_age, 11, length)["zwfl"] is not None
    assert without["zlen"] is None


def test_length_between_two_rows_is_interpolated():
    low, middle, high = (zscores(1, 200, 7.5, length)["zwfl"] for length in (65.0, 65.05, 65.1))
    assert middle == pytest.approx((low + high) / 2, abs=1e-3)


def test_oedema_leaves_only_the_scores_without_weight():
    scores = zscores(1, 400, 9, 74, "l", 46, oedema=True)
    assert [scores[z] for z in ("zwei", "fwei", "zwfl", "fwfl", "zbmi", "fbmi")] == [None] * 6
    assert scores["zlen"] is not None and scores["zhc"] is not None


@pytest.mark.parametrize(
    ("months", "scored"),
    [(59.99, (0, 0)), (60, (1, 1)), (61, (1, 1)), (120, (1, 1)), (120.9, (1, 1)), (121, (1, 0)), (228, (1, 0)),
     (228.9, (1, 0)), (229, (0, 0))],
)  # fmt: skip
def test_the_reference_of_2007_has_its_own_ends(months, scored):
    scores = zscores_2007(1, months, 30, 130)
    assert (scores["zhfa"] is not None, scores["zwfa"] is not None) == tuple(map(bool, scored))
    assert (scores["zbfa"] is not None) is bool(scored[0])


@pytest.mark.parametrize("value", [0, -3])
def test_measurements_of_nought_or_less_have_no_score(value):
    scores = zscores(1, 400, 9, value, head_cm=value)
    assert [scores[z] for z in ("zlen", "zwfl", "zbmi", "zhc")] == [None] * 4
    assert zscores(1, 400, value, 74)["zwei"] is None


@pytest.mark.parametrize(
    ("index", "z", "flagged"),
    [("len", 6.004, 0), ("len", 6.006, 1), ("wei", -6.0, 0), ("wei", 5.01, 1), ("wei", -6.01, 1), ("hc", -5.01, 1)],
)
def test_flags_are_set_on_the_rounded_score(index, z, flagged):
    from indicators.growth.zscore import flag

    assert flag(index, z) == flagged
