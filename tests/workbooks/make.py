"""Builds the corpus of messy workbooks and, beside each, what must be read from it: python -m tests.workbooks.make

The expectations are written by hand in the cases, never by the reader; a change of them is reviewed as a diff.
"""

from __future__ import annotations

from pathlib import Path

from tests.workbooks.case import Case
from tests.workbooks.cases_dates import CASES as DATES
from tests.workbooks.cases_formats import CASES as FORMATS
from tests.workbooks.cases_layout import CASES as LAYOUT
from tests.workbooks.cases_more import CASES as MORE
from tests.workbooks.cases_text import CASES as TEXT
from tests.workbooks.cases_values import CASES as VALUES

FOLDER = Path(__file__).parent / "books"
CASES: tuple[Case, ...] = (*TEXT, *DATES, *LAYOUT, *VALUES, *FORMATS, *MORE)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        case.write(FOLDER)
    print(f"{len(CASES)} workbooks in {FOLDER.name}/")


if __name__ == "__main__":
    main()
