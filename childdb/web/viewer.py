"""Who looks at a page, and what of it that person may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.errors import NotAllowed
from schemas.rights import Rights, local

# what somebody may do; each page names what it asks for
IMPORT, HELD, NAMES, PAIRS, FIGURES, REPORTS, SENDING, ANSWER, PEOPLE, SEALED, ALONE = (
    "import", "held", "names", "pairs", "figures", "reports", "sending", "answer", "people", "sealed", "alone",
)  # fmt: skip
# ALONE: what touches this computer itself (keys, timer, servers): for who sits at it, never over the network
_OF_ACTION = {
    "import": IMPORT, "correct": HELD, "decide": PAIRS, "report": REPORTS, "send": SENDING, "answer": ANSWER,
    "administer": PEOPLE,
}  # fmt: skip


@dataclass(frozen=True)
class Viewer:
    """`login` stands in batches and the audit chain; `communes` are keys of units, None all; `may` what is allowed."""

    login: str
    shown_name: str
    may: frozenset[str]
    communes: frozenset[str] | None = None
    alone: bool = False  # the one person at this computer: no login, no second factor
    rights: Rights = field(default_factory=lambda: local(""))

    def sees(self, commune: str | None) -> bool:
        """Whether rows and counts of a commune (a unit's key) may be shown; rows without one only to who sees all."""
        return self.communes is None or (commune is not None and commune in self.communes)

    @property
    def sees_everywhere(self) -> bool:
        """Whether totals over all communes may be shown."""
        return self.communes is None

    def covers(self, may: Iterable[str], communes: Iterable[str] | None) -> bool:
        """Whether all of MAY is allowed, in COMMUNES (None: everywhere) too."""
        here = self.communes is None or (communes is not None and self.communes.issuperset(communes))
        return here and self.may.issuperset(may)

    def require(self, *wanted: str) -> None:
        for one in wanted:
            if one not in self.may:
                raise NotAllowed("Bạn không có quyền xem phần này.", "You have no right to see this.")

    def require_commune(self, commune: str | None) -> None:
        if not self.sees(commune):
            raise NotAllowed("Xã này ngoài phạm vi của bạn.", "This commune is not within your rights.")


def viewer_of(rights: Rights, shown_name: str = "", *, alone: bool = False) -> Viewer:
    """A viewer with the words that pages ask for."""
    may = {word for action, word in _OF_ACTION.items() if rights.may(action)}
    if rights.sees_children:
        may.add(FIGURES)
    if rights.sees_names:
        may.add(NAMES)
    if rights.sees_sealed:
        may.add(SEALED)
    if alone:
        may.add(ALONE)
    return Viewer(rights.login, shown_name or rights.login, frozenset(may), rights.communes, alone, rights)


def local_administrator(login: str) -> Viewer:
    """Who sits at the computer that holds the store and its key: everything is open to them anyway."""
    return viewer_of(local(login), alone=True)
