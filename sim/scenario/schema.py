"""What a scenario is: a city with its calendar, its people and its levers; and the policies laid over it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from sim.language import Text, counted, tr
from sim.mistakes import list_of, one_of, other_kind
from sim.months import month_number
from sim.scenario import drawn
from sim.scenario.changes import (
    VALUE,
    Change,
    Layer,
    Step,
    check_range,
    check_shares,
    combine,
    layers,
    over_bases,
    place_changes,
)
from sim.scenario.city import said_of_city, said_of_policy
from sim.scenario.code import Code
from sim.scenario.drawn import DrawnValues
from sim.scenario.figures import CityFigure
from sim.scenario.parameters import BY_STATION, LEVERS, PARAMETERS, POSTS, SWITCHES, table
from sim.scenario.people import Group, Town
from sim.scenario.plain import changes_to_plain, group_to_plain, in_full, town_to_plain, without_texts
from sim.scenario.yaml_reader import Node, from_plain


@dataclass(frozen=True)
class Policy:
    """A patch: what differs, from when, and who proposes it. Holds no facts of a city."""

    name: str
    title: Text
    proposer: Text
    source: Text
    levers: tuple[Change, ...]  # and of posts
    parameters: tuple[Change, ...]
    code: tuple[Code, ...] = ()  # functions that look at the city each month and set levers

    def to_plain(self) -> dict[str, Any]:
        """As a policy file would say it."""
        said = {
            "kind": "policy",
            "name": self.name,
            "title": self.title.to_plain(),
            "proposer": self.proposer.to_plain(),
            "source": self.source.to_plain(),
            "levers": changes_to_plain(change for change in self.levers if change.name in LEVERS),
            "parameters": changes_to_plain(self.parameters),
            **changes_to_plain(change for change in self.levers if change.name in POSTS),
        }
        for key, way in (("raises", 1), ("lowers", -1)):
            if names := [change.name for change in (*self.levers, *self.parameters) if change.aim == way]:
                said[key] = list(dict.fromkeys(names))
        return said | ({"policies": [code.to_plain() for code in self.code]} if self.code else {})


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """A city, resolved in full, and the policies laid over it. Two are equal if all that they say is."""

    name: str
    title: Text
    proposer: Text
    source: Text
    start: datetime.date
    policy_start: datetime.date
    end: datetime.date
    general_sample: float
    towns: tuple[Town, ...]
    groups: tuple[Group, ...]
    levers: tuple[Change, ...]
    parameters: tuple[Change, ...]
    policies: tuple[Policy, ...] = ()
    structure: tuple[str, ...] = ()  # switches that are on, in the order in which they are declared
    rules: tuple[tuple[str, Code], ...] = ()  # rules replaced, by name
    budget_per_year: float | None = None  # yuan that the city has for its stations: a yardstick, no rule of the model
    figures: tuple[CityFigure, ...] = ()  # counted or surveyed in the real city: no rule of the model either
    known: tuple[str, ...] = ()  # of `drawn.names`: what no draw changes, since it was set by hand or measured
    file: Path | None = field(
        default=None, compare=False, repr=False
    )  # where it was read, by which its posterior is found

    @property
    def code(self) -> tuple[Code, ...]:
        """All Python that the city and its policies name."""
        return (*(code for _, code in self.rules), *(code for policy in self.policies for code in policy.code))

    @property
    def n_months(self) -> int:
        """Months from the first to the last, both counted."""
        return month_number(self.end) - month_number(self.start) + 1

    @property
    def policy_month(self) -> int:
        """Months from the start to the policies' start."""
        return month_number(self.policy_start) - month_number(self.start)

    @cached_property
    def tags(self) -> dict[str, list[str]]:
        """The towns of each tag, in the order of the file."""
        found: dict[str, list[str]] = {}
        for town in self.towns:
            for tag in town.tags:
                found.setdefault(tag, []).append(town.id)
        return found

    @cached_property
    def lever_steps(self) -> tuple[Step, ...]:
        """Every change of a lever, or of posts, in this city, in order of time."""
        return tuple(combine(self._steps(False)))

    @cached_property
    def parameter_steps(self) -> tuple[Step, ...]:
        """Every change of a parameter, in order of time."""
        return tuple(combine(self._steps(True)))

    def _steps(self, is_parameter: bool) -> list[Step]:
        return [step for steps in self._steps_by_holder(is_parameter) for step in steps]

    def _steps_by_holder(self, is_parameter: bool) -> list[list[Step]]:
        """Those of the city, then those of each policy."""
        posts = [change for town in self.towns for change in town.post_changes]
        owners: list[tuple[str, Any]] = [("", self), *((policy.name, policy) for policy in self.policies)]
        return [
            place_changes(
                holder.parameters if is_parameter else holder.levers if owner else (*holder.levers, *posts),
                owner=owner,
                first_month=month_number(self.start),
                policy_month=month_number(self.policy_start),
                n_months=self.n_months,
                towns=tuple(town.id for town in self.towns),
                tags=self.tags,
            )
            for owner, holder in owners
        ]

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every change of a lever, then of a parameter, as it lies on those below it."""
        levers = layers(BY_STATION, self.lever_steps, self._first_values())
        return (*levers, *self._parameter_columns(self.parameter_steps)[1])

    def layers_by_holder(self) -> list[list[Layer]]:
        """Those of the city, then those of each policy, in the order of their files; what two ask for is told of both."""
        known = {layer.step.asked: layer for layer in self.layers}
        return [
            [replace(known[step.asked], step=step) for step in (*own, *others)]
            for own, others in zip(self._steps_by_holder(False), self._steps_by_holder(True), strict=True)
        ]

    def lever_table(self) -> np.recarray:
        """Levers and posts by month and station, a record array (months, stations)."""
        values = self._base_values()
        layers(BY_STATION, over_bases(self.lever_steps), values)
        for s, town in enumerate(self.towns):
            opens, closes = town.opening(self.start, self.n_months)
            values["posts"][:opens, s] = values["posts"][closes:, s] = 0
        return values

    def _first_values(self) -> np.recarray:
        """What the changes of levers and posts set out from."""
        values = table(BY_STATION, (self.n_months, len(self.towns)))
        values["posts"] = [town.posts for town in self.towns]
        return values

    def _base_values(self) -> np.recarray:
        """What the changes of levers and posts over the base values set out from."""
        values = self._first_values()
        for name in LEVERS:
            if name in self.bases:
                values[name] = self.bases[name].value
        return values

    def _parameter_columns(
        self, steps: Sequence[Step], bases: Mapping[str, Change] = MappingProxyType({})
    ) -> tuple[dict[str, np.ndarray], list[Layer]]:
        """Those parameters that a step changes, each (months, stations), or (months, 1) where nothing is said of single towns; and
        the steps as they came to lie. bases: what they set out from, where it is not the model's own value."""
        apart = {step.change.name for step in steps if len(step.stations) < len(self.towns)}
        n_months, columns = self.n_months, {}
        for name in dict.fromkeys(step.change.name for step in steps):
            first = bases[name].value if name in bases else PARAMETERS[name].default
            columns[name] = np.full((n_months, len(self.towns) if name in apart else 1), first)
        return columns, layers(PARAMETERS, steps, columns)

    def _changed_parameters(self) -> tuple[dict[str, np.ndarray], list[Layer]]:
        """As `_parameter_columns`, of what changes base values."""
        return self._parameter_columns(over_bases(self.parameter_steps), self.bases)

    @cached_property
    def parameter_rows(self) -> tuple[int, ...]:
        """Which row of a month of `parameter_table` holds for each town: 0 for all of them where no parameter differs between towns."""
        apart = [column for column in self._changed_parameters()[0].values() if column.shape[1] > 1]
        row_of: dict[bytes, int] = {}
        values = [b"".join(column[:, s].tobytes() for column in apart) for s in range(len(self.towns))]
        return tuple(row_of.setdefault(value, len(row_of)) for value in values)

    def parameter_table(self) -> np.recarray:
        """Parameters by month, a record array (months, rows): one row where no parameter differs between towns, else see
        `parameter_rows`."""
        rows = self.parameter_rows
        first = [rows.index(row) for row in range(max(rows) + 1)]  # a town of each
        values = table(PARAMETERS, (self.n_months, len(first)))
        for name, change in self.bases.items():
            if name in PARAMETERS:
                values[name] = change.value
        for name, column in self._changed_parameters()[0].items():
            values[name] = column[:, first] if column.shape[1] > 1 else column
        check_shares(values, self.parameter_steps)
        for name in self.structure:
            values[name] = 1
        return values

    def parameters_by_town(self) -> np.recarray:
        """Parameters by month and town, a record array (months, stations)."""
        return cast(np.recarray, self.parameter_table()[:, list(self.parameter_rows)])

    @cached_property
    def bases(self) -> dict[str, Change]:
        """What the city says that levers and parameters are from its first day on, everywhere and to the end, by name."""
        steps = (*self.lever_steps, *self.parameter_steps)
        return {step.change.name: step.change for step in steps if step.sets_base}

    def base_value(self, name: str) -> float:
        """What later changes of a lever or parameter, and those of single towns, set out from. Raises Mistake."""
        one_of(name, LEVERS | PARAMETERS, "lever or parameter", "政策工具或参数")
        said = self.bases.get(name)
        return (LEVERS | PARAMETERS)[name].default if said is None else said.value

    def under(self, draw: DrawnValues) -> Scenario:
        """This city with what is drawn in place of its base values, its later changes and policies laid over them as they stand, the
        policies' moves of levers each as far as is drawn; what is `known` stays. Raises Mistake where a value does not fit.
        """
        if not isinstance(draw, DrawnValues):
            raise other_kind(
                "a draw is wanted, as draw(prior(city), 1) gives it", "须为抽取值，如 draw(prior(city), 1) 所给", draw
            )
        values = {name: value for name, value in draw.values.items() if name not in self.known}
        values = drawn.with_common(values, self.base_value, self.known)
        drawn.check(values)
        made = replace(
            self,
            levers=drawn.laid(self.levers, values, self.bases, LEVERS),
            parameters=drawn.laid(self.parameters, values, self.bases, PARAMETERS),
            groups=drawn.laid_over_groups(self.groups, values, self.known),
            policies=tuple(
                replace(
                    policy,
                    levers=drawn.reached(policy.levers, values),
                    parameters=drawn.reached(policy.parameters, values),
                )
                for policy in self.policies
            ),
        )
        made.check()
        return made

    def with_policies(self, policies: Iterable[Policy]) -> Scenario:
        """This city under more policies. Raises Mistake where they do not fit it or one another."""
        city = replace(self, policies=(*self.policies, *policies_given(policies)))
        city.check()
        return city

    def baseline(self) -> Scenario:
        """This city without policies."""
        return replace(self, policies=())

    def check(self) -> None:
        """Raise Mistake if a change of a lever or parameter cannot be placed, or what it leads to cannot be."""
        if any(step.change.form != VALUE for step in (*self.lever_steps, *self.parameter_steps)):
            levers = layers(BY_STATION, over_bases(self.lever_steps), self._base_values())
            towns = [town.id for town in self.towns]
            found = [*levers, *self._changed_parameters()[1]]
            check_range(BY_STATION | PARAMETERS, found, month_number(self.start), towns)
        self.parameter_table()

    def to_mapping(self) -> dict[str, Any]:
        """Resolved in full, ready for JSON: a city file that says everything, and its policies."""
        said = {
            "kind": "city",
            "name": self.name,
            "title": self.title.to_plain(),
            "proposer": self.proposer.to_plain(),
            "source": self.source.to_plain(),
            "start": self.start.isoformat(),
            "policy_start": self.policy_start.isoformat(),
            "end": self.end.isoformat(),
            "general_sample": self.general_sample,
            "towns": {town.id: town_to_plain(town) for town in self.towns},
            "groups": {group.id: group_to_plain(group) for group in self.groups},
            "levers": in_full(LEVERS, self.levers, self.lever_steps),
            "parameters": in_full(PARAMETERS, self.parameters, self.parameter_steps),
            "structure": {name: name in self.structure for name in SWITCHES},
            "policies": [policy.to_plain() for policy in self.policies],
        }
        if self.budget_per_year is not None:
            said["budget_per_year"] = self.budget_per_year
        if self.figures:
            said["figures"] = [figure.to_plain() for figure in self.figures]
        if self.known:
            said["known"] = list(self.known)
        return said | ({"rules": {name: code.to_plain() for name, code in self.rules}} if self.rules else {})

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Scenario:
        """The scenario that `to_mapping` wrote. Raises Mistake."""
        if not isinstance(mapping, Mapping):
            raise other_kind("a scenario's mapping is wanted", "须为情景的映射", mapping)
        plain = dict(mapping)
        name = str(plain.pop("name", "scenario"))
        return read_city(from_plain(plain, "provenance"), name, is_resolved=True)

    def __repr__(self) -> str:
        policies = "".join(f" + {policy.name}" for policy in self.policies)
        return f"<Scenario {self.name}{policies}: {counted(len(self.towns), 'station')}, {self.start} to {self.end}>"

    def _repr_html_(self) -> str:
        from html import escape

        moved = [f"{policy.name}: {', '.join(change.name for change in policy.levers)}" for policy in self.policies]
        items = "".join(f"<li>{escape(line)}</li>" for line in moved)
        said = tr(f"policies from {self.policy_start}", f"政策自 {self.policy_start} 起")
        return f"<p>{escape(repr(self))}</p><p>{said}</p><ul>{items}</ul>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        # As text: the order of towns and groups is the order of rows.
        return json.dumps(self.to_mapping()) == json.dumps(other.to_mapping())

    @cached_property
    def hash(self) -> str:
        """16 hex digits over everything that can change a result; titles, names, the budget, figures and what is known cannot."""
        mapping = self.to_mapping()
        for key in (
            "budget_per_year",
            "figures",
            "known",
        ):  # what is known a draw leaves alone; what comes of it has a hash of its own
            mapping.pop(key, None)
        mapping["policies"] = [
            {key: policy[key] for key in ("levers", "parameters", *POSTS) if key in policy}
            for policy in mapping["policies"]
        ]
        if self.code:  # what it does, not what its file is called
            mapping.pop("rules", None)
            ruled = [[name, code.function, code.text] for name, code in self.rules]
            acting = [[[code.function, code.text] for code in policy.code] for policy in self.policies]
            mapping["code"] = [ruled, acting]
        text = json.dumps(without_texts(mapping), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        # The order of towns and groups is the order of rows, and part of the result.
        order = json.dumps([[town.id for town in self.towns], [group.id for group in self.groups]])
        return hashlib.sha256((text + order).encode()).hexdigest()[:16]


def policies_given(given: Any) -> list[Policy]:
    """Policies, of which each is one. Raises Mistake for names, and for one that is no list."""
    en = "policies must be a list of Policy objects, such as [load_policy('linkage')]"
    zh = "policies 须为 Policy 对象的列表，如 [load_policy('linkage')]"
    listed = list_of(given, en, zh)
    for policy in listed:
        if not isinstance(policy, Policy):
            raise other_kind(en, zh, policy)
    return listed


def scenario_given(given: Any) -> Scenario:
    """A Scenario. Raises Mistake for a name, or anything else."""
    if not isinstance(given, Scenario):
        raise other_kind(
            "a Scenario is wanted, such as load_scenario('t-city')",
            "须为 Scenario 对象，如 load_scenario('t-city')",
            given,
        )
    return given


def read_policy(node: Node, name: str, *, is_resolved: bool = False) -> Policy:
    """A policy from its (merged) file, or from `Policy.to_plain` (resolved), which says its name, too. Raises Mistake."""
    return Policy(**said_of_policy(node, name, is_resolved=is_resolved))


def read_city(node: Node, name: str, *, is_resolved: bool = False) -> Scenario:
    """A city from its (merged) file, or from `Scenario.to_mapping` (resolved), which holds policies, too. Raises Mistake."""
    said, policies = said_of_city(node, is_resolved=is_resolved)
    made = Scenario(name, **said)
    made.check()
    if policies is None:
        return made
    return made.with_policies(
        [read_policy(policy, f"policy-{i + 1}", is_resolved=True) for i, policy in enumerate(policies)]
    )
