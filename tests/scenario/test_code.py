"""Python that a scenario names: never run unless allowed, part of what was run, and wrong in one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import picky
import pytest
import yaml
from cities import TEXT, group, town
from edits import write_json

from sim import language
from sim.cli import run
from sim.lab.code import check_allowed, load_function
from sim.lab.simulate import simulate
from sim.mistakes import Mistake
from sim.scenario.code import MOST_CODE, Code
from sim.scenario.load import load_policy, load_scenario, shipped
from sim.scenario.schema import Scenario, read_city
from sim.scenario.yaml_reader import read_file, read_text

PICKY = Path(picky.__file__).read_text(encoding="utf-8")
MARK = "open('it-ran', 'w').close()\n"
REACT = MARK + "\n\ndef no_tasks(now):\n    return {'administrative_burden': 0}\n"
CITY = {
    "kind": "city",
    "title": {"en": "Small", "zh": "小市"},
    "proposer": TEXT,
    "source": TEXT,
    "start": "2023-01-01",
    "policy_start": "2023-04-01",
    "end": "2023-06-30",
    "general_sample": 0.25,
    "towns": {"a": town(), "b": town(posts=2)},
    "groups": {"poor": group()},
    "parameters": {"quit_floor": 1},
}
POLICY = {"kind": "policy", "title": TEXT, "proposer": TEXT, "source": TEXT}


def write(name: str, said: dict[str, object]) -> None:
    said = json.loads(json.dumps(said))  # so that no part is an alias of another
    Path(name).write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a city that replaces a rule, the same one that does not, and a policy that reacts."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    write("plain.yaml", CITY)
    write("ruled.yaml", {**CITY, "rules": {"staff.quit_chance": "mine.py:picky"}})
    write("acts.yaml", {**POLICY, "policies": ["react.py:no_tasks"]})
    (tmp_path / "mine.py").write_text(PICKY + MARK, encoding="utf-8")
    (tmp_path / "react.py").write_text(REACT, encoding="utf-8")
    yield tmp_path  # type: ignore[misc]
    language.use("en")


# --- never run unless allowed


def test_a_dry_run_does_not_even_load_code(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = "from pathlib import Path\nZERO = int(Path('it-ran').touch() is not None)\n"
    Path("mine.py").write_text(ran + PICKY.replace("return ", "return ZERO + "), encoding="utf-8")
    before = sorted(os.listdir("."))
    for command in (["run", "ruled.yaml"], ["compare", "ruled.yaml", "--policies", "incentives"]):
        assert run([*command, "--dry-run"]) == 0, capsys.readouterr().err
        assert "needs --allow-code" in capsys.readouterr().out
    assert sorted(os.listdir(".")) == before


def test_code_runs_only_where_it_is_allowed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(os.listdir("."))
    for arguments in (
        ["validate", "ruled.yaml", "acts.yaml"],
        ["run", "ruled.yaml", "--dry-run"],
        ["compare", "plain.yaml", "--policies", "acts.yaml", "--dry-run"],
        ["explain", "scenario", "ruled.yaml"],
        ["explain", "scenario", "acts.yaml"],
    ):
        assert run(arguments) == 0, arguments
    said = capsys.readouterr().out
    assert "runs Python code (mine.py:picky): needs --allow-code" in said
    assert "runs Python code (react.py:no_tasks): needs --allow-code" in said
    assert "run with --allow-code only: staff.quit_chance: mine.py:picky" in said
    assert "run with --allow-code only: react.py:no_tasks" in said
    for arguments, file in (
        (["run", "ruled.yaml"], "mine.py"),
        (["run", "plain.yaml", "--policy", "acts.yaml"], "react.py"),
        (["compare", "ruled.yaml", "--policies", "incentives"], "mine.py"),
        (["compare", "plain.yaml", "--policies", "acts.yaml"], "react.py"),
    ):
        assert run(arguments) == 2, arguments
        said = capsys.readouterr().err
        assert f"names Python code ({file}), which would run on this computer; add --allow-code" in said
        assert said.count("\n") == 1
    assert sorted(os.listdir(".")) == before, "nothing was run, nothing was written"

    assert run(["compare", "plain.yaml", "--policies", "acts.yaml", "--seeds", "2", "--out", "c", "--allow-code"]) == 0
    assert Path("it-ran").exists()
    Path("it-ran").unlink()
    capsys.readouterr()
    assert run(["reproduce", "c"]) == 2
    assert "add --allow-code" in capsys.readouterr().err
    started = [sys.executable, "-c", "from sim.cli import main; main()", "report", "c"]
    subprocess.run(started, check=True, capture_output=True)  # in a process that has not run the code
    assert not Path("it-ran").exists()


def test_from_python_it_must_be_allowed_too(here: Path) -> None:
    city = load_scenario("plain.yaml", ["acts.yaml"])
    for options in ({}, {"allow_code": False}, {"rules": {}}):
        with pytest.raises(Mistake, match="allow_code=True"):
            simulate(city, 1, **options)
    assert not Path("it-ran").exists()
    check_allowed(load_scenario("plain.yaml"), False)


# --- run, compare, reproduce


@pytest.mark.slow
def test_a_replaced_rule_is_run_stored_and_run_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half = ["--set", f"parameters.task_hours={picky.HALF}"]
    assert run(["run", "ruled.yaml", *half, "--out", "r", "--allow-code"]) == 0
    assert run(["run", "plain.yaml", *half, "--out", "p"]) == 0
    fewer, quits = (pd.read_parquet(f"{name}/city.parquet")["quits"].sum() for name in "rp")
    assert 0 < fewer < quits
    told, plain = (json.loads(Path(f"{name}/provenance.json").read_text(encoding="utf-8")) for name in "rp")
    assert told["scenario"]["rules"]["staff.quit_chance"] == {
        "file": "mine.py",
        "function": "picky",
        "text": PICKY + MARK,
    }
    assert re.fullmatch("[0-9a-f]{16}", told["rules"]["staff.quit_chance"])
    assert told["model_digest"] == plain["model_digest"]
    assert "rules" not in plain
    assert "rules" not in plain["scenario"]

    for name in ("mine.py", "ruled.yaml"):
        Path(name).unlink()
    capsys.readouterr()
    assert run(["reproduce", "r", "--allow-code"]) == 0
    assert "every number is identical" in capsys.readouterr().out
    assert run(["reproduce", "r"]) == 2
    del told["scenario"]["rules"]["staff.quit_chance"]["text"]
    write_json(Path("r/provenance.json"), told)
    assert run(["reproduce", "r", "--allow-code"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_reaction_is_compared_stored_and_run_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("react.py").write_text(REACT.replace(MARK, ""), encoding="utf-8")
    arguments = ["--policies", "acts.yaml", "--seeds", "3", "--allow-code"]
    assert run(["compare", "plain.yaml", *arguments, "--jobs", "2", "--out", "c"]) == 0
    effects = pd.read_parquet("c/effects.parquet").set_index("outcome")
    assert effects.loc["admin_share", "mean"] < -0.1
    told = json.loads(Path("c/provenance.json").read_text(encoding="utf-8"))
    assert told["arms"]["acts"]["policies"][0]["policies"][0]["text"] == REACT.replace(MARK, "")
    Path("react.py").unlink()
    capsys.readouterr()
    assert run(["reproduce", "c", "--allow-code", "--jobs", "1"]) == 0
    assert "every number is identical" in capsys.readouterr().out


def test_threads_that_load_the_same_code_at_once_get_the_same_function() -> None:
    text = "import time\ntime.sleep(0.2)\n\n\ndef slow(now):\n    return None\n"
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(load_function(Code("slow.py", "slow", text)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({id(one) for one in found}) == 1


def test_code_may_lie_in_a_folder_below_and_comes_along_with_extends(here: Path) -> None:
    Path("below").mkdir()
    Path("mine.py").rename("below/mine.py")
    write("ruled.yaml", {**CITY, "rules": {"staff.quit_chance": "below/mine.py:picky"}})
    write("more.yaml", {"kind": "city", "extends": "ruled.yaml", "rules": {"staff.hire_chance": "below/hire.py:hire"}})
    Path("below/hire.py").write_text("def hire(p, base_pay):\n    return 0.5\n", encoding="utf-8-sig")
    assert [name for name, _ in load_scenario("more.yaml").rules] == ["staff.quit_chance", "staff.hire_chance"]
    write("both.yaml", {**POLICY, "extends": ["acts.yaml", "incentives"], "policies": "react.py:no_tasks"})
    assert [str(code) for code in load_policy("both.yaml").code] == ["react.py:no_tasks"]


def test_set_names_a_file_of_the_working_folder(here: Path) -> None:
    city = load_scenario("plain.yaml", sets=["rules={staff.quit_chance: 'mine.py:picky'}"])
    assert city.hash == load_scenario("ruled.yaml").hash


def test_what_names_a_file_knows_its_folder(here: Path) -> None:
    """Files lie beside the file that names them, whatever that is called; what no file says speaks from the working folder."""
    Path("below").mkdir()
    for file in ("ruled.yaml", "mine.py"):
        Path(file).rename(f"below/{file}")
    write("ruled.yaml", {**CITY, "rules": {}})  # of the same name as the shown one
    node = read_file(Path("below/ruled.yaml"), "ruled.yaml")
    assert read_city(node, "ruled").rules[0][1].text == PICKY + MARK
    Path("below/mine.py").rename("mine.py")
    laid = read_text("rules: {staff.quit_chance: 'mine.py:picky'}", "what a caller gave")
    assert load_scenario("plain.yaml", over=[laid]).rules[0][1].text == PICKY + MARK


# --- what it is called


def test_the_hash_is_that_of_the_text_and_not_of_the_name(here: Path) -> None:
    known, plain = load_scenario("ruled.yaml"), load_scenario("plain.yaml")
    assert known.hash != plain.hash
    Path("mine.py").rename("renamed.py")
    write("renamed.yaml", {**CITY, "rules": {"staff.quit_chance": "renamed.py:picky"}})
    assert load_scenario("renamed.yaml").hash == known.hash
    Path("renamed.py").write_bytes((PICKY + MARK).replace("\n", "\r\n").encode())
    assert load_scenario("renamed.yaml").hash == known.hash, "line ends are no difference"
    Path("renamed.py").write_text(PICKY, encoding="utf-8")
    assert load_scenario("renamed.yaml").hash != known.hash
    write("renamed.yaml", {**CITY, "rules": {"staff.quit_chance": "renamed.py:half"}})
    acting = load_scenario("plain.yaml", ["acts.yaml"])
    assert acting.hash != plain.hash
    assert acting.baseline().hash == plain.hash
    Path("react.py").write_text(REACT + "# more\n", encoding="utf-8")
    assert load_scenario("plain.yaml", ["acts.yaml"]).hash != acting.hash


def test_a_scenario_is_what_its_mapping_says(here: Path) -> None:
    city = load_scenario("ruled.yaml", ["acts.yaml"])
    again = Scenario.from_mapping(json.loads(json.dumps(city.to_mapping())))
    assert again == city
    assert again.hash == city.hash
    assert [code.text for code in again.code] == [PICKY + MARK, REACT]


@pytest.mark.parametrize("name", [name for name in shipped() if not name.startswith("policies/")])
def test_a_city_without_code_says_nothing_of_code(name: str) -> None:
    city = load_scenario(name, ["all-three"])
    assert not city.code
    assert "rules" not in city.to_mapping()
    assert all("policies" not in policy for policy in city.to_mapping()["policies"])


# --- what is wrong

WRONG_RULES = [
    ("staff.quit_chanc", "mine.py:picky", "rules.staff.quit_chanc: unknown key (did you mean 'staff.quit_chance'?)"),
    ("staff.quit_chance", "mine.py", "'mine.py' names no function; write file.py:function"),
    ("staff.quit_chance", "mine.py:", "names no function; write file.py:function"),
    ("staff.quit_chance", "mine.txt:picky", "names no function; write file.py:function"),
    ("staff.quit_chance", 3, "must be text, not '3'"),
    ("staff.quit_chance", "../mine.py:picky", "give a file beside the scenario's own"),
    ("staff.quit_chance", "below/../../mine.py:picky", "give a file beside the scenario's own"),
    ("staff.quit_chance", "/etc/mine.py:picky", "give a file beside the scenario's own"),
    ("staff.quit_chance", "out.py:picky", "out.py leads out of the scenario's own folder"),
    ("staff.quit_chance", "none.py:picky", "none.py cannot be read as text beside wrong.yaml"),
    ("staff.quit_chance", "folder.py:picky", "folder.py cannot be read as text beside wrong.yaml"),
    ("staff.quit_chance", "latin.py:picky", "latin.py cannot be read as text beside wrong.yaml"),
    ("staff.quit_chance", "pipe.py:picky", "pipe.py cannot be read as text beside wrong.yaml"),
    ("staff.quit_chance", "zero.py:picky", "zero.py: is not valid Python"),
    ("staff.quit_chance", "slip.py:picky", "slip.py, line 2: is not valid Python"),
    ("staff.quit_chance", "deep.py:picky", "is not valid Python"),
    ("staff.quit_chance", "large.py:picky", "large.py is larger than 1,000,000 bytes"),
    ("staff.quit_chance", "mine.py:pickyy", "mine.py has no function 'pickyy' (did you mean 'picky'?)"),
    ("staff.quit_chance", "mine.py:HALF", "mine.py has no function 'HALF'"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes neither links nor pipes without more ado")
@pytest.mark.parametrize(("rule", "code", "said"), WRONG_RULES)
def test_a_wrong_name_is_one_sentence_with_file_and_line(
    here: Path, capsys: pytest.CaptureFixture[str], rule: str, code: object, said: str
) -> None:
    inner = here / "inner"
    inner.mkdir()
    os.symlink(here / "mine.py", inner / "out.py")
    os.mkfifo(inner / "pipe.py")
    (inner / "folder.py").mkdir()
    (inner / "mine.py").write_text(PICKY, encoding="utf-8")
    (inner / "latin.py").write_bytes(b"# caf\xe9\n")
    (inner / "zero.py").write_bytes(b"x = '\0'\n")
    (inner / "slip.py").write_text("def picky(p, stay):\nreturn 1\n", encoding="utf-8")
    (inner / "deep.py").write_text("x = " + "-" * 200_000 + "1\n", encoding="utf-8")
    (inner / "large.py").write_text("#" * (MOST_CODE + 1), encoding="utf-8")
    os.chdir(inner)
    write("wrong.yaml", {**CITY, "rules": {rule: code}})
    lines = Path("wrong.yaml").read_text(encoding="utf-8").splitlines()
    line = next(i for i, one in enumerate(lines, start=1) if rule in one)
    before = sorted(os.listdir("."))
    for command in (["validate", "wrong.yaml"], ["run", "wrong.yaml", "--allow-code"]):
        assert run(command) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert f"stations: wrong.yaml:{line}: rules.staff." in told.err
        assert said in told.err
    assert sorted(os.listdir(".")) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0\n", "react.py: raised when it was loaded (ZeroDivisionError: division by zero)"),
        ("import sys\nsys.exit(0)\n", "react.py: raised when it was loaded (SystemExit: 0)"),
        ("import no_such_module\n", "react.py: raised when it was loaded (ModuleNotFoundError: No module named 'no_such_module')"),
        ("", "policy 'no_tasks', 2023-04-01: there is no lever 'administrative_burdn'"),
    ],
)  # fmt: skip
def test_code_that_fails_is_one_sentence_and_no_results_are_there(
    here: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    Path("react.py").write_text(REACT.replace(MARK, text).replace("burden", "burdn"), encoding="utf-8")
    before = sorted(os.listdir("."))
    for command in (
        ["run", "plain.yaml", "--policy", "acts.yaml"],
        ["compare", "plain.yaml", "--policies", "acts.yaml"],
    ):
        assert run([*command, "--allow-code"]) == 2
        told = capsys.readouterr().err
        assert said in told
        assert "Traceback" not in told
        assert told.count("\n") == 1
    if sorted(os.listdir(".")) != before:  # the comparison's runs had begun
        assert sorted(os.listdir(".")) == sorted([*before, "results"])
        assert run(["report", "results/compare-plain"]) == 2


@pytest.mark.parametrize("task_hours", [picky.ABOVE_ONE, picky.FAILING])
def test_a_rule_that_fails_ends_the_command_in_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], task_hours: float
) -> None:
    Path("mine.py").write_text(PICKY, encoding="utf-8")
    before = sorted(os.listdir("."))
    sets = ["--set", f"parameters.task_hours={task_hours}"]
    for command in (["run", "ruled.yaml"], ["compare", "ruled.yaml", "--policies", "incentives", "--seeds", "3"]):
        assert run([*command, *sets, "--allow-code"]) == 2
        told = re.sub(r"^compiling the model .*\n", "", capsys.readouterr().err)  # where no test before has run it
        of_many = r"seed \d, '\w+': " if command[0] == "compare" else ""
        assert re.match(rf"stations: {of_many}replaced rule \(staff\.quit_chance\): ", told)
        assert ", on 2023-01-31" in told
        assert told.count("\n") == 1
    assert sorted(os.listdir(".")) == sorted([*before, "results"])


def test_a_rule_that_fails_on_the_first_morning_ends_the_command_in_one_sentence(here: Path) -> None:
    Path("mine.py").write_text("def never(p, is_trained, normal):\n    return 1 / 0\n", encoding="utf-8")
    write("ruled.yaml", {**CITY, "rules": {"staff.start_competence": "mine.py:never"}})
    before = sorted(os.listdir("."))
    command = [sys.executable, "-c", "from sim.cli import main; main()", "run", "ruled.yaml", "--allow-code"]
    done = subprocess.run(command, env={**os.environ, "SIM_COMPILE": "0"}, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("stations: replaced rule (staff.start_competence): ZeroDivisionError: ")
    assert done.stderr.endswith(", on 2023-01-01\n")
    assert done.stderr.count("\n") == 1
    assert sorted(os.listdir(".")) == before


def test_a_rule_with_other_arguments_is_one_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("ruled.yaml", {**CITY, "rules": {"staff.hire_chance": "mine.py:picky"}})
    assert run(["run", "ruled.yaml", "--allow-code"]) == 2
    said = "rule 'staff.hire_chance': its replacement takes (p, stay), it must take (p, base_pay)"
    assert capsys.readouterr().err == f"stations: {said}\n"
