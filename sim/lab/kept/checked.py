"""Stored files as they are read back: a file's kind and size first, then its bytes against their checksum, then its shape.

Whoever reads a number that was stored comes through here, so that a flipped bit or an edited file is one sentence (Mistake)
and never another number.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MOST_BYTES_OF_JSON = 256 * 2**20
LARGEST_WHOLE = 2**63 - 1

SCHEMA = 2
"""The number of the form in which results are stored: `provenance.json`, and the ledger with all the files that it knows (shards, tables,
scenarios). A higher one where what is written from then on would not be understood as it is read today."""

CHECKSUM = "sha256"
"""The key under which a JSON file holds the checksum of all its other keys."""


@dataclass(frozen=True)
class Mark:
    """What a file's content is known by."""

    size: int  # bytes
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> Mark:
        return cls(len(content), hashlib.sha256(content).hexdigest())


def refuse_newer(file: Path, number: object) -> None:
    """Raise Mistake where a file says a higher number than `SCHEMA`."""
    if isinstance(number, int) and number > SCHEMA:
        raise Mistake(
            f"{file}: is of version {number}, and this program knows versions up to {SCHEMA}; use a newer social-work-stations",
            f"{file}：版本为 {number}，本程序只认识到 {SCHEMA}；请使用更新的 social-work-stations",
        )


# --- bytes


def refuse_no_file(file: Path) -> int:
    """The size of a regular file, in bytes. Raises Mistake for a folder, a pipe, a device, or what cannot be reached."""
    size, wrong = _size(file)
    if wrong:
        raise Mistake(f"{file}: {wrong}", f"{file}：{wrong}")
    return size


def _size(file: Path) -> tuple[int, str]:
    """A file's size in bytes, and why it is no file ("" if it is one). Raises Mistake where that cannot be known."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, tr("is missing", "文件缺失")
    except OSError as error:
        raise out_of_reach(file, error) from None
    if stat.S_ISREG(found.st_mode):
        return found.st_size, ""
    return 0, tr(
        "is no regular file (a folder, a pipe or a device stands there)", "不是普通文件（此处是文件夹、管道或设备）"
    )


def out_of_reach(file: Path, error: OSError) -> Mistake:
    """What to say of a file that may be sound and cannot be read."""
    return Mistake(f"{file}: cannot be read ({error.strerror})", f"{file}：无法读取（{error.strerror}）")


def damaged(file: Path, what: str) -> Mistake:
    return Mistake(f"{file}: is damaged ({what})", f"{file}：已损坏（{what}）")


def difference(file: Path, mark: Mark) -> str:
    """What damage a file has, in words; "" where its bytes are those that were stored. Raises Mistake where it cannot be read.

    The file is never held as a whole.
    """
    size, wrong = _size(file)
    if wrong or size != mark.size:
        return wrong or tr(f"has {size:,} bytes instead of {mark.size:,}", f"有 {size:,} 字节，应为 {mark.size:,}")
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise out_of_reach(file, error) from None
    return "" if found == mark.sha256 else changed()


def changed() -> str:
    return tr("has changed since it was written (its checksum differs)", "写入后内容有变（校验和不符）")


# --- JSON


def sealed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts for JSON, with a checksum of them all."""
    bare = {name: value for name, value in facts.items() if name != CHECKSUM}
    return {**bare, CHECKSUM: _checksum(bare)}


def _checksum(facts: Mapping[str, Any]) -> str:
    # Of what is said, not of how it is spaced; the order of arms and towns is part of it.
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def read_json(file: Path, mend: str) -> dict[str, Any]:
    """What `sealed` made, from a file. Raises Mistake where it is missing, no JSON, or not as it was written.

    mend: what to do about it, in words.
    """
    if refuse_no_file(file) > MOST_BYTES_OF_JSON:
        raise Mistake(
            f"{file}: is larger than {MOST_BYTES_OF_JSON // 2**20} MiB, so it is none of ours; {mend}",
            f"{file}：超过 {MOST_BYTES_OF_JSON // 2**20} MiB，不是本项目的文件；{mend}",
        )
    try:
        found = json.loads(file.read_bytes())
        is_sound = isinstance(found, dict) and found.get(CHECKSUM) == sealed(found)[CHECKSUM]
    except OSError as error:
        raise out_of_reach(file, error) from None
    except (ValueError, RecursionError):  # no UTF-8, no JSON, a number of thousands of digits; nested without end
        raise Mistake(f"{file}: cannot be read as JSON; {mend}", f"{file}：无法按 JSON 读取；{mend}") from None
    if not isinstance(found, dict):
        raise Mistake(f"{file}: is no provenance of ours; {mend}", f"{file}：不是本项目的来源记录；{mend}")
    if CHECKSUM not in found:
        raise Mistake(f"{file}: holds no checksum; {mend}", f"{file}：没有校验和；{mend}")
    if not is_sound:
        raise Mistake(f"{file}: {changed()}; {mend}", f"{file}：{changed()}；{mend}")
    return found


# --- shapes


@dataclass(frozen=True)
class Each:
    """A mapping of names to values of one shape."""

    shape: Any
    least: int = 0


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` on that 64 bits hold."""

    least: int = 0


@dataclass(frozen=True)
class Matching:
    """A text that a function takes without a ValueError; what it should look like."""

    wanted: str
    read: Callable[[str], object]


@dataclass(frozen=True)
class Either:
    """A value of one of several shapes."""

    shapes: tuple[Any, ...]


def refuse_shape(file: Path, value: Any, shape: Any, path: str = "") -> None:
    """Raise Mistake where a value has not the shape that was declared, and say where.

    shape: a class (float: any number), None, a Whole, a Matching, an Each, an Either; a mapping of the keys that must be there with
    their shapes (others may be); a list of one shape, for any number of values; a tuple of shapes, for as many values.
    """
    if wrong := _wrong(value, shape, path):
        place, wanted = wrong
        at = f"{place}: " if place else ""
        raise damaged(file, tr(f"{at}should be {wanted}", f"{at}应为{wanted}"))


def _wrong(value: Any, shape: Any, path: str) -> tuple[str, str] | None:
    """Where a value is not of a shape, and what should be there."""
    if isinstance(shape, Either):
        found = [_wrong(value, inner, path) for inner in shape.shapes]
        return None if None in found else found[0]
    if isinstance(shape, Each | Mapping):
        if not isinstance(value, dict):
            return path, tr("a mapping", "映射")
        if isinstance(shape, Each) and len(value) < shape.least:
            return path, tr(f"a mapping of at least {shape.least}", f"至少含 {shape.least} 项的映射")
        shapes = dict.fromkeys(value, shape.shape) if isinstance(shape, Each) else shape
        parts = [
            (f"{path}.{name}" if path else name, value.get(name, _MISSING), inner) for name, inner in shapes.items()
        ]
    elif isinstance(shape, list | tuple):
        if not isinstance(value, list):
            return path, tr("a list", "列表")
        if isinstance(shape, tuple) and len(value) != len(shape):
            return path, tr(f"a list of {len(shape)}", f"含 {len(shape)} 项的列表")
        wanted = shape if isinstance(shape, tuple) else shape * len(value)
        parts = [(f"{path}[{i + 1}]", one, of) for i, (one, of) in enumerate(zip(value, wanted, strict=True))]
    else:
        return None if _is(value, shape) else (path, _told(shape))
    return next((wrong for place, entry, of in parts if (wrong := _wrong(entry, of, place))), None)


_MISSING = object()


def _is(value: Any, shape: Any) -> bool:
    if shape is None:
        return value is None
    if isinstance(shape, Whole):
        return isinstance(value, int) and not isinstance(value, bool) and shape.least <= value <= LARGEST_WHOLE
    if isinstance(shape, Matching):
        return isinstance(value, str) and _is_read(value, shape)
    if shape is float:
        return isinstance(value, float) or _is(value, Whole(-LARGEST_WHOLE))
    return isinstance(value, shape)


def _is_read(value: str, shape: Matching) -> bool:
    try:
        shape.read(value)
    except ValueError:
        return False
    return True


def _told(shape: Any) -> str:
    if isinstance(shape, Whole):
        return tr(f"a whole number from {shape.least} on", f"不小于 {shape.least} 的整数")
    if isinstance(shape, Matching):
        return shape.wanted
    return {
        str: tr("text", "文本"),
        bool: tr("true or false", "true 或 false"),
        float: tr("a number", "数字"),
        None: "null",
    }[shape]


# --- tables


def read_table(file: Path, texts: Collection[str], numbers: Collection[str] = ()) -> pd.DataFrame:
    """A table whose bytes were checked. Raises Mistake where it cannot be read as one or lacks a column of that kind."""
    import pandas as pd
    import pyarrow as pa

    try:
        frame = pd.read_parquet(file)
        schema = pa.Schema.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise Mistake(
            f"{file}: cannot be read ({type(error).__name__})", f"{file}：无法读取（{type(error).__name__}）"
        ) from None
    refuse_columns(file, schema, texts, numbers)
    return frame


def refuse_columns(file: Path, schema: pa.Schema, texts: Collection[str], numbers: Collection[str]) -> None:
    """Raise Mistake where a table lacks a column, or has one of another kind."""
    import pyarrow.types as kinds

    for name in (*texts, *numbers):
        if schema.names.count(name) != 1:
            raise damaged(file, tr(f"has no column '{name}'", f"没有列 '{name}'"))
        kind = schema.field(name).type
        if kinds.is_null(kind):  # of a table without rows
            continue
        if name in texts and not (kinds.is_string(kind) or kinds.is_large_string(kind)):
            raise damaged(file, tr(f"the column '{name}' is no text", f"列 '{name}' 不是文本"))
        if name in numbers and not (kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind)):
            raise damaged(file, tr(f"the column '{name}' holds no numbers", f"列 '{name}' 不是数字"))


def is_there(file: Path) -> bool:
    """Whether anything goes by this name, a pipe or a broken link too; False where it cannot be known."""
    return os.path.lexists(file)
