"""A city as tables and back: the same hash, or a sentence about each thing that tables do not say."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from tables import text_table

from sim import Mistake, export_city, import_city, language, load_scenario
from sim.cli import run
from sim.scenario.exported import ExportedCity

TOWNS = "镇,人口,岗位,月工资\n城关镇,8.5万,8,3500\n柳河镇,42000,4,—\n西岭乡,21000,2,2800\n"


@pytest.fixture(params=language.LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> str:
    language.use(request.param)
    return str(request.param)


def kept(made: ExportedCity) -> bool:
    return not made.lost and not made.of_towns


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_her_own_city_comes_back(here: Path, kind: str) -> None:
    """From a spreadsheet to a city, to a spreadsheet, to the same city."""
    text_table(Path("towns.csv"), TOWNS)
    import_city("towns.csv").write("my-city.yaml")
    made = export_city("my-city.yaml", kind=kind)
    assert kept(made)
    assert import_city(list(made.files)).city.hash == load_scenario("my-city.yaml").hash
    assert made.files[0].parent == (Path("my-city-tables") if kind == "csv" else Path())


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("name", ["t-city", "guangzhou"])
def test_shipped_cities_come_back(here: Path, name: str) -> None:
    made = export_city(name)
    assert kept(made)
    figures = [language.tr("Figures", "指标")] if name == "t-city" else []
    assert openpyxl.load_workbook(made.files[0]).sheetnames == [language.tr("Towns", "镇街"), *figures], (
        "no list of nameless communities"
    )
    assert import_city(made.files[0]).city.hash == load_scenario(name).hash


def test_what_tables_do_not_say_is_told_and_kept_by_the_file_that_is_named(here: Path) -> None:
    made = export_city("lakeside")
    (said,) = made.lines()
    assert said == (
        "the tables do not say start, policy_start, end, general_sample, groups: 'stations import' takes T City's; a city file with "
        "'extends: lakeside' and 'towns: {table: lakeside.xlsx}' keeps them"
    )
    Path("again.yaml").write_text("kind: city\nextends: lakeside\ntowns: {table: lakeside.xlsx}\n", encoding="utf-8")
    there, again = load_scenario("lakeside"), load_scenario("again.yaml")
    assert again.lever_table().tolist() == there.lever_table().tolist()
    ours, theirs = there.to_mapping(), again.to_mapping()
    assert {key for key in ours if ours[key] != theirs[key]} <= {"name", "levers"}, (
        "levers by town are said twice, alike"
    )

    for line in export_city("lakeside-grows", Path("g.xlsx")).lines():
        assert "do not say" in line
    assert export_city("lakeside-grows", Path("g2.xlsx")).of_towns == (
        "posts",
        "growth_per_year",
        "closes",
        "heir",
        "opens",
    )
    assert export_city("t-city-2022").lost == ("parameters",)
    assert len(export_city("lakeside", kind="csv").lines()[0].split("[lakeside-tables/Towns.csv, ")) == 2


def test_levers_of_the_whole_city_become_a_column(here: Path) -> None:
    city = "kind: city\nextends: t-city\nlevers: {pay: 3200, benefits: [0.5, {value: 0.75, stations: [town_2]}]}\n"
    Path("ours.yaml").write_text(city, encoding="utf-8")
    made = export_city("ours.yaml")
    assert kept(made)
    again, there = import_city(made.files[0]).city, load_scenario("ours.yaml")
    assert again.lever_table().tolist() == there.lever_table().tolist()
    Path("later.yaml").write_text(
        f"{city}  # later\n".replace("3200", "[3200, {value: 4000, from: 2026-01}]"), encoding="utf-8"
    )
    assert export_city("later.yaml").lost == ("levers",)


def test_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "small.yaml"]) == 0
    said = capsys.readouterr()
    assert said.out == "small.xlsx\n"
    assert said.err.startswith("note: the tables do not say start, policy_start, end, general_sample, groups: ")
    assert run(["export", "t-city", "--format", "csv", "--out", "tables"]) == 0
    said = capsys.readouterr()
    towns, figures = Path("tables/Towns.csv"), Path("tables/Figures.csv")
    assert said.out == f"{towns}\n{figures}\n'stations import {towns} {figures}' gives this city again\n"
    assert said.err == ""
    assert run(["import", str(Path("tables/Towns.csv"))]) == 0
    assert load_scenario("my-city.yaml").hash == load_scenario("t-city").hash


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["small.yaml", "--format", "dta"], "small.yaml: there is no format of cities 'dta'; there are xlsx, csv"),
        (["small.yaml", "--out", "towns.ods"], "towns.ods: a workbook's name must end in .xlsx"),
        (["small.yaml", "--out", "stands.xlsx"], "stands.xlsx: exists already; give another --out"),
        (["none.yaml"], "none.yaml"),
        (
            ["lakside"],
            "lakside: there is neither a folder of results nor a city of this name (did you mean 'lakeside'?)",
        ),
    ],
)
def test_what_is_refused(here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    Path("stands.xlsx").write_text("mine", encoding="utf-8")
    before = sorted(here.iterdir())
    assert run(["export", *arguments]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"stations: {said}")
    assert len(err.splitlines()) == 1
    assert sorted(here.iterdir()) == before
    assert Path("stands.xlsx").read_text(encoding="utf-8") == "mine"


def test_a_city_that_tables_cannot_say_is_refused(here: Path) -> None:
    city = (
        Path("small.yaml")
        .read_text(encoding="utf-8")
        .replace("population: 4000", "population: 4000, per_1000: {old: 90}")
    )
    Path("own.yaml").write_text(city, encoding="utf-8")
    with pytest.raises(Mistake, match=r"^own: tables cannot say this city \("):
        export_city("own.yaml")
    assert not Path("own.xlsx").exists()


def test_no_name_runs_as_a_formula(here: Path) -> None:
    city = Path("small.yaml").read_text(encoding="utf-8").replace('{en: "A", zh: "甲"}', '{en: "=1+1", zh: "甲"}')
    Path("odd.yaml").write_text(city, encoding="utf-8")
    book = openpyxl.load_workbook(export_city("odd.yaml").files[0])
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    text = export_city("odd.yaml", kind="csv").files[0].read_text(encoding="utf-8-sig")
    assert "'=1+1" in text
    assert ",=1+1" not in text
