"""Disclosure control, applied to every aggregate that leaves the office: `protect(results, earlier)`.

tables.py    the counts behind the figures, and what is known to add up
moves.py     changes of counts that leave all that is shown as it is; what they touch is hidden
earlier.py   what earlier releases have told
few.py       small counts of the unknown, told as a class
release.py   from results to the frame that may leave, and what the store keeps of it
"""

from indicators.disclosure.earlier import Earlier
from indicators.disclosure.few import as_class
from indicators.disclosure.release import NUMBERS, Protected, protect
from indicators.disclosure.rule import Rule, rule_on

__all__ = ["NUMBERS", "Earlier", "Protected", "Rule", "as_class", "protect", "rule_on"]
