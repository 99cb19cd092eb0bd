"""A sample of `verification/mutated_files.py`: what it would find in ten thousand files, it should find in some."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sim import language

SCRIPT = Path(__file__).resolve().parents[1] / "verification" / "mutated_files.py"
N_FILES = 60


@pytest.fixture(scope="module")
def mutated_files() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutated_files", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutated_files"] = module
    spec.loader.exec_module(module)
    return module


def test_sixty_files(mutated_files: ModuleType, tmp_path: Path) -> None:
    found = list(mutated_files.campaign(tmp_path, range(N_FILES), seed=2))
    language.use("en")
    wrong = [one for one in found if one.found.outcome not in mutated_files.HANDLED]
    assert not wrong, "\n".join(f"{one.number} {one.sort} {one.mutation}: {one.found}" for one in wrong)
    outcomes = [one.found.outcome for one in found]
    assert outcomes.count("sentence") > N_FILES / 3
    assert outcomes.count("ok") > 1
    assert {one.sort for one in found} == {"city", "policy", "design"}


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [("raise ValueError", "TRACEBACK"), ("two lines", "BAD SENTENCE"), ("no name", "BAD SENTENCE"), ("hang", "HUNG")],
)
def test_what_it_looks_for_it_finds(
    mutated_files: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, outcome: str
) -> None:
    def run(arguments: list[str]) -> int:
        if behaviour == "raise ValueError":
            raise ValueError
        while behaviour == "hang":
            pass
        print(f"{arguments[1]}: wrong\n" if behaviour == "two lines" else "wrong", file=sys.stderr)
        return 2

    monkeypatch.setattr("sim.cli.run", run)
    monkeypatch.setattr(mutated_files, "MOST_SECONDS", 0.2)
    assert mutated_files.check(tmp_path / "mutated-city.yaml", "en").outcome == outcome


def test_every_mutation_changes_something(mutated_files: ModuleType) -> None:
    lines = (SCRIPT.parents[1] / "scenarios" / "lakeside.yaml").read_text(encoding="utf-8").split("\n")
    for mutation in mutated_files.MUTATIONS:
        made = [mutation(random.Random(number), list(lines)) for number in range(5)]
        assert any(one != "\n".join(lines).encode() for one in made), mutation.__name__
