"""Plans: how many points, which, in what order; and plans that are wrong."""

from __future__ import annotations

import collections
import itertools
import math
from pathlib import Path

import pytest
from every import every
from hypothesis import given
from hypothesis import strategies as st

from sim import language
from sim.lab.design.design import Design, Factor, Level
from sim.lab.design.plans import METHODS, shares
from sim.lab.design.read_design import read_design
from sim.language import Text
from sim.mistakes import Mistake

PAY = "levers.pay: [2500, 3500, 4500]"
RANGE = "levers.pay: {range: [2500, 4500]}"
HOURS = "parameters.task_hours: {range: declared}"
POLICIES = "policies: [none, linkage]"
LOAD = "uneven_load: {variants: {even: {}, uneven: {levers: {administrative_burden: 2}}}}"


def _text(plan: str, *factors: str) -> str:
    listed = "".join(f"  {one}\n" for one in factors)
    return f"kind: design\nquestion: Q\nseeds: 2\nplan: {plan}\nfactors:\n{listed}"


def _read(folder: Path, plan: str, *factors: str) -> Design:
    file = folder / "design.yaml"
    file.write_text(_text(plan, *factors), encoding="utf-8")
    return read_design(file)


def _names(design: Design) -> list[tuple[str, ...]]:
    """Level names of each point, its factors in the order of the file; numbered from 0."""
    assert [point.number for point in design.points] == list(range(len(design.points)))
    return [tuple(level.name for level in point.levels) for point in design.points]


def _values(design: Design, factor: int = 0) -> list[float]:
    """Values that a sampled factor takes, without the base."""
    return [point.levels[factor].value for point in design.points[1:]]


# --- grids


def test_a_grid_is_every_combination_the_base_first(tmp_path: Path) -> None:
    design = _read(tmp_path, "grid", PAY, POLICIES, LOAD)
    names = _names(design)
    assert names[0] == ("2500", "none", "even")
    assert sorted(names) == sorted(itertools.product(["2500", "3500", "4500"], ["none", "linkage"], ["even", "uneven"]))
    assert len(set(names)) == len(names) == 12
    assert [(one.method, one.factors, one.n_points) for one in design.plan] == [
        ("grid", ("levers.pay", "policies", "uneven_load"), 12)
    ]


def test_the_base_stands_first_though_no_level_is_its(tmp_path: Path) -> None:
    design = _read(tmp_path, "grid", "levers.pay: [3500, 4500]", "policies: [linkage]")
    assert _names(design) == [("2500", "none"), ("3500", "linkage"), ("4500", "linkage")]
    assert design.base_scenario.policies == ()


def test_a_grid_over_a_range_goes_evenly_from_end_to_end(tmp_path: Path) -> None:
    design = _read(tmp_path, "grid", "levers.pay: {range: [2500, 6000], steps: 5}")
    assert [point.levels[0].value for point in design.points] == [2500, 3375, 4250, 5125, 6000]
    assert design.points[0].levels[0] is design.factors[0].base
    thirds = _read(tmp_path, "grid", "levers.benefits: {range: [0, 1], steps: 4}")
    assert [level.name for level in thirds.factors[0].levels] == ["0", "0.333333", "0.666667", "1"]


# --- one at a time


def test_one_at_a_time(tmp_path: Path) -> None:
    design = _read(tmp_path, "one_at_a_time", PAY, HOURS, POLICIES)
    assert _names(design) == [
        ("2500", "4", "none"),
        ("3500", "4", "none"),
        ("4500", "4", "none"),
        ("2500", "2", "none"),
        ("2500", "8", "none"),
        ("2500", "4", "linkage"),
    ]
    assert design.plan[0].n_points == 6


def test_one_at_a_time_crossed_with_policies_has_the_policies_alone(tmp_path: Path) -> None:
    """Else there would be no reference for the effect of a policy where everything is at its base."""
    design = _read(tmp_path, "[{method: one_at_a_time, factors: [levers.pay]}, grid]", PAY, POLICIES)
    assert _names(design) == [
        ("2500", "none"), ("2500", "linkage"), ("3500", "none"), ("3500", "linkage"), ("4500", "none"), ("4500", "linkage"),
    ]  # fmt: skip


# --- samples


def test_a_latin_hypercube_hits_every_stratum_once(tmp_path: Path) -> None:
    design = _read(tmp_path, "{method: latin_hypercube, points: 40}", RANGE, HOURS)
    assert len(design.points) == 41
    for i, (low, high) in enumerate(((2500, 4500), (2, 8))):
        strata = sorted(math.floor((value - low) / (high - low) * 40) for value in _values(design, i))
        assert strata == list(range(40))


@given(n=st.integers(2, 60), n_factors=st.integers(1, 5), random=st.integers(0, 2**32 - 1))
def test_the_strata_of_any_latin_hypercube(n: int, n_factors: int, random: int) -> None:
    found = shares("latin_hypercube", n, n_factors, random)
    for column in zip(*found, strict=True):
        assert sorted(math.floor(share * n) for share in column) == list(range(n))
    assert shares("latin_hypercube", n, n_factors, random) == found


@given(power=st.integers(1, 7), n_factors=st.integers(1, 5), random=st.integers(0, 2**32 - 1))
def test_a_longer_sobol_sequence_begins_with_the_same_points(power: int, n_factors: int, random: int) -> None:
    shorter, longer = (shares("sobol", 2**one, n_factors, random) for one in (power, power + 1))
    assert longer[: len(shorter)] == shorter
    for column in zip(*longer, strict=True):  # and is even: each stratum once
        assert sorted(math.floor(share * len(longer)) for share in column) == list(range(len(longer)))


def test_a_grown_sobol_design_begins_with_the_same_points(tmp_path: Path) -> None:
    small, large = (_read(tmp_path, f"{{method: sobol, points: {n}}}", RANGE, HOURS, POLICIES) for n in (16, 64))
    assert _names(large)[:17] == _names(small)
    assert len(large.points) == 65
    assert small.scenario(small.points[16]).hash == large.scenario(large.points[16]).hash


def test_what_is_drawn_has_six_digits_and_stays_within(tmp_path: Path) -> None:
    design = _read(
        tmp_path,
        "{method: sobol, points: 64}",
        "parameters.grid_hazard: {range: [0.00012345678, 0.00012345679]}",
        RANGE,
    )
    assert set(_values(design)) <= {0.00012345678, 0.00012345679}
    assert all(len(f"{value:.15g}".replace(".", "")) <= 6 for value in _values(design, 1))
    assert len(set(_values(design, 1))) == 64


def test_random_makes_another_sample(tmp_path: Path) -> None:
    for method in ("sobol", "latin_hypercube"):
        samples = [
            _names(_read(tmp_path, f"{{method: {method}, points: 8{more}}}", RANGE))
            for more in ("", ", random: 1", ", random: 2")
        ]
        assert samples[0] == samples[1]
        assert set(samples[0]) & set(samples[2]) == {("2500",)}


def test_samples_draw_among_levels_evenly_and_each_point_occurs_once(tmp_path: Path) -> None:
    design = _read(tmp_path, "{method: latin_hypercube, points: 60}", PAY, HOURS)
    pays = [point.levels[0].name for point in design.points[1:]]
    assert {name: pays.count(name) for name in pays} == {"2500": 20, "3500": 20, "4500": 20}
    assert len(design.points) == 61
    few = _read(tmp_path, "{method: latin_hypercube, points: 60}", PAY, POLICIES)
    assert sorted(_names(few)) == sorted(itertools.product(["2500", "3500", "4500"], ["none", "linkage"]))
    assert few.plan[0].n_points == 60


# --- lists


def test_a_list(tmp_path: Path) -> None:
    points = (
        "[{levers.pay: 3500, policies: linkage}, {policies: [linkage, boundary-clarity]}, {levers.pay: 2500}, {},"
        " {parameters.task_hours: 2.5, uneven_load: uneven}, {parameters.task_hours: 4, levers.pay: 3500, policies: linkage},"
        " {policies: pilot}, {policies: {policy: linkage, stations: [town_1]}}]"
    )
    many = "policies: [none, linkage, [linkage, boundary-clarity], {name: pilot, policies: {policy: linkage, stations: town_1}}]"
    design = _read(tmp_path, f"{{method: list, points: {points}}}", PAY, many, HOURS, LOAD)
    assert _names(design) == [
        ("2500", "none", "4", "even"),
        ("3500", "linkage", "4", "even"),
        ("2500", "linkage + boundary-clarity", "4", "even"),
        ("2500", "none", "2.5", "uneven"),
        ("2500", "pilot", "4", "even"),
    ]
    assert design.points[0].levels[2] is design.factor("parameters.task_hours").base


def test_crossings(tmp_path: Path) -> None:
    plan = (
        "[{method: latin_hypercube, points: 8, factors: [parameters.task_hours, parameters.group_hours_base]}, grid,"
        " {method: list, factors: uneven_load, points: [{uneven_load: uneven}]}]"
    )
    design = _read(tmp_path, plan, POLICIES, HOURS, "parameters.group_hours_base: {range: declared}", LOAD)
    assert [one.n_points for one in design.plan] == [8, 2, 1]
    assert [one.factors for one in design.plan] == [
        ("parameters.group_hours_base", "parameters.task_hours"),
        ("policies",),
        ("uneven_load",),
    ]
    assert len(design.points) == 1 + 8 * 2
    sampled = {point.levels[1:3] for point in design.points[1:]}
    assert len(sampled) == 8
    for one in sampled:
        policies = [point.levels[0].name for point in design.points[1:] if point.levels[1:3] == one]
        assert policies == ["none", "linkage"]
    assert {point.levels[3].name for point in design.points[1:]} == {"uneven"}
    assert design.contrast == "policies"


# --- counts


MONTHS = "parameters.restraint_months: {range: declared}"  # 1 to 12


@pytest.mark.parametrize(("method", "points"), [("latin_hypercube", 96), ("sobol", 256)])
def test_a_sample_draws_every_whole_number_equally_often(tmp_path: Path, method: str, points: int) -> None:
    design = _read(tmp_path, f"{{method: {method}, points: {points}}}", MONTHS, HOURS)
    drawn = collections.Counter(_values(design))
    assert sorted(drawn) == list(range(1, 13))
    assert max(drawn.values()) - min(drawn.values()) <= 1
    for point in design.points[1:]:
        scenario = design.scenario(point)
        assert scenario.parameter_table().restraint_months[0] == point.levels[0].value
        assert point.levels[0].name == str(int(point.levels[0].value))


@given(low=st.integers(0, 60), wide=st.integers(1, 40), shares=st.lists(st.floats(0, 1, exclude_max=True), max_size=20))
def test_a_share_draws_a_whole_number_of_its_range(low: int, wide: int, shares: list[float]) -> None:
    own = Level("base", Text("", ""))
    factor = Factor("", "parameter", Text("", ""), "", "start", own, low=low, high=low + wide, is_whole=True)
    assert {factor.drawn((i + 0.5) / (wide + 1)) for i in range(wide + 1)} == set(range(low, low + wide + 1))
    for share in shares:
        assert factor.drawn(share) == low + math.floor(share * (wide + 1))


def test_the_steps_of_a_count_are_whole(tmp_path: Path) -> None:
    design = _read(tmp_path, "grid", "parameters.restraint_months: {range: declared, steps: 5}")
    assert [level.value for level in design.factors[0].levels] == [1, 4, 7, 9, 12]
    all_of_them = _read(tmp_path, "grid", "parameters.response_workdays: {range: declared, steps: 3}")
    assert [level.name for level in all_of_them.factors[0].levels] == ["1", "2", "3"]


def test_one_at_a_time_takes_a_count_to_both_ends(tmp_path: Path) -> None:
    design = _read(tmp_path, "one_at_a_time", MONTHS)
    assert _names(design) == [("6",), ("1",), ("12",)]


# --- what is wrong

BIG = [
    f"parameters.{name}: {{range: declared, steps: 100}}"
    for name in ("task_hours", "group_hours_base", "case_hours_mean")
]

# (what it is, the plan, factors, where, what would be right)
CASES: list[tuple[str, str, list[str], str, str]] = [
    ("unknown method", "gird", [PAY], ":4: plan:", "did you mean 'grid'"),
    ("unknown method of a mapping", "{method: sobl, points: 8}", [PAY], ":4: plan.method:", "did you mean 'sobol'"),
    ("no method", "{points: 8}", [PAY], ":4: plan:", "the key 'method' is missing"),
    ("sample in a word", "latin_hypercube", [RANGE], ":4: plan:", "write {method: latin_hypercube, points: 64}"),
    ("list in a word", "list", [PAY], ":4: plan:", "write {method: list, points: [{...}]}"),
    ("sample without points", "{method: sobol}", [RANGE], ":4: plan:", "the key 'points' is missing"),
    ("one point", "{method: latin_hypercube, points: 1}", [RANGE], ":4: plan.points:", "allowed: 2 to 100,000"),
    ("points of a grid", "{method: grid, points: 8}", [PAY], ":4: plan.points:", "unknown key; allowed: method, factors"),
    ("sobol of 100", "{method: sobol, points: 100}", [RANGE], ":4: plan.points:", "try 64 or 128, not '100'"),
    ("sobol of 70000", "{method: sobol, points: 70000}", [RANGE], ":4: plan.points:", "try 65,536, not"),
    ("random a word", "{method: sobol, points: 8, random: yes}", [RANGE], ":4: plan.random:", "must be a number"),
    ("grid of a range", "grid", [RANGE], ":6: factors.levers.pay:", "give the range 'steps', such as 5"),
    ("steps in a sample", "{method: sobol, points: 8}", [RANGE.replace("]}", "], steps: 5}")], ":6: factors.levers.pay.steps:", "leave 'steps' out"),
    ("too many points", "grid", BIG, ":4: plan:", "makes 1,000,000 points; a design has at most 100,000"),
    ("very many points", "grid", [f"{x.split(':')[0]}: {{range: declared, steps: 100}}" for x in [*BIG, *(f"levers.{n}:" for n in ("pay", "benefits", "promotion", "exam_bonus", "supervision"))]], ":4: plan:", "makes 1e+16 points"),
    ("too many crossed", "[{method: sobol, points: 65536, factors: levers.pay}, grid]", [RANGE, POLICIES], ":4: plan:", "makes 65,536 x 2 = 131,072 points"),
    ("no part", "[]", [PAY], ":4: plan:", "name a method such as grid"),
    ("unknown factor", "{method: grid, factors: [levers.pya]}", [PAY], ":4: plan.factors[1]:", "did you mean 'levers.pay'"),
    ("factor twice", "[{method: grid, factors: [levers.pay]}, {method: one_at_a_time, factors: [levers.pay]}]", [PAY], ":4: plan[2].factors[1]:", "in one part only"),
    ("factor in no part", "{method: grid, factors: [levers.pay]}", [PAY, POLICIES], ":4: plan:", "sets no level of policies; every factor belongs to one part"),
    ("no factor", "{method: grid, factors: []}", [PAY], ":4: plan.factors:", "at least one factor"),
    ("two parts for the rest", "[grid, one_at_a_time]", [PAY, POLICIES], ":4: plan[2]:", "say 'factors' for this part"),
    ("nothing is left", "[{method: grid, factors: [levers.pay]}, grid]", [PAY], ":4: plan[2]:", "left without factors"),
    ("empty list", "{method: list, points: []}", [PAY], ":4: plan.points:", "the list is empty"),
    ("entry no mapping", "{method: list, points: [3000]}", [PAY], ":4: plan.points[1]:", "must be a mapping"),
    ("entry of no factor", "{method: list, points: [{levers.pya: 3500}]}", [PAY], ":4: plan.points[1].levers.pya:", "did you mean 'levers.pay'"),
    ("number no level", "{method: list, points: [{levers.pay: 3000}]}", [PAY], ":4: plan.points[1].levers.pay:", "'3000' is no level of levers.pay (did you mean '3500'?); it has 2500, 3500, 4500"),
    ("number out of range", "{method: list, points: [{levers.pay: 5000}]}", [RANGE], ":4: plan.points[1].levers.pay:", "allowed: 2,500 to 4,500"),
    ("word for a number", "{method: list, points: [{levers.pay: high}]}", [RANGE], ":4: plan.points[1].levers.pay:", "'high' is no level of levers.pay; it has 2500, 2500-4500"),
    ("list for a number", "{method: list, points: [{levers.pay: [3500]}]}", [PAY], ":4: plan.points[1].levers.pay:", "a list is no level of levers.pay"),
    ("policy no level", "{method: list, points: [{policies: incentives}]}", [POLICIES], ":4: plan.points[1].policies:", "'incentives' is no level of policies; it has none, linkage"),
    ("policies no level", "{method: list, points: [{policies: [linkage, incentives]}]}", [POLICIES], ":4: plan.points[1].policies:", "'linkage + incentives' is no level of policies"),
    ("policy unknown", "{method: list, points: [{policies: [linkages]}]}", [POLICIES], ":4: plan.points[1].policies[1]:", "did you mean 'linkage'"),
    ("variant unknown", "{method: list, points: [{uneven_load: unevn}]}", [LOAD], ":4: plan.points[1].uneven_load:", "did you mean 'uneven'"),
    ("levels of a count", "grid", ["parameters.group_least: {levels: [7.1, 7.9, 8]}"], ":6: factors.parameters.group_least.levels[1]:", "must be a whole number, not '7.1'; allowed: 1 to 100 (needs)"),
    ("end of a count", "{method: sobol, points: 8}", ["parameters.group_least: {range: [4, 7.5]}"], ":6: factors.parameters.group_least.range[2]:", "must be a whole number, not '7.5'"),
    ("entry of a count", "{method: list, points: [{parameters.group_least: 7.5}]}", ["parameters.group_least: {range: declared}"], ":4: plan.points[1].parameters.group_least:", "must be a whole number, not '7.5'; allowed: 3 to 8"),
    ("steps of a count", "grid", ["parameters.response_workdays: {range: declared, steps: 4}"], ":6: factors.parameters.response_workdays.steps:", "there are only 3 whole numbers from 1 to 3"),
    ("contrast of a range", "{method: sobol, points: 8}\ncontrast: levers.pay", [RANGE], ":5: contrast:", "has no levels to compare"),
]  # fmt: skip


@pytest.mark.parametrize("tongue", ["en", "zh"])
@every("case", CASES, said=lambda case: case[0])
def test_one_sentence(tmp_path: Path, case: tuple[str, str, list[str], str, str], tongue: str) -> None:
    _, plan, factors, where, said = case
    language.use(tongue)
    try:
        with pytest.raises(Mistake) as caught:
            _read(tmp_path, plan, *factors)
    finally:
        language.use("en")
    sentence = str(caught.value)
    assert sentence.startswith(str(tmp_path / "design.yaml"))
    assert "\n" not in sentence
    if tongue == "en":
        assert where in sentence, sentence
        assert said in sentence, sentence
    else:
        assert sum("\u4e00" <= letter <= "\u9fff" for letter in sentence) >= 2, sentence


def test_every_method_is_tried_here() -> None:
    assert tuple(METHODS) == ("grid", "latin_hypercube", "sobol", "one_at_a_time", "list")
