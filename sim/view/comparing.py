"""A comparison of policies that runs in the background and can be looked at, and stopped, at any time."""

from __future__ import annotations

import contextlib
import csv
import io
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.code import check_allowed
from sim.lab.compare import arms_of
from sim.lab.comparison import BASELINE
from sim.lab.design.design import Keep, Window
from sim.lab.doubt.choose import refuse_more, worlds_of
from sim.lab.failed import Repeat, Stopped, in_python
from sim.lab.kept.shapes import INTERVAL
from sim.lab.kept.spreadsheets import cell
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.executors import Threads, closing, completed, default_jobs
from sim.lab.run.work import Chunk, ChunkOutput, Measuring, do, model_of
from sim.lab.say.commands import command_line
from sim.lab.say.numbers import number, unit_name, with_interval
from sim.lab.say.verdict import tone, verdict, verdict_name, verdict_of_worlds
from sim.lab.sums.doubt import spread
from sim.lab.sums.persons import PERSONS, persons_apart
from sim.lab.sums.statistics import Estimate, intervals, mean_interval, within_scale
from sim.lab.worlds import check_shared_history
from sim.language import in_brackets, one_by_one, tr
from sim.mistakes import Mistake
from sim.scenario.told import against

if TYPE_CHECKING:
    from sim.scenario.schema import Policy, Scenario

MOST_SEEDS = 1000
OUTCOMES_COMPARED = (
    "coverage", "met_per_year", "true_on_time_share", "admin_share", "outreach_share", "stay_share", "turnover", "burnout",
    "trust", "participation", "cost_per_year",
)  # fmt: skip
SECONDS_BETWEEN_REPORTS = 0.25
OF_PERSONS = tuple(dict.fromkeys(column for columns in PERSONS.values() for column in columns))
"""What is kept of each month, so that an effect on an attribute of persons is held against how far these lie apart."""

_slots = threading.BoundedSemaphore(default_jobs())
"""All sessions together run no more at a time than there are cores."""


class Comparing:
    """Policies against the baseline under seeds 1, 2, ..., or in worlds 1, 2, ... of what is in doubt: the same and the same history for all.

    `on_change` is called from another thread a few times a second, and once at the end. Raises Mistake where the policies
    do not fit the city.
    """

    def __init__(
        self,
        city: Scenario,
        policies: Sequence[Policy],
        n_seeds: int,
        *,
        on_change: Callable[[], None] = lambda: None,
        allow_code: bool = False,
        repeat: Repeat = in_python,
        doubt: str | None = None,
    ) -> None:
        if not policies:
            raise Mistake("choose at least one policy to compare", "请至少选择一项要比较的政策")
        if isinstance(n_seeds, bool) or not isinstance(n_seeds, int) or not 1 <= n_seeds <= MOST_SEEDS:
            raise Mistake(
                f"seeds must be a whole number from 1 to {MOST_SEEDS:,}", f"种子数须为 1 至 {MOST_SEEDS:,} 的整数"
            )
        self.city, self.policies, self.n_seeds = city, list(policies), n_seeds
        self.worlds = worlds_of(city, doubt)
        if self.worlds is not None:
            refuse_more(self.worlds, n_seeds, city)
        self.arms = arms_of(city, policies)
        check_shared_history(self.arms)
        for arm in self.arms.values():
            if arm.code and not allow_code:
                check_allowed(arm, allow_code)
        self.message = ""
        self.warnings = list(dict.fromkeys(warning for arm in self.arms.values() for warning in against(arm)))
        self._allow_code, self._doubt = allow_code, doubt
        self._repeat = repeat
        self._on_change = on_change
        self._found: dict[int, np.ndarray] = {}
        self._persons: dict[int, np.ndarray] = {}
        self._executor = Threads(min(default_jobs(), n_seeds), self._do)
        self._stop = self._executor.stop
        self._reported = 0.0
        self._thread = threading.Thread(target=self._run, name="compare", daemon=True)

    def start(self) -> Comparing:
        self._thread.start()
        return self

    def cancel(self) -> None:
        """Begin no further run; what is there stays."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive() and not self._stop.is_set()

    @property
    def n_done(self) -> int:
        """Seeds under which every policy has run."""
        return len(self._found)

    def _run(self) -> None:
        chunks = (self._chunk(seed) for seed in range(1, self.n_seeds + 1))
        try:
            with contextlib.suppress(Stopped), closing(self._executor):
                for done in completed(self._executor, lambda: next(chunks, None)):
                    if done is None:
                        continue
                    runs = done.future.result().runs
                    last = runs[BASELINE].series["months"][-1]
                    self._persons[done.task.seed] = persons_apart(dict(zip(OF_PERSONS, last, strict=True)))
                    self._found[done.task.seed] = np.array([runs[arm].outcomes for arm in self.arms])
                    if time.monotonic() - self._reported > SECONDS_BETWEEN_REPORTS:
                        self._reported = time.monotonic()
                        self._on_change()
        except Mistake as mistake:
            self.message = str(mistake)
        self._stop.set()
        self._on_change()

    def _chunk(self, seed: int) -> Chunk:
        measuring = Measuring(Window(), Keep(months=OF_PERSONS))
        model = model_of(self.city, measuring, allow_code=self._allow_code, worlds=self.worlds)
        draw = None if self.worlds is None else self.worlds.draw(seed)
        return Chunk(seed, tuple(self.arms.values()), tuple(self.arms), model, measuring, self._allow_code, draw=draw)

    def _do(self, chunk: Chunk, stop: threading.Event) -> ChunkOutput:
        while not _slots.acquire(timeout=0.2):
            if stop.is_set():
                raise Stopped
        try:
            return do(chunk, stop, repeat=self._repeat)
        finally:
            _slots.release()

    # --- what it comes to so far

    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """By arm and outcome: the baseline's levels, and the paired differences of the policies. Means with their intervals; in worlds, medians and
        where 95 of 100 worlds lie."""
        return {
            arm: {outcome: self._estimate(arm, outcome, values) for outcome, values in own.items()}
            for arm, own in self._values().items()
        }

    def _values(self) -> dict[str, dict[str, np.ndarray]]:
        """The numbers behind them by seed."""
        known = self._found.copy()
        if not known:
            return {}
        found = np.array([known[seed] for seed in sorted(known)])  # (seeds, arms, outcomes)
        places = {outcome: list(OUTCOMES).index(outcome) for outcome in OUTCOMES_COMPARED}
        return {
            arm: {
                outcome: found[:, a, i] if arm == BASELINE else found[:, a, i] - found[:, 0, i]
                for outcome, i in places.items()
            }
            for a, arm in enumerate(self.arms)
        }

    def _estimate(self, arm: str, outcome: str, values: np.ndarray) -> Estimate:
        if self.worlds is not None:
            return spread(values).both
        found = mean_interval(values)
        return within_scale(found, OUTCOMES[outcome].unit) if arm == BASELINE else found

    def table(self) -> dict[str, Any]:
        """For the page: a column for the baseline and for each policy, a row for each outcome."""
        values, rows = self._values(), []
        found = {
            arm: {outcome: self._estimate(arm, outcome, own[outcome]) for outcome in own} for arm, own in values.items()
        }
        persons: dict[str, float] = {}
        if found:
            apart = intervals(np.array(list(self._persons.copy().values())), axis=0)["mean"]
            persons = dict(zip(PERSONS, map(float, apart), strict=True))
        for outcome in OUTCOMES_COMPARED if found else ():
            declared = OUTCOMES[outcome]
            base = found[BASELINE][outcome]
            cells = [
                _cell(
                    outcome,
                    found[policy.name][outcome],
                    base,
                    self._verdict(outcome, values[policy.name][outcome], base, persons.get(outcome, math.nan)),
                )
                for policy in self.policies
            ]
            ends = [cell[name] for cell in cells for name in ("low", "high", "mean")]
            widest = max((abs(end) for end in ends if end is not None), default=0.0)
            rows.append(
                {
                    "name": outcome,
                    "title": str(declared.meaning),
                    "unit": unit_name(declared.unit, base.mean),
                    "base": _spoken(base, declared.unit, base.mean, signed=False),
                    "cells": cells,
                    "widest": widest or 1.0,
                }
            )
        return {
            "city": str(self.city.title),
            "done": self.n_done,
            "seeds": self.n_seeds,
            "is_running": self.is_running,
            "message": self.message or one_by_one(self.warnings),
            "columns": [str(policy.title) for policy in self.policies],
            "rows": rows,
            "doubt": "none" if self.worlds is None else self.worlds.kind,
            "window": f"{self.city.policy_start:%Y-%m} – {self.city.end:%Y-%m}",
        }

    def _verdict(self, outcome: str, values: np.ndarray, base: Estimate, persons: float) -> str:
        if self.worlds is None:
            return verdict(outcome, mean_interval(values), base.mean, persons)
        known = values[np.isfinite(values)]
        more, less = (float(side.mean()) if len(known) else math.nan for side in (known > 0.0, known < 0.0))
        return verdict_of_worlds(outcome, more, less, len(known), spread(values).median, base.mean, persons)

    def csv(self) -> str:
        """Every estimate so far, in its stored unit."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(
            [
                "arm",
                "is_difference",
                "outcome",
                "unit",
                *(INTERVAL if self.worlds is None else ("median", *INTERVAL[1:])),
            ]
        )
        for arm, outcomes in self.estimates().items():
            for outcome, estimate in outcomes.items():
                said = [
                    "" if value != value else value
                    for value in (estimate.mean, estimate.low, estimate.high, estimate.sd)
                ]
                writer.writerow([cell(arm), arm != BASELINE, outcome, OUTCOMES[outcome].unit, *said, estimate.n])
        return "\ufeff" + text.getvalue()

    def command(self, city_name: str, sets: Sequence[str] = (), given: Mapping[str, str] | None = None) -> str:
        """The command that gives the same numbers, with all tables and a report. `sets`: what was changed in the city's
        file; `given`: the files of policies that are not shipped, by name."""
        names = ",".join((given or {}).get(policy.name, policy.name) for policy in self.policies)
        words = ["stations", "compare", city_name, "--policies", names, "--seeds", str(self.n_seeds)]
        words += [word for setting in sets for word in ("--set", setting)]
        words += ["--doubt", self._doubt] if self._doubt else []
        words += ["--allow-code"] if any(arm.code for arm in self.arms.values()) else []
        return command_line(words)


def _cell(outcome: str, effect: Estimate, base: Estimate, said: str) -> dict[str, Any]:
    unit = OUTCOMES[outcome].unit
    mean = effect.mean if math.isfinite(effect.mean) else None  # no run had anything to take the outcome of
    low, high = (effect.low, effect.high) if effect.has_interval else (mean, mean)
    return {
        "text": _spoken(effect, unit, base.mean, signed=True),
        "verdict": said,
        "tone": tone(said),
        "said": verdict_name(said),
        "mean": mean,
        "low": low,
        "high": high,
    }


def _spoken(one: Estimate, unit: str, largest: float, *, signed: bool) -> str:
    mean, low, high = with_interval(one, unit, signed=signed, largest=largest)
    if not one.has_interval:
        return tr(f"{number(one.mean, unit, signed=signed, largest=largest)} (no interval yet)", f"{mean}（尚无区间）")
    return mean + in_brackets(tr(f"{low} to {high}", f"{low} 至 {high}"))
