"""How quickly the browser view answers, and whether its memory returns. python benchmarks/view.py [--sessions 50]

Drives a real Chromium. The bare model beside it, in the same run, says what of a step is the page's doing: read the ratios.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "view")]

import chromium  # noqa: E402
import psutil  # noqa: E402
from pages import Page, served  # noqa: E402

from sim.model import StationModel  # noqa: E402


def show(name: str, value: float, unit: str, wanted: str = "") -> None:
    print(f"{name:62}{value:10.2f} {unit:12}{wanted}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50, help="sessions opened and closed to see the memory")
    asked = parser.parse_args()

    model = StationModel("t-city", seed=1)
    model.run_until("2021-03-02")
    began = time.perf_counter()
    while model.day < 1000:
        model.step()
    bare = 999 / (time.perf_counter() - began)

    driver = chromium.require()
    with tempfile.TemporaryDirectory() as folder, chromium.opened(driver) as browser:
        with served(Path(folder)):
            pass  # the disk's cache is warm
        began = time.perf_counter()
        with served(Path(folder)) as server:
            show("command to answering", time.perf_counter() - began, "s", "5 at most")
            began = time.perf_counter()
            page = Page(browser, server.address)
            show("page asked for to page drawn", time.perf_counter() - began, "s")

            days = _days_while_it_plays(page, "20 days a second", 5.0)
            show("played and drawn daily, at most 20 asked for", days, "days/s", "at least 10")
            show("the bare StationModel, stepped", bare, "days/s")
            months = _days_while_it_plays(page, "as fast as can be", 4.0) / 30.44
            show("played and drawn monthly", months, "months/s", "at least 3")
            page.press("« Start")
            page.is_on("2021-03-01")
            page.jump("2024-01-10")

            page.open("Burden")
            slider = page.page.locator("#lever-administrative_burden")
            slider.focus()
            waits = []
            for n in range(1, 11):
                before = page.page.locator(".stations-side .lever .moved").all_text_contents()
                began = time.perf_counter()
                page.page.keyboard.press("ArrowRight" if n % 2 else "ArrowLeft")
                page.page.wait_for_function(
                    "old => JSON.stringify([...document.querySelectorAll('.stations-side .lever .moved')].map(e => e.textContent)) !== old",
                    arg=str(before).replace("'", '"'),
                    polling=10,
                )
                waits.append(time.perf_counter() - began)
            show("a lever moved until the page says so, longest of 10", max(waits), "s", "0.3 at most")

            others = [Page(browser, server.address) for _ in range(9)]
            for one in (page, *others):
                one.page.get_by_label("Speed").select_option(label="20 days a second")
            starts = [one.page.evaluate(DAY) for one in (page, *others)]
            for one in (page, *others):
                one.press("▶ Play")
            time.sleep(6.0)
            ran = [one.page.evaluate(DAY) - start for one, start in zip((page, *others), starts, strict=True)]
            show("ten sessions playing daily for 6 s, the slowest", min(ran) / 6.0, "days/s")
            for one in (page, *others):
                one.close()

            process = psutil.Process(server.process.pid)
            sizes = []
            for n in range(asked.sessions):
                one = Page(browser, server.address)
                one.jump("2025-06-01")
                one.close()
                if n % 10 == 9:
                    time.sleep(2.0)
                    sizes.append(process.memory_info().rss / 1e6)
                    show(f"memory of the server after {n + 1} sessions that closed", sizes[-1], "MB")
            if len(sizes) > 1:
                show("the last against the first of these", sizes[-1] / sizes[0], "", "flat")


DAY = "Number(document.querySelector('progress').value)"


def _days_while_it_plays(page: Page, speed: str, seconds: float) -> float:
    page.page.get_by_label("Speed").select_option(label=speed)
    first = page.page.evaluate(DAY)
    page.press("▶ Play")
    began = time.perf_counter()
    time.sleep(seconds)
    last = page.page.evaluate(DAY)
    took = time.perf_counter() - began
    if page.button("❚❚ Pause").count():
        page.press("❚❚ Pause")
    page.settle()
    return (last - first) / took


if __name__ == "__main__":
    main()
