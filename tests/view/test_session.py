"""What a tab keeps brings the same city back, and what no tab ever kept is refused."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from cities import city
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_viewer import anything, arrived, at, deep, everything, fields, is_sentence, state

from sim.scenario.moves import Move
from sim.scenario.parameters import LEVERS
from sim.scenario.write import city_file
from sim.view.session import Session, read_session
from sim.view.start import Start
from sim.view.viewer import Viewer

moves = st.builds(Move, st.integers(0, 60), st.sampled_from(sorted(LEVERS)), st.floats(0, 9000))


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    file: Path = tmp_path_factory.mktemp("cities") / "small.yaml"
    file.write_text(city_file(city()), encoding="utf-8")
    return Start(str(file), seed=3)


def kept(viewer: Viewer) -> Any:
    """As it comes back from the browser."""
    return json.loads(json.dumps(viewer.session().to_plain()))


@given(
    st.builds(
        Session,
        of=st.text(max_size=5),
        city=st.text(max_size=5),
        policies=st.lists(st.text(max_size=5), max_size=3, unique=True).map(tuple),
        seed=st.integers(0, 2**63 - 1),
        moves=st.lists(moves, max_size=4, unique_by=lambda one: (one.month, one.lever)).map(tuple),
        date=st.dates(),
    )
)
def test_it_is_read_as_it_was_written(session: Session) -> None:
    assert read_session(json.loads(json.dumps(session.to_plain()))) == session


def test_the_same_city_comes_back(start: Start) -> None:
    viewer = Viewer(start)
    viewer.choose_policies(["incentives"])
    viewer.choose_seed(str(2**62 + 1))  # beyond what JavaScript's numbers hold
    viewer.move({"lever": "administrative_burden", "value": 0.4})
    at("2023-03-15", viewer)
    viewer.move({"lever": "supervision", "value": 0.25})
    at("2023-05-09", viewer)

    again = Viewer(start)
    again.restore(kept(viewer))
    arrived(again)
    assert again.message == ""
    assert state(again.live.model.world) == state(viewer.live.model.world)
    assert again.live.model.scenario == viewer.live.model.scenario
    assert again.session() == viewer.session()
    assert again.setup()["chosen"] == ["incentives"]

    # Going on, the two stay one.
    for one in (viewer, again):
        at("2023-07-01", one)
    assert state(again.live.model.world) == state(viewer.live.model.world)


def test_a_file_that_was_changed_is_another_start(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(city_file(city()), encoding="utf-8")
    viewer = Viewer(Start(str(file)))
    file.write_text(city_file(city(start="2023-02-01")), encoding="utf-8")
    assert viewer.session().of != Viewer(Start(str(file))).session().of


def test_a_way_that_is_still_gone_is_kept_by_its_end(start: Start, slowly: None) -> None:
    viewer = Viewer(start)
    viewer.go({"to": "2023-06-01"})
    assert viewer.target
    assert viewer.session().date == datetime.date(2023, 6, 1)


def test_only_a_new_viewer_takes_it_and_only_of_the_same_start(start: Start) -> None:
    viewer = at("2023-03-15", Viewer(start))
    session = kept(viewer)

    begun = Viewer(start)
    begun.colour_by("load")
    other = Viewer(dataclasses.replace(start, seed=4))
    for one in (begun, other):
        before = everything(one)
        one.restore(session)
        assert everything(one) == before
        assert one.message == ""
        assert one.live.model.day == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"city": "nowhere"}, "there is no scenario 'nowhere'"),
        ({"policies": ["incentivs"]}, "there is no policy 'incentivs' (did you mean 'incentives'?)"),
        ({"moves": [[0, "pey", 3000.0]]}, "there is no lever 'pey' (did you mean 'pay'?)"),
        ({"moves": [[0, "pay", 1.0]]}, "pay must be 2,000 to 8,000"),
        ({"moves": [[5000, "pay", 3000.0]]}, "no month of the run is left"),
        ({"seed": "-1"}, "seed must be a whole number"),
        ({"seed": "1e3"}, "it cannot be read"),
        ({"moves": [["0", "pay", 3000.0]]}, "it cannot be read"),
        ({"policies": ["incentives", "incentives"]}, "it cannot be read"),
        ({"moves": [[0, "pay", 3000.0], [0, "pay", 4000.0]]}, "it cannot be read"),
        ({"policies": ["incentives"] * 60_000}, "it cannot be read"),
        ({"more": 1}, "it cannot be read"),
        ({"date": "2023-02-30"}, "it cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused(start: Start, changed: dict[str, Any], said: str) -> None:
    viewer = Viewer(start)
    before = everything(viewer)
    viewer.restore(kept(viewer) | changed)
    assert said in viewer.message
    assert viewer.message.startswith("what this tab kept of its session does not fit here, so the city begins anew: ")
    assert everything(viewer) == before


def test_a_date_beyond_the_calendar_is_its_end(start: Start) -> None:
    viewer = Viewer(start)
    viewer.restore(kept(viewer) | {"date": "2999-01-01"})
    arrived(viewer)
    assert viewer.now()["is_over"]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    what=fields(
        of=st.just(""), city=st.just("small"), policies=st.just([]), seed=st.integers(-3, 3).map(str),
        moves=st.lists(st.tuples(st.integers(-2, 9), st.sampled_from(["pay", "x"]), st.floats()).map(list) | anything, max_size=3),
        date=st.dates().map(str),
    )
)  # fmt: skip
def test_whatever_is_sent_is_answered(start: Start, what: Any) -> None:
    viewer = _new(start)
    if isinstance(what, dict) and what.get("of") == "":
        what = what | {
            "of": viewer.session().of,
            "city": viewer.city_name if what.get("city") == "small" else what.get("city"),
        }
    before = everything(viewer)
    viewer.restore(what)
    assert viewer.answer == 1
    if viewer.message:
        assert is_sentence(viewer.message)
        assert everything(viewer) == before


def test_something_deep_is_refused(start: Start) -> None:
    viewer = _new(start)
    for name in ("of", "city", "policies", "seed", "moves", "date"):
        viewer.answer = 0
        viewer.restore(kept(viewer) | {name: deep})
        assert is_sentence(viewer.message)


_viewers: dict[Start, Viewer] = {}


def _new(start: Start) -> Viewer:
    """One that was asked for nothing, as far as it knows; building it anew each time would take most of the time."""
    viewer = _viewers.setdefault(start, Viewer(start))
    viewer.answer, viewer.message = 0, ""
    return viewer
