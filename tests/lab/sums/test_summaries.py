"""The tables that figures draw, against the raw tables by other means: pandas, one number at a time."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cities import TEXT, city, town
from edits import edit_json
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.lab.compare import arms_of, compare
from sim.lab.comparison import Comparison, design_of
from sim.lab.finish import finish_comparison
from sim.lab.frames import month_names
from sim.lab.kept import folders
from sim.lab.kept.opening import open_results
from sim.lab.kept.results import clean
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.executors import Serial
from sim.lab.run.session import sweep
from sim.lab.simulate import simulate
from sim.lab.sums.paper import PAPER_COUNTS, PAPER_SHARES, paper_figures
from sim.lab.sums.statistics import gini, intervals, mean_interval
from sim.lab.sums.summaries import ACTIVITIES, CURVES, TAG_OUTCOMES, _inequality
from sim.mistakes import Mistake
from sim.observations import MEASURES
from sim.scenario.schema import Policy, read_policy
from sim.scenario.yaml_reader import from_plain


def policy(name: str, **levers: object) -> Policy:
    plain = {"kind": "policy", "title": TEXT, "proposer": TEXT, "source": TEXT, "levers": levers}
    return read_policy(from_plain(plain, name), name)


ARMS = arms_of(city(end="2024-02-29"), [policy("free", administrative_burden=0), policy("rich", pay=6000)])
N = 5


@pytest.fixture(scope="module")
def result() -> Comparison:
    return compare(ARMS, seeds=range(1, N + 1))


@pytest.fixture(scope="module")
def tables(result: Comparison) -> dict[str, pd.DataFrame]:
    return result.tables()


def by_hand(values: pd.Series) -> tuple[float, float, float]:
    """Mean and its interval, by scipy's t."""
    from scipy import stats

    kept = values.dropna()
    half = stats.t.ppf(0.975, len(kept) - 1) * stats.sem(kept) if len(kept) > 1 else math.nan
    return kept.mean(), kept.mean() - half, kept.mean() + half


def cut(unit: str, low: float, high: float) -> tuple[float, float]:
    """What lies within 0-1, or not below 0, has its interval there."""
    is_part = unit in {"share", "0-1", "share per month"}
    return max(low, 0.0) if is_part or unit == "ratio" else low, min(high, 1.0) if is_part else high


def check(row: pd.Series, levels: pd.Series, base: pd.Series) -> None:
    """A row of a summary table against its values by seed and the baseline's."""
    mean, low, high = by_hand(levels)
    low, high = cut(row["unit"], low, high)
    assert [row["mean"], row["low"], row["high"]] == pytest.approx([mean, low, high], nan_ok=True)
    assert row["n"] == levels.notna().sum()
    if row["policy"] == "baseline":
        assert math.isnan(row["effect"])
    else:
        found = [row["effect"], row["effect_low"], row["effect_high"]]
        assert found == pytest.approx(by_hand(levels - base), rel=1e-9, abs=1e-12, nan_ok=True)


def measure(sums: pd.DataFrame, name: str) -> pd.Series:
    one = MEASURES[name]
    return one.scale * sums[list(one.above)].sum(axis=1) / sums[list(one.below)].sum(axis=1)


def sums(table: pd.DataFrame, arm: str, keep: pd.Series | None = None) -> pd.DataFrame:
    own = table[table.policy == arm] if keep is None else table[(table.policy == arm) & keep]
    return own.groupby("seed").sum(numeric_only=True)


def test_hours_of_a_week(tables: dict[str, pd.DataFrame]) -> None:
    months, table = tables["months"], tables["hours"]
    assert set(zip(table.policy, table.period, strict=True)) == {("baseline", "before")} | {
        (arm, "after") for arm in ARMS
    }
    for _, row in table.iterrows():
        keep = months.month < "2023-07" if row.period == "before" else months.month >= "2023-07"
        columns = list(ACTIVITIES[row.activity])

        def per_week(arm: str, keep: pd.Series = keep, columns: list[str] = columns) -> pd.Series:
            total = sums(months, arm, keep)
            return total[columns].sum(axis=1) / (total.filled_days / 7)

        check(row, per_week(row.policy), per_week("baseline"))


def test_the_activities_are_all_that_staff_do(tables: dict[str, pd.DataFrame]) -> None:
    """Their hours add up to those that staff gave."""
    months = tables["months"]
    done = sum(months[column] for columns in ACTIVITIES.values() for column in columns)
    assert (done <= months.given_hours + 1e-6).all()
    assert done.sum() == pytest.approx(months.given_hours.sum(), rel=0.02)


def test_curves_are_quarters_from_the_policies_start(tables: dict[str, pd.DataFrame]) -> None:
    months, table = tables["months"], tables["curves"]
    starts = sorted(table.month.unique())
    assert starts == ["2023-01", "2023-04", "2023-07", "2023-10", "2024-01"]
    assert table.groupby("month").n_months.unique().map(list).tolist() == [[3], [3], [3], [3], [2]]
    quarter = months.month.map(lambda month: max(start for start in starts if start <= month))
    for _, row in table[table.outcome.isin([*CURVES[::3], "balance"])].iterrows():

        def of(arm: str, row: pd.Series = row) -> pd.Series:
            total = sums(months, arm, quarter == row.month)
            return total.balance / row.n_months if row.outcome == "balance" else measure(total, row.outcome)

        check(row, of(row.policy), of("baseline"))


def test_arms_share_their_history(tables: dict[str, pd.DataFrame]) -> None:
    before = tables["curves"][tables["curves"].month < "2023-07"]
    for arm in ("free", "rich"):
        assert (before[before.policy == arm].effect.dropna() == 0).all()


def test_money(tables: dict[str, pd.DataFrame]) -> None:
    months, table = tables["months"], tables["money"]
    keep = months.month >= "2023-07"
    for _, row in table.iterrows():

        def of(arm: str, row: pd.Series = row) -> pd.Series:
            total = sums(months, arm, keep)
            if row["item"] == "cost_total":
                total["cost_total"] = total[[name for name in total if name.startswith("cost_")]].sum(axis=1)
            total = total[row["item"]]
            return total / 8 if row["item"] in {"balance", "receivable", "wages_owed"} else total / 8 * 12

        check(row, of(row.policy), of("baseline"))
    costs = table[table.item.str.startswith("cost_") & (table.item != "cost_total")].groupby("policy")["mean"].sum()
    levels = tables["levels"].set_index(["policy", "outcome"])["mean"]
    for arm in ARMS:
        assert costs[arm] == pytest.approx(levels[arm, "cost_per_year"])


def test_towns_and_groups(tables: dict[str, pd.DataFrame]) -> None:
    for key, raw, name in (("station", "towns", "town_outcomes"), ("group", "groups", "group_outcomes")):
        for _, row in tables[name].iterrows():

            def of(arm: str, row: pd.Series = row, raw: str = raw, key: str = key) -> pd.Series:
                total = sums(tables[raw], arm, tables[raw][key] == row[key])
                if key == "station":
                    return measure(total, row.outcome)
                return total.met / total.arisen if row.outcome == "coverage" else total.trust_sum / total.residents

            check(row, of(row.policy), of("baseline"))


TAGS = {"rural": ["a", "c"], "large": ["b", "c"], "all": ["a", "b", "c"], "only": ["a"]}


@pytest.fixture(scope="module")
def tagged() -> Comparison:
    towns = {name: town(tags=[tag for tag in TAGS if name in TAGS[tag]]) for name in ("a", "b", "c")}
    arms = arms_of(city(towns=towns), [policy("rich", pay={"factor": 2, "stations": {"tag": "rural"}})])
    return compare(arms, seeds=N)


def test_tags_group_towns(tagged: Comparison) -> None:
    """Sums over the towns of a tag, and ratios of these; a tag of all towns is the city, a tag of one town that town."""
    tables = tagged.tables()
    table, towns, runs = tables["tag_outcomes"], tables["towns"], tables["runs"]
    assert list(table.tag.unique()) == list(tagged.scenario.tags)
    assert list(table.outcome.unique()) == list(TAG_OUTCOMES)
    costs = [name for name in towns if name.startswith("cost_")]
    for _, row in table.iterrows():

        def of(arm: str, row: pd.Series = row) -> pd.Series:
            total = sums(towns, arm, towns.station.isin(TAGS[row.tag]))
            met, cost = total.met_station + total.met_away, total[costs].sum(axis=1)
            if row.outcome == "cost_per_met_need":
                price = cost.sum() / met.sum()
                return price + (cost - price * met) / met.mean()
            if row.outcome in {"posts", "filled"}:
                return total[row.outcome] / 6
            public = cost - total.own_revenue
            years = {
                "arisen_per_year": total.arisen,
                "met_per_year": met,
                "cost_per_year": cost,
                "public_cost_per_year": public,
            }
            return years[row.outcome] * 2 if row.outcome in years else measure(total, row.outcome)

        check(row, of(row.policy), of("baseline"))
    of_all = table[table.tag == "all"].set_index(["policy", "outcome"])
    for outcome in set(TAG_OUTCOMES) & set(runs) - {"cost_per_met_need"}:
        for arm, own in runs.groupby("policy"):
            assert of_all.loc[(arm, outcome), "mean"] == pytest.approx(own[outcome].mean(), rel=1e-9), outcome
    one = table[(table.tag == "only") & (table.outcome == "coverage")]
    town_a = tables["town_outcomes"].query("station == 'a' and outcome == 'coverage'")
    assert one["mean"].tolist() == pytest.approx(town_a["mean"].tolist())


def test_a_city_without_tags_has_no_table_of_them(tables: dict[str, pd.DataFrame]) -> None:
    assert "tag_outcomes" not in tables


def test_the_chain(tables: dict[str, pd.DataFrame]) -> None:
    months, table = tables["months"], tables["chain"]
    keep = months.month >= "2023-07"
    runs = tables["runs"].set_index(["policy", "seed"])
    for _, row in table.iterrows():

        def of(arm: str, row: pd.Series = row) -> pd.Series:
            total = sums(months, arm, keep)
            if row.step == "tasks_accepted":
                return total.tasks_accepted / 8
            if row.step == "outreach":
                return total.outreach_hours / total.filled_days * 7
            if row.step == "coverage":
                return measure(total, "coverage")
            if row.step == "late_share":
                return 1 - runs.loc[arm].true_on_time_share
            return runs.loc[arm][row.step]

        check(row, of(row.policy), of("baseline"))


def test_effects_and_levels_agree_with_runs(tables: dict[str, pd.DataFrame]) -> None:
    runs = tables["runs"].set_index(["policy", "seed"])

    def of(arm: str, outcome: str) -> pd.Series:
        own = runs.loc[arm]
        if outcome != "cost_per_met_need":
            return own[outcome]
        price = own.cost_per_year.sum() / own.met_per_year.sum()  # all that was paid by all that was met
        return price + (own.cost_per_year - price * own.met_per_year) / own.met_per_year.mean()

    for table in ("levels", "effects"):
        for _, row in tables[table].iterrows():
            values = of(row.policy, row.outcome)
            if table == "effects":
                values = values - of("baseline", row.outcome)
            mean, low, high = by_hand(values)
            if table == "levels":
                low, high = cut(row.unit, low, high)
            assert [row["mean"], row["low"], row["high"]] == pytest.approx(
                [mean, low, high], rel=1e-9, abs=1e-12, nan_ok=True
            )


def test_inequality_is_of_pooled_coverage(tables: dict[str, pd.DataFrame]) -> None:
    """The jackknife by hand: Gini and gap of the coverage pooled over seeds, and over all seeds but each one."""
    groups = tables["groups"]

    def gap(arm: str, without: int = 0) -> float:
        own = groups[(groups.policy == arm) & (groups.seed != without)].groupby("group")[["met", "arisen"]].sum()
        coverage = own.met / own.arisen
        return coverage.max() - coverage.min()

    table = tables["inequality"].set_index(["policy", "of", "measure"])
    pseudo = {arm: pd.Series([N * gap(arm) - (N - 1) * gap(arm, s) for s in range(1, N + 1)]) for arm in ARMS}
    for arm in ARMS:
        row = table.loc[(arm, "groups", "gap")]
        assert row["mean"] == pytest.approx(pseudo[arm].mean())
        if arm != "baseline":
            wanted = by_hand(pseudo[arm] - pseudo["baseline"])
            assert [row["effect"], row["effect_low"], row["effect_high"]] == pytest.approx(wanted)


def test_counting_noise_is_no_inequality() -> None:
    """Groups that are served alike: the Gini of single runs is far from 0, that of the pooled coverage holds 0."""
    from dataclasses import replace

    rng = np.random.default_rng(1)
    made = compare({"baseline": ARMS["baseline"]}, seeds=[1, 2])
    n = 60
    groups = np.zeros((1, n, *made.groups.shape[2:]))
    from sim.observations import GROUP_MONTH

    names = list(GROUP_MONTH)
    groups[..., names.index("arisen")] = 100
    groups[..., names.index("met")] = rng.binomial(100, 0.1, size=groups.shape[:3])
    alike = replace(made, seeds=tuple(range(1, n + 1)), groups=groups, towns=np.zeros((1, n, *made.towns.shape[2:])))
    table = _inequality(alike).set_index(["of", "measure"])
    assert gini(groups[0, 0, :, names.index("met")]) > 0.02
    assert table.loc[("groups", "gini"), "low"] < 0.01
    assert table.loc[("groups", "gap"), "mean"] < 0.01


def test_pairs_and_prices(tables: dict[str, pd.DataFrame]) -> None:
    runs = tables["runs"].set_index(["policy", "seed"])
    pairs = tables["pairs"]
    assert list(pairs.outcome) == list(OUTCOMES), "free against rich, by every outcome"
    for pair in pairs.to_dict("records"):
        assert (pair["policy"], pair["other"]) == ("free", "rich")
        assert pair["unit"] == OUTCOMES[pair["outcome"]].unit
        if pair["outcome"] != "cost_per_met_need":
            wanted = by_hand(runs.loc["free"][pair["outcome"]] - runs.loc["rich"][pair["outcome"]])
            assert [pair["mean"], pair["low"], pair["high"]] == pytest.approx(wanted, nan_ok=True), pair["outcome"]
        else:  # what an average need costs: a ratio of means
            free, rich = (
                runs.loc[arm].cost_per_year.sum() / runs.loc[arm].met_per_year.sum() for arm in ("free", "rich")
            )
            assert pair["mean"] == pytest.approx(free - rich)
    prices = tables["prices"].set_index("policy")
    free, base = runs.loc["free"], runs.loc["baseline"]
    gain = (free.met_per_year - base.met_per_year).mean()
    cost = free.cost_per_year - base.cost_per_year
    assert prices.loc["free", "yuan"] == pytest.approx(cost.mean() / gain)
    tasks = (base.admin_task_hours_per_year - free.admin_task_hours_per_year) * base.wage_cost_per_hour
    assert prices.loc["free", "yuan_with_tasks"] == pytest.approx((cost + tasks).mean() / gain)


def test_what_falls_to_government(tables: dict[str, pd.DataFrame]) -> None:
    runs, months = tables["runs"], tables["months"]
    window = months[months.month >= "2023-07"].groupby(["policy", "seed"]).own_revenue.sum() / 8 * 12
    found = runs.set_index(["policy", "seed"])
    assert (found.cost_per_year - found.public_cost_per_year).to_numpy() == pytest.approx(
        window[found.index].to_numpy(), abs=1e-6
    )


def test_the_papers_figures_are_about_its_city_only(tables: dict[str, pd.DataFrame]) -> None:
    assert len(tables["paper"]) == 0


def test_the_papers_figures(result: Comparison) -> None:
    """Each is read from the months that it is about, in the baseline."""
    from dataclasses import replace

    base = replace(city(end="2025-12-31", policy_start="2025-01-01"), name="t-city")
    made = compare({"baseline": base}, seeds=range(1, 4))
    table = paper_figures(made).set_index("figure")
    assert set(table.index) == {one.name for one in (*PAPER_COUNTS, *PAPER_SHARES)}
    months = made.tables()["months"]
    until = sums(months, "baseline", months.month <= "2024-12")
    year = sums(months, "baseline", months.month.between("2024-01", "2024-12"))
    for name, values in {
        "dispatched_station": until.dispatched_station,
        "dispatched_other": until.dispatched_other,
        "dispatched_centre": until.dispatched_centre,
        "stay_share": year.stay_sum / year.filled,
        "trained_share": year.trained / year.filled,
        "strong_share": year.strong_sum / year.filled,
    }.items():
        row = table.loc[name]
        assert [row["mean"], row["low"], row["high"]] == pytest.approx(by_hand(values)), name
    assert table.loc["stay_share", "paper"] == 0.4112
    assert math.isnan(table.loc["dispatched_station", "paper_low"])
    assert month_names(base)[-1] == "2025-12"


@given(arrays(float, (6, 3, 2), elements=st.one_of(st.floats(-1e6, 1e6), st.just(math.nan))))
def test_intervals_are_mean_intervals(values: np.ndarray) -> None:
    found = intervals(values, axis=0)
    for place in np.ndindex(3, 2):
        one = mean_interval(values[(slice(None), *place)])
        alone = [float(found[name][place]) for name in ("mean", "low", "high", "sd", "n")]
        wanted = [one.mean, one.low, one.high, one.sd, one.n]
        assert alone == pytest.approx(wanted, rel=1e-9, abs=1e-6, nan_ok=True)


def test_a_run_has_the_same_tables_without_intervals() -> None:
    run = simulate(ARMS["free"], 2)
    tables = run.tables()
    both = compare(ARMS, seeds=[2]).tables()
    for name in ("curves", "hours", "money", "town_outcomes", "group_outcomes"):
        own = both[name][both[name].policy == "free"].reset_index(drop=True)
        mine = tables[name]
        if name == "hours":
            mine = mine[mine.period == "after"].reset_index(drop=True)
        assert np.array_equal(mine["mean"], own["mean"], equal_nan=True), name
        assert mine["low"].isna().all()
    after = tables["outcomes"][tables["outcomes"].period == "after"].set_index("outcome").value
    runs = both["runs"].set_index("policy").loc["free"]
    for outcome, value in after.items():
        assert value == pytest.approx(runs[outcome], nan_ok=True)


def test_a_runs_months_before_are_those_before_its_policies() -> None:
    run = simulate(ARMS["free"], 2)
    tables = run.tables()
    city_months = tables["city"]
    before = city_months[city_months.month < "2023-07"].sum(numeric_only=True)
    found = tables["outcomes"][tables["outcomes"].period == "before"].set_index("outcome").value
    assert found["coverage"] == pytest.approx((before.met_station + before.met_away) / before.arisen)
    assert found["arisen_per_year"] == pytest.approx(before.arisen * 2)
    assert found["turnover"] == pytest.approx(365 * before.quits / before.filled_days)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sweep(design_of(ARMS, N), tmp_path / "made", Serial())
    finish_comparison(tmp_path / "made")
    return tmp_path / "made"


def test_stored_results_are_the_results(folder: Path, result: Comparison) -> None:
    loaded = open_results(folder)
    assert loaded.names == list(ARMS)
    assert loaded.n_seeds == N
    assert loaded.policy_start == "2023-07-01"
    for arm in ARMS:
        assert vars(loaded.level(arm, "coverage")) == vars(result.level(arm, "coverage"))
    for arm in ("free", "rich"):
        assert vars(loaded.effect(arm, "turnover")) == pytest.approx(vars(result.effect(arm, "turnover")))
        assert loaded.price(arm).verdict == result.price(arm).verdict
    with pytest.raises(Mistake, match="there is no outcome 'no such outcome'"):
        loaded.effect("free", "no such outcome")


@pytest.mark.parametrize("missing", ["runs", "months", "town_sums", "group_sums"])
def test_a_missing_shard_is_named(folder: Path, missing: str) -> None:
    (folder / missing / "000001.parquet").unlink()
    with pytest.raises(Mistake, match=rf"{missing}.00000.\.parquet: is missing"):
        open_results(folder)


@pytest.mark.parametrize(
    "change", ['"arms": {}', '"arms": {"baseline": {}}', '"arms": 3', '"n_seeds": []', '"arm_hashes": -1']
)
def test_a_damaged_provenance_is_named(folder: Path, change: str) -> None:
    import json

    edit_json(folder / folders.PROVENANCE, **json.loads("{" + change + "}"))
    with pytest.raises(Mistake, match=r"provenance\.json: is damaged"):
        open_results(folder)


def test_names_are_cleaned() -> None:
    assert clean("a\nb\t c\x1b[31m\u202ed\u2028e") == "a b c [31m d e"
    assert clean("👩\u200d👧 $x$ <b>") == "👩\u200d👧 $x$ <b>"
