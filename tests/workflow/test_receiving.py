"""The province: takes what is whole and signed, answers the same each time, and counts several districts as one."""

import json
import shutil
from datetime import date

import pytest

from childdb.exchange import package
from childdb.exchange.inbox import Inbox
from childdb.exchange.keyring import Keyring
from childdb.exchange.receipts import read
from childdb.exchange.sealing import seal, unseal
from childdb.exchange.signing import own_key, sign_package
from childdb.workflow.receiving import provincial_figures, receive
from childdb.workflow.sending import Period, take_receipt
from childdb.workflow.sent_status import status
from schemas.errors import CheckFailed
from tests.store.people import record
from tests.workflow.office import NOW, make

TODAY = NOW.date()
DECEMBER = Period("2024-12", TODAY)
NUMBER = "011320000001"


def take(office, run, folder=None, ring=None):
    sealed = office.stick / f"{run.counts['number']}.age"
    return receive(sealed, folder or office.place / "tinh", ring or office.province, today=TODAY)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Changes only, from the second package on; November is received already."""
    made = make(
        tmp_path_factory.mktemp("receiving") / "o",
        record("Lò Thị Hoa", number=NUMBER),
        record("Quàng Văn Nam", sex="M"),
    )
    made.set(changes=True)
    yield made
    made.close()


def test_whole_then_changes_through_sender_carrier_and_receiver_and_back(office):
    november = office.send().run
    first = take(office, november)
    assert (first.verdict, first.reasons, first.sender) == ("accepted", (), "huyện")
    content = first.receipt.read_bytes()
    assert take(office, november).receipt.read_bytes() == content  # the same answer, however often it comes
    assert read(content, office.ring.entries).package == november.counts["number"]
    take_receipt(office.who(), content)
    assert status(office.store)[0].state == "accepted"

    batch = office.bring(record("Lường Văn Ba", sex="M"), record("Quàng Văn Nam", sex="M", ethnicity="29"), name="2")
    december = office.send(DECEMBER).run
    assert (december.counts["kind"], december.counts["base"]) == ("changes", november.manifest)
    assert december.counts["records"] == 2
    assert take(office, december).verdict == "accepted"
    take_receipt(
        office.who(), Inbox(office.place / "tinh", office.province).receipt_file(december.counts["number"]).read_bytes()
    )

    office.store.undo(batch, actor="thử", now=NOW)
    third = office.send(DECEMBER, correction=True).run
    assert third.counts["records"] == 1
    assert take(office, third).verdict == "accepted"
    with Inbox(office.place / "tinh", office.province).district("huyện") as state:
        assert sorted(r["full_name"] for r in state.records) == ["Lò Thị Hoa", "Quàng Văn Nam"]
        assert {r["ethnicity"] for r in state.records} == {"03"}
    assert take(office, november).receipt.read_bytes() == content  # still the same answer, after later packages
    receipts = office.place / "tinh" / "receipts"
    receipts.rename(receipts.with_name("gone"))
    assert take(office, november).verdict == "refused"  # older than what was received since, and nothing was said of it
    shutil.rmtree(receipts)
    receipts.with_name("gone").rename(receipts)
    names = [p for p in (office.place / "tinh").rglob("*") if p.is_file() and "Lò Thị Hoa".encode() in p.read_bytes()]
    assert names == []


def test_two_districts_are_counted_as_one_and_a_number_of_both_goes_back(office, tmp_path):
    folder = tmp_path / "tinh"
    other = make(
        tmp_path / "b",
        record("Vàng A Sử", sex="M"),
        record("Giàng Thị Say", number=NUMBER),
        record("Lò Thị Hoa", born=date(2021, 1, 2)),
    )
    province = office.province
    province.add_sender("huyện khác", own_key(other.ring).public, TODAY)
    other.ring.add_receiver("tinh", province.live("opening")[0].public, TODAY)
    assert take(office, next(r for r in _runs(office) if r.period == "2024-11"), folder).verdict == "accepted"
    taken = take(other, other.send(DECEMBER).run, folder, province)
    assert (taken.verdict, [r.where for r in taken.reasons]) == ("partly", ["personal_id"])
    with Inbox(folder, province).district("huyện khác") as state:
        assert len(state.records) == 2
    results = provincial_figures(folder, province, as_of=TODAY)
    frame = results.frame[results.frame["indicator"] == "birth_registration_u5"]
    (total,) = frame[(frame["unit"] == "11@1900-01-01") & (frame["group_name"] == "total")].itertuples()
    assert total.unknown + total.denominator == 5  # of the six, one went back
    assert results.frame["indicator"].nunique() > 50
    other.close()


@pytest.fixture
def forged(office, tmp_path):
    """November's package opened, to be changed, signed again by its own sender and sealed again."""
    run = next(r for r in _runs(office) if r.period == "2024-11")

    def make_again(change):
        folder = tmp_path / "opened"
        unseal(office.stick / f"{run.counts['number']}.age", folder, office.province.live("opening"))
        manifest = json.loads((folder / package.MANIFEST).read_text("utf-8"))
        change(folder, manifest)
        for name in manifest["files"]:
            path = folder / name
            manifest["files"][name] = {"sha256": package._sha256(path), "bytes": path.stat().st_size}
        (folder / package.MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
        sign_package(folder, own_key(office.ring))
        seal(folder, tmp_path / "forged.age", office.ring.live("receiver"))
        return receive(tmp_path / "forged.age", tmp_path / "tinh", office.province, today=TODAY)

    return make_again


def _runs(office):
    from childdb.store.ledger import runs

    return runs(office.store)


def figure(folder, manifest):
    path = folder / "indicators.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    row = next(r for r in rows if isinstance(r["denominator"], int) and r["denominator"] > 0)
    row["denominator"] += 1
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    (folder / "records.xlsx").unlink()
    from childdb.exchange.bundle import Bundle
    from childdb.exchange.formats import formats
    from childdb.exchange.profile import profile

    records = formats()["jsonl"].read(folder).records
    formats()["xlsx"].write(Bundle(profile(), records, tuple(rows)), folder)


def test_figures_that_do_not_follow_from_the_data_are_refused(forged, tmp_path):
    taken = forged(figure)
    assert (taken.verdict, [r.where for r in taken.reasons]) == ("refused", ["indicators"])
    assert not (tmp_path / "tinh" / "snapshot").exists()


def test_changes_without_their_base_and_a_forged_state_are_refused(forged):
    def based(folder, manifest):
        manifest |= {"kind": "changes", "base": "0" * 64}
        (folder / "changes.jsonl").write_text("")
        manifest["files"]["changes.jsonl"] = {}

    assert [r.where for r in forged(based).reasons] == ["base"]


def test_a_record_of_wrong_form_is_answered_with_its_place(forged):
    def spoil(folder, manifest):
        path = folder / "records.jsonl"
        path.write_text(path.read_text("utf-8").replace('"sex": "M"', '"sex": "Q"'), "utf-8")

    taken = forged(spoil)
    assert taken.verdict == "refused"
    assert any("sex" in r.vi for r in taken.reasons)


@pytest.mark.parametrize("number", ["../../x", None, 3.5])
def test_a_number_that_is_no_name_is_not_answered(forged, number):
    with pytest.raises(CheckFailed):
        forged(lambda folder, manifest: manifest.update(number=number, as_of="2024-11-30" if number else "x"))


def test_what_is_sealed_for_others_or_signed_by_a_stranger_is_not_answered(office, tmp_path):
    sealed = office.stick / f"{_runs(office)[0].counts['number']}.age"
    stranger = Keyring.read(tmp_path / "stranger")
    stranger.new_signing("huyện", TODAY)
    stranger.new_opening("tỉnh", TODAY)
    with pytest.raises(CheckFailed, match="không niêm phong"):
        receive(sealed, tmp_path / "tinh", stranger, today=TODAY)
    unseal(sealed, tmp_path / "opened", office.province.live("opening"))
    sign_package(tmp_path / "opened", own_key(stranger))
    seal(tmp_path / "opened", tmp_path / "again.age", office.ring.live("receiver"))
    with pytest.raises(CheckFailed, match="chưa được tin cậy"):
        receive(tmp_path / "again.age", tmp_path / "tinh", office.province, today=TODAY)


def test_a_second_package_of_one_number_does_not_take_the_firsts_answer_away(office, forged, tmp_path):
    run = next(r for r in _runs(office) if r.period == "2024-11")
    first = take(office, run, tmp_path / "tinh")
    content = first.receipt.read_bytes()
    second = forged(lambda folder, manifest: manifest.update(batch=manifest["batch"] + 1))
    assert (second.verdict, second.receipt == first.receipt) == ("refused", False)
    assert first.receipt.read_bytes() == content
    assert read(second.receipt.read_bytes(), office.ring.entries).package == run.counts["number"]


def test_after_a_refusal_the_whole_goes_to_a_province_that_lost_what_it_had(office, tmp_path):
    taken = take(office, office.send(DECEMBER, correction=True).run)
    take_receipt(office.who(), taken.receipt.read_bytes())
    office.bring(record("Giàng A Páo", sex="M"), name="3")
    changes = office.send(DECEMBER, correction=True).run
    assert changes.counts["kind"] == "changes"
    lost = take(office, changes, tmp_path / "restored")
    assert [r.where for r in lost.reasons] == ["base"]
    take_receipt(office.who(), lost.receipt.read_bytes())
    again = office.send(DECEMBER, correction=True).run
    assert again.counts["kind"] == "whole"
    assert take(office, again, tmp_path / "restored").verdict == "accepted"
