"""As on which day, over which period, in which geography the sources are prepared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Moment:
    """As on which day, over which period (start and end included), in which geography."""

    as_of: date
    period_start: date
    geography: date

    @property
    def school_year(self) -> int:
        """The school year in force, by the year in which it starts (September)."""
        return self.as_of.year if self.as_of.month >= 9 else self.as_of.year - 1
