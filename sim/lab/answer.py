"""The answer in three sentences: what helps, at what cost, how sure. Never more than the intervals allow."""

from __future__ import annotations

from sim.lab.compare import Comparison
from sim.language import tr
from sim.scenario.parameters import PARAMETERS

PRIMARY = "coverage"
"""The outcome that the answer is about: needs met of needs that arose."""


def title_of(result: Comparison, arm: str) -> str:
    """What an arm is called, in the language in force."""
    scenario = result.arms[arm]
    if arm == result.names[0]:
        return tr("baseline", "基线")
    text = scenario.policies[-1].title
    return tr(text.en, text.zh)


def points(value: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100.0 * value:+.1f}"


def answer(result: Comparison) -> list[str]:
    """Three sentences, in the language in force."""
    return [_what_helps(result), _what_it_costs(result), _how_sure(result)]


def _what_helps(result: Comparison) -> str:
    base = result.level(result.names[0], PRIMARY)
    effects = {arm: result.effect(arm, PRIMARY) for arm in result.names[1:]}
    start = tr(
        f"At baseline the city meets {100 * base.mean:.1f} % of the needs that arise",
        f"基线下全市满足了所产生需求的 {100 * base.mean:.1f} %",
    )
    if not effects:
        return start + tr(".", "。")
    if result.outcomes.shape[1] < 2:
        return start + tr(
            "; with one seed no difference can be told from chance.", "；仅一个随机种子，无法区分差异与偶然。"
        )

    def phrase(arm: str) -> str:
        e = effects[arm]
        return tr(
            f"{title_of(result, arm)} {points(e.mean)} points ({points(e.low)} to {points(e.high)})",
            f"{title_of(result, arm)} {points(e.mean)} 个百分点（{points(e.low)} 至 {points(e.high)}）",
        )

    order = sorted(effects, key=lambda arm: -effects[arm].mean)
    better = [arm for arm in order if effects[arm].excludes_zero and effects[arm].mean > 0]
    worse = [arm for arm in order if effects[arm].excludes_zero and effects[arm].mean < 0]
    same = [arm for arm in order if not effects[arm].excludes_zero]
    parts = []
    comma = tr(", ", "、")
    if better:
        parts.append(tr("raised by ", "提高该比例的有：") + comma.join(phrase(arm) for arm in better))
    if worse:
        parts.append(tr("lowered by ", "降低该比例的有：") + comma.join(phrase(arm) for arm in worse))
    if same:
        listed = comma.join(title_of(result, arm) for arm in same)
        parts.append(tr(f"no difference can be told from chance for {listed}", f"无法与偶然区分的有：{listed}"))
    return start + tr("; ", "；") + tr("; ", "；").join(parts) + tr(".", "。")


def _what_it_costs(result: Comparison) -> str:
    prices = {arm: result.price(arm) for arm in result.names[1:]}
    parts = []
    for arm, price in sorted(prices.items(), key=lambda pair: pair[1].yuan):
        title = title_of(result, arm)
        if price.verdict == "gain" and price.high <= 0.0:
            parts.append(tr(f"{title} meets more needs and saves money", f"{title}在节省资金的同时满足更多需求"))
        elif price.verdict == "gain":
            parts.append(
                tr(
                    f"{title} {price.yuan:,.0f} yuan ({price.low:,.0f} to {price.high:,.0f})",
                    f"{title} {price.yuan:,.0f} 元（{price.low:,.0f} 至 {price.high:,.0f}）",
                )
            )
    without = [title_of(result, arm) for arm, price in prices.items() if price.verdict in {"no gain", "loss"}]
    if not parts and not without:
        return tr("No price of an additional met need can be given.", "无法给出每多满足一项需求的成本。")
    comma = tr(", ", "、")
    sentence = ""
    if parts:
        sentence = tr("An additional met need costs under ", "每多满足一项需求的成本：") + comma.join(parts)
    if without:
        none = tr(f"no gain to pay for under {comma.join(without)}", f"没有可计价的增益：{comma.join(without)}")
        sentence = f"{sentence}{tr('; ', '；')}{none}" if sentence else none[0].upper() + none[1:]
    return sentence + tr(".", "。")


def _how_sure(result: Comparison) -> str:
    n = result.outcomes.shape[1]
    assumed = sum(one.is_assumption for one in PARAMETERS.values())
    return tr(
        f"These are 95 % intervals over {n} paired seeds and hold chance only, not the doubt about the model: {assumed} of "
        f"its {len(PARAMETERS)} parameters are assumptions, so trust the signs and the order more than the sizes.",
        f"以上为 {n} 个配对种子的 95 % 区间，只含偶然性，不含模型本身的不确定性：{len(PARAMETERS)} 个参数中有 {assumed} "
        "个为假设，因此方向与排序比数值大小更可信。",
    )
