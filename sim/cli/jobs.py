"""What the commands do: check first, then run, then store, then tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.exits import EXIT_BAD_INPUT, EXIT_DIFFERENT
from sim.cli.options import names_in
from sim.cli.progress import progress
from sim.cli.runs import already_told, executor_of, n_jobs, ready, run_design, warn
from sim.cli.stopping import if_asked
from sim.lab.say.stopped import stopped_at_the_end
from sim.language import counted, listed, tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from sim.lab.kept.results import Results
    from sim.scenario.schema import Policy, Scenario

RESULTS = Path("results")


def run_job(
    scenario: str,
    seed: int,
    policies: Sequence[str],
    sets: Sequence[str],
    out: Path | None,
    force: bool,
    csv: bool,
    dry_run: bool,
    allow_code: bool,
    doubt: str | None,
) -> int:
    """`stations run`"""
    from sim.lab.doubt.choose import refuse_more, worlds_of
    from sim.lab.doubt.worlds import world_of
    from sim.lab.kept import folders, writing
    from sim.lab.say.doubt_asked import doubt_told
    from sim.scenario.load import load_scenario
    from sim.scenario.told import against

    loaded = load_scenario(scenario, policies=policies, sets=sets)
    name = "-".join(_stem(part) for part in (loaded.name, *(policy.name for policy in loaded.policies)))
    folder = out or writing.free_folder(RESULTS, f"run-{name[:80]}-seed{seed}")
    writing.check_folder(folder, force=force, mark=folders.PROVENANCE)
    worlds = worlds_of(loaded, doubt)
    if worlds is not None:
        refuse_more(worlds, world_of(seed), loaded)
    for line in doubt_told(worlds, doubt, loaded.known):
        print(line)
    if dry_run:
        print(_plan(loaded))
        print(_changes_of([loaded]) + _code_of([loaded]) + tr(f"would write {folder}", f"将写入 {folder}"))
        return 0

    warn(against(loaded))
    ready([loaded], allow_code)
    from sim.lab.simulate import simulate

    with progress(tr("months", "月份"), loaded.n_months) as step:
        run = simulate(loaded, seed, doubt=worlds or "none", allow_code=allow_code, on_month=lambda _: step())
    from sim.cli.summary import print_run
    from sim.lab.kept.opening import open_results

    folder = out or writing.free_folder(RESULTS, f"run-{name[:80]}-seed{seed}")  # another may have ended meanwhile
    dataclasses.replace(run, call="").save(folder, force=force, csv=csv)
    return _report(open_results(folder), folder, print_run)


def compare_job(
    scenario: str,
    policies: str | None,
    seeds: int,
    jobs: int | None,
    workers: str,
    cluster: str | None,
    sets: Sequence[str],
    window: str | None,
    thresholds: Sequence[str],
    out: Path | None,
    force: bool,
    dry_run: bool,
    allow_code: bool,
    doubt: str | None,
) -> int:
    """`stations compare`"""
    from sim.lab.doubt.choose import asked as doubt_asked
    from sim.lab.doubt.choose import refuse_more, worlds_of
    from sim.lab.doubt.worlds import n_twins
    from sim.lab.failed import by_command
    from sim.lab.kept import writing
    from sim.lab.place import place_of
    from sim.lab.run.version import free_or_unfinished
    from sim.lab.say.commands import command_line
    from sim.lab.say.doubt_asked import doubt_told, twins_told
    from sim.scenario.load import load_scenario

    jobs = n_jobs(workers, jobs, cluster)
    loaded = load_scenario(scenario, sets=sets)
    if loaded.policies:
        raise Mistake(
            f"compare: '{scenario}' is a policy; write --policies {scenario}, or name a city",
            f"compare：'{scenario}' 是政策；请写 --policies {scenario}，或给出城市",
        )
    chosen = _policies(policies)
    from sim.lab.compare import arms_of
    from sim.lab.comparison import design_of
    from sim.lab.design.windows import months_of, window_of
    from sim.lab.run.agenda import agenda_of
    from sim.lab.sums.chances import thresholds_of
    from sim.lab.sweep import thresholds_there

    arms = arms_of(loaded, list(chosen.values()))
    worlds = worlds_of(loaded, doubt)
    if worlds is not None:
        refuse_more(worlds, seeds, loaded)
    twins = 0 if worlds is None else n_twins(seeds, worlds)
    months = window_of(window, loaded, "--window")
    asked = [one.text for one in thresholds_of(thresholds, "--threshold")]
    design, name = design_of(arms, seeds, months), f"compare-{_stem(loaded.name)}"
    # To plan runs is to load the code of rules, which a dry run must not do unasked; then it is not known which are stored.
    is_planned = not dry_run or allow_code or not any(arm.code for arm in arms.values())
    agenda = agenda_of(design, allow_code=allow_code, doubt=worlds or "none") if is_planned else None
    folder = out or (free_or_unfinished(RESULTS, name, agenda) if agenda else writing.free_folder(RESULTS, name))
    place = place_of(folder, agenda, force=force)
    asked = asked or thresholds_there(place.made)
    said = [*doubt_told(worlds, doubt, loaded.known), *filter(None, [twins_told(twins, seeds)])]
    if dry_run:
        print(_plan(loaded))
        print(
            tr(
                f"{counted(len(arms), 'arm')} x {counted(seeds, 'seed')} = {counted(len(arms) * seeds, 'run')}, {jobs} at a time: {listed(arms)}",
                f"{len(arms)} 个比较组 × {seeds} 个种子 = {len(arms) * seeds} 次运行，同时 {jobs} 个：{listed(arms)}",
            )
        )
        for line in said:
            print(line)
        first, last = months_of(months, loaded)
        print(
            tr(f"outcomes over {first} to {last}", f"结果取自 {first} 至 {last}")
            + (tr(f"; chances of {listed(asked)}", f"；概率：{listed(asked)}") if asked else "")
        )
        print(
            _changes_of(list(arms.values()))
            + _code_of(list(arms.values()))
            + (already_told(agenda, place.made) if agenda else "")
            + tr(f"would write {folder}", f"将写入 {folder}")
        )
        return 0

    assert agenda is not None
    words = ["stations", "compare", scenario, *(["--policies", policies] if policies else []), "--seeds", str(seeds)]
    words += [word for assignment in sets for word in ("--set", assignment)]
    words += ["--window", window] if window else []
    words += [word for threshold in asked for word in ("--threshold", threshold)]
    again = doubt_asked(doubt, worlds)
    words += ["--doubt", str(again)] if again is not None else []
    words += ["--out", str(folder), *(["--force"] if force else []), *(["--allow-code"] if allow_code else [])]
    command = command_line(words)
    place.clear(agenda)
    given = {policy.name: name for name, policy in chosen.items()}
    repeat = by_command(scenario, sets, given, allow_code=allow_code, doubt=None if again is None else str(again))
    for line in said:
        print(line)
    warn(agenda.warnings)
    ready(list(arms.values()), allow_code)
    executor = executor_of(workers, jobs, cluster)
    run_design(
        design,
        place.made,
        executor,
        command=command,
        allow_code=allow_code,
        repeat=repeat,
        called=folder,
        thresholds=asked,
        doubt=worlds or "none",
    )
    from sim.cli.summary import print_comparison

    with if_asked(lambda: stopped_at_the_end(folder, command)):
        results = place.finish()
    return _report(results, folder, print_comparison)


def _report(results: Results, folder: Path, summarise: Callable[[Results], None]) -> int:
    """Tell of results that are already stored, write the report beside them; say where all of it is."""
    from sim.report.page import REPORT, write_report

    def tell() -> str:
        return tr(
            f"stopped; the results are stored in {folder}, and 'stations report {folder}' writes their report",
            f"已中止；结果已保存在 {folder}，'stations report {folder}' 可生成报告",
        )

    try:
        with if_asked(tell):
            summarise(results)
            told = tr(f"Report: {write_report(results, folder / REPORT)}", f"报告：{folder / REPORT}")
        print(told)
    finally:
        print(tr(f"Results: {folder}", f"结果：{folder}"))
    return 0


def report_job(folder: Path, out: Path | None, figures: str | None, thresholds: Sequence[str]) -> int:
    """`stations report`: from stored results alone; nothing is run."""
    from sim.lab.doubt.posterior import MARK, read_posterior
    from sim.lab.kept.opening import open_results
    from sim.lab.sums.chances import thresholds_of
    from sim.report.page import REPORT, write_figures, write_report
    from sim.report.posterior import write_posterior_report

    if (folder / MARK).is_file():
        if figures is not None or thresholds:
            raise Mistake(
                f"{folder}: holds a posterior, whose report has neither --figures nor --threshold; leave them out",
                f"{folder}：其中是后验，其报告没有 --figures 与 --threshold；请删去",
            )
        print(tr("Report: ", "报告：") + str(write_posterior_report(read_posterior(folder), out)))
        return 0
    asked = [one.text for one in thresholds_of(thresholds, "--threshold")]
    results = open_results(folder).with_thresholds(asked)
    if figures is not None:
        drawn = folder / "figures"
        with if_asked(lambda: tr(f"stopped; not every figure is in {drawn}", f"已中止；{drawn} 中的图尚不齐全")):
            files = write_figures(results, drawn, figures)
        for file in files:
            print(file)
        return 0
    print(tr("Report: ", "报告：") + str(write_report(results, out or folder / REPORT)))
    return 0


def validate_job(files: Sequence[str]) -> int:
    """`stations validate`: every file is checked, each says its own sentence."""
    import sys

    from sim.lab.design.read_design import is_design, validate_design
    from sim.scenario.load import validate_file

    worst = 0
    for file in files:
        try:
            print(f"{file}: {validate_design(file) if is_design(file) else validate_file(file)}")
        except Mistake as mistake:
            print(f"stations: {' '.join(str(mistake).split())}", file=sys.stderr)
            worst = EXIT_BAD_INPUT
    return worst


def reproduce_job(folder: Path, jobs: int | None, runs: int, allow_code: bool) -> int:
    """`stations reproduce`"""
    from sim.lab.kept import folders, versions
    from sim.lab.kept.reproduce import Stored, reproduce, reproduce_sweep

    facts = folders.load_provenance(folder)
    if said := versions.told(versions.others(facts.get("versions", {}))):
        print(said)
    if facts["kind"] == "sweep":
        with progress(tr("runs", "运行"), runs) as step:
            report = reproduce_sweep(folder, runs, allow_code=allow_code, on_run=step)
    else:
        stored = Stored.load(folder, facts)
        ready(stored.scenarios, allow_code)
        with progress(tr("seeds", "种子"), len(stored.seeds)) as step:
            report = reproduce(folder, stored, jobs=jobs, allow_code=allow_code, on_seed=lambda _: step())
    for line in report.lines():
        print(line)
    return 0 if report.is_identical else EXIT_DIFFERENT


def _policies(names: str | None) -> dict[str, Policy]:
    """By what was given for each."""
    from sim.lab.compare import policies_wanted

    chosen = policies_wanted(
        names if names is None or names.strip() == "all" else dict.fromkeys(names_in(names)).keys()
    )
    if not chosen:
        raise Mistake("--policies: name at least one policy, or 'all'", "--policies：请至少给出一项政策，或 'all'")
    return chosen


def _stem(name: str) -> str:
    return Path(name).name


def _plan(scenario: Scenario) -> str:
    posts = sum(town.posts for town in scenario.towns)
    people = sum(town.population for town in scenario.towns)
    title = str(scenario.title)
    if scenario.policies:
        title += " + " + listed(policy.title for policy in scenario.policies)
    return tr(
        f"{title}: {counted(len(scenario.towns), 'station')}, {counted(posts, 'post')}, {counted(people, 'resident')}, "
        f"{scenario.start} to {scenario.end}, policies from {scenario.policy_start}",
        f"{title}：{len(scenario.towns)} 个站点，{posts} 个岗位，{people:,} 名居民，"
        f"{scenario.start} 至 {scenario.end}，政策自 {scenario.policy_start} 起",
    )


def _changes_of(scenarios: Sequence[Scenario]) -> str:
    """What a dry run says of what policies change: a line for each policy and one for each change, or ""."""
    from sim.scenario.told import against_told, changes_told

    lines = []
    for scenario in scenarios:
        for policy, changes in zip(scenario.policies, changes_told(scenario)[1:], strict=True):
            title = str(policy.title)
            lines += [tr(f"{title}:", f"{title}："), *(f"  {change}" for change in changes)]
        lines += against_told(scenario)
    return "".join(f"{line}\n" for line in lines)


def _code_of(scenarios: Sequence[Scenario]) -> str:
    """What a dry run says of Python that the run would run: a line, or ""."""
    names = listed(dict.fromkeys(code for scenario in scenarios for code in map(str, scenario.code)))
    return names and tr(
        f"runs Python code ({names}): needs --allow-code\n", f"将运行 Python 代码（{names}）：需加 --allow-code\n"
    )
