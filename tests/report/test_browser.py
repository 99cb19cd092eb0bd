"""The report in a real browser: it opens from a file, asks for nothing, runs nothing, and can be read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromium
import made
import made_sweeps
import pytest

from sim import language
from sim.lab.kept.results import clean

driver = chromium.require()
SWEPT = {f"sweep: {name}": name for name in ("three", "one at a time", "hypercube by policy", "hostile")}
"""Between them they have every figure of sweeps."""

FIGURES = """all => all.map(figure => {
  const svg = figure.querySelector('svg'), frame = svg.getBoundingClientRect();
  return [figure.id, [...svg.querySelectorAll('text')].filter(t => t.textContent.trim()).map(t => {
    const b = t.getBoundingClientRect();
    return {text: t.textContent, x: b.x - frame.x, y: b.y - frame.y, w: b.width, h: b.height,
            out: b.x < frame.x - 2 || b.right > frame.right + 2 || b.y < frame.y - 2 || b.bottom > frame.bottom + 2};
  })];
})"""
"""Of every figure its id and the boxes of its texts."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium.opened(driver) as one:
        yield one


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    language.use("en")


class Page:
    """A report opened from a file, with all that went wrong."""

    def __init__(self, browser: Any, folder: Path, name: str, lang: str, width: int = 1280) -> None:
        self.lang = lang
        language.use(lang)
        file = folder / "report.html"
        file.write_text(made_sweeps.page(SWEPT[name]) if name in SWEPT else made.page(name), encoding="utf-8")
        self.wrong: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda one: self.wrong.append(one.url) if one.url != file.as_uri() else None)
        self.page.goto(file.as_uri())


@pytest.fixture(scope="module", params=list(itertools.product([*made.CASES, *SWEPT], ["en", "zh"])), ids="-".join)
def opened(request: pytest.FixtureRequest, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Every report in each language, opened once for all that is asked of every one."""
    made = Page(browser, tmp_path_factory.mktemp("report"), *request.param)
    yield made
    made.page.close()


def test_it_opens_quietly(opened: Page) -> None:
    page = opened.page
    assert opened.wrong == []
    assert page.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-CN"}[opened.lang]
    assert page.evaluate("document.scripts.length") == 0
    levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    targets = page.eval_on_selector_all("nav a", "all => all.map(one => one.getAttribute('href'))")
    assert len(targets) == len(levels) - 1
    assert all(page.query_selector(target) is not None for target in targets)
    ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_no_labels_overlap_or_are_cut(opened: Page) -> None:
    bad = []
    for name, texts in opened.page.eval_on_selector_all("figure", FIGURES):
        assert texts, name
        bad += [f"{name}: cut: {one['text']}" for one in texts if one["out"]]
        for a, b in itertools.combinations(texts, 2):
            across = min(a["x"] + a["w"], b["x"] + b["w"]) - max(a["x"], b["x"])
            down = min(a["y"] + a["h"], b["y"] + b["h"]) - max(a["y"], b["y"])
            # Boxes hold the room above and below the letters: a touch is none.
            if across > 1.0 and down > 0.3 * min(a["h"], b["h"]):
                bad.append(f"{name}: {a['text']!r} on {b['text']!r}")
    assert not bad, "\n".join(bad)


def test_text_stands_out(opened: Page) -> None:
    opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    ratio, text = opened.page.evaluate(chromium.CONTRASTS)
    assert ratio >= 4.5, text


@pytest.mark.parametrize("name", ["two", "sweep: one at a time"])
def test_the_keyboard_reaches_everything(browser: Any, tmp_path: Path, name: str) -> None:
    page = Page(browser, tmp_path, name, "en").page
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        what = page.evaluate("[document.activeElement.tagName, document.activeElement.className]")
        if what[0] == "BODY":
            break
        reached.append(tuple(what))
    assert reached[0] == ("A", "skip")
    n_links = len(page.query_selector_all("nav a"))
    assert reached[1 : 1 + n_links] == [("A", "")] * n_links
    assert sum(tag == "SUMMARY" for tag, _ in reached) == len(page.query_selector_all("summary"))
    assert sum(name == "scroll" for _, name in reached) == len(page.query_selector_all(".scroll:not(details *)"))
    page.focus("summary")
    page.keyboard.press("Enter")
    assert page.eval_on_selector("details", "one => one.open")
    page.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["hostile", "sweep: hostile"])
def test_hostile_labels_are_text(browser: Any, tmp_path: Path, name: str, lang: str) -> None:
    opened = Page(browser, tmp_path, name, lang)
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.wait_for_timeout(200)
    assert opened.wrong == []
    assert page.title() != "broken"
    assert page.query_selector("img") is None
    told = page.inner_text("main")
    for label in made.HOSTILE[:-1]:
        assert clean(label) in told, label
    drawn = " ".join(page.eval_on_selector_all("svg text", "all => all.map(one => one.textContent)"))
    assert "$\\frac{1}{0}$" in drawn
    assert "{{ 7 * 7 }}" in drawn
    assert "<script>" in drawn
    page.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["two", "sweep: three"])
def test_it_prints_on_a4(browser: Any, tmp_path: Path, name: str, lang: str) -> None:
    page = Page(browser, tmp_path, name, lang).page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})  # 180 mm, A4 less its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert not page.is_visible("nav")
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594" in paper or b"/MediaBox [0 0 595" in paper
    page.close()


@pytest.mark.parametrize("width", [360, 1920])
@pytest.mark.parametrize("name", ["two", "sweep: hostile"])
def test_it_fits_narrow_and_wide_windows(browser: Any, tmp_path: Path, name: str, width: int) -> None:
    page = Page(browser, tmp_path, name, "en", width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
