"""Which worlds a command runs: of a posterior, of the prior, or seeds alone."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sim.lab.say.commands import command_line
from sim.language import counted, tr
from sim.mistakes import Mistake, did_you_mean, other_kind

if TYPE_CHECKING:
    from sim.lab.doubt.worlds import Worlds
    from sim.scenario.schema import Scenario

DOUBTS = ("posterior", "prior", "none")
"""What there is to choose from, beside a posterior's folder."""

DOUBT = "none"
"""What every door takes unless told otherwise."""

DoubtGiven: TypeAlias = "str | os.PathLike[str] | Worlds"


def worlds_of(scenario: Scenario, doubt: DoubtGiven | None, known: Collection[str] = ()) -> Worlds | None:
    """The worlds of a city; None for "none". "posterior" is the prior where no posterior fits the city.

    doubt: one of DOUBTS, the folder of a posterior, or worlds that are there already; None: DOUBT. known: names that stay as the city
    says them, beside those that it knows. Raises Mistake.
    """
    from sim.lab.doubt.worlds import PriorWorlds  # heavy, and the help of every command takes its words from here

    doubt = DOUBT if doubt is None else doubt
    if not isinstance(doubt, (str, os.PathLike)):
        if not hasattr(doubt, "without"):
            raise other_kind(
                "doubt is posterior, prior, none or a folder", "doubt 须为 posterior、prior、none 或文件夹", doubt
            )
        return doubt.without(known)
    city, said = scenario.baseline(), os.fspath(doubt)
    if said == "none":
        return None
    found = None if said == "prior" else _posterior(city, None if said == "posterior" else _folder(said))
    return PriorWorlds.of(city, left_out=known) if found is None else found.without({*known, *city.known})


def _folder(said: str) -> Path:
    """The folder of a posterior. Raises Mistake."""
    if os.path.isdir(said):
        return Path(said)
    guess = did_you_mean(said, DOUBTS)
    raise Mistake(
        f"--doubt: there is no '{said}'{guess}; write posterior, prior or none, or the folder of a posterior",
        f"--doubt：没有 '{said}'{guess}；请写 posterior、prior 或 none，或后验文件夹",
    )


def _posterior(city: Scenario, folder: Path | None) -> Worlds | None:
    """The posterior in a folder, or the one that fits a city; None where none does. Raises Mistake where the folder holds none."""
    from sim.lab.doubt.posterior import find_posterior, read_posterior

    if folder is None:
        found = find_posterior(city)
        return None if found is None else found.worlds
    there = read_posterior(folder)
    there.check(city)
    return there.worlds


def asked(doubt: DoubtGiven | None, worlds: Worlds | None) -> str | os.PathLike[str] | Worlds | None:
    """What to write so that the same worlds are run again; None where that is what is run anyway."""
    if worlds is None:
        return None if DOUBT == "none" else "none"
    return "prior" if worlds.kind == "prior" or doubt is None else doubt


def refuse_more(worlds: Worlds, n: int, city: Scenario) -> None:
    """Raise Mistake where there are fewer worlds than are to be run."""
    if worlds.most is None or n <= worlds.most:
        return
    from sim.lab.doubt.posterior import home_of, shipped_at

    given, home = home_of(city)
    there = Path(worlds.source.get("folder", home))
    folder = home if there == shipped_at(city) else there  # what is shipped stays; it grows elsewhere
    grow = command_line(["stations", "calibrate", given, "--effective", str(n), "--out", str(folder)])
    en, zh = ("", "") if there == folder else (f", and give --doubt {folder}", f"，并给出 --doubt {folder}")
    raise Mistake(
        f"{city.name}: its {worlds.kind} has {counted(worlds.most, 'world')}, not {n:,}; ask for {worlds.most:,} or fewer, or let it grow: {grow}{en}",
        f"{city.name}：其{_kind_zh(worlds)}有 {worlds.most:,} 个情形，不足 {n:,} 个；请减少种子数，或扩充：{grow}{zh}",
    )


def _kind_zh(worlds: Worlds) -> str:
    return "后验" if worlds.kind == "posterior" else "先验"


def told(worlds: Worlds | None, doubt: DoubtGiven | None = None) -> str:
    """Which worlds are run, in a sentence."""
    if worlds is None:
        return tr(
            "doubt: none; every run takes the city's numbers as they stand", "不确定性：无；每次运行均按城市所述数值"
        )
    n = len(worlds.names)
    said = tr(
        f"doubt: {worlds.kind}; {counted(n, 'number')} drawn anew in each world, the same in all arms",
        f"不确定性：{_kind_zh(worlds)}；每个情形重新抽取 {n} 个数值，各比较组相同",
    )
    if doubt == "posterior" and worlds.kind == "prior":
        said += tr("; no posterior fits this city", "；没有适合本市的后验")
    return said
