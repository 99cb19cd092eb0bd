"""The report of a sweep, section by section, in the language in force; from stored tables alone."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from sim.lab.design.methods import METHODS
from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results, clean
from sim.lab.say.answer_of_sweep import answer
from sim.lab.say.commands import command_line
from sim.language import counted, listed, tr
from sim.plot import style
from sim.plot.sweep import SWEEP
from sim.report import sweep_tables, tables
from sim.report.parts import Section, stored, unfinished
from sim.report.sweep_figures import figure
from sim.scenario.parameters import LEVERS, PARAMETERS


def contents(results: Results, folder: Path) -> list[Section]:
    """The sections of a report on a stored sweep."""
    reading = Reading(results)
    sections = [_answer(reading), _plan(reading)]
    sections += [figure(reading, name) for name, (is_wanted, _) in SWEEP.items() if is_wanted(results)]
    sections.append(_levels(reading))
    if len(results.tables["contrasts"]):
        sections.append(_contrasts(reading))
    if reading.has_intervals and len(reading.settings) > 1:
        sections.append(_comparisons(reading))
    return [*sections, _evidence(reading), _provenance(reading, folder)]


def question(results: Results) -> str:
    return Reading(results).question


def about(results: Results) -> str:
    """The line below the title: what was swept, how large, and that it is simulation."""
    facts = results.provenance
    city = clean(tr(facts["scenario"]["title"]["en"], facts["scenario"]["title"]["zh"]))
    n_points, n_runs, n_failed = len(results.points), facts["n_runs"], facts["n_failed"]
    failed = tr(f", {n_failed:,} failed", f"，{n_failed:,} 次失败") if n_failed else ""
    return tr(
        f"{city}: {counted(n_points, 'point')}, {counted(n_runs, 'run')}{failed}; {' to '.join(_window(results))}. Simulation, not observation.",
        f"{city}：{n_points:,} 个设计点，{n_runs:,} 次模拟{failed}；{' 至 '.join(_window(results))}。以下为模拟结果，并非观测。",
    )


def _window(results: Results) -> tuple[str, str]:
    """First and last month that outcomes are taken over."""
    window, scenario = results.design.window, results.provenance["scenario"]
    return window.first or str(scenario["policy_start"]), window.last or str(scenario["end"])


def _answer(reading: Reading) -> Section:
    section = Section("answer", tr("The answer", "结论"))
    facts = reading.results.provenance
    said = unfinished(facts["n_runs"], facts["n_planned"], "run", "次模拟")
    sentences = Markup("").join(
        Markup("<p>{}</p>").format(style.minus(one)) for one in [*said, *answer(reading.results)]
    )
    section.parts.append(Markup('<div class="answer">{}</div>').format(sentences))
    head, rows = sweep_tables.base_levels(reading)
    caption = tr("The base, from which differences are taken", "基准：差异均相对于此")
    caption += tr("; means with 95 % intervals", "；均值与 95% 区间") if reading.has_intervals else ""
    return section.table(caption, head, rows, folded=len(rows) > 12)


def _plan(reading: Reading) -> Section:
    section = Section("plan", tr("How the sweep was planned", "实验设计"))
    design = reading.results.design
    if design.source:
        section.text(clean(str(design.source)))
    head, rows = sweep_tables.factors(reading)
    section.table(tr("What was varied", "改变了什么"), head, rows)
    methods = " × ".join(str(METHODS[part.method].title) for part in design.plan)
    n = len(reading.settings)
    first, last = _window(reading.results)
    section.text(
        tr(
            f"{counted(n, 'point')} ({methods}), the base among them. Outcomes are taken over {first} to {last}.",
            f"共 {n:,} 个设计点（{methods}），含基准。结果取自 {first} 至 {last}。",
        ),
        _of_seeds(reading),
        _of_runs(reading),
    )
    if len(reading.settings) > 1:
        _fold_points(section, reading)
    return section


def _fold_points(section: Section, reading: Reading) -> None:
    points = sweep_tables.points(reading)
    rows = points.rows(sweep_tables.MOST_ROWS)
    section.table(points.caption, points.head, rows, folded=True)
    if len(rows) < points.n:
        more = tr(f"Shown are the first {len(rows)} points. ", f"此处仅列前 {len(rows)} 个设计点。")
        section.text(more + stored("points"))


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


def _levels(reading: Reading) -> Section:
    section = Section("levels", tr("All points", "全部设计点"))
    if reading.has_intervals:
        section.text(
            tr(
                "A table for each outcome. Level: the mean over seeds with its 95 % interval, which tells how well the mean is known; the spread between seeds tells how far single simulated "
                "cities lie apart, and does not shrink with more of them. Pairing: one run under the base's seed tells as much of the difference as so many under seeds of its own.",
                "每项结果一表。水平：各种子均值及其 95% 区间，表示均值的把握；种子间离散表示单个模拟城市相差多远，不随次数增加而缩小。配对：与基准同一种子的一次模拟，对差异而言相当于多少次不同种子的模拟。",
            )
        )
    shelf = [sweep_tables.by_point(reading, outcome) for outcome in reading.outcomes]
    sweep_tables.shelve(section, shelf, "levels", "effects")
    return section


def _contrasts(reading: Reading) -> Section:
    contrast = reading.contrast
    assert contrast is not None
    section = Section(
        "contrasts", tr(f"Levels of {contrast.title} against one another", f"{contrast.title}各水平之间的比较")
    )
    section.text(tr("Paired differences, all other factors equal.", "其余因素相同时的配对差异。"))
    shelf = [sweep_tables.contrasts(reading, outcome) for outcome in reading.outcomes]
    sweep_tables.shelve(section, shelf, "contrasts")
    return section


def _comparisons(reading: Reading) -> Section:
    section = Section("comparisons", tr("A word on many comparisons", "关于多重比较"))
    judged = reading.results.tables["effects"]
    judged = judged[judged["low"].notna()]
    n, clear, all_at_once = len(judged), int(judged["is_clear"].sum()), int(judged["is_clear_of_all"].sum())
    section.text(
        tr(
            f"Of {counted(n, 'interval')} of differences from the base about {n / 20:,.0f} miss their true value by chance: each holds it in 95 of 100 repetitions, not all at once. {clear:,} of the "
            f"differences exclude zero one by one. When all points of one outcome are judged together at 5 % (Holm 1979), {all_at_once:,} stand; the tables say which. Over several outcomes, "
            "and of the best that was picked from many, less is sure still.",
            f"与基准的 {n:,} 个差异区间中，约有 {n / 20:,.0f} 个会因偶然而偏离真值：每个区间在 100 次重复中约有 95 次包含真值，而非同时成立。逐项判断，{clear:,} 项不含 0；若把同一结果的所有设计点合并按 5% 判断（Holm 1979），"
            f"{all_at_once:,} 项成立，见各表。跨多项结果，或从众多设计点中挑出最佳者时，把握更小。",
        )
    )
    return section


def _evidence(reading: Reading) -> Section:
    section = Section("evidence", tr("What is assumption, what is evidence", "哪些是假设，哪些有依据"))
    counted_up = tables.evidence(PARAMETERS)
    section.text(
        tr(
            f"The model's {len(PARAMETERS)} parameters rest on: {counted_up}. Intervals hold the simulation's chance only; what would happen under other plausible values of what was not varied is not in them.",
            f"模型 {len(PARAMETERS)} 个参数的依据：{counted_up}。区间仅反映模拟的随机波动，不含未改变的假设取其他合理值时的变化。",
        )
    )
    scenario = reading.results.provenance["scenario"]
    keys = {(factor.factor.kind, factor.name.split(".", 1)[-1]) for factor in reading.factors if factor.is_numeric}
    known = [
        (kind, {key: one for key, one in declared.items() if (kind, key) in keys})
        for kind, declared in (("lever", LEVERS), ("parameter", PARAMETERS))
    ]
    for kind, found in known:
        if found:
            head, rows = tables.quantities(found, scenario[f"{kind}s"])
            caption = (
                tr("What was varied: levers", "所改变的政策工具")
                if kind == "lever"
                else tr("What was varied: parameters", "所改变的参数")
            )
            section.table(caption, head, rows)
    head, rows = tables.quantities(PARAMETERS, scenario["parameters"])
    return section.table(tr("All parameters", "全部参数"), head, rows, folded=True)


def _provenance(reading: Reading, folder: Path) -> Section:
    facts = reading.results.provenance
    section = Section("provenance", tr("Where these numbers come from", "数字的来源"))
    versions = ", ".join(f"{name} {version}" for name, version in facts.get("versions", {}).items())
    rows: tables.Rows = [
        [tr("Command", "命令"), str(facts.get("command", ""))],
        [tr("To remake this report", "重新生成报告"), command_line(["stations", "report", folder.name])],
        [tr("Made", "生成时间"), str(facts.get("made", ""))],
        [tr("Seeds", "随机种子"), tr(f"1 to {facts['n_seeds']}", f"1 至 {facts['n_seeds']}")],
        [tr("Runs stored, failed", "已存储与失败的模拟"), f"{facts['n_runs']:,}, {facts['n_failed']:,}"],
        [tr("Model digest", "模型校验码"), str(facts.get("model_digest", ""))],
        [tr("Versions", "版本"), versions],
        [tr("Months", "月份"), f"{facts['scenario']['start']} – {facts['scenario']['end']}"],
        [tr("Outcomes over", "结果取自"), " – ".join(_window(reading.results))],
    ]
    section.table(tr("Provenance", "来源记录"), ["", ""], rows)
    if facts["n_failed"]:
        section.text(
            tr(
                "Runs that failed are in the folder's ledger with their errors, and the same command tries them again.",
                "失败的模拟及其错误记录在结果文件夹的账本中，重复同一命令即可重试。",
            )
        )
    return section
