"""Spreadsheets as people make them: each is read right, or refused in one sentence that names file, sheet and cell."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from every import every
from tables import opendocument, text_table, workbook

from sim import Mistake, import_city, language, load_scenario
from sim.scenario.imported import Imported

HEAD = ["镇（街道）", "人口", "岗位"]
A, B, C = ["城关镇", 85000, 8], ["柳河镇", 42000, 4], ["西岭乡", 21000, 2]


def facts(made: Imported) -> dict[str, tuple[int, int]]:
    return {town.id: (town.population, town.posts) for town in made.city.towns}


RIGHT = {"城关镇": (85000, 8), "柳河镇": (42000, 4), "西岭乡": (21000, 2)}


def pay_of(made: Imported) -> list[float]:
    return [float(one) for one in made.city.lever_table()["pay"][0]]


def refusal(file: Any, language_of: str = "en", **wish: Any) -> str:
    """The one sentence, and that there is one in the other language, too."""
    said = {}
    for one in language.LANGUAGES:
        language.use(one)
        with pytest.raises(Mistake) as caught:
            import_city(file, **wish)
        said[one] = str(caught.value)
        assert "\n" not in said[one]
        assert len(said[one]) < 500
    assert re.search("[\u4e00-\u9fff]", said["zh"])
    assert said["en"] != said["zh"]
    language.use("en")
    return said[language_of]


def told(made: Imported) -> str:
    return "\n".join(made.lines())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sheet(rows: list[list[Any]], **how: Any) -> Path:
    return workbook(Path("towns.xlsx"), {"镇": rows}, **how)


# --- a public table with all that it has


PUBLIC = """\
某县各镇基本情况表,,,,
单位：人、元/月,,,,
序号,镇（街道）,常住人口①,岗位数,月工资*
1,城 关 镇　,8.5万,8,"3,500"
2, 柳河镇,"42,000",4,—

3,西岭乡,２１０００,2,３２００
,合　计,148000,14,
,其中：城区,60000,,
注：①为年末数。,,,,
资料来源：县统计公报,,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_public_table_in_every_encoding(folder: Path, encoding: str) -> None:
    made = import_city(text_table(Path("towns.csv"), PUBLIC, encoding))
    assert facts(made) == RIGHT
    assert pay_of(made) == [3500, 2500, 3200], "a dash is not known: never zero, never the row above"
    said = told(made)
    assert "towns.csv, cell B8: '合计' (a total)" in said
    assert "towns.csv, cell B9: '其中：城区' (a part of another row)" in said
    assert "pay where no table says it (1 of 3 towns)" in said
    assert "资料来源：县统计公报" in made.city.source.en
    assert ("read as" in said) is (encoding in {"gb18030", "utf-16"})
    assert "population: 85000  # C4: '8.5万'" in made.text


@pytest.mark.parametrize(("mark", "ending"), [(",", "csv"), ("\t", "tsv"), (";", "csv"), ("\t", "txt")])
def test_english_text_with_any_mark_between_columns(folder: Path, mark: str, ending: str) -> None:
    lines = [
        ["Town", "Residents", "Number of posts", "Base pay", "Boundary clarity", "Area (km2)"],
        ["North Town ", "85 000", "8", "3500", "40%", "12.5"],
        ["South Town", "42000 people", "4", "3500 yuan/month", "0.4", "9"],
        ["Total", "127000", "12", "", "", "21.5"],
    ]
    made = import_city(text_table(Path(f"t.{ending}"), "\n".join(mark.join(line) for line in lines)))
    assert facts(made) == {"North Town": (85000, 8), "South Town": (42000, 4)}
    assert made.city.lever_table()["boundary_clarity"][0].tolist() == [0.4, 0.4]
    assert pay_of(made) == [3500, 3500]
    assert "left out: t." in told(made)
    assert "column 'Area (km2)'" in told(made)


def test_parameters_by_town(folder: Path) -> None:
    rows = [
        ["镇", "人口", "岗位", "空岗每月补员概率", "Outside wage (yuan/month)", "Link rate"],
        ["城关镇", 85000, 8, "25%", 5200, 0.2],
        ["柳河镇", 42000, 4, 0.25, 4500, 0.2],
        ["西岭乡", 21000, 2, "10%", "", 0.2],
    ]
    made = import_city(sheet(rows))
    found = made.city.parameters_by_town()[0]
    assert found["hire_rate"].tolist() == [0.25, 0.25, 0.1]
    assert found["outside_wage"].tolist() == [5200, 4500, 4500]
    assert found["link_rate"].tolist() == [0.15] * 3
    assert "outside_wage where no table says it (1 of 3 towns)" in told(made)
    assert "(link_rate belongs to the city as a whole: say it in the city's file)" in told(made)
    assert "parameters:\n  hire_rate:\n    - {value: 0.25, stations: [城关镇, 柳河镇]}" in made.text
    Path("again.yaml").write_text(made.text, encoding="utf-8")
    assert load_scenario("again.yaml").hash == made.city.hash
    Path("linked.yaml").write_text(
        "kind: city\nextends: t-city\ntowns: {table: towns.xlsx}\nparameters: {hire_rate: 0.2}\n", encoding="utf-8"
    )
    assert load_scenario("linked.yaml").parameters_by_town()["hire_rate"][0].tolist() == [0.25, 0.25, 0.1]
    yearly = [[*rows[0][:4], "Outside wage (yuan/year)"], [*rows[1][:4], 62000]]
    assert "is in 'yuan/year', but outside_wage is in yuan per month" in refusal(sheet(yearly))


# --- headings


def test_two_rows_of_headings_and_merged_cells(folder: Path) -> None:
    rows = [
        ["各镇情况", "", "", "", ""],
        ["镇街", "人口（人）", "", "社工站", ""],
        ["", "户籍", "常住", "编制", "在职"],
        ["城关镇", 90000, 85000, 8, 7],
        ["柳河镇", 50000, 42000, 4, 4],
        ["西岭乡", 30000, 21000, 2, 0],
    ]
    file = sheet(rows, merged=["A1:E1", "A2:A3", "B2:C2", "D2:E2"])
    assert "towns.xlsx, sheet '镇', cell B3: several columns give a population" in refusal(file)
    assert "--population 常住" in refusal(file)
    assert "towns.xlsx，工作表 '镇'，单元格 B3：有多列人口" in refusal(file, "zh")
    made = import_city(file, population="常住")
    assert facts(made) == RIGHT
    assert "staff in post" in told(made)
    assert import_city(file, population="户籍").city.towns[0].population == 90000
    assert "no column of population says '流动'" in refusal(file, population="流动")


def test_two_censuses_side_by_side(folder: Path) -> None:
    rows = [["Town", "Population (2010)", "Population (2020)", "Posts"], ["North", 80000, 85000, 8]]
    assert "cell B1: several columns give a population" in refusal(sheet(rows))
    assert import_city(sheet(rows), population="2020").city.towns[0].population == 85000
    rows = [["镇街", "人口", "", "岗位"], ["", "2022年", "2023年", ""], ["城关镇", 84000, 85000, 8]]
    assert refusal(sheet(rows)).endswith("say which with --population, e.g. --population 2023年")
    assert import_city(sheet(rows), population="2023年").city.towns[0].population == 85000


def test_a_merged_cell_means_the_same_and_an_empty_one_nothing(folder: Path) -> None:
    rows = [[*HEAD, "月工资"], [*A, 3500], [*B, ""], [*C, ""]]
    made = import_city(sheet(rows, merged=["D2:D3"]))
    assert pay_of(made) == [3500, 3500, 2500]
    assert "cell D2: merged; each of its rows has '3500'" in told(made)
    assert pay_of(import_city(sheet(rows))) == [3500, 2500, 2500]


def test_a_heading_that_is_nearly_right_is_asked_about(folder: Path) -> None:
    said = refusal(sheet([["Town", "Populaton", "Posts"], ["North", 85000, 8]]))
    assert said == "towns.xlsx, sheet '镇', cell B1: the heading 'Populaton' is not known (did you mean 'Population'?)"
    said = refusal(sheet([["镇", "常驻人口", "岗位"], A]), "zh")
    assert said == "towns.xlsx，工作表 '镇'，单元格 B1：无法识别标题 '常驻人口'（是否想写 '常住人口'？）"
    assert "cell D1: the heading 'Boundry clarity'" in refusal(
        sheet([["Town", "Population", "Posts", "Boundry clarity"], [*A, 0.3]])
    )


def test_what_is_no_population_is_not_taken_for_one(folder: Path) -> None:
    for heading in ("女性人口", "人口密度", "60岁以上人口", "城镇人口", "人口（女）", "Population density", "户数"):
        assert "has no column of populations" in refusal(sheet([["镇", heading, "岗位"], ["城关镇", 85000, 8]])), (
            heading
        )


def test_no_heading_over_the_names(folder: Path) -> None:
    assert (
        refusal(sheet([["", "人口", "岗位"], A]))
        == "towns.xlsx, sheet '镇', cell A1: is empty; write 'Town' above the names of the towns"
    )


def test_villages_beside_neighbourhoods_are_a_part_of_the_communities(folder: Path) -> None:
    made = import_city(sheet([[*HEAD, "行政村", "社区"], [*A, 30, 12]]))
    assert len(made.city.towns[0].communities) == 12
    assert "column '行政村'" in told(made)


def test_two_columns_of_one_thing(folder: Path) -> None:
    said = refusal(sheet([["镇", "人口", "编制", "可配人数"], ["城关镇", 85000, 8, 9]]))
    assert said == "towns.xlsx, sheet '镇', cell C1: the heading '编制' and D1 ('可配人数') say the same; leave one"


def test_no_headings_at_all(folder: Path) -> None:
    assert "towns.xlsx, sheet '镇': holds no row of headings" in refusal(sheet([A, B]))
    assert "has headings, but no town below them" in refusal(sheet([HEAD]))


# --- units


def test_people_in_ten_thousands_and_pay_by_the_year(folder: Path) -> None:
    made = import_city(
        sheet(
            [
                ["镇", "人口（万人）", "岗位（个）", "年薪（万元）"],
                ["城关镇", 8.5, 8, 4.2],
                ["柳河镇", "4.2", "4", "4.8"],
            ]
        )
    )
    assert facts(made) == {"城关镇": (85000, 8), "柳河镇": (42000, 4)}
    assert pay_of(made) == [3500, 4000]
    assert "a twelfth is a month's" in told(made)
    assert "population: 85000  # 镇!B2: 8.5 万人" in made.text


def test_units_in_a_line_above(folder: Path) -> None:
    rows = [
        ["单位：万人、万元", "", "", ""],
        ["镇", "人口", "岗位", "年工资"],
        ["城关镇", 8.5, 8, 4.2],
        ["柳河镇", 4.2, 4, 4.8],
    ]
    made = import_city(sheet(rows))
    assert facts(made) == {"城关镇": (85000, 8), "柳河镇": (42000, 4)}
    assert pay_of(made) == [3500, 4000]
    rows[0][0] = "附表 1（单位：户、万人、万元）"
    assert facts(import_city(sheet(rows))) == facts(made)
    rows[0][0] = "填报单位：某县民政局"
    assert "cell D3: '4.2' a year is 0.35 a month, which is out of range" in refusal(sheet(rows))


def test_units_that_contradict_one_another(folder: Path) -> None:
    rows = [["单位：人", "", ""], ["镇", "人口（万人）", "岗位"], ["城关镇", 8.5, 8]]
    assert "cell A1: says '人', but the heading B2 says '万人'; keep one" in refusal(sheet(rows))
    assert "，单元格 A1：写明单位“人”，而标题 B2 写“万人”；请保留其一" in refusal(sheet(rows), "zh")
    rows = [["单位：人、万人", "", ""], ["镇", "人口", "岗位"], ["城关镇", 8.5, 8]]
    assert "cell A1: gives several units" in refusal(sheet(rows))
    assert "cell B1: the heading '人口（元）' has the unit" in refusal(
        sheet([["镇", "人口（元）", "岗位"], ["城关镇", 8.5, 8]])
    )


def test_pay_whose_period_is_not_said(folder: Path) -> None:
    head = ["镇", "人口", "岗位"]
    assert "cell D2: is in '万元', of a month or of a year?" in refusal(sheet([[*head, "工资（万元）"], [*A, 4.2]]))
    assert "cell D2: '42000' is too high for a month's pay" in refusal(sheet([[*head, "工资"], [*A, 42000]]))
    assert pay_of(import_city(sheet([[*head, "工资（元/年）"], [*A, 42000]]))) == [3500]
    assert pay_of(import_city(sheet([[*head, "工资（万元/月）"], [*A, 0.35]]))) == [3500]


# --- cells

CELLS = [
    ("3000-4000", "cell D2: '3000-4000' is a range; write one number, such as the middle, 3500"),
    ("3000—4000元", "cell D2: '3000—4000元' is a range"),
    ("3000至4000", "is a range"),
    ("约3500", "cell D2: must be a number, not '约3500'"),
    ("3500左右", "write the number alone such as 3500"),
    ("120", "cell D2: '120' is out of range; allowed: 2,000 to 8,000 (yuan per month)"),
    ("3500人", "cell D2: must be a number, not '3500人'"),
    (True, "cell D2: must be a number, not 'True'"),
    ("=C2*400", "cell D2: holds a formula whose value is not stored"),
]


@every(("value", "said"), CELLS)
def test_a_cell_that_is_no_number(folder: Path, value: Any, said: str) -> None:
    assert said in refusal(sheet([[*HEAD, "月工资"], [*A, value]]))


def test_of_posts_there_is_no_half(folder: Path) -> None:
    assert "cell C2: '4-5' is a range; write one number, such as 4 or 5" in refusal(
        sheet([["镇", "人口", "岗位"], ["城关镇", 85000, "4-5"]])
    )


@pytest.mark.parametrize("unknown", ["", " ", "—", "——", "-", "/", "…", "...", "无数据", "N/A", "不详", "\u3000"])
def test_what_is_not_known_is_no_number(folder: Path, unknown: str) -> None:
    assert pay_of(import_city(sheet([[*HEAD, "月工资"], [*A, 3500], [*B, unknown]]))) == [3500, 2500]
    said = refusal(sheet([HEAD, A, ["柳河镇", unknown, 4]]))
    assert "towns.xlsx, sheet '镇', cell B3: the population of '柳河镇' is not known" in said
    assert "cell C3: the posts of '柳河镇' are not known" in refusal(sheet([HEAD, A, ["柳河镇", 42000, unknown]]))


def test_what_the_model_may_not_have_names_its_cell(folder: Path) -> None:
    assert "cell C3: '120' is out of range; allowed: 0 to 100" in refusal(sheet([HEAD, A, ["柳河镇", 42000, 120]]))
    head = ["镇名", "常住人口（万人）", "社工岗位"]
    said = refusal(sheet([head, ["城关镇", 8.5, 6], ["柳河镇", 42000, 4]]))
    assert (
        "cell B3: '柳河镇' would have 420,000,000 residents; a city has at most 5,000,000 (is the heading's unit right?)"
        in said
    )
    assert "cell B3: must not be below 0, not '-5'" in refusal(sheet([HEAD, A, ["柳河镇", -5, 4]]))
    assert "cell C3: must be a whole number, not '4.5'" in refusal(sheet([HEAD, A, ["柳河镇", 42000, 4.5]]))
    said = refusal(text_table(Path("t.csv"), "镇,人口,岗位\n=HYPERLINK(1),5000,1\n"))
    assert said.startswith("t.csv, cell A2: the name '=HYPERLINK(1)' begins with '='")


# --- rows


def test_totals_parts_and_blank_rows_are_left_out_with_a_word(folder: Path) -> None:
    rows = [
        HEAD,
        ["安平县", 148000, 14],
        A,
        [],
        B,
        ["　其中：镇区", 9000, ""],
        ["　　　农村", 33000, ""],
        C,
        ["小计", 148000, 14],
    ]
    made = import_city(sheet(rows))
    assert facts(made) == RIGHT
    said = told(made)
    assert "cell A2: '安平县' (a total)" in said
    assert "cell A9: '小计' (a total)" in said
    assert "cell A6: '其中：镇区' (a part of another row)" in said
    assert "cell A7: '农村' (a part of another row)" in said


def test_a_county_that_is_no_sum_is_asked_about(folder: Path) -> None:
    said = refusal(sheet([HEAD, A, B, C, ["安平县", 200000, 14]]))
    assert said.endswith(
        "cell A5: '安平县' is a county, not a town, and no total either: the other rows add up to 148,000, not 200,000"
    )


def test_counties_are_no_towns(folder: Path) -> None:
    said = refusal(sheet([HEAD, ["安平县", 480000, 10], ["清河县", 520000, 11]]))
    assert said.endswith(
        "cell A3: '安平县' and '清河县' are counties; a table of many of them is for 'stations region'"
    )


def test_estates_and_farms_are_towns(folder: Path) -> None:
    made = import_city(sheet([HEAD, A, B, ["经济开发区", 30000, 2], ["红星农场", 9000, 1]]))
    assert list(facts(made)) == ["城关镇", "柳河镇", "经济开发区", "红星农场"]


def test_a_total_that_is_none_is_told(folder: Path) -> None:
    made = import_city(sheet([HEAD, A, B, C, ["合计", 158000, 14]]))
    assert (
        "please check: towns.xlsx, sheet '镇', cell B5: the total is 158,000, but the towns add up to 148,000"
        in told(made)
    )


def test_a_town_twice(folder: Path) -> None:
    assert (
        refusal(sheet([HEAD, A, B, ["城关 镇", 1, 1]]))
        == "towns.xlsx, sheet '镇', cell A4: '城关镇' stands in A2, too; keep one row a town"
    )


def test_blocks_side_by_side(folder: Path) -> None:
    rows = [["镇", "人口", "岗位", "", "镇", "人口", "岗位"], [*A, "", *C], [*B, "", "合计", 148000, 14]]
    assert facts(import_city(sheet(rows))) == {"城关镇": (85000, 8), "柳河镇": (42000, 4), "西岭乡": (21000, 2)}


def test_the_total_of_blocks_is_that_of_all(folder: Path) -> None:
    rows = [["镇", "人口", "岗位", "", "镇", "人口", "岗位"], [*A, "", *C], [*B, "", "合计", 148000, 14]]
    assert "please check" not in told(import_city(sheet(rows)))


def test_headings_once_more_on_the_next_page(folder: Path) -> None:
    assert facts(import_city(sheet([HEAD, A, B, HEAD, C]))) == RIGHT


def test_hidden_columns_are_left_out_with_a_word(folder: Path) -> None:
    rows = [["镇", "户籍人口", "人口", "岗位"], ["城关镇", 90000, 85000, 8]]
    made = import_city(sheet(rows, hidden_columns=["B"]))
    assert facts(made) == {"城关镇": (85000, 8)}
    assert "cell B1: column '户籍人口' (hidden)" in told(made)


def test_marks_that_nobody_sees_are_no_part_of_a_name(folder: Path) -> None:
    table = "\ufeff镇\u200b,人口\xa0,岗位\n\u200e城关镇\u200b,\xa085000,8\u200b\n柳河\x07镇,42000,4\n"
    assert facts(import_city(text_table(Path("t.csv"), table))) == {"城关镇": (85000, 8), "柳河镇": (42000, 4)}


def test_numbers_of_columns_are_no_town(folder: Path) -> None:
    made = import_city(sheet([HEAD, ["甲", 1, 2], A, B, C]))
    assert facts(made) == RIGHT
    assert "cell A2: '甲' (numbers of columns)" in told(made)


def test_another_table_below_is_not_read_under_the_first_headings(folder: Path) -> None:
    said = refusal(sheet([HEAD, A, [], ["镇（街道）", "岗位", "人口"], ["柳河镇", 4, 42000]]))
    assert "cell B4: '岗位' stands under '人口': another table begins here" in said


def test_populations_of_a_few_people_are_asked_about(folder: Path) -> None:
    assert "is the population in 万人?" in told(import_city(sheet([HEAD, ["城关镇", 8, 2], ["柳河镇", 5, 1]])))


def test_per_cent_in_a_column_of_per_cent(folder: Path) -> None:
    head = [*HEAD, "边界清晰度（%）"]
    assert import_city(sheet([head, [*A, 40], [*B, "0.5%"]])).city.lever_table()["boundary_clarity"][0].tolist() == [
        0.4,
        0.005,
    ]
    assert "cell D2: is '0.4' in a column of per cent, which may mean 0.4 % or 40%" in refusal(sheet([head, [*A, 0.4]]))


def test_hidden_rows_and_sheets_are_left_out_with_a_word(folder: Path) -> None:
    file = workbook(
        Path("towns.xlsx"),
        {"镇": [HEAD, A, ["旧镇", 1000, 1], B, C], "旧表": [HEAD, ["旧镇", 1000, 1]]},
        hidden=["旧表"],
        hidden_rows=[3],
    )
    made = import_city(file)
    assert facts(made) == RIGHT
    assert "1 hidden row" in told(made)
    assert "sheet '旧表' is hidden" in told(made)


# --- posts


def test_no_posts(folder: Path) -> None:
    file = sheet([["镇", "人口"], ["城关镇", 85000], ["柳河镇", 42000], ["西岭乡", 2100]])
    said = refusal(file)
    assert (
        said
        == "towns.xlsx, sheet '镇': has no column of posts; add one, headed 'Posts', or give --posts-per-10000, e.g. 0.7"
    )
    made = import_city(file, posts_per_10000=0.7)
    assert [town.posts for town in made.city.towns] == [6, 3, 1]
    assert "assumed: posts where no table says them (3 of 3 towns): 0.7 per 10,000 residents" in told(made)
    assert "posts: 6  # assumed: 0.7 per 10,000 residents" in made.text
    assert "none are by --posts-per-10000" in told(import_city(sheet([HEAD, A]), posts_per_10000=0.7))
    assert facts(import_city(sheet([HEAD, A, ["柳河镇", 42000, "—"]]), posts_per_10000=0.7))["柳河镇"] == (42000, 3)
    staff = sheet([["镇", "人口", "在职人数"], ["城关镇", 85000, 7]])
    assert "cell C1: '在职人数' is staff in post, and posts are missing" in refusal(staff)


# --- several sheets and files


def test_populations_on_one_sheet_posts_on_another(folder: Path) -> None:
    people = [["镇", "人口"], ["城关镇", 85000], ["柳河镇", 42000], ["西岭乡", 21000]]
    posts = [["站点", "岗位"], ["西岭 乡社工站", 2], ["城关", 8], ["柳河镇", 4]]
    made = import_city(workbook(Path("towns.xlsx"), {"岗位": posts, "人口": people, "说明": [["本表由民政局填写"]]}))
    assert facts(made) == RIGHT
    assert "sheet '岗位', cell A3: '城关' is taken to be '城关镇'" in told(made)
    assert "sheet '说明': no table of towns" in told(made)
    assert "posts: 8  # 岗位!B3" in made.text
    two = [
        workbook(Path("people.xlsx"), {"人口": people}),
        text_table(Path("posts.csv"), "镇,岗位\n城关镇,8\n柳河镇,4\n西岭乡,2\n"),
    ]
    made = import_city(two)
    assert facts(made) == RIGHT
    assert "posts: 8  # [posts.csv]B2" in made.text
    assert facts(import_city(workbook(Path("t.xlsx"), {"甲": [HEAD, A], "乙": [HEAD, B, C]}))) == RIGHT
    assert list(facts(import_city(workbook(Path("t.xlsx"), {"甲": [HEAD, A], "乙": [HEAD, B, C]}), sheets=["乙"]))) == [
        "柳河镇",
        "西岭乡",
    ]
    assert "there is no sheet '丙'; there are 甲, 乙" in refusal(Path("t.xlsx"), sheets=["丙"])


def test_a_town_that_the_other_sheet_does_not_know(folder: Path) -> None:
    file = workbook(
        Path("t.xlsx"), {"人口": [["镇", "人口"], ["城关镇", 85000]], "岗位": [["镇", "岗位"], ["城管镇", 8]]}
    )
    assert (
        refusal(file)
        == "t.xlsx, sheet '岗位', cell A2: there is no town '城管镇' in t.xlsx, sheet '人口' (did you mean '城关镇'?)"
    )
    file = workbook(Path("t.xlsx"), {"人口": [HEAD, A], "岗位": [["镇", "岗位"], ["城关镇", 9]]})
    assert (
        "sheet '岗位', cell B2: says '9' of '城关镇', but t.xlsx, sheet '人口', cell C2 says '8'; leave one"
        in refusal(file)
    )


def test_communities_workers_and_groups(folder: Path) -> None:
    sheets = {
        "镇": [HEAD, A, B, C],
        "社区": [["镇", "社区名称", "人口"], ["城关镇", "东门社区", 45000], ["城关镇", "西门社区", 40000]],
        "社工": [
            ["镇", "姓名", "是否社工专业", "证书", "工龄"],
            ["城关镇", "某某", "是", "中级", 2],
            ["柳河", "某某", "否", "无", "—"],
        ],
        "群体": [["群体", "人数", "每人每年需求数"], ["低保家庭", 2960, ""], ["空巢独居老人", "—", 0.05]],
    }
    made = import_city(workbook(Path("towns.xlsx"), sheets))
    assert facts(made) == RIGHT
    town = made.city.towns[0]
    assert [(one.name.zh, one.population) for one in town.communities] == [("东门社区", 45000), ("西门社区", 40000)]
    assert [(one.trained, one.certificate, one.tenure_days) for one in town.workers] == [(True, "social_worker", 730)]
    assert [(one.trained, one.certificate, one.tenure_days) for one in made.city.towns[1].workers] == [
        (False, "none", None)
    ]
    groups = {group.id: group for group in made.city.groups}
    assert groups["minimum_living_allowance"].per_1000 == 20
    assert (groups["lone_elderly"].per_1000, groups["lone_elderly"].needs_per_year) == (60, 0.05)
    sheets["群体"][1][0] = "低保户"
    assert "sheet '群体', cell A2: the city has no group '低保户'" in refusal(workbook(Path("t.xlsx"), sheets))
    sheets["群体"][1][0] = "低保家庭"
    sheets["社工"][1][3] = "高等"
    assert "sheet '社工', cell D2: must be one of none, assistant, social_worker, senior, not '高等'" in refusal(
        workbook(Path("t.xlsx"), sheets)
    )
    sheets["社工"][1][3] = "高级"
    sheets["社区"][1][2] = 46000
    assert "sheet '镇', cell B2: is not the sum of its communities, 86,000" in refusal(workbook(Path("t.xlsx"), sheets))


def test_groups_by_town(folder: Path) -> None:
    made = import_city(sheet([[*HEAD, "低保家庭（人）", "残疾人每千人"], [*A, 850, 30], [*B, "—", 25.5]]))
    assert [dict(town.per_1000) for town in made.city.towns] == [
        {"minimum_living_allowance": 10, "disability": 30},
        {"disability": 25.5},
    ]


# --- files


def test_files_that_cannot_be_read(folder: Path) -> None:
    whole = sheet([HEAD, A]).read_bytes()
    cases = {
        "broken.xlsx": (whole[: len(whole) // 2], "is no spreadsheet that can be read"),
        "text.xlsx": (b"town,population\n", "is no spreadsheet that can be read"),
        "page.xls": (
            b"\xef\xbb\xbf<html><body><table><tr><td>1</td></tr></table>",
            "is a web page (HTML) whatever its name says",
        ),
        "locked.xlsx": (
            bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password",
        ),
        "old.xls": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "is no spreadsheet that can be read"),
        "empty.csv": (b"", "is empty"),
        "blank.csv": (b"\n \n,,\n", "holds nothing"),
        "binary.csv": (bytes(range(256)) * 4, "is text in no encoding that can be read"),
        "towns.pdf": (b"%PDF", "is no table; a table's name ends in .csv"),
    }
    for name, (raw, said) in cases.items():
        Path(name).write_bytes(raw)
        assert refusal(Path(name)).startswith(f"{name}: {said}"), name
    assert refusal(Path("none.csv")) == "none.csv: there is no such file"
    assert refusal(Path("binry.csv")) == "binry.csv: there is no such file (did you mean 'binary.csv'?)"
    assert refusal(folder) != ""


def test_an_opendocument_sheet_with_a_million_rows(folder: Path) -> None:
    file = opendocument(Path("towns.ods"), [HEAD, A, B, C], blank_rows=1_048_570)
    assert facts(import_city(file)) == RIGHT
    file = opendocument(Path("towns.ods"), [HEAD, A], repeated_last=1_000_000)
    assert "towns.ods, sheet 'Sheet1': has 1,000,001 rows" in refusal(file)


@pytest.mark.parametrize("value", ["inf", "nan", "1e999", "-inf"])
def test_a_number_without_end_is_none(folder: Path, value: str) -> None:
    file = opendocument(Path("towns.ods"), [HEAD, A, ["柳河镇", float(value), 4]])
    said = refusal(file)
    assert "cell B3: " in said or "is no spreadsheet" in said


def test_a_table_of_more_towns_than_a_city_has(folder: Path) -> None:
    towns = [[f"Town {n}", 5000, 2] for n in range(501)]
    said = refusal(sheet([["Town", "Population", "Posts"], *towns]))
    assert said == (
        "towns.xlsx, sheet '镇': has 501 towns, and a city has at most 500 towns; "
        "a table of many cities is for 'stations region'"
    )
    made = import_city(
        sheet(
            [
                ["Town", "Population", "Posts", "Pay"],
                *([*town, 3000 + place % 7] for place, town in enumerate(towns[:500])),
            ]
        )
    )
    assert len(made.city.towns) == 500
    lines = "Town,Population,Posts\n" + "".join(f"Town {n},5000,2\n" for n in range(70_000))
    assert "has 70,001 rows" in refusal(text_table(Path("t.csv"), lines))


def test_a_stray_cell_far_away(folder: Path) -> None:
    import openpyxl

    file = sheet([HEAD, A, B, C])
    book = openpyxl.load_workbook(file)
    book.active["XFD5"] = "x"
    book.save(file)
    assert "sheet '镇': has a cell far to the right, XFD5; delete what stands there" in refusal(file)


CELLS_OF_ANY_KIND = [
    "镇",
    "人口",
    "Town",
    "Population",
    "岗位",
    "编制",
    "在职",
    "Pay",
    "年薪（万元）",
    "社区",
    "证书",
    "工龄",
    "群体",
    "每千人",
    "低保家庭",
    "序号",
    "单位：人、万元",
    "常住",
    "户籍",
    "合计",
    "其中：城区",
    "安平县",
    "注：某",
    "资料来源：某",
    "城关镇",
    "柳河镇",
    "西岭乡",
    "东镇",
    "—",
    "/",
    "8.5",
    "85000",
    "42000",
    "4",
    "2",
    "0",
    "-1",
    "1e300",
    "1e-9",
    "8.5万",
    "85,000",
    "40%",
    "３５００",
    "3000-4000",
    "约3",
    "=A1",
    "True",
    "是",
    "中级",
    "none",
    "nan",
    "1.2.3",
    "万",
    "元",
    "1万万",
    "٣",
    "½",
    "🙂",
    "（",
    "",
]


def test_whatever_stands_in_a_table_gives_a_city_or_a_sentence(folder: Path) -> None:
    chance = random.Random(16)
    cities: list[Imported] = []
    sentences: list[str] = []
    for _ in range(120):
        head = [*chance.sample(["镇", "人口", "岗位"], 3), *chance.sample(CELLS_OF_ANY_KIND[:20], chance.randint(0, 3))]
        good = {"镇": ["城关镇", "柳河镇", "西岭乡", "东镇"], "人口": ["85000", "8.5万"], "岗位": ["2", "3"]}
        rows = [
            [chance.choice(good[one] if one in good and chance.random() < 0.9 else CELLS_OF_ANY_KIND) for one in head]
            for _ in range(chance.randint(0, 4))
        ]
        above = [[chance.choice(CELLS_OF_ANY_KIND)]] * chance.randint(0, 1)
        language.use(chance.choice(language.LANGUAGES))
        text_table(Path("t.csv"), "\n".join(";".join(row) for row in [*above, head, *rows]))
        try:
            made = import_city("t.csv")
        except Mistake as mistake:
            sentences.append(str(mistake))
        else:
            cities.append(made)
    assert all("t.csv" in said and "\n" not in said for said in sentences)
    assert all(town.population in {85000, 42000, 4, 2, 0, 1} for made in cities for town in made.city.towns)
    assert len(cities) > 5


# --- what is written


def test_the_file_says_what_the_table_says(folder: Path) -> None:
    made = import_city(
        sheet([[*HEAD, "月工资", "社区数"], [*A, 3500, 24], [*B, 3500, 12], [*C, 3200, 9]]), title="安平县"
    )
    file = made.write("my-city.yaml")
    city = load_scenario(str(file))
    assert city == made.city
    assert {town.id: (town.population, town.posts, len(town.communities)) for town in city.towns} == {
        "城关镇": (85000, 8, 24), "柳河镇": (42000, 4, 12), "西岭乡": (21000, 2, 9)
    }  # fmt: skip
    assert pay_of(made) == [3500, 3500, 3200]
    assert "{value: 3500, stations: [城关镇, 柳河镇]}  # 镇!D2, 镇!D3" in file.read_text(encoding="utf-8")
    assert city.title.zh == "安平县"
    assert city.groups == load_scenario("t-city").groups
    assert "assumed: months, groups and levers that no table says: as in T City" in told(made)
    with pytest.raises(Mistake, match="stands there already"):
        made.write(file)
    assert made.write(file, force=True) == file


def test_names_that_yaml_reads_otherwise_come_back(folder: Path) -> None:
    names = ["yes", "101", "a: b", "it's #1", "town_1", "null-town", 'say "x"', "true", "2021-03-01", "西岭（乡）"]
    made = import_city(sheet([HEAD, *([name, 5000, 1] for name in names)]))
    assert [town.id for town in load_scenario(str(made.write("c.yaml"))).towns] == names
