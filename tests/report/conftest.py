"""A store with the workbooks of one small commune in two rounds, and what the report makes of it."""

import shutil
from pathlib import Path

import pytest

from childdb.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
BOOKS = ROOT / "sample_data" / "workbooks"


def called(*args):
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in args])
    return ended.value.code


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """The words that name the store, and a folder."""
    place = tmp_path_factory.mktemp("report")
    words = ("--db", str(place / "s.db"), "--key-file", str(place / "k"))
    assert called(*words, "init") == 0
    for name in ("2023-12", "2024-11"):
        (place / name).mkdir()
        for book in (BOOKS / name).glob("03312*.xlsx"):
            shutil.copy(book, place / name)
        assert called(*words, "import", place / name, "--yes") in (0, 3)
    return place, words


@pytest.fixture(scope="session")
def written(office):
    """The yearly report of that store."""
    place, words = office
    path = place / "bao-cao.docx"
    assert called(*words, "report", "annual", "--year", 2024, "-o", path) == 0
    return path
