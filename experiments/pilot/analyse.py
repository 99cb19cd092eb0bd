"""The pilot as a researcher would analyse it, against what is true in the model.

    stations sweep pilot && python experiments/pilot/analyse.py results/sweep-pilot

A researcher sees one city once: three pilot towns, six others, before and after. She compares the change in the pilot towns with
that in the others (difference in differences) and reads her interval off the spread between towns. Here the same city can be run
with and without the pilot under the same seed, so what the pilot truly did there is known. 研究者只看到一个城市的一次试点；
模型中可在同一种子下比较有无试点，因而真实作用已知。
"""

from __future__ import annotations

import argparse
import math

import numpy as np
import pandas as pd

import sim
from sim.lab.sums.statistics import Estimate, mean_interval, student

PILOT = ("town_2", "town_5", "town_8")
BEFORE, AFTER = ("2024-01", "2024-12"), ("2025-01", "2025-12")


def town_shares(results: sim.Results, policies: str) -> pd.DataFrame:
    """Coverage by seed and town, a column for the year before and one for the year of the pilot."""
    counts = ["arisen", "met_station", "met_away"]
    months = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    towns = results.towns(counts, where={"policies": policies, "month": months})
    towns["year"] = np.where(towns["month"] <= BEFORE[1], "before", "after")
    sums = towns.groupby(["seed", "station", "year"])[counts].sum()
    coverage = (sums["met_station"] + sums["met_away"]) / sums["arisen"]
    return coverage.unstack("year")[["before", "after"]]


def as_a_researcher(shares: pd.DataFrame) -> pd.DataFrame:
    """For each seed the difference in differences with the 95 % interval that the spread between towns gives.

    Welch 1947: the two groups of towns may differ in spread.
    """
    change = (shares["after"] - shares["before"]).unstack("station")
    treated, others = change[list(PILOT)], change.drop(columns=list(PILOT))
    a, b = treated.var(axis=1, ddof=1) / treated.shape[1], others.var(axis=1, ddof=1) / others.shape[1]
    degrees = (a + b) ** 2 / (a**2 / (treated.shape[1] - 1) + b**2 / (others.shape[1] - 1))
    half = np.array([student(n) for n in degrees + 1.0]) * np.sqrt(a + b)
    mean = treated.mean(axis=1) - others.mean(axis=1)
    return pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half})


def truth(with_pilot: pd.DataFrame, without: pd.DataFrame) -> pd.DataFrame:
    """For each seed what the pilot did to the pilot towns, and to the others, in its year."""
    effect = (with_pilot["after"] - without["after"]).unstack("station")
    return pd.DataFrame(
        {"pilot": effect[list(PILOT)].mean(axis=1), "others": effect.drop(columns=list(PILOT)).mean(axis=1)}
    )


def points(one: Estimate) -> str:
    """In percentage points, with the 95 % interval of the mean over seeds."""
    return f"{100 * one.mean:+.2f} points ({100 * one.low:+.2f} to {100 * one.high:+.2f})"


def analyse(folder: str) -> dict[str, Estimate | float]:
    """Means over seeds with intervals, and shares of seeds."""
    results = sim.open_results(folder)
    tried, never = town_shares(results, "pilot_only"), town_shares(results, "none")
    found, true = as_a_researcher(tried), truth(tried, never)
    simple = (tried["after"] - tried["before"]).unstack("station")[list(PILOT)].mean(axis=1)
    return {
        "pilot": mean_interval(true["pilot"].to_numpy()),
        "others": mean_interval(true["others"].to_numpy()),
        "found": mean_interval(found["mean"].to_numpy()),
        "error": mean_interval((found["mean"] - true["pilot"]).to_numpy()),
        "before_after": mean_interval(simple.to_numpy()),
        "spread": float(found["mean"].std(ddof=1)) if len(found) > 1 else math.nan,
        "power": float((found["low"] > 0.0).mean()),
        "wrong_sign": float((found["mean"] < 0.0).mean()),
        "held": float(((found["low"] <= true["pilot"]) & (true["pilot"] <= found["high"])).mean()),
        "n": float(len(found)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default="results/sweep-pilot")
    found = analyse(parser.parse_args().folder)
    n = int(found.pop("n"))
    said = {
        "pilot": "What the pilot did to coverage in the pilot towns in its year",
        "others": "What it did in the other towns (spillover)",
        "before_after": "A researcher who compares the pilot towns before and after finds",
        "found": "A researcher who compares changes (difference in differences) finds",
        "error": "  which is off by",
        "spread": "  spread of that finding between cities alike (standard deviation)",
        "power": "  share of cities in which her interval excludes zero, rightly",
        "wrong_sign": "  share of cities in which she finds harm where there is none",
        "held": "  share of cities in which her 95 % interval holds the truth",
    }
    print(f"{n} cities alike (seeds), each with and without the pilot; intervals are those of the mean over cities")
    for name, text in said.items():
        one = found[name]
        if isinstance(one, Estimate):
            print(f"{text}: {points(one)}")
        elif name == "spread":
            print(f"{text}: {100 * one:.2f} points")
        else:
            # Of a share: the binomial standard error.
            print(f"{text}: {100 * one:.0f} % (± {196 * math.sqrt(max(one * (1 - one), 1e-12) / n):.0f})")


if __name__ == "__main__":
    main()
