"""The parts of the page that are drawn in the browser, and three that show any `StationModel`, also under Mesa's SolaraViz.

from mesa.visualization import SolaraViz
from sim.view.components import CityLines, CityMap, StationCard

SolaraViz(model, components=[CityMap, CityLines, StationCard])
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import solara

from sim.view import shown, words

STYLE = Path(__file__).parent / "vue" / "page.css"

if TYPE_CHECKING:
    from sim.model import StationModel


@solara.component_vue("vue/toolbar.vue")
def Toolbar(
    words: dict[str, Any],
    now: dict[str, Any],
    file: dict[str, Any],
    event_go: Callable[[Any], None],
    event_go_on: Callable[[Any], None],
    event_branch: Callable[[Any], None],
    event_save_scenario: Callable[[Any], None],
    event_save_table: Callable[[Any], None],
) -> None:
    """Time: play, steps, jumps, rewinding; branch; files. Asks for a step only once the last is drawn."""


@solara.component_vue("vue/session.vue")
def KeptSession(session: dict[str, Any], is_new: bool, event_restore: Callable[[Any], None]) -> None:
    """Keeps `Viewer.session` in the browser's tab, and gives it back to a new viewer. Shows nothing."""


@solara.component_vue("vue/city_map.vue")
def Map(
    words: dict[str, Any],
    places: dict[str, Any],
    now: dict[str, Any],
    scale: dict[str, Any],
    chosen: int,
    outcome: str,
    outcomes: list[dict[str, str]],
    caption: str,
    file: str,
    is_there: bool,
    event_choose: Callable[[Any], None],
    event_colour_by: Callable[[Any], None],
) -> None:
    """The map, from `shown.places`, `shown.map_now` and `shown.Scale`; a picture waits until the city `is_there`."""


@solara.component_vue("vue/lines.vue")
def Lines(
    words: dict[str, Any],
    charts: list[dict[str, Any]],
    calendar: dict[str, Any],
    outcomes: list[dict[str, str]],
    picked: list[str],
    windows: list[dict[str, Any]],
    months_taken: int,
    caption: str,
    file: str,
    is_there: bool,
    event_pick: Callable[[Any], None],
    event_take_window: Callable[[Any], None],
) -> None:
    """Small multiples of outcomes over time, from `shown.charts` and `shown.calendar`; a picture waits until the city
    `is_there`."""


@solara.component_vue("vue/station.vue")
def StationTable(words: dict[str, Any], card: dict[str, Any] | None) -> None:
    """A station's numbers, workers and week, from `shown.station_card`."""


@solara.component_vue("vue/setup.vue")
def Setup(
    words: dict[str, Any],
    setup: dict[str, Any],
    event_choose_city: Callable[[Any], None],
    event_choose_seed: Callable[[Any], None],
    event_choose_policies: Callable[[Any], None],
) -> None:
    """Scenario, seed, policies."""


@solara.component_vue("vue/levers.vue")
def Levers(
    words: dict[str, Any],
    groups: list[dict[str, Any]],
    answer: int,
    event_move: Callable[[Any], None],
    event_release: Callable[[Any], None],
) -> None:
    """A slider for every lever, by group, from `levers.lever_groups`."""


@solara.component_vue("vue/compare.vue")
def Compare(
    words: dict[str, Any],
    city: str,
    without: str,
    policies: list[dict[str, str]],
    chosen: list[str],
    table: dict[str, Any],
    command: str,
    file: dict[str, Any],
    event_begin: Callable[[Any], None],
    event_cancel: Callable[[Any], None],
    event_save: Callable[[Any], None],
) -> None:
    """A comparison, from `sim.view.comparing.Comparing.table`."""


@solara.component_vue("vue/about.vue")
def About(
    words: dict[str, Any],
    assumptions: list[str],
    parameters: list[dict[str, Any]],
    figures: list[dict[str, str]],
    is_waiting: bool,
) -> None:
    """What the model assumes, from `sim.view.about`."""


# --- for any model


@solara.component
def CityMap(model: StationModel) -> None:
    """The map of any model; redrawn after every step under SolaraViz."""
    _redraw_with(model)
    outcome, set_outcome = solara.use_state("trust")
    chosen, set_chosen = solara.use_state(-1)
    scale = solara.use_memo(shown.Scale, [model])
    now = shown.map_now(model, outcome)
    Map(
        words=words.city_map(),
        places=solara.use_memo(lambda: shown.places(model), [model]),
        now=now,
        scale=scale.told(outcome, now),
        chosen=chosen,
        outcome=outcome,
        outcomes=words.colours(),
        caption=f"{model.scenario.name}, {model.date}",
        file="map",
        is_there=True,
        event_choose=set_chosen,
        event_colour_by=lambda name: set_outcome(name if name in shown.MAPPED else outcome),
    )


@solara.component
def CityLines(model: StationModel) -> None:
    """Outcomes of any model over time, without a baseline."""
    _redraw_with(model)
    picked, set_picked = solara.use_state(list(shown.FIRST_CHARTS))
    window, set_window = solara.use_state(3)
    Lines(
        words=words.lines(),
        charts=shown.charts_of_model(model, picked, window),
        calendar=shown.calendar_of_model(model),
        outcomes=shown.outcome_choices(),
        picked=picked,
        windows=words.windows(),
        months_taken=window,
        caption=f"{model.scenario.name}, {model.date}",
        file="lines",
        is_there=True,
        event_pick=lambda names: set_picked([name for name in names if name in shown.CURVES][:6]),
        event_take_window=lambda months: set_window(months if months in shown.WINDOWS else window),
    )


@solara.component
def StationCard(model: StationModel) -> None:
    """The numbers of one station of any model, chosen by name."""
    _redraw_with(model)
    names = [station.name for station in model.station_list]
    chosen, set_chosen = solara.use_state(names[0] if names else "")
    solara.Select(words.page()["station"], values=names, value=chosen, on_value=set_chosen)
    if chosen in names:
        StationTable(words=words.station(), card=shown.station_card(model, names.index(chosen)))


def _redraw_with(model: StationModel) -> None:
    """Under SolaraViz, draw again after each step; the style of the parts."""
    solara.Style(STYLE)
    from mesa.visualization.utils import update_counter

    update_counter.get()
