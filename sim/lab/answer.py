"""The answer in three sentences: what helps, at what cost, how sure. Never more than the intervals allow."""

from __future__ import annotations

from sim.lab.numbers import with_interval
from sim.lab.outcomes import OUTCOMES
from sim.lab.results import Results
from sim.language import current, tr
from sim.scenario.parameters import PARAMETERS

PRIMARY = "coverage"
"""The outcome that the answer is about: needs met of needs that arose."""

WATCHED = ("true_on_time_share", "stay_share", "turnover", "burnout", "trust", "unpaid_wage_share", "inequality_groups")
"""What a policy that raises coverage may still make worse; then the answer says so."""


def verdict(results: Results, arm: str, outcome: str) -> str:
    """ "better", "worse" or "changed" (neither is good) where the interval excludes zero; else "same"; "unknown" where
    there is no interval."""
    effect = results.effect(arm, outcome)
    if not effect.has_interval:
        return "unknown"
    if not effect.excludes_zero:
        return "same"
    good = OUTCOMES[outcome].good
    return "changed" if good == 0 else "better" if good * effect.mean > 0.0 else "worse"


def answer(results: Results) -> list[str]:
    """Three sentences, in the language in force."""
    return [_what_helps(results), _what_it_costs(results), _how_sure(results)]


def _listed(names: list[str]) -> str:
    return tr(", ", "、").join(names)


def _what_helps(results: Results) -> str:
    base = results.level(results.baseline, PRIMARY)
    start = tr(
        f"At baseline the city meets {100 * base.mean:.1f} % of the needs that arise",
        f"基线下全市满足了所产生需求的 {100 * base.mean:.1f} %",
    )
    if not results.policies:
        return start + tr(".", "。")
    verdicts = {arm: verdict(results, arm, PRIMARY) for arm in results.policies}
    if set(verdicts.values()) == {"unknown"}:
        return start + tr(
            "; with one seed no difference can be told from chance.", "；仅一个随机种子，无法区分差异与偶然。"
        )

    def phrase(arm: str) -> str:
        e = results.effect(arm, PRIMARY)
        title = results.title(arm)
        mean, low, high = with_interval(e, "share", signed=True, largest=base.mean)
        text = tr(f"{title} {mean} points ({low} to {high}", f"{title} {mean} 个百分点（{low} 至 {high}")
        worse = [OUTCOMES[one].meaning(current()) for one in WATCHED if verdict(results, arm, one) == "worse"]
        if worse and verdicts[arm] == "better":
            text += tr(f"; but worse: {_listed(worse)}", f"；但以下变差：{_listed(worse)}")
        return text + tr(")", "）")

    order = sorted(results.policies, key=lambda arm: -results.effect(arm, PRIMARY).mean)
    better, worse, same = ([arm for arm in order if verdicts[arm] == one] for one in ("better", "worse", "same"))
    parts = []
    if better:
        parts.append(tr("raised by ", "提高该比例的有：") + _listed([phrase(arm) for arm in better]))
    if worse:
        parts.append(tr("lowered by ", "降低该比例的有：") + _listed([phrase(arm) for arm in worse]))
    if same:
        titles = _listed([results.title(arm) for arm in same])
        parts.append(tr(f"no difference can be told from chance for {titles}", f"无法与偶然区分的有：{titles}"))
    return tr("; ", "；").join([start, *parts]) + tr(".", "。")


def _what_it_costs(results: Results) -> str:
    prices = {arm: results.price(arm) for arm in results.policies}
    today = results.level(results.baseline, "cost_per_met_need")
    parts = []
    for arm, price in sorted(prices.items(), key=lambda pair: pair[1].yuan):
        title = results.title(arm)
        if price.verdict == "gain" and price.high <= 0.0:
            parts.append(tr(f"{title} meets more needs and saves money", f"{title}在节省资金的同时满足更多需求"))
        elif price.verdict == "gain":
            text = tr(
                f"{title} {price.yuan:,.0f} yuan ({price.low:,.0f} to {price.high:,.0f}",
                f"{title} {price.yuan:,.0f} 元（{price.low:,.0f} 至 {price.high:,.0f}",
            )
            if today.has_interval and price.low > today.high:
                text += tr(", dearer than a met need is now", "，高于目前每项需求的成本")
            parts.append(text + tr(")", "）"))
    without = [results.title(arm) for arm, price in prices.items() if price.verdict in {"no gain", "loss"}]
    if not parts and not without:
        return tr("No price of an additional met need can be given.", "无法给出每多满足一项需求的成本。")
    sentence = ""
    if parts:
        now = tr(f" (a met need now costs {today.mean:,.0f})", f"（目前每项 {today.mean:,.0f} 元）")
        sentence = tr("An additional met need", "每多满足一项需求的成本") + (now if today.has_interval else "")
        sentence += tr(" costs under ", "：") + _listed(parts)
    if without:
        none = tr(f"no gain to pay for under {_listed(without)}", f"没有可计价的增益：{_listed(without)}")
        sentence = f"{sentence}{tr('; ', '；')}{none}" if sentence else none[0].upper() + none[1:]
    return sentence + tr(".", "。")


def _how_sure(results: Results) -> str:
    assumed = sum(one.is_assumption for one in PARAMETERS.values())
    n = len(PARAMETERS)
    if results.n_seeds < 2:
        return tr(
            f"One seed gives no interval: nothing here says how sure it is, and {assumed} of the model's {n} parameters are assumptions.",
            f"单一种子没有区间：以上数字无法说明把握大小，且模型 {n} 个参数中有 {assumed} 个为假设。",
        )
    return tr(
        f"These are 95 % intervals over {results.n_seeds} paired seeds and hold chance only, not the doubt about the model: "
        f"{assumed} of its {n} parameters are assumptions, so trust the signs and the order more than the sizes.",
        f"以上为 {results.n_seeds} 个配对种子的 95 % 区间，只含偶然性，不含模型本身的不确定性：{n} 个参数中有 {assumed} "
        "个为假设，因此方向与排序比数值大小更可信。",
    )
