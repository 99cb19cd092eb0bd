"""The strict reader: what counts as a number, where every value stands, and how files are laid over one another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.mistakes import Mistake
from sim.scenario.yaml_reader import DEEPEST, MOST_BYTES, Node, from_plain, merge, one_line, read_file, read_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3500", 3500), ("-3", -3), ("+3", 3), ("0", 0), ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
        ("1.5e-3", 0.0015), ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        # What YAML 1.1 would turn into something else is text here.
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("True", "True"), ("NULL", "NULL"),
        ("010", "010"), ("-07", "-07"), ("0x1f", "0x1f"), ("0o17", "0o17"), ("1:30", "1:30"), ("1_000", "1_000"),
        ("2025-07-01", "2025-07-01"), ("2025-07", "2025-07"), ("'3500'", "3500"), ('"true"', "true"), ("3500 yuan", "3500 yuan"),
        ("=", "="), ("１２", "１２"),
    ],
)  # fmt: skip
def test_scalars(text: str, value: Any) -> None:
    found = read_text(f"k: {text}", "f").value["k"].value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", [".nan", ".NaN", "nan", ".inf", "-.inf", "inf", "1e999", "-1e400", "9" * 41, "1." + "0" * 40]
)
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(Mistake, match=r"^f:1: k: "):
        read_text(f"k: {text}", "f")


def test_every_value_knows_its_place() -> None:
    node = read_text("# first line\na:\n  b: 1\n  c:\n    - x\n    - d: 2\ne:\n  3\n", "f.yaml")
    a = node.value["a"]
    assert (a.line, a.path) == (2, "a")
    assert (a.value["b"].line, a.value["b"].path) == (3, "a.b")
    inner = a.value["c"].value[1].value["d"]
    assert (inner.line, inner.path) == (6, "a.c[2].d")
    assert node.value["e"].line == 7, "the line of the key, where a person looks"
    assert str(inner.mistake("is odd", "奇怪")) == "f.yaml:6: a.c[2].d: is odd"


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(min_codepoint=0x20, exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=40),
)
_KEYS = st.text(st.characters(categories=("Ll", "Lo", "Nd")), min_size=1, max_size=12)
_PLAIN = st.dictionaries(
    _KEYS,
    st.recursive(_SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=4))),
    max_size=5,
)  # fmt: skip


@given(_PLAIN)
def test_plain_data_comes_back(data: dict[str, Any]) -> None:
    """Against an independent writer: with every text quoted, what PyYAML writes reads back as it was."""

    class Quoting(yaml.SafeDumper):
        pass

    Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
    Quoting.ignore_aliases = lambda self, data: True  # type: ignore[method-assign,assignment]
    text = yaml.dump(data, Dumper=Quoting, allow_unicode=True, sort_keys=False)
    assert read_text(text, "f").plain() == data
    assert from_plain(data, "f").plain() == data


def _refusal(read: Callable[[], Node]) -> str | None:
    try:
        read()
    except Mistake as mistake:
        return str(mistake)
    return None


@given(st.text(max_size=200))
def test_any_text_gives_data_or_one_sentence(text: str) -> None:
    said = _refusal(lambda: read_text(text, "f.yaml"))
    assert said is None or (said.startswith("f.yaml") and said.isprintable())


@given(st.binary(max_size=200))
def test_any_bytes_give_a_mapping_or_one_sentence(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "f.yaml"
    file.write_bytes(raw)
    said = _refusal(lambda: read_file(file, "f.yaml"))
    assert said is None or (said.startswith("f.yaml") and said.isprintable())


def test_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "f.YML"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: \xe7\x94\xb2\r\n")
    node = read_file(file)
    assert node.plain() == {"a": 1, "b": "甲"}
    assert node.value["b"].line == 2


def test_the_largest_and_the_deepest(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    start = b"a: 1\n"
    file.write_bytes(start + b"#" * (MOST_BYTES - len(start)))
    assert read_file(file).plain() == {"a": 1}
    file.write_bytes(start + b"#" * (MOST_BYTES - len(start) + 1))
    with pytest.raises(Mistake, match="larger than 256 KiB"):
        read_file(file)
    fits = "a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert isinstance(read_text(fits, "f").value, dict)
    with pytest.raises(Mistake, match="nested more than"):
        read_text("a: " + "[" * DEEPEST + "]" * DEEPEST, "f")


def test_a_shown_name_stands_for_the_path(tmp_path: Path) -> None:
    with pytest.raises(Mistake) as caught:
        read_file(tmp_path / "none.yaml", "none.yaml")
    assert str(caught.value) == "none.yaml: there is no such file"


def test_merge() -> None:
    base = from_plain({"a": {"x": 1, "y": 2}, "b": [1, 2], "c": 3, "d": 4}, "base")
    over = from_plain({"a": {"y": 5, "z": 6}, "b": [7], "c": None, "d": {"e": 8}, "f": None, "g": 9}, "over")
    merged = merge(base, over)
    assert merged.plain() == {"a": {"x": 1, "y": 5, "z": 6}, "b": [7], "d": {"e": 8}, "g": 9}
    assert merged.value["a"].value["x"].source == "base", "a sentence names the file that says it"
    assert merged.value["a"].value["y"].source == "over"
    assert base.plain()["c"] == 3, "the base itself stays"


def test_what_is_echoed() -> None:
    assert one_line("a\nb\t c") == "a b c"
    assert one_line("x" * 60) == "x" * 60
    assert one_line("x" * 61) == "x" * 60 + "…"
    assert one_line("\x1b[31mred") == "\ufffd[31mred"
    assert Node(True, "f", None).shown() == "'true'"
    assert Node(1, "f", None).shown() == "'1'"
    assert Node(None, "f", None).shown() == "an empty value"
    assert Node("y" * 100, "f", None).shown() == "'" + "y" * 60 + "…'"
