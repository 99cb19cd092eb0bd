"""What is in doubt, and draws of it: of the name and the index alone, whole where whole, never what a city cannot have."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from cities import city, group

from sim.lab.doubt import prior as priors
from sim.lab.doubt.laws import Pert
from sim.lab.doubt.prior import draw, draws, prior, prior_digest, told, uniforms
from sim.mistakes import Mistake
from sim.scenario.drawn import DrawnValues
from sim.scenario.load import load_scenario, shipped
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.people import GROUP_FACTS
from sim.scenario.sources import Evidence

CITIES = [name for name in shipped() if not name.startswith("policies/")]
T_CITY = load_scenario("t-city")
IN_T_CITY = prior(T_CITY)


def test_what_is_in_scope() -> None:
    kinds = {one.name: one for one in IN_T_CITY}
    quantities = PARAMETERS | LEVERS
    left_out = {name: q for name, q in quantities.items() if name not in kinds}
    sure = {Evidence.PAPER, Evidence.LAW, Evidence.ARITHMETIC}
    assert {name for name, q in left_out.items() if q.kind not in sure} == {
        name for name in quantities if name.endswith("_reference")
    }
    assert not [name for name in kinds if name in quantities and quantities[name].kind in sure]
    assert {one.name for one in IN_T_CITY if one.is_solved} == {"hazards", "stay_base", "strong_threshold"}
    assert kinds["hazards"].law.low == pytest.approx(1 / 8)
    assert kinds["hazards"].law.high == pytest.approx(3)
    of_groups = {f"groups.{group.id}.{fact}" for group in T_CITY.groups for fact in GROUP_FACTS}
    assert {name for name in kinds if name.startswith("groups.")} == of_groups | {"groups.needs_per_year"}
    assert {one.name for one in IN_T_CITY if one.kind == "policy"} == {f"reach.{name}" for name in LEVERS}
    assert {one.kind for one in IN_T_CITY} == {"parameter", "lever", "need_rate", "group", "policy"}


def test_the_citys_value_is_most_likely_and_lies_within() -> None:
    lakeside = {one.name: one for one in prior(load_scenario("lakeside"))}
    assert lakeside["benefits"].law == Pert(0.0, 0.7, 1.0)
    far = city(parameters={"task_hours": 12, "session_gap_days": 9})
    found = {one.name: one for one in prior(far)}
    assert found["task_hours"].law == Pert(2.0, 12.0, 12.0)
    assert {name for name, one in found.items() if one.is_stretched} == {"task_hours", "session_gap_days"}
    assert "task_hours (2-12)" in " ".join(told(prior(far), far))
    whole = found["session_gap_days"].law
    assert (whole.low, whole.high) == (2, 9)
    alike = {one.name: one for one in prior(far, "uniform")}
    assert alike["task_hours"].law.mean == 7
    with pytest.raises(Mistake, match="did you mean 'uniform'"):
        prior(far, "unifrom")


def test_a_draw_is_of_the_name_and_the_index_alone() -> None:
    many = draws(IN_T_CITY, 20)
    names = [one.name for one in IN_T_CITY]
    fourth = draw(IN_T_CITY, 3)
    assert list(fourth.values) == names
    assert list(fourth.values.values()) == many[3].tolist()
    assert draws(IN_T_CITY, 5, first=12).tobytes() == many[12:17].tobytes()
    few = IN_T_CITY[40:3:-7]
    assert draw(few, 3).values == {one.name: fourth.values[one.name] for one in few}
    lakeside = draw(prior(load_scenario("lakeside")), 3)
    assert lakeside.values["task_hours"] == fourth.values["task_hours"]
    assert draw(prior(T_CITY), 3) == fourth
    assert fourth.digest == DrawnValues(9, dict(reversed(fourth.values.items()))).digest != draw(IN_T_CITY, 4).digest
    for index in (-1, 2**63):
        with pytest.raises(Mistake, match="numbered from 0"):
            draw(IN_T_CITY, index)


def test_uniform_numbers_are_uniform_and_independent() -> None:
    n = 4000
    found = uniforms([one.name for one in IN_T_CITY], 0, n)
    assert 0 < found.min() < found.max() < 1
    assert abs(found.mean(axis=0) - 0.5).max() < 5 / math.sqrt(12 * n)
    between = np.corrcoef(np.concatenate([found[:-1], found[1:]], axis=1).T)  # of names, and of one draw and the next
    np.fill_diagonal(between, 0)
    assert abs(between).max() < 6 / math.sqrt(n)
    assert uniforms(["pay"], 0, 3, again=1)[1] != found[1, 0] != uniforms(["pay"], 0, 3)[1]
    # As numbers, so that no version of a library moves a draw unseen.
    assert uniforms(["task_hours"], 7, 1)[0, 0] == 0.6072639114178048


def test_draws_follow_their_laws() -> None:
    found = draws(IN_T_CITY, 3000)
    for column, one in enumerate(IN_T_CITY):
        values = found[:, column]
        assert values.mean() == pytest.approx(one.law.mean, abs=5 * one.law.sd / math.sqrt(len(values)))
        assert ((values >= one.law.low) & (values <= one.law.high)).all()
        if one.name in PARAMETERS and PARAMETERS[one.name].is_whole:
            assert (values == values.round()).all()
            assert {one.law.low, one.law.high} <= {*values} or one.law.high - one.law.low > 20


@pytest.mark.parametrize("shape", ["pert", "uniform"])
@pytest.mark.parametrize("name", CITIES)
def test_every_shipped_city_takes_all_that_is_drawn(name: str, shape: str) -> None:
    scenario = load_scenario(name)
    found = prior(scenario, shape)
    assert not [one.name for one in found if one.together], "the ends of all ranges fit"
    for index in range(5):
        drawn = draw(found, index)
        assert drawn.redrawn == 0
        scenario.under(drawn)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["t-city", "lakeside"])
def test_thousands_of_draws_are_taken(name: str) -> None:
    scenario = load_scenario(name)
    found = prior(scenario, "uniform")
    for values in draws(found, 2000):
        scenario.under(DrawnValues(0, dict(zip((one.name for one in found), values.tolist(), strict=True))))


CERTIFIED = ("trained_assistant", "trained_social_worker", "trained_senior")


def test_shares_of_one_whole_are_drawn_again_until_they_fit() -> None:
    crowded = city(parameters={"trained_assistant": 0.75})
    found = prior(crowded, "uniform")
    assert {one.name for one in found if one.together} == set(CERTIFIED)
    free = prior(city(), "uniform")
    assert prior_digest(found) != prior_digest(free)
    whole = [draw(found, index) for index in range(300)]
    sums = [sum(one.values[name] for name in CERTIFIED) for one in whole]
    assert max(sums) <= 1
    again = [one.redrawn for one in whole]
    assert 0 < np.mean([n > 0 for n in again]) < 0.5
    untied = draws(tuple(one for one in found if one.together), 300)
    assert untied.tolist() == [[one.values[name] for name in CERTIFIED] for one in whole]
    # What fits at once is what would be drawn without a tie.
    raw = [uniforms([name], 0, 300)[:, 0] for name in CERTIFIED]
    laws = {one.name: one.law for one in found}
    for index, n in enumerate(again):
        if not n:
            assert whole[index].values[CERTIFIED[0]] == laws[CERTIFIED[0]].quantile(raw[0][index])
    assert "trained_senior" in " ".join(told(found, crowded))
    for one in whole[:30]:
        crowded.under(one)


def test_what_a_citys_later_changes_would_lead_out_is_drawn_again() -> None:
    growing = city(levers={"benefits": [0.5, {"add": 0.3, "from": "2023-05"}]})
    found = prior(growing, "uniform")
    assert [one.name for one in found if one.together] == ["benefits"]
    drawn = [draw(found, index) for index in range(60)]
    assert max(one.values["benefits"] for one in drawn) <= 0.7
    assert max(one.redrawn for one in drawn) > 0
    busy = city(groups={"a": group(needs_per_year=7), "b": group()})
    tied = prior(busy)
    assert {one.name for one in tied if one.together} == {
        "groups.needs_per_year", "groups.a.needs_per_year", "groups.b.needs_per_year",
    }  # fmt: skip
    for index in range(20):
        busy.under(draw(tied, index))


def test_where_nothing_fits_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priors, "MOST_TRIES", 5)
    found = prior(city(parameters={"trained_assistant": 0.75}))
    monkeypatch.setattr(priors.Together, "fits", lambda *_: False)
    with pytest.raises(Mistake, match=r"test: no values of trained_assistant, .* fit this city \(5 tries\).*'known'"):
        draw([one for one in found if one.together], 1)


def test_hazards_that_are_all_known_share_no_factor() -> None:
    four = ["grid_hazard", "self_hazard", "outreach_hazard", "volunteer_hazard"]
    some, all_of_them = (city(known=names) for names in (four[:3], four))
    assert "hazards" in {one.name for one in prior(some)}
    assert "hazards" not in {one.name for one in prior(all_of_them)}
    assert "grid_hazard" not in {one.name for one in prior(city(known=["hazards"])) if one.is_solved}


def test_what_is_known_is_in_no_doubt(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "kind: city\nextends: t-city\nknown: [task_hours, groups.lone_elderly.needs_per_year]\n", encoding="utf-8"
    )
    mine = load_scenario(str(file), sets=["levers.benefits=0.6", "groups.left_behind.needs_per_year=0.04"])
    known = ("task_hours", "groups.lone_elderly.needs_per_year", "benefits", "groups.left_behind.needs_per_year")
    assert mine.known == known
    assert {one.name for one in IN_T_CITY} - {one.name for one in prior(mine)} == {*known}
    assert len(prior(mine, known=["task_hours", "case_hours_mean"])) == len(prior(mine)) - 1
    assert "benefits" in told(prior(mine), mine)[0]
    assert prior_digest(prior(mine)) != prior_digest(IN_T_CITY)
