"""From a cell to the figures it feeds: as many as there are figures behind which the child is found from the other side."""

from __future__ import annotations

from datetime import date

import pytest

from childdb.workflow.explaining import Cell, Question, explain, fed_by
from schemas.errors import UsageFault
from tests.store.people import record
from tests.workflow.office import DAY, make


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    found = make(
        tmp_path_factory.mktemp("fed") / "o",
        record("Lò Thị Hoa", born=date(2021, 3, 4)), record("Quàng Văn Nam", sex="M", born=date(2022, 3, 4)),
        record("Cà Thị Mai", born=date(2010, 3, 4)),
    )  # fmt: skip
    yield found
    found.close()


def rows_of(office):
    from childdb.store.lineage import facts_behind
    from childdb.store.sheets import sheets

    keys = explain(office.store, Question("children_under_16", "11", DAY)).children
    names = {n: s.name for n, s in sheets(office.store).items()}
    return {f.child: (f.rows[0], names[f.rows[0].sheet]) for f in facts_behind(office.store, keys, ["child"]) if f.rows}


def test_a_row_leads_to_the_figures_that_lead_to_its_child(office):
    for child, (row, sheet) in rows_of(office).items():
        fed = fed_by(office.store, Cell(row.batch, sheet, row.row), as_of=DAY)
        totals = {
            f["indicator"]
            for f in fed
            if f["unit"].startswith("11@") and f["group_name"] == "total" and f["standing"] != "none"
        }
        for indicator in ("children_under_16", "birth_registration_u5", "health_card_u6", "preschool_age5"):
            behind = explain(office.store, Question(indicator, "11", DAY)).children
            assert (child in behind) == (indicator in totals)
        by_sex = {
            f["group_value"]
            for f in fed
            if f["indicator"] == "children_under_16" and f["group_name"] == "sex" and f["standing"] != "none"
        }
        assert len(by_sex) == 1
        assert any(f["decides"] for f in fed)


def test_a_cell_is_written_as_people_write_it():
    assert Cell.named(3, "Trẻ em!c14") == Cell(3, "Trẻ em", 14, "C")
    assert Cell.named(3, "'Sổ 1!2'!14") == Cell(3, "Sổ 1!2", 14)
    with pytest.raises(UsageFault, match="C14"):
        Cell.named(3, "C14")
