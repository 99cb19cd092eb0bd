"""The documents as one site, which `make docs` builds: it opens from disk, asks nobody, finds words of both languages, and
a dead link fails it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import chromium

ROOT = Path(__file__).resolve().parents[2]
GOOD = "[sweeps](docs/sweeps.md#6-what-the-numbers-mean) [参数](scenarios/README.md#parameters-参数) [day](sim/day.py)"
DEAD = ("nowhere.md", "#nothing", "docs/odd.md#nothing", "sim/nowhere.py", "docs/figures/nowhere.svg", "referred.md")

if not os.environ.get("CI"):
    pytest.importorskip("sphinx", reason="the site is built with Sphinx: pip install -e '.[dev]'")


class Built(NamedTuple):
    source: Path
    folder: Path
    process: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """As `make docs` builds it, from the documents as they are but for dead links at the end of the README."""
    source, folder = tmp_path_factory.mktemp("documents") / "source", tmp_path_factory.mktemp("site")
    made = shutil.ignore_patterns(".*", "build", "dist", "results", "wheels", "__pycache__")
    shutil.copytree(ROOT, source, ignore=lambda place, names: made(place, names) if Path(place) == ROOT else set())
    *inline, picture, referred = DEAD
    dead = " ".join(f"[dead]({one})" for one in inline) + f" ![dead]({picture}) [dead]\n\n[dead]: {referred}\n"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (source / "README.md").write_text(f"{readme}\n{GOOD}\n\n{dead}", encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (how,) = re.findall(r"^\trm -rf build/site\n\t.* -m (sphinx .*) \. build/site$", makefile, re.M)
    command = [sys.executable, "-m", *shlex.split(how), ".", str(folder)]
    plain = {**os.environ, "NO_COLOR": "1"}
    ran = subprocess.run(command, cwd=source, env=plain, capture_output=True, encoding="utf-8", check=False)
    return Built(source, folder, ran)


def test_dead_links_fail_and_nothing_else_does(built: Built) -> None:
    said = built.process.stderr
    warned = [line for line in said.splitlines() if "WARNING" in line]
    assert built.process.returncode == 1, said
    assert len(warned) == len(DEAD), said
    for link in DEAD:
        assert any("README.md:" in line and link.split("#")[-1] in line for line in warned), (link, said)


def test_every_document_is_a_page_that_takes_nothing_from_elsewhere(built: Built) -> None:
    documents = [file.relative_to(built.source) for file in built.source.rglob("*.md")]
    assert len(documents) > 20
    assert [one for one in documents if not (built.folder / one).with_suffix(".html").exists()] == []
    # What a page takes from elsewhere without being clicked.
    taken = r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//[^>]*|url\([\"']?(?:https?:)?//[^)]*"
    files = [file for file in built.folder.rglob("*") if file.suffix in (".html", ".css")]
    assert {file.name: found for file in files if (found := re.findall(taken, file.read_text(encoding="utf-8")))} == {}


@pytest.fixture(scope="module")
def page(built: Built) -> Iterator[Any]:
    with chromium.opened(chromium.require()) as browser:
        yield browser.new_page()


def test_it_opens_from_disk_and_finds_words_of_both_languages(built: Built, page: Any) -> None:
    tutorial = (ROOT / "docs/tutorial.zh.md").read_text(encoding="utf-8")
    phrase = re.findall(r"^[^#`].*?([\u4e00-\u9fff]{7})", tutorial, re.M)[1]  # not one word of any dictionary
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for words, document in (
        ("Philox", "docs/odd"),
        ("reproduces stored", "docs/tutorial"),
        ("多方联动", "README.zh"),
        ("薪酬", "README.zh"),
        (phrase, "docs/tutorial.zh"),
    ):
        page.goto((built.folder / "index.html").as_uri())
        page.wait_for_url("**/README.html")
        page.locator("input[name=q]").first.fill(words)
        page.locator("input[name=q]").first.press("Enter")
        page.wait_for_url("**/search.html?q=*")
        page.wait_for_function("document.querySelector('#search-results .search-summary')?.textContent")
        found = [link.get_attribute("href") for link in page.locator("#search-results li a").all()]
        assert any(link.startswith(f"{document}.html") for link in found), (words, found)
    page.goto((built.folder / "search.html").as_uri() + "?q=站工社")
    page.wait_for_function("document.querySelector('#search-results .search-summary')?.textContent")
    assert page.locator("#search-results li a").count() == 0
    assert [url for url in asked if not url.startswith("file:")] == []
    assert wrong == []
