"""Whether compiled code is there to be used: what a person is told before half a minute of silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim import compile as compiling

COMPILE_ONE = """
from sim.compile import entry, is_cold
print(is_cold(), end=" ")
import sim.words
source = sim.compile.PACKAGE / "one.py"
source.write_text("from sim.compile import entry\\n@entry\\ndef run_days(x):\\n    return x + 1\\n")
import sim.one
sim.one.run_days(1)
print(sum(sim.one.run_days.stats.cache_hits.values()), is_cold())
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
    (folder / "world_0" / "start.fill_needs-1.py311.nbi").write_bytes(b"")
    assert compiling.is_cold(), "the first morning is compiled, the day is not"
    (folder / "sim_0").mkdir()
    (folder / "sim_0" / "day.run_days-1.py311.nbi").write_bytes(b"")
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
