"""Stored results as the faces read them: tables and provenance, no world, no model."""

from __future__ import annotations

import json
import math
import os
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab import single
from sim.lab.compare import Comparison
from sim.lab.design.design import POLICIES, Design, Factor
from sim.lab.frames import MONTHLY, month_names
from sim.lab.kept import folders, shapes
from sim.lab.kept.checked import damaged, is_there, read_table, refuse_shape
from sim.lab.kept.ledger import LEDGER
from sim.lab.kept.store import Store
from sim.lab.kept.stored import POINTS, SCENARIOS, StoredRuns, n_runs_of, refuse_unnamed
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.version import stored_scenarios
from sim.lab.sums.arrays import SweepArrays
from sim.lab.sums.prices import with_parts
from sim.lab.sums.statistics import Estimate, Price
from sim.lab.sums.tables import summary_tables
from sim.language import Text, counted, tr
from sim.mistakes import Mistake, one_of
from sim.months import month_number
from sim.observations import GROUP_MONTH, STATION_MONTH
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Results(StoredRuns):
    """What `stations run`, `compare` or `sweep` stored, finished or not; `kind` is the command.

    `tables`: DataFrames by name; of a sweep "points" and `stored.SUMMARIES`, of the others those of their report. `runs`, `months`,
    `towns`, `sums` and `before` read from the folder. Of a run and a comparison also its arms, by name.
    """

    tables: Mapping[str, Any]
    provenance: Mapping[str, Any]
    folder: Path | None = None

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Results:
        """From a folder, while a command is at work there, too: what is stored now. Nothing is run.

        Raises Mistake where the folder is none of ours or a part of it is damaged.
        """
        bare = cls.open(folder)
        found = {"run": _of_run, "compare": _of_comparison, "sweep": _of_sweep}[bare.kind](bare)
        return replace(bare, **found)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Results:
        """As `load`, without tables."""
        place = folders.folder_of(folder)
        provenance = folders.load_provenance(place, shape={})
        if not is_there(place / LEDGER):
            raise folders.earlier(place, provenance)
        refuse_shape(place / folders.PROVENANCE, provenance, shapes.OF_KIND[provenance["kind"]])
        refuse_unnamed(place / folders.PROVENANCE, provenance)
        return cls({}, provenance, place)

    @property
    def kind(self) -> str:
        return str(self.provenance["kind"])

    @cached_property
    def _arms(self) -> dict[str, Any]:
        """Scenario mappings by arm; a run and a sweep have one, of the base."""
        return dict(
            self.provenance.get("arms") or {"base" if self.kind == "sweep" else "run": self.provenance["scenario"]}
        )

    @property
    def names(self) -> list[str]:
        """The arms, the baseline first."""
        return list(self._arms)

    @property
    def policies(self) -> list[str]:
        """The arms other than the baseline."""
        return self.names[1:]

    @property
    def baseline(self) -> str:
        return self.names[0]

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The first arm's scenario, as a mapping (`Scenario.to_mapping`)."""
        mapping: Mapping[str, Any] = self._arms[self.baseline]
        return mapping

    def arm(self, name: str) -> Mapping[str, Any]:
        mapping: Mapping[str, Any] = self._arms[one_of(name, self._arms, "arm", "比较组")]
        return mapping

    def acts(self, name: str) -> bool:
        """Whether anything is changed from the policies' start on: by a policy, or by the city's own levers or parameters,
        into which a saved city has its policies written."""
        arm = self.arm(name)
        start = str(arm["policy_start"])[:7]
        said = [entry for section in ("levers", "parameters") for entry in arm[section].values()]
        said += [town["posts"] for town in arm["towns"].values()]
        steps = [one for entry in said for one in (entry if isinstance(entry, list) else [entry])]
        dated = [one for one in steps if isinstance(one, dict)]
        return bool(arm["policies"]) or any("after_months" in one or one.get("from", "") >= start for one in dated)

    @property
    def n_seeds(self) -> int:
        if self.kind == "run":
            return 1
        return int(self.provenance["n_seeds"])

    @property
    def n_planned(self) -> int:
        """How many seeds were asked for; those beyond `n_seeds` have not been run under every policy yet."""
        return 1 if self.kind == "run" else int(self.provenance.get("n_planned", self.n_seeds))

    @property
    def months_before(self) -> int:
        """Months from the start to the policies' start."""
        first, start = (month_number(str(self.scenario[key])) for key in ("start", "policy_start"))
        return start - first

    @property
    def n_posts(self) -> int:
        """Of the first day."""
        said = [one["posts"] for one in self.scenario["towns"].values()]
        return sum(int(posts[0] if isinstance(posts, list) else posts) for posts in said)

    @property
    def budget_per_year(self) -> float | None:
        """What the city has for its stations, yuan per year; None where it does not say."""
        said = self.scenario.get("budget_per_year")
        return None if said is None else float(said)

    def n_within_budget(self, arm: str) -> int | None:
        """Runs of an arm whose cost to government stays within the city's budget; None of a single run, or without a budget."""
        one_of(arm, self._arms, "arm", "比较组")
        if self.budget_per_year is None or self.kind == "run":
            return None
        runs = self.tables["runs"]
        return int((runs.loc[runs.policy == arm, "public_cost_per_year"] <= self.budget_per_year).sum())

    @property
    def n_residents(self) -> int:
        return sum(int(one["population"]) for one in self.scenario["towns"].values())

    @property
    def city(self) -> str:
        return _text(self.scenario["title"])

    @property
    def policy_start(self) -> str:
        return str(self.scenario["policy_start"])

    @property
    def end(self) -> str:
        return str(self.scenario["end"])

    @property
    def window(self) -> tuple[str, str]:
        """First and last month, or day, that outcomes are taken over."""
        said = self.provenance.get("design", {}).get("window", {})
        return str(said.get("first") or self.policy_start), str(said.get("last") or self.end)

    def title(self, arm: str) -> str:
        """What an arm is called, in the language in force; where two are called alike, with its file's name."""
        title = self._title(one_of(arm, self._arms, "arm", "比较组"))
        if sum(self._title(other) == title for other in self.names) > 1:
            title = tr(f"{title} ({clean(arm)})", f"{title}（{clean(arm)}）")
        return title

    def _title(self, arm: str) -> str:
        if "titles" in self.provenance:
            return _text(self.provenance["titles"][arm])
        if self.kind == "compare" and arm == self.baseline:
            return tr("Baseline", "基线")
        policies = self._arms[arm]["policies"]
        if self.kind == "run":
            return " + ".join([self.city, *(_text(one["title"]) for one in policies)])
        return _text(policies[-1]["title"])

    @cached_property
    def at_base(self) -> Results | None:
        """Of a sweep: the levels of one factor (the contrast factor, or the only one) as arms of a comparison, all else as at the base,
        with the tables that its runs and what it kept suffice for; None where fewer than two such levels hold from the policies' start on, or
        have no seed in common."""
        arms = _arms_at_base(self) if self.kind == "sweep" and self.folder is not None else {}
        result = _comparison(self, {name: point for name, (point, _) in arms.items()}) if len(arms) > 1 else None
        if result is None:
            return None
        facts = {
            "kind": "compare",
            "design": self.provenance["design"],
            "factor": factor.name if (factor := compared_factor(self.design)) else None,
            "arms": {name: arm.to_mapping() for name, arm in result.arms.items()},
            "titles": {name: title.to_plain() for name, (_, title) in arms.items()},
            "n_seeds": len(result.seeds),
        }
        tables = {name: table for name, table in result.tables().items() if name not in RAW}
        return Results(tables, facts)

    def file_of(self, table: str) -> str:
        """What the file of a table is called."""
        return f"base_{table}" if "factor" in self.provenance else table

    @property
    def town_names(self) -> dict[str, str]:
        """Names of towns by id, in the language in force."""
        return {key: _text(one["name"]) for key, one in self.scenario["towns"].items()}

    @property
    def tags(self) -> dict[str, list[str]]:
        """Ids of towns by tag, as the city's file calls them."""
        found: dict[str, list[str]] = {}
        for key, one in self.scenario["towns"].items():
            for tag in one.get("tags", ()):
                found.setdefault(tag, []).append(key)
        return found

    @property
    def group_names(self) -> dict[str, str]:
        """Names of groups by id, in the language in force."""
        return {key: _text(one["name"]) for key, one in self.scenario["groups"].items()}

    def level(self, arm: str, outcome: str) -> Estimate:
        return self._estimate("levels", arm, outcome)

    def effect(self, arm: str, outcome: str) -> Estimate:
        """Paired difference from the baseline."""
        return self._estimate("effects", arm, outcome)

    @cached_property
    def _estimates(self) -> dict[tuple[str, str, str], Estimate]:
        return {
            (table, str(row.policy), str(row.outcome)): Estimate(row.mean, row.low, row.high, row.sd, int(row.n))
            for table in ("levels", "effects")
            for row in self.tables[table].itertuples()
        }

    def _estimate(self, table: str, arm: str, outcome: str) -> Estimate:
        one_of(arm, self._arms, "arm", "比较组")
        one_of(outcome, OUTCOMES, "outcome", "结果")
        missing = Estimate(math.nan, math.nan, math.nan, math.nan, 0)
        return self._estimates.get((table, arm, outcome), missing)

    def price(self, arm: str, *, with_tasks: bool = False) -> Price:
        """Yuan per additional met need; with_tasks: as `Comparison.price`."""
        one_of(arm, self._arms, "arm", "比较组")
        table = self.tables["prices"]
        end = "_with_tasks" if with_tasks else ""
        for row in table[table.policy == arm].to_dict("records"):
            return Price(str(row[f"verdict{end}"]), row[f"yuan{end}"], row[f"low{end}"], row[f"high{end}"])
        return Price("unknown", math.nan, math.nan, math.nan)

    @property
    def warnings(self) -> list[Text]:
        """Of policies that move a lever against what they are for."""
        return [Text(**warning) for warning in self.provenance.get("warnings", [])]

    def __repr__(self) -> str:
        tables = ", ".join(self.tables)
        if self.kind == "sweep":
            seeds = counted(self.provenance["n_seeds"], "seed")
            return (
                f"<Results sweep {self.design.name}: {counted(len(self.points), 'point')}, {seeds}; tables: {tables}>"
            )
        arms = ", ".join(self.names) if self.kind == "compare" else f"seed {self.provenance['seed']}"
        seeds = f"; {counted(self.n_seeds, 'seed')}" if self.kind == "compare" else ""
        return f"<Results {self.kind} of {self.city}: {arms}{seeds}; tables: {tables}>"

    def _repr_html_(self) -> str:
        from html import escape

        shown = "effects" if "effects" in self.tables and len(self.tables["effects"]) else next(iter(self.tables))
        return (
            f"<p>{escape(repr(self))}</p><p>{shown}:</p>{self.tables[shown].head(12).to_html(index=False, escape=True)}"
        )


def read_results(folder: str | os.PathLike[str]) -> Results:
    """What a command stored in a folder, as tidy DataFrames: `.tables[...]`, `.points`, `.runs(...)`, `.months(...)`, `.towns(...)`.
    Raises Mistake."""
    return Results.load(folder)


def _of_sweep(stored: Results) -> dict[str, Any]:
    """Statistics of the runs that are stored."""
    outcomes = with_parts(stored.design.outcomes)
    runs = stored.runs(outcomes)[["point", "seed", *outcomes]]
    # By what is stored now: a killed sweep could not say how far it came.
    done, n_planned = n_runs_of(stored.points, runs.merge(stored.points, on="point"), int(stored.provenance["n_seeds"]))
    tables = {"points": stored.points, **summary_tables(stored.design, stored.points, runs)}
    return {"tables": tables, "provenance": {**stored.provenance, "n_runs": done, "n_planned": n_planned}}


def _of_comparison(stored: Results) -> dict[str, Any]:
    result = stored_comparison(stored)
    seeds = {"n_seeds": len(result.seeds), "n_planned": stored.design.seeds.at_most}
    return {"tables": result.tables(), "provenance": {**stored.provenance, **seeds}}


def _of_run(stored: Results) -> dict[str, Any]:
    assert stored.folder is not None
    with Store.open(stored.folder, write=False) as opened:
        monthly = {name: read_table(opened.file(f"{name}.parquet"), ()) for name in MONTHLY}
    frames = stored.before(), stored.runs()
    if any(frame.empty for frame in frames):
        raise damaged(
            stored.folder / POINTS,
            tr("its scenario and model are of no stored run", "其情景与模型不属于任何已存的运行"),
        )
    before, after = ({name: float(frame[name].iloc[0]) for name in OUTCOMES} for frame in frames)
    return {"tables": monthly | single.told(stored_comparison(stored), before, after)}


RAW = ("runs", "months", "towns", "groups")
"""Tables of a comparison that hold runs rather than sums over them."""


def compared_factor(design: Design) -> Factor | None:
    """The factor whose levels are arms of a comparison: the contrast factor, or the only one."""
    if len(design.factors) == 1:
        return design.factors[0]
    return None if design.contrast is None else design.factor(design.contrast)


def _arms_at_base(stored: Results) -> dict[str, tuple[int, Text]]:
    """Points that differ from the base in that factor alone, in order, by its level; each with the level's title. Empty unless the levels
    hold from the policies' start on, since the arms of a comparison share their history."""
    sweep = SweepArrays(stored.design, stored.points, stored.points.iloc[:0].assign(seed=0))
    factor = compared_factor(stored.design)
    if factor is None or factor.name in sweep.sampled or factor.since != POLICIES:
        return {}
    titles = {level.name: level.title for level in (*factor.levels, factor.base)}
    names = sweep.level_names(factor.name)
    found: dict[str, tuple[int, Text]] = {}
    for row in next(rows for rows in sweep.groups(factor.name) if 0 in sweep.numbers[rows]):
        level, value = names[row], sweep.points[factor.name].iloc[row]
        title = titles.get(level, Text(level, level))
        if factor.is_numeric:
            title = Text("as it is", "现状") if np.isnan(value) else Text(f"{value:,.6g}", f"{value:,.6g}")
        found.setdefault(level, (int(sweep.numbers[row]), title))
    return found


def stored_comparison(stored: Results) -> Comparison:
    """Every point as an arm, by its label. Raises Mistake where no seed has been run at each."""
    points = stored.points
    result = _comparison(stored, dict(zip(points["label"], points["point"], strict=True)))
    if result is None:
        raise Mistake(
            f"{stored.folder}: no seed has been run under every policy yet; give the same command again: {stored.provenance['command']}",
            f"{stored.folder}：尚无任何种子在所有政策下运行完毕；请重新执行同一命令：{stored.provenance['command']}",
        )
    return result


def _comparison(stored: Results, points: Mapping[str, int]) -> Comparison | None:
    """Points by arm, in order, under the seeds that are stored at each; None where there is no such seed."""
    folder = stored.folder
    assert folder is not None
    wanted = {"point": list(points.values())}
    runs = stored.runs(where=wanted)
    n_arms = runs.groupby("seed")["point"].nunique()
    seeds = [int(seed) for seed in n_arms.index[n_arms == len(points)]]
    if not seeds:
        return None
    with Store.open(folder, write=False) as opened:
        known = stored_scenarios(opened)
    hashes = stored.points.set_index("point")["scenario_hash"]
    arms = {name: read_scenario(folder, known, str(hashes[point])) for name, point in points.items()}
    first = next(iter(arms.values()))
    n, wanted = (len(arms), len(seeds)), {**wanted, "seed": seeds}

    def array(frame: pd.DataFrame, columns: Collection[str], axis: str = "", entries: Sequence[str] = ()) -> np.ndarray:
        """(arms, seeds, entries of the axis, columns)"""
        place = {entry: i for i, entry in enumerate(entries)}
        ordered = frame.assign(place=frame[axis].map(place) if axis else 0).sort_values(["point", "seed", "place"])
        found: np.ndarray = ordered[list(columns)].to_numpy(np.float64)
        # In the order of a comparison in memory, since the last digits of a sum depend on it.
        return np.ascontiguousarray(found.reshape(*n, *([len(entries)] if axis else []), len(columns)))

    keep = stored.design.keep
    months = towns = groups = None
    if set(STATION_MONTH) <= set(keep.months):
        months = array(stored.months(list(STATION_MONTH), wanted), STATION_MONTH, "month", month_names(first))
    if keep.sums:
        ids, group_ids = ([place.id for place in places] for places in (first.towns, first.groups))
        towns = array(stored.sums("town", where=wanted), STATION_MONTH, "station", ids)
        groups = array(stored.sums("group", where=wanted), GROUP_MONTH, "group", group_ids)
    return Comparison(
        arms,
        tuple(seeds),
        array(runs[runs["seed"].isin(seeds)], OUTCOMES),
        months,
        towns,
        groups,
        stored.design.window,
    )


def read_scenario(folder: Path, known: Mapping[str, str], name: str) -> Scenario:
    """A stored scenario by its hash. known: JSON by hash. Raises Mistake where it is missing or not what its hash says."""
    file = folder / SCENARIOS
    if name not in known:
        raise damaged(file, tr(f"it lacks the scenario {name}", f"缺少情景 {name}"))
    scenario = Scenario.from_mapping(json.loads(known[name]))
    if scenario.hash != name:
        raise Mistake(f"{file}: the scenario {name} is not what its hash says", f"{file}：情景 {name} 与其校验码不符")
    return scenario


def _text(both: Mapping[str, str]) -> str:
    return clean(str(tr(both["en"], both["zh"])))


def clean(text: str) -> str:
    """A user's text on one line, without characters that are no text (controls, overrides of direction)."""
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    joiner = "\u200d"  # holds the parts of an emoji together
    kept = "".join(" " if unicodedata.category(c) in unseen and c != joiner else c for c in text)
    return " ".join(kept.split())
