"""Write the baseline's figures into paper-to-model.md and paper-to-model.zh.md: ``python docs/baseline.py``.

Each stands there as a number and its interval ("88.7 [87.3, 90.0]"), in the order of `FIGURES`. Means over 200 seeds with their 95 %
intervals (Student's t); takes about a minute.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from sim.lab.frames import column, measures, month_names, values
from sim.lab.run.executors import default_jobs
from sim.lab.sums.statistics import mean_interval
from sim.lab.worlds import advance
from sim.scenario.load import load_scenario
from sim.world.build import build

FOLDER = Path(__file__).resolve().parent
PAGES = ("paper-to-model.md", "paper-to-model.zh.md")
SEEDS = range(100_001, 100_201)
LAST_MONTH, YEAR, COUNT_2022 = "2024-12", "2024-01", "2022-06"


class History:
    """The monthly sums of a run, (months, stations, columns)."""

    def __init__(self, city: str, seed: int) -> None:
        scenario = load_scenario(city)
        self.names = month_names(scenario)
        world = build(scenario, seed)
        advance(world, len(self.names))
        self.months = values(world.observed.stations)

    def sums(self, first: str = "", last: str = LAST_MONTH) -> np.ndarray:
        """Columns summed over stations and the months from first to last, both included."""
        begin = self.names.index(first) if first else 0
        found: np.ndarray = self.months[begin : self.names.index(last) + 1].sum(axis=(0, 1))
        return found

    def total(self, *columns: str, first: str = "", last: str = LAST_MONTH) -> float:
        return float(sum(column(self.sums(first, last), name) for name in columns))

    def measure(self, name: str, first: str = "", last: str = LAST_MONTH) -> float:
        return float(measures(self.sums(first, last))[name])

    @property
    def fudged(self) -> float:
        """Share of ledger hours that are written off on paper."""
        return self.total("fudged_hours") / (self.total("fudged_hours") + self.total("ledger_hours"))

    def mean_stock(self, name: str) -> float:
        return self.total(name, first=YEAR) / 12.0


ENDED = ("met_station", "unmet_station", "paper_closed")
Figure = tuple[str, Callable[[History], float], str]
"""City, what is read of a run, and how it is written."""

FIGURES: Sequence[Figure] = (
    ("t-city", lambda run: run.total("dispatched_centre"), ".1f"),
    ("t-city", lambda run: run.total("dispatched_other"), ".1f"),
    ("t-city", lambda run: run.total("dispatched_station"), ",.0f"),
    ("t-city", lambda run: run.total(*ENDED), ",.0f"),
    ("t-city", lambda run: run.total("paper_closed"), ",.0f"),
    ("t-city", lambda run: run.total("met_station"), ",.0f"),
    ("t-city", lambda run: run.total("given_up"), ",.0f"),
    ("t-city", lambda run: 100 * run.measure("stay_share", YEAR), ".1f"),
    ("t-city", lambda run: 100 * run.measure("trained_share", YEAR), ".1f"),
    ("t-city", lambda run: 100 * run.measure("strong_share", YEAR), ".1f"),
    ("t-city", lambda run: run.total("dependence") / run.total("stations"), ".3g"),
    ("t-city", lambda run: 100 * run.measure("response_rate"), ".1f"),
    ("t-city", lambda run: 100 * run.measure("true_on_time_share"), ".1f"),
    ("t-city", lambda run: 100 * run.measure("reported_on_time_share"), ".1f"),
    ("t-city", lambda run: run.measure("mean_pay", YEAR), ",.0f"),
    ("t-city", lambda run: run.total("reception_days") / run.total("visits"), ".2f"),
    ("t-city", lambda run: run.total("visits") / run.total("stations"), ".2f"),
    ("t-city", lambda run: run.mean_stock("assistants"), ".1f"),
    ("t-city", lambda run: run.mean_stock("social_workers"), ".1f"),
    ("t-city", lambda run: run.mean_stock("seniors"), ".2f"),
    ("t-city", lambda run: 100 * run.measure("participation"), ".2f"),
    ("t-city", lambda run: 100 * run.measure("presence_share"), ".1f"),
    ("t-city-2022", lambda run: run.total("dispatched_station", last=COUNT_2022), ",.0f"),
    ("t-city-2022", lambda run: run.total(*ENDED, last=COUNT_2022), ",.0f"),
    ("t-city-2022", lambda run: 100 * run.measure("response_rate"), ".1f"),
    ("t-city-2022", lambda run: 100 * run.measure("true_on_time_share"), ".1f"),
    ("t-city", lambda run: 100 * run.measure("admin_share"), ".1f"),
    ("t-city", lambda run: 100 * (run.measure("reported_on_time_share") - run.measure("true_on_time_share")), ".1f"),
    ("t-city", lambda run: 100 * run.fudged, ".1f"),
    ("t-city-2022", lambda run: 100 * run.fudged, ".1f"),
    ("t-city", lambda run: 100 * run.measure("turnover", last=run.names[-1]), ".1f"),
    ("t-city", lambda run: 100 * run.measure("aware_share"), ".1f"),
)

FIGURE = re.compile(r"(\d[\d.,]*)([^\d\[\]|]*) \[(\d[\d.,]*), (\d[\d.,]*)\]")


def _read(city: str, reads: Sequence[Callable[[History], float]], seed: int) -> list[float]:
    run = History(city, seed)
    return [read(run) for read in reads]


def figures() -> list[tuple[str, str, str]]:
    """Mean, low and high of each, as written."""
    found: dict[int, tuple[str, str, str]] = {}
    for city in dict.fromkeys(city for city, _, _ in FIGURES):
        own = [i for i, (its, _, _) in enumerate(FIGURES) if its == city]
        with ThreadPoolExecutor(default_jobs()) as threads:
            runs = list(threads.map(partial(_read, city, [FIGURES[i][1] for i in own]), SEEDS))
        for i, values_of_seeds in zip(own, np.array(runs).T, strict=True):
            one, form = mean_interval(values_of_seeds), FIGURES[i][2]
            found[i] = (f"{one.mean:{form}}", f"{one.low:{form}}", f"{one.high:{form}}")
    return [found[i] for i in range(len(FIGURES))]


def renewed(text: str, made: Sequence[tuple[str, str, str]]) -> str:
    """The page with these figures. Raises ValueError where it has another number of them."""
    n = len(FIGURE.findall(text))
    if n != len(made):
        raise ValueError(f"there are {len(made)} figures with an interval, and {n} places for them")
    each = iter(made)

    def put(one: re.Match[str]) -> str:
        mean, low, high = next(each)
        return f"{mean}{one[2]} [{low}, {high}]"

    return FIGURE.sub(put, text)


def main() -> int:
    rows = figures()
    for page in PAGES:
        file = FOLDER / page
        try:
            text = renewed(file.read_text(encoding="utf-8"), rows)
        except ValueError as error:
            print(f"{page}: {error}", file=sys.stderr)
            return 1
        file.write_text(text, encoding="utf-8", newline="\n")
        print(f"{page} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
