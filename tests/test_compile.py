"""Whether compiled code is there to be used: what a person is told before half a minute of silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from patience import PATIENCE

from sim import compile as compiling

COMPILE_ONE = """
from sim.compile import entry, is_cold
print(is_cold(), end=" ")
import sim.words
source = sim.compile.PACKAGE / "one.py"
if not source.exists():  # some versions of numba go by the time of writing
    source.write_text("from sim.compile import entry\\n@entry\\ndef run_days(x):\\n    return x + 1\\n")
import sim.one
sim.one.run_days(1)
print(sum(sim.one.run_days.stats.cache_hits.values()), is_cold())
"""


ONE = """
import sys
source = __import__("sim.compile").compile.PACKAGE / "one.py"
source.write_text("from sim.compile import entry\\n@entry\\ndef run_days(x):\\n    return x + 1\\n")
"""

FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
import sim.one
print(sim.one.run_days(1))
"""

AT_ONCE = """
import pathlib, sys, time
from sim import compile as compiling
folder = compiling.cache_folder()
print("begins", flush=True)
with compiling.one_compiles(folder):
    mark = pathlib.Path(sys.argv[1])
    if not mark.exists():
        print("compiles", flush=True)
        sys.stdin.readline()
        mark.touch()
    else:
        print("finds", flush=True)
"""


def copy(folder: Path) -> Path:
    """The package without what is heavy: a copy of the sources elsewhere, with the same digest."""
    shutil.copytree(compiling.PACKAGE, folder / "sim", ignore=shutil.ignore_patterns("__pycache__", "one.py"))
    return folder


def told(folder: Path, cache: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(folder), "SIM_COMPILE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", COMPILE_ONE], env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_second_copy_of_the_same_sources_is_cold(tmp_path: Path) -> None:
    """numba keeps a cache for each place of the sources, so what one copy compiled is none for the other."""
    first, second = copy(tmp_path / "first"), copy(tmp_path / "second")
    cache = tmp_path / "cache"
    assert told(first, cache) == "True 0 False"
    assert told(first, cache) == "False 1 False"
    assert told(second, cache) == "True 0 False"


def test_what_was_stopped_half_way_is_cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiling, "COMPILED", True)
    assert compiling.is_cold()
    folder = compiling.cache_folder()
    assert folder is not None
    (folder / "world_0").mkdir()
    (folder / "world_0" / "start.fill_needs-1.py311.1.nbc").write_bytes(b"")
    assert compiling.is_cold(), "the first morning is compiled, the day is not"
    (folder / "sim_0").mkdir()
    (folder / "sim_0" / "day.run_days-1.py311.1.nbc").write_bytes(b"")
    assert not compiling.is_cold()


def test_the_digest_says_that_plain_python_made_a_run_and_the_cache_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    found = {}
    for compiled in (True, False):
        monkeypatch.setattr(compiling, "COMPILED", compiled)
        found[compiled] = compiling.model_digest(), compiling.cache_folder()
    assert len(found[True][0]) == 16
    assert found[False] == (f"{found[True][0]}-interpreted", found[True][1])


def started(folder: Path, cache: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(folder), "SIM_COMPILE": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, cwd=folder, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="no limits of a process")
def test_a_cache_that_cannot_be_kept_is_one_sentence(tmp_path: Path) -> None:
    folder, cache = copy(tmp_path / "package"), tmp_path / "cache"
    out, err = started(folder, cache, ONE + FULL).communicate(timeout=PATIENCE)
    assert out == "2\n", err
    (line,) = err.splitlines()
    assert line.startswith(f"note: {cache}: compiled code cannot be kept there (File too large)")
    assert not list(cache.rglob("*.tmp.*"))
    assert told(folder, cache) == "True 0 False"


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_damaged_cache_is_compiled_anew(kind: str, tmp_path: Path) -> None:
    folder, cache = copy(tmp_path / "package"), tmp_path / "cache"
    assert told(folder, cache) == "True 0 False"
    (file,) = cache.rglob(f"*run_days*.{kind}")
    file.write_bytes(file.read_bytes()[:40])
    assert told(folder, cache) == "False 0 False", "compiled, in spite of what lies there"
    assert told(folder, cache) == "False 1 False", "and kept"


@pytest.mark.parametrize("is_killed", [False, True])
def test_of_several_cold_starts_one_compiles(is_killed: bool, tmp_path: Path) -> None:
    folder, cache, mark = copy(tmp_path / "package"), tmp_path / "cache", str(tmp_path / "mark")
    first = started(folder, cache, AT_ONCE, mark)
    assert first.stdout is not None
    assert [first.stdout.readline(), first.stdout.readline()] == ["begins\n", "compiles\n"]
    others = [started(folder, cache, AT_ONCE, mark) for _ in range(2)]
    for other in others:
        assert other.stdout is not None
        assert other.stderr is not None
        assert other.stdout.readline() == "begins\n"
        assert other.stderr.readline().startswith("another start of this program is compiling the model; waiting")
    if is_killed:
        first.kill()
        first.wait()
    else:
        first.communicate("\n", timeout=PATIENCE)
    said = []
    for other in others:
        assert other.stdin is not None
        with suppress(BrokenPipeError):  # it found all compiled, and has ended
            other.stdin.write("\n")
            other.stdin.flush()
    for other in others:
        out, err = other.communicate(timeout=PATIENCE)
        assert err == ""
        said.append(out)
    assert sorted(said) == (["compiles\n", "finds\n"] if is_killed else ["finds\n", "finds\n"])


WITHOUT_LINEAR_ALGEBRA = """
import sys
import numba, numpy as np
import sim.day
print("scipy.linalg" in sys.modules)
print(numba.njit(lambda a: np.dot(a, a))(np.eye(2)).tolist())
"""


def test_linear_algebra_is_loaded_only_for_those_who_use_it() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_LINEAR_ALGEBRA], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False", "[[1.0, 0.0], [0.0, 1.0]]"]
