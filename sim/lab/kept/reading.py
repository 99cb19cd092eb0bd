"""A stored sweep as its faces read it: factors and levels by their titles, estimates by point. Nothing is computed here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.lab.design.design import Factor
from sim.lab.design.methods import SAMPLED
from sim.lab.kept.results import Results, clean
from sim.lab.say.verdict import is_apart, is_told, verdict
from sim.lab.sums.arrays import SweepArrays
from sim.lab.sums.doubt import EFFECT, LEVEL, NO_SPREAD, Spread, spread_in
from sim.lab.sums.doubt_of_sweeps import CONTRAST
from sim.lab.sums.statistics import NOTHING, Estimate
from sim.language import in_brackets, in_turn, labelled, tr
from sim.scenario.units import stored_unit

Key = float | str | None
"""A level as the table of points has it: a number, a name, or None where a numeric factor has no one value."""

_BARE = ("", "share", "multiplier", "ratio", "odds ratio", "chance", "0-1", "mean 1")
"""Units that are not said after a number."""


@dataclass(frozen=True)
class Varied:
    """A factor of the design at its place among the factors. `method`: of the part of the plan that sets it."""

    place: int
    factor: Factor
    method: str
    base: Key  # its level at point 0

    @property
    def name(self) -> str:
        return self.factor.name

    @property
    def title(self) -> str:
        return clean(str(self.factor.title))

    @property
    def unit(self) -> str:
        """In the language in force; empty where the factor is no number."""
        return stored_unit(self.factor.unit) if self.is_numeric else ""

    @property
    def with_unit(self) -> str:
        """The title with the unit."""
        return tr(f"{self.title}, {self.unit}", f"{self.title}（{self.unit}）") if self.unit else self.title

    @property
    def unit_after(self) -> str:
        """What follows a number: a space and the unit, where it has one that is said."""
        return "" if self.factor.unit in _BARE else f" {self.unit}"

    @property
    def is_numeric(self) -> bool:
        return self.factor.is_numeric

    @property
    def is_sampled(self) -> bool:
        return self.method in SAMPLED

    @property
    def levels(self) -> list[Key]:
        """Those that the design names, in its order."""
        return [level.value if self.is_numeric else level.name for level in self.factor.levels]

    def says(self, key: Key) -> str:
        """What a level is called; levels of one title are told apart by their names."""
        if self.is_numeric:
            return f"{key:,.6g}" if isinstance(key, float) else tr("as it is", "现状")
        known = {level.name: clean(str(level.title)) for level in (self.factor.base, *self.factor.levels)}
        title = known.get(str(key), clean(str(key)))
        if Counter(known.values())[title] > 1:
            return title + in_brackets(clean(str(key)))
        return title

    def says_in_full(self, key: Key) -> str:
        """A level with the factor's name and unit; policies go by their own names."""
        if self.name == "policies":
            return self.says(key)
        unit = self.unit_after if isinstance(key, float) else ""
        return labelled(self.title, f"{self.says(key)}{unit}")


class Reading:
    """`Results` by point and by factor; titles are in the language in force when they are asked for."""

    def __init__(self, results: Results) -> None:
        self.results = results
        design = results.design
        self.outcomes = list(design.outcomes)
        columns = [
            [_key(value) if factor.is_numeric else str(value) for value in results.points[factor.name].tolist()]
            for factor in design.factors
        ]
        numbers = [int(one) for one in results.points["point"]]
        self.settings: dict[int, tuple[Key, ...]] = dict(sorted(zip(numbers, zip(*columns, strict=True), strict=True)))
        """The levels of each point, one per factor, in the design's order; point 0 is the base."""
        self.factors = [
            Varied(i, factor, design.method(factor.name), self.settings[0][i])
            for i, factor in enumerate(design.factors)
        ]

    @property
    def contrast(self) -> Varied | None:
        """The factor whose levels are compared with one another."""
        return next((one for one in self.factors if one.name == self.results.design.contrast), None)

    @property
    def compared(self) -> Varied:
        """The contrast factor of a design that has one."""
        assert self.contrast is not None
        return self.contrast

    @cached_property
    def by_name(self) -> dict[str, Varied]:
        return {factor.name: factor for factor in self.factors}

    @property
    def question(self) -> str:
        return clean(str(self.results.design.question))

    @cached_property
    def n_seeds(self) -> tuple[int, int]:
        """Fewest and most runs that a point's levels stand on."""
        n = self.results.tables["levels"]["n"]
        return (int(n.min()), int(n.max())) if len(n) else (0, 0)

    @property
    def has_intervals(self) -> bool:
        return self.n_seeds[1] > 1

    @cached_property
    def most_apart(self) -> int:
        """Factors in which a point differs from the base, at most."""
        return max((len(self._apart(point)) for point in self.settings), default=0)

    def _apart(self, point: int) -> list[Varied]:
        return [one for one in self.factors if self.settings[point][one.place] != one.base]

    def alone(self, point: int) -> Varied | None:
        """The one factor in which the point differs from the base, if it is one."""
        apart = self._apart(point)
        return apart[0] if len(apart) == 1 else None

    def key(self, point: int, factor: Varied) -> Key:
        return self.settings[point][factor.place]

    def present(self, factor: Varied, points: Iterable[int] | None = None) -> list[Key]:
        """The factor's levels among the points (all), numbers in order, names in the design's, the base's own first."""
        found = {self.key(point, factor) for point in (self.settings if points is None else points)}
        if factor.is_numeric:
            return sorted(found, key=lambda key: -math.inf if key is None else float(key))
        order = {key: i for i, key in enumerate([factor.base, *factor.levels])}
        return sorted(found, key=lambda key: (order.get(key, len(order)), str(key)))

    def setting(self, keys: tuple[Key, ...], *, without: Iterable[Varied] = ()) -> str:
        """Levels in words: those that differ from the base, or that they are the base's."""
        left = {one.place for one in without}
        shown = [one for one in self.factors if one.place not in left and keys[one.place] != one.base]
        if len(self.factors) == 1 and not self.factors[0].is_numeric:
            own = self.factors[0].says(keys[0])
            return own if shown else own + in_brackets(tr("base", "基准"))
        if not shown:
            return tr("base", "基准")
        return in_turn(factor.says_in_full(keys[factor.place]) for factor in shown)

    def spelled_out(self, point: int, *, without: Varied) -> str:
        """Every level of a point but that of one factor, the base's own, too; of many factors, those that differ."""
        others = [one for one in self.factors if one.place != without.place]
        if len(others) > 3:
            return self.setting(self.settings[point], without=[without])
        return in_turn(factor.says_in_full(self.key(point, factor)) for factor in others)

    def title(self, point: int) -> str:
        """What a point is called: what differs from the base, or its number where that would be long."""
        if len(self._apart(point)) > 3:
            return tr(f"point {point}", f"{point} 号设计点")
        return self.setting(self.settings[point])

    def level(self, point: int, outcome: str) -> Estimate:
        return self._levels.get((point, outcome), NOTHING)

    def effect(self, point: int, outcome: str) -> Estimate:
        """The paired difference from the base."""
        return self._effects.get((point, outcome), NOTHING)

    def contrasted(self, context: int, point: int, outcome: str) -> Estimate:
        """The paired difference of a point from the reference of its context, point `context`."""
        return self._contrasts.get((context, point, outcome), NOTHING)

    @property
    def has_doubt(self) -> bool:
        """Whether worlds were run, rather than chance alone."""
        return self.results.doubt != "none"

    def spread(self, point: int, outcome: str, context: int | None = None, *, of: str = "") -> Spread:
        """How far single worlds lie apart in the difference of a point from the base, or from the reference of a context; of: "level"."""
        return self._worlds(point, outcome, context, of)[0]

    def _worlds(self, point: int, outcome: str, context: int | None, of: str = "") -> tuple[Spread, str]:
        of = of or (EFFECT if context is None else CONTRAST)
        return self._spreads.get((of, context or 0, point, outcome), (NO_SPREAD, "unknown"))

    @cached_property
    def _spreads(self) -> dict[Any, tuple[Spread, str]]:
        rows = self.results.tables["doubt"].to_dict("records") if self.has_doubt else []
        return {
            (row["of"], row["context"], row["point"], row["outcome"]): (spread_in(row), row["verdict"]) for row in rows
        }

    def shown(self, point: int, outcome: str, context: int | None = None) -> Estimate:
        """A difference from the base, or from the reference of a context, as faces show it: the median and where worlds lie where they
        were run, else the mean with its interval."""
        if self.has_doubt:
            return self.spread(point, outcome, context).both
        return self.effect(point, outcome) if context is None else self.contrasted(context, point, outcome)

    def level_shown(self, point: int, outcome: str) -> Estimate:
        """A level as faces show it, as `shown`."""
        return self.spread(point, outcome, of=LEVEL).both if self.has_doubt else self.level(point, outcome)

    def verdict(self, point: int, outcome: str, context: int | None = None) -> str:
        """What may be said of that difference, one of `sim.lab.say.verdict.VERDICTS`."""
        if self.has_doubt:
            return self._worlds(point, outcome, context)[1]
        base = self.level(context or 0, outcome).mean
        return verdict(outcome, self.shown(point, outcome, context), base, self.results.persons(outcome))

    def is_clear(self, point: int, outcome: str, context: int | None = None) -> bool:
        """Whether that difference is told from none: by its interval of chance; by worlds where 95 of 100 agree, and it is not slight."""
        said = self.verdict(point, outcome, context)
        return is_told(said) if self.has_doubt else is_apart(said)

    @cached_property
    def contexts(self) -> dict[int, list[int]]:
        """Points that differ in the contrast factor only, by the number of the reference, which comes first; the base's
        context before others."""
        found: dict[int, list[int]] = {}
        table = self.results.tables["contrasts"]
        for context, point in dict.fromkeys(zip(table["context"].tolist(), table["point"].tolist(), strict=True)):
            found.setdefault(context, [context]).append(point)
        return dict(sorted(found.items(), key=lambda one: (0 not in one[1], one[0])))

    def level_key(self, name: str) -> Key:
        """A level of the contrast factor by the name that tables of contrasts give it."""
        contrast = self.contrast
        assert contrast is not None
        names = self._names[contrast.name]
        return next(
            keys[contrast.place] for keys, known in zip(self.settings.values(), names, strict=True) if known == name
        )

    def others(self, point: int, *without: Varied) -> str:
        """The levels of the other factors as the table of overtakes tells them."""
        place = self._places[point]
        apart = {one.name for one in without}
        return ", ".join(f"{name}={names[place]}" for name, names in self._names.items() if name not in apart)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {point: place for place, point in enumerate(self.settings)}

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """What tables call each factor's level, by point in order."""
        points = self.results.points
        runs = points.iloc[:0].assign(seed=0)
        sweep = SweepArrays(self.results.design, points, runs)
        return {name: sweep.level_names(name) for name in sweep.factors}

    @cached_property
    def _levels(self) -> dict[Any, Estimate]:
        return _estimates(self.results.tables["levels"], ("point",))

    @cached_property
    def _effects(self) -> dict[Any, Estimate]:
        return _estimates(self.results.tables["effects"], ("point",))

    @cached_property
    def _contrasts(self) -> dict[Any, Estimate]:
        return _estimates(self.results.tables["contrasts"], ("context", "point"))


def places(row: Any) -> tuple[str, str, str]:
    """Where a row of the table of overtakes says that it is, and the ends of the interval, to a hundredth and less of the
    step between the two values that it lies between."""
    digits = max(0, 2 - math.floor(math.log10(row.high - row.low)))
    at, low, high = (f"{one:,.{digits}f}" if math.isfinite(one) else "–" for one in (row.at, row.at_low, row.at_high))
    return at, low, high


def _key(value: Any) -> Key:
    return float(value) if value is not None and math.isfinite(value) else None


def _estimates(table: Any, keys: tuple[str, ...]) -> dict[Any, Estimate]:
    names = [table[name].tolist() for name in (*keys, "outcome")]
    numbers = [table[name].tolist() for name in ("mean", "low", "high", "sd", "n")]
    return {
        key: Estimate(mean, low, high, sd, int(n))
        for key, (mean, low, high, sd, n) in zip(zip(*names, strict=True), zip(*numbers, strict=True), strict=True)
    }
