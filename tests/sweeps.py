"""Small sweeps, run in this process or as `stations sweep`; imported by tests and by the processes that they start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from patience import PATIENCE
from template import Forked

from sim.lab.design.read_design import read_design
from sim.lab.kept.store import Store
from sim.lab.run.agenda import agenda_of
from sim.lab.run.executors import Executor, local
from sim.lab.run.session import Progress, sweep
from sim.lab.run.work import Chunk, do
from sim.mistakes import Mistake

DESIGN: dict[str, Any] = {
    "kind": "design",
    "question": {"en": "Does pay help?", "zh": "提高薪酬有用吗？"},
    "base": "small.yaml",
    "factors": {"levers.pay": [3000, 4000, 5000], "levers.administrative_burden": [0.5, 1.5]},
    "seeds": 4,
    "outcomes": ["coverage", "stay_share"],
    "keep": {"months": ["coverage", "trust"], "towns": ["coverage"]},
}
"""Seven points: the base and a grid of six."""

POLICY = """\
kind: policy
title: {en: "Reacts", zh: "应对"}
proposer: {en: "p", zh: "某"}
source: {en: "s", zh: "源"}
policies: [react.py:act]
"""
"""A policy that names Python."""


def write_design(name: str = "design.yaml", **changed: Any) -> str:
    """DESIGN with some keys changed, as a file in the working folder; its name."""
    Path(name).write_text(yaml.safe_dump(DESIGN | changed, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return name


def run(design: str, out: Path | str, executor: Executor | str = "serial", **more: Any) -> Progress:
    """`sweep` in this process."""
    made = local(executor, 2) if isinstance(executor, str) else executor
    return sweep(read_design(design), Path(out), made, **more)


def tables(out: Path | str) -> dict[str, pa.Table]:
    """All that a store holds, in an order that does not depend on how it came there."""
    with Store.open(Path(out), write=False) as store:
        return {kind: store.read(kind) for kind in store.kinds()}


def failures(out: Path | str) -> Any:
    with Store.open(Path(out), write=False) as store:
        return store.failures()


def done(out: Path | str) -> set[str]:
    """The runs that the ledger acknowledges; none where there is no ledger yet."""
    if not (Path(out) / "ledger.sqlite").is_file():
        return set()
    try:
        with Store.open(Path(out), write=False) as store:
            return store.done()
    except Mistake as mistake:
        if "is empty" in str(mistake):  # its first transaction has not been
            return set()
        raise


def n_runs(design: str, *, allow_code: bool = False) -> int:
    read = read_design(design)
    return len(agenda_of(read, allow_code=allow_code).arms) * read.seeds.at_most


class Counting:
    """An executor that does its work here, and tells of what it did: (scenario hash, seed) of every run, in order."""

    slots = 1

    def __init__(self, before: Callable[[Chunk], None] = lambda _: None) -> None:
        import threading

        self.stop = threading.Event()
        self.chunks: list[Chunk] = []
        self._before = before

    @property
    def ran(self) -> list[tuple[str, int]]:
        return [(name, chunk.seed) for chunk in self.chunks for name in chunk.names]

    def submit(self, chunk: Chunk) -> Any:
        from concurrent.futures import Future

        future: Future[Any] = Future()
        self._before(chunk)
        self.chunks.append(chunk)
        future.set_result(do(chunk))
        return future

    def close(self, *, at_once: bool = False) -> None:
        pass


def stations(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    """`stations` as a process of its own, in the working folder."""
    return subprocess.Popen(
        [sys.executable, "-c", "from sim.cli import main; main()", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **options,
    )


def told(process: subprocess.Popen[str] | Forked, timeout: float = PATIENCE) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a process that ends by itself."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as late:
        process.kill()
        raise AssertionError(f"it did not end within {timeout} s: {late.stdout!r} {late.stderr!r}") from None
    return process.returncode, out, err


def is_one_sentence(said: str, *parts: Sequence[str] | str) -> bool:
    """Whether standard error is one complaint, without a traceback, that names these parts."""
    lines = [line for line in said.splitlines() if not line.startswith(("runs:", "运行："))]
    return len(lines) == 1 and lines[0].startswith("stations: ") and all(str(part) in lines[0] for part in parts)
