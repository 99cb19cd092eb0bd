"""What all agents of a city share: attributes that read and write one cell of a column.

An agent holds no state of its own. It knows its model and its row; ``worker.burnout`` is
``world.workers["burnout"][row]``, read when asked for and checked when written.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, NoReturn

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.mistakes import Mistake
from sim.scenario.read import limit
from sim.world.columns import DERIVED, STATE, STRUCTURE, Reason

if TYPE_CHECKING:
    from sim.model import StationModel


class Attribute(property):
    """A documented attribute: unit, range, meaning in English and Chinese; `why_not` says why it cannot be written."""

    unit: str
    least: float | None
    most: float | None
    en: str
    zh: str
    why_not: Reason | None
    name: str

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def is_writable(self) -> bool:
        return self.why_not is None


def _attribute(
    read: Callable[[Any], Any],
    write: Callable[[Any, Any], None] | None,
    unit: str,
    within: tuple[float, float] | None,
    en: str,
    zh: str,
    why_not: Reason | None,
) -> Attribute:
    said = unit if within is None else f"{unit}, {limit(within[0])} to {limit(within[1])}"
    if why_not is not None:
        said += "; read only"
    made = Attribute(read, write)
    made.__doc__ = f"{en} ({said}). {zh}"
    made.unit, made.en, made.zh, made.why_not = unit, en, zh, why_not
    made.least, made.most = within if within is not None else (None, None)
    return made


def column(table: str, name: str) -> Any:
    """A cell of a column, as `sim.world.columns` declares it."""
    told = STATE[table][name]
    kind = told.kind

    def read(agent: Any) -> Any:
        return agent.model.columns[table][name].item(agent.row)

    def read_bool(agent: Any) -> bool:
        return bool(agent.model.columns[table][name].item(agent.row))

    def write(agent: Any, value: Any) -> None:
        row = agent.row
        refuse_if_over(agent)
        agent.model.columns[table][name][row] = checked(agent, attribute, value, kind)

    attribute = _attribute(
        read_bool if kind is bool else read,
        None if told.why_not else write,
        told.unit,
        told.within,
        told.en,
        told.zh,
        told.why_not,
    )
    return attribute


def derived(read: Callable[[Any], Any], unit: str, en: str, zh: str, *, why_not: Reason = DERIVED) -> Any:
    """What is computed when it is read."""
    return _attribute(read, None, unit, None, en, zh, why_not)


def chosen(table: str, name: str, words: Sequence[str]) -> Any:
    """A cell that numbers a word; written as the word or its number."""
    told = STATE[table][name]

    def read(agent: Any) -> str:
        return words[agent.model.columns[table][name].item(agent.row)]

    def write(agent: Any, value: Any) -> None:
        row = agent.row
        refuse_if_over(agent)
        if isinstance(value, str) and value in words:
            value = words.index(value)
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 0 <= value < len(words):
            listed = ", ".join(words)
            raise Mistake(
                f"{attribute.name} of {agent.name} must be one of {listed} (or 0 to {len(words) - 1}), not {_shown(value)}",
                f"{agent.name}的 {attribute.name} 须为 {listed} 之一（或 0 至 {len(words) - 1}），而非 {_shown(value)}",
            )
        agent.model.columns[table][name][row] = int(value)

    attribute = _attribute(read, write, " | ".join(words), told.within, told.en, told.zh, told.why_not)
    return attribute


def checked(agent: Any, attribute: Attribute, value: Any, kind: type) -> Any:
    """The value if the attribute may have it. Raises Mistake."""
    assert attribute.least is not None
    assert attribute.most is not None
    wanted = f"{limit(attribute.least)} to {limit(attribute.most)} ({attribute.unit})"
    wanted_zh = f"{limit(attribute.least)} 至 {limit(attribute.most)}（{attribute.unit}）"
    if kind is bool:
        wanted, wanted_zh = "True or False", "True 或 False"
        fits = isinstance(value, (bool, np.bool_)) or (isinstance(value, Real) and value in (0, 1))
    else:
        fits = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
        fits = fits and attribute.least <= value <= attribute.most
        if fits and kind is int and value != int(value):
            wanted, wanted_zh, fits = f"a whole number, {wanted}", f"整数，{wanted_zh}", False
    if not fits:
        raise Mistake(
            f"{attribute.name} of {agent.name} must be {wanted}, not {_shown(value)}",
            f"{agent.name}的 {attribute.name} 须为 {wanted_zh}，而非 {_shown(value)}",
        )
    return kind(value)


def _shown(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:g}" if isfinite(value) else str(value)
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def refuse_if_over(agent: Any) -> None:
    """Raise Mistake where the agent's model no longer runs, so that a write could act on nothing."""
    over = agent.model.over
    if over:
        raise Mistake(f"{agent.name} cannot be written: {over}", f"{agent.name}不能改写：{over}")


class CityAgent(mesa.Agent):
    """A Mesa agent that is a live view on one row of the city.

    Own attributes may be added (``agent.flag = 1``); one that reads like a documented name is refused as a slip.
    """

    __slots__ = ("model", "row")

    model: StationModel
    row: int
    unique_id: int
    pos = None

    def __init__(self, model: StationModel, row: int, unique_id: int) -> None:
        # Not mesa.Agent.__init__: its table of ids would keep the model alive for good.
        put = object.__setattr__
        put(self, "model", model)
        put(self, "row", row)
        put(self, "unique_id", unique_id)
        model.register_agent(self)

    def __setstate__(self, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
        for part in state:
            for name, value in (part or {}).items():
                object.__setattr__(self, name, value)

    @property
    @abstractmethod
    def name(self) -> str:
        """What people call it, in the language in force. 名称"""

    @property
    def id(self) -> str:
        """How the tables call it. 编号"""
        return ""

    @classmethod
    def attributes(cls) -> dict[str, Attribute]:
        """The documented attributes of this kind of agent, by name."""
        found: dict[str, Attribute] = {}
        for owner in reversed(cls.__mro__):
            found |= {name: one for name, one in vars(owner).items() if isinstance(one, Attribute)}
        return found

    def remove(self) -> None:
        """A city keeps its offices, stations, communities and residents: raises Mistake."""
        raise Mistake(
            f"{self.name} is part of the city and cannot be removed; another city is another scenario",
            f"{self.name}属于城市，不能移除；另一座城市请另建情景",
        )

    def __setattr__(self, name: str, value: Any) -> None:
        known = getattr(type(self), name, None)
        if name in _FIXED or callable(known) or (isinstance(known, property) and known.fset is None):
            self._refuse_read_only(name, known)
        elif known is None and name != "pos" and not name.startswith("_"):
            self._refuse_slip(name)
        object.__setattr__(self, name, value)

    def _refuse_slip(self, name: str) -> None:
        near = get_close_matches(name, [one for one in dir(type(self)) if not one.startswith("_")], n=1, cutoff=0.8)
        if near and name not in self.__dict__:
            raise Mistake(
                f"{type(self).__name__} has no attribute '{name}' (did you mean '{near[0]}'?)",
                f"{type(self).__name__} 没有属性 '{name}'（是否想写 '{near[0]}'？）",
            )

    def _refuse_read_only(self, name: str, known: Any) -> NoReturn:
        en, zh = (known.why_not if isinstance(known, Attribute) else None) or STRUCTURE
        raise Mistake(f"{name} of {self.name} cannot be written: {en}", f"{self.name}的 {name} 不能改写：{zh}")

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_")]

    def __repr__(self) -> str:
        label = f"{type(self).__name__} {self.unique_id}"
        return f"<{label}{' ' if self.id else ''}{self.id}{self._numbers()}>"

    def _numbers(self) -> str:
        """The main numbers, for the repr."""
        return ""


_FIXED = {"model", "row", "unique_id", "left"}


class ModelSet(AgentSet):
    """An AgentSet that a model keeps; what is made of it is an ordinary one."""

    @classmethod
    def _from_iterable(cls, agents: Any) -> AgentSet:
        # For set operations (&, |, -); Mesa warns of a set without random numbers.
        made = list(agents)
        return AgentSet(made, random=made[0].random if made else random.Random(0))

    def select(
        self, filter_func: Any = None, at_most: Any = float("inf"), inplace: bool = False, agent_type: Any = None
    ) -> AgentSet:
        if inplace:
            return super().select(filter_func, at_most, True, agent_type)
        return AgentSet(self, random=self.random).select(filter_func, at_most, True, agent_type)

    def groupby(self, by: Any, result_type: str = "agentset") -> Any:
        return AgentSet(self, random=self.random).groupby(by, result_type)


def agent_set(agents: Sequence[Any], model: StationModel) -> AgentSet:
    """An AgentSet that shuffles with the model's own numbers."""
    return AgentSet(agents, random=model.random)
