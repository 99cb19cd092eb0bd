"""The place of a city as CSV: what a scenario fixes of its communities, so that somebody else can build it again."""

from __future__ import annotations

import csv
import io

import numpy as np

from sim.scenario.load import DEFAULT_CITY, load_scenario
from sim.world.build import community_populations, prepare


def place_csv(name: str | None = None) -> str:
    """A line per community: town, number in the town, residents (people), grid strength, then simulated residents by group.

    Grid strength is empty where every seed draws its own (lognormal, mean 1, cv `grid_strength_cv`). Of the general public
    each simulated resident stands for 1 / general_sample people. Raises Mistake where there is no such city.
    """
    scenario = load_scenario(name or DEFAULT_CITY)
    ground = prepare(scenario)
    made = io.StringIO()
    lines = csv.writer(made, lineterminator="\n")
    groups = [group.id for group in scenario.groups]
    lines.writerow(["town", "community", "residents", "grid_strength", *groups])
    cells = ground.place.cells
    populations = community_populations(scenario, float(ground.parameters.town_concentration[0]))
    for c, community in enumerate(ground.communities):
        station = ground.stations[community.station]
        mine = cells[community.first_cell : community.last_cell]
        given = ground.given_grid[c]
        lines.writerow(
            [
                scenario.towns[community.station].id,
                c - station.first_community + 1,
                populations[c],
                "" if np.isnan(given) else f"{given:g}",
                *(mine["last"] - mine["first"]).tolist(),
            ]
        )
    return made.getvalue()
