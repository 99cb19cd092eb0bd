"""Levers moved by hand while a city runs: each for all stations, from a month on, until it is moved again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.language import Text
from sim.mistakes import Mistake, did_you_mean
from sim.months import month_number, month_text
from sim.scenario.changes import Change
from sim.scenario.parameters import LEVERS
from sim.scenario.read import allowed
from sim.scenario.schema import Scenario
from sim.scenario.yaml_reader import one_line

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, order=True)
class Move:
    """A lever set to a value (in the lever's unit) from a month on, counted from the start of the run."""

    month: int
    lever: str
    value: float

    def check(self) -> None:
        """Raise Mistake for an unknown lever or a value that it may not have."""
        if self.lever not in LEVERS:
            guess, shown = did_you_mean(self.lever, LEVERS), one_line(self.lever, 40)
            raise Mistake(f"there is no lever '{shown}'{guess}", f"没有政策工具 '{shown}'{guess}")
        lever = LEVERS[self.lever]
        if not lever.allows(self.value):
            en, zh = allowed(lever.least, lever.most, lever.unit, is_whole=lever.is_whole)
            raise Mistake(
                f"{self.lever} must be {en}, not {self.value:g}", f"{self.lever} 须为 {zh}，而非 {self.value:g}"
            )


def with_moves(scenario: Scenario, moves: Iterable[Move]) -> Scenario:
    """The scenario with levers moved by hand; what its policies still had in mind for them afterwards is off.

    Up to the month of a move nothing differs. Raises Mistake.
    """
    listed = sorted(moves)
    if not listed:
        return scenario
    table = scenario.lever_table()
    for move in listed:
        move.check()
        if not 0 <= move.month < scenario.n_months:
            raise Mistake(
                f"{move.lever}: no month of the run is left to begin (it ends on {scenario.end})",
                f"{move.lever}：运行于 {scenario.end} 结束，已无可开始的月份",
            )
        table[move.lever][move.month :] = move.value
    moved = {move.lever for move in listed}
    first = month_number(scenario.start)
    towns = tuple(town.id for town in scenario.towns)
    changes = tuple(
        change for name in LEVERS if name in moved for change in changes_to(name, table[name], first, towns)
    )
    policies = tuple(
        replace(policy, levers=tuple(change for change in policy.levers if change.name not in moved))
        for policy in scenario.policies
    )
    again = replace(
        scenario,
        title=_title(scenario.title, listed, first),
        levers=(*(change for change in scenario.levers if change.name not in moved), *changes),
        policies=policies,
    )
    again.check()
    return again


def changes_to(name: str, values: np.ndarray, first: int, towns: tuple[str, ...]) -> list[Change]:
    """What a city file would say of values (months, stations): the first, then every month in which one changes."""
    made: list[Change] = []
    for month, row in enumerate(values):
        before = values[month - 1] if month else None
        changed = [s for s in range(len(towns)) if before is None or row[s] != before[s]]
        start = month_text(first + month) if month else None
        for value in dict.fromkeys(float(row[s]) for s in changed):
            rows = [s for s in changed if row[s] == value]
            stations = None if len(rows) == len(towns) else tuple(towns[s] for s in rows)
            made.append(Change(name, value, start, stations=stations))
    return made


def _title(title: Text, moves: list[Move], first: int) -> Text:
    en = "; ".join(f"{move.lever} {move.value:g} from {month_text(first + move.month)}" for move in moves)
    zh = "；".join(
        f"{LEVERS[move.lever].label.zh} {move.value:g} 自 {month_text(first + move.month)} 起" for move in moves
    )
    return Text(f"{title.en} ({en})", f"{title.zh}（{zh}）")
