"""What stands between the network and the pages: the name we are called by, headers, limits, sessions, forged requests."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from childdb.web.sessions import Session
from schemas.errors import NotAllowed, UsageFault

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": CSP, "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
    "x-frame-options": "DENY", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}  # fmt: skip
MAX_FORM = 256 * 2**10  # bytes of an ordinary form
MAX_UPLOAD = 400 * 2**20  # bytes of all workbooks dragged in at once
MAX_FILES = 200
TOKEN = "_token"  # noqa: S105  (the name of a form field)


class Doorkeeper:
    """The outermost layer: refuses a wrong Host, bounds every body, and puts the safe headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], tls: bool) -> None:
        self._app, self._hosts, self._tls = app, frozenset(hosts), tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if not scope["path"].startswith("/static/"):
                    headers["cache-control"] = "no-store"
                if self._tls:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        headers = Headers(scope=scope)
        # another name for this machine (DNS rebinding) is not ours
        if headers.get("host", "") not in self._hosts:
            await PlainTextResponse("Sai địa chỉ.", 421)(scope, receive, safe)
            return
        if scope["method"] not in ("GET", "HEAD", "POST"):
            await PlainTextResponse("", 405)(scope, receive, safe)
            return
        # who is not let in yet sends no files
        files = headers.get("content-type", "").startswith("multipart/") and scope["path"] != "/login"
        limit = MAX_UPLOAD if files else MAX_FORM
        with suppress(ValueError):
            if int(headers.get("content-length", "0")) > limit:
                await PlainTextResponse("Quá lớn.", 413)(scope, receive, safe)
                return
        await self._app(scope, _bounded(receive, limit), safe)


def _bounded(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise UsageFault("Gửi lên quá lớn.", "Too much is sent at once.")
        return message

    return bounded


def check_origin(request: Request) -> None:
    """A form comes from a page of ours: browsers say so in Origin or Sec-Fetch-Site, and one of them must."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    own = origin is not None and urlsplit(origin).netloc == request.headers["host"]
    if (origin is not None and not own) or (origin is None and site != "same-origin"):
        raise NotAllowed("Yêu cầu không đến từ trang này.", "The request does not come from a page of ours.")


async def read_form(request: Request, session: Session | None) -> FormData:
    """The form of a POST, after its origin and before anything is done; with a session, its token must fit too."""
    check_origin(request)
    form: Any = await request.form(max_files=MAX_FILES, max_fields=2000, max_part_size=MAX_FORM)
    token = form.get(TOKEN)
    if session is not None and not (isinstance(token, str) and session.fits(token)):
        await form.close()
        raise NotAllowed("Trang đã cũ; tải lại trang rồi làm lại.", "The page is out of date; load it again.")
    return FormData(form.multi_items())
