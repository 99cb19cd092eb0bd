"""The map: a `mesa.discrete_space.Network` of the centre, the stations and the communities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
from mesa.discrete_space import Cell, CellCollection, Network

from sim.agents.mesa_versions import network

if TYPE_CHECKING:
    from sim.model import StationModel


class NetworkCell(Cell):
    """A cell whose neighbourhood is worked out when asked for.

    Mesa's keeps neighbourhoods in a table of the class, which would outdate them when alliances change, and would keep the
    model alive for good.
    """

    def get_neighborhood(self, radius: int = 1, include_center: bool = False) -> CellCollection:
        """Cells within `radius` edges."""
        if radius < 1:
            raise ValueError("radius must be at least one")
        found: dict[Cell, None] = {self: None}
        edge: list[Cell] = [self]
        for _ in range(radius):
            edge = [other for cell in edge for other in cell.connections.values() if other not in found]
            found |= dict.fromkeys(edge)
        if not include_center:
            del found[self]
        return CellCollection(list(found), random=self.random)

    @property
    def neighborhood(self) -> CellCollection:
        """Cells one edge away."""
        return self.get_neighborhood()

    def connect(self, other: Cell, key: Any = None) -> None:
        self.connections[other.coordinate if key is None else key] = other

    def disconnect(self, other: Cell) -> None:
        for key in [key for key, cell in self.connections.items() if cell is other]:
            del self.connections[key]


def alliances(model: StationModel) -> set[tuple[int, int]]:
    """Pairs of nodes of allied stations."""
    partners = model.columns["stations"]["partners"]
    counts = model.columns["stations"]["n_partners"].tolist()
    return {(1 + min(s, other), 1 + max(s, other)) for s, n in enumerate(counts) for other in partners[s, :n].tolist()}


def make_map(model: StationModel) -> Network:
    """Nodes are whole numbers (as Mesa's drawing wants): 0 the centre, then stations, then communities.

    Node attributes: name, kind ("centre", "station", "community"), unique_id. Edge attribute: relation ("dispatch",
    "serves", "alliance").
    """
    graph = nx.Graph()
    for kind, agents in (
        ("centre", [model.centre]),
        ("station", model.station_list),
        ("community", model.community_list),
    ):
        for agent in agents:
            graph.add_node(agent.node, name=agent.name, kind=kind, unique_id=agent.unique_id)
    graph.add_edges_from(((0, station.node) for station in model.station_list), relation="dispatch")
    graph.add_edges_from(
        ((community.station.node, community.node) for community in model.community_list), relation="serves"
    )
    graph.add_edges_from(sorted(alliances(model)), relation="alliance")
    space = network(graph, random=model.random, cell_klass=NetworkCell)
    for agent in (model.centre, *model.station_list, *model.community_list):
        space[agent.node].add_agent(agent)
    return space


def follow_alliances(space: Network, model: StationModel) -> None:
    """Bring the edges between stations up to date."""
    drawn = {(min(a, b), max(a, b)) for a, b, relation in space.G.edges(data="relation") if relation == "alliance"}
    now = alliances(model)
    for a, b in sorted(drawn - now):
        space.remove_connection(space[a], space[b])
    for a, b in sorted(now - drawn):
        space.add_connection(space[a], space[b])
        space.G.edges[a, b]["relation"] = "alliance"
