"""What a policy changes is told from what the city has, in the month before, where it acts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cities import TEXT, city

from sim import language
from sim.cli import run
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.schema import Policy, Scenario, read_policy
from sim.scenario.told import changes_told, policy_told
from sim.scenario.yaml_reader import from_plain


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def policy(name: str = "p", **said: object) -> Policy:
    plain = {"kind": "policy", "title": TEXT, "proposer": TEXT, "source": TEXT, **said}
    return read_policy(from_plain(plain, name), name)


def told(base: Scenario, *policies: Policy) -> list[str]:
    """What the last policy changes, without what each lever is."""
    return [line.split(": ", 1)[1] for line in changes_told(base.with_policies(policies))[-1]]


def test_a_second_change_sets_out_from_the_first() -> None:
    falls = policy(levers={"funding_dependence": [0.5, {"value": 0, "after_months": 3}]})
    first, second = told(city(levers={"funding_dependence": 0.8}), falls)
    assert first.startswith("0.8 → 0.5 (funding_dependence, ")
    assert second.startswith("0.5 → 0 from 2023-10 (funding_dependence, ")


def test_it_sets_out_from_what_an_earlier_policy_left() -> None:
    (line,) = told(
        city(), policy("a", levers={"pay": 3000}), policy("b", levers={"pay": {"value": 3500, "after_months": 2}})
    )
    assert line.startswith("3,000 → 3,500 from 2023-09 (pay")


def test_it_sets_out_from_what_the_city_has_come_to_by_then() -> None:
    rising = city(levers={"pay": [2800, {"value": 3400, "from": "2023-03", "ramp_months": 3}]})
    assert told(rising, policy(levers={"pay": 4000}))[0].startswith("3,400 → 4,000 (pay")
    own = changes_told(rising)[0]
    assert [line.split(": ")[1].split(" (")[0] for line in own] == [
        "2,500 → 2,800",
        "2,800 → 3,400 from 2023-03 over 3 months",
    ]


def test_where_towns_differ_both_ends_are_told() -> None:
    uneven = city(levers={"administrative_burden": [1, {"value": 2, "stations": ["b"]}]})
    clear = policy(levers={"administrative_burden": 0.5})
    assert told(uneven, clear)[0].startswith("1 to 2, by town, → 0.5 (administrative_burden")
    language.use("zh")
    assert "各镇 1 至 2 → 0.5" in changes_told(uneven.with_policies([clear]))[1][0]
    language.use("en")
    here = policy(levers={"administrative_burden": {"value": 0.5, "stations": ["b"]}})
    assert told(uneven, here)[0].startswith("2 → 0.5 at b (administrative_burden")


def test_it_sets_out_from_the_city_that_is_compared() -> None:
    guangzhou = load_scenario("models/guangzhou")
    (pay,) = {float(one) for one in guangzhou.lever_table()["pay"][guangzhou.policy_month].tolist()}
    assert pay != 2500
    assert any(f": {pay:,.0f} → " in line and "(pay, " in line for line in changes_told(
        guangzhou.with_policies([load_policy("incentives")])
    )[1])  # fmt: skip


def test_what_two_ask_for_alike_is_told_of_both() -> None:
    both = [policy(name, parameters={"quit_floor": 0.01}) for name in ("a", "b")]
    assert len({line for changes in changes_told(city().with_policies(both))[1:] for line in changes}) == 1


def test_a_policy_that_does_not_fit_is_told_all_the_same() -> None:
    elsewhere = policy(levers={"pay": {"value": 3500, "stations": ["nowhere"]}})
    why, line = policy_told(elsewhere, city())
    assert "does not fit test: " in why
    assert "there is no station 'nowhere'" in why
    assert line.split(": ")[1].startswith("→ 3,500 at nowhere (pay")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_says_the_same(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    """Of a shipped policy in T City, of which a part comes later."""
    assert run(["explain", "scenario", "own-resources", "--lang", lang]) == 0
    said = "".join(capsys.readouterr().out.split())
    language.use(lang)
    for line in policy_told(load_policy("own-resources"), load_scenario("t-city")):
        assert "".join(line.split()) in said


def test_a_dry_run_says_what_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "models/guangzhou", "--policies", "incentives", "--dry-run", "--out", "nowhere"]) == 0
    said = capsys.readouterr().out
    for line in changes_told(load_scenario("models/guangzhou", ["incentives"]))[1]:
        assert line in said


def test_what_becomes_of_towns_and_the_budget_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "scenario", "lakeside-grows"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "harbour: Harbour Street, 62,000 residents, 8 posts, 3 communities; tags: urban; population +1.5 % a year"
        in said
    )
    assert "its station closes after 2026-12, heir: reeds; population -2.0 % a year" in said
    assert "its station opens in 2025-07 budget: 1,200,000 yuan per year" in said
    assert "Posts: 8 → 10 from 2026-01 at harbour (posts, posts)" in said
    assert run(["--lang", "zh", "explain", "scenario", "lakeside-grows"]) == 0
    said = "".join(capsys.readouterr().out.split())
    assert "社工站于2026-12后关闭，由reeds承接；人口每年-2.0%" in said
    assert "标签：rural；社工站于2025-07开设" in said
    assert "年度预算：1,200,000元" in said
