"""The application: every page of `pages/`, its rights, and what an error looks like."""

from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import childdb.web.pages
from childdb.web.page import _ENVIRONMENT, Desk, Page, Visit, set_menu
from childdb.web.safety import Doorkeeper, read_form
from childdb.web.sessions import COOKIE, Session, take_start_token
from childdb.web.viewer import local_administrator, viewer_of
from childdb.workflow.people import sign_in, standing
from schemas.errors import ChildDBError, NotAllowed, NotFound, StoreBusy, UsageFault

_STATUS = {NotAllowed: 403, NotFound: 404, UsageFault: 400, StoreBusy: 503}
TOKENS = "start"


def all_pages() -> list[Page]:
    """The pages of every module in `pages/`, in the order of their modules' ORDER."""
    modules = [
        importlib.import_module(f"childdb.web.pages.{found.name}")
        for found in pkgutil.iter_modules(childdb.web.pages.__path__)
    ]
    return [page for module in sorted(modules, key=lambda m: m.ORDER) for page in module.PAGES]


def make_app(desk: Desk, hosts: list[str], *, tls: bool = False) -> Doorkeeper:
    """The pages of DESK, answering to HOSTS (name:port) alone."""
    pages = all_pages()
    set_menu(pages)
    routes: list[Any] = [Route(p.path, _endpoint(desk, p), methods=[p.method]) for p in pages]
    routes += [
        Route("/start", _start(desk, tls), methods=["GET"]),
        Route("/login", _login_page(desk), methods=["GET"]),
        Route("/login", _login(desk, tls), methods=["POST"]),
        Route("/end", _end(desk), methods=["POST"]),
        Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
    ]
    handlers: Any = {ChildDBError: _fault, HTTPException: _no_page, Exception: _unforeseen}
    return Doorkeeper(Starlette(routes=routes, exception_handlers=handlers), hosts, tls)


Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def _endpoint(desk: Desk, page: Page) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        session = await run_in_threadpool(_present, desk, request.cookies.get(COOKIE))
        if session is None:
            return _shut(desk, request)
        request.state.visit = visit = Visit(desk, session.viewer, session, request)
        if page.method == "POST":
            form = await read_form(request, session)
            request.state.visit = visit = Visit(desk, session.viewer, session, request, form)
        try:
            session.viewer.require(*page.needs)
            return await run_in_threadpool(page.function, visit)
        except (ChildDBError, HTTPException):
            raise
        except Exception as fault:  # not left to the server's log: a traceback may hold a child's data
            if os.environ.get("CHILDDB_DEBUG"):
                raise
            return await _unforeseen(request, fault)
        finally:
            await visit.form.close()  # what was uploaded

    return endpoint


def _present(desk: Desk, key: str | None) -> Session | None:
    """The session, with what its user may at this moment; none for who was disabled or has another password."""
    session = desk.sessions.find(key)
    if session is None or session.stamp is None:
        return session
    now = standing(desk.store, session.viewer.login)
    if now is None or now.stamp != session.stamp:
        desk.sessions.end(key)
        return None
    session.viewer = viewer_of(now.rights, now.name)
    return session


def _shut(desk: Desk, request: Request) -> Response:
    """What who is not let in sees; a part of a page (htmx) is sent to the door whole."""
    if desk.local is not None:
        return _outside("Phiên làm việc đã hết. Mở lại bằng biểu tượng trên màn hình.", 401)
    if "hx-request" in request.headers:
        return Response("", 401, {"HX-Redirect": "/login"})
    return RedirectResponse("/login", 303)


def _login_page(desk: Desk) -> Endpoint:
    async def page(request: Request) -> Response:
        return RedirectResponse("/", 303) if desk.local is not None else _door()

    return page


def _login(desk: Desk, tls: bool) -> Endpoint:
    # each proof of a password takes a tenth of a second and 32 MB: not many at once, whoever asks
    proofs = asyncio.Semaphore(2)

    async def login(request: Request) -> Response:
        if desk.local is not None:
            return RedirectResponse("/", 303)
        form = await read_form(request, None)
        login, password, code = (str(form.get(name, ""))[:200] for name in ("login", "password", "code"))
        try:
            async with proofs:
                there = await run_in_threadpool(sign_in, desk.store, login.strip(), password, code, now=desk.now())
        except (NotAllowed, StoreBusy) as fault:
            return _door(fault.vi, 403 if isinstance(fault, NotAllowed) else 503)
        answer = RedirectResponse("/", 303)
        key = desk.sessions.begin(viewer_of(there.rights, there.name), there.stamp)
        answer.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=tls, path="/")
        return answer

    return login


def _door(sentence: str = "", status: int = 200) -> Response:
    return HTMLResponse(_ENVIRONMENT.get_template("login.html").render(sentence=sentence), status)


def _start(desk: Desk, tls: bool) -> Endpoint:
    async def start(request: Request) -> Response:
        token = request.query_params.get("token", "")
        if desk.local is None or not take_start_token(desk.folder / TOKENS, token):
            return _outside("Đường dẫn này chỉ dùng một lần và đã dùng rồi. Mở lại bằng biểu tượng trên màn hình.", 403)
        answer = RedirectResponse("/", 303)
        key = desk.sessions.begin(local_administrator(desk.local))
        answer.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=tls, path="/")
        return answer

    return start


def _end(desk: Desk) -> Endpoint:
    async def end(request: Request) -> Response:
        key = request.cookies.get(COOKIE)
        session = desk.sessions.find(key)
        if session is not None:
            await read_form(request, session)
            desk.sessions.end(key)
        answer = _outside("Đã kết thúc phiên làm việc. Có thể đóng cửa sổ này.", 200)
        answer.delete_cookie(COOKIE)
        return answer

    return end


def _outside(sentence: str, status: int) -> Response:
    return HTMLResponse(_ENVIRONMENT.get_template("outside.html").render(sentence=sentence), status)


def _told(request: Request, sentence: str, status: int) -> Response:
    visit = getattr(request.state, "visit", None)
    if visit is None:
        return _outside(sentence, status)
    answer: Response = visit.show("fault.html", status, sentence=sentence)
    return answer


async def _fault(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, ChildDBError)  # noqa: S101  (the handler's key)
    return _told(request, fault.vi, next((s for kind, s in _STATUS.items() if isinstance(fault, kind)), 422))


async def _no_page(request: Request, fault: Exception) -> Response:
    status = getattr(fault, "status_code", 404)
    return _told(request, "Không có trang này." if status in (404, 405) else "Yêu cầu không đọc được.", status)


async def _unforeseen(request: Request, fault: Exception) -> Response:
    """Never a traceback on a page; the kind alone, for its text may hold a child's data."""
    return _told(
        request, f"Lỗi không ngờ trong chương trình ({type(fault).__name__}). Kho dữ liệu không thay đổi.", 500
    )
