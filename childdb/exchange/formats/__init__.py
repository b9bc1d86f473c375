"""One file per format, found by being here: SUFFIX, write(bundle, folder), read(folder) or None."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from childdb.exchange.bundle import Bundle


class Format(Protocol):
    """The contract of a format module."""

    SUFFIX: str

    def write(self, bundle: Bundle, folder: Path) -> list[Path]: ...

    def read(self, folder: Path) -> Bundle | None: ...


@cache
def formats() -> dict[str, Format]:
    """Every format in this folder, by its module's name."""
    return {
        info.name: cast(Format, importlib.import_module(f"{__name__}.{info.name}"))
        for info in pkgutil.iter_modules(__path__)
    }
