"""How a model keeps its columns and its agents, and how dead models are found."""

from __future__ import annotations

import gc
import weakref
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.agent import AgentSet

from sim.agents.people import Resident

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


class Everyone(AgentSet):
    """All agents made so far; asking it for residents makes them."""

    def __init__(self, model: StationModel) -> None:
        super().__init__([], random=model.random)
        self.model = model

    @classmethod
    def _from_iterable(cls, agents: Any) -> AgentSet:
        return AgentSet(agents)

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


def make_residents(model: StationModel, agents: dict[Any, None], everyone: AgentSet) -> tuple[list[Resident], Any]:
    """Make every resident and register all at once, as `register_agent` would one by one.

    Returns them, and the inside of an AgentSet of them.
    """
    was_on = gc.isenabled()
    gc.disable()  # nothing of this is garbage, and looking for it takes longer than making it
    try:
        slots: Any = Resident
        put_model, put_row, new = slots.model.__set__, slots.row.__set__, Resident.__new__
        made = [new(Resident) for _ in range(len(model.world.residents.trust))]
        for row, resident in enumerate(made):
            put_model(resident, model)
            put_row(resident, row)
        own: Any = weakref.WeakKeyDictionary()
        for inside in (own, everyone._agents):
            inside.data.update(dict.fromkeys(map(weakref.ref, made, repeat(inside._remove))))
        agents.update(dict.fromkeys(made))
    finally:
        if was_on:
            gc.enable()
    hold(model, 400 * len(made))
    return made, own


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
