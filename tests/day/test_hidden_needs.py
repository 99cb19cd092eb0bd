"""Hazards of hidden needs are kept between days; they must be what the rule would say today."""

from __future__ import annotations

import numpy as np
from cities import city, group, town
from rules_help import plain

from sim.chance import chance
from sim.day import run_days
from sim.rules.needs import detection_hazard
from sim.words import Draw, Line, NeedState
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
        if day % 3 or today.is_month_end:  # what is wrong stays until its month ends; then everything is refreshed
            continue
        touched = set(world.lines[Line.TOUCHED, : world.city[0].n_touched].tolist())
        whose = world.hidden["resident"][: world.city[0].n_hidden]
        assert (world.residents.n_hidden == np.bincount(whose, minlength=len(world.residents.trust))).all()
        for hidden in world.hidden[: world.city[0].n_hidden]:
            r = int(hidden.resident)
            moved += world.residents.trust[r] != world.residents.own_trust[r]
            if r in touched:
                continue
            need = world.needs[hidden.need]
            community = world.communities[need.community]
            expected = rule(
                world.parameters[today.month, 0],
                community.grid_strength,
                world.levers[today.month, need.station].information_platform,
                float(world.residents.is_aware[r]),
                float(world.residents.trust[r]),
                community.outreach,
                community.volunteers,
                world.place.groups[need.group].detectability,
            )
            assert np.isclose(hidden.hazard, expected, rtol=1e-12), f"day {day}, resident {r}"
    assert moved > 300


def test_a_hidden_need_leaves_on_the_day_on_which_it_has_gathered_its_hazard() -> None:
    """Hazards summed day by day, against the day that the engine looks ahead to."""
    towns = {"a": town(population=400, posts=6, communities=2)}
    groups = {"many": group(per_1000=1000, needs_per_year=3, group_work_share=0.2, detectability=2)}
    world = build(city(towns=towns, groups=groups, parameters={"trust_step": 0.4, "expiry_days": 90}), 1)
    draw = plain(chance)
    thresholds: dict[int, float] = {}
    gathered: dict[int, float] = {}
    hazards: dict[int, float] = {}
    n_detected = n_expired = 0
    for day in range(120):
        touched = set(world.lines[Line.TOUCHED, : world.city[0].n_touched].tolist())
        run_days(world, 1)
        hidden = world.hidden[: world.city[0].n_hidden]
        here = set(hidden["need"].tolist())
        for n in set(gathered) - here:
            need = world.needs[n]
            days_there = day - max(0, int(need.onset)) + 1 + max(0, -int(need.onset))
            is_expired = need.state == NeedState.EXPIRED
            n_expired += is_expired
            n_detected += not is_expired
            expires = -np.log(draw(need.key, Draw.EXPIRY.value, 0, 0, 0)) * 90
            # One that is found on its last day is found.
            last = np.ceil(expires)
            assert days_there == last if is_expired else days_there <= last, f"need {n}, day {day}"
            if not is_expired and int(need.resident) not in touched and not world.place.days[day].is_month_start:
                assert gathered[n] + hazards[n] >= thresholds[n] * (1 - 1e-9), f"need {n}, day {day}"
            del gathered[n]
        for one in hidden:
            n = int(one.need)
            gathered[n] = gathered.get(n, 0.0) + float(one.hazard)
            hazards[n] = float(one.hazard)
            if n not in thresholds:
                thresholds[n] = -np.log(draw(world.needs[n].key, Draw.DETECTION.value, 0, 0, 0))
            assert gathered[n] < thresholds[n] * (1 + 1e-9), f"need {n}, day {day}"
    assert n_detected > 100
    assert n_expired > 100
