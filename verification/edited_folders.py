"""Give every command that takes a folder of results edited ones, 2,400 in all: each says one sentence (exit 2), or does its work.

    python verification/edited_folders.py [--sample N] [--seed 1] [--part 1/4] [--all]

Edits: each key of each JSON file dropped, null, of another kind, or odd; columns dropped, of another kind, without rows, or of
another table; files missing, cut, empty, nested, huge, no UTF-8; folders, pipes, devices and links in their places. Edits of
what is in a file come twice: as somebody makes them who knows no checksums, and with the checksums made to fit, which only
the checks of shape can find. Writes verification/results/edited_folders.md.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent)]

import flips  # noqa: E402
import pandas as pd  # noqa: E402
from edits import put_table, write_json  # noqa: E402
from kept import as_table, command, keep, versions  # noqa: E402

from sim.cli import run  # noqa: E402
from sim.cli.exits import EXIT_BAD_INPUT  # noqa: E402
from sim.lab.kept.ledger import LEDGER  # noqa: E402

OUTCOMES = ("one sentence", "did its work", "TRACEBACK", "NO ONE SENTENCE", "HUNG")
LONGEST = 60  # seconds; a command that takes longer waits for something

COMMANDS: dict[str, list[list[str]]] = {
    "sweep": [
        ["report", "sweep"],
        ["export", "sweep", "--out", "exported"],
        ["reproduce", "sweep", "--runs", "1"],
        ["store", "check", "sweep"],
        ["sweep", "design.yaml", "--out", "sweep", "--workers", "serial"],
    ],
    "compare": [
        ["report", "compare"],
        ["export", "compare", "--out", "exported"],
        ["reproduce", "compare", "--jobs", "1"],
        ["validate", "compare"],
    ],
    "run": [["report", "run", "--lang", "zh"], ["export", "run", "--out", "exported"], ["reproduce", "run"]],
}
"""What is given each edited folder, by kind."""


@dataclass(frozen=True)
class Edit:
    """What is done to a folder of a kind of results."""

    kind: str
    name: str
    do: Callable[[], object]


def edits() -> list[Edit]:
    """All, in a fixed order. To be called, and the edits done, in the working folder that `flips.make` filled."""
    return [
        edit for kind in COMMANDS for edit in (*_of_json(kind), *_of_tables(kind), *_of_files(kind), *_of_ledger(kind))
    ]


# --- JSON

ODD: dict[str, Any] = {
    "null": None,
    "text": "odd",
    "a number": 10**30,
    "below zero": -1,
    "a list": [[]],
    "a mapping": {"odd": {}},
    "a long name": "长" * 300,
}


def _of_json(kind: str) -> Iterator[Edit]:
    file = _json(kind)
    facts = json.loads(file.read_text(encoding="utf-8"))
    for k, path in enumerate(_paths(facts, 4)):
        shown = ".".join(map(str, path))
        yield Edit(kind, f"{file.name}: {shown} dropped", lambda path=path: _put(file, path, None, is_dropped=True))
        # Two odd values a key, in turn; all of them would be thousands.
        for name in (list(ODD)[k % len(ODD)], list(ODD)[(k + 3) % len(ODD)]):
            yield Edit(
                kind, f"{file.name}: {shown} is {name}", lambda path=path, name=name: _put(file, path, ODD[name])
            )
        if k % 5 == 0:
            yield Edit(
                kind,
                f"{file.name}: {shown} dropped, unsealed",
                lambda path=path: _put(file, path, None, is_dropped=True, is_sealed=False),
            )


def _paths(value: Any, depth: int) -> Iterator[tuple[Any, ...]]:
    """Ways to the values in JSON; of many towns, parameters or arms the first and the last."""
    if depth == 0 or not isinstance(value, dict | list):
        return
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for key in keys if len(keys) < 30 else [keys[0], keys[-1]]:
        yield (key,)
        for more in _paths(value[key], depth - 1):
            yield (key, *more)


def _put(file: Path, path: tuple[Any, ...], value: Any, *, is_dropped: bool = False, is_sealed: bool = True) -> None:
    facts = json.loads(file.read_text(encoding="utf-8"))
    inner = facts
    for key in path[:-1]:
        inner = inner[key]
    if is_dropped:
        del inner[path[-1]]
    else:
        inner[path[-1]] = copy.deepcopy(value)
    if is_sealed and path[0] != "sha256":
        write_json(file, facts)
    else:
        file.write_text(json.dumps(facts), encoding="utf-8")


def _json(kind: str) -> Path:
    return Path(kind) / "provenance.json"


# --- tables


def _of_tables(kind: str) -> Iterator[Edit]:
    for file in sorted(Path(kind).glob("*.parquet")):
        frame = pd.read_parquet(file)
        for name in list(frame.columns)[:4] + list(frame.columns)[-2:]:
            yield Edit(
                kind,
                f"{file.name}: without {name}",
                lambda f=file, n=name: _write(f, pd.read_parquet(f).drop(columns=[n])),
            )
            yield Edit(
                kind,
                f"{file.name}: {name} of another kind",
                lambda f=file, n=name: _write(f, pd.read_parquet(f).assign(**{n: pd.Timestamp("2020-01-01")})),
            )
        yield Edit(kind, f"{file.name}: without rows", lambda f=file: _write(f, pd.read_parquet(f)[:0]))
        yield Edit(kind, f"{file.name}: half its rows", lambda f=file: _write(f, pd.read_parquet(f)[::2]))
        yield Edit(kind, f"{file.name}: odd names", lambda f=file: _write(f, _renamed(pd.read_parquet(f))))
        other = next(one for one in sorted(Path(kind).glob("*.parquet")) if one != file)
        yield Edit(kind, f"{file.name}: is {other.name}", lambda f=file, o=other: _write(f, pd.read_parquet(o)))
        yield Edit(kind, f"{file.name}: is {other.name}, unsealed", lambda f=file, o=other: shutil.copyfile(o, f))


def _renamed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: "名" * 300 for name in frame if pd.api.types.is_string_dtype(frame[name])})


def _write(file: Path, frame: pd.DataFrame) -> None:
    put_table(file.parent, file.stem, frame)


# --- whole files


def _of_files(kind: str) -> Iterator[Edit]:
    written = {"sweep": "effects", "compare": "levels", "run": "city"}[kind]
    chosen = [_json(kind)]
    chosen += [Path(kind) / name for name in (LEDGER, "points.parquet", "scenarios.parquet", f"{written}.parquet")]
    chosen += [sorted(Path(kind).glob("runs/*.parquet"))[0], sorted(Path(kind).glob("months/*.parquet"))[0]]
    for file in chosen:
        for name, do in _WHOLE.items():
            yield Edit(kind, f"{file.relative_to(kind)}: {name}", lambda f=file, do=do: do(f))


def _replaced(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def do(file: Path) -> None:
        file.unlink()
        make(file)

    return do


def _huge(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(2**40)  # holes: nothing is on the disk


_WHOLE: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
    "cut": lambda file: os.truncate(file, file.stat().st_size // 2),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b" "),
    "no UTF-8": lambda file: file.write_bytes(b'{"kind": "\xff\xfe"}'),
    "nested": lambda file: file.write_text("[" * 200_000, encoding="utf-8"),
    "nested mappings": lambda file: file.write_text('{"a":' * 100_000 + "1" + "}" * 100_000, encoding="utf-8"),
    "many digits": lambda file: file.write_text('{"kind": ' + "1" * 5000 + "}", encoding="utf-8"),
    "another's JSON": lambda file: file.write_text('{"kind": "run"}', encoding="utf-8"),
    "no mapping": lambda file: file.write_text("[1, 2]", encoding="utf-8"),
    "huge": _huge,
    "a folder": _replaced(Path.mkdir),
    "a pipe": _replaced(os.mkfifo),
    "a device": _replaced(lambda file: file.symlink_to("/dev/zero")),
    "nothing's device": _replaced(lambda file: file.symlink_to("/dev/null")),
    "a link to itself": _replaced(lambda file: file.symlink_to(file.name)),
    "a broken link": _replaced(lambda file: file.symlink_to("nowhere")),
    "a link to a long name": _replaced(lambda file: file.symlink_to("n" * 300)),
}


# --- the ledger


def _of_ledger(kind: str) -> Iterator[Edit]:
    for statement in (
        "DELETE FROM runs",
        "DELETE FROM shards WHERE kind = 'months'",
        "UPDATE runs SET seed = 'odd'",
        "UPDATE runs SET model = CAST(x'ff' AS TEXT)",
        "UPDATE shards SET number = 10000000000",
        "UPDATE shards SET bytes = NULL",
        "UPDATE shards SET kind = '../runs'",
        "DELETE FROM checksum",
        "UPDATE checksum SET of_rows = 'odd'",
        "UPDATE files SET sha256 = NULL",
        "DROP TABLE runs",
        "DROP INDEX runs_by_number",
        "ALTER TABLE runs ADD COLUMN more",
        "CREATE TABLE more (id)",
        "PRAGMA user_version = 1",
        "PRAGMA user_version = 77",
        "PRAGMA application_id = 1",
    ):
        yield Edit(kind, f"{LEDGER}: {statement}", lambda statement=statement: _execute(kind, statement))


def _execute(kind: str, statement: str) -> None:
    db = sqlite3.connect(Path(kind) / LEDGER, isolation_level=None)
    db.execute(statement)
    db.close()


# --- what comes of them


def outcome(arguments: list[str]) -> tuple[str, str]:
    """One of OUTCOMES, and what was said."""

    def late(*_: object) -> None:
        raise TimeoutError

    out, err = io.StringIO(), io.StringIO()
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = run(arguments)
    except TimeoutError:
        return "HUNG", traceback.format_exc()
    except Exception:  # whatever a command meets is what the campaign counts
        return "TRACEBACK", traceback.format_exc()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    said = [line for line in err.getvalue().splitlines() if line.startswith("stations: ")]
    if code == EXIT_BAD_INPUT:
        return ("one sentence" if len(said) == 1 else "NO ONE SENTENCE"), err.getvalue()
    return "did its work", err.getvalue()


def campaign(chosen: list[Edit], *, is_all: bool = True) -> tuple[dict[str, Counter[str]], list[str]]:
    """Outcomes by command, and what went wrong. is_all: every command; else the first and one other, in turn."""
    counts: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    for k, edit in enumerate(chosen):
        Path(edit.kind).rename("sound")
        first, *others = COMMANDS[edit.kind]
        for arguments in COMMANDS[edit.kind] if is_all else (first, others[k % len(others)]):
            shutil.copytree("sound", edit.kind)
            edit.do()
            found, said = outcome(arguments)
            counts.setdefault(f"{arguments[0]} ({edit.kind})", Counter())[found] += 1
            if found in OUTCOMES[2:]:
                wrong.append(f"{edit.name}: {' '.join(arguments)}: {found}\n{said}")
            for left in (edit.kind, "exported"):
                shutil.rmtree(left, ignore_errors=True)
        Path("sound").rename(edit.kind)
    return counts, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="so many of the edits, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="1/1", help="I/N: the I-th of N parts, for several processes")
    parser.add_argument(
        "--all", action="store_true", help="every command for each; else 'report' and one other, in turn"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as where, chdir(where):
        flips.make(Path())
        chosen = edits()
        n_edits = len(chosen)
        if given.sample is not None:
            chosen = random.Random(given.seed).sample(chosen, given.sample)
        part, n_parts = map(int, given.part.split("/"))
        chosen = chosen[part - 1 :: n_parts]
        counts, wrong = campaign(chosen, is_all=given.all)
    keep(
        "edited_folders",
        "Edited folders",
        f"`{command()}`; {versions('pandas', 'pyarrow')}.",
        f"{len(chosen):,} edited folders, of {n_edits:,} edits; what the commands then did:",
        as_table("command", counts, OUTCOMES),
    )
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
