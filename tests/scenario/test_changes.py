"""Changes as layers: what each form makes of a town's value, from when until when, and what is told of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cities import TEXT, city, town
from every import every
from hypothesis import given
from hypothesis import strategies as st

from sim import language
from sim.mistakes import Mistake
from sim.scenario.load import load_policy, load_scenario, shipped_policies
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.schema import Policy, Scenario, read_city, read_policy
from sim.scenario.told import against_told, changes_told, policy_told, towns_told
from sim.scenario.write import city_file
from sim.scenario.yaml_reader import from_plain, read_text

FIRST, LAST = 6, 12
"""The months of the policies in the city of the tests, which runs from January to December, policies from July."""


def policy(name: str = "p", **said: Any) -> Policy:
    plain = {"kind": "policy", "title": TEXT, "proposer": TEXT, "source": TEXT, **said}
    return read_policy(from_plain(plain, name), name)


def uneven(rural: float = 2500, urban: float = 4100) -> Scenario:
    """Two towns that pay differently."""
    return city(levers={"pay": [rural, {"value": urban, "stations": ["b"]}]})


def pay(scenario: Scenario) -> np.ndarray:
    return np.asarray(scenario.lever_table()["pay"])


FORMS = [
    ({"at_least": 3500}, (3500, 4100)),
    ({"at_most": 3500}, (2500, 3500)),
    ({"add": 300}, (2800, 4400)),
    ({"add": -300}, (2200, 3800)),
    ({"factor": 1.2}, (3000, 4920)),
    ({"value": 3500}, (3500, 3500)),
]


@every(("said", "then"), FORMS)
def test_each_town_moves_from_where_it_stands(said: dict[str, float], then: tuple[float, float]) -> None:
    under = pay(uneven().with_policies([policy(levers={"pay": said})]))
    assert (under[:FIRST] == pay(uneven())[:FIRST]).all()
    assert under[FIRST:] == pytest.approx(np.tile(then, (LAST - FIRST, 1)))


@every("name", shipped_policies())
def test_a_shipped_policy_moves_no_lever_against_what_it_proposes(name: str) -> None:
    """Whatever the city pays, grants or asks already: none of these lowers what it is to raise."""
    for share in (0.0, 0.5, 1.0):
        levers = {key: lever.least + share * (lever.most - lever.least) for key, lever in LEVERS.items()}
        under = city(levers=levers).with_policies([load_policy(name)])
        assert against_told(under) == []


def test_stations_that_pay_more_than_incentives_asks_keep_their_pay() -> None:
    under = pay(uneven().with_policies([load_policy("incentives")]))
    assert (under[:, 1] == 4100).all()
    assert under[-1, 0] > 2500


def test_in_the_papers_city_the_shipped_policies_are_what_they_were() -> None:
    """As values: what the paper's city had under them before they said how they change it."""
    t_city = load_scenario("t-city")
    for name, lever, value in (
        ("boundary-clarity", "administrative_burden", 0.7),
        ("incentives", "pay", 3500),
        ("incentives", "payment_delay", 1),
        ("linkage", "funding_dependence", 0.8),
    ):
        (change,) = (one for one in load_policy(name).levers if one.name == lever)
        said = {"value": value, "ramp_months": change.ramp_months}
        as_value = t_city.with_policies([policy(levers={lever: said})])
        as_change = t_city.with_policies([load_policy(name)])
        assert (as_value.lever_table()[lever] == as_change.lever_table()[lever]).all(), name


def test_a_ramp_goes_from_where_each_town_stands() -> None:
    under = pay(uneven().with_policies([policy(levers={"pay": {"add": 300, "ramp_months": 3}})]))
    assert under[FIRST:, 0].tolist() == [2600, 2700, 2800, 2800, 2800, 2800]
    assert under[FIRST:, 1].tolist() == [4200, 4300, 4400, 4400, 4400, 4400]


def test_after_its_last_month_is_what_would_have_been() -> None:
    rising = city(levers={"pay": [2500, {"value": 3000, "from": "2023-09"}]})
    under = pay(rising.with_policies([policy(levers={"pay": {"add": 200, "until": "2023-10"}})]))[:, 0]
    # Until October 200 more than it would have been; September's rise stays.
    assert under[FIRST:].tolist() == [2700, 2700, 3200, 3200, 3000, 3000]


def test_a_policy_lies_over_what_the_city_comes_to_later() -> None:
    rising = city(levers={"pay": [2500, {"value": 3000, "from": "2023-09"}]})
    under = rising.with_policies([policy(levers={"pay": {"at_least": 3200}})])
    assert pay(under)[FIRST:, 0].tolist() == [3200] * 6
    assert city_file(under)


def test_one_line_ends_six_levers() -> None:
    six = load_policy("boundary-clarity")
    assert len(six.levers) == 6
    plain = six.to_plain()
    plain.pop("name")
    ended = read_policy(from_plain(plain | {"until": "2023-11"}, "p"), "p")
    base = city()
    under, without = base.with_policies([ended]).lever_table(), base.lever_table()
    for change in six.levers:
        assert (under[change.name][-1] == without[change.name][-1]).all()
        assert (under[change.name][-2] != without[change.name][-2]).all()


def test_what_is_said_once_holds_for_each_change_that_does_not_say_it() -> None:
    made = policy(levers={"pay": {"add": 100}, "benefits": {"value": 1, "stations": ["a"], "until": "2023-12"}}, **{
        "from": "2023-08", "until": "2023-10", "stations": ["b"],
    })  # fmt: skip
    first, second = made.levers
    assert (first.start, first.until, first.stations) == ("2023-08", "2023-10", ("b",))
    assert (second.start, second.until, second.stations) == ("2023-08", "2023-12", ("a",))


def test_a_policy_that_extends_others_keeps_what_each_says(tmp_path: Any) -> None:
    head = "kind: policy\ntitle: {en: T, zh: 题}\nproposer: {en: P, zh: 某}\nsource: {en: S, zh: 源}\n"
    (tmp_path / "a.yaml").write_text(f"{head}until: 2023-09\nraises: [pay]\nlevers: {{pay: {{add: 100}}}}\n", "utf-8")
    (tmp_path / "b.yaml").write_text(f"{head}extends: [a.yaml]\nlevers: {{benefits: 1}}\n", "utf-8")
    raised, benefits = load_policy(str(tmp_path / "b.yaml")).levers
    assert (raised.name, raised.until, raised.aim) == ("pay", "2023-09", 1)
    assert (benefits.name, benefits.until) == ("benefits", None)


# --- towns by tag


def tagged() -> Scenario:
    return city(towns={"a": town(tags=["rural"]), "b": town(tags=["urban", "new"]), "c": town(tags=["rural", "new"])})


def test_a_tag_stands_for_its_towns() -> None:
    assert tagged().tags == {"rural": ["a", "c"], "urban": ["b"], "new": ["b", "c"]}
    for said in ({"tag": "rural"}, ["tag:rural"], ["a", "c"], ["c", "tag:rural"]):
        under = tagged().with_policies([policy(levers={"pay": {"add": 500, "stations": said}})])
        assert pay(under)[-1].tolist() == [3000, 2500, 3000], said
    assert Scenario.from_mapping(under.to_mapping()) == under


def test_rural_towns_first_then_all() -> None:
    stages = [
        policy("first", levers={"pay": {"at_least": 3000, "stations": {"tag": "rural"}}}),
        policy("then", levers={"pay": {"at_least": 3000, "after_months": 3}}),
    ]
    under = pay(tagged().with_policies(stages))
    assert under[FIRST].tolist() == [3000, 2500, 3000]
    assert under[FIRST + 3].tolist() == [3000, 3000, 3000]


def test_a_tag_that_no_town_has_is_one_sentence() -> None:
    with pytest.raises(
        Mistake, match=r"no town has the tag 'rurl' \(did you mean 'rural'\?\); this city's tags: rural, urban, new"
    ):
        tagged().with_policies([policy(levers={"pay": {"add": 500, "stations": {"tag": "rurl"}}})])


@every(
    ("stations", "meant"),
    [(["rural"], "{tag: rural}"), (["rurl"], "{tag: rural}"), (["urban"], "{tag: urban}"), (["x"], "")],
)
def test_a_tag_without_its_word_is_taken_for_what_was_meant(stations: list[str], meant: str) -> None:
    with pytest.raises(Mistake, match="there is no station") as caught:
        tagged().with_policies([policy(levers={"pay": {"add": 100, "stations": stations}})])
    assert (f"did you mean '{meant}'?" in str(caught.value)) is bool(meant)


def test_a_city_without_tags_is_the_city_that_it_was() -> None:
    assert "tags" not in city().to_mapping()["towns"]["a"]


# --- relations between scenarios


@given(factor=st.floats(0.8, 1.9), rural=st.floats(2500, 3000), urban=st.floats(3000, 4200))
def test_a_factor_is_all_pays_scaled(factor: float, rural: float, urban: float) -> None:
    by_factor = pay(uneven(rural, urban).with_policies([policy(levers={"pay": {"factor": factor}})]))[FIRST:]
    assert (by_factor == pay(uneven(rural * factor, urban * factor))[FIRST:]).all()


@given(below=st.floats(2000, 2500))
def test_at_least_below_the_present_changes_nothing(below: float) -> None:
    under = uneven().with_policies([policy(levers={"pay": {"at_least": below, "ramp_months": 4}})])
    assert (pay(under) == pay(uneven())).all()


def test_until_the_end_of_the_run_is_no_end() -> None:
    ends, stays = ({"pay": {"add": 300, "ramp_months": 2, **more}} for more in ({"until": "2023-12"}, {}))
    tables = [pay(uneven().with_policies([policy(levers=said)])) for said in (ends, stays)]
    assert (tables[0] == tables[1]).all()


def test_policies_of_disjoint_levers_commute() -> None:
    one, other = policy("one", levers={"pay": {"factor": 1.1}}), policy("other", levers={"benefits": {"at_least": 0.8}})
    tables = [uneven().with_policies(order).lever_table() for order in ([one, other], [other, one])]
    assert (tables[0] == tables[1]).all()


def test_changes_of_one_lever_apply_in_the_order_of_the_files() -> None:
    more, least = policy("more", levers={"pay": {"add": 500}}), policy("least", levers={"pay": {"at_least": 2900}})
    assert pay(uneven().with_policies([more, least]))[-1, 0] == 3000
    assert pay(uneven().with_policies([least, more]))[-1, 0] == 3400


def test_the_same_change_asked_for_twice_counts_once() -> None:
    twice = [policy(name, levers={"administrative_burden": {"factor": 0.5}}) for name in ("a", "b")]
    assert (city().with_policies(twice).lever_table()["administrative_burden"][-1] == 0.5).all()


def test_what_the_city_adds_by_itself_comes_besides() -> None:
    rising = city(levers={"pay": [2500, {"add": 300, "from": "2023-07"}]})
    assert pay(rising)[-1, 0] == 2800
    assert pay(rising.with_policies([policy(levers={"pay": {"add": 300}})]))[-1, 0] == 3100


def test_a_parameter_out_of_its_range_names_no_town() -> None:
    with pytest.raises(Mistake, match=r"other_share would be 1\.\d+ in 2023-07; it must be"):
        city().with_policies([policy(parameters={"other_share": {"factor": 9}})])


def test_a_scenario_comes_back_from_what_is_stored_of_it() -> None:
    made = policy(levers={"pay": [{"factor": 1.1, "until": "2023-09"}, {"add": 50, "after_months": 4}]}, raises=["pay"])
    under = uneven().with_policies([made])
    again = Scenario.from_mapping(under.to_mapping())
    assert again == under
    assert again.hash == under.hash != uneven().hash
    assert [one.aim for one in again.policies[0].levers] == [1, 1]
    assert city_file(under)  # which reads it again and compares


# --- refusals and warnings


WRONG = [
    ({"at_least": 3000, "value": 3500}, "give one of value, add, factor, at_least, at_most"),
    ({"add": 300, "value": 3500}, "'value' is there too"),
    ({"until": "2023-09"}, "value"),
    ({"factor": -1}, "allowed: 0 to 100 (multiplier)"),
    ({"add": 300, "until": "2023-06"}, "would end after 2023-06; allowed: 2023-07 (when it begins) to 2023-12"),
    ({"add": 300, "until": "2024-02"}, "would end after 2024-02"),
    ({"factor": 2}, "pay would be 8,200 in 2023-07 at b; it must be 2,000 to 8,000 (yuan per month)"),
    ({"add": -600, "ramp_months": 3}, "pay would be 1,900 in 2023-09 at a"),
]


@every(("said", "sentence"), WRONG)
def test_what_cannot_be_is_one_sentence(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Mistake) as caught:
        uneven().with_policies([policy(levers={"pay": said})])
    assert sentence in str(caught.value)


def test_a_value_that_cuts_what_it_is_to_raise_is_told_with_town_and_amount() -> None:
    under = uneven().with_policies([policy(levers={"pay": {"value": 3500, "ramp_months": 2}})])
    (warning,) = against_told(under)
    assert "is to raise Base pay" in warning or "is to raise" in warning
    assert "from 2023-07" in warning
    assert "4,100 → 3,500" in warning
    assert "2,500" not in warning
    language.use("zh")
    assert "4,100 → 3,500" in against_told(under)[0]


def test_what_a_policy_declares_counts_before_its_form() -> None:
    assert against_told(city().with_policies([policy(levers={"pay": 3000}, lowers=["pay"])]))
    assert not against_told(uneven(4000, 4000).with_policies([policy(levers={"pay": 3500}, lowers=["pay"])]))
    with pytest.raises(Mistake, match="stands under 'raises' and 'lowers'"):
        policy(levers={"pay": 3000}, lowers=["pay"], raises=["pay"])
    with pytest.raises(Mistake, match="benefits"):
        policy(levers={"pay": 3000}, lowers=["benefits"])


def test_before_and_after_are_told_by_town() -> None:
    raised = policy(levers={"pay": {"at_least": 3500}, "benefits": 1})
    (line, _) = changes_told(uneven().with_policies([raised]))[1]
    assert ": 2,500 to 4,100, by town, → 3,500 to 4,100, by town, at least 3,500 (pay, " in line
    ((label, towns),) = towns_told(raised, uneven())
    assert label == LEVERS["pay"].label.en
    assert [one.split(": ")[1] for one in towns] == ["2,500 → 3,500", "4,100 → 4,100"]
    assert policy_told(raised, uneven())[1] == line


def test_a_town_that_several_changes_move_is_told_once_from_where_it_stood() -> None:
    """Each change sets out from where the one before it ended; the town does not."""
    later = {"add": 1, "stations": ["a"], "from": "2023-10"}
    hired = policy(posts=[{"add": 1, "stations": ["a"]}, {"add": 2, "stations": ["b"]}, later])
    assert towns_told(hired, uneven()) == [("Posts", ["test: 3 → 4 → 5", "test: 2 → 4"])]
    once = policy(posts=[{"add": 1, "stations": ["a"]}, {"add": 2, "stations": ["b"], "from": "2023-10"}])
    assert towns_told(once, uneven()) == [("Posts", ["test: 3 → 4", "test: 2 → 4"])]
    twice = policy(levers={"benefits": [{"at_least": 0.8, "stations": ["a"]}, {"at_least": 0.8, "from": "2023-10"}]})
    assert towns_told(twice, uneven()) == []  # both from 0.5 to 0.8


def test_of_a_policy_that_does_not_fit_no_town_is_told() -> None:
    lost = policy(levers={"pay": {"add": 100, "stations": {"tag": "rural"}}})
    assert towns_told(lost, uneven()) == []
    assert "does not fit" in policy_told(lost, uneven())[0]


@every("tongue", ["en", "zh"])
def test_what_a_policy_does_not_change_has_no_direction(tongue: str) -> None:
    language.use(tongue)
    with pytest.raises(Mistake, match="benefits") as caught:
        policy(levers={"benefits": [1, {"value": 0.5, "from": "2023-09"}]}, raises=["benefit"])
    assert str(caught.value).count("benefits") == 2  # what was meant, and what there is
    with pytest.raises(Mistake, match="changes nothing" if tongue == "en" else "没有任何改变"):
        policy(raises=["pay"])
    with pytest.raises(Mistake, match="beside 'levers'" if tongue == "en" else "在 levers 之外"):
        policy(levers={"posts": {"add": 1}})


# --- posts


def posts(scenario: Scenario) -> list[list[float]]:
    found: list[list[float]] = scenario.lever_table()["posts"].T.tolist()
    return found


@every(
    ("said", "then"),
    [
        (8, [8] * 12),
        ([8], [8] * 12),
        ({"value": 8}, [8] * 12),
        ([8, {"value": 10, "from": "2023-04"}], [8] * 3 + [10] * 9),
        ([8, {"add": -2, "from": "2023-04", "until": "2023-05"}], [8] * 3 + [6] * 2 + [8] * 7),
        ([8, {"factor": 1.3, "after_months": 0}], [8] * 6 + [10] * 6),
        ([8, {"value": 11, "from": "2023-02", "ramp_months": 2}], [8, 10] + [11] * 10),
        ([8, {"at_least": 9, "from": "2023-12"}, {"at_most": 4, "from": "2023-06"}], [8] * 5 + [4] * 6 + [9]),
    ],
)
def test_posts_of_a_town_by_month(said: Any, then: list[float]) -> None:
    assert posts(city(towns={"a": town(posts=said), "b": town(posts=2)})) == [then, [2] * 12]
    assert posts(city(posts_per_station=said)) == [then, then]


@every(
    ("said", "refusal"),
    [
        (
            {"value": 10, "from": "2023-04"},
            r"towns\.a\.posts: does not say how many posts there are on the first day; e\.g\. \[8,",
        ),
        ([{"add": 2}], "does not say how many posts there are on the first day"),
        ([8, {"value": 10, "from": "2026-04"}], r"would start in 2026-04; allowed: 2023-01 to 2023-12"),
        ([8, {"value": 10.5, "from": "2023-04"}], "must be a whole number, not '10.5'"),
        ([8, {"add": 0.5, "from": "2023-04"}], "must be a whole number, not '0.5'"),
        (
            [8, {"add": -9, "from": "2023-04"}],
            r"posts would be -1 in 2023-04 at a; it must be a whole number from 0 to 100 \(posts\)",
        ),
        ([8, {"factor": 20, "from": "2023-04"}], "posts would be 160 in 2023-04 at a"),
        ([8, {"value": 9, "form": "2023-04"}], r"did you mean 'from'"),
        ([8, {"value": 9, "stations": ["b"]}], "unknown key"),
        (
            [8, {"value": 4, "from": "2023-04", "ramp_months": 3}, {"value": 5, "from": "2023-05"}],
            "posts changes while an earlier change",
        ),
        ([], "the list is empty"),
    ],
)
def test_posts_that_cannot_be_are_one_sentence(said: Any, refusal: str) -> None:
    with pytest.raises(Mistake, match=refusal):
        city(towns={"a": town(posts=said), "b": town(posts=2)})


def test_a_policy_changes_posts_as_it_changes_a_lever() -> None:
    base = city(towns={"a": town(posts=[3, {"value": 4, "from": "2023-10"}]), "b": town(posts=2)})
    hiring = policy(posts={"add": 2}, until="2023-11")
    assert posts(base.with_policies([hiring])) == [[3] * 6 + [5] * 3 + [6] * 2 + [4], [2] * 6 + [4] * 5 + [2]]
    here = policy(posts=[{"add": 1, "stations": ["b"]}, {"at_least": 5, "after_months": 2}])
    assert posts(base.with_policies([here])) == [[3] * 6 + [3] * 2 + [5] * 4, [2] * 6 + [3] * 2 + [5] * 4]
    assert posts(base.with_policies([load_policy("hire-two")])) == [[3] * 6 + [5] * 3 + [6] * 3, [2] * 6 + [4] * 6]


def test_posts_are_told_and_warned_of() -> None:
    cut = policy("cut", posts={"value": 2}, raises="posts")
    told = changes_told(city().with_policies([cut]))[-1]
    assert told == ["Posts: 2 to 3, by town, → 2 (posts, posts)"]
    (warning,) = against_told(city().with_policies([cut]))
    assert "is to raise Posts and lowers it from 2023-07: test 3 → 2 (posts, posts)" in warning
    assert (
        against_told(city().with_policies([policy("cut", posts={"value": 2})])) == []
    )  # no number of posts is the usual one


def test_a_city_whose_posts_stay_is_called_as_before() -> None:
    """By the hash under which its runs are stored; with posts that change, by another."""
    assert load_scenario("t-city").hash == "6d33a9de238eae6a"
    hashes = {
        city(towns={"a": town(posts=said)}).hash
        for said in (3, [3], {"value": 3}, [3, {"value": 4, "from": "2023-04"}])
    }
    assert len(hashes) == 2
    assert len({city().with_policies([policy(posts={"add": n})]).hash for n in (1, 2)}) == 2


def test_hiring_that_changes_nothing_and_hiring_that_ends_with_the_run() -> None:
    base = city(towns={"a": town(posts=[3, {"value": 5, "from": "2023-09"}]), "b": town(posts=2)})
    for nothing in ({"add": 0}, {"factor": 1}, {"at_least": 2}, {"at_most": 5}):
        assert posts(base.with_policies([policy(posts=nothing)])) == posts(base)
    one, other = policy("one", posts={"add": 2}), policy("other", posts={"add": 2, "until": "2023-12"})
    assert posts(base.with_policies([one])) == posts(base.with_policies([other]))
    pays = policy("pays", levers={"pay": {"add": 300}})
    orders = [base.with_policies(order).lever_table() for order in ([one, pays], [pays, one])]
    assert orders[0].tobytes() == orders[1].tobytes()
    both = base.with_policies([one, policy("three", posts={"add": 1, "stations": ["b"]})])
    assert posts(both) == [[3] * 6 + [5] * 2 + [7] * 4, [2] * 6 + [5] * 6]


# --- parameters by town


def hiring(scenario: Scenario) -> np.ndarray:
    return np.asarray(scenario.parameters_by_town()["hire_rate"])


def apart(rural: float = 0.1, urban: float = 0.4) -> Scenario:
    """Two towns that hire differently, the first of which is rural."""
    towns = {"a": town(tags=["rural"]), "b": town(posts=2, population=1200, communities=2)}
    return city(towns=towns, parameters={"hire_rate": [rural, {"value": urban, "stations": ["b"]}]})


@every(
    ("said", "then"),
    [
        ({"at_least": 0.2}, (0.2, 0.4)),
        ({"at_most": 0.2}, (0.1, 0.2)),
        ({"add": 0.1}, (0.2, 0.5)),
        ({"add": -0.1}, (0, 0.3)),
        ({"factor": 0.5}, (0.05, 0.2)),
        ({"value": 0.3}, (0.3, 0.3)),
        ({"factor": 2, "stations": ["b"]}, (0.1, 0.8)),
        ({"value": 0.3, "stations": {"tag": "rural"}}, (0.3, 0.4)),
        ({"value": 0.3, "stations": ["tag:rural", "b"]}, (0.3, 0.3)),
    ],
)
def test_a_parameter_of_each_town_moves_from_where_it_stands(said: dict[str, Any], then: tuple[float, float]) -> None:
    under = hiring(apart().with_policies([policy(parameters={"hire_rate": said})]))
    assert (under[:FIRST] == hiring(apart())[:FIRST]).all()
    assert under[FIRST:] == pytest.approx(np.tile(then, (LAST - FIRST, 1)))


def test_a_parameter_changes_in_one_town_for_a_while_step_by_step() -> None:
    said = {"value": 0.7, "from": "2023-08", "until": "2023-10", "ramp_months": 3, "stations": ["a"]}
    under = hiring(apart().with_policies([policy(parameters={"hire_rate": said})]))
    assert under[:, 0] == pytest.approx([0.1] * 7 + [0.3, 0.5, 0.7] + [0.1] * 2)
    assert under[:, 1] == pytest.approx([0.4] * 12)
    counted = policy(parameters={"group_least": {"value": 7, "ramp_months": 2, "stations": ["b"]}})
    found = apart().with_policies([counted]).parameters_by_town()["group_least"]
    assert found[5:9].tolist() == [[4, 4], [4, 6], [4, 7], [4, 7]]


def test_what_a_policy_says_once_of_stations_holds_for_its_parameters_too() -> None:
    said = policy(
        parameters={"hire_rate": 0.2, "task_hours": {"value": 6, "stations": ["b"]}}, stations={"tag": "rural"}
    )
    under = apart().with_policies([said]).parameters_by_town()[-1]
    assert under["hire_rate"].tolist() == [0.2, 0.4]
    assert under["task_hours"].tolist() == [4, 6]


OF_THE_CITY = [name for name, parameter in PARAMETERS.items() if not parameter.by_town]


@every("name", OF_THE_CITY)
def test_what_belongs_to_the_city_as_a_whole_is_refused_by_name(name: str) -> None:
    value = PARAMETERS[name].default
    here = {"value": value, "stations": ["a"]}
    for refused in (
        lambda: city(parameters={name: here}),
        lambda: policy(parameters={name: here}),
        lambda: policy(parameters={name: value}, stations=["a"]),
        lambda: policy(levers={"pay": 3000}, parameters={name: [value, here]}),
    ):
        with pytest.raises(Mistake, match=f"{name} belongs to the city as a whole") as caught:
            refused()
        assert "\n" not in str(caught.value)
    assert city(parameters={name: value}).with_policies([policy(parameters={name: value})])


@every(
    ("said", "sentence"),
    [
        ({"value": 0.2, "stations": ["c"]}, "there is no station 'c'; this city has a, b"),
        ({"value": 0.2, "stations": {"tag": "hilly"}}, "no town has the tag 'hilly'; this city's tags: rural"),
        ({"factor": 5}, "hire_rate would be 2 in 2023-07 at b; it must be 0 to 1.5 (chance per month)"),
        ({"factor": 20}, "hire_rate would be 2 in 2023-07 at a; it must be"),
        ({"factor": 20, "stations": ["a"]}, "hire_rate would be 2 in 2023-07 at a; it must be"),
        ({"value": 1.6, "stations": ["a"]}, "hire_rate"),
    ],
)
def test_a_parameter_by_town_that_cannot_be_is_one_sentence(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Mistake) as caught:
        apart().with_policies([policy(parameters={"hire_rate": said})])
    assert sentence in str(caught.value)


def test_where_nothing_is_said_of_single_towns_none_is_named() -> None:
    with pytest.raises(Mistake, match=r"hire_rate would be 5 in 2023-07; it must be"):
        city().with_policies([policy(parameters={"hire_rate": {"factor": 20}})])


def test_shares_of_one_whole_are_added_up_in_each_town() -> None:
    here, there = ({"value": 0.6, "stations": [name]} for name in ("a", "b"))
    assert city(parameters={"centre_share": here, "other_share": there})
    with pytest.raises(Mistake, match="centre_share \\+ other_share must not be more than 1"):
        city(parameters={"centre_share": here, "other_share": here})


def test_a_parameter_by_town_is_told_by_town() -> None:
    halved = policy(parameters={"hire_rate": {"factor": 0.5}}, raises="hire_rate")
    under = apart().with_policies([halved])
    assert ": 0.1 to 0.4, by town, → 0.05 to 0.2, by town, times 0.5 (hire_rate, " in changes_told(under)[1][0]
    ((label, towns),) = towns_told(halved, apart())
    assert label == PARAMETERS["hire_rate"].label.en
    assert [one.split(": ")[1] for one in towns] == ["0.1 → 0.05", "0.4 → 0.2"]
    assert "from 2023-07: test 0.1 → 0.05, test 0.4 → 0.2 (hire_rate" in against_told(under)[0]
    assert "from 2023-07: the city 0.25 → 0.125 (hire_rate" in against_told(city().with_policies([halved]))[0]


def test_a_city_with_parameters_by_town_comes_back_from_what_is_written() -> None:
    under = apart().with_policies(
        [policy(parameters={"hire_rate": {"factor": 0.5, "until": "2023-09", "stations": ["a"]}})]
    )
    again = Scenario.from_mapping(under.to_mapping())
    written = read_city(read_text(city_file(under), "again"), "again")
    for other in (again, written):
        assert hiring(other).tolist() == hiring(under).tolist()
        assert other.parameter_rows == under.parameter_rows == (0, 1)
    assert again.hash == under.hash
    assert len({under.hash, apart().hash, apart(0.2).hash, city(parameters={"hire_rate": 0.1}).hash}) == 4


def test_towns_share_a_row_of_parameters_where_none_differs() -> None:
    towns = {name: town() for name in "abcd"}
    rows = {
        (0, 0, 0, 0): {"hire_rate": 0.1, "task_hours": {"value": 5, "from": "2023-03"}},
        (0, 1, 0, 1): {"hire_rate": {"value": 0.1, "stations": ["b", "d"]}},
        (0, 1, 0, 2): {"hire_rate": {"value": 0.1, "stations": ["b", "d"]}, "task_hours": {"add": 1, "from": "2023-12", "stations": ["d"]}},
        (0, 1, 1, 1): {"hire_rate": [0.1, {"value": 0.25, "stations": ["a"]}]},
    }  # fmt: skip
    for expected, parameters in rows.items():
        made = city(towns=towns, parameters=parameters)
        assert made.parameter_rows == expected
        assert made.parameter_table().shape == (12, max(expected) + 1)
