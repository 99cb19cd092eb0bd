"""The pages and what holds them: each browser session has a viewer, and with it a city, of its own."""

from __future__ import annotations

import threading
import weakref
from typing import Any

import solara

from sim.view import words
from sim.view.about_page import AboutPage
from sim.view.city_page import CityPage
from sim.view.compare_page import ComparePage
from sim.view.components import STYLE
from sim.view.guard import MOST_SESSIONS
from sim.view.start import Start
from sim.view.viewer import Viewer

start = Start()
"""What every session begins with; `sim.view.server` sets it before the first."""

_open: weakref.WeakSet[Viewer] = weakref.WeakSet()
_admitting = threading.Lock()


def admit(start: Start) -> Viewer | None:
    """A viewer for a new session; None where the server keeps as many cities as it may."""
    with _admitting:
        if sum(not session.is_closed for session in _open) >= MOST_SESSIONS:
            return None
        viewer = Viewer(start)
        _open.add(viewer)
        return viewer


_viewer: Any = solara.create_context(None)


@solara.component
def City() -> None:
    CityPage(solara.use_context(_viewer))


@solara.component
def Compare() -> None:
    ComparePage(solara.use_context(_viewer))


@solara.component
def About() -> None:
    AboutPage(solara.use_context(_viewer))


@solara.component
def Layout(children: list[Any] = []) -> None:  # noqa: B006 (Solara's own form)
    """What all pages have: the title, the ways between them, and the session's viewer."""
    viewer = solara.use_memo(lambda: admit(start), [])
    solara.use_effect(lambda: viewer.close if viewer is not None else None, [])
    _viewer.provide(viewer)
    route, _ = solara.use_route(peek=True)
    texts = words.page()
    solara.Style(STYLE)
    with solara.Div(classes=["stations-app"]):
        solara.Title(texts["title"])
        with solara.Div(classes=["stations-head"]):
            solara.v.Html(tag="h1", children=[texts["title"]], class_="stations-title")
            for path, name in (("/", "city"), ("/compare", "compare"), ("/about", "about")):
                with solara.Link(path):
                    is_here = route is not None and route.path in {path, path.removeprefix("/")}
                    solara.Text(texts[name], classes=["stations-way", *(["stations-here"] if is_here else [])])
        if viewer is None:
            children = [solara.Text(texts["no_room"], classes=["stations-no-room"])]
        solara.Div(children=children, classes=["stations-body"])


routes = [
    solara.Route("/", component=City, layout=Layout, label="City"),
    solara.Route("compare", component=Compare, label="Compare"),
    solara.Route("about", component=About, label="About"),
]
