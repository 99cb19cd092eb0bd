"""The place of a city as CSV: what a scenario fixes of its communities, so that somebody else can build it again."""

from __future__ import annotations

import csv
import io

import numpy as np

from sim.scenario.load import DEFAULT_CITY, load_scenario
from sim.seeds import whole_seed
from sim.world.build import build, community_populations, prepare


def place_csv(name: str | None = None, seed: int | None = None) -> str:
    """A line per community: town, number in the town, residents (people), grid strength, then simulated residents by group.

    Grid strength is what the city gives, or else what the seed draws (lognormal, mean 1, cv `grid_strength_cv`); empty without a seed. Of the general public
    each simulated resident stands for 1 / general_sample people. Raises Mistake where there is no such city, or
    the seed is none.
    """
    scenario = load_scenario(name or DEFAULT_CITY)
    ground = prepare(scenario)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    groups = [group.id for group in scenario.groups]
    lines.writerow(["town", "community", "residents", "grid_strength", *groups])
    cells = ground.place.cells
    strengths = ground.given_grid if seed is None else build(scenario, whole_seed(seed)).communities["grid_strength"]
    populations = community_populations(scenario)
    for c, community in enumerate(ground.communities):
        station = ground.stations[community.station]
        mine = cells[community.first_cell : community.last_cell]
        lines.writerow(
            [
                scenario.towns[community.station].id,
                c - station.first_community + 1,
                populations[c],
                "" if np.isnan(strengths[c]) else f"{strengths[c]:g}",
                *(mine["last"] - mine["first"]).tolist(),
            ]
        )
    return text.getvalue()
