"""The model stands on what Mesa says is public, so that a newer Mesa does not break it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mesa
import pytest

import sim
from sim.agents import mesa_versions
from sim.model import StationModel
from sim.scenario.load import load_scenario

PACKAGE = Path(sim.__file__).parent
OURS = sorted([PACKAGE / "model.py", *(PACKAGE / "agents").glob("*.py")])
ITS = Path(mesa.__file__).parent
THEIRS = sorted(
    [ITS / "model.py", ITS / "datacollection.py", *ITS.glob("agent*.py"), *(ITS / "discrete_space").glob("*.py")]
)
PROMISED = {"_from_iterable"}  # by collections.abc.Set


def names(file: Path) -> Iterator[str]:
    """Attributes that a file reads or writes, and what its classes define."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ClassDef):
            yield from (part.name for part in node.body if isinstance(part, (ast.FunctionDef, ast.ClassDef)))
            yield from (
                target.id for part in node.body if isinstance(part, ast.Assign)
                for target in part.targets if isinstance(target, ast.Name)
            )  # fmt: skip
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"_\w+", node.value):
            yield node.value  # __slots__, getattr


PRIVATE = {name for file in THEIRS for name in names(file) if re.fullmatch(r"_(?!_)\w+", name)} - PROMISED


def test_mesa_has_private_names() -> None:
    assert {"_agents_by_type", "_all_agents", "_cells", "_seed"} <= PRIVATE


@pytest.mark.parametrize("file", OURS, ids=[file.name for file in OURS])
def test_no_private_name_of_mesas_is_used_or_taken(file: Path) -> None:
    assert set(names(file)) & PRIVATE == set()


def test_a_clock_runs_days() -> None:
    class Counted(mesa_versions.Clock, mesa.Model):
        def __init__(self) -> None:
            self.seen: list[int] = []
            self._start_clock(rng=1)

        def step(self) -> None:
            if self.steps == 3 and 3 not in self.seen:
                self.seen.append(3)
                raise ArithmeticError
            self.seen.append(self.steps)

    model = Counted()
    model.run_for(2)
    with pytest.raises(ArithmeticError):
        model.step()
    model.run_for(2)
    assert model.seen == [1, 2, 3, 4, 5]
    assert getattr(model, "time", model.steps) == model.steps


def test_mesas_page_does_not_take_the_scenario_for_one_of_mesas() -> None:
    city = load_scenario("lakeside")
    assert city
    model = StationModel(city, seed=1)
    assert bool(model.scenario) is not hasattr(mesa.Model, "scenario")
    assert model.scenario == city
    assert model.scenario.hash == city.hash
    assert bool(model.branch(pay=3000).scenario) is bool(model.scenario)
