"""Reports: the year's and a period's, contributions asked for and received, and an edited document set against the store."""

from __future__ import annotations

import re
import zipfile

from starlette.datastructures import UploadFile
from starlette.responses import Response

from childdb.web.jobs import DONE, Job
from childdb.web.page import Page, Visit
from childdb.web.viewer import NAMES, REPORTS
from childdb.workflow.reporting import annual_span, bodies, period_span, reporting_unit
from childdb.workflow.reporting_checking import STANDINGS
from childdb.workflow.reporting_contributions import senders, status
from schemas.codes import units
from schemas.errors import NotFound, UsageFault

ORDER = 55
FORMS = {
    "word": "Báo cáo (Word, theo NĐ 30/2020)", "excel": "Mọi chỉ tiêu theo xã (Excel)", "html": "Trang để xem, không cần mạng",
    "commune": "Một trang cho một xã (Word)",
}  # fmt: skip
_KINDS = ("report", "forms", "report_check")
_LARGEST, _UNPACKED = 40 * 2**20, 200 * 2**20  # bytes of a document to be checked, as it comes and when it is opened


def start(visit: Visit) -> Response:
    today = visit.desk.today()
    year = _year(visit.asked("year") or str(today.year if today.month >= 11 else today.year - 1))
    day = annual_span(year, None, None).as_of
    unit, settings = reporting_unit(None, day), bodies()
    told = status(visit.store, settings, unit, day, str(year), today)
    mine = visit.jobs(*_KINDS)
    return visit.show(
        "reports.html", year=year, asked_of=told, answered=sum(r["state"] == "answered" for r in told), forms=FORMS,
        deadline=settings.deadline(year), communes=[s for s in senders(settings, unit, day) if s.commune],
        jobs=list(reversed(mine))[:12], title=_title,
    )  # fmt: skip


def _title(job: Job) -> str:
    words = job.words
    if job.kind == "forms":
        return f"Phiếu xin đóng góp năm {words['period']}"
    if job.kind == "report_check":
        return f"Kiểm tra {words['file']}"
    return f"{FORMS[words['form']]}, {words['period']}" + (", số đầy đủ" if words["inside"] else "")


def _year(text: str) -> int:
    if not re.fullmatch(r"20\d\d", text):
        raise UsageFault("Năm ghi như 2024.", "Write the year like 2024.")
    return int(text)


def write(visit: Visit) -> Response:
    """Refused here already is what the worker would refuse; then the worker writes it."""
    form, period = visit.asked("form"), visit.asked("period").upper()
    if form not in FORMS:
        raise UsageFault("Chọn loại báo cáo.", "Choose the kind of report.")
    if re.fullmatch(r"20\d\d", period):
        span = annual_span(int(period), None, None)
    elif form == "word":
        span, _ = period_span(period, None)
    else:
        raise UsageFault("Loại này chỉ lập theo năm, ghi như 2024.", "This kind is of a year: write it like 2024.")
    unit, reason = "", ""
    if form == "commune":
        unit = reporting_unit(visit.asked("unit") or None, span.as_of)
        if units()[unit].level != "commune":
            raise UsageFault("Chọn xã.", "Choose the commune.")
        if visit.asked("names"):
            visit.viewer.require(NAMES)
            reason = visit.reason()
    words = {"form": form, "period": period, "inside": bool(visit.asked("inside")), "unit": unit, "reason": reason}
    return visit.go(f"/jobs/{visit.desk.start('report', visit.viewer, words).id}")


def forms(visit: Visit) -> Response:
    year = _year(visit.asked("year"))
    return visit.go(f"/jobs/{visit.desk.start('forms', visit.viewer, {'period': str(year)}).id}")


def check(visit: Visit) -> Response:
    """An edited document: its numbers against what the store says now."""
    files = visit.files("file")
    if not files or not (files[0].filename or "").lower().endswith(".docx"):
        raise UsageFault("Chọn tệp báo cáo .docx.", "Choose a report, a .docx.")
    name = "".join(c for c in (files[0].filename or "") if c.isprintable())[:80]
    if (files[0].size or 0) > _LARGEST or _unpacked(files[0]) > _UNPACKED:
        raise UsageFault("Tệp quá lớn.", "The file is too large.")
    with visit.dropping() as id:
        visit.desk.queue.take_in(id, 0, files[0].file)
        visit.desk.start("report_check", visit.viewer, {"file": name, "files": ["bao-cao.docx"]}, id)
    return visit.go(f"/jobs/{id}")


def _unpacked(file: UploadFile) -> int:
    """The bytes that a document takes when it is opened; what is none is told by who reads it."""
    try:
        with zipfile.ZipFile(file.file) as archive:
            return sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile:
        return 0
    finally:
        file.file.seek(0)


def shown(visit: Visit) -> Response:
    job = _job(visit)
    words = {k: v[0] for k, v in STANDINGS.items()}
    return visit.show("report_made.html", job=job, found=job.result, title=_title(job), standings=words)


def fetched(visit: Visit) -> Response:
    job = _job(visit)
    name = str(job.result.get("file") or "")
    return visit.download(job, name, name)


def _job(visit: Visit) -> Job:
    job = visit.job(visit.part("job"))
    if job.kind not in _KINDS or job.state != DONE:
        raise NotFound("Không có việc này.", "There is no such job.")
    return job


PAGES = [
    Page("GET", "/reports", start, (REPORTS,), "Báo cáo"),
    Page("POST", "/reports", write, (REPORTS,)),
    Page("POST", "/reports/forms", forms, (REPORTS,)),
    Page("POST", "/reports/check", check, (REPORTS,)),
    Page("GET", "/reports/{job}", shown, (REPORTS,)),
    Page("GET", "/reports/{job}/file", fetched, (REPORTS,)),
]
