"""A children's database and indicator engine: `childdb.connect(...)` is the analyst's door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from childdb.api import Connection, connect

__all__ = ["Connection", "__version__", "connect"]


def __getattr__(name: str) -> Any:
    """Load the analyst's door only when it is used: `import childdb` and `childdb --help` answer at once."""
    if name in ("connect", "Connection"):
        from childdb import api

        return getattr(api, name)
    raise AttributeError(f"module 'childdb' has no attribute {name!r}")
