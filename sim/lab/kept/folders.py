"""Results on disk: whole or not at all, never mixed with older ones, with where they come from."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.compile import COMPILED, model_digest
from sim.lab.kept import checked, shapes, writing
from sim.lab.kept.checked import sealed
from sim.lab.kept.ledger import LEDGER
from sim.lab.kept.versions import versions
from sim.lab.say.commands import command_line
from sim.language import either, tr
from sim.mistakes import Mistake, other_kind

PROVENANCE = "provenance.json"
"""The file of a folder of results that says where they come from."""

COMMANDS = ("run", "compare", "sweep")
"""The commands that write results."""

ANSWER = "answer"
"""The key under which the provenance of a comparison that is finished holds its answer, as sentences."""

EARLIER = "sweep.json"
"""What says so of a sweep that an earlier version of the program stored."""


def to_json(facts: Mapping[str, Any]) -> bytes:
    """Facts with their checksum, as a file's content."""
    text = json.dumps(sealed(facts), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def provenance(kind: str, **facts: Any) -> dict[str, Any]:
    """Where results come from: everything that `stations reproduce` needs, and what a reader would ask."""
    return {
        "schema": checked.SCHEMA,
        "kind": kind,
        "command": command_line(["stations", *sys.argv[1:]]),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "model_digest": model_digest(),
        "compiled": COMPILED,
        "versions": dict(versions()),
        **facts,
    }


def earlier(folder: Path, provenance: Mapping[str, Any]) -> Mistake:
    """The sentence for results that an earlier version of the program stored as tables alone."""
    command = provenance.get("command", "")
    return Mistake(
        f"{folder}: an earlier version of this program stored these results, and only it can report on them; any program reads their "
        f"Parquet files; to make them anew: {command}",
        f"{folder}：这些结果由本程序的早期版本保存，只有该版本能生成其报告；其 Parquet 文件任何程序均可读取；重新生成：{command}",
    )


def folder_of(given: Any) -> Path:
    """A folder of results as a path. Raises Mistake where it is no path at all."""
    if not isinstance(given, (str, os.PathLike)):
        raise other_kind("a folder of results is wanted, as text or a path", "须为结果文件夹的路径", given)
    return Path(given)


def nothing_here(folder: Path, kinds: Collection[str] = COMMANDS, there: str = "") -> Mistake:
    """The sentence for a path that is no folder of results of these kinds. there: the kind of those that it holds."""
    writers = either(f"'stations {kind}'" for kind in kinds)
    if not os.path.lexists(folder):
        said = ("there is no such folder", "没有这个文件夹")
    elif not os.path.isdir(folder):
        said = ("is a file, not a folder", "是文件而不是文件夹")
    elif there:
        said = (f"holds the results of 'stations {there}'", f"其中是 'stations {there}' 的结果")
    elif os.path.lexists(folder / EARLIER):
        return Mistake(
            f"{folder}: an earlier version of this program stored this sweep; the same 'stations sweep' with --new-version runs it "
            "anew there, and its Parquet files stay readable for any program",
            f"{folder}：该批量实验由本程序的早期版本保存；以 --new-version 重新执行同一 'stations sweep' 会在此重新运行，其 Parquet 文件任何程序仍可读取",
        )
    else:
        said = (f"holds no {PROVENANCE}", f"没有 {PROVENANCE}")
    return Mistake(
        f"{folder}: {said[0]}; give a folder that {writers} wrote",
        f"{folder}：{said[1]}；请给出 {writers} 写出的文件夹",
    )


def again() -> str:
    """What mends a file that is missing or damaged."""
    return tr("the same command writes it anew", "重新执行同一命令会重新写出")


def load_provenance(folder: Path, kinds: Collection[str] = COMMANDS, shape: Any = None) -> dict[str, Any]:
    """The provenance of stored results of some kinds, in a file. Raises Mistake where it is missing, damaged or of another schema.

    shape: what of it will be read (`checked.refuse_shape`); None: all that its kind has (`shapes`).
    """
    writing.settle(folder)
    file = folder / PROVENANCE
    if not checked.is_there(file):
        raise nothing_here(folder, kinds)
    found = checked.read_json(file, again())
    if found.get("kind") not in COMMANDS:
        raise Mistake(f"{file}: is no provenance of ours", f"{file}：不是本项目的来源记录")
    if found["kind"] not in kinds:
        raise nothing_here(folder, kinds, found["kind"])
    if checked.is_there(folder / LEDGER):  # without one it is an earlier version's (`earlier`)
        checked.refuse_newer(file, found.get("schema"))
        if found.get("schema") != checked.SCHEMA:
            raise Mistake(
                f"{file}: is of no version that this program knows; {again()}",
                f"{file}：不是本程序认识的版本；{again()}",
            )
    checked.refuse_shape(file, found, shapes.OF_KIND[found["kind"]] if shape is None else shape)
    return found
