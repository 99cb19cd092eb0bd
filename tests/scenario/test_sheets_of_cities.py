"""Templates that are filled in, towns that a city's file takes from a table, and tables of a city that come back as they were."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from cities import city, town
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tables import text_table, workbook

from sim import Mistake, Scenario, import_city, language, load_scenario
from sim.scenario.load import validate_file
from sim.scenario.sheets.headings import FIELDS
from sim.scenario.sheets.template import template_sheets, towns_table, write_workbook
from sim.scenario.write import city_file

TOWNS = "镇,人口,岗位,月工资\n城关镇,85000,8,3500\n柳河镇,42000,4,\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- templates

FILLED: dict[str, dict[int, list[Any]]] = {
    "en": {
        0: ["North", 85000, 8, 3500, 24, "old town, hills"],
        1: ["North", "yes", "assistant", 0.5, 0.3, 400],
        2: ["North", "Bridge", 85000, 1.2],
    },
    "zh": {
        0: ["城关镇", 85000, 8, 3500, 24, "城区、山区"],
        1: ["城关镇", "是", "助理社会工作师", 0.5, 0.3, 400],
        2: ["城关镇", "桥头社区", 85000, 1.2],
    },
}


@pytest.mark.parametrize("language_of", language.LANGUAGES)
def test_a_template_that_is_filled_in_is_read(folder: Path, language_of: str) -> None:
    language.use(language_of)
    base = load_scenario("t-city")
    sheets = template_sheets(base.groups)
    assert len(sheets) == 6
    assert all(bool(re.search("[\u4e00-\u9fff]", name)) is (language_of == "zh") for name in sheets)
    for place, (name, rows) in enumerate(sheets.items()):
        if place in FILLED[language_of]:
            sheets[name] = [rows[0], FILLED[language_of][place]]
    made = import_city(write_workbook(Path("t.xlsx"), sheets))
    (only,) = made.city.towns
    assert (only.population, only.posts, [one.population for one in only.communities]) == (85000, 8, [85000])
    assert (only.workers[0].trained, only.workers[0].certificate, only.workers[0].tenure_days) == (
        True,
        "assistant",
        400,
    )
    assert made.city.lever_table()["pay"][0].tolist() == [3500]
    assert only.tags == (("old town", "hills") if language_of == "en" else ("城区", "山区"))
    assert made.city.groups == base.groups, "as they stand in the template"


@pytest.mark.parametrize("language_of", language.LANGUAGES)
def test_a_template_without_towns_is_refused(folder: Path, language_of: str) -> None:
    language.use(language_of)
    file = write_workbook(Path("t.xlsx"), template_sheets(load_scenario("t-city").groups))
    with pytest.raises(Mistake, match=r"no town below|没有镇"):
        import_city(file)


def test_no_two_fields_have_one_heading() -> None:
    seen: dict[str, str] = {}
    for one in FIELDS:
        for word in one.words():
            assert seen.setdefault(word, one.name) == one.name, word


# --- a city's file that names a table


def linked(text: str) -> Scenario:
    Path("mine.yaml").write_text(f"kind: city\nextends: t-city\n{text}\n", encoding="utf-8")
    return load_scenario("mine.yaml")


def test_towns_from_a_table(folder: Path) -> None:
    text_table(Path("towns.csv"), TOWNS)
    found = linked("towns: {table: towns.csv}\nlevers: {pay: 3000, benefits: 0.6}")
    assert [(one.id, one.population, one.posts) for one in found.towns] == [("城关镇", 85000, 8), ("柳河镇", 42000, 4)]
    assert found.lever_table()["pay"][0].tolist() == [3500, 3000]
    assert found.groups == load_scenario("t-city").groups
    stored = found.to_mapping()
    Path("towns.csv").unlink()
    again = Scenario.from_mapping(stored)
    assert again == found
    assert again.hash == found.hash
    assert import_city(text_table(Path("towns.csv"), TOWNS)).city.towns == found.towns


def test_what_a_city_may_say_of_its_table(folder: Path) -> None:
    rows = [["镇", "户籍人口", "常住人口"], ["城关镇", 90000, 85000]]
    workbook(Path("towns.xlsx"), {"镇": rows, "旧": [["镇", "常住人口"], ["旧镇", 1]]})
    found = linked("towns: {table: towns.xlsx, sheet: 镇, population: 常住, posts_per_10000: 0.7}")
    assert [(one.id, one.population, one.posts) for one in found.towns] == [("城关镇", 85000, 6)]


def test_what_was_taken_from_a_table_is_told_when_the_city_is_checked(folder: Path) -> None:
    text_table(Path("towns.csv"), f"{TOWNS}合计,127000,12,\n")
    linked("towns: {table: towns.csv}")
    said = validate_file("mine.yaml").splitlines()
    assert said[0] == "a valid city, 2 stations, 127,000 residents"
    assert "left out: towns.csv, cell A4: '合计' (a total)" in said
    assert any(line.startswith("assumed: communities") for line in said)


def test_one_number_of_posts_for_all_stations_needs_no_column(folder: Path) -> None:
    text_table(Path("towns.csv"), "镇,人口\n城关镇,85000\n")
    assert [one.posts for one in linked("posts_per_station: 5\ntowns: {table: towns.csv}").towns] == [5]
    with pytest.raises(Mistake, match="has no column of posts"):
        linked("towns: {table: towns.csv}")


def test_a_table_is_no_scenario(folder: Path) -> None:
    text_table(Path("towns.csv"), TOWNS)
    with pytest.raises(
        Mistake, match=r"^towns.csv: is a table, not a scenario; make a city of it: stations import towns.csv$"
    ):
        load_scenario("towns.csv")


def test_a_town_may_be_called_table(folder: Path) -> None:
    said = "towns: {table: {name: x, population: 5000, posts: 1, communities: 2}}"
    assert "table" in [one.id for one in linked(said).towns]


REFUSED = [
    ("towns: {table: none.csv}", "mine.yaml:3: towns.table: there is no file 'none.csv' beside the city's file"),
    ("towns: {table: twns.csv}", "there is no file 'twns.csv' beside the city's file (did you mean 'towns.csv'?)"),
    ("towns: {table: ../towns.csv}", "mine.yaml:3: towns.table: lies outside the scenario's own folder"),
    ("towns: {table: /etc/towns.csv}", "mine.yaml:3: towns.table: give a relative path"),
    ("towns: {table: towns.csv, shet: a}", "mine.yaml:3: towns.shet: unknown key (did you mean 'sheet'?)"),
    ("towns: {table: towns.csv, sheet: a}", "towns.csv: there is no sheet 'a'"),
    ("towns: {table: towns.csv, posts_per_10000: 900}", "mine.yaml:3: towns.posts_per_10000: '900' is out of range"),
    ("towns: {table: mine.yaml}", "mine.yaml: is no table"),
    ("towns: {table: bad.csv}", "bad.csv, cell C2: '800' is out of range; allowed: 0 to 100"),
    ("towns: {table: towns.csv}\nlevers: {pay: {value: 3100, stations: [north]}}", "there is no station 'north'"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_a_table_that_cannot_be_is_refused(folder: Path, text: str, said: str) -> None:
    inner = folder / "inner"
    inner.mkdir()
    text_table(Path("towns.csv"), TOWNS)
    text_table(inner / "towns.csv", TOWNS)
    text_table(inner / "bad.csv", "镇,人口,岗位\n城关镇,85000,800\n")
    (inner / "mine.yaml").write_text(f"kind: city\nextends: t-city\n{text}\n", encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        load_scenario(str(inner / "mine.yaml"))
    assert said in str(caught.value)
    language.use("zh")
    with pytest.raises(Mistake, match=r"[\u4e00-\u9fff]"):
        load_scenario(str(inner / "mine.yaml"))


# --- there and back

fractions = st.integers(0, 1000).map(lambda n: n / 1000)
workers = st.fixed_dictionaries(
    {},
    optional={
        "trained": st.booleans(),
        "certificate": st.sampled_from(["none", "assistant", "social_worker", "senior"]),
        "competence": fractions,
        "burnout": fractions,
        "tenure_days": st.integers(0, 20000),
    },
)
communities = st.integers(1, 30) | st.lists(st.integers(0, 9000), min_size=1, max_size=5).map(
    lambda people: [
        {"name": f"Village {n}", "population": one, "grid_strength": 1 + n / 8} for n, one in enumerate(people)
    ]
)


@st.composite
def cities(draw: st.DrawFn) -> Scenario:
    names = draw(st.lists(st.from_regex(r"\A[a-z]{2}[a-z_]{1,8}[a-z]\Z"), min_size=1, max_size=6, unique=True))
    towns = {}
    for name in names:
        one = town(
            name=draw(st.sampled_from(["Town ", "第"])) + name,
            posts=draw(st.integers(3, 20)),
            tags=draw(st.lists(st.sampled_from(["rural", "old town", "农村", "7"]), unique=True)),
            communities=draw(communities),
        )
        one |= {"workers": [worker for worker in draw(st.lists(workers, max_size=3)) if worker]}
        if isinstance(one["communities"], list):
            one.pop("population")
        else:
            one |= {
                "population": draw(st.integers(1, 90000)),
                "per_1000": draw(st.dictionaries(st.sampled_from(["poor", "old"]), fractions)),
            }
        towns[name] = one
    pay = draw(st.dictionaries(st.sampled_from(names), st.sampled_from([2500, 3100.5, 4000])))
    levers = {"benefits": 0.7} | (
        {"pay": [{"value": value, "stations": [name]} for name, value in pay.items()]} if pay else {}
    )
    return city(towns=towns, levers=levers, general_sample=0.05)


@pytest.mark.parametrize("language_of", language.LANGUAGES)
@given(cities())
@settings(max_examples=25, phases=(Phase.generate,))  # to make an example smaller takes minutes
def test_a_table_of_a_city_gives_that_city(
    tmp_path_factory: pytest.TempPathFactory, language_of: str, there: Scenario
) -> None:
    language.use(language_of)
    folder = tmp_path_factory.mktemp("city")
    write_workbook(folder / "towns.xlsx", towns_table(there))
    said = yaml.safe_load(city_file(there))
    said |= {
        "towns": {"table": "towns.xlsx"},
        "levers": {name: one for name, one in said["levers"].items() if name != "pay"},
    }
    (folder / "again.yaml").write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    again = load_scenario(str(folder / "again.yaml"))
    assert again.lever_table().tolist() == there.lever_table().tolist()
    ours, theirs = there.to_mapping(), again.to_mapping()
    assert theirs["towns"] == ours["towns"]
    if "pay" not in {change.name for change in there.levers}:
        assert again.hash == there.hash
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["t-city", "lakeside"])
def test_shipped_cities_come_back(folder: Path, name: str) -> None:
    there = load_scenario(name)
    write_workbook(folder / "towns.xlsx", towns_table(there))
    Path("again.yaml").write_text(f"kind: city\nextends: {name}\ntowns: {{table: towns.xlsx}}\n", encoding="utf-8")
    if name == "lakeside":  # what it says of one station stands in the table
        with Path("again.yaml").open("a", encoding="utf-8") as opened:
            opened.write("levers: {funding_dependence: null}\n")
    assert load_scenario("again.yaml").hash == there.hash
    assert import_city(folder / "towns.xlsx").city.towns == there.towns


# --- tags


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("农村", ["农村"]),
        ("农村、山区", ["农村", "山区"]),
        ("rural, far", ["rural", "far"]),
        ("rural;far；农村/山区", ["rural", "far", "农村", "山区"]),
        ("rural far", ["rural", "far"]),
        ("old town, far", ["old town", "far"]),
        ("old  town、", ["old town"]),
        ("rural, rural,, ", ["rural"]),
        ("7", ["7"]),
        ("—", []),
        ("", []),
    ],
)
def test_tags_as_people_write_them(folder: Path, cell: str, tags: list[str]) -> None:
    text_table(Path("t.csv"), f'镇,人口,岗位,标签\n城关镇,85000,8,"{cell}"\n柳河镇,42000,4,"far"\n')
    made = import_city(Path("t.csv"))
    assert list(made.city.towns[0].tags) == tags
    assert any("tags" in line for line in made.lines())
    made.write(Path("city.yaml"))
    again = load_scenario("city.yaml")
    assert again.hash == made.city.hash
    assert list(again.towns[0].tags) == tags


@pytest.mark.parametrize("cell", ["=SUM(A1)", "rural, =x", "@x"])
def test_a_tag_that_cannot_be_names_its_cell(folder: Path, cell: str) -> None:
    text_table(Path("t.csv"), f'镇,人口,岗位,标签\n城关镇,85000,8,"{cell}"\n')
    with pytest.raises(Mistake, match=r"t\.csv, cell D2: the name .* begins with"):
        import_city(Path("t.csv"))
    with pytest.raises(Mistake, match="cannot hold '/', which stands between tags"):
        city(towns={"a": town(tags=["a/b"])})


def test_one_sheet_tells_the_tags_that_another_leaves_out(folder: Path) -> None:
    towns = [["镇", "人口", "岗位"], ["城关镇", 85000, 8], ["柳河镇", 42000, 4]]
    write_workbook(Path("t.xlsx"), {"a": towns, "b": [["镇", "标签"], ["柳河镇", "农村"], ["城关镇", "城区"]]})
    made = import_city(Path("t.xlsx"))
    assert [town.tags for town in made.city.towns] == [("城区",), ("农村",)]
    write_workbook(
        Path("u.xlsx"), {"a": [[*towns[0], "标签"], [*towns[1], "城区"]], "b": [["镇", "标签"], ["城关镇", "农村"]]}
    )
    with pytest.raises(Mistake, match=r"sheet 'b', cell B2: says '农村'"):
        import_city(Path("u.xlsx"))
