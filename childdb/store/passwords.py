"""Passwords (scrypt, RFC 7914) and the second factor (TOTP, RFC 6238): what is kept of them and how they are proved."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import unicodedata
from datetime import datetime
from typing import TypedDict
from urllib.parse import quote

from schemas.errors import UsageFault

SHORTEST = 10
STEP = 30  # seconds that a code holds
_COST = {"n": 2**15, "r": 8, "p": 3}  # OWASP password storage: 32 MiB, three times


class Kept(TypedDict):
    """What is kept of a password: never itself; its cost stands beside it, so that a later version may ask more."""

    n: int
    r: int
    p: int
    salt: str
    hash: str


def kept(password: str) -> Kept:
    salt = secrets.token_bytes(16)
    return Kept(n=_COST["n"], r=_COST["r"], p=_COST["p"], salt=salt.hex(), hash=_scrypt(password, salt, _COST).hex())


def fits(password: str, stored: Kept | None) -> bool:
    """Whether PASSWORD is the one kept; takes as long where none is kept (an unknown login)."""
    known = stored or Kept(n=_COST["n"], r=_COST["r"], p=_COST["p"], salt="00" * 16, hash="")
    made = _scrypt(password, bytes.fromhex(known["salt"]), {"n": known["n"], "r": known["r"], "p": known["p"]})
    return hmac.compare_digest(made, bytes.fromhex(known["hash"])) and stored is not None


def _scrypt(password: str, salt: bytes, cost: dict[str, int]) -> bytes:
    # one text whichever way the keyboard composes Vietnamese letters (NIST SP 800-63B: normalise first)
    text = unicodedata.normalize("NFKC", password).encode("utf-8")
    return hashlib.scrypt(text, salt=salt, **cost, maxmem=2**28, dklen=32)


def refuse_weak(password: str, login: str) -> None:
    """Refuses a password that is short, holds the login, or is one character over and over."""
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < SHORTEST or len(set(plain)) < 4 or login.casefold() in plain.casefold():
        raise UsageFault(
            f"Mật khẩu phải dài ít nhất {SHORTEST} ký tự, không chứa tên đăng nhập; nên dùng vài từ ghép lại.",
            f"A password has at least {SHORTEST} characters and does not hold the login; take a few words.",
        )


def new_seed() -> str:
    """A second factor's seed as authenticators take it: base32 of 20 random bytes."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def code_at(seed: str, step: int, digits: int = 6) -> str:
    """The code of a step of time (RFC 6238 on HMAC-SHA-1, as every authenticator does it)."""
    digest = hmac.digest(base64.b32decode(seed), struct.pack(">Q", step), "sha1")
    place = digest[-1] & 15
    return str(int.from_bytes(digest[place : place + 4]) % 2**31 % 10**digits).zfill(digits)


def step_of(code: str, seed: str, now: datetime, used: int) -> int | None:
    """The step for which CODE holds, one before or after now at most and later than USED (each code once); or None."""
    present = int(now.timestamp()) // STEP
    given = "".join(code.split()).encode("utf-8")
    found = [s for s in (present - 1, present, present + 1) if hmac.compare_digest(code_at(seed, s).encode(), given)]
    return next((s for s in found if s > used), None)


def address(seed: str, login: str) -> str:
    """The otpauth address that an authenticator reads from a square code or takes by hand."""
    return f"otpauth://totp/childdb:{quote(login)}?secret={seed}&issuer=childdb"
