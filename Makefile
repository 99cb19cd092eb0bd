# Two commands: `make run` answers the question, `make test` checks the program.
# Without make (Windows too): see "Without make" in README.md.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

# While one works: the model and its rules, scenarios and commands, without a browser. `slow` marks what takes seconds there.
FAST = tests/house tests/mesa tests/day tests/scenario tests/world tests/worked_cases tests/lab/test_compare.py \
  tests/lab/sums/test_statistics.py tests/lab/sums/test_summaries.py tests/lab/kept/test_reproduce_sweep.py tests/lab/run/test_executors.py tests/view/test_live.py \
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

# --- the documents as one site, and what a computer without internet needs

.PHONY: docs wheels

# Made anew each time: Sphinx would not look again at a page whose link has lost its target.
docs: $(VENV)/installed-docs
	rm -rf build/site
	$(BIN)/python -m sphinx -q -W -c docs . build/site
	@echo "build/site/index.html"

$(VENV)/installed-docs: pyproject.toml
	@echo "Setting up $(VENV) for the site of the documents, silently; a minute or a few, once."
	@echo "正在为文档网站设置 $(VENV)：静默下载，需一至数分钟，仅此一次。"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	touch $@ $(VENV)/installed

# `make wheels` fetches what a computer like this one needs, `make wheels FOR=windows PYTHON_FOR=3.12` what another needs: uv finds
# out what, because pip reads "on Windows only" as if this computer were meant. The mirror that pip is set to is told to uv.
PYTHON_FOR ?= $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
TAGS_windows = win_amd64
TAGS_macos = macosx_14_0_arm64
TAGS_linux = manylinux_2_28_x86_64 manylinux_2_27_x86_64 manylinux_2_24_x86_64 manylinux2014_x86_64
TAGS = $(or $(TAGS_$(FOR)),$(error no FOR=$(FOR); there are FOR=linux, FOR=macos, FOR=windows))
# What to install an edited copy offline takes.
BUILD_BACKEND = hatchling editables
MIRROR = $(or $(PIP_INDEX_URL),$(shell $(BIN)/python -m pip config get global.index-url 2>/dev/null))
# Published without a wheel.
SOURCE_ONLY = $(shell sed -n 's/.*"\(solara-assets==[^"]*\)".*/\1/p' pyproject.toml)

wheels: | $(VENV)/bin/python
	rm -rf wheels
ifndef FOR
	$(BIN)/python -m pip wheel --quiet --wheel-dir wheels . $(BUILD_BACKEND)
else
	$(BIN)/python -m pip install --quiet "uv>=0.5"
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir wheels . $(SOURCE_ONLY)
	printf '%s\n' $(BUILD_BACKEND) | $(MIRROR:%=UV_DEFAULT_INDEX=%) $(BIN)/uv pip compile --quiet --no-header --no-annotate --only-binary :all: --find-links wheels \
	  --python-platform $(FOR) --python-version $(PYTHON_FOR) --output-file wheels/needed.txt pyproject.toml -
	$(BIN)/python -m pip download --quiet --no-deps --only-binary :all: --find-links wheels --dest wheels \
	  $(TAGS:%=--platform %) --python-version $(PYTHON_FOR) --requirement wheels/needed.txt
	rm wheels/needed.txt
endif
	@echo "wheels: copy this folder to the other computer; README.md, \"Without internet\", says how it is installed there."
	@echo "wheels：请将此文件夹复制到另一台电脑；安装方法见 README.zh.md“没有网络的电脑”。"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
