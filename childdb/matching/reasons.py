"""The reasons of the deterministic rules, each code with its sentence in Vietnamese and English."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "same_number": ("Cùng số định danh cá nhân.", "The same personal number."),
    "same_name": ("Cùng họ và tên.", "The same full name."),
    "same_birth_date": ("Cùng ngày sinh.", "The same birth date."),
    "same_open_birth": (
        "Ngày sinh cùng chỉ ghi tháng hoặc năm, như nhau.",
        "The birth date is given alike to the month or year.",
    ),
    "same_sex": ("Cùng giới tính.", "The same sex."),
    "same_mother": ("Cùng tên mẹ.", "The same mother's name."),
    "same_father": ("Cùng tên cha.", "The same father's name."),
    "same_household": ("Cùng chủ hộ.", "The same household head."),
    "only_candidate": (
        "Chỉ có một trẻ của mẹ này sinh ngày đó.",
        "It is the only child of this mother born on that day.",
    ),
    "number_birth_differs": (
        "Cùng số định danh nhưng khác năm sinh.",
        "The personal number is the same, but the birth year differs.",
    ),
    "number_sex_differs": (
        "Cùng số định danh nhưng khác giới tính.",
        "The personal number is the same, but the sex differs.",
    ),
    "number_all_else_differs": (
        "Cùng số định danh nhưng họ tên và ngày sinh đều khác.",
        "The personal number is the same, but both name and birth date differ.",
    ),
    "number_slip": (
        "Mọi thông tin giống nhau nhưng số định danh lệch một chữ số.",
        "All agrees, but the personal numbers differ by one digit.",
    ),
    "nothing_confirms": (
        "Cùng tên, ngày sinh, giới tính, nhưng không có tên cha mẹ hoặc chủ hộ để xác nhận.",
        "Name, birth date and sex agree, but no parent or household head is there to confirm it.",
    ),
    "birth_open": (
        "Ngày sinh một bên chỉ ghi tháng, năm hoặc để trống.",
        "On one side the birth date is known to the month or year only, or is blank.",
    ),
    "sex_blank": ("Một bên để trống giới tính.", "On one side the sex is blank."),
    "mother_close": ("Tên mẹ ghi gần giống nhau.", "The mother's names are written nearly alike."),
    "father_differs": (
        "Cùng chủ hộ nhưng khác tên cha: có thể là anh em họ.",
        "The household head is the same but the fathers differ: they may be cousins.",
    ),
    "village_differs": ("Khác bản, thôn.", "The villages differ."),
    "typed_alike": (
        "Danh sách có hai dòng ghi giống hệt nhau: có thể là sinh đôi hoặc ghi trùng.",
        "Two rows of the list are typed alike: twins, or one child written twice.",
    ),
    "newborns_of_one_mother": (
        "Mẹ này có nhiều trẻ sinh cùng ngày, cùng giới tính: có thể là sinh đôi.",
        "This mother has several children born on that day with that sex: they may be twins.",
    ),
    "fits_two": ("Dòng này khớp với hai trẻ khác nhau.", "The row fits two different children."),
    "decided_different": (
        "Đã có quyết định rằng hai trẻ này khác nhau.",
        "It was decided that these two are different children.",
    ),
    "partner_held": (
        "Dòng khớp với dòng này cũng đang chờ quyết định.",
        "The row that this one agrees with is waiting for a decision too.",
    ),
    "numbers_contradict": (
        "Trẻ này đã có số định danh khác.",
        "This child already has another personal number.",
    ),
}


def sentence(code: str, lang: str = "vi") -> str:
    """The sentence of a reason code."""
    vi, en = REASONS[code]
    return en if lang == "en" else vi
