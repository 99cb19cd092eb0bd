"""A posterior that is stored: its worlds, and whether it still fits its city and the model."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.code import engine_of
from sim.lab.doubt.prior import prior, prior_digest
from sim.lab.doubt.worlds import TWINS, world_of
from sim.lab.kept import checked
from sim.lab.kept.checked import Each, Mark, Whole, read_json, read_table
from sim.lab.kept.folders import again, folder_of
from sim.lab.say.commands import command_line
from sim.lab.worlds import advance, dated
from sim.language import tr
from sim.mistakes import Mistake
from sim.scenario import figures
from sim.scenario.changes import Change
from sim.scenario.drawn import DrawnValues, group_name
from sim.scenario.load import load_scenario, scenarios_folder, shipped
from sim.scenario.people import GROUP_FACTS
from sim.scenario.schema import Scenario, scenario_given

if TYPE_CHECKING:
    import pandas as pd

    from sim.world.tables import World

MARK = "posterior.json"
"""The file of a posterior's folder that says where it comes from."""
WORLDS_FILE, PROPOSALS_FILE, FIT_FILE, LEARNT_FILE = (
    "worlds.parquet",
    "proposals.parquet",
    "fit.parquet",
    "learnt.parquet",
)
KEYS_OF_WORLDS = ("number", "proposal", "seed", "twin_of")
"""Columns of `WORLDS_FILE` before the numbers in doubt."""
SHIPPED_AT = "posteriors"
"""Where, below the shipped scenarios, the posteriors of shipped cities lie, each a folder NAME.posterior."""
N_PROBES = 3
SHAPE: dict[str, Any] = {
    "identity": str,
    "shape": str,
    "digests": {"model": str, "city": str, "figures": str, "prior": str},
    "probes": [str],
    "files": Each(str, least=4),
    "n_worlds": Whole(1),
}
"""What of `MARK` is read back."""


@dataclass(frozen=True, eq=False)
class PosteriorWorlds:
    """The worlds of a posterior, all equally likely, numbered from 1. table: `WORLDS_FILE`."""

    table: pd.DataFrame = field(repr=False)
    identity: str
    folder: str = ""
    left_out: tuple[str, ...] = ()
    kind: str = "posterior"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The numbers in doubt."""
        return tuple(str(name) for name in self.table.columns if name not in (*KEYS_OF_WORLDS, *self.left_out))

    @property
    def digest(self) -> str:
        """16 hex digits over what its draws come from, not how many there are, so that it may grow; and what is left out."""
        return hashlib.sha256(repr((self.kind, self.identity, self.left_out)).encode()).hexdigest()[:16]

    @property
    def most(self) -> int | None:
        """How many worlds there are."""
        return int((self.table["number"] < TWINS).sum())

    @property
    def twins(self) -> int:
        """Of how many first worlds there are twins."""
        there, n = set(self.table["twin_of"].tolist()), 0
        while n + 1 in there:
            n += 1
        return n

    @property
    def source(self) -> Mapping[str, str]:
        """Where they come from."""
        return {"folder": self.folder}

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {int(number): row for row, number in enumerate(self.table["number"])}

    def draw(self, number: int) -> DrawnValues:
        """What is drawn in a world, or in the twin of one. Raises Mistake where there is no such world."""
        world_of(number)
        if number not in self._rows:
            raise Mistake(
                f"{self.folder}: has {self.most} worlds and the twins of {self.twins}, and none of number {number}; let it grow: "
                "stations calibrate CITY --effective N",
                f"{self.folder}：有 {self.most} 个情形及其中 {self.twins} 个的配对情形，没有编号 {number}；可扩充：stations calibrate CITY --effective N",
            )
        row = self.table.iloc[self._rows[number]]
        values = {name: float(row[name]) for name in self.names}
        return DrawnValues(number, values, seed=int(row["seed"]))

    def without(self, names: Collection[str]) -> PosteriorWorlds:
        """The same where these stay as the city says them."""
        left_out = tuple(sorted({*self.left_out, *names}))
        if left_out == self.left_out:
            return self
        return PosteriorWorlds(self.table, self.identity, self.folder, left_out)


@dataclass(frozen=True, eq=False)
class Posterior:
    """A city fitted to its figures: worlds in which it has them, and how well it does."""

    folder: Path
    facts: Mapping[str, Any] = field(repr=False)
    table: pd.DataFrame = field(repr=False)

    @cached_property
    def worlds(self) -> PosteriorWorlds:
        """Its worlds, all equally likely."""
        return PosteriorWorlds(self.table, str(self.facts["identity"]), str(self.folder))

    @property
    def fit(self) -> pd.DataFrame:
        """A row for each figure: what was counted, what the law says of it, what the worlds say."""
        return read_table(self.folder / FIT_FILE, ["figure", "use", "law"], ["low", "high", "median", "tail"])

    @property
    def learnt(self) -> pd.DataFrame:
        """A row for each number in doubt: its prior, its posterior, and whether the figures taught it."""
        return read_table(self.folder / LEARNT_FILE, ["name", "kind"], ["prior_sd", "posterior_sd", "p"])

    def stale(self, scenario: Scenario, *, allow_code: bool = False) -> str:
        """Why it does not fit a city any more, in a sentence; "" where it does. Where the model's code is another one, three runs are made
        and compared with those of then."""
        city, said = _as_in_its_file(scenario_given(scenario).baseline()), self.facts["digests"]
        own = prior(city, str(self.facts["shape"]), known=())
        if city.hash != said["city"]:
            return tr("it is of another city, or of other numbers of this one", "它属于另一城市，或本市的其他数值")
        if figures_digest(city) != said["figures"]:
            return tr("the city's figures are others now", "该市的指标已不同")
        if prior_digest(own) != said["prior"]:
            return tr(
                "what is in doubt, what is known of it, or its plausible ranges are others now",
                "不确定或已知的数值、或其合理范围已不同",
            )
        if engine_of(city, allow_code=allow_code).digest == said["model"]:
            return ""
        if probes(city, self.worlds, allow_code=allow_code) != self.facts["probes"]:
            return tr("the model is another one, and its runs end elsewhere", "模型已改变，其运行结果不同")
        return ""

    def check(self, scenario: Scenario, *, allow_code: bool = False) -> None:
        """Raise Mistake where it does not fit a city."""
        if why := self.stale(scenario, allow_code=allow_code):
            given, home = home_of(scenario)
            anew = command_line(["stations", "calibrate", given, "--out", str(home), "--force"])
            raise Mistake(
                f"{self.folder}: does not fit {scenario.name}: {why}; make one that does: {anew}",
                f"{self.folder}：不适用于 {scenario.name}：{why}；请另行生成：{anew}",
            )


def figures_digest(scenario: Scenario) -> str:
    """16 hex digits over a city's figures, those that are fitted first."""
    ordered = sorted(scenario.figures, key=lambda figure: figure.use != figures.FIT)
    said = json.dumps([figure.to_plain() for figure in ordered], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def read_posterior(folder: str | Path) -> Posterior:
    """The posterior in a folder. Raises Mistake where there is none, or it is damaged."""
    folder = folder_of(folder)
    file = folder / MARK
    if not checked.is_there(file):
        raise Mistake(
            f"{folder}: holds no {MARK}; give a folder that 'stations calibrate' wrote",
            f"{folder}：没有 {MARK}；请给出 'stations calibrate' 写出的文件夹",
        )
    facts = read_json(file, again())
    checked.refuse_newer(file, facts.get("schema"))
    checked.refuse_shape(
        file,
        facts,
        SHAPE,
    )
    for name, sha in facts["files"].items():
        there = folder / name
        checked.refuse_no_file(there)
        if Mark.of(there.read_bytes()).sha256 != sha:
            raise checked.damaged(there, checked.changed())
    table = read_table(folder / WORLDS_FILE, [], KEYS_OF_WORLDS)
    return Posterior(folder, facts, table)


def stored(folder: Path) -> pd.DataFrame:
    """All proposals of a posterior that is stored."""
    return read_table(folder / PROPOSALS_FILE, ["status"], ["number", "n_runs", "log_weight"])


def home_of(scenario: Scenario) -> tuple[str, Path]:
    """What a command calls a city, and where its posterior is made unless another folder is given: beside the city's file; that of a shipped
    city, under results/."""
    if scenario.file is None or shipped_at(scenario) is not None:
        return scenario.name, Path("results") / f"calibrate-{os.path.basename(scenario.name)}"
    return str(scenario.file), scenario.file.with_suffix(".posterior")


def shipped_at(scenario: Scenario) -> Path | None:
    """Where the posterior of a shipped city lies that came with it; None of another city."""
    if scenario.file not in shipped().values():
        return None
    return scenarios_folder() / SHIPPED_AT / f"{Path(str(scenario.file)).stem}.posterior"


def find_posterior(scenario: Scenario) -> Posterior | None:
    """The posterior that fits a city: beside its file, or the shipped one of a shipped city; None where there is none."""
    folder = shipped_at(scenario) or home_of(scenario)[1]
    if scenario.file is None or not (folder / MARK).is_file():
        return None
    found = read_posterior(folder)
    return None if found.stale(scenario) else found


def _as_in_its_file(city: Scenario) -> Scenario:
    """The city without what was set by hand since its file was read, where it differs from the file in no more."""
    if city.file is None:
        return city
    try:
        there = load_scenario(str(city.file))
    except Mistake:  # the file is gone
        return city
    names = set(city.known) - set(there.known)
    return there if _apart_from(city, names).hash == _apart_from(there, names).hash else city


def _apart_from(city: Scenario, names: Collection[str]) -> Scenario:
    """A city that says nothing of these numbers from its first day on; to be compared, not to be run."""

    def left(changes: Iterable[Change]) -> tuple[Change, ...]:
        return tuple(one for one in changes if one.name not in names or one is not city.bases.get(one.name))

    groups = []
    for group in city.groups:
        facts: dict[str, Any] = {fact: 0.0 for fact in GROUP_FACTS if group_name(fact, group.id) in names}
        groups.append(replace(group, **facts))
    return replace(city, levers=left(city.levers), parameters=left(city.parameters), groups=tuple(groups))


# --- probes


def probes(city: Scenario, worlds: PosteriorWorlds, *, allow_code: bool = False) -> list[str]:
    """Digests of how the first worlds stand when the policies start; another model ends elsewhere."""
    found = []
    for number in range(1, 1 + min(N_PROBES, worlds.most or 0)):
        drawn = worlds.draw(number)
        under = city.under(drawn)
        engine = engine_of(under, allow_code=allow_code)
        with dated(under):
            world = engine.build(under, drawn.seed or number)
            advance(world, max(1, under.policy_month), engine=engine)
        found.append(state_digest(world))
    return found


def state_digest(world: World) -> str:
    """16 hex digits over the columns of what changes in a world, by name, so that another order of columns is the same state."""
    digest = hashlib.sha256()
    for table in (world.city, world.stations, world.workers, world.communities):
        for name in sorted(table.dtype.names or ()):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(table[name]).tobytes())
    for name, column in zip(world.residents._fields, world.residents, strict=True):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:16]
