"""Sending and the ledger: once per period and version, everything written down, and nothing that may not go."""

import json
from dataclasses import replace
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from childdb.cli.main import main
from childdb.exchange import package, receipts
from childdb.exchange.sealing import unseal
from childdb.exchange.signing import own_key
from childdb.store import ledger, named_settings
from childdb.store.sending_lock import sending_lock
from childdb.workflow import sending
from childdb.workflow.destinations import destinations, outbox
from childdb.workflow.sending import Period, take_receipt
from childdb.workflow.sent_status import status, worklist
from schemas.errors import CheckFailed, KeyFault, NoSpace, NotAllowed, NotFound, StoreBusy
from tests.store.people import record
from tests.workflow.office import DAY, LATER, NOVEMBER, NOW, copy, make


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An office whose package of November is made and sealed, and could not go: the stick was not there.

    One of its three children is held, and of another a sealed category is known.
    """
    children = (
        record("Lò Thị Hoa", codes=("1.05",)),
        record("Quàng Văn Nam", sex="M"),
        record("Cà Thị Mai", mother=None),
    )
    office = make(tmp_path_factory.mktemp("made") / "o", *children)
    office.stick.rmdir()
    outcome = office.send()
    assert "Cắm USB" in outcome.fault.vi
    office.stick.mkdir()
    yield office
    office.close()


@pytest.fixture
def office(made, tmp_path):
    again = copy(made, tmp_path / "o")
    yield again
    again.close()


def answer(office, run, verdict="accepted", reasons=()):
    return receipts.written(run.counts["number"], run.manifest, verdict, reasons, receiver="Tỉnh", today=NOW.date(),
                            key=own_key(office.province))  # fmt: skip


def opened(office, run, folder):
    unseal(office.stick / f"{run.counts['number']}.age", folder, office.province.live("opening"))
    return folder


def test_what_could_not_go_goes_with_the_next_run_and_never_twice(office, tmp_path):
    (waiting,) = status(office.store)
    assert (waiting.state, waiting.needs_person, waiting.records, waiting.held) == ("failed", True, 2, 1)
    assert "Cắm USB" in waiting.vi
    sealed = outbox(office.store) / f"{ledger.runs(office.store)[0].counts['number']}.age"
    first = office.send(now=NOW + LATER)
    assert (first.fault, first.made, first.run.state) == (None, False, "delivered")
    (there,) = office.stick.iterdir()
    assert there.read_bytes() == sealed.read_bytes()
    stamp = there.stat().st_mtime_ns
    again = office.send(now=NOW + 2 * LATER)
    assert (again.made, again.run.number) == (False, first.run.number)
    assert [p.stat().st_mtime_ns for p in office.stick.iterdir()] == [stamp]
    assert [a.outcome for a in again.run.attempts] == ["started", "failed", "started", "delivered"]
    folder = opened(office, first.run, tmp_path / "open")
    assert package.check(folder).good
    names = (folder / "records.jsonl").read_text("utf-8")
    assert "Lò Thị Hoa" in names and "Cà Thị Mai" not in names
    assert office.store.audit_verify().whole


def test_a_fault_on_the_way_is_not_told_any_more_once_the_package_has_gone(office):
    """(Found by the soak: a disk that fills up after the package was made.)"""
    fault = NoSpace("Đĩa đầy.", "The disk is full.")
    ledger.write_not_made(office.store, "tinh", "2024-11", fault, actor="x", now=NOW)
    assert [one.state for one in status(office.store)] == ["failed", "not_made"]
    office.send(now=NOW + LATER)
    assert [one.state for one in status(office.store)] == ["delivered"]


def test_the_ledger_refuses_a_second_run_delivery_or_answer(office):
    run = office.send().run
    with pytest.raises(CheckFailed, match="đã chuyển xong"):
        ledger.write_attempt(office.store, run.number, "folder", ledger.DELIVERED, None, actor="x", now=NOW)
    with pytest.raises(CheckFailed, match="đã có trong sổ"):
        ledger.write_run(office.store, destination="tinh", period="2024-11", version=1, as_of=DAY, batch=1,
                         manifest="0" * 64, counts={}, actor="x", now=NOW)  # fmt: skip
    assert take_receipt(office.who(), answer(office, run))[1]
    assert not take_receipt(office.who(), answer(office, run))[1]
    with pytest.raises(CheckFailed, match="biên nhận khác"):
        take_receipt(office.who(), answer(office, run, "refused"))
    assert status(office.store)[0].state == "accepted"


def test_a_correction_is_a_new_version_and_a_refused_one_is_followed_by_the_next(office):
    run = office.send().run
    reason = receipts.Reason(None, None, "package", "Kỳ này đã khóa sổ.", "The period is closed.")
    take_receipt(office.who(), answer(office, run, "refused", [reason]))
    (line,) = status(office.store)
    assert (line.state, line.needs_person) == ("refused", True)
    assert "khóa sổ" in line.vi
    second = office.send()
    assert (second.made, second.run.version) == (True, 2)
    assert [(one.version, one.needs_person) for one in status(office.store)] == [(1, False), (2, False)]
    third = office.send(correction=True)
    assert (third.made, third.run.version) == (True, 3)
    assert len(list(office.stick.iterdir())) == 3


def test_records_that_came_back_are_a_worklist_by_commune_beside_those_held(office):
    run = office.send().run
    key = next(iter(sending.plain_records(office.store, DAY, run.batch)))["child_key"]
    back = receipts.Reason(key, "03310", "personal_id", "Trùng số định danh.", "The number is another child's.")
    take_receipt(office.who(), answer(office, run, "partly", [back]))
    assert "trả lại 1 trẻ" in status(office.store)[0].vi
    rows = list(worklist(office.store, as_of=DAY, destination="tinh"))
    assert {(w.source, w.field, w.commune_name) for w in rows} == {
        ("held", "parent_or_guardian", "Xã Ẳng Cang"), ("returned", "personal_id", "Xã Ẳng Cang"),
    }  # fmt: skip
    assert list(worklist(office.store, as_of=DAY, commune="03292")) == []


def test_a_receipt_of_a_stranger_of_another_package_or_changed_is_not_taken(office):
    run = office.send().run
    good = answer(office, run)
    with pytest.raises(CheckFailed, match="không khớp"):
        take_receipt(office.who(), good.replace(b'"accepted"', b'"refused"'))
    with pytest.raises(NotFound):
        take_receipt(office.who(), answer(office, replace(run, manifest="0" * 64)))
    for broken in (b"", b"[]", b'{"receipt": {}, "signature": {}}', b"\xff"):
        with pytest.raises(CheckFailed):
            take_receipt(office.who(), broken)
    office.ring.revoke(["sender"], "tỉnh", NOW.date())
    with pytest.raises(CheckFailed, match="thu hồi"):
        take_receipt(office.who(), good)
    assert ledger.runs(office.store)[0].answer is None


def test_where_the_office_asks_for_it_a_second_person_releases(office):
    office.set(approval=True)
    december = Period("2024-12", NOW.date())
    waiting = office.send(december)
    assert (waiting.run.state, list(office.stick.iterdir())) == ("waiting", [])
    assert office.send(december).run.number == waiting.run.number
    with pytest.raises(NotAllowed, match="người thứ hai"):
        sending.release(office.who(), run=waiting.run.number, name=None)
    assert sending.release(office.who("lãnh đạo"), run=None, name="tinh")[0].number == waiting.run.number
    assert office.send(december).run.state == "delivered"
    with pytest.raises(NotFound):
        sending.release(office.who("lãnh đạo"), run=waiting.run.number, name=None)


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=-3000), timedelta(days=3000)])
def test_a_wrong_clock_is_noticed_and_nothing_is_sent(office, off):
    with pytest.raises(CheckFailed, match="Đồng hồ"):
        office.send(now=NOW + off)
    assert list(office.stick.iterdir()) == []


def test_two_senders_at_once_cannot_both_send(office, tmp_path):
    with sending_lock(office.store), pytest.raises(StoreBusy, match="hai lần"):
        office.send()
    assert office.send().run.state == "delivered"


def test_a_lost_or_damaged_sealed_file_is_noted_and_becomes_the_next_version(office):
    run = ledger.runs(office.store)[0]
    sealed = outbox(office.store) / f"{run.counts['number']}.age"
    sealed.write_bytes(sealed.read_bytes()[:-1])
    outcome = office.send()
    assert (outcome.run.version, outcome.run.state) == (2, "delivered")
    assert [one.state for one in status(office.store)] == ["lost", "delivered"]


def test_a_rehearsal_shows_what_would_go_and_writes_no_entry(office, tmp_path):
    office.set(formats=("sdmx",))
    before = len(ledger.runs(office.store))
    built = sending.rehearse(office.who(), "tinh", NOVEMBER, tmp_path / "goi")
    assert (built.manifest["counts"]["records"], built.held_by_commune) == (2, {"03310": 1})
    assert len(ledger.runs(office.store)) == before
    assert list(office.stick.iterdir()) == []
    assert office.store.audit_events()[-1]["action"] == "names"
    assert list(office.store.releases()) == []  # nothing left, so nothing was released
    assert "CONF_STATUS" in (tmp_path / "goi" / "sdmx" / "indicators.csv").read_text("utf-8")


def test_without_keys_or_destination_a_sentence_says_which_command_makes_them(office):
    december = Period("2024-12", NOW.date())
    with pytest.raises(NotFound, match="export destination add"):
        sending.send(office.who(), "bo", NOVEMBER)
    office.ring.revoke(["receiver"], "tinh", NOW.date())
    with pytest.raises(KeyFault, match="key receiver add"):
        office.send(december)
    office.ring.revoke(["signing"], "huyện", NOW.date())
    with pytest.raises(KeyFault, match="key signing new"):
        office.send(december)
    assert len(ledger.runs(office.store)) == 1


def test_a_folder_is_kept_with_its_whole_path_for_the_timer_stands_elsewhere(office, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = (
        "--db",
        str(office.db),
        "--key-file",
        str(office.key_file),
        "export",
        "destination",
        "add",
        "khac",
        "--folder",
        "usb",
    )
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert (ended.value.code, destinations(office.store)["khac"].address) == (0, str(tmp_path / "usb"))


def test_settings_with_names_outlive_a_new_key_and_hold_no_secret(office):
    run = office.send().run
    take_receipt(office.who(), answer(office, run))
    office.store.rotate_key(actor="thử", now=NOW)
    assert destinations(office.store)["tinh"].address == str(office.stick)
    assert ledger.runs(office.store)[0].answer.verdict == "accepted"
    assert json.dumps(named_settings.read_all(office.store, "destination"), ensure_ascii=False)


def test_sealed_facts_go_in_no_package_unless_the_destination_may_receive_them(office, tmp_path):
    plain = opened(office, office.send().run, tmp_path / "plain")
    assert not (plain / "sealed.jsonl").exists()
    assert not any(b'"1.05"' in p.read_bytes() for p in plain.glob("*.jsonl"))
    assert pq.read_table(plain / "snapshot" / "sealed_count.parquet").num_rows == 0
    office.set(sealed_facts=True)
    part = opened(office, office.send(correction=True).run, tmp_path / "whole")
    assert [row["circumstance_codes"] for row in read_lines(part / "sealed.jsonl")] == [["1.05"]]
    assert not any("1.05" in str(row["circumstance_codes"]) for row in read_lines(part / "records.jsonl"))


def read_lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
