"""Issues: what can be wrong in the data, as a catalogue of kinds and a value for each finding.

An issue is collected, never raised. Each kind has a code, a consequence, a sentence with slots and advice,
in Vietnamese and English. Consequences: `hold` (the row is held back), `warn` (the row is accepted and the
sender is told), `refuse_sheet`, `refuse_file`.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

CONSEQUENCES = ("hold", "warn", "refuse_sheet", "refuse_file")


@dataclass(frozen=True)
class IssueKind:
    """One entry of the catalogue `schemas/issues.toml`."""

    code: str
    consequence: str
    says: Mapping[str, str]
    advice: Mapping[str, str]


@cache
def kinds() -> dict[str, IssueKind]:
    """The catalogue; refuses an entry with a missing or unknown key."""
    text = resources.files("schemas").joinpath("issues.toml").read_text("utf-8")
    found = {}
    for code, entry in tomllib.loads(text).items():
        if set(entry) != {"consequence", "vi", "en", "advice_vi", "advice_en"}:
            raise ValueError(f"schemas/issues.toml: {code}: keys must be consequence, vi, en, advice_vi, advice_en")
        if entry["consequence"] not in CONSEQUENCES:
            raise ValueError(f"schemas/issues.toml: {code}: unknown consequence {entry['consequence']}")
        found[code] = IssueKind(
            code, entry["consequence"], {"vi": entry["vi"], "en": entry["en"]},
            {"vi": entry["advice_vi"], "en": entry["advice_en"]},
        )  # fmt: skip
    return found


_OF_LIST = (
    "list_date",
    "choices",
    "index",
    "low",
    "high",
    "field",
    "what",
    "seconds",
    "request",
)  # slots that name no person


@dataclass(frozen=True)
class Issue:
    """One finding: kind, field (as in --records), column letter, the raw value, and the slots of its sentence."""

    code: str
    field: str | None = None
    column: str | None = None
    value: str | None = None
    slots: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in kinds():
            raise KeyError(f"no issue kind {self.code} in schemas/issues.toml")

    @property
    def consequence(self) -> str:
        return kinds()[self.code].consequence

    @property
    def holds(self) -> bool:
        return self.consequence != "warn"

    def sentence(self, lang: str = "vi") -> str:
        return _fill(kinds()[self.code].says[lang], self)

    def cause(self, lang: str = "vi") -> str:
        """The sentence without what is one row's own: for groups of rows with equal causes, and where no name may stand."""
        text = kinds()[self.code].says[lang].replace(" “{value}”", "").replace("“{value}” ", "")
        return text.format_map(_Slots({k: v for k, v in self.slots.items() if k in _OF_LIST}))

    def advice(self, lang: str = "vi") -> str:
        return _fill(kinds()[self.code].advice[lang], self)


class _Slots(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _fill(text: str, issue: Issue) -> str:
    slots = _Slots(issue.slots)
    slots.setdefault("value", issue.value or "")
    slots.setdefault("column", issue.column or "")
    return text.format_map(slots)
