"""What may be said of an effect: never more than its interval allows, in one place for answer, figures and report."""

from __future__ import annotations

import math

from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.statistics import Estimate
from sim.language import tr

SLIGHT = 0.01
"""An effect smaller than this share of the baseline's level is called slight, however sure it is (assumption)."""

GOOD = {
    "tasks_accepted": 0, "outreach": 1, "late_share": -1, "balance": 1, "receivable": -1, "wages_owed": -1, "gini": -1,
    "gap": -1,
}  # fmt: skip
"""Which direction is good for what is no outcome of a run; as `Outcome.good`."""

VERDICTS = ("better", "worse", "changed", "slight", "same", "equal", "unknown")


def good(name: str) -> int:
    """+1 more is better, -1 less is better, 0 neither."""
    if name in GOOD:
        return GOOD[name]
    return OUTCOMES[name].good if name in OUTCOMES else 0


def verdict(name: str, effect: Estimate, base: float = math.nan) -> str:
    """One of VERDICTS. "unknown": no interval; "equal": zero under every seed; "same": the interval holds zero;
    "slight": below SLIGHT of `base`, the baseline's level; "changed": neither direction is good."""
    if not effect.has_interval:
        return "unknown"
    if effect.low == effect.high == 0.0:
        return "equal"
    if not effect.excludes_zero:
        return "same"
    if abs(effect.mean) < SLIGHT * abs(base):
        return "slight"
    side = good(name) * effect.mean
    return "better" if side > 0.0 else "worse" if side < 0.0 else "changed"


def verdict_name(verdict: str) -> str:
    """In the language in force."""
    return {
        "better": tr("better", "改善"),
        "worse": tr("worse", "变差"),
        "changed": tr("changed", "有变化"),
        "slight": tr("slight", "变化极小"),
        "same": tr("no clear difference", "未见明确差异"),
        "equal": tr("identical", "完全相同"),
        "unknown": tr("no interval", "无区间"),
    }[verdict]
