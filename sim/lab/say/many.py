"""What the levels of a contrast factor do over many settings of the other factors: drawn worlds, rather than named ones."""

from __future__ import annotations

import numpy as np

from sim.lab.kept.reading import Key, Reading
from sim.lab.say.phrases import effect_text, name_of, says
from sim.lab.say.verdict import good
from sim.lab.sums.statistics import Estimate
from sim.language import counted, tr

MANY = 12
"""More settings than this are described by their range rather than by name."""


def over_many_settings(reading: Reading, outcome: str) -> str:
    """By level: the range of its differences from the reference over settings, their median, in how many it is distinguishably
    better or worse, and in how many its mean is the best."""
    contrast = reading.contrast
    if contrast is None:
        return ""
    reference = reading.key(next(iter(reading.contexts)), contrast)
    effects: dict[Key, list[tuple[Estimate, bool]]] = {}
    best: dict[Key, int] = {}
    side, n = good(outcome) or 1, 0
    for context, (_, *points) in reading.contexts.items():
        own = {
            reading.key(point, contrast): (
                reading.shown(point, outcome, context),
                reading.is_clear(point, outcome, context),
            )
            for point in points
        }
        known = {key: effect for key, effect in own.items() if effect[0].has_interval}
        if reading.key(context, contrast) != reference or not known:
            continue
        n += 1
        for key, effect in known.items():
            effects.setdefault(key, []).append(effect)
        first = max(known, key=lambda key: side * known[key][0].mean)
        if side * known[first][0].mean > 0.0:
            best[first] = best.get(first, 0) + 1
    if not effects:
        return ""
    parts = []
    medians = {key: float(np.median([effect.mean for effect, _ in own])) for key, own in effects.items()}
    for key in sorted(effects, key=lambda key: -side * medians[key]):
        means = [effect.mean for effect, _ in effects[key]]
        better = sum(is_clear and side * effect.mean > 0.0 for effect, is_clear in effects[key])
        worse = sum(is_clear and side * effect.mean < 0.0 for effect, is_clear in effects[key])
        middle = Estimate(medians[key], min(means), max(means), float("nan"), len(means))
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
