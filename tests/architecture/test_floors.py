"""The floor plan holds: see [tool.importlinter] in pyproject.toml and docs/design.md."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_imports_run_downward_only():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_lists_the_three_packages_by_name():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["childdb", "indicators", "schemas"]


def test_lock_files_pin_every_package_with_a_hash_and_name_no_host():
    for lock in sorted(ROOT.glob("requirements*.lock")):
        text = lock.read_text("utf-8")
        assert "://" not in text, lock.name
        blocks = [b for b in text.split("\n") if b and not b.startswith((" ", "#"))]
        assert blocks
        assert text.count("==") >= len(blocks), lock.name
        assert all(line.rstrip().endswith("\\") for line in blocks), f"{lock.name}: a pin without a hash"


def test_help_answers_without_loading_the_heavy_libraries():
    code = (
        "import sys, childdb.cli.main as m\n"
        "try: m.group.main(['--help'], standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "print([x for x in ('pandas','duckdb','sqlalchemy','pandera','pyarrow') if x in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
