"""What the worker can do: each task reads the words of its job, calls the workflow and gives back plain values.

A task is `task(job, store, progress, place) -> result`; PLACE is the job's own folder.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from childdb.web.jobs import Job
from childdb.workflow.opening import Store

Progress = Callable[..., None]
Task = Callable[[Job, Store, Progress, Path], dict[str, Any]]

_SHOWN_ROWS = 6  # of each sheet in the preview's picture


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return datetime.now().astimezone().date()


def uploaded(place: Path) -> list[Path]:
    """The workbooks of a job, each in a numbered folder of its own, in the order in which they were dropped."""
    folders = sorted((place / "files").glob("*"), key=lambda f: int(f.name))
    return [file for folder in folders for file in folder.iterdir()]


def _settled(job: Job, store: Store, progress: Progress, paths: Sequence[Path]) -> Any:
    """Every file as it is read after what the person has said of it (`said`: per file number, what and how)."""
    from childdb.workflow.importing import Options
    from childdb.workflow.questions import Question, Settled, settle

    said: Mapping[str, Mapping[str, Any]] = job.words.get("said", {})
    whole = Settled()
    for number, path in enumerate(paths):
        of_file = said.get(str(number), {})
        options = Options(
            of_file.get("commune") or None,
            date.fromisoformat(of_file["list_date"]) if of_file.get("list_date") else None,
            of_file.get("template") or None,
        )

        def ask(question: Question, of_file: Mapping[str, Any] = of_file) -> str | None:
            answer = of_file.get("answers", {}).get(f"{question.issue.code}|{question.issue.value or ''}")
            return str(answer) if answer else None

        found = settle(store, [path], options, today=today(), ask=ask, chosen={path: of_file.get("headings", {})})
        whole.readings |= found.readings
        whole.answers += found.answers
        progress(number + 1, 2 * len(paths), path.name)
    return whole


def preview(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """What an import would do; nothing is written."""
    from childdb.workflow.importing import Options, import_files
    from childdb.workflow.rehearsing import rehearsal

    paths = uploaded(place)
    settled = _settled(job, store, progress, paths)
    done = iter(range(len(paths) + 1, 2 * len(paths) + 2))
    with rehearsal(store, place) as rehearsed:
        outcomes = import_files(
            rehearsed, paths, Options(), actor=job.owner, now=now(), today=today(), readings=settled.readings,
            progress=lambda o: progress(next(done), 2 * len(paths), o.path.name),
        )  # fmt: skip
    return {"files": [_file(number, o) for number, o in enumerate(outcomes)]}


def _file(number: int, outcome: Any) -> dict[str, Any]:
    from childdb.workflow.preview import preview as previews
    from childdb.workflow.questions import questions

    sheets = {s.name: s for s in outcome.reading.sheets}
    return {
        "number": number, "name": outcome.path.name, "same_as": outcome.same_as, "batch": outcome.batch,
        "status": outcome.reading.status, "issues": [_issue(i) for i in outcome.reading.issues],
        "sheets": [_sheet(p, sheets.get(p.sheet), outcome) for p in previews(outcome)],
        "questions": [
            {"code": q.issue.code, "value": q.issue.value or "", "sheet": q.sheet, "sentence": q.issue.sentence("vi"),
             "choices": [list(c) for c in q.choices]}
            for q in questions(outcome.path, outcome.reading)
        ],
    }  # fmt: skip


def _issue(issue: Any) -> dict[str, str]:
    return {"sentence": issue.sentence("vi"), "advice": issue.advice("vi")}


def _sheet(shown: Any, sheet: Any, outcome: Any) -> dict[str, Any]:
    from childdb.workflow.preview import columns_of
    from childdb.workflow.questions import heading_key

    rows = [r for r in sheet.rows if not r.skipped][:_SHOWN_ROWS] if sheet else []
    return {
        "name": shown.sheet, "status": shown.status, "template": shown.template, "title": dict(shown.title),
        "list_date": shown.list_date.isoformat() if shown.list_date else "", "commune": shown.commune,
        "counts": dict(shown.counts), "columns": [{**asdict(c), "key": heading_key(c.heading)} for c in shown.columns],
        "choices": columns_of(shown.template), "issues": [_issue(i) for i in shown.issues],
        "changes": [list(c) for c in shown.changes],
        "causes": [
            {"rows": c.rows, "column": c.column, "cause": c.example.cause("vi"), "holds": c.example.holds}
            for c in shown.causes
        ],
        "rows": [
            {"number": r.number, "cells": dict(r.cells), "status": outcome.statuses.get((shown.sheet, r.number), "")}
            for r in rows
        ],
    }  # fmt: skip


def do_import(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """The import itself, file by file, each a batch; then the return workbooks; the uploaded files go."""
    from childdb.workflow.importing import Options, import_files
    from childdb.workflow.questions import remember
    from childdb.workflow.returning import write_returns

    paths = uploaded(place)
    settled = _settled(job, store, progress, paths)
    remember(store, settled.answers, actor=job.owner, now=now())
    done = iter(range(len(paths) + 1, 2 * len(paths) + 2))
    outcomes = import_files(
        store, paths, Options(), actor=job.owner, now=now(), today=today(), readings=settled.readings,
        progress=lambda o: progress(next(done), 2 * len(paths), o.path.name),
    )  # fmt: skip
    progress(2 * len(paths), 2 * len(paths), "bảng tính trả lại")
    returned = write_returns(outcomes, place / "returns")
    if returned:
        _zip(returned, place / "returns.zip")
    files = [_file(number, o) for number, o in enumerate(outcomes)]
    for file in files:  # the picture of the sheet was for the preview
        for sheet in file["sheets"]:
            sheet["rows"] = []
    shutil.rmtree(place / "files", ignore_errors=True)
    return {"files": files, "returns": [p.name for p in returned]}


def _zip(files: Iterable[Path], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)


def undo_preview(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """What taking a batch back would move."""
    from childdb.workflow.undoing import moves

    batch = int(job.words["batch"])
    report = store.undo_preview(batch)
    progress(1, 3, "tính chỉ tiêu hai lần")
    moved = moves(store, batch, as_of=today())
    return {
        "kind": report.kind, "rows": report.rows, "children": report.children,
        "decisions": [asdict(d) for d in report.decisions],
        "moves": [{k: None if v is None else str(v) for k, v in m.items()} for m in moved],
    }  # fmt: skip


def undo(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    done = store.undo(int(job.words["batch"]), actor=job.owner, now=now(), reason=str(job.words.get("reason", "")))
    return {"batch": done.batch, "undone_by": done.undone_by}


def correct(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """One held row read again with other cells."""
    from childdb.workflow.mending import correct as again

    outcome = again(
        store, int(job.words["row"]), job.words["said"], actor=job.owner, now=now(), today=today(), place=place
    )
    waiting = [r.id for r in store.held_rows(batch=outcome.batch)] if outcome.batch else []
    status = next(iter(outcome.statuses.values()), "held_back")
    return {"batch": outcome.batch, "status": status, "held": waiting[0] if waiting else None}


def send_back(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """The return workbooks of some held rows."""
    from childdb.workflow.mending import send_back as returned

    wanted = set(job.words["rows"])
    rows = [r for r in store.held_rows(commune=str(job.words["unit"]).partition("@")[0] or None) if r.id in wanted]
    files = returned(store, rows, place / "returns")
    _zip(files, place / "returns.zip")
    return {"rows": len(rows), "returns": [f.name for f in files]}


def keep_known(place: Path, name: str, found: Mapping[str, Any]) -> None:
    """What was computed for a page, for later visits: beside the queue, in the name of NAME."""
    from schemas.files import whole_file

    with whole_file(place.parent.parent / f"known-{name}.json") as out:
        out.write(json.dumps(found, ensure_ascii=False).encode("utf-8"))


TASKS: dict[str, Task] = {
    "preview": preview, "import": do_import, "undo_preview": undo_preview, "undo": undo, "correct": correct,
    "send_back": send_back,
}  # fmt: skip
TITLES = {
    "preview": "Đọc và xem trước", "import": "Nhập vào kho", "undo_preview": "Xem việc rút lại sẽ thay đổi gì",
    "undo": "Rút lại", "correct": "Đọc lại dòng đã sửa", "send_back": "Lập bảng tính trả lại xã",
}  # fmt: skip
