"""What a reading leaves open and a person may settle in the preview: a heading between two columns, a commune's name that
means two territories, a sheet that fits two templates. Answers about headings are kept per sender and template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from childdb.intake import read_file_guarded
from childdb.intake.headings import path_key
from childdb.intake.template import templates
from childdb.store import Store
from childdb.store.answers import Sender, heading_answers, remember_heading
from childdb.workflow.importing import Options, read_all, reading_words
from schemas.codes import communes_named
from schemas.issues import Issue
from schemas.records import FileReading, SheetReading

HEADING, COMMUNE, TEMPLATE = "heading_near_tie", "commune_ambiguous", "template_tie"
_ROUNDS = 4  # a sheet's commune may be asked after its template, its headings after that


@dataclass(frozen=True)
class Question:
    """One open point: the issue, and what may be answered, each as (label, answer)."""

    path: Path
    sheet: str
    issue: Issue
    choices: tuple[tuple[str, str], ...]
    sender: Sender | None = None

    @property
    def heading(self) -> str:
        """The key of the heading that is asked about."""
        return heading_key(self.issue.value or "")


Ask = Callable[[Question], str | None]


@dataclass
class Settled:
    """The readings after all answers, and the answers about headings that are new: (sender, heading, field)."""

    readings: dict[Path, FileReading] = field(default_factory=dict)
    answers: list[tuple[Sender, str, str]] = field(default_factory=list)


def settle(
    store: Store,
    paths: Sequence[Path],
    options: Options,
    *,
    today: date,
    ask: Ask | None = None,
    progress: Callable[[Path], None] = lambda _: None,
    chosen: Mapping[Path, Mapping[str, str]] | None = None,
) -> Settled:
    """Read PATHS; what was answered before is applied, what is left is asked of ASK (nobody: it stays an issue).

    CHOSEN is what a person said of headings that were understood otherwise: per file, heading key -> column.
    """
    found = Settled()
    known = [(a.sender, a.heading, a.field) for a in heading_answers(store)]
    for path, reading in read_all(paths, options, today=today, progress=progress):
        if said := (chosen or {}).get(path):
            reading = read_file_guarded(path, answers=said, **reading_words(options, today))
            found.answers += _chosen(reading, said)
        found.readings[path] = _settled(
            path, reading, options, today, [*known, *found.answers], ask, found.answers, said or {}
        )
    return found


def _chosen(reading: FileReading, said: Mapping[str, str]) -> Iterator[tuple[Sender, str, str]]:
    """What a person chose, for the sender's next list: of each sheet on which the heading stands."""
    for sheet in reading.sheets:
        if sheet.commune_code and sheet.commune_from and sheet.template:
            sender = (sheet.commune_code, sheet.commune_from, sheet.template)
            for column in sheet.columns:
                key = heading_key(column.heading)
                if key in said:
                    yield sender, key, said[key]


def heading_key(heading: str) -> str:
    """What a heading is remembered by; its parts stand one above the other on the sheet."""
    return path_key(heading.split(" | "))


def _settled(
    path: Path, reading: FileReading, options: Options, today: date, known: Iterable[tuple[Sender, str, str]],
    ask: Ask | None, given: list[tuple[Sender, str, str]], said: Mapping[str, str],
) -> FileReading:  # fmt: skip
    kept = {(sender, heading): column for sender, heading, column in known}
    headings = {**_remembered(reading, kept), **said}
    if headings.keys() - said.keys():
        reading = read_file_guarded(path, answers=headings, **reading_words(options, today))
    for _ in range(_ROUNDS):
        before = (dict(headings), options)
        for question in questions(path, reading):
            told = kept.get((question.sender, question.heading)) if question.sender else None
            answer = told or (ask(question) if ask else None)
            if answer is None:
                continue
            if question.issue.code == HEADING:
                headings[question.heading] = answer
                if question.sender and not told:
                    given.append((question.sender, question.heading, answer))
            elif question.issue.code == COMMUNE:
                options = replace(options, commune=answer)
            else:
                options = replace(options, template=answer)
        if (headings, options) == before:
            break
        reading = read_file_guarded(path, answers=headings, **reading_words(options, today))
    return reading


def _remembered(reading: FileReading, kept: Mapping[tuple[Sender, str], str]) -> dict[str, str]:
    """What was said before of headings that were understood otherwise now."""
    found = {}
    for sheet in reading.sheets:
        if kept and sheet.commune_code and sheet.commune_from and sheet.template:
            columns = templates()[sheet.template].columns
            for column in sheet.columns:
                key = heading_key(column.heading)
                told = kept.get(((sheet.commune_code, sheet.commune_from, sheet.template), key))
                if told and told in columns and columns[told].field != column.field:
                    found[key] = told
    return found


def questions(path: Path, reading: FileReading) -> Iterator[Question]:
    """The open points of a file that a person can settle without changing it; a question asked twice comes once."""
    met: set[tuple[str, str]] = set()
    for sheet in reading.sheets:
        for issue in sheet.issues:
            key = (issue.code, issue.value or "")
            if issue.code in (HEADING, COMMUNE, TEMPLATE) and key not in met:
                met.add(key)
                yield Question(path, sheet.name, issue, _choices(sheet, issue), _sender(sheet, issue))


def _sender(sheet: SheetReading, issue: Issue) -> Sender | None:
    if issue.code != HEADING or not (sheet.commune_code and sheet.commune_from and sheet.template):
        return None
    return (sheet.commune_code, sheet.commune_from, sheet.template)


def _choices(sheet: SheetReading, issue: Issue) -> tuple[tuple[str, str], ...]:
    said = issue.slots.get("choices", "")
    if issue.code == COMMUNE:
        units = {u.key: u for name in (issue.value or "").split(", ") for u in communes_named(name)}
        return tuple((f"{u.name} ({u.key})", u.key) for u in units.values())
    if issue.code == TEMPLATE:
        return tuple((t.title["vi"], t.id) for t in templates().values() if t.title["vi"] in said)
    columns = templates()[sheet.template or ""].columns.values()
    meant = [(c.heading.replace("|", " - "), c.id) for c in columns if c.heading in said.split(" / ")]
    ignored: Mapping[str, str] = {c.id: c.id for c in columns if c.reader == "ignore"}
    return (*meant, *([("", ignored["notes"])] if "notes" in ignored else []))


def remember(store: Store, answers: Iterable[tuple[Sender, str, str]], *, actor: str, now: datetime) -> None:
    """Keep the answers for the sender's next list."""
    for sender, heading, column in answers:
        remember_heading(store, sender, heading, column, actor=actor, now=now)
