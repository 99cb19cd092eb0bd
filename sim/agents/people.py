"""Social workers and residents."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from sim.agents.attributes import CityAgent, ModelSet, chosen, column, derived, refuse_if_over
from sim.agents.records import Need, Service
from sim.language import counted, tr
from sim.mistakes import Mistake
from sim.words import CERTIFICATES, NONE, Line

if TYPE_CHECKING:
    from sim.agents.places import Community, Station
    from sim.model import StationModel


class SocialWorker(CityAgent):
    """A social worker in a post. One who leaves leaves the model, and a hire is another agent. 社工"""

    __slots__ = ("left",)

    left: datetime.date | None
    """The day on which this social worker left, or None."""

    competence = column("workers", "competence")
    burnout = column("workers", "burnout")
    conflict = column("workers", "conflict")
    arrears = column("workers", "arrears")
    stay = column("workers", "stay")
    is_trained = column("workers", "is_trained")
    certificate = chosen("workers", "certificate", CERTIFICATES)
    tenure_days = column("workers", "tenure_days")
    secondment_days_left = column("workers", "secondment_days_left")
    ledger_backlog = column("workers", "ledger_backlog")
    month_service = column("workers", "month_service")
    month_training = column("workers", "month_training")
    is_present = derived(
        lambda self: self.secondment_days_left == 0, "yes or no", "Not lent out", "是否在岗（未被借调）"
    )
    n_services = column("workers", "n_services")

    def __init__(self, model: StationModel, row: int, unique_id: int) -> None:
        object.__setattr__(self, "left", None)
        super().__init__(model, row, unique_id)

    def __getattr__(self, name: str) -> Any:
        # Whoever has left has no row: whatever reads it comes here.
        if name == "row":
            raise Mistake(f"this social worker left on {self.left}", f"这名社工已于 {self.left} 离职")
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    @property
    def name(self) -> str:
        town = self.model.scenario.towns[self.station.row].name
        return tr(f"Social worker {self.post} of {town.en}", f"{town.zh}社工{self.post}")

    @property
    def id(self) -> str:
        """The post, as "town/w1"."""
        return f"{self.station.id}/w{self.post}"

    @property
    def post(self) -> int:
        """The number of the post at the station, from 1."""
        first: int = self.model.columns["stations"]["first_worker"].item(self.station.row)
        return self.row - first + 1

    @property
    def station(self) -> Station:
        return self.model.station_list[self.model.columns["workers"]["station"].item(self.row)]

    @property
    def services(self) -> list[Service]:
        """What the worker carries, by deadline."""
        rows = self.model.columns["workers"]["services"][self.row, : self.n_services]
        return [Service(self.model, row) for row in rows.tolist()]

    def remove(self) -> None:
        """The worker leaves today: services return to the station, first in line, and the post stands vacant."""
        if self.left is not None:
            return
        row = self.row
        refuse_if_over(self)
        model = self.model
        columns, city = model.columns, model.columns["city"]
        line = model.world.lines[Line.UNASSIGNED]
        for service in line[: city["n_unassigned"].item(0)].tolist():
            if columns["services"]["left_by"][service] == row:
                columns["services"]["left_by"][service] = NONE
                columns["services"]["handovers"][service] += 1
        for service in columns["workers"]["services"][row, : self.n_services].tolist():
            columns["services"]["worker"][service] = NONE
            columns["services"]["handovers"][service] += 1
            line[city["n_unassigned"].item(0)] = service
            city["n_unassigned"][0] += 1
        columns["workers"]["services"][row] = NONE
        for name in ("n_services", "is_filled", "vacant_months", "secondment_days_left", "absence_days"):
            columns["workers"][name][row] = 0
        model.world.observed.stations["quits"][model.month, self.station.row] += 1.0
        model.worker_left(self, model.date)

    def stand_in(self, row: int) -> None:
        """For the model: the post has another row."""
        object.__setattr__(self, "row", row)

    def depart(self, date: datetime.date) -> None:
        """For the model: from now on, reading says when the worker left."""
        object.__setattr__(self, "left", date)
        object.__delattr__(self, "row")

    def _numbers(self) -> str:
        return f", burnout {self.burnout:.2f}, competence {self.competence:.2f}, {counted(self.n_services, 'service')}"

    def __repr__(self) -> str:
        if self.left is not None:
            return f"<SocialWorker {self.unique_id}, left on {self.left}>"
        return super().__repr__()


class Resident(CityAgent):
    """A resident, or, of the general public, one of a sample. Made when first asked for. 居民"""

    __slots__ = ()

    trust = column("residents", "trust")
    own_trust = column("residents", "own_trust")
    is_aware = column("residents", "is_aware")

    def __deepcopy__(self, memo: dict[int, Any]) -> Resident:
        # As copy would do it, in a tenth of the time.
        made = Resident.__new__(Resident)
        memo[id(self)] = made
        state = {**self.__dict__, "model": self.model}
        made.__setstate__(({}, {**deepcopy(state, memo), "row": self.row}))
        return made

    @property
    def unique_id(self) -> int:  # type: ignore[override]
        """Known from the row, so that 100,000 of them need no number each."""
        return int(self.model.first_resident_id + self.row)

    @property
    def name(self) -> str:
        return tr(f"Resident {self.row + 1} of {self.community.name}", f"{self.community.name}居民{self.row + 1}")

    @property
    def id(self) -> str:
        """The row in the table of residents, from 1, with the community: "town/1/r17"."""
        return f"{self.community.id}/r{self.row + 1}"

    @property
    def _cell(self) -> int:
        return bisect_right(self.model.cell_ends, self.row)

    @property
    def community(self) -> Community:
        return self.model.community_list[self.model.world.place.cells["community"].item(self._cell)]

    @property
    def station(self) -> Station:
        return self.community.station

    @property
    def group(self) -> str:
        """The id of the group."""
        return self.model.scenario.groups[self.model.world.place.cells["group"].item(self._cell)].id

    @property
    def weight(self) -> float:
        """People for whom this resident stands, people."""
        return float(self.model.world.place.cells["weight"].item(self._cell))

    @property
    def needs(self) -> list[Need]:
        """The resident's needs that have arisen, in order of onset."""
        rows = self.model.columns["needs"]["resident"][: self.model.columns["city"]["next_need"].item(0)]
        return [Need(self.model, row) for row in (rows == self.row).nonzero()[0].tolist()]

    def _numbers(self) -> str:
        return f", {self.group}, trust {self.trust:.2f}"


class Residents(ModelSet):
    """The AgentSet of residents: complete from the start, but its agents are made when it is first looked into."""

    def __init__(self, model: Any) -> None:
        # Not AgentSet.__init__: it would look into the agents. What it would set is missing until someone asks.
        self.model = model
        self.random = model.random
        self.is_made = False

    def make(self) -> None:
        """Make the residents, unless they are."""
        if not self.is_made:
            self.is_made = True
            super().__init__(self.model.make_residents(), random=self.random)

    def __getattr__(self, name: str) -> Any:
        # What AgentSet keeps comes here as long as it is missing.
        if name.startswith("__") or self.__dict__.get("is_made", True):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        self.make()
        return getattr(self, name)

    def __len__(self) -> int:
        return super().__len__() if self.is_made else len(self.model.world.residents.trust)

    def __getstate__(self) -> dict[str, Any]:
        state = {"model": self.model, "random": self.random}
        return {**state, "agents": list(self)} if self.is_made else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model, self.random, self.is_made = state["model"], state["random"], "agents" in state
        if self.is_made:
            super().__init__(state["agents"], random=self.random)
