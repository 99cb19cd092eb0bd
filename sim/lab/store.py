"""Results on disk: whole or not at all, never mixed with older ones, with where they come from."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.compile import COMPILED, model_digest
from sim.lab import writing
from sim.lab.versions import versions
from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd

PROVENANCE = "provenance.json"


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
                    # A byte order mark, so that spreadsheets read Chinese right.
                    frame.to_csv(made / f"{name}.csv", index=False, encoding="utf-8-sig")
            text = json.dumps(provenance, ensure_ascii=False, indent=1, allow_nan=False)
            (made / PROVENANCE).write_text(text + "\n", encoding="utf-8")
            for file in made.iterdir():
                with file.open("rb+") as opened:
                    os.fsync(opened.fileno())
            writing.write_folder(made, place)
    except OSError as error:
        raise writing.cannot_write(folder, error) from None


def provenance(kind: str, **facts: Any) -> dict[str, Any]:
    """Where results come from: everything that `stations reproduce` needs, and what a reader would ask."""
    return {
        "kind": kind,
        "command": " ".join(["stations", *sys.argv[1:]]),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "model_digest": model_digest(),
        "compiled": COMPILED,
        "versions": dict(versions()),
        **facts,
    }


def load_provenance(
    folder: Path, name: str = PROVENANCE, kinds: Collection[str] = ("run", "compare")
) -> dict[str, Any]:
    """The provenance of stored results of some kinds, in a file. Raises Mistake where there is none that can be read."""
    writing.settle(folder)
    file = folder / name
    writers = [f"'stations {kind}'" for kind in kinds]
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Mistake(
            tr(
                f"{folder}: no {name} here; give a folder that {' or '.join(writers)} wrote",
                f"{folder}：没有 {name}；请给出 {' 或 '.join(writers)} 写出的文件夹",
            )
        ) from None
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
