"""Results made for the tests of figures and reports: small cities, odd labels, many policies, nothing at all."""

from __future__ import annotations

import functools
import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from cities import TEXT, city, group, town
from made_worlds import drawn_from

from sim import language, plot
from sim.lab.compare import arms_of, compare
from sim.lab.kept import folders
from sim.lab.kept.results import Results
from sim.lab.simulate import simulate
from sim.plot.figure import FigureSource
from sim.report import page as report
from sim.scenario.schema import Policy, Scenario, read_policy
from sim.scenario.yaml_reader import from_plain

HOSTILE = (
    '<script>document.title="broken"</script>',
    '"><img src=x onerror=alert(1)>',
    "$\\frac{1}{0}$ and $unbalanced",
    "$x^2$",
    "{{ 7 * 7 }} {% raise %} {0} {name}",
    "العدالة الاجتماعية ‮gnirts‬",
    "👩‍👩‍👧‍👦 家庭 🏠",
    "]]> &amp; </svg></style>",
    "Verwaltungsvereinfachung ohne jeden Zwischenraum" * 3,
    "[red]bold[/red] \x1b[31m \\ %s `x`",
)


def policy(name: str, title: str | None = None, **levers: Any) -> Policy:
    both = {"en": title or name, "zh": title or name}
    plain = {"kind": "policy", "title": both, "proposer": both, "source": TEXT, "levers": levers}
    return read_policy(from_plain(plain, name), name)


def named(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


def of_compare(base: Scenario, policies: list[Policy], n_seeds: int) -> Results:
    """As `stations compare` would store it."""
    arms = arms_of(base, policies)
    tables = compare(arms, seeds=range(1, n_seeds + 1)).tables()
    facts = {
        "arms": {name: arm.to_mapping() for name, arm in arms.items()},
        "arm_hashes": {name: arm.hash for name, arm in arms.items()},
        "n_seeds": n_seeds,
    }
    return Results(tables, folders.provenance("compare", **facts))


def of_run(scenario: Scenario, seed: int = 1) -> Results:
    """As `stations run` would store it."""
    facts = {"scenario": scenario.to_mapping(), "scenario_hash": scenario.hash, "seed": seed}
    return Results(simulate(scenario, seed).tables(), folders.provenance("run", **facts))


def _public(**facts: Any) -> dict[str, Any]:
    return {key: value for key, value in group(**facts).items() if key != "per_1000"} | {"rest": True}


FREE = policy("free", administrative_burden=0)
RICH = policy("rich", pay={"value": 6000, "ramp_months": 3})


@functools.cache
def results(name: str) -> Results:
    """One of the constructed results, by name."""
    return CASES[name]()


FOLDER = Path("results/made")
"""Where the results are, as reports of them say."""

SVG = "{http://www.w3.org/2000/svg}"


def page(name: str) -> str:
    """The report of one of the constructed results in the language in force, made once for all that is asked of it."""
    return _page(name, language.current())


@functools.cache
def _page(name: str, lang: str) -> str:
    return without_warnings(results(name))


def without_warnings(made: Results) -> str:
    """A report; what warns while it is made is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return report.html(made, FOLDER)


def figures_of(results: Results) -> list[plot.Figure[Any, Any]]:
    """The figures that results have something to show in."""
    source = FigureSource(results)
    return [figure for figure in plot.FIGURES if figure.found(source) is not None]


def figures(html: str) -> dict[str, tuple[ElementTree.Element, str]]:
    """Every figure of a page by name: its drawing, and all its texts with those in words (alternative and caption)."""
    found = {}
    for name, drawing, caption in re.findall(
        r'<figure id="figure-([^"]+)">\s*<div class="drawing">(.*?)</div>\s*<figcaption>(.*?)</figcaption>',
        html,
        re.DOTALL,
    ):
        root = ElementTree.fromstring(drawing)
        assert root.find(f"{SVG}title").text, name  # type: ignore[union-attr]
        assert root.find(f".//{SVG}text") is not None, name
        found[name] = root, " ".join([*root.itertext(), caption])
    return found


def _hostile() -> Results:
    groups = {f"g{i}": group(name=named(text), per_1000=30) for i, text in enumerate(HOSTILE)}
    towns = {f"t{i}": town(name=named(text), population=600, posts=2) for i, text in enumerate(HOSTILE)}
    base = city(title=named(HOSTILE[0]), towns=towns, groups=groups | {"public": _public(needs_per_year=0.05)})
    return of_compare(base, [policy(f"p{i}", text, pay=3000 + i) for i, text in enumerate(HOSTILE)], 2)


def _odd_group() -> Results:
    """A group without people, and one without needs."""
    groups = {
        "nobody": group(per_1000=0.001, name=named("nobody")),
        "content": group(per_1000=50, needs_per_year=0.0, name=named("content")),
        "public": _public(needs_per_year=0.3),
    }
    return of_compare(city(groups=groups), [FREE], 3)


def _over_worlds() -> Results:
    """A comparison as if its runs were worlds, many times over, with a little between them."""
    found = compare(arms_of(city(), [FREE, RICH]), seeds=range(1, 7))
    n = 20
    apart = np.linspace(0.8, 1.2, 6 * n)

    def tiled(kept: np.ndarray | None) -> np.ndarray:
        assert kept is not None
        again: np.ndarray = np.tile(kept, (1, n, *[1] * (kept.ndim - 2)))
        return again * apart.reshape(1, -1, *[1] * (kept.ndim - 2))

    outcomes = tiled(found.outcomes)
    over = replace(
        found, seeds=tuple(range(1, 6 * n + 1)), outcomes=outcomes, months=tiled(found.months), towns=tiled(found.towns),
        groups=tiled(found.groups), worlds=drawn_from("prior"), twins=outcomes[:, :20] * 1.02,
    )  # fmt: skip
    facts = {
        "arms": {name: arm.to_mapping() for name, arm in over.arms.items()},
        "arm_hashes": {name: arm.hash for name, arm in over.arms.items()},
        "n_seeds": len(over.seeds),
        "doubt": {"kind": "prior"},
    }
    return Results(over.tables(), folders.provenance("compare", **facts))


def _many_towns() -> Results:
    towns = {f"t{i}": town(name=named(f"Town {i}"), population=300, posts=1, communities=1) for i in range(60)}
    return of_compare(city(towns=towns), [FREE], 2)


def _tagged() -> Results:
    """Towns of several tags, one that all have, one whose text is not plain; and a town of none but that."""
    towns = {
        "a": town(tags=["乡", "all", "<img src=x onerror=alert(1)> &lt $x^2$ {{ 7 * 7 }}"]),
        "b": town(tags=["all"], population=1200),
        "c": town(tags=["乡", "all"]),
    }
    return of_compare(city(towns=towns), [FREE, RICH], 4)


def _some_tagged() -> Results:
    towns = {f"t{i}": town(population=300, posts=1, communities=1, tags=["far"] * (i > 2)) for i in range(30)}
    return of_run(city(towns=towns))


CASES = {
    "two": lambda: of_compare(city(), [FREE, RICH], 6),
    "worlds": _over_worlds,
    "one policy": lambda: of_compare(city(), [RICH], 6),
    "twelve policies": lambda: of_compare(city(), [policy(f"pay-{i}", f"Pay of {3000 + 200 * i}", pay=3000 + 200 * i) for i in range(12)], 4),
    "one seed": lambda: of_compare(city(), [FREE, RICH], 1),
    "no policy": lambda: of_compare(city(), [], 3),
    "odd group": _odd_group,
    "nothing": lambda: of_compare(city(towns={"a": town(posts=0), "b": town(posts=0)}, groups={"public": _public(needs_per_year=0.0)}), [FREE], 3),
    "two years": lambda: of_compare(city(end="2025-03-31", policy_start="2024-01-01"), [FREE], 2),
    "nine years": lambda: of_compare(city(end="2031-12-31", policy_start="2026-01-01"), [FREE], 2),
    "from the first day": lambda: of_compare(city(policy_start="2023-01-01"), [FREE], 3),
    "many towns": _many_towns,
    "tagged": _tagged,
    "run of some tagged": _some_tagged,
    "hostile": _hostile,
    "run": lambda: of_run(city().with_policies([FREE])),
    "run of nothing": lambda: of_run(city(towns={"a": town(posts=0)}, groups={"public": _public(needs_per_year=0.0)})),
}  # fmt: skip
