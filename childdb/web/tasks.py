"""What the worker can do: each task reads the words of its job, calls the workflow and gives back plain values.

A task is `task(job, store, progress, place) -> result`; PLACE is a folder to work in, where `files` holds what was dropped in.
What else stands there at the end is kept, sealed; where `files` is gone then, what was dropped in is kept no more.
"""

from __future__ import annotations

import csv
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from childdb.web.jobs import Job
from childdb.workflow.opening import Store
from schemas.codes import units

Progress = Callable[..., None]
Task = Callable[[Job, Store, Progress, Path], dict[str, Any]]

_SHOWN_ROWS = 6  # of each sheet in the preview's picture


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return datetime.now().astimezone().date()


def uploaded(place: Path) -> list[Path]:
    """The files of a job, each in a numbered folder of its own, in the order in which they were dropped."""
    folders = sorted((place / "files").glob("*"), key=lambda f: int(f.name))
    return [file for folder in folders for file in folder.iterdir()]


def _settled(job: Job, store: Store, progress: Progress, paths: Sequence[Path]) -> Any:
    """Every file as it is read after what the person has said of it (`said`: per file number, what and how)."""
    from childdb.workflow.importing import Options
    from childdb.workflow.questions import Question, Settled, settle
    from childdb.workflow.scope import require_files_of

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
    require_files_of(whole.readings.values(), job.communes)
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
    files, written = returned(store, rows, place / "returns", sealed=bool(job.words["sealed"]))
    _zip(files, place / "returns.zip")
    return {"rows": written, "left": len(rows) - written, "returns": [f.name for f in files]}


def erase(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """A child erased at request."""
    from childdb.workflow import erasing

    words = job.words
    done = erasing.erase(store, int(words["child"]), request=int(words["request"]), reason=str(words["reason"]),
                         actor=job.owner, now=now())  # fmt: skip
    return {**asdict(done), "ledger": str(done.ledger)}


def _sender(job: Job, store: Store) -> Any:
    from childdb.workflow.opening import open_keyring
    from childdb.workflow.sending import Sender

    return Sender(store, open_keyring(store.key_file), job.owner, now())


def _asked_period(job: Job) -> Any:
    from childdb.workflow.sending import Period

    return Period(str(job.words["period"]), date.fromisoformat(str(job.words["as_of"])))


def rehearse(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """The package as it would go, read back and thrown away; what stays, counted by commune and reason."""
    from collections import Counter

    from childdb.workflow.destinations import destination
    from childdb.workflow.sending import rehearse as story
    from childdb.workflow.sent_status import status

    to, period = str(job.words["to"]), _asked_period(job)
    built = story(_sender(job, store), to, period, place / "goi")
    shutil.rmtree(place / "goi", ignore_errors=True)
    stays = list(csv.DictReader(built.held_list.read_text("utf-8-sig").splitlines())) if built.held_list else []
    if built.held_list:
        built.held_list.unlink()
    since = {u.code: u.key for u in units().values() if u.level == "commune" and u.in_force(period.as_of)}
    counted = Counter((since.get(r["commune_code"], ""), r["ly_do"]) for r in stays)
    return {
        "to": to, "period": period.name, "as_of": period.as_of.isoformat(), "receiver": destination(store, to).receiver,
        "records": built.manifest["counts"]["records"], "held": built.manifest["counts"]["held"],
        "reasons": [{"commune": c, "vi": vi, "children": n} for (c, vi), n in sorted(counted.items())],
        "sent": any(line.run and line.period == period.name for line in status(store, to)),
    }  # fmt: skip


def send(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """The period's package on its way, once; the page beside the store tells of it too."""
    from childdb.workflow.sending import send as story
    from childdb.workflow.sent_page import write_page
    from childdb.workflow.sent_status import status

    to = str(job.words["to"])
    try:
        outcome = story(_sender(job, store), to, _asked_period(job), correction=bool(job.words["correction"]))
    finally:
        write_page(store, now=now())
    line = next(one for one in status(store, to) if one.run == outcome.run.number)
    return {**asdict(line), "made": outcome.made, "fault": outcome.fault.vi if outcome.fault else ""}


def _bodies() -> Any:
    """The office's own names of bodies, where the command line takes them from too."""
    from childdb.workflow.reporting import bodies

    named = os.environ.get("CHILDDB_BODIES")
    return bodies(Path(named) if named else None)


def report(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """One written report into the job's folder."""
    from childdb.workflow import reporting, reporting_commune, reporting_page, reporting_workbook
    from childdb.workflow.reporting_text import Period

    words, name = job.words, str(job.words["period"])
    if name.isdigit():
        span, told = reporting.annual_span(int(name), None, None), Period(f"năm {name}", f"năm {int(name) + 1}", name)
    else:
        span, told = reporting.period_span(name, None)
    asked = reporting.Asked(span, told, reporting.reporting_unit(None, span.as_of), _bodies(), bool(words["inside"]))
    progress(0, 2, "tính chỉ tiêu")
    figures = reporting.report_figures(store, asked, actor=job.owner, now=now())
    progress(1, 2, "viết")
    if words["form"] == "word":
        done = reporting.write_word(
            store, place / f"bao-cao-{name}.docx", asked, actor=job.owner, now=now(), figures=figures
        )
        return {"file": done.path.name, "numbers": done.numbers}
    if words["form"] == "excel":
        return {"file": reporting_workbook.write(figures, place / f"chi-tieu-{name}.xlsx").name, "numbers": 0}
    if words["form"] == "html":
        return {"file": reporting_page.write_page(store, figures, place / f"chi-tieu-{name}.html").name, "numbers": 0}
    unit = str(words["unit"])
    why = reporting_commune.Reason(job.owner, str(words["reason"]), now()) if words["reason"] else None
    called = f"xa-{unit.split('@')[0]}-{name}"
    lists = place / f"{called}-danh-sach.xlsx" if why else None
    made = reporting_commune.write_sheet(store, figures, unit, place / f"{called}.docx", why, lists)
    if lists is not None and lists.exists():  # the names that the page has no room for
        _zip([made, lists], place / f"{called}.zip")
        return {"file": f"{called}.zip", "numbers": 0}
    return {"file": made.name, "numbers": 0}


def forms(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """The forms by which agencies and communes write their part, as one zip."""
    from childdb.workflow.reporting import annual_span, reporting_unit
    from childdb.workflow.reporting_contributions import write_forms

    year = str(job.words["period"])
    on = annual_span(int(year), None, None).as_of
    made = write_forms(place / "phieu", _bodies(), reporting_unit(None, on), on, f"năm {year}")
    _zip(made, place / f"phieu-{year}.zip")
    return {"file": f"phieu-{year}.zip", "numbers": 0}


def report_check(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """Which numbers of an edited document agree with the store no more."""
    from childdb.workflow.reporting_checking import checked

    (document,) = uploaded(place)
    lines = checked(store, document, "vi")
    shutil.rmtree(place / "files")
    told = [{**asdict(x), "around": x.around[:80]} for x in lines if x.standing != "agrees"]
    wrong = sum(x.standing in ("edited", "changed", "no_result") for x in lines)
    return {"lines": told, "wrong": wrong, "bound": sum(x.number > 0 for x in lines)}


def pairs(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """The pairs that a person must tell apart, the most costly first; by numbers of identities."""
    from childdb.workflow.matching import scan

    batch = store.last_batch()
    found = [
        {"one": p.one.identity, "other": p.other.identity, "score": p.score, "why": p.why,
         "units": sorted({f"{x.fields.get('commune_code')}@{x.fields.get('commune_from')}" for x in (p.one, p.other)})}
        for p in scan(store).ask
    ]  # fmt: skip
    return _kept(job, place, {"batch": batch, "pairs": found})


def due(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """Who falls due for a vaccine this month, by key."""
    from childdb.workflow.due_now import due_now

    batch = store.last_batch()
    return _kept(job, place, {"batch": batch, "doses": due_now(store, today())})


def coverage(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """How many of the children of each commune are known."""
    from childdb.workflow.coverage import coverage as story

    batch = store.last_batch()
    return _kept(job, place, {"batch": batch, "units": story(store, date.fromisoformat(job.words["words"]["day"]))})


def figures(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """Every figure with its targets."""
    from childdb.workflow.targets import computed

    batch = store.last_batch()
    found = computed(store, as_of=date.fromisoformat(job.words["words"]["as_of"]), actor=job.owner, now=now())
    return _kept(job, place, {**found, "batch": batch})


def _kept(job: Job, place: Path, content: dict[str, Any]) -> dict[str, Any]:
    from childdb.web.known import keep

    keep(place.parent, job.kind, {**content, "words": job.words["words"]})
    return {}


def explain(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """What stands behind one figure: its definition and counts, the children by their standing, some down to the cells."""
    from childdb.workflow.explaining import STANDINGS, Question, describe, trace
    from childdb.workflow.explaining import explain as behind

    asked = Question(job.words["indicator"], job.words["unit"], date.fromisoformat(job.words["as_of"]))
    told = behind(store, asked)
    progress(1, 2, "từ trẻ về từng ô")
    counts: dict[str, int] = {}
    for standing in told.children.values():
        counts[standing] = counts.get(standing, 0) + 1
    rows = trace(store, asked, child=None, limit=40)
    return {
        "definition": describe(job.words["indicator"], "vi"), "unit_name": told.unit_name,
        "figure": {k: None if v is None else str(v) for k, v in told.figure.items()},
        "standings": [[STANDINGS[s][0], n] for s, n in counts.items()],
        "cells": [{**r, "standing": STANDINGS[r["standing"]][0], "list_date": r["list_date"].isoformat(), "child": str(r["child"])}
                  for r in rows],
    }  # fmt: skip


def trend(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """One figure over five years: as known now, and as it was known then."""
    from childdb.workflow.targets import years_picture
    from childdb.workflow.trend import rows
    from childdb.workflow.trend import trend as over_years

    indicator, unit = job.words["indicator"], job.words["unit"]
    points, refused = over_years(store, [indicator], unit, as_of=date.fromisoformat(job.words["as_of"]), years=5)
    listed = [{k: None if v is None else str(v) for k, v in r.items()} for r in rows(points, unit)]
    drawn = years_picture([(p.as_of.year, p.now) for p in points], "", points[0].measure if points else "")
    return {"rows": listed, "refused": [vi for vi, _ in refused], "picture": drawn}


def compare(job: Job, store: Store, progress: Progress, place: Path) -> dict[str, Any]:
    """Why a figure differs between two computations."""
    from childdb.workflow.comparing import PARTS, lines
    from childdb.workflow.comparing import compare as parts

    words = job.words
    found = parts(store, int(words["first"]), int(words["second"]), ids=[words["indicator"]], unit=words["unit"])
    return {"lines": [
        {"part": PARTS[x["part"]][0], **{k: str(x[k]) for k in ("numerator", "denominator", "unknown")}} for x in lines(found)
    ]}  # fmt: skip


TASKS: dict[str, Task] = {
    "preview": preview, "import": do_import, "undo_preview": undo_preview, "undo": undo, "correct": correct,
    "send_back": send_back, "erase": erase, "rehearse": rehearse, "send": send, "report": report, "forms": forms,
    "report_check": report_check,
    "pairs": pairs, "due": due, "coverage": coverage, "figures": figures, "explain": explain, "trend": trend,
    "compare": compare,
}  # fmt: skip
# words of a job that are not kept once it is done: which child a parent asked to erase, what a row was put right to
FORGOTTEN = {"erase": ("child", "reason"), "correct": ("said",)}
TITLES = {
    "preview": "Đọc và xem trước", "import": "Nhập vào kho", "undo_preview": "Xem việc rút lại sẽ thay đổi gì",
    "undo": "Rút lại", "correct": "Đọc lại dòng đã sửa", "send_back": "Lập bảng tính trả lại xã",
    "erase": "Xóa hẳn", "rehearse": "Thử gửi", "send": "Gửi tỉnh", "report": "Lập báo cáo",
    "forms": "Lập phiếu xin đóng góp", "report_check": "Đối chiếu báo cáo",
    "pairs": "Tìm trẻ ghi nhiều lần", "due": "Tìm trẻ đến hạn tiêm", "coverage": "Tính tỷ lệ trẻ đã biết", "figures": "Tính chỉ tiêu",
    "explain": "Tìm căn cứ của con số", "trend": "Tính qua các năm", "compare": "So hai lần tính",
}  # fmt: skip
