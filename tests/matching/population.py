"""A seeded population of this district for judging matching: households, siblings, twins, cousins, namesakes.

Nothing in it is a real person. Names collide as they do here: among 17,000 children some 11,500 different pairs
of name and birth year.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from schemas.codes import units

COMMUNES = tuple(u.key for u in units().values() if u.level == "commune" and u.valid_from.year == 1900)
FIRST, LAST = date(2007, 1, 1), date(2024, 11, 30)

_CLANS = {
    "03": "Lò Lường Quàng Cà Tòng Cầm Bạc Hoàng Vì Mào Lèo Tao Điêu",
    "08": "Giàng Vàng Sùng Thào Hờ Và Lầu Mùa Vừ Ly Hạng Chá Cứ",
    "29": "Quàng Lường Cút Moong Lò Lầu",
    "01": "Nguyễn Trần Lê Phạm Bùi Vũ Đỗ Hoàng Đinh Đặng",
}
_SHARES = {"03": 0.70, "08": 0.20, "29": 0.05, "01": 0.05}
_BOYS = (
    "An Anh Bình Biên Bun Chính Chung Công Cường Dũng Duy Đại Đạt Điệp Đoàn Đông Đức Hà Hải Hặc Hiếu Hoàn Hoan Hùng "
    "Hưng Huy Khánh Khôi Kiên Lả Lâm Long Lợi Mạnh Minh Nam Nghĩa Ngọc Nguyên Ơn Pâng Phát Phong Phúc Phương Quân "
    "Quý Quyết Sơn Sươi Tâm Tân Thái Thắng Thành Thế Thịnh Thuận Tiến Tiệp Toàn Trung Trường Tú Tuấn Tùng Ún Vinh Vui Xôm Yêu"
)
_GIRLS = (
    "An Anh Ánh Bích Chi Chinh Diễm Diệp Dung Duyên Đào Giang Hà Hạnh Hiền Hoa Hoài Hồng Huệ Hương Huyền Ín Khánh Lan "
    "Lả Lệ Liên Linh Loan Luyến Ly Mai Mến Mơ Nga Ngân Nghiệp Ngọc Nguyệt Nhi Nhung Oanh Pản Pâng Phương Phượng Quyên "
    "Quỳnh Tâm Thảo Thắm Thanh Thu Thủy Thương Thúy Tiên Trang Trinh Tươi Tuyết Ương Vân Vi Xuân Yến Ban"
)
_HMONG_BOYS = (
    "Sử Dua Páo Lử Chống Dơ Sình Tủa Vảng Nủ Chía Cháng Pó Sáu Thề Lềnh Súa Chu Dế Giống Hồ Kỷ Lầu Mang Nhà Phử Say Sính "
    "Tàng Tính Trừ Vư Xà Lồng Dình Chứ Khai Thái Của Chá"
)
_HMONG_GIRLS = (
    "Mỷ Dở Sua Chía Pàng Dợ Mái Chư Bầu Câu Dính Giống Ká Lia Máy Nhia Nù Pà Sông Sầu Say Tồng Vang Xua Dí Ly Mo Chở Dăng Nếnh"
)  # fmt: skip
_FIRST_OF_TWO = [
    "Minh",
    "Gia",
    "Bảo",
    "Quốc",
    "Thanh",
    "Ngọc",
    "Thu",
    "Hoài",
    "Đức",
    "Anh",
    "Tiến",
    "Hải",
    "Thùy",
    "Kim",
    "Tuấn",
    "Khánh",
    "Phương",
    "Diệu",
]
_VILLAGES = [
    "Co Cáng",
    "Hua Ná",
    "Pá Cha",
    "Nà Dên",
    "Huổi Lướng",
    "Co Sản",
    "Pú Súa",
    "Nậm Pọng",
    "Hồng Sọt",
    "Xuân Tre",
    "Bó Mạy",
    "Kéo",
    "Lé",
    "Na Luông",
    "Noong Háng",
    "Pá Liếng",
    "Thẩm Phẩm",
    "Tin Tốc",
    "Mới",
    "Chan",
    "Cói",
    "Giảng",
    "Hón",
    "Huổi Hỏm",
    "Ten",
    "Co Hắm",
    "Pú Tỉu",
    "Mánh Đanh",
    "Kể Cải",
    "Nậm Cứm",
    "Huổi Ca",
    "Pá Nặm",
    "Bua",
    "Củ",
    "Hới",
    "Nà Mạt",
    "Co Nỏng",
    "Đắng",
    "Xôm",
    "Cò Chạy",
]


def rhyme_of(given: str) -> str:
    """What names that rhyme with GIVEN share: all but the consonants that begin it."""
    return (given.lstrip("BCDĐGHKLMNPQRSTVXbcdđghklmnpqrstvx") or given).lower()


@dataclass(frozen=True)
class Child:
    """A child as it truly is; `kin` names what hard pair it was made for, if any."""

    key: int
    name: tuple[str, str, str]  # clan, middle, given
    born: date
    sex: str
    ethnicity: str
    number: str
    mother: str
    father: str
    head: str
    village: str
    commune: str
    kin: str = ""

    @property
    def full_name(self) -> str:
        return " ".join(part for part in self.name if part)


class Population:
    """Households of a district, grown until there are children enough."""

    def __init__(self, children: int, seed: int, hard: float = 0.02, variety: float = 1.0) -> None:
        self.chance = random.Random(seed)
        self.variety = variety  # above 1: more names, fewer namesakes
        self.villages = {c: self.chance.sample(_VILLAGES, self.chance.randint(8, 14)) for c in COMMUNES}
        self.children: list[Child] = []
        self._serial = self.chance.randint(0, 900_000)
        wanted_hard = int(children * hard / 2)
        while len(self.children) < children - wanted_hard:
            self._household()
        del self.children[children - wanted_hard :]
        for _ in range(wanted_hard):
            self._hard_pair()
        for key, child in enumerate(self.children):
            self.children[key] = replace(child, key=key)

    # -- names

    def _common(self, words: list[str], steepness: float) -> str:
        """A word of a list, the early ones commoner (as Zipf has it)."""
        weights = [1 / (rank + 1) ** (steepness / self.variety) for rank in range(len(words))]
        return self.chance.choices(words, weights)[0]

    def clan(self, ethnicity: str) -> str:
        return self._common(_CLANS[ethnicity].split(), 0.9)

    def given(self, ethnicity: str, sex: str, modern: bool) -> tuple[str, str]:
        """Middle and given name."""
        chance = self.chance
        if ethnicity == "08":
            given = self._common((_HMONG_BOYS if sex == "M" else _HMONG_GIRLS).split(), 0.7)
            return ("A" if sex == "M" and chance.random() < 0.85 else "Văn" if sex == "M" else "Thị"), given
        given = self._common((_BOYS if sex == "M" else _GIRLS).split(), 1.0)
        if modern and chance.random() < 0.22 * self.variety:
            first = self._common(_FIRST_OF_TWO, 0.6)
            return (f"Thị {first}" if sex == "F" and chance.random() < 0.6 else first), given
        return ("Văn" if sex == "M" else "Thị"), given

    def adult(self, ethnicity: str, sex: str, clan: str | None = None) -> str:
        middle, given = self.given(ethnicity, sex, modern=False)
        return f"{clan or self.clan(ethnicity)} {middle} {given}"

    # -- households

    def _household(self) -> None:
        chance = self.chance
        commune = chance.choice(COMMUNES)
        ethnicity = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
        clan, village = self.clan(ethnicity), chance.choice(self.villages[commune])
        grandfather = self.adult(ethnicity, "M", clan) if chance.random() < 0.4 else None
        for _ in range(2 if grandfather and chance.random() < 0.4 else 1):
            father, mother = self.adult(ethnicity, "M", clan), self.adult(ethnicity, "F")
            head = grandfather or (father if chance.random() < 0.92 else mother)
            self._siblings((clan, ethnicity, mother, father, head, village, commune))

    def _siblings(self, home: tuple[str, ...]) -> None:
        chance = self.chance
        born = FIRST + timedelta(days=chance.randint(-2000, (LAST - FIRST).days))
        for _ in range(chance.choices([1, 2, 3, 4, 5], [30, 38, 20, 9, 3])[0]):
            if FIRST <= born <= LAST:
                first = self._child(home, born)
                if chance.random() < 0.008:
                    self._child(home, born, unlike=first.name[2])
            born += timedelta(days=int(chance.triangular(330, 2200, 800)))

    def _child(self, home: tuple[str, ...], born: date, unlike: str = "", kin: str = "", **said: object) -> Child:
        clan, ethnicity, mother, father, head, village, commune = home
        sex = str(said.get("sex") or self.chance.choice("MF"))
        middle, given = self.given(ethnicity, sex, modern=born.year > 2012)
        while given == unlike:
            middle, given = self.given(ethnicity, sex, modern=born.year > 2012)
        name = said.get("name") or (clan, middle, given)
        self._serial = (self._serial + self.chance.choice([1, 1, 2, 5, 17])) % 1_000_000
        digits = f"011{2 if sex == 'M' else 3}{born.year % 100:02d}{self._serial:06d}"
        child = Child(
            len(self.children), name, born, sex, ethnicity, digits, mother, father, head, village, commune, kin  # type: ignore[arg-type]
        )  # fmt: skip
        self.children.append(child)
        return child

    # -- pairs that look like one child and are two

    def _hard_pair(self) -> None:
        child = self.chance.choice(self.children)
        home = (
            child.name[0], child.ethnicity, child.mother, child.father, child.head, child.village, child.commune,
        )  # fmt: skip
        kind = self.chance.choices(["twin", "namesake", "cousin", "sibling"], [35, 30, 20, 15])[0]
        if kind == "twin":
            sex = child.sex if self.chance.random() < 0.6 else None
            twin = self._child(home, child.born, unlike=child.name[2], kin=kind, sex=sex)
            if self.chance.random() < 0.3 and twin.sex == child.sex:  # Minh Anh and Minh Ánh, Quyết and Luyết
                other = self._near(child.name[2]) if self.chance.random() < 0.6 else self._rhyme(child.name[2])
                twin = self.children[-1] = replace(twin, name=(*child.name[:2], other))
            if self.chance.random() < 0.5:  # they are registered together
                number = f"{child.number[:6]}{(int(child.number[6:]) + 1) % 1_000_000:06d}"
                self.children[-1] = replace(twin, number=number[:3] + ("2" if twin.sex == "M" else "3") + number[4:])
        elif kind == "namesake":
            self._namesake(child)
        elif kind == "cousin":
            self._cousin(child, home)
        else:
            born = child.born + timedelta(days=self.chance.choice([-1, 1]) * self.chance.randint(330, 800))
            name = (*child.name[:2], self._near(child.name[2]))
            self._child(home, born, kin=kind, sex=child.sex, name=name)

    def _near(self, given: str) -> str:
        pool = sorted({*_BOYS.split(), *_GIRLS.split()} - {given})
        near = [w for w in pool if w[:1] == given[:1] and abs(len(w) - len(given)) <= 1]
        return self.chance.choice(near or pool)

    def _rhyme(self, given: str) -> str:
        """Another name, or nearly one, that rhymes."""
        rest = given.lstrip("BCDĐGHKLMNPQRSTVXbcdđghklmnpqrstvx") or given.lower()
        return self.chance.choice(["Đ", "H", "K", "L", "M", "T", "V", "N", "Th"]) + rest.lower()

    def _namesake(self, child: Child) -> None:
        """The same name and birth year or day in the commune, of other parents."""
        chance, e = self.chance, child.ethnicity
        father, mother = self.adult(e, "M", child.name[0]), self.adult(e, "F")
        village = child.village if chance.random() < 0.4 else chance.choice(self.villages[child.commune])
        born = child.born if chance.random() < 0.35 else child.born.replace(month=chance.randint(1, 12), day=9)
        home = (child.name[0], e, mother, father, father, village, child.commune)
        self._child(home, born, kin="namesake", sex=child.sex, name=child.name)

    def _cousin(self, child: Child, home: tuple[str, ...]) -> None:
        """One household, the same or nearly the same name, another mother and father."""
        chance, e = self.chance, child.ethnicity
        clan, _, _, _, head, village, commune = home
        cousins = (clan, e, self.adult(e, "F"), self.adult(e, "M", clan), head, village, commune)
        born = child.born + timedelta(days=chance.randint(-200, 200))
        name = child.name if chance.random() < 0.5 else (*child.name[:2], self._near(child.name[2]))
        self._child(cousins, born, kin="cousin", sex=child.sex, name=name)
