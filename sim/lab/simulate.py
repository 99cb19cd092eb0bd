"""Run a world: one scenario, one seed; or one history and the policies that branch from it."""

from __future__ import annotations

import datetime
import functools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import Engine, RuleFailed, extended, standard
from sim.lab.code import engine_of, reactions_of
from sim.lab.failed import Repeat, Stopped, in_python, told
from sim.lab.frames import frames
from sim.lab.react import Observe, Reaction, check_observations, join, observe, react
from sim.mistakes import Mistake, list_of, one_of, other_kind
from sim.scenario.read import check_name
from sim.scenario.schema import Scenario, scenario_given
from sim.scenario.yaml_reader import Node
from sim.seeds import whole_seed
from sim.world import tables

if TYPE_CHECKING:
    import pandas as pd

    from sim.world.tables import World


@dataclass(frozen=True, repr=False)
class Run:
    """A finished run: its scenario, its seed, and the world on the morning after its last day.

    `extra`: observations of one's own by name, (months,) for the city or (months, stations).
    """

    scenario: Scenario
    seed: int
    world: tables.World
    engine: Engine = field(default_factory=standard)
    extra: Mapping[str, np.ndarray] = field(default_factory=dict)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Monthly tables: "city", "stations", "communities", "groups"."""
        made = frames(self.world, self.scenario)
        for name, array in self.extra.items():
            made["city" if array.ndim == 1 else "stations"][name] = array.reshape(-1)
        return made

    def __repr__(self) -> str:
        policies = "".join(f" + {policy.name}" for policy in self.scenario.policies)
        return f"<Run {self.scenario.name}{policies}, seed {self.seed}: {self.scenario.start} to {self.scenario.end}>"

    def _repr_html_(self) -> str:
        from html import escape

        chosen = ["month", "coverage", "admin_share", "stay_share", "trust"]
        return f"<p>{escape(repr(self))}, last months</p>{self.frames()['city'][chosen].tail(6).to_html(index=False)}"


def month_ends(world: tables.World) -> list[int]:
    """The day after the last day of each month of the calendar."""
    days = world.place.days
    last = np.flatnonzero(np.diff(days["month"], append=days["month"][-1] + 1))
    return [int(day) + 1 for day in last]


def advance(
    world: tables.World,
    to_month: int,
    *,
    on_month: Callable[[int], None] | None = None,
    before_month: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
    engine: Engine | None = None,
) -> None:
    """Run a world in place until the first day of month `to_month` (counted from the start), month by month.

    Raises Stopped at the end of a month if `stop` is set.
    """
    engine = engine or standard()
    day = world.day
    for month, end in enumerate(month_ends(world)[:to_month]):
        if end <= day:
            continue
        if before_month is not None:
            before_month(month)
        engine.run_days(world, end - day)
        day = end
        if on_month is not None:
            on_month(month)
        if stop is not None and stop.is_set():
            raise Stopped


def simulate(
    scenario: Scenario,
    seed: int = 1,
    *,
    rules: Mapping[str, Callable[..., Any]] | None = None,
    reactions: Sequence[Reaction] = (),
    observations: Mapping[str, Observe] | None = None,
    allow_code: bool = False,
    on_month: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Run:
    """Run a scenario from its first to its last day.

    rules: rules replaced by name, ``{"staff.quit_chance": function}``, on top of those that the scenario names.
    reactions: functions that look at the city each month from the policies' start on and set levers.
    observations: functions that look at the city at each month's end; their numbers are columns of `Run.frames`.
    allow_code: run the Python that the scenario names, if any.
    Raises Mistake where a scenario's or a caller's function fails, with its name and the day.
    """
    scenario_given(scenario)
    seed = whole_seed(seed)
    _check_functions(rules, reactions, observations)
    engine = engine_of(scenario, allow_code=allow_code)
    if rules:
        engine = extended({**dict(scenario.rules), **rules})
    acting = (*reactions_of(scenario, allow_code=allow_code), *reactions)
    check_observations(observations or {})
    seen: dict[str, list[np.ndarray]] = {name: [] for name in observations or {}}
    with dated(scenario):
        world = engine.build(scenario, seed)
        if acting:
            world = world._replace(levers=world.levers.copy())

        def before(month: int) -> None:
            if acting and month >= scenario.policy_month:
                react(world, scenario, month, acting)

        def after(month: int) -> None:
            for name, row in observe(world, scenario, month + 1, observations or {}).items():
                seen[name].append(row)
            if on_month is not None:
                on_month(month)

        advance(world, scenario.n_months, on_month=after, before_month=before, stop=stop, engine=engine)
    return Run(scenario, seed, world, engine, {name: join(name, rows) for name, rows in seen.items()})


def _check_functions(rules: Any, reactions: Any, observations: Any) -> None:
    """Raise Mistake unless rules and observations are functions by name, and reactions a list of functions."""
    for what, given in (("rules", rules), ("observations", observations)):
        en, zh = (
            f"{what} must be functions by name, as {{'name': function}}",
            f"{what} 须为以名称为键的函数，如 {{'名称': 函数}}",
        )
        if given is not None and not isinstance(given, Mapping):
            raise other_kind(en, zh, given)
        for name, function in (given or {}).items():
            if not isinstance(name, str) or not callable(function):
                raise other_kind(en, zh, function if isinstance(name, str) else name)
    check_reactions(reactions)


def check_reactions(given: Any) -> None:
    """Raise Mistake unless it is a list of functions."""
    en, zh = "reactions must be a list of functions", "reactions 须为函数列表"
    for function in list_of(given, en, zh):
        if not callable(function):
            raise other_kind(en, zh, function)


@contextmanager
def dated(scenario: Scenario) -> Iterator[None]:
    """Inside, the error of a replaced rule names the date, not the number of the day."""
    try:
        yield
    except RuleFailed as failed:
        raise failed.on(scenario.start + datetime.timedelta(days=failed.day)) from None


def simulate_arms(
    arms: Mapping[str, Scenario],
    seed: int,
    *,
    reactions: Mapping[str, Sequence[Reaction]] | None = None,
    allow_code: bool = False,
    stop: threading.Event | None = None,
    repeat: Repeat = in_python,
    are_checked: bool = False,
) -> Iterator[tuple[str, Run]]:
    """Run several scenarios that share their history: it is run once, and each arm branches from it.

    The arms must be equal up to `policy_month` (policies see to that). reactions: more of them, by arm. Yields (name, run)
    in the order of the arms; each equals what `simulate` gives for the same scenario and seed. Raises RunFailed, which names
    arm and seed and tells how to `repeat` the run alone. are_checked: `check_arms` has been called, once for many seeds, since
    Python's lock is held meanwhile.
    """
    seed = whole_seed(seed)
    if not are_checked:
        check_arms(arms, reactions, allow_code=allow_code)
    with told(next(iter(arms)), seed, repeat):
        trunk = history(next(iter(arms.values())), seed, allow_code=allow_code, stop=stop)
    for i, (name, scenario) in enumerate(arms.items()):
        own = (reactions or {}).get(name, ())
        is_last = i == len(arms) - 1
        with told(name, seed, repeat):
            run = branch_off(trunk, scenario, seed, reactions=own, allow_code=allow_code, stop=stop, is_last=is_last)
        yield name, run


def check_arms(
    arms: Mapping[str, Scenario],
    reactions: Mapping[str, Sequence[Reaction]] | None = None,
    *,
    allow_code: bool = False,
) -> None:
    """Raise Mistake for what no seed can mend: arms that differ before the policies' start, named code, reactions."""
    check_shared_history(arms)
    if reactions is not None and not isinstance(reactions, Mapping):
        raise other_kind(
            "reactions must be lists of functions by arm", "reactions 须为以比较组名为键的函数列表", reactions
        )
    for name, acting in (reactions or {}).items():
        one_of(name, arms, "arm", "比较组", at="reactions")
        check_reactions(acting)
    for scenario in arms.values():
        engine_of(scenario, allow_code=allow_code)
        reactions_of(scenario, allow_code=allow_code)


def history(scenario: Scenario, seed: int, *, allow_code: bool = False, stop: threading.Event | None = None) -> World:
    """The world on the morning when the policies start, from which any number of policies may branch."""
    engine = engine_of(scenario, allow_code=allow_code)
    with dated(scenario):
        trunk = engine.build(scenario, seed)
        advance(trunk, scenario.policy_month, stop=stop, engine=engine)
    return trunk


def branch_off(
    trunk: World,
    scenario: Scenario,
    seed: int,
    *,
    reactions: Sequence[Reaction] = (),
    allow_code: bool = False,
    stop: threading.Event | None = None,
    is_last: bool = False,
) -> Run:
    """Run a scenario to its end from a history that it shares (unchecked here).

    The history stays as it is, for others to branch from; the last of them may take it over, which spares a copy.
    """
    engine = engine_of(scenario, allow_code=allow_code)
    with dated(scenario):
        world = trunk if is_last else tables.branch(trunk)
        world = tables.under(world, scenario)
        acting = (*reactions_of(scenario, allow_code=allow_code), *reactions)
        before = functools.partial(_react, world, scenario, acting) if acting else None
        advance(world, scenario.n_months, before_month=before, stop=stop, engine=engine)
    return Run(scenario, seed, world, engine)


def _react(world: tables.World, scenario: Scenario, acting: Sequence[Reaction], month: int) -> None:
    react(world, scenario, month, acting)


def check_shared_history(arms: Mapping[str, Scenario]) -> None:
    """Raise Mistake unless all arms have the same city, calendar and levers up to the policies' start."""
    if not isinstance(arms, Mapping) or not arms:
        raise other_kind(
            "arms must be Scenarios by name, as arms_of gives them",
            "arms 须为以名称为键的 Scenario，如 arms_of 所给",
            arms,
        )
    names = list(arms)
    for name in names:
        if not isinstance(name, str):
            raise other_kind("the name of an arm is text", "比较组名称须为文本", name)
        check_name(name, Node(None, "arms", None, name))
        scenario_given(arms[name])
    first = arms[names[0]]
    months = slice(0, first.policy_month)
    for name in names[1:]:
        other = arms[name]
        for key in ("start", "policy_start", "end"):
            own, others = getattr(first, key), getattr(other, key)
            if own != others:
                raise Mistake(
                    f"{name}: {key} is {others}, but {own} in {names[0]}; what is compared must be measured over the same months",
                    f"{name}：{key} 为 {others}，而 {names[0]} 为 {own}；相互比较的各组须取自相同月份",
                )
        same = (
            other.baseline().hash == first.baseline().hash
            and np.array_equal(other.parameters_by_town()[months], first.parameters_by_town()[months])
            and np.array_equal(other.lever_table()[months], first.lever_table()[months])
        )
        if not same:
            raise Mistake(
                f"{name} and {names[0]} do not share their history up to {first.policy_start}; arms differ by policies only",
                f"{name} 与 {names[0]} 在 {first.policy_start} 之前的历史不同；各比较组只能因政策而异",
            )
