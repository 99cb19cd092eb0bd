"""How a model keeps its columns and its agents, and how dead models are found."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.agents.attributes import CityAgent, ModelSet
from sim.agents.mesa_versions import forget
from sim.agents.people import Resident, Residents

if TYPE_CHECKING:
    from sim.model import StationModel


class Columns(dict[str, np.ndarray]):
    """Columns of a table by name, as plain arrays over the same memory, each made when first asked for."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __missing__(self, name: str) -> np.ndarray:
        table = self._table
        found: np.ndarray = getattr(table, name) if isinstance(table, tuple) else table.view(np.ndarray)[name]
        self[name] = found
        return found


class Everyone(ModelSet):
    """All agents made so far; asking it for residents makes them."""

    def __init__(self, model: StationModel) -> None:
        super().__init__([], random=model.random)
        self.model = model

    def select(
        self, filter_func: Any = None, at_most: Any = float("inf"), inplace: bool = False, agent_type: Any = None
    ) -> AgentSet:
        kinds = agent_type if isinstance(agent_type, tuple) else (agent_type,)
        if any(isinstance(kind, type) and issubclass(kind, Resident) for kind in kinds):
            self.model.resident_list()
        return super().select(filter_func, at_most, inplace, agent_type)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "model": self.model}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.model = state["model"]


class Registry:
    """Who is in a model, in the sets that Mesa's users know. The model holds it in place of Mesa's own, whose parts have
    no public names and differ between versions."""

    # Of the model.
    random: Any
    world: Any

    def _open_registry(self, kinds: tuple[type, ...]) -> None:
        self._present: dict[mesa.Agent, None] = {}
        self._everyone = Everyone(self)  # type: ignore[arg-type]
        self._by_kind: dict[type, AgentSet] = {kind: AgentSet([], random=self.random) for kind in kinds}
        self._by_kind[Resident] = Residents(self)
        self._resident_list: list[Resident] | None = None
        self._last_id = 0

    def _number_residents(self) -> None:
        """Residents have their ids, whether they are made or not, so that a hire's does not depend on it."""
        self.first_resident_id = self._last_id + 1
        self._last_id += len(self.world.residents.trust)
        self._first_own_id = self._last_id + 1

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    @mesa.Model.agents.getter  # the setter, which refuses, stays Mesa's
    def agents(self) -> AgentSet:
        """All agents made so far; asking it for residents makes them."""
        return self._everyone

    @property
    def agents_by_type(self) -> dict[type, AgentSet]:
        """The agents of each kind, by class."""
        return self._by_kind

    @property
    def agent_types(self) -> list[type]:
        """The kinds of agents."""
        return list(self._by_kind)

    def register_agent(self, agent: mesa.Agent) -> None:
        """As Mesa's; an agent of your own gets its id from this model."""
        if not isinstance(agent, CityAgent):
            forget(self)
            if (agent.unique_id or 0) < self._first_own_id:
                agent.unique_id = self._new_id()
        self._present[agent] = None
        self._everyone.add(agent)
        if type(agent) not in self._by_kind:
            self._by_kind[type(agent)] = AgentSet([], random=self.random)
        self._by_kind[type(agent)].add(agent)

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """As Mesa's. Raises KeyError where the agent is not in this model."""
        del self._present[agent]
        self._everyone.remove(agent)
        self._by_kind[type(agent)].remove(agent)

    def remove_all_agents(self) -> None:
        """Remove the agents that you added. Those of the city are the city."""
        for agent in [agent for agent in self._present if not isinstance(agent, CityAgent)]:
            agent.remove()

    def make_residents(self) -> list[Resident]:
        """For agents: make every resident and register all, as `register_agent` would one by one."""
        was_on = gc.isenabled()
        gc.disable()  # nothing of this is garbage, and looking for it takes longer than making it
        try:
            slots: Any = Resident
            put_model, put_row, new = slots.model.__set__, slots.row.__set__, Resident.__new__
            made = [new(Resident) for _ in range(len(self.world.residents.trust))]
            for row, resident in enumerate(made):
                put_model(resident, self)
                put_row(resident, row)
                self._everyone.add(resident)
            self._present.update(dict.fromkeys(made))
        finally:
            if was_on:
                gc.enable()
        hold(self, 400 * len(made))
        self._resident_list = made
        return made

    def resident_list(self) -> list[Resident]:
        """Every resident in order of rows (makes them)."""
        if self._resident_list is None:
            self.residents.make()
        assert self._resident_list is not None
        return self._resident_list

    @property
    def residents(self) -> Residents:
        """Every resident, of the general public a sample; made when first looked into."""
        found: Any = self._by_kind[Resident]
        return found


_ROOM = 200e6
_held = {"bytes": 0.0, "collect_at": _ROOM}


def hold(model: Any, n_bytes: int) -> None:
    """Models and their agents hold one another, so only the collector frees them; and it counts objects, not megabytes.
    So look for dead ones whenever what is held has doubled."""
    _held["bytes"] += n_bytes
    weakref.finalize(model, _let_go, n_bytes).atexit = False
    if _held["bytes"] > _held["collect_at"] and gc.isenabled():
        gc.collect()
        _held["collect_at"] = 2 * _held["bytes"] + _ROOM


def _let_go(n_bytes: int) -> None:
    _held["bytes"] -= n_bytes
