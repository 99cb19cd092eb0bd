"""What the columns of exported tables mean, and the values of those that hold keys, in both languages, from where each is declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.lab.design.design import Design, Factor
from sim.lab.doubt.prior import prior
from sim.lab.kept.opening import compared_factor
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import full_name
from sim.lab.sums.columns import KINDS_OF_KEY, KNOWN_VALUES, OF_ROW, declared_column
from sim.lab.sums.correlations import LEVEL_ITSELF
from sim.lab.sums.paper import PAPER_COUNTS, PAPER_SHARES
from sim.lab.sums.summaries import ACTIVITIES, CHAIN, ITEMS, STOCKS, TAG_OUTCOMES
from sim.language import Text, text_in_brackets
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, KINDS, MEASURES, STATION_MONTH
from sim.scenario.drawn import REACH
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.schema import Scenario
from sim.scenario.units import unit_zh

if TYPE_CHECKING:
    import pandas as pd

NO_TEXT = Text("", "")
UNIT_OF_ROW = Text("as the column 'unit' says", "见 unit 列")
BASE_TABLE = "base_"
"""How the names of tables begin that hold the arms at a sweep's base."""

CODEBOOK_COLUMNS = (
    "table", "column", "variable", "label_en", "label_zh", "unit_en", "unit_zh", "meaning_en", "meaning_zh", "key", "key_en", "key_zh",
)  # fmt: skip
VALUE_COLUMNS = (
    "key", "value", "code", "label_en", "label_zh", "unit_en", "unit_zh", "meaning_en", "meaning_zh",
)  # fmt: skip
_RUNS = {"runs", "before"}
_MONTHS_SUMMED = Text("summed over the months of the window", "为结果期各月之和")
_LEVEL = Text("level of the factor", "因素的水平")


@dataclass(frozen=True)
class Described:
    """A column, or a value of a key. unit: as declared. key: the name of its list of values, `kind` what these are."""

    label: Text
    meaning: Text = NO_TEXT
    unit: Text = NO_TEXT
    key: str = ""
    kind: Text = NO_TEXT


class Codebook:
    """What is known of an export's columns and keys.

    design, scenario: of the results, None where they do not say them: then columns of factors have no label but their name.
    """

    def __init__(self, design: Design | None, scenario: Scenario | None) -> None:
        self._in_doubt = {} if scenario is None else {one.name: one.label for one in prior(scenario)}
        self._factors = {} if design is None else {factor.name: factor for factor in design.factors}
        contrast = None if design is None or design.contrast is None else design.factor(design.contrast)
        arms = None if design is None else compared_factor(design)
        towns, groups = ((), ()) if scenario is None else (scenario.towns, scenario.groups)
        known: dict[str, dict[str, Described]] = {
            "outcome": {name: _outcome(name) for name in (*OUTCOMES, *STOCKS, *TAG_OUTCOMES)},
            "policy": _levels(arms),
            "level": {**_levels(contrast), LEVEL_ITSELF: Described(Text("The outcome itself", "结果本身"))},
            "factor": {name: self._factor(factor) for name, factor in self._factors.items()},
            "station": {town.id: Described(town.name) for town in towns},
            "community": {
                f"{town.id}/{number}": Described(text_in_brackets(community.name, town.name))
                for town in towns
                for number, community in enumerate(town.communities, start=1)
            },
            "group": {group.id: Described(group.name) for group in groups},
            "figure": {figure.name: Described(figure.meaning) for figure in (*PAPER_COUNTS, *PAPER_SHARES)},
            **{
                key: {name: Described(full_name(name)) for name in names}
                for key, names in (("activity", ACTIVITIES), ("item", ITEMS), ("step", CHAIN))
            },
            **{key: {name: Described(text) for name, text in texts.items()} for key, texts in KNOWN_VALUES.items()},
            **{_levels_of(name): _levels(one) for name, one in self._factors.items() if not one.is_numeric},
        }
        self._values = {key: _told_apart(values) for key, values in known.items()}

    def column(self, table: str, name: str, names: Iterable[str], factor: str | None = None) -> Described | None:
        """What a column says; None where nobody has declared it.

        names: of all columns of the table. factor: the name of the factor whose values it holds, if it does.
        """
        if factor is not None:
            return self._factor(self._factors[factor]) if factor in self._factors else None
        table = table.removeprefix(BASE_TABLE)
        if declared := declared_column(table, name):
            unit = _unit(declared.unit)
            if declared.unit == OF_ROW:
                unit = UNIT_OF_ROW
            kind = KINDS_OF_KEY[declared.key] if declared.key else NO_TEXT
            return Described(declared.label, declared.meaning, unit, declared.key, kind)
        if table == "draws":
            return self._drawn(name)
        if table in _RUNS and name in OUTCOMES:
            return _outcome(name)
        observations = next((kept for of, kept in _OBSERVED.items() if table.startswith(of)), STATION_MONTH)
        if one := observations.get(name):
            meaning = text_in_brackets(one.meaning, KINDS[one.kind])
            if "month" not in names:
                meaning = text_in_brackets(one.meaning, _MONTHS_SUMMED)
            return Described(one.meaning, meaning, _unit(one.unit))
        return _outcome(name) if name in OUTCOMES or name in MEASURES else None

    def _drawn(self, name: str) -> Described | None:
        """A number in doubt, of the city or of another one of the design."""
        if quantity := (LEVERS | PARAMETERS).get(name):
            return Described(quantity.label, quantity.meaning, _unit(quantity.unit))
        label = self._in_doubt.get(name) or Text(name, name)
        share = Text("Drawn: a share of what the file says", "抽取值：相对于文件所述数值的比例")
        return Described(label, share, _unit("ratio")) if name.startswith(("groups.", REACH)) else None

    def _factor(self, factor: Factor) -> Described:
        quantity = {f"levers.{name}": one for name, one in LEVERS.items()} | {
            f"parameters.{name}": one for name, one in PARAMETERS.items()
        }
        meaning = (
            quantity[factor.name].meaning if factor.name in quantity else Text("A factor of the design", "设计的因素")
        )
        key, kind = ("", NO_TEXT) if factor.is_numeric else (_levels_of(factor.name), _LEVEL)
        return Described(factor.title, meaning, _unit(factor.unit), key, kind)

    def values(self, key: str) -> Mapping[str, Described]:
        """The values that a key is known to have, in their order; none where they are not a list. No two are called alike."""
        return self._values.get(key, {})

    def sheets(self, columns: Iterable[Sequence[Any]]) -> dict[str, pd.DataFrame]:
        """The codebook and the values of its keys, as tables.

        columns: of each its table, its name, its name in statistics programs and what it says, if anything.
        """
        import pandas as pd

        rows, keys = [], dict[str, None]()
        for table, name, variable, said in columns:
            one = said or Described(Text(name, name))
            if self.values(one.key):
                keys[one.key] = None
            rows.append((table, name, variable, *_both(one.label, one.unit, one.meaning), one.key, *_both(one.kind)))
        values = [
            (key, value, code, *_both(one.label, one.unit, one.meaning))
            for key in keys
            for code, (value, one) in enumerate(self.values(key).items())
        ]
        return {
            "codebook": pd.DataFrame(rows, columns=list(CODEBOOK_COLUMNS)),
            "values": pd.DataFrame(values, columns=list(VALUE_COLUMNS)),
        }


_OBSERVED = {"groups": GROUP_MONTH, "group_": GROUP_MONTH, "communities": COMMUNITY_MONTH}
"""What the tables whose names begin so observe; all others what stations do."""


def _levels(factor: Factor | None) -> dict[str, Described]:
    if factor is None:
        return {}
    return {level.name: Described(level.title) for level in (factor.base, *factor.levels)}


def _told_apart(values: dict[str, Described]) -> dict[str, Described]:
    """The values; those that are called alike with the value itself."""
    said = Counter(text for one in values.values() for text in {one.label.en, one.label.zh})
    return {
        value: replace(one, label=text_in_brackets(one.label, Text(value, value)))
        if max(said[one.label.en], said[one.label.zh]) > 1
        else one
        for value, one in values.items()
    }


def _levels_of(factor: str) -> str:
    return f"level of {factor}"


def _outcome(name: str) -> Described:
    if declared := OUTCOMES.get(name) or MEASURES.get(name):
        return Described(declared.label, declared.meaning, _unit(declared.unit))
    one = STATION_MONTH[name]
    return Described(one.meaning, text_in_brackets(one.meaning, KINDS[one.kind]), _unit(one.unit))


def _unit(unit: str) -> Text:
    return Text(unit, unit_zh(unit))


def _both(*texts: Text) -> list[str]:
    return [said for text in texts for said in (text.en, text.zh)]
