"""The real browser that tests drive, and questions that they ask of a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

CONTRASTS = """() => {
  const parts = c => (c.match(/[\\d.]+/g) || [0, 0, 0]).map(Number);
  const light = c => parts(c).slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const back = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (parts(c)[3] !== 0) return c; } return 'rgb(255, 255, 255)'; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let worst = [99, ''];
  for (let node; (node = walker.nextNode());) {
    const owner = node.parentElement;
    if (!node.textContent.trim() || owner.closest('svg') || owner.closest('script, style, noscript')) continue;
    if (owner.checkVisibility && !owner.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(owner).color), light(back(owner))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < worst[0]) worst = [ratio, node.textContent.trim().slice(0, 60)];
  }
  return worst;
}"""
"""The worst contrast of a text on its background, and the text."""


def require() -> Any:
    """Playwright's driver; skips the calling module where there is no browser, which CI may not lack."""
    driver = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI must have Chromium: these tests may not be skipped there"
        pytest.skip("no Chromium here (Debian: apt-get install chromium)", allow_module_level=True)
    return driver


@contextmanager
def opened(driver: Any) -> Iterator[Any]:
    with driver.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()
