"""The documents as one site: `make docs`. They stay where they are; what is set here is what Sphinx cannot guess."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

project = "social-work-stations 社工站"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "*/*.md", "verification/results/*.md"]
exclude_patterns = [".*", "build", "results"]
myst_heading_anchors = 6  # links may name any heading, as on a forge
suppress_warnings = ["misc.highlighting_failure"]  # commands are shown with what they print

html_theme = "furo"
html_title = project
html_search_language = "en-zh"
html_show_search_summary = False  # a page opened from disk may not read another
html_copy_source = False
html_use_index = False
html_show_copyright = False

CONTENTS = """
```{toctree}
:hidden:
:caption: English

self
docs/tutorial
docs/view
docs/sweeps
docs/doubt
docs/calibration
docs/paper-to-model
docs/extend
docs/api
docs/odd
docs/trace
sim/README
CONTRIBUTING
benchmarks/README
CHANGELOG
```

```{toctree}
:hidden:
:caption: 中文

README.zh
docs/tutorial.zh
docs/view.zh
docs/sweeps.zh
docs/doubt.zh
docs/calibration.zh
docs/paper-to-model.zh
docs/extend.zh
```

```{toctree}
:hidden:
:caption: English and 中文

docs/glossary
scenarios/README
experiments/README
```

```{toctree}
:hidden:
:caption: Verification
:glob:

verification/**
```
"""
"""A document that is missing here is a warning, and warnings fail the build."""

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"


class SearchBoth(SearchEnglish):
    """English by the word; Chinese, which puts no spaces between words, by every two characters that meet."""

    lang = "en-zh"
    js_splitter_code = f"""
var splitQuery = (query) => (query.match(/[{HAN}]+|(?:(?![{HAN}])[\\p{{L}}\\p{{N}}_])+/gu) || []).flatMap((run) =>
  /[{HAN}]{{2}}/.test(run) ? [...run].slice(1).map((next, place) => run[place] + next) : [run]);
"""

    def split(self, text: str) -> list[str]:
        words = []
        for run in re.findall(rf"[{HAN}]+|[^\W{HAN}]+", text):
            words += [run] if run.isascii() else [*run, *map("".join, pairwise(run))]
        return words


def with_contents(app: Sphinx, document: str, text: list[str]) -> None:
    if document == app.config.root_doc:
        text[0] += CONTENTS


def say_language(app: Sphinx, document: str, template: str, context: dict[str, Any], tree: object) -> None:
    """To the browser, which chooses a font and a voice by it."""
    if document.endswith(".zh"):
        context["language"] = "zh-CN"


def open_at_readme(app: Sphinx, failure: Exception | None) -> None:
    (app.outdir / "index.html").write_text('<meta http-equiv="refresh" content="0; url=README.html">', encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.add_search_language(SearchBoth)
    app.connect("source-read", with_contents)
    app.connect("html-page-context", say_language)
    app.connect("build-finished", open_at_readme)
