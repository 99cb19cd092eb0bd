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
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.compile import COMPILED, model_digest
from sim.lab.commands import command_line
from sim.lab.spreadsheets import BYTE_ORDER_MARK, write_csv
from sim.language import tr
from sim.mistakes import Mistake, other_kind

if TYPE_CHECKING:
    import pandas as pd

PROVENANCE = "provenance.json"
SAID_BY = {"run": PROVENANCE, "compare": PROVENANCE, "sweep": "sweep.json"}
"""The file of a folder of results that says where they come from, by the command that wrote it."""
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
                with (aside / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
                    opened.write(BYTE_ORDER_MARK)
                    write_csv(frame, opened)
        text = json.dumps(provenance, ensure_ascii=False, indent=1, allow_nan=False)
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
        "command": command_line(["stations", *sys.argv[1:]]),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "model_digest": model_digest(),
        "compiled": COMPILED,
        "versions": versions,
        "machine": f"{platform.system()} {platform.machine()}",
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
    there = next((kind for kind, file in SAID_BY.items() if kind not in kinds and (folder / file).is_file()), None)
    if not folder.exists():
        said = ("there is no such folder", "没有这个文件夹")
    elif not folder.is_dir():
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
        tr(f"{folder}: {said[0]}; give a folder that {en} wrote", f"{folder}：{said[1]}；请给出 {zh} 写出的文件夹")
    )


def load_provenance(
    folder: Path, name: str = PROVENANCE, kinds: Collection[str] = ("run", "compare")
) -> dict[str, Any]:
    """The provenance of stored results of some kinds, in a file. Raises Mistake where there is none that can be read."""
    file = folder / name
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise nothing_here(folder, kinds) from None
    except (OSError, ValueError):
        raise Mistake(tr(f"{file}: cannot be read as JSON", f"{file}：无法按 JSON 读取")) from None
    if not isinstance(found, dict) or found.get("kind") not in kinds:
        raise Mistake(tr(f"{file}: is no provenance of ours", f"{file}：不是本项目的来源记录"))
    return found


def load_table(folder: Path, name: str) -> pd.DataFrame:
    """A stored table. Raises Mistake where it is missing or damaged."""
    import pandas as pd

    file = folder / f"{name}.parquet"
    try:
        return pd.read_parquet(file)
    except FileNotFoundError:
        raise Mistake(tr(f"{file}: is missing", f"{file}：文件缺失")) from None
    except Exception as error:  # pyarrow raises a class of its own for each kind of damage
        raise Mistake(
            tr(f"{file}: cannot be read ({type(error).__name__})", f"{file}：无法读取（{type(error).__name__}）")
        ) from None
