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


# --- notebook manners


def shown() -> list[object]:
    """A scenario, a run, a comparison and stored results, each as a notebook would show it."""
    from cities import city

    from sim import Results, arms_of, compare, simulate
    from sim.lab import store

    base = city()
    result = compare(arms_of(base, []), [1, 2])
    facts = {"arms": {"baseline": base.to_mapping()}, "seeds": [1, 2]}
    return [base, simulate(base, 1), result, Results(result.tables(), store.provenance("compare", **facts))]


def test_reprs_are_short_and_html_is_whole() -> None:
    for one in shown():
        assert repr(one).startswith(f"<{type(one).__name__} ")
        assert len(repr(one)) < 300
        html = one._repr_html_()  # type: ignore[attr-defined]
        assert html.startswith("<p>&lt;")
        assert html.count("<table") == html.count("</table>")


def test_a_mistake_in_a_notebook_is_its_sentence() -> None:
    with pytest.raises(sim.Mistake) as caught:
        sim.load_scenario("t-cty")
    (line,) = caught.value._render_traceback_()
    assert line.startswith("Mistake: ")
    assert "did you mean 't-city'" in line


def test_names_have_their_types_for_whoever_imports_them() -> None:
    from pathlib import Path

    assert (Path(sim.__file__).parent / "py.typed").is_file()
