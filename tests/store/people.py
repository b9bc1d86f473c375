"""Small invented files for the store's tests."""

from datetime import date
from decimal import Decimal

from schemas.issues import Issue
from schemas.records import FileReading, Record, SheetReading, SourceRow

COMMUNE = ("03310", date(1900, 1, 1))


def record(name, *, born=date(2020, 5, 6), mother="Mẹ Một", sex="F", ethnicity="03", poor=None, codes=(), doses=(),
           weights=(), number=None, retracts=(), village="Bản Hón"):  # fmt: skip
    identity = {
        "full_name": name, "birth_date": born, "birth_precision": "day", "sex": sex, "personal_id": number,
        "mother_name": mother, "father_name": None, "household_head": "Chủ Hộ", "commune_code": COMMUNE[0],
        "commune_from": COMMUNE[1], "village": village,
    }  # fmt: skip
    profile = {"full_name": name, "birth_date": born, "birth_precision": "day", "sex": sex, "mother_name": mother}
    profile |= {"ethnicity": ethnicity} if ethnicity else {}
    profile |= {"personal_id": number} if number else {}
    facts = {
        "child_profile": [profile],
        "residence": [{"commune_code": COMMUNE[0], "commune_from": COMMUNE[1], "village": village,
                       "household_head": "Chủ Hộ", "address": "Số nhà bí mật"}],
    }  # fmt: skip
    if poor:
        facts["household_status"] = [{"status": poor, "year": 2024}]
    if codes:
        facts["circumstance"] = [{"code": c} for c in codes]
    if doses:
        facts["vaccination"] = [{"vaccine": v, "dose": n, "given_on": d} for v, n, d in doses]
    if weights:
        facts["measurement"] = [{"measured_on": d, "weight_kg": Decimal(w)} for d, w in weights]
    return Record(identity, facts, tuple(retracts))


def sheet(rows, *, name="Trang 1", kind="register", listed=date(2024, 6, 30), period=None):
    """A sheet of rows: each a Record (ready), an Issue (held back), or a str (skipped for that reason)."""
    made = []
    for number, row in enumerate(rows, start=1):
        cells = {"A": f"ô bí mật {number}"}
        if isinstance(row, Record):
            made.append(SourceRow(name, number, cells, "ready", row))
        elif isinstance(row, Issue):
            made.append(SourceRow(name, number, cells, "held_back", None, (row,)))
        else:
            made.append(SourceRow(name, number, cells, skipped=row))
    return SheetReading(name, "read", "child_register", kind, listed, period, *COMMUNE, (), tuple(made))


def file(*sheets, name="tep-bi-mat.xlsx", sha=None):
    return FileReading(name, sha or f"sha of {name}", "read", sheets)
