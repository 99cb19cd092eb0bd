"""The page City: map, lines, a station, levers, and time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import solara

from sim.view import shown, words
from sim.view.components import KeptSession, Levers, Lines, Map, Setup, StationTable, Toolbar
from sim.view.levers import lever_groups
from sim.view.viewer import Viewer


@solara.component
def CityPage(viewer: Viewer) -> None:
    """The viewer's city. Every message of the browser is handed to the viewer, and the page drawn again."""
    _, set_turn = solara.use_state(0)
    tab, set_tab = solara.use_state("city")

    def asked(do: Callable[..., None]) -> Callable[..., None]:
        def act(*what: Any) -> None:
            do(*what)
            set_turn(lambda n: n + 1)

        return act

    def choose_station(row: Any) -> None:
        viewer.choose_station(row)
        set_tab("station" if viewer.station >= 0 else "city")

    live, page = viewer.live, words.page()
    now = shown.map_now(live.model, viewer.outcome)
    # Lines and levers change by months and by what is asked for; a day that is played only moves the map.
    month = (
        live,
        live.n_months_over,
        live.month_to_come,
        live.moves,
        live.policies,
        tuple(branch.name for branch in live.kept),
        live.seed,
    )
    charts = solara.use_memo(
        lambda: shown.charts(live, viewer.charts, viewer.window), [month, tuple(viewer.charts), viewer.window]
    )
    groups = solara.use_memo(lambda: lever_groups(live), [month])
    calendar = solara.use_memo(lambda: shown.calendar(live), [month])
    stem, caption = viewer.file_stem, viewer.caption()
    with solara.Div(classes=["stations-page"]):
        KeptSession(session=viewer.session().to_plain(), is_new=viewer.answer == 0, event_restore=asked(viewer.restore))
        Toolbar(
            words=words.toolbar(),
            now=viewer.now(),
            file=asdict(viewer.file),
            event_go=asked(viewer.go),
            event_go_on=asked(viewer.go_on),
            event_branch=asked(viewer.branch),
            event_save_scenario=asked(viewer.save_scenario),
            event_save_table=asked(viewer.save_table),
        )
        with solara.Div(classes=["stations-columns"]):
            with solara.Div(classes=["stations-controls"]):
                Setup(
                    words=words.setup(),
                    setup=solara.use_memo(viewer.setup, [viewer.steered]),
                    event_choose_city=asked(viewer.choose_city),
                    event_choose_seed=asked(viewer.choose_seed),
                    event_choose_policies=asked(viewer.choose_policies),
                )
                Levers(
                    words=words.levers(),
                    groups=groups,
                    answer=viewer.steered,
                    event_move=asked(viewer.move),
                    event_release=asked(viewer.release),
                )
            with solara.Div(classes=["stations-middle"]):
                Map(
                    words=words.city_map(),
                    places=viewer.places,
                    now=now,
                    scale=viewer.scale.told(viewer.outcome, now),
                    chosen=viewer.station,
                    outcome=viewer.outcome,
                    outcomes=words.colours(),
                    caption=caption,
                    file=f"{stem}-map",
                    is_there=live.is_there,
                    event_choose=asked(choose_station),
                    event_colour_by=asked(viewer.colour_by),
                )
            with solara.Div(classes=["stations-right"]):
                with solara.Row(gap="4px", classes=["stations-tabs"]):
                    for name in ("city", "station"):
                        solara.Button(
                            page[name],
                            on_click=lambda name=name: set_tab(name),
                            text=tab != name,
                            outlined=tab == name,
                            small=True,
                            attributes={"aria-pressed": str(tab == name).lower()},
                        )
                if tab == "city":
                    Lines(
                        words=words.lines(),
                        charts=charts,
                        calendar=calendar,
                        outcomes=shown.outcome_choices(),
                        picked=list(viewer.charts),
                        windows=words.windows(),
                        months_taken=viewer.window,
                        caption=caption,
                        file=f"{stem}-lines",
                        is_there=live.is_there,
                        event_pick=asked(viewer.pick),
                        event_take_window=asked(viewer.take_window),
                    )
                    solara.Text(page["caution"], classes=["stations-caution"])
                else:
                    card = shown.station_card(live.model, viewer.station) if viewer.station >= 0 else None
                    StationTable(words=words.station(), card=card)
