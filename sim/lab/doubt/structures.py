"""Other readings of a city that its evidence does not decide between: each singly, never crossed, and what they do to an answer.

A reading is a switch of the structure thrown, the other set of figures, or an effect of the model taken away. Each is a city of its own, with
a prior and a posterior of its own; nobody has said how likely one is, so that they are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.lab.say.verdict import LIKELY
from sim.language import Text
from sim.scenario.drawn import DrawnValues
from sim.scenario.load import load_scenario
from sim.scenario.parameters import PARAMETERS, SWITCHES
from sim.scenario.schema import Scenario

READINGS = ("t-city", "t-city-2022")
"""Shipped cities whose figures are two readings of one source, each with the values that were fitted to them."""
WITHOUT = {
    "stay_training": Text("Training keeps nobody", "培训不影响留任"),
    "clarity_goodwill_shield": Text("A clear contract shields no goodwill", "边界清晰不保护街镇认可度"),
}
"""Effects that rest on no evidence and carry a policy: by the parameter that is 0 without them."""


@dataclass(frozen=True)
class Alternative:
    """Another reading of a city. name: that of a switch or a parameter, or "figures.CITY"."""

    name: str
    title: Text
    scenario: Scenario


def alternatives(base: Scenario) -> tuple[Alternative, ...]:
    """The other readings of a city, its policies laid over each as they stand. What was set by hand, or is `known`, no reading takes away;
    other figures there are of T City's alone."""
    return (*_switched(base), *_by_other_figures(base), *_without_effects(base))


def _switched(base: Scenario) -> list[Alternative]:
    found = []
    for name, switch in SWITCHES.items():
        is_on = name in base.structure
        structure = tuple(one for one in SWITCHES if (one in base.structure) != (one == name))
        found.append(Alternative(name, switch.off if is_on else switch.on, replace(base, structure=structure)))
    return found


def _by_other_figures(base: Scenario) -> list[Alternative]:
    shipped = {name: load_scenario(name) for name in READINGS}
    own = next((one for one in shipped.values() if base.figures and one.figures == base.figures), None)
    if own is None:
        return []
    found = []
    for name, other in shipped.items():
        if other is own:
            continue
        fitted = {key: other.base_value(key) for key in PARAMETERS if other.base_value(key) != own.base_value(key)}
        scenario = replace(base.under(DrawnValues(0, fitted)), figures=other.figures)
        found.append(Alternative(f"figures.{name}", other.title, scenario))
    return found


def _without_effects(base: Scenario) -> list[Alternative]:
    found = []
    for name, title in WITHOUT.items():
        if name in base.known or base.base_value(name) == 0.0:
            continue
        scenario = replace(base.under(DrawnValues(0, {name: 0.0})), known=(*base.known, name))
        found.append(Alternative(name, title, scenario))
    return found


# --- what they do to an answer


@dataclass(frozen=True)
class Answer:
    """What worlds say. above: the share of worlds in which each difference is above 0, half of those in which it is 0 counted; first: the
    share in which each policy is first, ties shared."""

    above: Mapping[str, float]
    first: Mapping[str, float]

    @property
    def leader(self) -> str:
        """The policy that is first most often."""
        return max(self.first, key=lambda name: self.first[name])


def answer(gains: Mapping[str, np.ndarray], alone: tuple[str, ...]) -> Answer:
    """Of each policy's change of an outcome of which more is better, (worlds,), by name. alone: the policies that are ranked, and compared in
    pairs ("A - B"); a package of them is always ahead of its parts and is no answer to which of them is first."""
    differences = dict(gains)
    for place, name in enumerate(alone):
        differences |= {f"{name} - {other}": gains[name] - gains[other] for other in alone[place + 1 :]}
    above = {name: float(np.mean((values > 0.0) + 0.5 * (values == 0.0))) for name, values in differences.items()}
    ranked = np.stack([gains[name] for name in alone], axis=-1)
    is_best = ranked == ranked.max(axis=-1, keepdims=True)
    first = (is_best / is_best.sum(axis=-1, keepdims=True)).mean(axis=0)
    return Answer(above, dict(zip(alone, first.tolist(), strict=True)))


def changed(base: Answer, other: Answer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which conclusions of an answer another reading flips, and which it leaves open.

    A conclusion is a difference that lies on one side of 0 in at least 80 of 100 worlds. Flipped is one that lies on the other in more
    than half; left open is one that keeps its side in fewer than 80.
    """
    flipped, opened = [], []
    for name, share in base.above.items():
        sure = max(share, 1.0 - share)
        still = other.above[name] if share >= 0.5 else 1.0 - other.above[name]
        if sure < LIKELY:
            continue
        if still < 0.5:
            flipped.append(name)
        elif still < LIKELY:
            opened.append(name)
    return tuple(flipped), tuple(opened)
