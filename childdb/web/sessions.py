"""Who is let in: a start token that works once becomes a cookie; a session ends after an hour unused or a working day.

A start token is known by a file in a folder that only the owner of the store can write, so that a second
`childdb web` opens the browser on the server that runs already.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from childdb.web.viewer import Viewer

IDLE, WHOLE = 60 * 60, 12 * 60 * 60  # seconds
_TOKEN_LIFE = 10 * 60
COOKIE = "childdb"


@dataclass
class Session:
    """One browser: its viewer, the token that its forms carry, and what it is to be told on the next page."""

    viewer: Viewer
    stamp: str | None = None  # of who signed in: another one ends the session
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    began: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)
    told: list[tuple[str, str]] = field(default_factory=list)  # (kind, sentence)
    kept: dict[str, object] = field(default_factory=dict)  # what a page remembers between two visits

    def over(self, now: float) -> bool:
        return now - self.used > IDLE or now - self.began > WHOLE

    def fits(self, token: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), token.encode())


class Sessions:
    """The sessions of this run; none outlives the program."""

    def __init__(self) -> None:
        self._by_key: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, viewer: Viewer, stamp: str | None = None) -> str:
        """A new session; returns the cookie's value."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._by_key[_hashed(key)] = Session(viewer, stamp)
        return key

    def find(self, key: str | None) -> Session | None:
        now = time.monotonic()
        with self._lock:
            for name in [n for n, s in self._by_key.items() if s.over(now)]:
                del self._by_key[name]
            session = self._by_key.get(_hashed(key)) if key else None
            if session:
                session.used = now
            return session

    def end(self, key: str | None) -> None:
        with self._lock:
            self._by_key.pop(_hashed(key or ""), None)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def new_start_token(folder: Path) -> str:
    """A token that opens the pages once; only its hash stands on the disk."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > _TOKEN_LIFE:
            old.unlink(missing_ok=True)
    token = secrets.token_urlsafe(32)
    (folder / _hashed(token)).touch(mode=0o600)
    return token


def take_start_token(folder: Path, token: str) -> bool:
    """Whether TOKEN opens the pages; it does not a second time."""
    mark = folder / _hashed(token)
    try:
        fresh = time.time() - mark.stat().st_mtime <= _TOKEN_LIFE
        mark.unlink()
    except OSError:
        return False
    return fresh
