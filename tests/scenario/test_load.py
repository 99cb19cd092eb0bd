"""Finding, extending, laying over and setting: what comes out when files and words are put together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from every import every
from hypothesis import given
from hypothesis import strategies as st

from sim.mistakes import Mistake
from sim.scenario.load import find, load_policy, load_scenario, scenarios_folder, shipped, validate_file
from sim.scenario.schema import Scenario
from sim.scenario.yaml_reader import from_plain

HEAD = 'title: {en: "T", zh: "题"}\nproposer: {en: "p", zh: "人"}\nsource: {en: "s", zh: "源"}\n'
CITY = (
    f"kind: city\n{HEAD}"
    """\
start: 2023-01-01
policy_start: 2023-07-01
end: 2024-12-31
towns:
  a: {name: {en: "A", zh: "甲"}, population: 1000, posts: 2, communities: 2}
  b: {name: {en: "B", zh: "乙"}, population: 2000, posts: 3, communities: [{name: x}, {name: y, grid_strength: 1.5}]}
groups:
  old: {name: {en: "O", zh: "老"}, per_1000: 60, needs_per_year: 0.1, group_work_share: 0.2, hours_scale: 1, detectability: 1}
  public: {name: {en: "P", zh: "众"}, rest: true, needs_per_year: 0.01, group_work_share: 0.2, hours_scale: 1, detectability: 1}
"""
)


class Folder:
    """A folder of files, loaded from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("city", CITY)

    def write(self, name: str, text: str) -> str:
        file = self.path / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return str(file)

    def policy(self, name: str, text: str, extends: str = "") -> str:
        return self.write(name, f"kind: policy\n{extends}{HEAD}{text}")

    def city(self, more: str = "", **given: object) -> Scenario:
        return load_scenario(self.write("more", CITY + more), **given)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def pay(scenario: Scenario, station: int = 0) -> list[float]:
    return list(scenario.lever_table()["pay"][:, station])


# --- finding


@pytest.mark.parametrize("name", ["policies/incentives", "incentives", "policies/incentives.yaml"])
def test_a_shipped_file_has_a_long_and_a_short_name(name: str) -> None:
    short, file = find(name)
    assert short == "incentives"
    assert file == scenarios_folder() / "policies" / "incentives.yaml"


def test_short_names_are_unique() -> None:
    short = [name.split("/")[-1] for name in shipped()]
    assert len(set(short)) == len(short)


def test_ones_own_file_comes_before_the_shipped_one(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("lakeside", CITY)
    monkeypatch.chdir(folder.path)
    assert [town.id for town in load_scenario("lakeside.yaml").towns] == ["a", "b"]
    assert len(load_scenario("lakeside").towns) == 4, "the name alone is the shipped one"


def test_what_a_file_is(folder: Folder) -> None:
    assert validate_file(str(folder.path / "city.yaml")) == "a valid city, 2 stations, 3,000 residents"
    assert validate_file(folder.policy("p", "levers: {pay: 3000, benefits: 1}\n")) == "a valid policy, 2 changes"


@pytest.mark.parametrize("ending", [".yaml", ".yml"])
def test_a_name_without_its_ending_is_asked_after(folder: Folder, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """'my-city' is near to 't-city', yet my-city.yaml stands right here. It is not loaded in silence."""
    for name in ("my-city", "inner/my-city", "less-paper"):
        Path(folder.write(name, CITY)).rename(folder.path / f"{name}{ending}")
    monkeypatch.chdir(folder.path)
    for name in ("my-city", "inner/my-city"):
        for load in (load_scenario, validate_file):
            with pytest.raises(Mistake) as caught:
                load(name)
            assert f"there is no scenario '{name}' (did you mean '{name}{ending}'?)" in str(caught.value)
    with pytest.raises(Mistake, match=f"did you mean 'less-paper{ending}'"):
        load_policy("less-paper")
    with pytest.raises(Mistake, match=f"did you mean 'my-city{ending}'"):
        load_scenario(folder.write("over", "kind: city\nextends: my-city\n"))
    with pytest.raises(Mistake, match="did you mean 't-city'"):
        load_scenario("mt-city")
    (folder.path / "my-folder").mkdir()
    with pytest.raises(Mistake, match="the file name must end"):
        load_scenario("my-folder")


# --- extends


def test_a_city_takes_what_it_does_not_say(folder: Folder) -> None:
    folder.write("base", CITY + "levers: {pay: 3000, benefits: 0.6}\n")
    made = load_scenario(
        folder.write(
            "over",
            "kind: city\nextends: base.yaml\ntowns: {a: {posts: 7}, b: null}\ngroups: {old: {per_1000: 80}}\n"
            "levers: {pay: 3500}\n",
        )
    )
    assert [(town.id, town.posts, town.population) for town in made.towns] == [("a", 7, 1000)]
    assert made.groups[0].per_1000 == 80
    assert made.groups[0].needs_per_year == 0.1
    assert pay(made) == [3500] * 24
    assert set(made.lever_table()["benefits"].flat) == {0.6}


def test_a_file_in_a_folder_below_may_extend_the_one_above_it_only_from_the_top(folder: Folder) -> None:
    folder.write("below/base", "kind: city\nextends: ../city.yaml\n")
    top = folder.write("top", "kind: city\nextends: below/base.yaml\n")
    assert len(load_scenario(top).towns) == 2
    with pytest.raises(Mistake, match="outside"):
        load_scenario(str(folder.path / "below" / "base.yaml"))


RELATIVES = [
    ("{value: 4000, stations: [a]}", "{add: 200}", [4200, 2700]),
    ("3000", "{add: 200}", [3200, 3200]),
    ("[{value: 4100, stations: [a]}, {value: 2900, stations: [b]}]", "{factor: 1.5}", [6150, 4350]),
    ("[3000, {value: 4000, stations: [a]}]", "[{add: 200, stations: [a]}, {at_least: 3500}]", [4200, 3500]),
    ("{add: 100}", "{add: 200}", [2800, 2800]),
    ("3000", "{value: 2600}", [2600, 2600]),
    ("[{value: 4100, stations: [a]}]", "[2600, {add: 100}]", [2700, 2700]),
]


@every(("said", "own", "wanted"), RELATIVES)
def test_a_relative_change_acts_on_what_the_extended_city_says(
    folder: Folder, said: str, own: str, wanted: list[float]
) -> None:
    """Not on the default, which nobody thinks of who writes "200 yuan more"."""
    parent = folder.write("parent", f"{CITY}levers: {{pay: {said}}}\n")
    made = load_scenario(folder.write("child", f"kind: city\nextends: parent.yaml\nlevers: {{pay: {own}}}\n"))
    assert [pay(made, station)[-1] for station in (0, 1)] == wanted
    laid = from_plain({"levers": {"pay": yaml.safe_load(own)}}, "laid")
    assert load_scenario(parent, over=[laid]).hash == made.hash
    assert Scenario.from_mapping(made.to_mapping()) == made


def test_parameters_and_posts_are_changed_likewise(folder: Folder) -> None:
    folder.write("parent", f"{CITY}parameters: {{hire_rate: [0.2, {{value: 0.3, stations: [b]}}]}}\n")
    more = "parameters: {hire_rate: {factor: 0.5}}\ntowns: {a: {posts: {add: 2, from: 2024-01}}}\n"
    made = load_scenario(folder.write("child", f"kind: city\nextends: parent.yaml\n{more}"))
    assert made.parameters_by_town()["hire_rate"][-1].tolist() == [0.1, 0.15]
    assert made.lever_table()["posts"][[0, -1], 0].tolist() == [2, 4]


def test_posts_for_every_station(folder: Folder) -> None:
    assert [town.posts for town in folder.city("posts_per_station: 9\n").towns] == [9, 9]


def test_policies_add_up(folder: Folder) -> None:
    folder.policy("first", "levers: {pay: 3000, benefits: 0.9}\n")
    folder.policy("second", "levers: {benefits: 0.9, supervision: 0.5}\n")
    both = folder.policy(
        "both", "levers: {pay: {value: 4000, after_months: 6}}\n", "extends: [first.yaml, second.yaml]\n"
    )
    made = folder.city(policies=[both])
    assert pay(made) == [2500] * 6 + [3000] * 6 + [4000] * 12
    assert list(made.lever_table()["benefits"][[5, 6], 0]) == [0.5, 0.9], "the same change counts once"
    assert made.policies[0].name == "both"


def test_policies_that_clash_name_both(folder: Folder) -> None:
    one = folder.policy("one", "levers: {pay: {value: 3000, ramp_months: 12}}\n")
    two = folder.policy("two", "levers: {pay: {value: 4000, after_months: 3}}\n")
    with pytest.raises(Mistake) as caught:
        folder.city(policies=[one, two])
    assert "one.yaml" in str(caught.value)
    assert "two.yaml" in str(caught.value)
    elsewhere = folder.policy("two", "levers: {pay: {value: 4000, after_months: 3, stations: [b]}}\n")
    here = folder.policy("one", "levers: {pay: {value: 3000, ramp_months: 12, stations: [a]}}\n")
    folder.city(policies=[elsewhere, here])  # no station in common


def test_with_policies_is_as_loading_with_them(folder: Folder) -> None:
    policy = folder.policy("p", "levers: {pay: 3000}\n")
    base = folder.city()
    under = base.with_policies([load_policy(policy)])
    assert under == folder.city(policies=[policy])
    assert under.hash == folder.city(policies=[policy]).hash
    assert under != base
    assert under.baseline() == base
    assert under.baseline().hash == base.hash


# --- levers and parameters over time


def test_what_a_city_says_from_its_first_day_overlaps_with_nothing(folder: Folder) -> None:
    folder.write("city", CITY.replace("policy_start: 2023-07-01", "policy_start: 2023-01-01"))
    policy = folder.policy("p", "levers: {pay: {value: 3600, ramp_months: 2}}\n")
    text = (folder.path / "city.yaml").read_text(encoding="utf-8")
    made = load_scenario(folder.write("c", text + "levers: {pay: [3000, {value: 2800, stations: [b]}]}\n"), [policy])
    assert pay(made)[:3] == [3300, 3600, 3600]
    assert pay(made, 1)[:3] == [3200, 3600, 3600]


def test_of_two_values_from_the_first_day_the_one_for_some_stations_holds_there(folder: Folder) -> None:
    for more in (
        "levers: {pay: [{value: 2800, stations: [b]}, 3000]}\n",
        "levers: {pay: [{value: 3000, from: 2023-01}, {value: 2800, stations: [b]}]}\n",
    ):
        made = folder.city(more)
        assert (set(pay(made)), set(pay(made, 1))) == ({3000}, {2800})
        assert Scenario.from_mapping(made.to_mapping()) == made


def test_a_ramp_sets_out_from_the_value_in_force(folder: Folder) -> None:
    made = folder.city(
        "levers: {pay: [3000, {value: 4000, from: 2023-03, ramp_months: 2}, {value: 3000, from: 2023-05, ramp_months: 4}]}\n"
    )
    assert pay(made)[:9] == [3000, 3000, 3500, 4000, 3750, 3500, 3250, 3000, 3000]


def test_a_ramp_longer_than_the_run_is_cut_off(folder: Folder) -> None:
    made = folder.city("levers: {pay: {value: 4900, from: 2024-11, ramp_months: 24}}\n")
    assert pay(made)[21:] == [2500, 2600, 2700]


def test_parameters_change_too(folder: Folder) -> None:
    made = folder.city("parameters: {task_hours: [3, {value: 5, after_months: 2, ramp_months: 2}]}\n")
    assert list(made.parameter_table()["task_hours"][6:11]) == [3, 3, 4, 5, 5]
    assert made.parameter_table().shape == (24, 1)
    assert made.lever_table().shape == (24, 2)
    assert (made.n_months, made.policy_month) == (24, 6)


def test_a_ramp_of_a_count_goes_by_whole_numbers(folder: Folder) -> None:
    made = folder.city("parameters: {group_least: {value: 12, from: 2023-03, ramp_months: 3}}\n")
    assert list(made.parameter_table()["group_least"][:6]) == [4, 4, 7, 9, 12, 12]


@given(
    month=st.integers(1, 23),
    ramp=st.integers(0, 30),
    value=st.floats(2000, 8000),
    base=st.floats(2000, 8000),
)
def test_a_ramp_is_a_straight_line(tmp_path_factory: pytest.TempPathFactory, month: int, ramp: int, value: float, base: float) -> None:  # fmt: skip
    """Against the definition: n equal steps, the n-th reaches the value."""
    folder = Folder(tmp_path_factory.mktemp("ramp"))
    when = f"{2023 + month // 12}-{month % 12 + 1:02d}"
    made = folder.city(
        f"levers: {{pay: [{{value: {base!r}, stations: [a]}}, {{value: {value!r}, from: {when}, ramp_months: {ramp}}}]}}\n"
    )
    n = max(ramp, 1)
    expected = [base if m < month else base + (value - base) * min(1.0, (m - month + 1) / n) for m in range(24)]
    assert np.allclose(pay(made), expected, rtol=1e-12)
    assert Scenario.from_mapping(made.to_mapping()) == made


# --- set


def test_set_stands_in_place_of_what_the_file_says(folder: Folder) -> None:
    more = "levers: {pay: {value: 3000, from: 2023-03, stations: [a]}}\n"
    assert pay(folder.city(more))[:4] == [2500, 2500, 3000, 3000]
    made = folder.city(more, sets=["levers.pay={value: 3500}"])
    assert pay(made) == pay(made, 1) == [3500] * 24, "neither month nor stations stay behind"
    assert folder.city(sets=["end=2023-12-31"]).n_months == 12
    assert folder.city(sets=["towns.a.posts=7"]).towns[0].posts == 7
    assert folder.city(sets=["levers.pay=3000", "levers.pay=3100"]) == folder.city(sets=["levers.pay=3100"])
    assert folder.city(sets=["levers.pay.value=3000"]) == folder.city(sets=["levers.pay=3000"])


# --- hash and provenance


def test_a_mapping_keeps_the_value_that_a_lever_sets_out_from(folder: Folder) -> None:
    made = folder.city("levers: {pay: {value: 3000, from: 2023-03}, benefits: {value: 0.9, stations: [b]}}\n")
    assert made.to_mapping()["levers"]["pay"] == [2500, {"value": 3000, "from": "2023-03"}]
    assert made.to_mapping()["levers"]["benefits"] == [0.5, {"value": 0.9, "stations": ["b"]}]
    back = Scenario.from_mapping(made.to_mapping())
    assert back == made
    assert np.array_equal(back.lever_table(), made.lever_table())


def test_a_changed_default_changes_the_hash_of_a_lever_that_moves_later(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from sim.scenario import schema

    more = "levers: {pay: {value: 3000, from: 2023-03}}\n"
    before = folder.city(more).hash
    monkeypatch.setitem(schema.LEVERS, "pay", replace(schema.LEVERS["pay"], default=2600.0))
    assert folder.city(more).hash != before


def test_the_hash_sees_a_town_with_the_name_of_a_text(folder: Folder) -> None:
    text = CITY.replace("  a: {name", "  source: {name")
    one = load_scenario(folder.write("one", text)).hash
    two = load_scenario(
        folder.write("two", text.replace("population: 1000, posts: 2", "population: 1000, posts: 3"))
    ).hash
    assert one != two


def test_the_hash_does_not_see_names_and_sees_the_order_of_towns(folder: Folder) -> None:
    made = folder.city()
    assert load_scenario(folder.write("n", CITY.replace('zh: "甲"', 'zh: "丙"'))).hash == made.hash
    lines = CITY.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("  a:"))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    turned = load_scenario(folder.write("t", "".join(lines)))
    assert turned.hash != made.hash
    assert turned != made


def test_loading_is_light() -> None:
    code = "import sys, sim.scenario.load; print(*sorted({'pandas', 'numba', 'scipy', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_budget_is_kept_and_changes_no_run(folder: Folder) -> None:
    plain, said = folder.city(), folder.city("budget_per_year: 700000\n")
    assert (plain.budget_per_year, said.budget_per_year) == (None, 700000)
    assert said.hash == plain.hash
    assert said != plain
    assert Scenario.from_mapping(said.to_mapping()) == said
    for wrong in ("0", "a lot", "-5"):
        with pytest.raises(Mistake, match="budget_per_year: "):
            folder.city(f"budget_per_year: {wrong}\n")
