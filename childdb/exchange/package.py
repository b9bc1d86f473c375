"""Building a package whole or not at all, and checking any package by reading it back.

A package is a folder: manifest.json, manifest.sig (once it is signed), records.xlsx, records.jsonl, indicators.jsonl,
datapackage.json (Frictionless descriptor), snapshot/; changes.jsonl where it bears only what changed since another;
sealed.jsonl where the destination receives sealed facts; a folder for each further format, and left-out.jsonl, which
lists what those cannot carry. The manifest bears the profile, sender, receiver, counts, batch, as-of date, code version,
the digest of the state that the receiver then has, and the SHA-256 of every file; it holds no clock time, so that the
same content gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import Bundle, PlainRow
from childdb.exchange.changes import Base, Change, compared, state_digest
from childdb.exchange.descriptor import write_descriptor
from childdb.exchange.formats import Format, formats, standards
from childdb.exchange.profile import Fault, Profile, profile
from schemas.errors import CheckFailed, NotFound, UnreadableFile

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
CHANGES, SEALED, LEFT_OUT = "changes.jsonl", "sealed.jsonl", "left-out.jsonl"
_KEYS = {"profile", "profile_version", "sender", "receiver", "as_of", "batch", "code_version", "number", "kind", "base", "state",
         "formats", "counts", "files"}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """A record that does not go out: its pseudonymous key, commune and reasons. It stays in the office."""

    child_key: str
    commune_code: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Header:
    """What a package says of itself; NUMBER is its name in the ledger, the same on every resend."""

    sender: str
    receiver: str
    as_of: str
    batch: int
    code_version: str
    number: str | None = None


@dataclass
class Checked:
    """What reading a package back found; `problems` is empty for a good one."""

    folder: Path
    manifest: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.problems


def sort_out(records: Iterable[PlainRow], rules: Profile) -> tuple[list[PlainRow], list[Held]]:
    """The records that may go out, and those held with their reasons."""
    going: list[PlainRow] = []
    held: list[Held] = []
    for record in records:
        faults = rules.faults(record)
        if faults:
            held.append(Held(str(record.get("child_key")), record.get("commune_code"), tuple(faults)))
        else:
            going.append(record)
    return going, held


def build(
    folder: Path,
    records: Iterable[PlainRow],
    indicators: Iterable[PlainRow],
    header: Header,
    write_snapshot: Callable[[Path], object],
    *,
    extra: Sequence[str] = (),
    base: Base | None = None,
    sealed: Iterable[PlainRow] | None = None,
    released: Iterable[PlainRow] | None = None,
) -> tuple[dict[str, Any], list[Held]]:
    """Write the package to FOLDER, replacing nothing until it is whole; returns its manifest and what was held.

    EXTRA names formats of other systems. With a BASE, only what changed since that package goes. SEALED are rows of
    child_key and codes, for a destination that may receive them. RELEASED is the indicator table as formats of other
    systems may tell it (under disclosure control: a number held back is empty); without it they tell INDICATORS.
    """
    rules = profile()
    others = _chosen(extra)
    going, held = sort_out(records, rules)
    state, changes = state_digest(going), None
    if base:
        changes = compared(base, going)
        moved = {c.child_key for c in changes}
        going = [r for r in going if r["child_key"] in moved]
    bundle = Bundle(rules, tuple(going), tuple(indicators))
    outside = bundle if released is None else Bundle(rules, bundle.records, tuple(released))
    growing = folder.with_name(folder.name + ".part")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True)
    try:
        for fmt in formats().values():
            fmt.write(bundle, growing)
        for fmt in others.values():
            fmt.write(outside, growing)
        _write_lists(growing, outside, others, changes, sealed)
        write_snapshot(growing / "snapshot")
        write_descriptor(growing, rules)
        manifest = _manifest(growing, bundle, held, header) | {
            "kind": "changes" if base else "whole", "base": base.manifest if base else None, "state": state,
            "formats": sorted(others),
        }  # fmt: skip
        (growing / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
        found = check(growing)
        if not found.good:
            raise CheckFailed(
                f"Gói vừa tạo không qua được kiểm tra: {found.problems[0]}",
                f"The package just built fails its own check: {found.problems[0]}",
            )
        if folder.exists():
            shutil.rmtree(folder)
        growing.rename(folder)
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return manifest, held


def _chosen(names: Sequence[str]) -> dict[str, Format]:
    known = standards()
    for name in names:
        if name not in known:
            raise NotFound(f"Không có định dạng “{name}”; có: {', '.join(known)}.",
                           f"There is no format {name!r}; there are: {', '.join(known)}.")  # fmt: skip
    return {name: fmt for name, fmt in known.items() if name in names}


def _write_lists(
    folder: Path, bundle: Bundle, others: Mapping[str, Format], changes: Sequence[Change] | None,
    sealed: Iterable[PlainRow] | None,
) -> None:  # fmt: skip
    lists: dict[str, Iterable[Mapping[str, Any]] | None] = {
        CHANGES: None if changes is None else [asdict(c) for c in changes],
        SEALED: sealed,
        LEFT_OUT: [asdict(out) for fmt in others.values() for out in fmt.left_out(bundle)] if others else None,
    }
    for name, rows in lists.items():
        if rows is not None:
            with (folder / name).open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows)


def _manifest(folder: Path, bundle: Bundle, held: list[Held], header: Header) -> dict[str, Any]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    by_commune: dict[str, int] = {}
    for record in bundle.records:
        unit = f"{record['commune_code']}@{record['commune_from']}"
        by_commune[unit] = by_commune.get(unit, 0) + 1
    reasons: dict[str, int] = {}
    for one in held:
        for where in sorted({f.where for f in one.faults}):
            reasons[where] = reasons.get(where, 0) + 1
    return {
        "profile": bundle.profile.id,
        "profile_version": bundle.profile.version,
        "sender": header.sender,
        "receiver": header.receiver,
        "as_of": header.as_of,
        "batch": header.batch,
        "code_version": header.code_version,
        "number": header.number,
        "counts": {
            "records": len(bundle.records),
            "held": len(held),
            "held_by_reason": dict(sorted(reasons.items())),
            "records_by_commune": dict(sorted(by_commune.items())),
            "indicator_rows": len(bundle.indicators),
        },
        "files": {p.relative_to(folder).as_posix(): {"sha256": _sha256(p), "bytes": p.stat().st_size} for p in files},
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check(folder: Path) -> Checked:
    """Read a package back: manifest, hashes, no stray file, every record by the profile, counts, both formats alike."""
    found = Checked(folder)
    try:
        found.manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError as missing:
        raise UnreadableFile(
            f"{folder.name}: không phải gói dữ liệu (không có {MANIFEST}).",
            f"{folder.name}: not a package (no {MANIFEST}).",
        ) from missing
    except (json.JSONDecodeError, UnicodeDecodeError):
        found.problems.append(f"{MANIFEST}: không đọc được / unreadable")
        return found
    try:
        _check_manifest(found)
        if found.good:
            _check_files(found)
        if found.good:
            _check_records(found)
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as fault:
        found.problems.append(f"{MANIFEST}: {type(fault).__name__}")
    return found


def _check_manifest(found: Checked) -> None:
    rules, manifest = profile(), found.manifest
    if set(manifest) != _KEYS:
        found.problems.append(f"{MANIFEST}: thiếu hoặc thừa khóa / keys differ: {sorted(set(manifest) ^ _KEYS)}")
        return
    if (manifest["profile"], manifest["profile_version"]) != (rules.id, rules.version):
        found.problems.append(f"{MANIFEST}: hồ sơ kỹ thuật khác / other profile: {manifest['profile']}")


def _check_files(found: Checked) -> None:
    listed = found.manifest["files"]
    root = found.folder.resolve()
    for name, facts in listed.items():
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            found.problems.append(f"{name}: không có / missing")
        elif _sha256(path) != facts["sha256"] or path.stat().st_size != facts["bytes"]:
            found.problems.append(f"{name}: nội dung đã thay đổi / content has changed")
    present = {p.relative_to(found.folder).as_posix() for p in found.folder.rglob("*") if p.is_file()}
    present -= {MANIFEST, SIGNATURE}
    found.problems.extend(f"{name}: thừa / not in the manifest" for name in sorted(present - set(listed)))


def _check_records(found: Checked) -> None:
    counts = found.manifest["counts"]
    read = {name: fmt.read(found.folder) for name, fmt in formats().items()}
    first = read["jsonl"]
    for number, record in enumerate(first.records, start=1):
        for fault in first.profile.faults(record):
            found.problems.append(f"records.jsonl, dòng/line {number}: {fault.where}: {fault.vi}")
    if len(first.records) != counts["records"]:
        found.problems.append("records.jsonl: số bản ghi khác / count differs from the manifest")
    if len(first.indicators) != counts["indicator_rows"]:
        found.problems.append("indicators.jsonl: số dòng khác / count differs from the manifest")
    if found.manifest["kind"] == "whole" and state_digest(first.records) != found.manifest["state"]:
        found.problems.append("records.jsonl: không phải trạng thái đã nêu / not the state that the manifest tells")
    for name, other in read.items():
        if _plain(other.records) != _plain(first.records):
            found.problems.append(f"{name}: khác records.jsonl / differs from records.jsonl")


def _plain(rows: Iterable[PlainRow]) -> list[dict[str, Any]]:
    return [{k: (v if v != [] else None) for k, v in row.items()} for row in rows]
