"""One browser session without a browser: whatever is sent, a sentence or a sensible step, and never an exception."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import itertools
import json
import math
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cities import TEXT, city
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patience import PATIENCE

from sim import language
from sim.cli import run
from sim.lab.frames import MONTHLY, frames
from sim.lab.simulate import simulate
from sim.lab.sums.summaries import CURVES
from sim.mistakes import Mistake
from sim.model import StationModel
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.parameters import LEVERS
from sim.scenario.schema import read_city
from sim.scenario.write import city_file
from sim.scenario.yaml_reader import read_text
from sim.view import shown
from sim.view.levers import lever_groups
from sim.view.viewer import MOST_CHARTS, SPEEDS, Start, Viewer, shipped_cities, shipped_policies
from sim.world.tables import World, state_bytes


def state(world: World) -> str:
    return hashlib.sha256(state_bytes(world)).hexdigest()


def everything(viewer: Viewer) -> tuple[Any, ...]:
    """All that a refused message must leave as it was."""
    live = viewer.live
    return (
        state(live.model.world), state(live._base), live.model.scenario, live.moves, live.policies, live.seed,
        [one.name for one in live.kept], viewer.city_name, list(viewer.chosen_policies), viewer.outcome,
        list(viewer.charts), viewer.window, viewer.station, viewer.file, viewer.comparing, viewer.command,
    )  # fmt: skip


@pytest.fixture
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cities")
    (made / "small.yaml").write_text(city_file(city()), encoding="utf-8")
    (made / "mine.yaml").write_text(
        "kind: policy\ntitle: {en: Mine, zh: 我的}\nproposer: {en: I, zh: 我}\nsource: {en: none, zh: 无}\n"
        "levers: {pay: 4000}\n",
        encoding="utf-8",
    )
    return made


@pytest.fixture(scope="module")
def reused(folder: Path) -> Viewer:
    """A session in its third month, shared by tests that leave it in any state."""
    return at("2023-03-15", start(folder))


@pytest.fixture
def viewer(folder: Path) -> Viewer:
    return start(folder)


def start(folder: Path, **facts: Any) -> Viewer:
    return Viewer(Start(**({"scenario": str(folder / "small.yaml"), "seed": 3} | facts)))


def at(date: str, viewer: Viewer) -> Viewer:
    """Ask as the page does, until it is there."""
    viewer.go({"to": date, "back": True})
    while viewer.target:
        viewer.go({"to": viewer.target})
    assert viewer.message == ""
    assert viewer.live.model.date.isoformat() == date
    return viewer


def is_sentence(text: str) -> bool:
    """One line that any encoder takes, and not too long to read."""
    return 5 < len(text) < 250 and text.isprintable() and bool(text.encode())


# --- whatever is sent


numbers = (
    st.integers(-10, 400)
    | st.sampled_from([10**30, -(10**400), 10**4000, 2**63, 2**63 - 1, math.nan, math.inf, -math.inf, -1, 3.0, 1e308])
    | st.floats()
)
plain = (
    st.none()
    | st.booleans()
    | numbers
    | st.text(st.characters(codec=None, exclude_categories=()), max_size=8)
    | st.sampled_from(["x" * 100_000, "\ud800\n\u202e", "9" * 5000, "0" * 30 + "5", "2023-13-01", "2023-02-28T25", ""])
)
anything: st.SearchStrategy[Any] = st.recursive(
    plain, lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(max_size=4), one, max_size=3), max_leaves=8
)
deep: list[Any] = []
for _ in range(600):
    deep = [deep]


def fields(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Messages of a method's form whose fields hold what they should or anything, and messages of no form."""
    each = {name: one | anything for name, one in known.items()}
    return st.fixed_dictionaries({}, optional=each) | anything | st.just(deep)


def listed(names: Any) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(sorted(names)) | anything, max_size=8) | anything | st.just(deep)


MESSAGES: dict[str, st.SearchStrategy[Any]] = {
    "go": fields(
        unit=st.sampled_from(["day", "week", "month", "year"]),
        n=numbers,
        to=st.dates().map(str) | st.sampled_from(["2023-05-05", "2023-02-30"]),
        back=st.booleans(),
    ),
    "move": fields(lever=st.sampled_from(sorted(LEVERS)), value=numbers),
    "release": anything,
    "choose_policies": listed(["incentives", "linkage", "other-funders", "pey"]),
    "choose_seed": anything | st.integers(0, 5) | st.integers(0, 5).map(str) | st.just(deep),
    "choose_city": anything | st.just(deep),
    "branch": anything,
    "colour_by": anything | st.sampled_from(sorted(shown.MAPPED)) | st.just(deep),
    "pick": listed(CURVES),
    "take_window": anything | st.sampled_from(shown.WINDOWS) | st.just(deep),
    "choose_station": anything | st.integers(-3, 3) | st.just(deep),
    "save_scenario": anything,
    "save_table": anything | st.sampled_from(MONTHLY) | st.just(deep),
}


@pytest.mark.parametrize("tongue", language.LANGUAGES)
@pytest.mark.parametrize("method", MESSAGES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_sent_is_answered(reused: Viewer, method: str, tongue: str, data: st.DataObject) -> None:
    what = data.draw(MESSAGES[method])
    before, answers, steered, target = everything(reused), reused.answer, reused.steered, reused.target
    language.use(tongue)
    try:
        getattr(reused, method)(what)
        said = json.dumps([reused.now(), reused.setup(), reused.caption()], allow_nan=False)
    finally:
        language.use("en")
    assert said
    assert reused.answer == answers + 1
    assert reused.steered == steered + (method != "go")
    if reused.message:
        assert is_sentence(reused.message)
        assert everything(reused) == before
        assert reused.target == target
    if reused.live.model.month_to_come >= 12:
        at("2023-03-15", reused)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(what=fields(policies=listed(["incentives", "linkage"]), seeds=anything))
def test_whatever_is_compared_is_refused_in_a_sentence(
    reused: Viewer, monkeypatch: pytest.MonkeyPatch, what: Any
) -> None:
    from sim.view.comparing import Comparing

    before, answers = everything(reused), reused.answer
    monkeypatch.setattr(Comparing, "start", lambda self: self)
    said = None
    try:
        reused.compare(what)
    except Mistake as mistake:
        said = str(mistake)
    if said is not None:
        assert is_sentence(said)
        assert everything(reused) == before
    else:
        made = reused.comparing
        assert made is not None
        assert [one.name for one in made.policies] == list(dict.fromkeys(what["policies"]))
        assert made.n_seeds == what["seeds"]
    assert reused.answer == answers


@pytest.mark.parametrize(
    ("method", "what", "said"),
    [
        ("go", {"unit": "decade"}, "reload it"),
        ("go", {"unit": "day", "n": 0}, "reload it"),
        ("go", {"unit": "day", "n": 367}, "reload it"),
        ("go", {"unit": "day", "n": 1.5}, "reload it"),
        ("go", {"to": "2023-02-30"}, "reload it"),
        ("move", {"lever": "pey", "value": 3000}, "did you mean 'pay'"),
        ("move", {"lever": "pay", "value": 1e9}, "2,000 to 8,000"),
        ("move", {"lever": "pay", "value": 10**400}, "reload it"),
        ("move", {"lever": "pay", "value": True}, "reload it"),
        ("move", {"lever": "pay", "value": "3000"}, "reload it"),
        ("choose_policies", ["incentivs"], "did you mean 'incentives'"),
        ("choose_policies", "incentives", "reload it"),
        ("choose_seed", "0" * 30 + "5", "whole number"),
        ("choose_seed", 2**63, "whole number"),
        ("choose_seed", 1.0, "whole number"),
        ("choose_seed", True, "whole number"),
        ("choose_seed", "-1", "not '-1'"),
        ("choose_city", "T-City", "did you mean 't-city'"),
        ("colour_by", "trusty", "did you mean 'trust'"),
        ("pick", ["coverage"] * (MOST_CHARTS + 1), "reload it"),
        ("pick", ["coverag"], "did you mean 'coverage'"),
        ("take_window", 2, "reload it"),
        ("take_window", True, "reload it"),
        ("choose_station", 2, "reload it"),
        ("choose_station", -2, "reload it"),
        ("choose_station", False, "reload it"),
        ("save_table", "../city", "there is no table"),
    ],
)
def test_what_is_refused(reused: Viewer, method: str, what: Any, said: str) -> None:
    before = everything(reused)
    getattr(reused, method)(what)
    assert said in reused.message
    assert is_sentence(reused.message)
    assert everything(reused) == before


def test_a_refusal_is_said_in_chinese(viewer: Viewer, chinese: None) -> None:
    for method, what, said in (
        ("go", None, "请刷新页面"),
        ("move", {"lever": "pay", "value": 1}, "pay 须为"),
        ("choose_seed", "x", "种子须为"),
        ("choose_policies", ["x"], "没有政策 'x'"),
    ):
        getattr(viewer, method)(what)
        assert said in viewer.message
    viewer.go({"unit": "day"})
    assert viewer.message == ""


# --- time


@pytest.mark.parametrize(
    ("today", "unit", "n", "there"),
    [
        ("2023-01-01", "day", 1, "2023-01-02"),
        ("2023-02-28", "day", 1, "2023-03-01"),
        ("2023-02-15", "day", 30, "2023-03-17"),
        ("2023-02-25", "week", 1, "2023-03-04"),
        ("2023-01-01", "month", 1, "2023-02-01"),
        ("2023-01-31", "month", 1, "2023-02-01"),
        ("2023-05-17", "month", 1, "2023-06-01"),
        ("2023-05-17", "month", 3, "2023-08-01"),
        ("2023-11-17", "month", 1, "2023-12-01"),
        ("2023-12-01", "month", 1, "2024-01-01"),
        ("2023-12-31", "day", 1, "2024-01-01"),
        ("2023-12-30", "week", 1, "2024-01-01"),
        ("2023-12-20", "month", 1, "2024-01-01"),
        ("2023-12-20", "year", 1, "2024-01-01"),
        ("2023-05-17", "year", 366, "2024-01-01"),
        ("2024-01-01", "day", 1, "2024-01-01"),
    ],
)
def test_steps_land_on_their_dates(viewer: Viewer, today: str, unit: str, n: int, there: str) -> None:
    at(today, viewer)
    viewer.go({"unit": unit, "n": n})
    while viewer.target:
        viewer.go({"to": viewer.target})
    now = viewer.now()
    assert (now["date"], now["message"]) == (there, "")
    assert now["is_over"] == (there == "2024-01-01")
    assert (now["first"], now["last"], now["policy_start"]) == ("2023-01-01", "2024-01-01", "2023-07-01")


def test_a_year_ends_on_the_first_of_that_month_a_year_later() -> None:
    viewer = Viewer(Start("t-city"))
    first = viewer.live.model.scenario.start
    viewer.go({"unit": "day", "n": 40})
    viewer.go({"unit": "year"})
    while viewer.target:
        viewer.go({"to": viewer.target})
    assert viewer.live.model.date == datetime.date(first.year + 1, first.month + 1, 1)
    assert len(viewer.places["stations"]) == 9


def test_time_is_jumped_over_back_and_forth(viewer: Viewer) -> None:
    at("2023-04-20", viewer)
    there = state(viewer.live.model.world)
    at("2023-09-09", viewer)
    later = state(viewer.live.model.world)
    viewer.go({"to": "2023-04-20"})  # a way that is gone on never leads back
    assert viewer.live.model.date.isoformat() == "2023-09-09"
    assert viewer.target == ""
    assert state(at("2023-04-20", viewer).live.model.world) == there
    assert state(at("2023-09-09", viewer).live.model.world) == later
    viewer.go({"to": "1999-01-01", "back": True})
    assert viewer.now()["day"] == 0
    viewer.go({"to": "2999-01-01T00:00", "back": True})
    while viewer.target:
        viewer.go({"to": viewer.target})
    assert viewer.now()["is_over"]


def test_a_long_way_has_its_target_until_it_is_there(viewer: Viewer, slowly: None) -> None:
    viewer.go({"to": "2023-03-10"})
    assert viewer.target == viewer.now()["target"] == "2023-03-10"
    viewer.go({"to": viewer.target})
    viewer.go({"to": viewer.target})
    assert viewer.target == ""
    assert viewer.live.model.date.isoformat() == "2023-03-10"


def test_choosing_twice_in_a_row_still_leads_back_to_today(viewer: Viewer, slowly: None) -> None:
    at("2023-09-09", viewer)
    viewer.choose_policies(["incentives"])
    assert viewer.live.model.date.isoformat() == "2023-02-01"
    viewer.choose_policies(["incentives", "linkage"])
    viewer.choose_seed(5)
    viewer.release()
    assert viewer.target == "2023-09-09"
    at(viewer.target, viewer)
    viewer.choose_seed(6)
    viewer.choose_city(viewer.city_name)  # begins on its first morning, wherever the other was on its way to
    assert viewer.target == ""
    assert viewer.now()["day"] == 0


def test_speeds_are_requests_that_go_accepts(viewer: Viewer) -> None:
    for unit, n, gap in SPEEDS:
        viewer.go({"unit": unit, "n": n})
        assert viewer.message == ""
        assert gap >= 0
    assert viewer.now()["speeds"] == [list(one) for one in SPEEDS]


# --- what is steered


def test_a_moved_lever_is_released(viewer: Viewer) -> None:
    at("2023-03-15", viewer)
    base = state(viewer.live.model.world)
    viewer.move({"lever": "pay", "value": 5000})
    assert [(one.month, one.lever, one.value) for one in viewer.live.moves] == [(3, "pay", 5000.0)]
    at("2023-09-09", viewer)
    viewer.release(None)
    assert viewer.live.moves == ()
    assert viewer.live.model.date.isoformat() == "2023-09-09"
    assert state(viewer.live.model.world) != base
    assert state(at("2023-03-15", viewer).live.model.world) == base


def test_policies_run_back_to_today_and_refused_ones_leave_the_chosen(viewer: Viewer) -> None:
    at("2023-09-09", viewer)
    viewer.choose_policies(["linkage", "linkage"])
    assert viewer.chosen_policies == viewer.setup()["chosen"] == ["linkage"]
    assert viewer.live.model.date.isoformat() == "2023-09-09"
    assert [one.name for one in viewer.live.policies] == ["linkage"]
    before = everything(viewer)
    viewer.choose_policies(["linkage", "other-founders"])
    assert is_sentence(viewer.message)
    assert everything(viewer) == before
    assert viewer.setup()["chosen"] == ["linkage"]
    viewer.choose_policies([])
    assert viewer.live.is_baseline
    assert viewer.message == ""


def test_a_policy_that_cuts_what_it_is_to_raise_is_told(tmp_path: Path) -> None:
    texts = "title: {en: T, zh: 题}\nproposer: {en: P, zh: 某}\nsource: {en: S, zh: 源}\n"
    (tmp_path / "cut.yaml").write_text(f"kind: policy\n{texts}levers: {{pay: 3500}}\n", encoding="utf-8")
    (tmp_path / "city.yaml").write_text(
        f"kind: city\n{texts}extends: lakeside\nlevers: {{pay: 4100}}\n", encoding="utf-8"
    )
    viewer = Viewer(Start(str(tmp_path / "city.yaml"), policies=(str(tmp_path / "cut.yaml"),)))
    assert viewer.now()["message"].startswith("Warning: T is to raise Pay and lowers it from ")
    viewer.move({"lever": "pay", "value": 5000})  # by hand: what the policy had in mind is off
    viewer.choose_policies([])
    assert viewer.now()["message"] == ""


def test_a_seed_runs_back_to_today(viewer: Viewer) -> None:
    at("2023-09-09", viewer)
    viewer.move({"lever": "pay", "value": 5000})
    for given_seed, seed in (("7", 7), (" 8 ", 8), (0, 0), (2**63 - 1, 2**63 - 1), ("9", 9)):
        viewer.choose_seed(given_seed)
        assert (viewer.message, viewer.live.seed, viewer.setup()["seed"]) == ("", seed, str(seed))
        assert viewer.live.model.date.isoformat() == "2023-09-09"
    at("2024-01-01", viewer)
    assert state(viewer.live.model.world) == state(simulate(viewer.live.model.scenario, 9).world)
    assert [one.lever for one in viewer.live.moves] == ["pay"]


def test_another_city_begins_on_its_first_morning_under_the_same_policies(viewer: Viewer) -> None:
    own = viewer.city_name
    viewer.choose_policies(["incentives"])
    viewer.choose_station(1)
    at("2023-09-09", viewer)
    left = viewer.live
    viewer.choose_city("guangzhou")
    assert viewer.message == ""
    assert (viewer.city_name, viewer.station, viewer.live.seed) == ("guangzhou", -1, 3)
    assert viewer.now()["day"] == 0
    assert viewer.live.city.hash == shipped_cities()["guangzhou"].hash
    assert [one.name for one in viewer.live.policies] == ["incentives"]
    assert len(viewer.places["stations"]) == len(viewer.live.model.station_list)
    with pytest.raises(Mistake, match="closed"):
        left.model.step()
    viewer.choose_city(own)
    assert viewer.live.city.hash == city().hash


def test_a_city_that_policies_do_not_fit_is_not_chosen(folder: Path, tmp_path: Path) -> None:
    for_a = (folder / "mine.yaml").read_text(encoding="utf-8").replace("4000", "{value: 4000, stations: [a]}")
    (tmp_path / "for-a.yaml").write_text(for_a, encoding="utf-8")
    viewer = start(folder, policies=(str(tmp_path / "for-a.yaml"),))
    before = everything(viewer)
    viewer.choose_city("t-city")
    assert "there is no station 'a'" in viewer.message
    assert everything(viewer) == before
    viewer.go({"unit": "month"})
    assert viewer.message == ""


def test_branches_have_letters(viewer: Viewer) -> None:
    at("2023-03-15", viewer)
    for _ in range(5):
        viewer.branch()
    assert [one.name for one in viewer.live.kept] == ["C", "D", "A"]


# --- what is looked at


def test_what_is_looked_at(viewer: Viewer) -> None:
    viewer.colour_by("load")
    viewer.pick(["trust", "coverage", "trust"])
    viewer.take_window(12)
    viewer.choose_station(1)
    assert (viewer.outcome, viewer.charts, viewer.window, viewer.station) == ("load", ["trust", "coverage"], 12, 1)
    viewer.choose_station(1)  # once more: none
    assert viewer.station == -1
    viewer.pick([])
    assert viewer.charts == []
    assert viewer.message == ""


def test_choices_are_told_in_both_languages(viewer: Viewer) -> None:
    english = viewer.setup(), viewer.caption()
    language.use("zh")
    try:
        chinese = viewer.setup(), viewer.caption()
    finally:
        language.use("en")
    for key in ("cities", "policies"):
        for one, other in zip(english[0][key], chinese[0][key], strict=True):
            assert one["value"] == other["value"]
            assert one["text"] != other["text"]
            assert other["text"]
    assert english[1] == "test; seed 3; 2023-01-01; one run, so no interval"
    assert chinese[1] == "测试；种子 3；2023-01-01；单次运行，无区间"


# --- what is kept


def test_a_saved_scenario_gives_the_same_city(viewer: Viewer) -> None:
    viewer.choose_policies(["linkage"])
    at("2023-03-15", viewer)
    viewer.move({"lever": "pay", "value": 4321.5})
    at("2023-08-20", viewer)
    viewer.move({"lever": "administrative_burden", "value": 0.25})
    at("2024-01-01", viewer)
    viewer.save_scenario()
    file = viewer.file
    assert (file.number, file.name, file.type) == (1, "small-seed3-2024-01-01.yaml", "application/yaml")
    again = read_city(read_text(file.text, "saved", has_lines=False), "saved")
    assert state(simulate(again, 3).world) == state(viewer.live.model.world)
    viewer.save_scenario({"name": "../../etc"})
    assert viewer.file.number == 2
    assert viewer.file.name == file.name


@pytest.mark.parametrize("name", MONTHLY)
def test_a_table_has_own_and_baseline_rows(viewer: Viewer, name: str) -> None:
    viewer.choose_policies(["incentives"])
    at("2023-10-10", viewer)
    viewer.save_table(name)
    assert viewer.file.name == f"small-seed3-2023-10-10-{name}.csv"
    assert viewer.file.text.startswith("\ufeffcourse,month,")
    told = list(csv.reader(io.StringIO(viewer.file.text.removeprefix("\ufeff"), newline="")))
    own, base = (
        frames(StationModel(scenario, seed=3).run_until("2023-10-10").world, scenario)[name]
        for scenario in (viewer.live.model.scenario, city())
    )
    months = sorted(own["month"].unique())[:9]
    expected = [["course", *own.columns]]
    for course, table in (("own", own), ("baseline", base)):
        for row in table[table["month"].isin(months)].itertuples(index=False):
            expected.append([course, *("" if one != one else str(one) for one in row)])
    assert told == expected
    assert {row[0] for row in told[1:]} == {"own", "baseline"}


def test_on_the_first_morning_a_table_has_no_rows(viewer: Viewer) -> None:
    viewer.save_table("city")
    assert viewer.message == ""
    assert viewer.file.text.count("\r\n") == 1


# --- how it begins


def test_a_policy_as_scenario_begins_with_it_chosen(folder: Path) -> None:
    viewer = Viewer(Start("incentives"))
    assert viewer.chosen_policies == ["incentives"]
    assert viewer.city_name == "t-city"
    assert viewer.live.city.policies == ()
    assert viewer.live.city.hash == load_scenario("t-city").hash
    assert viewer.live.model.scenario.hash == load_scenario("t-city", ["incentives"]).hash
    viewer.choose_policies([])
    assert viewer.live.is_baseline
    mine = Viewer(Start(str(folder / "mine.yaml")))
    assert (mine.chosen_policies, mine.city_name) == (["mine"], "t-city")


def test_policies_and_sets_of_the_command_line(folder: Path) -> None:
    mine = str(folder / "mine.yaml")
    viewer = start(folder, policies=("incentives",), sets=("levers.administrative_burden=0.5",))
    assert viewer.chosen_policies == ["incentives"]
    assert (viewer.live.city.lever_table()["administrative_burden"] == 0.5).all()
    viewer = start(folder, policies=(mine, mine))
    assert viewer.chosen_policies == ["mine"]
    assert viewer.live.policies == (load_policy(mine),)
    viewer.choose_policies(["mine", "linkage"])
    assert viewer.live.model.scenario.lever_table()["pay"][-1, 0] == 4000.0
    with pytest.raises(Mistake, match="did you mean 'incentives'"):
        start(folder, policies=("incentivs",))
    (folder / "other.yaml").write_text(
        (folder / "mine.yaml").read_text(encoding="utf-8").replace("4000", "3900"), "utf-8"
    )
    with pytest.raises(Mistake, match="still under way"):
        start(folder, policies=(mine, str(folder / "other.yaml")))


def test_a_shipped_city_with_a_key_set_is_come_back_to(folder: Path) -> None:
    viewer = Viewer(Start("guangzhou", sets=("levers.pay=4444",)))
    assert viewer.city_name == "guangzhou"
    viewer.choose_city("shuangbai")
    viewer.choose_city("guangzhou")
    assert (viewer.live.city.lever_table()["pay"] == 4444.0).all()
    assert (Viewer(Start("guangzhou")).live.city.lever_table()["pay"] != 4444.0).all()  # no other session's


def test_the_papers_proposals_are_the_first_choices() -> None:
    names = list(shipped_policies())
    assert names[:4] == ["boundary-clarity", "incentives", "linkage", "all-three"]
    assert len(names) == len(set(names)) == 21


# --- many seeds


def test_a_comparison_and_the_command_for_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    viewer = start(folder, policies=(str(folder / "mine.yaml"),), sets=("levers.benefits=1",))
    told: list[bool] = []
    viewer.on_comparing = lambda: told.append(True)
    viewer.compare({"policies": ["mine", "incentives", "mine"], "seeds": 2})
    first = viewer.comparing
    assert first is not None
    first.wait()
    assert told
    assert first.n_done == 2
    viewer.choose_city("guangzhou")
    words = shlex.split(viewer.command)  # is still of the city that was compared
    assert words[0] == "stations"
    assert run([*words[1:], "--dry-run"]) == 0
    assert "3 arms x 2 seeds = 6 runs" in capsys.readouterr().out
    assert load_scenario(words[2], sets=[words[words.index("--set") + 1]]).hash == first.city.hash
    viewer.compare({"policies": ["incentives"], "seeds": 1})
    assert viewer.comparing is not first
    assert "--set" not in viewer.command  # what was set was the other city's


def test_another_comparison_stops_the_one_before_and_closing_stops_both(viewer: Viewer) -> None:
    viewer.compare({"policies": ["incentives"], "seeds": 1000})
    first = viewer.comparing
    assert first is not None
    with pytest.raises(Mistake):
        viewer.compare({"policies": ["incentives"], "seeds": 0})
    assert viewer.comparing is first
    assert first.is_running
    viewer.compare({"policies": ["linkage"], "seeds": 1000})
    second = viewer.comparing
    assert second is not None
    assert not first.is_running
    told: list[bool] = []
    viewer.on_comparing = lambda: told.append(True)
    viewer.close()
    for one in (first, second):
        one.wait(PATIENCE)
        assert not one._thread.is_alive()
        assert one.n_done < 1000
    told.clear()
    second._on_change()
    assert told == []
    viewer.go({"unit": "day"})
    assert "closed" in viewer.message


def test_a_text_of_a_city_is_no_part_of_a_file_name(tmp_path: Path) -> None:
    name = "城 市; rm -rf ~.yaml"
    (tmp_path / name).write_text(city_file(city(title=TEXT)), encoding="utf-8")
    viewer = Viewer(Start(str(tmp_path / name)))
    viewer.save_scenario()
    assert viewer.file.name == "rm--rf-seed1-2023-01-01.yaml"
    assert viewer.file_stem == viewer.file.name.removesuffix(".yaml")


# --- a long way


def test_a_long_way_is_gone_in_parts(viewer: Viewer, slowly: None) -> None:
    viewer.go({"to": "2023-06-10"})
    assert viewer.live.model.date == datetime.date(2023, 2, 1)
    n = 0
    while viewer.target:
        viewer.go_on(viewer.answer)
        n += 1
    assert n == 5
    assert viewer.live.model.date == datetime.date(2023, 6, 10)
    viewer.go_on(viewer.answer)
    assert viewer.live.model.date == datetime.date(2023, 6, 10)


def test_a_going_on_that_was_overtaken_undoes_no_wish(viewer: Viewer, slowly: None) -> None:
    viewer.go({"to": "2023-10-01"})
    sent = viewer.answer
    viewer.go({"to": "2023-01-01", "back": True})
    viewer.go_on(sent)  # was on its way
    assert viewer.live.model.date == datetime.date(2023, 1, 1)
    viewer.go({"to": "2023-10-01"})
    sent = viewer.answer
    viewer.go({"unit": "day", "n": 1})
    before = viewer.answer, viewer.live.model.date
    viewer.go_on(sent)  # its answer would make the page ask twice from now on
    assert (viewer.answer, viewer.live.model.date) == before
    assert viewer.target == "2023-10-02"


ON_THE_WAY: dict[str, tuple[str, Any]] = {
    "a day": ("go", {"unit": "day", "n": 1}),
    "a month": ("go", {"unit": "month", "n": 1}),
    "a year": ("go", {"unit": "year", "n": 1}),
    "a later date": ("go", {"to": "2023-11-11", "back": True}),
    "a date on the way": ("go", {"to": "2023-08-08", "back": True}),
    "a date that was": ("go", {"to": "2023-02-10", "back": True}),
    "the first morning": ("go", {"to": "2023-01-01", "back": True}),
    "no way back": ("go", {"to": "2023-02-10"}),
    "a lever": ("move", {"lever": "pay", "value": 5000}),
    "another lever": ("move", {"lever": "administrative_burden", "value": 0.1}),
    "a refused lever": ("move", {"lever": "pay", "value": 1}),
    "release": ("release", None),
    "policies": ("choose_policies", ["incentives", "linkage"]),
    "refused policies": ("choose_policies", ["linkage", "other-founders"]),
    "a seed": ("choose_seed", "9"),
    "a city": ("choose_city", "small"),
    "branch": ("branch", None),
    "YAML": ("save_scenario", None),
    **{f"CSV of {name}": ("save_table", name) for name in MONTHLY},
    "a station": ("choose_station", 1),
    "a colour": ("colour_by", "load"),
    "a chart": ("pick", ["trust"]),
    "a window": ("take_window", 12),
}
"""Everything that a page can ask for."""

WAYS: dict[str, list[tuple[str, Any]]] = {
    "forth": [("go", {"to": "2023-09-09", "back": True})],
    "back": [("go", {"to": "2023-12-12"}), ("branch", None), ("go", {"to": "2023-09-09", "back": True})],
    "anew": [
        ("go", {"to": "2023-04-04"}), ("move", {"lever": "pay", "value": 3000}), ("go", {"to": "2023-09-09"}), ("branch", None),
        ("choose_policies", ["linkage"]),
    ],
}  # fmt: skip
"""How a city comes to be on its way to 2023-09-09."""


def arrived(viewer: Viewer) -> Viewer:
    while viewer.target:
        viewer.go_on(viewer.answer)
    return viewer


def shown_now(viewer: Viewer) -> tuple[Any, ...]:
    live = viewer.live
    own, _, *rest = everything(viewer)
    charts = shown.charts(live, viewer.charts, viewer.window)
    for chart in charts:  # who was further on before has more of the baseline
        del chart["baseline"][live.n_months_over :]
    return (
        own, *rest, charts, [one.months.tolist() for one in live.kept], viewer.session(), viewer.setup(), viewer.caption(),
        viewer.file_stem, viewer.message, {**viewer.now(), "answer": 0}, lever_groups(live), shown.calendar(live),
        shown.map_now(live.model, viewer.outcome), shown.station_card(live.model, max(viewer.station, 0)),
    )  # fmt: skip


def test_all_that_can_be_asked_for_is_asked_for_on_the_way() -> None:
    assert {method for method, _ in ON_THE_WAY.values()} == set(MESSAGES)


@pytest.mark.parametrize(("asked", "way"), zip(ON_THE_WAY, itertools.cycle(WAYS), strict=False))
def test_what_is_asked_for_on_the_way_counts_from_the_date_asked_for(
    folder: Path, slowly: None, asked: str, way: str
) -> None:
    hasty, patient = start(folder), start(folder)
    for viewer in (hasty, patient):
        for method, what in WAYS[way][:-1]:
            getattr(arrived(viewer), method)(what)
        method, what = WAYS[way][-1]
        getattr(arrived(viewer), method)(what)
        assert viewer.target == "2023-09-09"
    method, what = ON_THE_WAY[asked]
    getattr(hasty, method)(what)
    getattr(arrived(patient), method)(what)
    assert hasty.session() == patient.session()  # a tab that closes now keeps no other date, and no other moves
    assert shown_now(arrived(hasty)) == shown_now(arrived(patient))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(WAYS)),
    st.lists(st.tuples(st.sampled_from(sorted(ON_THE_WAY)), st.integers(0, 2)), min_size=2, max_size=6),
)
def test_haste_changes_nothing(folder: Path, slowly: None, way: str, wishes: list[tuple[str, int]]) -> None:
    hasty, patient = start(folder), start(folder)
    asked_for = [*((one, 0) for one in WAYS[way]), *((ON_THE_WAY[asked], parts) for asked, parts in wishes)]
    for (method, what), parts in asked_for:
        getattr(hasty, method)(what)
        getattr(arrived(patient), method)(what)
        for _ in range(parts):
            hasty.go_on(hasty.answer)
    assert shown_now(arrived(hasty)) == shown_now(arrived(patient))


def test_a_comparison_on_the_way_is_that_of_the_city(
    viewer: Viewer, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.view.comparing import Comparing

    monkeypatch.setattr(Comparing, "start", lambda self: self)
    viewer.go({"to": "2023-09-09"})
    viewer.compare({"policies": ["linkage"], "seeds": 2})
    made = viewer.comparing
    assert made is not None
    assert made.city == viewer.live.city
    assert viewer.target == "2023-09-09"
    assert arrived(viewer).live.model.date == datetime.date(2023, 9, 9)


def test_a_refusal_on_a_long_way_is_said_and_the_way_is_gone(viewer: Viewer, slowly: None) -> None:
    viewer.go({"to": "2023-06-10"})
    viewer.move({"lever": "pay", "value": 1.0})
    said = viewer.message
    assert "2,000 to 8,000" in said
    arrived(viewer)
    assert viewer.live.model.date == datetime.date(2023, 6, 10)
    assert viewer.message == said


def test_two_policy_files_of_one_name_are_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "mine.yaml"
    other.write_text((folder / "mine.yaml").read_text(encoding="utf-8").replace("4000", "5000"), encoding="utf-8")
    with pytest.raises(Mistake, match="are both called 'mine'; rename one"):
        start(folder, policies=(str(folder / "mine.yaml"), str(other)))
    start(folder, policies=(str(other), str(other))).close()


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_two_policies_that_clash_are_named_as_the_page_names_them(
    viewer: Viewer, tongue: str, chinese: None, tmp_path: Path
) -> None:
    language.use(tongue)
    for name, title, value in (("low", "{en: Low pay, zh: 低薪}", 3000), ("high", "{en: High pay, zh: 高薪}", 3500)):
        texts = f"kind: policy\ntitle: {title}\nproposer: {{en: P, zh: 某}}\nsource: {{en: S, zh: 源}}\n"
        (tmp_path / f"{name}.yaml").write_text(f"{texts}levers: {{pay: {value}}}\n", encoding="utf-8")
        viewer.policies[name] = load_policy(str(tmp_path / f"{name}.yaml"))
    viewer.choose_policies(["incentives", "low", "high"])
    titles = [viewer.policies[name].title for name in ("low", "high")]
    assert all((one.en if tongue == "en" else one.zh) in viewer.message for one in titles)
    assert ".yaml" not in viewer.message
    assert viewer.chosen_policies == []
