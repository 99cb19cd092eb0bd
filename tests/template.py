"""A process that has everything imported and compiled, and forks a `stations` whenever one is asked for: it is at work at
once, so that many can be killed at moments that matter."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from patience import PATIENCE

SERVE = "import sys, template; template.serve(sys.argv[1:] == ['short'])"
ASKS = (signal.SIGINT, signal.SIGTERM)


class Template:
    """The other end of `serve`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _ask(self, verb: str, *question: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([verb, *question]), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def start(
        self,
        *arguments: str,
        err: Path,
        out: Path | None = None,
        start_new_session: bool = False,
        asked: tuple[str, int] | None = None,
    ) -> int:
        """The process of a `stations` with these arguments; what it says goes to files, or to one.

        asked: "module:function" and the number of a signal that the process gets when this is called.
        """
        files = [str(one.absolute()) for one in (out or err, err)]
        return int(self._ask("start", os.getcwd(), *files, start_new_session, asked, arguments))

    def end(self, process: int) -> int:
        """Wait for it: its exit code, or minus the signal that killed it."""
        return int(self._ask("end", process))

    def ended(self, process: int) -> int | None:
        """The same if it has ended."""
        found: int | None = self._ask("ended", process)
        return found

    def stations(self, *arguments: str | Path, **options: Any) -> Forked:
        """As `sweeps.stations`, without the second or two that a new process takes to begin. options: as those of `start`."""
        return Forked(self, [str(one) for one in arguments], options)


class Forked:
    """A process of a template, used like a `subprocess.Popen` with pipes."""

    def __init__(self, template: Template, arguments: list[str], options: dict[str, Any]) -> None:
        self._template = template
        self._folder = tempfile.TemporaryDirectory()
        self._said = [Path(self._folder.name, name) for name in ("out", "err")]
        out, err = self._said
        self.pid = template.start(*arguments, err=err, out=out, **options)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._template.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(0.01)
        return code

    def communicate(self, timeout: float = PATIENCE) -> tuple[str, str]:
        self.wait(timeout)
        out, err = (one.read_text(encoding="utf-8") for one in self._said)
        self._folder.cleanup()
        return out, err

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@contextmanager
def template(*, short_reports: bool = False) -> Iterator[Template]:
    """short_reports: without the figures that a comparison's report takes seconds for."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, *(["short"] if short_reports else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])},
    )
    try:
        yield Template(process)
    finally:
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:  # something that it started holds its output: the test has said so
            process.kill()


def no_figures(source: Any, of: Any) -> list[Any]:
    """In place of `sim.report.contents._figures`."""
    return []


def serve(has_short_reports: bool) -> None:
    import matplotlib.figure  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.dataset
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    from cities import SMALL
    from sweeps import write_design

    import sim.lab.say.answer_of_sweep
    import sim.report.contents
    import sim.report.page
    from sim.cli import main, run
    from sim.cli.stopping import hear

    if has_short_reports:
        sim.report.contents._figures = no_figures  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as aside:
        os.chdir(aside)
        Path("small.yaml").write_text(SMALL, encoding="utf-8")
        with redirect_stdout(StringIO()):
            assert run(["sweep", write_design(), "--dry-run", "--out", "out"]) == 0
        os.chdir("/")
    for line in sys.stdin:
        verb, *told = json.loads(line)
        if verb in {"end", "ended"}:
            process, status = os.waitpid(told[0], os.WNOHANG if verb == "ended" else 0)
            print(os.waitstatus_to_exitcode(status) if process else "null", flush=True)
            continue
        # What a test sends before the child listens waits until it does.
        signal.pthread_sigmask(signal.SIG_BLOCK, ASKS)
        child = os.fork()
        if child:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKS)
            print(child, flush=True)
            continue
        folder, out, err, is_session, asked, arguments = told
        os.chdir(folder)
        if is_session:
            os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, file in ((1, out), (2, err)):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND), number)
        hear()
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKS)
            if asked:
                arm(*asked)
            main(arguments)
        except KeyboardInterrupt:  # asked before, or after, all that the command hears
            os._exit(130)


def arm(what: str, number: int) -> None:
    """From now on this process sends itself a signal when a function of a module is called, which then does its work."""
    module, _, name = what.partition(":")
    owner = importlib.import_module(module)
    real = getattr(owner, name)

    def asked(*given: Any, **named: Any) -> Any:
        os.kill(os.getpid(), number)
        return real(*given, **named)

    setattr(owner, name, asked)
