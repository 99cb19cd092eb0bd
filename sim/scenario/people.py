"""The people of a city as a scenario says them: groups, towns with their communities, and workers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from sim.language import Text
from sim.months import month_number
from sim.scenario.changes import Change

MOST_STATIONS = 500
MOST_COMMUNITIES = 2000
MOST_PEOPLE = 5_000_000
MOST_SIMULATED = 3_000_000
BETWEEN_TAGS = "、，,；;／/｜|"
"""What stands between the tags of a town in a cell of a table, and so in no tag."""


@dataclass(frozen=True)
class Worker:
    """What is known of one worker; None is drawn."""

    trained: bool | None = None
    certificate: str | None = None
    competence: float | None = None
    burnout: float | None = None
    tenure_days: float | None = None


@dataclass(frozen=True)
class CommunityEntry:
    """A community; population None: its part of the town's is drawn once for the scenario."""

    name: Text
    population: int | None = None
    grid_strength: float | None = None


def nth_community(number: int) -> Text:
    """What a community is called whose town says no more than how many it has."""
    return Text(f"Community {number}", f"第 {number} 社区")


@dataclass(frozen=True)
class Town:
    """A town (or street) with its office, its station and its communities.

    posts: of the first day; post_changes: what becomes of them later, each at this station. opens, closes: the first and the last
    month, YYYY-MM, in which the station is open, None where the run begins or ends with it; heir: the town whose station goes on for it.
    growth_per_year: of the population, a share. joins: the month, YYYY-MM, from which on the town is of the city, None where it always is;
    its population is then that of this month, and its station opens in it unless `opens` says later.
    """

    id: str
    name: Text
    population: int
    posts: int
    communities: tuple[CommunityEntry, ...]
    per_1000: Mapping[str, float]
    workers: tuple[Worker, ...]
    tags: tuple[str, ...] = ()  # kinds of towns, as the city's file calls them
    post_changes: tuple[Change, ...] = ()
    opens: str | None = None
    closes: str | None = None
    heir: str | None = None
    growth_per_year: float = 0.0
    joins: str | None = None

    def joining(self, start: datetime.date) -> int:
        """The month of a run from which on the town is of the city."""
        return 0 if self.joins is None else month_number(self.joins) - month_number(start)

    def opening(self, start: datetime.date, n_months: int) -> tuple[int, int]:
        """The month of a run in which the station opens, and the first in which it is closed."""
        first = month_number(start)
        begins = self.opens or self.joins
        opens = 0 if begins is None else month_number(begins) - first
        return opens, n_months if self.closes is None else month_number(self.closes) - first + 1


@dataclass(frozen=True)
class GroupFact:
    """A number of a group: what is allowed, its label, and the plausible range as a factor on what the city's file says (an assumption,
    since no source says how far off such a number may be)."""

    least: float
    most: float
    unit: str
    label: Text
    low: float
    high: float


GROUP_FACTS: dict[str, GroupFact] = {
    "needs_per_year": GroupFact(0, 12, "needs per person and year", Text("Needs a year", "年需求率"), 0.5, 2),
    "group_work_share": GroupFact(0, 1, "share", Text("Share of group work", "小组服务占比"), 0.5, 1.5),
    "hours_scale": GroupFact(0.05, 20, "multiplier", Text("Hours of a need", "单项需求工时倍数"), 0.67, 1.5),
    "detectability": GroupFact(0, 100, "multiplier", Text("Detectability", "可发现程度"), 0.5, 2),
}
"""What a city says of each of its groups beside its size."""


@dataclass(frozen=True)
class Group:
    """A group of residents; `is_rest` is the general public, which is sampled."""

    id: str
    name: Text
    per_1000: float
    is_rest: bool
    needs_per_year: float
    group_work_share: float
    hours_scale: float
    detectability: float
