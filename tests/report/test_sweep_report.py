"""The report of a sweep: every number in it is stored, no sentence says more than the intervals, nothing is too long."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import made_sweeps
import pytest
from test_report import Page, stored_numbers

from sim import language
from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results, clean
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.answer_of_sweep import answer
from sim.report import page as report
from sim.report import parts


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def results_told(page: str) -> str:
    """The text of a page without its list of contents, up to what is assumed."""
    return Page(page[page.index("<main>") : page.index('<section id="evidence"')]).text


def with_table(results: Results, name: str, **columns: Any) -> Results:
    """The same results with other columns in one table."""
    tables = dict(results.tables) | {name: results.tables[name].assign(**columns)}
    return dataclasses.replace(results, tables=tables)


def section(page: str, name: str) -> str:
    return page[page.index(f'<section id="{name}"') :].partition("</section>")[0]


# --- cities of several sizes


def test_totals_of_cities_of_several_sizes_are_told_as_such() -> None:
    made = made_sweeps.results("two numbers")
    assert any(OUTCOMES[name].unit == "yuan per year" for name in made.design.outcomes)

    def told(residents: object) -> list[str]:
        given = dataclasses.replace(made, provenance={**made.provenance, "residents": residents})
        return [one for one in answer(given) if "residents" in one]

    (sentence,) = told([52_000, 1_310_000])
    assert "from 52,000 to 1,310,000 residents" in sentence
    assert "cost a year" in sentence
    assert "coverage" not in sentence
    for none in ([52_000, 52_000], None, "x", [None, 3]):
        assert told(none) == []


# --- numbers


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "name", ["two numbers", "three", "one at a time", "hypercube by policy", "one seed", "partial"]
)
def test_every_number_is_stored_and_shown_right(name: str, lang: str) -> None:
    language.use(lang)
    numbers = Page(made_sweeps.page(name)).numbers
    assert len(numbers) > 150
    known: Any = made_sweeps.results(name)
    stored = stored_numbers(known)
    for value, text in numbers:
        assert value in stored
        shown = float(text.replace("−", "-").replace(",", ""))
        digits = len(text.partition(".")[2])
        assert any(abs(shown - value * scale) <= 0.500001 * 10**-digits for scale in (1.0, 100.0, 1e-4)), (value, text)


@pytest.mark.parametrize("name", ["policies along", "hypercube", "one at a time"])
def test_cells_hold_nothing_but_stored_numbers(name: str) -> None:
    """Take the stored numbers out of the tables of results, and no other number is left in them."""
    page = made_sweeps.page(name)
    body = page[page.index("</section>", page.index('<section id="plan"')) : page.index('<section id="evidence"')]
    # What a parameter is called may hold a digit.
    for one in made_sweeps.results(name).design.factors:
        body = body.replace(one.title.en, "")
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", body, flags=re.DOTALL)
    cells = [cell for cell in cells if "(1 is best)" not in cell and "</bdi>" in cell]
    assert len(cells) > 200
    for cell in cells:
        assert not re.search(r"\d", re.sub(r"<data.*?</data>|24 h", "", cell)), cell


def test_levels_effects_and_the_gain_from_pairing_are_told() -> None:
    results = made_sweeps.results("one number")
    told = {value for value, _ in Page(section(made_sweeps.page("one number"), "levels")).numbers}
    levels, effects = (results.tables[name] for name in ("levels", "effects"))
    for column in ("mean", "low", "high", "sd", "n"):
        assert set(levels[column].astype(float)) <= told, column
    for column in ("mean", "low", "high", "variance_ratio"):
        assert set(effects[column]) <= told, column
    stands = re.findall(r"<td><bdi>(yes|no)</bdi></td>", section(made_sweeps.page("one number"), "levels"))
    assert stands.count("yes") == effects.is_clear_of_all.sum()
    assert stands.count("no") == (~effects.is_clear_of_all).sum() > 0


@pytest.mark.parametrize(
    ("name", "table", "columns"),
    [
        ("policies along", "ranks", ("mean", "mean_rank", "best_chance", "best_share")),
        ("policies along", "overtakes", ("at", "at_low", "at_high", "low", "high")),
        ("policies along", "contrasts", ("mean", "low", "high", "variance_ratio")),
        ("hypercube by policy", "correlations", ("rho", "low", "high")),
    ],
)
def test_every_table_is_told_in_full(name: str, table: str, columns: tuple[str, ...]) -> None:
    told = {value for value, _ in Page(made_sweeps.page(name)).numbers}
    for column in columns:
        assert set(made_sweeps.results(name).tables[table][column]) <= told, column


def test_nothing_is_called_better_whose_interval_holds_zero() -> None:
    cells = re.findall(
        r'<span class="(better|worse|same|changed|slight|equal)"><data value="([^"]+)">.*?<data value="([^"]+)">.*?<data value="([^"]+)">',
        made_sweeps.page("two numbers"),
    )
    assert {cell[0] for cell in cells} >= {"better", "worse", "same"}
    for said, _, low, high in cells:
        assert (float(low) <= 0 <= float(high)) == (said in {"same", "equal"})


# --- the answer


def test_the_answer_names_what_does_best_and_what_it_costs() -> None:
    told = answer(made_sweeps.results("twelve policies"))
    assert "On coverage, Proposal 11 does best, with a probability of 100 %." in told
    assert "Worse than at the base under Proposal 11: cost a year, whoever pays." in told


def test_what_is_not_sure_is_not_called_best() -> None:
    results = made_sweeps.results("twelve policies")
    ranks = results.tables["ranks"]
    spread = with_table(results, "ranks", best_chance=[0.6 if level == 11 else 0.4 / 11 for level in ranks.point])
    told = " ".join(answer(spread))
    assert "it cannot be told which does best; the most probable: Proposal 11 60 %" in told
    assert "does best, with" not in told
    assert "Worse than" not in told, "nor is what it worsens told"


def test_few_seeds_have_no_best() -> None:
    results = made_sweeps.results("twelve policies")
    few = with_table(results, "ranks", n=[9] * len(results.tables["ranks"]))
    told = " ".join(answer(few))
    assert "Which does best on coverage is not said of fewer than 10 seeds." in told
    assert "does best, with" not in told
    assert "Worse than" not in told


def made_up(outcome: str, effects: Mapping[tuple[float, float], float]) -> Results:
    """Burden along, clarity as contrast, with given effects on an outcome at (burden, clarity), each +-0.01."""
    burden, clarity = (
        made_sweeps.number(f"levers.{name}", levels, title=made_sweeps.text(title))
        for (name, levels), title in zip(_CROSSED.items(), ("Burden", "Clarity"), strict=True)
    )
    settings = made_sweeps.crossed(*((f"levers.{one}", levels) for one, levels in _CROSSED.items()))
    results = made_sweeps.sweep([burden, clarity], settings, contrast="levers.boundary_clarity")
    points = results.points.set_index("point")
    table = results.tables["effects"].copy()
    for i, row in table.iterrows():
        if row.outcome == outcome:
            keys = (
                points.loc[row.point, "levers.administrative_burden"],
                points.loc[row.point, "levers.boundary_clarity"],
            )
            mean = effects[keys]
            table.loc[i, ["mean", "low", "high"]] = mean, mean - 0.01, mean + 0.01
    return dataclasses.replace(results, tables={**results.tables, "effects": table})


_CROSSED = {"administrative_burden": (1.0, 1.5, 2.0), "boundary_clarity": (0.2, 0.5, 0.8)}


def test_the_answer_says_what_makes_up_for_a_worse_setting() -> None:
    effects = {(1.0, 0.5): 0.1, (1.0, 0.8): 0.2, (1.5, 0.2): -0.1, (1.5, 0.5): 0.03, (1.5, 0.8): 0.1}
    effects |= {(2.0, 0.2): -0.2, (2.0, 0.5): -0.1, (2.0, 0.8): -0.05}
    told = " ".join(answer(made_up("coverage", effects)))
    wanted = (
        "The least of the levels tried that brings coverage back to the base's or better: "
        "Clarity: 0.5 at Burden: 1.5 (+3.0 points, +2.0 to +4.0); none at Burden: 2, against the base."
    )
    assert wanted in told
    fine = {keys: abs(effect) for keys, effect in effects.items()}
    assert "The least of the levels" not in " ".join(answer(made_up("coverage", fine)))


def test_levels_with_names_are_put_in_order_beside_a_contrast() -> None:
    cities = made_sweeps.names(
        "scenario", {one: made_sweeps.text(one) for one in ("A", "B", "C")}, made_sweeps.text("City")
    )
    policies = made_sweeps.names("policies", made_sweeps.POLICIES)
    settings = made_sweeps.crossed(("scenario", ("A", "B", "C")), ("policies", tuple(made_sweeps.POLICIES)))
    results = made_sweeps.sweep([cities, policies], settings, contrast="policies")
    reading = Reading(results)
    alone = {reading.key(point, reading.factors[0]): reading.effect(point, "coverage").mean for point in reading.settings if reading.alone(point) is reading.factors[0]}  # fmt: skip
    first = max(alone, key=lambda key: alone[key])
    assert f"City, from the best on coverage to the worst, against the base: {first} (" in " ".join(answer(results))


def test_effects_that_lie_close_are_said_to_depend_little() -> None:
    results = made_sweeps.results("policies along")
    table = results.tables["contrasts"]
    base = results.points.set_index("point")["levers.administrative_burden"]
    means = 0.1 + 0.005 * table.context.map(base)
    close = with_table(results, "contrasts", mean=means, low=means - 0.0001, high=means + 0.0001)
    assert "to coverage, against No policy, depends little on the other factors: from" in " ".join(answer(close))
    apart = 0.1 * table.context.map(base)
    far = with_table(results, "contrasts", mean=apart, low=apart - 0.0001, high=apart + 0.0001)
    assert "is largest at Multiplier on tasks and secondments: 2" in " ".join(answer(far))


def test_the_answer_counts_settings() -> None:
    results = made_sweeps.results("policies along")
    own = results.tables["ranks"].query("outcome == 'coverage'")
    sure = own[own.best_chance >= 0.95]
    assert len(sure) == 2
    told = " ".join(answer(results))
    assert "What does best on coverage in the 4 settings of the other factors" in told
    assert "in 2 it cannot be told which" in told
    assert "Pay, benefits and exam bonuses overtakes No policy at Multiplier on tasks and secondments of 1.177" in told


def test_unclear_changes_of_order_are_not_told() -> None:
    results = made_sweeps.results("policies along")
    told = " ".join(answer(with_table(results, "overtakes", is_clear=False)))
    assert "no change of order between levels of Policies is distinguishable from chance" in told
    assert "overtakes" not in told


def test_the_answer_says_which_factor_moves_most() -> None:
    (alone,) = [one for one in answer(made_sweeps.results("one at a time")) if "Changed by themselves" in one]
    order = [alone.index(one) for one in ("Multiplier on tasks", "Base pay", "How far the contract")]
    assert order == sorted(order)
    (drawn,) = [one for one in answer(made_sweeps.results("hypercube")) if "rank correlation" in one]
    table = made_sweeps.results("hypercube").tables["correlations"].query("outcome == 'coverage'")
    assert drawn.count(" to ") == ((table.low > 0) | (table.high < 0)).sum()


def test_factors_that_do_nothing_are_said_to() -> None:
    results = made_sweeps.results("one at a time")
    nothing = with_table(results, "effects", low=-1.0, high=1.0, is_clear=False, is_clear_of_all=False)
    told = " ".join(answer(nothing))
    assert "No factor, changed by itself, moves coverage by more than chance." in told
    assert "0 are told from zero" in told
    results = made_sweeps.results("hypercube")
    told = " ".join(answer(with_table(results, "correlations", low=-0.5, high=0.5)))
    assert "No drawn factor goes with coverage more closely than by chance." in told


def test_the_first_of_many_is_said_to_be_picked() -> None:
    results = made_sweeps.results("hypercube")
    assert "picked as the first of so many, it looks better than it is" in " ".join(answer(results))
    told = " ".join(answer(with_table(results, "effects", low=-1.0, high=1.0)))
    assert "None of 64 points is distinguishably better than the base on coverage." in told


def test_comparisons_are_counted() -> None:
    effects = made_sweeps.results("two numbers").tables["effects"]
    (told,) = [one for one in answer(made_sweeps.results("two numbers")) if one.startswith("Of 90 differences")]
    assert f", {effects.is_clear.sum()} are told from zero one by one" in told
    assert "about 4 would be by chance" in told
    assert f"; {effects.is_clear_of_all.sum()} stand when" in told
    assert "(Holm 1979)" in section(made_sweeps.page("two numbers"), "comparisons")


def test_one_seed_says_that_it_has_no_interval() -> None:
    told = Page(made_sweeps.page("one seed")).text
    assert "With one seed no difference can be distinguished from chance." in told
    for word in (" better ", " worse ", "95 % interval", "does best"):
        assert word not in results_told(made_sweeps.page("one seed")), word
    assert len(answer(made_sweeps.results("one seed"))) == 3


def test_an_unfinished_sweep_says_so_before_its_answer() -> None:
    told = Page(section(made_sweeps.page("partial"), "answer")).text
    assert re.match(r"\s*The answer\s+Unfinished: [\d,]+ of [\d,]+ runs are stored", told)
    assert "Unfinished" not in made_sweeps.page("policies along")


def test_a_partial_sweep_says_so() -> None:
    told = Page(made_sweeps.page("partial")).text
    assert "points stand on 0 to 12 seeds" in told
    assert "4 failed" in told
    assert "Means over 0 to 12 runs" in told


# --- length and form


def test_long_tables_are_folded_and_cut() -> None:
    page = made_sweeps.page("many")
    levels = section(page, "levels")
    assert levels.count("<tr>") == 1 + parts.MOST_ROWS
    assert levels.count("<table") == levels.count("<details") == 1
    assert "Shown are the first 400 of 3,006 rows; all are in levels.parquet, effects.parquet" in levels
    assert "Shown are the first 400 points. Data: points.parquet." in section(page, "plan")
    assert len(page.encode()) < 3_000_000
    short = section(made_sweeps.page("two numbers"), "levels")
    assert short.count("<table") == 6
    assert short.count("<details") == 5, "the first stands open"
    assert "Shown are" not in short


@pytest.mark.parametrize("name", ["three", "policies along", "hypercube by policy", "one seed"])
def test_every_column_has_a_heading(name: str) -> None:
    for table in re.findall(r"<table.*?</table>", made_sweeps.page(name), flags=re.DOTALL):
        head, _, body = table.partition("<tbody>")
        n = len(re.findall(r"<th ", head))
        assert {len(re.findall(r"<t[dh][ >]", row)) for row in body.split("</tr>")[:-1]} == {n or 2}


@pytest.mark.parametrize("name", made_sweeps.CASES)
def test_the_page_is_one_file_that_asks_for_nothing(name: str) -> None:
    found = Page(made_sweeps.page(name))
    assert all(link.startswith("#") for link in found.links)
    assert not {"script", "img", "iframe", "link", "object", "embed", "base", "form"} & set(found.tags)
    assert "nan" not in re.findall(r"[a-z]+", found.text.lower())


def test_the_question_is_the_title() -> None:
    page = made_sweeps.page("hostile")
    asked = clean(made_sweeps.results("hostile").design.question.en)
    assert asked in Page(page[page.index("<h1>") :].partition("</h1>")[0]).text
    assert "<script" not in page


def test_every_figure_says_its_uncertainty() -> None:
    for name in ("policies along", "one at a time", "hypercube"):
        captions = re.findall(r"<figcaption>(.*?)</figcaption>", made_sweeps.page(name), flags=re.DOTALL)
        assert captions
        for caption in captions:
            assert re.search(r"95 % interval|probability", caption), caption
            assert ".parquet" in caption
    for caption in re.findall(r"<figcaption>(.*?)</figcaption>", made_sweeps.page("one seed"), flags=re.DOTALL):
        assert "One seed: no interval." in caption


def test_what_figures_leave_out_is_in_their_captions() -> None:
    assert "Shown: 8 of 10 factors" in section(made_sweeps.page("many"), "scatter").partition("<figcaption>")[2]


def test_a_chinese_report_is_chinese() -> None:
    language.use("zh")
    told = re.sub(r"\w+\.(parquet|\w+)", "", results_told(made_sweeps.page("policies along")))
    assert re.findall(r"[A-Za-z]{3,}", re.sub("Holm|policies", "", told)) == []
    assert "无法判断何者最佳" in told


def test_the_plan_and_the_sources_are_told() -> None:
    page = made_sweeps.page("one at a time")
    plan = Page(section(page, "plan")).text
    for told in ("one at a time", "levers.pay", "2,000, 2,500, 8,000", "the first day", "Seeds 1 to 12"):
        assert told in plan, told
    evidence = Page(section(page, "evidence")).text
    assert "paper 三(二): 2,000-3,000" in evidence.partition("All parameters")[0]
    assert "task_hours" in evidence.partition("All parameters")[0]
    along = Page(section(made_sweeps.page("policies along"), "plan")).text
    assert "No policy | Boundary clarity | Alliances between stations" in along
    drawn = Page(section(made_sweeps.page("hypercube"), "plan")).text
    assert "2,000 to 8,000" in drawn
    assert "Latin hypercube" in drawn


def test_a_stopping_rule_is_told() -> None:
    results = made_sweeps.results("one number")
    seeds = {"at_most": 400, "at_least": 20, "until": {"coverage": 0.005}, "of": "effects"}
    design = {**results.provenance["design"], "seeds": seeds, "window": {"first": "2023-08", "last": "2023-10"}}
    other = dataclasses.replace(results, provenance={**results.provenance, "design": design})
    told = Page(report.html(other, Path("results/made"))).text
    assert "20 at least and 400 at most, until the 95 % interval of the difference from the base is within coverage ±0.005" in told  # fmt: skip
    assert "2023-08 to 2023-10" in told


def test_points_are_called_by_what_differs() -> None:
    reading = Reading(made_sweeps.results("policies along"))
    titles = [reading.title(point) for point in reading.settings]
    assert titles[0] == "base"
    assert "Boundary clarity; Multiplier on tasks and secondments: 0.5" in titles
    assert len(titles) == len(set(titles))
    drawn = Reading(made_sweeps.results("hypercube"))
    assert drawn.title(7) == "point 7"
    single = Reading(made_sweeps.results("twelve policies"))
    assert [single.title(0), single.title(1)] == ["No policy (base)", "Proposal 1"]
    pay = Reading(made_sweeps.results("one number"))
    assert pay.title(1) == "Base pay: 3,500 yuan per month"


def test_the_report_is_written_whole(tmp_path: Path) -> None:
    file = report.write_report(made_sweeps.results("one number"), tmp_path / "report.html")
    assert file == tmp_path / "report.html"
    assert file.read_text(encoding="utf-8") == report.html(made_sweeps.results("one number"), None)


def test_it_needs_the_stored_tables_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.day.run_days", None)
    monkeypatch.setattr("sim.world.build.build", None)
    monkeypatch.setattr(Results, "runs", None)
    assert OUTCOMES["coverage"].meaning.en in made_sweeps.page("one number")


def test_what_shows_no_means_claims_no_intervals_of_means() -> None:
    for case, figure in (
        ("hypercube by policy", "scatter"),
        ("hypercube by policy", "firsts"),
        ("two numbers", "ranks"),
    ):
        assert "intervals of the mean" not in section(made_sweeps.page(case), figure).partition("<figcaption>")[2]
    assert "intervals of the mean" in section(made_sweeps.page("two numbers"), "responses").partition("<figcaption>")[2]
