"""The mail, against a real SMTP server on the loopback: over TLS, once, without a child, and harmless when it fails."""

import contextlib
import socket
import ssl
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from childdb.workflow.notifying import Mail, mail, no_mail, set_mail, tell, try_mail
from schemas.errors import KeyFault, NotDelivered, NotFound, UsageFault
from tests.exchange.servers import certificate
from tests.workflow.office import DAY, NOW, copy, make
from tests.workflow.test_scheduling import schedule


class Box:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(
            (session.ssl is not None, envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default))
        )
        return "250 OK"


@contextlib.contextmanager
def smtp(folder):
    cert, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    box = Box()

    def login(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"phong", b"mat khau"))

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, tls_context=context, authenticator=login, auth_required=True,
                        auth_require_tls=True)  # fmt: skip
    server.start()
    try:
        yield port, cert, box
    finally:
        server.stop()


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    office = make(tmp_path_factory.mktemp("mail") / "o")
    schedule(office, since=DAY)
    yield office
    office.close()


@pytest.fixture
def office(template, tmp_path):
    again = copy(template, tmp_path / "o")
    yield again
    again.close()


def test_what_needs_a_person_is_mailed_once_over_tls_and_again_after_a_week_or_a_change(office, tmp_path):
    due = NOW + timedelta(days=5)
    (tmp_path / "pw").write_text("mat khau\n", "utf-8")
    with smtp(tmp_path) as (port, cert, box):
        wanted = Mail(
            "127.0.0.1", port, "a@b.vn", ("c@d.vn", "e@f.vn"), "starttls", "phong", str(tmp_path / "pw"), str(cert)
        )
        set_mail(office.store, wanted, actor="thử", now=NOW)
        assert mail(office.store) == wanted
        assert not tell(office.store, actor="thử", now=NOW)  # nothing is due yet
        assert tell(office.store, actor="thử", now=due)
        assert not tell(office.store, actor="thử", now=due + timedelta(days=1))
        assert tell(office.store, actor="thử", now=due + timedelta(days=8))
        assert tell(office.store, actor="thử", now=due)  # what was told by a clock days ahead silences nothing
        assert tell(office.store, actor="thử", now=due + timedelta(days=8))
        office.ring.revoke(["signing"], "huyện", NOW.date())
        with contextlib.suppress(Exception):
            office.send(now=due)
        assert tell(office.store, actor="thử", now=due + timedelta(days=9))
        try_mail(office.store, now=due)
    assert [secure for secure, _, _ in box.mails] == [True] * 6
    first = box.mails[0][2]
    assert box.mails[0][1] == ["c@d.vn", "e@f.vn"]
    assert "1 việc" in first["subject"]
    assert "childdb schedule run" in first.get_content()
    assert "key signing new" in box.mails[4][2].get_content()
    assert not any("Lò" in m.get_content() for *_, m in box.mails)
    no_mail(office.store, actor="thử", now=NOW)
    assert not tell(office.store, actor="thử", now=due)
    with pytest.raises(NotFound):
        try_mail(office.store, now=due)


def test_a_server_that_is_not_believed_or_not_there_is_a_sentence_and_it_is_told_later(office, tmp_path):
    due = NOW + timedelta(days=5)
    with smtp(tmp_path) as (port, cert, box):
        for words in (
            {"authority_file": None}, {"port": 9}, {"user": None},
        ):  # fmt: skip
            (tmp_path / "pw").write_text("mat khau", "utf-8")
            settings = {"host": "127.0.0.1", "port": port, "sender": "a@b.vn", "to": ("c@d.vn",), "user": "phong",
                        "password_file": str(tmp_path / "pw"), "authority_file": str(cert)}  # fmt: skip
            set_mail(office.store, Mail(**{**settings, **words}), actor="thử", now=NOW)
            with pytest.raises(NotDelivered):
                tell(office.store, actor="thử", now=due)
        (tmp_path / "pw").write_text("mật khẩu", "utf-8")
        set_mail(office.store, Mail(**settings), actor="thử", now=NOW)
        with pytest.raises(KeyFault, match="không dấu"):  # the protocol carries no other letters
            tell(office.store, actor="thử", now=due)
        (tmp_path / "pw").write_text("mat khau", "utf-8")
        assert box.mails == []
        set_mail(office.store, Mail(**settings), actor="thử", now=NOW)
        assert tell(office.store, actor="thử", now=due)


def test_addresses_and_passwords_are_not_taken_carelessly():
    good = {"host": "h", "port": 25, "sender": "a@b.vn", "to": ("c@d.vn",)}
    for words in (
        {"to": ()},
        {"to": ("x",)},
        {"to": ("a@b\r\nBcc: z@z",)},
        {"security": "none", "user": "x"},
        {"security": "?"},
    ):
        with pytest.raises(UsageFault):
            Mail(**{**good, **words})
