"""What a sweep does and does not run, in which order, and what becomes of runs that fail."""

from __future__ import annotations

import json
import os
import shlex
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from cities import SMALL
from sweeps import DESIGN, POLICY, Counting, done, failures, n_runs, run, stations, tables, told, write_design

from sim.lab.design.read_design import read_design
from sim.lab.kept.opening import open_results
from sim.lab.run import work
from sim.lab.run.agenda import agenda_of
from sim.lab.run.executors import EXECUTORS, local
from sim.lab.run.session import Interrupted, Progress
from sim.lab.run.work import Chunk
from sim.mistakes import Mistake

FAILS = """\
import pathlib
def act(now):
    if now.city("admin_share") {condition} and not pathlib.Path("mended").exists():
        {what}
"""


def ran(design: str, out: str = "out", **more: object) -> list[tuple[str, int]]:
    counting = Counting()
    run(design, out, counting, **more)
    return counting.ran


# --- once, and only what is new


def test_every_run_is_run_once(here: Path) -> None:
    first = ran(write_design())
    assert len(first) == len(set(first)) == n_runs("design.yaml") == 7 * 4
    assert ran("design.yaml") == []


def test_points_of_one_scenario_are_run_once(here: Path) -> None:
    """Two ways to say the same."""
    variants = {"dear": {"levers": {"pay": 5000}}, "as_dear": {"levers": {"pay": [{"value": 5000}]}}}
    design = write_design(factors={"pay": {"title": {"en": "P", "zh": "薪"}, "variants": {"as_is": {}} | variants}})
    assert len(ran(design)) == 2 * 4
    results = open_results("out")
    assert len(results.points) == 3
    dear = [results.runs(["coverage"], {"pay": one})["coverage"].tolist() for one in variants]
    assert dear[0] == dear[1]
    assert len(dear[0]) == 4


def test_a_grown_design_runs_only_what_is_new_and_a_shrunk_one_nothing(here: Path) -> None:
    factors = DESIGN["factors"]
    ran(write_design())
    seeds = ran(write_design(seeds=6))
    assert {seed for _, seed in seeds} == {5, 6}
    assert len(seeds) == 7 * 2
    levels = ran(write_design(seeds=6, factors=factors | {"levers.pay": [3000, 4000, 5000, 6000]}))
    assert len(levels) == 2 * 6
    more = factors | {"levers.pay": [3000, 4000, 5000, 6000], "policies": ["none", "linkage"]}
    factor = ran(write_design(seeds=6, factors=more))
    assert len(factor) == 8 * 6
    assert len(set(seeds + levels + factor)) == 14 + 12 + 48
    assert ran(write_design()) == []
    assert open_results("out").runs()["seed"].max() == 4
    assert len(open_results("out").runs()) == 7 * 4
    assert len(tables("out")["runs"]) == 7 * 4 + 14 + 12 + 48


def test_the_order_of_keys_does_not_matter_and_a_default_does(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(write_design())
    turned = dict(reversed(DESIGN.items())) | {"factors": dict(reversed(DESIGN["factors"].items()))}
    Path("turned.yaml").write_text(json.dumps(turned), encoding="utf-8")
    lines = SMALL.splitlines(keepends=True)
    Path("small.yaml").write_text("".join([lines[0], *lines[7:], *lines[1:7]]), encoding="utf-8")
    assert ran("turned.yaml") == []

    from sim.scenario import parameters

    name = "supervision_hours"
    before = parameters.PARAMETERS[name]
    monkeypatch.setitem(parameters.PARAMETERS, name, replace(before, default=before.default * 1.1))
    with pytest.raises(Mistake, match=rf"parameters\.{name} was .*; add --new-version"):
        ran("design.yaml")
    assert len(ran("design.yaml", new_version=True)) == 7 * 4


# --- order


def test_points_that_share_a_history_are_branched(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    histories = Counter[int]()
    history = work.history
    monkeypatch.setattr(
        work, "history", lambda s, seed, **more: (histories.update([seed]), history(s, seed, **more))[1]
    )
    ran(write_design())
    assert histories == {1: 1, 2: 1, 3: 1, 4: 1}
    since = {"levers.pay": {"levels": [3000, 4000, 5000], "since": "start"}, "levers.administrative_burden": [0.5, 1.5]}
    histories.clear()
    ran(write_design(factors=since), "start")
    assert set(histories.values()) == {len(agenda_of(read_design("design.yaml")).families)} == {4}


def test_a_partial_sweep_is_balanced(here: Path) -> None:
    """At any time the seeds of two points differ by one at most."""
    counting = Counting()
    run(write_design(seeds=10, factors=DESIGN["factors"] | {"policies": ["none", "linkage"]}), "out", counting)
    seen = defaultdict(int, dict.fromkeys({name for name, _ in counting.ran}, 0))
    for chunk in counting.chunks:
        for name in chunk.names:
            seen[name] += 1
            assert seen[name] == chunk.seed
        assert max(seen.values()) - min(seen.values()) <= 1
    assert set(seen.values()) == {10}


def test_a_branch_equals_a_run_by_itself(here: Path) -> None:
    from sim.lab.outcomes import OUTCOMES, summarize
    from sim.lab.simulate import simulate

    run(write_design(), "out")
    design = read_design("design.yaml")
    found = {
        (row["scenario_hash"], row["seed"]): [row[name] for name in OUTCOMES]
        for row in tables("out")["runs"].to_pylist()
    }
    for point in design.points:
        scenario = design.scenario(point)
        world = simulate(scenario, 3).world
        alone = summarize(world, scenario.policy_month, scenario.n_months).outcomes
        assert np.array_equal(found[scenario.hash, 3], list(alone.values()), equal_nan=True)


def test_points_of_other_calendars(here: Path) -> None:
    longer = SMALL.replace("end: 2024-12-31", "end: 2025-03-31").replace("  b: {", "  c: {")
    Path("longer.yaml").write_text(longer, encoding="utf-8")
    write_design(factors={"scenario": ["small.yaml", "longer.yaml"]}, window={"last": "2024-12"})
    run("design.yaml", "out")
    towns = open_results("out").towns(["coverage"])
    assert towns.groupby("point")["month"].nunique().tolist() == [12, 15]
    assert towns.groupby("point")["station"].agg(lambda one: "".join(sorted(set(one)))).tolist() == ["ab", "ac"]
    assert len(towns) == 4 * (12 + 15) * 2
    assert open_results("out").provenance["residents"] == [7000, 7000]


# --- the stopping rule


@pytest.fixture
def until(here: Path) -> str:
    return write_design(seeds={"until": {"coverage": 0.03}, "at_least": 4, "at_most": 60})


def test_a_sweep_stops_at_the_same_number_however_it_is_run(until: str) -> None:
    told: list[Progress] = []
    progress = run(until, "out", on_progress=lambda one: told.append(replace(one)))
    n = progress.n_seeds
    assert 4 < n < 60
    assert any(one.widths.get("coverage", (0, 0))[0] > 0.03 for one in told)
    assert progress.widths["coverage"][0] <= 0.03 == progress.widths["coverage"][1]
    assert run(until, "threads", "threads").n_seeds == n

    def stop(one: Progress) -> None:
        if one.new > 40:
            raise KeyboardInterrupt

    sessions = 0
    while sessions < 20:
        sessions += 1
        try:
            assert run(until, "broken", on_progress=stop).n_seeds == n
            break
        except Interrupted:
            continue
    assert sessions > 2
    assert tables("out") == tables("threads") == tables("broken")


def test_results_use_exactly_those_seeds(until: str) -> None:
    """Though more are stored."""
    run(write_design("more.yaml", seeds=30), "out")
    n = run(until, "out").n_seeds
    assert n < 30
    results = open_results("out")
    assert sorted(set(results.runs()["seed"])) == list(range(1, n + 1))
    assert set(results.tables["levels"]["n"]) == {n}
    assert len(tables("out")["runs"]) == 30 * 7


def test_a_rule_that_finds_no_value_at_all_goes_on(here: Path) -> None:
    """Every run fails: there is nothing to look at, and nothing to wait for."""
    Path("react.py").write_text(FAILS.format(condition=">= 0", what="raise ValueError('no')"), encoding="utf-8")
    Path("bad.yaml").write_text(POLICY, encoding="utf-8")
    base = {"scenario": "small.yaml", "policies": ["bad.yaml"]}
    write_design(base=base, seeds={"until": {"coverage": 0.01}, "at_least": 3, "at_most": 5})
    progress = run("design.yaml", "out", allow_code=True)
    assert progress.done == 0
    assert progress.failed == progress.n_seeds * 7


# --- runs that fail


@pytest.fixture
def failing(here: Path) -> str:
    """A design whose last point fails under some seeds."""
    Path("react.py").write_text(
        FAILS.format(condition="< 0.5", what="raise ValueError('I do not like it')"), encoding="utf-8"
    )
    Path("bad.yaml").write_text(POLICY, encoding="utf-8")
    return write_design(factors={"levers.pay": [3000, 4000], "policies": ["none", "bad.yaml"]}, seeds=8)


@pytest.mark.parametrize("kind", EXECUTORS)
def test_a_run_that_fails_is_recorded_and_stops_no_other(failing: str, kind: str) -> None:
    progress = run(failing, "out", kind, allow_code=True, command="the command")
    n = n_runs(failing, allow_code=True)
    failed = failures("out")
    assert 0 < len(failed) == progress.failed < n
    assert len(done("out")) == progress.done == n - len(failed)
    assert failed["error"].str.contains("policy 'act': ValueError: I do not like it, on 2024-").all()
    assert set(failed["command"]) == {"the command"}
    kept = tables("out")
    assert json.loads(Path("out/provenance.json").read_text(encoding="utf-8"))["n_failed"] == len(failed)

    again = Counting()
    run(failing, "out", again, allow_code=True)
    assert Counter(again.ran) == dict.fromkeys(zip(failed["scenario_hash"], failed["seed"], strict=True), 2)
    assert tables("out") == kept
    Path("mended").touch()
    assert run(failing, "out", kind, allow_code=True).failed == 0
    assert failures("out").empty
    assert len(done("out")) == n
    run(failing, "never", allow_code=True)
    assert tables("out") == tables("never")


def test_what_fails_once_is_no_failure(here: Path) -> None:
    """Tried again alone, and no more than once."""
    write_design()
    seen: Counter[int] = Counter()

    class Flaky(Counting):
        def submit(self, chunk: Chunk):  # type: ignore[no-untyped-def]
            seen[chunk.seed] += 1
            future = super().submit(chunk)
            if chunk.seed == 2 and seen[2] == 1:
                broken = type(future)()
                broken.set_exception(MemoryError("too little"))
                return broken
            return future

    flaky = Flaky()
    progress = run("design.yaml", "out", flaky)
    assert progress.failed == 0
    assert failures("out").empty
    assert [len(chunk.names) for chunk in flaky.chunks if chunk.seed == 2] == [7] + [1] * 7
    run("design.yaml", "smooth")
    assert tables("out") == tables("smooth")


def test_the_command_that_repeats_a_run_gives_the_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of memory, without any code of the user's: the ledger names a file, and it holds the scenario."""
    write_design(factors={"levers.pay": [3000], "policies": ["none", "boundary-clarity"]}, seeds=2)
    run("design.yaml", "whole")
    branched = work._branched
    bad = read_design("design.yaml").scenario(read_design("design.yaml").points[-1]).hash

    def fails(chunk, i, *more):  # type: ignore[no-untyped-def]
        if chunk.scenarios[i].hash == bad and chunk.seed == 2:
            raise MemoryError("Unable to allocate")
        return branched(chunk, i, *more)

    monkeypatch.setattr(work, "_branched", fails)
    run("design.yaml", "a folder/out")
    (row,) = failures("a folder/out").to_dict("records")
    assert "MemoryError: Unable to allocate" in row["error"]
    assert row["seed"] == 2
    words = shlex.split(row["command"])
    assert words[:2] == ["stations", "run"]

    from sim.cli import run as stations

    assert stations([*words[1:], "--out", "again"]) == 0
    import pandas as pd

    months = open_results("whole").months(["coverage", "trust"], {"policies": "boundary-clarity", "levers.pay": 3000})
    again = pd.read_parquet("again/city.parquet")
    assert np.array_equal(months[months.seed == 2][["coverage", "trust"]], again[["coverage", "trust"]], equal_nan=True)


# --- what else may go wrong


def test_an_error_of_the_caller_loses_nothing(here: Path) -> None:
    def cries(progress: Progress) -> None:
        if progress.new:
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run(write_design(), "out", on_progress=cries)
    assert len(done("out")) == 7
    assert len(ran("design.yaml")) == 7 * 3


def test_what_is_done_when_it_is_interrupted_is_stored(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it was not yet time to store it."""
    write_design()
    run("design.yaml", "whole")
    monkeypatch.setattr("sim.lab.run.session._Session._store_now_and_then", lambda _: None)

    def stops(progress: Progress) -> None:
        if progress.new:
            executor.stop.set()

    for i in range(4):
        executor = local("serial", 1)
        with pytest.raises(Interrupted) as stopped:
            run("design.yaml", "out", executor, on_progress=stops)
        assert stopped.value.progress.done == len(done("out")) == 7 * (i + 1)
    assert tables("out") == tables("whole")


@pytest.mark.parametrize("kept", [0, 1000])
def test_a_city_edited_while_it_runs_is_no_other_city(kept: int, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is never stored under the name of a scenario that it is not of."""
    from sim.lab.design.design import forget_cities

    def edits(chunk: Chunk) -> None:
        Path("small.yaml").write_text(SMALL.replace("4000", "4400"), encoding="utf-8")
        forget_cities()

    monkeypatch.setattr("sim.lab.run.agenda.MOST_SCENARIOS", kept)
    write_design()
    if kept:
        run("design.yaml", "out", Counting(edits))
    else:
        with pytest.raises(Mistake, match=r"design\.yaml: a file of this design was edited while it ran"):
            run("design.yaml", "out", Counting(edits))
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    forget_cities()
    run("design.yaml", "whole")
    run("design.yaml", "out")
    assert tables("out") == tables("whole")


def test_cities_with_other_rules_are_other_cities(here: Path) -> None:
    """Nor are they branched from one history. Uncompiled, for two engines take long to compile."""
    tiny = SMALL.replace("4000", "900").replace("3000", "600").replace("2024-12-31", "2024-09-30")
    Path("small.yaml").write_text(tiny, encoding="utf-8")
    for name, chance in (("loyal", "0.0"), ("fickle", "0.9")):
        Path(f"{name}.py").write_text(f"def chance(p, stay):\n    return {chance}\n", encoding="utf-8")
        rules = f"rules: {{staff.quit_chance: {name}.py:chance}}\n"
        Path(f"{name}.yaml").write_text(tiny + rules, encoding="utf-8")
    write_design(factors={"scenario": ["small.yaml", "loyal.yaml", "fickle.yaml"]}, seeds=1)
    with pytest.raises(Mistake, match="add --allow-code"):
        run("design.yaml", "out")
    arguments = ("sweep", "design.yaml", "--out", "out", "--allow-code", "--workers", "serial")
    assert told(stations(*arguments, env=os.environ | {"SIM_COMPILE": "0"}))[0] == 0
    points = open_results("out").points
    assert points["scenario_hash"].nunique() == points["model"].nunique() == 3
    quits = open_results("out").runs(["turnover"]).set_index("scenario")["turnover"]
    assert quits["loyal"] == 0 < quits["fickle"]
    Path("loyal.py").write_text("def chance(p, stay):\n    return 0.001\n", encoding="utf-8")
    with pytest.raises(Mistake, match=r"rules.*add --new-version"):
        run("design.yaml", "out", allow_code=True)


def test_the_window_and_what_is_kept_are_those_of_the_design(here: Path) -> None:
    run(write_design(keep={}), "bare")
    assert set(tables("bare")) == {"runs"}
    run(write_design(window={"first": "2024-10", "last": "2024-11"}), "window")
    run(write_design(), "whole")
    whole, window = tables("whole"), tables("window")
    assert not window["runs"]["coverage"].equals(whole["runs"]["coverage"])
    at = pc.field("seed") == 1
    assert window["months"].filter(at)["trust"].equals(whole["months"].filter(at)["trust"])
