"""The ten communes of Mường Ảng (district 102, until 30/06/2025): share of the children, villages, ethnic mix.

Codes and names come from schemas/codes; shares, villages and mix are made up, near what is said of the district.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from sample_data.names import HMONG, KHOMU, KINH, THAI
from schemas.codes import unit_on

# code -> (share of the district's children, villages by ethnic group)
PLAN: dict[str, tuple[float, dict[str, int]]] = {
    "03256": (0.080, {THAI: 4, KINH: 4}),
    "03286": (0.085, {THAI: 7, HMONG: 3}),
    "03287": (0.080, {THAI: 5, HMONG: 4, KHOMU: 1}),
    "03292": (0.120, {THAI: 9, HMONG: 3, KINH: 1}),
    "03301": (0.135, {THAI: 10, KHOMU: 2, KINH: 1}),
    "03302": (0.105, {THAI: 8, KHOMU: 2}),
    "03307": (0.085, {THAI: 8, KINH: 1}),
    "03310": (0.155, {THAI: 11, HMONG: 2, KHOMU: 1}),
    "03312": (0.065, {THAI: 5, HMONG: 2}),
    "03313": (0.090, {THAI: 7, HMONG: 1, KHOMU: 1}),
}
FILE_NAMES = {
    "03256": "Muong-Ang",
    "03286": "Muong-Dang",
    "03287": "Ngoi-Cay",
    "03292": "Ang-To",
    "03301": "Bung-Lao",
    "03302": "Xuan-Lao",
    "03307": "Ang-Nua",
    "03310": "Ang-Cang",
    "03312": "Nam-Lich",
    "03313": "Muong-Lan",
}
_FIRST = {
    THAI: ("Nà", "Co", "Bó", "Hua", "Pá", "Huổi", "Na", "Xuân", "Tin", "Noong"),
    HMONG: ("Huổi", "Pú", "Thẩm", "Kéo", "Lùng", "Pú"),
    KHOMU: ("Huổi", "Pá", "Co"),
}
_SECOND = {
    THAI: (
        "Luông",
        "Hón",
        "Sản",
        "Mạ",
        "Lao",
        "Nưa",
        "Ten",
        "Khoang",
        "Cúng",
        "Nọi",
        "Én",
        "Muông",
        "Tở",
        "Món",
    ),
    HMONG: ("Súa", "Tỉu", "Chăn", "Lướng", "Hẹ", "Khương", "Cắm", "Phình"),
    KHOMU: ("Nôm", "Khâu", "Lốm", "Xưa", "Đứa"),
}


@dataclass(frozen=True)
class Village:
    name: str
    ethnicity: str


@dataclass(frozen=True)
class Commune:
    """A commune: its code and name in force in 2024, its share of the children and its villages."""

    code: str
    name: str
    kind: str  # Xã | Thị trấn
    share: float
    villages: tuple[Village, ...]

    @property
    def file_name(self) -> str:
        return f"{self.code}_{FILE_NAMES[self.code]}"


def communes(seed: int) -> tuple[Commune, ...]:
    """The ten communes in order of code; village names are drawn without repetition inside a commune."""
    found = []
    for code, (share, groups) in PLAN.items():
        unit = unit_on(code, date(2024, 1, 1))
        if unit is None:
            raise KeyError(code)
        kind = "Thị trấn" if unit.name.startswith("Thị trấn") else "Xã"
        found.append(Commune(code, unit.short_name, kind, share, _villages(random.Random(f"{seed}:{code}"), groups)))
    return tuple(found)


def _villages(draw: random.Random, groups: dict[str, int]) -> tuple[Village, ...]:
    found: dict[str, Village] = {}
    for group, wanted in groups.items():
        for number in range(wanted):
            name = f"Tổ dân phố {number + 1}"
            while group != KINH and (name in found or name.startswith("Tổ")):
                name = f"Bản {draw.choice(_FIRST[group])} {draw.choice(_SECOND[group])}"
            found[name] = Village(name, group)
    return tuple(found.values())
