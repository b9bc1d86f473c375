"""One child's doses judged in plain Python: the reference that the set-wise SQL must agree with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from indicators.immunization.rules import Rule
from indicators.immunization.schedule import DPT_CONTAINING, Limit, series_of

FULL = {"BCG": 1, "PENTA": 3, "OPV": 3, "MCV": 1}
"""Doses by series that make a child fully immunized: the eight vaccines (definitions.md, section 1.3)."""


class Reason(Enum):
    """Why a dose is not valid."""

    NO_DOSE = "no_dose"
    UNKNOWN_VACCINE = "unknown_vaccine"
    NO_DATE = "no_date"
    NO_BIRTH_DATE = "no_birth_date"
    BEFORE_BIRTH = "before_birth"
    AFTER_AS_OF = "after_as_of"
    SAME_DAY = "same_day"
    LATE_BIRTH_DOSE = "late_birth_dose"
    NOT_IN_RULE = "not_in_rule"
    BEYOND_LAST = "beyond_last"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    TOO_SOON = "too_soon"


NOT_COUNTED = frozenset({Reason.NO_DOSE, Reason.BEFORE_BIRTH, Reason.AFTER_AS_OF})
"""A dose refused for one of these counts nowhere, not even *whatever their validity*."""


@dataclass(frozen=True)
class Dose:
    """A dose as a list gives it; VACCINE empty means that the row states no dose."""

    vaccine: str
    given_on: date | None
    late_birth_dose: bool = False  # the register says: hepatitis B at birth later than 24 hours


@dataclass(frozen=True)
class Verdict:
    """Valid with the dose's number in its series, or not valid with the reason."""

    series: str | None
    number: int | None = None
    reason: Reason | None = None

    @property
    def valid(self) -> bool:
        return self.reason is None

    @property
    def counted(self) -> bool:
        return self.reason not in NOT_COUNTED


@dataclass
class _Series:
    """How far a child has come in one series."""

    valid_doses: int = 0
    last_valid: date | None = None
    last_seen: date | None = None


def judge_doses(born: date | None, doses: Sequence[Dose], rule: Rule, as_of: date | None = None) -> list[Verdict]:
    """A verdict per dose, in the order given. Doses are taken in the order of their dates, then as given."""
    verdicts = [_verdict_by_itself(born, dose, as_of) for dose in doses]
    progress: dict[str, _Series] = {}
    judged = [place for place, verdict in enumerate(verdicts) if verdict.reason is None]
    for place in sorted(judged, key=lambda place: doses[place].given_on or date.min):
        series, given_on = verdicts[place].series, doses[place].given_on
        if series is None or given_on is None or born is None:
            continue  # refused above
        state = progress.setdefault(series, _Series())
        reason = (
            Reason.SAME_DAY
            if state.last_seen == given_on
            else _reason_in_series(born, series, given_on, state, rule, doses[place].late_birth_dose)
        )
        state.last_seen = given_on
        if reason is None:
            state.valid_doses += 1
            state.last_valid = given_on
        verdicts[place] = Verdict(series, state.valid_doses if reason is None else None, reason)
    return verdicts


def _verdict_by_itself(born: date | None, dose: Dose, as_of: date | None) -> Verdict:
    """What the dose alone tells, without the others of its series."""
    if not dose.vaccine.strip():
        return Verdict(None, reason=Reason.NO_DOSE)
    series = series_of(dose.vaccine)
    if dose.given_on is not None and born is not None and dose.given_on < born:
        return Verdict(series, reason=Reason.BEFORE_BIRTH)
    if dose.given_on is not None and as_of is not None and dose.given_on > as_of:
        return Verdict(series, reason=Reason.AFTER_AS_OF)
    if series is None:
        return Verdict(None, reason=Reason.UNKNOWN_VACCINE)
    if dose.given_on is None:
        return Verdict(series, reason=Reason.NO_DATE)
    if born is None:
        return Verdict(series, reason=Reason.NO_BIRTH_DATE)
    return Verdict(series)


def _reason_in_series(
    born: date, series: str, day: date, state: _Series, rule: Rule, late_birth_dose: bool
) -> Reason | None:
    """Why the dose is not the next valid one of its series; None where it is."""
    limit = rule.limit(series, state.valid_doses + 1, day)
    if limit is None:
        return Reason.BEYOND_LAST if rule.has_series(series, day) else Reason.NOT_IN_RULE
    if series == "HEPB0" and late_birth_dose:
        return Reason.LATE_BIRTH_DOSE
    return _reason_by_limit(born, day, state.last_valid, limit)


def _reason_by_limit(born: date, day: date, last_valid: date | None, limit: Limit) -> Reason | None:
    if limit.age is not None and day < limit.age.after(born):
        return Reason.TOO_YOUNG
    if limit.latest_age_days is not None and (day - born).days > limit.latest_age_days:
        return Reason.TOO_OLD
    if limit.interval is not None and last_valid is not None and day < limit.interval.after(last_valid):
        return Reason.TOO_SOON
    return None


@dataclass(frozen=True)
class ChildStatus:
    """What the doses of one child so far make of it; None where its birth date is not known."""

    fully_immunized_12m: bool | None
    fully_immunized_12m_with_ipv: bool | None
    fully_immunized_12m_crude: bool | None
    zero_dose_12m: bool | None
    never_vaccinated: bool


def child_status(born: date | None, doses: Sequence[Dose], verdicts: Sequence[Verdict], rule: Rule) -> ChildStatus:
    """Full immunization under 1, valid and whatever the validity, and the children whom no dose reached.

    A dose without a date is in time for nothing, but whoever has one is not *never vaccinated*.
    """
    counted = [(dose, verdict) for dose, verdict in zip(doses, verdicts, strict=True) if verdict.counted]
    if born is None:
        return ChildStatus(None, None, None, None, never_vaccinated=not counted)
    dated = [(dose.given_on, verdict) for dose, verdict in counted if dose.given_on is not None]
    in_time = [verdict for day, verdict in dated if rule.in_time(born, day)]
    valid_in_time = [verdict.series for verdict in in_time if verdict.valid]
    full = _complete(valid_in_time)
    return ChildStatus(
        fully_immunized_12m=full,
        fully_immunized_12m_with_ipv=full and "IPV" in valid_in_time,
        fully_immunized_12m_crude=_complete(verdict.series for verdict in in_time),
        zero_dose_12m=not any(
            verdict.series in DPT_CONTAINING and rule.before_first_birthday(born, day) for day, verdict in dated
        ),
        never_vaccinated=not counted,
    )


def _complete(series: Iterable[str | None]) -> bool:
    given = list(series)
    return all(given.count(each) >= doses for each, doses in FULL.items())
