"""What stands on the HTML page of a report: the same figures as in Word, each with what it is made of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from childdb.report.change import direction
from childdb.report.figure import Figure, Judged, text_of, unknown_cell
from childdb.report.numbers import SHORT_SIGNS, day, measured
from childdb.report.page import Cell, Page, PagePicture, PageTable, page_html
from childdb.report.sentences import figure_sentences, plain_text, recalled_mark, short_document
from childdb.report.settings import outline
from childdb.store import Store
from childdb.workflow.explaining import describe
from childdb.workflow.reporting_annexes import CONFIDENCES, DOMAINS, NOTE, VERDICTS, WAYS, by_domain
from childdb.workflow.reporting_checking import FIELDS
from childdb.workflow.reporting_figures import Figures
from childdb.workflow.reporting_pictures import pictures
from indicators.loader import catalogue
from schemas import codes

_ENGLISH: dict[str | None, str] = {**dict(zip(VERDICTS, ("Met", "Not met", "Cannot tell", "No data", "Not comparable"), strict=True)),
            **dict(zip(CONFIDENCES, ("Checked", "One copy", "Not checked"), strict=True)),
            "rose": "Up", "fell": "Down", "same": "Unchanged", "unclear": "No clear change", "unknown": "Cannot tell", None: "–"}  # fmt: skip
_NOTE_EN = (
    "“…”: there is a figure, not shown so that no child can be told; “?”: more records unknown than known; “–”: no data. *: the definition has not "
    "been checked against the document. Unknown: records of which it is not known whether they count (in brackets: whether they belong at all). Every figure opens what it is made of."
)  # fmt: skip
_SHOWN = ("numerator", "denominator", "unknown", "population_unknown", "value", "low", "high", "ci_low", "ci_high")


def write_page(store: Store, figures: Figures, path: Path) -> Path:
    """Write the page to PATH (.html)."""
    text = page_html(_Maker(store, figures).page())
    figures.protection.write(path, text.encode("utf-8"))
    return path


class _Maker:
    def __init__(self, store: Store, figures: Figures) -> None:
        self.store, self.figures, self.lang = store, figures, figures.lang
        self.opened: dict[str, dict[str, str]] = {}

    def page(self) -> Page:
        f, vi = self.figures, self.lang == "vi"
        on, since = (day(n.results.as_of, self.lang) for n in (f.now, f.before))
        unit = codes.units()[f.unit].name
        runs = f"{f.now.run} / {f.before.run}"
        tables = [self._targets(), *([self._communes()] if f.communes else [])]
        return Page(
            f"Kết quả các chỉ tiêu về trẻ em: {unit}, {on}" if vi else f"Indicators on children: {unit}, {on}",
            [f"So với ngày {since}; lần tính {runs}, như đã biết tại lô {f.now.results.batch}." if vi
             else f"Against {since}; runs {runs}, as known at batch {f.now.results.batch}.", NOTE if vi else _NOTE_EN],
            tables,
            [PagePicture(d.data.decode("utf-8"), d.caption, d.alt) for d in pictures(self.store, f, outline(), kind="svg")],
            self.opened,
            {i: {"title": catalogue()[i].title[self.lang], "text": describe(i, self.lang)} for i in f.ids()},
            [(n, FIELDS[n][not vi].capitalize()) for n in _SHOWN]
            + [("run", "Lần tính" if vi else "Run"), ("said", "Nhận xét" if vi else "In words"), ("trace", "Đi tới tệp và ô" if vi else "On to file and cell")],
            self.lang,
        )  # fmt: skip

    def _figure(self, figure: Figure, name: str = "value") -> Cell:
        """A cell that opens its figure; a mark where it may not be shown."""
        mark = figure.mark(name)
        if mark is not None:
            return Cell(mark, "")
        key = f"{figure.run}.{figure.indicator}.{figure.unit}"
        self.opened[key] = self._behind(figure)
        value: Decimal = getattr(figure, name)
        return Cell(text_of(figure, name, self.lang) or "", format(value, "f"), key)

    def _behind(self, figure: Figure) -> dict[str, str]:
        counts = {n: t for n in _SHOWN if (t := text_of(figure, n, self.lang)) is not None}
        command = f"childdb indicators trace {figure.indicator} --unit {figure.unit} --as-of {figure.as_of}"
        said = " ".join(plain_text(s) for s in figure_sentences(figure, self.lang))
        return {
            "i": figure.indicator,
            "u": figure.unit_name,
            **counts,
            "run": str(figure.run),
            "said": said,
            "trace": command,
        }

    def _word(self, table: dict[str, str], key: str) -> str:
        return table[key] if self.lang == "vi" else _ENGLISH[key]

    def _targets(self) -> PageTable:
        rows = []
        for indicator in self._in_order():
            f = self.figures.one(indicator)
            way = direction(f)
            way_words = "…" if f.hidden else WAYS[way] if self.lang == "vi" else _ENGLISH[way]
            unknown = Cell(plain_text(unknown_cell(f, self.lang)), "" if f.few or f.hidden else str(f.open_records))
            goals: list[Judged | None] = [g for g in f.judged if g.verdict != "not_comparable"]
            for goal in goals or [None]:
                judged = [Cell("–", ""), Cell(""), Cell("")]
                if goal is not None:
                    sign = SHORT_SIGNS[goal.comparator].replace("{}", measured(goal.target, f.measure, self.lang))
                    year = f" ({goal.year})" if goal.year else ""
                    verdict = Cell("…") if f.hidden else Cell(self._word(VERDICTS, goal.verdict), verdict=goal.verdict)
                    judged = [Cell(sign + year, format(goal.target, "f")), Cell(short_document(goal.document)), verdict]
                before = self._figure(f.before) if f.before else Cell("–", "")
                rows.append([
                    Cell(f.title + recalled_mark(f)), Cell(self._domain(indicator)), self._figure(f), unknown, before, Cell(way_words), *judged,
                    Cell(self._word(CONFIDENCES, f.confidence)),
                ])  # fmt: skip
        heads = (
            (
                "Chỉ tiêu",
                "Lĩnh vực",
                "Giá trị",
                "Chưa rõ",
                "Trước đó",
                "Thay đổi",
                "Mức so sánh",
                "Văn bản",
                "Kết luận",
                "Căn cứ",
            )
            if self.lang == "vi"
            else (
                "Indicator",
                "Domain",
                "Value",
                "Unknown",
                "Before",
                "Change",
                "Target",
                "Document",
                "Verdict",
                "Definition",
            )
        )
        return PageTable("targets", "So với các mức" if self.lang == "vi" else "Against targets", heads, rows, 2)

    def _in_order(self) -> list[str]:
        """The indicators by domain, as in the annexes."""
        return [i for _, ids in by_domain(self.figures) for i in ids]

    def _domain(self, indicator: str) -> str:
        domain = catalogue()[indicator].domain
        return DOMAINS.get(domain, domain) if self.lang == "vi" else domain.replace("_", " ")

    def _communes(self) -> PageTable:
        f, rows = self.figures, []
        for indicator in self._in_order():
            found = [f.of_run(f.now.run, indicator, u) for u in f.communes]
            if any(found):
                whole = f.one(indicator)
                cells = [self._figure(x) if x else Cell("–", "") for x in (whole, *found)]
                rows.append([Cell(whole.title + recalled_mark(whole)), *cells])
        first = ("Chỉ tiêu", "Chung") if self.lang == "vi" else ("Indicator", "Whole")
        heads = [*first, *(codes.units()[u].short_name for u in f.communes)]
        return PageTable("communes", "Theo xã" if self.lang == "vi" else "By commune", heads, rows)
