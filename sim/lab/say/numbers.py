"""Numbers and units as people read them, in the language in force: one way for the terminal, figures and reports."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, tr
from sim.scenario.units import unit_zh

MANY_YUAN = 100_000.0
_MINUS = re.compile(r"(?<![\w.])-(?=\d)")

_PER_CENT = {
    "share": ("%", "%"),
    "ratio": ("%", "%"),
    "share per month": ("% a month", "%/月"),
    "per year": ("% a year", "%/年"),
}
_ENGLISH = {
    "needs per year": "needs a year",
    "h per year": "hours a year",
    "h per week": "hours a week",
    "yuan per year": "yuan a year",
    "yuan per month": "yuan a month",
    "tasks per month": "tasks a month",
    "0-1": "0–1",
}


def reach(values: Iterable[float]) -> float:
    """The largest absolute value of those that are finite; 0 where none is."""
    return max((abs(float(value)) for value in values if math.isfinite(value)), default=0.0)


def is_many_yuan(unit: str, largest: float) -> bool:
    """Whether such amounts are shown in ten thousands."""
    return unit.startswith("yuan") and abs(largest) >= MANY_YUAN


def scale_of(unit: str, largest: float) -> float:
    """What a stored value is multiplied by to be shown: shares in per cent, much money in ten thousands."""
    return 100.0 if unit in _PER_CENT else 1e-4 if is_many_yuan(unit, largest) else 1.0


def unit_name(unit: str, largest: float = 0.0, *, is_difference: bool = False) -> str:
    """The unit in which values up to `largest` are shown; a difference of shares is in points."""
    en, zh = _PER_CENT.get(unit, (_ENGLISH.get(unit, unit), unit_zh(unit)))
    if is_many_yuan(unit, largest):
        en, zh = f"10,000 {en}", f"万{zh}"
    if is_difference and unit in _PER_CENT:
        en, zh = en.replace("%", "points"), zh.replace("%", "百分点")
    return tr(en, zh)


def decimals(unit: str, largest: float, *, is_difference: bool = False) -> int:
    """Digits after the point. Differences on scales of 0-1 are small and get one more."""
    shown = abs(largest) * scale_of(unit, largest)
    if unit in {"0-1", "Gini"}:
        return 4 if is_difference else 3
    if unit in _PER_CENT or is_many_yuan(unit, largest):
        return 1
    return 0 if shown >= 100 else 1


def number(value: float, unit: str, *, signed: bool = False, largest: float | None = None, more_digits: int = 0) -> str:
    """A value in its unit, without the unit's name. `largest`: of the row or axis that it stands in, so that all are
    shown alike; a level's, where the value is a difference from it. A dash where there is none."""
    if not math.isfinite(value):
        return "–"
    size = abs(value) if largest is None or not math.isfinite(largest) else abs(largest)
    digits = decimals(unit, size, is_difference=signed) + more_digits
    text = f"{value * scale_of(unit, size):{'+' if signed else ''},.{digits}f}"
    return text if any(c in "123456789" for c in text) else text.lstrip("+-")


def with_interval(
    estimate: Estimate, unit: str, *, signed: bool = False, largest: float | None = None
) -> tuple[str, str, str]:
    """The mean and the ends of its interval, all with as many digits as it takes to see that they differ, and that an
    interval without zero is one (at most two more than usual)."""
    size = abs(estimate.mean) if largest is None else largest
    texts = ("–", "–", "–")
    for more in range(3):
        mean, low, high = (
            number(value, unit, signed=signed, largest=size, more_digits=more)
            for value in (estimate.mean, estimate.low, estimate.high)
        )
        texts = (mean, low, high)
        if not estimate.has_interval or estimate.low == estimate.high:
            break
        is_wide = mean not in (low, high)
        has_zero = estimate.excludes_zero and not all(any(c in "123456789" for c in text) for text in texts)
        if is_wide and not has_zero:
            break
    return texts


def minus(text: str) -> str:
    """The text with true minus signs before numbers."""
    return _MINUS.sub("−", text)


def heading(outcome: str, largest: float, *, is_difference: bool = False) -> str:
    """The name of an outcome with the unit in which it is shown."""
    declared = OUTCOMES[outcome]
    return str(declared.meaning) + in_brackets(unit_name(declared.unit, largest, is_difference=is_difference))
