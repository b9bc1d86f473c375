"""A second generator of truth: other families, other lists and other habits of writing than `truth.py`.

Nothing is shared with the first but the columns, two slips of the hand and what a rhyme is, so that a model that learnt one generator's
habits fails on the other. `Habits` says how often each mistake stands in a copy; `drawn` makes habits at random.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from schemas.codes import successor_of, units
from tests.matching.population import rhyme_of
from tests.matching.truth import COLUMNS, misspelt, plain

# clans with their share, middle names, given names of boys and girls; each people names its children in its own way
_PEOPLES = {
    "03": (
        "Lò:30 Quàng:14 Lường:12 Cà:9 Tòng:8 Cầm:7 Vì:5 Bạc:4 Hoàng:4 Điêu:3 Lù:2 Mè:2", "Văn:8 Minh Quốc Đức", "Thị:8 Thu Hồng",
        "Thành Cương Dũng Hùng Sơn Nam Long Tuấn Thắng Phong Hải Bình An Khánh Đạt Huy Kiên Minh Quân Tùng Vinh Thịnh Phúc "
        "Toản Chiến Biển Xuân Inh Ọi Hặc Panh Chựa Dương Trường Mạnh Hoàn Lả Tiện Thương",
        "Hương Thảo Trang Linh Mai Lan Hoa Nga Yến Nhung Vân Phương Hà Thu Ánh Anh Ngọc Quỳnh Ly Chi Diệp Dung Dương Oanh "
        "Loan Liên Thương Thường Tươi Thanh Thoa Thơm Xuân Ín Ắng Pâng Inh Hặc Lả Nọi Pành",
    ),
    "08": (
        "Giàng:20 Vàng:16 Sùng:14 Mùa:13 Thào:12 Lầu:8 Hạng:6 Vừ:6 Chá:3 Ly:2", "A:9 Xuân", "Thị:9 Mai",
        "Sử Dua Páo Chống Dơ Lử Sình Tủa Vảng Nủ Chía Pó Thề Lềnh Súa Chu Dế Hồ Mang Nhà Say Tàng Tính Vư Dình Khai Của",
        "Mỷ Dở Sua Pàng Dợ Mái Chư Bầu Dính Ká Lia Máy Nhia Pà Sông Say Vang Xua Ly Mo Chở Nếnh Dí",
    ),
    "01": (
        "Nguyễn:38 Trần:12 Lê:10 Phạm:8 Vũ:6 Bùi:5 Đỗ:4 Đinh:3", "Văn:3 Đức Minh Gia Quang Tuấn Hải", "Thị:4 Ngọc Thùy Khánh Bảo Minh",
        "Anh Minh Huy Khang Bảo Phúc Nam Long Đức Quân Hiếu Khôi Tùng Sơn Dũng Hưng Kiên Bách",
        "Anh Linh Chi Trang Hà Ngân Ngọc Nhi My Vy Hân Trâm Phương Thảo Mai Yến Châu Thư",
    ),
}  # fmt: skip
_SHARES = {"03": 66, "08": 28, "01": 6}
_SECOND = ["Bảo", "Ngọc", "Minh", "Hoài", "Thanh", "Kim", "Thùy", "Gia", "Tuấn", "Anh", "Mai", "Diệu", "Khánh"]
_NICKNAMES = ["Tý", "Tèo", "Cún", "Bin", "Bống", "Na", "Bi", "Sóc", "Mít", "Cò", "Tí", "Mỡ", "Út", "Bông", "Gấu", "Ken"]
_VILLAGES = [
    "Co Muông",
    "Nà Luông",
    "Pá Sáng",
    "Huổi Cắm",
    "Tát Hẹ",
    "Noong Hét",
    "Bon",
    "Pú Khớ",
    "Xuân Món",
    "Kéo Nánh",
    "Thái",
    "Co Phát",
    "Lịch Cang",
    "Ngối",
    "Chiềng",
    "Ảng",
    "Pọng",
    "Hua Nguống",
    "Nậm Chan",
    "Tọ Cuông",
    "Thớ Tỷ",
    "Cang",
    "Nghịu",
    "Mới 1",
    "Mới 2",
    "Giáng",
    "Co Líu",
    "Huổi Châng",
]
_ADMIN = {unit.key: unit for unit in units().values() if unit.level == "commune"}
_OLD = [key for key, unit in _ADMIN.items() if unit.valid_from.year == 1900]


@dataclass(frozen=True)
class Habits:
    """Shares of rows unless said otherwise. Defaults: a tidy district."""

    duplicates: float = 0.15  # rows that are a child's second or later one
    hard: float = 0.02  # children made to look like another one
    mistakes: float = 1.2  # mean number of mistakes in a copy, drawn by the weights below
    first_mistakes: float = 0.15  # the same in the row that came first
    no_number: float = 0.40
    no_mother: float = 0.10
    no_father: float = 0.25
    no_head: float = 0.10
    no_village: float = 0.05
    no_ethnicity: float = 0.0
    grandfather: float = 0.35  # of households, those whose head is neither parent
    year_only: float = 0.03
    one_list: float = 0.05  # of the copies, those on the list of the first
    after_reform: float = 0.3  # of the copies, those under the commune of after 1 July 2025
    plain_lists: float = 0.0  # of lists, those typed without marks
    weighing: float = 0.35  # of the copies, those on a list that has no number, no father and no ethnicity
    commune_as: str = "key"  # key, code or name
    dates_as: str = "iso"  # iso or slash
    first_of_year: bool = False  # a year alone written as its first of January, the precision saying so
    lists: str = "many"  # many lists for each commune, one for each, or no list named at all
    moved: float = 1.0  # weights of the mistakes
    misspelt: float = 2.0
    swapped_date: float = 1.0
    near_date: float = 0.6
    nickname: float = 0.5
    other_middle: float = 0.7
    turned: float = 0.4
    lost_marks: float = 1.5
    lost_parent: float = 1.2
    other_head: float = 0.8
    grown_misspelt: float = 1.0
    number_digit: float = 0.8
    half_name: float = 0.4
    only_year: float = 0.7
    lost_sex: float = 0.3
    lost_village: float = 0.6
    parents_swapped: float = 0.3
    other_number: float = 0.3
    new_year: float = 0.4


_MISTAKES = tuple(f.name for f in fields(Habits))[tuple(f.name for f in fields(Habits)).index("moved") :]
NAMED = {
    "tidy": Habits(),
    "weighing lists": Habits(no_number=0.7, no_mother=0.3, weighing=0.7, plain_lists=0.3, dates_as="slash"),
    "after the reform": Habits(after_reform=0.9, commune_as="name", grandfather=0.6, no_number=0.5, lists="one"),
    "years only": Habits(year_only=0.15, only_year=2.5, no_number=0.6, first_of_year=True, commune_as="code"),
    "mothers missing": Habits(no_mother=0.5, no_father=0.4, no_number=0.5, no_village=0.2, lists="none"),
}  # fmt: skip


def drawn(seed: int) -> Habits:
    """Habits at random: every rate between a third and three times its default, every convention by lot."""
    chance = random.Random(seed)
    said: dict[str, object] = {}
    kept = {"duplicates", "hard", "commune_as", "dates_as", "first_of_year", "lists"}
    for field in fields(Habits):
        if field.name not in kept:
            said[field.name] = min(0.85 if field.name not in (*_MISTAKES, "mistakes") else 9.0,
                                   float(field.default) * 3 ** chance.uniform(-1, 1))  # type: ignore[arg-type]  # fmt: skip
    said["no_number"], said["no_mother"] = chance.uniform(0.1, 0.9), chance.uniform(0.02, 0.6)
    said["no_ethnicity"], said["plain_lists"] = chance.choice([0, 0, 0.5]), chance.choice([0, 0, 0.3])
    said["commune_as"] = chance.choice(["key", "code", "name"])
    said["dates_as"], said["first_of_year"] = chance.choice(["iso", "slash"]), chance.random() < 0.5
    said["lists"] = chance.choice(["many", "many", "one", "none"])
    return replace(Habits(duplicates=chance.choice([0.1, 0.15, 0.3])), **said)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Home:
    people: str
    clan: str
    mother: str
    father: str
    head: str
    village: str
    commune: str


@dataclass(frozen=True)
class _Child:
    key: int
    clan: str
    middle: str
    given: str
    sex: str
    born: date
    number: str
    home: _Home

    @property
    def name(self) -> str:
        return f"{self.clan} {self.middle} {self.given}"


def written(count: int, seed: int, habits: Habits) -> tuple[list[dict[str, str]], dict[str, int]]:
    """COUNT rows (cells as text, as a CSV gives them) and the child key of each record_id."""
    return _Writer(random.Random(seed * 104_729 + 5), habits).rows(count)


def _weighted(chance: random.Random, words: str) -> str:
    pairs = [([*word.split(":"), "1"])[:2] for word in words.split()]
    return chance.choices([word for word, _ in pairs], [float(share) for _, share in pairs])[0]


class _Families:
    """Children in homes, each home with its own parents; then the children made to look like another."""

    def __init__(self, chance: random.Random, habits: Habits) -> None:
        self.chance, self.habits = chance, habits
        self.villages = {commune: chance.sample(_VILLAGES, chance.randint(6, 12)) for commune in _OLD}
        self.children: list[_Child] = []

    def fill(self, count: int) -> list[_Child]:
        hard = int(count * self.habits.hard)
        while len(self.children) < count - hard:
            self._family()
        del self.children[count - hard :]
        for _ in range(hard):
            self._like(self.chance.choice(self.children))
        return self.children

    def _grown(self, people: str, sex: str, clan: str = "") -> str:
        clans, boys_middle, girls_middle, boys, girls = _PEOPLES[people]
        middle = _weighted(self.chance, boys_middle if sex == "M" else girls_middle)
        return f"{clan or _weighted(self.chance, clans)} {middle} {self._given(boys if sex == 'M' else girls)}"

    def _given(self, words: str) -> str:
        pool = words.split()
        return pool[int(len(pool) * self.chance.random() ** 2.2)]

    def _home(self, people: str, clan: str = "", head: str = "", place: tuple[str, str] | None = None) -> _Home:
        chance = self.chance
        clan = clan or _weighted(chance, _PEOPLES[people][0])
        commune = place[1] if place else chance.choice(_OLD)
        village = place[0] if place else chance.choice(self.villages[commune])
        father, mother = self._grown(people, "M", clan), self._grown(people, "F")
        if not head:
            old = chance.random() < self.habits.grandfather
            head = self._grown(people, "M", clan) if old else chance.choices([father, mother], [9, 1])[0]
        return _Home(people, clan, mother, father, head, village, commune)

    def _family(self) -> None:
        chance = self.chance
        home = self._home(chance.choices(list(_SHARES), list(_SHARES.values()))[0])
        day = date(2007, 1, 1) + timedelta(days=chance.randint(0, 6200))
        for _ in range(chance.choices([1, 2, 3, 4], [35, 40, 18, 7])[0]):
            if day.year <= 2024:
                self._birth(home, day)
            day += timedelta(days=chance.randint(320, 1600))

    def _birth(self, home: _Home, day: date, **like: str) -> None:
        chance = self.chance
        sex = like.get("sex") or chance.choice("MF")
        _, boys_middle, girls_middle, boys, girls = _PEOPLES[home.people]
        middle = like.get("middle") or _weighted(chance, boys_middle if sex == "M" else girls_middle)
        if "middle" not in like and home.people != "08" and chance.random() < 0.2:
            middle = f"{middle} {chance.choice(_SECOND)}" if middle == "Thị" else chance.choice(_SECOND)
        given = like.get("given") or self._given(boys if sex == "M" else girls)
        number = f"011{2 + (sex == 'F')}{day.year % 100:02d}{chance.randint(0, 999_999):06d}"
        self.children.append(
            _Child(len(self.children), like.get("clan", home.clan), middle, given, sex, day, number, home)
        )

    def _like(self, child: _Child) -> None:
        """A twin, a namesake, a cousin in the household, or a brother or sister a year away."""
        chance, home = self.chance, child.home
        kind = chance.choices(["twin", "namesake", "cousin", "sibling"], [4, 3, 3, 1])[0]
        same = {"sex": child.sex, "clan": child.clan}
        boys, girls = _PEOPLES[home.people][3:]
        other = self._given(boys if child.sex == "M" else girls)
        if kind == "twin":
            sex = child.sex if chance.random() < 0.7 else chance.choice("MF")
            if sex != child.sex:
                self._birth(home, child.born, clan=child.clan, sex=sex)
            elif chance.random() < 0.3 and " " not in child.middle and other != child.given:  # one word, in the middle
                middle = chance.choice([word for word in _SECOND if word != child.middle])
                self._birth(home, child.born, **same, middle=middle, given=child.given)
            elif chance.random() < 0.2:  # a name that rhymes
                given = chance.choice("BCHKLMNTVS") + rhyme_of(child.given)
                if given == child.given:
                    return self._like(child)
                self._birth(home, child.born, **same, middle=child.middle, given=given)
            elif other != child.given:
                self._birth(home, child.born, **same, middle=child.middle, given=other)
            else:
                return self._like(child)
            if chance.random() < 0.4:  # numbers in a row
                twin = self.children[-1]
                last = f"{(int(child.number[6:]) + 1) % 1_000_000:06d}"
                self.children[-1] = replace(twin, number=twin.number[:6] + last)
        elif kind == "namesake":
            near = chance.random() < 0.3
            elsewhere = chance.choice(self.villages[home.commune])
            place = (home.village if chance.random() < 0.4 else elsewhere, home.commune)
            day = child.born if near else date(child.born.year, chance.randint(1, 12), chance.randint(1, 28))
            self._birth(self._home(home.people, child.clan, "", place), day, **same,
                        middle=child.middle, given=child.given)  # fmt: skip
        elif kind == "cousin":
            day = child.born + timedelta(days=chance.choice([0, 0, *range(-300, 300, 7)]))
            home = self._home(home.people, home.clan, home.head, (home.village, home.commune))
            given = child.given if chance.random() < 0.6 else other
            self._birth(home, day, **same, middle=child.middle, given=given)
        else:
            self._birth(home, child.born + timedelta(days=chance.randint(300, 420)), **same,
                        middle=child.middle, given=other)  # fmt: skip


class _Writer:
    def __init__(self, chance: random.Random, habits: Habits) -> None:
        self.chance, self.habits = chance, habits
        self.plain = frozenset(name for name in self._list_names() if chance.random() < habits.plain_lists)

    def _list_names(self) -> list[str]:
        turns = {"many": "abcd", "one": "a", "none": ""}[self.habits.lists]
        return [f"{commune[:5]}/{turn}" for commune in _OLD for turn in turns]

    def rows(self, count: int) -> tuple[list[dict[str, str]], dict[str, int]]:
        chance, habits = self.chance, self.habits
        copies = int(count * habits.duplicates)
        children = _Families(chance, habits).fill(count - copies)
        placed = [(child, self._row(child, "", habits.first_mistakes)) for child in children]
        lists = {child.key: row["list_id"] for child, row in placed}
        for child in chance.choices(children, k=copies):
            placed.append((child, self._row(child, lists[child.key], habits.mistakes)))
        chance.shuffle(placed)
        truth = {}
        for place, (child, row) in enumerate(placed):
            row["record_id"] = f"{place + 1}"
            truth[row["record_id"]] = child.key
        return [{column: row[column] for column in COLUMNS} for _, row in placed], truth

    def _row(self, child: _Child, first_list: str, mistakes: float) -> dict[str, str]:
        chance, habits, home = self.chance, self.habits, child.home
        copy = mistakes is habits.mistakes
        rolled = lambda rate: chance.random() < rate  # noqa: E731
        cells = {
            "clan": child.clan, "middle": child.middle, "given": child.given, "sex": child.sex, "number": child.number,
            "mother": home.mother, "father": home.father, "head": home.head, "village": home.village,
            "commune": home.commune, "ethnicity": home.people, "precision": "day",
        }  # fmt: skip
        born = child.born
        wanted = int(mistakes) + rolled(mistakes % 1)
        for mistake in chance.choices(_MISTAKES, [getattr(habits, m) for m in _MISTAKES], k=wanted):
            born = self._err(mistake, cells, born)
        weighing = copy and rolled(habits.weighing)
        for cell, rate in (
            ("number", habits.no_number), ("mother", habits.no_mother), ("father", habits.no_father),
            ("head", habits.no_head), ("village", habits.no_village), ("ethnicity", habits.no_ethnicity),
        ):  # fmt: skip
            if rolled(rate) or (weighing and cell in ("number", "father", "ethnicity")):
                cells[cell] = ""
        if rolled(habits.year_only):
            cells["precision"] = "year"
        later = copy and rolled(habits.after_reform)
        listed = date(2025, 8, 1) if later else date(2024, 3, 1) + timedelta(days=30 * (copy + chance.randint(0, 3)))
        name = first_list if copy and rolled(habits.one_list) else self._list_of(cells["commune"], first_list)
        row = {
            "list_id": name, "list_date": listed.isoformat(), "sex": cells["sex"], "ethnicity": cells["ethnicity"],
            "full_name": " ".join(" ".join((cells["clan"], cells["middle"], cells["given"])).split()),
            "birth_date": self._date(born, cells["precision"]), "birth_precision": cells["precision"],
            "personal_id": cells["number"], "mother_name": cells["mother"], "father_name": cells["father"],
            "household_head": cells["head"], "village": cells["village"],
            "commune": self._commune(cells["commune"], later),
        }  # fmt: skip
        if name in self.plain or "plain" in cells:
            row |= {c: plain(row[c]) for c in ("full_name", "mother_name", "father_name", "household_head")}
        return row

    def _list_of(self, commune: str, other_than: str) -> str:
        names = [name for name in self._list_names() if name.startswith(commune[:5]) and name != other_than]
        return self.chance.choice(names) if names else "L2" if self.habits.lists == "one" else ""

    def _commune(self, key: str, later: bool) -> str:
        key = (successor_of(key) or key) if later else key
        return {"key": key, "code": key[:5], "name": _ADMIN[key].name}[self.habits.commune_as]

    def _date(self, born: date, precision: str) -> str:
        slash = self.habits.dates_as == "slash"
        if precision == "year":
            return (("01/01/{}" if slash else "{}-01-01") if self.habits.first_of_year else "{}").format(born.year)
        return f"{born:%d/%m/%Y}" if slash else born.isoformat()

    def _err(self, mistake: str, cells: dict[str, str], born: date) -> date:
        """Put one mistake into CELLS; the birth date is given back."""
        chance = self.chance
        match mistake:
            case "moved":
                cells["commune"] = chance.choice(_OLD)
                cells["village"] = chance.choice(_VILLAGES)
            case "misspelt":
                part = chance.choices(["given", "clan", "middle"], [3, 1, 1])[0]
                cells[part] = misspelt(cells[part], chance) if cells[part] else ""
            case "swapped_date" if born.day <= 12:
                return date(born.year, born.day, born.month)
            case "near_date":
                return self._near_date(born)
            case "nickname":
                nick = chance.choice(_NICKNAMES)
                cells["given"] = nick if chance.random() < 0.7 else cells["given"]
                if cells["given"] != nick or chance.random() < 0.2:
                    cells["clan"] = cells["middle"] = ""
                    cells["given"] = nick
            case "other_middle":
                cells["middle"] = chance.choice(["", "Thị" if cells["sex"] == "F" else "Văn", chance.choice(_SECOND)])
            case "turned":
                cells["middle"], cells["given"] = cells["given"], cells["middle"]
            case "lost_marks":
                cells["plain"] = "yes"
            case "lost_parent":
                cells[chance.choice(["mother", "mother", "father", "head"])] = ""
            case "other_head":
                cells["head"] = chance.choice([cells["father"], cells["mother"], ""])
            case "grown_misspelt":
                who = chance.choice(["mother", "mother", "father", "head"])
                cells[who] = misspelt(cells[who], chance) if cells[who] else ""
            case "number_digit":
                place = chance.randint(0, 11)
                digit = str((int(cells["number"][place]) + chance.randint(1, 9)) % 10)
                cells["number"] = cells["number"][:place] + digit + cells["number"][place + 1 :]
            case "half_name":
                cells[chance.choice(["clan", "middle"])] = ""
            case "only_year":
                cells["precision"] = "year"
            case "lost_sex":
                cells["sex"] = ""
            case "lost_village":
                cells["village"] = ""
            case "parents_swapped":
                cells["mother"], cells["father"] = cells["father"], cells["mother"]
            case "other_number":
                cells["number"] = cells["number"][:6] + f"{chance.randint(0, 999_999):06d}"
            case "new_year":
                return date(born.year, 1, 1)
        return born

    def _near_date(self, born: date) -> date:
        kind = self.chance.choice(["day", "month", "year"])
        if kind == "day":
            return born + timedelta(days=self.chance.choice([-1, 1, 10, -10]))
        if kind == "month":
            return born.replace(month=self.chance.randint(1, 12), day=min(28, born.day))
        return born.replace(year=born.year + self.chance.choice([-1, 1]), day=min(28, born.day))
