"""Users: let in by login, password and code, locked out after failures, bound by roles; and who reads the access log."""

import base64
import shutil
from datetime import timedelta

import pytest

from childdb.store import Store, passwords
from childdb.store.models import app_user
from childdb.workflow import people
from childdb.workflow.finding import Finder, Query
from schemas.errors import NotAllowed, NotFound, UsageFault
from schemas.rights import local
from tests.workflow.office import NOW, Office

pytestmark = pytest.mark.usefixtures("cheap_passwords")
GOOD = "núi cao sông dài"
PLACE = "03256@2025-07-01"


@pytest.fixture
def store(blank_office, tmp_path):
    shutil.copytree(blank_office.place, tmp_path / "o")
    office = Office(tmp_path / "o")
    yield office.store
    office.close()


@pytest.fixture
def lan(store):
    """A district's user who may sign in: her seed."""
    people.add(store, "lan", ["district"], name="Lò Thị Lan", actor="quản trị", now=NOW)
    people.set_password(store, "lan", GOOD, actor="quản trị", now=NOW)
    return people.new_second_factor(store, "lan", actor="quản trị", now=NOW)[0]


def code(seed, now=NOW):
    return passwords.code_at(seed, int(now.timestamp()) // passwords.STEP)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
     (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238(seconds, expected):
    seed = base64.b32encode(b"12345678901234567890").decode()
    assert passwords.code_at(seed, seconds // 30, digits=8) == expected


REAL = dict(passwords._COST)  # before the tests make it cheap


def test_scrypt_is_that_of_rfc_7914_and_its_cost_that_of_owasp():
    assert REAL == {"n": 2**15, "r": 8, "p": 3}
    made = passwords._scrypt("pleaseletmein", b"SodiumChloride", {"n": 16384, "r": 8, "p": 1})
    assert made.hex() == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"


def test_a_user_is_let_in_by_password_and_code_however_the_letters_are_composed(store, lan):
    import unicodedata

    there = people.sign_in(store, "lan", unicodedata.normalize("NFD", GOOD), code(lan), now=NOW)
    assert there.rights.may("send")
    assert people.standing(store, "lan") == there
    again = NOW + timedelta(seconds=30)
    with pytest.raises(NotAllowed):  # a code is good once
        people.sign_in(store, "lan", GOOD, code(lan), now=again)
    assert people.sign_in(store, "lan", GOOD, code(lan, again + timedelta(seconds=30)), now=again) == there


def test_every_refusal_is_one_sentence_and_nothing_typed_is_kept(store, lan):
    said = set()
    for words in (("lan", "sai mật khẩu", code(lan)), ("lan", GOOD, "000000"), ("ai đó", GOOD, code(lan))):
        with pytest.raises(NotAllowed) as refused:
            people.sign_in(store, *words, now=NOW)
        said.add(str(refused.value))
    assert len(said) == 1
    assert "ai đó" not in str(store.audit_events())


def test_five_failures_lock_for_a_quarter_of_an_hour(store, lan):
    for _ in range(people.FAILURES):
        with pytest.raises(NotAllowed):
            people.sign_in(store, "lan", GOOD, "000000", now=NOW)
    soon, later = NOW + timedelta(minutes=14), NOW + timedelta(minutes=16)
    assert people.accounts(store, now=soon)[0].locked
    with pytest.raises(NotAllowed):
        people.sign_in(store, "lan", GOOD, code(lan, soon), now=soon)
    assert people.sign_in(store, "lan", GOOD, code(lan, later), now=later).rights.login == "lan"


def test_guesses_of_the_old_password_lock_too(store, lan):
    for _ in range(people.FAILURES):
        with pytest.raises(NotAllowed):
            people.change_own_password(store, "lan", "đoán bừa", GOOD + " mới", now=NOW)
    with pytest.raises(NotAllowed):
        people.change_own_password(store, "lan", GOOD, GOOD + " mới", now=NOW)
    assert people.accounts(store, now=NOW)[0].locked
    people.change_own_password(store, "lan", GOOD, GOOD + " mới", now=NOW + timedelta(minutes=16))


def test_a_disabled_user_is_out_at_once_and_a_new_password_ends_sessions(store, lan):
    before = people.standing(store, "lan")
    people.set_password(store, "lan", GOOD + " mới", actor="quản trị", now=NOW)
    assert people.standing(store, "lan").stamp != before.stamp
    people.set_active(store, "lan", False, actor="quản trị", now=NOW)
    assert people.standing(store, "lan") is None
    with pytest.raises(NotAllowed):
        people.sign_in(store, "lan", GOOD + " mới", code(lan), now=NOW)


def test_other_roles_hold_at_once_and_a_commune_is_that_of_today(store, lan):
    people.set_roles(store, "lan", ["commune", "sealed"], ["03256"], actor="quản trị", now=NOW)
    rights = people.standing(store, "lan").rights
    assert PLACE in rights.communes
    assert not rights.may("send")
    assert people.accounts(store, now=NOW)[0].communes == (PLACE,)
    with pytest.raises(UsageFault):
        people.set_roles(store, "lan", ["commune", "analyst"], ["03256"], actor="quản trị", now=NOW)


@pytest.mark.parametrize("login", ["", "lò", "a b", "x" * 61, "../x", "LAN"])
def test_a_login_that_is_taken_or_no_word_is_refused(store, login):
    people.add(store, "lan", ["district"], actor="quản trị", now=NOW)
    with pytest.raises(UsageFault):
        people.add(store, login, ["district"], actor="quản trị", now=NOW)


@pytest.mark.parametrize("password", ["ngắn", "aaaaaaaaaaaa", "xin chao lan"])
def test_a_weak_password_is_refused(store, password):
    people.add(store, "lan", ["district"], actor="quản trị", now=NOW)
    with pytest.raises(UsageFault):
        people.set_password(store, "lan", password, actor="quản trị", now=NOW)


def test_nobody_of_that_name(store):
    with pytest.raises(NotFound):
        people.set_active(store, "lan", False, actor="quản trị", now=NOW)


def test_secrets_stand_encrypted_and_survive_a_new_key(store, lan):
    with store.reading() as connection:
        kept = bytes(connection.scalar(app_user.select().with_only_columns(app_user.c.secret)))
    assert lan.encode() not in kept and b"scrypt" not in kept
    store.rotate_key(actor="quản trị", now=NOW)
    again = Store.open(str(store.url.database), store.key_file)
    assert people.sign_in(again, "lan", GOOD, code(lan), now=NOW).rights.login == "lan"
    again.close()


def test_each_reads_the_log_of_himself_and_an_administrator_that_of_all(store, lan):
    Finder(store).find(Query(name="lo"), reason="khám", actor="lan", now=NOW)
    store.note_use("mai", "list", "đi thăm", 3, now=NOW)
    people.add(store, "sep", ["administrator"], actor="quản trị", now=NOW)
    lans, seps = (people.standing(store, login).rights for login in ("lan", "sep"))
    assert [(look.actor, look.reason, look.asked) for look in people.access_log(store, lans)] == [("lan", "khám", "lo")]
    # who sees no names does not see the words of a search either
    assert [(look.actor, look.asked) for look in people.access_log(store, seps)] == [("mai", ""), ("lan", "")]
    assert len(people.access_log(store, lans, actor="mai")) == 1
    assert [look.asked for look in people.access_log(store, local("x"), actor="lan")] == ["lo"]
    assert people.access_log(store, local("x"), since=NOW + timedelta(days=1)) == []


def test_what_is_done_to_users_is_in_the_audit_chain(store, lan):
    people.sign_in(store, "lan", GOOD, code(lan), now=NOW)
    actions = [e["action"] for e in store.audit_events()][-4:]
    assert actions == ["user added", "user password", "user second factor", "sign-in"]
    assert "Lò Thị Lan" not in str(store.audit_events())
    assert store.audit_verify().whole
