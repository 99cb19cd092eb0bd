"""Every command, option and file that the documents name exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from sim import language
from sim.cli.commands import make_commands
from sim.cli.options import EXPLAINED
from sim.lab.design.read_design import shipped_designs
from sim.scenario.load import find
from sim.scenario.parameters import LEVERS, PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "sim/README.md", "scenarios/README.md")
] + sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("experiments/**/*.md"), *ROOT.glob("benchmarks/*.md")])


def text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def commands(said: str) -> list[str]:
    """What begins with `stations `, in blocks of code and between backticks."""
    blocks = "\n".join(re.findall(r"^```(?:\w[^\n]*)?\n(.*?)^```", said, re.M | re.S))
    lines = re.findall(r"^\s*(?:\$ |\S*/)?(stations [a-z][^\n]*)", blocks, re.M)
    prose = re.sub(r"^```.*?^```", "", said, flags=re.M | re.S)
    return [*lines, *re.findall(r"`(stations [a-z][^`\n]*)`", prose)]


def wrong_with(command: str) -> str:
    """What of a command there is not; "" where all of it is there."""
    words = shlex.split(re.sub(r"\s#.*", "", command))
    place: click.Command = make_commands()
    while isinstance(place, click.Group) and len(words) > 1:
        words = words[1:]
        if words[0] not in place.commands:
            return f"no command '{words[0]}'"
        place = place.commands[words[0]]
    known = {name for one in place.params for name in (*one.opts, *one.secondary_opts)} | {"--lang", "--help"}
    options = [one.split("=")[0] for one in words if one.startswith("--")]
    lost = [one for one in options if one not in known]
    if place.name == "explain" and len(words) > 1 and words[1] not in EXPLAINED and words[1].islower():
        lost.append(words[1])
    return f"no {', '.join(lost)}" if lost else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_commands_and_options_exist(document: Path) -> None:
    language.use("en")
    wrong = [f"{one}: {said}" for one in commands(text(document)) if (said := wrong_with(one))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_scripts_and_linked_files_exist(document: Path) -> None:
    said = text(document)
    links = [document.parent / one for one in re.findall(r"\]\(([\w./-]+?)(?:#[\w-]+)?\)", said)]
    scripts = [
        ROOT / one
        for one in re.findall(r"\bpython ((?:docs|tests|benchmarks|experiments|verification)/[\w./-]+\.py)", said)
    ]
    modules = [ROOT / f"{one.replace('.', '/')}.py" for one in re.findall(r"\bpython -m (sim\.[\w.]*\w)", said)]
    folders = [
        ROOT / one for one in re.findall(r"`((?:sim|docs|tests|scenarios|experiments|benchmarks)/[\w./-]*)`", said)
    ]
    lost = [str(one) for one in (*links, *scripts, *modules, *folders) if not one.exists()]
    assert not lost, "\n".join(lost)


def all_options(place: click.Command) -> set[str]:
    inner = place.commands.values() if isinstance(place, click.Group) else ()
    own = {name for one in place.params for name in (*one.opts, *one.secondary_opts)}
    return own.union({"--lang", "--help"}, *(all_options(one) for one in inner))


OTHERS = {"--signal", "--worker-port"}
"""Options of Slurm and Dask."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_options_named_alone_exist(document: Path) -> None:
    named = set(re.findall(r"`(--[a-z0-9-]+)", text(document)))
    assert named - all_options(make_commands()) - OTHERS == set()


def test_there_is_something_to_look_at() -> None:
    assert sum(len(commands(text(document))) for document in DOCUMENTS) > 100


def test_what_explain_is_asked_for_exists() -> None:
    for document in DOCUMENTS:
        for topic, name in re.findall(r"stations explain (scenario|levers|parameters) ([a-z][\w/-]*)", text(document)):
            if topic == "scenario":
                assert find(name)
            else:
                assert name in (LEVERS if topic == "levers" else PARAMETERS), f"{document}: {name}"
        for name in re.findall(r"stations sweep ([a-z][a-z-]*)(?=[\s`])", text(document)):
            assert name in shipped_designs(), f"{document}: {name}"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("stations compare --policies all --seeds 20", ""),
        ("stations comparing", "no command 'comparing'"),
        ("stations compare --polices all", "no --polices"),
        ("stations store chek x", "no command 'chek'"),
        ("stations explain lever", "no lever"),
    ],
)
def test_what_is_not_there_is_noticed(command: str, said: str) -> None:
    language.use("en")
    assert wrong_with(command) == said


def test_both_languages_name_the_same_commands() -> None:
    def told(document: Path) -> list[str]:
        return sorted({re.sub(r"\s+#.*| --lang (zh|en)", "", one).strip() for one in commands(text(document))})

    pairs = [(ROOT / "README.md", ROOT / "README.zh.md")]
    pairs += [
        (one, one.with_suffix(".zh.md")) for one in sorted(ROOT.glob("docs/*.md")) if one.with_suffix(".zh.md").exists()
    ]
    assert len(pairs) >= 5
    for en, zh in pairs:
        assert told(en) == told(zh), en
