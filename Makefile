# Two commands: `make run` answers the question, `make test` checks the program.
# Without make (Windows too): see "Without make" in README.md.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

# While one works: the model and its rules, scenarios and commands, without a browser. `slow` marks what takes seconds there.
FAST = tests/house tests/mesa tests/day tests/scenario tests/world tests/worked_cases tests/lab/test_compare.py \
  tests/lab/test_statistics.py tests/lab/test_summaries.py tests/lab/sweep/test_reproduce_sweep.py tests/view/test_live.py \
  tests/test_every.py tests/test_chance.py tests/test_compile.py tests/test_engine.py tests/cli/test_cli.py
# Each worker takes tests where they lie together, and what is left of the other's when it has done its own.
PYTEST = $(BIN)/python -m pytest -q -n auto --dist worksteal

.PHONY: run test test-fast test-versions install patterns benchmark

run: $(VENV)/installed
	$(BIN)/stations compare

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy & types=$$!; $(PYTEST); tests=$$?; wait $$types && exit $$tests

test-fast: $(VENV)/installed-dev
	$(PYTEST) -m "not slow" $(FAST)

# What shows in a few minutes whether another Python, Mesa or NumPy will do.
test-versions: $(VENV)/installed-dev
	$(PYTEST) $(FAST) tests/view/test_solaraviz.py

install: $(VENV)/installed

patterns: $(VENV)/installed
	$(BIN)/python benchmarks/patterns.py

benchmark: $(VENV)/installed
	$(BIN)/python benchmarks/speed.py

$(VENV)/installed: pyproject.toml
	@echo "Setting up $(VENV): fetching about 200 MB of packages (numba, pyarrow, scipy, pandas ...), silently; a minute or a few, once."
	@echo "正在设置 $(VENV)：静默下载约 200 MB 的软件包，需一至数分钟，仅此一次。"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: pyproject.toml
	@echo "Setting up $(VENV) for tests: fetching about 280 MB of packages (less what is there), silently; a minute or a few, once."
	@echo "正在为测试设置 $(VENV)：静默下载约 280 MB 的软件包（已有的除外），需一至数分钟，仅此一次。"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/installed
