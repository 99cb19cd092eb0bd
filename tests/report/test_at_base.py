"""What a comparison shows, a sweep shows of its base: the same numbers, as far as what was kept suffices."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import made
import pytest
from cities import SMALL
from sweeps import run, write_design
from test_report import Page, stored_numbers

from sim import language, plot
from sim.lab.compare import arms_of, compare
from sim.lab.finish import write_summaries
from sim.lab.kept.opening import RAW, open_results
from sim.lab.kept.results import Results
from sim.lab.sums.summaries import OF_MONTHS, OF_SUMS, OF_TAGS
from sim.mistakes import Mistake
from sim.report.page import html, write_figures
from sim.report.tables import PAIRED
from sim.scenario.load import load_policy, load_scenario

POLICIES = ["boundary-clarity", "linkage"]
FACTORS = {"policies": ["none", *POLICIES], "parameters.task_hours": [3, 4]}
OF_ARMS = {"curves", "week", "chain", "towns", "tags", "groups", "staff", "budget", "cost", "balance"}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Sweeps of the small city: "all" and "none" of what can be kept, "late" with a window of its own."""
    before, place = Path.cwd(), tmp_path_factory.mktemp("base")
    os.chdir(place)
    tagged = SMALL.replace("posts: 3,", "posts: 3, tags: [rural],")
    (place / "small.yaml").write_text(tagged, encoding="utf-8")
    everything = {"months": "all", "sums": True}
    for name, facts in {
        "all": {"keep": everything, "factors": FACTORS},
        "none": {"keep": {"months": ["coverage"]}, "factors": {"levers.pay": [3000, 4000]}},
        "late": {"keep": everything, "factors": {"policies": ["none", "linkage"]}, "window": {"first": "2024-10"}},
        "other cities": {"keep": everything, "factors": {"parameters.task_hours": [2, 4]}},
    }.items():
        run(write_design(f"{name}.yaml", **{"seeds": 3, "outcomes": ["coverage", "trust"], **facts}), name)
    yield place
    os.chdir(before)


@pytest.fixture(scope="module")
def everything(folder: Path) -> Results:
    return open_results(folder / "all")


def at_base(results: Results) -> Results:
    assert results.at_base is not None
    return results.at_base


def test_its_tables_are_those_of_the_comparison(folder: Path, everything: Results) -> None:
    arms = arms_of(load_scenario("small.yaml"), [load_policy(name) for name in POLICIES])
    base = at_base(everything)
    compared = {name: table for name, table in compare(arms, seeds=[1, 2, 3]).tables().items() if name not in RAW}
    assert set(compared) == set(base.tables) > {"prices", "pairs", *OF_MONTHS, *OF_SUMS, *OF_TAGS}
    for name, table in compared.items():
        own = base.tables[name]
        if "policy" in own:
            own = own.assign(policy=own["policy"].replace({"none": "baseline"}))
        assert own.equals(table), name


def test_the_report_shows_all_of_it(folder: Path, everything: Results) -> None:
    base = at_base(everything)
    for lang in ("en", "zh"):
        language.use(lang)
        page = html(everything, folder / "all")
        assert set(made.figures(page)) >= OF_ARMS
        known = stored_numbers(everything) | stored_numbers(base)
        assert [value for value, _ in Page(page).numbers if value not in known] == []
        shown = {value for value, _ in Page(page).numbers}
        pairs = base.tables["pairs"]
        for table in (base.tables["prices"], pairs[pairs.outcome.isin(PAIRED)]):
            assert set(table["low"].dropna()) <= shown
    language.use("en")
    told = Page(html(everything, folder / "all")).text
    assert "all else as at the base" in told
    assert "The policies against one another" in told
    assert "base_curves.parquet" in told
    assert "Not shown" not in told


def test_figures_are_those_of_the_report(folder: Path, everything: Results, tmp_path: Path) -> None:
    files = write_figures(everything, tmp_path, "svg")
    page = html(everything, folder / "all")
    assert {file.name.removesuffix("-en.svg") for file in files} == set(made.figures(page))
    assert plot.to_svg(plot.week(everything)) in page
    with pytest.raises(Mistake, match="not of 'stations sweep'"):
        plot.effects(everything)


def test_its_tables_are_stored(folder: Path, everything: Results) -> None:
    write_summaries(everything)
    names = {file.stem.removeprefix("base_") for file in (folder / "all").glob("base_*.parquet")}
    assert names == set(at_base(everything).tables)


def test_what_was_not_kept_is_said_in_a_sentence(folder: Path) -> None:
    results = open_results(folder / "none")
    base = at_base(results)
    assert base.names == ["2500", "3000", "4000"]
    assert [base.title(name) for name in base.names] == ["2,500", "3,000", "4,000"]
    page = html(results, folder / "none")
    assert set(made.figures(page)) & OF_ARMS == {"cost"}
    assert "Not shown, since too little was kept for it: lines over time" in Page(page).text
    assert "keep: {months: all, sums: true}" in Page(page).text
    with pytest.raises(Mistake, match=r"week: this sweep kept too little.*keep: \{months: all, sums: true\}"):
        plot.week(results)


def test_sums_are_over_the_window_of_the_design(folder: Path) -> None:
    results = open_results(folder / "late")
    late = results.months(["government_due"], {"policies": "none", "month": ["2024-10", "2024-11", "2024-12"]})
    wanted = late.groupby("seed")["government_due"].sum().mean() * 4
    money = at_base(results).tables["money"].set_index(["policy", "item"])
    assert money.loc[("none", "government_due"), "mean"] == pytest.approx(wanted)


def test_levels_that_do_not_share_their_history_are_no_arms(folder: Path) -> None:
    results = open_results(folder / "other cities")
    assert results.at_base is None
    assert not set(made.figures(html(results, folder))) & OF_ARMS
    with pytest.raises(Mistake, match="no levels, in force from the policies' start on"):
        plot.cost(results)


def test_hiring_has_a_price(folder: Path) -> None:
    """Two more posts a station, as a factor: the same numbers as the shipped policy, and a price of an additional met need."""
    keep = {"keep": {"months": "all", "sums": True}, "factors": {"posts.add": [0, 2]}, "seeds": 6}
    longer = {"scenario": "small.yaml", "city": {"end": "2027-12-31"}}
    run(write_design("hiring.yaml", outcomes=["coverage"], base=longer, **keep), "hiring")
    base = at_base(open_results("hiring"))
    city = load_scenario("small.yaml", sets=["end=2027-12-31"])
    result = compare(arms_of(city, [load_policy("hire-two")]), seeds=6)
    price = result.price("hire-two")
    assert base.price("2") == price
    assert price.verdict == "gain"
    assert 0 < price.low < price.yuan < price.high
    page = html(open_results("hiring"), folder / "hiring")
    assert "Posts added at each station" in page
