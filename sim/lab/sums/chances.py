"""How often something comes about, over seeds: an outcome passes a threshold, one policy does better than another."""

from __future__ import annotations

import math
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.statistics import CONFIDENCE, SCALES
from sim.language import tr
from sim.mistakes import Mistake, list_of, one_of, other_kind, shown
from sim.scenario.units import unit_zh

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

CHANCE_COLUMNS = ["outcome", "direction", "threshold", "unit", "share", "low", "high", "n"]
DIRECTIONS = {True: "at least", False: "at most"}
"""As tables hold them, by `Threshold.is_least`."""

PER_CENT_UNITS = ("share", "ratio", "share per month", "per year")
"""Units of which people speak in per cent."""

_WRITTEN = re.compile(r"\s*(?P<outcome>[^<>=≤≥]*?)\s*(?P<sign>>=|<=|=>|=<|≥|≤|==?|[<>])\s*(?P<value>.*?)\s*")
_LEAST, _MOST = (">=", "=>", "≥", ">"), ("<=", "=<", "≤", "<")


@dataclass(frozen=True)
class Chance:
    """A share (0-1) of `n` seeds with its 95 % interval; NaN where no seed has a value."""

    share: float
    low: float
    high: float
    n: int


def share_intervals(k: ArrayLike, n: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares k / n with their 95 % intervals, arrays of one shape; NaN where n is 0. Source: Clopper and Pearson 1934, which covers at
    least 95 % however small the share: none of 20 seeds is no proof that it never happens."""
    from scipy.special import betaincinv

    k, n = np.asarray(k, float), np.asarray(n, float)
    tail = (1.0 - CONFIDENCE) / 2.0
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(k > 0, betaincinv(k, n - k + 1, tail), 0.0)
        high = np.where(k < n, betaincinv(k + 1, n - k, 1.0 - tail), 1.0)
        share, low, high = (np.where(n > 0, found, np.nan) for found in (k / n, low, high))
    return share, low, high


def chance_of(came_about: np.ndarray) -> Chance:
    """The share of seeds (n,), true or false, with its interval, by `share_intervals`."""
    n = len(came_about)
    share, low, high = share_intervals(np.count_nonzero(came_about), n)
    return Chance(float(share), float(low), float(high), n)


@dataclass(frozen=True)
class Threshold:
    """A value of an outcome, in its stored unit, to be reached (`is_least`) or not to be passed."""

    outcome: str
    value: float
    is_least: bool

    @property
    def text(self) -> str:
        """As `threshold_of` reads it."""
        value = f"{100.0 * self.value:.15g}%" if _in_per_cent_only(self.unit, self.value) else repr(self.value)
        return f"{self.outcome}{'>=' if self.is_least else '<='}{value}"

    @property
    def direction(self) -> str:
        """As tables hold it."""
        return DIRECTIONS[self.is_least]

    @property
    def unit(self) -> str:
        """The outcome's."""
        return OUTCOMES[self.outcome].unit

    def chance(self, values: np.ndarray) -> Chance:
        """Of the outcome by seed, (n,); seeds without a value (NaN) are left out."""
        kept = values[np.isfinite(values)]
        return chance_of(kept >= self.value if self.is_least else kept <= self.value)


def threshold_of(text: Any, source: str) -> Threshold:
    """From "coverage>=0.13", "turnover<=15%", or "coverage=0.13", which is meant in the direction that is good. Raises Mistake.

    source: where it is given, which the sentence begins with.
    """
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text)) if isinstance(text, str) else None
    if found is None or not found["outcome"]:
        raise other_kind(
            f"{source}: write OUTCOME=VALUE, such as coverage=0.13, coverage>=13% or turnover<=0.15",
            f"{source}：请写成 结果=数值，如 coverage=0.13、coverage>=13% 或 turnover<=0.15",
            text,
        )
    outcome, sign = one_of(found["outcome"], OUTCOMES, "outcome", "结果", at=source), found["sign"]
    good = OUTCOMES[outcome].good
    if sign not in (*_LEAST, *_MOST) and good == 0:
        raise Mistake(
            f"{source}: neither more nor less of {outcome} is better; write {outcome}>={found['value']} or {outcome}<={found['value']}",
            f"{source}：{outcome} 的高低没有优劣之分；请写 {outcome}>={found['value']} 或 {outcome}<={found['value']}",
        )
    is_least = sign in _LEAST or (sign not in _MOST and good > 0)
    return Threshold(outcome, _number(outcome, found["value"], source), is_least)


def thresholds_of(given: Any, source: str) -> list[Threshold]:
    """Each once, in order; one alone is one. Raises Mistake."""
    en, zh = "must be a list such as ['coverage>=0.13']", "须为列表，如 ['coverage>=0.13']"
    texts = [given] if isinstance(given, str) else list_of(given, f"{source} {en}", f"{source} {zh}")
    return list(dict.fromkeys(threshold_of(text, source) for text in texts))


def threshold_between(outcome: Any, at_least: Any, at_most: Any) -> Threshold:
    """From what `chance` is given. Raises Mistake unless one end is, and within the outcome's scale."""
    one_of(outcome, OUTCOMES, "outcome", "结果")
    if (at_least is None) == (at_most is None):
        raise Mistake(
            f"chance: give at_least=... or at_most=..., such as chance('linkage', '{outcome}', at_least=...)",
            f"chance：请给出 at_least=... 或 at_most=... 之一，如 chance('linkage', '{outcome}', at_least=...)",
        )
    name, value = ("at_least", at_least) if at_most is None else ("at_most", at_most)
    return Threshold(outcome, _number(outcome, value, name), at_most is None)


def _number(outcome: str, given: Any, source: str) -> float:
    """In the outcome's stored unit; text may end in a per cent sign."""
    text = given.strip() if isinstance(given, str) else given
    is_per_cent = isinstance(text, str) and text.endswith("%")
    unit = OUTCOMES[outcome].unit
    try:
        value = float(text[:-1] if is_per_cent else text)
    except (TypeError, ValueError):
        value = math.nan
    if isinstance(given, bool) or not math.isfinite(value):
        raise other_kind(
            f"{source}: {outcome} wants a number ({unit})", f"{source}：{outcome} 须为数值（{unit_zh(unit)}）", given
        )
    if is_per_cent and unit not in PER_CENT_UNITS:
        raise Mistake(
            f"{source}: {outcome} is no share but a number of {unit}; write it without %",
            f"{source}：{outcome} 不是比例，单位为{unit_zh(unit)}；请去掉 %",
        )
    value = value / 100.0 if is_per_cent else value
    least, most = SCALES.get(unit, (-math.inf if unit == "yuan per year" else 0.0, 1.0 if unit == "Gini" else math.inf))
    if not least <= value <= most:
        ends = (
            tr(f"{least:g} to {most:g}", f"{least:g} 至 {most:g}")
            if most < math.inf
            else tr(f"{least:g} or more", f"不小于 {least:g}")
        )
        raise Mistake(
            f"{source}: {outcome} lies on a scale of {ends}, and {shown(given)} is outside of it",
            f"{source}：{outcome} 的取值范围为 {ends}，{shown(given)} 不在其中",
        )
    if _in_per_cent_only(unit, value) and not is_per_cent:
        raise Mistake(
            f"{source}: {value:g} as {outcome} is {100 * value:g} %; write {value:g}%, or {100 * value:g}% if that is meant",
            f"{source}：{outcome} 取 {value:g} 即 {100 * value:g}%；请写 {value:g}%，若确指后者请写 {100 * value:g}%",
        )
    return value


def _in_per_cent_only(unit: str, value: float) -> bool:
    """Whether a threshold must be written in per cent, since whoever writes 13 may well mean 0.13."""
    return unit in PER_CENT_UNITS and value > 1.0


def better(outcome: str, values: np.ndarray, others: np.ndarray) -> Chance:
    """How often `values` is better than `others` under the same seed, (n,) each; as good as it counts as not better."""
    both = np.isfinite(values) & np.isfinite(others)
    return chance_of(OUTCOMES[outcome].good * (values[both] - others[both]) > 0.0)


def chances_table(
    thresholds: Iterable[Threshold], key: str, names: Sequence[Any], values: Callable[[Any, str], np.ndarray]
) -> pd.DataFrame:
    """A row for each arm or point and threshold. key: "policy" or "point", the first column. values: an outcome of one by seed."""
    import pandas as pd

    rows = [
        {key: name, "outcome": one.outcome, "direction": one.direction, "threshold": one.value, "unit": one.unit}
        | vars(one.chance(values(name, one.outcome)))
        for one in thresholds
        for name in names
    ]
    return pd.DataFrame(rows, columns=[key, *CHANCE_COLUMNS])


class ChancesOverSeeds(ABC):
    """What may be asked of outcomes by arm and seed."""

    @abstractmethod
    def values(self, arm: str, outcome: str) -> np.ndarray:
        """One outcome of one arm, by seed, in its stored unit; NaN where a seed has none. Raises Mistake for a name that is not there."""

    def chance(
        self, arm: str, outcome: str, *, at_least: float | str | None = None, at_most: float | str | None = None
    ) -> Chance:
        """The share of seeds in which an outcome is at least, or at most, a value in its stored unit (0.13; "13%" of what is shown in per
        cent), with its 95 % interval (Clopper and Pearson 1934).

        This is the simulation's chance only: what is not known about the world, the assumed parameters above all, is not in it. Raises
        Mistake for names that are not there and for values that the outcome cannot have.
        """
        one = threshold_between(outcome, at_least, at_most)
        return one.chance(self.values(arm, outcome))

    def chance_better(self, arm: str, other: str, outcome: str = "coverage") -> Chance:
        """The share of seeds in which an arm does better than another under the same seed, in the direction that is good for the outcome,
        with its 95 % interval; as `chance`. Raises Mistake where neither direction is good."""
        values, others = self.values(arm, outcome), self.values(other, outcome)
        if arm == other:
            raise Mistake(
                f"'{arm}' is named twice; name the two that are to be compared",
                f"'{arm}' 出现了两次；请给出要比较的两项",
            )
        if OUTCOMES[outcome].good == 0:
            raise Mistake(
                f"neither more nor less of {outcome} is better; ask for an outcome of which one is, such as coverage",
                f"{outcome} 的高低没有优劣之分；请选用有优劣方向的结果，如 coverage",
            )
        return better(outcome, values, others)
