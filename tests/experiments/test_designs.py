"""The shipped designs: they read, they say what their comments say, and a small part of each runs."""

from __future__ import annotations

import functools
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from every import every

from sim import language
from sim.lab.design import read_design as reading
from sim.lab.design.design import AS_IT_IS, Design, Seeds
from sim.lab.design.read_design import shipped_designs
from sim.lab.kept.opening import open_results
from sim.lab.kept.results import Results
from sim.lab.run.executors import Threads
from sim.lab.run.session import sweep
from sim.lab.say.answer_of_sweep import answer
from sim.report.page import html
from sim.scenario.parameters import PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
read_design = functools.cache(reading.read_design)
SMALL = [name for name in shipped_designs() if name != "assumptions"]  # that one has a thousand points


def ran(design: Design, folder: Path, n_seeds: int) -> Results:
    sweep(replace(design, seeds=Seeds(n_seeds)), folder, Threads(2))
    return open_results(folder)


def test_every_folder_holds_a_design_that_is_listed() -> None:
    folders = {one.name for one in (ROOT / "experiments").iterdir() if one.is_dir() and one.name != "__pycache__"}
    assert folders == set(shipped_designs())
    text = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    assert {name for name in folders if f"`{name}`" in text} == folders


@every("name", shipped_designs())
def test_what_is_stored_of_a_design_gives_it_back(name: str) -> None:
    design = read_design(name)
    stored = json.loads(json.dumps(design.to_mapping(), ensure_ascii=False))
    back = Design.from_mapping(stored, design.kind)
    # Where it was read, and what its points and base change, lie beside it.
    assert back == replace(design, file=Path(), base=AS_IT_IS, points=(), plain={})
    assert back.to_mapping() | {"n_points": len(design.points)} == design.to_mapping()


@pytest.mark.parametrize("name", SMALL)
def test_a_seed_of_each_runs_and_is_told_in_both_languages(name: str, tmp_path: Path) -> None:
    design = read_design(name)
    results = ran(design, tmp_path / "out", 1)
    assert len(results.runs(["coverage"])) == len(design.points)
    assert answer(results)
    language.use("zh")
    try:
        assert answer(results)
        assert design.question.zh in html(results, tmp_path / "out")
    finally:
        language.use("en")


def test_a_few_worlds_of_the_assumptions_run(tmp_path: Path) -> None:
    design = read_design("assumptions")
    few = replace(design, points=design.points[:6])
    assert len(ran(few, tmp_path / "out", 1).runs(["coverage"])) == 6


def test_the_assumptions_are_all_varied() -> None:
    varied = {one.name.removeprefix("parameters.") for one in read_design("assumptions").factors}
    assert varied - {"policies"} == {name for name, one in PARAMETERS.items() if one.is_assumption}


def test_uneven_load_keeps_the_mean_burden_and_the_number_of_posts() -> None:
    design = read_design("alliances-and-uneven-load")
    for point in design.points:
        scenario = design.scenario(point)
        posts = np.array([town.posts for town in scenario.towns])
        burden = scenario.lever_table()["administrative_burden"]
        assert posts.sum() == 36
        np.testing.assert_allclose((burden * posts).sum(axis=1), 36.0)


@pytest.mark.parametrize("name", ["sequencing", "sequencing-in-the-end"])
def test_every_sequence_ends_with_all_three_in_force(name: str) -> None:
    design = read_design(name)
    at_once = design.scenario(next(point for point in design.points if point.levels[0].name == "at_once"))
    final = at_once.lever_table()[-1]
    assert len(design.points) == 1 + 2 + 2 * 6
    for point in design.points[1:]:
        table = design.scenario(point).lever_table()
        in_force = slice(-12, None) if name.endswith("end") else slice(-1, None)
        assert all(month.tobytes() == final.tobytes() for month in table[in_force])
        assert table[: at_once.policy_month].tobytes() == at_once.lever_table()[: at_once.policy_month].tobytes()


def test_the_pilot_reaches_three_towns_and_then_all() -> None:
    design = read_design("pilot")
    tables = {point.levels[0].name: design.scenario(point).lever_table() for point in design.points}
    start = design.base_scenario.policy_month
    clarity = {name: table["boundary_clarity"] for name, table in tables.items()}
    pilot = np.array([town.id in {"town_2", "town_5", "town_8"} for town in design.base_scenario.towns])
    np.testing.assert_array_equal(clarity["pilot_only"][:, pilot], clarity["all-three"][:, pilot])
    np.testing.assert_array_equal(clarity["pilot_only"][:, ~pilot], clarity["none"][:, ~pilot])
    np.testing.assert_array_equal(
        clarity["pilot_then_all"][start + 12 :, ~pilot], clarity["all-three"][start:-12, ~pilot]
    )


def test_the_pilot_is_analysed_as_a_researcher_would(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("analyse", ROOT / "experiments" / "pilot" / "analyse.py")
    assert spec is not None
    assert spec.loader is not None
    pilot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pilot)
    results = ran(read_design("pilot"), tmp_path / "out", 3)
    shares = pilot.town_shares(results, "pilot_only")
    # By hand, for one seed and the first pilot town.
    months = results.towns(
        ["arisen", "met_station", "met_away"], {"policies": "pilot_only", "seed": 2, "station": "town_2"}
    )
    year = months[months["month"].str.startswith("2025")]
    by_hand = (year["met_station"].sum() + year["met_away"].sum()) / year["arisen"].sum()
    assert shares.loc[(2, "town_2"), "after"] == pytest.approx(by_hand, abs=1e-12)
    found = pilot.as_a_researcher(shares)
    change = (shares["after"] - shares["before"]).loc[2]
    others = [town for town in change.index if town not in pilot.PILOT]
    assert found.loc[2, "mean"] == pytest.approx(change[list(pilot.PILOT)].mean() - change[others].mean(), abs=1e-12)
    told = pilot.analyse(str(tmp_path / "out"))
    assert told["pilot"].mean > 0.0
    assert abs(told["others"].mean) < told["pilot"].mean
    assert 0.0 <= told["held"] <= 1.0
