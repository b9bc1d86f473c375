"""Workbooks that people can open: children, indicators; headings as in the national form.

records.xlsx, and records-2.xlsx and so on where there are more rows than one is to hold: a workbook is read back sheet by
sheet, and a person's computer must open it too (Excel itself ends at 1,048,576 rows). Rows stand in the order of
records.jsonl.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import python_calamine
import xlsxwriter

from childdb.exchange.bundle import INDICATOR_COLUMNS, Bundle, LeftOut, PlainRow, figure_cell
from childdb.exchange.profile import Field, profile

SUFFIX = ".xlsx"
WHOLE = True
ROWS = 20_000  # of children, and of figures, in one workbook
CHILDREN, FIGURES = "Trẻ em", "Chỉ tiêu"
_YES, _NO = "Có", "Không"
_WIDTHS_FROM = 500  # rows that the widths of the columns are taken from
_ODD = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_BETWEEN = "\ue000"  # a letter of nobody's between the texts of a row, to look at them all at once
_EDGES = re.compile(rf"(?:^|{_BETWEEN})\s|\s(?:{_BETWEEN}|$)|\n")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class _Rewound:
    """Rows taken one after another, of which the next ones can be looked at first."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        self._rows = iter(rows)
        self._seen: list[list[str]] = []

    def look(self, count: int) -> list[list[str]]:
        self._seen += islice(self._rows, count - len(self._seen))
        return self._seen

    def take(self, count: int) -> Iterator[list[str]]:
        for _ in range(count):
            if self._seen:
                yield self._seen.pop(0)
            elif (row := next(self._rows, None)) is not None:
                yield row
            else:
                return


def write(bundle: Bundle, folder: Path) -> list[Path]:
    fields = bundle.profile.fields
    show = [_shown(f) for f in fields]
    keys = bundle.profile.keys
    children = _Rewound([s(row.get(k)) for s, k in zip(show, keys, strict=True)] for row in bundle.records)
    figures = _Rewound([_text(row.get(k)) for k in INDICATOR_COLUMNS] for row in bundle.indicators)
    written: list[Path] = []
    left = [len(bundle.records), len(bundle.indicators)]
    while not written or any(left):
        path = folder / f"records{f'-{len(written) + 1}' if written else ''}.xlsx"
        here = [min(ROWS, n) for n in left]
        frame = _frame(bundle.profile.title["vi"], {
            CHILDREN: ([f.heading for f in fields], children.look(_WIDTHS_FROM), here[0]),
            FIGURES: (list(INDICATOR_COLUMNS), figures.look(_WIDTHS_FROM), here[1]),
        })  # fmt: skip
        _filled(frame, path, [children.take(here[0]), figures.take(here[1])])
        left = [n - m for n, m in zip(left, here, strict=True)]
        written.append(path)
    return written


def _frame(title: str, sheets: dict[str, tuple[list[str], list[list[str]], int]]) -> io.BytesIO:
    """The workbook with its headings alone: by sheet its headings, some rows for the widths, the rows that will come."""
    frame = io.BytesIO()
    with xlsxwriter.Workbook(frame, {"in_memory": True}) as book:
        # a fixed creation date: the same content must give the same bytes
        book.set_properties({"created": datetime.datetime(2000, 1, 1), "title": title})  # noqa: DTZ001
        head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "bg_color": "#DDE6EE",
                "border": 1,
            }
        )
        cell = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        for name, (headings, some, count) in sheets.items():
            _headed(book.add_worksheet(name), headings, some, count, head, cell)
    return frame


def _headed(sheet: Any, headings: list[str], some: list[list[str]], count: int, head: Any, cell: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: thirty columns do not fit a smaller page
    sheet.fit_to_pages(1 if len(headings) < 20 else 2, 0)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.set_footer("&C&P / &N")
    sheet.repeat_rows(0)
    sheet.hide_gridlines(0)  # they are printed too
    sheet.set_row(0, 34)
    for column, heading in enumerate(headings):
        widest = max([len(heading) * 0.8, *(len(row[column]) for row in some)])
        sheet.set_column(column, column, min(max(9, widest + 2), 36), cell)
        sheet.write_string(0, column, heading, head)
    if count:
        sheet.autofilter(0, 0, count, len(headings) - 1)


def _filled(frame: io.BytesIO, path: Path, sheets: list[Iterator[list[str]]]) -> None:
    """The frame with its rows, each straight into the file: cell by cell through the library takes six times as long."""
    parts = {f"xl/worksheets/sheet{n}.xml": rows for n, rows in enumerate(sheets, start=1)}
    with ZipFile(frame) as source, ZipFile(path, "w", compresslevel=3) as book:
        for name in source.namelist():
            entry = ZipInfo(name)  # of no time
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 3
            with book.open(entry, "w", force_zip64=name in parts) as out:
                if name not in parts:
                    out.write(source.read(name))
                    continue
                before, end, after = source.read(name).decode("utf-8").partition("</sheetData>")
                # of what size it is, a reader can see for itself
                out.write(re.sub('<dimension ref="[^"]*"/>', "", before).encode("utf-8"))
                style = re.search('style="([0-9]+)"', before)
                with io.TextIOWrapper(out, "utf-8", newline="\n") as text:  # which writes many rows at once
                    text.writelines(_rows(parts[name], style[1] if style else "0"))
                    text.write(end + after)


def _rows(rows: Iterable[list[str]], style: str) -> Iterator[str]:
    """Rows below the heading as the sheet's XML: each filled cell a text of its own, as Excel and LibreOffice read it."""
    starts: list[str] = []
    for number, row in enumerate(rows, start=2):
        starts = starts or [f'<c r="{xlsxwriter.utility.xl_col_to_name(n)}' for n in range(len(row))]
        whole = _BETWEEN.join(row)
        if _ODD.search(whole):
            row = [_ODD.sub(_entity, text) for text in row]
        kept = ' xml:space="preserve"' if _EDGES.search(whole) else ""
        middle = f'{number}" s="{style}" t="inlineStr"><is><t{kept}>'
        cells = [f"{start}{middle}{text}</t></is></c>" for start, text in zip(starts, row, strict=True) if text]
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _entity(found: re.Match[str]) -> str:
    """What XML cannot hold as Excel writes it: _xHHHH_, and a text that looks like it with its line escaped."""
    text = found[0]
    if len(text) > 1:
        return f"_x005F{text}"
    return _ENTITIES.get(text) or f"_x{ord(text):04X}_"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(field: Field) -> Callable[[Any], str]:
    if field.kind == "bool":
        return lambda value: "" if value is None else _YES if value else _NO
    if field.kind == "codes":
        return lambda value: "; ".join(value or ())
    return _text


def read(folder: Path) -> Bundle:
    return Bundle(profile(), _Sheets(folder, CHILDREN, _child), _Sheets(folder, FIGURES, _figure))


class _Sheets:
    """The rows below the headings of one sheet of every workbook, in order."""

    def __init__(self, folder: Path, name: str, made: Callable[[list[str]], PlainRow]) -> None:
        found = [
            (int(m[1] or 1), p)
            for p in folder.glob("records*.xlsx")
            if (m := re.fullmatch(r"records(?:-(\d+))?", p.stem))
        ]
        self._books = [path for _, path in sorted(found)]
        self._name, self._made = name, made

    def __iter__(self) -> Iterator[PlainRow]:
        for path in self._books:
            try:
                with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
                    for row in islice(book.get_sheet_by_name(self._name).iter_rows(), 1, None):
                        yield self._made([str(v) for v in row])
            except python_calamine.CalamineError as fault:
                raise ValueError(path.name) from fault

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _child(row: list[str]) -> PlainRow:
    return {
        f.key: text or None if f.kind not in ("codes", "bool") else _read(f, text)
        for f, text in zip(profile().fields, row, strict=False)
    }


def _figure(row: list[str]) -> PlainRow:
    return {k: figure_cell(k, text) for k, text in zip(INDICATOR_COLUMNS, row, strict=False)}


def _read(field: Field, text: str) -> Any:
    if field.kind == "codes":
        return text.split("; ") if text else []
    return text == _YES if text else None


def left_out(bundle: Bundle) -> list[LeftOut]:
    return []
