"""The demonstration: the sample workbooks all the way to the provincial package, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import resources
from pathlib import Path

import childdb
from childdb.store import Store
from childdb.workflow import figures
from childdb.workflow.importing import FileOutcome, Options, find_files, import_files
from childdb.workflow.packages import Built, build_package
from indicators.results import Results
from schemas.errors import NotFound, UsageFault

AS_OF = date(2024, 11, 30)
STORE, KEY, PACKAGE, PICTURE, MARK = "childdb.db", "childdb.key", "goi-tinh", "ket-qua.png", ".childdb-demo"
REPORT = "bao-cao"


@dataclass
class Demo:
    """What the demonstration made."""

    folder: Path
    store: Store
    rounds: dict[str, list[FileOutcome]] = field(default_factory=dict)
    results: Results | None = None
    built: Built | None = None
    picture: Path | None = None


def sample_rounds() -> dict[str, list[Path]]:
    """The sample workbooks by round (2023-12, 2024-06, 2024-11), in the wheel or in the checkout."""
    for place in (
        Path(str(resources.files("childdb"))) / "sample_workbooks",
        Path(childdb.__file__).resolve().parents[1] / "sample_data" / "workbooks",
    ):
        rounds = sorted(p for p in place.iterdir() if p.is_dir()) if place.is_dir() else []
        if rounds:
            return {p.name: find_files([p]) for p in rounds}
    raise NotFound("Không thấy bảng tính mẫu trong bản cài này.", "The sample workbooks are not in this installation.")


def prepare(folder: Path, *, now: datetime) -> Demo:
    """A fresh store with a key of its own in FOLDER, which must be new, empty, or an earlier demonstration."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise UsageFault(
                f"{folder} đã có nội dung khác; chọn thư mục khác.",
                f"{folder} holds other things; choose another folder.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("", "utf-8")
    return Demo(folder, Store.init(str(folder / STORE), folder / KEY, now=now))


def import_round(
    demo: Demo, name: str, files: list[Path], *, now: datetime, today: date, progress: Callable[[str], None]
) -> list[FileOutcome]:
    """Import one round's workbooks, each as one batch."""
    demo.rounds[name] = import_files(
        demo.store, files, Options(), actor="demo", now=now, today=today, progress=lambda o: progress(o.path.name)
    )
    return demo.rounds[name]


def compute(demo: Demo, *, now: datetime) -> Results:
    demo.results = figures.figures(demo.store, as_of=AS_OF)
    figures.keep(demo.store, demo.results, actor="demo", now=now)
    return demo.results


def package(demo: Demo, *, now: datetime) -> Built:
    demo.built = build_package(
        demo.store, demo.folder / PACKAGE, as_of=AS_OF, as_known=None, sender="Phòng LĐTB&XH huyện Mường Ảng",
        receiver="Sở LĐTB&XH tỉnh Điện Biên", reason="trình diễn trên dữ liệu hư cấu", actor="demo", now=now,
    )  # fmt: skip
    return demo.built


def report(demo: Demo, *, now: datetime) -> list[Path]:
    """The report of 5 December with its workbook, its page and one commune's sheet, of one computation."""
    from childdb.report.settings import read_bodies
    from childdb.workflow import reporting, reporting_commune, reporting_page, reporting_workbook
    from childdb.workflow.reporting_text import Period

    span, place = reporting.annual_span(AS_OF.year, AS_OF, None), demo.folder / REPORT
    words = Period(f"năm {AS_OF.year}", f"năm {AS_OF.year + 1}", str(AS_OF.year))
    asked = reporting.Asked(span, words, reporting.reporting_unit(None, AS_OF), read_bodies())
    figures = reporting.report_figures(demo.store, asked, actor="demo", now=now)
    word = reporting.write_word(demo.store, place / "bao-cao-2024.docx", asked, actor="demo", now=now, figures=figures)
    return [
        word.path, reporting_page.write_page(demo.store, figures, place / "chi-tieu-2024.html"),
        reporting_workbook.write(figures, place / "chi-tieu-2024.xlsx"),
        reporting_commune.write_sheet(demo.store, figures, figures.communes[0], place / "mot-xa.docx", None),
    ]  # fmt: skip


def draw(demo: Demo, unit: str, lang: str) -> Path | None:
    """The picture of the shares against their first deciding target."""
    from childdb.report.picture import Line, targets_picture
    from indicators.loader import catalogue

    if demo.results is None:
        return None
    lines: dict[str, Line] = {}
    for v in figures.verdicts(demo.results, unit):
        known = (v.get("value"), v.get("low"), v.get("high"), v.get("target"))
        if v["measure"] != "percent" or v["indicator"] in lines or any(x is None for x in known):
            continue
        if v["verdict"] not in ("met", "not_met", "cannot_tell"):
            continue
        value, low, high, target = (float(x) for x in known if x is not None)
        title = catalogue()[v["indicator"]].title[lang]
        lines[v["indicator"]] = Line(title, value, low, high, target, str(v["comparator"]), str(v["verdict"]))
    if not lines:
        return None
    title = (
        "Huyện Mường Ảng, tính đến 30/11/2024 (dữ liệu hư cấu)"
        if lang == "vi"
        else "Mường Ảng district, as on 2024-11-30 (invented data)"
    )
    note = (
        "Chấm: giá trị; dải: thấp nhất và cao nhất mà các hồ sơ chưa biết cho phép; vạch đen: mức phải đạt."
        if lang == "vi" else "Dot: value; band: lowest and highest value that unknown records allow; black tick: target."
    )  # fmt: skip
    demo.picture = targets_picture(list(lines.values()), demo.folder / PICTURE, title=title, note=note, lang=lang)
    return demo.picture
