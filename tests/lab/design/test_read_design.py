"""Designs read right, and wrong in eighty ways: one sentence each, with the file, the line and the key."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from cities import SMALL
from every import every

from sim import language
from sim.lab.design import read_design as module
from sim.lab.design.design import BASE_NAME, Design, Level, Window
from sim.lab.design.read_design import DEFAULT_OUTCOMES, find_design, read_design
from sim.lab.design.windows import months_of
from sim.lab.run.agenda import agenda_of
from sim.lab.worlds import check_shared_history
from sim.language import Text
from sim.mistakes import Mistake
from sim.observations import MEASURES, STATION_MONTH
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS

GOOD = """\
kind: design
question: {en: "Q", zh: "问"}
base: t-city
factors:
  levers.pay: [2500, 3500]
  policies: [none, boundary-clarity, [boundary-clarity, linkage]]
  mix:
    variants:
      even: {}
      uneven: {levers: {administrative_burden: [1, {value: 2, stations: [town_1]}]}}
plan: grid
seeds: {until: {coverage: 0.005}, at_most: 400}
outcomes: [coverage, trust]
window: {first: 2026-01, last: 2027-12}
keep: {months: [coverage], towns: [trust]}
contrast: policies
"""

PAY = "levers.pay: [2500, 3500]"
POLICIES = "policies: [none, boundary-clarity, [boundary-clarity, linkage]]"
LAST = "[boundary-clarity, linkage]]"
UNEVEN = "uneven: {levers: {administrative_burden: [1, {value: 2, stations: [town_1]}]}}"
SEEDS = "seeds: {until: {coverage: 0.005}, at_most: 400}"

# (what it is, text to replace in the good file, what stands there instead, where: line and key, what would be right)
CASES: list[tuple[str, str, str, str, str]] = [
    # the file
    ("no kind", "kind: design\n", "", ":1:", "the key 'kind' is missing"),
    ("a city", "kind: design", "kind: city", ":1: kind:", "must be design"),
    ("kind near", "kind: design", "kind: desing", ":1: kind:", "did you mean 'design'"),
    ("unknown key", "plan: grid", "plan: grid\nrepeats: 3", ":12: repeats:", "unknown key; allowed: kind, question"),
    ("mistyped key", "outcomes:", "outcome:", ":13: outcome:", "did you mean 'outcomes'"),
    ("key twice", "plan: grid", "plan: grid\nplan: grid", ":12: the key 'plan'", "first in line 11"),
    ("no question", 'question: {en: "Q", zh: "问"}\n', "", ":1:", "the key 'question' is missing"),
    ("empty question", 'question: {en: "Q", zh: "问"}', "question: {}", ":2: question:", "must have en, zh or both"),
    ("no factors", f"factors:\n  {PAY}\n  {POLICIES}\n", "factors: {}\nx:\n", ":5: x:", "unknown key"),
    # the base
    ("no such base", "base: t-city", "base: t-ctiy", ":3: base:", "did you mean 't-city'"),
    ("base a policy", "base: t-city", "base: linkage", ":3: base:", "there is no city 'linkage'"),
    ("base a file that is none", "base: t-city", "base: my.yaml", ":3: base:", "no file 'my.yaml' beside the design"),
    ("base a file mistyped", "base: t-city", "base: desgin.yaml", ":3: base:", "beside the design (did you mean 'design.yaml'?)"),
    ("base key", "base: t-city", "base: {scenari: t-city}", ":3: base.scenari:", "did you mean 'scenario'"),
    ("base lever", "base: t-city", "base: {levers: {payy: 3000}}", ":3: base.levers.payy:", "did you mean 'pay'"),
    ("base lever out of range", "base: t-city", "base: {levers: {pay: 3}}", ":3: base.levers.pay:", "2,000 to 8,000"),
    ("base station", "base: t-city", "base: {levers: {pay: {value: 3000, stations: [town_10]}}}", ":3: base.levers.pay:", "did you mean 'town_1'"),
    ("base shares", "base: t-city", "base: {parameters: {centre_share: 0.9, other_share: 0.9}}", ":3: base.parameters.other_share:", "must not be more than 1 (the base)"),
    ("base city key", "base: t-city", "base: {city: {levers: {pay: 3000}}}", ":3: base.city.levers:", "unknown key"),
    ("base calendar", "base: t-city", "base: {city: {end: 2027-12-30}}", ":3: base.city.end:", "last day of a month (the base)"),
    ("base policy", "base: t-city", "base: {policies: linkages}", ":3: base.policies:", "did you mean 'linkage'"),
    # factors
    ("short name of a lever", PAY, "pay: [2500, 3500]", ":5: factors.pay:", "did you mean 'levers.pay'"),
    ("mistyped lever", PAY, "levers.payy: [2500, 3500]", ":5: factors.levers.payy:", "did you mean 'levers.pay'"),
    ("mistyped group", PAY, "lever.pay: [2500, 3500]", ":5: factors.lever.pay:", "did you mean 'levers.pay'"),
    ("lever under parameters", PAY, "parameters.pay: [2500, 3500]", ":5: factors.parameters.pay:", "did you mean 'levers.pay'"),
    ("policy for policies", "policies: [n", "policy: [n", ":6: factors.policy:", "did you mean 'policies'"),
    ("upper case", "  mix:", "  Mix:", ":7: factors.Mix:", "lower-case letters"),
    ("name of a column", "  mix:", "  seed:", ":7: factors.seed:", "column of results; choose another"),
    ("name of an outcome", "  mix:", "  trust:", ":7: factors.trust:", "column of results; choose another"),
    ("level out of range", PAY, "levers.pay: [2500, 350]", ":5: factors.levers.pay[2]:", "allowed: 2,000 to 8,000"),
    ("level text", PAY, "levers.pay: [2500, much]", ":5: factors.levers.pay[2]:", "must be a number"),
    ("level with a comma", PAY, "levers.pay: ['3,500']", ":5: factors.levers.pay[1]:", "write the number alone, 3500"),
    ("two alike", PAY, "levers.pay: [3500, 2500, 3500.0]", ":5: factors.levers.pay[3]:", "did you write two alike"),
    ("no level", PAY, "levers.pay: []", ":5: factors.levers.pay:", "name at least one level"),
    ("only the base", PAY, "levers.pay: [2500]", ":5: factors.levers.pay[1]:", "name another level, too"),
    ("levels and range", PAY, "levers.pay: {levels: [3000], range: declared}", ":5: factors.levers.pay:", "either 'levels' or 'range'"),
    ("neither", PAY, "levers.pay: {since: start}", ":5: factors.levers.pay:", "either 'levels' or 'range'"),
    ("unknown key of a factor", PAY, "levers.pay: {rnage: declared}", ":5: factors.levers.pay.rnage:", "did you mean 'range'"),
    ("range a word", PAY, "levers.pay: {range: declred, steps: 2}", ":5: factors.levers.pay.range:", "did you mean 'declared'"),
    ("range of three", PAY, "levers.pay: {range: [1, 2, 3], steps: 2}", ":5: factors.levers.pay.range:", "[low, high] or declared"),
    ("range falls", PAY, "levers.pay: {range: [4000, 3000], steps: 2}", ":5: factors.levers.pay.range:", "4,000 is not below 3,000"),
    ("range too wide", PAY, "levers.pay: {range: [1000, 3000], steps: 2}", ":5: factors.levers.pay.range[1]:", "allowed: 2,000 to 8,000"),
    ("one step", PAY, "levers.pay: {range: declared, steps: 1}", ":5: factors.levers.pay.steps:", "allowed: 2 to 100"),
    ("half a step", PAY, "levers.pay: {range: declared, steps: 2.5}", ":5: factors.levers.pay.steps:", "whole number"),
    ("steps of levels", PAY, "levers.pay: {levels: [3000], steps: 2}", ":5: factors.levers.pay.steps:", "belongs to a range"),
    ("since when", PAY, "levers.pay: {levels: [3000], since: policy}", ":5: factors.levers.pay.since:", "did you mean 'policies'"),
    ("101 levels", PAY, f"levers.pay: {list(range(3000, 3101))}", ":5: factors.levers.pay:", "at most 100"),
    ("posts since the start", f"  {PAY}\n", "  posts.add: {levels: [1], since: start}\n", ":5: factors.posts.add.since:", "unknown key"),
    ("half a post", f"  {PAY}\n", "  posts.add: [0.5]\n", ":5: factors.posts.add", "whole number"),
    ("a range of posts that nobody declared", f"  {PAY}\n", "  posts.add: {range: declared}\n", ":5: factors.posts.add.range:", "no plausible range"),
    ("posts by themselves", f"  {PAY}\n", "  posts: [1]\n", ":5: factors.posts:", "did you mean 'posts.add'"),
    ("posts by a policy, too", f"  {PAY}\n", "  posts.add: [1]\n  mine: {since: policies, variants: {x: {policies: hire-two}}}\n", ":5: factors.posts.add:", "so does the policy 'hire-two'"),
    ("posts for a tag that is not there", f"  {PAY}\n", "  posts.add: {levels: [1], stations: {tag: rural}}\n", "factors.posts.add", "no town has the tag 'rural'"),
    ("201 factors", f"  {PAY}\n", "".join(f"  parameters.{name}: {{range: declared}}\n" for name in PARAMETERS) + "".join(f"  own_{i}: {{variants: {{a: {{}}}}}}\n" for i in range(10)), ":4: factors:", "at most 200"),
    # policies
    ("no such policy", "[none, boundary-clarity,", "[none, boundary-clearity,", ":6: factors.policies[2]:", "did you mean 'boundary-clarity'"),
    ("a city as policy", "[none, boundary-clarity,", "[none, t-city,", ":6: factors.policies[2]:", "no policy 't-city'"),
    ("none with others", LAST, "[none, linkage]]", ":6: factors.policies[3][1]:", "stands alone"),
    ("policy twice", LAST, "[linkage, linkage]]", ":6: factors.policies[3][2]:", "'linkage' stands twice"),
    ("no policy in a list", LAST, "[]]", ":6: factors.policies[3]:", "write none for no policy"),
    ("level twice", LAST, "boundary-clarity]", ":6: factors.policies[3]:", "did you write two alike"),
    ("name of another", LAST, "{name: none, policies: linkage}]", ":6: factors.policies[3]:", "two levels are called 'none'"),
    ("level key", LAST, "{name: x, policy_list: linkage}]", ":6: factors.policies[3].policy_list:", "allowed: name, title, policies"),
    ("level without policies", LAST, "{name: x}]", ":6: factors.policies[3]:", "the key 'policies' is missing"),
    ("delay key", LAST, "{policy: linkage, after: 6}]", ":6: factors.policies[3].after:", "allowed: policy, after_months, stations"),
    ("delay negative", LAST, "{policy: linkage, after_months: -6}]", ":6: factors.policies[3].after_months:", "allowed: 0 to 480"),
    ("delay beyond the run", LAST, "{policy: linkage, after_months: 36}]", ":6: factors.policies[3]:", "allowed: 2025-01 to 2027-12 (policies' start to end of run) (point 2: policies = linkage after 36)"),
    ("no such station", LAST, "{policy: linkage, stations: [town_1, twon_2]}]", ":6: factors.policies[3]:", "did you mean 'town_2'"),
    ("no station", LAST, "{policy: linkage, stations: []}]", ":6: factors.policies[3].stations:", "leave it out for all stations"),
    ("parameters at a station", LAST, "{policy: five-society-linkage, stations: [town_1]}]", ":6: factors.policies[3]:", "leave 'stations' out"),
    ("since of policies", POLICIES, "policies: {levels: [linkage], since: start}", ":6: factors.policies.since:", "allowed: levels, title"),
    ("number and policy", PAY, "levers.administrative_burden: [1, 2]", ":5: factors.levers.administrative_burden:", "'boundary-clarity' changes it, too; write 'since: start'"),
    # cities and variants
    ("no such city", f"  {PAY}", "  scenario: [t-city, guangzou]", ":5: factors.scenario[2]:", "did you mean 'guangzhou'"),
    ("city twice", f"  {PAY}", "  scenario: [guangzhou, models/guangzhou]", ":5: factors.scenario[2]:", "did you write two alike"),
    ("no variants", "    variants:\n      even: {}", "    variant:\n      even: {}", ":7: factors.mix:", "needs the key 'variants'"),
    ("empty variants", f"      even: {{}}\n      {UNEVEN}", "      {}", ":8: factors.mix.variants:", "name at least one level"),
    ("two as the base", UNEVEN, "uneven: {title: x}", ":10: factors.mix.variants.uneven:", "and so does 'even'; keep one"),
    ("variant key", UNEVEN, "uneven: {lever: {pay: 3000}}", ":10: factors.mix.variants.uneven.lever:", "did you mean 'levers'"),
    ("variant null", UNEVEN, "uneven:", ":10: factors.mix.variants.uneven:", "must be a mapping"),
    ("variant station", "[town_1]", "[town_0]", ":10: factors.mix.variants.uneven.levers.administrative_burden[2]:", "did you mean"),
    ("city since policies", f"    variants:\n      even: {{}}\n      {UNEVEN}", "    since: policies\n    variants:\n      x: {scenario: guangzhou}", ":10: factors.mix.variants.x.scenario:", "write 'since: start'"),
    ("two set one lever", PAY, "levers.administrative_burden: {levels: [2], since: start}", ":7: factors.mix:", "changes levers.administrative_burden from the first day, and so does the factor 'levers.administrative_burden'"),
    # seeds
    ("no seeds", SEEDS, "", ":1:", "the key 'seeds' is missing; e.g. seeds: 40"),
    ("seed 0", SEEDS, "seeds: 0", ":12: seeds:", "allowed: 1 to 100,000"),
    ("seeds a half", SEEDS, "seeds: 1.5", ":12: seeds:", "whole number"),
    ("too many runs", SEEDS, "seeds: 90000", ":12: seeds:", "12 points x 90,000 seeds are 1,080,000 runs; a design has at most 1,000,000, here 83,333 seeds"),
    ("no cap", ", at_most: 400", "", ":12: seeds:", "the key 'at_most' is missing"),
    ("no rule", "until: {coverage: 0.005}, ", "", ":12: seeds:", "the key 'until' is missing"),
    ("until nothing", "until: {coverage: 0.005}", "until: {}", ":12: seeds.until:", "such as coverage: 0.005"),
    ("until what", "until: {coverage", "until: {coverge", ":12: seeds.until.coverge:", "did you mean 'coverage'"),
    ("width 0", "0.005", "0", ":12: seeds.until.coverage:", "more than 0"),
    ("width negative", "0.005", "-1", ":12: seeds.until.coverage:", "out of range"),
    ("at least 1", "at_most: 400", "at_most: 400, at_least: 1", ":12: seeds.at_least:", "allowed: 2 to 400"),
    ("at least too many", "at_most: 400", "at_most: 400, at_least: 401", ":12: seeds.at_least:", "allowed: 2 to 400"),
    ("of what", "at_most: 400", "at_most: 400, of: effect", ":12: seeds.of:", "did you mean 'effects'"),
    # what is measured
    ("no such outcome", "outcomes: [coverage, trust]", "outcomes: [coverage, thrust]", ":13: outcomes[2]:", "did you mean 'trust'"),
    ("outcome twice", "outcomes: [coverage, trust]", "outcomes: [trust, trust]", ":13: outcomes[2]:", "stands twice"),
    ("no outcome", "outcomes: [coverage, trust]", "outcomes: []", ":13: outcomes:", "leave it out"),
    ("window key", "window: {first", "window: {from", ":14: window.from:", "allowed: first, last"),
    ("window a day", "first: 2026-01", "first: 2026-01-01", ":14: window.first:", "YYYY-MM"),
    ("window falls", "last: 2027-12", "last: 2025-12", ":14: window.last:", "must not be before the first month, 2026-01"),
    ("window too early", "first: 2026-01", "first: 2020-01", ":14: window:", "2020-01 to 2027-12 is no part of the run, 2021-03 to 2027-12"),
    ("window too late", "last: 2027-12", "last: 2028-01", ":14: window:", "2021-03 to 2027-12"),
    ("keep what", "months: [coverage]", "months: [coverge]", ":15: keep.months[1]:", "did you mean 'coverage'"),
    ("keep where", "keep: {months", "keep: {month", ":15: keep.month:", "did you mean 'months'"),
    ("variant that vanishes", "uneven:", "nan:", ":10: factors.mix.variants.nan:", "read back from tables as a missing value"),
    ("variant that runs", "uneven:", "'+1':", ":10: factors.mix.variants.+1:", "begins with '+', so spreadsheets would run it"),
    ("level that runs", LAST, "{name: '@x', policies: [linkage]}]", ":6: factors.policies[3]:", "begins with '@', so spreadsheets"),
    ("level that vanishes", LAST, "{name: 'NA', policies: [linkage]}]", ":6: factors.policies[3]:", "as a missing value"),
    ("outcome cost", "outcomes: [coverage, trust]", "outcomes: [cost]", ":13: outcomes[1]:", "did you mean 'cost_per_met_need', 'cost_per_year'"),
    ("contrast what", "contrast: policies", "contrast: policy", ":16: contrast:", "did you mean 'policies'"),
]  # fmt: skip


def _file(folder: Path, text: str) -> Path:
    file = folder / "design.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _read(folder: Path, text: str) -> Design:
    return read_design(_file(folder, text))


def _with(factors: str, more: str = "seeds: 10", base: str = "t-city") -> str:
    return f"kind: design\nquestion: Q\nbase: {base}\nfactors: {factors}\n{more}\n"


def _at(design: Design, **names: str) -> int:
    """The number of the point where the factors named (of several, all after the last dot) stand at these levels."""
    shorts = [factor.name.split(".")[-1] for factor in design.factors]
    (found,) = [
        point.number
        for point in design.points
        if all(point.levels[shorts.index(name)].name == level for name, level in names.items())
    ]
    return found


def test_the_good_design_is_good(tmp_path: Path) -> None:
    design = _read(tmp_path, GOOD)
    assert len(design.points) == 12
    assert [factor.kind for factor in design.factors] == ["lever", "policies", "variants"]
    assert (design.seeds.at_least, design.seeds.at_most, design.seeds.of) == (20, 400, "levels")
    assert design.contrast == "policies"
    assert design.window == Window("2026-01", "2027-12")
    assert design.plain["window"] == {"first": "2026-01", "last": "2027-12"}
    json.dumps(design.to_mapping())


def test_there_are_eighty() -> None:
    assert len(CASES) >= 80
    assert len({case[0] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("tongue", ["en", "zh"])
@every("case", CASES, said=lambda case: case[0])
def test_one_sentence(tmp_path: Path, case: tuple[str, str, str, str, str], tongue: str) -> None:
    _, old, new, where, said = case
    assert old in GOOD
    file = _file(tmp_path, GOOD.replace(old, new, 1))
    language.use(tongue)
    try:
        with pytest.raises(Mistake) as caught:
            read_design(file)
    finally:
        language.use("en")
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 900
    assert sentence.startswith(str(file))
    if tongue == "en":
        assert where in sentence, sentence
        assert said in sentence, sentence
    else:
        assert sum("\u4e00" <= letter <= "\u9fff" for letter in sentence) >= 2, sentence


def test_what_is_wrong_with_a_policy_file_is_told_with_the_point(tmp_path: Path) -> None:
    """The policies' own files are at fault, at this point of the design."""
    said = (
        "kind: policy\ntitle: {en: T, zh: 题}\nproposer: {en: P, zh: 某}\nsource: {en: S, zh: 源}\nlevers: {pay: %d}\n"
    )
    for name, pay in (("low", 3000), ("high", 3500)):
        (tmp_path / f"{name}.yaml").write_text(said % pay, encoding="utf-8")
    text = GOOD.replace(LAST, "[low.yaml, high.yaml]]", 1)
    with pytest.raises(Mistake) as caught:
        _read(tmp_path, text)
    sentence = str(caught.value)
    assert "high.yaml:5: levers.pay: pay changes while an earlier change (" in sentence
    assert sentence.endswith("(point 2: policies = low + high)")


# --- where designs are


def test_a_design_is_a_file_a_folder_or_a_shipped_name(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("own", "shipped/pay-and-burden", "shipped/own"):
        (here / folder).mkdir(parents=True)
        _file(here / folder, GOOD)
    (here / "plain.yml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(module, "experiments_folder", lambda: here / "shipped")
    assert list(module.shipped_designs()) == ["own", "pay-and-burden"]
    assert find_design("plain.yml") == Path("plain.yml")
    assert find_design("own") == Path("own/design.yaml"), "one's own folder comes first"
    assert find_design(here / "own") == here / "own" / "design.yaml"
    assert find_design("pay-and-burden") == here / "shipped" / "pay-and-burden" / "design.yaml"
    assert [read_design(name).name for name in ("plain.yml", "own", "pay-and-burden")] == [
        "plain", "own", "pay-and-burden",
    ]  # fmt: skip
    monkeypatch.chdir(here / "own")
    assert read_design("design.yaml").name == "own"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pay-and-burdn", "did you mean 'pay-and-burden'?); give the path of a .yaml file, or of a folder that holds"),
        ("mine", "did you mean 'mine.yaml'?"),
        ("empty", "the folder empty holds no design.yaml"),
        ("none.yaml", "none.yaml: there is no such file"),
        ("small.yaml", "small.yaml:1: kind: must be design, not 'city'"),
        ("two\nlines", "there is no design 'two lines'; give"),
        ("a" * 5000, "there is no design 'aaa"),
    ],
)
def test_names_that_lead_nowhere(here: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    (here / "shipped/pay-and-burden").mkdir(parents=True)
    (here / "empty").mkdir()
    _file(here / "shipped/pay-and-burden", GOOD)
    (here / "mine.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(module, "experiments_folder", lambda: here / "shipped")
    with pytest.raises(Mistake) as caught:
        read_design(name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_paths_count_from_the_design(here: Path) -> None:
    folder = here / "question"
    folder.mkdir()
    (folder / "tiny.yaml").write_text(SMALL.replace("population: 4000", "population: 400"), encoding="utf-8")
    (folder / "own.yaml").write_text(
        "kind: policy\ntitle: Own\nproposer: p\nsource: s\nlevers: {pay: 4000}\n", encoding="utf-8"
    )
    design = _read(
        folder, _with("{policies: [none, own.yaml], scenario: [tiny.yaml, ../small.yaml]}", base="tiny.yaml")
    )
    assert [level.name for level in design.factor("scenario").levels] == ["tiny", "small"]
    assert design.base_scenario.towns[0].population == 400
    other = design.scenario(design.points[_at(design, scenario="small", policies="own")])
    assert other.towns[0].population == 4000
    assert other.lever_table()["pay"][-1, 0] == 4000
    # An edited city is read anew.
    (folder / "tiny.yaml").write_text(SMALL.replace("population: 4000", "population: 500"), encoding="utf-8")
    assert read_design(folder).base_scenario.towns[0].population == 500


# --- numbers


def test_since_when_a_level_holds(tmp_path: Path) -> None:
    text = _with(
        "{levers.pay: [3000], parameters.task_hours: [5], levers.benefits: {levels: [1], since: start},"
        " parameters.quit_floor: {levels: [0.08], since: policies}}",
        "plan: one_at_a_time\nseeds: 10",
    )
    design = _read(tmp_path, text)
    base = design.base_scenario
    policies_start = base.policy_month
    for name, table, first, value in (
        ("pay", "lever_table", policies_start, 3000),
        ("task_hours", "parameter_table", 0, 5),
        ("benefits", "lever_table", 0, 1),
        ("quit_floor", "parameter_table", policies_start, 0.08),
    ):
        point = next(one for one in design.points if any(level.value == value for level in one.levels))
        made = getattr(design.scenario(point), table)()
        expected = getattr(base, table)().copy()
        expected[name][first:] = value
        np.testing.assert_array_equal(made, expected)


def test_points_that_act_since_the_policies_share_the_bases_history(tmp_path: Path) -> None:
    text = _with(
        "{levers.pay: [2500, 4000], parameters.quit_floor: {levels: [0.08], since: policies}, policies: [none, linkage],"
        " mix: {since: policies, variants: {x: {levers: {supervision: 0.4}, policies: own-resources}}}}"
    )
    design = _read(tmp_path, text)
    arms = {str(point.number): design.scenario(point) for point in design.points}
    assert len(arms) == 2 * 1 * 2 * 1 + 1
    check_shared_history(arms)
    tables = {scenario.lever_table().tobytes() for scenario in arms.values()}
    assert len(tables) == len(arms), "they differ afterwards"
    start = _read(tmp_path, text.replace("[2500, 4000]", "{levels: [2500, 4000], since: start}"))
    with pytest.raises(Mistake, match="do not share"):
        check_shared_history({str(point.number): start.scenario(point) for point in start.points})


def test_the_bases_own_value_is_the_base(tmp_path: Path) -> None:
    design = _read(tmp_path, _with("{levers.pay: [2500, 3500], parameters.task_hours: {range: [4, 8], steps: 3}}"))
    pay, hours = design.factors
    assert pay.levels[0] is pay.base
    assert pay.base == Level("2500", pay.base.title, pay.base.patch, LEVERS["pay"].default)
    assert pay.base.patch.is_empty
    assert [level.value for level in hours.levels] == [4, 6, 8]
    assert hours.levels[0] is hours.base
    assert (pay.unit, pay.since, hours.since) == ("yuan per month", "policies", "start")
    assert (pay.title.en, hours.title.zh) == ("Pay", "单项任务平均工时")
    assert len(design.points) == 6


@pytest.mark.parametrize(
    ("base", "pay"),
    [
        ("t-city", 2500),
        ("{levers: {pay: 3000}}", 3000),
        ("{levers: {pay: [2600, {value: 2700, from: 2022-01}]}}", 2700),
        ("{levers: {pay: [2600, {value: 2700, from: 2026-01}]}}", math.nan),
        ("{levers: {pay: [2600, {value: 2700, stations: [town_3]}]}}", math.nan),
        ("{policies: third-party-pay}", math.nan),
        ("guangzhou", 4800),
    ],
)
def test_the_value_of_the_base(tmp_path: Path, base: str, pay: float) -> None:
    factor = _read(tmp_path, _with("{levers.pay: {levels: [3500], since: policies}, policies: [none, linkage]}", base=base)
                   if "third" not in base else _with("{levers.pay: {levels: [3500], since: start}}", base=base)).factors[0]  # fmt: skip
    assert factor.base.value == pay or (math.isnan(pay) and math.isnan(factor.base.value))
    assert factor.base.name == (BASE_NAME if math.isnan(pay) else f"{pay:g}")


def test_a_number_that_another_factor_moves_has_no_value_at_the_base(tmp_path: Path) -> None:
    """Else "pay = 2500" in Guangzhou, where pay is 4,800, would be run at 4,800."""
    design = _read(tmp_path, _with("{levers.pay: {levels: [2500, 3500], since: start}, scenario: [t-city, guangzhou]}"))
    assert math.isnan(design.factors[0].base.value)
    point = design.points[_at(design, pay="2500", scenario="guangzhou")]
    assert (design.scenario(point).lever_table()["pay"] == 2500).all()
    assert (
        design.scenario(design.points[0]).hash
        == design.scenario(design.points[_at(design, pay="2500", scenario="t-city")]).hash
    )
    alone = _read(
        tmp_path, _with("{levers.pay: [2500, 3500], scenario: [t-city, guangzhou]}", "plan: one_at_a_time\nseeds: 2")
    )
    point = alone.points[_at(alone, pay=BASE_NAME, scenario="guangzhou")]
    assert (alone.scenario(point).lever_table()["pay"] == 4800).all()


def test_levels_are_run_as_written(tmp_path: Path) -> None:
    design = _read(tmp_path, _with("{parameters.grid_hazard: [0.00035512345]}"))
    assert design.factors[0].levels[0].name == "0.00035512345"
    assert design.scenario(design.points[1]).parameter_table()["grid_hazard"][0] == 0.00035512345


def test_posts_that_are_added(tmp_path: Path) -> None:
    """At every station or some, from the policies' start on, beside what the city makes of posts."""
    text = _with("{posts.add: [0, 1, -1], policies: [none, linkage]}", base="lakeside-grows")
    design = _read(tmp_path, text)
    (factor,) = [one for one in design.factors if one.name == "posts.add"]
    assert factor.levels[0] is factor.base
    assert (factor.kind, factor.since, factor.base.value, factor.is_whole) == ("posts", "policies", 0, True)
    start, before = design.base_scenario.policy_month, design.base_scenario.lever_table()["posts"]
    for point in design.points:
        scenario = design.scenario(point)
        months = range(scenario.n_months)
        closes = [town.opening(scenario.start, scenario.n_months)[1] for town in scenario.towns]
        acts = np.array([[start <= month < end for end in closes] for month in months])
        np.testing.assert_array_equal(scenario.lever_table()["posts"], before + point.levels[0].value * acts)
    check_shared_history({str(point.number): design.scenario(point) for point in design.points})
    some = _read(tmp_path, _with("{posts.add: {levels: [2], stations: {tag: rural}}}", base="lakeside"))
    assert some.factors[0].title == Text(
        "Posts added at each station, at towns tagged rural", "每站增设岗位（仅标签为“rural”的镇）"
    )
    more = some.scenario(some.points[1]).lever_table()["posts"] - some.base_scenario.lever_table()["posts"]
    assert more[-1].tolist() == [0, 2, 2, 2]
    drawn = _read(tmp_path, _with("{posts.add: {range: [0, 3], steps: 4}}"))
    assert [level.value for level in drawn.factors[0].levels] == [0, 1, 2, 3]


# --- the base, cities, variants


def test_what_the_base_says_is_laid_over_the_city(tmp_path: Path) -> None:
    base = "{scenario: guangzhou, policies: [linkage], levers: {pay: 5000}, parameters: {task_hours: 5}, city: {end: 2026-12-31}}"
    scenario = _read(tmp_path, _with("{levers.exam_bonus: [1000]}", base=base)).base_scenario
    assert str(scenario.end) == "2026-12-31"
    assert (scenario.lever_table()["pay"] == 5000).all()
    assert (scenario.lever_table()["benefits"] == load_scenario("guangzhou").lever_table()["benefits"][0, 0]).all()
    assert (scenario.parameter_table()["task_hours"] == 5).all()
    assert [policy.name for policy in scenario.policies] == ["linkage"]


def test_variants(tmp_path: Path) -> None:
    text = GOOD.replace("even: {}", "wide: {city: {general_sample: 0.2}, policies: [linkage]}", 1)
    text = text.replace(", [boundary-clarity, linkage]", "")
    design = _read(tmp_path, text)
    factor = design.factor("mix")
    assert (factor.base.name, [level.name for level in factor.levels]) == (BASE_NAME, ["wide", "uneven"])
    wide = design.scenario(design.points[_at(design, pay="2500", policies="none", mix="wide")])
    assert wide.general_sample == 0.2
    assert [policy.name for policy in wide.policies] == ["linkage"]
    burden = design.scenario(design.points[_at(design, pay="2500", policies="none", mix="uneven")]).lever_table()[
        "administrative_burden"
    ]
    assert (burden[:, 0] == 2).all()
    assert (burden[:, 1:] == 1).all()


# --- policies


def test_the_titles_and_names_of_policies(tmp_path: Path) -> None:
    text = _with(
        "{policies: [none, linkage, [boundary-clarity, {policy: linkage, after_months: 6}],"
        " {name: pilot, title: {en: P, zh: 点}, policies: {policy: linkage, stations: [town_1, town_2]}}]}"
    )
    levels = _read(tmp_path, text).factors[0].levels
    assert [level.name for level in levels] == ["none", "linkage", "boundary-clarity + linkage after 6", "pilot"]
    assert levels[2].title.en == "Boundary clarity + Linkage, 6 months later"
    assert levels[2].title.zh == "厘清边界 + 多方联动（推迟 6 个月）"
    assert levels[3].title.to_plain() == {"en": "P", "zh": "点"}
    assert levels[3].patch.policies[0].name == "linkage at town_1, town_2"


def test_a_policy_that_starts_later_at_some_stations(tmp_path: Path) -> None:
    text = _with("{policies: [none, {policy: boundary-clarity, after_months: 12, stations: [town_2, town_9]}]}")
    design = _read(tmp_path, text)
    made, base = design.scenario(design.points[1]).lever_table(), design.base_scenario.lever_table()
    first = design.base_scenario.policy_month + 12
    assert first == 46 + 12
    expected = base.copy()
    for row in (1, 8):
        for month in range(first, len(base)):
            j = month - first + 1
            expected["boundary_clarity"][month, row] = 0.2 + 0.6 * min(j, 6) / 6
            expected["administrative_burden"][month, row] = 1 - 0.3 * min(j, 12) / 12
            expected["publicity_emphasis"][month, row] = 1 - 0.3 * min(j, 12) / 12
            expected["supervision"][month, row] = 0.5
            expected["cadre_training"][month, row] = 0.3
            expected["service_standards"][month, row] = 0.2 + 0.4 * min(j, 12) / 12
    for name in LEVERS:
        np.testing.assert_allclose(made[name], expected[name], rtol=1e-12, err_msg=name)


def test_a_pilot_changes_parameters_at_its_stations_alone(tmp_path: Path) -> None:
    said = "kind: policy\ntitle: P\nproposer: p\nsource: s\nparameters: {hire_rate: {factor: 0.5}, task_hours: {value: 6, stations: [a]}}\n"
    (tmp_path / "p.yaml").write_text(said, encoding="utf-8")
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    design = _read(
        tmp_path, _with("{policies: [none, {policy: p.yaml, stations: [b], after_months: 2}]}", base="small.yaml")
    )
    made, base = (
        scenario.parameters_by_town() for scenario in (design.scenario(design.points[1]), design.base_scenario)
    )
    assert made["hire_rate"][7:9].tolist() == [[0.25, 0.25], [0.25, 0.125]]
    assert (made["task_hours"] == base["task_hours"]).all()


def test_a_variant_may_give_a_town_parameters_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    rural = "{parameters: {hire_rate: {value: 0.1, stations: [b]}}}"
    text = _with(
        f"{{mix: {{variants: {{even: {{}}, rural: {rural}}}}}, parameters.task_hours: [6]}}", base="small.yaml"
    )
    design = _read(tmp_path, text)
    found = {
        tuple(design.scenario(point).parameters_by_town()[name][0].tolist())
        for point in design.points
        for name in ("hire_rate",)
    }
    assert found == {(0.25, 0.25), (0.25, 0.1)}
    assert {float(design.scenario(point).parameters_by_town()["task_hours"][0, 1]) for point in design.points} == {4, 6}


def _sequence(tmp_path: Path, *texts: str) -> np.ndarray:
    """Pay by month from the policies' start in the small city, under the policies of these levers, in one level."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    named = []
    for i, text in enumerate(texts):
        levers, _, delay = text.partition(" + ")
        said = f"kind: policy\ntitle: P\nproposer: p\nsource: s\nlevers: {{{levers}}}\n"
        (tmp_path / f"p{i}.yaml").write_text(said, encoding="utf-8")
        named.append(f"{{policy: p{i}.yaml, after_months: {delay or 0}}}")
    design = _read(
        tmp_path, _with(f"{{policies: [none, {{name: x, policies: [{', '.join(named)}]}}]}}", base="small.yaml")
    )
    found: np.ndarray = design.scenario(design.points[1]).lever_table()["pay"][6:]
    return found


def test_a_repeat_during_the_ramp_of_the_first_is_dropped(tmp_path: Path) -> None:
    ramp = "pay: {value: 3100, ramp_months: 4}"
    expected = [2650, 2800, 2950, 3100, 3100, 3100]
    made = _sequence(tmp_path, ramp, f"{ramp} + 2")
    np.testing.assert_array_equal(made, np.array([expected, expected]).T)
    made = _sequence(tmp_path, ramp, "pay: {value: 3100, stations: [b]} + 2")
    np.testing.assert_array_equal(made, np.array([expected, expected]).T)

    made = _sequence(tmp_path, "pay: 3100", "pay: {value: 4000, ramp_months: 3} + 1", "pay: 4000 + 2")
    np.testing.assert_array_equal(made[:, 0], [3100, 3400, 3700, 4000, 4000, 4000])


def test_what_is_no_repeat_stays(tmp_path: Path) -> None:
    made = _sequence(tmp_path, "pay: 3100", "pay: 4000 + 1", "pay: 3100 + 2")
    np.testing.assert_array_equal(made[:, 0], [3100, 4000, 3100, 3100, 3100, 3100])
    made = _sequence(tmp_path, "pay: {value: 3100, stations: [a]}", "pay: 3100 + 2")
    np.testing.assert_array_equal(made[:, 0], [3100] * 6)
    np.testing.assert_array_equal(made[:, 1], [2500, 2500, 3100, 3100, 3100, 3100])
    with pytest.raises(Mistake, match="still under way"):
        _sequence(tmp_path, "pay: {value: 3100, ramp_months: 4}", "pay: 3200 + 2")


def test_dated_changes_move_by_months(tmp_path: Path) -> None:
    made = _sequence(tmp_path, "pay: [{value: 3000, from: 2024-08}, {value: 3500, after_months: 3}] + 2")
    np.testing.assert_array_equal(made[:, 0], [2500, 2500, 2500, 3000, 3000, 3500])


def test_a_policy_in_python_is_not_delayed(tmp_path: Path) -> None:
    (tmp_path / "act.py").write_text("def act(city):\n    return {}\n", encoding="utf-8")
    (tmp_path / "acts.yaml").write_text(
        "kind: policy\ntitle: P\nproposer: p\nsource: s\npolicies: act.py:act\n", encoding="utf-8"
    )
    assert _read(tmp_path, _with("{policies: [none, acts.yaml]}")).points[1].levels[0].name == "acts"
    for more in ("after_months: 2", "stations: [town_1]"):
        with pytest.raises(Mistake, match=r"design\.yaml:4: factors\.policies\[2\]: 'acts' acts by Python code"):
            _read(tmp_path, _with(f"{{policies: [none, {{policy: acts.yaml, {more}}}]}}"))


def test_a_level_of_shipped_policies_equals_compare(tmp_path: Path) -> None:
    """The same as `stations compare --policies` makes of them, to the hash."""
    design = _read(tmp_path, _with("{policies: [none, [boundary-clarity, linkage]]}"))
    policies = [load_policy("boundary-clarity"), load_policy("linkage")]
    assert design.scenario(design.points[1]).hash == load_scenario("t-city").with_policies(policies).hash


# --- windows

ENDS = "{horizon: {variants: {long: {}, one_year: {city: {end: 2025-12-31}}, two_years: {city: {end: 2026-12-31}}}}}"


def test_points_that_end_apart_are_not_compared(tmp_path: Path) -> None:
    with pytest.raises(Mistake) as caught:
        _read(tmp_path, _with(ENDS))
    said = str(caught.value)
    assert f"{tmp_path / 'design.yaml'}:4: factors.horizon.variants.one_year.city.end: " in said
    assert "over 2025-01 to 2025-12 here and over 2025-01 to 2027-12 at the base" in said
    assert "window: {first: 2025-01, last: 2025-12} (point 1: horizon = one_year)" in said


def test_a_window_that_all_share_makes_them_one(tmp_path: Path) -> None:
    design = _read(tmp_path, _with(ENDS, "seeds: 2\nwindow: {last: 2025-12}"))
    months = {months_of(design.window, design.scenario(point)) for point in design.points}
    assert months == {("2025-01", "2025-12")}


@pytest.mark.parametrize(
    ("factors", "key", "shared"),
    [
        ("{timing: {variants: {now: {}, late: {city: {policy_start: 2026-01-01}}}}}", "timing.variants.late.city.policy_start", "{first: 2026-01, last: 2027-12}"),
        ("{scenario: [t-city, lakeside]}", "scenario", "{first: 2025-07, last: 2027-12}"),
        ("{span: {variants: {all: {}, early: {city: {end: 2025-06-30}}, late: {city: {policy_start: 2026-01-01}}}}}", "span.variants.early.city.end", "share no month"),
    ],
    ids=["policies that start apart", "cities of other years", "no month in common"],
)  # fmt: skip
def test_other_calendars_are_refused_too(tmp_path: Path, factors: str, key: str, shared: str) -> None:
    with pytest.raises(Mistake, match=rf"design\.yaml:4: factors\.{key}: ") as caught:
        _read(tmp_path, _with(factors))
    assert shared in str(caught.value)


def test_cities_that_begin_apart_are_measured_over_the_same_months(tmp_path: Path) -> None:
    """How long a city ran before the policies is a question of its own."""
    design = _read(tmp_path, _with("{history: {variants: {long: {}, short: {city: {start: 2024-01-01}}}}}"))
    assert {months_of(design.window, design.scenario(point)) for point in design.points} == {("2025-01", "2027-12")}


def test_of_many_points_the_others_are_looked_at_when_they_are_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "other_months", lambda *_: None)
    design = _read(tmp_path, _with(ENDS))
    with pytest.raises(Mistake, match=r"factors\.horizon\.variants\.one_year\.city\.end"):
        agenda_of(design)


# --- the rest


def test_defaults(tmp_path: Path) -> None:
    design = _read(tmp_path, "kind: design\nquestion: Q\nfactors: {levers.pay: [3000], policies: [linkage]}\nseeds: 7\n"
                   .replace("pay: [3000]", "exam_bonus: [100]"))  # fmt: skip
    assert design.base.city == "t-city"
    assert (design.seeds.at_most, design.seeds.at_least, dict(design.seeds.until)) == (7, 0, {})
    assert design.outcomes == DEFAULT_OUTCOMES
    assert design.window.months(design.base_scenario) == (46, 82)
    assert (design.keep.months, design.keep.towns) == ((), ())
    assert design.contrast == "policies"
    assert design.plan[0].method == "grid"
    alone = _read(
        tmp_path, _with("{policies: [none, linkage]}", "seeds: {until: {trust: 1}, at_most: 5}\nkeep: {months: all}")
    )
    assert alone.contrast is None
    assert alone.seeds.at_least == 5
    assert alone.keep.months == (*STATION_MONTH, *MEASURES)


def test_read_twice_it_is_the_same(tmp_path: Path) -> None:
    one, other = _read(tmp_path, GOOD), _read(tmp_path, GOOD)
    assert [point.levels for point in one.points] == [point.levels for point in other.points]
    assert all(one.scenario(a) == other.scenario(b) for a, b in zip(one.points, other.points, strict=True))


def test_the_order_of_keys_changes_no_point(tmp_path: Path) -> None:
    """Neither which scenarios there are nor the number of any, in a grid or a sample."""
    factors = {
        "levers.pay": "[2500, 3500]",
        "levers.exam_bonus": "{range: [100, 900], steps: 2}",
        "policies": "[none, linkage]",
        "mix": "{variants: {even: {}, uneven: {levers: {administrative_burden: 2}}, other: {parameters: {task_hours: 5, group_hours_base: 30}}}}",
    }
    turned = dict(reversed(factors.items()))
    turned["mix"] = (
        "{variants: {other: {parameters: {group_hours_base: 30, task_hours: 5}}, uneven: {levers: {administrative_burden: 2}}, even: {}}}"
    )
    turned["levers.exam_bonus"] = "{steps: 2, range: [100, 900]}"
    for plan in ("grid", "one_at_a_time", "{method: sobol, points: 16}", "{method: latin_hypercube, points: 10}"):
        hashes = []
        for said in (factors, turned):
            listed = ", ".join(f"{name}: {value}" for name, value in said.items())
            if "method" in plan:
                listed = listed.replace("{range: [100, 900], steps: 2}", "[100, 900]").replace(
                    "{steps: 2, range: [100, 900]}", "[100, 900]"
                )
            design = _read(tmp_path, _with(f"{{{listed}}}", f"plan: {plan}\nseeds: 2"))
            hashes.append([design.scenario(point).hash for point in design.points])
        assert hashes[0] == hashes[1], plan
        assert len(set(hashes[0])) == len(hashes[0])


def test_of_many_points_a_sample_that_holds_every_level_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A level that cannot be run is found, though it stands at few of many points."""
    factors = "{levers.exam_bonus: {range: [0, 1000], steps: 50}, levers.pay: {range: [2500, 3500], steps: 50}, policies: [none, {policy: linkage, after_months: 36}]}"
    built = []
    scenario = Design.scenario
    monkeypatch.setattr(Design, "scenario", lambda self, point: (built.append(point.number), scenario(self, point))[1])
    monkeypatch.setattr(module, "N_SAMPLED", 2)
    with pytest.raises(Mistake, match="after 36"):
        _read(tmp_path, _with(factors))
    built.clear()
    design = _read(tmp_path, _with(factors.replace("36", "12")))
    assert len(design.points) == 5000
    assert 100 <= len(built) <= 110
    assert {0, 4999} <= set(built)
    for i, factor in enumerate(design.factors):
        assert {design.points[number].levels[i].name for number in built} == {level.name for level in factor.levels}


def test_shares_that_a_sample_takes_over_one_are_refused(tmp_path: Path) -> None:
    text = _with(
        "{parameters.centre_share: {range: [0.1, 0.6]}, parameters.other_share: {range: [0.1, 0.6]}}",
        "plan: {method: sobol, points: 64}\nseeds: 2",
    )
    with pytest.raises(Mistake, match=r"must not be more than 1 \(point \d+: parameters.centre_share = 0.5") as caught:
        _read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'design.yaml'}:4: factors.parameters.")
