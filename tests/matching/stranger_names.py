"""Names of the people of `strangers.py`, by words that grow rare as Zipf has it, and the mistakes made in them.

Written by somebody who had not seen the matching; never trained on.
"""

from __future__ import annotations

import random
import string
import unicodedata
from itertools import accumulate

from tests.matching.truth import plain


def _ranked(words: str, steepness: float = 1.26, shift: float = 0.8) -> tuple[list[str], list[float]]:
    """WORDS with their weights added up, as Zipf and Mandelbrot have it."""
    listed = words.split()
    return listed, list(accumulate((place + shift) ** -steepness for place in range(len(listed))))


def drawn(chance: random.Random, ranked: tuple[list[str], list[float]]) -> str:
    """One of the words that `_ranked` gave."""
    words, added = ranked
    return chance.choices(words, cum_weights=added)[0]


PEOPLES = ("Thái", "Mông", "Khơ Mú", "Kinh")
CLANS = {
    "Thái": _ranked("Lò Quàng Lường Cà Tòng Vì Lèo Lù Bạc Cầm Hoàng Mào Điêu Ngần Khoàng Tao", 1.1, 1.5),
    "Mông": _ranked("Giàng Sùng Vàng Mùa Lý Thào Hờ Hạng Vừ Chá Lầu Cứ Ly Mua Tráng Sình", 0.8),
    "Khơ Mú": _ranked("Lường Quàng Cà Lò Mòng Tòng Vì Chương Lèo Cụt", 0.9),
    "Kinh": _ranked("Nguyễn Trần Phạm Lê Vũ Hoàng Bùi Đỗ Đặng Phan Ngô Dương Đinh Trịnh Mai", 1.1),
}
_MIDDLES = {  # a plus joins two words, a dash is none
    ("Thái", "M"): _ranked("Văn Văn Văn Văn Văn Văn Văn Văn Minh Đức Gia Anh Bảo Tuấn Quốc Quang", 1.0),
    ("Thái", "F"): _ranked(
        "Thị Thị Thị Thị Thị Thị Thị Thị Thu Ngọc Thị+Thu Bảo Khánh Thị+Ngọc Phương Thảo Thị+Hồng Diệu", 1.0
    ),
    ("Mông", "M"): _ranked("A A A A A Minh Seo Đức", 1.2),
    ("Mông", "F"): _ranked("Thị Thị Thị Thị - Thị+Thu Y Mai", 1.2),
    ("Khơ Mú", "M"): _ranked("Văn Văn Văn Văn Minh Đức Quốc", 1.0),
    ("Khơ Mú", "F"): _ranked("Thị Thị Thị Thị Thu Thị+Thu Ngọc", 1.0),
    ("Kinh", "M"): _ranked("Minh Đức Văn Gia Quang Tuấn Anh Hoàng Bảo Ngọc Duy Đình Hữu Xuân", 0.5),
    ("Kinh", "F"): _ranked("Thị Thu Ngọc Phương Khánh Bảo Minh Hà Thùy Quỳnh Diệu Mai Thanh Hoàng", 0.5),
}
GIVEN = {
    ("Thái", "M"): _ranked(
        "Hưng Thắng Tuấn Hoàng Bảo Nam Long Huy Khánh Đức Minh Quân Biên Phúc Anh Kiên Dũng Hùng Sơn Thành Toàn "
        "Thiện Cường Hải Khôi Phong Duy Vũ Pành Inh Ún Panh Thoan Xôm Ngoan Hặc Pản Lả Tiển Chiến Quyết Trường Thuận Nghĩa"
    ),
    ("Thái", "F"): _ranked(
        "Ánh Linh Trang Thảo Ngọc Vy Phương Nhi Hương Lan Huyền Quỳnh Chi Anh Hà Hiền Diệp Yến Thu Hoa My Thư Nga "
        "Mai Xuân Ngân Hồng Thương Duyên Nguyệt Trâm Hằng Bích Inh Ún Pâng Xôm Hịa Piếng Lả Pọm Chung Uyên Diễm"
    ),
    ("Mông", "M"): _ranked("Páo Dơ Sính Chu Vàng Dế Súa Nủ Chống Tủa Lử Dình Hử Giống Của Khua Thái Nếnh Sáng Cho Chua Tú Long Phong Minh Sềnh Trừ", 0.8),
    ("Mông", "F"): _ranked("Mỷ Dợ Sua Máy Chía Dở Pà Xía Chư Mị Sông Dua Say Ly Cở Nhìa Pàng Sếnh Lia Blia Ka Hoa Linh Vá Dung Chá", 0.8),
    ("Khơ Mú", "M"): _ranked("Hưng Thắng Nam Tuấn Bình Sơn Ngoan Minh Khăm Phong Hải Ón Dũng Xuân Thương Đức Long Hặc Phứa Thành"),
    ("Khơ Mú", "F"): _ranked("Ánh Lan Hoa Thảo Linh Hương Nhung Ón Phương Xuân Ngọc Mai Thương Hiền Yến Mơ Hà Ngân Chanh My"),
    ("Kinh", "M"): _ranked("Anh Minh Bảo Huy Khang Khôi Phúc Nam Long Quân Đức Hưng Kiên Dũng Sơn Tùng Phong Hải Việt Trung Hiếu Duy Lâm Đạt", 0.6),
    ("Kinh", "F"): _ranked("Anh Linh Chi Ngọc Trang Vy Nhi Thảo Phương Hà My An Mai Thư Ngân Quỳnh Hân Trâm Yến Châu Diệp Lan Uyên Hương", 0.6),
}  # fmt: skip
_NICKNAMES = [
    "Bi", "Cún", "Tôm", "Bống", "Tít", "Bin", "Su", "Mít", "Ken", "Nấm", "Bông", "Cu", "Tý", "Sóc", "Na",
    "Bo", "Lả", "Ún", "Nọi", "Pản", "Éng", "Chíp",
]  # fmt: skip
_PLACES = [
    "Co", "Huổi", "Nà", "Pá", "Pú", "Hua", "Noong", "Nặm", "Tin", "Pom", "Thẩm", "Cang", "Xuân", "Lé",
    "Chan", "Hón", "Kéo", "Sẳng",
]  # fmt: skip
_PLACE_NAMES = [
    "Luống", "Cáy", "Hằm", "Mánh", "Lịch", "Lao", "Tở", "Sáng", "Phát", "Củ", "Hỏm", "Nguống", "Đứa",
    "Muông", "Hạ", "Khôm", "Xôm", "Cắm", "Én", "Bua", "Tâu", "Sản",
]  # fmt: skip
_SPELLINGS = [  # of one clan, as clerks write it
    set(line.split())
    for line in (
        "Giàng Dàng Zàng", "Vừ Vù Vư", "Lý Ly Lỳ", "Sùng Xùng", "Thào Thao", "Mùa Mua", "Hờ Hồ Hơ", "Hạng Hảng Háng",
        "Vàng Vang Vàn", "Lò Lô Lo", "Quàng Khoàng Quảng", "Lường Lương Nường", "Cà Kà Cả", "Vì Vi Bì", "Tòng Tông",
        "Chá Tráng Chạ",
    )
]  # fmt: skip
_SOUNDS = [
    pair.split(":")
    for pair in ["tr:ch", "x:s", "gi:d", "r:d", "l:n", "đ:l", "b:v", "c:k", "i:y", "ng:n", "th:h", "ươ:ưa", "iê:ia"]
]  # fmt: skip
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def person(chance: random.Random, people: str, sex: str, clan: str = "", grown: bool = False) -> str:
    """A full name, of CLAN where one is said; grown people seldom have another middle word than the usual one."""
    usual = "Thị" if sex == "F" else "A" if people == "Mông" else "Văn"
    middle = usual if grown and chance.random() >= 0.15 else drawn(chance, _MIDDLES[people, sex])
    words = [clan or drawn(chance, CLANS[people]), *middle.split("+"), drawn(chance, GIVEN[people, sex])]
    return " ".join(word for word in words if word != "-")


def village(chance: random.Random) -> str:
    """The name of a village, without a number."""
    return f"Bản {chance.choice(_PLACES)} {chance.choice(_PLACE_NAMES)}"


def slip(text: str, chance: random.Random) -> str:
    """One letter wrong, lost, too many, or before its neighbour."""
    at = chance.randrange(1, len(text)) if len(text) > 2 else 0
    kind, letter = chance.randrange(4), chance.choice("aeionhgtuc")
    before, after = text[:at], text[at + 1 :]
    turned = after[:1] + text[at : at + 1] + after[1:]
    return before + (letter + after, after, letter + text[at:], turned)[kind]


def other_tone(text: str, chance: random.Random) -> str:
    """Another tone, or none, on the first letter that has one; else one on the first vowel."""
    letters = unicodedata.normalize("NFD", text)
    mark = next((at for at, letter in enumerate(letters) if letter in _TONES), None)
    if mark is None:
        mark = next((at for at, letter in enumerate(letters) if letter in "aeiouy"), len(letters) - 1) + 1
        letters = letters[:mark] + chance.choice(_TONES) + letters[mark:]
    else:
        letters = letters[:mark] + chance.choice(["", *_TONES]) + letters[mark + 1 :]
    return unicodedata.normalize("NFC", letters)


def _by_ear(text: str, chance: random.Random) -> str:
    lower = text.lower()
    heard = [(a, b) for one, other in _SOUNDS for a, b in ((one, other), (other, one)) if a in lower]
    if not heard:
        return slip(text, chance)
    a, b = chance.choice(heard)
    return string.capwords(lower.replace(a, b, 1))


def _in_one_word(mistake):
    def made(name: str, chance: random.Random) -> str:
        words = name.split()
        at = chance.randrange(len(words))
        words[at] = mistake(words[at], chance)
        return " ".join(words)

    return made


def _other_spelling(name: str, chance: random.Random) -> str:
    words = name.split()
    for at, word in enumerate(words):
        for group in _SPELLINGS:
            if word in group:
                return " ".join([*words[:at], chance.choice(sorted(group - {word})), *words[at + 1 :]])
    return _by_ear(name, chance)


def _part(name: str, chance: random.Random) -> str:
    words = name.split()
    if len(words) < 3:
        return words[-1]
    ends = [words[0], words[-1]]
    return " ".join(chance.choice([ends, ends, words[1:], words[-1:], words[:-1]]))


def _given_before_middle(name: str, chance: random.Random) -> str:
    words = name.split()
    return " ".join([*words[:-2], words[-1], words[-2]] if len(words) > 2 else words[::-1])


def _other_order(name: str, chance: random.Random) -> str:
    words = name.split()
    first, *rest = words
    return " ".join(chance.choice([[*rest, first], words[-1:] + words[:-1], [words[-1], first, *words[1:-1]]]))


def _nickname(name: str, chance: random.Random) -> str:
    words, nick = name.split(), chance.choice(_NICKNAMES)
    return chance.choice([" ".join([*words[:-1], nick]), f"{words[0]} {nick}", nick, f"{name} ({nick})"])


def _other_middle(name: str, chance: random.Random) -> str:
    words = name.split()
    if len(words) == 2:
        return f"{words[0]} {chance.choice(['Thị', 'Văn', 'A'])} {words[1]}"
    middle = [] if chance.random() < 0.5 else [chance.choice(["Thu", "Minh", "Ngọc", "Đức", "Seo"])]
    return " ".join([words[0], *middle, words[-1]])


IN_CHILDREN = {
    slip: 0.25, _in_one_word(other_tone): 0.27, _in_one_word(_by_ear): 0.13, _other_spelling: 0.10,
    (lambda name, _: plain(name)): 0.08, _part: 0.04, _given_before_middle: 0.03, _other_order: 0.03, _nickname: 0.03,
    _other_middle: 0.03, (lambda name, _: name.upper()): 0.005,
}  # fmt: skip
IN_GROWN = {
    slip: 0.2, _in_one_word(other_tone): 0.24, _in_one_word(_by_ear): 0.1, _other_spelling: 0.12,
    (lambda name, _: plain(name)): 0.2, _part: 0.11, _given_before_middle: 0.03,
}  # fmt: skip


def misspelt(name: str, mistakes: dict, chance: random.Random) -> str:
    """NAME with one of MISTAKES, drawn by their weights."""
    return chance.choices(list(mistakes), list(mistakes.values()))[0](name, chance)
