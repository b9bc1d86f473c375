"""Who may see and do what: five roles and two additions, and what a person may with those given to them.

| role | communes | names | may |
|---|---|---|---|
| collaborator | own | yes | look, print lists |
| commune | own | yes | import, correct |
| district | all | yes | import, correct, decide, report, send, answer |
| province | all | yes | report |
| analyst | all | no | report |

To a role may be added `sealed` (sees sealed facts: abuse, HIV and the like) and `administrator` (users, settings, the whole
access log), which may also stand alone and then sees no child. A person has one role, so that no two can be added up to
more than either gives. What each level does: national-system.md 1.3 (collaborators keep the book, communes key in,
districts check, province exploits); restricted roles for sensitive kinds of data: NĐ 356/2025 art. 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.codes import successor_of, units
from schemas.errors import UsageFault

ACTIONS = {
    "import": ("nhập bảng tính, rút lại lô của mình", "import workbooks, undo one's own batches"),
    "correct": ("nhận, sửa hoặc bỏ dòng giữ lại", "admit, correct or dismiss held rows"),
    "decide": ("quyết định hai trẻ là một hay không", "decide whether two children are one"),
    "report": ("lập báo cáo, chạy chỉ tiêu", "make reports, run indicators"),
    "send": ("gửi gói dữ liệu, đặt lịch gửi", "send packages, set their schedule"),
    "answer": ("trả lời yêu cầu của cha mẹ, ghi sự cố", "answer parents' requests, record incidents"),
    "administer": ("quản lý người dùng và quyền, xem toàn bộ nhật ký", "manage users and rights, read the whole log"),
}
"""What may be allowed, for people in Vietnamese and English."""

_MAY: dict[str, tuple[str, ...]] = {
    "collaborator": (),
    "commune": ("import", "correct"),
    "district": ("import", "correct", "decide", "report", "send", "answer"),
    "province": ("report",),
    "analyst": ("report",),
    "administrator": ("administer",),
    "sealed": (),
}
ROLES = tuple(_MAY)
OF_COMMUNES = ("collaborator", "commune")
"""Roles that are given for named communes and see no other."""

WORDS = {
    "collaborator": ("cộng tác viên", "collaborator"),
    "commune": ("cán bộ xã", "commune"),
    "district": ("cán bộ huyện", "district"),
    "province": ("cán bộ tỉnh", "province"),
    "analyst": ("người phân tích", "analyst"),
    "administrator": ("quản trị", "administrator"),
    "sealed": ("được xem dữ liệu niêm phong", "may see sealed facts"),
}
"""What a role is called, in Vietnamese and English."""


@dataclass(frozen=True)
class Rights:
    """What one person may see and do; `communes` are keys of units (CODE@FROM), None means every unit.

    What a page asks is said of these by `childdb.web.viewer`. Where communes are named, counts of other communes and totals that hold them
    (the district's) are not for this person either.
    """

    login: str
    roles: frozenset[str]
    communes: frozenset[str] | None
    sees_names: bool
    sees_sealed: bool
    actions: frozenset[str] = field(default_factory=frozenset)

    @property
    def sees_children(self) -> bool:
        """Whether rows or figures of any child may be seen at all; an administrator alone sees none."""
        return self.communes is None or bool(self.communes)

    def may(self, action: str) -> bool:
        if action not in ACTIONS:
            raise ValueError(action)
        return action in self.actions


def local(login: str) -> Rights:
    """Who sits at the office's one computer with its key file: everything, as on the command line."""
    return Rights(login, frozenset({"district", "sealed", "administrator"}), None, True, True, frozenset(ACTIONS))


def rights_of(login: str, roles: Iterable[str], communes: Iterable[str]) -> Rights:
    """The rights that ROLES give, those of a commune for the units COMMUNES (CODE@FROM) and all that became them.

    Refuses (UsageFault) roles that do not go together.
    """
    given, places = frozenset(roles), frozenset(communes)
    _check(given, places)
    working = given - {"administrator", "sealed"}
    local_only = bool(working & set(OF_COMMUNES))
    return Rights(
        login,
        given,
        _with_earlier(places) if local_only else None if working else frozenset(),
        bool(working) and "analyst" not in working,
        "sealed" in given,
        frozenset(action for role in given for action in _MAY[role]),
    )


def _check(given: frozenset[str], places: frozenset[str]) -> None:
    working = given - {"administrator", "sealed"}
    if unknown := given - set(ROLES):
        raise UsageFault(f"Không có vai “{min(unknown)}”.", f"There is no role {min(unknown)!r}.")
    if len(working) > 1:
        raise UsageFault("Mỗi người chỉ có một vai (ngoài quản trị và niêm phong).",
                         "A person has one role (besides administrator and sealed).")  # fmt: skip
    if bool(places) != bool(working & set(OF_COMMUNES)):
        raise UsageFault("Vai cộng tác viên và cán bộ xã phải kèm xã; các vai khác không kèm xã.",
                         "Collaborator and commune are given for communes; other roles are not.")  # fmt: skip
    if "sealed" in given and not working & {"commune", "district", "province"}:
        raise UsageFault("Dữ liệu niêm phong chỉ dành cho cán bộ xã, huyện hoặc tỉnh.",
                         "Sealed facts are for commune, district or province only.")  # fmt: skip


def _with_earlier(places: frozenset[str]) -> frozenset[str]:
    """The units and those that became one of them: a child's older lists were filed there."""
    found, grown = places, True
    while grown:
        more = found | {key for key in units() if successor_of(key) in found}
        grown, found = more != found, frozenset(more)
    return found
