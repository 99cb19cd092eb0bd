"""The answer where doubt was run, against constructed worlds: never "better" where fewer than 95 of 100 agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_worlds import compared, up_in, worlds
from test_answer import NUMBER

from sim import language
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.answer import answer
from sim.lab.say.chances import chances_told
from sim.lab.say.over_worlds import in_so_many
from sim.lab.say.verdict import SURE, VERDICTS, tone, verdict_of_worlds

SURE_WORDS = re.compile(r"coverage (rises|falls) under|(?<!likely )better")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def test_all_worlds_agree() -> None:
    helps, costs, sure = answer(worlds(a=up_in(100), b=up_in(100, size=0.02)))
    assert (
        "coverage rises under Policy a (+5.0 points; +2.6 to +7.4 in 95 of 100 worlds; more than under Policy b in 100"
        in helps
    )
    assert "in 95 of 100 worlds that fit test's figures" in helps
    assert "1,000 yuan under Policy a (678 to 1,905 in 95 of 100 worlds)" in costs
    assert "100 worlds that fit test's figures" in sure
    assert "is chance, the rest is assumptions" in sure
    assert "the error of the mean (points, with its 95 % interval): Policy a +5.0, +4.7 to +5.3 |" in sure


@pytest.mark.parametrize(
    ("k", "said", "head"),
    [
        (100, "better", "coverage rises under"),
        (95, "better", "coverage rises under"),
        (94, "likely better", "coverage is likely to rise under"),
        (80, "likely better", "coverage is likely to rise under"),
        (79, "open", "it is open whether coverage rises or falls under"),
        (50, "open", "it is open whether coverage rises or falls under"),
        (20, "likely worse", "coverage is likely to fall under"),
        (5, "worse", "coverage falls under"),
        (0, "worse", "coverage falls under"),
    ],
)
def test_worlds_that_are_split_or_reversed(k: int, said: str, head: str) -> None:
    results = worlds(a=up_in(k))
    assert results.verdict("a", "coverage") == said
    helps = answer(results)[0]
    assert f"{head} Policy a" in helps
    assert bool(SURE_WORDS.search(helps)) is (said in {"better", "worse"})
    if said not in {"better", "worse"}:
        assert f"up in {k} of 100 worlds" in helps


def test_shares_are_never_rounded_up_to_a_mark() -> None:
    """949 of 1,000 are not 95 of 100."""
    results = worlds(n=1000, a=up_in(949, 1000))
    assert results.verdict("a", "coverage") == "likely better"
    assert "up in 94 of 100 worlds" in answer(results)[0]
    assert in_so_many(0.0005, 2000) == "in fewer than 1 of 100 worlds"


def test_a_price_has_no_bound_where_one_world_in_forty_gains_nothing() -> None:
    bounded, unbounded, never = (answer(worlds(a=up_in(k)))[1] for k in (98, 97, 30))
    assert "costs, in the median world, 1,021 yuan under Policy a (678 to " in bounded
    assert "bound" not in bounded
    assert "(from 678 on with no bound, since nothing is gained in 3 of 100 worlds)" in unbounded
    assert never == "The price has no bound under Policy a (nothing is gained in 70 of 100 worlds)."


def test_a_gain_that_saves_money_in_nearly_every_world() -> None:
    saves = up_in(100) | {"cost_per_year": -5e5}
    assert (
        "nothing under Policy a, which saves money (-1,905 to -678 in 95 of 100 worlds)" in answer(worlds(a=saves))[1]
    )


def test_fewer_than_a_hundred_worlds_give_no_verdict() -> None:
    results = worlds(n=99, a=up_in(99, 99))
    assert results.verdict("a", "coverage") == "few"
    helps = answer(results)[0]
    assert (
        "from 99 worlds no verdict is given, which takes 100, on Policy a (+5.0 points; +2.6 to +7.4 over 99 worlds)"
        in helps
    )
    assert not SURE_WORDS.search(helps)


def test_without_twins_the_parts_are_not_given() -> None:
    results = worlds(n_twins=9, a=up_in(100))
    assert np.isnan(results.spread("a", "coverage").chance_share)
    sure = answer(results)[-1]
    assert "How much of them is chance and how much assumption is not told, which takes 10 worlds" in sure
    assert "is chance, the rest" not in sure


def test_which_worlds_they_are_is_said() -> None:
    fitted, prior = answer(worlds(a=up_in(100))), answer(worlds(kind="prior", a=up_in(100)))
    for said in (fitted[0], fitted[-1]):
        assert "worlds that fit test's figures" in said
    for said in (prior[0], prior[-1]):
        assert "worlds of the prior, not held against any figure of the city" in said
        assert "fit" not in said


def test_what_a_policy_harms_is_said_as_surely_as_worlds_tell_it() -> None:
    harms = up_in(100) | {
        "burnout": 0.1 * np.sign(up_in(96)["coverage"]),
        "trust": -0.1 * np.sign(up_in(85)["coverage"]),
    }
    helps = answer(worlds(a=harms))[0]
    assert "but worse: Mean burnout; likely worse: Mean trust" in helps


def test_costs_and_gaps_are_not_called_worse() -> None:
    results = worlds(a=up_in(100) | {"inequality_towns": np.full(100, 0.1)})
    assert results.verdict("a", "cost_per_year") == "more"
    assert results.verdict("a", "inequality_towns") == "wider"


def test_the_budget_is_held_against_worlds() -> None:
    costs = up_in(100) | {"public_cost_per_year": np.linspace(0.0, 1e6, 100)}
    said = answer(worlds(budget=5.32e6, a=costs))[2]
    assert "5,500,000 yuan (103 %; 5,025,000 to 5,975,000) under Policy a, within it in 32 of 100 worlds" in said


def test_the_chances_of_thresholds_are_over_worlds() -> None:
    told = chances_told(worlds(a=up_in(100), b=up_in(100, size=0.02)).with_thresholds(["coverage>=0.13"]))
    assert told[0].startswith("Chance over 100 worlds that coverage is at least 13 %: Baseline ")
    assert "in the same world" in told[1]
    assert told[2].startswith("These are shares of worlds that fit test's figures, so they hold")
    assert "seed" not in " ".join(told)


@pytest.mark.parametrize("kind", ["posterior", "prior"])
@pytest.mark.parametrize("k", [100, 97, 84, 50, 3])
def test_chinese_says_the_same_numbers(kind: str, k: int) -> None:
    results = worlds(kind=kind, budget=5.4e6, a=up_in(k), b=up_in(k, size=0.02))
    english = [sorted(re.findall(NUMBER, one)) for one in answer(results)]
    language.use("zh")
    chinese = [sorted(re.findall(NUMBER, one)) for one in answer(results)]
    assert chinese == english
    assert "world" not in " ".join(answer(results))


def test_a_notebook_shows_medians_and_spreads() -> None:
    for shown in (worlds(a=up_in(100))._repr_html_(), compared(a=up_in(100))._repr_html_()):
        assert "medians, and where 95 of 100 worlds lie" in shown
        assert "+5.0 (+2.6 to +7.4)" in shown


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100), st.sampled_from(list(OUTCOMES)))
def test_nothing_is_told_on_which_fewer_than_95_of_100_worlds_agree(k: int, outcome: str) -> None:
    found = verdict_of_worlds(outcome, k / 100, (100 - k) / 100, 100, 1.0 if k > 50 else -1.0)
    assert found in VERDICTS
    assert (found == "open") is (20 < k < 80)
    if found in {"better", "worse", "more", "less", "wider", "narrower"}:
        assert max(k, 100 - k) / 100 >= SURE
        assert tone(found) in {"better", "worse", "changed"}
    if found in {"better", "worse"}:
        assert OUTCOMES[outcome].good * (k - 50) * (1 if found == "better" else -1) > 0
