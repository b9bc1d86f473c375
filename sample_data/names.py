"""Names as they are put together in this district: family name, middle word, given name, by ethnic group and sex.

Every name is drawn from these syllables; no real person stands behind one. A child bears the father's family name.
"""

from __future__ import annotations

import random

KINH, THAI, KHOMU, HMONG = "01", "03", "29", "08"

FAMILY = {
    THAI: ("Lò",) * 9 + ("Lường",) * 5 + ("Quàng",) * 4 + ("Cà",) * 4 + ("Tòng",) * 3 + ("Lèo",) * 2 + ("Lù", "Bạc"),
    HMONG: ("Vàng",) * 4 + ("Giàng",) * 4 + ("Sùng",) * 3 + ("Thào",) * 3 + ("Mùa",) * 3 + ("Hờ",) * 2 + ("Vừ",) * 2,
    KHOMU: ("Lò",) * 4 + ("Quàng",) * 3 + ("Cút",) * 2 + ("Lường", "Vì"),
    KINH: ("Nguyễn",) * 7 + ("Trần",) * 3 + ("Phạm",) * 2 + ("Lê",) * 2 + ("Hoàng", "Bùi", "Đỗ", "Vũ", "Ngô", "Đặng"),
}
GIVEN_BOYS = {
    THAI: "Hưng Thành Dũng Tuấn Cường Hùng Minh Đức Long Nam Kiên Quân Sơn Tiến Toàn Thắng Hiếu Bình Phong Duy Khánh"
    " Đạt Chung Dương Inh Panh Xôm Ọi Phương Ánh Pỏm Tâm Thiện Quyết Hải Lâm",
    HMONG: "Dình Páo Chía Sử Tủa Lử Chu Giống Nhè Sính Lầu Vừ Dế Phía Thề Tính Nênh Khua Cháng Súa Minh Thắng",
    KHOMU: "Thành Ún Panh Hặc Ánh Phương Tuấn Nam Long Biên Dũng Chung Hùng Xuân Đôi Lả Sơn Thi",
    KINH: "Anh Minh Khôi Bảo Đức Huy Long Nam Phúc Quân Khang Dũng Hải Sơn Tùng Hiếu Thịnh Việt Trung Đăng Kiên",
}
GIVEN_GIRLS = {
    THAI: "Hương Thảo Linh Trang Ngọc Vân Lan Hoa Nga Thu Hà Yến Hiền Mai Thúy Duyên Ngân Xuân Nhung Tâm Phương Quỳnh"
    " Loan Chi Dung Oanh Thương Én Bun Pánh Ỏm Inh Xuyến Diệp Bích",
    HMONG: "Mỷ Dợ Ca Chá Dở Sua Pàng Mai Dua Xua Say Chở Dí Ly Mo Sầu Cở Vá Ganh Sông Nhìa",
    KHOMU: "Hoa Pánh Hặc Lan Thu Mai Én Xuân Hương Bun Ỏm Duyên Yến Nga Thắm Tươi Liên",
    KINH: "Anh Linh Trang Ngọc Châu Hà My Thảo Chi Vy Nhi Hân Ngân Mai Hương Giang Phương Yến Dung Quyên",
}
MIDDLE_BOYS = ("Minh", "Đức", "Anh", "Gia", "Quang", "Bảo", "Tuấn", "Thanh", "Hải", "Ngọc")
MIDDLE_GIRLS = ("Ngọc", "Thu", "Thanh", "Minh", "Bảo", "Khánh", "Hà", "Phương", "Thùy", "Diệu")
PLAIN_MIDDLE = {  # how often the plain middle word (Văn, Thị, A) stands, by group
    THAI: 0.7,
    HMONG: 0.97,
    KHOMU: 0.85,
    KINH: 0.35,
}
UNNAMED = {"M": ("Trai", "Bé trai"), "F": ("Gái", "Bé gái")}


def family_name(draw: random.Random, group: str) -> str:
    return draw.choice(FAMILY[group])


def full_name(draw: random.Random, group: str, sex: str, family: str, *, plain: bool = False) -> str:
    """FAMILY with a middle word and a given name drawn for the group and sex; PLAIN, as parents are named, with Thị or Văn."""
    given = draw.choice((GIVEN_BOYS if sex == "M" else GIVEN_GIRLS)[group].split())
    plain = draw.random() < PLAIN_MIDDLE[group] or plain
    if sex == "M":
        middle = ("A" if group == HMONG else "Văn") if plain else draw.choice(MIDDLE_BOYS)
    else:
        middle = "Thị" if plain else draw.choice(MIDDLE_GIRLS)
        if plain and group in (THAI, KINH) and draw.random() < 0.3:
            middle = f"Thị {draw.choice(MIDDLE_GIRLS)}"
    return f"{family} {middle} {given}"


def syllables() -> frozenset[str]:
    """Every syllable that a name may hold."""
    found = {"Văn", "Thị", "A", *MIDDLE_BOYS, *MIDDLE_GIRLS}
    for group in FAMILY:
        found.update(FAMILY[group], GIVEN_BOYS[group].split(), GIVEN_GIRLS[group].split())
    return frozenset(found)
