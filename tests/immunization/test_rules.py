"""The rules by example: each line of the schedule of law, and the minimums of WHO."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from indicators.immunization.judge import Dose, Reason, child_status, judge_doses
from indicators.immunization.law import LAW
from indicators.immunization.notes import says_over_24_hours
from indicators.immunization.schedule import VACCINES, law_schedule, series_of, who_minimum
from indicators.immunization.who import WHO

RULES = {"law": LAW, "who": WHO}


def day(text: str) -> date:
    return date.fromisoformat(text)


def judged(rule, born: str, *doses: str, as_of: str | None = None) -> list[str]:
    """Doses as `VACCINE YYYY-MM-DD`; the answer is the number in the series, or the reason."""
    given_doses = [Dose(vaccine, day(when)) for vaccine, when in (dose.split() for dose in doses)]
    verdicts = judge_doses(day(born), given_doses, rule, as_of and day(as_of))
    return [str(verdict.number) if verdict.valid else verdict.reason.value for verdict in verdicts]


LAW_EXAMPLES = [
    # series, birth, doses, verdicts
    ("hepatitis B at birth", "2023-01-10", ["HEPB0 2023-01-10"], ["1"]),
    ("hepatitis B at birth is one dose", "2023-01-10", ["HEPB0 2023-01-10", "HEPB0 2023-01-11"], ["1", "beyond_last"]),
    ("BCG from birth", "2023-01-10", ["BCG 2023-01-10"], ["1"]),
    ("BCG at eleven months", "2023-01-10", ["BCG 2023-12-10"], ["1"]),
    ("PENTA at two months", "2023-01-10", ["PENTA 2023-03-10"], ["1"]),
    ("PENTA a day before two months", "2023-01-10", ["PENTA 2023-03-09"], ["too_young"]),
    (
        "a child dosed at 2, 4 and 6 months is in order",
        "2023-01-10",
        ["PENTA 2023-03-10", "PENTA 2023-05-10", "PENTA 2023-07-10"],
        ["1", "2", "3"],
    ),
    (
        "a day short of one month, and then a month after the last valid dose",
        "2023-01-10",
        ["OPV 2023-03-10", "OPV 2023-04-09", "OPV 2023-04-10"],
        ["1", "too_soon", "2"],
    ),
    ("IPV at five months", "2023-01-10", ["IPV 2023-06-09", "IPV 2023-06-10"], ["too_young", "1"]),
    ("IPV before it stood in the schedule", "2017-01-10", ["IPV 2017-12-31", "IPV 2018-01-01"], ["not_in_rule", "1"]),
    (
        "the second IPV at nine months, from August 2024 on",
        "2023-10-10",
        ["IPV 2024-03-10", "IPV 2024-07-31", "IPV 2024-08-01"],
        ["1", "beyond_last", "2"],
    ),
    ("the second IPV before nine months", "2024-01-10", ["IPV 2024-06-10", "IPV 2024-10-09"], ["1", "too_young"]),
    ("the second IPV asks one month, not 112 days", "2024-01-10", ["IPV 2024-09-30", "IPV 2024-10-30"], ["1", "2"]),
    ("measles at nine months", "2023-01-10", ["MEASLES 2023-10-09", "MEASLES 2023-10-10"], ["too_young", "1"]),
    ("MR for the first measles dose", "2023-01-10", ["MR 2023-10-10"], ["1"]),
    ("MR at eighteen months", "2023-01-10", ["MEASLES 2023-10-10", "MR 2024-07-09"], ["1", "too_young"]),
    ("MR at eighteen months to the day", "2023-01-10", ["MEASLES 2023-10-10", "MR 2024-07-10"], ["1", "2"]),
    ("MR a month after a late measles dose", "2023-01-10", ["MCV 2024-07-10", "MR 2024-08-09"], ["1", "too_soon"]),
    (
        "the booster of DPT is a series of its own",
        "2023-01-10",
        ["DPT 2024-07-10", "DPT4 2024-12-10"],
        ["1", "beyond_last"],
    ),
    ("the booster of DPT before eighteen months", "2023-01-10", ["DPT 2024-07-09"], ["too_young"]),
    (
        "Td from August 2024, at four years by the days beside",
        "2020-09-01",
        ["TD 2024-08-31", "TD 2024-09-01"],
        ["too_young", "1"],
    ),
    ("Td before it stood in the schedule", "2015-01-10", ["TD 2024-07-31"], ["not_in_rule"]),
    (
        "Japanese encephalitis at one year, a week later, and a year later",
        "2022-01-10",
        ["JE 2023-01-09", "JE 2023-01-10", "JE 2023-01-16", "JE 2023-01-17", "JE 2024-01-16", "JE 2024-01-17"],
        ["too_young", "1", "too_young", "2", "too_young", "3"],
    ),
    (
        "rota by the days beside",
        "2024-09-01",
        ["ROTA 2024-10-12", "ROTA 2024-10-13", "ROTA 2024-11-10"],
        ["too_young", "1", "2"],
    ),
    ("rota before August 2024", "2024-01-01", ["ROTA 2024-04-01"], ["not_in_rule"]),
    (
        "pneumococcus 56 days apart, from February 2026",
        "2025-12-01",
        ["PCV 2026-02-14", "PCV 2026-02-15", "PCV 2026-04-11", "PCV 2026-04-12"],
        ["not_in_rule", "1", "too_soon", "2"],
    ),
    ("HPV from July 2026", "2015-01-01", ["HPV 2026-06-30", "HPV 2026-07-01"], ["not_in_rule", "1"]),
    ("a late child goes on, none is restarted", "2023-01-10", ["PENTA 2023-03-10", "PENTA 2024-06-01"], ["1", "2"]),
    (
        "before 24 June 2011 the earliest rows hold",
        "2009-01-31",
        ["PENTA 2009-03-31", "IPV 2009-08-31"],
        ["1", "not_in_rule"],
    ),
    (
        "a month from 31 January ends with February",
        "2022-11-30",
        ["OPV 2023-01-31", "OPV 2023-02-28", "OPV 2023-03-28"],
        ["1", "2", "3"],
    ),
    (
        "two months from 31 December end with February",
        "2022-12-31",
        ["PENTA 2023-02-27", "PENTA 2023-02-28"],
        ["too_young", "1"],
    ),
    (
        "nine months of a child of 31 May",
        "2023-05-31",
        ["MEASLES 2024-02-28", "MEASLES 2024-02-29"],
        ["too_young", "1"],
    ),
]


@pytest.mark.parametrize(("says", "born", "doses", "verdicts"), LAW_EXAMPLES, ids=[each[0] for each in LAW_EXAMPLES])
def test_the_law_judges(says, born, doses, verdicts):
    assert judged(LAW, born, *doses) == verdicts


WHO_EXAMPLES = [
    ("the birth dose on the day of birth", "2023-01-10", ["HEPB0 2023-01-10"], ["1"]),
    ("the birth dose on the next day", "2023-01-10", ["HEPB0 2023-01-11"], ["1"]),
    ("the birth dose two days after", "2023-01-10", ["HEPB0 2023-01-12"], ["too_old"]),
    ("six weeks to the day", "2023-01-01", ["PENTA 2023-02-11", "PENTA 2023-02-12"], ["too_young", "1"]),
    ("four weeks apart", "2023-01-01", ["OPV 2023-02-12", "OPV 2023-03-11", "OPV 2023-03-12"], ["1", "too_soon", "2"]),
    (
        "a third dose has no age of its own",
        "2023-01-01",
        ["PENTA 2023-02-12", "PENTA 2023-03-12", "PENTA 2023-04-09"],
        ["1", "2", "3"],
    ),
    (
        "a fourth is beyond the last",
        "2022-01-01",
        [f"OPV 2023-0{month}-01" for month in (1, 3, 5, 7)],
        ["1", "2", "3", "beyond_last"],
    ),
    (
        "IPV at fourteen weeks, the next eight weeks on",
        "2023-01-01",
        ["IPV 2023-04-08", "IPV 2023-04-09", "IPV 2023-06-03", "IPV 2023-06-04"],
        ["too_young", "1", "too_soon", "2"],
    ),
    (
        "the age of the second measles dose is not judged",
        "2023-01-01",
        ["MEASLES 2023-09-28", "MR 2023-10-26"],
        ["1", "2"],
    ),
    ("DPT4 is judged by its age alone", "2023-01-01", ["DPT4 2023-12-31", "DPT4 2024-01-01"], ["too_young", "1"]),
    ("rota has no row", "2024-09-01", ["ROTA 2024-11-01"], ["not_in_rule"]),
    ("the schedule's dates do not matter", "2010-01-01", ["IPV 2010-04-09"], ["1"]),
]


@pytest.mark.parametrize(("says", "born", "doses", "verdicts"), WHO_EXAMPLES, ids=[each[0] for each in WHO_EXAMPLES])
def test_who_judges(says, born, doses, verdicts):
    assert judged(WHO, born, *doses) == verdicts


@pytest.mark.parametrize("rule", RULES)
def test_a_birth_dose_that_the_register_puts_later_than_24_hours_is_not_valid(rule):
    dose = Dose("HEPB0", day("2023-01-10"), late_birth_dose=True)
    assert judge_doses(day("2023-01-10"), [dose], RULES[rule])[0].reason is Reason.LATE_BIRTH_DOSE
    other = Dose("BCG", day("2023-01-10"), late_birth_dose=True)
    assert judge_doses(day("2023-01-10"), [other], RULES[rule])[0].valid


def test_doses_are_taken_by_their_dates_whatever_their_order():
    assert judged(LAW, "2023-01-10", "PENTA 2023-05-10", "PENTA 2023-03-10", "PENTA 2023-04-10") == ["3", "1", "2"]


def test_a_second_dose_of_a_series_on_one_day_is_not_valid():
    assert judged(LAW, "2022-01-10", "MEASLES 2023-10-10", "MR 2023-10-10") == ["1", "same_day"]
    assert judged(WHO, "2023-01-10", "PENTA 2023-01-20", "PENTA 2023-01-20") == ["too_young", "same_day"]


def test_doses_before_birth_or_after_the_as_of_date_count_nowhere():
    doses = ["PENTA 2023-01-09", "PENTA 2023-03-10", "PENTA 2023-04-11"]
    assert judged(LAW, "2023-01-10", *doses, as_of="2023-04-10") == ["before_birth", "1", "after_as_of"]
    only_before = [Dose("PENTA", day("2023-01-09")), Dose("PENTA", day("2023-04-11"))]
    verdicts = judge_doses(day("2023-01-10"), only_before, LAW, day("2023-04-10"))
    status = child_status(day("2023-01-10"), only_before, verdicts, LAW)
    assert status.never_vaccinated and status.zero_dose_12m


def test_names_are_taken_whatever_their_case_and_blanks_and_others_are_said_to_be_unknown():
    assert series_of(" penta ") == "PENTA" and series_of("Hep B0") == "HEPB0" and series_of("dpt-4") == "DPT4"
    assert judged(LAW, "2023-01-10", "RABIES 2023-03-10") == ["unknown_vaccine"]


FULL_BY_LAW = ["BCG 2023-01-10", *(f"{each} 2023-0{month}-10" for each in ("PENTA", "OPV") for month in (3, 4, 5))]


def status(rule, born: str, *doses: str, as_of: str | None = None):
    taken = [Dose(vaccine, day(when)) for vaccine, when in (dose.split() for dose in doses)]
    return child_status(day(born), taken, judge_doses(day(born), taken, rule, as_of and day(as_of)), rule)


def test_fully_immunized_is_eight_vaccines_valid_before_the_first_birthday():
    assert status(LAW, "2023-01-10", *FULL_BY_LAW, "MEASLES 2024-01-09").fully_immunized_12m
    assert not status(LAW, "2023-01-10", *FULL_BY_LAW, "MEASLES 2024-01-10").fully_immunized_12m
    assert status(WHO, "2023-01-10", *FULL_BY_LAW, "MEASLES 2024-01-10").fully_immunized_12m  # day 365
    assert not status(WHO, "2023-01-10", *FULL_BY_LAW, "MEASLES 2024-01-11").fully_immunized_12m
    for missing in range(len(FULL_BY_LAW)):
        doses = FULL_BY_LAW[:missing] + FULL_BY_LAW[missing + 1 :]
        assert not status(LAW, "2023-01-10", *doses, "MEASLES 2023-10-10").fully_immunized_12m


def test_with_ipv_asks_one_valid_ipv_in_time_besides():
    full = [*FULL_BY_LAW, "MEASLES 2023-10-10"]
    assert not status(LAW, "2023-01-10", *full).fully_immunized_12m_with_ipv
    assert not status(LAW, "2023-01-10", *full, "IPV 2023-05-10").fully_immunized_12m_with_ipv
    assert status(LAW, "2023-01-10", *full, "IPV 2023-06-10").fully_immunized_12m_with_ipv
    assert not status(LAW, "2023-01-10", *full, "IPV 2024-06-10").fully_immunized_12m_with_ipv


def test_crude_counts_doses_in_time_whatever_their_validity():
    early = [dose.replace("2023-03-10", "2023-02-01") for dose in FULL_BY_LAW]
    found = status(LAW, "2023-01-10", *early, "MEASLES 2023-05-10")
    assert found.fully_immunized_12m_crude and not found.fully_immunized_12m
    assert not status(LAW, "2023-01-10", *early, "MEASLES 2024-05-10").fully_immunized_12m_crude


def test_a_child_not_yet_one_is_judged_by_its_doses_so_far():
    full = [*FULL_BY_LAW, "MEASLES 2023-10-10"]
    assert status(LAW, "2023-01-10", *full, as_of="2023-10-10").fully_immunized_12m
    assert not status(LAW, "2023-01-10", *full, as_of="2023-10-09").fully_immunized_12m


def test_zero_dose_is_no_dpt_dose_before_the_first_birthday_valid_or_not():
    assert status(LAW, "2023-01-10", "BCG 2023-01-10").zero_dose_12m
    assert not status(LAW, "2023-01-10", "PENTA 2023-01-11").zero_dose_12m
    assert not status(LAW, "2023-01-10", "DPT 2023-06-11").zero_dose_12m
    assert status(LAW, "2023-01-10", "PENTA 2024-01-10").zero_dose_12m
    assert not status(LAW, "2023-01-10", "PENTA 2024-01-09").zero_dose_12m
    assert not status(LAW, "2023-01-10", "BCG 2023-01-10").never_vaccinated


def test_the_first_birthday_of_a_child_of_29_february_is_28_february_to_the_law_alone():
    assert status(LAW, "2024-02-29", "PENTA 2025-02-28").zero_dose_12m
    assert not status(WHO, "2024-02-29", "PENTA 2025-02-28").zero_dose_12m


def test_a_dose_without_a_date_is_in_time_for_nothing_but_was_given():
    taken = [Dose("PENTA", None)]
    verdicts = judge_doses(day("2023-01-10"), taken, LAW)
    found = child_status(day("2023-01-10"), taken, verdicts, LAW)
    assert verdicts[0].reason is Reason.NO_DATE
    assert not found.never_vaccinated and found.zero_dose_12m


def test_without_a_birth_date_nothing_is_claimed_but_whether_a_dose_was_given():
    taken = [Dose("PENTA", day("2023-03-10"))]
    verdicts = judge_doses(None, taken, LAW)
    found = child_status(None, taken, verdicts, LAW)
    assert verdicts[0].reason is Reason.NO_BIRTH_DATE
    assert (found.fully_immunized_12m, found.zero_dose_12m, found.never_vaccinated) == (None, None, False)


TAKEN = some.lists(
    some.tuples(some.sampled_from([each for each in VACCINES if each != "HEPB0"]), some.integers(-5, 900)), max_size=15
)


@settings(max_examples=150)
@given(
    rule=some.sampled_from(list(RULES)),
    born=some.dates(date(2010, 1, 1), date(2026, 1, 1)),
    taken=TAKEN,
)
def test_taking_out_a_dose_that_is_not_valid_changes_no_other(rule, born, taken):
    doses = [Dose(vaccine, born + timedelta(days=age)) for vaccine, age in taken]
    verdicts = judge_doses(born, doses, RULES[rule])
    for place, verdict in enumerate(verdicts):
        if verdict.valid:
            continue
        rest = judge_doses(born, doses[:place] + doses[place + 1 :], RULES[rule])
        others = verdicts[:place] + verdicts[place + 1 :]
        assert [each.number for each in rest] == [each.number for each in others]


@settings(max_examples=100)
@given(rule=some.sampled_from(list(RULES)), born=some.dates(date(2010, 1, 1), date(2026, 1, 1)), taken=TAKEN)
def test_the_valid_doses_of_a_series_are_numbered_from_one_in_the_order_of_their_dates(rule, born, taken):
    doses = [Dose(vaccine, born + timedelta(days=age)) for vaccine, age in taken]
    numbers: dict[str, list[int]] = {}
    for _, verdict in sorted(
        zip(doses, judge_doses(born, doses, RULES[rule]), strict=True), key=lambda pair: pair[0].given_on
    ):
        if verdict.valid:
            numbers.setdefault(verdict.series, []).append(verdict.number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


@pytest.mark.parametrize(
    "note",
    [
        ">24 giờ", "> 24h", "trên 24 giờ", "sau 24h", "quá 24 giờ", "ngoài 24 giờ", "tiêm muộn sau 24 giờ",
        "over 24 hours",
        "later than 24 hours", "after 24h", "more than 24 hours", "36 giờ", "2 ngày", "not within 24 hours",
        "không trong 24 giờ", "Tiêm >24 GIỜ", "gt24", "24h+", "over_24h", "after_24_hours", "&gt;24h", "VGBSS>24h",
        "sau sinh 36h", "sau sinh 3 ngày", "1 ngày 5 giờ", "> 1 ngày", "24 giờ trở lên", "≥24h", "hours>24", "48", "muộn",
        "tiêm trễ", "cham", "late", "not before 24 hours", "lô 12, tiêm sau 25 giờ",
    ],
)  # fmt: skip
def test_a_note_says_later_than_24_hours(note):
    assert says_over_24_hours(note)


@pytest.mark.parametrize(
    "note",
    ["", "≤24 giờ", "<= 24h", "<24h", "trong 24 giờ", "trong vòng 24 giờ", "trước 24 giờ", "24 giờ", "within 24 hours",
     "12 giờ", "không quá 24 giờ", "dưới 24 giờ", "less than 24 hours", "tiêm tại trạm", "not over 24 hours", "within_24h",
     "6 giờ sau sinh", "sau sinh 2h", "tiêm ngay sau sinh", "sau khi sinh 12 giờ", "không muộn", "not late", "&lt;24h",
     "trẻ khỏe", "lô 2451", "no later than 24 hours", "tiêm sau sinh trong 24 giờ", "mẹ không muốn tiêm", "1 ngày"],
)  # fmt: skip
def test_a_note_does_not_say_later_than_24_hours(note):
    assert not says_over_24_hours(note)


def test_every_row_of_both_tables_cites_its_source_and_is_used():
    assert len(law_schedule()) == len(LAW.limits) > 80
    assert all(row.source for row in law_schedule())
    assert {limit.series for limit in who_minimum()} == {"BCG", "HEPB0", "PENTA", "OPV", "IPV", "MCV", "JE", "DPT4"}


def test_the_child_worked_by_hand_in_the_documentation_comes_out():
    doses = ["PENTA 2023-03-31", "PENTA 2023-04-30", "PENTA 2023-05-29", "PENTA 2023-05-30"]
    assert judged(LAW, "2023-01-31", *doses) == ["1", "2", "too_soon", "3"]
    assert judged(WHO, "2023-01-31", *doses) == ["1", "2", "3", "beyond_last"]
