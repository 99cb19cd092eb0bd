"""The tutorial does what it says: every command is run in order and every shown line is what comes, in English; the Chinese one
has the same steps, and shows the same numbers in words that the program has.

``console``  lines that begin with ``$ `` are run; what follows each must be its output (its complaint, for ``console exit=2``).
             A line ``…`` stands for lines left out, ``[…]`` for words; spaces, and the order of streams, do not count.
``shell``    prepares the computer, or opens a browser; not run.
Other blocks are files: the line before names the file. ``diff`` changes one: going down the file, lines marked ``-`` go,
lines marked ``+`` come, unmarked ones say where; comments at the ends of lines need not be shown.

``python tests/docs/test_tutorial.py`` puts what comes now in place of shown lines that have changed, but for those with ``[…]``,
and names each place; read the prose around it after that.
"""

from __future__ import annotations

import difflib
import functools
import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest

from sim import cli, language
from sim.lab.outcomes import OUTCOMES
from sim.scenario.parameters import LEVERS, PARAMETERS

ROOT = Path(__file__).parent.parent.parent
TUTORIALS = {"en": ROOT / "docs/tutorial.md", "zh": ROOT / "docs/tutorial.zh.md"}
LEFT_OUT, WORDS_LEFT_OUT = "…", "[…]"
NAMED_FILE = re.compile(r"`([\w./-]+)`[^`]*[:：]$")


@dataclass
class Step:
    """A command with what is shown of its output, or a file to write or change."""

    line: int
    kind: str  # "command", "file" or "change"
    what: str  # the command, or the name of the file
    shown: list[str] = field(default_factory=list)  # or the file's lines
    exit_code: int = 0


def steps_of(text: str) -> list[Step]:
    """Everything in a tutorial that can be run, in order."""
    found: list[Step] = []
    label: str | None = None
    before = ""
    for number, line in enumerate(text.splitlines(), start=1):
        assert not re.match(r"\s+```", line), f"line {number}: a block in a list would not be run"
        if line.startswith("```"):
            label = line[3:].strip() if label is None else None
            named = NAMED_FILE.search(before)
            if label and label.split()[0] not in {"console", "shell"}:
                assert named, f"line {number}: the line before a block '{label}' must end with the name of its file"
                found.append(Step(number, "change" if label == "diff" else "file", named[1]))
        elif label is None:
            before = line.strip() or before
        elif label.startswith("console"):
            if line.startswith("$ "):
                code = re.search(r"exit=(\d+)", label)
                found.append(Step(number, "command", line[2:], exit_code=int(code[1]) if code else 0))
            else:
                found[-1].shown.append(line)
        elif label != "shell":
            found[-1].shown.append(line)
    assert label is None, "the last block is not closed"
    return found


def plain(text: str) -> list[str]:
    """Lines as they are compared: one space between words, no empty lines, slashes as elsewhere on Windows too."""
    return [joined for line in text.replace("\\", "/").splitlines() if (joined := " ".join(line.split()))]


def fits(shown: list[str], output: str) -> bool:
    pattern = "".join(
        r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(line).replace(re.escape(WORDS_LEFT_OUT), ".*") + "\n"
        for line in plain("\n".join(shown))
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in plain(output))) is not None


def run_command(command: str, folder: Path) -> tuple[int, str]:
    """Exit code, and what is printed: the output, or the complaint, if there is one, of a command that fails."""
    program, *arguments = shlex.split(command)
    if program == "cp":  # these two have other names on Windows
        shutil.copy(folder / arguments[0], folder / arguments[1])
        return 0, ""
    if program == "ls":
        return 0, "\n".join(sorted(os.listdir(folder / arguments[0])))
    if program == "stations":
        return run_stations(arguments, folder)
    if program == "python" and len(arguments) == 1 and arguments[0].endswith(".py"):
        return 0, run_script(arguments[0], folder)
    scripts = sysconfig.get_path("scripts")
    path = scripts + os.pathsep + os.environ["PATH"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    environment |= {"PATH": path, "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
    where = sys.executable if program == "python" else shutil.which(program, path=path)
    assert where, f"no '{program}' in {scripts}"
    done = subprocess.run(
        [where, *arguments], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    return done.returncode, (done.stderr or done.stdout) if done.returncode else done.stdout


def run_stations(arguments: list[str], folder: Path) -> tuple[int, str]:
    """The same of `stations`, in this process, which has loaded and compiled everything."""
    out, err = io.StringIO(), io.StringIO()
    locale = {name: "" for name in os.environ if name.startswith(("LC_", "LANG"))} | {"LANG": "C.UTF-8"}
    try:
        with chdir(folder), mock.patch.dict(os.environ, locale), redirect_stdout(out), redirect_stderr(err):
            code = cli.run(arguments)
    finally:
        language.use("en")
    return code, (err.getvalue() or out.getvalue()) if code else out.getvalue()


def run_script(file: str, folder: Path) -> str:
    """What a script prints, likewise."""
    out, known = io.StringIO(), set(sys.modules)
    with chdir(folder), redirect_stdout(out), mock.patch.object(sys, "path", [str(folder), *sys.path]):
        runpy.run_path(file, run_name="__main__")
    for name in set(sys.modules) - known:  # another document's file may have the same name
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder)):
            del sys.modules[name]
    return out.getvalue()


def change(old: list[str], marked: list[str]) -> list[str]:
    """A file's lines after a ``diff``; raises ValueError, with the marked line, where the file has no such line."""
    made: list[str] = []
    rest = list(old)
    for line in marked:
        mark, text = line[:1] or " ", line[1:].rstrip()
        if text == LEFT_OUT or mark == "+":
            made += [text] if mark == "+" else []
            continue
        at = next((k for k, one in enumerate(rest) if re.fullmatch(re.escape(text) + r"(\s+#.*)?\s*", one)), None)
        if at is None:
            raise ValueError(line)
        made += rest[: at if mark == "-" else at + 1]
        rest = rest[at + 1 :]
    return made + rest


def take(step: Step, folder: Path) -> tuple[str, str]:
    """Take a step in a folder; returns what is wrong with it ("" if nothing), and its output."""
    if step.kind == "command":
        code, output = run_command(step.what, folder)
        shown = " ".join(step.shown).split() if step.what.startswith("ls ") else step.shown
        if code != step.exit_code:
            return f"exit code {code}, not {step.exit_code}: {output[-300:]}", output
        return ("" if not shown or fits(shown, output) else f"is shown otherwise; now it gives\n{output}"), output
    file = folder / step.what
    if step.kind == "file":
        file.write_text("\n".join(step.shown) + "\n", encoding="utf-8")
        return "", ""
    try:
        made = change(file.read_text(encoding="utf-8").splitlines(), step.shown)
    except ValueError as error:
        return f"has no line '{error}' from there on", ""
    file.write_text("\n".join(made) + "\n", encoding="utf-8")
    return "", ""


NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
CHINESE = "[\u4e00-\u9fff]+"


@functools.cache
def words_of_the_program() -> str:
    """All that it can say: its sources, and the cities and policies that come with it."""
    files = [*(ROOT / "sim").rglob("*.py"), *(ROOT / "scenarios").rglob("*.yaml")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def wrong_in_chinese(english: str, chinese: str) -> list[str]:
    """What the commands of a Chinese document show that is not as in the English one, whose commands are run: other numbers,
    or words that the program does not have."""
    declared = (*OUTCOMES.values(), *PARAMETERS.values(), *LEVERS.values())
    labels = sorted((text.zh for one in declared for text in (one.label, one.meaning)), key=len, reverse=True)
    names = re.compile("|".join(["万", *(re.escape(one.partition("：")[0]) for one in labels)]))
    steps = steps_of(chinese)
    known = words_of_the_program() + "\n".join(line for step in steps if step.kind != "command" for line in step.shown)
    wrong = []
    for ours, theirs in zip(steps, steps_of(english), strict=True):
        if ours.kind != "command":
            continue
        said = ["\n".join(step.shown) for step in (ours, theirs)]
        numbers = [sorted(re.findall(NUMBER, one.replace("10,000 yuan", "万元"))) for one in said]
        if numbers[0] != numbers[1]:
            wrong.append(f"line {ours.line}: {ours.what}: shows other numbers than in English, line {theirs.line}")
        for part in re.findall(CHINESE, said[0]):
            if part not in known and any(rest and rest not in known for rest in names.split(part)):
                wrong.append(f"line {ours.line}: {ours.what}: the program never says {part}")
    return wrong


def test_everything_in_it_works_as_shown(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    wrong = []
    for step in steps_of(TUTORIALS["en"].read_text(encoding="utf-8")):
        said, _ = take(step, tmp_path)
        if said:
            wrong.append(f"{TUTORIALS['en'].name}:{step.line}: {step.what}: {said}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("document", ["tutorial", "sweeps", "extend"])
def test_chinese_shows_the_same_numbers_in_words_of_the_program(document: str) -> None:
    english, chinese = ((ROOT / f"docs/{document}{end}.md").read_text(encoding="utf-8") for end in ("", ".zh"))
    assert not wrong_in_chinese(english, chinese)


def test_what_is_shown_otherwise_in_chinese_is_noticed() -> None:
    english = TUTORIALS["en"].read_text(encoding="utf-8")
    chinese = TUTORIALS["zh"].read_text(encoding="utf-8")
    step = next(step for step in steps_of(chinese) if step.what.startswith("stations run my-city.yaml --seed 2"))
    line = next(line for line in step.shown if re.search(NUMBER, line) and re.search(CHINESE, line))
    number, word = re.findall(NUMBER, line)[-1], re.findall(CHINESE, line)[0]
    (said,) = wrong_in_chinese(english, chinese.replace(line, line.replace(number, f"{number}7")))
    assert "shows other numbers than in English" in said
    (said,) = wrong_in_chinese(english, chinese.replace(line, line.replace(word, "甲乙" + word)))
    assert f"the program never says 甲乙{word}" in said


WORDS = {
    "Social work stations of Willow County": "柳县社工站一览", "Unit: people, yuan a month": "单位：人、元/月",
    "Id,Town,Population,Posts,Pay,Communities,Tags": "代号,镇（街道）,常住人口,岗位数,月工资,社区数,标签", "Willow Street": "柳街道",
    "Riverside": "滨河街道", "East Town": "东镇", "Stone Bridge": "石桥镇", "Upper Valley": "上谷乡", "Total": "合计",
    "Note: residents at the end of 2024, from the yearbook": "注：人口为2024年末数，据统计年鉴", "urban": "城区", "rural}": "农村}",
    ",rural": ",农村", "rurl": "农材",
}  # fmt: skip
"""What the tutorials' own city is called in both languages."""


def test_both_languages_do_the_same() -> None:
    def in_english(line: str) -> str:
        for english, chinese in WORDS.items():
            line = line.replace(chinese, english)
        return line

    def told(tongue: str) -> list[tuple[str, str, int, list[str]]]:
        found = []
        for step in steps_of(TUTORIALS[tongue].read_text(encoding="utf-8")):
            what = in_english(step.what.replace(" --lang zh", ""))
            content = (
                [] if step.kind == "command" else [in_english(re.sub(r"\s*# .*", "", line)) for line in step.shown]
            )
            found.append((step.kind, what, step.exit_code, content))
        return found

    assert len(told("en")) > 15
    assert told("en") == told("zh")
    shells = [re.findall(r"^```shell\n(.*?)^```", file.read_text(encoding="utf-8"), re.M | re.S) for file in TUTORIALS.values()]  # fmt: skip
    bare = [[re.sub(r"\s*# .*", "", block) for block in blocks] for blocks in shells]
    assert bare[0] == bare[1]


@pytest.mark.parametrize("tongue", TUTORIALS)
def test_every_link_leads_somewhere(tongue: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", TUTORIALS[tongue].read_text(encoding="utf-8"))
    assert targets
    for target in targets:
        assert (TUTORIALS[tongue].parent / target).exists(), target


def test_a_line_that_does_not_come_is_noticed() -> None:
    output = "one  1\n\ntwo 2\nthree 3\n"
    assert fits(["one 1", "two 2", "three 3"], output)
    assert fits(["one 1", "…", "three […]"], output)
    for shown in (
        ["one 1", "three 3"],
        ["two 2", "…"],
        ["one 1", "two 2"],
        ["…", "two 3", "…"],
        ["three 3", "…", "one 1"],
    ):
        assert not fits(shown, output), shown


def renew(file: Path) -> None:
    """Put the line that comes now, the one most like it, in place of each shown line that has changed."""
    lines = file.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(ROOT / "scenarios", Path(name) / "scenarios")
        for step in steps_of("\n".join(lines)):
            said, output = take(step, Path(name))
            if not said:
                continue
            print(f"{file.name}:{step.line}: {step.what}: {said.splitlines()[0]}")
            if step.kind != "command" or step.what.startswith("ls ") or not said.startswith("is shown"):
                continue
            rest = output.splitlines()
            for number, shown in enumerate(step.shown, start=step.line):
                alike = difflib.get_close_matches(shown, rest, n=1, cutoff=0.6)
                if alike and shown.strip() != LEFT_OUT and WORDS_LEFT_OUT not in shown:
                    lines[number] = alike[0].rstrip()
                    rest = rest[rest.index(alike[0]) + 1 :]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for tutorial in TUTORIALS.values():
        renew(tutorial)
