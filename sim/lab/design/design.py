"""What a design is: a question, a base, factors, the points that its plan makes of them, and how each is measured.

A design holds no results and runs nothing. `sim.lab.design.read_design` reads one from YAML, `sim.lab.design.plans` makes its
points; here a point becomes a scenario.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.lab.outcomes import OUTCOMES
from sim.language import Text
from sim.months import month_number
from sim.observations import GROUP_MONTH, STATION_MONTH
from sim.scenario.changes import ADD, VALUE, Change
from sim.scenario.load import load_scenario
from sim.scenario.parameters import nearest
from sim.scenario.schema import Policy, Scenario
from sim.scenario.yaml_reader import Node

START, POLICIES = "start", "policies"
"""From when a level holds: the run's first day (the city is another one), or the policies' start (the city has acted)."""

SERIES_KEPT = ("months", "towns")
"""Series that may be kept beside the outcomes of each run: monthly, of the city and of its towns."""

BASE_NAME = "base"
"""What the base's own level of a factor is called in tables, where it has no better name."""


@dataclass(frozen=True)
class Patch:
    """What differs from the base. With nothing in it, nothing does.

    city: another city (a shipped name or a path). over: laid over the city's file, as by a file that extends it.
    levers, parameters: hold from the run's first day, in place of what the city says of the same names.
    policies: laid over the city. scenario: the whole, made already; nothing is laid over it.
    """

    city: str | None = None
    over: Node | None = None
    levers: tuple[Change, ...] = ()
    parameters: tuple[Change, ...] = ()
    policies: tuple[Policy, ...] = ()
    scenario: Scenario | None = None

    @property
    def is_empty(self) -> bool:
        return self == Patch()


AS_IT_IS = Patch()


@dataclass(frozen=True, slots=True)  # a sampled design has one for each point and factor
class Level:
    """One setting of a factor. `name` is unique among the factor's levels; `value` is NaN where the factor is no number.

    patch: what differs from the base; a number's is made by `Factor.patch` when it is needed.
    """

    name: str
    title: Text
    patch: Patch = field(default=AS_IT_IS, compare=False)
    value: float = math.nan

    def to_mapping(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title.to_plain(), "value": _number(self.value)}

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Any]) -> Level:
        """As it was written, without its patch."""
        return cls(stored["name"], Text(**stored["title"]), value=_value(stored["value"]))


@dataclass(frozen=True)
class Factor:
    """What a design varies.

    kind: "lever", "parameter", "posts", "policies", "scenario" or "variants". levels: those named, or made from a range; empty where
    the plan draws from `low` to `high`. since: START or POLICIES. base: the level that leaves the base as it is (its value
    is the base's own, NaN where that varies by month or station, or with the level of another factor).
    """

    name: str
    kind: str
    title: Text
    unit: str
    since: str
    base: Level
    levels: tuple[Level, ...] = ()
    low: float = math.nan
    high: float = math.nan
    is_whole: bool = field(default=False, compare=False)  # a number that counts something
    stations: tuple[str, ...] | None = field(default=None, compare=False)  # of posts: where, None everywhere
    node: Node | None = field(default=None, compare=False, repr=False)  # where the file says it

    @property
    def is_numeric(self) -> bool:
        return self.kind in {"lever", "parameter", "posts"}

    def between(self, share: float) -> float:
        """The value at a share (0-1) of the way from `low` to `high`, to 6 significant digits and never outside."""
        value = self.low + share * (self.high - self.low)
        value = float(nearest(value)) if self.is_whole else float(f"{value:.6g}")
        return min(max(value, self.low), self.high)

    def drawn(self, share: float) -> float:
        """The value that a share (0 <= share < 1) draws from `low` to `high`: every whole number as often as another."""
        if not self.is_whole:
            return self.between(share)
        return min(self.low + math.floor(share * (self.high - self.low + 1.0)), self.high)

    def at(self, value: float) -> Level:
        """The level of a numeric factor at a value; the base where that is its value."""
        if value == self.base.value:
            return self.base
        name = number_text(value)
        return Level(name, Text(name, name), value=value)

    def patch(self, level: Level) -> Patch:
        """What differs from the base at a level of this factor."""
        if not self.is_numeric or level.name == self.base.name:
            return level.patch
        key, form = self.name.split(".", 1)[1], VALUE
        if self.kind == "posts":
            key, form = "posts", ADD
        # Up and down is what is asked.
        change = (Change(key, level.value, form=form, stations=self.stations, aim=0, node=self.node),)
        levers, parameters = ((), change) if self.kind == "parameter" else (change, ())
        if self.since == START:
            return Patch(levers=levers, parameters=parameters)
        said = Text(f"{self.title.en}: {level.name}", f"{self.title.zh}：{level.name}")
        policy = Policy(f"{key}={level.name}", said, SET_BY_DESIGN, SET_BY_DESIGN, levers, parameters)
        return Patch(policies=(policy,))

    def to_mapping(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "title": self.title.to_plain(),
            "unit": self.unit,
            "since": self.since,
            "is_numeric": self.is_numeric,
            "base": self.base.to_mapping(),
            "levels": [level.to_mapping() for level in self.levels],
            "low": _number(self.low),
            "high": _number(self.high),
        }

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Any]) -> Factor:
        """As it was written, without what its levels change."""
        return cls(
            stored["name"],
            stored["kind"],
            Text(**stored["title"]),
            stored["unit"],
            stored["since"],
            Level.from_mapping(stored["base"]),
            tuple(Level.from_mapping(level) for level in stored["levels"]),
            _value(stored["low"]),
            _value(stored["high"]),
        )


def _number(value: float) -> float | None:
    """As JSON has it, which knows no NaN."""
    return value if math.isfinite(value) else None


def _value(number: float | None) -> float:
    return math.nan if number is None else float(number)


def number_text(value: float) -> str:
    """A number as the name of a level: 2500, 0.355."""
    return f"{value:.15g}"


SET_BY_DESIGN = Text("Set by the design", "由实验设计设定")
"""Who proposes what a level changes, where no policy file says it."""


@dataclass(frozen=True)
class Part:
    """One part of a plan: a method and the factors that it sets. Several parts are crossed.

    method: of `methods.METHODS`.
    """

    method: str
    factors: tuple[str, ...]
    n_points: int


@dataclass(frozen=True)
class Seeds:
    """Seeds 1..n, the same at every point. Without `until`, n = at_most. Otherwise n grows from at_least until, at every
    point, the half-width of the 95 % interval of each outcome in `until` is at most its value (stored units), or
    n = at_most. of: "levels", or "effects" (paired differences from the base)."""

    at_most: int
    at_least: int = 0
    until: Mapping[str, float] = field(default_factory=dict)
    of: str = "levels"


@dataclass(frozen=True)
class Window:
    """Months that outcomes are taken over, as YYYY-MM; None: the policies' start, the end of the run."""

    first: str | None = None
    last: str | None = None

    def months(self, scenario: Scenario) -> tuple[int, int]:
        """First month and the one after the last, counted from the scenario's start."""
        start = month_number(scenario.start)
        first = scenario.policy_month if self.first is None else month_number(self.first) - start
        last = scenario.n_months if self.last is None else month_number(self.last) - start + 1
        return first, last


@dataclass(frozen=True)
class Keep:
    """What is kept of a run beside its outcomes: columns (of observations or measures) by month, of the city and of its towns; whether
    the sums of every column over the window, by town and by group; whether the outcomes of the months before the policies' start."""

    months: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    sums: bool = False
    before: bool = False

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of each kind of series that is kept."""
        kept = {"months": self.months, "towns": self.towns}
        if self.sums:
            kept |= {"town_sums": tuple(STATION_MONTH), "group_sums": tuple(GROUP_MONTH)}
        if self.before:
            kept |= {"before": tuple(OUTCOMES)}
        return {kind: columns for kind, columns in kept.items() if columns}

    def to_plain(self) -> dict[str, Any]:
        return {"months": list(self.months), "towns": list(self.towns), "sums": self.sums, "before": self.before}

    @classmethod
    def from_plain(cls, said: Mapping[str, Any]) -> Keep:
        return cls(tuple(said["months"]), tuple(said["towns"]), bool(said["sums"]), bool(said["before"]))


EVERYTHING = Keep(months=tuple(STATION_MONTH), sums=True)
"""What the tables and figures of a comparison are made from."""


@dataclass(frozen=True)
class Point:
    """A setting of every factor; number 0 is the base."""

    number: int
    levels: tuple[Level, ...]  # one per factor, in the design's order


@dataclass(frozen=True)
class Design:
    """A sweep or a comparison as data. `points`: one tuple of levels for each, in the plan's order; the base comes first. kind: the
    command that runs it."""

    name: str
    file: Path
    question: Text
    source: Text | None
    base: Patch  # base.city is always said
    factors: tuple[Factor, ...]
    plan: tuple[Part, ...]
    points: tuple[Point, ...]
    seeds: Seeds
    outcomes: tuple[str, ...]
    window: Window = Window()
    keep: Keep = Keep()
    contrast: str | None = None  # the factor whose levels are compared with one another, all else equal
    plain: Mapping[str, Any] = field(default_factory=dict)  # the file as it was read
    kind: str = "sweep"
    doubt: str | None = None  # of `choose.DOUBTS`, where the file says it

    def scenario(self, point: Point) -> Scenario:
        """The scenario of a point. Raises Mistake where its levels do not fit one another."""
        # By name: the order in which a file says its factors must not change a scenario.
        named = sorted(zip(self.factors, point.levels, strict=True), key=lambda pair: pair[0].name)
        return patched([self.base, *(factor.patch(level) for factor, level in named)])

    @property
    def base_scenario(self) -> Scenario:
        return self.scenario(self.points[0])

    def factor(self, name: str) -> Factor:
        return next(one for one in self.factors if one.name == name)

    def to_mapping(self) -> dict[str, Any]:
        """What readers of results need to know of the design, ready for JSON."""
        return {
            "name": self.name,
            "question": self.question.to_plain(),
            "source": self.source.to_plain() if self.source else None,
            "factors": [factor.to_mapping() for factor in self.factors],
            "plan": [
                {"method": part.method, "factors": list(part.factors), "n_points": part.n_points} for part in self.plan
            ],
            "n_points": len(self.points),
            "seeds": {
                "at_most": self.seeds.at_most,
                "at_least": self.seeds.at_least,
                "until": dict(self.seeds.until),
                "of": self.seeds.of,
            },
            "outcomes": list(self.outcomes),
            "units": {name: OUTCOMES[name].unit for name in self.outcomes},
            "window": {"first": self.window.first, "last": self.window.last},
            "keep": self.keep.to_plain(),
            "contrast": self.contrast,
        }

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Any], kind: str) -> Design:
        """What `to_mapping` told of a design of this kind, for readers of results: its points and scenarios lie beside it, so that it
        has no file, no base and no points here."""
        return cls(
            stored["name"],
            Path(),
            Text(**stored["question"]),
            Text(**stored["source"]) if stored["source"] else None,
            AS_IT_IS,
            tuple(Factor.from_mapping(factor) for factor in stored["factors"]),
            tuple(Part(part["method"], tuple(part["factors"]), part["n_points"]) for part in stored["plan"]),
            (),
            Seeds(**stored["seeds"]),
            tuple(stored["outcomes"]),
            Window(**stored["window"]),
            Keep.from_plain(stored["keep"]),
            stored["contrast"],
            kind=kind,
        )

    def method(self, factor: str) -> str:
        """Of the part of the plan that sets a factor."""
        return next((part.method for part in self.plan if factor in part.factors), "list")


def patched(patches: Sequence[Patch]) -> Scenario:
    """The scenario that patches, the first of which says the city, make on one another. Raises Mistake."""
    if made := [patch.scenario for patch in patches if patch.scenario is not None]:
        return made[-1]
    city = _city(patches)
    policies = [policy for patch in patches for policy in patch.policies]
    return city.with_policies(policies) if policies else city


def forget_cities() -> None:
    """Read the files of cities anew from here on; they may have been edited."""
    _loaded.cache_clear()
    _made.cache_clear()


def _city(patches: Sequence[Patch]) -> Scenario:
    """The city of a point, before policies: its file, what is laid over it, and what holds from the first day."""
    named = [patch.city for patch in patches if patch.city is not None]
    overs = tuple(_Over(patch.over) for patch in patches if patch.over is not None)
    levers = _last_said([patch.levers for patch in patches])
    parameters = _last_said([patch.parameters for patch in patches])
    return _made(named[-1], overs, levers, parameters)


@lru_cache(maxsize=256)  # points that differ in their policies share it
def _made(name: str, overs: tuple[_Over, ...], levers: tuple[Change, ...], parameters: tuple[Change, ...]) -> Scenario:
    city = _loaded(name, overs)
    if not levers and not parameters:
        return city
    made = replace(city, levers=_in_place(city.levers, levers), parameters=_in_place(city.parameters, parameters))
    made.check()
    return made


def _in_place(old: tuple[Change, ...], new: tuple[Change, ...]) -> tuple[Change, ...]:
    """Changes with others in place of those of the same names."""
    names = {one.name for one in new}
    return (*(one for one in old if one.name not in names), *new)


def _last_said(layers: Sequence[tuple[Change, ...]]) -> tuple[Change, ...]:
    """Changes by name as the last layer that names one says them."""
    last = {one.name: i for i, layer in enumerate(layers) for one in layer}
    return tuple(one for i, layer in enumerate(layers) for one in layer if last[one.name] == i)


@dataclass(frozen=True)
class _Over:
    """A node that can be a key: what it says decides, not where it stands."""

    node: Node

    def __hash__(self) -> int:
        return hash(repr(self.node.plain()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Over) and self.node.plain() == other.node.plain()


@lru_cache(maxsize=512)
def _loaded(city: str, overs: tuple[_Over, ...]) -> Scenario:
    return load_scenario(city, over=[one.node for one in overs])
