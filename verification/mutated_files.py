"""10,000 mutated YAML files through `stations validate`: each is accepted, or refused in one sentence that names the file.

    python verification/mutated_files.py [--files 10000] [--seed 1] [--jobs 2]

The shipped cities, policies and designs are mutated as people and machines do it: keys dropped, doubled, renamed; values of
other types; odd Unicode, huge numbers, anchors, tabs; cut off, nested deep, in other encodings. Each file is checked in this
process under a limit of time and memory. What counts is in `verification/results/mutated_files.md`, which this writes.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "verification")]

from kept import command, keep, versions  # noqa: E402

MOST_SECONDS = 30.0
"""A check that works longer hangs; of this process alone, so that a busy machine means nothing."""
MOST_BYTES = 400_000_000
TOGETHER = 200
HANDLED = ("ok", "sentence")
LONGEST_SENTENCE = 1500

TEXTS = (
    "", " ", "null", "~", "true", "no", "nan", ".inf", "-", "-1", "1e400", "9" * 60, "1" + "0" * 400, "0x1F", "1_000", "3.000,5", "3，500",
    "NaN", "=1+1", "@x", "2024-02-30", "2024-13", "2025-01-01", "9999-12-31", "a" * 5000, "[", "]", "{", "}", "[]", "{}", "[[[]]]", '"',
    "'", "&a 1", "*a", "!!python/object:os.system x", "<<", "? x", "| x", ">", "%YAML 1.1", "---", "...", "# x", "a: b: c", "\\u202e",
    '"\\e[2J"', '"\\0"', '"\\ud800"', "镇", "，", "：", "“x”", "\u202ex", "\u200b", "\ufeff", "\x85", "\u2028", "\x00", "\x1b[2J", "\ud7ff",
    "😀", "e\u0301", "../../etc/passwd", "/dev/zero", "con.yaml", "t-city", "linkage", "policies/linkage", "my.py:f", "levers.pay", "[1, 2]",
    "{value: 1}", "[town_1, town_1]", "declared", "all", "none", "1.5", "-0.0", "1e-320", "0",
)  # fmt: skip
"""What stands in place of a value or a key."""
ENCODINGS = ("utf-16", "utf-32", "gb18030", "latin-1", "utf-8-sig", "utf-7")

Mutation = Callable[[random.Random, list[str]], bytes]


def _lines(lines: list[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _some(chance: random.Random, lines: list[str]) -> int:
    """A line that says something."""
    said = [i for i, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")]
    return chance.choice(said)


def drop_line(chance: random.Random, lines: list[str]) -> bytes:
    del lines[_some(chance, lines)]
    return _lines(lines)


def double_line(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    lines.insert(chance.choice((at, chance.randrange(len(lines)))), lines[at])
    return _lines(lines)


def move_line(chance: random.Random, lines: list[str]) -> bytes:
    line = lines.pop(_some(chance, lines))
    lines.insert(chance.randrange(len(lines) + 1), line)
    return _lines(lines)


def rename_key(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    keys = list(re.finditer(r"(?<![\w.-])[\w.-]++(?=:)", lines[at]))
    if keys:
        key = chance.choice(keys)
        slipped = key[0][: chance.randrange(len(key[0]) + 1)] + chance.choice(("", "x", *TEXTS))
        lines[at] = lines[at][: key.start()] + slipped + lines[at][key.end() :]
    return _lines(lines)


def other_value(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    values = list(re.finditer(r"(?<=[:,\[{-] )[^,\]}{\[#]+|(?<=\[)[^,\]}{\[#]+", lines[at]))
    if values:
        value = chance.choice(values)
        lines[at] = lines[at][: value.start()] + chance.choice(TEXTS) + lines[at][value.end() :]
    return _lines(lines)


def other_number(chance: random.Random, lines: list[str]) -> bytes:
    at = chance.choice([i for i, line in enumerate(lines) if re.search(r"\d", line)])
    number = chance.choice(list(re.finditer(r"-?\d[\d.]*", lines[at])))
    other = chance.choice(
        (
            "0",
            "-1",
            "1e9",
            "1e308",
            "1e400",
            "0.5",
            "1.5",
            "7",
            "100000",
            "3000000",
            "9" * 40,
            "true",
            "''",
            "[1]",
            "null",
        )
    )
    lines[at] = lines[at][: number.start()] + other + lines[at][number.end() :]
    return _lines(lines)


def other_indent(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    lines[at] = chance.choice(("", " ", "   ", "\t", "\u3000", "      ", "- ")) + lines[at].lstrip()
    return _lines(lines)


def insert_text(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    place = chance.randrange(len(lines[at]) + 1)
    lines[at] = lines[at][:place] + chance.choice(TEXTS) + lines[at][place:]
    return _lines(lines)


def full_width(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    plain, wide = chance.choice((":：", ",，", "{｛", "}｝", "[【", "]】", '"“', "'‘", " \u3000"))
    lines[at] = lines[at].replace(plain, wide, chance.choice((1, -1)))
    return _lines(lines)


def cut_off(chance: random.Random, lines: list[str]) -> bytes:
    content = _lines(lines)
    return content[: chance.randrange(len(content))]


def flip_bytes(chance: random.Random, lines: list[str]) -> bytes:
    content = bytearray(_lines(lines))
    for _ in range(chance.choice((1, 1, 2, 20))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def nest(chance: random.Random, lines: list[str]) -> bytes:
    at, depth = _some(chance, lines), chance.choice((2, 31, 1000, 50_000))
    left, right = chance.choice((("[", "]"), ("{a: ", "}"), ("- ", ""), ("[", "")))
    lines[at] = lines[at].partition(":")[0] + ": " + left * depth + "1" + right * depth
    return _lines(lines)


def anchors(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    key, _, value = lines[at].partition(":")
    lines[at] = chance.choice(
        (f"{key}: &a{value}", f"{key}: *a", f"{key}: !!str{value}", f"<<: {{{key.strip()}: 1}}", f"{key}: &a [*a, *a]")
    )
    return _lines(lines)


def other_encoding(chance: random.Random, lines: list[str]) -> bytes:
    return "\n".join(lines).encode(chance.choice(ENCODINGS), "replace")


def other_line_ends(chance: random.Random, lines: list[str]) -> bytes:
    return chance.choice(("\r\n", "\r", "\u2028", "\x0b", "\n\n")).join(lines).encode()


def swell(chance: random.Random, lines: list[str]) -> bytes:
    at = _some(chance, lines)
    key = lines[at].partition(":")[0]
    more = chance.choice(
        (
            [lines[at]] * 3000,
            [f"{key}{i}: {i}" for i in range(3000)],
            [f"{key}: [{', '.join(map(str, range(2000)))}]"],
            [f"{key}: {'x' * 300_000}"],
            [f"{key}: {'9' * 5000}"],
        )
    )
    return _lines([*lines[:at], *more, *lines[at + 1 :]])


def other_file(chance: random.Random, lines: list[str]) -> bytes:
    return chance.choice(
        (
            b"",
            b"\n",
            b"\x00" * 100,
            b"# x",
            b"[]",
            b"x",
            b"kind: city",
            b"kind: design",
            b"{",
            b"\xff\xfe",
            b"kind: [city]",
        )
    )


MUTATIONS: tuple[Mutation, ...] = (
    drop_line, double_line, move_line, rename_key, rename_key, other_value, other_value, other_value, other_number, other_number, other_indent,
    insert_text, full_width, cut_off, flip_bytes, nest, anchors, other_encoding, other_line_ends, swell, other_file,
)  # fmt: skip
"""How files are mutated; the likeliest slips stand twice and more."""


@dataclass(frozen=True)
class Sort:
    """What is checked: the name of a file of this sort, and the shipped ones that are mutated."""

    name: str
    folder: str
    sources: tuple[Path, ...]


def sorts() -> tuple[Sort, ...]:
    scenarios, experiments = ROOT / "scenarios", ROOT / "experiments"
    return (
        Sort("city", ".", tuple(sorted([*scenarios.glob("*.yaml"), *(scenarios / "models").glob("*.yaml")]))),
        Sort("policy", "policies", tuple(sorted((scenarios / "policies").glob("*.yaml")))),
        Sort("design", "design", tuple(sorted(experiments.glob("*/design.yaml")))),
    )


def mutated(chance: random.Random) -> tuple[str, bytes, str]:
    """The sort of a file, its content, and how it was mutated: once, or a few times over."""
    # Designs take the longest; one in eight.
    city, policy, design = sorts()
    sort = chance.choice((city, city, city, city, policy, policy, policy, design))
    content = chance.choice(sort.sources).read_bytes()
    names = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        mutation = chance.choice(MUTATIONS)
        lines = content.decode("utf-8", "replace").split("\n")
        if len(content) > 300_000 or not any(line.strip() and not line.strip().startswith("#") for line in lines):
            break
        with contextlib.suppress(IndexError):  # nothing of what it mutates is left
            content = mutation(chance, lines)
            names.append(mutation.__name__)
    return sort.name, content, "+".join(names)


@dataclass(frozen=True)
class Found:
    """What came of a file: "ok", "sentence", or what must not be: "TRACEBACK", "HUNG", "MEMORY", "BAD SENTENCE"."""

    outcome: str
    said: str


class _Hung(BaseException):
    """Raised by the alarm; no `except Exception` may hold it up."""


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    if not hasattr(signal, "SIGPROF"):  # Windows: a hung check is seen by whoever waits
        yield
        return

    def ring(*_: object) -> None:
        raise _Hung

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def check(file: Path, language: str, *, measure: bool = False) -> Found:
    """Validate a file as the command does. measure: memory, too, which takes several times as long."""
    from sim.cli import run

    out, err = io.StringIO(), io.StringIO()
    if measure:
        tracemalloc.start()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _alarm():
            code = run(["validate", str(file), "--lang", language])
    except _Hung:
        return Found("HUNG", f"longer than {MOST_SECONDS:g} s")
    except BaseException:
        return Found("TRACEBACK", traceback.format_exc())
    finally:
        peak = tracemalloc.get_traced_memory()[1] if measure else 0
        if measure:
            tracemalloc.stop()
    if peak > MOST_BYTES:
        return Found("MEMORY", f"{peak / 1e6:,.0f} MB")
    said = err.getvalue()
    if code == 0 and not said:
        return Found("ok", out.getvalue())
    wrong = [
        what
        for what, is_wrong in (
            (f"exit code {code}", code != 2),
            ("not one line", said.count("\n") != 1 or len(said.splitlines()) != 1),
            ("does not name the file", file.name not in said),
            (
                "says nothing in Chinese",
                language == "zh" and not re.search("[\u4e00-\u9fff]", said.replace(str(file), "")),
            ),
            ("too long", len(said) > LONGEST_SENTENCE),
            ("a control character", not said.rstrip("\n").isprintable()),
        )
        if is_wrong
    ]
    return Found("BAD SENTENCE", f"{', '.join(wrong)}: {said}") if wrong else Found("sentence", said)


@dataclass(frozen=True)
class Checked:
    """A mutated file of a campaign, and what came of it; `seconds` of work."""

    number: int
    sort: str
    mutation: str
    found: Found
    content: bytes
    seconds: float


def campaign(folder: Path, numbers: range, seed: int, *, every: int = 50) -> Iterator[Checked]:
    """The files of these numbers. Each one's chance is its own, so that one can be looked at alone; memory is measured for
    one in `every`, and for those that swell or nest."""
    for name in ("models", "policies"):
        shutil.copytree(ROOT / "scenarios" / name, folder / name, dirs_exist_ok=True)
    for source in (ROOT / "scenarios").glob("*.yaml"):
        shutil.copy(source, folder)
    for number in numbers:
        sort, content, mutation = mutated(random.Random(f"{seed}-{number}"))
        file = folder / f"mutated-{sort}.yaml"
        file.write_bytes(content)
        measure = number % every == 0 or "swell" in mutation or "nest" in mutation
        began = time.process_time()
        found = check(file, "zh" if number % 2 else "en", measure=measure)
        yield Checked(number, sort, mutation, found, content, time.process_time() - began)


def _part(given: tuple[range, int]) -> list[Checked]:
    with tempfile.TemporaryDirectory() as folder:
        return list(campaign(Path(folder), *given))


def main() -> int:
    """Run the campaign; exit code 1 where something came that must not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--keep", type=Path, help="a folder for the files that were not handled")
    given = parser.parse_args()
    parts = [
        (range(first, min(first + TOGETHER, given.files)), given.seed) for first in range(0, given.files, TOGETHER)
    ]
    counts: Counter[tuple[str, str]] = Counter()
    slowest, seconds = 0.0, 0.0
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        for done, part in enumerate(pool.imap(_part, parts), start=1):
            for one in part:
                counts[one.sort, one.found.outcome] += 1
                slowest, seconds = max(slowest, one.seconds), seconds + one.seconds
                if one.found.outcome not in HANDLED:
                    print(
                        f"--- {one.number} {one.sort} {one.mutation}: {one.found.outcome}\n{one.found.said[-1500:]}",
                        flush=True,
                    )
                    if given.keep is not None:
                        given.keep.mkdir(parents=True, exist_ok=True)
                        (given.keep / f"{one.number}-{one.sort}.yaml").write_bytes(one.content)
            print(f"{done} of {len(parts)} parts", file=sys.stderr, flush=True)
    outcomes = (*HANDLED, "BAD SENTENCE", "TRACEBACK", "HUNG", "MEMORY")
    rows = [
        f"| {sort.name} | " + " | ".join(f"{counts[sort.name, one]:,}" for one in outcomes) + " |" for sort in sorts()
    ]
    head = f"valid | refused in one sentence | other sentences | tracebacks | longer than {MOST_SECONDS:g} s"
    keep(
        "mutated_files",
        "Mutated files",
        f"`{command()}`; {versions()}; {given.files:,} files, half of them in English, half in Chinese.",
        "\n".join([f"| files | {head} | more than {MOST_BYTES // 1_000_000} MB |", f"|---|{'---:|' * 6}", *rows]),
        f"{seconds:.0f} s of work; the slowest file took {slowest:.1f} s. Memory was measured for one file in 50 and for all that "
        "swell or nest.",
    )
    return int(any(n for (_, outcome), n in counts.items() if outcome not in HANDLED))


if __name__ == "__main__":
    sys.exit(main())
