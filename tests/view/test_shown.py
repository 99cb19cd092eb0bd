"""What the page is told to draw, against the world that it is drawn from."""

from __future__ import annotations

import datetime
import itertools
import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from cities import city, group, town
from hypothesis import given
from hypothesis import strategies as st

from sim import language
from sim.lab.frames import month_names
from sim.lab.say.numbers import scale_of
from sim.lab.sums.summaries import ACTIVITIES, CURVES
from sim.model import StationModel
from sim.observations import MEASURES
from sim.scenario.load import load_policy
from sim.scenario.parameters import LEVERS
from sim.view import levers, shown, words
from sim.view.live import LiveCity
from sim.view.start import Start
from sim.view.viewer import Viewer


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def at(live: LiveCity, date: str) -> LiveCity:
    assert live.run_towards(datetime.date.fromisoformat(date), seconds=99.0)
    return live


def busy(**facts: Any) -> LiveCity:
    return LiveCity(city(**facts), [load_policy("all-three")], seed=2)


def idle() -> LiveCity:
    """Nobody needs anything, and nobody is employed for long: there is nothing to divide by."""
    groups = {
        "poor": group(needs_per_year=0),
        "public": {key: value for key, value in group(needs_per_year=0).items() if key != "per_1000"} | {"rest": True},
    }
    return LiveCity(city(groups=groups), seed=1)


def sent(live: LiveCity) -> list[Any]:
    """Everything that the page City is handed."""
    model = live.model
    scale = shown.Scale()
    now = {name: shown.map_now(model, name) for name in shown.MAPPED}
    return [
        shown.places(model), now, [scale.told(name, one) for name, one in now.items()],
        [shown.charts(live, CURVES, window) for window in shown.WINDOWS],
        [shown.charts_of_model(model, CURVES, window) for window in shown.WINDOWS],
        shown.calendar(live), shown.calendar_of_model(model), shown.outcome_choices(), levers.lever_groups(live),
        [shown.station_card(model, row) for row in range(len(model.station_list))], words.colours(),
    ]  # fmt: skip


# --- all of it


@pytest.mark.parametrize("tongue", language.LANGUAGES)
@pytest.mark.parametrize("make", [busy, idle])
def test_all_that_is_sent_is_plain_json_on_any_day(make: Any, tongue: str) -> None:
    language.use(tongue)
    live = make()
    live.move("pay", 3333.0)
    for date in ("2023-01-01", "2023-01-02", "2023-02-01", "2023-03-05", "2023-10-10", "2024-01-01"):
        at(live, date)
        if date == "2023-03-05":
            live.keep_course("A")
        told = sent(live)
        assert json.loads(json.dumps(told, allow_nan=False)) == told
        assert "nan" not in json.dumps(told, ensure_ascii=False).lower().replace("finan", "").replace("governan", "")


def test_what_a_session_sends_is_plain_json() -> None:
    viewer = Viewer(Start("guangzhou"))
    for tongue in language.LANGUAGES:
        language.use(tongue)
        json.dumps([viewer.now(), viewer.setup(), viewer.caption(), viewer.places], allow_nan=False)


# --- the map


def test_posts_are_present_seconded_or_vacant_on_every_day() -> None:
    rates = {"secondment_rate": 0.2, "quit_floor": 0.5, "reception_rate": 2}
    towns = {"a": town(posts=8), "b": town(posts=5)}
    own_hours = {"task_hours": {"value": 2, "stations": ["b"]}}
    live = LiveCity(city(towns=towns, parameters=rates | own_hours, levers={"administrative_burden": 3}), seed=2)
    at(live, "2023-05-20")
    seen: Counter[str] = Counter()
    while live.model.date < datetime.date(2023, 7, 5):
        model = live.model
        for one, station in zip(shown.map_now(model, "trust")["stations"], model.station_list, strict=True):
            assert one["present"] + one["seconded"] + one["vacant"] == station.n_posts
            assert min(one["present"], one["seconded"], one["vacant"]) >= 0
            assert one["vacant"] == station.n_vacant
            assert one["present"] == sum(worker.is_present for worker in station.workers)
            assert one["seconded"] == sum(not worker.is_present for worker in station.workers)
            assert one["tasks"] == round(station.backlog_hours / (2 if station.row else 4))
            seen.update({key: int(one[key]) for key in ("present", "seconded", "vacant", "tasks", "visitors")})
        live.run_towards(model.date + datetime.timedelta(days=1))
    assert all(seen[key] > 0 for key in ("present", "seconded", "vacant", "tasks", "visitors")), seen


def test_what_waits_at_the_centre_is_told() -> None:
    live = busy()
    n_seen = 0
    for date in ("2023-02-07", "2023-05-11", "2023-09-20"):
        model = at(live, date).model
        now = shown.map_now(model, "load")
        assert (now["queued"], now["away"]) == (model.centre.n_queued, model.centre.n_away)
        n_seen += now["queued"] + now["away"]
    assert n_seen > 0


def test_links_are_the_pairs_of_the_world() -> None:
    towns = {name: town(posts=4) for name in "abcdefg"}
    live = LiveCity(city(towns=towns, levers={"alliance_support": 1}), seed=4)
    model = at(live, "2023-12-01").model
    links = shown.map_now(model, "trust")["links"]
    pairs = {(station.row, partner.row) for station in model.station_list for partner in station.partners}
    assert pairs == {(b, a) for a, b in pairs}
    assert {tuple(one) for one in links} == {(a, b) for a, b in pairs if a < b}
    assert len(links) == len(pairs) / 2 > 0
    assert links == sorted(links)


@pytest.mark.parametrize("n", [1, 2, 9, 14, 15, 60])
@pytest.mark.parametrize("n_communities", [1, 5, 18, 25])
def test_all_have_their_place_in_the_picture(n: int, n_communities: int) -> None:
    towns = {
        f"t{i}": town(population=1000 + 300 * (i % 3), posts=1, communities=n_communities if i % 2 == 0 else 3)
        for i in range(n)
    }
    model = StationModel(city(towns=towns, end="2023-12-31", general_sample=0.05), seed=1)
    found = shown.places(model)
    stations, communities = found["stations"], found["communities"]
    assert [one["name"] for one in stations] == [one.name for one in model.station_list]
    assert [one["name"] for one in communities] == [one.name for one in model.community_list]
    assert [one["station"] for one in communities] == model.columns["communities"]["station"].tolist()
    for one in communities:
        assert one["r"] <= one["x"] <= found["width"] - one["r"]
        assert one["r"] <= one["y"] <= found["height"] - one["r"]
    own = {s: [one for one in communities if one["station"] == s] for s in range(n)}
    for a, b in itertools.combinations(range(n), 2):
        assert _far(stations[a], stations[b]) > 40.0
        # No community stands nearer to another station than to its own.
        assert all(_far(one, stations[a]) < _far(one, stations[b]) for one in own[a])
        assert all(_far(one, stations[b]) < _far(one, stations[a]) for one in own[b])
    for one in stations:
        assert _far(one, found["centre"]) > 30.0
    sizes = np.array([(one["r"], one["population"]) for one in communities])
    order = np.argsort(sizes[:, 1], kind="stable")
    assert (np.diff(sizes[order, 0]) >= -0.011).all()


def _far(one: dict[str, Any], other: dict[str, Any]) -> float:
    return math.hypot(one["x"] - other["x"], one["y"] - other["y"])


@pytest.mark.parametrize("date", ["2023-01-01", "2023-01-20", "2023-04-11", "2024-01-01", "2024-05-05", "2025-01-01"])
def test_coverage_is_the_sum_of_the_last_twelve_months(date: str) -> None:
    model = at(busy(end="2024-12-31"), date).model
    months = month_names(model.scenario)
    last = months.index(min(model.date, model.scenario.end).isoformat()[:7])
    window = range(max(0, last - 11), last + 1)
    now = shown.map_now(model, "coverage")
    seen = model.world.observed
    for s, one in enumerate(now["stations"]):
        met = sum(seen.stations[m, s].met_station + seen.stations[m, s].met_away for m in window)
        arisen = sum(seen.stations[m, s].arisen for m in window)
        assert one["value"] == (round(met / arisen, 5) if arisen else None)
        assert one["shown"] == (f"{100 * met / arisen:.1f}" if arisen else "–")
    for c, value in enumerate(now["communities"]):
        met = sum(seen.communities[m, c].met for m in window)
        arisen = sum(seen.communities[m, c].arisen for m in window)
        assert value == (round(met / arisen, 5) if arisen else None)
    assert (date == "2023-01-01") == all(one["value"] is None for one in now["stations"])


@pytest.mark.parametrize("outcome", ["outreach", "participation"])
def test_a_station_has_the_mean_of_its_residents(outcome: str) -> None:
    model = at(busy(), "2023-05-11").model
    now = shown.map_now(model, outcome)
    for station, one in zip(model.station_list, now["stations"], strict=True):
        around = list(station.communities)
        residents = [model.columns["communities"]["residents"].item(c.row) for c in around]
        shares = [model.columns["communities"][outcome].item(c.row) for c in around]
        mean = sum(n * x for n, x in zip(residents, shares, strict=True)) / sum(residents)
        assert one["value"] == pytest.approx(mean, abs=1e-5)
    assert now["communities"] == [round(x, 5) for x in model.columns["communities"][outcome].tolist()]


def test_trust_and_load_are_those_of_the_agents() -> None:
    model = at(busy(), "2023-05-11").model
    trust, load = shown.map_now(model, "trust"), shown.map_now(model, "load")
    assert trust["communities"] == [round(one.trust, 5) for one in model.community_list]
    assert [one["value"] for one in trust["stations"]] == [round(one.trust, 5) for one in model.station_list]
    loads = [round(one.load, 5) for one in model.station_list]
    assert [one["value"] for one in load["stations"]] == loads
    assert load["communities"] == [loads[s] for s in model.columns["communities"]["station"]]


values = st.none() | st.floats(0, 1) | st.sampled_from([0.0, 0.5, 0.5004, 0.09, 0.11, 0.2, 0.3])


@given(st.lists(st.lists(values | st.floats(0, 300), min_size=1, max_size=4), min_size=1, max_size=8))
def test_a_scale_of_colours_only_widens(days: list[list[float | None]]) -> None:
    scale = shown.Scale()
    before: tuple[float, float] | None = None
    for day in days:
        told = scale.told("trust", {"communities": day})
        low, high = told["low"], told["high"]
        assert low < high
        for one in day:
            if one is not None:
                assert low - 1e-6 <= one <= high + 1e-6
        if before is not None:
            assert low <= before[0]
            assert high >= before[1]
        if any(one is not None for one in day) or before is not None:
            before = low, high
        assert json.dumps(told, allow_nan=False)


def test_a_scale_begins_with_what_is_seen_and_is_its_outcomes_own() -> None:
    scale = shown.Scale()
    assert scale.told("coverage", {"communities": [None]})["high"] == 1.0  # of nothing yet
    told = scale.told("coverage", {"communities": [0.31, None, 0.58]})
    assert (told["low"], told["high"]) == pytest.approx((0.3, 0.6))
    assert (told["low_shown"], told["high_shown"], told["unit"]) == ("30.0", "60.0", "%")
    told = scale.told("trust", {"communities": [0.7]})
    assert (told["low"], told["high"]) == pytest.approx((0.7, 0.701))
    told = scale.told("trust", {"communities": [0.6995, 0.7]})
    assert (told["low"], told["high"]) == pytest.approx((0.699, 0.701))


# --- the lines


@pytest.mark.parametrize("window", shown.WINDOWS)
def test_charts_say_what_the_lines_say(window: int) -> None:
    live = at(busy(), "2023-09-13")
    live.keep_course("A")
    live.rewind(datetime.date(2023, 4, 10), seconds=9.0)
    live.move("administrative_burden", 0.2)
    at(live, "2023-08-20")
    for name, chart in zip(CURVES, shown.charts(live, CURVES, window), strict=True):
        lines = live.lines(name, window)
        own, base = lines["own"], lines["baseline"]
        assert len(own) == 7
        assert len(base) == 8  # the baseline has been further
        largest = max((abs(x) for line in lines.values() for x in line if math.isfinite(x)), default=0.0)
        times = scale_of(MEASURES[name].unit, largest)
        for told, line in ((chart["own"], own), (chart["baseline"], base), (chart["kept"][0], lines["0"])):
            assert told == [round(x * times, 5) if math.isfinite(x) else None for x in line]
        if math.isfinite(own[-1]) and math.isfinite(base[6]):
            size = 10.0 ** -len(chart["now"].partition(".")[2])
            assert _number(chart["now"]) == pytest.approx(own[-1] * times, abs=0.51 * size)
            assert _number(chart["was"]) == pytest.approx(base[6] * times, abs=0.51 * size)
            assert _number(chart["difference"]) == pytest.approx((own[-1] - base[6]) * times, abs=0.51 * size)
            assert f": {chart['now']} {chart['unit']}, baseline {chart['was']}, difference" in chart["said"]
        assert chart["said"].startswith(chart["title"])


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def test_a_chart_of_no_month_says_so() -> None:
    live = at(busy(), "2023-01-20")
    (chart,) = shown.charts(live, ["coverage"], 3)
    assert (chart["own"], chart["baseline"], chart["now"]) == ([], [], "–")
    assert chart["said"] == "Coverage: no month is over yet"
    (alone,) = shown.charts_of_model(live.model, ["coverage"], 3)
    assert (alone["own"], alone["kept"], alone["was"]) == ([], [], "")


def test_charts_of_a_model_are_those_of_the_city() -> None:
    live = at(busy(), "2023-09-13")
    with_base = shown.charts(live, CURVES, 3)
    for one, alone in zip(with_base, shown.charts_of_model(live.model, CURVES, 3), strict=True):
        assert alone["own"] == one["own"]
        assert alone["baseline"] == []
        assert "baseline" not in alone["said"]


def test_the_calendar_marks_policies_and_moves() -> None:
    live = at(busy(), "2023-03-02")
    live.move("pay", 3000.0)
    live.move("benefits", 1.0)
    live.keep_course("A")
    told = shown.calendar(live)
    assert told["months"][0] == "2023-01"
    assert len(told["months"]) == 12
    assert (told["policy_month"], told["moves"], told["kept"]) == (6, [3], ["A"])
    assert shown.calendar(LiveCity(city(), seed=1))["policy_month"] is None
    assert shown.calendar_of_model(live.model)["policy_month"] == 6
    assert shown.calendar_of_model(StationModel(city(), seed=1))["policy_month"] is None


def test_all_curves_can_be_chosen() -> None:
    assert [one["value"] for one in shown.outcome_choices()] == list(CURVES)
    assert set(shown.FIRST_CHARTS) <= set(CURVES)
    assert len({one["text"] for one in shown.outcome_choices()}) == len(CURVES)


# --- a station


@pytest.mark.parametrize(
    ("date", "month", "said"),
    [
        ("2023-01-01", 0, "2023-01, so far"),
        ("2023-01-03", 0, "2023-01, so far"),
        ("2023-03-07", 1, "2023-02"),
        ("2023-03-08", 2, "2023-03, so far"),
        ("2023-04-01", 2, "2023-03"),
        ("2024-01-01", 11, "2023-12"),
    ],
)
def test_hours_add_up_to_those_that_staff_gave(date: str, month: int, said: str) -> None:
    model = at(busy(), date).model
    for row in range(len(model.station_list)):
        card = shown.station_card(model, row)
        seen = model.world.observed.stations[month, row]
        weeks = seen.filled_days / 7.0
        assert card["hours_of"] == said
        assert len(card["hours"]) == len(ACTIVITIES)
        total = sum(one["hours"] for one in card["hours"])
        assert total == pytest.approx(seen.given_hours / weeks if weeks else 0.0, abs=0.05 * len(ACTIVITIES) + 1e-6)
        admin = seen.admin_hours / weeks if weeks else 0.0
        assert card["hours"][list(ACTIVITIES).index("administration")]["hours"] == pytest.approx(admin, abs=0.051)


def test_a_station_card_is_about_its_station() -> None:
    model = at(busy(), "2023-10-20").model
    for station in model.station_list:
        card = shown.station_card(model, station.row)
        facts = {one["label"]: one["value"] for one in card["facts"]}
        assert len(facts) == len(card["facts"])
        assert card["name"] == station.name
        assert facts["Posts filled"] == f"{len(card['workers'])}/{station.n_posts}"
        assert facts["Cases and groups under way"] == str(len(station.services))
        assert facts["Coverage, last 12 months"] == (
            shown.map_now(model, "coverage")["stations"][station.row]["shown"] + " %"
        )
        assert [one["name"] for one in card["workers"]] == [one.name for one in station.workers]
        for one in card["workers"]:
            assert all(0.0 <= one[key] <= 1.0 for key in ("burnout", "competence", "stay"))
            assert one["about"].endswith((" service", " services"))


def test_a_station_card_tells_its_towns_tags() -> None:
    model = StationModel(city(towns={"a": town(tags=["rural", "far"]), "b": town()}), seed=1)
    tags = [
        [fact["value"] for fact in shown.station_card(model, row)["facts"] if "Tags" in fact["label"]] for row in (0, 1)
    ]
    assert tags == [["rural, far"], []]


def test_a_station_card_is_another_text_in_chinese() -> None:
    model = at(busy(), "2023-10-20").model
    english = shown.station_card(model, 0)
    language.use("zh")
    chinese = shown.station_card(model, 0)
    for one, other in zip(english["facts"], chinese["facts"], strict=True):
        assert one["label"] != other["label"]
    assert [one["hours"] for one in english["hours"]] == [one["hours"] for one in chinese["hours"]]
    assert all("项" in one["about"] for one in chinese["workers"])


# --- the levers


def test_every_lever_is_in_one_group() -> None:
    listed = [name for names in levers.LEVER_GROUPS.values() for name in names]
    assert sorted(listed) == sorted(LEVERS)
    groups = levers.lever_groups(LiveCity(city(), seed=1))
    assert [group["name"] for group in groups] == list(levers.LEVER_GROUPS)
    assert [lever["name"] for group in groups for lever in group["levers"]] == listed


def test_levers_have_their_ranges_values_and_baseline() -> None:
    live = at(LiveCity(city(levers={"pay": [2500, {"value": 3000, "stations": ["a"]}]}), seed=1), "2023-03-05")
    live.move("benefits", 1.0)
    for group_of in levers.lever_groups(live):
        for one in group_of["levers"]:
            lever = LEVERS[one["name"]]
            assert (one["least"], one["most"]) == (lever.least, lever.most)
            assert one["least"] <= one["value"] <= one["most"]
            assert 0.0 < one["step"] <= one["most"] - one["least"]
            assert one["is_moved"] == (one["name"] == "benefits")
            assert one["meaning"] == lever.meaning.en
            assert one["label"]
            assert one["source"]
    told = {one["name"]: one for group_of in levers.lever_groups(live) for one in group_of["levers"]}
    assert told["pay"]["value"] == 2750.0
    assert told["pay"]["shown"] == "2,750 (mean of stations)"
    assert told["pay"]["base"] == ""
    assert told["benefits"]["value"] == 1.0
    assert told["benefits"]["base"].startswith("baseline ")
    at(live, "2024-01-01")  # no month is to come
    assert {one["name"] for group_of in levers.lever_groups(live) for one in group_of["levers"]} == set(LEVERS)


def test_a_lever_says_from_which_month_it_was_moved() -> None:
    def since() -> str:
        told = {one["name"]: one for group_of in levers.lever_groups(live) for one in group_of["levers"]}
        return str(told["supervision"]["since"])

    live = at(LiveCity(city(), seed=1), "2023-02-10")
    assert since() == ""
    live.move("supervision", 0.2)
    assert since() == "moved from 2023-03 on"
    at(live, "2023-06-10")
    live.move("supervision", 0.6)
    assert since() == "moved from 2023-07 on"
    live.rewind(datetime.date(2023, 4, 10))
    assert since() == "moved from 2023-03 on"
    live.rewind(datetime.date(2023, 1, 10))
    assert since() == "moves in 2023-03"


def test_sources_of_levers_are_chinese_in_chinese() -> None:
    live = LiveCity(city(), seed=1)
    english = {one["name"]: one["source"] for group_of in levers.lever_groups(live) for one in group_of["levers"]}
    assert english == {name: LEVERS[name].source.words.en for name in english}
    language.use("zh")
    for group_of in levers.lever_groups(live):
        for one in group_of["levers"]:
            assert not any(letter.isascii() and letter.isalpha() for letter in one["source"]), one["source"]


def test_policies_move_levers_off_their_baseline() -> None:
    live = at(busy(), "2023-07-20")
    told = {one["name"]: one for group_of in levers.lever_groups(live) for one in group_of["levers"]}
    base = float(city().lever_table()["boundary_clarity"][7].mean())
    assert told["boundary_clarity"]["value"] != base
    assert told["boundary_clarity"]["base"] == f"baseline {base:g}"
    assert not told["boundary_clarity"]["is_moved"]
