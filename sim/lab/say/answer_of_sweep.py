"""What a sweep answers, in a few sentences from its tables. Never more than the intervals allow."""

from __future__ import annotations

import math
from typing import Any

from sim.lab.kept.reading import Key, Reading, places
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.budget import budget_of_sweep
from sim.lab.say.many import MANY, over_many_settings
from sim.lab.say.phrases import effect_text, level_text, name_of, per_cent, says, warned
from sim.lab.say.sweep_over_worlds import at_least_surely, differences_told, how_sure, probably
from sim.lab.say.verdict import FEWEST_WORLDS, SURE, good
from sim.lab.sums.statistics import Estimate
from sim.language import counted, in_brackets, in_turn, listed, run_on, tr
from sim.scenario.parameters import PARAMETERS
from sim.sums import ordered_sum

FEWEST = 10
"""Of fewer seeds a bootstrap promises too much, so that no level is called the best."""

LITTLE = 0.2
"""Share of the largest effect: effects that lie less apart differ little."""

MOST_TOLD = 3
TOTALS = ("needs per year", "h per year", "yuan per year")
"""Units of what grows with the city."""


def answer(results: Results) -> list[str]:
    """A handful of sentences, in the language in force: what does best and how sure that is, which factor moves most, where
    levels overtake one another, what gets worse, how many comparisons were made, what the intervals do not hold."""
    reading = Reading(results)
    primary = primary_of(reading)
    sentences = [*warned(results), _base(reading, primary)]
    if reading.n_seeds[1] == 0:
        sentences.append(tr("No run is stored yet that succeeded.", "尚无成功的运行。"))
    elif not reading.has_intervals:
        sentences.append(
            tr(
                "With one seed no difference can be distinguished from chance.",
                "仅模拟一次（单一种子），无法区分差异与偶然。",
            )
        )
    elif len(reading.settings) > 1:
        best, point = _best(reading, primary)
        sentences += [
            best,
            _in_order(reading, primary),
            *differences(reading, primary),
            _moves_most(reading, primary),
            _overtakes(reading, primary),
        ]
        sentences += [_gets_worse(reading, primary, point), _sizes(reading), _comparisons(reading)]
    return [sentence for sentence in [*sentences, budget_of_sweep(reading), _how_sure(reading)] if sentence]


def differences(reading: Reading, outcome: str) -> list[str]:
    """What the levels of the contrast factor do, and on what that depends."""
    if len(reading.contexts) > MANY:
        return [over_many_settings(reading, outcome)]
    return [_varies(reading, outcome), _makes_up(reading, outcome)]


def primary_of(reading: Reading) -> str:
    """The outcome that the answer is about: the first that has a direction, or else the first."""
    return next((name for name in reading.outcomes if good(name) != 0), reading.outcomes[0])


def _base(reading: Reading, outcome: str) -> str:
    level = reading.level_shown(0, outcome)
    name = name_of(outcome)
    if not math.isfinite(level.mean):
        return tr(f"At the base, {name} cannot be given.", f"基准下无法给出{name}。")
    return tr(f"At the base, {name}: {level_text(level, outcome)}.", f"基准下，{name}为 {level_text(level, outcome)}。")


def _chances(reading: Reading, outcome: str) -> dict[int, dict[int, float]]:
    """Probabilities of being the best by context and point, the base's context first."""
    table = reading.results.tables["ranks"]
    column = "best_share" if reading.has_doubt else "best_chance"
    own = table[(table["outcome"] == outcome) & table[column].notna() & (table["n"] >= fewest(reading))]
    chances: dict[int, dict[int, float]] = {}
    for context, point, chance in zip(own["context"], own["point"], own[column], strict=True):
        chances.setdefault(int(context), {})[int(point)] = float(chance)
    return dict(sorted(chances.items(), key=lambda pair: (0 not in pair[1], pair[0])))


def fewest(reading: Reading) -> int:
    """Of fewer seeds, or worlds, no level is called the best."""
    return FEWEST_WORLDS if reading.has_doubt else FEWEST


def _title(reading: Reading, point: int) -> str:
    contrast = reading.contrast
    return reading.title(point) if contrast is None else says(contrast, reading.key(point, contrast))


def _best(reading: Reading, outcome: str) -> tuple[str, int | None]:
    """What does best on an outcome, and the point that does, where that is distinguishable from chance."""
    found = _chances(reading, outcome)
    if not found and len(reading.results.tables["ranks"]):
        said = tr(
            f"Which does best on {name_of(outcome)} is not said of fewer than {counted(fewest(reading), 'world' if reading.has_doubt else 'seed')}.",
            f"{'情形' if reading.has_doubt else '种子'}少于 {fewest(reading)} 个，不判断{name_of(outcome)}何者最佳。",
        )
        return said, None
    if not found:
        return _furthest(reading, outcome)
    if len(found) == 1:
        context, chances = next(iter(found.items()))
        return _best_here(reading, outcome, context, chances)
    firsts = [max(chances, key=lambda point: chances[point]) for chances in found.values()]
    sure = [first for first, chances in zip(firsts, found.values(), strict=True) if chances[first] >= SURE]
    counts: dict[str, int] = {}
    for title in (_title(reading, point) for point in sure):
        counts[title] = counts.get(title, 0) + 1
    n, name = len(found), name_of(outcome)
    if counts and max(counts.values()) == n:
        (title,) = counts
        said = tr(
            f"On {name}, {title} does best in every one of the {n} settings of the other factors, each {at_least_surely(reading)}.",
            f"就{name}而言，在其余因素的全部 {n} 种组合中均以“{title}”最佳，{at_least_surely(reading)}。",
        )
        return said, firsts[0] if 0 in next(iter(found.values())) else None
    parts = [
        tr(f"{title} in {k}", f"“{title}”{k} 种") for title, k in sorted(counts.items(), key=lambda pair: -pair[1])
    ]
    if len(sure) < n:
        parts.append(tr(f"in {n - len(sure)} it cannot be told which", f"{n - len(sure)} 种无法判断"))
    said = tr(
        f"What does best on {name} in the {n} settings of the other factors ({at_least_surely(reading)}): {in_turn(parts)}.",
        f"在其余因素的 {n} 种组合中，{name}最佳者（{at_least_surely(reading)}）：{in_turn(parts)}。",
    )
    context, chances = next(iter(found.items()))
    if reading.contrast is not None and 0 in chances:
        where = tr("all else as at the base, ", "其余同基准时，")
        here, best = _best_here(reading, outcome, context, chances, where)
        return run_on([said, here]), best
    return said, None


def _best_here(
    reading: Reading, outcome: str, context: int, chances: dict[int, float], where: str = ""
) -> tuple[str, int | None]:
    order = sorted(chances, key=lambda point: -chances[point])
    name, first = name_of(outcome), order[0]
    if chances[first] >= SURE:
        chance = probably(reading, chances[first])
        said = tr(
            f"On {name}, {where}{_title(reading, first)} does best, {chance}.",
            f"就{name}而言，{where}“{_title(reading, first)}”最佳，{chance}。",
        )
        return said, first
    able = listed(f"{_title(reading, point)} {per_cent(chances[point])}" for point in order[:MOST_TOLD])
    said = tr(
        f"On {name}, {where}it cannot be told which does best; the most probable: {able}.",
        f"就{name}而言，{where}无法判断何者最佳；可能性最大者：{able}。",
    )
    return said, None


def _furthest(reading: Reading, outcome: str) -> tuple[str, int | None]:
    """The point with the largest effect the good way, of more points than are ranked."""
    side = good(outcome) or 1
    effects = {
        point: effect for point in reading.settings if point and (effect := reading.shown(point, outcome)).has_interval
    }
    if not effects:
        return "", None
    n, name = len(effects), name_of(outcome)
    first = max(effects, key=lambda point: side * effects[point].mean)
    if not reading.is_clear(first, outcome) or side * effects[first].mean < 0.0:
        said = tr(
            f"None of {counted(n, 'point')} is distinguishably better than the base on {name}.",
            f"{n} 个设计点中，没有一个在{name}上可与偶然区分地优于基准。",
        )
        return said, None
    said = tr(
        f"Of {counted(n, 'point')}, {reading.title(first)} does best on {name} ({effect_text(reading, effects[first], outcome)}, against the base); picked "
        "as the first of so many, it looks better than it is.",
        f"{n} 个设计点中，{reading.title(first)}的{name}最佳（较基准 {effect_text(reading, effects[first], outcome)}）；从众多设计点中挑出的第一名，看起来会比实际更好。",
    )
    return said, first


def _in_order(reading: Reading, outcome: str) -> str:
    """Levels that have names, all else at the base, the best first, by their differences from the base: those of the one factor
    there is, or of the first besides the contrast factor."""
    apart = [factor for factor in reading.factors if len(reading.factors) == 1 or factor is not reading.contrast]
    factor = next((factor for factor in apart if not factor.is_numeric), None)
    if factor is None or good(outcome) == 0:
        return ""
    effects = {
        point: effect
        for point in reading.settings
        if reading.alone(point) == factor and (effect := reading.shown(point, outcome)).has_interval
    }
    order = sorted(effects, key=lambda point: -good(outcome) * effects[point].mean)
    if len(order) < 2:
        return ""
    shown = order if len(order) <= 2 * MOST_TOLD else [*order[:MOST_TOLD], *order[-MOST_TOLD:]]
    parts = [
        factor.says(reading.key(point, factor)) + in_brackets(effect_text(reading, effects[point], outcome))
        for point in shown
    ]
    if len(shown) < len(order):
        parts.insert(MOST_TOLD, "…")
    if reading.has_doubt:
        return tr(
            f"{factor.title} by the median of {name_of(outcome)}, against the base: {in_turn(parts)}.",
            f"{factor.title}按{name_of(outcome)}的中位数排列（与基准相比）：{in_turn(parts)}。",
        )
    return tr(
        f"{factor.title}, from the best on {name_of(outcome)} to the worst, against the base: {in_turn(parts)}.",
        f"{factor.title}按{name_of(outcome)}从优到劣（与基准相比）：{in_turn(parts)}。",
    )


def _varies(reading: Reading, outcome: str) -> str:
    """Where the contrast factor's furthest level does most and least, against the same setting without it."""
    contrast = reading.contrast
    contexts = reading.contexts
    if contrast is None or len(contexts) < 2:
        return ""
    reference = reading.key(next(iter(contexts)), contrast)
    effects: dict[Key, dict[int, Estimate]] = {}
    for context, (_, *points) in contexts.items():
        if reading.key(context, contrast) == reference:
            for point in points:
                if (effect := reading.shown(point, outcome, context)).has_interval:
                    effects.setdefault(reading.key(point, contrast), {})[context] = effect
    compared = {key: by_context for key, by_context in effects.items() if len(by_context) > 1}
    if not compared:
        return ""
    key = max(compared, key=lambda key: max(abs(effect.mean) for effect in compared[key].values()))
    own = compared[key]
    side = math.copysign(1.0, ordered_sum(effect.mean for effect in own.values()))
    most = max(own, key=lambda context: side * own[context].mean)
    least = min(own, key=lambda context: side * own[context].mean)
    name, level, base = name_of(outcome), says(contrast, key), says(contrast, reference)

    def where(context: int) -> str:
        setting = reading.spelled_out(context, without=contrast)
        return tr(setting, f"“{setting}”") + in_brackets(effect_text(reading, own[context], outcome))

    if min(own[most].high, own[least].high) >= max(own[most].low, own[least].low):  # the intervals overlap
        return tr(
            f"The difference that {level} makes to {name}, against {base}, is not told to depend on the other factors: from {where(least)} to {where(most)}.",
            f"与“{base}”相比，“{level}”对{name}的作用未见明显随其余因素而变：从{where(least)}到{where(most)}。",
        )
    if side * own[least].mean > (1.0 - LITTLE) * side * own[most].mean:
        return tr(
            f"The difference that {level} makes to {name}, against {base}, depends little on the other factors: from {where(least)} to {where(most)}.",
            f"与“{base}”相比，“{level}”对{name}的作用随其余因素变化不大：从{where(least)}到{where(most)}。",
        )
    return tr(
        f"The difference that {level} makes to {name}, against {base}, is largest at {where(most)} and smallest at {where(least)}.",
        f"与“{base}”相比，“{level}”对{name}的作用在{where(most)}时最大，在{where(least)}时最小。",
    )


def _makes_up(reading: Reading, outcome: str) -> str:
    """Where another factor alone makes the outcome worse: which is the least level of a numeric contrast factor that undoes it."""
    contrast, side = reading.contrast, good(outcome)
    if contrast is None or not contrast.is_numeric or side == 0:
        return ""
    parts = []
    for context, points in reading.contexts.items():
        worse = {point for point in points if reading.verdict(point, outcome) == "worse"}
        if context not in worse or reading.alone(context) in (None, contrast):
            continue
        setting = reading.title(context)
        enough = [point for point in points if point not in worse and reading.effect(point, outcome).has_interval]
        if reading.has_doubt:
            enough = [point for point in points if reading.verdict(point, outcome) == "better"]
        if not enough:
            parts.append(tr(f"none at {setting}", f"“{setting}”时，无"))
            continue
        least = min(enough, key=lambda point: side * reading.shown(point, outcome).mean)
        level = says(contrast, reading.key(least, contrast))
        effect = effect_text(reading, reading.shown(least, outcome), outcome)
        parts.append(tr(f"{level} at {setting}", f"“{setting}”时，{level}") + in_brackets(effect))
    if not parts:
        return ""
    levels = in_turn(parts[:MOST_TOLD])
    return tr(
        f"The least of the levels tried that brings {name_of(outcome)} back to the base's or better: {levels}, against the base.",
        f"使{name_of(outcome)}恢复到基准或更好的最低水平（与基准相比）：{levels}。",
    )


def _moves_most(reading: Reading, outcome: str) -> str:
    """Which factor the outcome depends on most."""
    table = reading.results.tables["correlations"]
    own = table[(table["outcome"] == outcome) & (table["of"] == "level") & table["low"].notna()]
    if len(own):
        return _goes_with(reading, outcome, own)
    strongest: dict[str, tuple[int, Estimate]] = {}
    for point in reading.settings:
        factor, effect = reading.alone(point), reading.shown(point, outcome)
        if factor is not None and effect.has_interval:
            if factor.name not in strongest or abs(effect.mean) > abs(strongest[factor.name][1].mean):
                strongest[factor.name] = (point, effect)
    if len(strongest) < 2:
        return ""
    name = name_of(outcome)
    clear = [(point, effect) for point, effect in strongest.values() if reading.is_clear(point, outcome)]
    clear.sort(key=lambda pair: -abs(pair[1].mean))
    if not clear:
        if reading.has_doubt:
            return tr(
                f"No factor, changed by itself, moves {name} one way in at least 95 of 100 worlds.",
                f"单独改变任何一个因素，{name}的变化都达不到每 100 个情形中 95 个方向一致。",
            )
        return tr(
            f"No factor, changed by itself, moves {name} by more than chance.",
            f"单独改变任何一个因素，{name}的变化都无法与偶然区分。",
        )
    parts = [
        reading.title(point) + in_brackets(effect_text(reading, effect, outcome)) for point, effect in clear[:MOST_TOLD]
    ]
    return tr(
        f"Changed by themselves over the levels tried, these move {name} most: {in_turn(parts)}.",
        f"在所试水平内单独改变时，对{name}影响最大的是：{in_turn(parts)}。",
    )


def _goes_with(reading: Reading, outcome: str, table: Any) -> str:
    titles = {factor.name: factor.title for factor in reading.factors}
    rows = sorted(table.to_dict("records"), key=lambda row: -abs(row["rho"]))
    clear = [row for row in rows if row["low"] > 0.0 or row["high"] < 0.0][:MOST_TOLD]
    name = name_of(outcome)
    if not clear:
        return tr(
            f"No drawn factor goes with {name} more closely than by chance.",
            f"没有一个抽样因素与{name}的相关可与偶然区分。",
        )
    parts = [
        titles[row["factor"]]
        + in_brackets(
            tr(
                f"{row['rho']:+.2f}, {row['low']:+.2f} to {row['high']:+.2f}",
                f"{row['rho']:+.2f}，{row['low']:+.2f} 至 {row['high']:+.2f}",
            )
        )
        for row in clear
    ]
    return tr(
        f"Over the ranges drawn from, {name} goes most closely with (rank correlation): {in_turn(parts)}.",
        f"在抽样范围内，与{name}秩相关最强的因素：{in_turn(parts)}。",
    )


def _overtakes(reading: Reading, outcome: str) -> str:
    contrast = reading.contrast
    table = reading.results.tables["overtakes"]
    own = table[table["outcome"] == outcome]
    if contrast is None or not len(own):
        return ""
    name, clear = name_of(outcome), own[own["is_clear"]]
    if not len(clear):
        return tr(
            f"On {name}, no change of order between levels of {contrast.title} is distinguishable from chance.",
            f"就{name}而言，“{contrast.title}”各水平之间没有可与偶然区分的次序变化。",
        )
    factors = {factor.name: factor for factor in reading.factors}
    parts = []
    for row in clear.head(MOST_TOLD).itertuples():
        factor = factors[str(row.factor)]
        before, after = (says(contrast, reading.level_key(str(name))) for name in (row.level_a, row.level_b))
        at, low, high = places(row)
        unit = factor.unit_after
        parts.append(
            tr(
                f"{after} overtakes {before} at {factor.title} of {at}{unit} ({low} to {high})",
                f"{factor.title}达到 {at}{unit}（{low} 至 {high}）时，“{after}”反超“{before}”",
            )
        )
    if more := len(clear) - len(parts):
        parts.append(tr(f"and {more} more such changes in the table", f"另有 {more} 处见表"))
    mean = tr("as a mean over worlds, ", "以各情形的均值计，") if reading.has_doubt else ""
    return tr(f"On {name}, {mean}{in_turn(parts)}.", f"就{name}而言，{mean}{in_turn(parts)}。")


def _gets_worse(reading: Reading, outcome: str, point: int | None) -> str:
    """What else changes for the worse where the outcome is best."""
    if not point:
        return ""
    worse = [name_of(name) for name in reading.outcomes if name != outcome and reading.verdict(point, name) == "worse"]
    title = reading.title(point)
    if not worse:
        return tr(
            f"Under {title}, none of the other outcomes is told to be worse than at the base.",
            f"“{title}”下，其余结果均未见明确变差。",
        )
    return tr(f"Worse than at the base under {title}: {listed(worse)}.", f"“{title}”下较基准变差：{listed(worse)}。")


def _sizes(reading: Reading) -> str:
    """That cities of several sizes are compared, where an outcome is a total of the city."""
    totals = [name_of(name) for name in reading.outcomes if OUTCOMES[name].unit in TOTALS]
    match reading.results.provenance.get("residents"):
        case [int() as fewest, int() as most] if fewest < most and totals:
            return tr(
                f"The cities compared have from {fewest:,} to {most:,} residents, and totals of a city grow with it ({listed(totals)}): between "
                "cities compare shares and costs per need, and totals only within one city.",
                f"所比较的城市有 {fewest:,} 至 {most:,} 名居民，全市总量随人口增加（{listed(totals)}）：城市之间请比较比例与单位成本，总量只宜在同一城市内比较。",
            )
    return ""


def _comparisons(reading: Reading) -> str:
    if reading.has_doubt:
        return differences_told(reading)
    table = reading.results.tables["effects"]
    judged = table[table["low"].notna()]
    n, clear, all_at_once = len(judged), int(judged["is_clear"].sum()), int(judged["is_clear_of_all"].sum())
    if n == 0:
        return ""
    return tr(
        f"Of {counted(n, 'difference')} from the base, {clear:,} are told from zero one by one, where about {n / 20:,.0f} would be by chance alone if "
        f"nothing had an effect; {all_at_once:,} stand when all points of an outcome are judged together.",
        f"与基准的 {n:,} 项差异中，逐项判断有 {clear:,} 项可与零区分（若全无效果，仅因偶然也约有 {n / 20:,.0f} 项）；把同一结果的所有设计点合并判断时，{all_at_once:,} 项仍成立。",
    )


def _how_sure(reading: Reading) -> str:
    assumed = sum(parameter.is_assumption for parameter in PARAMETERS.values())
    tried = sum(varied.factor.kind == "parameter" for varied in reading.factors)
    n = len(PARAMETERS)
    if reading.has_doubt and reading.has_intervals:
        return how_sure(reading)
    en, zh = (
        (f"; other values of {tried} parameters were tried here", f"；此处试了其中 {tried} 个参数的其他取值")
        if tried
        else ("", "")
    )
    if not reading.has_intervals:
        return tr(
            f"Nothing here says how sure it is, and {assumed} of the model's {n} parameters are assumptions{en}.",
            f"以上数字无法说明把握大小，且模型 {n} 个参数中有 {assumed} 个为假设{zh}。",
        )
    return tr(
        f"The 95 % intervals hold the simulation's chance only and say nothing about whether the model is right: {assumed} of its {n} parameters "
        f"are assumptions{en}.",
        f"95% 区间仅反映模拟的随机波动，并不说明模型正确：{n} 个参数中有 {assumed} 个为假设{zh}。",
    )
