"""Who looks at a page, and what of it that person may see."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import NotAllowed

# what somebody may do; each page names what it asks for
IMPORT, HELD, NAMES, PAIRS, FIGURES, REPORTS, SENDING, PEOPLE, SEALED = (
    "import", "held", "names", "pairs", "figures", "reports", "sending", "people", "sealed",
)  # fmt: skip
EVERYTHING = frozenset({IMPORT, HELD, NAMES, PAIRS, FIGURES, REPORTS, SENDING, PEOPLE, SEALED})


@dataclass(frozen=True)
class Viewer:
    """`login` stands in batches and the audit chain; `communes` are keys of units, None all; `may` what is allowed."""

    login: str
    shown_name: str
    may: frozenset[str]
    communes: frozenset[str] | None = None
    alone: bool = False  # the one person at this computer: no login, no second factor

    def sees(self, commune: str | None) -> bool:
        """Whether rows of a commune (a unit's key) may be shown; rows without one only to who sees all."""
        return self.communes is None or (commune is not None and commune in self.communes)

    def require(self, *wanted: str) -> None:
        for one in wanted:
            if one not in self.may:
                raise NotAllowed("Bạn không có quyền xem phần này.", "You have no right to see this.")

    def require_commune(self, commune: str | None) -> None:
        if not self.sees(commune):
            raise NotAllowed("Xã này ngoài phạm vi của bạn.", "This commune is not within your rights.")


def local_administrator(login: str) -> Viewer:
    """Who sits at the computer that holds the store and its key: everything is open to them anyway."""
    return Viewer(login, login, EVERYTHING, None, alone=True)
