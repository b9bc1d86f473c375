"""HTTPS: PUT to URL/NAME with an idempotency key, TLS verified; the server answers with the SHA-256 of what it has.

The server's answer is JSON: `sha256`, and `receipt` (a signed receipt) where it has judged the package already. A
server that gets the same key again gives the same answer, or 409 where the content is another; a receipt of later is
at URL/NUMBER.receipt.json.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from typing import Any

import httpx

from childdb.exchange.carriers import (
    LONGEST_ANSWER,
    RECEIPT,
    Parcel,
    Refused,
    answer_too_long,
    not_as_sent,
    other_content,
    secret_of,
)  # fmt: skip
from childdb.exchange.destination import Destination
from schemas.errors import NotDelivered

SECONDS = 30.0
_SECONDS_OF_ANSWER = 300.0  # for the whole of it, however it drips
_LATER = {408, 425, 429}  # refusals for the moment (RFC 9110, RFC 6585)


def deliver(destination: Destination, parcel: Parcel) -> bytes | None:
    url = f"{destination.address.rstrip('/')}/{parcel.name}"
    headers = {"Idempotency-Key": parcel.number, "Content-Type": "application/age", "X-Content-SHA256": parcel.sha256}
    with _client(destination) as client, parcel.path.open("rb") as content:
        reply = _asked(client, "PUT", url, content=content, headers=headers | {"Content-Length": str(parcel.size)})
        if reply.status_code == httpx.codes.CONFLICT:
            raise other_content(parcel.name)
        _judge(reply)
        try:
            said = reply.json()
            if said["sha256"] != parcel.sha256:
                raise not_as_sent(parcel.name)
            receipt = said.get("receipt")
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise NotDelivered(
                "Máy chủ trả lời không đúng dạng.", "The server's answer has not the right form."
            ) from fault
    return str(receipt).encode("utf-8") if receipt else None


def answer(destination: Destination, parcel: Parcel) -> bytes | None:
    with _client(destination) as client:
        reply = _asked(client, "GET", f"{destination.address.rstrip('/')}/{parcel.number}{RECEIPT}")
    if reply.status_code == httpx.codes.NOT_FOUND:
        return None
    _judge(reply)
    return reply.content


def _client(destination: Destination) -> httpx.Client:
    try:
        context = ssl.create_default_context(cafile=destination.authority_file)
    except (OSError, ssl.SSLError) as fault:
        raise Refused("Không đọc được chứng thư gốc.", "The authority's certificate cannot be read.") from fault
    headers = {"Authorization": f"Bearer {_token(destination.token_file)}"} if destination.token_file else {}
    # no redirects: a package goes where it was addressed, or nowhere
    return httpx.Client(verify=context, timeout=SECONDS, headers=headers, follow_redirects=False, trust_env=False)


def _token(file: str) -> str:
    token = secret_of(file)
    if not token.isascii():
        raise Refused("Thẻ truy cập phải là chữ không dấu.", "The token must be ASCII.")
    return token


def _asked(client: httpx.Client, method: str, url: str, **words: Any) -> httpx.Response:
    try:
        with client.stream(method, url, **words) as reply:
            return _read(reply)
    except httpx.ConnectError as fault:
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(fault)):
            raise Refused("Chứng thư của máy chủ không đáng tin; chưa gửi gì.",
                          "The server's certificate is not to be believed; nothing was sent.") from fault  # fmt: skip
        raise _cut(fault) from fault
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as fault:
        raise _cut(fault) from fault


def _read(reply: httpx.Response) -> httpx.Response:
    """The answer with its content; one that never ends is left."""
    until, content = time.monotonic() + _SECONDS_OF_ANSWER, bytearray()
    for block in reply.iter_bytes():
        content += block
        if len(content) > LONGEST_ANSWER or time.monotonic() > until:
            raise answer_too_long()
    return httpx.Response(reply.status_code, content=bytes(content))


def _causes(fault: BaseException) -> Iterator[BaseException]:
    cause = fault.__cause__ or fault.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _cut(fault: Exception) -> NotDelivered:
    return NotDelivered(f"Không chuyển được qua HTTPS ({type(fault).__name__}); kiểm tra mạng và máy chủ.",
                        f"Not carried by HTTPS ({type(fault).__name__}); check the line and the server.")  # fmt: skip


def _judge(reply: httpx.Response) -> None:
    if reply.is_success:
        return
    code = reply.status_code
    kind = NotDelivered if code >= 500 or code in _LATER else Refused
    raise kind(f"Máy chủ không nhận (HTTP {code}).", f"The server does not take it (HTTP {code}).")
