"""Run a world: one scenario, one seed; or one history and the policies that branch from it."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import Engine, extended, standard
from sim.lab.code import engine_of, reactions_of
from sim.lab.comparison import check_can_be_stored, comparison_of
from sim.lab.design.design import Window
from sim.lab.doubt.choose import DoubtGiven, refuse_more, worlds_of
from sim.lab.doubt.worlds import Worlds, under, world_of
from sim.lab.failed import Repeat, in_python, told
from sim.lab.frames import frames
from sim.lab.kept import folders, writing
from sim.lab.kept.results import Results
from sim.lab.kept.store import Store
from sim.lab.kept.stored import write_tables
from sim.lab.outcomes import OUTCOMES
from sim.lab.react import Observe, Reaction, check_observations, join, observe, react
from sim.lab.run.agenda import Agenda, agenda_of
from sim.lab.run.session import add_runs, describe, facts_of, introduce
from sim.lab.run.work import Measuring, RunOutput, run_output
from sim.lab.say import notebook
from sim.lab.say.commands import python_call
from sim.lab.say.numbers import heading, number
from sim.lab.single import KEPT_OF_RUN, ONLY_ARM, design_of_run, told_of_run
from sim.lab.worlds import advance, branch_off, check_arms, check_reactions, dated, history
from sim.language import tr
from sim.mistakes import other_kind
from sim.observations import MEASURES
from sim.scenario.compose import compose
from sim.scenario.schema import Policy, Scenario
from sim.seeds import whole_seed
from sim.world import tables

if TYPE_CHECKING:
    import pandas as pd

MONTHLY_SHOWN = ("coverage", "admin_share", "stay_share", "trust")
"""What a notebook shows of a run's months."""


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
    functions: tuple[str, ...] = ()  # what was given as functions of this session, which no file names
    call: str = ""  # what repeats it
    worlds: Worlds | None = None  # whose number `seed` is; `world` then ran what is drawn there, laid over `scenario`

    def frames(self) -> dict[str, pd.DataFrame]:
        """Monthly tables: "city", "stations", "communities", "groups"."""
        made = frames(self.world, self.scenario)
        for name, array in self.extra.items():
            made["city" if array.ndim == 1 else "stations"][name] = array.reshape(-1)
        return made

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tidy tables, by name of the file they are stored in: monthly ones, outcomes, and what a report draws; units in
        ``.attrs["units"]`` or a column."""
        found = self._output
        result = comparison_of({ONLY_ARM: self.scenario}, {self.seed: {ONLY_ARM: found}}, Window())
        before, after = (
            dict(zip(OUTCOMES, values.tolist(), strict=True)) for values in (found.series["before"], found.outcomes)
        )
        return self.frames() | told_of_run(result, before, after)

    @functools.cached_property
    def results(self) -> Results:
        """The same in memory as `open_results` gives it of a folder: what figures and reports are made from."""
        facts = facts_of(self._agenda, self._agenda.design.seeds.at_most, 1, allow_code=True)
        return Results(self.tables(), {**facts, **self._facts})

    def save(self, folder: str | os.PathLike[str], *, force: bool = False, csv: bool = False) -> Path:
        """Store it in a new folder, as `stations run --out` does, so that `open_results` and the commands `report`, `export` and
        `reproduce` find all they need there. Returns the folder.

        force: replace results that stand there. csv: write CSV beside Parquet. Raises Mistake where something else stands there, and
        where functions of this session took part, of which no file could say what they did.
        """
        place = folders.folder_of(folder)
        check_can_be_stored([1], self.functions)
        agenda = self._agenda
        with (
            writing.whole_folder(place, force=force, mark=folders.PROVENANCE) as made,
            Store.open(made, write=True) as store,
        ):
            introduce(store, agenda)
            add_runs(store, agenda, {self.seed: {ONLY_ARM: self._output}})
            write_tables(store, self.tables(), csv=csv)
            describe(store, agenda, agenda.design.seeds.at_most, 1, allow_code=True, csv=csv, **self._facts)
        return place

    @functools.cached_property
    def _output(self) -> RunOutput:
        return run_output(self.world, self.scenario, Measuring(Window(), KEPT_OF_RUN))

    @functools.cached_property
    def _agenda(self) -> Agenda:
        design = design_of_run(self.scenario, self.seed)
        return agenda_of(design, allow_code=True, doubt=self.worlds or "none")  # what was run was allowed

    @property
    def _facts(self) -> dict[str, Any]:
        said = {"command": self.call} if self.call else {}
        return {"scenario_hash": self.scenario.hash, "seed": self.seed, **said}

    def __repr__(self) -> str:
        policies = "".join(f" + {policy.name}" for policy in self.scenario.policies)
        return f"<Run {self.scenario.name}{policies}, seed {self.seed}: {self.scenario.start} to {self.scenario.end}>"

    def _repr_html_(self) -> str:
        city = self.frames()["city"].tail(6)
        rows = [
            [str(row["month"]), *(number(row[name], MEASURES[name].unit) for name in MONTHLY_SHOWN)]
            for row in city.to_dict("records")
        ]
        head = [tr("Month", "月份"), *(heading(name, 0.0) for name in MONTHLY_SHOWN)]
        said = tr("The last months; one run under one seed: no interval.", "最后几个月；单一种子的一次运行：无区间。")
        return notebook.page(repr(self), said, head, rows)


def simulate(
    scenario: str | os.PathLike[str] | Scenario,
    seed: int = 1,
    *,
    policies: Iterable[str | os.PathLike[str] | Policy] = (),
    doubt: DoubtGiven | None = None,
    rules: Mapping[str, Callable[..., Any]] | None = None,
    reactions: Sequence[Reaction] = (),
    observations: Mapping[str, Observe] | None = None,
    allow_code: bool = False,
    on_month: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Run:
    """Run a scenario from its first to its last day.

    scenario: a name, a path or a `Scenario`. seed: a whole number from 0 to 2**63 - 1 where the run is to be saved, else 2**64 - 1.
    policies: laid over it: names, paths or `Policy` objects.
    doubt: as of `compare`: the seed is then the number of a world, from 1.
    rules: rules replaced by name, ``{"staff.quit_chance": function}``, on top of those that the scenario names.
    reactions: functions that look at the city each month from the policies' start on and set levers.
    observations: functions that look at the city at each month's end; their numbers are columns of `Run.frames`.
    allow_code: run the Python that the scenario names, if any.
    on_month: called at each month's end with its number. stop: when set, the run ends at a month's end with `Stopped`.
    Raises Mistake for names that are not there, and where a scenario's or a caller's function fails, with its name and the day.
    """
    call = python_call("simulate", scenario, seed, policies=policies, doubt=doubt)
    given_scenario = compose(scenario, policies)
    seed = whole_seed(seed)
    worlds, scenario, engine_seed = worlds_of(given_scenario, doubt), given_scenario, seed
    if worlds is not None:
        refuse_more(worlds, world_of(seed), scenario)
        drawn = worlds.draw(seed)
        scenario, engine_seed = under(scenario, drawn, seed), seed if drawn.seed is None else drawn.seed
    _check_functions(rules, reactions, observations)
    engine = engine_of(scenario, allow_code=allow_code)
    if rules:
        engine = extended({**dict(scenario.rules), **rules})
    acting = (*reactions_of(scenario, allow_code=allow_code), *reactions)
    check_observations(observations or {})
    seen: dict[str, list[np.ndarray]] = {name: [] for name in observations or {}}
    with dated(scenario):
        world = engine.build(scenario, engine_seed)
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
    given = {"rules": rules, "reactions": reactions, "observations": observations}
    functions = tuple(name for name, functions in given.items() if functions)
    extra = {name: join(name, rows) for name, rows in seen.items()}
    return Run(given_scenario, seed, world, engine, extra, functions, call, worlds)


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
            world = branch_off(trunk, scenario, reactions=own, allow_code=allow_code, stop=stop, is_last=is_last)
        yield name, Run(scenario, seed, world, engine_of(scenario, allow_code=allow_code))
