"""Contract tests over every check of schemas/checks."""

import pandas as pd
import pytest

from schemas.checks import checks
from schemas.issues import kinds

COLUMNS = {
    "rows": ["birth_first", "birth_last", "sex", "personal_id", "weight_kg", "length_cm", "muac_mm", "measured_on", "died_on", "registered_on", "identity"],
    "doses": ["row", "vaccine", "dose", "given_on", "birth_first"],
}  # fmt: skip


def _frame(check, lines):
    frame = pd.DataFrame(lines).reindex(columns=COLUMNS[check.FRAME])
    for column in frame.columns:
        if column not in ("sex", "personal_id", "vaccine", "identity"):
            frame[column] = pd.to_numeric(frame[column])
    return frame


@pytest.mark.parametrize("check", checks().values(), ids=lambda c: c.__name__.rsplit(".", 1)[-1])
def test_a_check_finds_its_own_example_and_nothing_else(check):
    lines, expected = check.EXAMPLE
    found = check.find(_frame(check, lines))
    assert [i for i, faulty in enumerate(found) if faulty] == expected


@pytest.mark.parametrize("check", checks().values(), ids=lambda c: c.__name__.rsplit(".", 1)[-1])
def test_a_check_says_nothing_of_blanks(check):
    lines = [dict.fromkeys(COLUMNS[check.FRAME])] * 2
    assert not check.find(_frame(check, lines)).any()


@pytest.mark.parametrize("check", checks().values(), ids=lambda c: c.__name__.rsplit(".", 1)[-1])
def test_a_check_agrees_with_the_catalogue_of_issues(check):
    kind = kinds()[check.CODE]
    assert kind.consequence == check.CONSEQUENCE
    assert (kind.advice["vi"], kind.advice["en"]) == check.ADVICE
    assert check.__doc__.split("\n")[0].endswith(".") or "(" in check.__doc__
