"""Whether two versions of the program come to the same numbers, to the last bit.

    python benchmarks/same_numbers.py make FOLDER      in each version: `make run`, three runs, every shipped experiment, as tables
    python benchmarks/same_numbers.py compare OLD NEW  the tables of two such folders; exit code 1 where a number differs

What names a version (the model's digest, and the names of runs made from it) is left out of the comparison, and so is the order
of rows, which nothing promises. Made again, the first goes on where it was stopped.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

OF_A_VERSION = {"model", "run"}
SEEDS = (1, 2, 3)


def make(folder: Path) -> None:
    """Run everything and export it, each job in a folder of its own."""
    experiments = sorted(file.parent.name for file in Path("experiments").glob("*/design.yaml"))
    jobs = {"compare": ["compare"]}
    jobs |= {f"run-{seed}": ["run", "t-city", "--policy", "all-three", "--seed", str(seed)] for seed in SEEDS}
    jobs |= {f"sweep-{name}": ["sweep", name] for name in experiments}
    for name, words in jobs.items():
        stored, exported = folder / "stored" / name, folder / "tables" / name
        if exported.exists():
            continue
        _stations(*words, "--out", str(stored))
        _stations("export", str(stored), "--format", "parquet", "--out", str(exported))


def _stations(*words: str) -> None:
    subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", *words], check=True, stdout=subprocess.DEVNULL
    )


def compare(old: Path, new: Path) -> int:
    """Print a line per job; 0 where every number of the old tables is in the new ones, bit for bit."""
    differences: list[str] = []
    for job in sorted(old.glob("tables/*")):
        n_values = 0
        for file in sorted(job.glob("*.parquet")):
            other = new / "tables" / job.name / file.name
            if not other.exists():
                differences.append(f"{job.name}/{file.name}: is missing")
                continue
            was, now = pd.read_parquet(file), pd.read_parquet(other)
            differences += [f"{job.name}/{file.name}: {said}" for said in _differences(was, now)]
            n_values += was.size
        if not n_values:
            differences.append(f"{job.name}: has no tables")
        print(f"{job.name}: {n_values:,} values in {len(list(job.glob('*.parquet')))} tables")
    print("\n".join(differences) or "every number is the same")
    return 1 if differences else 0


def _differences(was: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    columns = [name for name in was.columns if name not in OF_A_VERSION]
    if missing := [name for name in columns if name not in now.columns]:
        return [f"lacks {', '.join(missing)}"]
    if len(was) != len(now):
        return [f"{len(was)} rows, then {len(now)}"]
    keys = [name for name in columns if not pd.api.types.is_float_dtype(was[name])] or columns
    was, now = (frame[columns].sort_values([*keys, *columns], ignore_index=True) for frame in (was, now))
    found = []
    for name in columns:
        differs = ~((was[name] == now[name]) | (was[name].isna() & now[name].isna()))
        if differs.any():
            row = int(differs.to_numpy().argmax())
            found.append(
                f"{name}: {int(differs.sum())} values differ, the first was {was[name][row]!r}, is {now[name][row]!r}"
            )
    return found


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder]:
            make(Path(folder))
        case ["compare", old, new]:
            sys.exit(compare(Path(old), Path(new)))
        case _:
            sys.exit(__doc__)
