"""`stations import`: what it shows, writes and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tables import text_table, workbook

from sim.cli import run
from sim.scenario.load import load_scenario

TOWNS = "镇,人口,岗位,月工资\n城关镇,8.5万,8,3500\n柳河镇,42000,4,—\n合计,127000,12,\n"


def test_what_was_understood_is_shown_and_a_city_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text_table(Path("towns.csv"), TOWNS)
    assert run(["import", "towns.csv", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    for said in (
        "2 towns, 127,000 residents, 12 posts, 36 communities",
        "城关镇",
        "left out: towns.csv, cell A4: '合计' (a total)",
        "assumed: pay where no table says it (1 of 2 towns)",
        "would write my-city.yaml",
    ):
        assert said in shown
    assert not Path("my-city.yaml").exists()
    assert run(["import", "towns.csv", "--out", "ours.yaml", "--title", "安平县"]) == 0
    assert "next: stations compare ours.yaml" in capsys.readouterr().out
    assert [town.population for town in load_scenario("ours.yaml").towns] == [85000, 42000]
    assert run(["validate", "ours.yaml"]) == 0


def test_it_speaks_chinese(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text_table(Path("towns.csv"), TOWNS)
    assert run(["--lang", "zh", "import", "towns.csv"]) == 0
    shown = capsys.readouterr().out
    assert "2 个镇（街道），127,000 名居民，12 个岗位" in shown
    assert "未采用：towns.csv，单元格 A4：“合计”（合计行）" in shown
    assert "假设：表中未给出的基本工资" in shown or "假设：表中未给出的工资" in shown


def test_a_file_that_stands_there_is_kept(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text_table(Path("towns.csv"), TOWNS)
    Path("my-city.yaml").write_text("mine", encoding="utf-8")
    assert run(["import", "towns.csv"]) == 2
    assert (
        capsys.readouterr().err
        == "stations: my-city.yaml: stands there already; choose another --out, or give --force\n"
    )
    assert Path("my-city.yaml").read_text(encoding="utf-8") == "mine"
    assert run(["import", "towns.csv", "--force"]) == 0
    assert len(load_scenario("my-city.yaml").towns) == 2


def test_a_dry_run_shows_a_table_beside_a_file_that_stands_there(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text_table(Path("towns.csv"), TOWNS)
    Path("my-city.yaml").write_text("mine", encoding="utf-8")
    assert run(["import", "towns.csv", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "城关镇" in said
    assert "would write my-city.yaml (stands there already: only with --force)" in said
    assert run(["import", "towns.csv", "--dry-run", "--force"]) == 0
    assert "stands there" not in capsys.readouterr().out
    assert Path("my-city.yaml").read_text(encoding="utf-8") == "mine"


def test_a_column_that_nearly_names_a_parameter_is_left_out_with_a_guess(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text_table(Path("towns.csv"), "Town,Population,Posts,hire_rat,Remarks of ours\nA,9000,2,0.2,x\n")
    assert run(["import", "towns.csv", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "cell D1: column 'hire_rat' (did you mean 'hire_rate'?)" in said
    assert "cell E1: column 'Remarks of ours'\n" in said


def test_nothing_is_written_of_a_table_that_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text_table(Path("towns.csv"), TOWNS.replace(",4,", ",400,"))
    assert run(["import", "towns.csv"]) == 2
    assert capsys.readouterr().err == "stations: towns.csv, cell C3: '400' is out of range; allowed: 0 to 100\n"
    assert [file.name for file in here.iterdir()].count("my-city.yaml") == 0


REFUSED = [
    ([], "import: name a table, or write one to fill in with --template"),
    (["none.csv"], "none.csv: there is no such file"),
    (["towns.csv", "--out", "x.txt"], "x.txt: a file that is written here must end in .yaml"),
    (["towns.csv", "--posts-per-10000", "0"], "posts_per_10000 must be a number above 0"),
    (["towns.csv", "--population", "常住"], "no column of population says '常住' (--population); there are '人口'"),
    (["--template", "a.xlsx", "b.xlsx"], "--template: name one file"),
    (["--template", "a.csv"], "a.csv: a file that is written here must end in .xlsx"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_is_refused(here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    text_table(Path("towns.csv"), TOWNS)
    assert run(["import", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("language", "file"), [("en", "towns.xlsx"), ("zh", "镇街.xlsx")])
def test_a_template(here: Path, capsys: pytest.CaptureFixture[str], language: str, file: str) -> None:
    assert run(["--lang", language, "import", "--template"]) == 0
    assert file in capsys.readouterr().out
    assert Path(file).is_file()
    assert run(["import", "--template"] if language == "en" else ["--lang", "zh", "import", "--template", file]) == 2


def test_the_population_that_is_wanted(here: Path) -> None:
    workbook(Path("t.xlsx"), {"镇": [["镇", "户籍人口", "常住人口"], ["城关镇", 90000, 85000]]})
    assert run(["import", "t.xlsx"]) == 2
    assert run(["import", "t.xlsx", "--population", "常住", "--posts-per-10000", "0.7", "--sheet", "镇"]) == 0
    (town,) = load_scenario("my-city.yaml").towns
    assert (town.population, town.posts) == (85000, 6)
