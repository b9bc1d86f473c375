"""Reading a workbook: open it safely, understand each table, read each row, account for all of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from childdb.intake import asides, heading_block, layout
from childdb.intake.convert.circumstances import read_circumstances
from childdb.intake.convert.people import read_ethnicity
from childdb.intake.fill import filled_cells
from childdb.intake.grid import Book, Grid, Limits, letter, shown
from childdb.intake.heading_block import Told
from childdb.intake.headings import vocabulary
from childdb.intake.layout import Roles
from childdb.intake.legacy_text import decode_grid
from childdb.intake.outcomes import OWN_SHEETS
from childdb.intake.preflight import Refused
from childdb.intake.recognise import Understanding, recognise
from childdb.intake.record import Builder, SheetContext
from childdb.intake.rows import CellReader, field_of
from childdb.intake.side_by_side import Block, blocks
from childdb.intake.template import templates
from childdb.intake.unit_rows import return_row
from childdb.intake.validate import check_rows
from childdb.intake.words_lookup import bare_key
from childdb.intake.workbook import open_book
from schemas.codes import REFORM, Unit
from schemas.issues import Issue
from schemas.records import HELD, READY, FileReading, SheetReading, SourceRow
from schemas.text import fold

_PLAIN_SHEETS = (
    "sheet",
    "trang",
    "bang",
    "ds",
    "danh sach",
    "so ",
    "thang",
    "nam",
    "quy",
    "data",
    "tong hop",
    "mau",
    "bieu",
    "xa ",
    "cu",
    "moi",
    "nhap",
    "goc",
    "copy",
    "ban ghi",
    "phu luc",
)
_LEFT_EMPTY = re.compile(r"(?:de|bo|la) trong|khong (?:ghi|can ghi)")  # Dân tộc (để trống nếu là Kinh)


@dataclass(frozen=True)
class Wishes:
    """What the caller says of a file that the file may not say."""

    today: date
    commune: str | None = None
    list_date: date | None = None
    template: str | None = None
    hidden: bool = False
    limits: Limits = field(default_factory=Limits)
    answers: Mapping[str, str] = field(default_factory=dict)


def read_file(
    path: Path,
    *,
    today: date,
    commune: str | None = None,
    list_date: date | None = None,
    template: str | None = None,
    hidden: bool = False,
    limits: Limits | None = None,
    answers: Mapping[str, str] | None = None,
) -> FileReading:
    """Read PATH in this process; every fault is an issue, nothing is raised for what a file holds.

    `answers` maps heading keys (headings.path_key) to the column a person chose for them before.
    """
    wishes = Wishes(today, commune, list_date, template, hidden, limits or Limits(), answers or {})
    name = path.name
    try:
        sha = fingerprint(path)
        book = open_book(path, wishes.limits)
    except Refused as refusal:
        return FileReading(name, fingerprint(path), "refused", issues=(refusal.issue,))
    sheets: list[SheetReading] = []
    for grid in book.sheets:
        sheets.extend(_read_sheet(grid, name, sha, wishes))
    sheets = _villages_by_sheet(sheets)
    notes = _notes(book)
    if not any(sheet.status == "read" for sheet in sheets) and not _worth_telling(sheets):
        return FileReading(name, sha, "refused", tuple(sheets), (Issue("file_no_table"), *notes))
    return FileReading(name, sha, "read", tuple(sheets), notes)


def fingerprint(path: Path) -> str:
    """SHA-256 of the bytes; empty where there is no such file."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def row_token(sha: str, sheet: str, number: int) -> str:
    """What a row of a file is known by when its corrected copy comes back (hidden in the return workbook)."""
    return hashlib.sha256(f"{sha}|{sheet}|{number}".encode()).hexdigest()[:24]


def _notes(book: Book) -> tuple[Issue, ...]:
    found = [Issue("file_has_macros")] if book.macros else []
    return (*found, *([Issue("file_external_links")] if book.external_links else []))


def _worth_telling(sheets: Sequence[SheetReading]) -> bool:
    """Whether a sheet was refused for something that its sender can put right (not for being no list)."""
    return any(
        i.code not in ("template_unknown", "sheet_empty", "sheet_hidden")
        for s in sheets
        for i in s.issues
        if s.status == "refused"
    )


def _read_sheet(grid: Grid, file_name: str, sha: str, wishes: Wishes) -> list[SheetReading]:
    """The tables of one sheet, each a reading of its own (the first bears the sheet's name)."""
    if grid.name in OWN_SHEETS:
        return [SheetReading(grid.name, "skipped")]
    if not grid.visible and not wishes.hidden:
        return [SheetReading(grid.name, "skipped", issues=(Issue("sheet_hidden"),))]
    if not any(v is not None for row in grid.rows for v in row) and not grid.errors:
        return [SheetReading(grid.name, "skipped", issues=(Issue("sheet_empty"),))]
    decode_grid(grid, vocabulary())
    tables = layout.find_tables(grid)
    if not tables:
        return [SheetReading(grid.name, "refused", issues=(Issue("template_unknown"),))]
    readings: list[SheetReading] = []
    start = 0
    for table in tables:
        beside = blocks(grid, table, start)
        for block in beside:
            name = grid.name if not readings else f"{grid.name} (bảng {len(readings) + 1})"
            at = start if block is beside[0] else table.first
            readings.append(_TableReader(grid, block, at, tables[0].first, file_name, sha, wishes).read(name))
        start = table.stop
    return readings


class _TableReader:
    """Reads one table; `start` is the first row of its title."""

    def __init__(
        self, grid: Grid, block: Block, start: int, first_heading: int, file_name: str, sha: str, wishes: Wishes
    ) -> None:
        table = block.table
        self.grid, self.table, self.start, self.wishes = block.grid, table, start, wishes
        self.own_titles, self.tokens = block.titles, block.last
        self.file_name, self.sha = file_name, sha
        self.titles = layout.title_lines(grid, table.first, start)
        top = layout.title_lines(grid, first_heading) if start else []
        self.headlines = [*self.titles, *top]  # what its own title does not tell, the sheet's may
        self.issues: list[Issue] = []

    def read(self, name: str) -> SheetReading:
        signs = [*self.titles, self.grid.name, self.file_name]
        understanding, problem = recognise(self.table, signs, self.wishes.template, self.wishes.answers)
        if understanding is None:
            return SheetReading(name, "refused", issues=(problem,) if problem else ())
        self.issues.extend(understanding.issues)
        meanings = {index: column.field for index, column in understanding.columns.items()}
        roles = layout.roles(self.grid, self.table, meanings, hidden=self.wishes.hidden)
        told = self._list_date(roles)
        unit = self._unit(told, any(f == "residence.commune_code" for f in meanings.values()))
        head = SheetReading(
            name, "refused", understanding.template.id, understanding.template.list_kind, told.day,
            _period(understanding, told), unit.code if unit else None, unit.valid_from if unit else None,
            tuple(understanding.readings), (), tuple(self.issues),
        )  # fmt: skip
        if any(issue.consequence == "refuse_sheet" for issue in self.issues):
            return head
        rows = self._rows(understanding, roles, told, unit)
        return replace(head, status="read", rows=tuple(rows), issues=tuple(self.issues))

    def _list_date(self, roles: Roles) -> Told:
        """The list's date: as told by the caller, above the table, in a name, below the table; else today, with an issue."""
        today = self.wishes.today
        if self.wishes.list_date is not None:
            return Told(self.wishes.list_date, "day")
        closing = layout.closing_lines(self.grid, sorted(r for r, why in roles.skipped.items() if why == "signature"))
        told = (
            heading_block.list_date(self.titles)
            or heading_block.list_date(self.headlines)
            or heading_block.date_in_name(self.grid.name)
            or heading_block.date_in_name(Path(self.file_name).stem)
            or heading_block.list_date(closing)
        )
        if told is None:
            self.issues.append(Issue("list_date_assumed", slots={"read": f"{today:%d/%m/%Y}"}))
            return Told(today, "none")
        if told.day > today:
            first = told.day.replace(day=1)
            if told.precision == "day" or (told.precision == "month" and first > today) or told.day.year > today.year:
                self.issues.append(Issue("list_date_future", slots={"read": f"{told.day:%d/%m/%Y}"}))
                return told
            return Told(today, told.precision)
        return told

    def told_on(self, told: Told) -> bool:
        """Whether the list's date tells on which side of the reform it stands: one that is only assumed does not, nor
        the year of the reform alone."""
        assumed = any(i.code == "list_date_assumed" for i in self.issues)
        return not assumed and not (told.precision == "year" and told.day.year == REFORM.year)

    def _unit(self, told: Told, has_column: bool) -> Unit | None:
        """The commune by heading, then the caller, then the names of sheet and file; its date decides which unit."""
        on = told.day
        stem = Path(self.file_name).stem.replace("_", " ").replace("-", " ")
        dated = self.told_on(told)
        for names in (
            heading_block.commune_names(self.titles)
            or heading_block.commune_codes(" ".join(self.titles))
            or heading_block.commune_names(self.headlines),
            [self.wishes.commune] if self.wishes.commune else [],
            heading_block.commune_names([self.grid.name]),
            heading_block.commune_codes(self.file_name),
            heading_block.commune_names([stem]),
        ):
            if not names:
                continue
            found = {u.key: u for text in names for u in heading_block.unit_for(text, on)}
            if self.wishes.commune and "@" in self.wishes.commune:
                given = heading_block.unit_for(self.wishes.commune, on)
                if len(given) == 1 and (given[0].key in found or any(given[0].code == u.code for u in found.values())):
                    return given[0]
            if not dated and len({u.key for text in names for u in heading_block.units_ever(text)}) > 1:
                self.issues.append(Issue("commune_ambiguous", "commune_code", value=", ".join(names)))
                return None
            if len(found) == 1:
                return next(iter(found.values()))
            if len(found) > 1:
                self.issues.append(Issue("commune_ambiguous", "commune_code", value=", ".join(names)))
                return None
        if not has_column:
            self.issues.append(Issue("commune_unknown", "commune_code"))
        return None

    def _rows(self, understanding: Understanding, roles: Roles, told: Told, unit: Unit | None) -> list[SourceRow]:
        fields = [field_of(i, c) for i, c in sorted(understanding.columns.items()) if c.reader != "ignore"]
        token = next((i for i, c in understanding.columns.items() if c.id == "token"), None)
        ids = next((f.index for f in fields if f.column.id == "personal_id"), -1)
        context = self._context(understanding, told, unit)
        headings = {i: " ".join(path) for i, path in enumerate(self.table.paths)}
        reader = CellReader(self.grid, fields, roles.data, told.day, headings)
        filled = filled_cells(self.grid, fields, roles)
        names = {f.index for f in fields if f.name == "full_name"}
        data = set(roles.data)
        done: list[SourceRow] = []
        for r in range(self.start, max(self.table.stop, self.table.last + 1)):
            cells = self._cells(r)
            if r not in data:
                done.append(self._skipped(r, roles, cells))
                continue
            values = reader.read(r, filled)
            said = shown(self.grid.at(r, token)).strip() if token is not None else ""
            mark = (said or row_token(self.sha, self.grid.name, r + 1)) if self.tokens else None
            if understanding.template.list_kind == "commune_return":
                done.append(return_row(self.grid.name, r + 1, cells, values, mark))
                continue
            above = (roles.villages[r], roles.sections.get(r, ""))
            record = Builder(context, values, above, self.grid.padded.get((r, ids))).build()
            if self._struck(r, names, cells):
                values.issues.append(Issue("row_struck_through"))
            held = any(issue.holds for issue in values.issues)
            done.append(
                SourceRow(
                    self.grid.name,
                    r + 1,
                    cells,
                    HELD if held else READY,
                    record,
                    tuple(values.issues),
                    token=mark,
                )
            )
        return self._checked(done, {f.said: f.letter for f in reversed(fields)})

    def _checked(self, rows: list[SourceRow], letters: dict[str, str]) -> list[SourceRow]:
        """The rows after the checks across columns; a place among the rows becomes the number Excel shows."""
        checked = check_rows(rows, letters)
        return [
            replace(row, issues=tuple(_numbered(i, checked) for i in row.issues))
            if any("_other_place" in i.slots for i in row.issues)
            else row
            for row in checked
        ]

    def _cells(self, r: int) -> dict[str, str]:
        row = self.grid.rows[r] if r < len(self.grid.rows) else []
        cells = {letter(c): shown(v) for c, v in enumerate(row) if v is not None}
        cells |= {letter(c): e for (er, c), e in self.grid.errors.items() if er == r} if self.grid.errors else {}
        return cells

    def _skipped(self, r: int, roles: Roles, cells: dict[str, str]) -> SourceRow:
        if r < self.table.first:
            reason = "title" if cells else "blank"
        elif r <= self.table.last:
            reason = "heading"
        else:
            reason = roles.skipped.get(r, "blank")
        issues = (Issue("row_hidden"),) if reason == "hidden" else ()
        return SourceRow(self.grid.name, r + 1, cells, skipped=reason, issues=issues)

    def _struck(self, r: int, names: set[int], cells: dict[str, str]) -> bool:
        if not self.grid.struck:
            return False
        struck = {c for (sr, c) in self.grid.struck if sr == r and letter(c) in cells}
        return bool(struck & names) or len(struck) * 2 > len(cells)

    def _context(self, understanding: Understanding, told: Told, unit: Unit | None) -> SheetContext:
        village = heading_block.village_in(self.own_titles) or heading_block.village_in(self.titles or self.headlines)
        fields = frozenset(c.field for c in understanding.columns.values())
        measured = None
        if understanding.template.list_kind == "weighing" and "measurement.measured_on" not in fields:
            measured = told.day
            if told.precision != "day" or any("[" in f for f in fields if f.startswith("measurement.")):
                self.issues.append(
                    Issue("measured_on_sheet_date", "measured_on", slots={"list_date": f"{told.day:%d/%m/%Y}"})
                )
        return SheetContext(
            understanding.template, told.day, unit, village, measured, fields, self.told_on(told),
            understanding.template.blank_ethnicity or self._blank_ethnicity(understanding),
        )  # fmt: skip

    def _blank_ethnicity(self, understanding: Understanding) -> str:
        """Kinh, where the heading of the ethnicity or a line above the table says that it is left empty for them."""
        headings = [
            " ".join(self.table.paths[i])
            for i, c in understanding.columns.items()
            if c.field == "child_profile.ethnicity"
        ]
        lines = [fold(line) for line in (*headings, *self.titles)]
        return "01" if any(_LEFT_EMPTY.search(line) and "kinh" in line for line in lines) else ""


def _numbered(issue: Issue, rows: Sequence[SourceRow]) -> Issue:
    place = issue.slots.get("_other_place")
    return replace(issue, slots={"other": str(rows[int(place)].number)}) if place is not None else issue


def _period(understanding: Understanding, told: Told) -> str | None:
    kind = understanding.template.period
    if not kind:
        return None
    if understanding.template.list_kind == "commune_return" and told.precision in ("month", "quarter", "half"):
        kind = told.precision
    return {
        "month": f"{told.day:%Y-%m}",
        "quarter": f"{told.day.year}-Q{(told.day.month + 2) // 3}",
        "half": f"{told.day.year}-H{1 if told.day.month <= 6 else 2}",
        "year": f"{told.day.year}",
    }[kind]


def _may_be_village(name: str) -> bool:
    """Whether a sheet's name without a word for village may still be one: no kind of children, no commune, no date."""
    if fold(name).startswith(_PLAIN_SHEETS) or asides.NOT_VILLAGE.search(name) or any(c.isdigit() for c in name):
        return False
    if heading_block.commune_names([name]) or bare_key(name) in vocabulary():
        return False
    if any(_shares_words(name, words) for t in templates().values() for words in t.titles):
        return False
    return read_circumstances(name)[1] is not None and read_ethnicity(name) == (None, ())


def _shares_words(name: str, title: str) -> bool:
    """Whether a sheet is named like a kind of list: Tiêm chủng, DS cân đo."""
    name, title = fold(name), fold(title)
    return title in name or (" " in name and f" {name} " in f" {title} ")


def _villages_by_sheet(sheets: list[SheetReading]) -> list[SheetReading]:
    """In a workbook of one sheet per village, the sheet's name is the village where nothing else tells it."""
    lists = [s for s in sheets if s.status == "read" and s.list_kind != "commune_return"]
    bare = [s for s in lists if _may_be_village(s.name)]
    named = {s.name for s in lists if asides.says_village(s.name)}
    named |= {s.name for s in bare if any(t.template == s.template and t.name != s.name for t in lists)}
    return [_with_village(s, s.name) if s in lists and s.name in named else s for s in sheets]


def _with_village(sheet: SheetReading, village: str) -> SheetReading:
    rows = []
    for row in sheet.rows:
        record = row.record
        if record is None or record.identity.get("village"):
            rows.append(row)
            continue
        homes = [{**home, "village": village} for home in record.facts.get("residence", ({},))]
        record = replace(
            record, identity={**record.identity, "village": village}, facts={**record.facts, "residence": homes}
        )
        issues = tuple(i for i in row.issues if i.code != "village_missing")
        rows.append(replace(row, record=record, issues=issues))
    return replace(sheet, rows=tuple(rows))
