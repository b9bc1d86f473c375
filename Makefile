# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: demo test lint types floors unit wheel soak bench setup lock clean

demo: .venv/ready
	$(BIN)/childdb demo build/demo

test: .venv/ready lint types floors unit wheel

setup: .venv/ready

# uv installs the same hashed lock file some ten times faster; where it cannot be had, pip does it alone
.venv/ready: requirements.lock requirements-nodeps.lock pyproject.toml
	$(PYTHON) -m venv .venv
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/python -m uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-nodeps.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

floors:
	$(BIN)/lint-imports --no-cache

unit:
	$(BIN)/python -m pytest -m "not soak and not wheel" -n 2 --dist loadfile

# builds the wheel once, installs it in an empty environment and runs it there
wheel:
	$(BIN)/python -m pytest -m wheel

soak: .venv/ready
	$(BIN)/python -m pytest -m soak

bench: .venv/ready
	$(BIN)/python -m tests.benchmarks

# writes the hashed lock files again (no registry's name goes into them)
lock:
	uv pip compile pyproject.toml --extra web --extra postgres --extra encrypted --extra keyring --extra sdmx --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -c requirements.lock -o requirements-core.lock
	printf 'pygrowthstandards==0.1.3\npygrowup2==1.0.0\nrecordlinkage==0.16\n' | uv pip compile - --no-deps --generate-hashes --no-header --no-annotate --quiet -o requirements-nodeps.lock

clean:
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
