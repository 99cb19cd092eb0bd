"""A comparison of policies in one city, in memory: every arm under every seed, what it comes to, and the design that it is."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.design.design import EVERYTHING, POLICIES, Design, Factor, Level, Part, Patch, Point, Seeds, Window
from sim.lab.doubt.worlds import Worlds, twin_of
from sim.lab.frames import COLUMNS, month_names, units
from sim.lab.kept import folders, writing
from sim.lab.kept.results import Results
from sim.lab.kept.store import Store
from sim.lab.kept.stored import write_tables
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.agenda import Agenda, agenda_of
from sim.lab.run.session import add_runs, describe, facts_of, introduce
from sim.lab.run.work import RunOutput
from sim.lab.say import notebook
from sim.lab.say.answer import answer
from sim.lab.sums import doubt
from sim.lab.sums.chances import ChancesOverSeeds, share_intervals
from sim.lab.sums.persons import persons_mean
from sim.lab.sums.prices import over_seeds
from sim.lab.sums.statistics import (
    Estimate,
    Price,
    intervals,
    mean_interval,
    paired_difference,
    price_of_gain,
    within_scale,
)
from sim.lab.sums.summaries import last_month, summaries
from sim.lab.worlds import check_shared_history
from sim.language import Text, counted, listed
from sim.mistakes import Mistake, one_of
from sim.observations import GROUP_MONTH
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "baseline"
PRICE_COLUMNS = [
    "policy", "verdict", "yuan", "low", "high", "verdict_with_tasks", "yuan_with_tasks", "low_with_tasks",
    "high_with_tasks", "unit",
]  # fmt: skip
PAIR_COLUMNS = [
    "policy", "other", "outcome", "unit", "mean", "low", "high", "sd", "n", "share_better", "share_low", "share_high",
]  # fmt: skip


@dataclass(frozen=True, repr=False)
class Comparison(ChancesOverSeeds):
    """Every arm under every seed. Arrays are (arms, seeds, ...), None of what a sweep did not keep; the first arm is the baseline."""

    arms: dict[str, Scenario]
    seeds: tuple[int, ...]
    outcomes: np.ndarray  # (arms, seeds, outcomes)
    months: np.ndarray | None  # (arms, seeds, months, columns) of the city
    towns: np.ndarray | None  # (arms, seeds, towns, columns) over the window
    groups: np.ndarray | None  # (arms, seeds, groups, group columns) over the window
    window: Window = field(default_factory=Window)  # the months that outcomes are taken over
    functions: tuple[str, ...] = ()  # what was given as functions of this session, which no file names
    call: str = ""  # what repeats it
    thresholds: tuple[str, ...] = ()  # as `threshold_of` reads them
    worlds: Worlds | None = None  # whose numbers `seeds` are; None: seeds alone
    twins: np.ndarray | None = None  # (arms, n_twins, outcomes), of the first seeds; in no table

    @property
    def names(self) -> list[str]:
        """The arms, the baseline first."""
        return list(self.arms)

    @property
    def scenario(self) -> Scenario:
        """The baseline's."""
        return next(iter(self.arms.values()))

    def values(self, arm: str, outcome: str) -> np.ndarray:
        """One outcome of one arm, by seed, in its stored unit. Raises Mistake for a name that is not there."""
        one_of(arm, self.names, "arm", "比较组")
        one_of(outcome, OUTCOMES, "outcome", "结果")
        picked: np.ndarray = self.outcomes[self.names.index(arm), :, list(OUTCOMES).index(outcome)]
        return picked

    def level(self, arm: str, outcome: str) -> Estimate:
        """Mean over seeds with its 95 % interval, in the outcome's stored unit. Raises Mistake for a name that is not there."""
        return within_scale(mean_interval(self._over_seeds(arm, outcome)), OUTCOMES[outcome].unit)

    def effect(self, arm: str, outcome: str) -> Estimate:
        """Mean paired difference from the baseline with its 95 % interval, in the outcome's stored unit. As `level`."""
        return paired_difference(self._over_seeds(arm, outcome), self._over_seeds(self.names[0], outcome))

    def spread(self, arm: str, outcome: str, of: str = doubt.EFFECT) -> doubt.Spread:
        """How far single worlds lie apart, in the outcome's stored unit. of: "effect", from the baseline in the same world, or "level". As
        `level`."""
        values, i = self.values(arm, outcome), list(OUTCOMES).index(outcome)
        one_of(of, (doubt.EFFECT, doubt.LEVEL), "spread of", "离散范围")
        twins = None if self.twins is None else self.twins[self.names.index(arm), :, i]
        if of == doubt.EFFECT:
            values = values - self.values(self.names[0], outcome)
            twins = None if twins is None or self.twins is None else twins - self.twins[0, :, i]
        return doubt.spread(values, twins)

    def _over_seeds(self, arm: str, outcome: str) -> np.ndarray:
        """One outcome of one arm, by seed, such that its mean over seeds is what is reported. As `level`."""
        return over_seeds(one_of(outcome, OUTCOMES, "outcome", "结果"), functools.partial(self.values, arm))

    def price(self, arm: str, *, with_tasks: bool = False) -> Price:
        """Yuan per additional met need. with_tasks: as if others did the administrative tasks that stations no longer do,
        at the stations' own wage cost (assumption)."""
        base = self.names[0]
        cost = self.values(arm, "cost_per_year") - self.values(base, "cost_per_year")
        if with_tasks:
            tasks = self.values(arm, "admin_task_hours_per_year") - self.values(base, "admin_task_hours_per_year")
            cost = cost - tasks * self.values(base, "wage_cost_per_hour")
        gain = self.values(arm, "met_per_year") - self.values(base, "met_per_year")
        return price_of_gain(cost, gain)

    @functools.cached_property
    def persons(self) -> dict[str, float]:
        """How far persons lie apart in their attributes (standard deviation) at the baseline's end, mean over seeds, by outcome; empty
        where the months were not kept."""
        if self.months is None:
            return {}
        return persons_mean({name: values[0] for name, values in last_month(self.months[:1]).items()})

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tidy tables, by name of the file they are stored in; units in ``.attrs["units"]`` or a column."""
        return _tables(self)

    def __repr__(self) -> str:
        return f"<Comparison {self.scenario.name}: {', '.join(self.names)}; {counted(len(self.seeds), 'seed')}>"

    def _repr_html_(self) -> str:
        if self.worlds is None:
            return notebook.of_arms(repr(self), self.names, self.level, self.effect)
        return notebook.of_arms_over_worlds(repr(self), self.names, self.spread)

    @functools.cached_property
    def results(self) -> Results:
        """The same in memory as `open_results` gives it of a folder: what figures and reports are made from."""
        agenda = self._agenda
        facts = facts_of(agenda, len(self.seeds), len(self.seeds) * len(agenda.arms), allow_code=True)
        if list(self.seeds) != list(range(1, len(self.seeds) + 1)):
            facts["seeds"] = list(self.seeds)
        return Results(self.tables(), {**facts, **self._facts}).with_thresholds(self.thresholds)

    @functools.cached_property
    def _agenda(self) -> Agenda:
        return agenda_of(self.design, allow_code=True, doubt=self.worlds or "none")  # what was run was allowed

    @property
    def design(self) -> Design:
        """The comparison as a design with one factor, the policies."""
        return design_of(self.arms, len(self.seeds), self.window)

    @property
    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"thresholds": list(self.thresholds)} if self.thresholds else {}
        return facts | ({"command": self.call} if self.call else {})

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Store it in a new folder, as `stations compare --out` does, so that `open_results` and the commands `report`, `export` and
        `reproduce` find all they need there. Returns the folder.

        force: replace results that stand there. Raises Mistake where something else does, where seeds are other than 1, 2, ..., n, and
        where functions of this session took part, of which no file could say what they did.
        """
        place = folders.folder_of(folder)
        check_can_be_stored(self.seeds, self.functions)
        found = {seed: {arm: self._run_output(arm, seed) for arm in self.arms} for seed in self.seeds}
        agenda = self._agenda
        if self.twins is not None:
            for t in range(self.twins.shape[1]):
                found[twin_of(self.seeds[t])] = {
                    arm: RunOutput(self.twins[a, t], {}) for a, arm in enumerate(self.arms)
                }
        facts = {**self._facts, folders.ANSWER: answer(self.results)}
        with (
            writing.whole_folder(place, force=force, mark=folders.PROVENANCE) as made,
            Store.open(made, write=True) as store,
        ):
            introduce(store, agenda)
            add_runs(store, agenda, found)
            write_tables(store, self.results.tables)
            describe(store, agenda, len(self.seeds), len(self.seeds) * len(agenda.arms), allow_code=True, **facts)
        return place

    def _run_output(self, arm: str, seed: int) -> RunOutput:
        a, s = self.names.index(arm), self.seeds.index(seed)
        series = {"months": self.months, "town_sums": self.towns, "group_sums": self.groups}
        return RunOutput(
            self.outcomes[a, s], {kind: array[a, s] for kind, array in series.items() if array is not None}
        )


def check_can_be_stored(seeds: Sequence[int], functions: Sequence[str]) -> None:
    """Raise Mistake unless a folder of results could say how to run all of it again."""
    if functions:
        named = listed(f"{name}=" for name in functions)
        raise Mistake(
            f"{named} took part, functions of this session, so no folder could say how to run this again; name them in files instead "
            "(docs/extend.md): a rule in the city's, a policy in Python in the policy's",
            f"使用了本次会话中的函数（{named}），结果文件夹无法说明如何重新运行；请改在文件中引用（见 docs/extend.zh.md）：规则写入城市文件，Python 政策写入政策文件",
        )
    if sorted(seeds) != list(range(1, len(seeds) + 1)):
        raise Mistake(
            f"a folder of results holds the runs of seeds 1, 2, ..., n, not of {listed(map(str, sorted(seeds)[:5]))}; run with seeds={len(seeds)}",
            f"结果文件夹存储种子 1、2……n 的运行，而非 {listed(map(str, sorted(seeds)[:5]))}；请用 seeds={len(seeds)} 运行",
        )


def design_of(arms: Mapping[str, Scenario], n_seeds: int, window: Window | None = None) -> Design:
    """A comparison under seeds 1 to `n_seeds` as a design with one factor, the policies. arms: as `arms_of` makes them.

    Raises Mistake unless the arms share their calendar and their history.
    """
    check_shared_history(arms)
    (first, base), *others = arms.items()
    own = Level(first, Text("Baseline", "基线"))
    levels = tuple(Level(name, _title(name, arm), Patch(scenario=arm)) for name, arm in others)
    factor = Factor("policies", "policies", Text("Policy", "政策"), "", POLICIES, own, levels)
    return Design(
        name=base.name,
        file=Path(base.name),
        question=Text("Which policy helps?", "哪项政策有帮助？"),
        source=None,
        base=Patch(scenario=base),
        factors=(factor,),
        plan=(Part("list", (factor.name,), len(arms)),),
        points=tuple(Point(number, (level,)) for number, level in enumerate((own, *levels))),
        seeds=Seeds(n_seeds),
        outcomes=tuple(OUTCOMES),
        window=window or Window(),
        keep=EVERYTHING,
        kind="compare",
    )


def _title(name: str, arm: Scenario) -> Text:
    return arm.policies[-1].title if arm.policies else Text(name, name)


def comparison_of(
    arms: dict[str, Scenario], found: Mapping[int, Mapping[str, RunOutput]], window: Window, **more: Any
) -> Comparison:
    """From what was measured of every arm, by seed and arm. more: of `Comparison`."""

    def stack(pick: Callable[[RunOutput], np.ndarray]) -> np.ndarray:
        return np.array([[pick(runs[arm]) for runs in found.values()] for arm in arms])

    return Comparison(
        arms,
        tuple(found),
        stack(lambda run: run.outcomes),
        stack(lambda run: run.series["months"]),
        stack(lambda run: run.series["town_sums"]),
        stack(lambda run: run.series["group_sums"]),
        window,
        **more,
    )


def _tables(result: Comparison) -> dict[str, pd.DataFrame]:
    import pandas as pd

    names, seeds = result.names, result.seeds
    keys = pd.MultiIndex.from_product([names, seeds], names=["policy", "seed"]).to_frame(index=False)
    runs = pd.concat([keys, pd.DataFrame(result.outcomes.reshape(-1, len(OUTCOMES)), columns=list(OUTCOMES))], axis=1)
    series = {
        "months": (result.months, "month", month_names(result.scenario), COLUMNS),
        "towns": (result.towns, "station", [town.id for town in result.scenario.towns], COLUMNS),
        "groups": (result.groups, "group", [group.id for group in result.scenario.groups], tuple(GROUP_MONTH)),
    }
    runs.attrs["units"] = {name: outcome.unit for name, outcome in OUTCOMES.items()}
    return {
        "runs": runs,
        "levels": pd.DataFrame([_row(n, o, result.level(n, o)) for n in names for o in OUTCOMES]),
        "effects": pd.DataFrame([_row(n, o, result.effect(n, o)) for n in names[1:] for o in OUTCOMES]),
        "prices": pd.DataFrame([_prices(result, n) for n in names[1:]], columns=PRICE_COLUMNS),
        "pairs": _pairs(result),
        **({} if result.worlds is None else _doubt(result)),
        **{
            name: _long(array, names, seeds, axis, rows, columns)
            for name, (array, axis, rows, columns) in series.items()
            if array is not None
        },
        **summaries(result),
    }


def _prices(result: Comparison, policy: str) -> dict[str, object]:
    with_tasks = {f"{name}_with_tasks": value for name, value in vars(result.price(policy, with_tasks=True)).items()}
    return {"policy": policy, **vars(result.price(policy)), **with_tasks, "unit": "yuan per additional met need"}


def _pairs(result: Comparison) -> pd.DataFrame:
    """Every outcome of a policy less that of each that comes after it, under the same seeds, and in which share of them it is better."""
    import pandas as pd

    names = result.names[1:]
    means = np.array([[result._over_seeds(name, outcome) for outcome in OUTCOMES] for name in names])
    runs = np.swapaxes(result.outcomes[1:], 1, 2)  # (policies, outcomes, seeds)
    good = np.array([[[one.good] for one in OUTCOMES.values()]], float)
    units_of = [one.unit for one in OUTCOMES.values()]
    made = []
    for i, name in enumerate(names[:-1]):  # of one policy at a time, since all pairs at once may not fit into memory
        others = names[i + 1 :]
        keys = pd.MultiIndex.from_product([[name], others, OUTCOMES], names=PAIR_COLUMNS[:3]).to_frame(index=False)
        ahead = good * (runs[i] - runs[i + 1 :])
        n = np.where(
            good[..., 0] == 0.0, 0, np.isfinite(ahead).sum(axis=2)
        )  # of some outcomes neither direction is better
        share, low, high = share_intervals((ahead > 0.0).sum(axis=2), n)
        found = intervals(means[i] - means[i + 1 :], axis=2)
        found |= {"share_better": share, "share_low": low, "share_high": high}
        made.append(keys.assign(unit=units_of * len(others), **{key: one.reshape(-1) for key, one in found.items()}))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=PAIR_COLUMNS)


def _doubt(result: Comparison) -> dict[str, pd.DataFrame]:
    """The tables over worlds."""
    names, outcomes = result.names, result.outcomes
    return {
        "doubt": doubt.doubt_table(names, outcomes, result.twins, result.persons),
        "places": doubt.places(names, outcomes),
        "best_value": doubt.best_values(names, outcomes),
    }


def _row(policy: str, outcome: str, estimate: Estimate) -> dict[str, object]:
    return {"policy": policy, "outcome": outcome, "unit": OUTCOMES[outcome].unit, **vars(estimate)}


def _long(
    array: np.ndarray,
    names: Sequence[str],
    seeds: Sequence[int],
    axis: str,
    rows: Sequence[str],
    columns: Sequence[str],
) -> pd.DataFrame:
    import pandas as pd

    keys = pd.MultiIndex.from_product([names, seeds, rows], names=["policy", "seed", axis]).to_frame(index=False)
    made = pd.concat([keys, pd.DataFrame(array.reshape(-1, len(columns)), columns=list(columns))], axis=1)
    made.attrs["units"] = units(columns)
    return made
