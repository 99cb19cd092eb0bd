"""The two READMEs say the same: the same commands, the same tables, the same numbers; and the answer is the model's."""

from __future__ import annotations

import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EN, ZH = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
NUMBER = r"[+-]?\d+(?:,\d{3})*(?:\.\d+)?"


def commands(text: str) -> list[str]:
    """Lines of code blocks without their comments."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return [line.split("  #")[0].strip() for label, block in blocks if not label for line in block.splitlines()]


def answer_of(text: str) -> str:
    return text.split("<!-- first answer -->")[1].split("<!-- end -->")[0]


def test_the_same_commands() -> None:
    assert commands(EN) == commands(ZH)
    assert len(commands(EN)) >= 18


def test_the_same_outline() -> None:
    def outline(text: str) -> list[str]:
        return [line.split(" ")[0] for line in text.splitlines() if line.startswith("#")]

    assert outline(EN) == outline(ZH)


def test_the_same_tables() -> None:
    def rows(text: str) -> list[int]:
        return [line.count("|") for line in text.splitlines() if line.startswith("|")]

    assert rows(EN) == rows(ZH)


def test_the_same_files_are_named() -> None:
    def names(text: str) -> set[str]:
        found = set(re.findall(r"`([\w./-]+(?:\.md|\.py|\.yaml|\.cff|/))`", text))
        return found | {link.replace(".zh.", ".") for link in re.findall(r"\]\(([\w./-]+)\)", text)}

    en, zh = names(EN), names(ZH)
    assert {name.replace("-en.", "-").replace("-zh.", "-") for name in en} == {
        name.replace("-en.", "-").replace("-zh.", "-") for name in zh
    }


def test_the_same_numbers_in_the_answer() -> None:
    def numbers(text: str) -> list[str]:
        lines = answer_of(text).splitlines()
        cells = [line.partition("|")[2].partition("|")[2] for line in lines if line.startswith("| ")]
        return sorted(re.findall(NUMBER, " ".join([*cells, *(line for line in lines if line.startswith(">"))])))

    assert numbers(EN) == numbers(ZH)
    assert len(numbers(EN)) > 100


@pytest.mark.parametrize("name", ["effects-en", "effects-zh", "chain-en", "chain-zh"])
def test_the_figures_are_there_and_are_text(name: str) -> None:
    svg = (ROOT / "docs" / "figures" / f"{name}.svg").read_text(encoding="utf-8")
    assert "<text" in svg
    assert f"docs/figures/{name}.svg" in (EN if name.endswith("en") else ZH)
    from sim.scenario.load import load_policy, shipped_policies

    assert {"boundary-clarity", "incentives", "linkage"} <= set(shipped_policies())
    title = load_policy("linkage").title
    assert (title.zh if name.endswith("zh") else title.en) in svg


def python_of(text: str) -> list[str]:
    """Lines of the Python block without their comments."""
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    return [line.split("#")[0].rstrip() for line in block.splitlines()]


def test_the_python_runs_and_is_the_same(tmp_path: Path) -> None:
    assert python_of(EN) == python_of(ZH)
    names: dict[str, Any] = {}
    with chdir(tmp_path):
        exec("\n".join(python_of(EN)), names)
    assert names["open_results"](tmp_path / "results/linkage").n_seeds == 20
    assert 0 < names["model"].n_staff <= 36
