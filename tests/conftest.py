"""Rules for the whole suite: where CI has installed the system parts, a test that skips for their absence fails."""

import os
import shutil

import pytest

SYSTEM_PARTS = {"libreoffice": "soffice", "pdftoppm": "pdftoppm", "chromium": "chromium"}


@pytest.fixture
def system_part(request):
    """Ask for a program by name: the path, or a skip that names it (a failure in CI, which installs it)."""

    def find(name: str) -> str:
        path = shutil.which(SYSTEM_PARTS[name])
        if path is None:
            reason = f"{name} is not installed"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find


@pytest.fixture
def cheap_passwords(monkeypatch):
    """Passwords that are made in a moment: their cost is a number beside them, and its tests are elsewhere."""
    from childdb.store import passwords

    monkeypatch.setattr(passwords, "_COST", {"n": 2**8, "r": 8, "p": 1})
