"""Government, town offices, the guidance centre, stations and communities."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from mesa.agent import AgentSet
from mesa.discrete_space import Cell

from sim.agents.attributes import CityAgent, agent_set, column, derived
from sim.agents.records import Need, Service
from sim.language import counted, tr
from sim.scenario.parameters import LEVERS
from sim.words import Line, NeedState


def _total(table: str, name: str) -> Any:
    return lambda self: float(self.model.columns[table][name].sum())


def _count(name: str) -> Any:
    return lambda self: self.model.columns["city"][name].item(0)


class Government(CityAgent):
    """The city's government: it pays, and sets the levers. 政府"""

    __slots__ = ()

    receivable = derived(_total("stations", "receivable"), "yuan", "Owed to all stations", "欠付各站款项合计")
    wages_owed = derived(
        _total("stations", "wages_owed"), "yuan", "Owed by all stations to their staff", "各站欠薪合计"
    )

    @property
    def name(self) -> str:
        return tr("Government", "政府")

    @property
    def levers(self) -> dict[str, float]:
        """Every lever this month, as the mean of the stations; change them by policies or `model.branch(pay=...)`."""
        table = self.model.world.levers[self.model.month]
        return {name: float(table[name].mean()) for name in LEVERS}

    @property
    def policies(self) -> list[str]:
        """Names of the policies in the scenario."""
        return [policy.name for policy in self.model.scenario.policies]

    @property
    def offices(self) -> AgentSet:
        return agent_set(self.model.office_list, self.model)

    @property
    def stations(self) -> AgentSet:
        return agent_set(self.model.station_list, self.model)

    @property
    def centre(self) -> GuidanceCentre:
        return self.model.centre

    def _numbers(self) -> str:
        return f", owes {self.receivable:,.0f} yuan"


class _Mapped(CityAgent):
    """An agent with a node on the map."""

    __slots__ = ()

    @property
    @abstractmethod
    def node(self) -> int:
        """Its node on `model.map`."""

    @property
    def cell(self) -> Cell:
        """Its cell on `model.map`."""
        found: Cell = self.model.map[self.node]
        return found


class GuidanceCentre(_Mapped):
    """The guidance centre: it dispatches detected needs. 指导中心"""

    __slots__ = ()

    n_queued = derived(_count("n_queued"), "needs", "Needs that wait for dispatch", "待派单需求数")
    n_away = derived(
        _count("n_away"), "needs", "Needs with the centre or another organisation", "中心或其他机构办理中的需求数"
    )

    @property
    def name(self) -> str:
        return tr("Guidance centre", "指导中心")

    @property
    def node(self) -> int:
        return 0

    @property
    def queue(self) -> list[Need]:
        """Needs that wait for dispatch, in order."""
        return [Need(self.model, row) for row in self.model.world.lines[Line.QUEUED, : self.n_queued].tolist()]

    @property
    def away(self) -> list[Need]:
        """Needs with the centre itself or another organisation, in order of dispatch."""
        return [Need(self.model, row) for row in self.model.world.lines[Line.AWAY, : self.n_away].tolist()]

    @property
    def stations(self) -> AgentSet:
        return agent_set(self.model.station_list, self.model)

    @property
    def government(self) -> Government:
        return self.model.government

    def _numbers(self) -> str:
        return f", {self.n_queued} queued, {self.n_away} away"


class _OfTown(CityAgent):
    __slots__ = ()

    @property
    def id(self) -> str:
        """The town's id in the scenario."""
        return self.model.scenario.towns[self.row].id


class Office(_OfTown):
    """A town's office. 街镇"""

    __slots__ = ()

    awareness = column("stations", "awareness")
    goodwill = column("stations", "goodwill")
    restrained_months = column("stations", "restrained_months")

    @property
    def name(self) -> str:
        town = self.model.scenario.towns[self.row].name
        return tr(f"Office of {town.en}", f"{town.zh}街镇")

    @property
    def station(self) -> Station:
        return self.model.station_list[self.row]

    @property
    def government(self) -> Government:
        return self.model.government

    def _numbers(self) -> str:
        return f", goodwill {self.goodwill:.2f}, awareness {self.awareness:.2f}"


class Station(_OfTown, _Mapped):
    """A social work station, one a town. 社工站"""

    __slots__ = ()

    reputation = column("stations", "reputation")
    reception_days_left = column("stations", "reception_days_left")
    government_revenue = column("stations", "government_revenue")
    own_revenue = column("stations", "own_revenue")
    planned_own = column("stations", "planned_own")
    balance = column("stations", "balance")
    receivable = column("stations", "receivable")
    wages_owed = column("stations", "wages_owed")
    operating_owed = column("stations", "operating_owed")
    backlog_hours = column("stations", "backlog_hours")
    load = column("stations", "load")
    trust = column("stations", "trust")
    volunteers = column("stations", "volunteers")
    mean_competence = column("stations", "mean_competence")
    population = column("stations", "residents")
    n_posts = column("stations", "n_posts")
    n_present = column("stations", "n_present")
    n_partners = column("stations", "n_partners")

    @property
    def name(self) -> str:
        town = self.model.scenario.towns[self.row].name
        return tr(f"Station of {town.en}", f"{town.zh}社工站")

    @property
    def node(self) -> int:
        return 1 + self.row

    @property
    def office(self) -> Office:
        return self.model.office_list[self.row]

    @property
    def centre(self) -> GuidanceCentre:
        return self.model.centre

    @property
    def workers(self) -> AgentSet:
        """Who is in its posts."""
        station = self.model.columns["stations"]
        rows = slice(station["first_worker"].item(self.row), station["last_worker"].item(self.row))
        return agent_set([worker for worker in self.model.worker_list[rows] if worker is not None], self.model)

    @property
    def n_vacant(self) -> int:
        """Posts that stand vacant, posts."""
        return self.n_posts - len(self.workers)

    @property
    def communities(self) -> AgentSet:
        station = self.model.columns["stations"]
        first, last = station["first_community"].item(self.row), station["last_community"].item(self.row)
        return agent_set(self.model.community_list[first:last], self.model)

    @property
    def residents(self) -> AgentSet:
        """The residents of its town (makes the residents)."""
        return agent_set([resident for community in self.communities for resident in community.residents], self.model)

    @property
    def partners(self) -> AgentSet:
        """Allied stations, in order of linking."""
        rows = self.model.columns["stations"]["partners"][self.row, : self.n_partners].tolist()
        return agent_set([self.model.station_list[row] for row in rows], self.model)

    @property
    def levers(self) -> dict[str, float]:
        """Every lever here this month; change them by policies or `model.branch(pay=...)`."""
        row = self.model.world.levers[self.model.month]
        return {name: float(row[name][self.row]) for name in LEVERS}

    @property
    def waiting(self) -> list[Need]:
        """Needs of its town that wait for a worker, in order of dispatch."""
        return self._of_town(Line.WAITING, "n_waiting")

    @property
    def unassigned(self) -> list[Service]:
        """Services whose worker left, first in line for a worker."""
        rows = self.model.world.lines[Line.UNASSIGNED, : self.model.columns["city"]["n_unassigned"].item(0)].tolist()
        mine = self.model.columns["services"]["station"]
        return [Service(self.model, row) for row in rows if mine.item(row) == self.row]

    def _of_town(self, line: Line, count: str) -> list[Need]:
        rows = self.model.world.lines[line, : self.model.columns["city"][count].item(0)].tolist()
        mine = self.model.columns["needs"]["station"]
        return [Need(self.model, row) for row in rows if mine.item(row) == self.row]

    @property
    def services(self) -> list[Service]:
        """Open services of its workers, and the unassigned ones."""
        return [service for worker in self.workers for service in worker.services] + self.unassigned

    @property
    def month_so_far(self) -> dict[str, float]:
        """What was observed here this month (`sim.observations`); stocks stand at the month's end only."""
        seen = self.model.world.observed.stations[self.model.month]
        return {name: float(seen[name][self.row]) for name in seen.dtype.names or ()}

    def _numbers(self) -> str:
        return f", {len(self.workers)} of {counted(self.n_posts, 'post')} filled, reputation {self.reputation:.2f}"


class Community(_Mapped):
    """A community of a town. 社区"""

    __slots__ = ()

    grid_strength = column("communities", "grid_strength")
    outreach = column("communities", "outreach")
    month_outreach = column("communities", "month_outreach")
    participation = column("communities", "participation")
    volunteers = column("communities", "volunteers")
    trust = column("communities", "trust")
    population = column("communities", "residents")

    @property
    def _place(self) -> tuple[int, int]:
        """Row of the town, number within it."""
        station = self.model.columns["communities"]["station"].item(self.row)
        return station, self.row - self.model.columns["stations"]["first_community"].item(station)

    @property
    def id(self) -> str:
        """As in the tables: "town/1"."""
        town, number = self._place
        return f"{self.model.scenario.towns[town].id}/{number + 1}"

    @property
    def name(self) -> str:
        town, number = self._place
        facts = self.model.scenario.towns[town]
        name = facts.communities[number].name
        return tr(f"{name.en}, {facts.name.en}", f"{facts.name.zh}{name.zh}")

    @property
    def node(self) -> int:
        return 1 + len(self.model.station_list) + self.row

    @property
    def station(self) -> Station:
        return self.model.station_list[self._place[0]]

    @property
    def residents(self) -> AgentSet:
        """Its residents, sorted by group (makes the residents)."""
        community, cells = self.model.columns["communities"], self.model.world.place.cells
        first, last = community["first_cell"].item(self.row), community["last_cell"].item(self.row)
        if first == last:
            return agent_set([], self.model)
        rows = slice(cells["first"].item(first), cells["last"].item(last - 1))
        return agent_set(self.model.resident_list()[rows], self.model)

    @property
    def needs(self) -> list[Need]:
        """Its needs that have arisen and not yet ended."""
        n = self.model.columns["city"]["next_need"].item(0)
        needs = self.model.columns["needs"]
        living = (needs["community"][:n] == self.row) & (needs["state"][:n] < NeedState.MET)
        return [Need(self.model, row) for row in living.nonzero()[0].tolist()]

    def _numbers(self) -> str:
        return f", {self.population:,.0f} people, trust {self.trust:.2f}"
