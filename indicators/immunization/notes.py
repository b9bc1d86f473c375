"""What a register's note says of the hepatitis B dose at birth: within 24 hours, or later.

The register has two columns, <=24 hours and >24 hours; lists copy them as a note in many wordings. A note is read
for the times in it (`>24h`, `sau sinh 36 giờ`, `2 ngày`), each with the word before it; without any time, for words
such as `muộn`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from schemas.text import fold, nfc

HOURS = 24.0

_LATER_WORDS = "tren|sau|qua|hon|ngoai|muon|tre|cham|vuot|over|after|beyond|late|later|more than|longer|greater|past|exceed(?:s|ed|ing)?|gt"
_WITHIN_WORDS = "trong|truoc|duoi|toi da|within|before|under|less than|up to|at most|dung|le|lt"
_SIGN = re.compile(rf"(?P<later>[>≥]|\b(?:{_LATER_WORDS})\b)|(?P<within>[<≤]|\b(?:{_WITHIN_WORDS})\b)")
_DENIAL = re.compile(r"\b(?:khong|chua|not|no|never)\b")
_SINCE_BIRTH = re.compile(r"\b(?:sau|after)\s+(?:khi\s+)?(?:sinh|de|birth)\b")
_HOUR, _DAY = r"(?:gio|tieng|g|h|hrs?|hours?)\b", r"(?:ngay|days?)\b"
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_TIME = re.compile(
    rf"(?:(?P<days>{_NUMBER}|\ba|\bone|\bmot)\s*{_DAY}(?:\s*(?P<rest>{_NUMBER})\s*{_HOUR})?|(?P<hours>{_NUMBER})\s*{_HOUR})"
)
_BARE = re.compile(rf"(?<![0-9/.-])(?P<hours>{_NUMBER})(?![0-9/-])")
_OR_MORE = re.compile(r"\s*(?:\+|tro len|tro di|or (?:more|later))")
_LATE = re.compile(r"\b(?:muộn|trễ|chậm|quá giờ|late|delayed)\b")
_LATE_BARE = re.compile(r"\b(?:tiem )?(?:muon|cham)\b|\btiem tre\b")
_NOT_LATE = re.compile(r"\b(?:không|khong|chưa|not|no)\b[^,;.]*\b(?:muộn|muon|trễ|tre|chậm|cham|late|delayed)\b")


def says_over_24_hours(note: str) -> bool:
    """True where the note says that the dose came later than 24 hours after birth.

    `>24 giờ`, `sau 24h`, `muộn`, `over_24h`, `36 giờ`, `2 ngày` say so; `≤24 giờ`, `trong 24 giờ`, `sau sinh 6 giờ`,
    `24h` and an empty note do not.
    """
    text = _plain(note)
    times = list(_times(text))
    return any(times) if times else _late_in_words(nfc(note).casefold())


def _plain(note: str) -> str:
    """Folded, with one sign for each comparison, and a blank between letters and figures."""
    text = fold(html.unescape(note)).replace("_", " ").replace("＞", ">").replace("＜", "<").replace("≦", "≤")
    text = text.replace("≧", "≥").replace("<=", "≤").replace("=<", "≤").replace(">=", "≥").replace("=>", "≥")
    return re.sub(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])", " ", text)


def _times(text: str) -> Iterator[bool]:
    """For each time in TEXT whether it lies beyond 24 hours; a figure without a unit is one where a sign precedes it."""
    text = _SINCE_BIRTH.sub("", text)  # what follows is the child's age, not a limit that was passed
    found = list(_TIME.finditer(text))
    alone = [] if found else list(_BARE.finditer(text))
    start = 0
    for time in found or alone:
        before, start = text[start : time.start()], time.end()
        signs = list(_SIGN.finditer(before))
        if time in alone and not signs and not _OR_MORE.match(text, start) and text.strip() != time[0]:
            continue  # the number of a batch, of a dose
        beyond = None
        if signs:
            beyond = (signs[-1]["later"] is not None) is not bool(_DENIAL.search(before[: signs[-1].start()]))
        elif _OR_MORE.match(text, start):
            beyond = True
        hours = _hours(time)
        yield hours > HOURS if beyond is None else beyond and hours >= HOURS


def _hours(time: re.Match[str]) -> float:
    parts = time.groupdict()
    days = parts.get("days")
    if days is None:
        return _figure(parts["hours"] or "0")
    whole = 1.0 if days in ("a", "one", "mot") else _figure(days)
    return 24 * whole + _figure(parts["rest"] or "0")


def _figure(text: str) -> float:
    return float(text.replace(",", "."))


def _late_in_words(note: str) -> bool:
    """Words that say late. Without tone marks `tre` is as well a child and `muon` to want: they need a clearer place."""
    if _NOT_LATE.search(note):
        return False
    return bool(_LATE.search(note)) or (note.isascii() and bool(_LATE_BARE.search(note)))
