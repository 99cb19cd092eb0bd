"""`stations explain`: what the model holds, from the declarations themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.table import Table

from sim.cli.options import EXPLAINED
from sim.cli.terminal import console
from sim.language import counted, in_brackets, in_turn, labelled, listed, tr
from sim.mistakes import Mistake, did_you_mean
from sim.scenario.parameters import LEVERS, PARAMETERS, SECTIONS, SWITCHES, Quantity
from sim.scenario.units import stored_unit


def explain_job(topic: str, name: str | None, seed: int | None = None, city: str | None = None) -> int:
    """Explain a topic, or one name in it. Raises Mistake for an unknown one."""
    if topic not in EXPLAINED:
        raise Mistake(
            f"explain: '{topic}' is no topic{did_you_mean(topic, EXPLAINED)}; topics: {listed(EXPLAINED)}",
            f"explain：没有主题 '{topic}'{did_you_mean(topic, EXPLAINED)}；可用：{listed(EXPLAINED)}",
        )
    if seed is not None and topic != "place":
        raise Mistake(f"explain {topic}: --seed is for place alone", f"explain {topic}：--seed 只用于 place")
    if city is not None and (topic != "scenario" or name is None):
        raise Mistake(
            "explain: --in goes with 'scenario POLICY', as in 'stations explain scenario incentives --in my-city.yaml'",
            "explain：--in 与 'scenario POLICY' 同用，如 'stations explain scenario incentives --in my-city.yaml'",
        )
    if topic == "parameters":
        _explain_quantities(PARAMETERS, name)
    elif topic == "levers":
        _explain_quantities(LEVERS, name)
    elif topic == "structure":
        _explain_structure(name)
    elif topic == "place":
        from sim.cli.place import place_csv

        print(place_csv(name, seed), end="")
    elif topic == "phases":
        _explain_phases(name)
    elif topic == "observations":
        _explain_observations(name)
    else:
        _explain_scenario(name, city)
    return 0


def _pick(topic: str, name: str | None, known: Iterable[str]) -> None:
    known = list(known)
    if name is not None and name not in known:
        raise Mistake(
            f"explain {topic}: there is no '{name}'{did_you_mean(name, known)}; 'stations explain {topic}' lists all",
            f"explain {topic}：没有 '{name}'{did_you_mean(name, known)}；用 'stations explain {topic}' 查看全部",
        )


def _explain_quantities(known: Mapping[str, Quantity], name: str | None) -> None:
    topic = "levers" if known is LEVERS else "parameters"
    sections = {quantity.section for quantity in known.values()}
    if name in sections and name in SECTIONS:
        known = {key: quantity for key, quantity in known.items() if quantity.section == name}
        name = None
    _pick(topic, name, known)
    out = console()
    if name is not None:
        quantity = known[name]
        out.print(quantity.name + in_brackets(stored_unit(quantity.unit)))
        out.print(f"  {quantity.label}")
        out.print(f"  {quantity.meaning}")
        whole = tr(" (whole numbers)", "（整数）") if quantity.is_whole else ""
        out.print(tr(f"  default {quantity.default:g}; plausible {quantity.low:g} to {quantity.high:g}; allowed {quantity.least:g} to {quantity.most:g}{whole}",
                     f"  默认 {quantity.default:g}；合理范围 {quantity.low:g} 至 {quantity.high:g}；允许 {quantity.least:g} 至 {quantity.most:g}{whole}"))  # fmt: skip
        out.print(
            tr("  may differ between towns: say 'stations'", "  可按镇设定：写明 stations")
            if quantity.by_town
            else tr("  of the city as a whole: the same in all towns", "  属于全市：各镇相同")
        )
        out.print(tr(f"  source: {quantity.source}", f"  来源：{quantity.source}"))
        return
    table = Table()
    for heading in (
        tr("name", "名称"),
        tr("default", "默认"),
        tr("range", "范围"),
        tr("unit", "单位"),
        tr("meaning; source", "含义；来源"),
    ):
        table.add_column(heading, overflow="fold", justify="left")
    section = ""
    for quantity in known.values():
        if quantity.section != section and quantity.section in SECTIONS:
            section = quantity.section
            table.add_row(f"[b]{SECTIONS[section]}[/b]")
        span = f"{quantity.low:g}–{quantity.high:g}"
        whose = "" if quantity.by_town else tr("; of the city as a whole", "；属于全市")
        source = tr(f"; [i]{quantity.source}[/i]", f"；[i]{quantity.source}[/i]")
        said = f"{quantity.meaning}{whose}{source}"
        table.add_row(quantity.name, f"{quantity.default:g}", span, stored_unit(quantity.unit), said)
    out.print(table)
    if known is not LEVERS:
        out.print(
            tr(
                "A parameter may differ between towns unless it is said to be of the city as a whole: NAME: {value: ..., stations: [...]}",
                "除注明属于全市者外，参数可按镇设定：NAME: {value: ..., stations: [...]}",
            )
        )


def _explain_structure(name: str | None) -> None:
    _pick("structure", name, SWITCHES)
    out = console()
    out.print(
        tr(
            "Parts of the model that can be read in two ways (assumptions, off by default). In a city file: structure: {NAME: true}",
            "模型中可作两种理解的部分（均为假设，默认关闭）。在城市文件中写：structure: {名称: true}",
        )
    )
    table = Table()
    for heading in (tr("name", "名称"), tr("on", "开启"), tr("off", "关闭")):
        table.add_column(heading, overflow="fold")
    for switch in SWITCHES.values():
        if name is None or switch.name == name:
            table.add_row(switch.name, str(switch.on), str(switch.off))
    out.print(table)


def _explain_phases(name: str | None) -> None:
    from sim.day import PHASES

    _pick("phases", name, [phase for phase, _, _ in PHASES])
    out = console()
    out.print(tr("The order of the day (sim/day.py):", "一天的顺序（sim/day.py）："))
    for i, (phase, en, zh) in enumerate(PHASES):
        if name is None or phase == name:
            out.print(f"{i + 1:3d}. {phase:28s} {tr(en, zh)}")


def _explain_observations(name: str | None) -> None:
    from sim.lab.outcomes import OUTCOMES
    from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, KINDS, MEASURES, STATION_MONTH

    rows: list[tuple[str, str, str, str]] = []
    for where, declared in (
        (tr("station, city", "站点、全市"), STATION_MONTH),
        (tr("group", "群体"), GROUP_MONTH),
        (tr("community", "社区"), COMMUNITY_MONTH),
    ):
        rows += [
            (column.name, where, stored_unit(column.unit), str(column.meaning) + in_brackets(KINDS[column.kind]))
            for column in declared.values()
        ]
    for measure in MEASURES.values():
        formula = f"{' + '.join(measure.above)} / ({' + '.join(measure.below)})"
        scale = f"{measure.scale:g} × " if measure.scale != 1 else ""
        text = f"{measure.meaning} = {scale}{formula}"
        rows.append((measure.name, tr("measure", "指标"), stored_unit(measure.unit), text))
    rows += [
        (outcome.name, tr("outcome of compare", "比较结果"), stored_unit(outcome.unit), str(outcome.meaning))
        for outcome in OUTCOMES.values()
        if outcome.name not in MEASURES
    ]
    _pick("observations", name, [row[0] for row in rows])
    table = Table()
    for heading in (tr("name", "名称"), tr("table", "表"), tr("unit", "单位"), tr("meaning", "含义")):
        table.add_column(heading, overflow="fold")
    for row in rows:
        if name is None or row[0] == name:
            table.add_row(*row)
    console().print(table)


def _explain_scenario(name: str | None, city: str | None) -> None:
    from sim.scenario.figures import told_figure
    from sim.scenario.load import DEFAULT_CITY, find, load_policy, load_scenario, shipped
    from sim.scenario.read import limit
    from sim.scenario.schema import Policy
    from sim.scenario.told import changes_told, policy_told, town_told, towns_told
    from sim.scenario.yaml_reader import read_file

    out = console()
    if name is None:
        table = Table()
        for heading in (tr("name", "名称"), tr("title", "标题"), tr("proposed by", "提出者")):
            table.add_column(heading, overflow="fold")
        for full in shipped():
            is_policy = full.startswith("policies/")
            loaded = load_policy(full) if is_policy else load_scenario(full)
            table.add_row(full, str(loaded.title), str(loaded.proposer))
        out.print(table)
        return
    _, file = find(name)
    is_policy = read_file(file).value["kind"].value == "policy"
    if city is not None and not is_policy:
        raise Mistake(f"explain: '{name}' is a city; --in is for a policy", f"explain：'{name}' 是城市；--in 用于政策")
    base = load_scenario(city or DEFAULT_CITY)
    if base.policies:
        raise Mistake(f"explain: --in: '{city}' is a policy, not a city", f"explain：--in：'{city}' 是政策而不是城市")
    loaded = load_policy(name) if is_policy else load_scenario(name)
    if city is not None and isinstance(loaded, Policy):
        base.with_policies([loaded])  # a policy that does not fit the city that was asked for is a mistake
    out.print(f"{loaded.name}: {loaded.title!s}")
    out.print(tr(f"  proposed by: {loaded.proposer}", f"  提出者：{loaded.proposer}"))
    out.print(tr(f"  source: {loaded.source}", f"  来源：{loaded.source}"))
    if not is_policy:
        own = load_scenario(name)
        out.print(
            tr(
                f"  {own.start} to {own.end}, policies from {own.policy_start}; {counted(len(own.towns), 'station')}",
                f"  {own.start} 至 {own.end}，政策自 {own.policy_start} 起；{len(own.towns)} 个站点",
            )
        )
        for town in own.towns:
            now = tr(
                f"    {town.id}: {town.name.en}, {counted(town.population, 'resident')}, {counted(town.posts, 'post')}, {counted(len(town.communities), 'community', 'communities')}",
                f"    {town.id}：{town.name.zh}，{town.population:,} 名居民，{town.posts} 个岗位，{len(town.communities)} 个社区",
            )
            out.print(in_turn([now, *town_told(town)]))
        if own.budget_per_year is not None:
            budget = limit(own.budget_per_year)
            out.print(tr(f"  budget: {budget} yuan per year", f"  年度预算：{budget} 元"))
        if own.figures:
            out.print(tr("  figures of the real city:", "  实测数据："))
        for figure in own.figures:
            out.print(f"    {told_figure(figure)}", markup=False, highlight=False)
    rules = [] if is_policy else [f"{rule}: {code}" for rule, code in load_scenario(name).rules]
    acting = [str(code) for code in loaded.code] if isinstance(loaded, Policy) else []
    for said in (*rules, *acting):
        out.print(
            tr(f"  Python code, run with --allow-code only: {said}", f"  Python 代码，仅在 --allow-code 下运行：{said}")
        )
    if isinstance(loaded, Policy):
        lines = policy_told(loaded, base)
        for label, towns in towns_told(loaded, base):
            lines += [labelled(label, tr("by town", "各镇")), *(f"  {town}" for town in towns)]
    else:
        lines = changes_told(loaded)[0]
    for line in lines:
        out.print(f"  {line}", markup=False, highlight=False)
