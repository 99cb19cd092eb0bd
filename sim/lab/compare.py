"""Compare policies in one city: the same seeds, the same history, paired differences."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.design.design import EVERYTHING, POLICIES, Design, Factor, Level, Part, Patch, Point, Seeds, Window
from sim.lab.failed import Repeat, in_python
from sim.lab.frames import COLUMNS, month_names, units
from sim.lab.outcomes import OUTCOMES
from sim.lab.react import Reaction
from sim.lab.run.executors import Threads, check_jobs, closing, completed
from sim.lab.run.work import Chunk, Measuring, RunOutput, do, model_of
from sim.lab.simulate import check_arms, check_shared_history
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
from sim.lab.sums.summaries import summaries
from sim.language import Text, counted, tr
from sim.mistakes import one_of
from sim.observations import GROUP_MONTH
from sim.scenario.schema import Policy, Scenario, policies_given, scenario_given
from sim.seeds import distinct_seeds

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "baseline"
PRICE_COLUMNS = [
    "policy", "verdict", "yuan", "low", "high", "verdict_with_tasks", "yuan_with_tasks", "low_with_tasks",
    "high_with_tasks", "unit",
]  # fmt: skip
PAIR_COLUMNS = ["policy", "other", "outcome", "unit", "mean", "low", "high", "sd", "n"]
MAIN_POLICIES = ("boundary-clarity", "incentives", "linkage", "all-three")


@dataclass(frozen=True, repr=False)
class Comparison:
    """Every arm under every seed. Arrays are (arms, seeds, ...), None of what a sweep did not keep; the first arm is the baseline."""

    arms: dict[str, Scenario]
    seeds: tuple[int, ...]
    outcomes: np.ndarray  # (arms, seeds, outcomes)
    months: np.ndarray | None  # (arms, seeds, months, columns) of the city
    towns: np.ndarray | None  # (arms, seeds, towns, columns) over the window
    groups: np.ndarray | None  # (arms, seeds, groups, group columns) over the window
    window: Window = field(default_factory=Window)  # the months that outcomes are taken over

    @property
    def names(self) -> list[str]:
        return list(self.arms)

    @property
    def scenario(self) -> Scenario:
        return next(iter(self.arms.values()))

    def values(self, arm: str, outcome: str) -> np.ndarray:
        """One outcome of one arm, by seed. Raises Mistake for a name that is not there."""
        one_of(arm, self.names, "arm", "比较组")
        one_of(outcome, OUTCOMES, "outcome", "结果")
        picked: np.ndarray = self.outcomes[self.names.index(arm), :, list(OUTCOMES).index(outcome)]
        return picked

    def level(self, arm: str, outcome: str) -> Estimate:
        return within_scale(mean_interval(self.over_seeds(arm, outcome)), OUTCOMES[outcome].unit)

    def effect(self, arm: str, outcome: str) -> Estimate:
        """Paired difference from the baseline."""
        return paired_difference(self.over_seeds(arm, outcome), self.over_seeds(self.names[0], outcome))

    def over_seeds(self, arm: str, outcome: str) -> np.ndarray:
        """One outcome of one arm, by seed, such that its mean over seeds is what is reported."""
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

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tidy tables, by name of the file they are stored in; units in ``.attrs["units"]`` or a column."""
        return _tables(self)

    def __repr__(self) -> str:
        return f"<Comparison {self.scenario.name}: {', '.join(self.names)}; {counted(len(self.seeds), 'seed')}>"

    def _repr_html_(self) -> str:
        import pandas as pd

        shown = {}
        for name in ("coverage", "met_per_year", "stay_share", "turnover", "cost_per_year"):
            row = {self.names[0]: f"{self.level(self.names[0], name).mean:.4g}"}
            for arm in self.names[1:]:
                e = self.effect(arm, name)
                row[arm] = f"{e.mean:+.4g} ({e.low:+.4g}, {e.high:+.4g})" if e.has_interval else f"{e.mean:+.4g}"
            shown[f"{name} [{OUTCOMES[name].unit}]"] = row
        from html import escape

        table = pd.DataFrame(shown).T[self.names].to_html(escape=True)
        return f"<p>{escape(repr(self))}: the baseline's level, and paired differences with 95 % intervals</p>{table}"


def arms_of(scenario: Scenario, policies: Iterable[Policy]) -> dict[str, Scenario]:
    """The baseline (the scenario as it stands) and one arm for each policy laid over it."""
    own, laid = scenario_given(scenario), policies_given(policies)
    return {BASELINE: own} | {policy.name: own.with_policies([policy]) for policy in laid}


def design_of(arms: Mapping[str, Scenario], n_seeds: int) -> Design:
    """A comparison under seeds 1 to `n_seeds` as a design with one factor, the policies. arms: as `arms_of` makes them.

    Raises Mistake unless the arms share their calendar and their history.
    """
    check_shared_history(arms)
    (first, base), *others = arms.items()
    own = Level(first, Text("Baseline", "基线"))
    levels = tuple(Level(name, arm.policies[-1].title, Patch(scenario=arm)) for name, arm in others)
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
        keep=EVERYTHING,
        kind="compare",
    )


def compare(
    arms: dict[str, Scenario],
    seeds: Sequence[int],
    *,
    jobs: int = 1,
    on_seed: Callable[[int], None] | None = None,
    reactions: Mapping[str, Sequence[Reaction]] | None = None,
    allow_code: bool = False,
    progress: bool = False,
    repeat: Repeat = in_python,
) -> Comparison:
    """Run every arm under every seed: history once per seed, each arm branched from it.

    reactions: functions that look at the city each month and set levers, by arm. allow_code: run the Python that the
    scenarios name. progress: show a bar, in notebooks too. repeat: what to do to repeat one run, told where it fails.
    Raises Mistake if the arms do not share their calendar and their history, or a seed is no whole number or there twice;
    RunFailed (a Mistake) where a run fails. The result depends on neither `jobs` nor the order of arms.
    """
    seeds = distinct_seeds(seeds)
    check_arms(arms, reactions, allow_code=allow_code)
    check_jobs(jobs)
    first = next(iter(arms.values()))
    measuring = Measuring(Window(), EVERYTHING)
    model = model_of(first, measuring, allow_code=allow_code)

    def chunk(seed: int) -> Chunk:
        return Chunk(seed, tuple(arms.values()), tuple(arms), model, measuring, allow_code, reactions=reactions or {})

    chunks = map(chunk, seeds)
    found: dict[int, Mapping[str, RunOutput]] = {}
    executor = Threads(jobs, functools.partial(do, repeat=repeat))
    with _bar(len(seeds), progress) as advance_bar, closing(executor):
        for done in completed(executor, lambda: next(chunks, None)):
            if done is None:
                continue
            found[done.chunk.seed] = done.future.result().runs
            advance_bar()
            if on_seed is not None:
                on_seed(done.chunk.seed)
    return comparison_of(arms, {seed: found[seed] for seed in seeds})


def comparison_of(arms: dict[str, Scenario], found: Mapping[int, Mapping[str, RunOutput]]) -> Comparison:
    """From what was measured of every arm, by seed and arm."""

    def stack(pick: Callable[[RunOutput], np.ndarray]) -> np.ndarray:
        return np.array([[pick(runs[arm]) for runs in found.values()] for arm in arms])

    return Comparison(
        arms,
        tuple(found),
        stack(lambda run: run.outcomes),
        stack(lambda run: run.series["months"]),
        stack(lambda run: run.series["town_sums"]),
        stack(lambda run: run.series["group_sums"]),
    )


@contextmanager
def _bar(total: int, is_shown: bool) -> Iterator[Callable[[], object]]:
    """A bar of `total` steps on a terminal or in a notebook; yields what moves it on."""
    if not is_shown:
        yield lambda: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, unit=tr("seed", "种子")) as bar:
        yield bar.update


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
    """Every outcome of a policy less that of each that comes after it, under the same seeds."""
    import pandas as pd

    names = result.names[1:]
    values = np.array([[result.over_seeds(name, outcome) for outcome in OUTCOMES] for name in names])
    units_of = [one.unit for one in OUTCOMES.values()]
    made = []
    for i, name in enumerate(names[:-1]):  # of one policy at a time, since all pairs at once may not fit into memory
        others = names[i + 1 :]
        keys = pd.MultiIndex.from_product([[name], others, OUTCOMES], names=PAIR_COLUMNS[:3]).to_frame(index=False)
        found = intervals(values[i] - values[i + 1 :], axis=2)
        made.append(keys.assign(unit=units_of * len(others), **{key: one.reshape(-1) for key, one in found.items()}))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=PAIR_COLUMNS)


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
