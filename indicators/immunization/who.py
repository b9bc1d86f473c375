"""Rule *who*: minimum ages and intervals of the WHO position papers, in days and undated."""

from __future__ import annotations

from indicators.immunization.rules import Rule
from indicators.immunization.schedule import who_minimum

WHO = Rule("who", who_minimum(), in_time_days=365)
