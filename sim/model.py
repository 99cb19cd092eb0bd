"""Floor 4: the city as a Mesa model. One step is one day.

    model = StationModel("t-city", seed=7, pay=3500)
    model.run_until("2025-01-01")
    model.agents_by_type[SocialWorker].agg("burnout", max)

The world is the same as that of ``stations run``, and so are its numbers, whatever is read or collected in between.
"""

from __future__ import annotations

import bisect
import copy
import datetime
import secrets
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.agents import Community, Government, GuidanceCentre, Office, SocialWorker, Station
from sim.agents.figures import REPORTED, Figures
from sim.agents.mesa_versions import Clock, scenario_of_model
from sim.agents.network import follow_alliances, make_map
from sim.agents.registry import Columns, Registry, hold
from sim.compile import without_dispatch
from sim.engine import standard
from sim.language import tr
from sim.mistakes import Mistake, one_of
from sim.scenario.compose import branched, compose
from sim.seeds import whole_seed
from sim.world import tables

if TYPE_CHECKING:
    from mesa.discrete_space import Network

    from sim.scenario.schema import Scenario

_OWN = ("scenario", "seed", "rng", "policies", "collect", "engine")


class StationModel(Figures, Registry, Clock, mesa.Model):
    """A city of social work stations, from a scenario (name, path or `Scenario`) and a seed.

    ``seed=``: a whole number from 0 to 2**64 - 1; without it one is drawn, and ``model.seed`` tells it. `rng`: Mesa's
    newer name for the same. `policies`: names, paths or `Policy` objects. `collect`: collect `REPORTED` at the end of every
    step, in ``model.datacollector``; a `mesa.DataCollector` of your own may be put there instead. `engine`: what builds
    and runs the world (`sim.engine`). Further keywords are levers and parameters, set from the first day: ``pay=3500``.
    """

    scenario: Scenario = None  # type: ignore[assignment]  # a plain attribute: Mesa's property would write to the scenario

    def __init__(
        self,
        scenario: Any = "t-city",
        *,
        rng: Any = None,
        policies: Any = (),
        collect: bool = False,
        engine: Any = None,
        **kwargs: Any,  # Mesa's SolaraViz knows only this name
    ) -> None:
        # Were it named above, batch_run would put its own None (3.5) over the seeds that its parameters ask for.
        seed = _given_or_drawn(kwargs.pop("seed", None), rng)
        self._start_clock(rng=seed)
        self.seed: int = seed
        self.scenario = scenario_of_model(compose(scenario, policies, kwargs, words=_OWN))
        _refuse_code(self.scenario, engine)
        self.world: tables.World = _build(engine)(self.scenario, seed)
        self.engine = engine
        self.parameters: dict[str, Any] = {
            "scenario": scenario, "seed": seed, "policies": policies, "collect": collect, "engine": self.engine, **kwargs,
        }  # fmt: skip
        self.n_days = len(self.world.place.days)
        self._is_closed = False
        self._map: Network | None = None
        self._connect()
        self.steps = self.day
        self._make_agents()
        self.running = self.day < self.n_days
        if collect:
            self.datacollector = mesa.DataCollector(model_reporters={name: name for name in REPORTED})

    def _connect(self) -> None:
        """What is worked out from the state, and not stored with it."""
        world = self.world
        self.columns = {
            name: Columns(getattr(world, name))
            for name in ("city", "stations", "workers", "communities", "residents", "needs", "services")
        } | {"observed": Columns(world.observed.stations)}
        self.cell_ends: list[int] = world.place.cells["last"].tolist()
        self._clock = self.columns["city"]["day"]
        months = world.place.days["month"]
        firsts = np.flatnonzero(np.diff(months)) + 1
        self._month_ends = [*firsts.tolist(), self.n_days]
        falls = (np.diff(world.levers["posts"], axis=0) < 0).any(axis=1)
        # Staff change on a month's last day, and on the first where posts end.
        self._turns = sorted({*self._month_ends, *(firsts[falls] + 1).tolist()})
        self._next_turn = self._turn_after(self.day)
        self._run = self._first_run
        hold(self, tables.n_bytes(world))

    def _turn_after(self, day: int) -> int:
        return self._turns[min(bisect.bisect_right(self._turns, day), len(self._turns) - 1)]

    # --- running

    def step(self) -> None:
        """Run one day. Raises Mistake after the last day of the calendar."""
        if self._clock.item(0) >= self.n_days or self._is_closed:
            self.steps = self.day
            raise Mistake(f"no further step: {self.over}", f"不能再运行：{self.over}")
        try:
            self._run(self.world, 1)
        except BaseException:
            self.steps = self.day
            raise
        if self._clock.item(0) >= self._next_turn:
            self._turn()
        if "datacollector" in self.__dict__:
            self.datacollector.collect(self)

    def run_until(self, date: Any) -> StationModel:
        """Run to the morning of a date (a date or "YYYY-MM-DD"), at most that after the last day. Returns the model."""
        days = (self._date(date) - self.scenario.start).days
        if not self.day <= days <= self.n_days:
            last = self.date_of(self.n_days)
            raise Mistake(
                f"run_until: {date} is not between today, {self.date}, and the morning after the last day, {last}",
                f"run_until：{date} 不在今日 {self.date} 与结束次日 {last} 之间",
            )
        if self._is_closed and days > self.day:
            self.step()
        while self.day < days and self.running:
            self.step()
        return self

    def run_model(self) -> None:
        """Run to the end of the calendar, or until something sets `running` to False."""
        while self.running:
            self.step()

    def reset_randomizer(self, seed: int | None = None) -> None:
        """As Mesa's: `model.random` begins anew, by default from the model's own seed."""
        self.random.seed(self.seed if seed is None else seed)

    def _first_run(self, world: tables.World, n: int) -> None:
        if self.engine is None:
            from sim.day import run_days
        else:
            # `sim.engine`'s, with the rules as they are, holds the compiled code itself.
            run_days = self.engine.run_days if getattr(self.engine, "rules", True) else self.engine.run
        run_days(world, n)
        self._run = without_dispatch(run_days)

    def _turn(self) -> None:
        """After a day on which staff come or go, alliances change, or the calendar ends."""
        self._next_turn = self._turn_after(self.day)
        filled = self.columns["workers"]["is_filled"].tolist()
        for row, worker in enumerate(self.worker_list):
            if worker is not None and not filled[row]:
                self.worker_left(worker, self.date_of(self.day - 1))
            elif worker is None and filled[row]:
                self.worker_list[row] = SocialWorker(self, row, self._new_id())
        if self._map is not None:
            follow_alliances(self._map, self)
        if self.day >= self.n_days:
            self.running = False

    def branch(self, policies: Any = (), **levers: Any) -> StationModel:
        """Another model that goes on by itself from here, under further policies and levers from its next month on.

        On a month's first morning that month is the next. Agents are copied, yours too, with ids and collected data. Run
        from its first day, ``branch.scenario`` comes to the same state (but for a branch made before the first day, whose
        stations have set out under the levers of this model).
        """
        scenario = scenario_of_model(branched(self.scenario, self.month_to_come, policies, levers))
        _refuse_code(scenario, self.engine)
        world = tables.under(tables.branch(self.world), scenario)
        # Agents may write what no day of the engine changes.
        residents = world.residents._replace(own_trust=world.residents.own_trust.copy())
        world = world._replace(residents=residents)
        parameters = {"scenario": scenario, "seed": self.seed, "policies": (), "collect": self.parameters["collect"]}
        given = (
            (self.world, world),
            (self.scenario, scenario),
            (self.engine, self.engine),
            (self.parameters, parameters),
        )
        made: StationModel = copy.deepcopy(self, {id(old): new for old, new in given})
        if len(world.workers) != len(self.world.workers):
            made._follow_rows(self.world)
        parameters["engine"] = self.engine
        made._is_closed, made.running = False, made.day < made.n_days
        return made

    def _follow_rows(self, before: tables.World) -> None:
        """Where posts to come have taken rows, workers stand in others than before."""
        shift = self.world.stations["first_worker"] - before.stations["first_worker"]
        staff = [worker for worker in self.worker_list if worker is not None]
        self.worker_list = [None] * len(self.world.workers)
        for worker in staff:
            worker.stand_in(worker.row + int(shift[before.workers["station"][worker.row]]))
            self.worker_list[worker.row] = worker

    def go_on_under(self, scenario: Scenario) -> None:
        """Let the months to come follow another scenario of the same city, which agrees with this one until then.

        On a month's first morning that month is to come. Raises Mistake where the two differ in a month that has begun.
        """
        begun = max(
            1, self.month_to_come
        )  # on the first morning the stations have set out under the first month's levers
        levers, parameters = scenario.lever_table(), scenario.parameters_by_town()
        before = self.world
        own = before.parameters[:, before.stations["parameters"]]
        if not (
            levers.shape == before.levers.shape
            and (levers[:begun] == before.levers[:begun]).all()
            and (parameters[:begun] == own[:begun]).all()
        ):
            raise Mistake(
                f"{scenario.name} differs from what this model has run until {self.date}",
                f"{scenario.name} 与本模型截至 {self.date} 已运行的情景不同",
            )
        _refuse_code(scenario, self.engine)
        self.world = tables.under(before, scenario)
        if len(self.world.workers) != len(before.workers):
            self._connect()
            self._follow_rows(before)
        self.scenario = scenario_of_model(scenario)
        self.parameters = {**self.parameters, "scenario": scenario, "policies": ()}

    def reset(self, **changes: Any) -> StationModel:
        """A new model of the same parameters, with changes; this one is closed."""
        if "rng" in changes:
            changes["seed"] = changes.pop("rng")
        model = type(self)(**{**self.parameters, **changes})
        self.close()
        return model

    def close(self) -> None:
        """No further step, no further write; what was read stays readable."""
        self._is_closed = True
        self.running = False

    # --- time

    @property
    def day(self) -> int:
        """Days run since the start; the number of the next day."""
        return self._clock.item(0)

    @property
    def date(self) -> datetime.date:
        """The next day to run; after the last one, the day that follows the calendar."""
        return self.date_of(self.day)

    @property
    def month(self) -> int:
        """The month of that day, counted from 0; after the last day, the last month."""
        return self.world.place.days["month"].item(min(self.day, self.n_days - 1))

    @property
    def month_to_come(self) -> int:
        """The next month to begin, counted from 0; on a month's first morning it is that month."""
        return bisect.bisect_left(self._month_ends, self.day) + 1 if self.day else 0

    def date_of(self, day: int) -> datetime.date:
        """The date of a day's number."""
        return self.scenario.start + datetime.timedelta(days=day)

    @staticmethod
    def _date(given: Any) -> datetime.date:
        if isinstance(given, datetime.datetime):
            return given.date()
        if isinstance(given, datetime.date):
            return given
        try:
            return datetime.date.fromisoformat(str(given)[:10])
        except ValueError:
            raise Mistake(f"'{given}' is no date; write YYYY-MM-DD", f"'{given}' 不是日期；请写成 YYYY-MM-DD") from None

    @property
    def over(self) -> str:
        """Why the model runs no more, or ""."""
        if self._is_closed:
            return tr(f"the model was closed on {self.date}", f"模型已于 {self.date} 关闭")
        if self.day >= self.n_days:
            return tr(f"the model has finished on {self.scenario.end}", f"模型已于 {self.scenario.end} 运行结束")
        return ""

    # --- agents

    def _make_agents(self) -> None:
        self._open_registry((Government, GuidanceCentre, Office, Station, Community, SocialWorker))
        towns, communities = range(len(self.world.stations)), range(len(self.world.communities))
        self.government = Government(self, 0, self._new_id())
        self.centre = GuidanceCentre(self, 0, self._new_id())
        self.office_list = [Office(self, row, self._new_id()) for row in towns]
        self.station_list = [Station(self, row, self._new_id()) for row in towns]
        self.community_list = [Community(self, row, self._new_id()) for row in communities]
        self.worker_list: list[SocialWorker | None] = [
            SocialWorker(self, row, self._new_id()) if is_filled else None
            for row, is_filled in enumerate(self.columns["workers"]["is_filled"].tolist())
        ]
        self._number_residents()

    def worker_left(self, worker: SocialWorker, date: datetime.date) -> None:
        """For agents: a worker leaves `model.agents`."""
        self.worker_list[worker.row] = None
        self.deregister_agent(worker)
        worker.depart(date)

    @property
    def stations(self) -> AgentSet:
        """Those of every town, in the order of the scenario's towns."""
        return self.agents_by_type[Station]

    @property
    def offices(self) -> AgentSet:
        """The town offices, in the order of the scenario's towns."""
        return self.agents_by_type[Office]

    @property
    def workers(self) -> AgentSet:
        """Who is in a post today."""
        return self.agents_by_type[SocialWorker]

    @property
    def communities(self) -> AgentSet:
        """Those of all towns, town by town."""
        return self.agents_by_type[Community]

    def station(self, town: str) -> Station:
        """The station of a town, by the town's id. Raises Mistake."""
        ids = [town.id for town in self.scenario.towns]
        return self.station_list[ids.index(one_of(town, ids, "station", "站点"))]

    @property
    def map(self) -> Network:
        """A `mesa.discrete_space.Network` of centre, stations and communities; its links follow the alliances."""
        if self._map is None:
            self._map = make_map(self)
        return self._map

    # --- showing and storing

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.scenario.name}, seed {self.seed}, {self.date}, day {self.day} of {self.n_days}: "
            f"{len(self.station_list)} stations, {self.n_staff} social workers>"
        )

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_")]

    def __getstate__(self) -> dict[str, Any]:
        # Views would become copies, and compiled code is found again.
        left_out = {"columns", "_clock", "_run", "cell_ends"}
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._clock = self.world.city["day"]
        self._connect()


def _build(engine: Any) -> Any:
    if engine is not None:
        return engine.build
    return standard().build


def _refuse_code(scenario: Scenario, engine: Any) -> None:
    """Raise Mistake where a scenario names Python that this model would leave out."""
    acting = [policy.name for policy in scenario.policies if policy.code]
    if acting:
        listed = ", ".join(acting)
        raise Mistake(
            f"{listed}: acts by Python each month, which StationModel does not run; let 'stations run' or simulate run it",
            f"{listed}：每月由 Python 代码行动，StationModel 不运行它；请用 'stations run' 或 simulate",
        )
    if scenario.rules and engine is None:
        listed = ", ".join(name for name, _ in scenario.rules)
        raise Mistake(
            f"{scenario.name} replaces rules ({listed}); hand over their engine: "
            "engine=sim.lab.code.engine_of(scenario, allow_code=True)",
            f"{scenario.name} 替换了规则（{listed}）；请传入其引擎：engine=sim.lab.code.engine_of(scenario, allow_code=True)",
        )


def _given_or_drawn(seed: Any, rng: Any) -> int:
    """The one that is given; a form may hand it over as text. One is drawn where neither is. Raises Mistake."""
    if seed is not None and rng is not None:
        raise Mistake("give either seed or rng; both name the seed", "seed 与 rng 都指种子，只能给出其一")
    given = seed if rng is None else rng
    return secrets.randbelow(2**32) if given is None else whole_seed(given)
