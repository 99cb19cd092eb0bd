"""Reports and answers over worlds: what a comparison's page shows of doubt, and what a sweep's answer says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import made
import made_sweeps
import numpy as np
import pytest
from made_worlds import up_in, worlds

from sim import language, plot
from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results
from sim.lab.say.answer_of_sweep import answer
from sim.lab.say.verdict import VERDICTS
from sim.lab.sums.doubt import shown_in
from sim.lab.sums.statistics import Estimate
from sim.mistakes import Mistake
from sim.plot import style
from sim.report import page as report


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def swept(n: int = 200, gain: str = "posterior") -> Results:
    policies = made_sweeps.names("policies", made_sweeps.POLICIES)
    pay = made_sweeps.number("levers.pay", made_sweeps.PAY, base=3500.0)
    settings = made_sweeps.crossed(("levers.pay", made_sweeps.PAY), ("policies", list(made_sweeps.POLICIES)))
    return made_sweeps.sweep([pay, policies], settings, contrast="policies", n_seeds=n, doubt=gain)


def test_the_page_shows_the_three_intervals_places_and_best_value() -> None:
    page = made.page("worlds")
    assert {"doubt", "places", "best_value"} <= set(made.figures(page))
    said = re.sub(r"<[^>]+>", "", page)
    for words in (
        "Chance alone",
        "Assumptions alone",
        "Both: 95 of 100 worlds",
        "worlds of the prior, not held against any figure",
    ):
        assert words in said
    assert "under the same seeds" not in said
    assert "holds the simulation's chance only" not in said


def test_results_of_chance_alone_have_no_such_figure() -> None:
    found = made.figures(made.page("two"))
    assert not {"doubt", "places", "best_value"} & set(found)
    with pytest.raises(Mistake, match="doubt shows policies over worlds, and these results hold chance alone"):
        plot.doubt(made.results("two"))


def test_bars_of_the_parts_lie_within_the_whole() -> None:
    results = worlds(a=up_in(100), b=up_in(60))
    axes = plot.doubt(results, ["coverage"]).axes[0]
    ends = {line.get_linewidth(): tuple(line.get_xdata()) for line in axes.lines[1:4]}  # type: ignore[arg-type]
    both, assumed, chance = (ends[width] for width in sorted(ends))
    assert both[0] <= assumed[0] < chance[0] < chance[1] < assumed[1] <= both[1]
    without = plot.doubt(worlds(n_twins=5, a=up_in(100)), ["coverage"]).axes[0]
    assert len(without.lines) == 3, "zero, both, the median"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_face_says_better_of_worlds_that_are_split(lang: str) -> None:
    """Everything on the page that is coloured or called better, of a policy that is better in 94 of 100 worlds."""
    language.use(lang)
    page = report.html(worlds(a=up_in(94), b=up_in(50)), None)
    assert 'class="better"' not in page
    assert 'class="worse"' not in page
    spans = re.findall(r'<span class="verdict">(.*?)</span>', page)
    assert spans
    assert not {"better", "worse", "改善", "变差"} & set(spans)


def test_a_mean_that_is_sure_is_no_verdict_of_worlds() -> None:
    """In 60 of 100 worlds a gain: the interval of the mean excludes zero over 1,000 of them, and nothing is told."""
    results = worlds(n=1000, a=up_in(600, 1000))
    assert results.effect("a", "coverage").excludes_zero
    assert results.verdict("a", "coverage") == "open"
    colours = {line.get_color() for line in plot.effects(results, ["coverage"]).axes[0].lines[1:]}
    assert colours == {style.UNSURE}


def test_tables_behind_figures_are_judged_by_worlds() -> None:
    results = made.results("worlds")
    for name in ("chain", "money", "hours", "curves", "town_outcomes", "group_outcomes"):
        table = results.tables[name]
        told = table[table.policy != results.baseline]
        assert set(told["finding"]) <= set(VERDICTS)
        assert not set(told["finding"]) & {"changed", "same"}
        assert (table["world_low"].fillna(0) <= table["world_high"].fillna(0)).all()
    for row in results.tables["chain"].to_dict("records"):
        assert results.finding(row, row["step"], row["mean"]) == row["finding"]
        assert shown_in(row, is_effect=True).low == pytest.approx(row["effect_world_low"], nan_ok=True)
    assert results.finding(results.tables["inequality"].iloc[-1].to_dict(), "gini", 0.1) == "unknown"
    assert "finding" not in results.tables["inequality"], "coverage is pooled over worlds first"


# --- sweeps


def test_a_sweep_over_worlds_says_what_worlds_tell() -> None:
    results = swept()
    said = " ".join(answer(results))
    assert re.search(r"does best, in 9\d|100 of 100 worlds", said) or "it cannot be told which does best" in said
    assert "worlds that fit test's figures, the same at every point" in said
    assert "go one way in at least 95 of 100 worlds" in said
    assert "chance only" not in said
    assert "by chance alone" not in said


def test_a_sweep_of_fewer_worlds_gives_no_verdict() -> None:
    results = swept(n=60, gain="prior")
    reading = Reading(results)
    assert {reading.verdict(point, "coverage") for point in reading.settings if point} == {"few"}
    said = " ".join(answer(results))
    assert "is not said of fewer than 100 worlds" in said
    assert "worlds of the prior" in said
    assert not re.search(r"does best,|Worse than", said)


def test_points_are_judged_in_the_same_worlds() -> None:
    results = swept()
    reading = Reading(results)
    table = results.tables["doubt"]
    effects = table[(table["of"] == "effect") & (table["outcome"] == "coverage")]
    for row in effects.to_dict("records"):
        assert reading.verdict(int(row["point"]), "coverage") == row["verdict"]
        assert reading.shown(int(row["point"]), "coverage") == Estimate(
            row["median"], row["low"], row["high"], pytest.approx(np.nan, nan_ok=True), 200
        )
    contrasts = table[table["of"] == "contrast"]
    assert set(zip(contrasts["context"], contrasts["point"], strict=True)) == {
        (context, point) for context, points in reading.contexts.items() for point in points[1:]
    }


def test_the_page_of_a_sweep_over_worlds() -> None:
    page = re.sub(r"<[^>]+>", "", made.without_warnings(swept()))
    assert "Best in so many of 100 worlds" in page
    assert "the median and where 95 of 100 worlds lie" in page
    assert "Holm 1979" not in page


def test_chinese_of_a_sweep_over_worlds() -> None:
    language.use("zh")
    said = "".join(answer(swept()))
    assert "情形" in said
    assert "world" not in said
    assert "种子" not in said.replace("一个种子", "")


def test_one_world_is_reported_without_intervals() -> None:
    page = made.without_warnings(worlds(n=1, n_twins=0, a=up_in(1, 1)))
    said = re.sub(r"<[^>]+>", "", page)
    assert "with one seed no difference can be distinguished from chance" in said
    assert not re.search(r'class="(better|worse)"', page)
