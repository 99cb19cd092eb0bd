"""A process that has everything imported and compiled, and forks a `stations` whenever one is asked for: it is at work at
once, so that many can be killed at moments that matter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from patience import PATIENCE

SERVE = "import template; template.serve()"
ASKS = (signal.SIGINT, signal.SIGTERM)


class Template:
    """The other end of `serve`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _ask(self, *question: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(question), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def start(self, *arguments: str, err: Path) -> int:
        """The process of a `stations` with these arguments; what it says goes to a file."""
        return self._ask("start", os.getcwd(), str(err), *arguments)

    def end(self, process: int) -> int:
        """Wait for it: its exit code, or minus the signal that killed it."""
        return self._ask("end", process)


@contextmanager
def template() -> Iterator[Template]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
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


def serve() -> None:
    import matplotlib.figure  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.dataset
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    from cities import SMALL
    from sweeps import write_design

    import sim.lab.say.answer_of_sweep
    import sim.report.page  # noqa: F401
    from sim.cli import run
    from sim.cli.stopping import hear

    with tempfile.TemporaryDirectory() as aside:
        os.chdir(aside)
        Path("small.yaml").write_text(SMALL, encoding="utf-8")
        with redirect_stdout(StringIO()):
            assert run(["sweep", write_design(), "--dry-run", "--out", "out"]) == 0
        os.chdir("/")
    for line in sys.stdin:
        verb, *told = json.loads(line)
        if verb == "end":
            print(os.waitstatus_to_exitcode(os.waitpid(told[0], 0)[1]), flush=True)
            continue
        # What a test sends before the child listens waits until it does.
        signal.pthread_sigmask(signal.SIG_BLOCK, ASKS)
        child = os.fork()
        if child:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKS)
            print(child, flush=True)
            continue
        folder, err, *arguments = told
        os.chdir(folder)
        opened = os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(opened, 1)
        os.dup2(opened, 2)
        code = 70
        hear()
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKS)
            code = run(arguments)
        except KeyboardInterrupt:  # asked before, or after, all that the command hears
            code = 130
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
