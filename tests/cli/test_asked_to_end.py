"""A request to end, at any moment of a command: one sentence, exit code 130, nothing half-written.

Each moment is made certain: what comes at it is replaced by something that asks, then goes on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE
from sweeps import told
from template import Template

from sim.cli import run

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process"),
    pytest.mark.usefixtures("short_reports"),
]

TESTS = Path(__file__).resolve().parents[1]

AT_AN_IMPORT = """
import os, signal, sys
wanted, number = sys.argv[1], int(sys.argv[2])
class Asking:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Asking())
from sim.cli import main
main(sys.argv[3:])
"""

IN_A_DESTRUCTOR = """
import os, signal, sys, threading
import sim.cli.commands as commands
class Last:
    def __del__(self):
        os.kill(os.getpid(), int(sys.argv[2]))
        for _ in range(1000): pass
def make_commands():
    Last()
    threading.Event().wait()  # for ever, unless it is woken
commands.make_commands = make_commands
from sim.cli import main
main(sys.argv[3:])
"""


def ended(code: str, what: str, number: int, *arguments: str) -> list[str]:
    """The lines of standard error of a command that was asked to end."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    words = [sys.executable, "-c", code, what, str(int(number)), *arguments]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return said_by(done.returncode, done.stdout, done.stderr)


def said_by(code: int, out: str, err: str) -> list[str]:
    assert code == 130, err
    assert "Traceback" not in err + out
    assert "ignored" not in err
    assert not [name for name in os.listdir() if name.startswith(".stations-")]
    return [line for line in err.splitlines() if line and not line.startswith(("seeds:", "months:", "runs:"))]


@pytest.fixture
def at_a_call(forks: Template) -> Callable[..., list[str]]:
    """`ended`, of a command that is asked when it calls a function ("module:function"). It has all imported."""

    def ended(call: str, number: int, *arguments: str) -> list[str]:
        return said_by(*told(forks.stations(*arguments, asked=(call, int(number)))))

    return ended


NOTHING = "stopped; nothing was stored"


@pytest.mark.parametrize(
    ("module", "number", "said"),
    [
        ("click", signal.SIGTERM, NOTHING),
        ("numba", signal.SIGTERM, NOTHING),
        (
            "pandas",
            signal.SIGINT,
            "stopped; 0 of 500 runs are stored in out, and the same command goes on: stations compare small.yaml --seeds 100 --out out",
        ),
    ],
)
def test_asked_during_an_import(module: str, number: int, said: str, here: Path) -> None:
    assert ended(AT_AN_IMPORT, module, number, "compare", "small.yaml", "--out", "out") == [said]
    assert sorted(os.listdir()) == (["small.yaml"] if said == NOTHING else ["out", "small.yaml"])


def test_what_python_drops_is_asked_again(here: Path) -> None:
    assert ended(IN_A_DESTRUCTOR, "", signal.SIGINT, "run", "small.yaml") == ["stopped; nothing was stored"]


COMPARE = ("compare", "small.yaml", "--policies", "linkage", "--seeds", "2", "--out", "out")
STORED = "stopped; the results are stored in out, and 'stations report out' writes their report"


AGAIN = f"stations {' '.join(COMPARE)}"


@pytest.mark.parametrize(
    ("call", "said", "left"),
    [
        ("sim.lab.run.agenda:agenda_of", "stopped; nothing was stored", ["small.yaml"]),
        (
            "sim.lab.run.session:introduce",
            f"stopped; 0 of 4 runs are stored in out, and the same command goes on: {AGAIN}",
            ["out", "small.yaml"],
        ),
        (
            "sim.lab.finish:write_tables",
            f"stopped; every run is stored in out, and the same command writes the tables: {AGAIN}",
            ["out", "small.yaml"],
        ),
        ("sim.report.page:write_whole", STORED, ["out", "small.yaml"]),
    ],
)
def test_a_comparison_asked_at_each_step(
    call: str, said: str, left: list[str], at_a_call: Callable[..., list[str]], here: Path
) -> None:
    assert at_a_call(call, signal.SIGTERM, *COMPARE) == [said]
    assert sorted(os.listdir()) == left
    if said == STORED:
        assert not Path("out/report.html").exists()
        assert run(["report", "out"]) == 0
    elif left != ["small.yaml"]:
        assert run(list(COMPARE)) == 0
        assert Path("out/report.html").exists()


def test_a_run_asked_while_it_stores_leaves_nothing(at_a_call: Callable[..., list[str]], here: Path) -> None:
    said = at_a_call("sim.lab.simulate:write_tables", signal.SIGTERM, "run", "small.yaml", "--out", "out")
    assert said == ["stopped; nothing was stored"]
    assert os.listdir() == ["small.yaml"]


def test_a_sweep_asked_at_each_step(at_a_call: Callable[..., list[str]], here: Path) -> None:
    plain = {
        "kind": "design",
        "question": {"en": "Does pay help?", "zh": "提高薪酬有用吗？"},
        "base": "small.yaml",
        "factors": {"levers.pay": [3000, 5000]},
        "seeds": 2,
    }
    Path("design.yaml").write_text(json.dumps(plain), encoding="utf-8")
    n = 3 * 2  # the base and two levels
    same = "and the same command goes on: stations sweep design.yaml --out out"
    begun = "stopped before any run; the same command goes on: stations sweep design.yaml --out out"
    whole = f"stopped; {n} of {n} runs are stored in out, {same}"
    for call, said in (
        ("sim.lab.run.agenda:agenda_of", begun),
        ("sim.lab.run.session:agenda_of", f"stopped; 0 of {n} runs are stored in out, {same}"),
        ("sim.lab.finish:write_summaries", whole),
        ("sim.report.page:html", whole),
    ):
        lines = at_a_call(call, signal.SIGTERM, "sweep", "design.yaml", "--out", "out", "--workers", "serial")
        assert lines == [said], call
    assert run(["sweep", "design.yaml", "--out", "out"]) == 0
    assert Path("out/report.html").exists()


def test_export_and_report_asked_half_way(at_a_call: Callable[..., list[str]], here: Path) -> None:
    assert run([*COMPARE]) == 0
    before = Path("out/report.html").read_bytes()
    nothing = ["stopped; nothing was stored"]
    assert at_a_call("sim.lab.kept.export:_write_csv", signal.SIGTERM, "export", "out") == nothing
    assert not Path("out/export").exists()
    assert at_a_call("sim.report.page:html", signal.SIGINT, "report", "out", "--lang", "zh") == [
        "已中止；未保存任何结果"
    ]
    assert Path("out/report.html").read_bytes() == before
    figures = at_a_call("sim.report.page:write_whole", signal.SIGTERM, "report", "out", "--figures", "svg")
    assert figures == ["stopped; not every figure is in out/figures"]
    assert not [name for name in os.listdir("out") if name.startswith(".stations-")]
