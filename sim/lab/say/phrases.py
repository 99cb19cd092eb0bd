"""Words that the sentences of an answer share, in the language in force."""

from __future__ import annotations

import math

from sim.lab.kept.reading import Key, Reading, Varied
from sim.lab.kept.results import Results, clean
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.numbers import unit_name, with_interval
from sim.lab.sums.statistics import Estimate
from sim.language import counted, in_brackets, tr, within_sentence

MOST_WARNINGS = 6


def warned(results: Results) -> list[str]:
    """What an answer begins with where a policy moves a lever against what it is for."""
    warnings = [clean(str(warning)) for warning in results.warnings]
    more = len(warnings) - MOST_WARNINGS
    told = [tr(f"And {counted(more, 'warning')} more.", f"另有 {more} 条警告。")] if more > 0 else []
    return [f"{warning}{tr('.', '。')}" for warning in warnings[:MOST_WARNINGS]] + told


def name_of(outcome: str) -> str:
    """The name of an outcome within a sentence, without what explains it."""
    return within_sentence(OUTCOMES[outcome].label)


def per_cent(chance: float) -> str:
    return tr(f"{100 * chance:.0f} %", f"{100 * chance:.0f}%")


def level_text(level: Estimate, outcome: str) -> str:
    mean, low, high = with_interval(level, OUTCOMES[outcome].unit)
    said = f"{mean} {unit_name(OUTCOMES[outcome].unit, level.mean)}"
    return said + in_brackets(tr(f"{low} to {high}", f"{low} 至 {high}")) if level.has_interval else said


def effect_text(reading: Reading, effect: Estimate, outcome: str) -> str:
    base = reading.level(0, outcome).mean
    largest = base if math.isfinite(base) else None
    mean, low, high = with_interval(effect, OUTCOMES[outcome].unit, signed=True, largest=largest)
    unit = unit_name(OUTCOMES[outcome].unit, abs(base) if math.isfinite(base) else 0.0, is_difference=True)
    return tr(f"{mean} {unit}, {low} to {high}", f"{mean} {unit}，{low} 至 {high}")


def says(factor: Varied, key: Key) -> str:
    """A level within a sentence; a bare number says nothing by itself."""
    return factor.says_in_full(key) if factor.is_numeric else factor.says(key)


def tasks_not_counted() -> str:
    """What a price leaves out where stations shed tasks."""
    return tr(
        "not counted is what others pay for the administrative tasks that stations no longer do",
        "未计入社工站不再承担的行政任务由他人办理的代价",
    )
