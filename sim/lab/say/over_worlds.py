"""Words for what holds over worlds, in the language in force: how many of 100, which worlds they are, how far they lie apart."""

from __future__ import annotations

import math

from sim.lab.kept.results import Results
from sim.lab.say.verdict import FEWEST_WORLDS
from sim.language import counted, tr

NOT_FITTED = "prior"


def which_worlds(results: Results) -> str:
    """What the worlds of results are."""
    if results.doubt == NOT_FITTED:
        return tr(
            "worlds of the prior, not held against any figure of the city",
            "未与本市任何指标核对的先验情形",
        )
    return tr(f"worlds that fit {results.city}'s figures", f"符合{results.city}指标的情形")


def whole_hundredths(share: float) -> int:
    """Of a share (0-1) of worlds, how many of 100: never more than there are, so that no share reads as the next mark."""
    return math.floor(100.0 * share + 1e-9)


def in_so_many(share: float, n: int) -> str:
    """ "in 84 of 100 worlds"; of fewer worlds, how many of them."""
    if not math.isfinite(share):
        return tr("in no world that is known", "无已知情形")
    if n < FEWEST_WORLDS:
        return tr(f"in {round(share * n)} of {counted(n, 'world')}", f"{n} 个情形中有 {round(share * n)} 个")
    k = whole_hundredths(share)
    if k == 0 and share > 0.0:
        return tr("in fewer than 1 of 100 worlds", "100 个情形中不到 1 个")
    return tr(f"in {k} of 100 worlds", f"每 100 个情形中有 {k} 个")


def where_they_lie(low: str, high: str, n: int, *, which: str = "") -> str:
    """Ends of a spread: "1.8 to 7.5 in 95 of 100 worlds". which: what the worlds are, in place of "worlds"."""
    if n < FEWEST_WORLDS:
        return tr(f"{low} to {high} over {counted(n, 'world')}", f"{n} 个情形介于 {low} 至 {high}")
    return tr(
        f"{low} to {high} in 95 of 100 {which or 'worlds'}", f"每 100 个{which or '情形'}中有 95 个介于 {low} 至 {high}"
    )
