"""Mid-upper arm circumference by its cut-offs, 6 to 59 months.

WHO and UNICEF, WHO child growth standards and the identification of severe acute malnutrition in infants and
children, 2009: below 115 mm severe, below 125 mm moderate acute malnutrition; oedema is severe whatever the arm.
"""

from __future__ import annotations

SEVERE_BELOW_MM = 115
MODERATE_BELOW_MM = 125
FROM_MONTHS, BEFORE_MONTHS = 6, 60


def muac_class(muac_mm: float | None, age_months: float | None, oedema: bool | None = None) -> str | None:
    """severe, moderate or none; None without a measurement or outside 6 to 59 months."""
    if age_months is None or not FROM_MONTHS <= age_months < BEFORE_MONTHS:
        return None
    if oedema:
        return "severe"
    if muac_mm is None or muac_mm <= 0:
        return None
    if muac_mm < SEVERE_BELOW_MM:
        return "severe"
    return "moderate" if muac_mm < MODERATE_BELOW_MM else "none"


def muac_sql(muac_mm: str = "muac_mm", age_months: str = "age_months", oedema: str = "oedema") -> str:
    """The same as an SQL CASE over the three expressions."""
    return (
        f"case when {age_months} >= {FROM_MONTHS} and {age_months} < {BEFORE_MONTHS} then case"
        f" when {oedema} then 'severe'"
        f" when {muac_mm} > 0 and {muac_mm} < {SEVERE_BELOW_MM} then 'severe'"
        f" when {muac_mm} > 0 and {muac_mm} < {MODERATE_BELOW_MM} then 'moderate'"
        f" when {muac_mm} > 0 then 'none' end end"
    )
