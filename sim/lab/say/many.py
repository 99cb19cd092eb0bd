"""What the levels of a contrast factor do over many settings of the other factors: drawn worlds, rather than named ones."""

from __future__ import annotations

import numpy as np

from sim.lab.kept.reading import Key, Reading
from sim.lab.say.phrases import effect_text, name_of, says
from sim.lab.say.verdict import good
from sim.lab.sums.statistics import Estimate
from sim.language import counted, tr

MANY = 12
"""More settings than this are told by their range rather than by name."""


def over_many_settings(reading: Reading, outcome: str) -> str:
    """By level: the range of its differences from the reference over settings, their median, in how many it is told to be
    better or worse, and in how many its mean is the best."""
    contrast = reading.contrast
    if contrast is None:
        return ""
    reference = reading.key(next(iter(reading.contexts)), contrast)
    effects: dict[Key, list[Estimate]] = {}
    best: dict[Key, int] = {}
    side, n = good(outcome) or 1, 0
    for context, (_, *points) in reading.contexts.items():
        own = {reading.key(point, contrast): reading.contrasted(context, point, outcome) for point in points}
        known = {key: one for key, one in own.items() if one.has_interval}
        if reading.key(context, contrast) != reference or not known:
            continue
        n += 1
        for key, one in known.items():
            effects.setdefault(key, []).append(one)
        first = max(known, key=lambda key: side * known[key].mean)
        if side * known[first].mean > 0.0:
            best[first] = best.get(first, 0) + 1
    if not effects:
        return ""
    parts = []
    for key, found in sorted(effects.items(), key=lambda pair: -side * float(np.median([one.mean for one in pair[1]]))):
        means = [one.mean for one in found]
        better = sum(one.excludes_zero and side * one.mean > 0.0 for one in found)
        worse = sum(one.excludes_zero and side * one.mean < 0.0 for one in found)
        middle = Estimate(float(np.median(means)), min(means), max(means), float("nan"), len(found))
        said = effect_text(reading, middle, outcome)
        parts.append(
            tr(
                f"{says(contrast, key)} {said}; told to be better in {better}, worse in {worse}, the first by its mean in {best.get(key, 0)}",
                f"“{says(contrast, key)}”{said}；{better} 种中可判断为变好，{worse} 种中变差，{best.get(key, 0)} 种中均值居首",
            )
        )
    name, base = name_of(outcome), says(contrast, reference)
    return tr(
        f"Over {counted(n, 'setting')} of the other factors, difference in {name} from {base}, as median, least and most over settings (no interval): {' | '.join(parts)}.",
        f"在其余因素的 {n} 种组合中，与“{base}”相比{name}的差异（组合间的中位数、最小与最大，非区间）：{' | '.join(parts)}。",
    )
