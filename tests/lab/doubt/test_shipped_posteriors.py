"""The posteriors that are shipped: of this model, of these cities and figures, and with twins."""

from __future__ import annotations

import pytest

from sim.lab.doubt.choose import worlds_of
from sim.lab.doubt.posterior import find_posterior
from sim.lab.doubt.worlds import MOST_TWINS, TWINS
from sim.scenario.load import load_scenario

CITIES = ("t-city", "t-city-2022")


@pytest.mark.parametrize("city", CITIES)
def test_it_fits_the_city_and_the_model(city: str) -> None:
    """Else: stations calibrate CITY --out scenarios/posteriors/CITY.posterior --force"""
    found = find_posterior(load_scenario(city))
    assert found is not None
    assert found.facts["n_worlds"] == found.worlds.most == 200
    assert found.worlds.twins == MOST_TWINS
    fit = found.fit.set_index("figure")
    assert fit["tail"].between(0.025, 0.975).all(), fit["tail"].to_dict()
    assert (fit["tail"][fit["median"] == 1.0] == 0.5).all(), (
        "a share that is whole lies within a range without an upper end"
    )


def test_a_shipped_city_is_looked_at_in_its_worlds() -> None:
    city = load_scenario("t-city")
    worlds = worlds_of(city, "posterior")
    assert worlds is not None
    assert worlds.kind == "posterior"
    assert worlds.draw(7) == worlds.draw(7)
    assert worlds.draw(TWINS + 7).values["task_hours"] == worlds.draw(7).values["task_hours"]
    assert worlds.draw(TWINS + 7).values["hazards"] != worlds.draw(7).values["hazards"]


def test_what_is_set_by_hand_is_in_no_draw_and_another_city_has_none() -> None:
    by_hand = worlds_of(
        load_scenario("t-city", sets=["levers.payment_delay=4", "parameters.task_hours=6"]), "posterior"
    )
    assert by_hand is not None
    assert by_hand.kind == "posterior"
    assert not {"payment_delay", "task_hours"} & set(by_hand.names)
    other = worlds_of(load_scenario("t-city", sets=["start=2021-04-01"]), "posterior")
    assert other is not None
    assert other.kind == "prior"
