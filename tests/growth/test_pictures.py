"""The child's curve: WHO's lines are those of the scores, and the picture says what it must."""

import itertools
import re

import pytest

from childdb.workflow.growth import ChildGrowth, draw, growth_curve
from indicators.growth.curve import lines_by_age, lines_by_length
from indicators.growth.zscore import rounded, zscores, zscores_2007
from schemas.errors import NotFound, UsageFault

DAYS = 30.4375


def measured(days: int, weight: float, length: float, measure: str) -> dict:
    z = zscores(2, days, weight, length, measure)
    return {
        "age_months": days / DAYS, "age_days": days, "weight_kg": weight, "length_cm": length, "measure": measure,
        **{f"z_{i}": rounded(z[f"z{i}"]) for i in ("len", "wei", "wfl", "bmi")},
        **{f"f_{i}": z[f"f{i}"] for i in ("len", "wei", "wfl", "bmi")},
    }  # fmt: skip


GIRL = ChildGrowth(42, "F", "u", [measured(100, 5.0, 58, "L"), measured(300, 22, 70, "L"), measured(900, 11, 84, "H")])


@pytest.mark.parametrize("z", [-3, -2, 0, 1, 3])
def test_the_lines_by_age_are_those_of_the_scores(z):
    for index, words in (("wei", {"weight_kg": None}), ("len", {"length_cm": None})):
        for piece in lines_by_age(index, 1, 0, 60)[z]:
            for months, value in piece[::20]:
                day = round(months * DAYS)
                if day < 1826:
                    name = next(iter(words))
                    assert zscores(1, day, **{name: value})[f"z{index}"] == pytest.approx(z, abs=1e-9)


def test_the_lines_past_five_years_are_those_of_the_reference():
    for months, value in lines_by_age("len", 2, 72, 120)[-2][-1]:
        assert zscores_2007(2, months, height_cm=value)["zhfa"] == pytest.approx(-2, abs=1e-9)


def test_weight_by_height_goes_on_below_the_table_by_height():
    (line,) = lines_by_length("H", 1, 50, 100)[2]
    assert (line[0][0], line[-1][0]) == (50, 100)
    below = dict(line)[60.0]
    assert zscores(1, 100, below, 60.7)["zwfl"] == pytest.approx(2, abs=1e-9)
    assert zscores(1, 900, dict(line)[65.0], 65.0)["zwfl"] == pytest.approx(2, abs=1e-9)
    assert max(abs(b - a) for (_, a), (_, b) in itertools.pairwise(line)) < 0.3  # no step where they meet


def test_the_picture_bears_its_words_and_repeats_its_bytes(tmp_path):
    first = draw(GIRL, tmp_path / "a.svg", name="Lò Thị Bé").read_text("utf-8")
    assert first == draw(GIRL, tmp_path / "b.svg", name="Lò Thị Bé").read_text("utf-8")
    text = re.sub(r"<[^>]+>", " ", first)
    for words in (
        "Tăng trưởng của trẻ: Lò Thị Bé, bé gái",
        "Cân nặng theo tuổi",
        "Số đo vô lý theo WHO",
        "Trung vị của WHO",
    ):
        assert words in text
    assert f"z = {GIRL.rows[-1]['z_wei']:+.2f}".replace(".", ",") in text
    assert "2,5" in text and "2.5" not in text  # a decimal comma along the axes as well
    english = re.sub(r"<[^>]+>", " ", draw(GIRL, tmp_path / "c.svg", lang="en").read_text("utf-8"))
    assert "Growth of the child: 42, girl" in english and "2.5" in english
    assert draw(GIRL, tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_said(tmp_path):
    with pytest.raises(NotFound):
        draw(ChildGrowth(1, None, "u", GIRL.rows), tmp_path / "a.svg")
    with pytest.raises(NotFound):
        draw(ChildGrowth(1, "M", "u", []), tmp_path / "a.svg")
    with pytest.raises(UsageFault):
        draw(GIRL, tmp_path / "a.pdf")


def test_one_measure_against_the_standard_bears_its_z_bands_and_title():
    points = [(0.0, 3.2), (6.0, 7.1), (14.0, 8.4), (20.0, 30.0)]
    drawn = growth_curve(points, "F", "weight")
    assert drawn == growth_curve(points, "F", "weight")
    assert "<title>Cân nặng theo tuổi, bé gái</title>" in drawn
    z = zscores(2, 14 * DAYS, 8.4)["zwei"]
    assert f"z = {z:+.2f}".replace(".", ",") in drawn and "Số đo vô lý theo WHO" in drawn  # 30 kg at 20 months
    assert drawn.count("FillBetween") == 3
    older = zscores_2007(1, 100.0, height_cm=120.0)["zhfa"]
    assert f"z = {older:+.2f}" in growth_curve([(100.0, 120.0)], "M", "length", lang="en")
