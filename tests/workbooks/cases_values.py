"""Values: numbers with units, personal numbers, ethnicity, circumstances, poverty, schooling, communes and the reform."""

from tests.workbooks.case import SHEET, TITLE, Case, Want, Whole, at, book

WEIGH = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Cân nặng (kg)", "Chiều cao (cm)", "MUAC", "Ngày cân")
WEIGH_TITLE = ("UBND XÃ ẲNG CANG", "DANH SÁCH CÂN ĐO TRẺ EM", "Tháng 6 năm 2024")


def weighed(*lines):
    return [
        (n, f"Lò Văn {name}", "05/03/2021", "Nam", *line, "15/06/2024")
        for n, (name, line) in enumerate(zip(NAMES, lines, strict=False), 1)
    ]


NAMES = (
    "An",
    "Bình",
    "Chung",
    "Dũng",
    "Giang",
    "Hùng",
    "Khánh",
    "Long",
    "Minh",
    "Nam",
    "Phong",
    "Quân",
    "Sơn",
    "Tùng",
    "Vinh",
    "Xuân",
    "Yên",
)


def wants(*lines):
    return [Want(5 + n, f"Lò Văn {name}", "2021-03-05", "M", weight=w, height=h, muac=m, status="new" if ok else "held_back")
            for n, (name, (w, h, m, ok)) in enumerate(zip(NAMES, lines, strict=False), 1)]  # fmt: skip


PID = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số định danh")
GROUPS = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc")


def people(column):
    return [
        (n, f"Lò Văn {name}", "05/03/2019", "Nam", value)
        for n, (name, value) in enumerate(zip(NAMES, column, strict=False), 1)
    ]


def told(field, *values):
    """Wants whose FIELD has the value; None holds the row back."""
    found = []
    for n, (name, value) in enumerate(zip(NAMES, values, strict=False), 1):
        held = isinstance(value, tuple)
        found.append(
            Want(
                5 + n,
                f"Lò Văn {name}",
                "2019-03-05",
                "M",
                status="held_back" if held else "new",
                **{field: value[0] if held else value},
            )
        )
    return found


HELD = ("",)

CASES = [
    Case("values-weights.xlsx", book(weighed((12.5, 90, 140), ("12,5kg", "90,5 cm", "140mm"), ("9800 g", "0.9", 14.2), (9800, "1m02", "13,5"), ("12.5 kg", "0,95m", "13,5cm"), (125, 90, 140), ("mười", 90, 140), (12, 198, 140), (12, "chín mươi", 140), (12, 90, 1400), (None, None, None), ("10kg5", 1.02, 140), ("12.500g", 90, None)),
                                     WEIGH, WEIGH_TITLE),
         wants(("12.5", "90", "140", 1), ("12.5", "90.5", "140", 1), ("9.8", "90", "142", 1), ("9.8", "102", "135", 1), ("12.5", "95", "135", 1), ("125", "90", "140", 0), ("", "90", "140", 0), ("12", "198", "140", 0), ("12", "", "140", 0), ("12", "90", "", 0), ("", "", "", 1), ("10.5", "102", "140", 1), ("12.5", "90", "", 1)),
         at((11, "weight_kg", "weight_implausible"), (12, "weight_kg", "weight_unreadable"), (13, "height_cm", "height_implausible"), (14, "height_cm", "height_unreadable"), (15, "muac_mm", "muac_implausible"))),
    Case("values-measured-on.xlsx", book([(1, "Lò Văn An", "05/03/2021", "Nam", 12.5, None, None, None), (2, "Lò Văn Bình", "05/03/2021", "Nam", 12.5, None, None, "15/07/2024"), (3, "Lò Văn Chung", "05/03/2021", "Nam", 12.5, None, None, "15/02/2021")], WEIGH, WEIGH_TITLE),
         [Want(6, "Lò Văn An", "2021-03-05", "M", weight="12.5"), Want(7, "Lò Văn Bình", "2021-03-05", "M", status="held_back"), Want(8, "Lò Văn Chung", "2021-03-05", "M", weight="12.5", status="held_back")],
         at((6, "measured_on", "measured_on_missing"), (7, "measured_on", "date_future"), (8, "measured_on", "date_before_birth"), (8, "weight_kg", "weight_implausible"))),
    Case("values-personal-ids.xlsx", book(people(["011219000123", 11219000123, "11219000124", 11319000125, "1.12E+10", "0112190001", "011 219 000 126", "999219000127", "011218000128", "011319000129", "chưa có", 11219000000.5, "011219000130"]), PID),
         told("pid", ("011219000123",), ("011219000123",), "011219000124", "", HELD, "", "011219000126", "999219000127", "011218000128", "011319000129", "", HELD, "011219000130"),
         at((7, "personal_id", "personal_id_repaired"), (8, "personal_id", "personal_id_repaired"), (9, "personal_id", "personal_id_form"), (10, "personal_id", "personal_id_rounded"), (11, "personal_id", "personal_id_form"),
            (13, "personal_id", "personal_id_province"), (14, "personal_id", "personal_id_contradicts"), (15, "personal_id", "sex_contradicts_id"), (17, "personal_id", "personal_id_rounded"),
            (7, "personal_id", "personal_id_twice"), (6, "personal_id", "personal_id_twice"))),
    Case("values-ethnicity.xlsx", book(people(["Thái", "thai", "H'Mông", "Mông trắng", "Khơ Mú", "Khơ-mú", "kinh", "Thổ", "Xá", "Hạ", "Bản Hón", "Dao đỏ", "Xinh Mun", "Thái đen", "03", None]), GROUPS),
         told("ethnicity", "03", "03", "08", "08", "29", "29", "01", "24", HELD, HELD, HELD, "09", "34", "03", "03", ""),
         at((14, "ethnicity_code", "ethnicity_ambiguous"), (15, "ethnicity_code", "ethnicity_ambiguous"), (16, "ethnicity_code", "ethnicity_unknown"), (21, "ethnicity_code", "ethnicity_missing"))),
    Case("values-sex.xlsx", book([(n, f"Lò {name}", "05/03/2019", value) for n, (name, value) in enumerate(zip(NAMES, ("Nam", "nữ", "NAM", "nu", "Trai", "gái", "1", "F", "?", None), strict=False), 1)], GROUPS[:4]),
         [Want(5 + n, f"Lò {name}", "2019-03-05", sex or "", status="new" if sex else "held_back") for n, (name, sex) in enumerate(zip(NAMES, ("M", "F", "M", "F", "M", "F", None, "F", None, None), strict=False), 1)],
         at((12, "sex", "sex_unknown"), (14, "sex", "sex_unknown"), (15, "sex", "sex_missing"))),
    Case("values-circumstances.xlsx", book(people(["d", "đ", "Mồ côi cả cha và mẹ", "khuyết tật nặng", "a; HN", "mồ côi", "1.04", "1.08.01", "HCN", "xem sổ cũ", "không", "Bị bỏ rơi, khuyết tật", "KT", "điểm k", "Mồ côi cha hoặc mẹ", "g.2"]), (*GROUPS[:4], "Hoàn cảnh")),
         told("circumstances", "1.04", "1.05", "1.01", "1.04.02", "1.01;2.01", HELD, "1.04", "1.08.01", "2.02", HELD, "", "1.02;1.04", "1.04", "1.10", "2.04", "1.07.02"),
         at((11, "circumstance_codes", "circumstance_unknown"), (15, "circumstance_codes", "circumstance_unknown"))),
    Case("values-circumstance-columns.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "Nam", "x", None, None, "x", None), (2, "Lò Văn Bình", "25/03/2019", "Nam", None, "x", None, "x", "x"), (3, "Lò Văn Chung", "26/03/2019", "Nam", None, None, "v", None, "x")],
        [("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Hoàn cảnh đặc biệt", None, None, "Hộ nghèo", "Hộ cận nghèo"), (None, None, None, None, "a", "d", "đ", None, None)], merges=("E5:G5",)),
        [Want(7, "Lò Văn An", "2019-03-05", "M", circumstances="1.01;2.01"), Want(8, "Lò Văn Bình", "2019-03-25", "M", circumstances="1.04", status="held_back"), Want(9, "Lò Văn Chung", "2019-03-26", "M", circumstances="1.05;2.02")],
        at((8, "circumstance_codes", "poverty_told_twice"))),
    Case("values-poverty.xlsx", book(people(["HN", "Hộ cận nghèo", "Thoát nghèo", None, "trung bình", "rất nghèo"]), (*GROUPS[:4], "Loại hộ")),
         told("circumstances", "2.01", "2.02", "", "", "", HELD), at((11, "circumstance_codes", "code_unknown"))),
    Case("values-school.xlsx", book(
        [(1, "Lò Văn An", "05/03/2014", "Nam", "5A", None, None), (2, "Lò Văn Bình", "05/03/2019", "Nam", "MG 5 tuổi", None, None), (3, "Lò Văn Chung", "05/03/2012", "Nam", "3B*!", "Tiểu học", None), (4, "Lò Văn Dũng", "05/03/2012", "Nam", "6", "Tiểu học", None), (5, "Lò Văn Giang", "05/03/2010", "Nam", "khóa 2", None, None), (6, "Lò Văn Hùng", "05/03/2010", "Nam", "8", None, "x")],
        ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Cấp học", "Bỏ học"), ("XÃ ẲNG CANG", "DANH SÁCH HỌC SINH", "Tháng 6 năm 2024")),
        [Want(6, "Lò Văn An", "2014-03-05", "M"), Want(7, "Lò Văn Bình", "2019-03-05", "M"), Want(8, "Lò Văn Chung", "2012-03-05", "M"), Want(9, "Lò Văn Dũng", "2012-03-05", "M"), Want(10, "Lò Văn Giang", "2010-03-05", "M"), Want(11, "Lò Văn Hùng", "2010-03-05", "M")],
        at((9, "level", "school_contradicts"), (10, "class", "value_not_read"))),
    Case("values-communes-in-rows.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "Nam", "Ẳng Cang"), (2, "Lò Văn Bình", "05/03/2019", "Nam", "xã Nậm Lịch"), (3, "Lò Văn Chung", "05/03/2019", "Nam", "03301"), (4, "Lò Văn Dũng", "05/03/2019", "Nam", "620911"), (5, "Lò Văn Giang", "05/03/2019", "Nam", "Xã Không Có")],
        (*GROUPS[:4], "Xã"), ("HUYỆN MƯỜNG ẢNG", "DANH SÁCH TRẺ EM", "Tháng 6 năm 2024")),
        [Want(6, "Lò Văn An", "2019-03-05", "M"), Want(7, "Lò Văn Bình", "2019-03-05", "M", commune="03312"), Want(8, "Lò Văn Chung", "2019-03-05", "M", commune="03301"), Want(9, "Lò Văn Dũng", "2019-03-05", "M", commune="", status="held_back"), Want(10, "Lò Văn Giang", "2019-03-05", "M", commune="", status="held_back")],
        at((9, "commune_code", "commune_foreign_code"), (10, "commune_code", "row_commune_unknown"))),
    Case("reform-before.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("UBND XÃ BÚNG LAO", "DANH SÁCH TRẺ EM", "Tính đến ngày 30/06/2025")), [Want(6, "Lò Văn An", "2019-03-05", "M", "03", commune="03301")]),
    Case("reform-after.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("UBND XÃ BÚNG LAO", "DANH SÁCH TRẺ EM", "Tính đến ngày 15/07/2025")), [Want(6, "Lò Văn An", "2019-03-05", "M", "03", commune="03301@2025-07-01")]),
    Case("reform-undated.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("UBND XÃ BÚNG LAO", "DANH SÁCH TRẺ EM")), [Whole("refused", SHEET)],
         [(SHEET, "", "", "list_date_assumed"), (SHEET, "", "commune_code", "commune_ambiguous")]),
    Case("reform-undated-told.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("UBND XÃ BÚNG LAO", "DANH SÁCH TRẺ EM")), [Want(5, "Lò Văn An", "2019-03-05", "M", "03", commune="03301")],
         [(SHEET, "", "", "list_date_assumed")], {"commune": "03301@1900-01-01"}),
    Case("no-commune.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("DANH SÁCH TRẺ EM", "Tháng 6 năm 2024")), [Whole("refused", SHEET)], [(SHEET, "", "commune_code", "commune_unknown")]),
    Case("ang-cang-t6-2024.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("DANH SÁCH TRẺ EM",)), [Want(4, "Lò Văn An", "2019-03-05", "M", "03")]),
    Case("values-retracted.xlsx", book(people(["xóa", "KT"]), (*GROUPS[:4], "Hoàn cảnh"), TITLE), told("circumstances", "", "1.04")),
    Case("values-months.xlsx", book(
        [(1, "Lò Văn An", "05/03/2021", "Nam", 12.1, 88, 12.4, 89, None, None), (2, "Lò Văn Bình", "05/03/2021", "Nam", 11.1, 86, None, None, "11,9 kg", "8,9")],
        [("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Tháng 4", None, "Tháng 5", None, "Tháng 6", None), (None, None, None, None, *["CN (kg)", "CC (cm)"] * 3)],
        WEIGH_TITLE, merges=("E5:F5", "G5:H5", "I5:J5")),
        [Want(7, "Lò Văn An", "2021-03-05", "M", weight="12.4", height="89"), Want(8, "Lò Văn Bình", "2021-03-05", "M", weight="11.9", status="held_back")],
        [*at((8, "height_cm", "height_implausible")), (SHEET, "", "measured_on", "measured_on_sheet_date")]),
    Case("values-sex-by-digits.xlsx", book([(1, "Lò Văn An", "05/03/2019", 1), (2, "Lò Thị Bình", "06/03/2019", "2")], ("STT", "Họ và tên", "Ngày sinh", "Giới tính (1: Nam, 2: Nữ)")),
         [Want(6, "Lò Văn An", "2019-03-05", "M"), Want(7, "Lò Thị Bình", "2019-03-06", "F")]),
    Case("district-is-no-commune.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("PHÒNG GD&ĐT MƯỜNG ẢNG", "DANH SÁCH TRẺ EM XÃ NẶM LỊCH", "Mường Ảng, ngày 30 tháng 6 năm 2024")), [Want(6, "Lò Văn An", "2019-03-05", "M", "03", commune="03312")]),
    Case("district-alone.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("TTYT MƯỜNG ẢNG", "DANH SÁCH TRẺ EM", "Mường Ảng, ngày 30 tháng 6 năm 2024")), [Whole("refused", SHEET)], [(SHEET, "", "commune_code", "commune_unknown")]),
    Case("township.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái")], GROUPS, ("TT. MƯỜNG ẢNG", "DANH SÁCH TRẺ EM", "Quý II năm 2024")), [Want(6, "Lò Văn An", "2019-03-05", "M", "03", commune="03256")]),
    Case("values-heading-twice.xlsx", book(people(["KT"]), ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Giới"), TITLE), [Whole("refused", SHEET)], [(SHEET, "", "", "heading_twice")]),
]  # fmt: skip
