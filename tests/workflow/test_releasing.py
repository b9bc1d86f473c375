"""Figures that leave: a file with marks, a line in the store, an entry in the audit chain; the next release knows it."""

from __future__ import annotations

import csv
import json
from datetime import date

import openpyxl
import pytest

from childdb.workflow import packages, releasing
from indicators.disclosure import NUMBERS
from indicators.disclosure.tables import of_persons
from indicators.loader import catalogue
from schemas.errors import NotFound, UsageFault
from tests.store.people import record
from tests.workflow.office import DAY, NOW, make


@pytest.fixture
def office(tmp_path):
    people = [
        record(f"Lò Văn {n}", sex="M" if n % 3 else None, born=date(2021, 1 + n % 12, 1 + n % 28)) for n in range(40)
    ]
    found = make(tmp_path / "o", *people)
    yield found
    found.close()


def let_out(office, name, **words):
    wanted = releasing.Wanted(DAY, **words)
    return releasing.release(
        office.store, office.place / name, wanted, audience="UBND tỉnh", lang="vi", actor="thử", now=NOW
    )


def test_a_release_is_written_noted_and_known_to_the_next(office):
    done = let_out(office, "a.csv", ids=["birth_registration_u5", "children_under_16"])
    with (office.place / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(done.protected.frame)
    told = {r["disclosure"] for r in rows}
    assert told <= {"shown", "suppressed"} and "shown" in told
    for row in rows:
        if row["disclosure"] == "suppressed":
            assert all(row[n] == "" for n in NUMBERS if n in row)
    (kept,) = office.store.releases()
    assert kept.number == done.number and kept.audience == "UBND tỉnh" and len(kept.content["figures"]) == len(rows)
    assert any(e["action"] == "release" for e in office.store.audit_events())
    again = let_out(office, "b.csv", ids=["birth_registration_u5", "children_under_16"])
    assert again.protected.frame.equals(done.protected.frame) and not again.protected.exposed


def test_a_workbook_marks_what_is_held_back(office):
    done = let_out(office, "a.xlsx")
    sheet = openpyxl.load_workbook(office.place / "a.xlsx").active
    assert sheet["A1"].value.startswith("(*)")
    heads = [c.value for c in sheet[3]]
    held = [r for r in sheet.iter_rows(min_row=4, values_only=True) if r[heads.index("công bố")] == "suppressed"]
    assert len(held) == (done.protected.frame["disclosure"] == "suppressed").sum() > 0
    assert {r[heads.index("tử số")] for r in held} == {"(*)"}


def test_a_rehearsal_writes_and_notes_nothing(office):
    wanted = releasing.Wanted(DAY)
    done = releasing.release(office.store, office.place / "a.csv", wanted, audience="x", lang="vi", actor="thử", now=NOW,
                             rehearse=True)  # fmt: skip
    assert done.number is None and not (office.place / "a.csv").exists() and not office.store.releases()


def test_what_cannot_be_written_or_is_not_known_is_said_so(office):
    with pytest.raises(UsageFault, match="xlsx"):
        let_out(office, "a.pdf")
    with pytest.raises(NotFound):
        let_out(office, "a.csv", ids=["no_such_indicator"])
    assert not office.store.releases()


def test_formats_of_other_systems_tell_no_small_count(office):
    def build(name):
        return packages.build_package(
            office.store, office.place / name, as_of=DAY, as_known=None, sender="Huyện", receiver="Tỉnh", reason="thử",
            actor="thử", now=NOW, content=packages.Content(["dhis2"]),
        )  # fmt: skip

    build("goi")
    values = json.loads((office.place / "goi" / "dhis2" / "dataValueSets.json").read_text("utf-8"))["dataValues"]
    # the unknown of a commune's return are communes that have not reported, not children
    of_children = {
        i: (".numerator",) if "commune" in d.sources() else (".numerator", ".unknown")
        for i, d in catalogue().items() if of_persons(d) and d.unit != "dong" and d.kind != "mean"
    }  # fmt: skip
    counts = [
        int(float(v["value"])) for v in values
        if v["dataElement"].endswith(of_children.get(v["dataElement"].split(".")[0], ("-",)))
    ]  # fmt: skip
    assert counts and not [n for n in counts if 0 < n < 5]
    assert [r.audience for r in office.store.releases()] == ["Tỉnh"]
    build("lai")
    assert (office.place / "lai/dhis2/dataValueSets.json").read_bytes() == (
        office.place / "goi/dhis2/dataValueSets.json"
    ).read_bytes()
