"""The notebooks run from the first cell to the last, say the same in both languages, and carry no output.

Their cells are run here, one after the other: no kernel is needed for it.
"""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import sim
from sim import language

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOTEBOOKS = {"en": DOCS / "notebook.ipynb", "zh": DOCS / "notebook.zh.ipynb"}


def cells(tongue: str) -> list[tuple[str, str]]:
    """Kind and text of each cell."""
    read = json.loads(NOTEBOOKS[tongue].read_text(encoding="utf-8"))
    return [(cell["cell_type"], "".join(cell["source"])) for cell in read["cells"]]


def taken(code: str, names: dict[str, Any]) -> Any:
    """Run a cell; what its last line shows, as a notebook would."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


@pytest.fixture(params=NOTEBOOKS)
def ran(request: pytest.FixtureRequest, here: Path) -> Iterator[tuple[str, dict[str, Any], list[Any], str]]:
    """Its language, the names that it leaves behind, what its cells show, and what they print."""
    names: dict[str, Any] = {"__name__": "__main__"}
    out = io.StringIO()
    with redirect_stdout(out):
        shown = [taken(text, names) for kind, text in cells(request.param) if kind == "code"]
    yield request.param, names, shown, out.getvalue()
    language.use("en")


def test_it_runs_and_shows(ran: tuple[str, dict[str, Any], list[Any], str]) -> None:
    tongue, names, shown, printed = ran
    result = names["result"]
    assert result.names == ["baseline", "boundary-clarity", "incentives", "linkage"]
    assert len(result.seeds) == 8
    kinds = [type(one).__name__ for one in shown if one is not None]
    assert kinds == ["Imported", "Comparison", "Price", "Picture", "Chance", "DataFrame", "DataFrame", "DataFrame"]
    html = [one._repr_html_() for one in shown if hasattr(one, "_repr_html_")]
    assert all(one.lstrip().startswith("<") for one in html if one is not None)
    wanted = {"en": "interval", "zh": "区间"}[tongue]
    assert wanted in result._repr_html_()
    assert f"linkage{':' if tongue == 'en' else '：'}" in printed
    assert "Chance(share=0." in printed
    assert names["again"].tables["effects"].equals(result.tables()["effects"])
    assert set(names["own"].results.tables["chances"]["n"]) == {8}
    made = {file.name for file in Path().iterdir()} - {"small.yaml"}  # the fixture's
    assert made == {"my-city.yaml", "my-policy.yaml", "results", "towns.csv"}


def test_both_languages_do_the_same() -> None:
    def calls(tongue: str) -> list[list[str]]:
        """What each cell calls, and with which arguments by name."""
        found = []
        for kind, text in cells(tongue):
            if kind == "code":
                made = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
                found.append(sorted(f"{ast.unparse(one.func)} {[word.arg for word in one.keywords]}" for one in made))
        return found

    en, zh = calls("en"), calls("zh")
    assert zh[0] == ["language.use []"]
    assert en[1:] == zh[1:]
    assert [kind for kind, _ in cells("en")] == [kind for kind, _ in cells("zh")]
    headings = [[text.split()[0] for kind, text in cells(tongue) if kind == "markdown"] for tongue in NOTEBOOKS]
    assert headings[0] == headings[1]


@pytest.mark.parametrize("tongue", NOTEBOOKS)
def test_it_is_a_notebook_without_output(tongue: str) -> None:
    read = json.loads(NOTEBOOKS[tongue].read_text(encoding="utf-8"))
    assert (read["nbformat"], read["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in read["cells"]}) == len(read["cells"])
    for cell in read["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    text = "".join(text for _, text in cells(tongue))
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (DOCS / target).exists(), target
    used = set(re.findall(r"\bsim\.(\w+)\(", text))
    assert used <= set(sim.__all__)
    assert {"import_city", "compare", "simulate", "open_results"} <= used
