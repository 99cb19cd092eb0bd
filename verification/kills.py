"""Commands that are killed, or asked to end, at random moments: a sweep, a comparison that replaces another, an export, a report.

    python verification/kills.py [kills] [seed]

After each: what lies there is whole (old or new) or goes on, the next command ends right with the tables of an uninterrupted
one, and nothing hidden is left. Writes verification/results/kills.md.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent, HERE.parent / "tests"):
    sys.path.insert(0, str(folder))

from cities import SMALL  # noqa: E402
from kept import command, keep, versions  # noqa: E402
from sweeps import done, n_runs, tables, write_design  # noqa: E402
from template import Template, template  # noqa: E402

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
FROM_THE_START = 0.15
"""The share of commands that are killed as whole programs, imports and all; the others are forked with all imported."""

SWEEP = ("sweep", "design.yaml", "--out", "swept", "--workers", "serial")
COMPARE = ("compare", "small.yaml", "--policies", "linkage", "--out", "compared", "--force", "--seeds")
EXPORT = ("export", "compared", "--format", "csv")
REPORT = ("report", "compared", "--lang")
OLD, NEW = "2", "3"  # seeds, which tell one comparison from the other


@dataclass
class Campaign:
    """In the working folder, which is empty at first."""

    forks: Template
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    n_killed: int = 0

    def __post_init__(self) -> None:
        Path("small.yaml").write_text(SMALL, encoding="utf-8")
        write_design(seeds=6)
        self.ends("sweep", *SWEEP)
        self.swept = tables("swept")
        Path("swept").rename("uninterrupted")
        self.compared = {seeds: self._compared(seeds) for seeds in (NEW, OLD)}
        self.ends("report", *REPORT, "en")
        self.ends("export", *EXPORT)
        self.exported = content(Path("compared/export"))

    def _compared(self, seeds: str) -> dict[str, bytes]:
        self.ends("compare", *COMPARE, seeds)
        return results(Path("compared"))

    def ends(self, what: str, *command: str) -> None:
        """An uninterrupted command."""
        began = time.monotonic()
        code = self.forks.end(self.forks.start(*command, err=Path("err")))
        assert code == 0, Path("err").read_text(encoding="utf-8")
        self.seconds[what] = min(time.monotonic() - began, self.seconds.get(what, 1e9))

    def killed(self, what: str, *command: str) -> None:
        """A command that is killed at some moment of the time that it usually takes."""
        number = self.rng.choice(SIGNALS)
        is_whole = self.rng.random() < FROM_THE_START
        if is_whole:
            with Path("err").open("w") as err:
                words = [sys.executable, "-c", "from sim.cli import main; main()", *command]
                path = os.environ | {"PYTHONPATH": str(HERE.parent)}
                process = subprocess.Popen(words, stdout=err, stderr=err, env=path)
            # What comes before our first line is Python's.
            time.sleep(self.rng.uniform(0.5, 3 + self.seconds[what]))
            process.send_signal(number)
            code = process.wait(120)
        else:
            child = self.forks.start(*command, err=Path("err"))
            time.sleep(self.rng.uniform(0, 0.9 * self.seconds[what]))
            os.kill(child, number)
            code = self.forks.end(child)
        said = Path("err").read_text(encoding="utf-8")
        asked = code == 130 and number != signal.SIGKILL
        assert asked or code == 0 or (code == -signal.SIGKILL == -number), f"{what}: {code}: {said}"
        assert "Traceback" not in said, said
        assert "ignored" not in said, said
        if asked:
            told = [line for line in said.splitlines() if line.startswith(("stopped", "已中止"))]
            assert len(told) == 1, said
        self.n_killed += code != 0
        how = "had ended" if code == 0 else f"{number.name}{', from its start' if is_whole else ''}"
        self.counts[f"{what}: {how}"] += 1

    # --- what is killed, and what must hold then

    def sweep(self) -> None:
        had = done("swept")
        self.killed("sweep", *SWEEP)
        assert had <= done("swept"), "what was acknowledged is lost"
        if len(done("swept")) == n_runs("design.yaml"):
            self.ends("sweep again", *SWEEP)
            assert tables("swept") == self.swept
            assert nothing_hidden(Path("swept"))
            aside = Path(tempfile.mkdtemp(dir="."))
            Path("swept").rename(aside / "swept")

    def compare(self) -> None:
        self.killed("compare", *COMPARE, NEW)
        from sim.lab.kept.opening import open_results

        seeds = str(open_results(Path("compared")).n_seeds)
        assert results(Path("compared")) == self.compared[seeds], "neither the old nor the new"
        self.counts[f"compare: then {'old' if seeds == OLD else 'new'}"] += 1
        self.ends("compare again", *COMPARE, OLD)
        assert results(Path("compared")) == self.compared[OLD]

    def export(self) -> None:
        target = Path("compared/export")
        before = content(target) if target.exists() else None
        self.killed("export", *EXPORT)
        from sim.lab.kept.writing import settle

        settle(target)
        assert (content(target) if target.exists() else None) in (before, self.exported), "an export by halves"
        self.ends("export again", *EXPORT)
        assert content(target) == self.exported

    def report(self) -> None:
        page = Path("compared/report.html")
        self.ends("report before", *REPORT, "en")
        old = page.read_bytes()
        self.killed("report", *REPORT, "zh")
        then = page.read_bytes()
        self.ends("report again", *REPORT, "zh")
        assert then in (old, page.read_bytes()), "a report by halves"

    def run(self, n: int) -> None:
        kinds: list[Callable[[], None]] = [self.sweep, self.compare, self.export, self.report]
        number = 0
        while self.n_killed < n:
            kinds[number % len(kinds)]()
            number += 1
            assert nothing_hidden(Path("compared"))
            assert nothing_hidden(Path())


def nothing_hidden(folder: Path) -> bool:
    return not [name for name in os.listdir(folder) if name.startswith((".stations-", ".probe"))]


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


def results(folder: Path) -> dict[str, bytes]:
    """The tables of a comparison; its provenance tells the time, and its report comes later."""
    return {name: found for name, found in content(folder).items() if name.endswith((".parquet", ".csv"))}


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as empty, template() as forks:
        os.chdir(empty)
        campaign = Campaign(forks, random.Random(seed))
        try:
            campaign.run(n)
        finally:
            os.chdir(HERE)
            print(*(f"{name}: {count}" for name, count in sorted(campaign.counts.items())), sep="\n", file=sys.stderr)
    keep(
        "kills",
        "Commands killed at random moments",
        f"`{command()}`; {versions('numba')}: {campaign.n_killed} kills. After each, what lay there was whole or went on, the next "
        "command ended with the same tables, and nothing was left.",
        "\n".join(f"* {name}: {count}" for name, count in sorted(campaign.counts.items())),
    )


if __name__ == "__main__":
    main()
