"""Chances over seeds: of passing a threshold, and of one policy doing better than another."""

from __future__ import annotations

import html
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cities import SMALL
from every import every
from scipy.stats import binomtest
from sweeps import is_one_sentence, write_design

import sim
from sim import language, open_results
from sim.cli import run
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.chances import chances_told, only_of_the_simulation
from sim.lab.sums.chances import CHANCE_COLUMNS, Threshold, better, chance_of, threshold_of, thresholds_of

pytestmark = pytest.mark.usefixtures("short_reports")


@pytest.mark.parametrize("n", [1, 2, 20, 137, 100_000])
def test_intervals_are_those_of_clopper_and_pearson(n: int) -> None:
    for k in sorted({0, 1, n // 3, n - 1, n}):
        found = chance_of(np.arange(n) < k)
        wanted = binomtest(k, n).proportion_ci(method="exact")
        assert (found.share, found.n) == (k / n, n)
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    assert chance_of(np.zeros(20, bool)).high > 0.1, "none of 20 seeds is no proof"


def test_they_cover_at_least_95_in_100() -> None:
    """By counting: over all that 12 seeds may come to, whatever the true chance is."""
    n = 12
    found = [chance_of(np.arange(n) < k) for k in range(n + 1)]
    for true in np.linspace(0.01, 0.99, 99):
        likely = [math.comb(n, k) * true**k * (1 - true) ** (n - k) for k in range(n + 1)]
        assert math.fsum(p for p, one in zip(likely, found, strict=True) if one.low <= true <= one.high) >= 0.95


def test_seeds_without_a_value_are_left_out_and_ends_count() -> None:
    values = np.array([0.1, 0.13, 0.2, math.nan])
    least, most = (Threshold("coverage", 0.13, is_least) for is_least in (True, False))
    assert (least.chance(values).share, least.chance(values).n) == (2 / 3, 3)
    assert most.chance(values).share == 2 / 3
    assert least.chance(np.array([math.nan])).n == 0


def test_better_is_paired_and_in_the_direction_that_is_good() -> None:
    ones, others = np.array([1.0, 2.0, 5.0, math.nan]), np.array([0.0, 2.0, 4.0, 1.0])
    assert (better("coverage", ones, others).share, better("coverage", ones, others).n) == (2 / 3, 3)
    assert better("coverage", others, ones).share == 0  # as good as it is not better
    assert better("turnover", ones, others).share == 0
    assert better("turnover", others, ones).share == 2 / 3


@every(
    ("text", "wanted"),
    [
        ("coverage=0.13", ("coverage", 0.13, True)),
        ("coverage>=13%", ("coverage", 0.13, True)),
        (" coverage ＝ １３％ ", ("coverage", 0.13, True)),
        ("coverage≥0.13", ("coverage", 0.13, True)),
        ("turnover=15%", ("turnover", 0.15, False)),
        ("turnover<=0.15", ("turnover", 0.15, False)),
        ("turnover>150%", ("turnover", 1.5, True)),
        ("dependence<=0.3", ("dependence", 0.3, False)),
        ("cost_per_year=1300000", ("cost_per_year", 1.3e6, False)),
        ("public_cost_per_year>=-5", ("public_cost_per_year", -5.0, True)),
    ],
)
def test_thresholds_are_read(text: str, wanted: tuple[str, float, bool]) -> None:
    found = threshold_of(text, "--threshold")
    assert (found.outcome, pytest.approx(found.value), found.is_least) == wanted
    assert threshold_of(found.text, "again") == found


@every("outcome", OUTCOMES)
def test_every_outcome_has_thresholds(outcome: str) -> None:
    """As the reader gives them, they come back; and zero lies on every scale."""
    assert threshold_of(f"{outcome}>=0", "x") == Threshold(outcome, 0.0, True)


WRONG = [
    ("coverag=0.13", "--threshold: there is no outcome 'coverag' (did you mean 'coverage'?)"),
    ("coverage", "--threshold: write OUTCOME=VALUE, such as coverage=0.13, coverage>=13% or turnover<=0.15, not 'coverage'"),
    ("coverage=", "coverage wants a number (ratio), not ''"),
    ("=0.13", "write OUTCOME=VALUE"),
    ("coverage=nan", "coverage wants a number (ratio), not 'nan'"),
    ("coverage=13", "13 as coverage is 1300 %; write 13%, or 1300% if that is meant"),
    ("coverage=-1", "coverage lies on a scale of 0 or more, and '-1' is outside of it"),
    ("trust=1.5", "trust lies on a scale of 0 to 1, and '1.5' is outside of it"),
    ("inequality_towns<=2", "inequality_towns lies on a scale of 0 to 1"),
    ("stay_share>=130%", "stay_share lies on a scale of 0 to 1, and '130%' is outside of it"),
    ("cost_per_year=13%", "cost_per_year is no share but a number of yuan per year; write it without %"),
    ("dependence=0.3", "neither more nor less of dependence is better; write dependence>=0.3 or dependence<=0.3"),
]  # fmt: skip


@every(("text", "said"), WRONG)
def test_what_is_wrong_with_a_threshold_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(sim.Mistake) as caught:
        threshold_of(text, "--threshold")
    assert said in str(caught.value)


ASKED_WRONGLY: list[tuple[tuple[str, ...], dict[str, Any], str]] = [
    (("linkage", "coverag"), {"at_least": 0.1}, "did you mean 'coverage'"),
    (("linkag", "coverage"), {"at_least": 0.1}, "did you mean 'linkage'"),
    (("linkage", "coverage"), {}, "give at_least=... or at_most=..."),
    (("linkage", "coverage"), {"at_least": 0.1, "at_most": 0.2}, "give at_least=... or at_most=..."),
    (("linkage", "coverage"), {"at_least": 13}, "13 as coverage is 1300 %"),
    (("linkage", "coverage"), {"at_least": True}, "coverage wants a number (ratio), not True"),
    (("linkage", "incentive", "coverage"), {}, "did you mean 'incentives'"),
    (("linkage", "incentives", "coverag"), {}, "did you mean 'coverage'"),
    (("linkage", "incentives", "dependence"), {}, "neither more nor less of dependence is better"),
    (("linkage", "linkage", "coverage"), {}, "'linkage' is named twice"),
]


@pytest.fixture
def compared(here: Path) -> sim.Comparison:
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    return sim.compare("small.yaml", ["linkage", "incentives"], 6)


def test_asked_of_results_in_memory_and_stored(compared: sim.Comparison) -> None:
    compared.save("out")
    stored = open_results("out")
    values = compared.values("linkage", "coverage")
    middle = float(np.sort(values)[2])
    for results in (compared, stored, compared.results):
        assert np.array_equal(results.values("linkage", "coverage"), values)
        found = results.chance("linkage", "coverage", at_least=middle)
        assert found == chance_of(values >= middle)
        assert found.share == 4 / 6
        assert results.chance("linkage", "coverage", at_most=f"{100 * middle:.17g}%").n == 6
        ahead = results.chance_better("linkage", "incentives", "coverage")
        assert ahead == chance_of(values > compared.values("incentives", "coverage"))
        cheap = results.chance_better("baseline", "incentives", "cost_per_year")
        assert cheap.share == np.mean(
            compared.values("baseline", "cost_per_year") < compared.values("incentives", "cost_per_year")
        )
        for asked, more, said in ASKED_WRONGLY:
            method = results.chance_better if len(asked) == 3 else results.chance
            with pytest.raises(sim.Mistake) as caught:
                method(*asked, **more)
            assert said in str(caught.value)
    run_alone = sim.simulate("small.yaml")
    with pytest.raises(sim.Mistake, match="one run under one seed has no values by seed"):
        run_alone.results.chance("run", "coverage", at_least=0.1)
    for pair in compared.tables()["pairs"].to_dict("records"):
        found = [pair["share_better"], pair["share_low"], pair["share_high"]]
        if OUTCOMES[pair["outcome"]].good == 0:
            assert np.isnan(found).all()
        else:
            chance = compared.chance_better("linkage", "incentives", pair["outcome"])
            assert found == [chance.share, chance.low, chance.high]


def test_the_command_stores_tells_and_reports_them(
    compared: sim.Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--threshold", "coverage=18%", "--threshold", "cost_per_year<=350000"]
    assert (
        run(["compare", "small.yaml", "--policies", "linkage,incentives", "--seeds", "6", "--out", "out", *asked]) == 0
    )
    said = " ".join(capsys.readouterr().out.split())
    assert "Chance over 6 seeds that coverage is at least 18 %: Baseline " in said
    assert "that cost a year, whoever pays is at most 350,000 yuan a year: Baseline 100 % (54 to 100); " in said
    assert only_of_the_simulation(compared.results) in said
    stored = open_results("out")
    table = stored.tables["chances"]
    assert list(table.columns) == ["policy", *CHANCE_COLUMNS]
    assert len(table) == 2 * 3
    for row in table.to_dict("records"):
        values = compared.values(row["policy"], row["outcome"])
        passed = values >= 0.18 if row["outcome"] == "coverage" else values <= 350_000
        assert (row["share"], row["n"], row["unit"]) == (passed.mean(), 6, OUTCOMES[row["outcome"]].unit)
    assert table.equals(pd.read_parquet("out/chances.parquet"))
    again = sim.compare(
        "small.yaml", ["linkage", "incentives"], 6, thresholds=["coverage>=0.18", "cost_per_year=350000"]
    )
    assert again.results.tables["chances"].equals(table)
    again.save("saved")
    assert open_results("saved").tables["chances"].equals(table)
    # The report is remade from the folder alone, also of thresholds that nobody thought of before.
    page = html.unescape(Path("out/report.html").read_text(encoding="utf-8"))
    assert "coverage is at least 18 %" in page
    assert only_of_the_simulation(compared.results) in page
    assert run(["report", "out", "--threshold", "turnover=20%", "--lang", "zh"]) == 0
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "不高于 20%/年" in page
    assert "不低于 18" not in page
    assert run(["reproduce", "out"]) == 0
    assert run(["export", "out"]) == 0
    assert Path("out/export/chances.csv").is_file()


def test_wrong_thresholds_are_refused_before_any_work(
    compared: sim.Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    write_design()
    for command in (
        ["compare", "small.yaml", "--out", "out"],
        ["sweep", "design.yaml", "--out", "out"],
        ["report", "."],
    ):
        assert run([*command, "--threshold", "coverag=0.2"]) == 2
        assert is_one_sentence(
            capsys.readouterr().err, "--threshold: there is no outcome 'coverag' (did you mean 'coverage'?)"
        )
        assert not Path("out").exists()


def test_a_sweep_has_them_by_point_and_remembers(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    write_design(seeds=3)
    assert run(["sweep", "design.yaml", "--out", "out", "--threshold", "coverage=0.2"]) == 0
    said = capsys.readouterr().out
    assert "Chance over 3 seeds that coverage is at least 20 %: base " in said
    assert "1 more point in chances.parquet" in said
    first = open_results("out")
    table = first.tables["chances"]
    assert table["point"].tolist() == first.points["point"].tolist()
    for row in table.to_dict("records"):
        values = first.runs(["coverage"], where={"point": row["point"]})["coverage"]
        assert (row["share"], row["n"]) == ((values >= 0.2).mean(), 3)
    label = str(first.points["label"].iloc[1])
    assert first.chance(label, "coverage", at_least=0.2).share == table["share"].iloc[1]
    assert first.chance_better(label, "base", "trust").n == 3
    level, effect = first.level(label, "coverage"), first.effect(label, "coverage")
    assert level.mean == pytest.approx(first.values(label, "coverage").mean())
    assert effect.mean == pytest.approx((first.values(label, "coverage") - first.values("base", "coverage")).mean())
    with pytest.raises(sim.Mistake, match=r"there is no point 'bas' .did you mean 'base'"):
        first.effect("bas", "coverage")
    with pytest.raises(sim.Mistake, match=r"there is no point 'bas' .did you mean 'base'"):
        first.chance("bas", "coverage", at_least=0.2)
    assert table.equals(pd.read_parquet("out/chances.parquet"))
    assert sim.sweep("design.yaml", out="out").tables["chances"].equals(table)
    other = sim.sweep("design.yaml", out="out", thresholds="trust>=0.5").tables["chances"]
    assert set(other["outcome"]) == {"trust"}
    assert set(open_results("out").tables["chances"]["outcome"]) == {"trust"}


def test_sentences_stand_in_both_languages(compared: sim.Comparison) -> None:
    results = compared.results.with_thresholds(["coverage>=0.18"])
    assert chances_told(compared.results) == []
    language.use("zh")
    try:
        sentences = chances_told(results)
    finally:
        language.use("en")
    assert len(sentences) == 3
    assert sentences[0].startswith("6 个种子中")
    assert "的覆盖率高于其他政策的概率" in sentences[1]
    assert "假设的参数" in sentences[-1]


def test_the_policy_that_covers_most_is_set_against_each_other_one(compared: sim.Comparison) -> None:
    results = compared.results.with_thresholds(["coverage>=0.18"])
    best, other = sorted(results.policies, key=lambda policy: -results.level(policy, "coverage").mean)
    chance = compared.chance_better(best, other)
    said = f"Chance that {results.title(best)} covers more than another policy under the same seed: {results.title(other)} "
    assert (
        chances_told(results)[1]
        == f"{said}{100 * chance.share:.0f} % ({100 * chance.low:.0f} to {100 * chance.high:.0f})."
    )


def test_units_of_what_is_wanted_are_chinese() -> None:
    language.use("zh")
    with pytest.raises(sim.Mistake, match="须为数值（元/年）"):
        thresholds_of(["cost_per_year=many"], "--threshold")
    with pytest.raises(sim.Mistake, match="单位为元/年"):
        thresholds_of(["cost_per_year=5%"], "--threshold")
