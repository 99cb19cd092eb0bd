"""What differs between the versions of Mesa that this model stands on (3.3 to 3.5), in one place.

Public names alone are used, here and in all of `sim.model` and `sim.agents`; tests/house looks after it.
"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import mesa
from mesa.discrete_space import Network

from sim.scenario.schema import Scenario

_TABLES = [table for table in vars(mesa.Agent).values() if isinstance(table, dict)]


def forget(model: Any) -> None:
    """Take a model out of the tables that Mesa's class of agents keeps by model (until 3.4.1): they hold it for good."""
    for table in _TABLES:
        table.pop(model, None)


def network(graph: Any, **options: Any) -> Network:
    """A Network without positions: from 3.5 on Mesa would work out a layout, which takes long and says nothing here."""
    if "layout" in inspect.signature(Network).parameters:
        options["layout"] = None
    return Network(graph, **options)


class _OfModel(Scenario):
    """The scenario of a model on a Mesa that has scenarios of its own."""

    def __bool__(self) -> bool:
        return False


def scenario_of_model(scenario: Scenario) -> Scenario:
    """The scenario as a model holds it: from 3.5 on Mesa's page takes a true `model.scenario` for one of Mesa's, and refuses
    it, so there the model's own counts as false. Every other scenario is as true as any object."""
    if not hasattr(mesa.Model, "scenario") or isinstance(scenario, _OfModel):
        return scenario
    made = copy.copy(scenario)
    object.__setattr__(made, "__class__", _OfModel)
    return made


class Clock:
    """How a model's days follow Mesa's clock.

    `Model.__init__` keeps the method `step` that it finds and puts one of its own in its place, which counts `steps` (and,
    from 3.5 on, moves `time` and fires events) around it. From 3.5 on, that clock stands still for good once a step raised;
    so what a step raises goes around it.
    """

    def _start_clock(self, **options: Any) -> None:
        """Call Mesa's `Model.__init__`."""
        self._raised: BaseException | None = None
        self.step = self._day_of_clock  # type: ignore[method-assign]
        super().__init__(**options)
        self._tick = self.step
        self.step = self._step  # type: ignore[method-assign]

    def step(self) -> None:
        """Run one day."""

    def _day_of_clock(self) -> None:
        try:
            type(self).step(self)
        except BaseException as error:
            self._raised = error

    def _step(self) -> None:
        self._tick()
        raised, self._raised = self._raised, None
        if raised is not None:
            raise raised

    def run_for(self, duration: float) -> None:
        """As Mesa's from 3.5 on: run a number of days."""
        for _ in range(int(duration)):
            self.step()
