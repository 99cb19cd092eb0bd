"""Levers and parameters over time: what a file says, and what it comes to in a city, month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.mistakes import did_you_mean
from sim.months import month_number, month_text
from sim.scenario import read
from sim.scenario.parameters import LEVERS, PARAMETERS, Quantity, nearest, table
from sim.scenario.yaml_reader import Node, one_line
from sim.sums import ordered_sum

if TYPE_CHECKING:
    import numpy as np

LONGEST_RAMP = 240
MOST_CHANGES = 1000
WHOLES = (
    ("centre_share", "other_share"),
    ("trained_assistant", "trained_social_worker", "trained_senior"),
    ("untrained_assistant", "untrained_social_worker", "untrained_senior"),
)
"""Parameters that are shares of one whole."""
QUANTITY_KEYS = (*(f"levers.{name}" for name in LEVERS), *(f"parameters.{name}" for name in PARAMETERS))
"""Where a scenario says each lever and parameter."""


@dataclass(frozen=True)
class Change:
    """What a file says of one lever or parameter: from a month on, a linear ramp to a value, at some stations.

    `start` is YYYY-MM, or None for the start of the run (city) or of the policies (policy); `after_months` counts from
    the policies' start. `stations` are town ids, None for all.
    """

    name: str
    value: float
    start: str | None = None
    after_months: int | None = None
    ramp_months: int = 0
    stations: tuple[str, ...] | None = None
    node: Node | None = field(default=None, compare=False, repr=False)

    def to_plain(self) -> Any:
        """As it would stand in a file."""
        if self.start is None and self.after_months is None and not self.ramp_months and self.stations is None:
            return self.value
        said: dict[str, Any] = {"value": self.value}
        if self.start is not None:
            said["from"] = self.start
        if self.after_months is not None:
            said["after_months"] = self.after_months
        if self.ramp_months:
            said["ramp_months"] = self.ramp_months
        if self.stations is not None:
            said["stations"] = list(self.stations)
        return said


@dataclass(frozen=True)
class Step:
    """A change as it comes to stand in a city: months count from its start, stations are rows."""

    change: Change
    month: int
    stations: tuple[int, ...]
    owner: str  # "" for the city, else the policy's name

    @property
    def asked(self) -> tuple[object, ...]:
        """What it asks for: two steps that ask for the same are one, whoever asks."""
        return (self.change.name, self.change.value, self.month, self.change.ramp_months, self.stations)

    @property
    def end(self) -> int:
        """The first month that stands at the value for good."""
        return self.month + max(1, self.change.ramp_months) - 1

    @property
    def rank(self) -> int:
        """Where it stands among the steps of one month. What a city says from its first day is no change but where
        the others set out from: 0 for all stations, 1 for some. 2 is every other step."""
        if self.owner or self.month or self.change.ramp_months > 1:
            return 2
        return 0 if self.change.stations is None else 1


def read_changes(node: Node, known: Mapping[str, Quantity], *, has_stations: bool) -> tuple[Change, ...]:
    """The `levers:` or `parameters:` of a file, in order."""
    found: list[Change] = []
    for name, entry in read.mapping(node).items():
        if name not in known:
            topic, guess = "levers" if known is LEVERS else "parameters", read.meant(name, known, QUANTITY_KEYS)
            raise entry.mistake(
                f"unknown name{guess}; 'stations explain {topic}' lists them",
                f"未知名称{guess}；用 'stations explain {topic}' 查看全部",
            )
        entries = read.items(entry)
        if not entries:
            raise entry.mistake("the list is empty", "列表为空")
        if len(entries) > MOST_CHANGES:
            raise entry.mistake(f"more than {MOST_CHANGES:,} changes", f"超过 {MOST_CHANGES:,} 项变动")
        found += [_read_change(known[name], entry, has_stations) for entry in entries]
    return tuple(found)


def _read_change(quantity: Quantity, node: Node, has_stations: bool) -> Change:
    if not isinstance(node.value, dict):
        return Change(quantity.name, read.value_of(node, quantity), node=node)
    keys = ("value", "from", "after_months", "ramp_months", *(("stations",) if has_stations else ()))
    said = read.mapping(node, keys)
    value = read.value_of(read.need(node, "value"), quantity)
    if "from" in said and "after_months" in said:
        raise said["after_months"].mistake(
            "give 'from' or 'after_months', not both", "'from' 与 'after_months' 只能给一个"
        )
    stations = None
    if "stations" in said:
        named = read.items(said["stations"])
        stations = tuple(read.text(town) for town in named)
        if not stations:
            raise said["stations"].mistake(
                "the list is empty; leave it out for all stations", "列表为空；若指全部站点请省略"
            )
        seen: set[str] = set()
        for i, town in enumerate(stations):
            if town in seen:
                raise named[i].mistake(f"{named[i].shown()} stands twice", f"{named[i].shown()} 重复")
            seen.add(town)
    return Change(
        quantity.name,
        value,
        read.month(said["from"]) if "from" in said else None,
        read.integer(said["after_months"], 0, 480) if "after_months" in said else None,
        read.integer(said["ramp_months"], 0, LONGEST_RAMP) if "ramp_months" in said else 0,
        stations,
        node,
    )


def place_changes(
    changes: Iterable[Change],
    *,
    owner: str,
    first_month: int,
    policy_month: int,
    n_months: int,
    towns: Sequence[str],
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
        rows = everywhere
        if change.stations is not None:
            for town in change.stations:
                if town not in row_of:
                    listed = one_line(", ".join(towns[:12]), 200)
                    shown = one_line(town)
                    raise node.mistake(
                        f"there is no station '{shown}'{did_you_mean(town, towns)}; this city has {listed}",
                        f"没有站点 '{shown}'{did_you_mean(town, towns)}；本市有 {listed}",
                    )
            rows = tuple(row_of[town] for town in change.stations)
        steps.append(Step(change, month, rows, owner))
    return steps


def combine(steps: Iterable[Step]) -> list[Step]:
    """Steps in order of time; the same step asked for twice counts once, overlapping ones raise Mistake."""
    first: dict[tuple[object, ...], Step] = {}
    for step in steps:
        first.setdefault(step.asked, step)
    kept = sorted(first.values(), key=lambda step: (step.month, step.rank))
    last: dict[tuple[str, int], Step] = {}
    for step in kept:
        for row in step.stations:
            before = last.get((step.change.name, row))
            if before is not None and step.month <= before.end and (before.rank == 2 or before.rank == step.rank):
                _refuse_overlap(before, step)
            last[step.change.name, row] = step
    return kept


def _refuse_overlap(before: Step, step: Step) -> None:
    node = step.change.node or Node(None, step.owner or "scenario", None, step.change.name)
    other = before.change.node
    where = other.where() if other is not None else before.owner
    raise node.mistake(
        f"{step.change.name} changes while an earlier change ({where}) is still under way; let it start later or end the ramp first",
        f"{step.change.name} 的变动与先前的变动（{where}）重叠；请推迟开始或缩短先前的渐变",
    )


def schedule(known: Mapping[str, Quantity], steps: Iterable[Step], n_months: int, n_stations: int) -> np.recarray:
    """Values by month and station, (months, stations), of all levers or parameters."""
    values = table(known, (n_months, n_stations))
    for step in steps:
        if step.change.name in known:
            _lay(step, values[step.change.name], known[step.change.name])
    return values


def _lay(step: Step, column: np.ndarray, quantity: Quantity) -> np.ndarray:
    """Make the values of one lever or parameter, (months, stations), those under a step; what it set out from, (its stations,)."""
    length = max(1, step.change.ramp_months)
    rows = list(step.stations)
    old: np.ndarray = column[max(step.month - 1, 0), rows]  # a copy, since rows are picked by a list
    for j in range(min(length - 1, len(column) - step.month)):
        between = old + (step.change.value - old) * ((j + 1) / length)
        column[step.month + j, rows] = nearest(between) if quantity.is_whole else between
    # The last step is the value itself, free of rounding.
    column[step.month + length - 1 :, rows] = step.change.value
    return old


def set_out_from(
    known: Mapping[str, Quantity], steps: Iterable[Step], n_months: int, n_stations: int
) -> dict[tuple[object, ...], tuple[float, float]]:
    """The value in the month before each step, the least and the greatest of its stations, by `Step.asked`; steps as for
    `schedule`."""
    values = table(known, (n_months, n_stations))
    found = {}
    for step in steps:
        old = _lay(step, values[step.change.name], known[step.change.name])
        found[step.asked] = (float(old.min()), float(old.max()))
    return found


def check_shares(parameters: np.recarray, steps: Sequence[Step]) -> None:
    """Raise Mistake where shares of one whole add up to more than 1."""
    for names in WHOLES:
        total = parameters[names[0]] + ordered_sum(parameters[name] for name in names[1:])
        if total.max() > 1.0 + 1e-12:
            listed = " + ".join(names)
            said = [step.change.node for step in steps if step.change.name in names and step.change.node is not None]
            node = said[-1] if said else Node(None, "scenario", None, "parameters")
            raise node.mistake(f"{listed} must not be more than 1", f"{listed} 之和不得超过 1")
