"""One file per format, found by being here.

SUFFIX; WHOLE: whether it carries every field of the profile and every column of the indicator table; write(bundle,
folder); read(folder); left_out(bundle): what it cannot carry. The whole formats are in every package; the others, for
other systems, where they are asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from childdb.exchange.bundle import Bundle, LeftOut


class Format(Protocol):
    """The contract of a format module."""

    SUFFIX: str
    WHOLE: bool

    def write(self, bundle: Bundle, folder: Path) -> list[Path]: ...

    def read(self, folder: Path) -> Bundle: ...

    def left_out(self, bundle: Bundle) -> list[LeftOut]: ...


@cache
def _all() -> dict[str, Format]:
    return {
        info.name: cast(Format, importlib.import_module(f"{__name__}.{info.name}"))
        for info in pkgutil.iter_modules(__path__)
    }


def formats() -> dict[str, Format]:
    """The formats that are in every package, by their modules' names."""
    return {name: fmt for name, fmt in _all().items() if fmt.WHOLE}


def standards() -> dict[str, Format]:
    """The formats of other systems, each of which carries a part."""
    return {name: fmt for name, fmt in _all().items() if not fmt.WHOLE}
