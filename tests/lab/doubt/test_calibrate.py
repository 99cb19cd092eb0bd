"""A city fitted to its figures: the same worlds whoever runs them, whatever stops it; and what contradicts is said, not fitted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cities import SMALL, TEXT, city

from sim.cli import run as stations
from sim.lab.compare import compare
from sim.lab.doubt import calibrate as module
from sim.lab.doubt.calibrate import (
    Contradicted,
    Effort,
    Halted,
    Wanted,
    calibrate,
    calibrate_into,
    wanted_of,
    with_figures,
)
from sim.lab.doubt.figure_laws import law_of
from sim.lab.doubt.posterior import Posterior, find_posterior, home_of, read_posterior
from sim.lab.doubt.prior import draw
from sim.lab.doubt.proposals import key
from sim.lab.doubt.worlds import TWINS
from sim.lab.kept import writing
from sim.lab.run.executors import Serial, local
from sim.lab.sums.statistics import holm
from sim.mistakes import Mistake
from sim.scenario.figures import CHECK
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario

FEW = Effort(pilot=40, first=24, stage=12, most=96)
FLOWS = ["dispatched_centre", "dispatched_other", "dispatched_station"]


def figure(**said: Any) -> dict[str, Any]:
    return {
        "figure": "stay_share",
        "law": "survey",
        "from": "2023-01",
        "to": "2023-06",
        "use": "fit",
        "source": TEXT,
    } | said


FIGURES = [
    figure(figure=FLOWS, law="count", value=60, discrepancy=0.2),
    figure(value=0.5, n=20),
    figure(figure="admin_share", law="range", low=0.2, use=CHECK),
]


def fitted(**facts: Any) -> Scenario:
    return city(figures=FIGURES, **facts)


def wanted(n: int = 4, scenario: Scenario | None = None) -> Wanted:
    return wanted_of(scenario or fitted(), n_worlds=n, effort=FEW)


def same(one: Path, other: Path) -> bool:
    """Whether two posteriors hold the same worlds, proposals and statistics."""
    names = ("worlds", "proposals", "fit", "learnt")
    return all(
        pd.read_parquet(one / f"{name}.parquet").equals(pd.read_parquet(other / f"{name}.parquet")) for name in names
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Posterior:
    return calibrate_into(tmp_path_factory.mktemp("made") / "test.posterior", wanted(), Serial())


def test_worlds_have_the_citys_figures(made: Posterior) -> None:
    scenario, worlds = fitted(), made.worlds
    assert (worlds.kind, worlds.most) == ("posterior", 4)
    calibrated = wanted().calibrated
    assert set(worlds.names) == {one.name for one in calibrated.prior}
    proposals = pd.read_parquet(made.folder / "proposals.parquet").set_index("number")
    for number in range(1, 5):
        drawn = worlds.draw(number)
        assert drawn.seed is not None
        row = proposals.loc[drawn.seed]
        world, under = calibrated.world(drawn.values, drawn.seed, None, allow_code=False)
        from sim.lab.doubt.simulated import simulated_in

        found = simulated_in(world, under, calibrated.figures)
        assert found.tolist() == [row[f"figure.{key(one)}"] for one in calibrated.figures]
        assumed = draw(calibrated.prior, drawn.seed).values
        moved = {name for name, value in drawn.values.items() if value != assumed[name]}
        assert moved == {pair["number"] for pair in made.facts["solved_with"]}
        assert moved <= {"hazards", "stay_base", "strong_threshold"}
        for place, one in enumerate(calibrated.solver_figures()):
            reached, target = (one.scaled(np.array(x)) for x in (found[place], row[f"target.{place}"]))
            assert abs(reached - target) <= one.tolerance
    assert made.stale(scenario) == ""
    made.check(scenario)


def test_twins_are_the_same_assumptions_solved_under_another_seed(made: Posterior) -> None:
    worlds = made.worlds
    assert 1 <= worlds.twins <= 4
    solved = {pair["number"] for pair in made.facts["solved_with"]}
    for number in range(1, worlds.twins + 1):
        world, twin = worlds.draw(number), worlds.draw(TWINS + number)
        assert twin.seed == TWINS + (world.seed or 0)
        assert {name for name in world.values if world.values[name] != twin.values[name]} <= solved
        assert world.values != twin.values
    with pytest.raises(Mistake, match="has 4 worlds"):
        worlds.draw(5)


def test_what_is_left_out_is_in_no_draw(made: Posterior) -> None:
    without = made.worlds.without(["task_hours"])
    assert "task_hours" not in without.draw(1).values
    assert without.digest != made.worlds.digest
    assert without.without(["task_hours"]) is without
    assert len(without.names) == len(made.worlds.names) - 1


def test_tables_tell_of_fit_and_of_what_was_learnt(made: Posterior) -> None:
    fit = made.fit.set_index("figure")
    count = next(one for one in wanted().calibrated.figures if one.law == "count")
    assert fit.loc[key(count), ["low", "high"]].tolist() == law_of(count).target(np.array([0.025, 0.975])).tolist()
    assert fit.loc[key(count), "low"] < fit.loc[key(count), "median"] < fit.loc[key(count), "high"]
    assert fit["use"].tolist() == ["fit", "fit", "check"]
    assert fit["tail"].between(0, 1).all()
    within = fit[fit["law"] == "range"].iloc[0]
    assert within["p5"] > 0.2
    assert within["tail"] == 0.5, "anywhere within a range is as good"
    learnt = made.learnt
    assert set(learnt["name"]) == set(made.worlds.names)
    assert learnt["is_taught"].tolist() == holm(learnt["p"].to_numpy()).tolist()
    assert learnt["is_taught"].sum() <= 2, "four worlds teach next to nothing"
    facts = made.facts
    assert facts["n_proposed"] == sum(stage["proposed"] for stage in facts["stages"]) >= FEW.first
    assert 0 <= facts["share_above_ceiling"] < 0.3
    assert facts["effective_before_acceptance"] > 1


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_the_same_bits_wherever_it_is_run(made: Posterior, kind: str, tmp_path: Path) -> None:
    calibrate_into(tmp_path / "out", wanted(), local(kind, 2))
    assert same(tmp_path / "out", made.folder)
    assert not writing.beside(tmp_path / "out").exists()


class _Stopping(Serial):
    """Ends as by Ctrl-C after so many tasks."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.left = n

    def submit(self, task: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().submit(task)


def test_it_goes_on_where_it_was_stopped(made: Posterior, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_BETWEEN_STORES", 0.0)
    out = tmp_path / "out"
    for n in (3, 9):
        with pytest.raises(Halted) as halted:
            calibrate_into(out, wanted(), _Stopping(n))
        assert not out.exists()
    assert halted.value.done == 4 * 12
    # One of its files is damaged: what it held is run again.
    damaged = sorted(writing.beside(out).glob("*.parquet"))[1]
    damaged.write_bytes(damaged.read_bytes()[:100])
    seen: list[int] = []
    calibrate_into(out, wanted(), Serial(), on_progress=lambda done, total: seen.append(done))
    assert seen[0] == 44
    assert same(out, made.folder)


def test_it_grows_and_its_beginning_stays(made: Posterior, tmp_path: Path) -> None:
    out = tmp_path / "out"
    calibrate_into(out, wanted(2), Serial())
    assert calibrate_into(out, wanted(1), _Stopping(0)).worlds.most == 2, "more than was asked for is there"
    grown = calibrate_into(out, wanted(4), Serial())
    assert same(out, made.folder)
    assert grown.worlds.digest == made.worlds.digest
    few = pd.read_parquet(out / "worlds.parquet")
    assert few["number"].tolist()[:4] == [1, 2, 3, 4]
    with pytest.raises(Mistake, match="exists already"):
        calibrate_into(out, wanted(4, fitted(known=["task_hours"])), Serial())


def test_a_posterior_that_is_damaged_is_refused(made: Posterior, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(made.folder, tmp_path / "copy")
    file = tmp_path / "copy" / "worlds.parquet"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(Mistake, match=r"worlds\.parquet"):
        read_posterior(tmp_path / "copy")
    with pytest.raises(Mistake, match=r"holds no posterior\.json"):
        read_posterior(tmp_path)


def test_why_it_is_stale(made: Posterior, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "another city" in made.stale(fitted(levers={"pay": 3000}))
    assert "figures are others" in made.stale(city(figures=FIGURES[:2]))
    assert "in doubt" in made.stale(fitted(known=["task_hours"]))
    with pytest.raises(Mistake, match="does not fit test: the city's figures are others now; make one that does: "):
        made.check(city(figures=FIGURES[:2]))

    def other(**facts: Any) -> Posterior:
        digests: Mapping[str, str] = made.facts["digests"] | {"model": "0" * 16}
        return replace(made, facts={**made.facts, "digests": digests} | facts)

    assert other().stale(fitted()) == "", "another text of the model, and the same runs"
    assert "the model is another one" in other(probes=["0" * 16] * 3).stale(fitted())


def test_figures_that_contradict_are_said_not_fitted(tmp_path: Path) -> None:
    far = city(figures=[figure(figure=FLOWS, law="count", value=9000), FIGURES[1]])
    with pytest.raises(
        Contradicted, match=r"only 0 % of 24 proposals could be solved; nearest reached: .*\(wanted 9000\)"
    ):
        calibrate_into(tmp_path / "out", wanted(4, far), Serial())
    assert not (tmp_path / "out").exists()
    weighed = city(figures=[*FIGURES[:2], figure(figure="admin_share", law="range", high=0.001, low=0.0)])
    with pytest.raises(Contradicted, match=r"hardly any has the figures that only weigh; .*admin_share"):
        calibrate_into(tmp_path / "out", wanted(4, weighed), Serial())


def test_what_cannot_be_fitted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="has no figures to fit"):
        wanted_of(city(figures=FIGURES[2:]))
    with pytest.raises(Mistake, match="did you mean 'uniform'"):
        wanted_of(fitted(), "unifor")
    with pytest.raises(Mistake, match="effective must be a whole number"):
        wanted_of(fitted(), n_worlds=0)
    file = tmp_path / "figures.yaml"
    file.write_text("figures:\n  - {figure: stay_shar, law: survey}\n", encoding="utf-8")
    with pytest.raises(Mistake, match=r"figures\.yaml:2: .*did you mean 'stay_share'"):
        with_figures(city(), file)


# --- commands

CITY = (
    SMALL.replace("start: 2024-01-01", "start: 2024-01-01", 1)
    + """\
figures:
  - {figure: stay_share, law: survey, value: 0.5, n: 20, from: 2024-01, to: 2024-06, use: fit, source: {en: s, zh: 源}}
"""
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module.Effort, "__init__", lambda self, **_: self.__dict__.update(vars(FEW)))
    Path("small.yaml").write_text(CITY, encoding="utf-8")
    return tmp_path


def test_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["calibrate", "small.yaml", "--effective", "3", "--workers", "serial", "--lang", "en"]
    assert stations([*arguments, "--dry-run"]) == 0
    said = capsys.readouterr().out
    for part in ("prior: pert", "fitted: stay_share", "checks, never fitted: none", "would write small.posterior"):
        assert part in said
    assert not Path("small.posterior").exists()
    assert stations(arguments) == 0
    said = capsys.readouterr().out
    assert "3 equally likely worlds, of 24 proposals" in said
    assert "numbers that the figures taught: none" in said
    page = Path("small.posterior/report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "3 equally likely worlds" in page
    from sim.scenario.load import load_scenario

    found = find_posterior(load_scenario("small.yaml"))
    assert found is not None
    assert found.worlds.most == 3
    assert find_posterior(load_scenario("small.yaml", sets=["levers.pay=3000"])) is not None  # by hand
    assert find_posterior(load_scenario("small.yaml", sets=["start=2023-12-01"])) is None  # another city
    assert find_posterior(load_scenario("lakeside")) is None
    assert stations([*arguments[:-1], "zh"]) == 0
    assert "3 个同等可能的情形" in capsys.readouterr().out


def test_the_command_refuses_in_a_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("far.yaml").write_text(
        CITY.replace("stay_share", "admin_share").replace("value: 0.5", "value: 0.001").replace("n: 20", "n: 100000"),
        encoding="utf-8",
    )
    assert stations(["calibrate", "far.yaml", "--workers", "serial", "--lang", "en"]) == 4
    assert "contradict the model or one another" in capsys.readouterr().err
    assert not Path("far.posterior").exists()
    assert stations(["calibrate", "template", "--lang", "en"]) == 2
    assert "has no figures to fit" in capsys.readouterr().err
    Path("there").mkdir()
    Path("there/mine.txt").write_text("mine", encoding="utf-8")
    assert stations(["calibrate", "small.yaml", "--out", "there", "--lang", "en"]) == 2
    assert "exists already" in capsys.readouterr().err


def test_ctrl_c_says_what_goes_on(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.cli.runs.executor_of", lambda *_: _Stopping(2))
    assert stations(["calibrate", "small.yaml", "--effective", "3", "--lang", "en"]) == 130
    said = capsys.readouterr().err
    assert (
        "stopped; 8 proposals are kept beside small.posterior, and the same command goes on: stations calibrate small.yaml"
        in said
    )
    assert "--effective 3" in said


def test_where_a_posterior_goes(here: Path) -> None:
    assert home_of(load_scenario("small.yaml")) == ("small.yaml", Path("small.posterior"))
    assert home_of(load_scenario("t-city")) == ("t-city", Path("results/calibrate-t-city"))


def test_one_that_is_found_grows_elsewhere(here: Path) -> None:
    """As a shipped one does, which stays as it is."""
    found = calibrate("small.yaml", effective=3)
    n_run: list[int] = []
    grown = calibrate_into(
        Path("more"),
        wanted_of(load_scenario("small.yaml"), n_worlds=5),
        Serial(),
        on_progress=lambda n, _: n_run.append(n),
    )
    assert n_run[0] == len(pd.read_parquet(found.folder / "proposals.parquet")), "what was run is not run again"
    assert [grown.worlds.draw(k) for k in (1, 2, 3)] == [found.worlds.draw(k) for k in (1, 2, 3)]
    assert (found.worlds.most, grown.worlds.most) == (3, 5)


def test_too_many_worlds_are_refused_with_what_makes_them(here: Path) -> None:
    calibrate("small.yaml", effective=3)
    again = "stations calibrate small.yaml --effective 9 --out small.posterior"
    with pytest.raises(Mistake, match=f"has 3 worlds, not 9; ask for 3 or fewer, or let it grow: {again}$"):
        compare("small.yaml", ["linkage"], seeds=9, doubt="posterior")
    with pytest.raises(
        Mistake, match=r"t-city --effective 999 --out .*calibrate-t-city, and give --doubt .*calibrate-t-city$"
    ):
        compare("t-city", ["linkage"], seeds=999, doubt="posterior")
    with pytest.raises(
        Mistake, match=r"of another city.*; make one that does: stations calibrate lakeside --out .*calibrate-lakeside"
    ):
        compare("lakeside", ["linkage"], seeds=1, doubt="small.posterior")


def test_the_report_of_a_posterior(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = calibrate("small.yaml", effective=3).folder
    assert stations(["report", str(folder), "--lang", "zh", "--out", "zh.html"]) == 0
    assert "3 个同等可能的情形" in Path("zh.html").read_text(encoding="utf-8")
    assert stations(["report", str(folder), "--figures", "png", "--lang", "en"]) == 2
    assert "holds a posterior, whose report has neither --figures nor --threshold" in capsys.readouterr().err


def test_a_request_to_stop_ends_it_at_the_next_month(tmp_path: Path) -> None:
    executor = Serial()
    executor.stop = threading.Event()
    executor.stop.set()
    with pytest.raises(Halted):
        calibrate_into(tmp_path / "out", wanted(), executor)
