"""The sample workbooks: repeatable, believable, small, and faulty exactly where they say so."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from childdb.intake import read_file
from sample_data.book import Planted
from sample_data.communes import PLAN
from sample_data.figures import Figure
from sample_data.generate import CHILDREN, SEED, WORKBOOKS, Truth, generate, truth
from sample_data.names import syllables
from sample_data.rounds import LAST_DAY, ROUNDS
from schemas.issues import kinds

SMALL = 300
LISTS = sorted(WORKBOOKS.glob("*/*.issues.csv"))


@cache
def whole() -> Truth:
    return truth()


@cache
def figures_of_november() -> dict[str, Figure]:
    return whole().figures(LAST_DAY)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[Planted]]:
    return generate(tmp_path_factory.mktemp("first"), children=SMALL)


def _sums(paths: dict[Path, list[Planted]]) -> dict[str, str]:
    return {f"{p.parent.name}/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def test_the_same_seed_gives_the_same_bytes(made: dict[Path, list[Planted]], tmp_path: Path) -> None:
    assert _sums(made) == _sums(generate(tmp_path, children=SMALL))


def test_another_seed_gives_other_children(made: dict[Path, list[Planted]], tmp_path: Path) -> None:
    other = _sums(generate(tmp_path, seed=SEED + 1, children=SMALL))
    assert set(_sums(made)) == set(other)
    assert not set(_sums(made).values()) & set(other.values())


def test_the_committed_register_of_one_commune_is_what_the_generator_makes(tmp_path: Path) -> None:
    made = generate(tmp_path, only=("03312",))
    for path in made:
        assert path.read_bytes() == (WORKBOOKS / path.parent.name / path.name).read_bytes()


def test_all_committed_workbooks_together_stay_under_six_megabytes() -> None:
    assert sum(p.stat().st_size for p in WORKBOOKS.rglob("*") if p.is_file()) < 6_000_000


def test_every_commune_sends_a_register_and_a_weighing_list_in_every_round() -> None:
    for turn in ROUNDS:
        for code in PLAN:
            for name in ("so-theo-doi", "can-do"):
                assert len(list((WORKBOOKS / turn.folder).glob(f"{code}_*_{name}.xlsx"))) == 1


def test_names_are_put_together_from_the_syllables_alone() -> None:
    known = syllables()
    people = whole().population
    names = {c.name for c in people.children}
    for house in people.households:
        names |= {house.father, house.mother, house.head}
    assert {word for name in names for word in name.split()} <= known


def test_no_two_children_bear_one_personal_number_in_a_register() -> None:
    for path in sorted((WORKBOOKS / ROUNDS[-1].folder).glob("*so-theo-doi.xlsx")):
        numbers = [n for n in _column(path, ("Số định danh cá nhân", "Số ĐDCN", "Số CCCD/định danh")) if "E+" not in n]
        assert len(numbers) == len(set(numbers)) > 100


def _column(path: Path, headings: tuple[str, ...]) -> list[str]:
    found, book = [], CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        place = None
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            texts = [unicodedata.normalize("NFC", str(v)) for v in row]
            at = [i for i, text in enumerate(texts) if text in headings]
            if at:
                place = at[0]
            elif place is not None and len(texts[place]) > 8:
                found.append(texts[place])
    return found


def test_the_issue_lists_name_kinds_that_hold_a_row_back() -> None:
    assert len(LISTS) > 20
    for path in LISTS:
        for line in _faults(path):
            assert kinds()[line["code"]].consequence == "hold"


SIGNS = {  # what must stand somewhere in the row that the list calls faulty
    "birth_date_future": ("2032", "2027", "2029"),
    "birth_date_impossible": ("31/02", "30/02", "31/04"),
    "birth_date_unreadable": ("??/??", "không nhớ"),
    "sex_unknown": ("?", "Bé"),
    "ethnicity_unknown": ("Bản Hón", "Đông Dương"),
    "personal_id_rounded": ("E+10",),
    "circumstance_unknown": ("zz", "xem sổ cũ"),
    "weight_unreadable": ("mười cân", "8?5"),
    "height_implausible": ("210.5", "198"),
    "height_unreadable": ("bảy mươi", "7?.5"),
    "muac_implausible": ("1450", "990"),
    "date_future": ("2031", "2029"),
    "date_unreadable": ("tháng trước", "??/06"),
    "date_before_birth": ("2009", "2011"),
    "row_twice": ("Trai", "Gái", "Bé trai", "Bé gái"),
}


def _faults(listed: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(listed.read_text("utf-8").splitlines()))


@pytest.mark.parametrize("listed", LISTS, ids=lambda p: f"{p.parent.name}-{p.name.split('.')[0]}")
def test_every_faulty_row_of_the_list_is_really_faulty_in_the_file(listed: Path) -> None:
    book = CalamineWorkbook.from_path(str(listed.with_name(listed.name.replace(".issues.csv", ".xlsx"))))
    sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    for line in _faults(listed):
        cells = sheets[line["sheet"]][int(line["row"]) - 1]
        texts = [unicodedata.normalize("NFC", str(v)) for v in cells if v != ""]
        assert len(texts) > 4 and texts[0].removesuffix(".0").isdigit()
        if line["code"] == "weight_implausible":
            assert isinstance(cells[7], float) and cells[7] > 75
        elif line["code"] == "formula_error":
            assert cells[7] == ""  # the reader turns an error cell into a blank
        elif signs := SIGNS.get(line["code"]):
            assert any(sign in text for sign in signs for text in texts), line["code"]


def test_rows_listed_as_struck_through_are_struck_through_and_error_cells_hold_an_error() -> None:
    for name in ("2024-11/03310_Ang-Cang_so-theo-doi", "2024-06/03301_Bung-Lao_so-theo-doi", *_with("formula_error")):
        book = openpyxl.load_workbook(WORKBOOKS / f"{name}.xlsx")
        for line in _faults(WORKBOOKS / f"{name}.issues.csv"):
            cells = [c for c in book[line["sheet"]][int(line["row"])] if c.value is not None]
            assert all(bool(c.font.strike) == (line["code"] == "row_struck_through") for c in cells)
            assert any(c.value == "=NA()" for c in cells) == (line["code"] == "formula_error")


@pytest.mark.parametrize(
    "name",
    ["03286_Muong-Dang_so-theo-doi", "03312_Nam-Lich_so-theo-doi", "03313_Muong-Lan_so-theo-doi",
     "03287_Ngoi-Cay_can-do", "03312_Nam-Lich_tiem-chung", "03256_Muong-Ang_pho-cap", "03312_Nam-Lich_bao-cao"],
)  # fmt: skip
def test_the_intake_holds_back_the_listed_rows_and_no_other(name: str) -> None:
    """Rows typed alike (row_twice) are found where the whole store is known, not when a file is read."""
    path = WORKBOOKS / "2024-11" / f"{name}.xlsx"
    listed = path.with_name(f"{name}.issues.csv")
    wanted = {tuple(line.values()) for line in _faults(listed)} if listed.exists() else set()
    reading = read_file(path, today=date(2026, 11, 24))
    assert {sheet.status for sheet in reading.sheets} == {"read"}
    assert {(sheet.list_date, sheet.commune_code) for sheet in reading.sheets} == {(LAST_DAY, name[:5])}
    found = {
        (sheet.name, str(row.number), issue.field or "", issue.code)
        for sheet in reading.sheets
        for row in sheet.rows
        for issue in row.issues
        if issue.holds
    }
    assert found == {fault for fault in wanted if fault[3] != "row_twice"}


def test_a_stillborn_child_is_a_birth_and_lives_nowhere() -> None:
    reading = read_file(WORKBOOKS / "2024-11" / "03312_Nam-Lich_bao-cao.xlsx", today=date(2026, 11, 24))
    births = [
        row.record for sheet in reading.sheets for row in sheet.rows if row.record and "birth" in row.record.facts
    ]
    dead = [r for r in births if not r.facts["birth"][0]["live_birth"]]
    assert len(dead) == whole().figures(LAST_DAY, "03312")["stillbirth_rate"].numerator == 1
    assert all(
        "residence" not in r.facts and r.identity["village"] and r.facts["birth"][0]["mother_commune_code"] == "03312"
        for r in dead
    )
    assert all("residence" in r.facts for r in births if r not in dead)


def test_the_register_tells_of_an_injury_with_its_cause() -> None:
    reading = read_file(WORKBOOKS / "2024-11" / "03312_Nam-Lich_so-theo-doi.xlsx", today=date(2026, 11, 24))
    told = [
        event for sheet in reading.sheets for row in sheet.rows if row.record
        for event in row.record.facts.get("health_event", ())
    ]  # fmt: skip
    assert len(told) > 5
    assert {e["kind"] for e in told} == {"injury"}
    assert {e["result"] for e in told} >= {"traffic", "other_injury"}


def _with(code: str) -> list[str]:
    """The first list that holds a fault of the kind."""
    found = [p for p in LISTS if any(line["code"] == code for line in _faults(p))]
    return [f"{found[0].parent.name}/{found[0].name.removesuffix('.issues.csv')}"]


def test_about_four_rows_in_a_thousand_are_faulty() -> None:
    """The committed lists hold some 80,000 rows; struck rows are counted apart."""
    codes = [line["code"] for p in LISTS for line in _faults(p)]
    planted = [c for c in codes if c not in ("row_struck_through", "row_twice")]
    assert 200 < len(planted) < 450
    assert {"birth_date_future", "birth_date_impossible", "weight_implausible", "row_struck_through"} <= set(codes)


# id -> (lowest, highest) share believable for the district (baselines of Điện Biên and the mountains)
BASELINES = {
    "birth_registration_u5": (0.945, 0.975),
    "full_immunization_u1": (0.87, 0.94),
    "poor_or_near_poor": (0.30, 0.40),
    "children_special_circumstances": (0.028, 0.038),
    "special_circumstances_supported": (0.88, 0.97),
    "orphans_in_family_care": (0.70, 0.97),
    "works": (0.10, 0.18),
    "preschool_age5": (0.965, 0.995),
    "primary_completion": (0.955, 0.985),
    "stunting_u5": (0.24, 0.285),
    "underweight_u5": (0.15, 0.19),
    "wasting_u5": (0.04, 0.06),
    "neonatal_mortality": (0.006, 0.016),
    "infant_mortality": (0.012, 0.026),
    "under5_mortality": (0.018, 0.034),
    "vitamin_a": (0.88, 0.97),
    "injured": (0.0045, 0.0075),
    "child_marriages": (0.001, 0.004),
    "stillbirth_rate": (0.006, 0.018),
    "skilled_birth_attendance": (0.88, 0.96),
    "low_birth_weight": (0.05, 0.10),
    "mental_health_supported": (0.55, 0.85),
}


@pytest.mark.parametrize("name", BASELINES)
def test_the_figures_of_november_2024_lie_near_the_baselines(name: str) -> None:
    low, high = BASELINES[name]
    assert low <= figures_of_november()[name].share <= high


def test_there_are_about_seventeen_thousand_children_under_sixteen() -> None:
    assert abs(figures_of_november()["children_under_16"].numerator - CHILDREN) < 300


def test_the_figures_of_the_communes_add_up_to_the_district() -> None:
    day = date(2023, 12, 31)
    parts = [whole().figures(day, code)["birth_registration_u5"] for code in PLAN]
    all_ = whole().figures(day)["birth_registration_u5"]
    assert sum(p.numerator for p in parts) == all_.numerator
    assert sum(p.denominator for p in parts) == all_.denominator


def test_most_rows_of_a_register_are_typed_the_same_in_the_next_round() -> None:
    """Ẳng Nưa sends its whole register in June: apart from corrections, births, moves and faults nothing changes."""
    old, new = (
        {line[1:] for line in _rows(WORKBOOKS / turn.folder / "03307_Ang-Nua_so-theo-doi.xlsx")} for turn in ROUNDS[:2]
    )
    assert 0.86 < len(old & new) / len(new) < 0.97


def _rows(path: Path) -> set[tuple[str, ...]]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return {tuple(map(str, row)) for row in rows[9:] if row[1]}
