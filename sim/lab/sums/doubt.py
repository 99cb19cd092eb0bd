"""How far single worlds lie apart, which part of that is chance, and how often a policy comes first, over worlds.

A world is a draw of what is assumed, and a seed. The spread of worlds is not the error of their mean: more worlds do not narrow it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.outcomes import OUTCOMES
from sim.lab.say.verdict import good, verdict_of_worlds
from sim.lab.sums.statistics import CONFIDENCE, Estimate

if TYPE_CHECKING:
    import pandas as pd

FEWEST_TWINS = 10
"""Of fewer pairs of worlds the parts of a spread are not given."""

SPREAD_COLUMNS = (
    "median", "low", "high", "chance_low", "chance_high", "assumed_low", "assumed_high", "chance_share", "n", "n_twins",
)  # fmt: skip
DOUBT_COLUMNS = ["outcome", "of", "unit", *SPREAD_COLUMNS, "unbounded", "share_better", "share_worse", "verdict"]
LEVEL, EFFECT, PRICE, PRICE_WITH_TASKS = "level", "effect", "price", "price with tasks"
ASPECTS = (LEVEL, EFFECT, PRICE, PRICE_WITH_TASKS)
"""What a row of the table "doubt" is of."""

RANKED = "coverage"
"""The outcome by which the places of policies are counted."""

PLACE_COLUMNS = ["policy", "outcome", "place", "share", "n"]
WORTH_COLUMNS = ["policy", "yuan_per_need", "share", "n"]
YUAN_PER_NEED = tuple(range(1_000, 30_001, 500))
"""What a met need may be worth, yuan: a range wide enough for any government's (assumption)."""


@dataclass(frozen=True)
class Spread:
    """Where 95 of 100 worlds lie about their median: `low` to `high`, quantiles .025 and .975 of one world's value. chance_low to
    chance_high: the same if only seeds differed; assumed_low to assumed_high: if only what is assumed did, NaN without FEWEST_TWINS
    pairs. chance_share (0-1): of the variance, what is chance. n: worlds with a value; n_twins: of these, run under a second seed too.
    """

    median: float
    low: float
    high: float
    chance_low: float
    chance_high: float
    assumed_low: float
    assumed_high: float
    chance_share: float
    n: int
    n_twins: int

    @property
    def both(self) -> Estimate:
        """The median with the spread, as numbers with two ends are written."""
        return Estimate(self.median, self.low, self.high, math.nan, self.n)

    @property
    def chance(self) -> Estimate:
        """The median with the spread that chance alone makes."""
        return Estimate(self.median, self.chance_low, self.chance_high, math.nan, self.n)

    @property
    def assumed(self) -> Estimate:
        """The median with the spread that assumptions alone make."""
        return Estimate(self.median, self.assumed_low, self.assumed_high, math.nan, self.n)


NO_SPREAD = Spread(*(math.nan,) * 8, n=0, n_twins=0)
"""Of no world at all."""


def spread(values: np.ndarray, twins: np.ndarray | None = None) -> Spread:
    """Of one number by world, (n,), NaN where a world has none. twins: the first worlds' under a second seed, (m,), NaN likewise.

    V(chance) is the mean over pairs of (x1 - x2)^2 / 2, V(both) the variance over worlds, V(assumptions) what is left (law of total
    variance). Each part's ends are those of both, drawn in to the median by the root of its share. Infinite values are ends without a
    bound; they leave no variance to part.
    """
    values = np.asarray(values, float)
    kept = np.sort(values[~np.isnan(values)])
    n = len(kept)
    if n == 0:
        return NO_SPREAD
    if n == 1:  # one world lies nowhere but where it is
        return replace(NO_SPREAD, median=float(kept[0]), n=1)
    low, median, high = (_quantile(kept, q) for q in ((1.0 - CONFIDENCE) / 2.0, 0.5, (1.0 + CONFIDENCE) / 2.0))
    pairs = np.zeros((0, 2)) if twins is None else np.column_stack([values[: len(twins)], np.asarray(twins, float)])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    share = math.nan
    if len(pairs) >= FEWEST_TWINS and np.isfinite(kept).all():
        both = float(kept.var(ddof=1))
        by_chance = float(((pairs[:, 0] - pairs[:, 1]) ** 2).mean()) / 2.0
        share = min(1.0, by_chance / both) if both > 0.0 else math.nan
    parts = [median + (end - median) * math.sqrt(part) for part in (share, 1.0 - share) for end in (low, high)]
    if low == high and len(pairs) >= FEWEST_TWINS:
        parts = [median] * 4  # all worlds are alike: there is nothing to part
    chance_low, chance_high, assumed_low, assumed_high = parts
    return Spread(median, low, high, chance_low, chance_high, assumed_low, assumed_high, share, n, len(pairs))


def _quantile(ordered: np.ndarray, share: float) -> float:
    """Between neighbours in proportion; without a bound where the upper one has none."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    part = place - below
    if part == 0.0:
        return float(ordered[below])
    lower, upper = float(ordered[below]), float(ordered[below + 1])
    return upper if lower == upper or math.isinf(upper) else lower + part * (upper - lower)


def over_worlds(
    values: np.ndarray, effects: np.ndarray, names: Sequence[str], persons: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """What a table of levels and effects tells of worlds, columns by name, each without the second axis.

    values, effects: (arms, worlds, ..., names). names: what the entries of the last axis are of. persons: as of `doubt_table`.
    """
    found: dict[str, np.ndarray] = {}
    for prefix, numbers in (("", values), ("effect_", effects)):
        kept = np.where(np.isfinite(numbers).any(axis=1, keepdims=True), numbers, 0.0)
        ends = np.nanquantile(kept, [0.5, (1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0], axis=1)
        ends = np.where(np.isfinite(numbers).any(axis=1), ends, np.nan)
        if prefix:
            ends[:, 0] = np.nan
        found |= {f"{prefix}{name}": end for name, end in zip(("median", "world_low", "world_high"), ends, strict=True)}
    n, rises, falls = np.isfinite(effects).sum(axis=1), (effects > 0.0).sum(axis=1), (effects < 0.0).sum(axis=1)
    told = np.full(n.shape, "", object)
    for place in np.ndindex(n.shape):
        if place[0] > 0:
            name, count = names[place[-1]], int(n[place])
            more, less = (float(one[place]) / count if count else math.nan for one in (rises, falls))
            base = float(found["median"][(0, *place[1:])])
            median = float(found["effect_median"][place])
            told[place] = verdict_of_worlds(name, more, less, count, median, base, persons.get(name, math.nan))
    return found | {"finding": told}


def shown_in(row: Mapping[str, Any], *, is_effect: bool) -> Estimate:
    """The level or the effect of a row of such a table as faces show it: the median and where worlds lie, where it tells that, or else the
    mean with its interval."""
    prefix = "effect_" if is_effect else ""
    if "finding" in row:
        names = (f"{prefix}median", f"{prefix}world_low", f"{prefix}world_high")
    else:
        names = ("effect" if is_effect else "mean", f"{prefix}low", f"{prefix}high")
    middle, low, high = (float(row[name]) for name in names)
    return Estimate(middle, low, high, math.nan, 0)


def price_by_world(cost: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Yuan per additional met need in each world, from additional cost and needs, (n,); infinite where nothing is gained."""
    known = np.isfinite(cost) & np.isfinite(gain)
    price = np.full(np.shape(gain), np.inf)
    np.divide(cost, gain, out=price, where=known & (gain > 0.0))
    return np.where(known, price, np.nan)


def row_of(
    outcome: str, of: str, unit: str, found: Spread, more: np.ndarray | None = None, **beside: Any
) -> dict[str, Any]:
    """A row of the table "doubt". more: the effect by world, for its shares and its verdict; beside: as `verdict_of_worlds`."""
    row: dict[str, Any] = {"outcome": outcome, "of": of, "unit": unit} | vars(found)
    row |= {"unbounded": math.nan, "share_better": math.nan, "share_worse": math.nan, "verdict": ""}
    if more is None:
        return row
    kept = more[np.isfinite(more)]
    n = len(kept)
    rises, falls = (np.count_nonzero(side) / n if n else math.nan for side in (kept > 0.0, kept < 0.0))
    if good(outcome) != 0:
        ahead, behind = (rises, falls) if good(outcome) > 0 else (falls, rises)
        row |= {"share_better": ahead, "share_worse": behind}
    return row | {"verdict": verdict_of_worlds(outcome, rises, falls, n, found.median, **beside)}


def spread_in(row: Mapping[str, Any]) -> Spread:
    """Of a row of that table."""
    known: dict[str, Any] = {name: row[name] for name in SPREAD_COLUMNS}
    return Spread(**known | {"n": int(row["n"]), "n_twins": int(row["n_twins"])})


def price_row(of: str, cost: np.ndarray, gain: np.ndarray) -> dict[str, Any]:
    """The price of an additional met need, a row of the table "doubt"; an end without a bound is NaN, and `unbounded` says in which
    share of worlds nothing is gained."""
    prices = price_by_world(cost, gain)
    found = spread(prices)
    row = row_of("cost_per_met_need", of, "yuan per additional met need", found)
    row |= {end: row[end] if math.isfinite(row[end]) else math.nan for end in ("median", "low", "high")}
    return row | {"unbounded": float(np.isinf(prices).sum() / found.n) if found.n else math.nan}


def doubt_table(
    names: Sequence[str], outcomes: np.ndarray, twins: np.ndarray | None, persons: Mapping[str, float]
) -> pd.DataFrame:
    """A row for each arm, outcome and what it is of: levels of all arms, effects and prices of all but the first.

    outcomes: (arms, worlds, OUTCOMES). twins: the same of the first worlds under a second seed. persons: spreads between persons at the
    baseline, by outcome.
    """
    import pandas as pd

    place = {name: i for i, name in enumerate(OUTCOMES)}

    def differences(arm: int, outcome: str) -> np.ndarray:
        found: np.ndarray = outcomes[arm, :, place[outcome]] - outcomes[0, :, place[outcome]]
        return found

    rows = []
    for arm, name in enumerate(names):
        for outcome, i in place.items():
            unit = OUTCOMES[outcome].unit
            of_twins = None if twins is None else twins[arm, :, i]
            level = spread(outcomes[arm, :, i], of_twins)
            rows.append({"policy": name} | row_of(outcome, LEVEL, unit, level))
            if arm == 0:
                continue
            effect = differences(arm, outcome)
            found = spread(effect, None if of_twins is None or twins is None else of_twins - twins[0, :, i])
            base = spread(outcomes[0, :, i]).median
            beside = {"base": base, "persons": persons.get(outcome, math.nan)}
            rows.append({"policy": name} | row_of(outcome, EFFECT, unit, found, effect, **beside))
        if arm > 0:
            cost, gain = differences(arm, "cost_per_year"), differences(arm, "met_per_year")
            tasks = differences(arm, "admin_task_hours_per_year") * outcomes[0, :, place["wage_cost_per_hour"]]
            rows.append({"policy": name} | price_row(PRICE, cost, gain))
            rows.append({"policy": name} | price_row(PRICE_WITH_TASKS, cost - tasks, gain))
    return pd.DataFrame(rows, columns=["policy", *DOUBT_COLUMNS])


def places(names: Sequence[str], outcomes: np.ndarray) -> pd.DataFrame:
    """In which share of worlds each policy comes first, second, ... in coverage; those that tie share their places."""
    import pandas as pd

    i = list(OUTCOMES).index(RANKED)
    scores = OUTCOMES[RANKED].good * outcomes[1:, :, i]
    scores = scores[:, np.isfinite(scores).all(axis=0)]
    n = scores.shape[1]
    rows = []
    for policy, own in zip(names[1:], scores, strict=True):
        ahead, level = (scores > own).sum(axis=0), (scores == own).sum(axis=0)
        for at in range(len(scores)):
            shared = np.where((ahead <= at) & (at < ahead + level), 1.0 / level, 0.0)
            share = float(shared.mean()) if n else math.nan
            rows.append({"policy": policy, "outcome": RANKED, "place": at + 1, "share": share, "n": n})
    return pd.DataFrame(rows, columns=PLACE_COLUMNS)


def best_values(names: Sequence[str], outcomes: np.ndarray) -> pd.DataFrame:
    """In which share of worlds each arm, the baseline among them, has the highest net benefit at a worth of a met need: that worth times
    the needs met beyond the baseline's, less the cost beyond the baseline's. Arms that tie share the place."""
    import pandas as pd

    place = list(OUTCOMES)
    met, cost = (
        outcomes[:, :, place.index(name)] - outcomes[:1, :, place.index(name)]
        for name in ("met_per_year", "cost_per_year")
    )
    known = np.isfinite(met).all(axis=0) & np.isfinite(cost).all(axis=0)
    met, cost, n = met[:, known], cost[:, known], int(known.sum())
    rows = []
    for worth in YUAN_PER_NEED:
        net = worth * met - cost
        is_best = net == net.max(axis=0, initial=-np.inf)
        shares = (is_best / is_best.sum(axis=0)).mean(axis=1) if n else np.full(len(names), np.nan)
        rows += [
            {"policy": name, "yuan_per_need": float(worth), "share": float(share), "n": n}
            for name, share in zip(names, shares, strict=True)
        ]
    return pd.DataFrame(rows, columns=WORTH_COLUMNS)
