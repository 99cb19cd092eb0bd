"""Worlds: a draw and a seed each, numbered from 1; and their twins, the same assumptions under a second seed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sim.lab.doubt.prior import Doubtful, draws_in_turn, prior, prior_digest
from sim.mistakes import Mistake
from sim.scenario.drawn import DrawnValues
from sim.scenario.schema import Scenario

TWINS = 2**40
"""What the number of a twin has more than that of its world."""

MOST_TWINS = 20
WORLDS_PER_TWIN = 5


class Worlds(Protocol):
    """The worlds of a city in doubt, all equally likely.

    kind: "posterior" or "prior". digest: 16 hex digits over all that the draws come from, what is left out too. names: the numbers in
    doubt. most: how many worlds there are; None: as many as are wanted. twins: of how many first worlds there are twins. source: where
    they come from, for the provenance. left_out: names that stay as the city says them.
    """

    @property
    def kind(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def most(self) -> int | None: ...

    @property
    def twins(self) -> int: ...

    @property
    def source(self) -> Mapping[str, str]: ...

    @property
    def left_out(self) -> tuple[str, ...]: ...

    def draw(self, number: int) -> DrawnValues:
        """What is drawn in a world, by its number from 1, or in the twin of one. Raises Mistake where there is no such world."""

    def without(self, names: Collection[str]) -> Worlds:
        """The same where these stay as the city says them."""


def twin_of(number: int) -> int:
    """The number of a world's twin."""
    return TWINS + number


def world_of(number: int) -> int:
    """The number of a world, or of the one that a twin is of. Raises Mistake where no world has it."""
    world = number - TWINS if number > TWINS else number
    if world < 1:
        raise Mistake(
            f"worlds are numbered from 1, so there is none of number {number}; with --doubt none any seed may be run",
            f"情形从 1 起编号，没有编号为 {number} 的情形；使用 --doubt none 时可用任意种子",
        )
    return world


def n_twins(n_worlds: int, worlds: Worlds) -> int:
    """How many of the first worlds are run as twins, too."""
    return min(MOST_TWINS, n_worlds // WORLDS_PER_TWIN, worlds.twins)


@dataclass(frozen=True, eq=False)
class PriorWorlds:
    """Worlds of the prior of a city, one for every number. Draws are made once, as far as they are asked for again soon."""

    city: Scenario = field(repr=False)
    doubtful: tuple[Doubtful, ...] = field(repr=False)
    shape: str = "pert"
    left_out: tuple[str, ...] = ()
    kind: str = "prior"
    most: int | None = None
    twins: int = TWINS
    _drawn: dict[int, DrawnValues] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, city: Scenario, shape: str = "pert", left_out: Collection[str] = ()) -> PriorWorlds:
        """left_out: names that stay as the city says them, beside those that it knows."""
        names = tuple(sorted({*left_out, *city.known}))
        return cls(city, prior(city, shape, known=names), shape, names)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.doubtful)

    @property
    def digest(self) -> str:
        # What is drawn together is drawn again until it fits the city.
        city = self.city.hash if any(one.together is not None for one in self.doubtful) else ""
        said = repr((self.kind, prior_digest(self.doubtful), self.left_out, city))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def source(self) -> Mapping[str, str]:
        return {"shape": self.shape}

    def draw(self, number: int) -> DrawnValues:
        world = world_of(number)
        if world not in self._drawn:
            is_next = world - 1 in self._drawn
            if len(self._drawn) >= MOST_KEPT:
                self._drawn.clear()
            self._drawn.update({one.index: one for one in self._made(world, WORLDS_AT_ONCE if is_next else 1)})
        return self._drawn[world]

    def _made(self, first: int, n: int) -> list[DrawnValues]:
        """Those of a few worlds from one on; of that alone where none of a later one fits the city."""
        try:
            return draws_in_turn(self.doubtful, first, n)
        except Mistake:
            return draws_in_turn(self.doubtful, first, 1)

    def without(self, names: Collection[str]) -> PriorWorlds:
        if set(names) <= set(self.left_out):
            return self
        return PriorWorlds.of(self.city, self.shape, {*self.left_out, *names})


MOST_KEPT = 1000
"""Draws that are kept, about 10 kB each."""

WORLDS_AT_ONCE = 32
"""How many are drawn together where worlds are asked for in turn."""


@dataclass(frozen=True, eq=False)
class GivenWorlds:
    """Worlds whose draws are there already, as those that a folder of results keeps. draws: by number, twins too."""

    kind: str
    digest: str
    draws: Mapping[int, DrawnValues] = field(repr=False)
    left_out: tuple[str, ...] = ()
    source: Mapping[str, str] = field(default_factory=dict)
    place: str = ""  # what sentences call where they come from

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(next(iter(self.draws.values())).values) if self.draws else ()

    @property
    def most(self) -> int | None:
        return max((number for number in self.draws if number < TWINS), default=0)

    @property
    def twins(self) -> int:
        return _n_first(self.draws, TWINS)

    def draw(self, number: int) -> DrawnValues:
        world_of(number)
        if number not in self.draws:
            raise Mistake(
                f"{self.place}: holds no draw of world {number}; the same command writes it anew",
                f"{self.place}：没有情形 {number} 的抽取值；重新执行同一命令会重新写出",
            )
        return self.draws[number]

    def without(self, names: Collection[str]) -> GivenWorlds:
        """Only what they are without already: their digest names it."""
        if not set(names) <= set(self.left_out):
            raise ValueError("draws that are stored leave out what they left out when they were made")
        return self


def _n_first(numbers: Collection[int], beyond: int) -> int:
    n = 0
    while beyond + n + 1 in numbers:
        n += 1
    return n


def under(scenario: Scenario, drawn: DrawnValues, number: int) -> Scenario:
    """A scenario in a world. Raises Mistake, which names the world, where what is drawn does not fit."""
    try:
        return scenario.under(drawn)
    except Mistake as error:
        raise Mistake(
            f"world {number} does not fit {scenario.name}: {error}", f"情形 {number} 与 {scenario.name} 不相容：{error}"
        ) from error


def knowing(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The same, where more names stay as it says them; its hash is the same."""
    return replace(scenario, known=tuple(dict.fromkeys((*scenario.known, *names)))) if names else scenario
