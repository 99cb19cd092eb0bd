"""Results on disk: whole or not at all, never mixed with older ones, with where they come from."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.compile import COMPILED, model_digest
from sim.lab import checked, shapes, writing
from sim.lab.checked import FILES, mark_of, sealed
from sim.lab.commands import command_line
from sim.lab.spreadsheets import BYTE_ORDER_MARK, write_csv
from sim.lab.versions import versions
from sim.language import tr
from sim.mistakes import Mistake, other_kind

if TYPE_CHECKING:
    import pandas as pd

PROVENANCE = "provenance.json"
SAID_BY = {"run": PROVENANCE, "compare": PROVENANCE, "sweep": "sweep.json"}
"""The file of a folder of results that says where they come from, by the command that wrote it."""


def save(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    provenance: Mapping[str, Any],
    *,
    csv: Collection[str] = (),
    force: bool = False,
) -> None:
    """Write tables as Parquet and the provenance, aside first; then the folder appears as a whole. Raises Mistake.

    csv: names of the tables that are written as CSV, too.
    """
    writing.check_folder(folder, force=force, mark=PROVENANCE)
    try:
        place = folder.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        with writing.aside(place.parent) as held:
            made = held / "made"
            made.mkdir()
            for name, frame in tables.items():
                frame.to_parquet(made / f"{name}.parquet", index=False)
                if name in csv:
                    with (made / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
                        opened.write(BYTE_ORDER_MARK)
                        write_csv(frame, opened)
            marks = {f"{name}.parquet": asdict(mark_of(made / f"{name}.parquet")) for name in tables}
            told = sealed({**provenance, FILES: marks})
            text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
            (made / PROVENANCE).write_text(text + "\n", encoding="utf-8")
            for file in made.iterdir():
                with file.open("rb+") as written:
                    os.fsync(written.fileno())
            writing.write_folder(made, place)
    except OSError as error:
        raise writing.cannot_write(folder, error) from None


def provenance(kind: str, **facts: Any) -> dict[str, Any]:
    """Where results come from: everything that `stations reproduce` needs, and what a reader would ask."""
    return {
        "kind": kind,
        "command": command_line(["stations", *sys.argv[1:]]),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "model_digest": model_digest(),
        "compiled": COMPILED,
        "versions": dict(versions()),
        **facts,
    }


def folder_of(given: Any) -> Path:
    """A folder of results as a path. Raises Mistake where it is no path at all."""
    if not isinstance(given, (str, os.PathLike)):
        raise other_kind("a folder of results is wanted, as text or a path", "须为结果文件夹的路径", given)
    return Path(given)


def nothing_here(folder: Path, kinds: Collection[str] = tuple(SAID_BY)) -> Mistake:
    """The sentence for a path that is no folder of results of these kinds."""
    writers = [f"'stations {kind}'" for kind in kinds]
    *others, last = writers
    en = f"{', '.join(others)} or {last}" if others else last
    zh = f"{'、'.join(others)} 或 {last}" if others else last
    there = next((kind for kind, file in SAID_BY.items() if kind not in kinds and os.path.isfile(folder / file)), None)
    if not os.path.lexists(folder):
        said = ("there is no such folder", "没有这个文件夹")
    elif not os.path.isdir(folder):
        said = ("is a file, not a folder", "是文件而不是文件夹")
    elif there is not None:
        said = (
            f"holds the results of 'stations {'sweep' if there == 'sweep' else 'run or compare'}'",
            f"其中是 'stations {there}' 的结果",
        )
    else:
        files = dict.fromkeys(SAID_BY[kind] for kind in kinds)
        said = (f"holds no {' and no '.join(files)}", f"没有 {' 或 '.join(files)}")
    return Mistake(
        f"{folder}: {said[0]}; give a folder that {en} wrote", f"{folder}：{said[1]}；请给出 {zh} 写出的文件夹"
    )


def load_provenance(
    folder: Path, name: str = PROVENANCE, kinds: Collection[str] = ("run", "compare"), shape: Any = None
) -> dict[str, Any]:
    """The provenance of stored results of some kinds, in a file. Raises Mistake where there is none that is as it was written.

    shape: what of it will be read (`checked.refuse_shape`); None: all that its kind has (`shapes`).
    """
    writing.settle(folder)
    file = folder / name
    if not checked.is_there(file):
        raise nothing_here(folder, kinds)
    if name == PROVENANCE:
        mend = tr("run it again", "请重新运行")
    else:
        mend = tr("the same 'stations sweep' writes it anew", "重新执行同一 'stations sweep' 会重新写出")
    found = checked.read_json(file, mend)
    if found.get("kind") not in kinds:
        raise Mistake(f"{file}: is no provenance of ours", f"{file}：不是本项目的来源记录")
    checked.refuse_shape(file, found, shapes.OF_KIND[found["kind"]] if shape is None else shape)
    return found


def table_file(folder: Path, name: str, provenance: Mapping[str, Any]) -> Path:
    """The file of a table that was stored with a provenance, verified. Raises Mistake."""
    file = folder / f"{name}.parquet"
    marks = checked.marks_of(provenance, folder / PROVENANCE)
    checked.refuse_damaged(file, marks.get(file.name), tr("run it again", "请重新运行"))
    return file


def load_table(folder: Path, name: str, provenance: Mapping[str, Any]) -> pd.DataFrame:
    """A table that was stored with a provenance. Raises Mistake where it is missing, damaged or lacks a column."""
    return checked.read_table(table_file(folder, name, provenance), *shapes.columns_of(name))
