"""Each carrier against a real server: whole or not there, safe to repeat, and never to an impostor."""

import dataclasses
import hashlib
import os

import pytest
import stamina

from childdb.exchange import carriers
from childdb.exchange.destination import Destination
from schemas.errors import NotDelivered, UsageFault
from tests.exchange.servers import USER, SftpPlace, https_server, sftp_server

CONTENT = os.urandom(700_000)


@pytest.fixture(autouse=True)
def no_waiting():
    with stamina.set_testing(True, attempts=4):
        yield


@pytest.fixture
def parcel(tmp_path):
    path = tmp_path / "out.age"
    path.write_bytes(CONTENT)
    return carriers.Parcel("goi-1", path, hashlib.sha256(CONTENT).hexdigest())


def to(carrier, address, **words):
    return Destination("tinh", carrier, str(address), "tinh", "A", "B", **words)


@pytest.fixture
def stick(tmp_path):
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def ssh(tmp_path, stick):
    with sftp_server(stick, tmp_path / "login") as (port, host_key):
        yield to("sftp", f"sftp://{USER}@127.0.0.1:{port}/", host_key=host_key, login_key_file=str(tmp_path / "login"))


@pytest.fixture
def web(tmp_path):
    with https_server(tmp_path) as (port, cert, shelf):
        yield to("https", f"https://127.0.0.1:{port}/nhan", authority_file=str(cert)), shelf


def test_a_folder_gets_the_file_whole_once_and_gives_the_receipt_back(stick, parcel):
    folder = to("folder", stick)
    assert carriers.deliver(folder, parcel) is None
    assert (stick / "goi-1.age").read_bytes() == CONTENT
    assert [p.name for p in stick.iterdir()] == ["goi-1.age"]
    before = (stick / "goi-1.age").stat().st_mtime_ns
    (stick / "goi-1.receipt.json").write_bytes(b"receipt")
    assert carriers.deliver(folder, parcel) is None
    assert carriers.answer(folder, parcel) == b"receipt"
    assert (stick / "goi-1.age").stat().st_mtime_ns == before
    (stick / "goi-1.age").write_bytes(b"other")
    with pytest.raises(carriers.Refused, match="nội dung khác"):
        carriers.deliver(folder, parcel)


def test_a_stick_that_is_not_there_is_a_sentence_and_a_half_copy_is_written_anew(stick, parcel):
    with pytest.raises(NotDelivered, match="Cắm USB"):
        carriers.deliver(to("folder", stick / "none"), parcel)
    (stick / ".goi-1.age.part").write_bytes(CONTENT[:100])
    carriers.deliver(to("folder", stick), parcel)
    assert (stick / "goi-1.age").read_bytes() == CONTENT


def test_sftp_continues_after_a_cut_reads_back_and_renames(ssh, stick, parcel):
    SftpPlace.cuts = [300_000, 200_000]
    assert carriers.deliver(ssh, parcel) is None
    assert SftpPlace.cuts == []
    assert [p.name for p in stick.iterdir()] == ["goi-1.age"]
    assert (stick / "goi-1.age").read_bytes() == CONTENT
    SftpPlace.cuts = [1]  # a repeated delivery writes nothing at all
    (stick / "goi-1.receipt.json").write_bytes(b"receipt")
    assert carriers.deliver(ssh, parcel) is None
    assert carriers.answer(ssh, parcel) == b"receipt"
    assert SftpPlace.cuts == [1]
    (stick / "goi-1.age").write_bytes(CONTENT[:5])
    with pytest.raises(carriers.Refused, match="nội dung khác"):
        carriers.deliver(ssh, parcel)


def test_sftp_does_not_build_on_a_half_file_of_other_content(ssh, stick, parcel):
    (stick / ".goi-1.age.part").write_bytes(b"x" * 1000)
    carriers.deliver(ssh, parcel)
    assert (stick / "goi-1.age").read_bytes() == CONTENT


def test_sftp_sends_nothing_to_another_host_key_or_with_a_wrong_login(ssh, stick, parcel, tmp_path):
    other = dataclasses.replace(
        ssh, host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
    with pytest.raises(carriers.Refused, match="máy giả"):
        carriers.deliver(other, parcel)
    secret = tmp_path / "password"
    for word, fits in (("sai", False), ("mật khẩu\n", True)):
        secret.write_text(word, "utf-8")
        by_password = dataclasses.replace(ssh, login_key_file=None, password_file=str(secret))
        if fits:
            carriers.deliver(by_password, parcel)
        else:
            with pytest.raises(carriers.Refused, match="tài khoản"):
                carriers.deliver(by_password, parcel)
            assert list(stick.iterdir()) == []
    assert (stick / "goi-1.age").read_bytes() == CONTENT


def test_https_tries_again_with_the_same_key_and_believes_only_the_right_hash(web, parcel):
    place, shelf = web
    shelf.faults = [503, "cut", "lost"]
    shelf.receipts["/nhan/goi-1.receipt.json"] = b"receipt"
    assert carriers.deliver(place, parcel) is None
    assert carriers.answer(place, parcel) == b"receipt"
    assert shelf.keys == ["goi-1"] * 4
    assert set(shelf.files["/nhan/goi-1.age"]) == {CONTENT}
    shelf.faults = ["wrong"] * 4
    with pytest.raises(NotDelivered, match="không giống"):
        carriers.deliver(place, parcel)


def test_https_gives_up_at_once_where_the_receiver_refuses_or_is_not_who_it_says(web, parcel, tmp_path):
    place, shelf = web
    shelf.faults = [422, None]
    with pytest.raises(carriers.Refused, match="422"):
        carriers.deliver(place, parcel)
    assert len(shelf.keys) == 1
    with pytest.raises(carriers.Refused, match="Chứng thư"):
        carriers.deliver(dataclasses.replace(place, authority_file=None), parcel)
    shelf.token = "thẻ".encode().hex()
    (tmp_path / "token").write_text(shelf.token)
    with pytest.raises(carriers.Refused, match="401"):
        carriers.deliver(place, parcel)
    carriers.deliver(dataclasses.replace(place, token_file=str(tmp_path / "token")), parcel)
    with pytest.raises(UsageFault, match="https://"):
        to("https", "http://127.0.0.1/")


def test_nobody_at_home_is_tried_again_and_told_in_a_sentence(parcel):
    for place in (to("https", "https://127.0.0.1:9/"), to("sftp", f"sftp://{USER}@127.0.0.1:9/x", host_key="a b")):
        with pytest.raises(NotDelivered, match="kiểm tra mạng"):
            carriers.deliver(place, parcel)


def test_what_is_delivered_stays_so_though_the_receipt_cannot_be_asked_for(web, parcel):
    place, shelf = web
    shelf.answers = 403
    assert carriers.deliver(place, parcel) is None
    with pytest.raises(carriers.Refused, match="403"):
        carriers.answer(place, parcel)


def test_an_answer_without_end_is_left(web, ssh, stick, parcel, monkeypatch):
    place, shelf = web
    for carrier in ("https", "sftp", "folder"):
        monkeypatch.setattr(f"childdb.exchange.carriers.{carrier}.LONGEST_ANSWER", 1000)
    (stick / "goi-1.receipt.json").write_bytes(bytes(1001))
    shelf.receipts["/nhan/goi-1.receipt.json"] = bytes(1001)
    for to_whom in (place, ssh):
        with pytest.raises(NotDelivered, match="quá dài"):
            carriers.answer(to_whom, parcel)
    assert carriers.answer(to("folder", stick), parcel) is None


def test_addresses_that_are_none_are_refused_and_odd_names_are_told_in_a_sentence(parcel, tmp_path):
    for carrier, address, words in (
        ("https", "https:///nhan", {}), ("https", "https://tinh.vn:cong/", {}), ("sftp", "sftp://a@tinh.vn:999999/x", {"host_key": "a b"}),
    ):  # fmt: skip
        with pytest.raises(UsageFault):
            to(carrier, address, **words)
    for place in (to("https", f"https://{'x' * 70}.vn/"), to("sftp", f"sftp://a@{'x' * 70}.vn/x", host_key="a b")):
        with pytest.raises(NotDelivered, match="kiểm tra mạng"):
            carriers.deliver(place, parcel)
    (tmp_path / "token").write_text("thẻ", "utf-8")
    with pytest.raises(carriers.Refused, match="không dấu"):
        carriers.deliver(to("https", "https://127.0.0.1:9/", token_file=str(tmp_path / "token")), parcel)
