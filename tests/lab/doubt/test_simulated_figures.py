"""What a run says of figures: ratios of sums over the right months, stations and groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from cities import city
from hypothesis import given
from hypothesis import strategies as st

from sim.lab.compare import compare
from sim.lab.doubt.simulated import simulated, simulated_in
from sim.lab.frames import frames, values
from sim.lab.sums.paper import paper_figures
from sim.lab.worlds import branch_off, history
from sim.language import Text
from sim.observations import GROUP_MONTH, MEASURES, STATION_MONTH
from sim.scenario.figures import CityFigure, known_figures
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.world.tables import World


def figure(*names: str, first: str = "2023-03", last: str = "2023-08", **said: Any) -> CityFigure:
    return CityFigure(names, "range", None, first, last, Text("s", "来"), **said)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return city()


@pytest.fixture(scope="module")
def world(scenario: Scenario) -> World:
    return branch_off(history(scenario, 1), scenario)


@pytest.fixture(scope="module")
def tables(world: World, scenario: Scenario) -> dict[str, pd.DataFrame]:
    return frames(world, scenario)


def by_hand(tables: dict[str, pd.DataFrame], one: CityFigure) -> float:
    """From the monthly tables that users get."""
    rows = tables["groups" if one.group else "stations"]
    rows = rows[rows.month.between(one.first, one.last)]
    if one.place:
        rows = rows[rows["group" if one.group else "station"] == one.place]
    first = one.names[0]
    if first in MEASURES:
        measure = MEASURES[first]
        below = float(rows[list(measure.below)].to_numpy().sum())
        return measure.scale * float(rows[list(measure.above)].to_numpy().sum()) / below if below else float("nan")
    kind = (GROUP_MONTH if one.group else STATION_MONTH)[first].kind
    if kind == "level":
        return float(rows[first].sum() / rows["stations"].sum())
    return float(rows[list(one.names)].to_numpy().sum()) / (rows.month.nunique() if kind == "stock" else 1)


def test_every_figure_is_what_the_tables_give(
    world: World, scenario: Scenario, tables: dict[str, pd.DataFrame]
) -> None:
    wanted = [figure(name, station=station) for name in known_figures(False) for station in (None, "b")]
    wanted += [figure(name, group=group) for name in known_figures(True) for group in ("poor", "public")]
    wanted += [
        figure("dispatched_centre", "dispatched_station"),
        figure("dispatched_centre", "dispatched_station", station="a"),
    ]
    found = simulated_in(world, scenario, wanted)
    assert found.shape == (len(wanted),)
    for one, value in zip(wanted, found, strict=True):
        assert value == pytest.approx(by_hand(tables, one), rel=1e-9, abs=1e-9, nan_ok=True), (one.name, one.place)


@given(st.integers(0, 11), st.integers(0, 11))
def test_months_are_cut_where_the_figure_says(first: int, last: int) -> None:
    """Every month counts its own number once: 1 in the first month, 10 in the second ..."""
    first, last = min(first, last), max(first, last)
    there = city()
    stations = np.zeros((12, 2, len(STATION_MONTH)))
    place = list(STATION_MONTH).index("detected")
    stations[:, 0, place] = 2.0 ** np.arange(12)
    stations[:, 1, place] = 2.0 ** (np.arange(12) + 12)
    groups = np.zeros((12, 3, len(GROUP_MONTH)))
    months = {"first": f"2023-{first + 1:02d}", "last": f"2023-{last + 1:02d}"}
    wanted = [figure("detected", **months), figure("detected", station="a", **months)]
    whole = sum(2**month for month in range(first, last + 1))
    assert simulated(there, stations, groups, wanted).tolist() == [whole + whole * 2**12, whole]


def test_runs_are_leading_axes(world: World, scenario: Scenario) -> None:
    wanted = [figure("stay_share"), figure("detected", group="poor"), figure("dependence")]
    stations, groups = (np.stack([values(table)] * 2) for table in (world.observed.stations, world.observed.groups))
    stations[1] *= 2.0
    one, twice = simulated(scenario, stations, groups, wanted)
    assert one == pytest.approx(simulated_in(world, scenario, wanted), nan_ok=True)
    assert twice == pytest.approx(one, nan_ok=True), "a ratio of sums is the same of twice as much"
    assert simulated(scenario, stations, groups).shape == (2, 0), "this city has no figures of its own"


def test_what_has_nothing_to_divide_by_is_not_known(scenario: Scenario) -> None:
    stations, groups = np.zeros((12, 2, len(STATION_MONTH))), np.zeros((12, 3, len(GROUP_MONTH)))
    found = simulated(scenario, stations, groups, [figure("stay_share"), figure("dependence"), figure("detected")])
    assert np.isnan(found).tolist() == [True, True, False]


@pytest.mark.parametrize("name", ["t-city", "t-city-2022"])
def test_t_citys_figures_are_those_of_the_papers_table(name: str) -> None:
    """Where both speak of one figure, they take it from a run in the same way, and of the same paper."""
    scenario = load_scenario(name)
    # The paper's table is of a comparison; its months end before the policies begin.
    months = compare({"baseline": scenario}, seeds=[1])
    table = paper_figures(months).set_index("figure")
    found = dict(zip((one.name for one in scenario.figures), simulated_in(history(scenario, 1), scenario), strict=True))
    assert {*table.index} < {*found}
    for figure_name, row in table.iterrows():
        own = next(one for one in scenario.figures if one.name == figure_name)
        assert found[str(figure_name)] == pytest.approx(row["mean"], rel=1e-12), figure_name
        assert own.value == pytest.approx(row["paper"], abs=1e-4), figure_name
        assert row["months"] == f"{own.first} – {own.last}", figure_name
