"""docs/sweeps.md does what it says: every command is run in order, every shown line is what comes (in Chinese it is compared), the
complete design has every key that a design may have, and what other programs read is what ours reads.

A command of a block ``console exit=130`` is interrupted when the first runs are stored.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from test_tutorial import ROOT, Step, change, fits, steps_of, take

from sim import Mistake, open_results
from sim.lab.design import plans, read_design, read_factors, read_patches
from sim.lab.design.methods import SAMPLED
from sim.lab.kept import shards, stored
from sim.scenario import read
from sim.scenario.yaml_reader import Node

DOCUMENTS = {"en": ROOT / "docs/sweeps.md", "zh": ROOT / "docs/sweeps.zh.md"}
NOT_RUN = ("sweep.sbatch", "on_slurm.py", "runs.R", "read.R")
INTERRUPTED = 130


def text(tongue: str) -> str:
    return DOCUMENTS[tongue].read_text(encoding="utf-8")


def steps(tongue: str) -> list[Step]:
    return steps_of(text(tongue))


def file_of(tongue: str, name: str) -> str:
    return "\n".join(next(step.shown for step in steps(tongue) if step.kind == "file" and step.what == name)) + "\n"


def interrupted(step: Step, folder: Path) -> str:
    """What is wrong with a sweep that is asked to end once runs are stored ("" if nothing)."""
    arguments = step.what.split()
    program = shutil.which(arguments[0], path=sysconfig.get_path("scripts"))
    assert program
    environment = os.environ | {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [program, *arguments[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        while process.poll() is None and not list(folder.glob("results/*/runs/*.parquet")):
            time.sleep(0.05)
        # As good as Ctrl-C, which does not reach a program that is started in the background.
        process.send_signal(signal.SIGTERM)
        _, complaint = process.communicate(timeout=PATIENCE)
    if process.returncode != step.exit_code:
        return f"exit code {process.returncode}, not {step.exit_code}: {complaint[-300:]}"
    return "" if fits(step.shown, complaint) else f"is shown otherwise; now it gives\n{complaint}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a reader did all that the document says."""
    folder = tmp_path_factory.mktemp("sweeps")
    wrong = []
    for step in steps("en"):
        if step.exit_code == INTERRUPTED:
            if sys.platform == "win32":  # knows no Ctrl-C from a test
                continue
            said = interrupted(step, folder)
        else:
            said, _ = take(step, folder)
        if said:
            wrong.append(f"{DOCUMENTS['en'].name}:{step.line}: {step.what}: {said}")
    assert not wrong, "\n" + "\n".join(wrong)
    return folder


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_everything_in_it_works_as_shown(followed: Path, tongue: str) -> None:
    made = {file.name for file in (followed / "results/sweep-burden").iterdir()}
    told = {name for name in re.findall(r"^\|[^|]*\|", section(tongue, 1), flags=re.M) if "`" in name}
    named = {name.rstrip("/") for row in told for name in re.findall(r"`([\w./]+)`", row)}
    assert {*stored.SUMMARIES, *shards.SHARD_KINDS, "report.html", "points.parquet", "provenance.json"} <= named
    at_base = {name for name in named if name.startswith("base_")}
    assert {f"{name}.parquet" for name in at_base} == {
        name for name in made if re.fullmatch(r"base_\w+\.parquet", name)
    }
    assert named - set(shards.SHARD_KINDS) - made - set(stored.SUMMARIES) - at_base == set()
    assert {f"{name}.{kind}" for name in (*stored.SUMMARIES, *at_base) for kind in ("csv", "parquet")} <= made


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_other_programs_read_what_ours_reads(followed: Path, tongue: str) -> None:
    ours = open_results(followed / "results/sweep-burden").runs(["coverage"])
    groups = ours.groupby(["levers.administrative_burden", "policies"])["coverage"].agg(["mean", "count"])
    assert len(groups) == 12
    assert set(groups["count"]) == {20}
    for name in ("with_duckdb.py", "with_polars.py"):
        rows = run_python(file_of(tongue, name), followed)["found"]
        assert [row[:2] for row in rows] == list(groups.index)
        assert [row[2] for row in rows] == pytest.approx(groups["mean"].tolist(), rel=1e-12)
        assert [row[3] for row in rows] == groups["count"].tolist()


def run_python(code: str, folder: Path) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with chdir(folder):
        exec(code, names)
    return names


# --- the grammar


def keys_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, ...], set[str]]:
    """For every set of keys that the reader allows somewhere in a design, those that the file has."""
    plain = read.mapping
    found: dict[tuple[str, ...], set[str]] = {}

    def watched(node: Node, known: Any = None, *more: Any) -> Any:
        made = plain(node) if known is None else plain(node, known, *more)
        if known is not None and Path(node.source) == file:
            found.setdefault(tuple(known), set()).update(made)
        return made

    monkeypatch.setattr(read, "mapping", watched)
    read_design.read_design(file)
    return found


def is_of_designs(known: tuple[str, ...], factors: set[str]) -> bool:
    """Whether a set of keys is a design's own: not a city file's, a change's or a town's, nor the factors in a list of points."""
    return not set(known) & {"extends", "start", "ramp_months", "population"} and not set(known) <= factors


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_the_complete_design_has_every_key(tongue: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "complete.yaml"
    file.write_text(file_of(tongue, "complete.yaml"), encoding="utf-8")
    factors = {one.name for one in read_design.read_design(file).factors}
    read_here = keys_read(file, monkeypatch)
    found = {known: used for known, used in read_here.items() if is_of_designs(known, factors)}
    assert {
        read_design._KEYS,
        read_patches.PATCH_KEYS,
        ("title", *read_patches.PATCH_KEYS),
        ("policy", "after_months", "stations"),
    } <= set(found)
    # Keys of a kind may be spread over several places, such as two variants.
    assert {known: sorted(set(known) - used) for known, used in found.items() if set(known) - used} == {}


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_every_plan_that_is_shown_can_be_read(tongue: str, tmp_path: Path) -> None:
    shown = re.findall(r"^\| `(\{method: .*\}|grid)` \|", text(tongue), flags=re.M)
    assert {re.sub(r"\W.*", "", one.removeprefix("{method: ")) for one in shown} == set(plans.METHODS)
    n_points = {**dict.fromkeys(SAMPLED, 65), "list": 2, "grid": 7, "one_at_a_time": 4}
    for plan in shown:
        method = plan.removeprefix("{method: ").split(",")[0].rstrip("}")
        file = tmp_path / f"{method}.yaml"
        file.write_text(
            "kind: design\nquestion: {en: a, zh: b}\nseeds: 2\nfactors:\n  policies: [none, linkage]\n"
            f"  levers.pay: {{range: [3000, 5000]{', steps: 3' if method == 'grid' else ''}}}\nplan: {plan}\n",
            encoding="utf-8",
        )
        assert len(read_design.read_design(file).points) == n_points[method]


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_the_factor_of_cities_can_be_read(tongue: str, tmp_path: Path) -> None:
    (shown,) = re.findall(r"^\| `(scenario: \[.*\])` \|", text(tongue), flags=re.M)
    file = tmp_path / "cities.yaml"
    file.write_text(
        f"kind: design\nquestion: {{en: a, zh: b}}\nseeds: 2\nfactors:\n  {shown}\n",
        encoding="utf-8",
    )
    assert len(read_design.read_design(file).points) == 2


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_limits_are_those_of_the_reader(tongue: str) -> None:
    limits = (
        read_factors.MOST_FACTORS_OF_DESIGN,
        read_factors.MOST_LEVELS,
        plans.MOST_POINTS,
        read_design.MOST_RUNS_OF_DESIGN,
    )
    pattern = {
        "en": "at most ([\\d,]+) factors, ([\\d,]+) levels of a factor, ([\\d,]+) points and ([\\d,]+) runs",
        "zh": "最多 ([\\d,]+) 个因素、每个因素 ([\\d,]+) 个水平、([\\d,]+) 个设计点、([\\d,]+) 次运行",
    }[tongue]
    (said,) = re.findall(pattern, text(tongue))
    assert said == tuple(f"{limit:,}" for limit in limits)
    assert f"1 {'to' if tongue == 'en' else '至'} {read_factors.MOST_FACTORS_OF_DESIGN}" in file_of(
        tongue, "complete.yaml"
    )
    assert read_design.N_SEEDS_AT_LEAST == 20
    assert len(read_design.DEFAULT_OUTCOMES) == 7


def test_a_lever_that_a_policy_moves_must_hold_from_the_start(tmp_path: Path) -> None:
    file = tmp_path / "burden.yaml"
    file.write_text(file_of("en", "burden.yaml").replace(", since: start", ""), encoding="utf-8")
    with pytest.raises(Mistake, match="write 'since: start'"):
        read_design.read_design(file)


# --- what cannot be run here


@pytest.mark.parametrize("name", NOT_RUN)
def test_what_is_not_run_is_the_same_in_both_languages_and_whole(name: str) -> None:
    shown = file_of("en", name)
    assert re.sub(r"\s*# .*", "", shown) == re.sub(r"\s*# .*", "", file_of("zh", name))
    if name.endswith(".py"):
        ast.parse(shown)
    if name.endswith(".sbatch") and shutil.which("bash"):
        subprocess.run(["bash", "-n"], input=shown, text=True, check=True)
    assert shown.count("(") == shown.count(")")


def test_dask_has_the_options_that_are_shown() -> None:
    pytest.importorskip("distributed")
    for command in re.findall(r"^dask (\w+) (.*)$", text("en"), flags=re.M):
        done = subprocess.run([sys.executable, "-m", "dask", command[0], "--help"], capture_output=True, text=True)
        options = re.findall(r"--[\w-]+", command[1])
        assert options
        assert set(options) <= set(re.findall(r"--[\w-]+", done.stdout)), command


# --- both languages


def section(tongue: str, number: int) -> str:
    return re.split(r"^## \d\. .*$", text(tongue), flags=re.M)[number]


def test_both_languages_do_the_same() -> None:
    def told(tongue: str) -> list[tuple[str, str, int, list[str]]]:
        found = []
        for step in steps(tongue):
            content = [] if step.kind == "command" else [re.sub(r"\s*# .*", "", line) for line in step.shown]
            found.append((step.kind, step.what.replace(" --lang zh", ""), step.exit_code, content))
        return found

    assert len(told("en")) > 20
    assert told("en") == told("zh")
    shells = [re.findall(r"^```shell\n(.*?)^```", text(tongue), re.M | re.S) for tongue in DOCUMENTS]
    assert shells[0] == shells[1]
    assert len(shells[0]) == 3


def test_both_languages_name_the_same() -> None:
    def words(tongue: str) -> list[str]:
        prose = re.sub(r"^```.*?^```", "", text(tongue), flags=re.M | re.S)
        return sorted({word.replace(" --lang zh", "") for word in re.findall(r"`([^`\n]+)`", prose)})

    assert words("en") == words("zh")
    outline = [[line.split()[0] for line in text(tongue).splitlines() if line.startswith("#")] for tongue in DOCUMENTS]
    assert outline[0] == outline[1]
    bars = [[line.count("|") for line in text(tongue).splitlines() if line.startswith("|")] for tongue in DOCUMENTS]
    assert bars[0] == bars[1]


def test_a_design_that_is_changed_back_is_as_it_was() -> None:
    """So that who follows the text to its end has the design of section 1 again."""
    lines = file_of("en", "burden.yaml").splitlines()
    changes = [step.shown for step in steps("en") if step.kind == "change"]
    made = lines
    for one in changes:
        made = change(made, one)
    assert made == [line.replace("[0.5, 1, 2]", "[0.5, 1, 1.5, 2]") for line in lines]
