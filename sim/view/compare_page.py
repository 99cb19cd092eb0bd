"""The page Compare: policies against the baseline under many seeds, in the background."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import solara

from sim.language import tr
from sim.mistakes import Mistake
from sim.view import words
from sim.view.components import Compare, KeptSession
from sim.view.viewer import Download, Viewer

NOTHING_COMPARED: dict[str, Any] = {
    "city": "",
    "done": 0,
    "seeds": 0,
    "is_running": False,
    "message": "",
    "columns": [],
    "rows": [],
    "window": "",
    "doubt": "none",
}


@solara.component
def ComparePage(viewer: Viewer) -> None:
    """Of the viewer's city. The comparison is the viewer's: another page may be looked at while it runs."""
    _turn, set_turn = solara.use_state(0)
    message, set_message = solara.use_state("")
    file, set_file = solara.use_state(Download())

    def redraw() -> None:
        set_turn(lambda n: n + 1)

    def listen() -> Any:
        viewer.on_comparing = redraw
        return lambda: setattr(viewer, "on_comparing", lambda: None)

    solara.use_effect(listen, [])

    def begin(what: Any) -> None:
        try:
            viewer.compare(what)
            set_message("")
        except Mistake as mistake:
            set_message(str(mistake))

    def cancel(_: Any = None) -> None:
        if viewer.comparing is not None:
            viewer.comparing.cancel()
        redraw()

    def save(_: Any = None) -> None:
        if viewer.comparing is not None:
            name = f"compare-{viewer.comparing.n_done}-seeds.csv"
            set_file(Download(file.number + 1, name, "text/csv", viewer.comparing.csv()))

    def restore(kept: Any) -> None:
        viewer.restore(kept)
        redraw()

    comparing = viewer.comparing
    table = comparing.table() if comparing is not None else NOTHING_COMPARED
    title = viewer.live.city.title
    KeptSession(session=viewer.session().to_plain(), is_new=viewer.answer == 0, event_restore=restore)
    Compare(
        words=words.compare(table["doubt"]),
        city=tr(f"City: {title.en}", f"城市：{title.zh}"),
        without=words.without_moves() if viewer.live.moves else "",
        policies=viewer.setup()["policies"],
        chosen=list(viewer.chosen_policies) or ["boundary-clarity", "incentives", "linkage", "all-three"],
        table={**table, "message": message or table["message"]},
        command=viewer.command,
        file=asdict(file),
        event_begin=begin,
        event_cancel=cancel,
        event_save=save,
    )
