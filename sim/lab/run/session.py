"""Run a sweep: what is not yet done, in balanced order, stored as it comes; the same call goes on after anything."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sim.lab.code import engine_of
from sim.lab.design.design import Design
from sim.lab.doubt.choose import DoubtGiven
from sim.lab.failed import Repeat, RunFailed, Stopped
from sim.lab.kept import folders
from sim.lab.kept.draws import facts_of_doubt, write_draws
from sim.lab.kept.store import Damage, Store, check_folder
from sim.lab.kept.stored import POINTS, SCENARIOS
from sim.lab.kept.writing import write_whole
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.agenda import Agenda, Arm, agenda_of, label
from sim.lab.run.executors import Completed, Executor, Killed, Lost, closing, completed
from sim.lab.run.stopping import next_number, present_widths
from sim.lab.run.version import refuse_other_version, scenarios_table
from sim.lab.run.work import Chunk, ChunkOutput, RunOutput, error_text, last_line, tables_of
from sim.lab.say.commands import command_line
from sim.lab.sums.prices import over_seeds, with_parts
from sim.language import counted, tr
from sim.mistakes import Mistake
from sim.scenario.write import city_file

SECONDS_OF_CHUNK = 3.0
"""How long a chunk should take, so that Ctrl-C, progress and the first result need not wait."""

MOST_BETWEEN_STORES = 30.0
MOST_UNSTORED = 2000
ATTEMPTS = 2
"""How often a run is tried before it counts as failed."""


@dataclass
class Progress:
    """How far a sweep is. `total` grows with the stages of a stopping rule; `widths` are then the largest half-widths
    present and wanted, by outcome."""

    total: int = 0
    done: int = 0  # stored or about to be, earlier sessions included
    new: int = 0  # of this session
    failed: int = 0
    n_seeds: int = 0
    began: float = field(default_factory=time.monotonic)
    widths: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Runs of this session per second."""
        return self.new / max(1e-9, time.monotonic() - self.began)


class Interrupted(Exception):
    """Ctrl-C, or a polite request to end: what was done is stored."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


def sweep(
    design: Design,
    folder: Path,
    executor: Executor,
    *,
    allow_code: bool = False,
    new_version: bool = False,
    command: str = "",
    repeat: Repeat | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_note: Callable[[str], None] | None = None,
    facts: Mapping[str, Any] | None = None,
    doubt: DoubtGiven | None = None,
) -> Progress:
    """Run all of a design that the folder does not hold yet. Results depend neither on the executor nor on interruptions.

    command: repeats the sweep; it is told with runs that fail. repeat: what repeats a run of a level under a seed; given, the first
    run that fails twice is raised as RunFailed, since what follows needs every run. on_note: called with a sentence for each file that was damaged
    and is made anew, its runs run again. facts: of the provenance, beside those of the runs. doubt: as of `agenda_of`. Raises Mistake (nothing stored is lost), Interrupted.
    """
    with _heard(executor.stop), closing(executor):
        check_folder(folder)
        agenda = agenda_of(design, allow_code=allow_code, doubt=doubt)
        with Store.open(folder, write=True) as store:
            mended = store.repair()
            for damage in mended.damages:
                (on_note or (lambda _: None))(_mended(damage))
            refuse_other_version(folder, store, agenda, new_version=new_version, damages=mended.damages)
            on_progress = on_progress or (lambda _: None)
            session = _Session(agenda, store, folder, executor, allow_code, command, repeat, on_progress, facts or {})
            introduce(store, agenda)
            session.run()
            session.describe()
        if executor.stop.is_set():  # asked when all had been run
            raise Interrupted(session.progress)
    return session.progress


def _mended(damage: Damage) -> str:
    if damage.number is None:
        return tr(f"{damage.file}: {damage.what}; it is written anew", f"{damage.file}：{damage.what}；将重新写出")
    return tr(
        f"{damage.file}: {damage.what}; it is set aside, and its {damage.n_runs:,} runs are run again",
        f"{damage.file}：{damage.what}；已移开，其中 {damage.n_runs:,} 次运行将重跑",
    )


@contextmanager
def _heard(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C and a polite request to end (a job queue's, a shutdown's) set `stop`, so that they interrupt no write; who asks a
    second time is heard at once."""

    def ask(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    is_main = threading.current_thread() is threading.main_thread()  # no other may do this
    asks = [
        number
        for number in (signal.SIGINT, signal.SIGTERM)
        if is_main and signal.getsignal(number) is not signal.SIG_IGN
    ]
    before = {number: signal.signal(number, ask) for number in asks}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Session:
    """One call of `sweep`."""

    def __init__(
        self,
        agenda: Agenda,
        store: Store,
        folder: Path,
        executor: Executor,
        allow_code: bool,
        command: str,
        repeat: Repeat | None,
        on_progress: Callable[[Progress], None],
        facts: Mapping[str, Any],
    ) -> None:
        self.agenda, self.store, self.folder, self.executor = agenda, store, folder, executor
        self.allow_code, self.command, self.repeat, self.on_progress = allow_code, command, repeat, on_progress
        self.facts = facts
        self.arms = {(arm.scenario, arm.model): arm for arm in agenda.arms}
        self.settled = store.done()  # stored, or given up in this session
        self.given_up: set[str] = set()
        self.progress = Progress()
        self.unstored: list[ChunkOutput] = []
        self.n_unstored = 0
        self.last_store = 0.0
        self.attempts: Counter[str] = Counter()
        self.again: deque[Chunk] = deque()
        self.seconds_per_run = 0.0

    def run(self) -> None:
        try:
            self._stages()
        except (Stopped, KeyboardInterrupt) as asked:
            with suppress(KeyboardInterrupt):  # asked a second time
                if isinstance(asked, Stopped):
                    self.flush()
                self.describe()
            self.progress.done -= self.n_unstored
            raise Interrupted(self.progress) from None
        except BaseException:
            # What stands in the way of the work need not stand in the way of storing what is done.
            with suppress(Exception):
                self.flush()
            raise

    def _stages(self) -> None:
        seeds = self.agenda.design.seeds
        n = 0
        while (wanted := next_number(seeds, n, self._values(n) if n and seeds.until else {})) != n:
            n = self.progress.n_seeds = wanted
            self._count(n)
            numbers = self.agenda.numbers(n)
            keep_draws(self.store, self.agenda, numbers)
            self.describe()
            self._stage(numbers)
            self.flush()

    def _count(self, n: int) -> None:
        """How many runs there are up to seed n, and how many are there."""
        self.progress.total = len(self.agenda.numbers(n)) * len(self.agenda.arms)
        self.progress.done = self._n_done(self.agenda.numbers(n))
        self.on_progress(self.progress)

    def _n_done(self, numbers: Sequence[int]) -> int:
        runs = (self.agenda.run(arm, number) for arm in self.agenda.arms for number in numbers)
        return sum(run in self.settled and run not in self.given_up for run in runs)

    def _values(self, n: int) -> dict[str, np.ndarray]:
        """The outcomes that the stopping rule looks at, (points, n) each, the base first."""
        import pyarrow.compute as pc

        wanted = list(self.agenda.design.seeds.until)
        names = with_parts(wanted)
        arms = [self.arms[arm.scenario, arm.model] for arm in self.agenda.of_point]
        rows = {(arm.scenario, arm.model): i for i, arm in enumerate(self.agenda.arms)}
        table = self.store.read("runs", ["scenario_hash", "model", "seed", *names], pc.field("seed") <= n)
        keys = list(zip(table["scenario_hash"].to_pylist(), table["model"].to_pylist(), strict=True))
        known = np.array([key in rows for key in keys], bool)
        row = np.array([rows.get(key, 0) for key in keys], int)[known]
        column = table["seed"].to_numpy()[known] - 1
        found = {}
        for name in names:
            values = np.full((len(rows), n), np.nan)
            values[row, column] = table[name].to_numpy()[known]
            found[name] = values[[rows[arm.scenario, arm.model] for arm in arms]]
        found = {name: over_seeds(name, found.__getitem__) for name in wanted}
        self.progress.widths = present_widths(self.agenda.design.seeds, found)
        return found

    def _stage(self, seeds: Sequence[int]) -> None:
        chunks = self.agenda.chunks(seeds, self.settled, allow_code=self.allow_code, size=self._size)
        try:
            for done in completed(self.executor, lambda: self._next(chunks)):
                if done is not None:
                    self._take(done)
                self._store_now_and_then()
        except Lost as lost:
            self._lost(lost)

    def _next(self, chunks: Iterator[Chunk]) -> Chunk | None:
        """What is to be done next; what failed is tried again when all else is under way."""
        return next(chunks, None) or (self.again.popleft() if self.again else None)

    def _size(self) -> int:
        if self.seconds_per_run == 0.0:
            return 8  # nothing is known yet
        return max(4, int(SECONDS_OF_CHUNK / self.seconds_per_run))

    def _take(self, done: Completed[Chunk]) -> None:
        chunk, error = done.task, done.future.exception()
        if isinstance(error, Lost):
            self._lost(error)
        if isinstance(error, Stopped):
            raise error
        if error is not None:
            found = ChunkOutput(chunk, errors=dict.fromkeys(chunk.names, self._text(error)))
        else:
            found = done.future.result()
        self.seconds_per_run = done.seconds / len(chunk.names)
        for name, text in found.errors.items():
            self._failed(chunk, name, text)
        if found.runs:
            self.unstored.append(found)
            self.n_unstored += len(found.runs)
            self.progress.done += len(found.runs)
            self.progress.new += len(found.runs)
        self.on_progress(self.progress)

    @staticmethod
    def _text(error: BaseException) -> str:
        return str(error) if isinstance(error, Killed) else error_text(error)

    def _lost(self, lost: Lost) -> None:
        self.flush()
        raise Mistake(
            f"the workers are gone ({lost}); {counted(self.store.counts().done, 'run is', 'runs are')} stored, and the same command goes on",
            f"执行器已失联（{lost}）；已保存 {self.store.counts().done:,} 次运行，重复同一命令即可继续",
        )

    def _failed(self, chunk: Chunk, name: str, error: str) -> None:
        """Once: try it again, by itself. Twice: record it."""
        arm = self.arms[name, chunk.model]
        run = self.agenda.run(arm, chunk.seed)
        self.attempts[run] += 1
        if self.attempts[run] < ATTEMPTS:
            self.again.append(self.agenda.chunk([arm], chunk.seed, allow_code=self.allow_code))
            return
        self.progress.failed += 1
        self.given_up.add(run)
        self.settled.add(run)
        again = self._command(arm, chunk.seed)
        self.store.fail(run, name, chunk.seed, chunk.model, error, again)
        if self.repeat is not None:
            raise RunFailed(label(self.agenda.design, arm.point), chunk.seed, last_line(error), again)

    def _command(self, arm: Arm, seed: int) -> str:
        """What repeats one run alone."""
        if self.repeat is not None:
            return self.repeat(label(self.agenda.design, arm.point), seed)
        try:
            chunk = self.agenda.chunk([arm], seed, allow_code=self.allow_code)
            text = city_file(chunk.scenario(0))
        except Mistake:  # it names Python, or the draw does not fit
            return self.command
        file = self.folder / "failed" / f"{arm.scenario}{'' if arm.worlds is None else f'-{seed}'}.yaml"
        write_whole(file, text.encode("utf-8"))
        # What is drawn stands in the file.
        alone = [] if arm.worlds is None else ["--doubt", "none"]
        return command_line(["stations", "run", str(file), "--seed", str(chunk.own_seed), *alone])

    def _store_now_and_then(self) -> None:
        """Store at once at first, then less often the longer the work has lasted: a crash loses at most a tenth of it."""
        passed = time.monotonic() - self.last_store
        lasted = time.monotonic() - self.progress.began
        if self.n_unstored >= MOST_UNSTORED or passed >= min(MOST_BETWEEN_STORES, 0.1 * lasted):
            self.flush()

    def flush(self) -> None:
        """Store what is done; afterwards it survives anything."""
        if self.unstored:
            ids = {
                (name, output.chunk.seed, output.chunk.model): self.agenda.run(
                    self.arms[name, output.chunk.model], output.chunk.seed
                )
                for output in self.unstored
                for name in output.runs
            }
            self.store.add(tables_of(self.unstored, ids))
            self.settled.update(ids.values())
            self.unstored, self.n_unstored = [], 0
        self.last_store = time.monotonic()

    def describe(self) -> None:
        """Write where the results come from, and how far they are."""
        n_seeds, twins = self.progress.n_seeds, self.agenda.twins(self.progress.n_seeds)
        n_runs = self.progress.done - (self._n_done(twins) if twins else 0)
        describe(self.store, self.agenda, n_seeds, n_runs, allow_code=self.allow_code, **self.facts)


def introduce(store: Store, agenda: Agenda) -> None:
    """Write which points and scenarios the runs are of, before the first of them."""
    store.write(SCENARIOS, _parquet(scenarios_table(store, agenda)))
    store.write(POINTS, _parquet(agenda.points_frame()))


def keep_draws(store: Store, agenda: Agenda, numbers: Sequence[int]) -> None:
    """Write what is drawn in these worlds, where there is doubt, before they are run."""
    if agenda.worlds:
        write_draws(store, agenda.worlds, numbers)


def add_runs(store: Store, agenda: Agenda, found: Mapping[int, Mapping[str, RunOutput]]) -> None:
    """Store runs that are there already, of points that share their history, and their draws. found: by seed and label of the point."""
    keep_draws(store, agenda, list(found))
    arms = {label(agenda.design, point): arm for point, arm in zip(agenda.design.points, agenda.of_point, strict=True)}
    outputs = []
    for seed, runs in found.items():
        by_hash = {arms[name].scenario: run for name, run in runs.items()}  # two points may have one scenario
        chunk = agenda.chunk([arm for arm in agenda.arms if arm.scenario in by_hash], seed, allow_code=True)
        outputs.append(ChunkOutput(chunk, by_hash))
    ids = {(arm.scenario, seed, arm.model): agenda.run(arm, seed) for arm in agenda.arms for seed in found}
    store.add(tables_of(outputs, ids))


def describe(store: Store, agenda: Agenda, n_seeds: int, n_runs: int, *, allow_code: bool, **more: Any) -> None:
    """Write where stored runs come from, and how far they are. more: facts that are written beside these, or in their place."""
    failed = store.failures()
    known = {(arm.scenario, arm.model) for arm in agenda.arms}
    keys = zip(failed.scenario_hash, failed.model, failed.seed, strict=True)
    n_failed = sum((name, model) in known and seed <= n_seeds for name, model, seed in keys)
    facts = facts_of(agenda, n_seeds, n_runs, allow_code=allow_code) | {"n_failed": n_failed, **more}
    store.write(folders.PROVENANCE, folders.to_json(facts))


def facts_of(agenda: Agenda, n_seeds: int, n_runs: int, *, allow_code: bool) -> dict[str, Any]:
    """Where runs come from, as `provenance.json` says it."""
    design = agenda.design
    facts: dict[str, Any] = {
        "design": design.to_mapping(),
        "file": design.plain,
        "scenario": design.base_scenario.to_mapping(),
        "residents": list(agenda.residents),
        "warnings": [warning.to_plain() for warning in agenda.warnings],
        "models": sorted({arm.model for arm in agenda.arms}),
        "n_seeds": n_seeds,
        "n_runs": n_runs,
        "n_failed": 0,
        "outcomes": {name: outcome.unit for name, outcome in OUTCOMES.items()},
    }
    if design.kind == "compare":
        arms = dict(zip((label(design, point) for point in design.points), agenda.of_point, strict=True))
        facts["arms"] = {name: design.scenario(arm.point).to_mapping() for name, arm in arms.items()}
        facts["arm_hashes"] = {name: arm.scenario for name, arm in arms.items()}
    if agenda.worlds:
        facts["doubt"] = facts_of_doubt(agenda.worlds, len(agenda.twins(n_seeds)))
    if rules := engine_of(design.base_scenario, allow_code=allow_code).rules:
        facts["rules"] = dict(rules)
    return folders.provenance(design.kind, **facts)


def _parquet(frame: Any) -> bytes:
    import io

    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def default_folder(design: Design) -> Path:
    """Where a design's results go unless another folder is given: the same each time, so that the same command goes on."""
    return Path("results") / f"sweep-{os.path.basename(design.name)}"
