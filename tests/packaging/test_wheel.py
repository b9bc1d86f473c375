"""The wheel, installed alone in an empty environment, runs: no development package hides a missing dependency."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.wheel


def run(*command: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": "", "PYTHONUTF8": "1", **(env or {})},
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, cwd=ROOT)
    (wheel,) = place.glob("childdb-*.whl")
    home = place / "env"
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lock = ["--require-hashes", "-r", ROOT / "requirements-core.lock"]
    try:
        run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, *lock)
    except (AssertionError, FileNotFoundError):
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *lock)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", wheel)
    return python.with_name("childdb.exe" if os.name == "nt" else "childdb")


def test_the_installed_command_tells_its_version(installed, tmp_path):
    assert run(installed, "--version", cwd=tmp_path).startswith("childdb, version ")


def test_the_demo_runs_from_the_installed_wheel_and_leaves_the_users_folders_alone(installed, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    out = run(
        installed,
        "demo",
        tmp_path / "demo",
        cwd=tmp_path,
        env={"HOME": str(home), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""},
    )
    assert (tmp_path / "demo").is_dir()
    assert list((tmp_path / "demo").rglob("manifest.json"))
    assert "childdb" in out
    assert not [p for p in home.rglob("*") if "childdb" in p.name]
