"""Mesa's own page takes our model, its levers as sliders, and our parts."""

from __future__ import annotations

import sys
from pathlib import Path

import chromium
from pages import served
from patience import PATIENCE

from sim import StationModel

driver = chromium.require()


def test_the_parts_work_under_mesas_page(tmp_path: Path) -> None:
    StationModel("t-city", seed=7)  # compiled here: a page that waits for it loses its connection on a slow machine
    app = Path(__file__).with_name("solaraviz_app.py")
    run = "from solara.__main__ import main; main()"
    options = ("--host", "127.0.0.1", "--production", "--no-open")
    with (
        served(tmp_path, command=(sys.executable, "-c", run, "run", str(app), *options)) as one,
        chromium.opened(driver) as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(one.address)
        drawn = page.locator(".stations-map").first
        drawn.wait_for()
        assert drawn.get_attribute("data-caption") == "t-city, 2021-03-01"
        for date in ("2021-03-02", "2021-03-03"):
            page.get_by_role("button", name="Step", exact=True).click()
            page.locator(f".stations-map[data-caption='t-city, {date}']").wait_for()
        slider = page.get_by_role("slider", name="pay")
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Reset", exact=True).click()
        page.locator(".stations-map[data-caption='t-city, 2021-03-01']").wait_for()
        page.locator(".stations-station").wait_for()
        assert "Traceback" not in one.told
