"""The snapshot folder: the same bytes for the same batch, no name in it, whole or not there, checked by reading back."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from childdb.store import Placement, Store, extract
from childdb.store.named import named_records
from childdb.store.resolve import disagreements
from childdb.store.snapshot import check_snapshot, write_snapshot
from schemas.errors import CheckFailed, NotFound, UsageFault
from schemas.records import identity_key
from schemas.snapshot import SNAPSHOT
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet

AS_OF = date(2024, 11, 30)


@pytest.fixture
def kind():
    """SQLite; the last test compares with PostgreSQL."""
    return "sqlite"


def write(store, *rows, **words):
    reading = file(sheet(rows, **words), name=f"{store.last_batch()}.xlsx")
    known = {}
    for row in rows:
        found = store.identities_by_key({identity_key(row.identity)})
        known[row.identity["full_name"]] = next((i for i, _ in found.values()), None)
    placements = {
        ("Trang 1", n): Placement("known", identity=who) if who else Placement("new")
        for n, who in enumerate(known.values(), start=1)
    }
    return store.write_import(reading, placements, actor="thử", now=NOW).batch


def tables(folder):
    with duckdb.connect() as con:
        return {name: con.execute(f"from '{folder / name}.parquet'").fetchall() for name in SNAPSHOT}


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def filled(store):
    write(
        store,
        record("Lò Văn Bí Mật", mother="Quàng Thị Giấu", sex="M", number="011220001234", poor="poor", codes=("1.04", "1.05"),
               doses=(("BCG", 1, date(2020, 6, 1)),), weights=((date(2024, 6, 3), "12.5"),)),
        record("Cà Thị Kín", mother="Lường Thị Khuất", sex="F", codes=("1.05",), born=date(2013, 2, 3)),
    )  # fmt: skip
    return write(store, record("Vàng A Che", mother="Sùng Thị Lấp", born=date(2010, 7, 1)), listed=AS_OF)


def test_the_same_batch_gives_the_same_bytes_in_another_process_and_after_later_batches(store, store_place, tmp_path):
    batch = filled(store)
    write_snapshot(store, tmp_path / "one", sealed_as_of=(AS_OF,))
    program = (
        "import sys; from datetime import date; from pathlib import Path; from childdb.store import Store;"
        " from childdb.store.snapshot import write_snapshot;"
        " write_snapshot(Store.open(sys.argv[1], Path(sys.argv[2])), Path(sys.argv[3]), sealed_as_of=(date(2024, 11, 30),))"
    )
    subprocess.run([sys.executable, "-c", program, *map(str, store_place), str(tmp_path / "two")], check=True)
    write(store, record("Thào A Sau", mother="Sùng Thị Sau"), listed=date(2024, 12, 1))
    store.undo(2, actor="thử", now=NOW)
    write_snapshot(store, tmp_path / "three", as_known=batch, sealed_as_of=(AS_OF,))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two") == bytes_of(tmp_path / "three")


def test_no_name_and_no_number_of_the_store_stands_in_the_snapshot(store, tmp_path):
    filled(store)
    write_snapshot(store, tmp_path / "snapshot", sealed_as_of=(AS_OF,))
    told = " ".join(str(v) for rows in tables(tmp_path / "snapshot").values() for row in rows for v in row)
    hidden = {"Số nhà bí mật", "Chủ Hộ"}
    for person in store.people():
        hidden |= {person.fields[n] for n in ("full_name", "mother_name", "personal_id") if person.fields[n]}
    assert len(hidden) > 8
    assert not [word for word in hidden if word in told]
    raw = b"".join(bytes_of(tmp_path / "snapshot").values())
    assert not [word for word in hidden if word.encode() in raw]


def test_a_sealed_circumstance_stands_in_no_row_of_a_child_and_is_counted(store, tmp_path):
    filled(store)
    write_snapshot(store, tmp_path / "snapshot", sealed_as_of=(AS_OF,))
    found = tables(tmp_path / "snapshot")
    assert {row[1] for row in found["circumstance"]} == {"1.04"}
    unit = "03310@1900-01-01"
    assert [row[2:] for row in found["sealed_count"]] == [
        (unit, "1", "F", "11-15", 1, 1, 0),
        (unit, "1", "M", "4-6", 1, 0, 0),
        (unit, "1.05", "F", "11-15", 1, 1, 0),
        (unit, "1.05", "M", "4-6", 1, 0, 0),
    ]


def test_a_sealed_count_is_of_its_day_and_leaves_out_the_grown_and_the_gone(store, tmp_path):
    filled(store)
    write_snapshot(store, tmp_path / "snapshot", sealed_as_of=(date(2024, 6, 29), date(2031, 3, 1)))
    counted = tables(tmp_path / "snapshot")["sealed_count"]
    assert {row[0] for row in counted} == {date(2031, 3, 1)}  # before the first list nothing was said
    assert {row[4] for row in counted} == {"M"}  # the girl of 2013 is 18 by then


def test_of_a_sealed_circumstance_those_are_counted_who_are_supported_on_the_day(store, tmp_path):
    one, other = record("Em Một", codes=("1.04", "1.11.01")), record("Em Hai", codes=("1.05",))
    helped = [
        type(r)(r.identity, {**r.facts, "support": [{"kind": kind} for kind in kinds]})
        for r, kinds in ((one, ("gift", "counselling")), (other, ()))
    ]
    write(store, *helped)
    write_snapshot(store, tmp_path / "snapshot", sealed_as_of=(AS_OF, date(2024, 6, 29)))
    counted = [(row[0], row[3], *row[6:]) for row in tables(tmp_path / "snapshot")["sealed_count"]]
    assert counted == [
        (AS_OF, "1", 2, 1, 1), (AS_OF, "1.05", 1, 1, 0), (AS_OF, "1.11", 1, 0, 1), (AS_OF, "1.11.01", 1, 0, 1),
    ]  # fmt: skip


def test_a_protection_case_counts_as_the_category_that_its_kind_names(store, tmp_path):
    said = record("Em Một")
    facts = {**said.facts, "protection_case": [{"kind": "violence", "opened_on": date(2024, 5, 1), "note": "kín"}]}
    write(store, type(said)(said.identity, facts))
    write_snapshot(store, tmp_path / "snapshot", sealed_as_of=(AS_OF,))
    assert [(row[3], row[6]) for row in tables(tmp_path / "snapshot")["sealed_count"]] == [("1", 1), ("1.09", 1)]


def test_a_snapshot_agrees_with_its_contract_and_tells_its_rows(store, tmp_path):
    batch = filled(store)
    manifest = write_snapshot(store, tmp_path / "snapshot", sealed_as_of=(AS_OF,))
    assert check_snapshot(tmp_path / "snapshot") == manifest
    assert manifest.batch == batch
    assert manifest.rows["child"] == 3
    assert manifest.rows["admin_unit"] == 20


@pytest.mark.parametrize("harm", ["changed", "removed", "added", "count", "manifest"])
def test_a_snapshot_that_was_touched_is_refused(store, tmp_path, harm):
    filled(store)
    folder = tmp_path / "snapshot"
    write_snapshot(store, folder)
    if harm == "changed":
        data = bytearray((folder / "child.parquet").read_bytes())
        data[40] ^= 1
        (folder / "child.parquet").write_bytes(data)
    elif harm == "removed":
        (folder / "death.parquet").unlink()
    elif harm == "added":
        (folder / "names.parquet").write_bytes(b"")
    elif harm == "count":
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["rows"]["child"] += 1
        (folder / "manifest.json").write_text(json.dumps(manifest))
    else:
        (folder / "manifest.json").write_text("{}")
    with pytest.raises(CheckFailed):
        check_snapshot(folder)


def test_a_snapshot_that_fails_leaves_no_folder_and_one_that_stands_is_never_overwritten(store, tmp_path):
    with pytest.raises(NotFound):
        write_snapshot(store, tmp_path / "here" / "snapshot", as_known=99)
    assert not list((tmp_path / "here").iterdir())
    write_snapshot(store, tmp_path / "snapshot")
    with pytest.raises(UsageFault):
        write_snapshot(store, tmp_path / "snapshot")


def test_without_a_batch_the_snapshot_is_as_if_it_were_undone(store, tmp_path):
    batch = filled(store)
    write_snapshot(store, tmp_path / "without", without=frozenset({batch}))
    store.undo(batch, actor="thử", now=NOW)
    write_snapshot(store, tmp_path / "undone")
    assert tables(tmp_path / "without") == tables(tmp_path / "undone")
    assert len(tables(tmp_path / "undone")["child"]) == 2


def test_a_rehearsal_shows_what_a_batch_would_change_and_stays_in_memory(store, tmp_path):
    batch = filled(store)
    with store.rehearsal() as rehearsed:
        rehearsed.undo(batch, actor="thử", now=NOW)
        write_snapshot(rehearsed, tmp_path / "rehearsed")
    write_snapshot(store, tmp_path / "now")
    assert len(tables(tmp_path / "rehearsed")["child"]) == 2
    assert len(tables(tmp_path / "now")["child"]) == 3


def test_two_kinds_of_list_that_disagree_of_one_dose_are_told_and_the_book_is_believed(store, tmp_path):
    day = date(2020, 7, 1)
    write(store, record("Em Một", doses=(("PENTA", 2, day),)), kind="register", listed=AS_OF)
    write(store, record("Em Một", doses=(("PENTA", 1, day),)), kind="immunization")
    (found,) = disagreements(store)
    assert (found.table, found.field, found.event) == ("vaccination", "dose", f"PENTA {day}")
    assert found.list_kinds == ("immunization", "register")
    write_snapshot(store, tmp_path / "snapshot")
    assert [row[2] for row in tables(tmp_path / "snapshot")["vaccination"]] == [1]


def test_a_correction_holds_against_the_replaced_value_and_yields_to_a_third(store):
    write(store, record("Em Một", ethnicity="01"))
    child = store.children()[1]
    store.correct(child, "ethnicity", "01", "03", actor="thử", now=NOW, reason="thử")

    def ethnicity():
        return next(named_records(store, as_of=date(2025, 6, 1)))["ethnicity"]

    assert ethnicity() == "03"
    write(store, record("Em Một", ethnicity="01"), listed=date(2024, 12, 31))
    assert ethnicity() == "03"
    write(store, record("Em Một", ethnicity="05"), listed=date(2025, 1, 31))
    assert ethnicity() == "05"


def test_a_birth_date_known_to_the_day_prevails_over_a_later_list_with_the_year_alone(store, tmp_path):
    first = record("Em Một", born=date(2020, 5, 6))
    write(store, first)
    year = {"full_name": "Em Một", "birth_date": date(2021, 1, 1), "birth_precision": "year"}
    write(store, type(first)(first.identity, {"child_profile": [year]}), kind="school", listed=AS_OF)
    write_snapshot(store, tmp_path / "day")
    assert tables(tmp_path / "day")["child"][0][2:7:2] == (date(2020, 5, 6), date(2020, 5, 6), "day")
    write(
        store, type(first)(first.identity, {}, ("child_profile.birth_date",)), kind="school", listed=date(2024, 12, 1)
    )
    write(store, type(first)(first.identity, {"child_profile": [year]}), kind="school", listed=date(2024, 12, 2))
    write_snapshot(store, tmp_path / "year")
    assert tables(tmp_path / "year")["child"][0][2:7:2] == (date(2021, 1, 1), date(2021, 12, 31), "year")


def test_named_records_bear_the_names_and_what_is_in_force_on_the_day(store):
    filled(store)
    rows = {row["full_name"]: row for row in named_records(store, as_of=AS_OF)}
    boy = rows["Lò Văn Bí Mật"]
    assert (boy["mother_name"], boy["personal_id"], boy["birth_date"]) == (
        "Quàng Thị Giấu",
        "011220001234",
        "2020-05-06",
    )
    assert (boy["household_head"], boy["address"], boy["village"]) == ("Chủ Hộ", "Số nhà bí mật", "Bản Hón")
    assert (boy["commune_code"], boy["commune_from"]) == ("03310", date(1900, 1, 1))
    assert (boy["household_status"], boy["circumstance_codes"], boy["circumstance_group"]) == ("poor", ("1.04",), "1")
    assert (boy["measured_on"], boy["weight_kg"]) == (date(2024, 6, 3), Decimal("12.5"))
    assert boy["doses"] == ("BCG-1@2020-06-01",)
    assert rows["Cà Thị Kín"]["circumstance_group"] is None
    assert len(rows) == 3
    sealed = {row["full_name"]: row["circumstance_codes"] for row in named_records(store, as_of=AS_OF, sealed=True)}
    assert sealed["Lò Văn Bí Mật"] == ("1.04", "1.05")


@pytest.mark.parametrize("register_first", [True, False])
def test_a_list_of_the_same_day_that_names_only_the_village_takes_no_child_out_of_its_household(store, register_first):
    """The poverty told on a brother's row holds for the child too, whichever list of that day came last."""
    brother, child = record("Lò Văn Bí Mật", poor="poor"), record("Cà Thị Kín")
    in_the_book = record("Cà Thị Kín", doses=(("BCG", 1, date(2020, 6, 1)),))
    in_the_book.facts["residence"] = [{k: v for k, v in in_the_book.facts["residence"][0].items() if "house" not in k}]
    lists = [((brother, child), {}), ((in_the_book,), {"kind": "immunization"})]
    for rows, words in lists if register_first else reversed(lists):
        write(store, *rows, **words)
    rows = list(named_records(store, as_of=AS_OF))
    assert [(row["household_head"], row["household_status"]) for row in rows] == [("Chủ Hộ", "poor")] * 2


def test_named_records_are_of_those_who_live_there_on_the_day(store):
    filled(store)
    assert len(list(named_records(store, as_of=date(2024, 6, 30)))) == 2
    assert not list(named_records(store, as_of=AS_OF, unit="03286@1900-01-01"))
    assert len(list(named_records(store, as_of=date(2031, 1, 1)))) == 2  # the child of 2010 is 18 by then
    gone = record("Cà Thị Kín", mother="Lường Thị Khuất", sex="F", born=date(2013, 2, 3))
    dead = type(gone)(gone.identity, {"death": [{"died_on": date(2024, 8, 1)}]})
    write(store, dead, kind="births_deaths", listed=date(2024, 8, 31))
    assert "Cà Thị Kín" not in {row["full_name"] for row in named_records(store, as_of=AS_OF)}


def test_a_store_read_by_a_process_of_its_own_gives_the_same_and_loses_no_later_write(
    store, store_place, tmp_path, monkeypatch
):
    filled(store)
    write_snapshot(store, tmp_path / "rows", sealed_as_of=(AS_OF,))
    monkeypatch.setattr(extract, "SMALL_FILE", 0)
    write_snapshot(store, tmp_path / "apart", sealed_as_of=(AS_OF,))
    assert bytes_of(tmp_path / "rows") == bytes_of(tmp_path / "apart")
    for number in range(1):
        write(store, record(f"Em {number}"), listed=AS_OF)
        write_snapshot(store, tmp_path / f"apart-{number}")
        assert len(tables(tmp_path / f"apart-{number}")["child"]) == 4 + number
    store.close()
    again = Store.open(*store_place)
    assert again.last_batch() == 4
    again.close()


def test_postgresql_gives_the_same_snapshot_but_for_random_keys(store, tmp_path, on_postgresql):
    told = {}
    for name, one in (("sqlite", store), ("postgresql", on_postgresql())):
        filled(one)
        write_snapshot(one, tmp_path / name, sealed_as_of=(AS_OF,))
        told[name] = {
            table: sorted(str([v for v in row if not (isinstance(v, int) and v > 2**40)]) for row in rows)
            for table, rows in tables(tmp_path / name).items()
        }
    assert told["sqlite"] == told["postgresql"]
