"""Stored results as the faces read them: tables and provenance, no world, no model."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim.lab.kept.stored import StoredRuns
from sim.lab.outcomes import OUTCOMES
from sim.lab.say import notebook
from sim.lab.say.numbers import heading
from sim.lab.say.verdict import verdict
from sim.lab.sums.chances import ChancesOverSeeds, chances_table, thresholds_of
from sim.lab.sums.doubt import ASPECTS, EFFECT, NO_SPREAD, Spread, shown_in, spread_in
from sim.lab.sums.persons import PERSONS, persons_mean
from sim.lab.sums.statistics import NOTHING, Estimate, Price
from sim.language import Text, counted, tr
from sim.mistakes import Mistake, one_of
from sim.months import month_number

NOTEBOOK_ROWS, NOTEBOOK_COLUMNS = 10, 4
"""Points and outcomes of a sweep that a notebook shows."""


@dataclass(frozen=True, repr=False)
class Results(StoredRuns, ChancesOverSeeds):
    """What `stations run`, `compare` or `sweep` stored, finished or not; `kind` is the command.

    `tables`: DataFrames by name; of a sweep "points" and `stored.SUMMARIES`, of the others those of their report. `runs`, `months`,
    `towns`, `sums` and `before` read from the folder. Of a run and a comparison also its arms, by name.
    """

    tables: Mapping[str, Any]
    provenance: Mapping[str, Any]
    folder: Path | None = None
    find_base: Callable[[Results], Results | None] | None = None  # what makes `at_base`

    @property
    def kind(self) -> str:
        """The command that makes such results: "run", "compare" or "sweep"."""
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
        """The name of the first arm."""
        return self.names[0]

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The first arm's scenario, as a mapping (`Scenario.to_mapping`)."""
        mapping: Mapping[str, Any] = self._arms[self.baseline]
        return mapping

    def arm(self, name: str) -> Mapping[str, Any]:
        """An arm's scenario, as a mapping (`Scenario.to_mapping`). Raises Mistake for a name that is not there."""
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
        """Seeds under which every arm has run; of a sweep, those that are planned so far."""
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
        """Of the first day, of all towns."""
        return sum(int(one["population"]) for one in self.scenario["towns"].values())

    @property
    def city(self) -> str:
        """Its title, in the language in force."""
        return _text(self.scenario["title"])

    @property
    def policy_start(self) -> str:
        """The first day of the policies, YYYY-MM-DD."""
        return str(self.scenario["policy_start"])

    @property
    def end(self) -> str:
        """The last day, YYYY-MM-DD."""
        return str(self.scenario["end"])

    @property
    def window(self) -> tuple[str, str]:
        """First and last month that outcomes are taken over, or first and last day where no window is said."""
        said = self.provenance.get("design", {}).get("window", {})
        first, last = said.get("first"), said.get("last")
        n = len("2026-01") if first or last else None
        return str(first or self.policy_start)[:n], str(last or self.end)[:n]

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
        return _text(policies[-1]["title"]) if policies else clean(arm)

    @cached_property
    def at_base(self) -> Results | None:
        """Of a sweep: the levels of one factor (the contrast factor, or the only one) as arms of a comparison, all else as at the base,
        with the tables that its runs and what it kept suffice for; None where fewer than two such levels hold from the policies' start on, or
        have no seed in common."""
        return None if self.find_base is None else self.find_base(self)

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
        """Mean over seeds with its 95 % interval, in the outcome's stored unit; NaN where there is none. arm: of a comparison, or the label
        of a point of a sweep. Raises Mistake for a name that is not there."""
        return self._estimate("levels", arm, outcome)

    def effect(self, arm: str, outcome: str) -> Estimate:
        """Mean paired difference from the baseline, or the base of a sweep, with its 95 % interval. As `level`."""
        return self._estimate("effects", arm, outcome)

    @cached_property
    def _estimates(self) -> dict[tuple[str, str, str], Estimate]:
        key = "point" if self.kind == "sweep" else "policy"
        return {
            (table, str(getattr(row, key)), str(row.outcome)): Estimate(row.mean, row.low, row.high, row.sd, int(row.n))
            for table in ("levels", "effects")
            for row in self.tables[table].itertuples()
        }

    def _estimate(self, table: str, arm: str, outcome: str) -> Estimate:
        key = str(self._point(arm)) if self.kind == "sweep" else one_of(arm, self._arms, "arm", "比较组")
        one_of(outcome, OUTCOMES, "outcome", "结果")
        return self._estimates.get((table, key, outcome), NOTHING)

    @property
    def doubt(self) -> str:
        """What its worlds are drawn from: "posterior" or "prior"; "none" where nothing but chance was run."""
        return str(dict(self.provenance.get("doubt") or {}).get("kind", "prior")) if "doubt" in self.tables else "none"

    @cached_property
    def _doubts(self) -> dict[tuple[str, str, str], tuple[Spread, dict[str, Any]]]:
        key = "point" if self.kind == "sweep" else "policy"
        rows = self.tables["doubt"].to_dict("records") if "doubt" in self.tables else []
        return {
            (str(row[key]), row["outcome"], row["of"]): (spread_in(row), row)
            for row in rows
            if row.get("context", 0) == 0
        }

    def _doubted(self, arm: str, outcome: str, of: str) -> tuple[Spread, Mapping[str, Any]]:
        key = str(self._point(arm)) if self.kind == "sweep" else one_of(arm, self._arms, "arm", "比较组")
        one_of(of, ASPECTS, "spread of", "离散范围")
        return self._doubts.get((key, one_of(outcome, OUTCOMES, "outcome", "结果"), of), (NO_SPREAD, {}))

    def spread(self, arm: str, outcome: str, of: str = EFFECT) -> Spread:
        """How far single worlds lie apart, in the outcome's stored unit; NaN where no worlds were run. of: "effect", "level", or of
        "cost_per_met_need" "price" and "price with tasks". arm: as of `level`. Raises Mistake for a name that is not there."""
        return self._doubted(arm, outcome, of)[0]

    def shown(self, arm: str, outcome: str) -> Estimate:
        """An effect as faces show it: the median and where worlds lie where they were run, else the mean with its interval. As `spread`."""
        return self.effect(arm, outcome) if self.doubt == "none" else self.spread(arm, outcome).both

    def share_of_worlds(self, arm: str, outcome: str, of: str = EFFECT, *, that_are: str = "share_better") -> float:
        """In which share of worlds (0-1) an effect is better ("share_better") or worse ("share_worse"), or a price "unbounded"; NaN where
        there is none. As `spread`."""
        return float(self._doubted(arm, outcome, of)[1].get(that_are, math.nan))

    def verdict(self, arm: str, outcome: str) -> str:
        """What may be said of an effect, one of `sim.lab.say.verdict.VERDICTS`: by worlds where they were run, else by the interval of
        chance. As `spread`."""
        if self.doubt != "none":
            return str(self._doubted(arm, outcome, EFFECT)[1].get("verdict") or "unknown")
        base = "base" if self.kind == "sweep" else self.baseline
        return verdict(outcome, self.effect(arm, outcome), self.level(base, outcome).mean, self.persons(outcome))

    def finding(self, row: Mapping[str, Any], name: str, base: float) -> str:
        """As `verdict`, of the effect in a row of a table of levels and effects on what has this name; "unknown" where worlds were run, and the
        row says nothing of them. base: the baseline's level."""
        if self.doubt != "none":
            return str(row.get("finding", "unknown"))
        return verdict(name, shown_in(row, is_effect=True), base, self.persons(name))

    def persons(self, outcome: str) -> float:
        """How far persons lie apart in an attribute of theirs at the baseline's end (standard deviation); NaN of other outcomes, and where
        too little was kept."""
        return self._persons.get(outcome, math.nan)

    @cached_property
    def _persons(self) -> dict[str, float]:
        if self.kind == "sweep":
            return self._persons_at_base()
        table = self.tables.get("persons")
        if table is None:
            return {}
        own = table[table.policy == self.baseline]
        return dict(zip(own["outcome"], own["mean"], strict=True))

    def _persons_at_base(self) -> dict[str, float]:
        """Of a sweep, from the months that it kept of its base."""
        columns = list(dict.fromkeys(name for of in PERSONS.values() for name in of))
        if self.folder is None or not set(columns) <= set(self.design.keep.months):
            return {}
        months = self.months(columns, where={"point": 0})
        last = months[months["month"] == months["month"].max()]
        return persons_mean({name: last[name].to_numpy(np.float64) for name in columns})

    def _point(self, label: str) -> int:
        """The number of a point of a sweep. Raises Mistake."""
        labels = self.points.set_index("label")["point"]
        return int(labels[one_of(label, labels.index, "point", "设计点")])

    def price(self, arm: str, *, with_tasks: bool = False) -> Price:
        """Yuan per additional met need; with_tasks: as `Comparison.price`."""
        one_of(arm, self._arms, "arm", "比较组")
        table = self.tables["prices"]
        end = "_with_tasks" if with_tasks else ""
        for row in table[table.policy == arm].to_dict("records"):
            return Price(str(row[f"verdict{end}"]), row[f"yuan{end}"], row[f"low{end}"], row[f"high{end}"])
        return Price("unknown", math.nan, math.nan, math.nan)

    def values(self, arm: str, outcome: str) -> np.ndarray:
        """One outcome of one arm of a comparison, or of one point of a sweep by its label ("base"), by seed, in its stored unit; NaN where
        a run failed. Raises Mistake for a name that is not there, and of a run, which has one seed."""
        if self.kind == "run":
            raise Mistake(
                "one run under one seed has no values by seed, and so no chance; compare gives them",
                "单一种子的一次运行没有按种子的取值，也就没有概率；请用 compare",
            )
        if self.kind == "compare":
            one_of(arm, self._arms, "arm", "比较组")
            one_of(outcome, OUTCOMES, "outcome", "结果")
            if "runs" not in self.tables:
                raise self._in_memory_only()
            runs = self.tables["runs"]
            found: np.ndarray = runs.loc[runs["policy"] == arm, outcome].to_numpy(np.float64)
            return found
        point = self._point(arm)
        one_of(outcome, OUTCOMES, "outcome", "结果")
        return self._of_point(point, outcome)

    def _of_point(self, point: int, outcome: str) -> np.ndarray:
        """An outcome of a point of a sweep under seeds 1 to n."""
        runs = self.runs([outcome], where={"point": point}).set_index("seed")[outcome]
        found: np.ndarray = runs.reindex(range(1, int(self.provenance["n_seeds"]) + 1)).to_numpy(np.float64)
        return found

    def with_thresholds(self, given: Sequence[str]) -> Results:
        """The same with the chances of these thresholds ("coverage>=0.13") in the table "chances": a row for each arm, or each point of a
        sweep, and threshold; none for none. Raises Mistake."""
        thresholds = thresholds_of(given, "thresholds")
        if not thresholds:
            return self
        if self.kind == "sweep":
            table = chances_table(thresholds, "point", self.points["point"].tolist(), self._of_point)
        else:
            table = chances_table(thresholds, "policy", self.names, self.values)
        facts = {**self.provenance, "thresholds": [one.text for one in thresholds]}
        return replace(self, tables={**self.tables, "chances": table}, provenance=facts)

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
        if self.kind == "run":
            return self._run_html()
        if self.kind == "compare" and self.doubt != "none":
            return notebook.of_arms_over_worlds(repr(self), self.names, self.spread)
        if self.kind == "compare":
            return notebook.of_arms(repr(self), self.names, self.level, self.effect)
        return self._sweep_html()

    def _run_html(self) -> str:
        table = self.tables["outcomes"]
        rows = []
        for name in notebook.SHOWN:
            values = table.loc[(table.outcome == name) & (table.period == "after"), "value"].tolist()
            one = Estimate(values[0] if values else math.nan, math.nan, math.nan, math.nan, 1)
            rows.append([heading(name, one.mean), notebook.estimate(one, name, one.mean)])
        said = tr("From the policies' start on; one run under one seed.", "政策起始日以来；单一种子的一次运行。")
        return notebook.page(repr(self), said, ["", clean(self.title(self.names[0]))], rows)

    def _sweep_html(self) -> str:
        """Levels of the first points."""
        outcomes = self.design.outcomes[:NOTEBOOK_COLUMNS]
        known = {(row.point, row.outcome): row for row in self.tables["levels"].itertuples()}
        rows = []
        for point, label in self.points[["point", "label"]].head(NOTEBOOK_ROWS).itertuples(index=False):
            found = [known.get((point, name)) for name in outcomes]  # None where every run failed
            ones = [NOTHING if row is None else Estimate(row.mean, row.low, row.high, row.sd, row.n) for row in found]
            pairs = zip(outcomes, ones, strict=True)
            rows.append([clean(str(label)), *(notebook.estimate(one, name, one.mean) for name, one in pairs)])
        n, failed = len(self.points), int(self.provenance.get("n_failed", 0))
        said = tr(
            f"Levels with 95 % intervals; {len(rows)} of {counted(n, 'point')}.",
            f"水平及 95% 区间；{n:,} 个设计点中的 {len(rows)} 个。",
        )
        said += tr(f" {counted(failed, 'run')} failed.", f"{failed:,} 次运行失败。") if failed else ""
        return notebook.page(repr(self), said, [tr("Point", "设计点"), *(heading(one, 0.0) for one in outcomes)], rows)


def _text(both: Mapping[str, str]) -> str:
    return clean(str(tr(both["en"], both["zh"])))


def clean(text: str) -> str:
    """A user's text on one line, without characters that are no text (controls, overrides of direction)."""
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    joiner = "\u200d"  # holds the parts of an emoji together
    kept = "".join(" " if unicodedata.category(c) in unseen and c != joiner else c for c in text)
    return " ".join(kept.split())
