"""People and rights: what one may oneself, who looked at names, and (for an administrator) the users and the audit chain."""

from __future__ import annotations

import csv
import io
from typing import Any

import segno
from starlette.responses import Response

from childdb.web.page import Page, Visit, attachment, day
from childdb.web.viewer import PEOPLE
from childdb.workflow import people
from schemas.codes import communes_on
from schemas.errors import NotFound, UsageFault
from schemas.rights import ACTIONS, OF_COMMUNES, ROLES, WORDS
from schemas.text import neutral

ORDER = 70
_SHOWN = 200
# what was looked at, by how its name in the log begins
_LOOKS = {
    "find": "tìm trẻ", "due": "danh sách tiêm", "pairs": "cặp nghi trùng", "returns": "bảng tính trả lại", "child": "trang của trẻ", "growth child": "biểu đồ của trẻ", "held": "dòng giữ lại", "match": "cặp nghi trùng",
    "list": "danh sách làm sạch", "template": "biểu mẫu điền sẵn", "export build": "lập gói gửi tỉnh", "export worklist": "việc phải sửa để gửi",
    "report commune": "trang của xã", "request show": "yêu cầu của cha mẹ", "indicators": "danh sách theo chỉ tiêu",
}  # fmt: skip
_WORKING = tuple(r for r in ROLES if r not in ("administrator", "sealed"))


def start(visit: Visit) -> Response:
    """One's own rights and looks; of all for an administrator."""
    rights = visit.viewer.rights
    whose = visit.asked("actor") or None
    looks = people.access_log(visit.store, rights, actor=whose, limit=_SHOWN + 1)
    accounts = people.accounts(visit.store, now=visit.desk.now()) if PEOPLE in visit.viewer.may else []
    return visit.show(
        "people.html", rights=rights, actions=[ACTIONS[a][0] for a in ACTIONS if rights.may(a)], words=WORDS,
        looks=looks[:_SHOWN], more=len(looks) > _SHOWN, whose=whose, accounts=accounts, look_words=look_words,
    )  # fmt: skip


def look_words(what: str) -> str:
    """What was looked at, in Vietnamese where we have words for it."""
    return next((words for start, words in _LOOKS.items() if what.removeprefix("web ").startswith(start)), what)


def log(visit: Visit) -> Response:
    """The whole log that one may read, for Excel."""
    rights = visit.viewer.rights
    looks = people.access_log(visit.store, rights, actor=visit.asked("actor") or None)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Số", "Lúc", "Ai", "Việc", "Số trẻ", "Lý do", "Đã tìm"])
    for look in looks:
        cells = [look.number, day(look.at), look.actor, look_words(look.what), look.rows, look.reason, look.asked]
        writer.writerow([neutral(c) if isinstance(c, str) else c for c in cells])
    return attachment(out.getvalue().encode("utf-8-sig"), "nhat-ky-xem-ten.csv")


def verify(visit: Visit) -> Response:
    report = visit.store.audit_verify()
    if report.whole:
        visit.tell(f"Chuỗi nhật ký nguyên vẹn: {report.entries} mục, mã cuối {report.last_hash[:16]}…")
    else:
        visit.tell(f"Chuỗi nhật ký bị phá ở mục {report.broken_at}. Báo người phụ trách ngay.", "bad")
    return visit.go("/people")


# -- users, for an administrator --------------------------------------------------------------------------------------


def new(visit: Visit) -> Response:
    return visit.show("user.html", account=None, **_choices(visit))


def add(visit: Visit) -> Response:
    login, password = visit.asked("login"), _password(visit)
    roles, communes = _roles(visit)
    people.refuse_new(visit.store, login, roles, communes)
    people.refuse_weak(password, login)
    words: Any = {"actor": visit.viewer.login, "now": visit.desk.now()}
    people.add(visit.store, login, roles, communes, name=visit.asked("name")[:120], **words)
    people.set_password(visit.store, login, password, **words)
    return _second_factor(visit, login)


def one(visit: Visit) -> Response:
    return visit.show("user.html", account=_account(visit), **_choices(visit))


def set_roles(visit: Visit) -> Response:
    login = _other(visit)
    roles, communes = _roles(visit)
    people.set_roles(visit.store, login, roles, communes, actor=visit.viewer.login, now=visit.desk.now())
    visit.tell(f"{login}: quyền mới có hiệu lực ngay.")
    return visit.go(f"/people/users/{login}")


def set_active(visit: Visit) -> Response:
    login, active = _other(visit), visit.asked("active") == "1"
    people.set_active(visit.store, login, active, actor=visit.viewer.login, now=visit.desk.now())
    visit.tell(f"{login}: {'được vào lại' if active else 'không vào được nữa'}.")
    return visit.go(f"/people/users/{login}")


def set_password(visit: Visit) -> Response:
    login = _account(visit).login
    people.set_password(visit.store, login, _password(visit), actor=visit.viewer.login, now=visit.desk.now())
    visit.tell(f"{login}: đã đặt mật khẩu mới, các phiên cũ kết thúc.")
    return visit.go(f"/people/users/{login}")


def second_factor(visit: Visit) -> Response:
    return _second_factor(visit, _account(visit).login)


def _second_factor(visit: Visit, login: str) -> Response:
    """The key for the telephone, as a square code and to be typed, shown on this one answer and never again."""
    seed, address = people.new_second_factor(visit.store, login, actor=visit.viewer.login, now=visit.desk.now())
    square = segno.make(address, error="m", micro=False)
    picture = square.svg_inline(
        light="#fff", omitsize=True, svgclass="square", lineclass=None, title=f"Mã vuông cho {login}"
    )
    return visit.show("second_factor.html", login=login, address=address, picture=picture,
                      seed=" ".join(seed[i : i + 4] for i in range(0, len(seed), 4)))  # fmt: skip


def own_password(visit: Visit) -> Response:
    if visit.viewer.alone:
        raise NotFound("Không có trang này.", "There is no such page.")
    people.change_own_password(
        visit.store, visit.viewer.login, visit.secret("old"), _password(visit), now=visit.desk.now()
    )
    return visit.go("/login")  # the new password ended this session too


def _account(visit: Visit) -> people.Account:
    login = visit.part("login")
    found = next((a for a in people.accounts(visit.store, now=visit.desk.now()) if a.login == login), None)
    if found is None:
        raise NotFound("Không có người dùng này.", "There is no such user.")
    return found


def _other(visit: Visit) -> str:
    """The login of the path; nobody takes the own rights away by a slip."""
    login = _account(visit).login
    if login == visit.viewer.login:
        raise UsageFault(
            "Không tự đổi quyền của mình; nhờ quản trị khác.", "Another administrator must change your rights."
        )
    return login


def _password(visit: Visit) -> str:
    password = visit.secret("password")
    if password != visit.secret("again"):
        raise UsageFault("Hai lần gõ mật khẩu không giống nhau.", "The password was not typed alike twice.")
    return password


def _roles(visit: Visit) -> tuple[list[str], list[str]]:
    """The roles and communes chosen; communes are left out where the role is not given for any."""
    role = visit.asked("role")
    roles = [r for r in (role, *(r for r in ("sealed", "administrator") if visit.asked(r))) if r]
    communes = [str(c) for c in visit.form.getlist("commune")] if role in OF_COMMUNES else []
    return roles, communes


def _choices(visit: Visit) -> dict[str, Any]:
    return {"working": _WORKING, "words": WORDS, "units": communes_on(visit.desk.today()), "of_communes": OF_COMMUNES}


PAGES = [
    Page("GET", "/people", start, menu="Người và quyền"),
    Page("GET", "/people/log.csv", log),
    Page("POST", "/people/verify", verify, (PEOPLE,)),
    Page("POST", "/people/password", own_password),
    Page("GET", "/people/new", new, (PEOPLE,)),
    Page("POST", "/people/new", add, (PEOPLE,)),
    Page("GET", "/people/users/{login}", one, (PEOPLE,)),
    Page("POST", "/people/users/{login}/roles", set_roles, (PEOPLE,)),
    Page("POST", "/people/users/{login}/active", set_active, (PEOPLE,)),
    Page("POST", "/people/users/{login}/password", set_password, (PEOPLE,)),
    Page("POST", "/people/users/{login}/code", second_factor, (PEOPLE,)),
]
