"""Run stored results again and say whether every number is identical."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import model_digest
from sim.lab.compare import compare_arms
from sim.lab.kept import folders, versions
from sim.lab.kept.draws import stored_worlds
from sim.lab.kept.opening import open_results, read_scenario, stored_comparison, without_tables
from sim.lab.kept.store import Store
from sim.lab.outcomes import OUTCOMES, summarize
from sim.lab.run.executors import default_jobs
from sim.lab.run.version import stored_scenarios
from sim.lab.run.work import parts_of
from sim.lab.simulate import simulate
from sim.language import counted, tr
from sim.mistakes import Mistake
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Reproduction:
    """What was found: tables with what differs in them (empty: identical)."""

    stored_digest: str
    digest: str
    differences: dict[str, str] = field(default_factory=dict)
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # versions then and now, where they differ

    @property
    def is_identical(self) -> bool:
        return not any(self.differences.values())

    def lines(self) -> list[str]:
        """What to tell a person, in the language in force."""
        told = [
            tr(f"{name}: {what or 'identical'}", f"{name}：{what or '完全一致'}")
            for name, what in self.differences.items()
        ]
        if self.digest != self.stored_digest:
            told.append(
                tr(
                    f"the model is not the same: digest {self.stored_digest} then, {self.digest} now",
                    f"模型并不相同：当时摘要 {self.stored_digest}，现在 {self.digest}",
                )
            )
        if not self.is_identical and (why := versions.may_differ(self.others)):
            told.append(why)
        told.append(
            tr("every number is identical", "所有数字完全一致")
            if self.is_identical
            else tr("the results were NOT reproduced", "结果未能复现")
        )
        return told


@dataclass(frozen=True)
class Stored:
    """What stored results say was run. A run has one arm."""

    kind: str
    digest: str
    arms: Mapping[str, Scenario]
    seeds: range
    versions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scenarios(self) -> list[Scenario]:
        return list(self.arms.values())

    @classmethod
    def load(cls, folder: Path, provenance: Mapping[str, Any]) -> Stored:
        """From a provenance. Raises Mistake where it is damaged."""
        try:
            digest, kind = str(provenance["model_digest"]), str(provenance["kind"])
            made_with = dict(provenance["versions"])
            if kind == "run":
                seed = int(provenance["seed"])
                return cls(
                    kind,
                    digest,
                    {"run": Scenario.from_mapping(provenance["scenario"])},
                    range(seed, seed + 1),
                    made_with,
                )
            arms = {name: Scenario.from_mapping(mapping) for name, mapping in provenance["arms"].items()}
            return cls(kind, digest, arms, range(1, int(provenance["n_seeds"]) + 1), made_with)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Mistake(
                f"{folder / folders.PROVENANCE}: is damaged ({type(error).__name__}: {error})",
                f"{folder / folders.PROVENANCE}：已损坏（{type(error).__name__}: {error}）",
            ) from None


def reproduce(
    folder: Path,
    stored: Stored,
    *,
    jobs: int | None = None,
    allow_code: bool = False,
    on_seed: Callable[[int], None] | None = None,
) -> Reproduction:
    """Run again from the provenance alone and compare with the stored tables, bit for bit.

    Raises Mistake where a table cannot be read, or the scenario names Python that is not allowed.
    """
    found = Reproduction(stored.digest, model_digest(), others=versions.others(stored.versions))
    if stored.kind == "run":
        (scenario,) = stored.scenarios
        worlds = next(iter(stored_worlds(folder, folders.load_provenance(folder)).values()), None)
        tables = simulate(scenario, stored.seeds[0], allow_code=allow_code, doubt=worlds or "none").tables()
        there = dict(open_results(folder).tables)
        if on_seed is not None:
            on_seed(stored.seeds[0])
    else:
        known = stored_comparison(without_tables(folder))
        result = compare_arms(
            dict(stored.arms),
            known.seeds,
            known.window,
            jobs=jobs or default_jobs(),
            on_seed=on_seed,
            allow_code=allow_code,
            repeat=lambda *_: "",  # the city's file may have changed since
            worlds=known.worlds,
        )
        if known.twins is not None and result.twins is not None:
            found.differences[tr("twins", "配对情形")] = _difference_of_twins(known.twins, result.twins)
        there, tables = known.tables(), result.tables()
    for name, frame in tables.items():
        found.differences[name] = _difference(there[name], frame)
    return found


def reproduce_sweep(
    folder: Path, n_runs: int, *, allow_code: bool = False, on_run: Callable[[], None] | None = None
) -> Reproduction:
    """At most `n_runs` runs, spread evenly over points and seeds. Raises Mistake where the folder is damaged or Python that
    a scenario names is not allowed."""
    results = open_results(folder)
    runs = results.runs(list(OUTCOMES)).merge(results.points[["point", "scenario_hash", "model"]], on="point")
    with Store.open(folder, write=False) as store:
        known = stored_scenarios(store)
    worlds = stored_worlds(folder, results.provenance)
    window = results.design.window
    chosen = runs.iloc[np.unique(np.linspace(0, len(runs) - 1, min(n_runs, len(runs))).round().astype(int))]
    digests = sorted({parts_of(str(model))[0].partition("+")[0] for model in chosen["model"]})
    found = Reproduction(
        ", ".join(digests), model_digest(), others=versions.others(results.provenance.get("versions", {}))
    )
    for row in chosen.to_dict("records"):
        scenario = read_scenario(folder, known, row["scenario_hash"])
        doubt = worlds.get(parts_of(row["model"])[2], "none")
        world = simulate(scenario, int(row["seed"]), allow_code=allow_code, doubt=doubt).world
        again = summarize(world, *window.months(scenario)).outcomes
        name = tr(f"point {row['point']}, seed {row['seed']}", f"{row['point']} 号设计点，种子 {row['seed']}")
        found.differences[name] = _difference_of_run(row, again)
        if on_run is not None:
            on_run()
    return found


def _difference(stored: pd.DataFrame, made: pd.DataFrame) -> str:
    """ "" if identical, else what differs first."""
    if list(stored.columns) != list(made.columns):
        return tr("has other columns", "列不同")
    if len(stored) != len(made):
        return tr(f"has {counted(len(stored), 'row')}, not {len(made):,}", f"有 {len(stored)} 行而非 {len(made)} 行")
    for name in made.columns:
        old, new = stored[name], made[name]
        differs = ~((old == new) | (old.isna() & new.isna()))
        if differs.any():
            row = int(differs.to_numpy().argmax())
            n = int(differs.sum())
            return tr(
                f"{counted(n, 'value')} of {name} {'differs' if n == 1 else 'differ'}, first in row {row}: {old[row]} stored, {new[row]} now",
                f"{name} 有 {n} 个值不同，首个在第 {row} 行：存储为 {old[row]}，现在为 {new[row]}",
            )
    return ""


def _difference_of_twins(stored: np.ndarray, again: np.ndarray) -> str:
    """ "" if identical, else that they differ. (arms, n_twins, outcomes); those that are not stored yet are no difference."""
    n = min(stored.shape[1], again.shape[1])
    is_there = np.isfinite(stored[:, :n]).any(axis=2)
    is_equal = np.array_equal(stored[:, :n][is_there], again[:, :n][is_there], equal_nan=True)
    return "" if is_equal else tr("outcomes differ", "结果不同")


def _difference_of_run(stored: Mapping[Any, Any], again: dict[str, float]) -> str:
    """ "" if identical, else the first outcome that differs."""
    for name, value in again.items():
        old = stored[name]
        if not (old == value or (np.isnan(old) and np.isnan(value))):
            return tr(f"{name} was {old}, is {value}", f"{name} 原为 {old}，现为 {value}")
    return ""
