"""What a draw puts in place of a city's assumed numbers, and what of them is known.

A lever or a parameter is drawn by its name, a number of a group as a factor by "groups.ID.FACT", and "groups.needs_per_year" is a factor
that all groups share, as "hazards" is one of the hazards by which needs are detected. "reach.LEVER" is the share of its way that every policy moves a lever: of the lever and not of the policy, so
that two policies that do the same do it as far.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sim.mistakes import Mistake, did_you_mean
from sim.scenario import read
from sim.scenario.changes import ADD, FACTOR, MOST_REACH, Change
from sim.scenario.parameters import LEVERS, PARAMETERS, Quantity
from sim.scenario.people import GROUP_FACTS, Group
from sim.scenario.yaml_reader import Node

REACH = "reach."
COMMON_FACTS = ("needs_per_year",)
"""Numbers of groups with a factor that all of them share beside each one's own."""
HAZARDS = "hazards"
COMMON_PARAMETERS = {HAZARDS: ("grid_hazard", "self_hazard", "outreach_hazard", "volunteer_hazard")}
"""Factors that parameters share beside each one's own value: how large they are together is one question, and how large beside one
another is another."""


@dataclass(frozen=True)
class DrawnValues:
    """One value for every number in doubt, by its name; the `index`-th of its prior or posterior. redrawn: how often values were drawn
    again that did not fit one another. seed: under which the model runs this world; None: the number of the world."""

    index: int
    values: Mapping[str, float]
    redrawn: int = 0
    seed: int | None = None

    @cached_property
    def digest(self) -> str:
        """16 hex digits over names and values, in whatever order."""
        return hashlib.sha256(json.dumps(dict(self.values), sort_keys=True).encode()).hexdigest()[:16]


def group_name(fact: str, group: str | None = None) -> str:
    """What a number of a group, or of all groups, is called in a draw."""
    return f"groups.{fact}" if group is None else f"groups.{group}.{fact}"


def names(groups: Iterable[Group]) -> list[str]:
    """All that a draw may name in a city of these groups."""
    shared = [group_name(fact) for fact in COMMON_FACTS]
    own = [group_name(fact, group.id) for group in groups for fact in GROUP_FACTS]
    return [*PARAMETERS, *LEVERS, *COMMON_PARAMETERS, *shared, *own, *(REACH + lever for lever in LEVERS)]


def read_known(node: Node, groups: Iterable[Group]) -> tuple[str, ...]:
    """`known:`, names that stay as the city's file says them. Raises Mistake."""
    allowed = names(groups)
    found = []
    for item in read.items(node):
        name = read.text(item)
        if name not in allowed:
            guess = did_you_mean(name, allowed)
            raise item.mistake(
                f"{item.shown()} is no lever, parameter or number of a group{guess}; write e.g. task_hours or groups.ID.needs_per_year",
                f"{item.shown()} 不是政策工具、参数或群体的数值{guess}；请写如 task_hours 或 groups.ID.needs_per_year",
            )
        found.append(name)
    return tuple(dict.fromkeys(found))


def known_by_hand(node: Node, sets: Iterable[str]) -> tuple[str, ...]:
    """What `--set` says in the file that it was laid over: the names that a draw would give them."""
    found: list[str] = []
    for text in sets:
        keys = [part.strip() for part in text.partition("=")[0].split(".")]
        inner = node
        for key in keys:
            inner = inner.value[key]
        found += (name for path in leaves(keys, inner) if (name := name_at(path)))
    return tuple(dict.fromkeys(found))


def leaves(keys: list[str], node: Node) -> Iterator[list[str]]:
    """Where each value below a key stands."""
    if not isinstance(node.value, dict):
        yield keys
        return
    for key, inner in node.value.items():
        yield from leaves([*keys, key], inner)


def name_at(keys: list[str]) -> str | None:
    """What a draw calls the number at a place in a city's file; None where it is none of those."""
    if keys[0] in ("levers", "parameters") and len(keys) > 1:
        return keys[1]
    is_fact = keys[0] == "groups" and len(keys) == 3 and keys[2] in GROUP_FACTS
    return group_name(keys[2], keys[1]) if is_fact else None


def check(values: Mapping[str, float]) -> None:
    """Raise Mistake where a lever or parameter may not have the value that is drawn."""
    for name, value in values.items():
        quantity = PARAMETERS.get(name) or LEVERS.get(name)
        if quantity is not None and not quantity.allows(value):
            _refuse(name, value, quantity.least, quantity.most, quantity.unit, quantity.is_whole)


def _refuse(name: str, value: float, least: float, most: float, unit: str, is_whole: bool = False) -> None:
    en, zh = read.allowed(least, most, unit, is_whole=is_whole)
    raise Mistake(f"a draw: {name} must be {en}, not {value:g}", f"抽取值：{name} 须为 {zh}，而非 {value:g}")


def with_common(
    values: Mapping[str, float], base_value: Callable[[str], float], known: Iterable[str]
) -> dict[str, float]:
    """What is drawn, parameters times the factors that they share; those that are not drawn themselves, as the city has them. What is
    known stays."""
    found = dict(values)
    for factor, parameters in COMMON_PARAMETERS.items():
        if factor in found:
            share = found.pop(factor)
            # To 12 digits, so that three times the end of a range is the end of what is allowed.
            made = {name: float(f"{found.get(name, base_value(name)) * share:.12g}") for name in parameters}
            found |= {name: value for name, value in made.items() if name not in known}
    return found


def laid(
    changes: tuple[Change, ...], values: Mapping[str, float], bases: Mapping[str, Change], known: Mapping[str, Quantity]
) -> tuple[Change, ...]:
    """A city's levers or parameters with what is drawn in place of their base values."""
    added = tuple(Change(name, values[name]) for name in known if name in values and name not in bases)
    return (
        *added,
        *(
            replace(change, value=values[change.name])
            if change.name in values and change is bases.get(change.name)
            else change
            for change in changes
        ),
    )


def laid_over_groups(groups: tuple[Group, ...], values: Mapping[str, float], known: Iterable[str]) -> tuple[Group, ...]:
    """Groups with their numbers times the factors that are drawn. Raises Mistake where one may not be so large or small."""
    return tuple(_laid_over_group(group, values, known) for group in groups)


def _laid_over_group(group: Group, values: Mapping[str, float], known: Iterable[str]) -> Group:
    changed: dict[str, Any] = {}
    for key, fact in GROUP_FACTS.items():
        own = group_name(key, group.id)
        factors = [values[name] for name in (group_name(key), own) if name in values]
        if not factors or own in known:
            continue
        value = getattr(group, key)
        for factor in factors:
            value *= factor
        if not fact.least <= value <= fact.most:
            _refuse(own, value, fact.least, fact.most, fact.unit)
        changed[key] = value
    return replace(group, **changed)


def reached(changes: tuple[Change, ...], values: Mapping[str, float]) -> tuple[Change, ...]:
    """A policy's changes, each as far as is drawn. What a drawn base would lead out of what is allowed ends at its limit: a share that
    stands at .8 already cannot gain another .3."""
    return tuple(_reached(change, values) for change in changes)


def _reached(change: Change, values: Mapping[str, float]) -> Change:
    share = values.get(REACH + change.name)
    is_open = change.form in (ADD, FACTOR) and change.name in values
    if share is None and not is_open:
        return change
    own = 1.0 if change.reach is None else change.reach
    return replace(change, reach=own if share is None else min(own * share, MOST_REACH))
