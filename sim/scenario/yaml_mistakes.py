"""What a person meant where YAML gave up: the line to look at, and a sentence in both languages.

The likeliest slip of all is a full-width mark from a Chinese keyboard. YAML takes it for a letter, reads on, and
complains a line later; so the lines before the complaint are looked at first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

Said = tuple[str, str]
"""A sentence's end in English and in Chinese."""

_QUOTED = re.compile(r"(?:(?<=[\s:,\[{：，、【｛-])|^)(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_LETTER = r"[^\s:：,，、\[\]{}【】｛｝]"  # of a key
_BEFORE_KEY = r"(?:^\s*+(?:-\s++)*+|[{,，｛]\s*+)"  # possessive, else a line of dashes would take for ever
_CHINESE_COLON = re.compile(rf"{_BEFORE_KEY}({_LETTER}[^:：,，、\[\]{{}}]*：\s*[^\s,，\]}}｝]*)")
_NO_SPACE = re.compile(rf"{_BEFORE_KEY}([^\W\d][\w-]*:(?!//)[^\s:,\]}}][^\s,\]}}]*)")
_WIDE_SPACE = re.compile(r"^\s*[\u3000\xa0]")
_TAB = re.compile(r"^[ ]*(?:-[ ]+)*\t")
_MARKS = {
    "，": (",", "comma", "逗号"),
    "、": (",", "comma", "顿号"),
    "｛": ("{", "bracket", "括号"),
    "｝": ("}", "bracket", "括号"),
    "【": ("[", "bracket", "括号"),
    "】": ("]", "bracket", "括号"),
    "［": ("[", "bracket", "括号"),
    "］": ("]", "bracket", "括号"),
    "“": ('"', "quotation mark", "引号"),
    "”": ('"', "quotation mark", "引号"),
    "‘": ("'", "quotation mark", "引号"),
    "’": ("'", "quotation mark", "引号"),
}

# Part of what libyaml or PyYAML says, and what it comes to; the first that fits. {start}: where what is not closed begins.
_PROBLEMS: tuple[tuple[str, Said], ...] = (
    ("mapping values", ("there is a ':' too many; put text that holds ': ' in quotes", "多了一个 ':'；含 ': ' 的文本请加引号")),
    ("mapping keys", ("a key cannot stand here", "此处不能出现键")),
    ("sequence entries", ("a list item ('- ') cannot stand here; begin it on a line of its own", "此处不能出现列表项（'- '）；请另起一行")),
    ("could not find expected ':'", ("a key has no ': ' after it", "键后缺少 ': '（英文冒号加空格）")),
    ("expected key", ("the indentation does not fit the lines above", "缩进与上文不一致")),
    ("'-' indicator", ("every item of a list must begin with '- ' at the same indentation", "列表各项须以相同缩进的 '- ' 开头")),
    ("<block end>", ("the indentation does not fit the lines above", "缩进与上文不一致")),
    ("',' or ']'", ("a ',' or ']' is missing in the list that begins{start}", "{start}开始的列表缺少 ',' 或 ']'")),
    ("',' or '}'", ("a ',' or '}}' is missing in the mapping that begins{start}", "{start}开始的映射缺少 ',' 或 '}}'")),
    ("node content", ("a value is missing, or a mark stands where a value should", "缺少值，或值的位置上是多余的符号")),
    ("unexpected end of stream", ("the quotation mark that opens{start} is never closed", "{start}的引号没有闭合")),
    ("cannot start any token", ("text that begins with @, `, % or | must stand in quotes", "以 @、`、% 或 | 开头的文本须加引号")),
    ("unexpected ':'", ("there is a ':' too many; put text that holds ':' in quotes", "多了一个 ':'；含 ':' 的文本请加引号")),
    ("tab character", ("there is a tab; use spaces", "含有制表符（Tab）；请改用空格")),
    ("escape", ("a backslash in double quotes must be written twice; or use single quotes", "双引号内的反斜杠须写两次，或改用单引号")),
    ("hexdecimal", ("a backslash in double quotes must be written twice; or use single quotes", "双引号内的反斜杠须写两次，或改用单引号")),
    ("hexadecimal", ("a backslash in double quotes must be written twice; or use single quotes", "双引号内的反斜杠须写两次，或改用单引号")),
    ("document start", ("text stands outside the mapping; indent it, or put it in quotes", "文本位于映射之外；请检查缩进或加引号")),
    ("document indicator", ("there is a --- or ... inside quotes that are not closed", "引号未闭合，其中出现了 --- 或 ...")),
    ("document separator", ("there is a --- or ... inside quotes that are not closed", "引号未闭合，其中出现了 --- 或 ...")),
    ("comment or", ("after | or > nothing else may stand on the line", "| 或 > 之后本行不能再有其他内容")),
    ("indentation indicator", ("after | or > nothing else may stand on the line", "| 或 > 之后本行不能再有其他内容")),
    ("directive", ("a line cannot begin with %", "行首不能是 %")),
    ("version number", ("a line cannot begin with %", "行首不能是 %")),
    ("alphabetic", ("text that begins with & or * must stand in quotes", "以 & 或 * 开头的文本须加引号")),
    ("tag", ("text that begins with ! must stand in quotes", "以 ! 开头的文本须加引号")),
    ("'>'", ("text that begins with ! must stand in quotes", "以 ! 开头的文本须加引号")),
    ("'!'", ("text that begins with ! must stand in quotes", "以 ! 开头的文本须加引号")),
    ("URI", ("text that begins with ! must stand in quotes", "以 ! 开头的文本须加引号")),
)  # fmt: skip
_ANY = ("this line or the one before it is not written as YAML wants it", "此行或上一行不符合 YAML 语法")


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int | None, Said]:
    """The line (from 1) where a person has to look, and what to say of it."""
    lines = text.splitlines()
    mark = error.problem_mark or error.context_mark
    at = mark.line if mark is not None else None
    begun = error.context_mark.line if error.context_mark is not None else at
    problem = " ".join(str(error.problem or error.context or "").split())
    if at is not None and begun is not None:
        for line in _suspects(lines, at, begun):
            if said := _in_line(_bare(lines[line]), is_told="any token" in problem or "tab" in problem):
                return line + 1, said
        for line in dict.fromkeys((begun, at) if "',' or" in problem else (at,)):
            if line < len(lines) and (said := _mark(_bare(lines[line]))):
                return line + 1, said
    said = next((said for part, said in _PROBLEMS if part in problem), _ANY)
    if "could not find expected ':'" in problem:
        at = begun  # the key itself; the mark is where the next one stands
    if "end of stream" in problem and begun is not None:
        at = begun
    start = (" here", "此处") if begun is None or begun == at else (f" in line {begun + 1}", f"第 {begun + 1} 行")
    en, zh = said[0].format(start=start[0]), said[1].format(start=start[1])
    return (at + 1 if at is not None else None), (f"is not valid YAML: {en}", f"不是有效的 YAML：{zh}")


def slip(text: str) -> Said | None:
    """What is wrong with text that stands where a mapping should, or with a key that nobody knows; None if nothing is
    seen. The text itself is named by the caller."""
    if _WIDE_SPACE.match(text):
        return _wide_space()
    if "：" in text:
        return "has a Chinese colon '：'; write ':' and a space", "含有中文冒号 '：'；请改用英文冒号 ':' 加空格"
    if re.fullmatch("[0-9]{3}", text):
        return "is the rest of a number with a comma; write numbers without", "是带逗号数字的后半；数字中请勿用逗号"
    if _NO_SPACE.match(text):
        return "lacks a space after ':'", "的 ':' 后缺少空格"
    return None


def comma_slip(text: str) -> Said | None:
    """What is wrong with an item of a list that holds a comma from a Chinese keyboard, else None."""
    if "，" in text or "、" in text:
        return "has a Chinese comma; write ',' between items", "含有中文逗号或顿号；各项之间请用英文逗号 ','"
    return None


def _suspects(lines: list[str], at: int, begun: int) -> Iterator[int]:
    """Where the slip may be: where something was begun, the line of the complaint, and the last one before it."""
    near = [begun] if at - begun <= 3 else []
    near += [at]
    before = at - 1
    while before >= 0 and before < len(lines) and not _bare(lines[before]).strip():
        before -= 1
    near.append(before)
    yield from (line for line in dict.fromkeys(near) if 0 <= line < len(lines))


def _bare(line: str) -> str:
    """A line without its comment, with letters in place of what is in quotes."""
    line = _QUOTED.sub(lambda found: "q" * len(found[0]), line.rstrip("\r\n"))
    return _COMMENT.sub("", line)


def _in_line(line: str, *, is_told: bool) -> Said | None:
    """A slip that shows by its place in the line."""
    if is_told and _TAB.match(line):
        return "is indented with a tab; use spaces", "用制表符（Tab）缩进；请改用空格"
    if _WIDE_SPACE.match(line):
        return _wide_space()
    if found := _CHINESE_COLON.search(line):
        return (
            f"has a Chinese colon '：' ({_short(found[1])}); write ':' and a space",
            f"含有中文冒号 '：'（{_short(found[1])}）；请改用英文冒号 ':' 加空格",
        )
    if found := _NO_SPACE.search(line):
        return f"lacks a space after ':' ({_short(found[1])})", f"':' 后缺少空格（{_short(found[1])}）"
    return None


def _mark(line: str) -> Said | None:
    """A full-width mark where lists, mappings or quotes are written."""
    for mark, (plain, en, zh) in _MARKS.items():
        if mark in line and (plain != "," or re.search(r"[\[{｛【［]", line)):
            return (
                f"has a Chinese {en} '{mark}'; write {_shown(plain)}",
                f"含有中文{zh} '{mark}'；请改用 {_shown(plain)}",
            )
    return None


def _shown(mark: str) -> str:
    return f"'{mark}'" if mark != "'" else mark


def _wide_space() -> Said:
    return "begins with a full-width space; use plain ones", "以全角空格开头；请改用普通空格"


def _short(text: str) -> str:
    text = "".join(letter for letter in text.strip() if letter.isprintable())
    return f"{text[:30]}…" if len(text) > 30 else text
