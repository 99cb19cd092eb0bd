"""Flip single bits of stored results and read them through every door: no other content may come out, and no traceback.

    python verification/flips.py [--flips 1200] [--seed 1]

A sweep, a comparison and a run of a small city are made once. Each flip is of one bit, at a place drawn evenly from all the
files that are read back, in a copy; every door then gives a sentence, or what it gave before. CSV, reports and figures are
read back by nothing and are not flipped. Writes verification/results/flips.md.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "verification"), str(ROOT / "tests")]

from kept import as_table, command, keep, versions  # noqa: E402
from made_results import make  # noqa: E402
from sweeps import run  # noqa: E402

from sim import Results, open_results  # noqa: E402
from sim.lab.kept.export import export  # noqa: E402
from sim.lab.kept.store import Store  # noqa: E402
from sim.mistakes import Mistake  # noqa: E402

OUTCOMES = ("refused in a sentence", "same content", "OTHER CONTENT", "traceback")


# --- what is read


def doors(folder: Path) -> dict[str, Callable[[], str]]:
    """What reads a folder of this kind, each as a digest of all that it gives."""
    found = {"export": lambda: _exported(folder), "store": lambda: _digest(_of_store(folder))}
    if folder.name != "sweep":
        return found | {"open_results": lambda: _digest(_of_results(open_results(folder)))}
    return found | {
        "open_results of a sweep": lambda: _digest(_of_sweep(open_results(folder))),
        "sweep again": lambda: _swept(folder),
    }


def _of_results(results: Results) -> Iterator[object]:
    yield results.provenance
    for name, table in results.tables.items():
        yield name, _frame(table)


def _of_sweep(results: Results) -> Iterator[object]:
    yield results.provenance
    yield from _numbers(results)


def _numbers(results: Results) -> Iterator[object]:
    for name, table in results.tables.items():
        yield name, _frame(table)
    for read in (results.runs, results.months, results.towns):
        yield _frame(read())


def _of_store(folder: Path) -> Iterator[object]:
    with Store.open(folder, write=False) as opened:
        if damages := opened.check():
            raise Mistake(damages[0].what)
        yield sorted(opened.done())
        yield opened.failures().to_csv()
        yield opened.counts()


def _exported(folder: Path) -> str:
    with tempfile.TemporaryDirectory() as out:
        files = export(folder, "csv", Path(out) / "out")
        return _digest((file.name, file.read_bytes()) for file in files)


def _swept(folder: Path) -> str:
    """The same sweep again runs what is damaged, and then all is as it was."""
    with tempfile.TemporaryDirectory() as where:
        copy = Path(where) / "sweep"
        shutil.copytree(folder, copy)
        run("design.yaml", copy)
        return _digest(_numbers(open_results(copy)))


def _frame(table: Any) -> str:
    return f"{list(table.columns)} {table.to_csv(index=False)}"


def _digest(told: Iterator[object]) -> str:
    hashed = hashlib.sha256()
    for one in told:
        hashed.update(repr(one).encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


# --- flips


def read_back(folder: Path) -> list[Path]:
    """The files that something reads."""
    return sorted(
        file for file in folder.rglob("*") if file.is_file() and file.suffix in {".parquet", ".json", ".sqlite"}
    )


def flips(folders: list[Path], n: int, seed: int) -> Iterator[tuple[Path, int, int]]:
    """Files, bytes and bits: one file in turn, since some are a hundred times as large as others; the place at random."""
    rng = random.Random(seed)
    files = [file for folder in folders for file in read_back(folder)]
    rng.shuffle(files)
    for k in range(n):
        file = files[k % len(files)]
        yield file, rng.randrange(file.stat().st_size), rng.randrange(8)


def outcome(door: Callable[[], str], before: str) -> tuple[str, str]:
    """One of OUTCOMES, and what was said."""
    try:
        return ("same content" if door() == before else "OTHER CONTENT"), ""
    except Mistake as mistake:
        return "refused in a sentence", str(mistake)
    except Exception:  # whatever a reader meets is what the campaign counts
        return "traceback", traceback.format_exc()


def campaign(folders: list[Path], n: int, seed: int) -> tuple[dict[str, Counter[str]], list[str]]:
    """Outcomes by door, and what went wrong, a line each."""
    known = {folder: {name: door() for name, door in doors(folder).items()} for folder in folders}
    counts: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    for file, place, bit in flips(folders, n, seed):
        folder = next(one for one in folders if one in file.parents)
        aside = Path("sound")
        shutil.copytree(folder, aside)
        content = bytearray(file.read_bytes())
        content[place] ^= 1 << bit
        file.write_bytes(content)
        for name, door in doors(folder).items():
            found, said = outcome(door, known[folder][name])
            counts.setdefault(name, Counter())[found] += 1
            if found in OUTCOMES[2:]:
                wrong.append(f"{file}, byte {place}, bit {bit}, {name}: {found} {said}")
        shutil.rmtree(folder)
        aside.rename(folder)
    return counts, wrong


def main() -> int:
    from contextlib import chdir

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flips", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as where, chdir(where):
        counts, wrong = campaign(make(Path()), given.flips, given.seed)
    keep(
        "flips",
        "Single bit flips",
        f"`{command()}`; {versions('numpy', 'pandas', 'pyarrow')}.",
        f"{given.flips:,} flips over the files of a sweep, a comparison and a run that are read back; what each door then gave:",
        as_table("door", counts, OUTCOMES),
    )
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
