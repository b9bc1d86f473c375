"""A folder: a USB stick, a network share. Written under another name, read back, then renamed."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from childdb.exchange.carriers import LONGEST_ANSWER, RECEIPT, Parcel, file_sha256, not_as_sent, other_content
from childdb.exchange.destination import Destination
from schemas.errors import NotDelivered
from schemas.files import settle


def deliver(destination: Destination, parcel: Parcel) -> bytes | None:
    folder = Path(destination.address)
    if not folder.is_dir():
        raise NotDelivered(
            f"Không thấy thư mục {folder}. Cắm USB hoặc nối lại ổ mạng rồi chạy lại.",
            f"The folder {folder} is not there. Plug in the stick or connect the share, and run again.",
        )
    place, growing = folder / parcel.name, folder / f".{parcel.name}.part"
    try:
        if place.exists():
            if file_sha256(place) != parcel.sha256:
                raise other_content(parcel.name)
            return None
        with parcel.path.open("rb") as source, growing.open("wb") as out:
            shutil.copyfileobj(source, out)
            out.flush()
            os.fsync(out.fileno())
        if file_sha256(growing) != parcel.sha256:
            growing.unlink()
            raise not_as_sent(parcel.name)
        growing.replace(place)
        with suppress(OSError):  # a network share need not know how
            settle(folder)
    except OSError as fault:
        raise NotDelivered(f"Không ghi được vào {folder}: {fault.strerror}.",
                           f"{folder} cannot be written: {fault.strerror}.") from fault  # fmt: skip
    return None


def answer(destination: Destination, parcel: Parcel) -> bytes | None:
    place = Path(destination.address) / (parcel.number + RECEIPT)
    try:
        return place.read_bytes() if place.stat().st_size <= LONGEST_ANSWER else None
    except OSError:
        return None
