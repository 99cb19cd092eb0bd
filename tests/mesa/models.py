"""Models and agents of a user's own, for the tests of the Mesa model; a module, so that other processes find them."""

from __future__ import annotations

import functools
from typing import Any

import mesa
from cities import city, town
from mesa.discrete_space import FixedAgent

from sim.agents import SocialWorker, Station
from sim.model import StationModel
from sim.scenario.schema import Scenario


@functools.cache
def small(**facts: Any) -> Scenario:
    return city(**facts)


@functools.cache
def restless() -> Scenario:
    """A city whose staff come and go, and whose stations ally and part."""
    towns = {"a": town(posts=6), "b": town(posts=6, population=1200, communities=2), "c": town(posts=5, communities=1)}
    return city(
        towns=towns,
        levers={"alliance_support": 0.5, "payment_delay": 6},
        parameters={"quit_floor": 0.6, "hire_rate": 0.5},
    )


def model(**options: Any) -> StationModel:
    return StationModel(restless(), **options)


class Reporter(StationModel):
    """Collects of its own, as Mesa's tutorial does."""

    def __init__(self, *, burnout: float = 0.4, **options: Any) -> None:
        super().__init__(**options)
        self.workers.set("burnout", burnout)
        self.datacollector = mesa.DataCollector(
            model_reporters={"staff": lambda m: len(m.agents_by_type[SocialWorker]), "burnout": "mean_burnout"},
            agent_reporters={"backlog": lambda one: getattr(one, "backlog_hours", None)},
            agenttype_reporters={Station: {"balance": "balance"}},
        )


class Visitor(mesa.Agent):
    """An agent of the user's own."""

    def __init__(self, model: StationModel, patience: int = 3) -> None:
        super().__init__(model)
        self.patience = patience
        self.seen = 0.0

    def step(self) -> None:
        worst = self.model.agents_by_type[SocialWorker].agg("burnout", max)
        self.seen = worst
        self.patience -= 1
        if self.patience == 0:
            self.remove()


class Kiosk(FixedAgent):
    """An agent of the user's own with a place on the map."""


class Visited(StationModel):
    """A model with a step of its own."""

    def __init__(self, *, n: int = 3, **options: Any) -> None:
        super().__init__(**options)
        Visitor.create_agents(self, n, patience=list(range(1, n + 1)))

    def step(self) -> None:
        super().step()
        self.agents_by_type[Visitor].shuffle_do("step")
