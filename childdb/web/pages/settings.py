"""Sending set up by mouse: keys, destinations, the timer, the mail; only on the office's own computer."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from childdb.web.page import Page, Visit, attachment
from childdb.web.viewer import ALONE, SENDING
from childdb.workflow import setting_up
from childdb.workflow.destinations import destinations
from childdb.workflow.opening import open_keyring
from schemas.errors import NotFound, UsageFault

ORDER = 61
_KEY = 64 * 2**10  # bytes of a key, a certificate, a token
_FIELDS = {  # what each way of sending asks for, beside its address
    "folder": (),
    "sftp": ("login_key_file", "password_file"),
    "https": ("authority_file", "token_file"),
}


def start(visit: Visit) -> Response:
    ring = _ring(visit)
    receivers = [e for e in ring.live("receiver")]
    return visit.show(
        "settings.html", signing=ring.live("signing"), receivers=receivers, senders=ring.live("sender"),
        to=destinations(visit.store), mail=setting_up.mail(visit.store), timer=setting_up.timer_system(),
        revoked=[e for e in ring.entries if e.revoked],
    )  # fmt: skip


def _ring(visit: Visit) -> Any:
    return open_keyring(visit.store.key_file)


def _note(visit: Visit, action: str, **detail: str) -> None:
    visit.store.audit(visit.viewer.login, action, detail, now=visit.desk.now())


def new_signing(visit: Visit) -> Response:
    """A signing key of ours; an earlier one is revoked once the new one stands."""
    ring = _ring(visit)
    old = ring.live("signing")
    made = ring.new_signing(visit.asked("name")[:60] or visit.viewer.login, visit.desk.today())
    for one in old:
        ring.revoke(["signing"], one.id, visit.desk.today())
    _note(visit, "signing key made", key=made.id)
    visit.tell("Đã tạo khóa ký. Gửi phần công khai cho tỉnh trước khi gửi gói.")
    return visit.go("/sending/settings")


def public_part(visit: Visit) -> Response:
    """Our public part as a file for the other side."""
    keys = _ring(visit).live("signing")
    if not keys:
        raise NotFound("Chưa có khóa ký.", "There is no signing key.")
    return attachment(f"{keys[-1].name}\n{keys[-1].public}\n".encode(), "khoa-ky-cong-khai.txt")


def take_keys(visit: Visit) -> Response:
    """Public keys of the province, typed or in a file."""
    text = visit.asked("text")[:_KEY] + " " + _file(visit, "file").decode("utf-8", "replace")
    made = setting_up.take_public(_ring(visit), visit.asked("name"), text, visit.desk.today())
    for one in made:
        _note(visit, "exchange key taken", key=one.id, use=one.kind)
    words = {"receiver": "niêm phong gói", "sender": "kiểm chữ ký biên nhận"}
    told = "; ".join(f"{words[e.kind]} {e.id}" for e in made)
    visit.tell(
        f"Đã nhận khóa: {told}. Đối chiếu số khóa này với tỉnh qua điện thoại." if made else "Các khóa này đã có."
    )
    return visit.go("/sending/settings")


def revoke(visit: Visit) -> Response:
    for one in _ring(visit).revoke(["receiver", "sender"], visit.part("key"), visit.desk.today()):
        _note(visit, "exchange key revoked", key=one.id)
    visit.tell("Đã thu hồi khóa.")
    return visit.go("/sending/settings")


def set_destination(visit: Visit) -> Response:
    carrier = visit.asked("carrier")
    if carrier not in _FIELDS:
        raise UsageFault("Chọn cách gửi.", "Choose the way.")
    words = {n: visit.asked(n)[:500] for n in ("name", "address", "receiver_key", "sender", "receiver", "host_key")}
    words |= {"carrier": carrier} | ({} if carrier == "sftp" else {"host_key": ""})
    switches = {n: bool(visit.asked(n)) for n in ("changes", "approval", "sealed_facts")}
    secrets = {n: _file(visit, n) or visit.secret(f"{n}_text").encode("utf-8") for n in _FIELDS[carrier]}
    made = setting_up.set_up_destination(
        visit.store, words | switches, secrets, actor=visit.viewer.login, now=visit.desk.now()
    )
    visit.tell(f"Đã đặt nơi nhận “{made.name}”. Thử trước ở phần Gửi tỉnh.")
    return visit.go("/sending/settings")


def drop_destination(visit: Visit) -> Response:
    name = visit.part("name")
    if name not in destinations(visit.store):
        raise NotFound("Không có nơi nhận này.", "There is no such destination.")
    setting_up.drop_destination(visit.store, name, actor=visit.viewer.login, now=visit.desk.now())
    visit.tell(f"Đã bỏ nơi nhận “{name}”; sổ gửi vẫn giữ.")
    return visit.go("/sending/settings")


def timer(visit: Visit) -> Response:
    words: Any = {"actor": visit.viewer.login, "now": visit.desk.now()}
    if visit.asked("off"):
        setting_up.remove_timer(visit.store, **words)
        visit.tell("Máy không tự chạy theo lịch nữa.")
    else:
        setting_up.install_timer(visit.store, **words)
        visit.tell("Mỗi giờ máy tự xem lịch và gửi những gì đến hạn.")
    return visit.go("/sending/settings")


def set_mail(visit: Visit) -> Response:
    port, security = visit.asked("port") or "587", visit.asked("security")
    if (
        not re.fullmatch(r"\d{1,5}", port)
        or not 0 < int(port) < 65536
        or not re.fullmatch(r"[\w.-]{1,253}", visit.asked("host"))
    ):
        raise UsageFault(
            "Máy chủ thư ghi như mail.huyen.gov.vn, cổng như 587.", "Write the server like mail.district.gov.vn."
        )
    words = {
        "host": visit.asked("host"), "port": int(port), "sender": visit.asked("sender"), "security": security,
        "to": tuple(re.split(r"[\s,;]+", visit.asked("to"))), "user": visit.asked("user") or None,
    }  # fmt: skip
    setting_up.set_up_mail(visit.store, words, visit.secret("password"), actor=visit.viewer.login, now=visit.desk.now())
    visit.tell("Đã đặt thư báo. Bấm “Gửi thư thử” để xem thư có đến không.")
    return visit.go("/sending/settings")


def try_mail(visit: Visit) -> Response:
    sent = setting_up.try_mail(visit.store, now=visit.desk.now())
    visit.tell(f"Đã gửi thư thử đến {', '.join(sent.to)}.")
    return visit.go("/sending/settings")


def no_mail(visit: Visit) -> Response:
    setting_up.no_mail(visit.store, actor=visit.viewer.login, now=visit.desk.now())
    visit.tell("Đã tắt thư báo.")
    return visit.go("/sending/settings")


def _file(visit: Visit, name: str) -> bytes:
    files = visit.files(name)
    return files[0].file.read(_KEY) if files else b""


_NEEDS = (SENDING, ALONE)
PAGES = [
    Page("GET", "/sending/settings", start, _NEEDS),
    Page("POST", "/sending/settings/signing", new_signing, _NEEDS),
    Page("GET", "/sending/settings/public.txt", public_part, _NEEDS),
    Page("POST", "/sending/settings/keys", take_keys, _NEEDS),
    Page("POST", "/sending/settings/keys/{key}/revoke", revoke, _NEEDS),
    Page("POST", "/sending/settings/destination", set_destination, _NEEDS),
    Page("POST", "/sending/settings/destination/{name}/remove", drop_destination, _NEEDS),
    Page("POST", "/sending/settings/timer", timer, _NEEDS),
    Page("POST", "/sending/settings/mail", set_mail, _NEEDS),
    Page("POST", "/sending/settings/mail/try", try_mail, _NEEDS),
    Page("POST", "/sending/settings/mail/off", no_mail, _NEEDS),
]
