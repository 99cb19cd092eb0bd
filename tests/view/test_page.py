"""The page in a real browser: what a researcher does with it, and that its numbers are those of `stations run`."""

from __future__ import annotations

import csv
import datetime
import re
import signal
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromium
import pandas as pd
import pytest
from pages import Page, Served, served

from sim import cli
from sim.lab.compare import arms_of, compare
from sim.lab.say.numbers import number
from sim.lab.simulate import simulate
from sim.observations import MEASURES
from sim.scenario.load import load_policy, load_scenario

driver = chromium.require()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium.opened(driver) as one:
        yield one


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("view")) as one:
        yield one
        assert "Traceback" not in one.told, one.told
        assert "Could not load URL" not in one.told, one.told  # the server asked a public host


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("view-zh"), "--lang", "zh") as one:
        yield one
        assert "Traceback" not in one.told, one.told
        assert "Could not load URL" not in one.told, one.told  # the server asked a public host


@pytest.fixture
def city(browser: Any, english: Served) -> Iterator[Page]:
    page = Page(browser, english.address)
    yield page
    assert page.wrong == []
    page.close()


def signed(text: str) -> float:
    return float(re.sub(r"[^0-9.+-]", "", text.split()[0].replace("−", "-")))


# --- it opens


@pytest.mark.parametrize("path", ["/", "/compare", "/about"])
def test_it_opens_quietly_and_asks_no_other_host(browser: Any, english: Served, path: str) -> None:
    page = Page(browser, english.address, path)
    page.settle()
    assert page.wrong == []
    assert page.page.evaluate("document.documentElement.lang") == "en"
    assert page.page.locator("h1").count() == 1
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 1280
    ratio, text = page.page.evaluate(chromium.CONTRASTS)
    assert ratio >= 4.5, text
    page.shot(f"opens-{path.strip('/') or 'city'}")
    page.close()


@pytest.mark.parametrize("path", ["/", "/compare", "/about"])
def test_in_chinese(browser: Any, chinese: Served, path: str) -> None:
    page = Page(browser, chinese.address, path)
    if path == "/":
        page.page.get_by_role("button", name="跳转", exact=True).click()
        page.is_on("2025-01-01")
        page.page.locator(".station .ring").nth(2).click()
        page.page.wait_for_selector(".stations-station")
    if path == "/compare":
        page.page.get_by_role("button", name="开始比较", exact=True).click()
        page.page.wait_for_selector("tr[data-outcome=coverage]")
    if path == "/about":
        page.page.wait_for_selector("table.figures")
    page.settle()
    assert page.wrong == []
    assert page.page.evaluate("document.documentElement.lang") == "zh-CN"
    page.shot(f"chinese-{path.strip('/') or 'city'}")
    # What is left in Latin letters are names of files, units and files' formats.
    texts = page.page.locator(".stations-app").inner_text()
    words = set(re.findall(r"[A-Za-z]{3,}", texts))
    allowed = {"YAML", "CSV", "SVG", "stations", "compare", "policies", "seeds", "city", "boundary", "clarity", "incentives",
               "linkage", "all", "three"}  # fmt: skip
    if path != "/about":  # its sources stand as in the files
        assert words <= allowed, words - allowed
    page.close()


def test_all_is_seen_at_1280_by_720(city: Page) -> None:
    city.jump("2024-06-15")
    assert city.page.evaluate("document.documentElement.scrollHeight") <= 720
    for part in (".stations-toolbar", ".stations-map svg", ".stations-lines svg"):
        box = city.page.locator(part).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
        assert box["y"] + box["height"] <= 720, part
    city.shot("city-1280x720")


def test_it_works_on_a_projector_and_a_small_screen(browser: Any, english: Served) -> None:
    for width, height in ((1920, 1080), (1024, 768), (800, 900)):
        page = Page(browser, english.address, width=width, height=height)
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width
        page.press("+ month")
        page.is_on("2021-04-01")
        page.shot(f"city-{width}x{height}")
        assert page.wrong == []
        page.close()


# --- time


def test_days_pass_while_it_plays_and_stop_when_it_pauses(city: Page) -> None:
    city.press("▶ Play")
    city.page.wait_for_function("document.querySelector('.date').textContent.trim() > '2021-03-06'")
    city.press("❚❚ Pause")
    city.settle()
    stood = city.date
    assert stood > "2021-03-06"
    city.page.wait_for_timeout(500)
    assert city.date == stood
    city.page.get_by_label("Speed").select_option(label="as fast as can be")
    city.press("▶ Play")
    city.page.wait_for_function("document.querySelector('.date').textContent.trim() === '2028-01-01'")
    assert city.button("▶ Play").is_disabled()
    city.shot("city-at-the-end")


def test_no_day_is_left_out_at_daily_speed(city: Page) -> None:
    city.page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => window.seen.push(document.querySelector('.date').textContent.trim()))
             .observe(document.querySelector('.date'), {childList: true, characterData: true, subtree: true}) }"""
    )
    city.press("▶ Play")
    city.page.wait_for_function("window.seen.length >= 40")
    city.press("❚❚ Pause")
    seen = city.page.evaluate("window.seen.slice(0, 40)")
    first = datetime.date(2021, 3, 2)
    assert seen == [(first + datetime.timedelta(days=i)).isoformat() for i in range(40)]


def test_steps_jumps_and_rewinding(city: Page) -> None:
    city.press("+ day")
    city.is_on("2021-03-02")
    city.press("+ month")
    city.is_on("2021-04-01")
    city.press("+ year")
    city.is_on("2022-04-01")
    city.jump("2024-02-29")
    own = city.line("coverage", "own")
    city.jump("2022-05-13")
    assert len(city.line("coverage", "own")) < len(own)
    city.jump("2024-02-29")
    assert city.line("coverage", "own") == own
    city.press("« Start")
    city.is_on("2021-03-01")


# --- choosers


def test_every_outcome_colours_the_map(city: Page) -> None:
    city.jump("2024-01-01")
    seen = set()
    for name in ("Trust", "Coverage, last 12 months", "Load of the station", "Outreach", "Participation"):
        city.page.get_by_label("Colour").select_option(label=name)
        city.page.wait_for_function(
            "name => document.querySelector('.stations-map .legend').textContent.includes(name)", arg=name
        )
        seen.add(
            str(city.page.eval_on_selector_all(".communities circle", "all => all.map(c => c.getAttribute('fill'))"))
        )
    assert len(seen) == 5


def test_outcomes_and_their_window_are_chosen(city: Page) -> None:
    city.jump("2023-01-01")
    city.open("Outcomes")
    boxes = city.page.locator(".stations-bar .pick")
    assert boxes.get_by_label("Burnout").is_disabled()  # six at most
    boxes.get_by_label("Quits").uncheck()
    boxes.get_by_label("Burnout").check()
    city.page.wait_for_selector("[data-chart=burnout]")
    assert city.page.locator("[data-chart=turnover]").count() == 0
    before = city.line("coverage", "own")
    city.page.get_by_label("taken over").select_option(label="12 months")
    city.page.wait_for_function(
        "before => document.querySelector('[data-chart=coverage] .own').getAttribute('d') !== before", arg=before
    )


def test_scenario_policies_and_seed_are_chosen(city: Page) -> None:
    city.page.get_by_label("Scenario").select_option("lakeside")
    city.page.wait_for_function("document.querySelectorAll('.station').length !== 9")
    assert city.page.locator(".station").count() == len(load_scenario("lakeside").towns)
    city.page.get_by_label("Scenario").select_option("t-city")
    city.page.wait_for_function("document.querySelectorAll('.station').length === 9")
    city.jump("2026-01-01")
    same = city.line("coverage", "own")
    assert same == city.line("coverage", "baseline")
    city.tick("All three together")
    city.page.wait_for_function(
        "before => document.querySelector('[data-chart=coverage] .own').getAttribute('d') !== before", arg=same
    )
    city.is_on("2026-01-01")
    assert signed(city.chart("coverage")["difference"]) > 0
    city.shot("city-under-all-three")
    city.page.get_by_label("Seed").fill("77")
    city.page.get_by_label("Seed").press("Enter")
    city.page.wait_for_function(
        "before => document.querySelector('[data-chart=coverage] .baseline').getAttribute('d') !== before", arg=same
    )
    city.page.get_by_label("Seed").fill("-3")
    city.page.get_by_label("Seed").press("Enter")
    city.page.wait_for_function("document.querySelector('.message').textContent.includes('whole number')")
    assert city.page.get_by_label("Seed").input_value() == "77"


def test_links_appear_under_alliances(city: Page) -> None:
    city.jump("2025-01-01")
    before = city.page.locator(".links path").count()
    city.tick("Alliances between stations")
    city.jump("2026-06-01")
    assert city.page.locator(".links path").count() > before


def test_a_station_opens_by_keyboard(city: Page) -> None:
    city.jump("2024-03-20")
    station = city.page.locator(".station").nth(4)
    station.focus()
    city.page.keyboard.press("Enter")
    city.page.wait_for_selector(".stations-station")
    assert city.page.locator(".stations-station h2").text_content() == "Station of Town 5"
    assert station.get_attribute("aria-pressed") == "true"
    assert "present" in station.get_attribute("aria-label")
    workers = city.page.locator(".stations-station .workers tr").count() - 1
    dots = city.page.evaluate("[...document.querySelectorAll('.station')[4].querySelectorAll('circle')].length - 1")
    assert 0 < workers <= dots
    assert city.page.locator(".stations-station .hours tr").count() == 9
    city.shot("station")
    city.page.keyboard.press("Space")
    city.page.wait_for_selector(".stations-lines")


# --- levers


@pytest.mark.parametrize(
    ("group", "lever", "key", "outcome", "sign"),
    [
        ("Burden", "administrative_burden", "Home", "admin_share", -1),
        ("Burden", "administrative_burden", "End", "admin_share", 1),
        ("Incentives", "pay", "End", "stay_share", 1),
    ],
)
def test_a_slider_moved_by_keyboard_moves_the_outcome(
    city: Page, group: str, lever: str, key: str, outcome: str, sign: int
) -> None:
    city.jump("2024-01-01")
    assert signed(city.chart(outcome)["difference"]) == 0
    city.open(group)
    slider = city.page.locator(f"#lever-{lever}")
    slider.focus()
    city.page.keyboard.press(key)
    city.page.wait_for_function("document.querySelectorAll('.stations-side .moved').length === 1")
    city.press("+ year")
    city.is_on("2025-01-01")
    city.page.wait_for_function(
        "name => !document.querySelector(`[data-chart=${name}] .difference`).textContent.trim().startsWith('0')",
        arg=outcome,
    )
    assert signed(city.chart(outcome)["difference"]) * sign > 0
    own, base = city.line(outcome, "own"), city.line(outcome, "baseline")
    assert own != base
    # Until the lever was moved nothing differs: 34 of 46 months.
    assert re.findall(r"[\d.]+ [\d.]+", own)[:34] == re.findall(r"[\d.]+ [\d.]+", base)[:34]
    city.shot(f"lever-{lever}-{key}")


@pytest.mark.parametrize("pause", [0, 30, 60, 120, 250])
def test_no_press_of_a_key_is_lost_on_a_slider(city: Page, pause: int) -> None:
    city.open("Incentives")
    slider = city.page.locator("#lever-pay")
    slider.focus()
    for _ in range(10):
        city.page.keyboard.press("ArrowRight")
        city.page.wait_for_timeout(pause)
    city.settle()
    assert slider.input_value() == "3500"
    assert slider.get_attribute("aria-valuetext").startswith("3,500")
    assert city.page.locator(".stations-side .moved").text_content().split() == ["3,500", "yuan", "per", "month"]


LEVERS = "document.querySelector('#lever-pay').closest('.stations-side').__vue__"
"""The sliders' own state."""

ANSWER = f"() => {{ const it = {LEVERS}; it.seen -= 1; it.$options.watch.answer.handler.call(it, it.answer) }}"
"""As if the server had answered one message."""


def test_an_answer_takes_no_later_move_back(city: Page, english: Served) -> None:
    """Where the server is slow, the answer to a move comes after the next one was sent."""
    city.open("Incentives")
    slider = city.page.locator("#lever-pay")
    slider.focus()
    english.process.send_signal(signal.SIGSTOP)
    try:
        for sent in (1, 2):
            city.page.keyboard.press("ArrowRight")
            city.page.wait_for_function(f"{LEVERS}.asked === {sent}")
        city.page.evaluate(ANSWER)  # to the first of them
        assert city.page.evaluate(f"{LEVERS}.asked") == 1
        assert slider.input_value() == "2700"
        city.page.evaluate(f"() => {{ {LEVERS}.asked = 2 }}")
    finally:
        english.process.send_signal(signal.SIGCONT)
    city.page.wait_for_function(f"{LEVERS}.asked === 0")
    assert slider.input_value() == "2700"
    assert city.page.locator(".stations-side .moved").text_content().split()[0] == "2,700"


def press_on(city: Page, lever: str, key: str) -> None:
    """One key on a lever of the group Burden, until the page says that it was moved."""
    city.open("Burden")
    city.page.locator(f"#lever-{lever}").focus()
    city.page.keyboard.press(key)
    city.page.wait_for_function("document.querySelectorAll('.stations-side .moved').length === 1")


def test_a_lever_moves_while_it_plays(city: Page) -> None:
    city.jump("2024-01-10")
    city.press("▶ Play")
    press_on(city, "administrative_burden", "ArrowLeft")
    city.page.wait_for_function("document.querySelector('.date').textContent.trim() > '2024-03-05'")
    city.press("❚❚ Pause")
    assert city.page.locator(".stations-side .moved").text_content().startswith("0.9")
    assert city.page.locator("#lever-administrative_burden").input_value() == "0.9"
    assert city.message == ""
    city.press("Release all levers")
    city.page.wait_for_function("document.querySelectorAll('.stations-side .moved').length === 0")
    # A slow machine goes the way back to today in parts.
    city.page.wait_for_function("document.querySelector('.date').textContent.trim() > '2024-03-05'")


def test_rewind_and_branch(city: Page) -> None:
    city.jump("2025-06-01")
    city.press("Branch")
    city.page.wait_for_selector("[data-chart=admin_share] .kept")
    city.jump("2023-06-10")
    city.open("Burden")
    city.page.locator("#lever-administrative_burden").focus()
    city.page.keyboard.press("Home")
    city.settle()
    city.jump("2025-06-01")
    own, kept = city.line("admin_share", "own"), city.line("admin_share", "kept")
    assert own != kept
    first = re.findall(r"[\d.]+ [\d.]+", own)[:28]
    assert first == re.findall(r"[\d.]+ [\d.]+", kept)[:28]
    assert signed(city.chart("admin_share")["difference"]) < 0
    city.shot("branch")


# --- the same numbers


def test_what_is_pressed_on_a_long_way_counts_from_the_date_asked_for(city: Page) -> None:
    city.jump("2027-05-10")
    city.open("Policies")
    city.page.locator(".stations-side").get_by_label("Linkage", exact=True).set_checked(True)
    picture = city.download("Map as SVG")
    assert "2027-05-10" in picture.name
    assert "2027-05-10" in picture.read_text(encoding="utf-8")  # its caption
    city.jump("2026-03-03")
    city.page.locator(".stations-side").get_by_label("Incentives", exact=True).set_checked(True)
    city.press("+ month")
    table = city.download("Save CSV")
    assert "2026-04-01" in table.name
    assert pd.read_csv(table)["month"].max() == "2026-03"
    city.is_on("2026-04-01")


def test_numbers_are_those_of_stations_run(city: Page, here: Path) -> None:
    city.tick("Linkage")
    city.jump("2025-03-09")
    city.open("Incentives")
    city.page.locator("#lever-pay").focus()
    city.page.keyboard.press("ArrowRight")
    city.page.wait_for_function("document.querySelectorAll('.stations-side .moved').length === 1")
    city.jump("2026-02-01")
    city.page.get_by_label("taken over").select_option(label="1 month")
    city.settle()
    saved = city.download("Save YAML")
    table = city.download("Save CSV")
    assert cli.run(["validate", str(saved)]) == 0
    assert cli.run(["run", str(saved), "--seed", "1", "--out", "again", "--csv"]) == 0
    run = pd.read_csv(here / "again" / "city.csv")
    month = run[run["month"] == "2026-01"].iloc[0]
    base = simulate(load_scenario("t-city"), 1).frames()["city"].set_index("month").loc["2026-01"]
    for name in ("coverage", "admin_share", "stay_share", "trust"):
        unit = MEASURES[name].unit
        shown = city.chart(name)
        assert shown["now"].split()[0] == number(month[name], unit, largest=month[name])
        assert shown["was"].split()[-1] == number(base[name], unit, largest=base[name])
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["course"] == "own"]
    assert len(own) == 59
    for row, (_, expected) in zip(own, run.iterrows(), strict=False):
        assert row["month"] == expected["month"]
        for name in ("coverage", "arisen", "pay_sum", "trust"):
            assert float(row[name] or "nan") == pytest.approx(expected[name], rel=1e-12, nan_ok=True)


def test_pictures_are_stored(city: Page) -> None:
    city.jump("2024-01-01")
    for button in ("Map as SVG", "Lines as SVG"):
        root = ElementTree.fromstring(city.download(button).read_text(encoding="utf-8"))
        assert root.tag.endswith("svg")
        assert "seed 1" in "".join(root.itertext())
        assert "no interval" in "".join(root.itertext())


# --- sessions


def test_sessions_do_not_disturb_each_other(browser: Any, english: Served) -> None:
    one, other = Page(browser, english.address), Page(browser, english.address)
    one.jump("2024-01-01")
    one.tick("Incentives")
    assert other.date == "2021-03-01"
    other.page.get_by_label("Scenario").select_option("lakeside")
    other.page.wait_for_function("document.querySelectorAll('.station').length !== 9")
    other.press("+ month")
    other.settle()
    assert one.date == "2024-01-01"
    assert one.page.locator(".station").count() == 9
    assert one.page.locator(".stations-side summary").first.text_content().strip() == "Policies (1)"
    assert other.page.locator(".stations-side summary").first.text_content().strip() == "Policies (0)"
    assert one.wrong == other.wrong == []
    one.close()
    other.close()


def test_a_reload_loses_nothing_that_was_steered(city: Page) -> None:
    city.tick("Incentives")
    city.jump("2024-04-01")
    press_on(city, "administrative_burden", "Home")
    assert "moved from 2024-04 on" in city.page.locator("#about-administrative_burden").text_content()
    city.press("+ year")
    city.is_on("2025-04-01")
    city.settle()
    before = city.chart("admin_share"), city.line("admin_share", "own"), city.line("admin_share", "baseline")
    assert signed(before[0]["difference"]) < 0

    city.page.reload()
    city.page.wait_for_selector(".stations-page")
    city.is_on("2025-04-01")
    city.settle()
    assert (city.chart("admin_share"), city.line("admin_share", "own"), city.line("admin_share", "baseline")) == before
    city.open("Policies")
    assert city.page.locator(".stations-side").get_by_label("Incentives", exact=True).is_checked()
    assert "moved from 2024-04 on" in city.page.locator("#about-administrative_burden").text_content()
    assert city.message == ""

    # The other pages bring it back too, and know the city that it is of.
    city.page.goto(city.page.url + "compare")
    city.page.wait_for_selector(".stations-compare .without")
    checked = city.page.locator(".stations-compare fieldset input:checked")
    assert checked.evaluate_all("all => all.map(one => one.value)") == ["incentives"]
    city.page.get_by_text("City", exact=True).first.click()
    city.is_on("2025-04-01")
    assert city.chart("admin_share") == before[0]


def test_a_kept_session_that_does_not_fit_is_told_of_once(city: Page) -> None:
    city.press("+ month")
    city.is_on("2021-04-01")
    city.settle()
    city.page.evaluate(
        "sessionStorage.setItem('stations', JSON.stringify({...JSON.parse(sessionStorage.getItem('stations')), seed: '-5'}))"
    )
    city.page.reload()
    city.page.wait_for_function(
        "document.querySelector('.message')?.textContent.includes('the city begins anew: seed must be')"
    )
    assert city.date == "2021-03-01"
    city.settle()
    city.page.reload()
    city.page.wait_for_selector(".stations-toolbar")
    city.settle()
    assert city.message == ""
    assert city.date == "2021-03-01"


def test_another_tab_begins_anew(browser: Any, english: Served, city: Page) -> None:
    city.jump("2024-01-01")
    other = city.context.new_page()
    other.goto(english.address)
    other.wait_for_selector(".stations-page")
    other.wait_for_timeout(400)
    assert other.locator(".date").text_content().strip() == "2021-03-01"


def test_a_server_that_was_away_is_told_of_in_chinese_and_found_again(browser: Any, tmp_path: Path) -> None:
    with served(tmp_path, "--lang", "zh") as first:
        port = int(first.address.rsplit(":", 1)[1])
        page = Page(browser, first.address)
        page.press("+ 1 年")
        page.is_on("2022-03-01")
        page.settle()
    page.page.wait_for_selector("text=服务器连接已断开")
    page.shot("server-away-zh")
    with served(tmp_path, "--lang", "zh", port=port) as second:
        assert second.address == first.address
        page.page.reload()
        page.page.wait_for_selector(".stations-page")
        page.is_on("2022-03-01")
        page.close()


def test_a_community_leads_to_its_station(city: Page) -> None:
    circle = city.page.locator(".communities circle").first
    assert re.fullmatch(r"\s*.+: [\d,]+ people; Trust 0\.\d{3}\s*", circle.locator("title").text_content())
    circle.click(force=True)
    city.page.wait_for_selector(".stations-station h2")
    chosen = city.page.locator(".station[aria-pressed=true]").get_attribute("aria-label")
    assert chosen.startswith(city.page.locator(".stations-station h2").text_content())


def test_nothing_is_branched_before_a_month_is_over(city: Page) -> None:
    city.press("Branch")
    city.page.wait_for_function("document.querySelector('.message').textContent.includes('before a month is over')")


def test_ten_sessions_play_at_once(browser: Any, english: Served) -> None:
    pages = [Page(browser, english.address) for _ in range(10)]
    for page in pages:
        page.press("▶ Play")
    for page in pages:
        page.page.wait_for_function("document.querySelector('.date').textContent.trim() > '2021-03-08'")
        assert page.wrong == []
    for page in pages:
        page.close()


def test_the_city_stays_while_other_pages_are_looked_at(city: Page) -> None:
    city.jump("2024-05-05")
    city.page.get_by_role("link", name="About").click()
    city.page.wait_for_selector(".stations-about")
    city.page.get_by_role("link", name="City").click()
    city.page.wait_for_selector(".stations-toolbar")
    assert city.date == "2024-05-05"


# --- Compare and About


def test_compare_says_how_sure_a_difference_is(browser: Any, english: Served) -> None:
    page = Page(browser, english.address, "/compare")
    form = page.page.locator("form")
    for name in ("Incentives", "All three together"):
        form.get_by_label(name, exact=True).uncheck()
    form.get_by_label("Seeds").fill("12")
    page.press("Compare")
    page.page.wait_for_function(
        "(document.querySelector('[role=status]') || {textContent: ''}).textContent.includes('12 / 12')"
    )
    city = load_scenario("t-city")
    result = compare(
        arms_of(city, [load_policy("boundary-clarity"), load_policy("linkage")]), seeds=range(1, 13), jobs=2
    )
    cells = page.page.locator("tr[data-outcome=coverage] .text").all_text_contents()
    for cell, policy in zip(cells, ("boundary-clarity", "linkage"), strict=True):
        effect = result.effect(policy, "coverage")
        shown = [float(one) for one in re.findall(r"[+-][\d.]+", cell)]
        assert shown == pytest.approx([100 * effect.mean, 100 * effect.low, 100 * effect.high], abs=0.051)
    assert "stations compare t-city --policies boundary-clarity,linkage --seeds 12" in page.page.inner_text("code")
    rows = list(csv.DictReader(page.download("Save CSV").read_text(encoding="utf-8-sig").splitlines()))
    row = next(one for one in rows if (one["arm"], one["outcome"]) == ("linkage", "coverage"))
    assert float(row["low"]) == result.effect("linkage", "coverage").low
    page.shot("compare")
    assert page.wrong == []
    page.close()


def test_intervals_narrow_as_seeds_arrive_and_a_comparison_is_cancelled(browser: Any, english: Served) -> None:
    page = Page(browser, english.address, "/compare")
    page.page.locator("form").get_by_label("Seeds").fill("1000")
    page.press("Compare")

    def width(at_least: int) -> float:
        page.page.wait_for_function(
            "n => parseInt((document.querySelector('[role=status]') || {textContent: ''}).textContent) >= n",
            arg=at_least,
        )
        found = re.findall(r"[+-][\d.]+", page.page.locator("tr[data-outcome=turnover] .text").first.text_content())
        return float(found[2]) - float(found[1])

    first = width(3)
    later = width(40)
    assert later < first
    page.page.get_by_role("link", name="City").click()  # it goes on meanwhile
    page.page.wait_for_selector(".stations-toolbar")
    page.page.get_by_role("link", name="Compare").click()
    page.press("Cancel")
    page.page.wait_for_function("!document.querySelector('form button[type=submit]').disabled")
    stood = page.page.locator("[role=status]").text_content()
    page.page.wait_for_timeout(1500)
    assert (
        int(str(page.page.locator("[role=status]").text_content()).split("/")[0]) <= int(str(stood).split("/")[0]) + 2
    )
    assert "All seeds that were asked for" in page.page.locator(".by").text_content()
    assert page.wrong == []
    page.close()


def test_compare_says_of_what_it_is(city: Page) -> None:
    city.open("Burden")
    city.page.locator("#lever-administrative_burden").focus()
    city.page.keyboard.press("Home")
    city.page.wait_for_function("document.querySelectorAll('.stations-side .moved').length === 1")
    city.page.get_by_role("link", name="Compare").click()
    assert "not in this comparison" in city.page.locator(".without").text_content()
    city.page.locator("form").get_by_label("Seeds").fill("2")
    city.press("Compare")
    city.page.wait_for_selector("tr[data-outcome=coverage]")
    city.page.get_by_role("link", name="City").click()
    city.page.get_by_label("Scenario").select_option("lakeside")
    city.page.wait_for_function("document.querySelectorAll('.station').length !== 9")
    city.page.get_by_role("link", name="Compare").click()
    assert city.page.locator("caption").text_content().startswith("T City.")
    assert "Lakeside" in city.page.locator(".city").text_content()


def test_a_fourth_branch_is_shown_at_once(city: Page) -> None:
    city.press("+ year")
    city.is_on("2022-03-01")
    for _ in range(4):
        city.press("Branch")
    city.page.wait_for_function(
        "[...document.querySelectorAll('.stations-lines text')].some(t => t.textContent === 'D')"
    )


def test_a_comparison_of_nothing_is_refused(browser: Any, english: Served) -> None:
    page = Page(browser, english.address, "/compare")
    while page.page.locator("form input[type=checkbox]:checked").count():
        page.page.locator("form input[type=checkbox]:checked").first.click()
    page.press("Compare")
    page.page.wait_for_function("document.querySelector('.message').textContent.includes('at least one policy')")
    page.close()


def test_about_tells_what_is_assumed(browser: Any, english: Served) -> None:
    page = Page(browser, english.address, "/about")
    page.page.wait_for_selector("table.figures")
    assert page.page.locator("table.figures tbody tr").count() == 6
    everything = page.page.locator("table.parameters tbody tr").count()
    page.page.get_by_label("assumptions only").check()
    assert 0 < page.page.locator("table.parameters tbody tr").count() < everything
    page.page.get_by_label("Search").fill("burnout")
    assert 0 < page.page.locator("table.parameters tbody tr").count() < 40
    page.shot("about")
    assert page.wrong == []
    page.close()
