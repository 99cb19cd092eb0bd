"""What Python gives is kept as a command keeps it: saved or stored while it runs, opened, drawn and shown like any results."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cities import SMALL, city
from pandas.testing import assert_frame_equal
from sweeps import done, write_design

import sim
from sim import language, open_results, plot
from sim.cli import run
from sim.cli.commands import make_commands
from sim.lab import compare as comparing
from sim.lab import sweep as sweeping
from sim.lab.kept.folders import load_provenance

pytestmark = pytest.mark.usefixtures("short_reports")

POLICIES = ["linkage", "incentives"]
OF_ITS_MAKING = {"command", "made", "sha256"}
"""What provenances of the same results differ in."""


@pytest.fixture
def small(here: Path) -> str:
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    return "small.yaml"


def same_tables(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    assert one.keys() == other.keys()
    for name, table in one.items():
        assert_frame_equal(table, other[name], check_exact=True, check_dtype=False)


def facts(folder: str) -> dict[str, Any]:
    return {key: fact for key, fact in load_provenance(Path(folder)).items() if key not in OF_ITS_MAKING}


def test_a_comparison_is_saved_as_the_command_stores_it(small: str) -> None:
    compared = sim.compare(small, POLICIES, 3)
    assert compared.save("saved") == Path("saved")
    assert run(["compare", small, "--policies", "linkage,incentives", "--seeds", "3", "--out", "stored"]) == 0
    assert facts("saved") == facts("stored")
    files = [sorted(file.name for file in Path(folder).iterdir()) for folder in ("saved", "stored")]
    assert [name for name in files[1] if name not in files[0] and not name.startswith("ledger")] == ["report.html"]
    saved, stored = open_results("saved"), open_results("stored")
    same_tables(compared.tables(), dict(saved.tables))
    same_tables(dict(saved.tables), dict(stored.tables))
    for command in ("report", "export", "reproduce"):
        assert run([command, "saved"]) == 0
    assert load_provenance(Path("saved"))["command"] == (
        "sim.compare('small.yaml', policies=['linkage', 'incentives'], seeds=3)"
    )


def test_a_run_is_saved_as_the_command_stores_it(small: str) -> None:
    one = sim.simulate(small, 7, policies=["linkage"])
    one.save(Path("saved"))
    assert run(["run", small, "--seed", "7", "--policy", "linkage", "--out", "stored"]) == 0
    assert facts("saved") == facts("stored")
    same_tables(one.tables(), dict(open_results("saved").tables))
    same_tables(one.tables(), dict(open_results("stored").tables))
    for command in ("report", "export", "reproduce"):
        assert run([command, "saved"]) == 0
    before = Path("saved/provenance.json").read_bytes()
    with pytest.raises(sim.Mistake, match="exists already"):
        sim.simulate(small, 8).save("saved")
    assert Path("saved/provenance.json").read_bytes() == before
    sim.simulate(small, 8).save("saved", force=True)
    assert open_results("saved").provenance["seed"] == 8


def test_names_paths_and_objects_are_alike(small: str) -> None:
    by_object = sim.compare(sim.load_scenario(small), [sim.load_policy("linkage")], seeds=range(1, 3))
    for given in (
        sim.compare(small, "linkage", 2),
        sim.compare(Path(small), ["baseline", "linkage", "linkage"], 2),
        sim.compare(sim.arms_of(small, ["linkage"]), seeds=2),
        sim.compare({"baseline": small, "linkage": by_object.arms["linkage"]}, seeds=2, jobs=1),
    ):
        same_tables(given.tables(), by_object.tables())
    assert list(sim.arms_of(small)) == ["baseline", *sim.lab.compare.MAIN_POLICIES]  # type: ignore[attr-defined]
    assert len(sim.arms_of(small, "all")) > 10
    (by_command,) = (one for one in make_commands().commands["compare"].params if one.name == "seeds")
    assert inspect.signature(sim.compare).parameters["seeds"].default == by_command.default == 100
    assert sim.simulate(small, policies=["linkage"]).scenario.hash == by_object.arms["linkage"].hash


def test_a_window_is_that_of_outcomes(small: str) -> None:
    whole, part = (sim.compare(small, ["linkage"], 2, window=window) for window in (None, "2024-10..2024-11"))
    assert whole.window != part.window
    assert whole.level("baseline", "arisen_per_year") != part.level("baseline", "arisen_per_year")
    part.save("part")
    assert (
        run(["compare", small, "--policies", "linkage", "--seeds", "2", "--out", "cli", "--window", "2024-10..2024-11"])
        == 0
    )
    same_tables(part.tables(), dict(open_results("cli").tables))
    assert open_results("part").window == open_results("cli").window == ("2024-10", "2024-11")
    assert run(["reproduce", "cli"]) == 0
    assert run(["compare", small, "--policies", "linkage", "--out", "no", "--window", "2024-10..2025-01"]) == 2
    assert not Path("no").exists()


def test_one_end_of_a_window_gives_two_months(small: str) -> None:
    part = sim.compare(small, ["linkage"], 2, window="2024-10..")
    part.save("part")
    assert open_results("part").window == ("2024-10", "2024-12")


def test_what_was_imported_is_a_city_to_compare(small: str) -> None:
    Path("towns.csv").write_text("Town,Population,Posts\nA,3000,2\nB,2000,1\n", encoding="utf-8")
    made = sim.import_city("towns.csv", name="ours")
    assert sim.arms_of(made, ["linkage"])["baseline"].hash == made.city.hash


def interrupted(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Ask the program to stop, as Ctrl-C does, once so many runs are done."""
    bar = sweeping.bar
    modules = (sweeping, comparing)

    class Asking:
        def __init__(self, *_: object) -> None: ...

        def __enter__(self) -> Any:
            return lambda total, done: signal.raise_signal(signal.SIGINT) if done >= after else None

        def __exit__(self, *_: object) -> None:
            for module in modules:
                monkeypatch.setattr(module, "bar", bar)

    for module in modules:
        monkeypatch.setattr(module, "bar", Asking)


def test_what_is_stored_while_it_runs_goes_on_after_ctrl_c(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, after=4)
    with pytest.raises(KeyboardInterrupt) as asked:
        sim.compare(small, POLICIES, 20, out="out", jobs=1)
    kept = len(done("out"))
    assert 0 < kept < 60
    again = "sim.compare('small.yaml', policies=['linkage', 'incentives'], seeds=20, out='out')"
    assert str(asked.value) == f"stopped; {kept} of 60 runs are stored in out, and the same command goes on: {again}"
    assert open_results("out").n_seeds < 20
    first = {file: file.stat().st_mtime_ns for file in Path("out/runs").iterdir()}
    stored = sim.compare(small, POLICIES, 20, out="out")
    assert first == {file: file.stat().st_mtime_ns for file in first}, "run anew"
    same_tables(stored.tables(), sim.compare(small, POLICIES, 20).tables())
    with pytest.raises(sim.Mistake, match="exists already"):
        sim.compare(small, POLICIES, 20, out="out")
    replaced = sim.compare(small, ["linkage"], 2, out="out", force=True)
    assert (replaced.names, open_results("out").n_seeds) == (["baseline", "linkage"], 2)


def test_a_sweep_from_python_is_the_commands(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    design = write_design(seeds=6)
    interrupted(monkeypatch, after=3)
    with pytest.raises(
        KeyboardInterrupt, match=r"stopped; \d+ of 42 runs are stored in out, .*: sim.sweep\('design.yaml', out='out'\)"
    ):
        sim.sweep(design, out="out", jobs=1)
    assert 0 < len(done("out")) < 42
    swept = sim.sweep(design, out="out")
    assert run(["sweep", design, "--out", "cli"]) == 0
    same_tables(dict(swept.tables), dict(open_results("cli").tables))
    assert {file.name for file in Path("cli").glob("*.csv")} == {file.name for file in Path("out").glob("*.csv")}
    assert len(sim.sweep(Path(design), out=Path("out"), jobs=1).runs()) == 42
    assert run(["report", "out"]) == 0


def test_every_figure_takes_every_kind(small: str) -> None:
    compared, one = sim.compare(small, ["linkage"], 3), sim.simulate(small, 1)
    compared.save("compared")
    one.save("run")
    n_drawn = 0
    for figure in plot.FIGURES:
        for in_memory, folder, kind in ((compared, "compared", "compare"), (one, "run", "run")):
            if kind in figure.needs.kinds:
                stored = open_results(folder)
                try:
                    drawn = figure(stored)
                except sim.Mistake as mistake:
                    with pytest.raises(sim.Mistake, match=re.escape(str(mistake))):
                        figure(in_memory)
                else:
                    assert figure(in_memory).alt == drawn.alt
                    n_drawn += 1
    assert n_drawn > 12


def test_shown_in_both_languages_escaped_and_with_intervals(small: str) -> None:
    write_design(seeds=2)
    evil = sim.load_policy("linkage")
    compared = sim.compare({"baseline": city(), "<b>": city()}, seeds=3)
    single = sim.compare(small, [evil], 1)
    one = sim.simulate(small)
    one.save("run")
    compared.save("compared")
    for shown in (compared, open_results("compared")):
        html = shown._repr_html_()
        assert "&lt;b&gt;" in html
        assert "<b>" not in html
        assert re.search(r"\+?\d[\d.]* \([\d.−]+ to [\d.−]+\)", html)
    assert "(no interval)" in single._repr_html_()
    swept = sim.sweep("design.yaml", out="sweep")
    every = [compared, single, one, swept, *(open_results(folder) for folder in ("compared", "run", "sweep"))]
    levels = swept.tables["levels"]
    failed = dataclasses.replace(swept, tables={**swept.tables, "levels": levels[levels["point"] != 1]})
    assert "<td>– (no interval)</td>" in failed._repr_html_()
    for shown in every:
        html = shown._repr_html_()
        assert re.search(r"\d to |no interval", html)
        language.use("zh")
        try:
            told = shown._repr_html_()
        finally:
            language.use("en")
        assert re.search("[\u4e00-\u9fff]", told)
        assert "无区间" in told or " 至 " in told
        assert "interval" not in told


def test_replaced_on_mistake_nothing_is_left(small: str) -> None:
    """A save that fails leaves neither a half folder nor a hidden one."""
    compared = sim.compare(small, ["linkage"], 2)
    Path("there").mkdir()
    Path("there/notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(sim.Mistake):
        compared.save("there", force=True)
    with pytest.raises(sim.Mistake):
        sim.compare(small, ["linkage"], [5, 6]).save("new")
    assert sorted(file.name for file in Path().iterdir()) == ["small.yaml", "there"]
    assert json.dumps([file.name for file in Path("there").iterdir()]) == '["notes.txt"]'


def test_a_report_is_written_of_whatever_there_is(small: str) -> None:
    compared, one = sim.compare(small, ["linkage"], 3), sim.simulate(small)
    compared.save("out")
    pages = {}
    for name, results in (("memory", compared), ("folder", open_results("out")), ("run", one)):
        file = sim.write_report(results, f"{name}.html")
        assert file == Path(f"{name}.html")
        pages[name] = file.read_text(encoding="utf-8")
    made = re.compile(r"<tr><th[^>]*><bdi>(To reproduce|To remake this report|Made)</bdi>.*?</tr>\n?", re.S)
    memory, folder = (made.sub("", pages[name]).replace(' class="short"', "") for name in ("memory", "folder"))
    assert memory == folder
    assert "stations reproduce" in pages["folder"]
    assert "stations reproduce" not in pages["memory"]
    some = sim.write_report(sim.compare(small, ["linkage"], [4, 9]), "some.html").read_text(encoding="utf-8")
    assert re.search("<bdi>Seeds</bdi></th><td><bdi>4, 9</bdi>", some)
