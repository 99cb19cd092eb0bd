"""The answer where doubt was run: what worlds tell of coverage, what a need costs in them, and what their spread holds."""

from __future__ import annotations

import math

from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.numbers import unit_name, with_interval
from sim.lab.say.over_worlds import NOT_FITTED, in_so_many, where_they_lie, which_worlds
from sim.lab.say.phrases import per_cent, tasks_not_counted
from sim.lab.say.verdict import FEWEST_WORLDS
from sim.lab.sums.doubt import FEWEST_TWINS, LEVEL, PRICE, RANKED, Spread
from sim.language import counted, in_brackets, in_turn, listed, run_on, tr
from sim.scenario.parameters import PARAMETERS


def what_helps(results: Results, watched: tuple[str, ...]) -> str:
    """The baseline's coverage, and which policies change it, the largest gain first. watched: what may get worse for it."""
    base = results.spread(results.baseline, RANKED, LEVEL)
    n = results.n_seeds
    level, low, high = with_interval(base.both, "ratio")
    held = where_they_lie(low, high, n, which=which_worlds(results))
    start = tr(
        f"At baseline the city meets {level} % of the needs that arise",
        f"现状延续下，全市满足了所产生需求的 {level}%",
    ) + in_brackets(held)
    found = {arm: results.spread(arm, RANKED) for arm in results.policies}
    order = sorted(found, key=lambda arm: -found[arm].median if math.isfinite(found[arm].median) else math.inf)
    phrases = {
        arm: results.title(arm) + in_brackets(in_turn(_of_policy(results, arm, found[arm], base, after, watched)))
        for arm, after in zip(order, [*order[1:], None], strict=True)
    }
    heads = {
        "better": tr("coverage rises under ", "覆盖率上升："),
        "likely better": tr("coverage is likely to rise under ", "覆盖率倾向上升："),
        "worse": tr("coverage falls under ", "覆盖率下降："),
        "likely worse": tr("coverage is likely to fall under ", "覆盖率倾向下降："),
        "slight": tr("coverage changes but slightly under ", "覆盖率变化极小："),
        "open": tr("it is open whether coverage rises or falls under ", "覆盖率升降尚无定论："),
        "equal": tr("coverage is the same under ", "覆盖率完全相同："),
        "few": tr(
            f"from {counted(n, 'world')} no verdict is given, which takes {FEWEST_WORLDS}, on ",
            f"仅 {n} 个情形，不足 {FEWEST_WORLDS} 个，不作判断：",
        ),
        "unknown": tr("nothing is known of ", "无从得知："),
    }
    parts = []
    for said, head in heads.items():
        own = [phrases[arm] for arm in order if results.verdict(arm, RANKED) == said]
        parts += [head + listed(own)] if own else []
    return in_turn([start, *parts]) + tr(".", "。")


def _of_policy(
    results: Results, arm: str, found: Spread, base: Spread, after: str | None, watched: tuple[str, ...]
) -> list[str]:
    """What stands in brackets after a policy. after: the one with the next smaller gain."""
    median, low, high = with_interval(found.both, "ratio", signed=True, largest=base.median)
    points = tr(f"{median} points", f"{median} 个百分点")
    told = results.verdict(arm, RANKED)
    said = [points] if told == "equal" else [points, where_they_lie(low, high, found.n)]
    if told in {"open", "likely better", "likely worse"}:
        share = results.share_of_worlds(arm, RANKED)
        said.append(tr(f"up {in_so_many(share, found.n)}", f"{in_so_many(share, found.n)}上升"))
    if after is not None:
        chance = results.chance_better(arm, after, RANKED)
        often, other = in_so_many(chance.share, chance.n), results.title(after)
        said.append(tr(f"more than under {other} {often}", f"{often}高于{other}"))
    for verdict, en, zh in (("worse", "but worse", "但以下变差"), ("likely worse", "likely worse", "以下倾向变差")):
        harmed = [str(OUTCOMES[one].meaning) for one in watched if results.verdict(arm, one) == verdict]
        if harmed and found.median > 0.0:
            said.append(tr(f"{en}: {listed(harmed)}", f"{zh}：{listed(harmed)}"))
    return said


def what_it_costs(results: Results) -> str:
    """Yuan per additional met need, its median and its spread; where it has no bound, that."""
    prices = {arm: results.spread(arm, "cost_per_met_need", PRICE) for arm in results.policies}
    none = {arm: results.share_of_worlds(arm, "cost_per_met_need", PRICE, that_are="unbounded") for arm in prices}
    parts, without = [], []
    for arm, price in sorted(prices.items(), key=lambda pair: pair[1].median):
        if math.isfinite(price.median):
            parts.append(_price(results.title(arm), price, none[arm]))
        elif price.n:
            nothing = tr(
                f"nothing is gained {in_so_many(none[arm], price.n)}", f"{in_so_many(none[arm], price.n)}无增益"
            )
            without.append(results.title(arm) + in_brackets(nothing))
    if not parts and not without:
        return tr("No price of an additional met need can be given.", "无法给出每多满足一项需求的成本。")
    sentences = []
    if parts:
        today = results.spread(results.baseline, "cost_per_met_need", LEVEL)
        yuan, low, high = (f"{one:,.0f}" for one in (today.median, today.low, today.high))
        held = where_they_lie(low, high, today.n)
        now = tr(f"a met need now costs {yuan} yuan on average, {held}", f"目前平均每项 {yuan} 元，{held}")
        start = tr("An additional met need", "每多满足一项需求的成本")
        start += in_brackets(now) if math.isfinite(today.median) else ""
        sentences.append(start + tr(" costs, in the median world, ", "（各情形的中位数）：") + listed(parts))
        if any(math.isfinite(prices[arm].median) and _sheds_tasks(results, arm) for arm in prices):
            sentences.append(tasks_not_counted())
    if without:
        said = tr(f"the price has no bound under {listed(without)}", f"单价没有上限：{listed(without)}")
        sentences.append(said if sentences else said[0].upper() + said[1:])
    return in_turn(sentences) + tr(".", "。")


def _price(title: str, price: Spread, without_gain: float) -> str:
    yuan, low = f"{price.median:,.0f}", f"{price.low:,.0f}"
    if not math.isfinite(price.high):
        often = in_so_many(without_gain, price.n)
        ends = tr(f"from {low} on with no bound, since nothing is gained {often}", f"{low} 起，没有上限：{often}无增益")
    elif price.high <= 0.0:
        return tr(f"nothing under {title}, which saves money", f"{title}不增加成本且节省资金") + in_brackets(
            where_they_lie(low, f"{price.high:,.0f}", price.n)
        )
    else:
        ends = where_they_lie(low, f"{price.high:,.0f}", price.n)
    return tr(f"{yuan} yuan under {title}", f"{title} {yuan} 元") + in_brackets(ends)


def _sheds_tasks(results: Results, arm: str) -> bool:
    return results.verdict(arm, "admin_task_hours_per_year") == "less"


def how_sure(results: Results) -> str:
    """Which doubt the spreads hold, what part of it is chance, the error of the mean apart, and what is in none of this."""
    n, which = results.n_seeds, which_worlds(results)
    sentences = [
        tr(
            f"These spreads are those of single worlds: {n:,} {which}, each with its own values of what is assumed and its own seed",
            f"以上范围指单个情形之间的高低：共 {n:,} 个{which}，各有一组假设取值和一个种子",
        )
    ]
    kept = list(dict(results.provenance.get("doubt") or {}).get("names_left_out") or ())
    if kept:
        sentences.append(
            tr(
                f"{counted(len(kept), 'number')} that were set by hand stay as they are",
                f"手工设定的 {len(kept)} 个数值保持不变",
            )
        )
    sentences += [one for one in (_of_chance(results), _of_mean(results)) if one]
    if results.doubt == NOT_FITTED:
        sentences.append(
            tr(
                "A city's figures would narrow them: 'stations calibrate' holds worlds against figures",
                "用本市指标核对（stations calibrate）可以缩小范围",
            )
        )
    sentences.append(
        tr(
            f"Whether the model's rules are right is in none of this, nor what is not among its {len(PARAMETERS)} parameters and the city's numbers",
            f"模型规则是否正确，以及 {len(PARAMETERS)} 个参数和本市数据之外的因素，均不在其中",
        )
    )
    return run_on(sentence + tr(".", "。") for sentence in sentences)


def _of_chance(results: Results) -> str:
    shares = [results.spread(arm, RANKED).chance_share for arm in results.policies]
    known = sorted(share for share in shares if math.isfinite(share))
    if not results.policies:
        return ""
    if not known:
        return tr(
            f"How much of them is chance and how much assumption is not told, which takes {FEWEST_TWINS} worlds run under a second seed",
            f"其中随机波动与假设各占多少未能给出：需有 {FEWEST_TWINS} 个情形另以第二个种子运行",
        )
    least, most = per_cent(known[0]), per_cent(known[-1])
    said = least if least == most else tr(f"{least} to {most}", f"{least} 至 {most}")
    return tr(
        f"Of the variance of a policy's effect on coverage {said} is chance, the rest is assumptions, and more runs narrow neither",
        f"各政策对覆盖率作用的方差中，随机波动占 {said}，其余来自假设取值，增加模拟次数都不会缩小",
    )


def _of_mean(results: Results) -> str:
    """The error of the mean over worlds, which more runs do narrow."""
    parts = []
    base = results.spread(results.baseline, RANKED, LEVEL).median
    for arm in results.policies:
        effect = results.effect(arm, RANKED)
        if effect.has_interval:
            mean, low, high = with_interval(effect, "ratio", signed=True, largest=base)
            parts.append(results.title(arm) + " " + tr(f"{mean}, {low} to {high}", f"{mean}，{low} 至 {high}"))
    if not parts:
        return ""
    points = unit_name("ratio", is_difference=True)
    return tr(
        f"They narrow only the error of the mean ({points}, with its 95 % interval): {' | '.join(parts)}",
        f"模拟次数能缩小的只是均值的误差（{points}，附 95% 区间）：{' | '.join(parts)}",
    )
