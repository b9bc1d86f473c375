"""A mail when something needs a person: what, why and what to do; the same thing again only after a week."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from childdb.store import Store, named_settings
from childdb.workflow.sent_page import said
from childdb.workflow.sent_status import Line, status
from schemas.errors import InvalidDefinition, KeyFault, NotDelivered, NotFound, UsageFault

_KIND, _MAIL, _TOLD = "notify", "mail", "told"
SECURITY = ("starttls", "tls", "none")
AGAIN = timedelta(days=7)
SECONDS = 30.0
_REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError)


@dataclass(frozen=True)
class Mail:
    """Whom to tell and by which SMTP server; the password stands in a file of its own."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    security: str = "starttls"
    user: str | None = None
    password_file: str | None = None
    authority_file: str | None = None
    lang: str = "vi"

    def __post_init__(self) -> None:
        if self.security not in SECURITY:
            raise UsageFault(f"Bảo mật: {', '.join(SECURITY)}.", f"Security: {', '.join(SECURITY)}.")
        if not self.to or any("@" not in one or any(c in one for c in "\r\n, ") for one in (self.sender, *self.to)):
            raise UsageFault("Ghi địa chỉ thư như phong@huyen.gov.vn, mỗi người nhận một --to.",
                             "Write addresses like office@district.gov.vn, one --to for each.")  # fmt: skip
        if self.security == "none" and self.user:
            raise UsageFault("Không gửi mật khẩu thư khi đường truyền không mã hóa; chọn starttls hoặc tls.",
                             "No password goes over a line that is not encrypted; choose starttls or tls.")  # fmt: skip


def mail(store: Store) -> Mail | None:
    content = named_settings.read_all(store, _KIND).get(_MAIL)
    if content is None:
        return None
    if extra := set(content) - {f.name for f in fields(Mail)}:
        raise InvalidDefinition(f"Cài đặt thư có mục lạ: {sorted(extra)}.", f"Unknown keys: {sorted(extra)}.")
    return Mail(**{**content, "to": tuple(content["to"])})


def set_mail(store: Store, wanted: Mail, *, actor: str, now: datetime) -> None:
    content = {**asdict(wanted), "to": list(wanted.to)}
    named_settings.write(store, _KIND, _MAIL, content, actor=actor, now=now)


def no_mail(store: Store, *, actor: str, now: datetime) -> None:
    named_settings.remove(store, _KIND, _MAIL, actor=actor, now=now)


def tell(store: Store, *, actor: str, now: datetime) -> bool:
    """Mail what needs a person, unless the same was told within the week; whether a mail went.

    Raises NotDelivered where the server does not take it: the next run tells it again.
    """
    wanted, needing = mail(store), [one for one in status(store, now=now) if one.needs_person]
    if wanted is None or not needing:
        return False
    digest = hashlib.sha256(repr([(n.run, n.destination, n.period, n.state) for n in needing]).encode()).hexdigest()
    told = named_settings.read_all(store, _KIND).get(_TOLD)
    # of a moment still to come: the clock was wrong then, and must not silence what is to be told now
    if told and told["digest"] == digest and timedelta(0) <= now - datetime.fromisoformat(told["at"]) < AGAIN:
        return False
    post(wanted, letter(wanted, needing, now))
    named_settings.write(store, _KIND, _TOLD, {"digest": digest, "at": now.isoformat()}, actor=actor, now=now)
    return True


def try_mail(store: Store, *, now: datetime) -> Mail:
    """Send a mail that only says that mails arrive."""
    wanted = mail(store)
    if wanted is None:
        raise NotFound(
            "Chưa đặt thư báo. Chạy “childdb notify set …”.", "No mail is set. Run `childdb notify set ...`."
        )
    post(wanted, letter(wanted, (), now))
    return wanted


def letter(wanted: Mail, needing: Sequence[Line], now: datetime) -> EmailMessage:
    """The mail: counts, periods and commands; never a child."""
    english = wanted.lang == "en"
    lines = []
    for one in needing:
        what, todo = said(one, wanted.lang)
        about = ", ".join(filter(None, (one.destination, one.period)))
        lines += [f"- {about}: {what}" if about else f"- {what}", f"  {todo}" if todo else ""]
    if needing:
        subject = (
            f"childdb: {len(needing)} thing(s) need a person"
            if english
            else f"childdb: {len(needing)} việc gửi gói cần người xử lý"
        )
        head = "Sending packages needs a person:" if english else "Việc gửi gói dữ liệu đang cần người xử lý:"
        foot = "All of it: childdb export status" if english else "Xem đầy đủ: childdb export status"
    else:
        subject = "childdb: a trial mail" if english else "childdb: thư thử"
        head, foot = ("Mails of childdb arrive here." if english else "Thư báo của childdb đến được đây."), ""
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, wanted.sender, ", ".join(wanted.to)
    made["Date"], made["Message-ID"] = format_datetime(now.astimezone()), make_msgid(domain="childdb.invalid")
    made.set_content("\n".join([head, "", *filter(None, lines), "", foot]).strip() + "\n")
    return made


def post(wanted: Mail, made: EmailMessage) -> None:
    """Hand the mail to the server; the server's certificate is verified."""
    try:
        context = ssl.create_default_context(cafile=wanted.authority_file)
        with _server(wanted, context) as server:
            if wanted.security == "starttls":
                server.starttls(context=context)
            if wanted.user:
                server.login(wanted.user, _password(wanted))
            server.send_message(made)
    except _REFUSALS as fault:
        raise NotDelivered("Máy chủ thư không nhận tài khoản hoặc địa chỉ; xem “childdb notify show”.",
                           "The mail server does not take the account or an address; see `childdb notify show`.") from fault  # fmt: skip
    except (OSError, smtplib.SMTPException, UnicodeError) as fault:  # the last: a name that no computer can have
        raise NotDelivered(f"Không gửi được thư báo ({type(fault).__name__}); kiểm tra mạng và máy chủ thư.",
                           f"The mail did not go ({type(fault).__name__}); check the line and the mail server.") from fault  # fmt: skip


def _server(wanted: Mail, context: ssl.SSLContext) -> smtplib.SMTP:
    if wanted.security == "tls":
        return smtplib.SMTP_SSL(wanted.host, wanted.port, timeout=SECONDS, context=context)
    return smtplib.SMTP(wanted.host, wanted.port, timeout=SECONDS)


def _password(wanted: Mail) -> str:
    try:
        secret = Path(str(wanted.password_file)).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise KeyFault("Không đọc được tệp mật khẩu thư.", "The mail's password file cannot be read.") from fault
    if not secret.isascii():
        raise KeyFault("Mật khẩu thư phải là chữ không dấu: máy chủ thư không nhận chữ khác.",
                       "The mail's password must be ASCII: SMTP carries nothing else.")  # fmt: skip
    return secret
