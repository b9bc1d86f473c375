"""Headings: which columns they mean, and that the threshold of the near match is where it was measured."""

import random

from childdb.intake.headings import match, near_match
from childdb.intake.template import shared_columns, templates
from childdb.intake.words_lookup import bare_key

STRANGERS = (
    "Diện tích", "Tổng số tiền", "Đơn giá", "Số lượng", "Thành tiền", "Mã ngân sách", "Cơ quan ban hành", "Số tài khoản",
    "Tên dự án", "Nguồn vốn", "Họ tên giáo viên", "Năm tốt nghiệp", "Hạng xe", "Biển số", "Số công văn", "Chức vụ",
    "Đơn vị công tác", "Trình trạng hôn nhân", "Nghề nghiệp của cha", "Nghề nghiệp của mẹ", "Số con", "Thời gian nộp",
    "Ngày cấp", "Nơi cấp", "Hệ số lương", "Kết quả học tập", "Hạnh kiểm", "Điểm toán", "Điểm văn", "Số buổi nghỉ",
)  # fmt: skip


def _misspelt(word: str, draw: random.Random) -> str:
    """One slip of the finger: a letter lost, doubled, changed or exchanged with its neighbour."""
    at = draw.randrange(1, len(word) - 1)
    return draw.choice((
        word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + "q" + word[at + 1 :],
        word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
    ))  # fmt: skip


def _meant(template, heading):
    exact = match(template.id, (heading,))
    return exact if exact.column or exact.choices else near_match(template, [heading], set())


def test_nine_misspellings_in_ten_are_understood_and_hardly_one_is_taken_for_another_column():
    draw, right, wrong, count = random.Random(7), 0, 0, 0
    template = templates()["child_register"]
    for column in template.columns.values():
        for heading in column.headings:
            if "|" in heading or len(bare_key(heading)) < 8:
                continue
            count += 1
            found = _meant(template, _misspelt(bare_key(heading), draw))
            right += found.column is not None and found.column.id == column.id
            wrong += found.column is not None and found.column.id != column.id
    assert count > 150
    assert right / count >= 0.9
    assert wrong / count <= 0.02


def test_no_stranger_is_taken_for_a_column_of_a_list_of_children():
    for template in templates().values():
        if template.list_kind == "commune_return":  # its figures stand under Số lượng
            continue
        for heading in STRANGERS:
            found = _meant(template, heading)
            assert found.column is None or found.column.reader == "ignore", (template.id, heading)


def test_a_year_and_a_boy_are_told_apart_by_their_marks():
    assert match("child_register", ("Ngày sinh", "Năm")).column.id == "birth_year"
    assert match("child_register", ("Ngày sinh", "Nam")).column.id == "birth_date_male"
    assert set(match("child_register", ("Ngay sinh", "Nam")).choices) == {"birth_date_male", "birth_year"}


def test_every_heading_of_a_shared_column_means_that_column():
    register = templates()["child_register"]
    for column in shared_columns().values():
        if column.id not in register.columns:
            continue
        for heading in column.headings:
            found = match("child_register", tuple(heading.split("|")))
            assert found.column is not None and found.column.id == column.id, heading
