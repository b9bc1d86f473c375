"""The annexes: every figure against its targets, by commune, and what the changes are made of."""

from __future__ import annotations

from collections.abc import Sequence

from childdb.report.blocks import Annex, Block, Paragraph, Table
from childdb.report.change import FELL, ROSE, SAME, UNCLEAR, direction
from childdb.report.figure import Figure, Judged, Piece, Pieces, unknown_cell
from childdb.report.numbers import SHORT_SIGNS, day
from childdb.report.sentences import PARTS, large_parts, recalled_mark, short_document, told_otherwise
from childdb.workflow.reporting_figures import Figures
from indicators.loader import catalogue
from schemas import codes

DOMAINS = {
    "registration": "Dân số trẻ em, đăng ký khai sinh", "immunization": "Tiêm chủng", "nutrition": "Dinh dưỡng",
    "mortality": "Sinh, tử vong", "education": "Giáo dục", "child_labour": "Lao động trẻ em",
    "mental_health_orphans": "Sức khỏe tâm thần, trẻ mồ côi, trợ cấp", "protection": "Hoàn cảnh đặc biệt, bảo vệ",
    "safety": "Tai nạn, thương tích", "participation": "Tham gia, vui chơi, phát triển",
}  # fmt: skip
VERDICTS = {"met": "Đạt", "not_met": "Chưa đạt", "cannot_tell": "Chưa kết luận", "no_data": "Chưa có số liệu",
            "not_comparable": "Không so sánh"}  # fmt: skip
CONFIDENCES = {"confirmed": "Đã đối chiếu", "confirmed_one_copy": "Một bản chép", "recalled": "Chưa đối chiếu"}
WAYS = {ROSE: "Tăng", FELL: "Giảm", SAME: "Không đổi", UNCLEAR: "Chưa rõ rệt", "unknown": "Chưa kết luận", None: "–"}
NOTE = (
    "“…”: có số liệu nhưng không nêu, để không lộ thông tin của trẻ em; “?”: hồ sơ chưa rõ nhiều hơn hồ sơ đã rõ nên không nêu; “–”: không có số liệu. Dấu * sau tên chỉ tiêu, sau mức so sánh: định nghĩa, mức "
    "chưa được đối chiếu với văn bản gốc. Chưa rõ: hồ sơ chưa đủ thông tin để biết có tính hay không (trong ngoặc hoặc ở cột riêng: chưa biết có thuộc diện hay không). Thấp nhất, "
    "cao nhất: giá trị mà các hồ sơ chưa rõ còn cho phép."
)  # fmt: skip


def annexes(figures: Figures, pictures: Sequence[Block]) -> list[Annex]:
    made = [
        Annex("Kết quả so với các mức của chương trình", _targets(figures), landscape=True),
        *([Annex("Kết quả theo xã, thị trấn", _communes(figures), landscape=True)] if figures.communes else []),
        Annex("Vì sao con số thay đổi", _changes(figures)),
    ]
    return [*made, Annex("Hình vẽ", list(pictures))] if pictures else made


def by_domain(figures: Figures) -> list[tuple[str, list[str]]]:
    ids = figures.ids()
    found = [(words, [i for i in ids if catalogue()[i].domain == domain]) for domain, words in DOMAINS.items()]
    rest = [i for i in ids if catalogue()[i].domain not in DOMAINS]
    return [(words, own) for words, own in [*found, ("Khác", rest)] if own]


def goal_cells(figure: Figure, lang: str = "vi") -> list[tuple[Piece | Pieces, str, str, str]]:
    """Target, year, document and verdict, one for each goal that judges the unit; one empty where there is none."""
    lines: list[tuple[Piece | Pieces, str, str, str]] = []
    for goal in figure.judged:
        if goal.verdict == "not_comparable":
            continue
        mark = "*" if goal.confidence == "recalled" else ""
        lines.append((
            (*target_cell(figure, goal, lang), mark), str(goal.year or ""), short_document(goal.document),
            "…" if figure.hidden else VERDICTS[goal.verdict],
        ))  # fmt: skip
    return lines or [("–", "", "", "")]


def target_cell(figure: Figure, goal: Judged, lang: str) -> Pieces:
    """A target with its sign before it: ≥ 98,5%."""
    return (SHORT_SIGNS[goal.comparator].replace("{}", ""), figure.bound(f"target.{goal.number}", lang))


def _targets(figures: Figures) -> list[Block]:
    lang = figures.lang
    heads = ("Chỉ tiêu", "Tử số", "Mẫu số", "Chưa rõ", "Giá trị", "Thấp nhất", "Cao nhất",
             f"Ngày {day(figures.before.results.as_of, lang)}", "Thay đổi", "Mức so sánh", "Năm", "Văn bản", "Kết luận", "Căn cứ")  # fmt: skip
    widths = (40, 18, 14, 16, 19, 19, 19, 20, 17, 18, 10, 22, 18, 18)
    blocks: list[Block] = [Paragraph((NOTE,))]
    for words, ids in by_domain(figures):
        rows: list[list[Piece | Pieces]] = []
        for indicator in ids:
            f = figures.one(indicator)
            before = f.before.shown("value", lang) if f.before else "–"
            own: list[Piece | Pieces] = [
                f.title + recalled_mark(f), f.shown("numerator", lang), f.shown("denominator", lang), unknown_cell(f, lang),
                f.shown("value", lang), f.shown("low", lang), f.shown("high", lang), before,
                "…" if f.hidden else WAYS[direction(f)],
            ]  # fmt: skip
            for place, (target, year, document, verdict) in enumerate(goal_cells(f, lang)):
                first = own if place == 0 else [""] * len(own)
                rows.append([*first, target, year, document, verdict, CONFIDENCES[f.confidence] if place == 0 else ""])
        blocks += [Table(heads, rows, widths, 1, words)]
    return blocks


def _communes(figures: Figures) -> list[Block]:
    """One table a domain: a line an indicator, a column a commune; below each figure what it is made of."""
    lang, units = figures.lang, figures.communes
    heads = ["Chỉ tiêu", "Chung", *(codes.units()[u].name.replace("Thị trấn", "TT").replace("Xã ", "") for u in units)]
    widths = [52, 20, *([18] * len(units))]
    blocks: list[Block] = [Paragraph((NOTE,))]
    for words, ids in by_domain(figures):
        rows: list[list[Piece | Pieces]] = []
        for indicator in ids:
            whole = figures.one(indicator)
            own = [figures.of_run(figures.now.run, indicator, u) for u in units]
            if not any(own):
                continue
            rows.append([whole.title + recalled_mark(whole), whole.shown("value", lang),
                         *(f.shown("value", lang) if f else "–" for f in own)])  # fmt: skip
            if whole.open_records:
                rows.append(
                    [
                        "    chưa rõ",
                        unknown_cell(whole, lang),
                        *(unknown_cell(f, lang) if f else "–" for f in own),
                    ]
                )
        if rows:
            blocks.append(Table(heads, rows, widths, 1, words))
    return blocks


def _changes(figures: Figures) -> list[Block]:
    """The parts of the change of each numerator; parts of fewer than five together, without their number."""
    lang = figures.lang
    since, on = day(figures.before.results.as_of, lang), day(figures.now.results.as_of, lang)
    blocks: list[Block] = [Paragraph((
        f"Số trường hợp được tính (tử số) ngày {since} và ngày {on}, và các nguyên nhân của thay đổi; nguyên nhân dưới 5 trường "
        "hợp nêu chung là “nguyên nhân khác”.",
    ))]  # fmt: skip
    rows: list[list[Piece]] = []
    for indicator in figures.ids():
        f = figures.one(indicator)
        if not f.parts or f.hidden or f.before is None or f.before.hidden or not large_parts(f.parts):
            continue
        then = told_otherwise(f, lang, "numerator")
        rows += [[f"{f.title}: ngày {since}, như khi đó đã biết", "", then]] if then else []
        rows.append([f"    ngày {since}, như nay đã biết" if then else f.title, "", f.before.shown("numerator", lang)])
        for name in large_parts(f.parts):
            sign = "+" if f.parts[name][0] > 0 else "−"
            rows.append([f"    {PARTS[name][0]}", sign, f.bound(f"part.{f.before.run}.{name}", lang)])
        if any(c[0] and n not in large_parts(f.parts) for n, c in f.parts.items()):
            rows.append([f"    {PARTS['other'][0]}", "", ""])
        rows.append([f"    ngày {on}", "", f.shown("numerator", lang)])
    if not rows:
        return [*blocks, Paragraph(("Không có thay đổi nào cần giải thích.",))]
    return [*blocks, Table(("Chỉ tiêu, nguyên nhân", "", "Số trường hợp"), rows, (120, 8, 32))]
