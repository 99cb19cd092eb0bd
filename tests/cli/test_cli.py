"""The command line as a person meets it."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cities import SMALL
from edits import edit_json, write_json
from failing import fail_of
from patience import PATIENCE

from sim.cli import run
from sim.lab.kept import reproduce
from sim.lab.kept.opening import open_results
from sim.lab.outcomes import OUTCOMES
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, STATION_MONTH


def program(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        **options,
    )  # type: ignore[call-overload,no-any-return]


@pytest.mark.usefixtures("short_reports")
def test_run_writes_whole_results(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "small.yaml", "--seed", "5", "--out", "out", "--csv", "--set", "levers.pay=3500"]) == 0
    said = capsys.readouterr()
    assert "no interval" in said.out
    assert "Results: out" in said.out
    assert "months: 12 of 12" in said.err
    expected = {"city": (12, STATION_MONTH), "stations": (24, STATION_MONTH), "communities": (48, COMMUNITY_MONTH), "groups": (24, GROUP_MONTH)}  # fmt: skip
    for name, (rows, columns) in expected.items():
        frame = pd.read_parquet(f"out/{name}.parquet")
        assert len(frame) == rows
        assert set(columns) <= set(frame.columns)
        assert len(pd.read_csv(f"out/{name}.csv", encoding="utf-8-sig")) == rows
    told = json.loads(Path("out/provenance.json").read_text(encoding="utf-8"))
    assert told["scenario"]["levers"]["pay"] == 3500
    assert told["seed"] == 5
    assert len(told["scenario_hash"]) == len(told["model_digest"]) == 16
    assert {"python", "numpy", "numba", "pandas"} <= set(told["versions"])
    assert sorted(os.listdir(".")) == ["out", "small.yaml"], "nothing is left beside the results"


def test_what_is_compiled_is_compiled_before_the_bar(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else half a minute counts as the first month, and the bar says that thousands of seconds are left."""
    from sim.cli import jobs
    from sim.engine import Engine

    order: list[str] = []
    run_days, progress = Engine.run_days, jobs.progress
    monkeypatch.setattr(Engine, "run_days", lambda *given: (order.append("compile"), run_days(*given))[1])
    monkeypatch.setattr(jobs, "progress", lambda *given: (order.append("bar"), progress(*given))[1])
    assert run(["run", "small.yaml", "--out", "out"]) == 0
    assert order[:2] == ["compile", "bar"]


def test_the_compiled_day_is_found_where_is_cold_looks(here: Path) -> None:
    code = "import sys; from sim.cli import run; run(['run', 'small.yaml', '--out', sys.argv[1]]); import sim.compile; print(sim.compile.is_cold())"
    told = subprocess.run([sys.executable, "-c", code, "out"], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "False"


@pytest.mark.usefixtures("short_reports")
def test_results_are_not_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "small.yaml", "--out", "out"]) == 0
    first = Path("out/city.parquet").read_bytes()
    assert run(["run", "small.yaml", "--seed", "2", "--out", "out"]) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("out/city.parquet").read_bytes() == first
    assert run(["run", "small.yaml", "--seed", "2", "--out", "out", "--force"]) == 0
    assert Path("out/city.parquet").read_bytes() != first
    assert not Path("out/city.csv").exists()
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years of work")
    assert run(["run", "small.yaml", "--out", "mine", "--force"]) == 2
    assert Path("mine/thesis.txt").read_text() == "years of work"
    assert run(["run", "small.yaml", "--out", "small.yaml"]) == 2
    # Without --out each run gets a folder of its own.
    assert run(["run", "small.yaml"]) == 0
    assert run(["run", "small.yaml"]) == 0
    assert sorted(os.listdir("results")) == ["run-small-seed1", "run-small-seed1-2"]


@pytest.mark.usefixtures("short_reports")
def test_compare_and_reproduce(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            [
                "compare",
                "small.yaml",
                "--policies",
                "incentives",
                "supervision",
                "--seeds",
                "4",
                "--jobs",
                "2",
                "--out",
                "c",
            ]
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "95 %" in said
    assert "Incentives" in said
    assert "4 pairs of runs" in said
    effects = pd.read_csv("c/effects.csv", encoding="utf-8-sig")
    assert set(effects.policy) == {"incentives", "supervision"}
    assert (effects.low <= effects["mean"]).all() or effects.low.isna().any()
    assert len(json.loads(Path("c/provenance.json").read_text(encoding="utf-8"))["answer"]) == 3
    assert run(["reproduce", "c", "--jobs", "1"]) == 0
    assert "every number is identical" in capsys.readouterr().out

    told = json.loads(Path("c/provenance.json").read_text(encoding="utf-8"))
    now = dict(told["versions"])
    again = reproduce.compare_arms

    def other(*given: Any, **more: Any) -> Any:
        result = again(*given, **more)
        result.outcomes[0, 3, list(OUTCOMES).index("coverage")] += 1e-12
        return result

    monkeypatch.setattr(reproduce, "compare_arms", other)
    assert run(["reproduce", "c"]) == 1
    said = capsys.readouterr().out
    assert "1 value of coverage differs" in said
    assert "made with" not in said
    assert "same bits" not in said
    for others, why in (
        ({"python": "3.99", "numpy": "1.0"}, "C library and machine are equal; here other: numpy"),
        ({"C library": "old 1", "scipy": "1.0"}, "here other: C library"),
        ({"python": "3.99", "scipy": "1.0"}, "intervals rest on SciPy's quantiles"),
    ):
        told["versions"] = {**now, **others}
        write_json(Path("c/provenance.json"), told)
        assert run(["reproduce", "c"]) == 1
        said = capsys.readouterr().out
        assert all(f"{name} {one}" in said.splitlines()[0] for name, one in others.items())
        assert "here: " in said.splitlines()[0]
        assert why in said
    Path("c/provenance.json").write_text("{")
    assert run(["reproduce", "c"]) == 2


@pytest.mark.usefixtures("short_reports")
def test_a_failing_run_is_named_with_what_repeats_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["small.yaml", "--set", "levers.pay=3500"]
    command = "stations run small.yaml --seed 2 --policy linkage --set levers.pay=3500"
    with monkeypatch.context() as patched:
        fail_of(patched, "linkage", 2, ValueError("broken"))
        assert run(["compare", *words, "--policies", "incentives,linkage", "--seeds", "3", "--out", "out"]) == 2
        err = capsys.readouterr().err.splitlines()
        assert err[-1] == f"stations: seed 2, 'linkage': ValueError: broken; to repeat this run alone: {command}"
        assert run(["compare", *words, "--policies", "linkage", "--seeds", "3", "--out", "zh", "--lang", "zh"]) == 2
        err = capsys.readouterr().err.splitlines()
        assert err[-1] == f"stations: 种子 2，'linkage'：ValueError: broken；单独重现此次运行：{command}"
    assert run([*command.split()[1:], "--out", "one"]) == 0
    capsys.readouterr()
    # What was done is stored, and without what made it fail the same command goes on.
    assert (
        run(["compare", *words, "--policies", "incentives,linkage", "--seeds", "3", "--out", "out", "--lang", "en"])
        == 0
    )
    n_new = len(pd.read_parquet("out/runs.parquet"))
    assert n_new == 9


@pytest.mark.usefixtures("short_reports")
def test_reproduce_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "small.yaml", "--policy", "all-three", "--out", "r"]) == 0
    shutil.move("small.yaml", "gone.yaml")  # the provenance is enough
    assert run(["reproduce", "r"]) == 0
    told = json.loads(Path("r/provenance.json").read_text(encoding="utf-8"))
    Path("r/provenance.json").write_text(json.dumps(told | {"seed": 2}), encoding="utf-8")
    assert run(["reproduce", "r"]) == 2
    assert "provenance.json: has changed since it was written" in capsys.readouterr().err
    edit_json(Path("r/provenance.json"), seed=2)
    assert run(["reproduce", "r"]) == 1
    assert "NOT reproduced" in capsys.readouterr().out


def test_no_command_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "reproduce" in capsys.readouterr().out


@pytest.mark.usefixtures("short_reports")
def test_a_run_under_a_policy_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "small.yaml", "--policy", "incentives", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "Small + Incentives" in said
    assert "run-small-incentives-seed1" in said


CUT = """\
kind: policy
title: {en: "Pay 3,500", zh: "工资 3500"}
proposer: {en: "p", zh: "某"}
source: {en: "s", zh: "源"}
levers: {pay: 3500}
"""


def test_a_policy_that_cuts_what_it_is_to_raise_says_so_on_every_door(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    urban = "levers: {pay: [2500, {value: 4100, stations: [b]}]}\n"
    (here / "mine.yaml").write_text(SMALL + urban, encoding="utf-8")
    (here / "cut.yaml").write_text(CUT, encoding="utf-8")
    design = (
        "kind: design\nquestion: Q\nbase: mine.yaml\nseeds: 2\nplan: grid\nfactors:\n  policies: [none, cut.yaml]\n"
    )
    (here / "design.yaml").write_text(design, encoding="utf-8")
    wanted = "Warning: Pay 3,500 is to raise Pay and lowers it from 2024-07: B 4,100 → 3,500 (pay, yuan per month)"
    for words in (
        ["compare", "mine.yaml", "--policies", "cut.yaml", "--seeds", "2", "--dry-run"],
        ["compare", "mine.yaml", "--policies", "cut.yaml", "--seeds", "2", "--out", "compared"],
        ["run", "mine.yaml", "--policy", "cut.yaml", "--dry-run"],
        ["run", "mine.yaml", "--policy", "cut.yaml", "--out", "ran"],
        ["sweep", "design.yaml", "--dry-run"],
        ["sweep", "design.yaml", "--out", "swept"],
        ["explain", "scenario", "cut.yaml", "--in", "mine.yaml"],
    ):
        assert run(words) == 0
        said = capsys.readouterr()
        assert wanted in " ".join((said.out + said.err).split()), words
    for folder in ("compared", "swept"):
        assert wanted in open_results(folder).warnings[0].en
        assert wanted in html.unescape((here / folder / "report.html").read_text(encoding="utf-8"))
    assert run(["explain", "scenario", "cut.yaml"]) == 0  # the paper's city pays less than this everywhere
    assert "Warning" not in capsys.readouterr().out


def test_what_in_goes_with(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["explain", "levers", "--in", "small.yaml"], "--in goes with 'scenario POLICY'"),
        (["explain", "scenario", "small.yaml", "--in", "small.yaml"], "'small.yaml' is a city"),
    ):
        assert run(words) == 2
        assert said in capsys.readouterr().err


def test_a_budget_is_said_beside_what_government_pays(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("small.yaml").write_text(SMALL + "budget_per_year: 100000\n", encoding="utf-8")
    assert run(["run", "small.yaml", "--out", "one"]) == 0
    sentence = "Of the city's budget of 100,000 yuan a year, government pays "
    assert sentence in capsys.readouterr().out
    assert sentence in html.unescape(Path("one/report.html").read_text(encoding="utf-8"))
    assert run(["compare", "small.yaml", "--policies", "hire-two", "--seeds", "2", "--out", "two"]) == 0
    said = capsys.readouterr().out
    assert sentence in said
    assert "within it in 0 of 2 runs" in said
    assert sentence in html.unescape(Path("two/report.html").read_text(encoding="utf-8"))


def test_dry_runs_write_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "small.yaml", "--policies", "all", "--dry-run"]) == 0
    assert "22 arms x 100 seeds = 2,200 runs" in capsys.readouterr().out
    assert run(["run", "small.yaml", "--dry-run"]) == 0
    assert os.listdir(".") == ["small.yaml"]


@pytest.mark.usefixtures("short_reports")
def test_one_seed_says_that_it_has_no_interval(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "small.yaml", "--policies", "incentives", "--seeds", "1", "--out", "one"]) == 0
    assert "no interval" in capsys.readouterr().out
    assert pd.read_parquet("one/effects.parquet").low.isna().all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu", "t-city"], "did you mean 'run'"),
        (["run"], "Missing argument"),
        (["run", "t-ctiy"], "did you mean 't-city'"),
        (["run", "none.yaml"], "no such file"),
        (["run", "t-city", "--sed", "3"], "did you mean '--seed'"),
        (["run", "t-city", "--seed", "three"], "three"),
        (["run", "t-city", "--seed", "-1"], "-1"),
        (["run", "t-city", "--set", "levers.pay=1"], "2,000 to 8,000"),
        (["run", "t-city", "--policy", "incentive"], "did you mean 'incentives'"),
        (["compare", "small.yaml", "--seeds", "0"], "0"),
        (["compare", "small.yaml", "--jobs", "0"], "0"),
        (["compare", "small.yaml", "--policies", "t-city"], "a policy is wanted here"),
        (["compare", "incentives"], "write --policies incentives"),
        (["compare", "small.yaml", "--policies", ","], "at least one policy"),
        (["compare", "small.yaml", "--policies", "baseline"], "at least one policy"),
        (["validate"], "FILES"),
        (["validate", "none.yaml"], "no such file"),
        (["explain", "params"], "did you mean 'parameters'"),
        (["explain", "levers", "payy"], "did you mean 'pay'"),
        (["explain", "parameters", "task_hour"], "did you mean 'task_hours'"),
        (["explain", "observations", "coverag"], "did you mean 'coverage'"),
        (["explain", "phases", "work"], "there is no 'work'"),
        (["explain", "scenario", "nowhere"], "there is no scenario"),
        (["explain", "observations", "cost"], "did you mean 'cost_wages'"),
        (
            ["reproduce", "."],
            "holds no provenance.json; give a folder that 'stations run', 'stations compare'",
        ),
        (["report", "."], "'stations compare' or 'stations sweep' wrote"),
        (["report", "none"], "none: there is no such folder"),
        (["report", "small.yaml"], "small.yaml: is a file, not a folder"),
        (["export", "."], "'stations compare' or 'stations sweep' wrote"),
        (["run", "t-city", "--set", "pay=3500"], "did you mean 'levers.pay'"),
        (["compare", "small.yaml", "--seeds", "1,000"], "from 1 to 100,000, here 1000;"),
        (["compare", "small.yaml", "－－policies", "linkage"], "begins with a full-width dash; write '--policies'"),
        (["compare", "small.yaml", "——seeds", "3"], "write '--seeds'"),
        (["compare", "small.yaml", "--policies", "linkage，incentive"], "did you mean 'incentives'"),
        (["compare", "small.yaml", "--policies", "no, such.yaml"], "there is no policy 'no'"),
        (["run", "t-city", "--lang", "fr"], "give en or zh"),
        (["run", "t-city", "--lang"], "give en or zh"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(arguments) == 2
    caught = capsys.readouterr()
    assert said in caught.err
    assert caught.err.count("\n") == 1
    assert "Traceback" not in caught.err
    assert os.listdir(".") == ["small.yaml"]


@pytest.mark.parametrize(
    "names", ["linkage，incentives", "linkage、 incentives", " linkage ,incentives ", "linkage,,incentives,"]
)
def test_a_list_may_have_the_commas_of_any_keyboard(here: Path, capsys: pytest.CaptureFixture[str], names: str) -> None:
    assert run(["compare", "small.yaml", "--policies", names, "--dry-run"]) == 0
    assert "3 arms x 100 seeds = 300 runs" in capsys.readouterr().out


def test_a_dry_run_says_what_is_measured(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "small.yaml", "--policies", "linkage", "--dry-run"]
    assert run(words) == 0
    assert "\noutcomes over 2024-07 to 2024-12\n" in capsys.readouterr().out
    assert run([*words, "--window", "2024-10..", "--threshold", "coverage=0.1", "--lang", "zh"]) == 0
    assert "\n结果取自 2024-10 至 2024-12；概率：coverage>=0.1\n" in capsys.readouterr().out


def test_a_policy_file_may_hold_a_comma_in_its_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = Path(__file__).parent.parent.parent / "scenarios" / "policies" / "linkage.yaml"
    for name in ("a,b.yaml", "丙，丁.yaml"):
        shutil.copy(policy, here / name)
    for names in ("incentives,a,b.yaml,丙，丁.yaml", "a,b.yaml,incentives,丙，丁.yaml"):
        assert run(["compare", "small.yaml", "--policies", names, "--dry-run"]) == 0
        said = capsys.readouterr().out
        assert "a,b" in said
        assert "丙，丁" in said
        assert "4 arms" in said


def test_stray_spaces_mean_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "t-city ", "--policy", "\u3000linkage", "--set", " levers.pay = 3500 ", "--dry-run "]) == 0
    assert "T City + Linkage" in capsys.readouterr().out
    assert run(["explain ", "levers ", " pay"]) == 0
    assert "yuan per month" in capsys.readouterr().out
    assert run(["validate", " linkage"]) == 0
    capsys.readouterr()
    Path(" small.yaml").write_text(SMALL.replace('"Small"', '"Spaced"'), encoding="utf-8")
    assert run(["run", " small.yaml", "--dry-run"]) == 0
    assert "Spaced" in capsys.readouterr().out, "a file that is called so"


def test_one_is_no_more_than_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("raise.yaml").write_text(
        "kind: policy\ntitle: Raise\nproposer: p\nsource: s\nlevers: {pay: 3500}\n", encoding="utf-8"
    )
    Path("one.yaml").write_text(re.sub("  b: .*\n", "", SMALL).replace("posts: 3", "posts: 1"), encoding="utf-8")
    assert run(["validate", "raise.yaml", "one.yaml"]) == 0
    said = capsys.readouterr().out
    assert "a valid policy, 1 change\n" in said
    assert "a valid city, 1 station, 4,000 residents" in said
    assert run(["compare", "one.yaml", "--policies", "raise.yaml", "--seeds", "1", "--jobs", "1", "--out", "c"]) == 0
    said = capsys.readouterr().out
    assert run(["compare", "one.yaml", "--policies", "raise.yaml", "--seeds", "1", "--dry-run"]) == 0
    said += capsys.readouterr().out + Path("c/report.html").read_text(encoding="utf-8")
    assert "1 station, 1 post" in said
    assert "2 arms x 1 seed = 2 runs" in said
    assert not re.findall(r"\b1 (?:seeds|runs|stations|posts|residents|points|pairs|changes|arms|months)\b", said)


@pytest.mark.usefixtures("short_reports")
def test_a_saved_city_does_not_deny_its_policies(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sim.scenario.load import load_scenario
    from sim.scenario.write import city_file

    Path("saved.yaml").write_text(city_file(load_scenario("small.yaml", ["incentives"])), encoding="utf-8")
    for name, is_without in (("saved.yaml", False), ("small.yaml", True)):
        assert run(["run", name, "--out", name.split(".")[0]]) == 0
        assert ("(no policy)" in capsys.readouterr().out) is is_without


def test_validate_checks_every_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text(SMALL.replace("posts: 3", "posts: three"), encoding="utf-8")
    assert run(["validate", "bad.yaml", "small.yaml"]) == 2
    said = capsys.readouterr()
    assert "small.yaml: a valid city, 2 stations" in said.out
    assert "bad.yaml:10: towns.a.posts" in said.err


@pytest.mark.parametrize("tongue", ["en", "zh"])
@pytest.mark.parametrize("topic", ["parameters", "levers", "phases", "observations", "scenario"])
def test_explain(here: Path, capsys: pytest.CaptureFixture[str], topic: str, tongue: str) -> None:
    assert run(["explain", topic, "--lang", tongue]) == 0
    said = capsys.readouterr().out
    assert len(said.splitlines()) > 10
    assert bool(re.search("[\u4e00-\u9fff]{6}", said)) is (tongue == "zh") or topic in {
        "parameters",
        "levers",
        "scenario",
    }


def test_explain_says_nothing_before_it_knows_that_all_is_right(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        (["incentives", "--in", "linkage"], "'linkage' is a policy, not a city"),
        (["incentives", "--in", "none.yaml"], "there is no such file"),
        (["small.yaml", "--in", "small.yaml"], "is a city; --in is for a policy"),
    ):
        assert run(["explain", "scenario", *words]) == 2
        said = capsys.readouterr()
        assert sentence in said.err
        assert said.out == ""


def test_a_file_that_is_not_there_is_guessed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("towns.csv").write_text("Town,Population,Posts\nA,9000,2\n", encoding="utf-8")
    for words, meant in (
        (["run", "smal.yaml"], "small.yaml"),
        (["compare", "smal.yaml", "--dry-run"], "small.yaml"),
        (["explain", "scenario", "linkage", "--in", "smal.yaml"], "small.yaml"),
        (["import", "twns.csv"], "towns.csv"),
    ):
        assert run(words) == 2
        assert capsys.readouterr().err.endswith(f": there is no such file (did you mean '{meant}'?)\n")


def test_a_policy_for_other_towns_is_explained_without_its_city(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = SMALL.partition("start:")[0].replace("kind: city", "kind: policy")
    Path("p.yaml").write_text(f"{said}levers: {{pay: {{add: 500, stations: {{tag: rural}}}}}}\n", encoding="utf-8")
    assert run(["explain", "scenario", "p.yaml"]) == 0
    told = capsys.readouterr().out
    assert "does not fit T City" in told
    assert "500 more at towns tagged rural" in told
    assert run(["explain", "scenario", "p.yaml", "--in", "small.yaml"]) == 2
    assert "no town has the tag 'rural'" in capsys.readouterr().err


@pytest.mark.usefixtures("short_reports")
def test_chinese_throughout(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "zh", "compare", "small.yaml", "--policies", "incentives", "--seeds", "3", "--out", "z"]) == 0
    said = capsys.readouterr()
    for word in ("完善激励", "基线", "组配对模拟", "结果：z"):
        assert word in said.out
    assert "运行：6/6" in said.err
    assert run(["run", "t-ctiy", "--lang=zh"]) == 2
    assert "没有情景" in capsys.readouterr().err


def test_the_language_follows_the_locale(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert run(["explain", "levers", "pay"]) == 0
    assert "基本工资" in capsys.readouterr().out


def test_parameters_say_which_may_differ_between_towns(capsys: pytest.CaptureFixture[str]) -> None:
    for name, en, zh in (
        ("hire_rate", "may differ between towns", "可按镇设定"),
        ("link_rate", "of the city as a whole", "属于全市"),
    ):
        for lang, said in (("en", en), ("zh", zh)):
            assert run(["explain", "parameters", name, "--lang", lang]) == 0
            assert said in capsys.readouterr().out
    assert run(["explain", "parameters", "alliances"]) == 0
    listed = " ".join(capsys.readouterr().out.split())
    assert listed.count("whole") == 3 + 1  # of links, and in the sentence below
    assert "A parameter may differ between towns unless" in listed


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom sim.cli import run\nrun(['--help'])\n"
        "print([m for m in ('numpy', 'numba', 'pandas', 'scipy', 'rich', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    for command in ("run", "compare", "validate", "explain", "reproduce"):
        assert command in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_ends_cleanly(here: Path) -> None:
    started = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from sim.cli import main; main()",
            "compare",
            "small.yaml",
            "--seeds",
            "100000",
            "--out",
            "c",
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stderr is not None
    line = started.stderr.readline()
    while "runs:" not in line and line:
        line = started.stderr.readline()
    time.sleep(0.2)
    started.send_signal(signal.SIGINT)
    _, rest = started.communicate(timeout=PATIENCE)
    assert started.returncode == 130
    assert "of 500,000 runs are stored in c, and the same command goes on: stations compare small.yaml" in rest
    assert "Traceback" not in rest
    assert sorted(os.listdir(".")) == ["c", "small.yaml"]


def test_a_full_disk_is_one_sentence(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    assert run(["run", "small.yaml", "--out", "out"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert os.listdir(".") == ["small.yaml"]


def test_a_read_only_package_and_home_still_run(here: Path) -> None:
    nowhere = here / "no" / "such"
    (here / "no").write_text("a file, so that no folder can be made here")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(nowhere), "SIM_COMPILE": "0"}
    done = program("run", "small.yaml", "--dry-run", env=environment)
    assert done.returncode == 0
    code = "import sim.compile as c; assert c.cache_folder() is None; print(c.is_cold())"
    told = subprocess.run(
        [sys.executable, "-c", code], env={**environment, "SIM_COMPILE": "1"}, capture_output=True, text=True
    )
    assert told.stdout.strip() == "True"


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_every_command_of_the_readme(here: Path) -> None:
    """The commands are those that exist; each one's options, too (they run with few seeds)."""
    readme = Path(__file__).parent.parent.parent / "README.md"
    texts = [file.read_text(encoding="utf-8") for file in (readme, readme.parent / "experiments/README.md")]
    found = [re.findall(r"^stations (.*?)(?:\s{2,}#.*)?$", text, flags=re.MULTILINE) for text in texts]
    n_of_readme, commands = len(found[0]), [*found[0], *found[1]]
    assert len(commands) >= 7
    for folder in ("scenarios",):
        shutil.copytree(readme.parent / folder, here / folder)
    for number, command in enumerate(commands):
        arguments = command.split()
        if arguments[0] == "view":  # serves until Ctrl-C: tests/view/test_server.py starts these
            continue
        if number >= n_of_readme and arguments[0] in ("compare", "sweep"):
            # The shipped designs are run in tests/experiments; the one of a thousand points is read there.
            if "assumptions" in arguments:
                continue
            arguments = [*arguments, "--dry-run"]
        if arguments[0] == "compare" and "--dry-run" not in arguments:
            seeds = arguments.index("--seeds") if "--seeds" in arguments else len(arguments)
            arguments = arguments[:seeds] + arguments[seeds + 2 :] + ["--seeds", "2"]
        if arguments[0] == "sweep" and "--dry-run" not in arguments:
            name = arguments[1]
            design = (readme.parent / "experiments" / name / "design.yaml").read_text(encoding="utf-8")
            Path(name).mkdir(exist_ok=True)
            Path(name, "design.yaml").write_text(re.sub("(?m)^seeds: .*", "seeds: 1", design), encoding="utf-8")
            arguments += ["--out", f"results/sweep-{name}"]
        if arguments[0] == "reproduce":
            assert run(["compare", "--seeds", "1", "--out", arguments[1], "--force"]) == 0
        assert run(arguments) == 0, command


@pytest.mark.usefixtures("short_reports")
def test_doubt_is_said_and_repeated(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", "small.yaml", "--policies", "linkage", "--seeds", "5", "--set", "parameters.task_hours=6"]
    asked += ["--doubt", "posterior", "--out", "out"]
    for words in ([*asked, "--dry-run"], asked):
        assert run(words) == 0
        said = capsys.readouterr().out
        assert "drawn anew in each world, the same in all arms; no posterior fits this city" in said
        assert "in no doubt, since set by hand or known: task_hours" in said
        assert "1 of 5 worlds run again under a second seed (twins)" in said
    told = json.loads(Path("out/provenance.json").read_text(encoding="utf-8"))
    assert told["doubt"]["names_left_out"] == ["task_hours"]
    assert (told["doubt"]["n_twins"], told["n_runs"]) == (1, 10)
    assert run(["reproduce", "out"]) == 0
    assert "twins: identical" in capsys.readouterr().out
    assert run(["store", "check", "out"]) == 0
    capsys.readouterr()
    assert run(["run", "small.yaml", "--seed", "2", "--doubt", "prior", "--out", "one"]) == 0
    assert run(["reproduce", "one"]) == 0
    assert "every number is identical" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "small.yaml", "--seed", "0", "--doubt", "prior"], "worlds are numbered from 1"),
        (["compare", "small.yaml", "--doubt", "piror"], "there is no 'piror' (did you mean 'prior'?)"),
        (["compare", "small.yaml", "--doubt", "."], "holds no posterior.json"),
    ],
)
def test_doubt_that_there_is_none_of(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run([*words, "--dry-run"]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert not told.out
