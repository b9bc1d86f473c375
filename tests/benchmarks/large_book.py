"""Large workbooks for the benchmarks: a register of invented children, clean or as communes type."""

import random
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from sample_data.names import THAI, family_name, full_name

HEADINGS = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc", "Số định danh cá nhân", "Họ tên mẹ", "Họ tên cha",
            "Họ tên chủ hộ", "Thôn (bản)", "Hộ nghèo/cận nghèo", "Khai sinh")  # fmt: skip
VILLAGE_SIZE = 400
_SEXES = {True: ("Nam", "nam", "NAM", "Trai"), False: ("Nữ", "nữ", "NỮ", "Gái")}
_DATES = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")


def children(rows: int, seed: int):
    """Rows of the register: name, birth, male, ethnicity, number, mother, father, head, village, poverty, registered."""
    rng = random.Random(seed)
    first = date(2009, 1, 1)
    family = mother = father = head = ""
    for number in range(rows):
        if number % 3 == 0 or number % VILLAGE_SIZE == 0:
            family = family_name(rng, THAI)
            mother, father = full_name(rng, THAI, "F", family_name(rng, THAI)), full_name(rng, THAI, "M", family)
            head = father
        born, male = first + timedelta(rng.randrange(5400)), rng.random() < 0.5
        pid = f"011{2 + (not male)}{born:%y}{number % 1_000_000:06d}" if rng.random() < 0.85 else ""
        yield (full_name(rng, THAI, "M" if male else "F", family), born, male, rng.choice(("Thái", "HMông", "Khơ-mú", "Kinh")), pid, mother, father, head,
               f"Bản Hón {number // VILLAGE_SIZE + 1}", rng.choice(("", "", "Hộ nghèo", "Hộ cận nghèo")),
               rng.choice(("Có", "Có", "Có", "Không")))  # fmt: skip


def write_clean(path: Path, rows: int, seed: int = 1) -> None:
    """Typed as the blank form asks."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page, day = book.add_worksheet("Danh sách"), book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_string(0, 0, "SỔ THEO DÕI TRẺ EM, XÃ ẲNG CANG")
        page.write_string(1, 0, "Tính đến ngày 30/06/2024")
        page.write_row(3, 0, HEADINGS)
        for at, (name, born, male, *rest) in enumerate(children(rows, seed), 4):
            page.write_number(at, 0, at - 3)
            page.write_string(at, 1, name)
            page.write_datetime(at, 2, born, day)
            page.write_string(at, 3, "Nam" if male else "Nữ")
            for column, text in enumerate(rest, 4):
                if text:
                    page.write_string(at, column, text)


def write_messy(path: Path, rows: int, seed: int = 2) -> None:
    """As communes type: village rows, totals, headings again, dates and sexes in many forms, a household's values given once,
    numbers that lost their zero; one row in fifty with a fault."""
    rng = random.Random(seed)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page, day = book.add_worksheet("DS trẻ em"), book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_string(0, 0, "UBND XÃ ẲNG CANG")
        page.write_string(2, 3, "DANH SÁCH TRẺ EM THÁNG 6 NĂM 2024")
        at = 4
        heads = ("TT", "Ho va ten tre", "Ngày,\ntháng, năm sinh", "Nam/nữ", "DT", "Số CCCD/ĐDCN", "Tên mẹ", "Tên bố", "Chủ hộ",
                 "Hộ nghèo", "Đã KS")  # fmt: skip
        page.write_row(at, 0, heads)
        page.write_row(at + 1, 0, range(1, len(heads) + 1))
        at, before, in_village = at + 2, ("", ""), 0
        for number, (name, born, male, ethnicity, pid, mother, father, head, village, poverty, registered) in enumerate(
            children(rows, seed)
        ):
            if number % VILLAGE_SIZE == 0:
                if number:
                    page.write_string(at, 1, "Cộng")
                    page.write_number(at, 2, in_village)
                    at += 2
                page.write_string(at, 1, village)
                at, in_village = at + 1, 0
                if number % (5 * VILLAGE_SIZE) == 0 and number:
                    page.write_row(at, 0, heads)
                    at += 1
            in_village += 1
            faulty = rng.random()
            page.write_number(at, 0, in_village)
            page.write_string(at, 1, name.upper() if rng.random() < 0.1 else name)
            if faulty < 0.005:
                page.write_string(at, 2, "31/02/2020")
            elif rng.random() < 0.5:
                page.write_datetime(at, 2, born, day)
            else:
                page.write_string(at, 2, born.strftime(rng.choice(_DATES)))
            if faulty > 0.005:
                page.write_string(at, 3, rng.choice(_SEXES[male]))
            page.write_string(at, 4, "Bản Hón" if faulty > 0.99 else ethnicity)
            if pid and rng.random() < 0.3:
                page.write_number(at, 5, int(pid))
            elif pid:
                page.write_string(at, 5, pid)
            if (mother, father) != before or number % VILLAGE_SIZE == 0:
                page.write_row(at, 6, (mother, father, head, poverty))
                before = (mother, father)
            page.write_string(at, 10, registered)
            at += 1
        page.write_string(at + 1, 1, "Tổng cộng")
        page.write_number(at + 1, 2, rows)
        page.write_string(at + 3, 8, "Người lập biểu")
