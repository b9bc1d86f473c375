"""Building a package whole or not at all, and checking any package by reading it back.

A package is a folder: manifest.json, manifest.sig (once it is signed), records.jsonl, records.xlsx (and records-2.xlsx and
so on where one workbook would be too large), indicators.jsonl, datapackage.json (Frictionless descriptor), snapshot/; changes.jsonl where it bears only what changed since another;
sealed.jsonl where the destination receives sealed facts; a folder for each further format, and left-out.jsonl, which
lists what those cannot carry. The manifest bears the profile, sender, receiver, counts, batch, as-of date, code version,
the digest of the state that the receiver then has, and the SHA-256 of every file; it holds no clock time, so that the
same content gives the same bytes.

Records go by one after another, here as in the formats: memory does not grow with their number.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import Bundle, Lines, PlainRow
from childdb.exchange.changes import Base, State, compared, state_of_file
from childdb.exchange.descriptor import write_descriptor
from childdb.exchange.formats import Format, formats, jsonl, standards
from childdb.exchange.profile import Fault, Profile, profile
from schemas.errors import CheckFailed, NotFound, UnreadableFile
from schemas.files import disk_full

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
CHANGES, SEALED, LEFT_OUT = "changes.jsonl", "sealed.jsonl", "left-out.jsonl"
_KEYS = {"profile", "profile_version", "sender", "receiver", "as_of", "batch", "code_version", "number", "kind", "base", "state",
         "formats", "counts", "files"}  # fmt: skip
_MANY = 100  # problems after which a check stops


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


class _Sieve:
    """The records that may go out, counted; those that are held go to HOLD."""

    def __init__(self, records: Iterable[PlainRow], rules: Profile, hold: Callable[[Held], None]) -> None:
        self._records, self._rules, self._hold = records, rules, hold
        self.held = 0
        self.reasons: Counter[str] = Counter()

    def __iter__(self) -> Iterator[PlainRow]:
        for record in self._records:
            faults = self._rules.faults(record)
            if not faults:
                yield record
                continue
            self.held += 1
            self.reasons.update({f.where for f in faults})
            self._hold(Held(str(record.get("child_key")), record.get("commune_code"), tuple(faults)))


def going(records: Iterable[PlainRow], hold: Callable[[Held], None] = lambda one: None) -> Iterator[PlainRow]:
    """The records that may go out; HOLD takes those that are held, with their reasons."""
    return iter(_Sieve(records, profile(), hold))


def build(
    folder: Path,
    records: Iterable[PlainRow],
    indicators: Sequence[PlainRow],
    header: Header,
    write_snapshot: Callable[[Path], object],
    *,
    extra: Sequence[str] = (),
    base: Base | None = None,
    sealed: Iterable[PlainRow] | None = None,
    released: Sequence[PlainRow] | None = None,
    hold: Callable[[Held], None] = lambda one: None,
) -> dict[str, Any]:
    """Write the package to FOLDER, replacing nothing until it is whole; returns its manifest. HOLD takes what stays.

    EXTRA names formats of other systems. With a BASE, only what changed since that package goes. SEALED are rows of
    child_key and codes, for a destination that may receive them. RELEASED is the indicator table as formats of other
    systems may tell it (under disclosure control: a number held back is empty); without it they tell INDICATORS.
    """
    rules = profile()
    others = _chosen(extra)
    growing = folder.with_name(folder.name + ".part")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True, mode=0o700)  # names stand in it in the clear
    try:
        sieve = _Sieve(records, rules, hold)
        jsonl.write_records(sieve, growing)
        jsonl.write_figures(indicators, growing)
        state = state_of_file(growing / jsonl.RECORDS)
        if base:
            _keep_what_changed(growing, base, state)
        bundle = Bundle(rules, jsonl.read(growing).records, indicators)
        outside = bundle if released is None else Bundle(rules, bundle.records, released)
        for name, fmt in formats().items():
            if name != "jsonl":
                fmt.write(bundle, growing)
        for fmt in others.values():
            fmt.write(outside, growing)
        if sealed is not None:
            _write_list(growing / SEALED, sealed)
        if others:
            _write_list(growing / LEFT_OUT, (asdict(out) for fmt in others.values() for out in fmt.left_out(outside)))
        write_snapshot(growing / "snapshot")
        write_descriptor(growing, rules)
        manifest = _manifest(growing, bundle, sieve, header) | {
            "kind": "changes" if base else "whole", "base": base.manifest if base else None, "state": state.digest(),
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
    return manifest


def _keep_what_changed(folder: Path, base: Base, state: State) -> None:
    """changes.jsonl, and of the records those that were added or changed."""
    moved = array("Q")  # in order, as the changes come

    def told() -> Iterator[Mapping[str, Any]]:
        for change in compared(base, state):
            if change.change in ("added", "changed"):
                moved.append(int(change.child_key))
            yield asdict(change)

    _write_list(folder / CHANGES, told())
    path, kept = folder / jsonl.RECORDS, folder / "kept"
    with kept.open("wb") as out:
        for line in Lines(path).raw():
            key = int(json.loads(line)["child_key"])
            at = bisect_left(moved, key)
            if at < len(moved) and moved[at] == key:
                out.write(line)
    kept.replace(path)


def _chosen(names: Sequence[str]) -> dict[str, Format]:
    known = standards()
    for name in names:
        if name not in known:
            raise NotFound(f"Không có định dạng “{name}”; có: {', '.join(known)}.",
                           f"There is no format {name!r}; there are: {', '.join(known)}.")  # fmt: skip
    return {name: fmt for name, fmt in known.items() if name in names}


def _write_list(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows)


def _manifest(folder: Path, bundle: Bundle, sieve: _Sieve, header: Header) -> dict[str, Any]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    by_commune = Counter(_unit(record) for record in bundle.records)
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
            "records": by_commune.total(),
            "held": sieve.held,
            "held_by_reason": dict(sorted(sieve.reasons.items())),
            "records_by_commune": dict(sorted(by_commune.items())),
            "indicator_rows": len(bundle.indicators),
        },
        "files": {p.relative_to(folder).as_posix(): {"sha256": _sha256(p), "bytes": p.stat().st_size} for p in files},
    }


def _unit(record: PlainRow) -> str:
    return f"{record['commune_code']}@{record['commune_from']}"


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
    except CheckFailed as fault:
        found.problems.append(fault.vi)
    except (AttributeError, KeyError, TypeError, ValueError, OSError, OverflowError) as fault:
        if isinstance(fault, OSError) and disk_full(fault):
            raise  # this computer's fault, and not the package's
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
    first = read.pop("jsonl")
    nothing = (None,) * len(read)
    state, by_commune = State(), Counter[str]()
    differ = set[str]()
    lines = Lines(found.folder / jsonl.RECORDS).raw()
    for number, (line, others) in enumerate(
        zip_longest(lines, zip_longest(*(b.records for b in read.values()))), start=1
    ):
        record = json.loads(line.decode("utf-8")) if line else None
        differ |= {name for name, other in zip(read, others or nothing, strict=True) if other != record}
        if line is None or record is None:
            break
        state.add(str(record["child_key"]), line)
        by_commune[_unit(record)] += 1
        for fault in first.profile.faults(record):
            found.problems.append(f"records.jsonl, dòng/line {number}: {fault.where}: {fault.vi}")
        if len(found.problems) >= _MANY:
            return
    if by_commune.total() != counts["records"] or dict(by_commune) != counts["records_by_commune"]:
        found.problems.append("records.jsonl: số bản ghi khác / count differs from the manifest")
    if found.manifest["kind"] == "whole" and state.digest() != found.manifest["state"]:
        found.problems.append("records.jsonl: không phải trạng thái đã nêu / not the state that the manifest tells")
    figures = 0
    for row, others in zip_longest(first.indicators, zip_longest(*(b.indicators for b in read.values()))):
        differ |= {name for name, other in zip(read, others or nothing, strict=True) if other != row}
        figures += row is not None
    if figures != counts["indicator_rows"]:
        found.problems.append("indicators.jsonl: số dòng khác / count differs from the manifest")
    found.problems.extend(f"{name}: khác jsonl / differs from jsonl" for name in sorted(differ))
