"""All work of the lab: chunks of runs, done the same way for a comparison, a sweep or the view; in a thread, in a process or on a
cluster."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import math
import re
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.digests import code_digest
from sim.lab import frames, outcomes
from sim.lab.code import engine_of
from sim.lab.design.design import Keep, Window
from sim.lab.doubt.worlds import under
from sim.lab.failed import Repeat, Stopped, told
from sim.lab.kept.versions import same_bits, told_bits
from sim.lab.sums.statistics import gini
from sim.lab.worlds import branch_off, history
from sim.observations import MEASURES, STATION_MONTH

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.lab.doubt.worlds import Worlds
    from sim.lab.react import Reaction
    from sim.scenario.drawn import DrawnValues
    from sim.scenario.schema import Scenario
    from sim.world.tables import World

LONGEST_ERROR = 4000


@dataclass(frozen=True)
class Measuring:
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
    return code_digest(*(inspect.getsource(source) for source in (outcomes, frames, gini)))


def model_of(scenario: Scenario, measuring: Measuring, *, allow_code: bool, worlds: Worlds | None = None) -> str:
    """What a result depends on besides scenario and seed: the engine's digest, that of the measuring, and that of the worlds, if any."""
    model = f"{engine_of(scenario, allow_code=allow_code).digest}-{measuring.digest}"
    return model if worlds is None else f"{model}-{worlds.digest}"


def parts_of(model: str) -> tuple[str, str, str]:
    """Engine, measuring and worlds, "" where there are none, of what `model_of` says."""
    found = _MODEL.fullmatch(model)
    return (found[1], found[2], found[3] or "") if found else (model, "", "")


_MODEL = re.compile(r"(.*)-([0-9a-f]{8})(?:-([0-9a-f]{16}))?")  # an engine's digest may hold hyphens, too


@dataclass(frozen=True)
class Chunk:
    """Runs of one seed whose scenarios share their history.

    names: what each run is called: its scenario's hash in a design, its arm in a comparison. `model` is what the coordinator's
    `model_of` says, `bits` its `same_bits`. draw: what is laid over every scenario before it runs. is_twin: of these runs no series are kept.
    reactions: more of them by name, where the chunk is done in this process.
    """

    seed: int
    scenarios: tuple[Scenario, ...]
    names: tuple[str, ...]
    model: str
    measuring: Measuring
    allow_code: bool = False
    bits: Mapping[str, str] = field(default_factory=same_bits)
    reactions: Mapping[str, Sequence[Reaction]] = field(default_factory=dict)
    draw: DrawnValues | None = None
    is_twin: bool = False

    def scenario(self, i: int) -> Scenario:
        """What its run number `i` runs. Raises Mistake where the draw does not fit."""
        return self._under(self.scenarios[i])

    @property
    def history(self) -> Scenario:
        """What all runs do until the policies start. As `scenario`; a policy that the draw does not fit is no mistake here."""
        return self.scenarios[0] if self.draw is None else self._under(self.scenarios[0].baseline())

    def _under(self, scenario: Scenario) -> Scenario:
        return scenario if self.draw is None else under(scenario, self.draw, self.seed)

    @property
    def own_seed(self) -> int:
        """The seed that the engine takes: that of the draw, or else the number of the world."""
        return self.seed if self.draw is None or self.draw.seed is None else self.draw.seed

    def done(self, stop: threading.Event | None = None) -> ChunkOutput:
        """As `do`."""
        return do(self, stop)


@dataclass(frozen=True)
class RunOutput:
    """What is kept of one run: outcomes (outcomes,), and by kind (`Keep.columns`) months (months, columns), towns (months, towns,
    columns), town_sums (towns, columns), group_sums (groups, columns), before (outcomes,)."""

    outcomes: np.ndarray
    series: Mapping[str, np.ndarray]


@dataclass
class ChunkOutput:
    """What came of a chunk: measured runs and errors, by name."""

    chunk: Chunk
    runs: dict[str, RunOutput] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def do(chunk: Chunk, stop: threading.Event | None = None, *, repeat: Repeat | None = None) -> ChunkOutput:
    """Run a chunk. An exception in one run is that run's error and leaves the others alone; only Stopped is raised.

    repeat: what repeats a run; given, the first exception is raised as RunFailed, which tells it.
    """
    found = ChunkOutput(chunk)

    @contextmanager
    def noted(*names: str) -> Iterator[None]:
        try:
            yield
        except Stopped:
            raise
        except Exception as error:
            if repeat is not None:
                with told(names[0], chunk.seed, repeat):
                    raise
            found.errors.update(dict.fromkeys(names, error_text(error)))

    with noted(*chunk.names):
        _refuse_other_worker(chunk)
        shared = chunk.history
        trunk = history(shared, chunk.own_seed, allow_code=chunk.allow_code, stop=stop)
    if found.errors:
        return found
    for i, name in enumerate(chunk.names):
        with noted(name):
            is_shared = i == 0 and not chunk.scenarios[0].policies  # to make a scenario takes milliseconds
            found.runs[name] = _branched(chunk, i, shared if is_shared else chunk.scenario(i), trunk, stop)
    return found


def _branched(chunk: Chunk, i: int, scenario: Scenario, trunk: World, stop: threading.Event | None) -> RunOutput:
    """One of its runs, from the history that they share."""
    own = chunk.reactions.get(chunk.names[i], ())
    is_last = i == len(chunk.names) - 1
    world = branch_off(trunk, scenario, reactions=own, allow_code=chunk.allow_code, stop=stop, is_last=is_last)
    return run_output(world, scenario, replace(chunk.measuring, keep=Keep()) if chunk.is_twin else chunk.measuring)


def _refuse_other_worker(chunk: Chunk) -> None:
    """Raise RuntimeError where this process would come to other numbers than the one that sent the work."""
    own = model_of(chunk.scenarios[0], chunk.measuring, allow_code=chunk.allow_code)
    sent = "-".join(parts_of(chunk.model)[:2])
    if own != sent:
        raise RuntimeError(f"this worker has another model than the one that sent the work ({own}, not {sent})")
    if (own_bits := same_bits()) != chunk.bits:
        raise RuntimeError(
            "this worker would come to other last digits than the one that sent the work: "
            f"{told_bits(own_bits)}, not {told_bits(chunk.bits)}"
        )


def error_text(error: BaseException) -> str:
    """An exception with where it came from, as a ledger keeps it."""
    return "".join(traceback.format_exception(error))[-LONGEST_ERROR:].strip()


def last_line(error: str) -> str:
    """What an exception said, of its text."""
    return error.strip().splitlines()[-1].removeprefix("sim.mistakes.Mistake: ")[:300]


def run_output(world: World, scenario: Scenario, measuring: Measuring) -> RunOutput:
    """What is kept of a finished run."""
    summary = outcomes.summarize(world, *measuring.window.months(scenario))
    kept = measuring.keep.columns
    series: dict[str, np.ndarray] = {}
    if "months" in kept or "towns" in kept:
        stations = frames.values(world.observed.stations)
        found = {"months": summary.months, "towns": stations}
        series.update({kind: _columns(found[kind], kept[kind]) for kind in found if kind in kept})
    if measuring.keep.sums:
        series |= {"town_sums": summary.towns, "group_sums": summary.groups}
    if measuring.keep.before:
        first = scenario.policy_month
        before = outcomes.summarize(world, 0, first).outcomes if first else dict.fromkeys(outcomes.OUTCOMES, math.nan)
        series["before"] = np.array(list(before.values()))
    return RunOutput(np.array(list(summary.outcomes.values())), series)


def _columns(table: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Named columns and measures of a table (..., columns), as (..., names)."""
    if tuple(names) == frames.COLUMNS:
        return table
    shares = frames.measures(table) if any(name in MEASURES for name in names) else {}
    picked = [shares[name] if name in MEASURES else frames.column(table, name) for name in names]
    return np.stack(picked, axis=-1) if picked else np.zeros((*table.shape[:-1], 0))


def tables_of(done: Sequence[ChunkOutput], run_id: Mapping[tuple[str, int, str], str]) -> dict[str, pa.Table]:
    """What chunks found, as tables for the store: "runs" and the series that are kept (`Keep.columns`), of twins none.

    run_id: the name of a run by scenario hash, seed and model.
    """
    import pyarrow as pa

    rows = [(output.chunk, name, run) for output in done for name, run in output.runs.items()]
    keep = rows[0][0].measuring.keep

    def table(
        rows: Sequence[tuple[Chunk, str, RunOutput]],
        axes: Sequence[Mapping[str, Sequence[str]]],
        values: Sequence[np.ndarray],
        names: Sequence[str],
    ) -> pa.Table:
        """axes: by run, what the axes of its values are called and their entries; the last one holds the columns."""
        keys: dict[str, tuple[list[Any], Any]] = {
            "run": ([run_id[name, chunk.seed, chunk.model] for chunk, name, _ in rows], pa.string()),
            "scenario_hash": ([name for _, name, _ in rows], pa.string()),
            "model": ([chunk.model for chunk, _, _ in rows], pa.string()),
            "seed": ([chunk.seed for chunk, _, _ in rows], pa.int64()),
        }
        lengths = [math.prod(map(len, of_run.values())) for of_run in axes]
        columns = {
            key: pa.array(np.repeat(np.array(given, object if kind == pa.string() else np.int64), lengths), kind)
            for key, (given, kind) in keys.items()
        }
        for name in axes[0]:
            entries = [entry for of_run in axes for entry in _crossed(of_run, name)]
            columns[name] = pa.array(entries, pa.string())
        flat = np.concatenate([array.reshape(-1, len(names)) for array in values])
        columns |= {name: pa.array(flat[:, i], pa.float64()) for i, name in enumerate(names)}
        return pa.table(columns)

    made = {"runs": table(rows, [{}] * len(rows), [run.outcomes for _, _, run in rows], list(outcomes.OUTCOMES))}
    kept = [row for row in rows if not row[0].is_twin]
    for kind, names in keep.columns.items() if kept else ():
        axes = [AXES_OF_KIND[kind](chunk.scenarios[chunk.names.index(name)]) for chunk, name, _ in kept]
        made[kind] = table(kept, axes, [run.series[kind] for _, _, run in kept], names)
    return made


def _crossed(axes: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """The entries of one of the axes in every row of their product, the last axis moving fastest."""
    names = list(axes)
    return [row[names.index(name)] for row in itertools.product(*axes.values())]


def _months(scenario: Scenario) -> dict[str, list[str]]:
    return {"month": frames.month_names(scenario)}


def _stations(scenario: Scenario) -> dict[str, list[str]]:
    return {"station": [town.id for town in scenario.towns]}


AXES_OF_KIND: dict[str, Callable[[Scenario], dict[str, list[str]]]] = {
    "months": _months,
    "towns": lambda scenario: _months(scenario) | _stations(scenario),
    "town_sums": _stations,
    "group_sums": lambda scenario: {"group": [group.id for group in scenario.groups]},
    "before": lambda _: {},
}
"""The axes of each kind of series but the last, which holds its columns."""

assert not set(MEASURES) & set(STATION_MONTH)  # a kept name is one or the other
