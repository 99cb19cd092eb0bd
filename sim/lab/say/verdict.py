"""What may be said of an effect: never more than its worlds, or its interval, allow. One table for every face: answer, figures, report,
notebook, view.

Where doubt was run, worlds decide: in how many of 100 an effect goes one way. Where it was not, the interval of chance does.
"""

from __future__ import annotations

import math

from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.statistics import Estimate
from sim.language import Text

SLIGHT = 0.01
"""An effect smaller than this share of the baseline's level is called slight, however sure it is (assumption)."""

SLIGHT_AMONG_PERSONS = 0.1
"""So is one on an attribute of persons that is smaller than this share of their spread at the baseline (assumption)."""

SURE, LIKELY = 0.95, 0.80
"""In which share of worlds an effect must go one way to be told, and to be told as likely."""

FEWEST_WORLDS = 100
"""Of fewer worlds no verdict is given."""

GOOD = {
    "tasks_accepted": 0, "outreach": 1, "late_share": -1, "balance": 1, "receivable": -1, "wages_owed": -1, "gini": -1,
    "gap": -1,
}  # fmt: skip
"""Which direction is good for what is no outcome of a run; as `Outcome.good`."""

PAID = ("cost_per_year", "public_cost_per_year", "cost_per_met_need")
GAPS = ("gini", "gap", "inequality_towns", "inequality_groups")
"""What worlds tell to be more or less, wider or narrower: a price that is paid is not a harm by itself."""

VERDICT_NAMES = {
    "better": Text("better", "改善"),
    "worse": Text("worse", "变差"),
    "more": Text("more", "增加"),
    "less": Text("less", "减少"),
    "wider": Text("wider", "差距扩大"),
    "narrower": Text("narrower", "差距缩小"),
    "likely better": Text("likely better", "倾向改善"),
    "likely worse": Text("likely worse", "倾向变差"),
    "likely more": Text("likely more", "倾向增加"),
    "likely less": Text("likely less", "倾向减少"),
    "likely wider": Text("likely wider", "差距倾向扩大"),
    "likely narrower": Text("likely narrower", "差距倾向缩小"),
    "open": Text("open", "尚无定论"),
    "few": Text("no verdict: too few worlds", "情形过少，不作判断"),
    "changed": Text("changed", "有变化"),
    "slight": Text("slight", "变化极小"),
    "same": Text("no clear difference", "未见明确差异"),
    "equal": Text("identical", "完全相同"),
    "unknown": Text("no interval", "无区间"),
}
"""Every verdict. Of worlds: which way the effect goes, surely or likely, or "open"; "few": too few worlds. Of chance alone: "better",
"worse", "changed" where neither direction is good, "same" where the interval holds zero, "unknown" without one. Of both: "slight";
"equal", zero in every run."""

VERDICTS = tuple(VERDICT_NAMES)
_LIKELY = {f"likely {one}": one for one in ("better", "worse", "more", "less", "wider", "narrower")}


def good(name: str) -> int:
    """+1 more is better, -1 less is better, 0 neither."""
    if name in GOOD:
        return GOOD[name]
    return OUTCOMES[name].good if name in OUTCOMES else 0


def verdict(name: str, effect: Estimate, base: float = math.nan, persons: float = math.nan) -> str:
    """One of VERDICTS by the interval of chance. base: the baseline's level. persons: the spread between persons there, of their
    attributes."""
    if not effect.has_interval:
        return "unknown"
    if effect.low == effect.high == 0.0:
        return "equal"
    if not effect.excludes_zero:
        return "same"
    if is_slight(effect.mean, base, persons):
        return "slight"
    side = good(name) * effect.mean
    return "better" if side > 0.0 else "worse" if side < 0.0 else "changed"


def verdict_of_worlds(
    name: str, more: float, less: float, n: int, median: float, base: float = math.nan, persons: float = math.nan
) -> str:
    """One of VERDICTS by worlds. more, less: in which shares of the n worlds the effect is above and below zero; median: the effect's."""
    if n == 0:
        return "unknown"
    if more == less == 0.0:
        return "equal"
    if n < FEWEST_WORLDS:
        return "few"
    agree = max(more, less)
    if agree < LIKELY:
        return "open"
    if is_slight(median, base, persons):
        return "slight"
    told = way(name, 1 if more > less else -1)
    return told if agree >= SURE else f"likely {told}"


def is_slight(effect: float, base: float, persons: float = math.nan) -> bool:
    """Whether so small an effect is called slight; what is NaN is no measure of it."""
    return abs(effect) < SLIGHT * abs(base) or abs(effect) < SLIGHT_AMONG_PERSONS * persons


def way(name: str, side: int) -> str:
    """What worlds call a rise (side 1) or a fall (-1)."""
    rise, fall = "more", "less"
    if name in GAPS:
        rise, fall = "wider", "narrower"
    elif name not in PAID and good(name) != 0:
        rise, fall = ("better", "worse") if good(name) > 0 else ("worse", "better")
    return rise if side > 0 else fall


def tone(verdict: str) -> str:
    """How a verdict is coloured: "better", "worse", "changed" or "unsure"; one that is likely as if it were sure."""
    told = _LIKELY.get(verdict, verdict)
    if told in {"better", "worse"}:
        return told
    return "changed" if told in {"more", "less", "wider", "narrower", "changed"} else "unsure"


def is_apart(verdict: str) -> bool:
    """Whether an effect is told from none, be it slight."""
    return verdict == "slight" or is_told(verdict)


def is_told(verdict: str) -> bool:
    """Whether it says, and not only as likely, that there is a difference that is not slight."""
    return verdict not in _LIKELY and tone(verdict) != "unsure"


def is_likely(verdict: str) -> bool:
    """Whether it is told as likely only."""
    return verdict in _LIKELY


def verdict_name(verdict: str) -> str:
    """In the language in force."""
    return str(VERDICT_NAMES[verdict])
