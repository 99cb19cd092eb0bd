"""Read YAML strictly and safely, keeping for every value where it stands.

Only what a scenario needs is YAML here: mappings, lists, plain numbers, text, true, false and null. Anchors, aliases,
tags, merge keys, several documents, duplicate keys, NaN and infinities are refused, and so is anything large or deep:
the file is read as a stream of events, so a hostile one costs no more than its sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from sim.language import tr
from sim.mistakes import Mistake, file_near
from sim.scenario.yaml_mistakes import explain, slip

MOST_BYTES = 256 * 1024
DEEPEST = 30
LONGEST_TEXT = 4000
LONGEST_NUMBER = 40

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_LONG_NUMBER = re.compile(r"[-+]?[0-9][0-9_.eE+-]*")
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # YAML 1.1, c-printable
_NOT_A_NUMBER = {".nan", ".inf", "-.inf", "+.inf", "nan", "inf", "-inf", "+inf", "infinity"}


def one_line(text: str, most: int = 60) -> str:
    """A user's text as it may be echoed in a sentence: one line, nothing a terminal would act on, not too long."""
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text[: 4 * most].split()))
    return f"{text[:most]}…" if len(text) > most else text


@dataclass(frozen=True)
class Node:
    """A value with the place where it was written. `value` is a dict of nodes, a list of nodes, or a scalar.

    `folder`: where the files lie that it names; what is given without a file speaks from the working folder.
    """

    value: Any
    source: str
    line: int | None
    path: str = ""
    folder: Path = Path()

    def mistake(self, en: str, zh: str) -> Mistake:
        """A sentence about this value: file, line and key come first."""
        where = self.where()
        if self.path:
            path = one_line(self.path, 120)  # a key is the user's text, too
            return Mistake(f"{where}: {path}: {en}", f"{where}：{path}：{zh}")
        return Mistake(f"{where}: {en}", f"{where}：{zh}")

    def where(self) -> str:
        """File and line."""
        source = one_line(self.source, 1000)
        return f"{source}:{self.line}" if self.line is not None else source

    def shown(self) -> str:
        """The value as it may be echoed in a sentence: one line, at most 60 characters."""
        if isinstance(self.value, dict):
            return tr("a mapping", "一个映射")
        if isinstance(self.value, list):
            return tr("a list", "一个列表")
        if self.value is None:
            return tr("an empty value", "空值")
        text = {True: "true", False: "false"}.get(self.value) if not _is_number(self.value) else None
        return f"'{one_line(text or str(self.value))}'"

    def refuse_slip(self) -> None:
        """Raise Mistake where the value is text that only a slip of the pen keeps from being a mapping."""
        if isinstance(self.value, str) and (said := slip(self.value)):
            raise self.mistake(f"{self.shown()} {said[0]}", f"{self.shown()} {said[1]}")

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_file(file: Path, shown: str | None = None) -> Node:
    """Read a YAML file whose top is a mapping. Raises Mistake."""
    source = shown or str(file)
    top = Node(None, source, None)
    if file.suffix.lower() not in {".yaml", ".yml"}:
        raise top.mistake("the file name must end in .yaml or .yml", "文件名须以 .yaml 或 .yml 结尾")
    try:
        if file.is_dir():
            raise top.mistake("is a folder, not a file", "是文件夹而不是文件")
        if file.exists() and not file.is_file():  # a pipe would keep us waiting for ever
            raise top.mistake("is not a regular file", "不是普通文件")
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except (FileNotFoundError, ValueError):  # ValueError: a zero byte in the name
        guess = file_near(file.name, (".yaml", ".yml"), beside=file.parent)
        raise top.mistake(f"there is no such file{guess}", f"没有这个文件{guess}") from None
    except OSError as error:
        raise top.mistake(f"cannot be read ({error.strerror})", f"无法读取（{error.strerror}）") from None
    if len(raw) > MOST_BYTES:
        raise top.mistake(f"is larger than {MOST_BYTES // 1024} KiB", f"超过 {MOST_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Node(None, source, line).mistake(
            "is not UTF-8 text; save it as UTF-8", "不是 UTF-8 文本；请另存为 UTF-8"
        ) from None
    node = read_text(text, source, folder=file.parent)
    if node.value is None:
        raise top.mistake("is empty", "是空文件")
    if not isinstance(node.value, dict):
        node.refuse_slip()
        raise node.mistake("the top must be a mapping (key: value)", "顶层须为映射（键: 值）")
    return node


def read_text(text: str, source: str, *, has_lines: bool = True, folder: Path = Path()) -> Node:
    """Read YAML text to a node. Raises Mistake."""
    wrong = _FORBIDDEN.search(text)
    if wrong:
        line = text.count("\n", 0, wrong.start()) + 1 if has_lines else None
        raise Node(None, source, line).mistake("holds a character that YAML does not allow", "含有 YAML 不允许的字符")
    try:
        return _build(text, source, has_lines, folder)
    except yaml.MarkedYAMLError as error:
        line, (en, zh) = explain(error, text)
        raise Node(None, source, line if has_lines else None).mistake(en, zh) from None


@dataclass
class _Open:
    """A mapping or list that is being read."""

    node: Node
    key: str | None = None
    key_line: int | None = None


def _build(text: str, source: str, has_lines: bool, folder: Path) -> Node:
    # Without recursion: the depth of a file must not become the depth of our stack.
    stack: list[_Open] = []
    top: Node | None = None
    documents = 0
    for event in _events(text):
        line = event.start_mark.line + 1 if has_lines and event.start_mark is not None else None
        here = Node(None, source, line, _path(stack), folder)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise here.mistake("holds more than one document (---); give one", "含多个文档（---）；只能有一个")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise here.mistake(
                "anchors and aliases (& and *) are not allowed; write the value out",
                "不允许锚点与别名（& 与 *）；请直接写出值",
            )
        if getattr(event, "tag", None):
            raise here.mistake("tags (!) are not allowed", "不允许标签（!）")
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if stack and isinstance(stack[-1].node.value, dict) and stack[-1].key is None:
                raise here.mistake("a key must be plain text", "键须为普通文本")
            if len(stack) >= DEEPEST:
                raise here.mistake(f"is nested more than {DEEPEST} deep", f"嵌套超过 {DEEPEST} 层")
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            stack.append(_Open(replace(here, value=value)))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = stack.pop().node
            if stack:
                _place(stack, closed)
            else:
                top = closed
        elif isinstance(event, yaml.ScalarEvent):
            parent = stack[-1] if stack else None
            if parent is not None and isinstance(parent.node.value, dict) and parent.key is None:
                _take_key(parent, event.value, here)
                continue
            scalar = replace(here, value=_scalar(event, here))
            if parent is None:
                top = scalar
            else:
                _place(stack, scalar)
    return top if top is not None else Node(None, source, None)


def _events(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


def _path(stack: list[_Open]) -> str:
    path = ""
    for level in stack:
        if isinstance(level.node.value, list):
            path += f"[{len(level.node.value) + 1}]"
        elif level.key is not None:
            path += f".{level.key}" if path else level.key
    return path


def _take_key(parent: _Open, key: str, here: Node) -> None:
    if key == "<<":
        raise here.mistake("merge keys (<<) are not allowed", "不允许合并键（<<）")
    if not key or len(key) > 100:
        raise here.mistake("a key must have 1 to 100 characters", "键须为 1 至 100 个字符")
    _refuse_control(key, here)
    if key in parent.node.value:
        first = parent.node.value[key].line
        before = (f" (first in line {first})", f"（首次在第 {first} 行）") if first is not None else ("", "")
        raise here.mistake(
            f"the key '{one_line(key)}' stands twice{before[0]}; keep one",
            f"键 '{one_line(key)}' 重复{before[1]}；请只留一个",
        )
    parent.key = key
    parent.key_line = here.line


def _place(stack: list[_Open], node: Node) -> None:
    parent = stack[-1]
    if isinstance(parent.node.value, list):
        parent.node.value.append(node)
    else:
        assert parent.key is not None
        parent.node.value[parent.key] = replace(node, line=parent.key_line)
        parent.key = None


def _refuse_control(text: str, here: Node) -> None:
    # Only double quotes can still bring one in, as in "\\e[2J": such a title would act on the reader's terminal.
    if _FORBIDDEN.search(text):
        raise here.mistake("holds a control character", "含有控制字符")


def _scalar(event: Any, here: Node) -> Any:
    text: str = event.value
    if len(text) > LONGEST_TEXT:
        raise here.mistake(f"is longer than {LONGEST_TEXT:,} characters", f"超过 {LONGEST_TEXT:,} 个字符")
    _refuse_control(text, here)
    if event.style:  # quoted or block text (libyaml says "" for plain)
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if text.lower() in _NOT_A_NUMBER:
        raise here.mistake(f"'{text}' is not a number that can be used here", f"'{text}' 不是可用的数字")
    if len(text) > LONGEST_NUMBER and _LONG_NUMBER.fullmatch(text):
        raise here.mistake(f"is a number of more than {LONGEST_NUMBER} characters", f"数字超过 {LONGEST_NUMBER} 个字符")
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not re.fullmatch(r"[-+]?0[0-9]+", text):
        number = float(text)
        if not math.isfinite(number):
            raise here.mistake(f"'{text}' is too large a number", f"'{text}' 数值过大")
        return number
    return text


def from_plain(value: Any, source: str, path: str = "") -> Node:
    """A node tree from plain data (JSON); places are paths without lines."""
    if isinstance(value, dict):
        inner = {k: from_plain(v, source, f"{path}.{k}" if path else k) for k, v in value.items()}
        return Node(inner, source, None, path)
    if isinstance(value, list):
        return Node([from_plain(v, source, f"{path}[{i + 1}]") for i, v in enumerate(value)], source, None, path)
    return Node(value, source, None, path)


def merge(base: Node, over: Node, one_of: Collection[str] = ()) -> Node:
    """`over` laid on `base`: mappings merge, everything else replaces, null removes. one_of: keys of which a mapping says one, so
    that one replaces another."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    is_other = any(key in one_of for key in over.value)
    merged = {key: node for key, node in base.value.items() if not (is_other and key in one_of)}
    for key, node in over.value.items():
        if node.value is None:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = merge(merged[key], node, one_of)
        else:
            merged[key] = node
    return replace(over, value=merged)
