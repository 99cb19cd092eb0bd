"""Floor 4: the agents of a city as Mesa agents, each a live view on a row of the world."""

from __future__ import annotations

from sim.agents.attributes import Attribute, CityAgent
from sim.agents.people import Resident, SocialWorker
from sim.agents.places import Community, Government, GuidanceCentre, Office, Station
from sim.agents.records import Need, Service

__all__ = [
    "Attribute",
    "CityAgent",
    "Community",
    "Government",
    "GuidanceCentre",
    "Need",
    "Office",
    "Resident",
    "Service",
    "SocialWorker",
    "Station",
]
