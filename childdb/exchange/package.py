"""Building a package whole or not at all, and checking any package by reading it back.

A package is a folder: manifest.json, records.xlsx, records.jsonl, indicators.jsonl, datapackage.json (Frictionless
descriptor), snapshot/. The manifest bears the profile, sender, receiver, counts, batch, as-of date, code version
and the SHA-256 of every file; it holds no clock time, so that the same content gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import Bundle, PlainRow
from childdb.exchange.formats import formats
from childdb.exchange.profile import Fault, Profile, profile
from schemas.errors import CheckFailed, UnreadableFile

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Held:
    """A record that does not go out: its pseudonymous key, commune and reasons. It stays in the office."""

    child_key: str
    commune_code: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Header:
    """What a package says of itself."""

    sender: str
    receiver: str
    as_of: str
    batch: int
    code_version: str


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
) -> tuple[dict[str, Any], list[Held]]:
    """Write the package to FOLDER, replacing nothing until it is whole; returns its manifest and what was held."""
    rules = profile()
    going, held = sort_out(records, rules)
    bundle = Bundle(rules, tuple(going), tuple(indicators))
    growing = folder.with_name(folder.name + ".part")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True)
    try:
        for fmt in formats().values():
            fmt.write(bundle, growing)
        write_snapshot(growing / "snapshot")
        _descriptor(growing, rules)
        manifest = _manifest(growing, bundle, held, header)
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


_FRICTIONLESS = {"text": "string", "code": "string", "codes": "array", "int": "integer", "decimal": "number",
                 "bool": "boolean", "date": "string"}  # fmt: skip


def _descriptor(folder: Path, rules: Profile) -> None:
    """datapackage.json after Frictionless Data Package v1; codes are strings, so that no leading zero is lost."""
    fields = []
    for f in rules.fields:
        constraints: dict[str, Any] = {"required": f.required}
        if f.pattern:
            constraints["pattern"] = f"^(?:{f.pattern})$"
        fields.append({"name": f.key, "title": f.heading, "type": _FRICTIONLESS[f.kind], "constraints": constraints})
    package = {
        "name": rules.id,
        "version": rules.version,
        "title": rules.title["vi"],
        "resources": [
            {"name": "records", "path": "records.jsonl", "format": "jsonl", "encoding": "utf-8",
             "schema": {"fields": fields}},
            {"name": "indicators", "path": "indicators.jsonl", "format": "jsonl", "encoding": "utf-8"},
        ],
    }  # fmt: skip
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")


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
    wanted = {
        "profile",
        "profile_version",
        "sender",
        "receiver",
        "as_of",
        "batch",
        "code_version",
        "counts",
        "files",
    }
    if set(manifest) != wanted:
        found.problems.append(f"{MANIFEST}: thiếu hoặc thừa khóa / keys differ: {sorted(set(manifest) ^ wanted)}")
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
    present = {p.relative_to(found.folder).as_posix() for p in found.folder.rglob("*") if p.is_file()} - {MANIFEST}
    found.problems.extend(f"{name}: thừa / not in the manifest" for name in sorted(present - set(listed)))


def _check_records(found: Checked) -> None:
    counts = found.manifest["counts"]
    read = {name: fmt.read(found.folder) for name, fmt in formats().items()}
    first = read["jsonl"]
    if first is None:
        return
    for number, record in enumerate(first.records, start=1):
        for fault in first.profile.faults(record):
            found.problems.append(f"records.jsonl, dòng/line {number}: {fault.where}: {fault.vi}")
    if len(first.records) != counts["records"]:
        found.problems.append("records.jsonl: số bản ghi khác / count differs from the manifest")
    if len(first.indicators) != counts["indicator_rows"]:
        found.problems.append("indicators.jsonl: số dòng khác / count differs from the manifest")
    for name, other in read.items():
        if other is not None and (_plain(other.records) != _plain(first.records)):
            found.problems.append(f"{name}: khác records.jsonl / differs from records.jsonl")


def _plain(rows: Iterable[PlainRow]) -> list[dict[str, Any]]:
    return [{k: (v if v != [] else None) for k, v in row.items()} for row in rows]
