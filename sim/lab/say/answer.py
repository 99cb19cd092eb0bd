"""The answer in three sentences: what helps, at what cost, how sure. Never more than the intervals allow, or the worlds where doubt was
run (`answer_of_worlds`). Where the city says its budget, a sentence of that stands before the last."""

from __future__ import annotations

import math

from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say import answer_of_worlds
from sim.lab.say.budget import budget_told
from sim.lab.say.numbers import with_interval
from sim.lab.say.phrases import tasks_not_counted, warned
from sim.lab.say.verdict import is_apart
from sim.language import counted, in_brackets, in_turn, listed, tr
from sim.scenario.parameters import PARAMETERS

PRIMARY = "coverage"
"""The outcome that the answer is about: needs met of needs that arose."""

WATCHED = (
    "true_on_time_share", "service_share", "stay_share", "turnover", "burnout", "trust", "goodwill", "unpaid_wage_share",
)  # fmt: skip
"""What a policy that raises coverage may still make worse; then the answer says so."""


def answer(results: Results) -> list[str]:
    """Three sentences, in the language in force, or four with that of the budget; warnings come before them."""
    budget = budget_told(results)
    sentences = [_what_helps(results), _what_it_costs(results), *([budget] if budget else []), _how_sure(results)]
    return [*warned(results), *sentences]


def _what_helps(results: Results) -> str:
    base = results.level(results.baseline, PRIMARY)
    if not math.isfinite(base.mean):
        return tr("No need arose, so coverage cannot be given.", "没有产生需求，无法计算覆盖率。")
    if results.doubt != "none" and results.n_seeds > 1:
        return answer_of_worlds.what_helps(results, WATCHED)
    start = tr(
        f"At baseline the city meets {100 * base.mean:.1f} % of the needs that arise",
        f"现状延续下，全市满足了所产生需求的 {100 * base.mean:.1f}%",
    )
    if not results.policies:
        return start + tr(".", "。")
    if results.n_seeds < 2:
        return start + tr(
            "; with one seed no difference can be distinguished from chance.", "；仅模拟一次，无法区分差异与偶然。"
        )
    effects = {arm: results.effect(arm, PRIMARY) for arm in results.policies}

    def phrase(arm: str) -> str:
        mean, low, high = with_interval(effects[arm], "ratio", signed=True, largest=base.mean)
        said = [tr(f"{mean} points, {low} to {high}", f"{mean} 个百分点，{low} 至 {high}")]
        worse = [OUTCOMES[outcome].meaning for outcome in WATCHED if results.verdict(arm, outcome) == "worse"]
        if worse and effects[arm].mean > 0.0:
            said.append(tr(f"but worse: {listed(worse)}", f"但以下变差：{listed(worse)}"))
        return results.title(arm) + in_brackets(in_turn(said))

    order = sorted(results.policies, key=lambda arm: -effects[arm].mean)
    told = [arm for arm in order if is_apart(results.verdict(arm, PRIMARY))]
    better = [phrase(arm) for arm in told if effects[arm].mean > 0.0]
    worse = [phrase(arm) for arm in told if effects[arm].mean < 0.0]
    same = [results.title(arm) for arm in order if arm not in told]
    parts = []
    if better:
        parts.append(tr("coverage rises under ", "覆盖率上升：") + listed(better))
    if worse:
        parts.append(tr("coverage falls under ", "覆盖率下降：") + listed(worse))
    if same:
        parts.append(tr(f"no clear difference under {listed(same)}", f"未见明确差异：{listed(same)}"))
    return in_turn([start, *parts]) + tr(".", "。")


def _what_it_costs(results: Results) -> str:
    if results.doubt != "none" and results.n_seeds > 1:
        return answer_of_worlds.what_it_costs(results)
    prices = {arm: results.price(arm) for arm in results.policies}
    today = results.level(results.baseline, "cost_per_met_need")
    parts = []
    for arm, price in sorted(prices.items(), key=lambda pair: pair[1].yuan):
        title = results.title(arm)
        if price.verdict == "gain" and price.high <= 0.0:
            parts.append(tr(f"nothing under {title}, which saves money", f"{title}不增加成本且节省资金"))
        elif price.verdict == "gain":
            dear = today.has_interval and price.low > today.high
            more = tr(", more than the present average", "，高于目前平均成本") if dear else ""
            said = tr(f"{price.yuan:,.0f} yuan under {title}", f"{title} {price.yuan:,.0f} 元")
            ends = tr(f"{price.low:,.0f} to {price.high:,.0f}", f"{price.low:,.0f} 至 {price.high:,.0f}")
            parts.append(said + in_brackets(ends + more))
    without = [results.title(arm) for arm, price in prices.items() if price.verdict in {"no gain", "loss"}]
    if not parts and not without:
        return tr("No price of an additional met need can be given.", "无法给出每多满足一项需求的成本。")
    sentences = []
    if parts:
        mean, low, high = (f"{yuan:,.0f}" for yuan in (today.mean, today.low, today.high))
        now = tr(
            f"a met need now costs {mean} yuan on average, {low} to {high}",
            f"目前平均每项 {mean} 元，{low} 至 {high}",
        )
        start = tr("An additional met need", "每多满足一项需求的成本") + (
            in_brackets(now) if today.has_interval else ""
        )
        sentences.append(start + tr(" costs ", "：") + listed(parts))
        if any(_sheds_tasks(results, arm) for arm in prices if prices[arm].verdict == "gain"):
            sentences.append(tasks_not_counted())
    if without:
        none = tr(f"no clear gain to pay for under {listed(without)}", f"未见明确增益、不计单价：{listed(without)}")
        sentences.append(none if sentences else none[0].upper() + none[1:])
    return in_turn(sentences) + tr(".", "。")


def _sheds_tasks(results: Results, arm: str) -> bool:
    tasks = results.effect(arm, "admin_task_hours_per_year")
    return results.verdict(arm, "admin_task_hours_per_year") == "changed" and tasks.mean < 0.0


def _how_sure(results: Results) -> str:
    assumed = sum(parameter.is_assumption for parameter in PARAMETERS.values())
    n = len(PARAMETERS)
    if results.doubt != "none" and results.n_seeds > 1:
        return answer_of_worlds.how_sure(results)
    if results.n_seeds < 2:
        return tr(
            f"One seed gives no interval: nothing here says how sure it is, and {assumed} of the model's {n} parameters are assumptions.",
            f"仅模拟一次，没有区间：以上数字无法说明把握大小，且模型 {n} 个参数中有 {assumed} 个为假设。",
        )
    return tr(
        f"The 95 % intervals, over {counted(results.n_seeds, 'pair of runs', 'pairs of runs')}, hold the simulation's chance only and say nothing about whether the "
        f"model is right: {assumed} of its {n} parameters are assumptions, and these runs tried no other values of them.",
        f"95% 区间来自 {results.n_seeds} 组配对模拟，仅反映模拟的随机波动，并不说明模型正确：{n} 个参数中有 {assumed} 个为假设，"
        "这些运行未试其他取值。",
    )
