"""What Solara says around the pages, in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import solara.server

from sim.view import frame

TEMPLATES = Path(solara.server.__path__[0]) / "templates"


@pytest.mark.parametrize("text", frame.CHINESE)
def test_solara_still_says_it(text: str) -> None:
    """Else its words have changed, and the new ones want a translation."""
    said = " ".join((TEMPLATES / "solara.html.j2").read_text(encoding="utf-8").split())
    assert text in said


def test_nothing_that_a_reader_is_shown_stays_english() -> None:
    made = frame.in_chinese((TEMPLATES / "solara.html.j2").read_text(encoding="utf-8"))
    template = made[
        made.index('id="vue-app-template"') : made.index("<v-menu")
    ]  # beyond are Solara's tools for developers
    without = re.sub(r"<!--.*?-->|\{%.*?%\}|\{#.*?#\}", "", template, flags=re.DOTALL)
    texts = {" ".join(one.split()) for one in re.findall(r">([^<>]*)<", without)}
    left = {one for one in texts if re.search("[A-Za-z]{3}", one) and "{{" not in one}
    assert left == set()


def test_scripts_are_left_alone() -> None:
    template = (
        '<script>const a = b > 0; "Cancel" < c; // Refresh now\n</script><p>Cancel</p><v-btn>\n Refresh now </v-btn>'
    )
    assert frame.in_chinese(template) == template.replace("<p>Cancel", "<p>取消").replace(
        "\n Refresh now </v", "立即刷新</v"
    )
