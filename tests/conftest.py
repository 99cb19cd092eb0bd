"""Shared by all tests. This folder is on the path, so that every test can import `rules_help` and `cities`."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from cities import SMALL
from hypothesis import settings
from template import Template, no_figures, template

from sim import language

# The first call of a compiled function takes its time; examples are the same on every run.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

# Tests started in a script's background inherit that Ctrl-C is ignored, and so would the programs that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what needs a server and a browser: of two workers, one takes the rest of the other's from the end, and each would
    start its own."""
    items.sort(key=lambda item: 0 if "view" in item.path.parts else 1)


@pytest.fixture(autouse=True)
def english() -> None:
    """Whatever language the test before has left."""
    language.use("en")


@pytest.fixture(scope="session")
def forks() -> Iterator[Template]:
    """Forks a `stations` whenever one is asked for: where what it does is tested, and not how it begins. Its reports are short."""
    with template(short_reports=True) as made:
        yield made


@pytest.fixture
def short_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of comparisons and runs without figures, which take seconds: where what a report shows is not the question."""
    monkeypatch.setattr("sim.report.contents._figures", no_figures)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder with one small city in it, in English."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    yield tmp_path
    language.use("en")
