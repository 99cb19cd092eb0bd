"""Results on disk: whole or not at all, never mixed with older ones, with where they come from."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import uuid
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.compile import COMPILED, model_digest
from sim.lab import checked, shapes
from sim.lab.checked import FILES, mark_of, sealed
from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd

PROVENANCE = "provenance.json"
_PACKAGES = ("social-work-stations", "numpy", "numba", "pandas", "pyarrow", "scipy")


def free_folder(parent: Path, name: str) -> Path:
    """`parent/name`, or `name-2`, `name-3`, ... where that exists."""
    folder = parent / name
    k = 2
    while folder.exists():
        folder = parent / f"{name}-{k}"
        k += 1
    return folder


def check_folder(folder: Path, *, force: bool) -> None:
    """Raise Mistake if results cannot go there, before any work is done."""
    if folder.exists() and not folder.is_dir():
        raise Mistake(
            tr(
                f"{folder}: a file stands where the results should go; give another --out",
                f"{folder}：该路径已有文件；请换一个 --out",
            )
        )
    if folder.exists() and any(folder.iterdir()) and not force:
        raise Mistake(
            tr(
                f"{folder}: the folder exists already; give another --out, or --force to replace it",
                f"{folder}：文件夹已存在；请换一个 --out，或用 --force 覆盖",
            )
        )
    if folder.exists() and force and any(folder.iterdir()) and not (folder / PROVENANCE).is_file():
        raise Mistake(
            tr(
                f"{folder}: holds no {PROVENANCE}, so it is no results folder and --force will not replace it",
                f"{folder}：其中没有 {PROVENANCE}，不是结果文件夹，--force 不会覆盖它",
            )
        )
    # Try where it would be made, without making it: a dry run leaves nothing behind.
    ground = next(parent for parent in folder.absolute().parents if parent.exists())
    probe = ground / f".probe-{uuid.uuid4().hex[:8]}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise _cannot_write(folder, error) from None


def _cannot_write(folder: Path, error: OSError) -> Mistake:
    return Mistake(tr(f"{folder}: cannot be written ({error.strerror})", f"{folder}：无法写入（{error.strerror}）"))


def save(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    provenance: Mapping[str, Any],
    *,
    csv: Collection[str] = (),
    force: bool = False,
) -> None:
    """Write tables as Parquet and the provenance, aside first; then the folder appears as a whole.

    csv: names of the tables that are written as CSV, too.
    """
    check_folder(folder, force=force)
    aside = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}"
    try:
        aside.mkdir(parents=True)
        for name, frame in tables.items():
            frame.to_parquet(aside / f"{name}.parquet", index=False)
            if name in csv:
                # A byte order mark, so that spreadsheets read Chinese right.
                frame.to_csv(aside / f"{name}.csv", index=False, encoding="utf-8-sig")
        marks = {f"{name}.parquet": asdict(mark_of(aside / f"{name}.parquet")) for name in tables}
        told = sealed({**provenance, FILES: marks})
        text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
        (aside / PROVENANCE).write_text(text + "\n", encoding="utf-8")
        for file in aside.iterdir():
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())
        if folder.exists():
            old = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.old"
            folder.rename(old)
            aside.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            aside.rename(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_whole(file: Path, content: bytes) -> None:
    """Write one file whole or not at all, its folder with it if need be. Raises Mistake."""
    aside = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(aside, file)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise _cannot_write(file, error) from None


def provenance(kind: str, **facts: Any) -> dict[str, Any]:
    """Where results come from: everything that `stations reproduce` needs, and what a reader would ask."""
    versions = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "kind": kind,
        "command": " ".join(["stations", *sys.argv[1:]]),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "model_digest": model_digest(),
        "compiled": COMPILED,
        "versions": versions,
        "machine": f"{platform.system()} {platform.machine()}",
        **facts,
    }


def load_provenance(
    folder: Path, name: str = PROVENANCE, kinds: Collection[str] = ("run", "compare"), shape: Any = None
) -> dict[str, Any]:
    """The provenance of stored results of some kinds, in a file. Raises Mistake where there is none that is as it was written.

    shape: what of it will be read (`checked.refuse_shape`); None: all that its kind has (`shapes`).
    """
    file = folder / name
    writers = [f"'stations {kind}'" for kind in kinds]
    if not checked.is_there(file):
        raise Mistake(
            tr(
                f"{folder}: no {name} here; give a folder that {' or '.join(writers)} wrote",
                f"{folder}：没有 {name}；请给出 {' 或 '.join(writers)} 写出的文件夹",
            )
        )
    if name == PROVENANCE:
        mend = tr("run it again", "请重新运行")
    else:
        mend = tr("the same 'stations sweep' writes it anew", "重新执行同一 'stations sweep' 会重新写出")
    found = checked.read_json(file, mend)
    if found.get("kind") not in kinds:
        raise Mistake(tr(f"{file}: is no provenance of ours", f"{file}：不是本项目的来源记录"))
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
