"""The report: made from stored results alone, every number in it found there, whole, small, and safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import made
import numpy as np
import pandas as pd
import pytest
from cities import TEXT, city

from sim import language, plot
from sim.cli import run
from sim.lab.compare import arms_of
from sim.lab.comparison import design_of
from sim.lab.finish import finish_comparison
from sim.lab.kept.opening import open_results
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.executors import Serial
from sim.lab.run.session import sweep
from sim.lab.say.numbers import minus
from sim.language import in_brackets
from sim.mistakes import Mistake
from sim.report import given
from sim.report import page as report
from sim.scenario.load import load_policy, shipped_policies
from sim.scenario.schema import read_policy
from sim.scenario.yaml_reader import from_plain


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


class Page(HTMLParser):
    """What the tests read of a page: its text, its numbers with the values that they stand for, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.numbers: list[tuple[float, str]] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self._value: str | None = None
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.links += [str(found[name]) for name in ("href", "src", "xlink:href", "data", "action") if name in found]
        if tag == "data":
            self._value = found["value"]
        self._hidden += tag in {"style", "svg"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "svg"}

    def handle_data(self, data: str) -> None:
        if self._value is not None:
            self.numbers.append((float(self._value), data))
            self._value = None
        if not self._hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def page(name: str) -> Page:
    return Page(made.page(name))


def stored_numbers(results: Results) -> set[float]:
    found: set[float] = set()
    for table in results.tables.values():
        for column in table.select_dtypes("number"):
            found |= {float(value) for value in table[column] if np.isfinite(value)}
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["two", "twelve policies", "one seed", "run", "odd group", "tagged"])
def test_every_number_is_stored_and_shown_right(name: str, lang: str) -> None:
    language.use(lang)
    numbers = page(name).numbers
    assert len(numbers) > 60
    known = stored_numbers(made.results(name))
    for value, text in numbers:
        assert value in known
        shown = float(text.replace("−", "-").replace(",", ""))
        digits = len(text.partition(".")[2])
        candidates = [value * scale for scale in (1.0, 100.0, 1e-4)]
        assert any(abs(shown - one) <= 0.500001 * 10**-digits for one in candidates), (value, text)


def test_cells_hold_nothing_but_stored_numbers() -> None:
    """Take the stored numbers out of the tables, and no other number is left in them."""
    html = made.page("two")
    body = html[html.index('id="effects"') : html.index('id="evidence"')]
    cells = re.findall(r"<td>(.*?)</td>", body, flags=re.DOTALL)
    assert len(cells) > 200
    for cell in cells:
        assert not re.search(r"\d", re.sub(r"<data.*?</data>", "", cell)), cell


@pytest.mark.parametrize("name", made.CASES)
def test_the_page_is_one_file_that_asks_for_nothing(name: str) -> None:
    found = page(name)
    assert all(link.startswith("#") for link in found.links)
    assert not {"script", "img", "iframe", "link", "object", "embed", "base", "form"} & set(found.tags)


def test_every_outcome_is_in_the_full_table() -> None:
    html = made.page("two")
    full = Page(html[html.index('<section id="table"') : html.index('<section id="evidence"')]).text
    for one in OUTCOMES.values():
        assert one.meaning.en in full


def test_nothing_is_called_better_whose_interval_holds_zero() -> None:
    html = made.page("two")
    cells = re.findall(
        r'<span class="(better|worse|same|changed|slight|equal)"><data value="([^"]+)">.*?<data value="([^"]+)">.*?<data value="([^"]+)">',
        html,
    )
    assert {cell[0] for cell in cells} >= {"better", "worse", "same", "equal"}
    for said, _, low, high in cells:
        holds_zero = float(low) <= 0 <= float(high)
        assert holds_zero == (said in {"same", "equal"})


def test_one_seed_says_that_it_has_no_interval() -> None:
    text = page("one seed").text
    assert "no difference can be distinguished from chance" in text
    assert "no interval" in text
    for word in (" better ", " worse "):
        assert word not in text.partition("What each policy changes")[0]
    assert "95 % interval" not in text


def test_a_run_says_so_and_compares_nothing() -> None:
    text = page("run").text
    assert "One run under one seed" in text
    assert "paired differences" not in text.lower()


def test_a_chinese_report_is_chinese() -> None:
    language.use("zh")
    text = page("two").text
    for english_text in ("better", "worse", "seeds", "Baseline", "policies", "hours", " yuan"):
        assert english_text not in text.partition("哪些是假设")[0], english_text
    assert "论文" in text


def test_it_is_made_from_stored_results_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "made"
    sweep(design_of(arms_of(city(), [made.FREE, made.RICH]), 6), folder, Serial())
    results = finish_comparison(folder)
    monkeypatch.setattr("sim.day.run_days", None)
    monkeypatch.setattr("sim.world.build.build", None)
    assert open_results(folder).tables["effects"].equals(made.results("two").tables["effects"])
    assert report.html(open_results(folder), folder) == report.html(results, folder)


def test_all_shipped_policies_are_light_enough_to_mail() -> None:
    results = made.of_compare(city(), [load_policy(name) for name in shipped_policies()], 2)
    assert len(results.policies) == len(shipped_policies()) > 20
    assert len(report.html(results, Path("x")).encode()) < 3_000_000


def test_what_a_policy_moves_is_said() -> None:
    rows = given.lever_moves(made.results("two")).rows
    assert ": 1 → 0 (administrative_burden, " in rows[0][1]
    assert ": 2,500 → 6,000 over 3 months (pay, yuan" in rows[1][1]


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_what_a_policy_moves_is_said_by_town_and_two_of_one_title_apart(tongue: str) -> None:
    uneven = city(levers={"pay": [2500, {"value": 4100, "stations": ["b"]}]})
    raised, set_to = (
        read_policy(
            from_plain(
                {"kind": "policy", "title": TEXT, "proposer": TEXT, "source": TEXT, "levers": {"pay": pay}}, name
            ),
            name,
        )
        for name, pay in (("raised", {"at_least": 3500}), ("set-to", 3500))
    )
    language.use(tongue)
    rows = given.lever_moves(made.of_compare(uneven, [raised, set_to], 2)).rows
    town, title = TEXT[tongue], TEXT[tongue]
    colon, then = (": ", "; ") if tongue == "en" else ("：", "；")
    label = "Pay by town" if tongue == "en" else "各镇基本工资"
    assert f"{label}{colon}{town}{colon}2,500 → 3,500{then}{town}{colon}4,100 → 4,100" in rows[0][1]
    assert [row[0] for row in rows] == [title + in_brackets("raised"), title + in_brackets("set-to")]


def test_of_very_many_towns_the_first_are_listed() -> None:
    rows = [str(n) for n in range(given.MOST_TOWNS_LISTED + 1)]
    assert given._towns_in_line("Pay", rows).endswith("; 19; and 1 town more")
    assert "more" not in given._towns_in_line("Pay", rows[:-1])


def test_what_is_assumed_is_counted() -> None:
    from sim.scenario.parameters import PARAMETERS

    line = given.evidence(PARAMETERS)
    assert sum(int(n) for n in re.findall(r" (\d+)", line)) == len(PARAMETERS)
    assumed = sum(one.is_assumption for one in PARAMETERS.values())
    assert assumed > 100
    assert line.endswith(f"assumption {assumed}")


# --- the command


def test_compare_ends_with_a_report(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "small.yaml", "--policies", "incentives", "--seeds", "2", "--out", "c"]) == 0
    assert "Report: c/report.html" in capsys.readouterr().out.replace("\\", "/")
    first = (here / "c" / "report.html").read_text(encoding="utf-8")
    assert 'lang="en"' in first
    (here / "c" / "report.html").unlink()
    assert run(["report", "c"]) == 0
    assert (here / "c" / "report.html").read_text(encoding="utf-8") == first
    assert run(["report", "c", "--lang", "zh", "--out", "elsewhere.html"]) == 0
    assert 'lang="zh-CN"' in (here / "elsewhere.html").read_text(encoding="utf-8")
    assert (here / "c" / "report.html").read_text(encoding="utf-8") == first
    assert run(["reproduce", "c"]) == 0


def test_run_ends_with_a_report(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "small.yaml", "--policy", "incentives", "--out", "r", "--csv"]) == 0
    html = (here / "r" / "report.html").read_text(encoding="utf-8")
    assert "Small + Incentives: one run, seed 1" in html
    assert (here / "r" / "outcomes.csv").is_file()
    assert run(["reproduce", "r"]) == 0
    assert "every number is identical" in capsys.readouterr().out


def test_figures_leave_the_report_alone(here: Path) -> None:
    assert run(["run", "small.yaml", "--out", "r"]) == 0
    before = (here / "r" / "report.html").read_bytes()
    assert run(["report", "r", "--figures", "svg", "--lang", "zh"]) == 0
    assert (here / "r" / "report.html").read_bytes() == before
    assert (here / "r" / "figures" / "curves-zh.svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["report", "nowhere"], "nowhere: there is no such folder"),
        (["report", "."], "holds no provenance.json"),
        (["report", "r", "--figures", "gif"], "gif"),
        (["report", "r", "--out", "no/such/../../small.yaml/x.html"], "a file stands where"),
        (["report", "r-without"], "city.parquet: is missing"),
    ],
)
def test_wrong_calls_get_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    import shutil

    assert run(["run", "small.yaml", "--out", "r"]) == 0
    shutil.copytree("r", "r-without")
    Path("r-without/city.parquet").unlink()
    capsys.readouterr()
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert not list(here.glob("**/.report*"))


def test_results_are_stored_before_the_report(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report that cannot be written loses no results."""

    def fails(*_: object) -> Path:
        raise Mistake("report.html: cannot be written (No space left on device)")

    monkeypatch.setattr(report, "write_report", fails)
    assert run(["run", "small.yaml", "--out", "r"]) == 2
    assert (here / "r" / "city.parquet").is_file()
    captured = capsys.readouterr()
    assert "No space left" in captured.err
    assert "Results: r" in captured.out


def test_an_interrupted_write_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = made.results("run")
    file = tmp_path / "report.html"
    file.write_text("old", encoding="utf-8")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fails)
    with pytest.raises(Mistake, match="No space left"):
        report.write_report(results, tmp_path / "report.html")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_minus_signs() -> None:
    assert minus("-1.5 … -0.2, a-1, 2021-03, x -3") == "−1.5 … −0.2, a-1, 2021-03, x −3"


def test_policies_with_one_title_are_told_apart() -> None:
    results = made.of_compare(city(), [made.policy("a", "Same", pay=3000), made.policy("b", "Same", pay=4000)], 2)
    assert [results.title(arm) for arm in results.policies] == ["Same (a)", "Same (b)"]
    assert isinstance(results.tables["effects"], pd.DataFrame)


def test_tags_of_towns_are_told() -> None:
    told = page("tagged").text
    assert told.count("By tag of towns") == 2  # in the list of contents, too
    assert "all towns: the whole city" in told
    assert "(no tag)" not in told
    assert "Towns with the tag 乡" in told
    assert "By tag of towns" not in page("two").text
    some = page("run of some tagged").text
    assert "and 7 more" in some
    assert "(no tag)" in some
    with pytest.raises(Mistake, match="tags: no town of this city has a tag"):
        plot.tags(made.results("two"))
    with pytest.raises(Mistake, match="did you mean 'coverage'"):
        plot.tags(made.results("tagged"), "coverag")
