"""SFTP with a pinned host key: to a temporary name, continued where a cut left it, read back, then renamed."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import paramiko

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
_BLOCK = 256 * 1024


def deliver(destination: Destination, parcel: Parcel) -> bytes | None:
    with _connected(destination) as (client, folder):
        place, growing = f"{folder}/{parcel.name}", f"{folder}/.{parcel.name}.part"
        there = _size(client, place)
        if there is not None:
            if there != parcel.size or _sha256(client, place) != parcel.sha256:
                raise other_content(parcel.name)
        else:
            _upload(client, parcel, growing)
            if _sha256(client, growing) != parcel.sha256:
                client.remove(growing)
                raise not_as_sent(parcel.name)
            client.rename(growing, place)
    return None


def answer(destination: Destination, parcel: Parcel) -> bytes | None:
    with _connected(destination) as (client, folder):
        place = f"{folder}/{parcel.number}{RECEIPT}"
        if _size(client, place) is None:
            return None
        with client.open(place, "rb") as remote:
            content: bytes = remote.read(LONGEST_ANSWER + 1)
    if len(content) > LONGEST_ANSWER:
        raise answer_too_long()
    return content


def _upload(client: Any, parcel: Parcel, growing: str) -> None:
    there = _size(client, growing) or 0
    with parcel.path.open("rb") as source:
        if there > parcel.size or (there and _sha256(client, growing) != _digest(source, there)):
            there = 0
        source.seek(there)
        with client.open(growing, "ab" if there else "wb") as remote:
            remote.set_pipelined(True)
            while block := source.read(_BLOCK):
                remote.write(block)
    if _size(client, growing) != parcel.size:
        raise not_as_sent(parcel.name)


def _digest(source: IO[bytes], length: int) -> str:
    total, source_left = hashlib.sha256(), length
    while source_left and (block := source.read(min(_BLOCK, source_left))):
        total.update(block)
        source_left -= len(block)
    return total.hexdigest()


def _sha256(client: Any, place: str) -> str:
    size = _size(client, place) or 0
    with client.open(place, "rb") as remote:
        remote.prefetch(size)
        return _digest(remote, size)


def _size(client: Any, place: str) -> int | None:
    try:
        return int(client.stat(place).st_size)
    except FileNotFoundError:
        return None


@contextmanager
def _connected(destination: Destination) -> Iterator[tuple[Any, str]]:
    """The SFTP client and the folder there; whatever breaks on the way is a delivery that failed."""
    parts = urlsplit(destination.address)
    transport: Any = None
    try:
        transport = paramiko.Transport(socket.create_connection((str(parts.hostname), parts.port or 22), SECONDS))
        transport.banner_timeout = transport.auth_timeout = SECONDS
        transport.start_client(timeout=SECONDS)
        _check_host(transport, destination)
        _log_in(transport, destination, unquote(str(parts.username)))
        client = paramiko.SFTPClient.from_transport(transport)
        client.get_channel().settimeout(SECONDS)
        yield client, unquote(parts.path).rstrip("/")
    except paramiko.AuthenticationException as fault:
        raise Refused("Máy chủ SFTP không nhận tài khoản hoặc khóa đăng nhập.",
                      "The SFTP server does not take the account or its key.") from fault  # fmt: skip
    # UnicodeError: a name that no computer can have
    except (paramiko.SSHException, EOFError, OSError, UnicodeError) as fault:
        raise NotDelivered(f"Không chuyển được qua SFTP ({type(fault).__name__}); kiểm tra mạng và máy chủ.",
                           f"Not carried by SFTP ({type(fault).__name__}); check the line and the server.") from fault  # fmt: skip
    finally:
        if transport is not None:
            transport.close()


def _check_host(transport: Any, destination: Destination) -> None:
    kind, key = str(destination.host_key).split()[:2]
    shown = transport.get_remote_server_key()
    if (shown.get_name(), shown.get_base64()) != (kind, key):
        raise Refused("Khóa của máy chủ SFTP khác khóa đã ghi: có thể là máy giả. Chưa gửi gì.",
                      "The SFTP server shows another key than the one pinned: it may be an impostor. Nothing was sent.")  # fmt: skip


def _log_in(transport: Any, destination: Destination, user: str) -> None:
    if destination.login_key_file:
        try:
            key = paramiko.PKey.from_path(destination.login_key_file)
        except (OSError, ValueError, paramiko.SSHException, paramiko.UnknownKeyType) as fault:
            raise Refused("Không đọc được khóa đăng nhập SFTP.", "The SFTP login key cannot be read.") from fault
        transport.auth_publickey(user, key)
    elif destination.password_file:
        transport.auth_password(user, secret_of(destination.password_file))
    else:
        raise Refused("Chưa có khóa hoặc mật khẩu đăng nhập SFTP.", "There is no key or password for SFTP yet.")
