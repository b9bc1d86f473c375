"""Signed and sealed: the same payload byte for byte, nothing to read on a stick, no change and no stranger believed."""

import gzip
import io
import json
import tarfile
from datetime import date

import pyrage
import pytest

from childdb.exchange import package
from childdb.exchange.keyring import Keyring
from childdb.exchange.sealing import seal, unseal, write_payload
from childdb.exchange.signing import own_key, package_signer, sign_package
from schemas.errors import CheckFailed, KeyFault, NotFound, UsageFault
from tests.exchange.test_package import FIGURE, GOOD, HEADER, snapshot, whole

TODAY = date(2024, 12, 1)


def ring(folder, name):
    made = Keyring.read(folder / name)
    return made, made.new_signing("office", TODAY), made.new_opening("province", TODAY)


@pytest.fixture
def office(tmp_path):
    return ring(tmp_path, "office.keys")


@pytest.fixture
def province(tmp_path, office):
    keys, _, opening = ring(tmp_path, "province.keys")
    keys.add_sender("office", office[1].public, TODAY)
    office[0].add_receiver("tinh", opening.public, TODAY)
    return keys


@pytest.fixture
def signed(tmp_path, office):
    package.build(tmp_path / "goi", [whole(GOOD)], [FIGURE], HEADER, snapshot)
    sign_package(tmp_path / "goi", own_key(office[0]))
    return tmp_path / "goi"


def test_a_signed_package_is_whole_and_its_payload_repeats_byte_for_byte(tmp_path, office, signed):
    assert package.check(signed).good
    again = tmp_path / "again"
    package.build(again, [whole(GOOD)], [FIGURE], HEADER, snapshot)
    sign_package(again, own_key(office[0]))
    payloads = []
    for folder in (signed, again):
        payloads.append(io.BytesIO())
        write_payload(folder, payloads[-1])
    assert payloads[0].getvalue() == payloads[1].getvalue()
    payloads[0].seek(0)
    with tarfile.open(fileobj=payloads[0]) as tar:
        assert {(entry.mtime, entry.uid, entry.uname) for entry in tar} == {(0, 0, "")}


def test_sealed_it_tells_nothing_and_opens_only_for_its_receiver(tmp_path, office, province, signed):
    sealed = tmp_path / "goi.age"
    seal(signed, sealed, office[0].live("receiver"))
    content = sealed.read_bytes()
    for word in ("Trẻ Một", "011320000001", "manifest", "03310", "Mường"):
        assert word.encode() not in content
    assert sealed.stat().st_mode & 0o077 == 0
    unseal(sealed, tmp_path / "open", province.live("opening"))
    assert package.check(tmp_path / "open").good
    assert package_signer(tmp_path / "open", province.entries).name == "office"
    with pytest.raises(CheckFailed, match="không niêm phong"):
        unseal(sealed, tmp_path / "other", office[0].live("opening"))
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("at", [10, 200, -1])
def test_a_changed_byte_or_a_cut_tail_does_not_open(tmp_path, office, province, signed, at):
    sealed = tmp_path / "goi.age"
    seal(signed, sealed, office[0].live("receiver"))
    content = bytearray(sealed.read_bytes())
    content[at] ^= 1
    for broken in (bytes(content), bytes(content[:-20])):
        sealed.write_bytes(broken)
        with pytest.raises(CheckFailed):
            unseal(sealed, tmp_path / "open", province.live("opening"))


def test_a_forged_manifest_a_stranger_and_a_revoked_key_are_refused(tmp_path, office, province, signed):
    manifest = signed / package.MANIFEST
    kept = manifest.read_bytes()
    manifest.write_bytes(kept.replace(b'"sender": "sender"', b'"sender": "forger"'))
    with pytest.raises(CheckFailed, match="không khớp"):
        package_signer(signed, province.entries)
    manifest.write_bytes(kept)
    assert package_signer(signed, province.entries).name == "office"
    stranger = Keyring.read(tmp_path / "stranger.keys")
    sign_package(signed, stranger.new_signing("office", TODAY))
    with pytest.raises(CheckFailed, match="chưa được tin cậy"):
        package_signer(signed, province.entries)
    sign_package(signed, own_key(office[0]))
    province.revoke(["sender"], "office", TODAY)
    with pytest.raises(CheckFailed, match="thu hồi"):
        package_signer(signed, province.entries)


@pytest.mark.parametrize(
    "content", ["", "[]", "null", "{}", '{"algorithm": "Ed25519", "public": "é", "signature": "?"}']
)
def test_a_broken_signature_is_a_sentence(province, signed, content):
    (signed / package.SIGNATURE).write_text(content, "utf-8")
    with pytest.raises(CheckFailed):
        package_signer(signed, province.entries)


def test_a_payload_that_leads_out_of_its_folder_is_refused(tmp_path, office, province):
    payload = io.BytesIO()
    with tarfile.open(fileobj=payload, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../escaped"), io.BytesIO(b""))
    to = [pyrage.x25519.Recipient.from_str(e.public) for e in office[0].live("receiver")]
    (tmp_path / "evil.age").write_bytes(pyrage.encrypt(gzip.compress(payload.getvalue()), to))
    with pytest.raises(CheckFailed):
        unseal(tmp_path / "evil.age", tmp_path / "in" / "open", province.live("opening"))
    assert not (tmp_path / "in" / "escaped").exists()


def test_the_keyring_is_private_keeps_what_was_revoked_and_refuses_what_is_no_key(tmp_path, office):
    keys, first, _ = office
    assert (tmp_path / "office.keys").stat().st_mode & 0o077 == 0
    second = keys.new_signing("office", TODAY)
    assert own_key(Keyring.read(keys.path)).id == second.id
    keys.revoke(["signing"], second.id, TODAY)
    again = Keyring.read(keys.path)
    assert own_key(again).id == first.id
    assert [e.revoked for e in again.entries if e.id == second.id] == ["2024-12-01"]
    with pytest.raises(NotFound):
        keys.revoke(["signing"], second.id, TODAY)
    keys.revoke(["signing"], first.id, TODAY)
    with pytest.raises(KeyFault, match="key signing new"):
        own_key(keys)
    for add, wrong in ((keys.add_sender, "abc"), (keys.add_receiver, "age1xyz")):
        with pytest.raises(UsageFault):
            add("x", wrong, TODAY)
    keys.path.write_text(json.dumps({"format": 2}))
    with pytest.raises(KeyFault):
        Keyring.read(keys.path)
