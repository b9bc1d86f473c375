"""`make bench`: every bench_*.py of this folder in turn; each prints its own table."""

import importlib
from pathlib import Path

for script in sorted(Path(__file__).parent.glob("bench_*.py")):
    print(f"\n# {script.stem}")
    importlib.import_module(f"tests.benchmarks.{script.stem}").main()
