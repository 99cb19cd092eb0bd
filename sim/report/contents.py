"""The report's contents, section by section, in the language in force."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from sim import plot
from sim.lab.kept.results import Results
from sim.lab.say.answer import answer
from sim.lab.say.budget import budget_told
from sim.lab.say.commands import command_line
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, reach
from sim.lab.sums.summaries import ACTIVITIES, CHAIN, STOCKS
from sim.language import tr
from sim.observations import COSTS
from sim.plot import style
from sim.report import tables
from sim.report.parts import Section, data, stored, sure, unfinished
from sim.scenario.parameters import LEVERS, PARAMETERS


def contents(results: Results, folder: Path) -> list[Section]:
    """The sections of a report on stored results."""
    if results.kind == "run":
        return [
            section(results) for section in (_run_outcomes, _over_time, _week, _towns, _groups, _staff, _run_money)
        ] + [*_facts(results, folder)]
    sections = [_answer(results)]
    if results.policies:
        sections += [
            section(results)
            for section in (_effects, _over_time, _week, _chain, _towns, _groups, _staff, _money, _full)
        ]
    return sections + _facts(results, folder)


def question(results: Results) -> str:
    city = results.city
    if results.kind == "run":
        seed = results.provenance["seed"]
        return tr(f"{results.title('run')}: one run, seed {seed}", f"{results.title('run')}：单次运行，种子 {seed}")
    if not results.policies:
        return tr(f"How do {city}'s social work stations fare?", f"{city}：社工站的状况如何？")
    return tr(
        f"Which policy helps {city}'s social work stations, by how much, at what cost, and how sure is that?",
        f"{city}：哪项政策对社工站有帮助？帮助多大、成本多少、把握多大？",
    )


def _answer(results: Results) -> Section:
    section = Section("answer", tr("The answer", "结论"))
    said = [*unfinished(results.n_seeds, results.n_planned, "seed", "个种子"), *answer(results)]
    sentences = Markup("").join(Markup("<p>{}</p>").format(style.minus(one)) for one in said)
    section.parts.append(Markup('<div class="answer">{}</div>').format(sentences))
    section.parts.append(_base(results))
    if results.policies:
        head, rows = tables.in_short(results)
        caption = tr(
            "In short: the baseline (the city goes on as it is), and paired differences from it",
            "概要：基线（现状延续，不实施新政策），以及与之配对的差异",
        )
        caption += tr(" with 95 % intervals", "和 95% 区间") if results.n_seeds > 1 else ""
        caption += tr("; means over the whole period, phase-in included.", "；为整个政策期的平均，含逐步到位阶段。")
        section.table(caption, head, rows)
        if len(results.policies) > 1 and results.n_seeds > 1:
            head, rows = tables.pairs(results)
            caption = tr("The policies against one another: coverage, row less column", "政策之间相比：覆盖率，行减列")
            section.table(caption, head, rows, folded=True)
    else:
        section.text(tr("No policy was compared.", "没有比较任何政策。"))
        head, rows = tables.outcomes(results, [])
        section.table(tr("Outcomes of the baseline.", "基线的各项结果。"), head, rows)
    return section


def _base(results: Results) -> Markup:
    """What coverage is a share of: needs that the model assumes to arise, most of which nobody reports."""
    names = ("arisen_per_year", "dispatched_per_year", "met_per_year")
    levels = [results.level(results.baseline, name) for name in names]
    if not all(math.isfinite(level.mean) for level in levels):
        return Markup("")
    arisen, dispatched, met = (
        data(level.mean, number(level.mean, "needs per year", largest=levels[0].mean)) for level in levels
    )
    text = tr(
        "Of about {} needs a year that the model lets arise (most are never reported: an assumption, not an observation), {} are "
        "dispatched and {} met at baseline, on average.",
        "模型假设全市每年约产生 {} 项需求（多数从未被发现，属假设而非实测），基线下平均派单 {} 项、满足 {} 项。",
    )
    return Markup("<p>" + text + "</p>").format(arisen, dispatched, met)


def _effects(results: Results) -> Section:
    section = Section("effects", tr("What each policy changes", "各政策带来的变化"))
    caption = tr(
        "Paired differences from the baseline under the same seeds. Each panel has its own scale. ",
        "同一种子下与基线的配对差异。各图刻度不同。",
    )
    if results.n_seeds > 1:
        caption += tr(
            "Thick bars: 95 % interval of the mean; thin lines: 1.96 standard deviations between runs, where most simulated cities fall. "
            "Blue is better, orange worse; a grey bar holds zero (no clear difference), a grey dot is below 1 % of the baseline (slight).",
            "粗条：均值的 95% 区间；细线：各次模拟间 1.96 个标准差，多数模拟城市落在其中。蓝色为改善，橙色为变差；灰色横条：区间含 0（未见明确差异）；灰色圆点：不到基线的 1%（变化极小）。",
        )
    else:
        caption += tr("Hollow dots have no interval.", "空心圆点没有区间。")
    return section.figure(
        plot.effects(results),
        f"{caption} {stored('effects')}"
        if results.n_seeds > 1
        else f"{caption} {sure(results.n_seeds, has_intervals=results.n_seeds > 1)}",
    )


def _over_time(results: Results) -> Section:
    section = Section("time", tr("Over time", "随时间的变化"))
    caption = tr(
        f"By quarter, each point at its quarter's end; the dotted line is the policies' start, {results.policy_start}. "
        "The first year is the model's start-up. Axes need not begin at zero.",
        f"按季度，各点位于季末；虚线为政策起始日 {results.policy_start}。第一年为模型启动期。纵轴不一定从零开始。",
    )
    if results.policies:
        caption += tr(" All arms share the history before it.", "此前各比较组历史相同。")
    return section.figure(
        plot.curves(results), f"{caption} {sure(results.n_seeds, has_intervals=results.n_seeds > 1)} {stored('curves')}"
    )


def _widest(table: Any, name: Callable[[Any], str], unit: str) -> str:
    """The widest interval among the numbers of a figure that has no room for all."""
    width = (table["high"] - table["low"]).to_numpy()
    if not np.isfinite(width).any():
        return tr("No intervals: one seed.", "没有区间：单一种子。")
    row = table.iloc[int(np.nanargmax(width))]
    largest = reach(table["mean"])
    low, high = (number(float(row[end]), unit, largest=largest) for end in ("low", "high"))
    return tr(
        f"The widest 95 % interval here is that of {name(row)}: {low} to {high}; the table has all.",
        f"图中最宽的 95% 区间为{name(row)}：{low} 至 {high}；全部见下表。",
    )


def _fold(section: Section, results: Results, table: Any, key: str, names: dict[str, str], **options: str) -> None:
    """The numbers behind a figure, with their intervals, shown when asked for."""
    head, rows = tables.of_summary(table, results, key, names, judged_as=options.get("judged_as"))
    caption = options.get("caption") or tr("The numbers behind this figure", "本图数据")
    if results.n_seeds > 1:
        caption += tr(", with intervals", "与区间")
    section.table(caption, head, rows, folded=True)


def _week(results: Results) -> Section:
    section = Section("week", tr("Where a working week goes", "一周工时去向"))
    table = results.tables["hours"]

    def name(row: Any) -> str:
        when = tr(" before the policies", "（政策前）") if row["period"] == "before" else ""
        return tr(
            f"{plain(row['activity'])}, {results.title(row['policy'])}{when}",
            f"{results.title(row['policy'])}{when}“{plain(row['activity'])}”",
        )

    caption = tr(
        "Hours a week of one member of staff, by activity, before the policies and under them. Hours seconded away go to other posts of the town "
        "and are not in the share of administration.",
        "政策前与政策期内，每名社工每周各项工时。被借调工时用于街镇其他岗位，不计入行政工时占比。",
    )
    section.figure(plot.week(results), f"{caption} {_widest(table, name, 'h per week')} {stored('hours')}")
    _fold(
        section,
        results,
        table[table.period == "after"],
        "activity",
        {activity: plain(activity) for activity in ACTIVITIES},
    )
    return section


def _chain(results: Results) -> Section:
    section = Section("chain", tr("From lever to outcome", "政策如何传导到结果"))
    caption = tr(
        "The measured change at each step of the mechanism, as paired differences in the step's own unit: tasks accepted, share of hours "
        "that administration takes, outreach, needs detected, services closed late, quits; and what it comes to, coverage. An arrow says "
        "what was measured, not that the step before it is its only cause.",
        "机制各环节的实测变化（配对差异，单位为该环节自身单位）：接受任务、行政工时占比、外展、需求发现、逾期结案、离职，以及最终的覆盖率。"
        "箭头只表示测得的变化，并不意味前一环节是其唯一原因。",
    )
    if any(_moves_burden(results, arm) for arm in results.policies):
        caption += tr(
            " Where a policy lowers the burden itself, part of the first step is what was put in, not what came out.",
            "若政策本身降低行政负担，则第一环节的变化有一部分是设定而非结果。",
        )
    section.figure(
        plot.chain(results), f"{caption} {sure(results.n_seeds, has_intervals=results.n_seeds > 1)} {stored('chain')}"
    )
    _fold(section, results, results.tables["chain"], "step", {step: plain(step) for step in CHAIN})
    return section


def _moves_burden(results: Results, arm: str) -> bool:
    return any("administrative_burden" in policy["levers"] for policy in results.arm(arm)["policies"])


def _towns(results: Results) -> Section:
    section = Section("towns", tr("By town", "分镇情况"))
    table = results.tables["town_outcomes"]
    if results.policies:
        caption = tr(
            "Coverage: the baseline's level, and each policy's effect by town; intervals in the table below. In brackets: the interval holds zero; without colour: slight.",
            "覆盖率：各镇的基线水平与各政策的效果，区间见下表。括号内的数值：区间含 0；无底色：变化极小。",
        )
    else:
        caption = tr("Coverage by town.", "各镇覆盖率。")
    section.figure(plot.towns(results), f"{caption} {stored('town_outcomes')}")
    _fold(section, results, table[table.outcome == "coverage"], "station", results.town_names, judged_as="coverage")
    return section


def _groups(results: Results) -> Section:
    title = (
        tr("Winners and losers", "谁受益，谁受损") if results.policies else tr("By group of residents", "分群体情况")
    )
    section = Section("groups", title)
    table = results.tables["group_outcomes"]
    if results.policies:
        caption = tr(
            "Coverage and trust by group of residents: the baseline's level and each policy's effect; intervals in the tables below. In brackets: the interval holds zero; without colour: slight.",
            "各类居民的覆盖率与信任：基线水平与各政策的效果，区间见下表。括号内的数值：区间含 0；无底色：变化极小。",
        )
    else:
        caption = tr("Coverage and trust by group of residents.", "各类居民的覆盖率与信任。")
    section.figure(plot.groups(results), f"{caption} {stored('group_outcomes')}")
    for outcome in ("coverage", "trust"):
        own = table[table.outcome == outcome]
        title = tr(f"{plain(outcome)}: the numbers behind this figure", f"{plain(outcome)}：本图数据")
        _fold(section, results, own, "group", results.group_names, judged_as=outcome, caption=title)
    if results.policies:
        unequal = results.tables["inequality"].assign(what=lambda one: one["of"] + " " + one["measure"])
        names = {
            "groups gini": tr("Between groups: Gini coefficient", "群体之间：基尼系数"),
            "groups gap": tr("Between groups: highest less lowest coverage", "群体之间：最高与最低覆盖率之差"),
            "towns gini": tr("Between towns: Gini coefficient", "各镇之间：基尼系数"),
            "towns gap": tr("Between towns: highest less lowest coverage", "各镇之间：最高与最低覆盖率之差"),
        }
        for arms in tables.chunks(results):
            head, rows = tables.of_summary(unequal, results, "what", names, judged_as="gini", arms=arms)
            caption = tr(
                "Inequality of expected coverage (pooled over runs, so that it is not the noise of counting; 0 is equal)",
                "预期覆盖率的不平等（合并各次模拟计算，以排除计数噪声；0 为完全平等）",
            )
            section.table(caption, head, rows)
    return section


def _staff(results: Results) -> Section:
    section = Section("staff", tr("Staff", "人员"))
    caption = tr(
        "Staff who mean to stay, quits a year, competence and burnout (0–1), by quarter.",
        "有意留任占比、年离职率、能力与倦怠（0–1），按季度。",
    )
    section.figure(
        plot.staff(results), f"{caption} {sure(results.n_seeds, has_intervals=results.n_seeds > 1)} {stored('curves')}"
    )
    if results.policies:
        for arms in tables.chunks(results):
            names = ("stay_share", "turnover", "competence", "burnout")
            head, rows = tables.outcomes(results, arms, names)
            section.table(tr("Staff over the policies' period.", "政策期内的人员状况。"), head, rows)
    return section


def _budget(section: Section, results: Results) -> None:
    table = results.tables["money"]
    items = table[table.item.isin(COSTS)]

    def name(row: Any) -> str:
        return tr(
            f"{plain(row['item'])}, {results.title(row['policy'])}",
            f"{results.title(row['policy'])}“{plain(row['item'])}”",
        )

    caption = tr(
        "Cost a year by item, whoever pays, over the policies' period.", "政策期内每年各项成本（不论出资方）。"
    )
    section.figure(plot.budget(results), f"{caption} {_widest(items, name, 'yuan per year')} {stored('money')}")
    names = {
        column: plain(column)
        for column in (*COSTS, "government_due", "government_paid", "own_revenue", "wages_unpaid", *STOCKS)
    }
    _fold(section, results, table, "item", names)


def _money_over_time(section: Section, results: Results) -> None:
    caption = tr(
        "The stations' balance, what government owes them, what they owe staff, and wages unpaid in their month.",
        "各站结余、政府拖欠款、累计欠薪与当月欠薪率。",
    )
    section.figure(
        plot.balance(results),
        f"{caption} {sure(results.n_seeds, has_intervals=results.n_seeds > 1)} {stored('curves')}",
    )


def _money(results: Results) -> Section:
    section = Section("money", tr("Money", "资金"))
    _budget(section, results)
    caption = tr(
        "Cost against effect: paired differences from the baseline. The dashed line is what a met need costs on average now: above it is cheaper.",
        "成本与效果：与基线的配对差异。虚线为目前每满足一项需求的平均成本，线以上更便宜。",
    )
    if results.n_seeds > 1:
        caption += tr(" Intervals both ways, often smaller than the dot.", "双向均有区间，常小于圆点。")
    section.figure(
        plot.cost(results),
        f"{caption} {sure(results.n_seeds, has_intervals=results.n_seeds > 1)} {stored('effects', 'prices')}",
    )
    head, rows = tables.prices(results)
    section.table(tr("What an additional met need costs", "每多满足一项需求的成本"), head, rows)
    _money_over_time(section, results)
    return section


def _full(results: Results) -> Section:
    section = Section("table", tr("The full table", "完整结果表"))
    about = tr(
        f"Every outcome over {results.policy_start} to {results.end}: the baseline's level and paired differences from it.",
        f"{results.policy_start} 至 {results.end} 的全部结果：基线水平及与之配对的差异。",
    )
    if results.n_seeds > 1:
        about += tr(
            " Better and worse are said only where the interval does not hold zero and a direction is good. "
            "With so many outcomes, about one in twenty intervals misses its true value by chance.",
            "仅当区间不含 0 且方向有优劣之分时，才标注改善或变差；不到基线的 1% 标为变化极小。结果众多时，约每二十个区间就有一个会因偶然而偏离真值。",
        )
    section.text(about)
    for arms in tables.chunks(results):
        head, rows = tables.outcomes(results, arms)
        section.table(tr("All outcomes", "全部结果"), head, rows)
    return section


def _run_outcomes(results: Results) -> Section:
    section = Section("answer", tr("Outcomes", "结果"))
    section.text(
        tr(
            "One run under one seed: no number here has an interval, and no difference can be distinguished from chance. 'stations compare' gives intervals.",
            "单一种子的一次运行：以下数字均没有区间，任何差异都无法与偶然区分。区间请用 'stations compare'。",
        )
    )
    head, rows = tables.run_outcomes(results)
    return section.table(tr("Outcomes before and under the policies", "政策前与政策期内的结果"), head, rows)


def _run_money(results: Results) -> Section:
    section = Section("money", tr("Money", "资金"))
    if budget := budget_told(results):
        section.text(budget)
    _budget(section, results)
    _money_over_time(section, results)
    return section


def _facts(results: Results, folder: Path) -> list[Section]:
    """What every report ends with: assumption and evidence, the paper beside the model, where the numbers come from."""
    sections = [_evidence(results)]
    if len(results.tables["paper"]):
        sections.append(_paper(results))
    return [*sections, _provenance(results, folder)]


def _evidence(results: Results) -> Section:
    section = Section("evidence", tr("What is assumption, what is evidence", "哪些是假设，哪些有依据"))
    counted_up = tables.evidence(PARAMETERS)
    section.text(
        tr(
            f"The model's {len(PARAMETERS)} parameters rest on: {counted_up}. What is shown above holds the simulation's chance only; what would happen under other "
            "plausible values of the assumptions is not in them.",
            f"模型 {len(PARAMETERS)} 个参数的依据：{counted_up}。以上所示仅反映模拟的随机波动，不含假设取其他合理值时的变化。",
        )
    )
    head, rows = tables.lever_moves(results)
    if rows:
        section.table(tr("What each policy moves", "各政策改动了什么"), head, rows)
    for title, known, stated in (
        (
            tr("All levers and their values in this city", "全部政策工具及其在本市的取值"),
            LEVERS,
            results.scenario["levers"],
        ),
        (tr("All parameters", "全部参数"), PARAMETERS, results.scenario["parameters"]),
    ):
        head, rows = tables.quantities(known, stated)
        section.table(title, head, rows, folded=True)
    return section


def _paper(results: Results) -> Section:
    section = Section("paper", tr("The baseline beside the paper's figures", "模型基线与论文数字对照"))
    section.text(
        tr(
            "Zhang, Kan & Wang, doi 10.70693/rwsk.v1i8.1271. Shares are taken as asked of 107 people (inferred from their decimals; ±9 points, an assumption); "
            "counts have no interval, and the months that they cover are an assumption. Cases referred elsewhere are 1,660 − 1,373, our arithmetic. Every figure here "
            "was fitted to or put in: none is an independent test. Which patterns the model reproduces, and which not, is in benchmarks/README.md.",
            "张冉、阚皖豫、王刘飞，doi 10.70693/rwsk.v1i8.1271。比例按 107 人调查计（由小数位推断；±9 个百分点，为假设）；计数没有区间，其所涉月份为假设。"
            "转派其他机构的个案为 1,660 − 1,373，由我们算得。此处各数字均为拟合目标或输入，不构成独立检验；模型能再现哪些规律，见 benchmarks/README.md。",
        )
    )
    head, rows = tables.paper(results)
    return section.table(tr("Paper and model", "论文与模型"), head, rows)


def _provenance(results: Results, folder: Path) -> Section:
    facts = results.provenance
    section = Section("provenance", tr("Where these numbers come from", "数字的来源"))
    versions = ", ".join(f"{name} {version}" for name, version in facts.get("versions", {}).items())
    hashes = {"run": facts["scenario_hash"]} if results.kind == "run" else facts["arm_hashes"]
    seeds = str(facts["seed"]) if results.kind == "run" else f"1–{results.n_seeds}"
    rows: tables.Rows = [
        [tr("Command", "命令"), str(facts.get("command", ""))],
        [tr("To reproduce", "复现命令"), command_line(["stations", "reproduce", folder.name])],
        [tr("To remake this report", "重新生成报告"), command_line(["stations", "report", folder.name])],
        [tr("Made", "生成时间"), str(facts.get("made", ""))],
        [tr("Seeds", "随机种子"), seeds],
        [tr("Model digest", "模型校验码"), str(facts.get("model_digest", ""))],
        [tr("Scenario hashes", "情景校验码"), ", ".join(f"{name} {one}" for name, one in hashes.items())],
        [tr("Versions", "版本"), versions],
        [tr("Months", "月份"), f"{results.scenario['start']} – {results.end}"],
    ]
    return section.table(tr("Provenance", "来源记录"), ["", ""], rows)
