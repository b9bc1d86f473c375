"""The text of the report after its plan: which figures are written about where, and what the parts and communes wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from childdb.report.blocks import Block, Heading, Paragraph
from childdb.report.figure import Bound, Figure, Piece, Pieces, Ref
from childdb.report.numbers import day, plain
from childdb.report.sentences import chosen_goal, figure_sentences, goal_words, short_document, tally
from childdb.report.settings import Outline, Section
from childdb.workflow.reporting_contributions import Contribution, Sender
from childdb.workflow.reporting_figures import Figures
from indicators.loader import catalogue
from schemas import codes

LETTERS = "abcdđeghiklmnopqrstuvxy"
OPENING = (
    "Căn cứ Chỉ thị số 28-CT/TW ngày 25 tháng 12 năm 2023 của Bộ Chính trị về công tác chăm sóc, giáo dục và bảo vệ trẻ em;",
    "Căn cứ Quyết định số 1183/QĐ-TTg ngày 14 tháng 10 năm 2024 của Thủ tướng Chính phủ ban hành kế hoạch thực hiện Chỉ thị số 28-CT/TW;",
)  # fmt: skip
PLAN_OF = date(2024, 10, 14)


@dataclass(frozen=True)
class Period:
    """The words for what is reported: 'năm 2024', '6 tháng đầu năm 2024'; for what comes next; and its name: 2024, 2024-H1."""

    words: str
    next_words: str
    name: str


class Text:
    """Writes the blocks of the body."""

    def __init__(
        self, figures: Figures, plan: Outline, period: Period, given: Sequence[Contribution], senders: Sequence[Sender]
    ) -> None:
        self.figures, self.plan, self.period, self.given, self.senders = figures, plan, period, given, senders
        self.lang = figures.lang
        listed = [(i, catalogue()[i].domain, catalogue()[i].programmes) for i in figures.ids()]
        self.claims = plan.claimed(listed)

    def blocks(self) -> list[Block]:
        made: list[Block] = [Heading(1, "I. CÔNG TÁC TUYÊN TRUYỀN, CHỈ ĐẠO"), *self._direction()]
        made += [Heading(1, "II. KẾT QUẢ THỰC HIỆN CÁC CHƯƠNG TRÌNH, NHIỆM VỤ"), *self._whole()]
        for number, section in enumerate(self.plan.sections, 1):
            made += [Heading(2, f"{number}. {section.title}"), *self._section(section)]
        made += [Heading(1, "III. KẾT QUẢ CỦA CÁC NGÀNH, ĐOÀN THỂ VÀ CÁC XÃ, THỊ TRẤN"), *self._shares()]
        made += [Heading(1, "IV. KHÓ KHĂN, HẠN CHẾ"), *self._difficulties()]
        made += [Heading(1, f"V. NHIỆM VỤ {self.period.next_words.upper()}"), *self._tasks()]
        return made

    # -- the parts ------------------------------------------------------------------------------------------------

    def _direction(self) -> list[Block]:
        written = [p for c in self._answers("hoat_dong", communes=False) for p in _theirs(c)]
        return [*self._about(self.plan.direction), *written]

    def _whole(self) -> list[Block]:
        """How many children there are, and how the targets stand all in all."""
        f = self.figures
        said: list[Piece] = []
        children = f.one("children_under_16") if "children_under_16" in f.ids() else None
        if children is not None and children.value is not None and not children.hidden:
            said += [
                f"Tính đến ngày {day(f.now.results.as_of, 'vi')}, toàn địa bàn có ",
                children.bound("value", self.lang),
                " trẻ em dưới 16 tuổi",
            ]
            births = f.one("live_births") if "live_births" in f.ids() else None
            if births is not None and births.value is not None and not births.hidden:
                said += [", trong kỳ có ", births.bound("value", self.lang), " trẻ được sinh ra"]
            said += [". "]
        said += self._tally("all")
        legend = (
            "Mỗi con số kèm số trường hợp chưa rõ; “chưa kết luận được” là khi hồ sơ chưa rõ hoặc số trường hợp ít còn để ngỏ kết quả. "
            "Mức của cả nước là mức so sánh, không phải chỉ tiêu giao cho địa phương."
        )  # fmt: skip
        return [Paragraph(tuple(said)), Paragraph((legend,))]

    def counted(self, group: str, unit: str) -> tuple[list[Figure], Sequence[str]]:
        """What a tally counts: figures of a unit that may be shown, and the documents by whose targets."""
        if unit != self.figures.unit:
            own = [self.figures.one(i, unit) for i in self.figures.ids() if self.figures.has(i, unit)]
            return [f for f in own if not f.hidden], ()
        figures, documents = self.group(group)
        return [f for f in figures if not f.hidden], documents

    def _tally(self, group: str) -> list[Piece]:
        counts = tally(*self.counted(group, self.figures.unit))
        run, unit = self.figures.now.run, self.figures.unit.split("@")[0]

        def bound(verdict: str) -> Bound:
            return Bound(plain(counts[verdict], self.lang), Ref(run, f"#{group}", unit, f"tally.{verdict}"))

        return [
            "Trong các chỉ tiêu có mức so sánh: ", bound("met"), " đạt, ", bound("not_met"), " chưa đạt, ",
            bound("cannot_tell"), " chưa kết luận được, ", bound("no_data"), " chưa có số liệu.",
        ]  # fmt: skip

    def group(self, name: str) -> tuple[list[Figure], Sequence[str]]:
        """The figures that a tally counts, and the documents by whose targets."""
        if name == "all":
            return [self.figures.one(i) for i in self.figures.ids()], ()
        section = next(s for s in self.plan.sections if s.id == name)
        return [self.figures.one(i) for i in self._ids(section, targets=True)], section.documents

    def _ids(self, section: Section, *, targets: bool = False) -> list[str]:
        own = [i for i, claimed in self.claims.items() if claimed == section.id]
        if section.programme:  # a programme counts what it has a target for, wherever it is written about
            told = [
                i
                for i in self.figures.ids()
                if any(short_document(t.document) in section.documents for t in catalogue()[i].targets)
            ]
            return list(dict.fromkeys([*own, *told])) if targets else own
        return own

    def _section(self, section: Section) -> list[Block]:
        made: list[Block] = []
        if any(f.judged for f in self.group(section.id)[0]):
            made.append(Paragraph(tuple(self._tally(section.id))))
        return [*made, *self._about(section)]

    def _about(self, section: Section) -> list[Block]:
        """A paragraph for each figure of a section that has a target or is always told."""
        made: list[Block] = []
        for indicator in self._ids(section):
            figure = self.figures.one(indicator)
            if not figure.judged and indicator not in (*section.always, *self.plan.direction.indicators):
                continue
            sentences = figure_sentences(figure, self.lang, documents=section.documents)
            pieces = [p for place, s in enumerate(sentences) for p in ((" " if place else "- "), *s)]
            made.append(Paragraph(tuple(pieces)))
        return made

    # -- who did what ---------------------------------------------------------------------------------------------

    def _shares(self) -> list[Block]:
        made: list[Block] = [Heading(2, "1. Các ngành, đoàn thể")]
        agencies = [s for s in self.senders if not s.commune]
        for place, sender in enumerate(agencies):
            made.append(Heading(3, f"{LETTERS[place % len(LETTERS)]}) {sender.name}"))
            made += self._their_part(sender)
        made.append(Heading(2, "2. Các xã, thị trấn"))
        for place, unit in enumerate(self.figures.communes):
            made.append(Heading(3, f"{LETTERS[place % len(LETTERS)]}) {codes.units()[unit].name}"))
            made.append(Paragraph(self._commune(unit)))
            made += [b for s in self.senders if s.commune and s.unit == unit for b in self._their_part(s, silent=True)]
        return made

    def _their_part(self, sender: Sender, *, silent: bool = False) -> list[Block]:
        own = [
            c
            for c in self.given
            if c.sender == sender.id and c.unit == sender.unit and c.question in ("hoat_dong", "so")
        ]
        if own:
            return [p for c in own for p in _theirs(c)]
        missing = f"{'Xã, thị trấn' if silent else 'Cơ quan'} chưa gửi phần báo cáo {self.period.words}."
        return [Paragraph((missing,), italic=True)]

    def _commune(self, unit: str) -> Pieces:
        """How the commune's figures stand and which of them lie apart from the whole."""
        f = self.figures
        counts = tally(*self.counted("all", unit))
        run, code = f.now.run, unit.split("@")[0]
        said: list[Piece] = ["Trong các chỉ tiêu có mức so sánh: "]
        for verdict, words in (("met", " đạt, "), ("not_met", " chưa đạt, "), ("cannot_tell", " chưa kết luận được.")):
            said += [Bound(plain(counts[verdict], self.lang), Ref(run, "#all", code, f"tally.{verdict}")), words]
        for side, words in (("better", " Nổi bật so với mức chung: "), ("worse", " Cần quan tâm hơn: ")):
            told = self._apart(unit, side)
            for place, figure in enumerate(told[:4]):
                said += [words if place == 0 else "; ", _lower(figure.title), " ", figure.bound("value", self.lang)]
            said += ["."] if told else []
        return tuple(said)

    def _apart(self, unit: str, side: str) -> list[Figure]:
        found = []
        code = unit.split("@")[0]
        for indicator in self.figures.ids():
            better = catalogue()[indicator].better
            if better == "neither":
                continue
            for figure, where in self.figures.one(indicator).apart:
                if figure.unit == code and ((where == "above") == (better == "higher")) == (side == "better"):
                    found.append(figure)
        return found

    # -- what is hard, and what is next ---------------------------------------------------------------------------

    def _difficulties(self) -> list[Block]:
        made: list[Block] = []
        open_ones = [f for i in self.figures.ids() if (f := self.figures.one(i)).open_records and not f.hidden]
        spanning = [f for f in open_ones if any(j.reason == "unknown_records_span_the_target" for j in f.judged)]
        if spanning:
            said: list[Piece] = ["- Còn thiếu thông tin nên chưa kết luận được: "]
            for place, f in enumerate(sorted(spanning, key=lambda f: -f.open_records)[:8]):
                which = "unknown" if f.unknown else "population_unknown"
                said += [
                    "; " if place else "",
                    _lower(f.title),
                    " (",
                    f.bound(which, self.lang),
                    " trường hợp chưa rõ)",
                ]
            made.append(Paragraph((*said, ".")))
        without = [f for i in self.figures.ids() if (f := self.figures.one(i)).value is None and f.judged]
        if without:
            names = "; ".join(_lower(f.title) for f in without)
            made.append(Paragraph((f"- Chưa có số liệu để tính: {names}.",)))
        return [*made, *(p for c in self._answers("kho_khan") for p in _theirs(c))]

    def _tasks(self) -> list[Block]:
        made: list[Block] = []
        for indicator in self.figures.ids():
            figure = self.figures.one(indicator)
            goal = None if figure.hidden else chosen_goal(figure)
            if goal is None or figure.value is None or figure.too_open or goal.confidence == "recalled":
                continue
            if goal.verdict == "not_met":
                said: list[Piece] = [f"- Phấn đấu {_lower(figure.title)} đạt "]
                said += [*goal_words(figure, goal, self.lang), "; hiện là ", figure.bound("value", self.lang)]
                made.append(Paragraph((*said, ".")))
            elif goal.reason == "unknown_records_span_the_target" and goal.settle:
                n = figure.bound(f"settle.{goal.number}", self.lang)
                least = ("các",) if figure.few else ("ít nhất ", n)  # beside “dưới 5” the number would tell more
                made.append(
                    Paragraph(("- Xác minh ", *least, f" hồ sơ chưa rõ để kết luận về {_lower(figure.title)}."))
                )
        return [*made, *(p for c in self._answers("kien_nghi") for p in _theirs(c))]

    def _answers(self, question: str, *, communes: bool = True) -> list[Contribution]:
        return [c for c in self.given if c.question == question and (communes or not c.commune)]


def _theirs(given: Contribution) -> list[Paragraph]:
    """The words as they were written, with whose they are."""
    if given.said is None and given.value is None:
        return []
    said = given.said or ""
    if given.value is not None:
        said = f"{given.asks}: {plain(given.value, 'vi')}" + (f" ({said})" if said else "")
    return [Paragraph((f"[{given.name}] {said}",), from_whom=given.name)]


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def opening(on: date) -> list[Pieces]:
    return [(line,) for line in OPENING if "1183" not in line or on >= PLAN_OF]
