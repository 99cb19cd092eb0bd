"""A folder whose runs are of another version of the design: refused with the difference shown, unless it is asked for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from cities import SMALL
from made_up_stores import files
from sweeps import DESIGN, POLICY, Counting, done, run, tables, write_design

from sim.lab.kept.opening import open_results
from sim.lab.run import work
from sim.mistakes import Mistake


def refused(match: str, **more: Any) -> None:
    """The sentence says the difference, and nothing in the folder changes."""
    before = files(Path("out"))
    counting = Counting()
    with pytest.raises(
        Mistake, match=rf"^out: holds runs of another version of this design: {match}.*; add --new-version"
    ):
        run("design.yaml", "out", counting, **more)
    assert counting.ran == []
    assert files(Path("out")) == before


def ran(**more: Any) -> int:
    counting = Counting()
    run("design.yaml", "out", counting, **more)
    return len(counting.ran)


def test_an_edited_city(here: Path) -> None:
    run(write_design(), "out")
    old = done("out")
    first = open_results("out").runs()
    Path("small.yaml").write_text(SMALL.replace("posts: 3", "posts: 4"), encoding="utf-8")
    refused(r"towns\.a\.posts was 3, is 4")
    assert ran(new_version=True) == 28
    assert old < done("out")
    assert len(done("out")) == 56
    second = open_results("out").runs()
    assert len(second) == 28
    assert not second["coverage"].equals(first["coverage"])
    run("design.yaml", "fresh")
    assert second.equals(open_results("fresh").runs())
    assert ran() == 0
    # Back to the city as it was: its runs are still there.
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    refused(r"towns\.a\.posts was 4, is 3")
    assert ran(new_version=True) == 0
    assert open_results("out").runs().equals(first)


def test_only_what_differs_runs_anew(here: Path) -> None:
    shutil.copy(Path(__file__).parents[3] / "scenarios" / "policies" / "linkage.yaml", "mine.yaml")
    run(write_design(factors=DESIGN["factors"] | {"policies": ["none", "mine.yaml"]}), "out")
    text = Path("mine.yaml").read_text(encoding="utf-8")
    Path("mine.yaml").write_text(text + "\nparameters: {supervision_hours: 3}\n", encoding="utf-8")
    refused(r"policies.*supervision_hours")
    assert ran(new_version=True) == 6 * 4  # of 13 points


def test_edited_python(here: Path) -> None:
    code = "def act(now):\n    return {'administrative_burden': %s}\n"
    Path("react.py").write_text(code % 0, encoding="utf-8")
    Path("acts.yaml").write_text(POLICY, encoding="utf-8")
    run(write_design(factors={"policies": ["none", "acts.yaml"]}), "out", allow_code=True)
    Path("react.py").write_text(code % 2, encoding="utf-8")
    refused(r"policies\[1\]\..*was .*is ", allow_code=True)
    assert ran(new_version=True, allow_code=True) == 4


def test_another_model(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(write_design(), "out")
    model_of = work.model_of
    other = lambda *given, **more: f"0123456789abcdef-{model_of(*given, **more).split('-')[1]}"  # noqa: E731
    monkeypatch.setattr(work, "model_of", other)
    monkeypatch.setattr("sim.lab.run.agenda.model_of", other)
    refused(r"model digest [0-9a-f]{16} then, 0123456789abcdef now")
    assert ran(new_version=True) == 28
    assert set(open_results("out").points["model"].str[:16]) == {"0123456789abcdef"}
    assert len(open_results("out").runs()) == 28


@pytest.mark.parametrize("changed", [{"window": {"first": "2024-10"}}, {"keep": {"months": ["coverage"]}}])
def test_another_window_or_keep(changed: dict[str, Any], here: Path) -> None:
    run(write_design(), "out")
    before = tables("out")
    write_design(**changed)
    refused(r"window, keep, or how outcomes are computed \(digest [0-9a-f]{8} then, [0-9a-f]{8} now\)")
    assert ran(new_version=True) == 28
    run("design.yaml", "fresh")
    assert open_results("out").runs().equals(open_results("fresh").runs())
    assert open_results("out").months(["coverage"]).equals(open_results("fresh").months(["coverage"]))
    write_design()
    assert ran(new_version=True) == 0
    for kind in before:
        import pyarrow.compute as pc

        own = pc.field("run").isin(before["runs"]["run"].to_pylist())
        assert tables("out")[kind].filter(own).equals(before[kind])


def test_titles_and_what_is_asked_of_the_runs_are_no_difference(here: Path) -> None:
    run(write_design(), "out")
    Path("small.yaml").write_text(SMALL.replace('"Small"', '"Little"'), encoding="utf-8")
    write_design(question={"en": "Or does it?", "zh": "是吗？"}, outcomes=["trust"])
    assert ran() == 0
    assert open_results("out").design.outcomes == ("trust",)


def test_many_differences_are_counted(here: Path) -> None:
    run(write_design(), "out")
    text = SMALL.replace("posts: 3", "posts: 4").replace("posts: 2", "posts: 3").replace("4000", "4100")
    Path("small.yaml").write_text(
        text.replace("3000", "3100").replace("detectability: 2", "detectability: 3"), encoding="utf-8"
    )
    refused(r"towns\.a\.population was 4000, is 4100; [^;]*; [^;]*; and 2 more")
