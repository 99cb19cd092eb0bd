"""What a person meant where YAML gave up: the right line, the slip itself, and no English in a Chinese sentence."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from every import every
from patience import PATIENCE

from sim import language
from sim.mistakes import Mistake
from sim.scenario.load import load_scenario, scenarios_folder
from sim.scenario.yaml_reader import read_text

TEMPLATE = (scenarios_folder() / "template.yaml").read_text(encoding="utf-8")


@pytest.fixture(params=["en", "zh"])
def tongue(request: pytest.FixtureRequest) -> Iterator[str]:
    language.use(request.param)
    yield request.param
    language.use("en")


@pytest.fixture(params=["libyaml", "Python"], autouse=True)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Sentences are the same where PyYAML was built without libyaml, whose complaints are worded differently."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    return str(request.param)


def sentence(tmp_path: Path, text: str) -> str:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        load_scenario(str(file))
    return str(caught.value).replace(str(file), "a.yaml")


def test_the_chinese_colon_of_the_template(tmp_path: Path, tongue: str) -> None:
    text = TEMPLATE.replace("posts: ", "posts：", 1)
    line = next(i for i, one in enumerate(text.splitlines(), start=1) if "posts：" in one)
    assert (
        sentence(tmp_path, text)
        == {
            "en": f"a.yaml:{line}: has a Chinese colon '：' (posts：4); write ':' and a space",
            "zh": f"a.yaml:{line}：含有中文冒号 '：'（posts：4）；请改用英文冒号 ':' 加空格",
        }[tongue]
    )


COLON = ("has a Chinese colon '：'", "中文冒号 '：'")
COMMA = ("has a Chinese comma", "中文逗号")
SPACE = ("lacks a space after ':'", "':' 后缺少空格")
WIDE = ("begins with a full-width space", "以全角空格开头")
TAB = ("is indented with a tab; use spaces", "用制表符（Tab）缩进；请改用空格")
BRACKET = ("has a Chinese bracket", "中文括号")
INDENTATION = ("the indentation does not fit", "缩进与上文不一致")
BACKSLASH = ("a backslash in double quotes", "双引号内的反斜杠")

# What stands in the file, the line that is named, what is said in either language.
SLIPS = [
    ("kind：city\ntitle: x\n", 1, COLON),
    ("kind: city\ntowns：\n  a:\n    posts: 6\n", 2, COLON),
    ("kind: city\ntowns:\n  a:\n    name: x\n    posts：6   # 岗位：六\n\n    # 注释\n    population: 3\n", 5, COLON),
    ("kind: city\ntowns:\n  a:\n    name: x\n    posts：6\n", 5, COLON),
    ("kind: city\ntowns:\n  a:\n    name: x\n    'posts'：6\n", 5, COLON),
    ("kind: city\nlevers:\n  - value： 3\n    from: 3\n", 3, COLON),
    ("kind：city\ntitle：x\n", 1, COLON),
    ("kind: city\ntitle: {en：x, zh: y}\n", 2, COLON),
    (TEMPLATE.replace("  pay: 2800", "  pay：2800", 1).split("\n  boundary_clarity")[0] + "\n", None, COLON),
    ('kind: city\ntitle: {en: "C"， zh: "城"}\n', 2, COMMA),
    ("kind: city\ntitle: {en: C，zh: 城}\n", 2, COMMA),
    ("kind: city\nextends: [t-city，lakeside]\n", 2, COMMA),
    ("kind: city\nextends: t-city、lakeside\n", 2, COMMA),
    ('kind: city\ntitle: ｛en: "C", zh: "城"｝\n', 2, BRACKET),
    ("kind: city\ntitle: {en: x, zh: y｝\n", 2, BRACKET),
    ("kind: city\n“title”: {en: “x: y”}\n", 2, ("Chinese quotation mark '“'; write '\"'", "中文引号 '“'；请改用 '\"'")),
    ("kind: city\ntowns:\n\ta: 1\n", 3, TAB),
    ("kind: city\ntowns:\n  a:\n\t  posts: 1\n", 4, TAB),
    ("kind:city\ntitle: x\n", 1, SPACE),
    ("kind: city\ntowns:\n  a:\n    name: x\n    posts:6\n    population: 3\n", 5, SPACE),
    ("kind: city\ntitle: {en:x, zh: y}\n", 2, SPACE),
    ("kind: city\n　title: x\n", 2, WIDE),
    ("kind: city\ntitle: x\n　　source: y\nz: 1\n", 3, WIDE),
    ("kind: city\na:\n    posts: 6\n   name: x\n", 4, INDENTATION),
    ("kind: city\na:\n  - b\n  c: d\n", 4, ("", "")),
    ("kind: city\na: b: c\n", 2, ("a ':' too many", "多了一个 ':'")),
    ("kind: city\na\nb: 1\n", 2, ("", "")),
    ("kind: city\na: [b, c\nd: e\n", 3, ("list that begins in line 2", "第 2 行开始的列表缺少")),
    ("kind: city\na: {b: c\nd: e\n", 3, ("mapping that begins in line 2", "第 2 行开始的映射缺少")),
    ('kind: city\na: "b\nd: e\n', 2, ("is never closed", "引号没有闭合")),
    ("kind: city\na: `x`\n", 2, ("must stand in quotes", "须加引号")),
    ("kind: @x\n", 1, ("must stand in quotes", "须加引号")),
    ('kind: "C:\\Users"\n', 1, BACKSLASH),
    ('kind: "\\q"\n', 1, BACKSLASH),
    ("kind: city\na: b\n- c\n", 3, INDENTATION),
    ("a: | x\n", 1, ("after | or >", "| 或 > 之后")),
    ("a: [1, 2]]\n", 1, ("", "")),
    ("kind: *\n", 1, ("begins with & or *", "以 & 或 * 开头")),
    ("kind: !<x\n", 1, ("begins with !", "以 ! 开头")),
    ("%x\nkind: city\n", None, ("", "")),
    ('a: "b\n---\nc"\n', None, ("quotes that are not closed", "引号未闭合")),
]  # fmt: skip


@every(("text", "line", "said"), SLIPS)
def test_slips(tmp_path: Path, tongue: str, text: str, line: int | None, said: tuple[str, str]) -> None:
    found = sentence(tmp_path, text)
    assert said[tongue == "zh"] in found
    if line is not None:
        assert found.startswith(f"a.yaml:{line}" + ("：" if tongue == "zh" else ":")), found
    if tongue == "zh" and "YAML" in found:
        # The user's own words apart, there is nothing left of what PyYAML says.
        assert not re.search("[A-Za-z]{4}", found.partition("：")[2].replace("YAML", "")), found
        assert re.search("[\u4e00-\u9fff]{4}", found)


@pytest.mark.parametrize(
    "text",
    [
        'a: {en: "x：y", zh: "一，二"}\n',
        "a: 注：一，二、三\n",
        "a: 注：“一”  # b：c\n",
        "a: http://x.org\nb: 1:30\n",
        "a:\n  - 甲：乙\n",
        "'注：': 3\n",
    ],
)
def test_full_width_marks_in_text_are_text(text: str) -> None:
    assert isinstance(read_text(text, "f").value, dict)


@pytest.mark.parametrize(
    "before", ["a: 注：一，二", "a: 'x：y'", "# b：c", 'a: {b: "，"}', "a: http://x.org", "a: “好”"]
)
def test_marks_in_text_are_not_blamed(before: str) -> None:
    with pytest.raises(Mistake, match=r"^f:2: is not valid YAML: text that begins with @"):
        read_text(f"{before}\nb: @x\n", "f")


def test_set_has_no_lines() -> None:
    with pytest.raises(Mistake, match=r"^--set levers=\{pay：3: has a Chinese colon") as caught:
        load_scenario("t-city", sets=["levers={pay：3"])
    assert "line" not in str(caught.value)


def test_a_hostile_line_costs_no_more_than_its_sentence() -> None:
    began = time.perf_counter()
    for piece in ("{", ', "', "- ", ",a", "a：", " '", '"\\"', "“，", "\u3000"):
        with pytest.raises(Mistake):
            read_text("k: v\n" + piece * (100_000 // len(piece)) + "\n\t@\nx", "f")
    assert time.perf_counter() - began < PATIENCE
