"""The package: build, check, sign, seal, unseal, read back; time, peak memory and size beside bare JSON Lines of the same.

Invented records in the profile's fields from a generator, straight into the package, so that a million needs no import:
what the store takes to bring its records forth is not in it. Each size runs in a process of its own, and peak memory is
that process's. `python -m tests.benchmarks.bench_export [SIZE ...]`; *bare* is the same generator into one JSON Lines file.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from childdb.exchange import package
from childdb.exchange.bundle import INDICATOR_COLUMNS
from childdb.exchange.formats import formats
from childdb.exchange.keyring import Keyring
from childdb.exchange.profile import profile
from childdb.exchange.sealing import seal, unseal
from childdb.exchange.signing import own_key, package_signer, sign_package

SIZES = (17_000, 100_000, 1_000_000)
DAY = datetime(2024, 12, 1, tzinfo=UTC).date()
HEADER = package.Header("Huyện", "Tỉnh", "2024-11-30", 1, "bench", "goi-bench-v1")


def records(count):
    """COUNT children, each with some twenty fields filled; communes of 1,700 children, as in the district."""
    keys = profile().keys
    for n in range(count):
        born = date.fromordinal(date(2009, 1, 1).toordinal() + n * 7919 % 5700)
        filled = {
            "child_key": str(10_000_000_000 + n), "commune_code": f"{3000 + n // 1700 % 900:05d}", "commune_from": "1900-01-01",
            "commune_name": f"Xã {n // 1700}", "village": f"Bản {n // 90 % 19}", "household_number": str(n % 400),
            "household_head": f"Lò Văn {n % 977}", "full_name": f"Quàng Thị {n % 7919}", "birth_date": born.isoformat(),
            "birth_precision": "day", "sex": "MF"[n % 2], "ethnicity": "03", "birth_registered": n % 9 != 0,
            "father_name": f"Quàng Văn {n % 613}", "mother_name": f"Lường Thị {n % 541}", "father_status": "alive",
            "mother_status": "alive", "household_status": ("poor", "near_poor", "none")[n % 3], "circumstance_codes": [],
            "support_kinds": ["food"] if n % 5 == 0 else [], "school_level": "primary", "attending": True,
            "measured_on": "2024-11-05", "weight_kg": f"{9 + n % 300 / 10:.1f}", "length_cm": f"{70 + n % 700 / 10:.1f}",
            "doses": [f"PENTA-{d}@{born.isoformat()}" for d in (1, 2, 3)],
        }  # fmt: skip
        yield {key: filled.get(key) for key in keys}


def figures():
    row = dict.fromkeys(INDICATOR_COLUMNS) | {
        "group_name": "total",
        "group_value": "",
        "numerator": 1,
        "denominator": 2,
        "unknown": 0,
    }
    return [row | {"indicator": f"indicator_{n}", "unit": "102@1900-01-01", "as_of": "2024-11-30"} for n in range(2000)]


def bare(count, place):
    with (place / "bare.jsonl").open("w", encoding="utf-8", newline="\n") as out:
        for record in records(count):
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def one(count):
    """Each stage of one size, timed; printed as a table."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        ring = Keyring(place / "ring", [])
        signing, opening = ring.new_signing("huyện", DAY), ring.new_opening("tỉnh", DAY)
        start, before = time.perf_counter(), peak()
        bare(count, place)
        floor = time.perf_counter() - start
        folder, sealed = place / "goi", place / "goi.age"
        stages = {
            "build (write, check by reading back)": lambda: package.build(folder, records(count), figures(), HEADER, Path.mkdir),
            "sign": lambda: sign_package(folder, own_key(ring)),
            "seal (tar, gzip, age)": lambda: seal(folder, sealed, [opening]),
            "unseal": lambda: unseal(sealed, place / "again", [opening]),
            "check signature and package": lambda: (package_signer(place / "again", [signing]), package.check(place / "again")),
            "read back the records": lambda: sum(1 for _ in formats()["jsonl"].read(place / "again").records),
        }  # fmt: skip
        print(f"{count} children: bare JSON Lines {floor:.2f} s, {(place / 'bare.jsonl').stat().st_size / 1e6:.1f} MB")
        total = 0.0
        for stage, run in stages.items():
            start = time.perf_counter()
            run()
            seconds = time.perf_counter() - start
            total += seconds
            print(f"  {stage:38s} {seconds:9.2f} s  {seconds / floor:7.1f} x bare  peak memory {peak():7.0f} MB")
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        print(f"  {'all':38s} {total:9.2f} s  {total / floor:7.1f} x bare; {count / total:,.0f} children a second")
        print(
            f"  package {size / 1e6:.1f} MB, sealed {sealed.stat().st_size / 1e6:.1f} MB; memory at the start {before:.0f} MB"
        )


def peak():
    """Peak resident memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(sizes=SIZES):
    for size in sizes:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_export", str(size)], check=True)


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    if len(asked) == 1:
        one(asked[0])
    else:
        main(asked or SIZES)
