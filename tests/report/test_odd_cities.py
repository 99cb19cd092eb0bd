"""Cities in which there is nothing of something: no warning on the user's terminal, and what is not there is missing, not odd."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import made
import made_sweeps
import numpy as np
import pandas as pd
import pytest
from cities import city, group, town

from sim import language
from sim.cli.summary import print_comparison, print_run
from sim.lab.kept.results import Results
from sim.report import page as report


@pytest.fixture(autouse=True)
def every_warning_is_an_error() -> Iterator[None]:
    language.use("en")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def public(**facts: object) -> dict[str, object]:
    return {key: value for key, value in group(**facts).items() if key != "per_1000"} | {"rest": True}


ONE_TOWN = {"a": town(population=400, posts=1, communities=1)}
NO_NEEDS = {"old": group(needs_per_year=0.0), "public": public(needs_per_year=0.0)}
FEW = {f"few_{i}": group(per_1000=2, needs_per_year=1.0, detectability=3) for i in range(12)} | {"public": public()}
"""Groups of a handful: a need of last month is met in a month in which none arises."""
NOBODY = {"nobody": group(per_1000=0.001), "few": group(per_1000=3, needs_per_year=0.3), "public": public()}

CITIES: dict[str, Callable[[], Results]] = {
    "one town, one community": lambda: made.of_compare(city(towns=ONE_TOWN), [made.FREE], 2),
    "a group of none, one of few": lambda: made.of_compare(city(groups=NOBODY, policy_start="2023-12-01"), [made.FREE, made.RICH], 4),
    "groups of a handful, a window of a month": lambda: made.of_compare(city(groups=FEW, policy_start="2023-12-01"), [made.FREE], 4),
    "no needs": lambda: made.of_compare(city(groups=NO_NEEDS), [made.FREE], 3),
    "no posts": lambda: made.of_compare(city(towns={"a": town(posts=0)}), [made.FREE], 3),
    "a window of a month, one seed": lambda: made.of_compare(city(policy_start="2023-12-01"), [made.FREE], 1),
    "a run of a month": lambda: made.of_compare(city(policy_start="2023-01-01", end="2023-01-31"), [made.FREE], 2),
    "no policy, one seed": lambda: made.of_compare(city(groups=NOBODY), [], 1),
    "one run of nothing": lambda: made.of_run(city(towns={"a": town(posts=0)}, groups=NO_NEEDS)),
}  # fmt: skip


@pytest.mark.parametrize("name", CITIES)
def test_a_comparison_warns_of_nothing(name: str) -> None:
    results = CITIES[name]()
    for table in results.tables.values():
        numbers = table.select_dtypes("number").to_numpy(float)
        assert not np.isinf(numbers).any()
    (print_run if results.kind == "run" else print_comparison)(results)
    page = report.html(results, Path("x"))
    assert not {"nan", "inf"} & set(page.lower().replace("<", " ").replace(">", " ").split())


def sweep_of(change: Callable[[np.ndarray], np.ndarray], n_seeds: int) -> Results:
    """A made sweep whose outcomes are changed before they are summed up."""
    from sim.lab.sums.tables import summary_tables

    sweep = made_sweeps.results("two numbers")
    outcomes = list(sweep.design.outcomes)
    points = sweep.points
    rng = np.random.default_rng(1)
    runs = points[["point"]].merge(pd.DataFrame({"seed": range(1, n_seeds + 1)}), how="cross")
    for outcome in outcomes:
        runs[outcome] = change(rng.normal(0.5, 0.1, len(runs)))
    return Results({"points": points, **summary_tables(sweep.design, points, runs)}, sweep.provenance, sweep.folder)


@pytest.mark.parametrize(
    ("change", "n_seeds"),
    [(lambda one: one * np.nan, 5), (lambda one: one * 0.0, 5), (lambda one: one, 1), (lambda one: one, 2)],
    ids=["nothing known", "nothing varies", "one seed", "two seeds"],
)
def test_a_sweep_warns_of_nothing(change: Callable[[np.ndarray], np.ndarray], n_seeds: int) -> None:
    page = report.html(sweep_of(change, n_seeds), Path("x"))
    assert not {"nan", "inf"} & set(page.lower().replace("<", " ").replace(">", " ").split())
