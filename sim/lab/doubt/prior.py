"""What of a city is in doubt before any of its figures is looked at, by which law, and draws of it.

In scope is every lever, parameter and number of a group that rests on an assumption, on other literature, or was fitted; not the
paper's own figures, law, calendar and arithmetic, nor references (`..._reference`), which say at which point another effect counts as
none. What a user has set by hand (`--set`) or a city's file lists under `known:` is not in doubt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.lab.doubt.laws import SHAPES, Law, factor_of, law_of
from sim.language import Text, listed, tr
from sim.mistakes import Mistake, one_of
from sim.scenario.changes import WHOLES
from sim.scenario.drawn import COMMON_FACTS, COMMON_PARAMETERS, HAZARDS, REACH, DrawnValues, group_name
from sim.scenario.parameters import LEVERS, PARAMETERS, Quantity
from sim.scenario.people import GROUP_FACTS, GroupFact
from sim.scenario.schema import Scenario
from sim.scenario.sources import Evidence, Source, assumption

IN_DOUBT = (Evidence.ASSUMPTION, Evidence.VALUE_ASSUMED, Evidence.LITERATURE, Evidence.CALIBRATED)
"""The kinds of evidence that leave a number in doubt."""

REACHES = (0.5, 1.0, 1.5)
"""How far a policy moves a lever, as a share of what its file says: least, most likely, most."""

_OF_GROUPS = assumption(
    "a factor on what the city's file says of its groups; no source says how far off it may be",
    "对城市文件所述群体数值的倍数；没有来源说明其可能偏差",
)
_OF_REACH = assumption(
    "a share of what the policy's file says; no source says how far a policy is carried out",
    "相对于政策文件所述幅度的比例；没有来源说明政策落实到何种程度",
)
_OF_HAZARDS = assumption(
    "a factor on all hazards of detection, since one count of dispatched needs teaches how large they are together and nothing of "
    "how large beside one another; no source bounds it: an eighth to three times is ours, three times the plausible end of each being the most that is allowed",
    "对全部发现风险率的共同倍数：转派总量只说明其总体大小，不说明彼此比例；没有来源限定其范围：八分之一至三倍为本项目设定，各自合理上限的三倍即允许的最大值",
)
HAZARD_FACTORS = (1 / 8, 3.0)
"""From how much less to how much more all hazards together may be than the city says."""
MOST_DRAWS = 2**63
"""Draws are numbered as seeds that tables can hold."""
MOST_TRIES = 1000
_12 = np.uint64(12)


@dataclass(frozen=True)
class Together:
    """Names whose values must fit one another (or later changes) in a city: drawn again, all of them, until they do."""

    names: tuple[str, ...]
    city: Scenario = field(compare=False, repr=False)

    def fits(self, values: Mapping[str, float]) -> bool:
        return _fits(self.city, values)


@dataclass(frozen=True)
class Doubtful:
    """A number in doubt, and its law.

    kind: "parameter", "lever", "need_rate" or "group" (factors on what a city says of its groups) or "policy" (how far policies move a
    lever). value: the city's. is_solved: it was fitted, and calibration solves for it. is_stretched: the declared plausible range did
    not hold the city's value, so the law's range does. together: with what it is drawn again; None where every value fits.
    """

    name: str
    kind: str
    law: Law
    value: float
    label: Text
    source: Source
    is_solved: bool = False
    is_stretched: bool = False
    together: Together | None = None


def prior(scenario: Scenario, shape: str = "pert", *, known: Collection[str] = ()) -> tuple[Doubtful, ...]:
    """What is in doubt in a city, in the order of declaration, with laws over the plausible ranges.

    shape: "pert", the city's value most likely; "uniform", all values alike. known: names to leave out beside the city's own, such as
    the factors of a design. Raises Mistake.
    """
    one_of(shape, SHAPES, "shape of a prior", "先验分布形状")
    left_out = {*known, *scenario.known}
    found = [one for one in _all_in_doubt(scenario, shape) if one.name not in left_out]
    return tuple(_tied(found, scenario))


def prior_digest(prior: Sequence[Doubtful]) -> str:
    """16 hex digits over the names and laws of a prior, and what is drawn together."""
    said = repr([(one.name, one.law, one.together) for one in prior])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _all_in_doubt(scenario: Scenario, shape: str) -> Iterator[Doubtful]:
    for kind, quantities in (("parameter", PARAMETERS), ("lever", LEVERS)):
        for quantity in quantities.values():
            if quantity.kind in IN_DOUBT and not quantity.name.endswith("_reference"):
                yield _of_quantity(quantity, kind, scenario.base_value(quantity.name), shape)
    if not {*COMMON_PARAMETERS[HAZARDS]} <= {*scenario.known}:
        label = Text("Detection, all hazards together", "发现需求的各风险率（合计）")
        law = factor_of(shape, *HAZARD_FACTORS)
        yield Doubtful(HAZARDS, "parameter", law, 1.0, label, _OF_HAZARDS, is_solved=True)
    for fact in COMMON_FACTS:
        yield _of_groups(fact, None, GROUP_FACTS[fact].label, shape)
    for group in scenario.groups:
        for fact, declared in GROUP_FACTS.items():
            label = Text(f"{declared.label.en}: {group.name.en}", f"{declared.label.zh}：{group.name.zh}")
            yield _of_groups(fact, group.id, label, shape)
    for lever in LEVERS.values():
        label = Text(f"How far policies move it: {lever.label.en}", f"政策落实程度：{lever.label.zh}")
        yield Doubtful(REACH + lever.name, "policy", law_of(shape, *REACHES), 1.0, label, _OF_REACH)


def _of_quantity(quantity: Quantity, kind: str, value: float, shape: str) -> Doubtful:
    low, high = min(quantity.low, value), max(quantity.high, value)
    return Doubtful(
        quantity.name,
        kind,
        law_of(shape, low, value, high, is_whole=quantity.is_whole),
        value,
        quantity.label,
        quantity.source,
        is_solved=quantity.kind is Evidence.CALIBRATED and quantity.name not in COMMON_PARAMETERS[HAZARDS],
        is_stretched=(low, high) != (quantity.low, quantity.high),
    )


def _of_groups(fact: str, group: str | None, label: Text, shape: str) -> Doubtful:
    declared: GroupFact = GROUP_FACTS[fact]
    kind = "need_rate" if fact == "needs_per_year" else "group"
    law = law_of(shape, declared.low, 1.0, declared.high)
    return Doubtful(group_name(fact, group), kind, law, 1.0, label, _OF_GROUPS)


# --- what must fit


def _fits(city: Scenario, values: Mapping[str, float]) -> bool:
    """Whether the city may have these values, its others as they stand."""
    try:
        city.under(DrawnValues(0, values))
    except Mistake:
        return False
    return True


def _ends_fit(city: Scenario, found: Sequence[Doubtful]) -> bool:
    """Whether the city takes all that these laws give. All that is made of a value grows with it, so that their ends decide."""
    return all(_fits(city, {one.name: getattr(one.law, end) for one in found}) for end in ("low", "high"))


def _tied(found: list[Doubtful], city: Scenario) -> Iterator[Doubtful]:
    """Numbers in doubt, those tied to one another (or to the city's later changes) that cannot have every value."""
    if _ends_fit(city, found):
        yield from found
        return
    common = [(factor, *parameters) for factor, parameters in COMMON_PARAMETERS.items()]
    wholes = [tuple(name for name in whole if name in {one.name for one in found}) for whole in (*WHOLES, *common)]
    groups = [tuple(one.name for one in found if one.name.endswith(f".{fact}")) for fact in GROUP_FACTS]
    apart = {name for names in (*wholes, *groups) for name in names}
    sets = [*wholes, *groups, *((one.name,) for one in found if one.name not in apart)]
    tied = {
        name: Together(names, city)
        for names in sets
        if not _ends_fit(city, [one for one in found if one.name in names])
        for name in names
    }
    for one in found:
        yield Doubtful(**{**vars(one), "together": tied.get(one.name)})


# --- draws


def draw(prior: Sequence[Doubtful], index: int) -> DrawnValues:
    """The `index`-th draw of a prior (0 <= index < 2**63). A value depends on its name, its law and the index alone (and on those that it is
    drawn together with): neither on what else is in doubt nor on how many are drawn. Raises Mistake where no values fit.
    """
    return draws_in_turn(prior, index, 1)[0]


def draws_in_turn(prior: Sequence[Doubtful], first: int, n: int) -> list[DrawnValues]:
    """Draws `first` to `first + n - 1`, each as `draw` gives it; many at once take a tenth of the time."""
    values, redrawn = _drawn(prior, first, n)
    names = [one.name for one in prior]
    return [
        DrawnValues(first + row, dict(zip(names, values[row].tolist(), strict=True)), int(redrawn[row]))
        for row in range(n)
    ]


def draws(prior: Sequence[Doubtful], n: int, first: int = 0) -> np.ndarray:
    """The values of draws `first` to `first + n - 1`, as `draw` gives them, (n, numbers in doubt)."""
    return _drawn(prior, first, n)[0]


def _drawn(prior: Sequence[Doubtful], first: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Values (draws, numbers in doubt), and how often each was drawn again, (draws,)."""
    if not 0 <= first <= first + n <= MOST_DRAWS:
        raise Mistake(
            f"a draw is numbered from 0 to 2**63 - 1, not {first}",
            f"抽取编号须为 0 至 2**63 - 1，而非 {first}",
        )
    uniform = uniforms([one.name for one in prior], first, n)
    values = np.empty(uniform.shape)
    for column, one in enumerate(prior):
        values[:, column] = one.law.quantile(uniform[:, column])
    redrawn = np.zeros(n, int)
    for together in dict.fromkeys(one.together for one in prior if one.together is not None):
        columns = [column for column, one in enumerate(prior) if one.together == together]
        for row in range(n):
            values[row, columns], again = _fitting([prior[column] for column in columns], together, first + row)
            redrawn[row] += again
    return values, redrawn


def _fitting(found: Sequence[Doubtful], together: Together, index: int) -> tuple[list[float], int]:
    """The first values of one draw that fit, and how many did not."""
    names = [one.name for one in found]
    for again in range(MOST_TRIES):
        uniform = uniforms(names, index, 1, again)[0]
        values = [float(one.law.quantile(u)) for one, u in zip(found, uniform, strict=True)]
        if together.fits(dict(zip(names, values, strict=True))):
            return values, again
    said = listed(names)
    raise Mistake(
        f"{together.city.name}: no values of {said} within their plausible ranges fit this city ({MOST_TRIES:,} tries); "
        "list what is known of them under 'known'",
        f"{together.city.name}：{said} 在合理范围内没有适合本市的取值（已试 {MOST_TRIES:,} 次）；请将已知者列于 known",
    )


def uniforms(names: Sequence[str], first: int, n: int, again: int = 0) -> np.ndarray:
    """The uniform numbers in (0, 1) behind draws `first` to `first + n - 1`, (n, names): of Philox, as all chance of the model, here 4x64 as
    NumPy has it, with a key of the name, and counters of the draw and of how often it was drawn again."""
    made = np.empty((n, len(names)))
    for column, name in enumerate(names):
        key = hashlib.blake2b(name.encode(), digest_size=16).digest()
        words = np.random.Philox(key=np.frombuffer(key, "<u8"), counter=(first, again, 0, 0)).random_raw(4 * n)[::4]
        made[:, column] = ((words >> _12).astype(float) + 0.5) * 2.0**-52
    return made


def told(prior: Sequence[Doubtful], scenario: Scenario) -> list[str]:
    """Sentences on what is not as declared: what is known, and whose range was stretched to hold the city's value."""
    lines = []
    if scenario.known:
        said = listed(scenario.known)
        lines.append(tr(f"in no doubt, since set by hand or known: {said}", f"已手动设定或已知，不作抽取：{said}"))
    if stretched := [f"{one.name} ({one.law.low:g}-{one.law.high:g})" for one in prior if one.is_stretched]:
        said = listed(stretched)
        lines.append(
            tr(f"plausible range stretched to hold the city's value: {said}", f"合理范围已放宽以包含本市取值：{said}")
        )
    if tied := [one.name for one in prior if one.together is not None]:
        said = listed(tied)
        lines.append(
            tr(f"drawn again until they fit one another and the city: {said}", f"重复抽取至彼此及与本市相容：{said}")
        )
    return lines
