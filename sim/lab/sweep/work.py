"""The work of a sweep: chunks of runs, done the same way in a thread, in a process or on a cluster."""

from __future__ import annotations

import hashlib
import inspect
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sim.digests import code_digest
from sim.lab import frames, outcomes
from sim.lab.code import engine_of
from sim.lab.failed import Stopped
from sim.lab.simulate import branch_off, history
from sim.lab.statistics import gini
from sim.lab.sweep.design import Keep, Window
from sim.lab.versions import same_bits, told_bits
from sim.observations import MEASURES, STATION_MONTH

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.schema import Scenario
    from sim.world.tables import World

LONGEST_ERROR = 4000


@dataclass(frozen=True)
class Measure:
    """How a run is measured: the months that its outcomes are taken over, and the series that are kept."""

    window: Window
    keep: Keep

    @property
    def digest(self) -> str:
        """8 hex digits over what is measured and the code that does it."""
        told = repr((self.window, self.keep, _measuring_code()))
        return hashlib.sha256(told.encode()).hexdigest()[:8]


@cache
def _measuring_code() -> str:
    return code_digest(*(inspect.getsource(one) for one in (outcomes, frames, gini)))


def model_of(scenario: Scenario, measure: Measure, *, allow_code: bool) -> str:
    """What a result depends on besides scenario and seed: the engine's digest and that of the measuring."""
    return f"{engine_of(scenario, allow_code=allow_code).digest}-{measure.digest}"


@dataclass(frozen=True)
class Chunk:
    """Runs of one seed whose scenarios share their history. `model` is what the coordinator's `model_of` says, `bits` its
    `same_bits`."""

    seed: int
    scenarios: tuple[Scenario, ...]
    hashes: tuple[str, ...]
    model: str
    measure: Measure
    allow_code: bool = False
    bits: Mapping[str, str] = field(default_factory=same_bits)


@dataclass(frozen=True)
class Measured:
    """What is kept of one run: outcomes (outcomes,), months (months, kept columns), towns (months, towns, kept columns)."""

    outcomes: np.ndarray
    months: np.ndarray
    towns: np.ndarray


@dataclass
class Found:
    """What came of a chunk: measured runs and errors, by the scenario's hash."""

    chunk: Chunk
    runs: dict[str, Measured] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def do(chunk: Chunk, stop: threading.Event | None = None) -> Found:
    """Run a chunk. An exception in one run is that run's error and leaves the others alone; only Stopped is raised."""
    found = Found(chunk)
    first = chunk.scenarios[0]
    try:
        own = model_of(first, chunk.measure, allow_code=chunk.allow_code)
        if own != chunk.model:
            raise RuntimeError(
                f"this worker has another model than the one that sent the work ({own}, not {chunk.model})"
            )
        if (own_bits := same_bits()) != chunk.bits:
            raise RuntimeError(
                "this worker would come to other last digits than the one that sent the work: "
                f"{told_bits(own_bits)}, not {told_bits(chunk.bits)}"
            )
        trunk = history(first, chunk.seed, allow_code=chunk.allow_code, stop=stop)
    except Stopped:
        raise
    except Exception as error:
        return Found(chunk, errors=dict.fromkeys(chunk.hashes, error_text(error)))
    for i, (name, scenario) in enumerate(zip(chunk.hashes, chunk.scenarios, strict=True)):
        try:
            is_last = i == len(chunk.scenarios) - 1
            run = branch_off(trunk, scenario, chunk.seed, allow_code=chunk.allow_code, stop=stop, is_last=is_last)
            found.runs[name] = _measured(run.world, scenario, chunk.measure)
        except Stopped:
            raise
        except Exception as error:
            found.errors[name] = error_text(error)
    return found


def error_text(error: BaseException) -> str:
    """An exception with where it came from, as a ledger keeps it."""
    return "".join(traceback.format_exception(error))[-LONGEST_ERROR:].strip()


def _measured(world: World, scenario: Scenario, measure: Measure) -> Measured:
    summary = outcomes.summarize(world, *measure.window.months(scenario))
    keep = measure.keep
    months = np.zeros((0, 0))
    towns = np.zeros((0, 0, 0))
    if keep.months or keep.towns:
        stations = frames.values(world.observed.stations)
        months = _columns(frames.city_of(stations), keep.months)
        towns = _columns(stations, keep.towns)
    return Measured(np.array(list(summary.outcomes.values())), months, towns)


def _columns(table: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Named columns and measures of a table (..., columns), as (..., names)."""
    shares = frames.measures(table) if any(name in MEASURES for name in names) else {}
    picked = [shares[name] if name in MEASURES else frames.column(table, name) for name in names]
    return np.stack(picked, axis=-1) if picked else np.zeros((*table.shape[:-1], 0))


def tables_of(done: Sequence[Found], run_id: Mapping[tuple[str, int, str], str]) -> dict[str, pa.Table]:
    """What chunks found, as tables for the store: "runs" and, where kept, "months" and "towns".

    run_id: the name of a run by scenario hash, seed and model.
    """
    import pyarrow as pa

    rows = [(found.chunk, name, one) for found in done for name, one in found.runs.items()]
    keep = rows[0][0].measure.keep
    keys = [
        {
            "run": run_id[name, chunk.seed, chunk.model],
            "scenario_hash": name,
            "model": chunk.model,
            "seed": chunk.seed,
        }
        for chunk, name, _ in rows
    ]

    def table(
        repeats: Sequence[int], more: Mapping[str, Sequence[str]], values: np.ndarray, names: Sequence[str]
    ) -> pa.Table:
        columns = {
            key: pa.array(
                np.repeat(np.array([one[key] for one in keys], object if key != "seed" else np.int64), repeats),
                pa.int64() if key == "seed" else pa.string(),
            )
            for key in ("run", "scenario_hash", "model", "seed")
        }
        columns |= {key: pa.array(one, pa.string()) for key, one in more.items()}
        columns |= {name: pa.array(values[:, i], pa.float64()) for i, name in enumerate(names)}
        return pa.table(columns)

    ones = [1] * len(rows)
    made = {"runs": table(ones, {}, np.array([one.outcomes for _, _, one in rows]), list(outcomes.OUTCOMES))}
    calendars = [_calendar(chunk, name) for chunk, name, _ in rows]
    if keep.months:
        values = np.concatenate([one.months for _, _, one in rows])
        names = [month for months, _ in calendars for month in months]
        made["months"] = table([len(months) for months, _ in calendars], {"month": names}, values, keep.months)
    if keep.towns:
        values = np.concatenate([one.towns.reshape(-1, len(keep.towns)) for _, _, one in rows])
        more = {
            "month": [month for months, towns in calendars for month in months for _ in towns],
            "station": [town for months, towns in calendars for _ in months for town in towns],
        }
        made["towns"] = table([len(months) * len(towns) for months, towns in calendars], more, values, keep.towns)
    return made


def _calendar(chunk: Chunk, name: str) -> tuple[list[str], list[str]]:
    """Months and towns of a run."""
    scenario = chunk.scenarios[chunk.hashes.index(name)]
    return frames.month_names(scenario), [town.id for town in scenario.towns]


assert not set(MEASURES) & set(STATION_MONTH)  # a kept name is one or the other
