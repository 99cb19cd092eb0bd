"""Stored results as the faces read them: tables and provenance, no world, no model."""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.lab import shapes, store
from sim.lab.checked import damaged
from sim.lab.outcomes import OUTCOMES
from sim.lab.statistics import Estimate, Price
from sim.lab.summaries import ACTIVITIES, CHAIN, CURVES, GROUP_OUTCOMES, INEQUALITY, ITEMS, STOCKS, TOWN_OUTCOMES
from sim.language import counted, tr
from sim.mistakes import one_of
from sim.months import month_number

READ = {
    "compare": (
        "levels", "effects", "prices", "pairs", "curves", "hours", "money", "town_outcomes", "group_outcomes", "chain", "inequality",
        "paper",
    ),
    "run": ("outcomes", "curves", "hours", "money", "town_outcomes", "group_outcomes", "paper"),
}  # fmt: skip
"""The tables that a report needs, by kind of results."""

_OUTCOMES_OF = {
    "outcomes": OUTCOMES,
    "town_outcomes": TOWN_OUTCOMES,
    "group_outcomes": GROUP_OUTCOMES,
    "curves": (*CURVES, *STOCKS),
}
"""The outcomes in a table that has them in full; a comparison may hold others than those of today."""


@dataclass(frozen=True, repr=False)
class Results:
    """What `stations compare` or `stations run` stored. `kind` is "compare" or "run" (one arm, one seed, no effects).

    Raises Mistake where a table or a part of the provenance is missing.
    """

    tables: Mapping[str, Any]  # DataFrames, by name of the file
    provenance: Mapping[str, Any]

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Results:
        """From a folder of results, without running anything."""
        folder = store.folder_of(folder)
        provenance = store.load_provenance(folder)
        tables = {name: store.load_table(folder, name, provenance) for name in READ[provenance["kind"]]}
        made = cls(tables, provenance)
        made._refuse_other_rows(folder)
        return made

    def _refuse_other_rows(self, folder: Path) -> None:
        """Raise Mistake where a table's rows are not those of these arms, or a policy is none."""
        file = folder / store.PROVENANCE
        for name in self.policies:
            if not self.arm(name)["policies"]:
                raise damaged(file, tr(f"arms.{name}: has no policy", f"arms.{name}：没有政策"))
        if self.kind == "compare" and self.provenance["seeds"][0] > self.provenance["seeds"][1]:
            raise damaged(file, tr("seeds: the first is larger than the last", "seeds：首个大于末个"))
        for name, table in self.tables.items():
            keys = [key for key in shapes.KEYS if key in shapes.columns_of(name)[0]]
            if name == "pairs" or not keys:
                continue
            for key in keys:
                known = set(self._known(name, key))
                if known and set(table[key]) != known:
                    raise damaged(
                        folder / f"{name}.parquet", tr(f"the column '{key}' has other rows", f"列 '{key}' 的行不符")
                    )
            # Not every policy has every period: before the policies all are one.
            of_periods = [["period", keys[-1]]] if "period" in shapes.columns_of(name)[0] else []
            for together in (keys, *of_periods):
                if len(table[together].drop_duplicates()) != math.prod(table[together].nunique()):
                    raise damaged(folder / f"{name}.parquet", tr("rows are missing", "缺少行"))

    def _known(self, table: str, key: str) -> Sequence[str]:
        """What a column of keys holds; empty where that is not known."""
        if key == "policy":
            return self.policies if table in ("effects", "prices") else self.names
        known = {
            "station": self.towns,
            "group": self.groups,
            "step": CHAIN,
            "activity": ACTIVITIES,
            "measure": INEQUALITY,
            "item": ITEMS,
            "outcome": _OUTCOMES_OF.get(table, ()),
        }
        return list(known.get(key, ()))

    @property
    def kind(self) -> str:
        return str(self.provenance["kind"])

    @cached_property
    def _arms(self) -> dict[str, Any]:
        """Scenario mappings by arm; a run has one, named "run"."""
        return {"run": self.provenance["scenario"]} if self.kind == "run" else dict(self.provenance["arms"])

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
        mapping: Mapping[str, Any] = self._arms[one_of(name, self._arms, "arm", "方案")]
        return mapping

    def acts(self, name: str) -> bool:
        """Whether anything is changed from the policies' start on: by a policy, or by the city's own levers or parameters,
        into which a saved city has its policies written."""
        arm = self.arm(name)
        start = str(arm["policy_start"])[:7]
        said = [entry for section in ("levers", "parameters") for entry in arm[section].values()]
        steps = [one for entry in said for one in (entry if isinstance(entry, list) else [entry])]
        dated = [one for one in steps if isinstance(one, dict)]
        return bool(arm["policies"]) or any("after_months" in one or one.get("from", "") >= start for one in dated)

    @property
    def n_seeds(self) -> int:
        if self.kind == "run":
            return 1
        first, last = self.provenance["seeds"]
        return int(last) - int(first) + 1

    @property
    def months_before(self) -> int:
        """Months from the start to the policies' start."""
        first, start = (month_number(str(self.scenario[key])) for key in ("start", "policy_start"))
        return start - first

    @property
    def n_posts(self) -> int:
        return sum(int(one["posts"]) for one in self.scenario["towns"].values())

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

    def title(self, arm: str) -> str:
        """What an arm is called, in the language in force; where two are called alike, with its file's name."""
        title = self._title(one_of(arm, self._arms, "arm", "方案"))
        if sum(self._title(other) == title for other in self.names) > 1:
            title = tr(f"{title} ({clean(arm)})", f"{title}（{clean(arm)}）")
        return title

    def _title(self, arm: str) -> str:
        if self.kind == "compare" and arm == self.baseline:
            return tr("Baseline", "基线")
        policies = self._arms[arm]["policies"]
        if self.kind == "run":
            return " + ".join([self.city, *(_text(one["title"]) for one in policies)])
        return _text(policies[-1]["title"])

    @property
    def towns(self) -> dict[str, str]:
        """Names of towns by id, in the language in force."""
        return {key: _text(one["name"]) for key, one in self.scenario["towns"].items()}

    @property
    def groups(self) -> dict[str, str]:
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
        one_of(arm, self._arms, "arm", "方案")
        one_of(outcome, OUTCOMES, "outcome", "结果")
        missing = Estimate(math.nan, math.nan, math.nan, math.nan, 0)
        return self._estimates.get((table, arm, outcome), missing)

    def price(self, arm: str, *, with_tasks: bool = False) -> Price:
        """Yuan per additional met need; with_tasks: as `Comparison.price`."""
        one_of(arm, self._arms, "arm", "方案")
        table = self.tables["prices"]
        end = "_with_tasks" if with_tasks else ""
        for row in table[table.policy == arm].to_dict("records"):
            return Price(str(row[f"verdict{end}"]), row[f"yuan{end}"], row[f"low{end}"], row[f"high{end}"])
        return Price("unknown", math.nan, math.nan, math.nan)

    def __repr__(self) -> str:
        arms = ", ".join(self.names) if self.kind == "compare" else f"seed {self.provenance['seed']}"
        seeds = f"; {counted(self.n_seeds, 'seed')}" if self.kind == "compare" else ""
        return f"<Results {self.kind} of {self.city}: {arms}{seeds}; tables: {', '.join(self.tables)}>"

    def _repr_html_(self) -> str:
        from html import escape

        shown = "effects" if "effects" in self.tables and len(self.tables["effects"]) else next(iter(self.tables))
        return (
            f"<p>{escape(repr(self))}</p><p>{shown}:</p>{self.tables[shown].head(12).to_html(index=False, escape=True)}"
        )


def _text(both: Mapping[str, str]) -> str:
    return clean(str(tr(both["en"], both["zh"])))


def clean(text: str) -> str:
    """A user's text on one line, without characters that are no text (controls, overrides of direction)."""
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    joiner = "\u200d"  # holds the parts of an emoji together
    kept = "".join(" " if unicodedata.category(c) in unseen and c != joiner else c for c in text)
    return " ".join(kept.split())
