"""`stations explain place`: enough to build the communities of a city again."""

from __future__ import annotations

import csv
import io

from sim.cli.place import place_csv
from sim.scenario.load import load_scenario
from sim.world.build import build


def test_the_place_of_t_city_is_published() -> None:
    rows = list(csv.DictReader(io.StringIO(place_csv("t-city"))))
    scenario = load_scenario("t-city")
    world = build(scenario, 3)
    assert len(rows) == len(world.communities)
    assert sum(int(row["residents"]) for row in rows) == sum(town.population for town in scenario.towns)
    for row, community in zip(rows, world.communities, strict=True):
        # The sample of the public stands for them to within one of its residents.
        assert abs(int(row["residents"]) - float(community.residents)) <= 1 / scenario.general_sample
        cells = world.place.cells[community.first_cell : community.last_cell]
        assert [int(row[group.id]) for group in scenario.groups] == (cells["last"] - cells["first"]).tolist()
    assert {row["grid_strength"] for row in rows} == {""}
    of_seed = csv.DictReader(io.StringIO(place_csv("t-city", 3)))
    assert [row["grid_strength"] for row in of_seed] == [f"{one:g}" for one in world.communities["grid_strength"]]


def test_a_grid_strength_that_is_given_is_told() -> None:
    rows = list(csv.DictReader(io.StringIO(place_csv("lakeside"))))
    given = [one.grid_strength for town in load_scenario("lakeside").towns for one in town.communities]
    assert [row["grid_strength"] for row in rows] == ["" if one is None else f"{one:g}" for one in given]
