"""Compare policies in one city: the same seeds, the same history, paired differences. In memory, or stored as it runs."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.lab.comparison import BASELINE, Comparison, check_can_be_stored, comparison_of, design_of
from sim.lab.design.design import EVERYTHING, Window
from sim.lab.design.windows import window_of
from sim.lab.doubt.choose import DoubtGiven, refuse_more, worlds_of
from sim.lab.doubt.worlds import Worlds, n_twins, twin_of
from sim.lab.failed import Repeat, in_python
from sim.lab.kept import folders
from sim.lab.kept.opening import stored_comparison
from sim.lab.outcomes import OUTCOMES
from sim.lab.place import place_of
from sim.lab.react import Reaction
from sim.lab.run.agenda import agenda_of
from sim.lab.run.executors import Threads, closing, completed
from sim.lab.run.work import Chunk, Measuring, RunOutput, do, model_of
from sim.lab.say.commands import python_call
from sim.lab.sums.chances import thresholds_of
from sim.lab.sweep import bar, n_threads, run_design, thresholds_there
from sim.lab.worlds import check_arms
from sim.language import tr
from sim.mistakes import Mistake, list_of
from sim.scenario.compose import policies_of, scenario_of
from sim.scenario.load import refuse_namesakes, shipped_policies
from sim.scenario.schema import Policy, Scenario
from sim.seeds import seeds_given

MAIN_POLICIES = ("boundary-clarity", "incentives", "linkage", "all-three")
"""The paper's three proposals, and all of them together."""

N_SEEDS_COMPARED = 100
"""How many seeds a comparison has unless told otherwise."""

CityGiven = str | os.PathLike[str] | Scenario
PoliciesGiven = str | os.PathLike[str] | Policy | Iterable[str | os.PathLike[str] | Policy] | None


def policies_wanted(given: Any = None) -> dict[str, Policy]:
    """Policies by what was given for each: names, paths or `Policy` objects, or one of these; "all" for every shipped one; None for the
    paper's. The baseline is always there and is left out. Raises Mistake, also where two policies have one name."""
    if given is None:
        given = MAIN_POLICIES
    elif isinstance(given, str) and given.strip() == "all":
        given = list(shipped_policies())
    alone = isinstance(given, (str, os.PathLike, Policy))
    en, zh = "policies must be a list of names, paths or Policy objects", "policies 须为名称、路径或 Policy 对象的列表"
    wanted = [one for one in ([given] if alone else list_of(given, en, zh)) if not _is_text(one, BASELINE)]
    policies = policies_of(wanted)
    called = [
        policy.name if isinstance(one, Policy) else os.fspath(one) for one, policy in zip(wanted, policies, strict=True)
    ]
    refuse_namesakes(policies, called)
    return dict(zip(called, policies, strict=True))


def _is_text(one: Any, text: str) -> bool:
    return isinstance(one, str) and one == text


def arms_of(city: CityGiven, policies: PoliciesGiven = None) -> dict[str, Scenario]:
    """The baseline (the city as it stands) and one arm for each policy laid over it, by name.

    city: a name, a path or a `Scenario`. policies: names, paths or `Policy` objects; "all" for every shipped one; None for the paper's
    three proposals and all of them together. Raises Mistake.
    """
    own = scenario_of(city)
    if own.policies and not isinstance(city, Scenario):
        raise Mistake(
            f"compare: '{os.fspath(city)}' is a policy; write policies={[os.fspath(city)]}, or name a city",
            f"compare：'{os.fspath(city)}' 是政策；请写 policies={[os.fspath(city)]}，或给出城市",
        )
    return {BASELINE: own} | {policy.name: own.with_policies([policy]) for policy in policies_wanted(policies).values()}


def compare(
    city: CityGiven | Mapping[str, CityGiven],
    policies: PoliciesGiven = None,
    seeds: int | Sequence[int] = N_SEEDS_COMPARED,
    *,
    window: str | Window | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    jobs: int | None = None,
    on_seed: Callable[[int], None] | None = None,
    reactions: Mapping[str, Sequence[Reaction]] | None = None,
    allow_code: bool = False,
    progress: bool = False,
    thresholds: str | Sequence[str] = (),
    doubt: DoubtGiven | None = None,
) -> Comparison:
    """Run the baseline and every policy under every seed: history once per seed, each arm branched from it.

    city, policies: as of `arms_of`; or, in place of both, arms by name, the baseline first. seeds: a number, of which seeds 1 to that
    are run, or a list of seeds. window: the months that outcomes are taken over, "2026-01..2027-12", either end left out; None: from the
    policies' start to the end. out: a folder in which runs are stored as they come; whatever stops it (Ctrl-C, too), the same call goes
    on there; seeds are then a number, and `reactions` are refused. force: replace results that stand there. jobs: how many runs at a
    time; None: all cores. on_seed: called with each seed that is done, in memory. reactions: functions that look at the city each month
    and set levers, by arm. allow_code: run the Python that the scenarios name. progress: show a bar, in notebooks too.
    thresholds: whose chances over seeds results and reports hold, "coverage>=0.13". doubt: "prior" or "posterior": seeds are the numbers of
    worlds, each with its own draw of the city's numbers in doubt, the same in all arms, and some of the first are run under a second
    seed, too (`twins`); or the folder of a posterior; "none": seeds alone.
    Raises Mistake for names that are not there, where arms do not share their calendar and their history, and for a seed that is no whole
    number or there twice; RunFailed (a Mistake) where a run fails. The result depends on neither `jobs` nor the order of arms.
    """
    call = python_call(
        "compare", city, policies=policies, seeds=seeds, window=window, out=out, thresholds=thresholds, doubt=doubt
    )
    arms, repeat = _arms_given(city, policies, doubt)
    seeds = seeds_given(seeds)
    check_arms(arms, reactions, allow_code=allow_code)
    worlds = worlds_of(next(iter(arms.values())), doubt)
    n_at_a_time = n_threads(jobs)
    months = window_of(window, next(iter(arms.values())), "window")
    functions = ("reactions",) if reactions else ()
    asked = [one.text for one in thresholds_of(thresholds, "thresholds")]
    if out is None:
        return compare_arms(
            arms, seeds, months, jobs=n_at_a_time, on_seed=on_seed, reactions=reactions, allow_code=allow_code, progress=progress,
            repeat=repeat, functions=functions, call=call, thresholds=tuple(asked), worlds=worlds,
        )  # fmt: skip
    check_can_be_stored(seeds, functions)
    design = design_of(arms, len(seeds), months)
    given = worlds or "none"
    agenda = agenda_of(design, allow_code=allow_code, doubt=given)
    place = place_of(folders.folder_of(out), agenda, force=force)
    asked = asked or thresholds_there(place.made)
    place.clear(agenda)
    with bar(None, progress, tr("run", "次")) as move:
        run_design(
            design,
            place.made,
            Threads(n_at_a_time),
            call=call,
            facts={"command": call, "thresholds": asked},
            allow_code=allow_code,
            on_progress=lambda now: move(now.total, now.done + now.failed),
            repeat=repeat,
            called=place.folder,
            doubt=given,
        )
    return replace(stored_comparison(place.finish()), call=call, thresholds=tuple(asked))


def _arms_given(city: Any, policies: Any, doubt: DoubtGiven | None) -> tuple[dict[str, Scenario], Repeat]:
    """The arms by name, and what repeats one run of them."""
    if not isinstance(city, Mapping):
        wanted = policies_wanted(policies)
        given = {policy.name: name for name, policy in wanted.items()}

        def repeat(arm: str, seed: int) -> str:
            return python_call("simulate", city, seed, policies=[given[arm]] if arm in given else [], doubt=doubt)

        return arms_of(city, list(wanted.values())), repeat
    if policies is not None:
        raise Mistake(
            "policies: the arms are given already; leave policies out, and name the seeds: seeds=20",
            "policies：比较组已经给出；请删去 policies，种子请写明 seeds=20",
        )
    return {name: scenario_of(arm) for name, arm in city.items()}, in_python


def compare_arms(
    arms: dict[str, Scenario],
    seeds: Sequence[int],
    window: Window,
    *,
    jobs: int,
    on_seed: Callable[[int], None] | None = None,
    reactions: Mapping[str, Sequence[Reaction]] | None = None,
    allow_code: bool = False,
    progress: bool = False,
    repeat: Repeat = in_python,
    worlds: Worlds | None = None,
    **more: Any,
) -> Comparison:
    """`compare` in memory, once all that was given is checked. repeat: what to do to repeat one run, told where it fails. worlds: whose
    numbers the seeds are. more: of `Comparison`."""
    measuring = Measuring(window, EVERYTHING)
    model = model_of(next(iter(arms.values())), measuring, allow_code=allow_code, worlds=worlds)
    twins: list[int] = []
    if worlds is not None:
        refuse_more(worlds, max(seeds), next(iter(arms.values())))
        first = seeds[: n_twins(len(seeds), worlds)]
        twins = [twin_of(seed) for seed in itertools.takewhile(lambda seed: seed <= worlds.twins, first)]
    numbers = [*seeds, *twins]

    def chunk(number: int) -> Chunk:
        return Chunk(
            number, tuple(arms.values()), tuple(arms), model, measuring, allow_code, reactions=reactions or {},
            draw=None if worlds is None else worlds.draw(number), is_twin=number in twins,
        )  # fmt: skip

    chunks = map(chunk, numbers)
    found: dict[int, Mapping[str, RunOutput]] = {}
    executor = Threads(jobs, functools.partial(do, repeat=repeat))
    with bar(len(numbers), progress, tr("seed", "种子")) as move, closing(executor):
        for done in completed(executor, lambda: next(chunks, None)):
            if done is None:
                continue
            found[done.task.seed] = done.future.result().runs
            move(len(numbers), len(found))
            if on_seed is not None and not done.task.is_twin:
                on_seed(done.task.seed)
    if worlds is not None:
        of_twins = [[found[number][arm].outcomes for number in twins] for arm in arms]
        more["twins"] = np.array(of_twins).reshape(len(arms), len(twins), len(OUTCOMES))
    return comparison_of(arms, {seed: found[seed] for seed in seeds}, window, worlds=worlds, **more)
