"""Results as a notebook shows them: escaped, in the language in force, each number with its interval or without any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from sim.lab.outcomes import OUTCOMES
from sim.lab.say.numbers import heading, minus, with_interval
from sim.lab.sums.doubt import EFFECT, LEVEL, Spread
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, tr

SHOWN = ("coverage", "met_per_year", "stay_share", "turnover", "cost_per_year")
"""Outcomes that a notebook shows; `.tables` has all."""

LevelOf = Callable[[str, str], Estimate]
"""Of an arm or a point, and an outcome."""


def page(about: str, said: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """What the object is, what the table shows, and the table."""

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    table = f"<table><thead>{row(head, 'th')}</thead><tbody>{body}</tbody></table>"
    return f"<p>{escape(about)}</p><p>{escape(said)}</p>{table}"


def of_arms(about: str, names: Sequence[str], level: LevelOf, effect: LevelOf) -> str:
    """A comparison: the baseline's level and the paired differences, an outcome a row."""
    said = tr(
        "The baseline's level, and paired differences from it, with 95 % intervals.",
        "基线水平及与之配对的差异，附 95% 区间。",
    )
    return _of_arms(about, said, names, level, effect)


def of_arms_over_worlds(about: str, names: Sequence[str], spread: Callable[[str, str, str], Spread]) -> str:
    """The same where doubt was run. spread: of an arm, an outcome and "level" or "effect"."""
    said = tr(
        "The baseline's level, and differences from it in the same world: medians, and where 95 of 100 worlds lie.",
        "基线水平及同一情形下与之的差异：中位数，以及每 100 个情形中 95 个所在的范围。",
    )
    return _of_arms(
        about,
        said,
        names,
        lambda arm, outcome: spread(arm, outcome, LEVEL).both,
        lambda arm, outcome: spread(arm, outcome, EFFECT).both,
    )


def _of_arms(about: str, said: str, names: Sequence[str], level: LevelOf, effect: LevelOf) -> str:
    rows = []
    for outcome in SHOWN:
        base = level(names[0], outcome)
        cells = [estimate(base, outcome, base.mean)]
        cells += [estimate(effect(name, outcome), outcome, base.mean, signed=True) for name in names[1:]]
        rows.append([heading(outcome, base.mean), *cells])
    return page(about, said, ["", *names], rows)


def estimate(one: Estimate, outcome: str, largest: float, *, signed: bool = False) -> str:
    """A mean with its interval, or that it has none."""
    mean, low, high = with_interval(one, OUTCOMES[outcome].unit, signed=signed, largest=largest)
    ends = tr(f"{low} to {high}", f"{low} 至 {high}") if one.has_interval else tr("no interval", "无区间")
    return minus(mean + in_brackets(ends))
