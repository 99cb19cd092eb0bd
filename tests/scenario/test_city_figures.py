"""Figures of a real city: what a file may say of them, what is refused, and what becomes of them where cities extend one another."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cities import SMALL, TEXT, city
from every import every
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import text_table, workbook

from sim import Mistake, import_city, language, load_scenario
from sim.cli import run
from sim.observations import GROUP_MONTH, MEASURES, STATION_MONTH
from sim.scenario.exported import export_city
from sim.scenario.figures import LAWS, USES, CityFigure, bounds_of, known_figures, laws_of, told_figure
from sim.scenario.load import shipped
from sim.scenario.schema import Scenario
from sim.scenario.sheets.figures import OF_FIGURES, figure_headings
from sim.scenario.sheets.template import template_sheets, write_workbook
from sim.scenario.write import city_file
from sim.scenario.yaml_reader import read_text

SURVEYED = {
    "figure": "stay_share", "law": "survey", "value": 0.4, "n": 50, "from": "2023-01", "to": "2023-12", "source": "asked",
}  # fmt: skip
COUNTED = {"figure": "detected", "law": "count", "value": 12, "from": "2023-01", "to": "2023-06", "source": "counted"}


def without(figure: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in figure.items() if key not in keys}


REFUSED: list[tuple[Any, str, str]] = [
    (SURVEYED | {"figure": "stay_shar"}, "figures.figure: there is no figure 'stay_shar' (did you mean 'stay_share'?)", "没有指标 'stay_shar'（是否想写 'stay_share'？）"),
    (COUNTED | {"figure": "dispatched"}, "did you mean 'dispatched_centre', 'dispatched_other' or 'dispatched_station'?", "是否想写 'dispatched_centre'、'dispatched_other' 或 'dispatched_station'？"),
    (COUNTED | {"from": "2022-12"}, "figures.from: 2022-12 lies outside the run; allowed: 2023-01 to 2023-12", "2022-12 不在运行期内；可用：2023-01 至 2023-12"),
    (COUNTED | {"to": "2024-01"}, "figures.to: 2024-01 lies outside the run", "2024-01 不在运行期内"),
    (COUNTED | {"from": "2023-07"}, "figures.to: must not be before 2023-07", "不得早于 2023-07"),
    (COUNTED | {"from": "July"}, "must be a month as YYYY-MM, not 'July'", "须为月份 YYYY-MM，而非 'July'"),
    (without(SURVEYED, "n"), "the key 'n' is missing", "缺少键 'n'"),
    (without(SURVEYED, "value"), "the key 'value' is missing", "缺少键 'value'"),
    (without(SURVEYED, "law"), "the key 'law' is missing; e.g. survey, count, mean or range", "缺少键 'law'"),
    (without(SURVEYED, "source"), "the key 'source' is missing", "缺少键 'source'"),
    (SURVEYED | {"value": 41.12}, "figures.value: '41.12' is out of range; allowed: 0 to 1", "'41.12' 超出范围；可用：0 至 1"),
    (SURVEYED | {"n": 10.5}, "must be a whole number, not '10.5'", "须为整数，而非 '10.5'"),
    (SURVEYED | {"valeu": 1}, "unknown key (did you mean 'value'?)", "未知的键（是否想写 'value'？）"),
    (SURVEYED | {"law": "surveys"}, "must be one of survey, count, mean, range, not 'surveys' (did you mean 'survey'?)", "须为 survey, count, mean, range 之一"),
    (COUNTED | {"law": "survey", "n": 9}, "the law 'survey' does not fit detected; allowed: count, range", "law 'survey' 不适用于 detected；可用：count, range"),
    (SURVEYED | {"figure": "coverage"}, "the law 'survey' does not fit coverage; allowed: mean, range", "law 'survey' 不适用于 coverage"),
    (COUNTED | {"n": 9}, "figures.n: a figure of the law 'count' has no 'n'; it may have value, discrepancy", "law 为 'count' 的实测数据没有 'n'；可有 value, discrepancy"),
    (COUNTED | {"value": 0}, "a count must be above 0", "计数须大于 0"),
    (without(COUNTED, "value") | {"law": "range"}, "a range needs 'low', 'high' or both", "区间须有 low、high 或二者"),
    (without(COUNTED, "value") | {"law": "range", "low": 3}, "this range needs 'high', too", "该区间还须有 'high'"),
    (without(SURVEYED, "value", "n") | {"law": "range", "low": 0.3, "high": 0.2}, "figures.low: the range begins at 0.3 and ends at 0.2; low must be below high", "区间起于 0.3、止于 0.2；low 须小于 high"),
    (without(SURVEYED, "n") | {"law": "mean", "se": 0}, "figures.se: '0' is out of range", "'0' 超出范围"),
    (COUNTED | {"station": "c"}, "the city has no town 'c'", "城市没有镇（街道） 'c'"),
    (COUNTED | {"group": "poors"}, "the city has no group 'poors' (did you mean 'poor'?)", "城市没有群体 'poors'（是否想写 'poor'？）"),
    (COUNTED | {"group": "poor", "station": "a"}, "of a station or of a group, not of both", "只能属于一个站点或一个群体"),
    (SURVEYED | {"group": "poor"}, "'stay_share' is observed of stations and the city, not of groups", "只按站点与全市观测，不按群体"),
    (COUNTED | {"figure": ["detected", "coverage"]}, "only flows, which are counted, add up, and 'coverage' is none", "只有流量（计数）才能相加"),
    (COUNTED | {"figure": ["detected", "visits"]}, "'visits' is in visits and 'detected' in needs; what adds up has one unit", "相加的指标须同一单位"),
    (COUNTED | {"figure": ["detected", "detected"]}, "'detected' stands twice; keep one", "'detected' 重复；请只保留一个"),
    (COUNTED | {"use": "weigh"}, "must be one of fit, check, not 'weigh'", "须为 fit, check 之一"),
    (COUNTED | {"discrepancy": 5}, "figures.discrepancy: '5' is out of range; allowed: 0.001 to 3", "'5' 超出范围"),
    ([COUNTED, COUNTED], "figures[2]: detected of these months stands in test figures[1], too", "detected 在同一时段已见于 test figures[1]"),
    ([COUNTED, COUNTED | {"use": "check"}], "what is fitted is said once, and never a check", "用于拟合的只说一次，且不得再作检验"),
    ([COUNTED, COUNTED | {"figure": "arisen"}, COUNTED | {"figure": ["arisen", "detected"]}], "figures[3]: arisen + detected says again what its parts say", "arisen + detected 重复了其各部分"),
    ("stay_share", "must be a mapping (key: value), not 'stay_share'", "须为映射"),
]  # fmt: skip


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_what_cannot_be_is_refused_in_one_sentence(spoken: str) -> None:
    language.use(spoken)
    wrong = []
    for figures, en, zh in REFUSED:
        wanted = zh if spoken == "zh" else en
        try:
            city(figures=figures)
        except Mistake as mistake:
            said = str(mistake)
            if wanted not in said or not said.startswith("test") or "\n" in said:
                wrong.append((wanted, said))
        else:
            wrong.append((wanted, "is taken"))
    assert wrong == []


def test_the_place_of_a_mistake_is_file_and_line(here: Path) -> None:
    text = f"{SMALL}figures:\n  - {{figure: stay_share, law: survey, value: 0.4, n: 5, from: 2024-01, to: 2024-12, source: asked}}\n"
    (here / "own.yaml").write_text(text.replace("n: 5", "n: -5"), encoding="utf-8")
    with pytest.raises(Mistake, match=r"own\.yaml:16: figures\[1\]\.n: '-5' is out of range"):
        load_scenario("own.yaml")


def test_what_may_stand_together() -> None:
    """Two checks of one figure; the same figure of other months, a station or a group; a total with its parts as checks."""
    both = COUNTED | {"figure": ["arisen", "detected"]}
    checks = [COUNTED | {"use": "check"}, COUNTED | {"use": "check"}, COUNTED | {"figure": "arisen", "use": "check"}]
    apart = [COUNTED | {"to": "2023-05"}, COUNTED | {"station": "a"}, COUNTED | {"group": "poor"}]
    made = city(figures=[both, *checks, *apart]).figures
    assert [one.use for one in made] == ["fit", "check", "check", "check", "fit", "fit", "fit"]
    assert made[0].name == "arisen + detected"
    assert made[0].discrepancy == 0.05


def test_towns_and_groups_are_known_by_their_names_too() -> None:
    towns = {
        "a": {"name": {"en": "North", "zh": "北镇"}, "population": 900, "posts": 2, "communities": 1},
        "b": {"name": {"en": "South", "zh": "南镇"}, "population": 900, "posts": 2, "communities": 1},
    }
    made = city(towns=towns, figures=[COUNTED | {"station": "南镇"}, COUNTED | {"station": "North"}]).figures
    assert [one.station for one in made] == ["b", "a"]
    same = {key: town | {"name": TEXT} for key, town in towns.items()}
    with pytest.raises(Mistake, match="the city has no town 'test'"):
        city(towns=same, figures=[COUNTED | {"station": "test"}])


@every("name", [*MEASURES, *STATION_MONTH, *GROUP_MONTH])
def test_all_that_is_observed_may_be_a_figure(name: str) -> None:
    for is_of_group in (False, True):
        if name in known_figures(is_of_group):
            assert laws_of([name], is_of_group=is_of_group)
            low, high = bounds_of([name], is_of_group=is_of_group)
            assert low < high


# --- round trips

MONTHS = [f"2023-{month:02d}" for month in range(1, 13)]


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """Any figure that a city of 2023 may say."""
    is_of_group = draw(st.booleans())
    name = draw(st.sampled_from(known_figures(is_of_group)))
    law = draw(st.sampled_from(laws_of([name], is_of_group=is_of_group)))
    low, high = bounds_of([name], is_of_group=is_of_group)
    value = st.floats(max(low, -1e9), min(high, 1e9), exclude_min=True, allow_subnormal=False)
    first, last = sorted(draw(st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS))))
    said: dict[str, Any] = {
        "figure": name,
        "law": law,
        "from": first,
        "to": last,
        "source": draw(st.sampled_from(["s", "来源"])),
    }
    if is_of_group:
        said["group"] = draw(st.sampled_from(["poor", "old", "public"]))
    elif draw(st.booleans()):
        said["station"] = draw(st.sampled_from(["a", "b"]))
    if law == "range":
        ends = sorted(draw(st.lists(value, min_size=2, max_size=2, unique=True)))
        said |= dict(zip(("low", "high"), ends, strict=True))
    else:
        said["value"] = draw(value)
    said |= {"survey": {"n": draw(st.integers(1, 10**6))}, "mean": {"se": draw(st.floats(1e-6, 1e6))}}.get(law, {})
    if law != "mean" and draw(st.booleans()):
        said["discrepancy"] = draw(st.floats(0.001, 1.0))
    if draw(st.booleans()):
        said["use"] = draw(st.sampled_from([*USES]))
    return said


@settings(max_examples=40)
@given(figures())
def test_a_figure_comes_back_as_it_was(said: dict[str, Any]) -> None:
    made = city(figures=[said])
    assert Scenario.from_mapping(made.to_mapping()).figures == made.figures
    again = Scenario.from_mapping({"name": "x"} | read_text(city_file(made), "written").plain() | {"schema": 1})
    assert again.figures == made.figures
    for spoken in language.LANGUAGES:
        language.use(spoken)
        assert made.figures[0].name in told_figure(made.figures[0])
    assert made.hash == city().hash, "a figure changes no run"


# --- what is shipped

HASHES = {
    "lakeside-grows": "a63492f8dce2e3dd",
    "lakeside": "c7e69eea6249653e",
    "models/administration-led": "6c67c63c3852feef",
    "models/guangzhou": "f282e06af8e66cb1",
    "models/hejihua": "f093430c965e2f09",
    "models/mixed": "120154269bd09ed2",
    "models/shuangbai": "45b07e7ece36e4c3",
    "t-city-2022": "9be610a4f276183d",
    "t-city": "6d33a9de238eae6a",
    "template": "6f20fe67a6399759",
}
"""As before there were figures: none of them is part of a scenario's hash."""


def test_the_hash_knows_no_figures() -> None:
    cities = [name for name in shipped() if not name.startswith("policies/")]
    assert {name: load_scenario(name).hash for name in cities} == HASHES


def test_t_citys_figures_have_two_readings() -> None:
    read = {name: load_scenario(name).figures for name in ("t-city", "t-city-2022")}
    counts = {name: [one for one in found if one.law == "count"] for name, found in read.items()}
    assert {name: {one.last for one in found} for name, found in counts.items()} == {
        "t-city": {"2024-12"},
        "t-city-2022": {"2022-06"},
    }
    others = [[one for one in found if one.law != "count"] for found in read.values()]
    assert others[0] == others[1], "the readings differ in the count alone"
    for found in counts.values():
        total, *parts = found
        assert (total.value, total.use) == (1749, "fit")
        assert [(one.value, one.use) for one in parts] == [(89, "check"), (287, "check"), (1373, "check")]
        assert sorted(total.names) == sorted(one.name for one in parts)
    surveys = {
        one.name: (round((one.value or 0) * (one.n or 0), 5), one.n) for one in read["t-city"] if one.law == "survey"
    }
    assert surveys == {"stay_share": (44, 107), "strong_share": (34, 107), "trained_share": (38, 107)}


def test_cities_of_other_towns_or_models_have_none_of_t_citys() -> None:
    cities = [name for name in shipped() if name.startswith(("models/", "lakeside"))]
    assert {name: load_scenario(name).figures for name in cities} == dict.fromkeys(cities, ())


# --- cities that extend one another


def extending(more: str, *sets: str) -> tuple[CityFigure, ...]:
    Path("own.yaml").write_text(f"kind: city\nextends: t-city\n{more}", encoding="utf-8")
    return load_scenario("own.yaml", sets=sets).figures


def test_figures_are_inherited_whole_and_replaced_whole(here: Path) -> None:
    base = load_scenario("t-city").figures
    assert extending("levers: {pay: 3000}\n") == base
    assert extending("figures: []\n") == extending("figures: null\n") == ()
    (only,) = extending("figures:\n  - {figure: quits, law: count, value: 9, from: 2024-01, to: 2024-12, source: us}\n")
    assert only.names == ("quits",)


def test_what_a_city_has_no_longer_is_not_inherited(here: Path) -> None:
    """Months that do not run, towns and groups that are gone; nothing at all where no town is left."""
    base = load_scenario("t-city").figures
    kept = extending("policy_start: 2022-01-01\nend: 2023-12-31\n")
    assert kept == tuple(one for one in base if one.last <= "2023-12")
    assert load_scenario("t-city", sets=["end=2026-12-31"]).figures == base
    assert load_scenario("t-city", sets=["start=2024-01-01"]).figures == tuple(
        one for one in base if one.first >= "2024-01"
    )
    own = "figures:\n" + "".join(
        f"  - {{figure: detected, law: count, value: 9, {place} from: 2024-01, to: 2024-12, source: us}}\n"
        for place in ("", "station: town_1,", "group: left_behind,")
    )
    Path("base.yaml").write_text(f"kind: city\nextends: t-city\n{own}", encoding="utf-8")
    Path("next.yaml").write_text(
        "kind: city\nextends: base.yaml\ntowns: {town_1: null}\ngroups: {left_behind: null}\n", encoding="utf-8"
    )
    assert [one.place for one in load_scenario("base.yaml").figures] == ["", "town_1", "left_behind"]
    assert [one.place for one in load_scenario("next.yaml").figures] == [""]


def test_what_a_file_says_itself_is_refused_where_it_does_not_run(here: Path) -> None:
    with pytest.raises(Mistake, match=r"own\.yaml:4: figures\.to: 2028-12 lies outside the run"):
        extending("figures:\n  {figure: quits, law: count, value: 9, from: 2024-01, to: 2028-12, source: us}\n")


# --- tables


def row(**said: Any) -> list[Any]:
    return [said.get(key, "") for key in OF_FIGURES]


def figures_sheet() -> list[list[Any]]:
    return [
        figure_headings(),
        row(figure="dispatched_centre + dispatched_other", law="计数", value="1,200", to="2024年12月", use="检验", source="月报", **{"from": "2021-03"}),
        row(figure="stay_share", law="survey", value="41.12%", n=107, to=datetime.date(2024, 12, 31), discrepancy="20%", **{"from": datetime.date(2024, 1, 1)}),
        row(figure="有意留任占比", law="survey", value=0.5, n=20, station="柳河镇", to="2024/12", **{"from": "2024.1月"}),
        [""] * len(OF_FIGURES),
        row(figure="注：由各站上报"),
        row(figure="# left out", law="count"),
    ]  # fmt: skip


TOWNS = [["镇", "人口", "岗位"], ["城关镇", 85000, 8], ["柳河镇", 42000, 4]]


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_a_sheet_of_figures_is_imported(here: Path, spoken: str) -> None:
    language.use(spoken)
    name = language.tr("Figures", "指标")
    made = import_city(workbook(Path("city.xlsx"), {"镇": TOWNS, name: figures_sheet()}))
    told = "\n".join(made.lines())
    assert (
        language.tr(
            "taken: city.xlsx, sheet 'Figures': 3 figures of the real city",
            "采用：city.xlsx，工作表 '指标'：3 项实测数据",
        )
        in told
    )
    assert "注：由各站上报" in told
    total, asked, of_town = made.city.figures
    assert (total.names, total.law, total.value, total.use) == (
        ("dispatched_centre", "dispatched_other"),
        "count",
        1200,
        "check",
    )
    assert (total.first, total.last, total.source.zh) == ("2021-03", "2024-12", "月报")
    assert (asked.value, asked.n, asked.first, asked.last, asked.discrepancy) == (
        0.4112,
        107,
        "2024-01",
        "2024-12",
        0.2,
    )
    assert (of_town.names, of_town.station, of_town.first) == (("stay_share",), "柳河镇", "2024-01")
    assert of_town.source.en.startswith("city.xlsx"), "where no column says another"
    written = made.write("my-city.yaml").read_text(encoding="utf-8")
    assert f"# {name}!A2:O2" in written
    assert load_scenario("my-city.yaml").figures == made.city.figures


def test_an_imported_city_has_none_of_t_citys(here: Path) -> None:
    made = import_city(workbook(Path("city.xlsx"), {"镇": TOWNS}))
    made.write("my-city.yaml")
    assert made.city.figures == load_scenario("my-city.yaml").figures == ()
    named = [
        [town if place == 0 else value for place, value in enumerate(line)]
        for line, town in zip(TOWNS, ("镇", "town_1", "town_2"), strict=True)
    ]
    made = import_city(workbook(Path("same.xlsx"), {"镇": named}))
    made.write("same.yaml")
    assert made.city.figures == load_scenario("same.yaml").figures == (), (
        "also where its towns are called as T City's are"
    )


def test_a_city_names_the_table_of_its_figures(here: Path) -> None:
    text_table(Path("figures.csv"), "指标,类型,数值,起始月份,截止月份,来源\nquits,计数,9,2024-01,2024-12,我们\n")
    (only,) = extending("figures: {table: figures.csv}\n")
    assert (only.names, only.value, only.source.en) == (("quits",), 9, "我们")
    workbook(Path("city.xlsx"), {"镇": TOWNS, "指标": figures_sheet()})
    assert len(extending("towns: {table: city.xlsx}\n")) == 3
    assert len(extending("towns: {table: city.xlsx, sheet: 镇}\nfigures: {table: city.xlsx, sheet: 指标}\n")) == 3
    assert extending("towns: {table: city.xlsx, sheet: 镇}\n") == ()


TABLES_REFUSED = [
    ("figure,law,valeu\nquits,count,9\n", "cell C1: the heading 'valeu' is not known (did you mean 'Value'?)", "无法识别标题 'valeu'（是否想写 'Value'？）"),
    ("figure,law,value,number asked,n\nquits,count,9,,\n", "cell E1: the heading 'n' says the same as 'number asked'; leave one", "含义相同；请只保留一个"),
    ("figure,law,value,from,to\n,count,9,2024-01,2024-12\n", "cell A2: the figure's name is empty", "指标名称为空"),
    ("figure,law,value,from,to\nquit,count,9,2024-01,2024-12\n", "cell A2: there is no figure 'quit' (did you mean 'quits'?)", "没有指标 'quit'"),
    ("figure,law,value,from,to\nquits,count,about 9,2024-01,2024-12\n", "cell C2: must be a number, not 'about 9'", "须为数字，而非 'about 9'"),
    ("figure,law,value,from,to\nquits,count,9,2024.1,2024-12\n", "cell D2: must be a month as YYYY-MM, not", "须为月份 YYYY-MM"),
    ("figure,law,value,from,to\nquits,count,9,2024-01,2031-12\n", "cell E2: 2031-12 lies outside the run", "2031-12 不在运行期内"),
    ("figure,law,value,from\nquits,count,9,2024-01\n", "row 2: the key 'to' is missing", "第 2 行：缺少键 'to'"),
    ("name,value\nquits,9\n", "holds no row of headings such as 'Figure', 'Law' and 'Value'", "没有“指标”“类型”“数值”之类的标题行"),
]  # fmt: skip


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_a_table_of_figures_is_refused_by_its_cell(here: Path, spoken: str) -> None:
    language.use(spoken)
    for text, en, zh in TABLES_REFUSED:
        text_table(Path("figures.csv"), text)
        with pytest.raises(Mistake) as caught:
            extending("figures: {table: figures.csv}\n")
        assert (zh if spoken == "zh" else en) in str(caught.value)
    for said, en in (
        ("table: none.csv", "there is no file"),
        ("table: figures.csv, sheet: x", "there is no sheet 'x'"),
        ("table: a.csv, shee: x", "did you mean 'sheet'"),
    ):
        with pytest.raises(Mistake) as caught:
            extending(f"figures: {{{said}}}\n")
        assert spoken == "zh" or en in str(caught.value)


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_the_template_shows_how_and_its_example_is_not_read(here: Path, spoken: str) -> None:
    language.use(spoken)
    sheets = template_sheets(load_scenario("t-city").groups)
    towns = next(iter(sheets))
    sheets[towns].append(["城关镇", 85000, 8, 3500])
    made = import_city(write_workbook(Path("t.xlsx"), sheets))
    assert made.city.figures == ()
    assert not any(language.tr("figure", "实测数据") in line for line in made.lines())
    name = language.tr("Figures", "指标")
    assert sheets[name][0] == figure_headings()
    example = [str(value).removeprefix("# ") for value in sheets[name][1]]
    sheets[name] = [
        sheets[name][0],
        [float(value) if value[:1].isdigit() and "-" not in value else value for value in example],
    ]
    (only,) = import_city(write_workbook(Path("u.xlsx"), sheets)).city.figures
    assert (only.names, only.law, only.n) == (("stay_share",), "survey", 100), "the example is one that would be read"


def test_a_citys_figures_are_exported(here: Path) -> None:
    made = export_city("t-city-2022")
    assert openpyxl.load_workbook(made.files[0]).sheetnames == ["Towns", "Figures"]
    again = import_city(made.files[0]).city.figures
    there = load_scenario("t-city-2022").figures
    assert [one.to_plain() | {"source": ""} for one in again] == [one.to_plain() | {"source": ""} for one in there]
    assert "figures" not in made.lost


# --- commands


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_the_commands_tell_of_figures(here: Path, spoken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", spoken, "validate", "t-city"]) == 0
    assert language.tr("residents, 11 figures", "名居民，11 项实测数据") in capsys.readouterr().out
    assert run(["--lang", spoken, "explain", "scenario", "t-city"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert language.tr("figures of the real city:", "实测数据：") in said
    for figure in load_scenario("t-city").figures:
        assert f"{figure.name}" in said
    assert (
        language.tr(
            "turnover: 0.15 to 0.3 (per year), 2021-03 to 2024-12; fitted; source: Literature",
            "turnover：0.15 至 0.3（/年）",
        )
        in said
        or spoken == "zh"
    )
    assert run(["--lang", spoken, "validate", "lakeside"]) == 0
    assert language.tr("figure", "实测数据") not in capsys.readouterr().out


def test_laws_and_uses_are_told_in_both_languages() -> None:
    assert all(text.en and text.zh for text in (*LAWS.values(), *USES.values()))
