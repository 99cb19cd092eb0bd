# Two commands: `make run` answers the question, `make test` checks the program.
# Without make (Windows too): see "Without make" in README.md.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: run test install patterns benchmark

run: $(VENV)/installed
	$(BIN)/stations compare

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n auto --dist loadfile

install: $(VENV)/installed

patterns: $(VENV)/installed
	$(BIN)/python benchmarks/patterns.py

benchmark: $(VENV)/installed
	$(BIN)/python benchmarks/speed.py

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/installed
