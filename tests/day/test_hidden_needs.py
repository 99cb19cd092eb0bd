"""Hazards of hidden needs are kept between days; they must be what the rule would say today."""

from __future__ import annotations

import numpy as np
from cities import city, group, town
from rules_help import plain

from sim.day import run_days
from sim.rules.needs import detection_hazard
from sim.words import Line
from sim.world.build import build


def test_kept_hazards_are_todays() -> None:
    """Also of residents whose trust an experience has moved: they have several needs here, so that it matters."""
    towns = {"a": town(population=400, posts=6, communities=2)}
    groups = {"many": group(per_1000=1000, needs_per_year=6, group_work_share=0.2, detectability=3)}
    world = build(city(towns=towns, groups=groups, parameters={"trust_step": 0.4, "expiry_days": 400}), 1)
    rule = plain(detection_hazard)
    moved = 0
    for day in range(150):
        run_days(world, 1)
        today = world.place.days[day]
        if today.is_month_end:
            continue  # everything is refreshed tomorrow
        touched = set(world.lines[Line.TOUCHED, : world.city[0].n_touched].tolist())
        for hidden in world.hidden[: world.city[0].n_hidden]:
            r = int(hidden.resident)
            moved += world.residents.trust[r] != world.residents.own_trust[r]
            if r in touched:
                continue
            need = world.needs[hidden.need]
            community = world.communities[need.community]
            expected = rule(
                world.parameters[today.month],
                community.grid_strength,
                world.levers[today.month, need.station].information_platform,
                float(world.residents.is_aware[r]),
                float(world.residents.trust[r]),
                community.outreach,
                community.volunteers,
                world.place.groups[need.group].detectability,
            )
            assert np.isclose(hidden.hazard, expected, rtol=1e-12), f"day {day}, resident {r}"
    assert moved > 1000
