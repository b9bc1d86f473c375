"""Import: drop workbooks, see how they are understood, correct that, then import or leave; afterwards what came of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from starlette.responses import Response

from childdb.web.jobs import DONE, Job
from childdb.web.page import Page, Visit
from childdb.web.viewer import IMPORT
from childdb.workflow.importing import SUFFIXES
from schemas.codes import communes_named
from schemas.errors import NotFound, UsageFault

ORDER = 1
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def start(visit: Visit) -> Response:
    jobs = list(reversed(visit.jobs("preview", "import")))[:12]
    return visit.show("import.html", jobs=jobs, suffixes=",".join(SUFFIXES))


def upload(visit: Visit) -> Response:
    files = visit.files("files")
    if not files:
        raise UsageFault("Chưa chọn tệp nào.", "No file was chosen.")
    names = [safe_name(f.filename or "") for f in files]
    with visit.dropping() as id:
        for number, file in enumerate(files):
            visit.desk.queue.take_in(id, number, file.file)
        visit.desk.start("preview", visit.viewer, {"files": names, "said": {}}, id)
    return visit.go(f"/import/{id}")


def safe_name(name: str) -> str:
    """A file's name as its sender gave it, without any folder and without what a disk does not take."""
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    text = "".join(c for c in text if c.isprintable() and c not in '<>:"|?*').strip(". ")
    stem, dot, suffix = text.rpartition(".")
    if not dot or f".{suffix.lower()}" not in SUFFIXES or _RESERVED.match(text):
        raise UsageFault(f"“{text[:80]}” không phải bảng tính.", f"“{text[:80]}” is no workbook.")
    # 255 bytes are what a disk takes of one name, and a Vietnamese letter may be three
    return f"{stem[:120].encode('utf-8')[:200].decode('utf-8', 'ignore')}.{suffix}"


def shown(visit: Visit) -> Response:
    """The preview, or what an import did, or how far it is."""
    job = _job(visit)
    if job.state != DONE:
        return visit.show("job.html", job=job, title=f"Nhập {len(job.words['files'])} tệp", next=f"/import/{job.id}")
    totals = _totals(job)
    if job.kind == "import":
        return visit.show("imported.html", job=job, files=job.result["files"], totals=totals)
    return visit.show("preview.html", job=job, files=job.result["files"], totals=totals)


def _job(visit: Visit) -> Job:
    job = visit.job(visit.part("job"))
    if job.kind not in ("preview", "import"):
        raise NotFound("Không có việc này.", "There is no such job.")
    return job


_COUNTS = ("read", "new", "changed", "unchanged", "held_back", "skipped")


def _totals(job: Job) -> dict[str, int]:
    sheets = [s for f in job.result["files"] for s in f["sheets"]]
    return {name: sum(int(s["counts"].get(name, 0)) for s in sheets) for name in _COUNTS}


def correct(visit: Visit) -> Response:
    """What the person says of one file: a heading's meaning, the commune, the list's date, an open question."""
    job = _job(visit)
    number = visit.number("file")
    if job.kind != "preview" or job.state != DONE or number >= len(job.words["files"]):
        raise NotFound("Không có tệp này.", "There is no such file.")
    said: dict[str, Any] = {k: dict(v) for k, v in job.words["said"].items()}
    of_file = said.setdefault(str(number), {})
    if commune := visit.asked("commune"):
        found = communes_named(commune)
        if not found:
            raise UsageFault(f"Không có xã “{commune}”.", f"There is no commune “{commune}”.")
        of_file["commune"] = commune
    if listed := visit.asked("list_date"):
        try:
            of_file["list_date"] = date.fromisoformat(listed).isoformat()
        except ValueError as fault:
            raise UsageFault("Ngày ghi chưa đúng.", "The date is not right.") from fault
    headings, answers = _pairs(visit, "heading", "column"), _pairs(visit, "question", "answer")
    if not (set(headings.items()) | set(answers.items())) <= _offered(job.result["files"][number]):
        raise UsageFault(
            "Lựa chọn này không có trên trang; tải lại trang.", "The page does not offer that; load it again."
        )
    of_file["headings"] = {**of_file.get("headings", {}), **headings}
    of_file["answers"] = {**of_file.get("answers", {}), **answers}
    visit.desk.queue.once_more(job, now=visit.desk.now(), words={**job.words, "said": said})
    visit.desk.worker.wake()
    return visit.go(f"/import/{job.id}")


def _offered(file: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What the preview of a file lets a person choose: a heading or a question, and what is said of it. What is chosen is
    remembered for the sender's later lists, so nothing else may be."""
    columns = {(c["key"].strip(), id) for s in file["sheets"] for c in s["columns"] for id, _ in s["choices"]}
    questions = {(f"{q['code']}|{q['value']}".strip(), answer) for q in file["questions"] for _, answer in q["choices"]}
    return columns | questions


def _pairs(visit: Visit, asked: str, said: str) -> dict[str, str]:
    """What was chosen in a form whose fields stand in numbered pairs; what was left as it is, is left out."""
    fields = [name.removeprefix(f"{asked}-") for name in visit.form if name.startswith(f"{asked}-")]
    # a browser sends a line break as two signs
    return {
        visit.asked(f"{asked}-{n}").replace("\r\n", "\n"): answer
        for n in fields
        if (answer := visit.asked(f"{said}-{n}"))
    }


def do_import(visit: Visit) -> Response:
    job = _job(visit)
    if job.kind == "preview" and job.state == DONE:
        visit.desk.queue.once_more(job, now=visit.desk.now(), kind="import")
        visit.desk.worker.wake()
    return visit.go(f"/import/{job.id}")


def leave(visit: Visit) -> Response:
    job = _job(visit)
    if not job.over:
        raise UsageFault("Việc đang chạy; chờ xong rồi hãy bỏ.", "The work is under way; wait for its end.")
    visit.desk.queue.drop(job.id)
    visit.tell("Đã bỏ, không nhập gì." if job.kind == "preview" else "Đã cất kết quả.")
    return visit.go("/import")


def returns(visit: Visit) -> Response:
    """The return workbooks as one zip."""
    job = _job(visit)
    return _file(visit, job, "returns.zip", f"tra-lai-{job.made_at[:10]}.zip", _rows(job.result.get("files", ())))


def one_return(visit: Visit) -> Response:
    job = _job(visit)
    names = job.result.get("returns", [])
    number = visit.number("number")
    if number >= len(names):
        raise NotFound("Không có tệp này.", "There is no such file.")
    name = names[number]
    files = job.result["files"]
    own = [f for f in files if Path(f["name"]).stem == Path(name).stem] or files
    return _file(visit, job, f"returns/{name}", name, _rows(own))


def _rows(files: Iterable[Mapping[str, Any]]) -> int:
    """How many rows with names the return workbooks of some files hold at the most."""
    counts = [s["counts"] for f in files for s in f["sheets"]]
    return sum(int(c.get("read", 0)) - int(c.get("skipped", 0)) for c in counts)


def _file(visit: Visit, job: Job, file: str, name: str, rows: int) -> Response:
    if file in job.kept:
        visit.note("web returns", "bảng tính trả lại xã", rows)
    return visit.download(job, file, name)


PAGES = [
    Page("GET", "/import", start, (IMPORT,), "Nhập"),
    Page("POST", "/import", upload, (IMPORT,)),
    Page("GET", "/import/{job}", shown, (IMPORT,)),
    Page("POST", "/import/{job}/files/{file}", correct, (IMPORT,)),
    Page("POST", "/import/{job}/import", do_import, (IMPORT,)),
    Page("POST", "/import/{job}/leave", leave, (IMPORT,)),
    Page("GET", "/import/{job}/returns.zip", returns, (IMPORT,)),
    Page("GET", "/import/{job}/returns/{number}", one_return, (IMPORT,)),
]
