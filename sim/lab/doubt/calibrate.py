"""Fit a city to its figures: propose, solve, weigh and accept until there are as many worlds as were asked for.

All proposals that were run lie in files beside the place of the posterior until it is whole, so that whatever stops it, the same call goes
on; and a posterior that is there grows, its first worlds the same. What comes out depends on the city, its figures, the prior, the model and
the number of worlds alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.lab.code import engine_of
from sim.lab.doubt.emulate import Plan, plan_of
from sim.lab.doubt.posterior import MARK, Posterior, figures_digest, find_posterior, home_of, read_posterior, stored
from sim.lab.doubt.posterior_tables import Found, write_posterior
from sim.lab.doubt.prior import draws, prior, prior_digest
from sim.lab.doubt.proposal_files import ProposalFiles
from sim.lab.doubt.proposals import PILOT, Calibrated, Proposal, Proposing, key, tasks
from sim.lab.doubt.solve import SOLVED
from sim.lab.doubt.weigh import are_accepted, log_ceiling
from sim.lab.doubt.worlds import MOST_TWINS, TWINS
from sim.lab.failed import Stopped
from sim.lab.kept import writing
from sim.lab.run.executors import Executor, Killed, Lost, Threads, check_jobs, closing, completed, default_jobs
from sim.lab.run.work import error_text
from sim.lab.say.commands import python_call
from sim.lab.sweep import bar
from sim.language import counted, listed, tr
from sim.mistakes import Mistake, other_kind
from sim.scenario import read
from sim.scenario.figures import FIT, read_figures
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.yaml_reader import read_file

WORLDS_ASKED = 200
LEAST_SOLVED = 0.2
"""Of the first proposals: where fewer can be solved, the figures contradict the model or one another."""
MOST_WORLDS = 100_000
SECONDS_BETWEEN_STORES = 10.0


@dataclass(frozen=True)
class Effort:
    """How many runs the pilot has, how many proposals fix the ceiling, how many are then made at a time, and how many at most."""

    pilot: int = 400
    first: int = 256
    stage: int = 128
    most: int = 20_000


class Contradicted(Mistake):
    """The figures contradict the model or one another: there is no posterior."""


class Halted(Exception):
    """Ctrl-C, or a polite request to end: so many runs of proposals are kept."""

    def __init__(self, done: int) -> None:
        super().__init__()
        self.done = done


@dataclass(frozen=True)
class Wanted:
    """A calibration that is asked for."""

    calibrated: Calibrated
    shape: str
    n_worlds: int
    model: str
    allow_code: bool = False
    effort: Effort = field(default_factory=Effort)

    @property
    def digests(self) -> dict[str, str]:
        """What a posterior is known by: of the model, the city, its figures and the prior."""
        return {
            "model": self.model,
            "city": self.calibrated.scenario.hash,
            "figures": figures_digest(self.calibrated.scenario),
            "prior": prior_digest(self.calibrated.prior),
        }

    @property
    def identity(self) -> str:
        """Over all that its proposals depend on."""
        return hashlib.sha256(repr((self.digests, self.effort)).encode()).hexdigest()[:16]


def wanted_of(
    scenario: Scenario,
    shape: str = "pert",
    n_worlds: int = WORLDS_ASKED,
    *,
    allow_code: bool = False,
    effort: Effort | None = None,
) -> Wanted:
    """Raises Mistake where nothing can be fitted."""
    if scenario.policies:
        raise Mistake(
            f"calibrate: '{scenario.name}' has a policy laid over it; a city is fitted without",
            f"calibrate：'{scenario.name}' 上叠加了政策；拟合城市时不带政策",
        )
    if not isinstance(n_worlds, int) or isinstance(n_worlds, bool) or not 1 <= n_worlds <= MOST_WORLDS:
        raise other_kind(
            f"effective must be a whole number of worlds, 1 to {MOST_WORLDS:,}",
            f"effective 须为 1 至 {MOST_WORLDS:,} 的整数（情形个数）",
            n_worlds,
        )
    if not any(figure.use == FIT for figure in scenario.figures):
        raise Mistake(
            f"{scenario.name}: has no figures to fit; say what was counted there under 'figures' with use: fit, or give --figures FILE",
            f"{scenario.name}：没有可拟合的指标；请在 figures 下写明实测数据（use: fit），或用 --figures FILE 给出",
        )
    figures = tuple(sorted(scenario.figures, key=lambda figure: figure.use != FIT))
    model = engine_of(scenario, allow_code=allow_code).digest
    calibrated = Calibrated(scenario, figures, prior(scenario, shape))
    if not calibrated.prior:
        raise Mistake(
            f"{scenario.name}: all its numbers are known, so nothing is left to fit; take some out of 'known'",
            f"{scenario.name}：所有数值均为已知，无可拟合；请从 known 中去掉一些",
        )
    return Wanted(calibrated, shape, n_worlds, model, allow_code, effort or Effort())


def with_figures(scenario: Scenario, file: Path) -> Scenario:
    """A city with the figures that a YAML file lists, by itself or under `figures`, in place of its own. Raises Mistake."""
    node = read_file(file)
    if isinstance(node.value, dict):
        node = read.need(node, "figures")
    figures = read_figures(node, scenario.start, scenario.end, scenario.towns, scenario.groups)
    return replace(scenario, figures=figures)


def place_for(folder: Path, wanted: Wanted, *, force: bool) -> Posterior | None:
    """The posterior that stands there and will grow; None where a new one is made. Raises Mistake where none may go."""
    there = None
    if (folder / MARK).is_file():
        with suppress(Mistake):
            there = read_posterior(folder)
    if there is not None and there.facts.get("identity") == wanted.identity:
        return there
    writing.check_folder(folder, force=force, mark=MARK)
    return None


def calibrate_into(
    folder: Path,
    wanted: Wanted,
    executor: Executor,
    *,
    force: bool = False,
    command: str = "",
    on_progress: Callable[[int, int], None] | None = None,
) -> Posterior:
    """Run what is not there yet, and put the posterior in its place. on_progress: called with how many proposals are run, and how many there
    will be, as far as that is known. Raises Contradicted, Mistake, Halted."""
    with closing(executor):
        there = place_for(folder, wanted, force=force)
        if there is not None and there.worlds.most is not None and there.worlds.most >= wanted.n_worlds:
            return there
        made = writing.beside(folder)
        files = ProposalFiles(made, wanted.identity, wanted.calibrated)
        known = there or find_posterior(wanted.calibrated.scenario)  # one that is found elsewhere grows here
        if known is not None and known.facts.get("identity") == wanted.identity:
            files.take(stored(known.folder))
        job = _Job(wanted, files, executor, on_progress or (lambda *_: None))
        try:
            found = job.run()
        except (Stopped, KeyboardInterrupt):
            job.flush()
            raise Halted(len(files.found)) from None
        except BaseException:
            with suppress(Exception):
                job.flush()
            raise
        write_posterior(
            folder,
            wanted.calibrated,
            found,
            files.table(),
            facts=_facts(wanted, found, command),
            force=force or there is not None,
        )
    shutil.rmtree(made, ignore_errors=True)
    return read_posterior(folder)


def _facts(wanted: Wanted, found: Found, command: str) -> dict[str, Any]:
    scenario = wanted.calibrated.scenario
    return {
        "command": command,
        "city_name": scenario.name,
        "title": scenario.title.to_plain(),
        "identity": wanted.identity,
        "digests": wanted.digests,
        "shape": wanted.shape,
        "known": list(scenario.known),
        "effort": {**vars(wanted.effort)},
        "figures": [figure.to_plain() for figure in wanted.calibrated.figures],
    }


class _Job:
    """One call of `calibrate_into`."""

    def __init__(
        self, wanted: Wanted, files: ProposalFiles, executor: Executor, on_progress: Callable[[int, int], None]
    ) -> None:
        self.wanted, self.files, self.executor, self.on_progress = wanted, files, executor, on_progress
        self.unstored: list[Proposal] = []
        self.stored_at = time.monotonic()
        self.total = 0

    def run(self) -> Found:
        wanted, effort = self.wanted, self.wanted.effort
        self.total = effort.pilot + effort.first
        pilot = list(range(PILOT, PILOT + effort.pilot))
        runs = self._need(pilot, None)
        plan = self._plan(np.array([run.found for run in runs]))
        numbers = np.arange(1, effort.first + 1)
        weights, solved = self._proposed(numbers, plan)
        ceiling = log_ceiling(weights)
        stages = [(len(numbers), int(solved.sum()))]
        accepted = are_accepted(numbers, weights, ceiling)
        if solved.mean() < LEAST_SOLVED or not accepted.any():
            raise self._contradicted(numbers, plan)
        while accepted.sum() < wanted.n_worlds:
            if len(numbers) >= effort.most:
                raise self._contradicted(numbers, plan)
            more = np.arange(len(numbers) + 1, len(numbers) + effort.stage + 1)
            self.total = effort.pilot + max(
                int(len(numbers) * wanted.n_worlds / accepted.sum()), len(numbers) + len(more)
            )
            own, own_solved = self._proposed(more, plan)
            numbers, weights, solved = np.append(numbers, more), np.append(weights, own), np.append(solved, own_solved)
            accepted = are_accepted(numbers, weights, ceiling)
            stages.append((len(more), int(own_solved.sum())))
        chosen = numbers[accepted][: wanted.n_worlds].tolist()
        twins = [TWINS + number for number in chosen[:MOST_TWINS]]
        self.total = effort.pilot + len(numbers) + len(twins)
        self._need(twins, plan)
        self.flush()
        return Found(plan, numbers, weights, ceiling, chosen, twins, stages)

    def _plan(self, found: np.ndarray) -> Plan:
        calibrated = self.wanted.calibrated
        n_fitted = len(calibrated.fitted)
        usable = np.isfinite(found[:, :n_fitted]).all(axis=1)
        if usable.sum() < 0.5 * len(found):
            name = calibrated.scenario.name
            raise Mistake(
                f"{name}: fewer than half of {len(found)} runs say anything of its figures; check their months and places",
                f"{name}：{len(found)} 次运行中不到一半能给出这些指标；请检查其月份与地点",
            )
        values = draws(calibrated.prior, len(found), PILOT)
        return plan_of(calibrated.numbers, calibrated.solver_figures(), values, found[:, :n_fitted])

    def _proposed(self, numbers: np.ndarray, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
        """Log weights, and which were solved."""
        found = self._need(numbers.tolist(), plan)
        solutions = [one.solution for one in found if one.solution is not None]
        return np.array([one.log_weight for one in solutions]), np.array([one.status == SOLVED for one in solutions])

    def _need(self, numbers: Sequence[int], plan: Plan | None) -> list[Proposal]:
        """Proposals by number: those that are kept, and the others run."""
        missing = [number for number in numbers if number not in self.files.found]
        work = tasks(self.wanted.calibrated, missing, plan, self.wanted.model, allow_code=self.wanted.allow_code)
        waiting = iter(work)
        again: list[Proposing] = []
        tried: set[int] = set()
        self.on_progress(len(self.files.found), self.total)
        for done in completed(self.executor, lambda: next(waiting, None) or (again.pop() if again else None)):
            if done is not None:
                error = done.future.exception()
                if isinstance(error, Killed) and done.task.numbers[0] not in tried:
                    tried.add(done.task.numbers[0])
                    again.append(done.task)
                    continue
                if isinstance(error, Lost):
                    raise Mistake(
                        f"the workers are gone ({error}); what was run is kept, and the same command goes on",
                        f"执行器已失联（{error}）；已运行的均已保存，重复同一命令即可继续",
                    )
                if isinstance(error, Stopped):
                    raise error
                if error is not None:
                    raise RuntimeError(error_text(error)) from error
                self.unstored += done.future.result()
                self.on_progress(len(self.files.found) + len(self.unstored), self.total)
            if time.monotonic() - self.stored_at > SECONDS_BETWEEN_STORES:
                self.flush()
        self.flush()
        return [self.files.found[number] for number in numbers]

    def flush(self) -> None:
        """Keep what was run; afterwards it survives anything."""
        self.files.add(self.unstored)
        self.unstored, self.stored_at = [], time.monotonic()

    def _contradicted(self, numbers: np.ndarray, plan: Plan) -> Contradicted:
        found = [self.files.found[int(number)] for number in numbers]
        n_solved = sum(one.solution is not None and one.solution.status == SOLVED for one in found)
        calibrated, values = self.wanted.calibrated, np.array([one.found for one in found])
        nearest = listed(_nearest(calibrated, values))
        name, n = calibrated.scenario.name, len(numbers)
        share = f"{100 * n_solved / n:.0f} %"
        if n_solved < LEAST_SOLVED * n:
            return Contradicted(
                f"{name}: its figures contradict the model or one another: only {share} of {n:,} proposals could be solved; nearest reached: {nearest}",
                f"{name}：其指标与模型或彼此矛盾：{n:,} 个提议中只有 {share} 可解；所达最近值：{nearest}",
            )
        return Contradicted(
            f"{name}: its figures contradict the model or one another: {share} of {n:,} proposals could be solved, but hardly any has the "
            f"figures that only weigh; nearest reached: {nearest}",
            f"{name}：其指标与模型或彼此矛盾：{n:,} 个提议中 {share} 可解，但几乎没有符合其余仅作加权的指标；所达最近值：{nearest}",
        )


def _nearest(calibrated: Calibrated, values: np.ndarray) -> list[str]:
    """Of each fitted figure, the value that came nearest to what was counted."""
    said = []
    for place, figure in enumerate(calibrated.fitted):
        own = values[np.isfinite(values[:, place]), place]
        low = figure.low if figure.value is None else figure.value
        high = figure.high if figure.value is None else figure.value
        wanted = (
            f"{figure.value:g}"
            if figure.value is not None
            else f"{'' if low is None else f'{low:g}'}-{'' if high is None else f'{high:g}'}"
        )
        beyond = np.maximum(
            0.0, np.maximum((low if low is not None else -np.inf) - own, own - (high if high is not None else np.inf))
        )
        near = f"{own[int(np.argmin(beyond))]:.4g}" if len(own) else tr("none", "无")
        said.append(tr(f"{key(figure)} {near} (wanted {wanted})", f"{key(figure)} {near}（要求 {wanted}）"))
    return said


def calibrate(
    city: str | os.PathLike[str] | Scenario,
    *,
    figures: str | os.PathLike[str] | None = None,
    prior: str = "pert",
    effective: int = WORLDS_ASKED,
    out: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    force: bool = False,
    allow_code: bool = False,
    progress: bool = False,
) -> Posterior:
    """Fit a city to its figures: worlds in which it has them, all equally likely, as `stations calibrate` stores them.

    city: a name, a file or a Scenario. figures: a YAML file that lists them, in place of the city's own. prior: "pert" or "uniform". effective:
    how many worlds, 1 to 100,000. out: the folder; None: NAME.posterior beside the city's file, results/calibrate-NAME for a shipped one.
    What is there of the same city grows. jobs: threads; None: all cores. force: replace another posterior. Raises Mistake; where the
    figures contradict the model or one another, nothing is written.
    """
    if not isinstance(city, (str, os.PathLike, Scenario)):
        raise other_kind("a city is a name, a file or a Scenario", "城市须为名称、文件或 Scenario", city)
    scenario = city if isinstance(city, Scenario) else load_scenario(os.fspath(city))
    if figures is not None:
        scenario = with_figures(scenario, Path(figures))
    wanted = wanted_of(scenario, prior, effective, allow_code=allow_code)
    folder = home_of(scenario)[1] if out is None else Path(out)
    if jobs is not None:
        check_jobs(jobs)
    call = python_call("calibrate", scenario.name, effective=effective)
    with bar(None, progress, tr("proposal", "提议")) as move:
        try:
            return calibrate_into(
                folder,
                wanted,
                Threads(jobs or default_jobs()),
                force=force,
                command=call,
                on_progress=lambda done, total: move(total, done),
            )
        except Halted as halted:
            raise KeyboardInterrupt(stopped(folder, call, halted.done)) from None


def stopped(folder: Path, again: str, done: int) -> str:
    """What a person reads where a calibration was stopped."""
    return tr(
        f"stopped; {counted(done, 'proposal is', 'proposals are')} kept beside {folder}, and the same command goes on: {again}",
        f"已中止；{done:,} 个提议已保存在 {folder} 旁，重复同一命令即继续：{again}",
    )
