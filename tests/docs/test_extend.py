"""docs/extend.md does what it says: its files are those of docs/examples, and every command gives what is shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from test_tutorial import ROOT, Step, steps_of, take

from sim import observations

DOCUMENTS = {"en": ROOT / "docs/extend.md", "zh": ROOT / "docs/extend.zh.md"}
EXAMPLES = ROOT / "docs/examples"


def text(tongue: str) -> str:
    return DOCUMENTS[tongue].read_text(encoding="utf-8")


def steps(tongue: str) -> list[Step]:
    return steps_of(text(tongue))


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_files_are_shown_as_they_are_and_none_is_left_out(tongue: str) -> None:
    shown = {step.what: step.shown for step in steps(tongue) if step.kind == "file"}
    assert set(shown) == {file.name for file in EXAMPLES.iterdir() if file.is_file()}
    for name, lines in shown.items():
        assert lines == (EXAMPLES / name).read_text(encoding="utf-8").splitlines(), name


def test_every_command_gives_what_is_shown(tmp_path: Path) -> None:
    for file in EXAMPLES.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    wrong = []
    for step in steps("en"):
        if step.kind == "command":
            said, _ = take(step, tmp_path)
            wrong += [f"{DOCUMENTS['en'].name}:{step.line}: {step.what}: {said}"] if said else []
    assert not wrong, "\n" + "\n".join(wrong)


def test_both_languages_show_the_same() -> None:
    def told(tongue: str) -> list[tuple[str, str, int]]:
        return [(step.kind, step.what.replace(" --lang zh", ""), step.exit_code) for step in steps(tongue)]

    assert len(told("en")) >= 18
    assert told("en") == told("zh")

    def scripts(tongue: str) -> list[list[str]]:
        return [step.shown for step in steps(tongue) if step.what.startswith("python ")]

    assert scripts("en") == scripts("zh")


def test_both_languages_name_the_same() -> None:
    def words(tongue: str) -> list[str]:
        prose = re.sub(r"^```.*?^```", "", text(tongue), flags=re.M | re.S)
        # What a language writes in its own script is not counted.
        return sorted({word for word in re.findall(r"`([^`\n]+)`", prose) if word.isascii()} - {"[model]+[rules]"})

    assert words("en") == words("zh")
    outline = [[line.split()[0] for line in text(tongue).splitlines() if line.startswith("#")] for tongue in DOCUMENTS]
    assert outline[0] == outline[1]
    bars = [[line.count("|") for line in text(tongue).splitlines() if line.startswith("|")] for tongue in DOCUMENTS]
    assert bars[0] == bars[1]


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_every_link_leads_somewhere(tongue: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", text(tongue))
    assert targets
    for target in targets:
        assert (DOCUMENTS[tongue].parent / target).exists(), target


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_the_line_for_the_package_is_a_measure(tongue: str) -> None:
    (line,) = re.findall(r"`(_measure\(.*\)),`", text(tongue))
    made = eval(line, {"_measure": observations._measure})
    assert made.name not in observations.MEASURES
    assert set(made.above + made.below) <= set(observations.STATION_MONTH)
