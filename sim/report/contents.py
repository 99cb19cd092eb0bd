"""The report's contents, section by section, in the language in force: of runs, comparisons and sweeps alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from sim import plot
from sim.lab.design.methods import METHODS
from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results, clean
from sim.lab.say import answer, answer_of_sweep
from sim.lab.say.budget import budget_told
from sim.lab.say.commands import command_line
from sim.lab.say.numbers import minus, number
from sim.lab.say.over_worlds import which_worlds
from sim.lab.say.phrases import warned
from sim.lab.sums.summaries import OF_MONTHS, OF_SUMS
from sim.language import counted, listed, tr
from sim.plot.figure import FigureSource, what_to_keep
from sim.report import chances, given, of_points, tables
from sim.report.parts import (
    MOST_ROWS,
    Drawing,
    Rows,
    Section,
    Table,
    data,
    paragraph,
    stored,
    unfinished,
)
from sim.scenario.parameters import LEVERS, PARAMETERS


def contents(results: Results, folder: Path | None) -> list[Section]:
    """The sections of a report on results. folder: as commands on the page name it; None: they are in memory only."""
    source = FigureSource(results)
    made = [
        _answer(source),
        _plan(source),
        *_figures(source, of=Reading),
        _at_base(source),
        *_figures(source, of=Results),
        _all_outcomes(source),
        of_points.all_points(source),
        of_points.contrasts(source),
        of_points.comparisons(source),
        _evidence(source),
        _paper(source),
        _provenance(results, folder),
    ]
    return [section for section in made if section is not None]


def question(results: Results) -> str:
    """The title of the page."""
    if results.kind == "sweep":
        return Reading(results).question
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


def about(results: Results) -> str:
    """The line below the title: what was run, how large, and that it is simulation."""
    facts = results.provenance
    if results.kind == "sweep":
        n_failed = facts["n_failed"]
        size = tr(
            f"{counted(len(results.points), 'point')}, {counted(facts['n_runs'], 'run')}",
            f"{len(results.points):,} 个设计点，{facts['n_runs']:,} 次模拟",
        )
        size += tr(f", {n_failed:,} failed", f"，{n_failed:,} 次失败") if n_failed else ""
    else:
        n, posts, people = len(results.town_names), results.n_posts, results.n_residents
        size = tr(
            f"{counted(n, 'station')}, {counted(posts, 'post')}, {counted(people, 'resident')}",
            f"{n} 个社工站，{posts} 个岗位，{people:,} 名居民",
        )
    first, last = results.window
    months = tr(f"{first} to {last}", f"{first} 至 {last}")
    if results.kind == "compare" and results.doubt != "none":
        months += tr(
            f", {results.n_seeds:,} {which_worlds(results)}, the same for each policy",
            f"，各政策均在相同的 {results.n_seeds:,} 个{which_worlds(results)}中模拟",
        )
    elif results.kind == "compare":
        months += tr(
            f", {counted(results.n_seeds, 'run')} of each policy under the same seeds",
            f"，各政策在相同随机数下模拟 {results.n_seeds} 次",
        )
    return tr(
        f"{results.city}: {size}; {months}. Simulation, not observation.",
        f"{results.city}：{size}；{months}。以下为模拟结果，并非观测。",
    )


def _figures(source: FigureSource, of: type) -> Iterator[Section]:
    """A section for each figure, or for figures that stand together, of `plot.FIGURES` that are drawn from arms (`Results`) or
    points (`Reading`)."""
    sections: dict[str, Section] = {}
    for figure in plot.FIGURES:
        subject = figure.found(source)
        if not isinstance(subject, of):
            continue
        if figure.section not in sections:
            sections[figure.section] = Section(figure.section, figure.title(subject) + _where(source, of))
        picture = figure.drawn(subject)
        drawing = Drawing(Markup(plot.to_svg(picture)), minus(figure.said(subject, picture)), figure.name)
        sections[figure.section].add(drawing, *figure.behind(subject))
    yield from sections.values()


def _where(source: FigureSource, of: type) -> str:
    """What follows the title of a section that shows a part of a sweep of several factors."""
    if of is Results and source.points is not None and len(source.points.factors) > 1:
        return tr(", all else as at the base", "（其余因素同基准）")
    return ""


# --- the answer


def _answer(source: FigureSource) -> Section:
    results, reading = source.results, source.points
    if results.kind == "run":
        section = Section("answer", tr("Outcomes", "结果"))
        section.text(
            tr(
                "One run under one seed: no number here has an interval, and no difference can be distinguished from chance. 'stations compare' gives intervals.",
                "单一种子的一次运行：以下数字均没有区间，任何差异都无法与偶然区分。区间请用 'stations compare'。",
            )
        )
        section.text(*(sentence for sentence in (*warned(results), budget_told(results)) if sentence))
        return section.add(tables.run_outcomes(results))
    section = Section("answer", tr("The answer", "结论"))
    if reading is not None:
        facts = results.provenance
        said = unfinished(facts["n_runs"], facts["n_planned"], "run", "次模拟") + answer_of_sweep.answer(results)
        return section.add(_in_a_box(said), tables.base_levels(reading), *chances.of_thresholds(results))
    said = unfinished(results.n_seeds, results.n_planned, "seed", "个种子") + answer.answer(results)
    section.add(_in_a_box(said), _base(results))
    if results.policies:
        return section.add(tables.in_short(results), *_pairs(results), *chances.of_thresholds(results))
    section.text(tr("No policy was compared.", "没有比较任何政策。"))
    section.add(*chances.of_thresholds(results))
    return section.add(*tables.outcomes(results, tr("Outcomes of the baseline.", "基线的各项结果。")))


def _in_a_box(sentences: list[str]) -> Markup:
    said = Markup("").join(paragraph(minus(sentence)) for sentence in sentences)
    return Markup('<div class="answer">{}</div>').format(said)


def _pairs(results: Results) -> list[Table]:
    if len(results.policies) < 2 or results.n_seeds < 2:
        return []
    return [*(tables.pairs(results, outcome) for outcome in tables.PAIRED), chances.ahead(results)]


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


# --- the plan


def _plan(source: FigureSource) -> Section | None:
    results, reading = source.results, source.points
    if reading is None:
        return None
    section = Section("plan", tr("How the sweep was planned", "实验设计"))
    design = results.design
    if design.source:
        section.text(clean(str(design.source)))
    section.add(given.factors(reading))
    methods = " × ".join(str(METHODS[part.method].title) for part in design.plan)
    n = len(reading.settings)
    first, last = results.window
    section.text(
        tr(
            f"{counted(n, 'point')} ({methods}), the base among them. Outcomes are taken over {first} to {last}.",
            f"共 {n:,} 个设计点（{methods}），含基准。结果取自 {first} 至 {last}。",
        ),
        _of_seeds(reading),
        _of_runs(reading),
    )
    if n > 1:
        section.add(given.points(reading).first(MOST_ROWS, is_folded=True))
    if n > MOST_ROWS:
        more = tr(f"Shown are the first {MOST_ROWS} points. ", f"此处仅列前 {MOST_ROWS} 个设计点。")
        section.text(more + stored("points"))
    return section


def _of_seeds(reading: Reading) -> str:
    seeds = reading.results.design.seeds
    same = tr("the same at every point, so that differences are paired", "各设计点相同，因此差异是配对的")
    if not seeds.until:
        return tr(f"Seeds 1 to {seeds.at_most}, {same}.", f"种子 1 至 {seeds.at_most}，{same}。")
    widths = listed(f"{name} ±{width:g}" for name, width in seeds.until.items())
    of = {"levels": tr("the level", "水平"), "effects": tr("the difference from the base", "与基准的差异")}[seeds.of]
    return tr(
        f"Seeds from 1 on, {same}: {seeds.at_least} at least and {seeds.at_most} at most, until the 95 % interval of {of} is within {widths} "
        "(stored units) at every point.",
        f"种子自 1 起，{same}：至少 {seeds.at_least} 个、至多 {seeds.at_most} 个，直到每个设计点{of}的 95% 区间在 {widths} 以内（存储单位）。",
    )


def _of_runs(reading: Reading) -> str:
    facts = reading.results.provenance
    least, most = reading.n_seeds
    text = tr(f"{counted(facts['n_runs'], 'run is', 'runs are')} stored", f"已存储 {facts['n_runs']:,} 次模拟")
    text += tr(f", {facts['n_failed']:,} failed", f"，{facts['n_failed']:,} 次失败") if facts["n_failed"] else ""
    if least < most:
        text += tr(
            f"; points stand on {least} to {most} seeds, those of fewer less surely",
            f"；各设计点的种子数为 {least} 至 {most}，较少者把握较小",
        )
    return text + tr(".", "。")


# --- tables


def _at_base(source: FigureSource) -> Section | None:
    """Of a sweep: the levels of one factor as arms of a comparison, all else at the base, with what each costs."""
    reading, arms = source.points, source.arms
    if reading is None or arms is None:
        return None
    factor = reading.by_name[arms.provenance["factor"]]
    title = tr(f"{factor.title} in short", f"{factor.title}概要")
    section = Section("at-base", title + _where(source, Results))
    others = tr(", all else as at the base,", "（其余因素同基准）") if len(reading.factors) > 1 else ""
    base = arms.title(arms.baseline)
    section.text(
        tr(
            f"The levels of {factor.with_unit}{others} as a comparison of policies: each against {base}, the baseline here, under the {counted(arms.n_seeds, 'seed')} that all of "
            "them have.",
            f"把{factor.with_unit}的各水平{others}作为一次政策比较：均与“{base}”（此处的基线）相比，使用共有的 {arms.n_seeds} 个种子。",
        )
    )
    section.add(tables.in_short(arms), *_pairs(arms))
    figures_of = {
        tr(
            "lines over time, a working week, the chain from lever to outcome, staff, money",
            "随时间的变化、一周工时、从政策工具到结果的传导链、人员、资金",
        ): OF_MONTHS,
        tr("towns, groups of residents", "各镇、各类居民"): OF_SUMS,
    }
    lacking = listed(named for named, needed in figures_of.items() if not set(needed) <= set(arms.tables))
    if lacking:
        said = tr(f"Not shown, since too little was kept for it: {lacking}; ", f"因保留内容不足而未展示：{lacking}；")
        section.text(said + what_to_keep() + tr(".", "。"))
    return section


def _all_outcomes(source: FigureSource) -> Section | None:
    results = source.results
    if results.kind != "compare" or not results.policies:
        return None
    section = Section("table", tr("The full table", "完整结果表"))
    first, last = results.window
    said = tr(
        f"Every outcome over {first} to {last}: the baseline's level and paired differences from it.",
        f"{first} 至 {last} 的全部结果：基线水平及与之配对的差异。",
    )
    if results.doubt != "none":
        said += tr(
            " Better and worse are said only where at least 95 of 100 worlds agree and a direction is good, likely where 80 do. With so many outcomes some "
            "agree by chance.",
            "仅当每 100 个情形中至少 95 个方向一致且方向有优劣之分时，才标注改善或变差；至少 80 个一致为倾向改善或变差。结果众多时，总有一些会因偶然而一致。",
        )
    elif results.n_seeds > 1:
        said += tr(
            " Better and worse are said only where the interval does not hold zero and a direction is good. "
            "With so many outcomes, about one in twenty intervals misses its true value by chance.",
            "仅当区间不含 0 且方向有优劣之分时，才标注改善或变差；不到基线的 1% 标为变化极小。结果众多时，约每二十个区间就有一个会因偶然而偏离真值。",
        )
    return section.text(said).add(*tables.outcomes(results, tr("All outcomes", "全部结果")))


# --- what every report ends with: assumption and evidence, the paper beside the model, where the numbers come from


def _evidence(source: FigureSource) -> Section:
    results, reading = source.results, source.points
    section = Section("evidence", tr("What is assumption, what is evidence", "哪些是假设，哪些有依据"))
    in_it = tr(
        "What is shown above holds the simulation's chance only; what would happen under other plausible values of the assumptions that were not varied is not in it.",
        "以上所示仅反映模拟的随机波动，不含未改变的假设取其他合理值时的变化。",
    )
    if results.doubt != "none":
        in_it = tr(
            "What is shown above holds the simulation's chance and other plausible values of the assumptions, drawn anew in each world; whether its rules are right is not in it.",
            "以上所示含模拟的随机波动，以及各情形中重新抽取的假设取值；模型规则是否正确不在其中。",
        )
    section.text(
        tr(
            f"The model's {len(PARAMETERS)} parameters rest on: {given.evidence(PARAMETERS)}. {in_it}",
            f"模型 {len(PARAMETERS)} 个参数的依据：{given.evidence(PARAMETERS)}。{in_it}",
        )
    )
    moves = given.lever_moves(source.arms or results)
    section.add(*([moves] if moves.rows else []))
    levers, parameters = (results.scenario[key] for key in ("levers", "parameters"))
    for kind, known, stated, varied, whole in (
        (
            "levers",
            LEVERS,
            levers,
            tr("What was varied: levers", "所改变的政策工具"),
            tr("All levers and their values in this city", "全部政策工具及其在本市的取值"),
        ),
        (
            "parameters",
            PARAMETERS,
            parameters,
            tr("What was varied: parameters", "所改变的参数"),
            tr("All parameters", "全部参数"),
        ),
    ):
        names = {factor.name for factor in (reading.factors if reading else ()) if factor.is_numeric}
        own = {key: quantity for key, quantity in known.items() if f"{kind}.{key}" in names}
        section.add(*([given.quantities(own, stated, varied, is_folded=False)] if own else []))
        section.add(given.quantities(known, stated, whole))
    return section


def _paper(source: FigureSource) -> Section | None:
    arms = source.arms
    if arms is None or not len(arms.tables.get("paper", ())):
        return None
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
    return section.add(given.paper(arms))


def _provenance(results: Results, folder: Path | None) -> Section:
    facts, is_sweep = results.provenance, results.kind == "sweep"
    hashes = {"run": facts["scenario_hash"]} if results.kind == "run" else facts.get("arm_hashes", {})
    said = {
        tr("Command", "命令"): str(facts.get("command", "")),
        tr("To reproduce", "复现命令"): _command("reproduce", folder),
        tr("To remake this report", "重新生成报告"): _command("report", folder),
        tr("Made", "生成时间"): str(facts.get("made", "")),
        tr("Seeds", "随机种子"): _seeds(results),
        tr("Runs stored, failed", "已存储与失败的模拟"): f"{facts['n_runs']:,}, {facts['n_failed']:,}"
        if is_sweep
        else "",
        tr("Model digest", "模型校验码"): str(facts.get("model_digest", "")),
        tr("Scenario hashes", "情景校验码"): ", ".join(f"{name} {one}" for name, one in hashes.items()),
        tr("Versions", "版本"): ", ".join(f"{name} {version}" for name, version in facts.get("versions", {}).items()),
        tr("Months", "月份"): f"{results.scenario['start']} – {results.end}",
        tr("Outcomes over", "结果取自"): " – ".join(results.window) if results.kind != "run" else "",
    }
    rows: Rows = [[name, text] for name, text in said.items() if text]
    section = Section("provenance", tr("Where these numbers come from", "数字的来源"))
    section.add(Table(tr("Provenance", "来源记录"), ["", ""], rows))
    if is_sweep and facts["n_failed"]:
        section.text(
            tr(
                "Runs that failed are in the folder's ledger with their errors, and the same command tries them again.",
                "失败的模拟及其错误记录在结果文件夹的账本中，重复同一命令即可重试。",
            )
        )
    return section


def _command(name: str, folder: Path | None) -> str:
    return "" if folder is None else command_line(["stations", name, folder.name])


def _seeds(results: Results) -> str:
    facts = results.provenance
    if results.kind == "run":
        return str(facts["seed"])
    return listed(map(str, facts["seeds"])) if "seeds" in facts else f"1–{results.n_seeds}"
