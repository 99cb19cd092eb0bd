"""The page About: what the model assumes, its parameters, and the paper's figures beside the model's."""

from __future__ import annotations

import threading
from typing import Any

import solara

from sim.view import about, words
from sim.view.components import About, KeptSession
from sim.view.viewer import Viewer


@solara.component
def AboutPage(viewer: Viewer) -> None:
    """The figures beside the paper's are those of the viewer's city; they are worked out once for all sessions."""
    city = viewer.live.city
    _turn, set_turn = solara.use_state(0)

    def work_out() -> Any:
        gone = threading.Event()

        def run() -> None:
            if gone.wait(0.5):  # a reloaded tab's session may bring another city
                return
            about.figures_of(city)
            if not gone.is_set():
                set_turn(lambda n: n + 1)

        if about.known_figures(city) is None and about.has_figures(city):
            threading.Thread(target=run, name="about", daemon=True).start()
        return gone.set

    solara.use_effect(work_out, [city.hash])

    def restore(kept: Any) -> None:
        viewer.restore(kept)
        set_turn(lambda n: n + 1)

    figures = about.known_figures(city)
    KeptSession(session=viewer.session().to_plain(), is_new=viewer.answer == 0, event_restore=restore)
    About(
        words=words.about(),
        assumptions=about.assumptions(),
        parameters=solara.use_memo(about.parameter_rows, []),
        figures=about.figure_rows(figures) if figures is not None else [],
        is_waiting=about.has_figures(city) and figures is None,
    )
