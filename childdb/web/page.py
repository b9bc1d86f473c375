"""What a page is: a function from a visit to an answer, and the words and templates that all of them share."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import ChainableUndefined, Environment, PackageLoader
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from childdb.web.jobs import Job, Queue, Worker
from childdb.web.sessions import Session, Sessions
from childdb.web.viewer import Viewer
from childdb.workflow.figures import titles
from childdb.workflow.finding import Finder
from childdb.workflow.opening import Store
from schemas.codes import units
from schemas.dates import on_this_clock
from schemas.errors import NotFound, UsageFault


@dataclass
class Desk:
    """All that pages work with: the store, the queue and its worker, who is let in, and the clock."""

    store: Store
    folder: Path
    queue: Queue
    worker: Worker
    now: Callable[[], datetime]
    today: Callable[[], date]
    local: str | None = None  # the login of the one person at this computer; None where people log in
    sessions: Sessions = field(default_factory=Sessions)
    freshening: threading.Thread | None = None
    read: dict[str, tuple[int, dict[str, Any]]] = field(
        default_factory=dict
    )  # files of known.py as they were read last

    @cached_property
    def finder(self) -> Finder:
        """The index of names, made anew beside the pages where the store has changed."""
        found = Finder(self.store)
        found.prepare()
        return found

    def freshen(self, patience: float = 0.0) -> Finder:
        """The index; where it is behind, a new one is begun, and waited for as long as PATIENCE (seconds)."""
        finder = self.finder
        if finder.behind() and not (self.freshening and self.freshening.is_alive()):
            self.freshening = threading.Thread(target=finder.prepare, daemon=True)
            self.freshening.start()
        if self.freshening and patience:
            self.freshening.join(patience)
        return finder

    def start(self, kind: str, viewer: Viewer, words: Mapping[str, Any], id: str | None = None) -> Job:
        """Give the worker something to do."""
        communes = None if viewer.communes is None else sorted(viewer.communes)
        job = self.queue.add(
            kind, viewer.login, words, now=self.now(), id=id, may=sorted(viewer.may), communes=communes
        )
        self.worker.wake()
        return job


@dataclass(frozen=True)
class Page:
    """One route: METHOD and PATH, the function, what the viewer must be allowed, and (for the first of a room) its name
    in the menu, whose access key is its place there."""

    method: str
    path: str
    function: Callable[[Visit], Response]
    needs: tuple[str, ...] = ()
    menu: str = ""


@dataclass(frozen=True)
class Visit:
    """One request of a known viewer; `form` is empty for a GET."""

    desk: Desk
    viewer: Viewer
    session: Session
    request: Request
    form: FormData = field(default_factory=FormData)

    @property
    def store(self) -> Store:
        return self.desk.store

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        found = _whole(self.part(name))
        if found is None:
            raise NotFound("Không có trang này.", "There is no such page.")
        return found

    def asked(self, name: str, default: str = "") -> str:
        """A word of the query or of the form, without blanks around it."""
        value = self.form.get(name) if name in self.form else self.request.query_params.get(name, default)
        return value.strip() if isinstance(value, str) else default

    def count(self, name: str) -> int | None:
        """A whole number of the query or of the form, None where nothing is said; refused where it is no number."""
        said = self.asked(name)
        found = _whole(said)
        if said and found is None:
            raise UsageFault(f"“{said[:40]}” không phải số.", f"“{said[:40]}” is no number.")
        return found

    def secret(self, name: str) -> str:
        """A password as it was typed, blanks and all."""
        value = self.form.get(name)
        return value[:200] if isinstance(value, str) else ""

    def files(self, name: str) -> list[UploadFile]:
        return [f for f in self.form.getlist(name) if isinstance(f, UploadFile) and f.filename]

    def reason(self) -> str:
        """Why names are looked at: refused where it is empty."""
        said = " ".join(self.asked("reason").split())  # one line: the words of a search follow on the next
        if not said:
            raise UsageFault("Cần ghi lý do.", "A reason is needed.")
        return said[:300]

    def note(self, what: str, reason: str, rows: int) -> None:
        """Named rows are shown: an entry of the access log and of the audit chain, before they are."""
        self.store.note_use(self.viewer.login, what, reason, rows, now=self.desk.now())

    def tell(self, sentence: str, kind: str = "good") -> None:
        """A sentence at the head of the next page."""
        self.session.told.append((kind, sentence))

    def show(self, template: str, status: int = 200, **words: Any) -> HTMLResponse:
        return HTMLResponse(rendered(self, template, **words), status)

    def go(self, path: str) -> RedirectResponse:
        return RedirectResponse(path, 303)

    def job(self, id: str) -> Job:
        """A job of this viewer; another's is not there, nor one that was asked for with rights since lost."""
        job = self.desk.queue.read(id)
        if not self._mine(job):
            raise NotFound("Không có việc này.", "There is no such job.")
        return job

    def jobs(self, *kinds: str) -> list[Job]:
        """The jobs of this viewer, of some KINDS or of all, oldest first."""
        return [j for j in self.desk.queue.all() if self._mine(j) and (not kinds or j.kind in kinds)]

    def _mine(self, job: Job) -> bool:
        return job.owner == self.viewer.login and self.viewer.covers(job.may, job.communes)

    @contextmanager
    def dropping(self) -> Iterator[str]:
        """A new job's number, to drop files in; what breaks off leaves nothing there."""
        id = self.desk.queue.new_id()
        try:
            yield id
        except BaseException:
            self.desk.queue.drop(id)
            raise

    def download(self, job: Job, file: str, name: str) -> Response:
        """A FILE that came of a job, called NAME where it is kept."""
        return attachment(self.desk.queue.fetched(job, file), name)


def attachment(content: bytes, name: str) -> Response:
    """Something to be kept as a file called NAME."""
    told = f"attachment; filename*=utf-8''{quote(name, safe='')}"
    return Response(content, media_type="application/octet-stream", headers={"content-disposition": told})


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) and int(text) < 2**63 else None


def rendered(visit: Visit, template: str, **words: Any) -> str:
    told = list(visit.session.told)
    page = _ENVIRONMENT.get_template(template)
    if not template.startswith("_"):
        visit.session.told.clear()
    return page.render(visit=visit, viewer=visit.viewer, csrf=visit.session.csrf, told=told, menu=menu(visit.viewer),
                       here=visit.request.url.path, today=visit.desk.today(), **words)  # fmt: skip


_MENU: list[Page] = []


def menu(viewer: Viewer) -> list[Page]:
    """The rooms that the viewer may enter."""
    return [p for p in _MENU if viewer.may.issuperset(p.needs)]


def set_menu(pages: list[Page]) -> None:
    _MENU[:] = [p for p in pages if p.menu]


def day(value: Any) -> str:
    """05/03/2019; a month or a year alone as such; a moment with its hour on this computer's clock."""
    if value in (None, ""):
        return ""
    if isinstance(value, datetime):
        return on_this_clock(value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    if "T" in text:
        return day(datetime.fromisoformat(text))
    return "/".join(reversed(text.split("-"))) if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else text


def number(value: Any) -> str:
    """1.234,5 as Vietnamese writes it."""
    if value in (None, ""):
        return ""
    if isinstance(value, str):
        value = Decimal(value)
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,"))


def unit_name(key: str | None) -> str:
    found = units().get(key or "")
    return found.name if found else (key or "")


def indicator_name(id: str) -> str:
    found = titles().get(id)
    return found or id


_ENVIRONMENT = Environment(
    loader=PackageLoader("childdb.web"),
    autoescape=True,
    undefined=ChainableUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"day": day, "number": number, "unit_name": unit_name, "indicator": indicator_name}
