"""Needs and services: what agents deal with. Light live views, read only; they are no agents."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from sim.mistakes import Mistake
from sim.words import NONE, Kind, NeedState, Route

if TYPE_CHECKING:
    from sim.agents.people import Resident, SocialWorker
    from sim.agents.places import Community, Station
    from sim.model import StationModel


class Record:
    """One row of a table of the world. Two are equal if they are the same row of the same model."""

    __slots__ = ("model", "row")

    model: StationModel
    row: int
    table = ""

    def __init__(self, model: StationModel, row: int) -> None:
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "row", row)

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        for name, value in state[1].items():
            object.__setattr__(self, name, value)

    def _cell(self, name: str) -> Any:
        return self.model.columns[self.table][name].item(self.row)

    def _date(self, name: str) -> datetime.date:
        return self.model.date_of(self._cell(name))

    def __setattr__(self, name: str, value: Any) -> None:
        raise Mistake(
            f"{name} of a {self.table.removesuffix('s')} cannot be written: needs and services can only be read",
            f"不能改写 {name}：需求与服务只读",
        )

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._key() == other._key()

    def _key(self) -> tuple[int, int]:
        return id(self.model), self.row

    def __hash__(self) -> int:
        return hash(self._key())

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_")]


class Need(Record):
    """A resident's need. 需求"""

    __slots__ = ()
    table = "needs"

    @property
    def kind(self) -> str:
        """ "case" or "group": the kind of service that it calls for."""
        return Kind(self._cell("kind")).name.lower()

    @property
    def state(self) -> str:
        """Where it is: "hidden", "queued", "waiting", "in_service", "away", "met", "unmet", ..."""
        return NeedState(self._cell("state")).name.lower()

    @property
    def onset(self) -> datetime.date:
        """The day on which it arises."""
        return self._date("onset")

    @property
    def hours(self) -> float:
        """Hours that it takes as a case at productivity 1, h."""
        return float(self._cell("hours"))

    @property
    def weight(self) -> float:
        """People for whom its resident stands, people."""
        return float(self._cell("weight"))

    @property
    def dispatched(self) -> datetime.date | None:
        """The day on which the guidance centre dispatched it, or None."""
        return self._date("dispatched") if self._cell("route") else None

    @property
    def route(self) -> str:
        """Where it was dispatched: "nowhere" (yet), "centre", "other", "station"."""
        return Route(self._cell("route")).name.lower()

    @property
    def resident(self) -> Resident:
        """Whose it is (makes the residents)."""
        found: Resident = self.model.resident_list()[self._cell("resident")]
        return found

    @property
    def community(self) -> Community:
        return self.model.community_list[self._cell("community")]

    @property
    def station(self) -> Station:
        """The station of the resident's town."""
        return self.model.station_list[self._cell("station")]

    @property
    def group(self) -> str:
        """The id of the resident's group."""
        return self.model.scenario.groups[self._cell("group")].id

    @property
    def service(self) -> Service | None:
        """The service that deals with it, or None."""
        row = self._cell("service")
        return None if row == NONE else Service(self.model, row)

    def __repr__(self) -> str:
        return f"<Need {self.row} {self.kind} {self.state} {self.group}>"


class Service(Record):
    """A case or a group that a station works on. 服务（个案或小组）"""

    __slots__ = ()
    table = "services"

    @property
    def kind(self) -> str:
        """ "case" or "group"."""
        return Kind(self._cell("kind")).name.lower()

    @property
    def is_open(self) -> bool:
        return bool(self._cell("is_open"))

    @property
    def hours(self) -> float:
        """Hours at productivity 1, h."""
        return float(self._cell("hours"))

    @property
    def hours_left(self) -> float:
        """Hours still to work at productivity 1, h."""
        return float(self._cell("hours_left"))

    @property
    def opened(self) -> datetime.date:
        return self._date("opened")

    @property
    def deadline(self) -> datetime.date:
        """The last day on which it closes on time."""
        return self._date("deadline")

    @property
    def last_session(self) -> datetime.date | None:
        return None if self._cell("last_session") == NONE else self._date("last_session")

    @property
    def handovers(self) -> int:
        """How often it changed its worker."""
        return int(self._cell("handovers"))

    @property
    def needs(self) -> list[Need]:
        """Its members, the one that opened it first."""
        found, row = [], self.row
        following = self.model.columns["needs"]["next_member"]
        while row != NONE:
            found.append(Need(self.model, row))
            row = following.item(row)
        return found

    @property
    def station(self) -> Station:
        return self.model.station_list[self._cell("station")]

    @property
    def worker(self) -> SocialWorker | None:
        """Who works on it; None while it waits for a worker, and once it is closed."""
        row = self._cell("worker")
        return None if row == NONE or not self.is_open else self.model.worker_list[row]

    def __repr__(self) -> str:
        return f"<Service {self.row} {self.kind} {self.hours_left:.1f} h left, deadline {self.deadline}>"
