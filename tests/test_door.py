"""The public door: what it offers, and that nothing heavy comes in with it."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import sim

HEAVY = ("numpy", "numba", "mesa", "pandas", "matplotlib", "scipy", "yaml")


def test_nothing_heavy_comes_before_it_is_used() -> None:
    code = f"import sys, sim; dir(sim); print([name for name in {HEAVY} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_scenario_needs_no_compiler() -> None:
    code = (
        "import sys\nfrom sim import load_scenario, load_policy\nload_scenario('t-city', ['linkage'])\n"
        "print([name for name in ('numba', 'mesa', 'pandas', 'matplotlib') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("name", sim.__all__)
def test_every_name_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(sim, name)
    assert (inspect.getdoc(found) or "").strip(), name
    if inspect.isclass(found):
        assert found.__doc__, f"{name} says only what its base says"
    assert name in dir(sim)


def test_the_door_names_each_thing_once() -> None:
    assert sorted(sim.__all__) == sim.__all__
    assert dir(sim) == sorted(dir(sim))


def test_what_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'simulated'"):
        _ = sim.simulated
