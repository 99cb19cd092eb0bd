"""Levers and parameters over time: what a change is, and what changes come to in a city, month by month (`read_changes` reads them from files).

A change is a layer over what would be without it: from its month on, to the end or until its last month, it makes each
town's value another one. The policies' lie over the city's own, each in order of time, and in the order of the files where
they begin in one month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.language import Text, listed
from sim.mistakes import did_you_mean
from sim.months import month_number, month_text
from sim.scenario import read
from sim.scenario.parameters import BY_STATION, PARAMETERS, POSTS, Quantity, nearest
from sim.scenario.yaml_reader import Node, one_line
from sim.sums import ordered_sum

WHOLES = (
    ("centre_share", "other_share"),
    ("trained_assistant", "trained_social_worker", "trained_senior"),
    ("untrained_assistant", "untrained_social_worker", "untrained_senior"),
)
"""Parameters that are shares of one whole."""
VALUE, ADD, FACTOR, AT_LEAST, AT_MOST = FORMS = ("value", "add", "factor", "at_least", "at_most")
"""How a change says what a value becomes: this one, so much more, so many times as much, no less, no more."""
MOST_REACH = 4.0
"""How many times its way a change may go."""
TAG = "tag:"
"""What a tag of towns begins with, where towns are named."""
_LATER = 3
_SLIGHT = 1e-9
"""Below this share of a value two are the same but for rounding."""


@dataclass(frozen=True)
class Change:
    """What a file says of one lever or parameter: from a month on, by a linear ramp, at some stations.

    form: of FORMS; what `value` is. `start` is YYYY-MM, or None for the start of the run (city) or of the policies (policy);
    `after_months` counts from the policies' start. `until` is the last month in which it holds, YYYY-MM; None: the run's last.
    `stations` are town ids and tags of towns ("tag:rural"), None for all. `reach`: the share of its way that it goes, never out of
    what is allowed; None: all of it, and what would lead out is refused.
    """

    name: str
    value: float
    start: str | None = None
    after_months: int | None = None
    ramp_months: int = 0
    stations: tuple[str, ...] | None = None
    form: str = VALUE
    until: str | None = None
    reach: float | None = None
    aim: int | None = field(
        default=None, compare=False
    )  # which way it is said to move, +1, -1, or 0: any; None: as its form says
    node: Node | None = field(default=None, compare=False, repr=False)

    def over(self, below: np.ndarray) -> np.ndarray:
        """What values become."""
        if self.reach is None:
            return self._goal(below)
        goal = self._goal(below) if self.reach == 1.0 else below + self.reach * (self._goal(below) - below)
        return np.clip(goal, self.quantity.least, self.quantity.most)

    def _goal(self, below: np.ndarray) -> np.ndarray:
        if self.form == ADD:
            return below + self.value
        if self.form == FACTOR:
            return below * self.value
        if self.form == AT_LEAST:
            return np.maximum(below, self.value)
        if self.form == AT_MOST:
            return np.minimum(below, self.value)
        return np.full_like(below, self.value)

    @property
    def direction(self) -> int:
        """Which way it means to move: +1, -1, or 0. A value is taken to mean the way that it lies from the model's own, which posts
        have none of."""
        if self.aim is not None:
            return self.aim
        apart = {ADD: self.value, FACTOR: self.value - 1.0, AT_LEAST: 1.0, AT_MOST: -1.0}
        usual = 0.0 if self.name in POSTS else self.value - self.quantity.default
        return int(np.sign(apart.get(self.form, usual)))

    @property
    def quantity(self) -> Quantity:
        """What it changes."""
        return BY_STATION[self.name] if self.name in BY_STATION else PARAMETERS[self.name]

    def concerns(self, town: str) -> bool:
        """Whether it acts at a town's station."""
        return self.stations is None or town in self.stations

    def to_plain(self) -> Any:
        """As it would stand in a file."""
        said: dict[str, Any] = {self.form: self.value}
        if self.start is not None:
            said["from"] = self.start
        if self.after_months is not None:
            said["after_months"] = self.after_months
        if self.until is not None:
            said["until"] = self.until
        if self.ramp_months:
            said["ramp_months"] = self.ramp_months
        if self.stations is not None:
            said["stations"] = list(self.stations)
        if self.reach is not None:
            said["reach"] = self.reach
        return self.value if list(said) == [VALUE] else said


@dataclass(frozen=True)
class Step:
    """A change as it comes to stand in a city: months count from its start, stations are rows."""

    change: Change
    month: int
    stations: tuple[int, ...]
    owner: str  # "" for the city, else the policy's name
    stop: int | None = None  # the first month in which it no longer holds; None: it holds to the end

    @property
    def asked(self) -> tuple[object, ...]:
        """What it asks for: two policies that ask for the same are one; what the city has by itself comes besides."""
        change = self.change
        is_besides = bool(self.owner) and change.form in (ADD, FACTOR)
        rows, months = self.stations, (self.month, self.stop, change.ramp_months)
        return (change.name, change.form, change.value, change.reach, *months, rows, is_besides)

    @property
    def node(self) -> Node:
        return self.change.node or Node(None, self.owner or "scenario", None, self.change.name)

    @property
    def end(self) -> int:
        """The first month that stands at the value for good."""
        return self.month + max(1, self.change.ramp_months) - 1

    @property
    def sets_base(self) -> bool:
        """Whether it says where all others set out from."""
        return self.rank == 0 and self.change.form == VALUE

    @property
    def rank(self) -> int:
        """Where it stands among the steps of one month. A value that a city says from its first day is no change but where
        the others set out from: 0 for all stations to the end, 1 for all until a month, 2 for some. 3 is every other step."""
        if self.owner or self.month or self.change.ramp_months > 1 or self.change.form != VALUE:
            return _LATER
        if self.change.stations is not None:
            return 2
        return 0 if self.stop is None else 1


def place_changes(
    changes: Iterable[Change],
    *,
    owner: str,
    first_month: int,
    policy_month: int,
    n_months: int,
    towns: Sequence[str],
    tags: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Step]:
    """Changes of a city (owner "") or a policy as steps; months are numbers since year 0. Raises Mistake."""
    steps = []
    row_of = {town: row for row, town in enumerate(towns)}
    everywhere = tuple(row_of.values())
    for change in changes:
        node = change.node or Node(None, owner or "scenario", None, change.name)
        month = policy_month - first_month if owner else 0
        if change.start is not None:
            month = month_number(change.start) - first_month
        elif change.after_months is not None:
            month = policy_month - first_month + change.after_months
        earliest = policy_month - first_month if owner else 0
        if not earliest <= month < n_months:
            first = month_text(first_month + earliest)
            last = month_text(first_month + n_months - 1)
            shown = month_text(first_month + month)
            raise node.mistake(
                f"would start in {shown}; allowed: {first} to {last}"
                + (" (policies' start to end of run)" if owner else ""),
                f"将于 {shown} 开始；可用：{first} 至 {last}" + ("（政策起始至运行结束）" if owner else ""),
            )
        stop = None if change.until is None else month_number(change.until) - first_month + 1
        if stop is not None and not month < stop <= n_months:
            begins, last = month_text(first_month + month), month_text(first_month + n_months - 1)
            raise node.mistake(
                f"would end after {change.until}; allowed: {begins} (when it begins) to {last} (the end of the run)",
                f"将于 {change.until} 后结束；可用：{begins}（开始之月）至 {last}（运行结束）",
            )
        rows = everywhere
        if change.stations is not None:
            named = [town for station in change.stations for town in _meant(station, row_of, tags, node)]
            rows = tuple(row_of[town] for town in dict.fromkeys(named))
        steps.append(Step(change, month, rows, owner, stop))
    return steps


def _meant(station: str, towns: Collection[str], tags: Mapping[str, Sequence[str]], node: Node) -> Sequence[str]:
    """The towns that a name or a tag stands for. Raises Mistake."""
    if station in towns:
        return (station,)
    if station.startswith(TAG):
        if station[len(TAG) :] not in tags:
            shown, guess = one_line(station[len(TAG) :]), did_you_mean(station[len(TAG) :], tags)
            known = one_line(listed(tags), 200)
            raise node.mistake(
                f"no town has the tag '{shown}'{guess}; this city's tags: {known or 'none'}",
                f"没有镇带有标签 '{shown}'{guess}；本市的标签：{known or '无'}",
            )
        return tags[station[len(TAG) :]]
    known, shown = one_line(listed(list(towns)[:12]), 200), one_line(station)
    of_tags = did_you_mean(station, tags, called={tag: f"{{tag: {tag}}}" for tag in tags})
    guess = of_tags if station in tags else did_you_mean(station, towns) or of_tags
    raise node.mistake(
        f"there is no station '{shown}'{guess}; this city has {known}", f"没有站点 '{shown}'{guess}；本市有 {known}"
    )


def combine(steps: Iterable[Step]) -> list[Step]:
    """Steps in the order of their layers: the city's, then the policies', each in order of time. The same step asked for twice
    counts once; values that overlap raise Mistake."""
    first: dict[tuple[object, ...], Step] = {}
    for step in steps:
        first.setdefault(step.asked, step)
    kept = sorted(first.values(), key=lambda step: (step.month, step.rank))
    last: dict[tuple[str, int], Step] = {}
    for step in kept:
        if step.change.form != VALUE:
            continue  # what it makes of a value that is under way is plain
        for row in step.stations:
            before = last.get((step.change.name, row))
            if before is not None and step.month <= before.end and before.rank in (_LATER, step.rank):
                _refuse_overlap(before, step)
            last[step.change.name, row] = step
    return sorted(kept, key=lambda step: bool(step.owner))


def over_bases(steps: Sequence[Step]) -> list[Step]:
    """The steps, in the order of their layers, that lie over those that say where all others set out from."""
    place = {step.change.name: i for i, step in enumerate(steps) if step.sets_base}
    return [step for i, step in enumerate(steps) if i > place.get(step.change.name, -1)]


def _refuse_overlap(before: Step, step: Step) -> None:
    other = before.change.node
    where = other.where() if other is not None else before.owner
    raise step.node.mistake(
        f"{step.change.name} changes while an earlier change ({where}) is still under way; let it start later or end the ramp first",
        f"{step.change.name} 的变动与先前的变动（{where}）重叠；请推迟开始或缩短先前的渐变",
    )


@dataclass(frozen=True)
class Layer:
    """A step as it came to lie. below, above: (months from its first to its last, its stations), without it and with it; one column
    of a parameter that is said of no single town."""

    step: Step
    below: np.ndarray
    above: np.ndarray

    @property
    def is_of_city(self) -> bool:
        """Whether it moves a parameter that is said of no single town."""
        is_of_all = self.step.change.stations is None or len(self.step.stations) > 1
        return self.step.change.name in PARAMETERS and is_of_all and self.below.shape[1] == 1

    @property
    def before(self) -> np.ndarray:
        """What stands in its first month without it, (its stations,)."""
        return self.below[0]

    @property
    def after(self) -> np.ndarray:
        """What it comes to when its ramp has ended, or the run has, (its stations,)."""
        return self.above[min(self.step.end - self.step.month, len(self.above) - 1)]

    @cached_property
    def is_against(self) -> np.ndarray:
        """Where it moves a value the other way than it means to, (months, its stations)."""
        moved = (self.above - self.below) * self.step.change.direction
        return moved < -_SLIGHT * np.maximum(np.abs(self.below), np.abs(self.above))


def layers(
    known: Mapping[str, Quantity], steps: Iterable[Step], values: np.recarray | Mapping[str, np.ndarray]
) -> list[Layer]:
    """Lay the steps over the values of levers or parameters, (months, stations) or (months, 1), one upon the other."""
    return [
        _lay(step, values[step.change.name], known[step.change.name]) for step in steps if step.change.name in known
    ]


def _lay(step: Step, column: np.ndarray, quantity: Quantity) -> Layer:
    """Make the values of one lever or parameter those under a step."""
    change, length = step.change, max(1, step.change.ramp_months)
    rows = list(step.stations) if column.shape[1] > 1 else [0]
    months = slice(step.month, step.stop)
    below: np.ndarray = column[months, rows]  # a copy, since rows are picked by a list
    goal = change.over(below)
    above = below + (goal - below) * (np.arange(1, len(below) + 1) / length)[:, np.newaxis]
    # The last step is the goal itself, free of rounding.
    above[length - 1 :] = goal[length - 1 :]
    if quantity.is_whole:
        above = nearest(above)
    column[months, rows] = above
    return Layer(step, below, above)


def check_range(known: Mapping[str, Quantity], found: Iterable[Layer], first_month: int, towns: Sequence[str]) -> None:
    """Raise Mistake where a layer takes a value out of the range that is allowed: nothing is clipped in silence."""
    for layer in found:
        quantity = known[layer.step.change.name]
        is_out = (layer.above < quantity.least) | (layer.above > quantity.most)
        if is_out.any():
            month, row = np.argwhere(is_out)[0]
            when = month_text(first_month + layer.step.month + int(month))
            town = "" if layer.is_of_city else towns[layer.step.stations[row]]
            place = Text(f" at {town}", f"（{town}）") if town else Text("", "")
            en, zh = read.allowed(quantity.least, quantity.most, quantity.unit, is_whole=quantity.is_whole)
            value = read.limit(float(layer.above[month, row]))
            raise layer.step.node.mistake(
                f"{quantity.name} would be {value} in {when}{place.en}; it must be {en}",
                f"{quantity.name} 在 {when}{place.zh}将为 {value}；须为 {zh}",
            )


def check_shares(parameters: np.recarray, steps: Sequence[Step]) -> None:
    """Raise Mistake where shares of one whole, (months, rows), add up to more than 1."""
    for names in WHOLES:
        total = parameters[names[0]] + ordered_sum(parameters[name] for name in names[1:])
        if total.max() > 1.0 + 1e-12:
            listed = " + ".join(names)
            said = [step.change.node for step in steps if step.change.name in names and step.change.node is not None]
            node = said[-1] if said else Node(None, "scenario", None, "parameters")
            raise node.mistake(f"{listed} must not be more than 1", f"{listed} 之和不得超过 1")
