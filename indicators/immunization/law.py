"""Rule *law*: the dated schedule of the Ministry of Health, by completed calendar months where it has them.

Circulars 26/2011, 38/2017, 10/2024, 52/2025 and 13/2026/TT-BYT; each row of the table cites its own.
"""

from __future__ import annotations

from indicators.immunization.rules import Rule
from indicators.immunization.schedule import law_schedule

LAW = Rule("law", tuple(row.limit for row in law_schedule()), in_time_days=None)
