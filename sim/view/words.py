"""Every text of the page that is no name of the model's, in the language in force."""

from __future__ import annotations

from sim.language import tr
from sim.view.guard import MOST_SESSIONS
from sim.view.shown import MAPPED, WINDOWS, mapped_name


def toolbar() -> dict[str, object]:
    return {
        "lang": tr("en", "zh-CN"),
        "time": tr("Time", "时间"),
        "play": tr("Play", "播放"),
        "pause": tr("Pause", "暂停"),
        "speed": tr("Speed", "速度"),
        "speeds": [
            tr("1 day a second", "每秒 1 天"),
            tr("5 days a second", "每秒 5 天"),
            tr("20 days a second", "每秒 20 天"),
            tr("10 weeks a second", "每秒 10 周"),
            tr("4 months a second", "每秒 4 个月"),
            tr("as fast as can be", "最快"),
        ],
        "day": tr("+ day", "+ 1 天"),
        "month": tr("+ month", "+ 1 个月"),
        "year": tr("+ year", "+ 1 年"),
        "progress": tr("Days run of all", "已运行天数"),
        "on_the_way": tr("on the way to", "正在推算至"),
        "to": tr("to", "至"),
        "jump": tr("Go", "跳转"),
        "restart": tr("« Start", "« 回到起点"),
        "restart_meant": tr(
            "Back to the first morning; moved levers stay moved. Any earlier date goes back too.",
            "回到第一天清晨；已调整的政策工具保留。跳转到任何更早的日期也会回退。",
        ),
        "branch": tr("Branch", "分支"),
        "branch_meant": tr(
            "Keep the course so far as a line; go back, move a lever, and see the two side by side.",
            "将目前走势保留为一条曲线；回退并调整政策工具后即可对照。",
        ),
        "save": tr("Save YAML", "保存 YAML"),
        "save_meant": tr(
            "The present scenario as a file that 'stations run' accepts.", "当前情景存为 'stations run' 可用的文件。"
        ),
        "data": tr("Save CSV", "保存 CSV"),
        "table": tr("Table to save", "要保存的表"),
        "tables": [
            {"value": "city", "text": tr("city", "全市")},
            {"value": "stations", "text": tr("stations", "各站")},
            {"value": "communities", "text": tr("communities", "各社区")},
            {"value": "groups", "text": tr("groups", "各群体")},
        ],
    }


def city_map() -> dict[str, object]:
    return {
        "map": tr("Map of the city", "城市地图"),
        "colour": tr("Colour", "着色"),
        "people": tr("people", "人"),
        "queued": tr("needs wait for dispatch", "项需求待派单"),
        "away": tr("with the centre or others", "项由中心或其他机构办理"),
        "present": tr("present", "在岗"),
        "seconded": tr("seconded", "借调"),
        "vacant": tr("vacant", "空岗"),
        "tasks": tr("admin tasks ahead", "待办行政任务"),
        "visitors": tr("visitors received", "接待参访"),
        "link": tr("alliance", "联盟"),
        "map_picture": tr("Map as SVG", "地图 SVG"),
        "picture_meant": tr("Store the picture", "保存图片"),
    }


def colours() -> list[dict[str, str]]:
    return [{"value": name, "text": mapped_name(name)} for name in MAPPED]


def lines() -> dict[str, object]:
    return {
        "lines": tr("Outcomes over time", "结果走势"),
        "outcomes": tr("Outcomes", "结果"),
        "window": tr("taken over", "计算时段"),
        "baseline": tr("baseline", "基线"),
        "own": tr("this city", "本城市"),
        "baseline_line": tr("baseline", "基线"),
        "moved": tr("lever moved,", "调整政策工具，"),
        "policies_start": tr("policies start", "政策起始"),
        "lever_moved": tr("lever moved", "调整政策工具"),
        "lines_picture": tr("Lines as SVG", "曲线 SVG"),
        "picture_meant": tr("Store the picture", "保存图片"),
    }


def windows() -> list[dict[str, object]]:
    names = {
        1: ("1 month", "按月"),
        3: ("3 months", "按 3 个月滚动"),
        12: ("12 months", "按 12 个月滚动"),
    }
    return [{"value": n_months, "text": tr(*names[n_months])} for n_months in WINDOWS]


def station() -> dict[str, object]:
    return {
        "numbers": tr("Numbers", "数据"),
        "hours": tr("Hours a week per member of staff", "人均每周工时"),
        "workers": tr("Social workers (scales 0–1)", "社工（量表 0–1）"),
        "worker": tr("Worker", "社工"),
        "burnout": tr("Burnout", "倦怠"),
        "competence": tr("Competence", "能力"),
        "stay": tr("Intention to stay", "留任意愿"),
        "none": tr("Choose a station on the map.", "请在地图上选择一个社工站。"),
    }


def setup() -> dict[str, object]:
    return {
        "scenario": tr("Scenario", "情景"),
        "seed": tr("Seed", "随机种子"),
        "policies": tr("Policies", "政策"),
        "policies_meant": tr(
            "They start when the scenario says. The city runs to today's date again under what is ticked.",
            "政策自情景规定的日期起实施；勾选后城市会重新运行至当前日期。",
        ),
    }


def levers() -> dict[str, object]:
    return {
        "levers_meant": tr(
            "A lever acts on all stations from the next month on; on the first morning, from the first day.",
            "政策工具自下月起作用于各站；在第一天清晨调整则自首日起。",
        ),
        "release": tr("Release all levers", "还原全部政策工具"),
        "release_meant": tr(
            "Forget moved levers and run to today's date again.", "撤销对政策工具的全部调整，并重新运行至当前日期。"
        ),
    }


def page() -> dict[str, str]:
    return {
        "title": tr("Social work stations", "社工站政策模拟"),
        "city": tr("City", "城市"),
        "station": tr("Station", "社工站"),
        "compare": tr("Compare", "比较"),
        "about": tr("About", "说明"),
        "no_room": tr(
            f"This server keeps {MOST_SESSIONS} cities, and each is looked at by an open page. Close one and reload this one.",
            f"本服务器最多保留 {MOST_SESSIONS} 个城市，现均有页面在使用。请关闭一个页面，再刷新本页。",
        ),
        "caution": tr(
            "One run under one seed has no interval: Compare says how sure a difference is. Grey: the same city, the same "
            "chances, without the policies and levers that you chose.",
            "单个种子的一次运行没有区间：差异是否可靠请看“比较”页。灰线：同一城市、同样的随机，但不实施您所选的政策，也不调整政策工具。",
        ),
    }


def compare(doubt: str = "none") -> dict[str, object]:
    """doubt: of which worlds the comparison that is shown is made; "none": of seeds alone."""
    caption, caution = _of_seeds() if doubt == "none" else _of_worlds(doubt)
    return {
        "lang": tr("en", "zh-CN"),
        "policies": tr("Policies to compare with the baseline", "与基线比较的政策"),
        "seeds": tr("Seeds", "种子数"),
        "run": tr("Compare", "开始比较"),
        "cancel": tr("Cancel", "取消"),
        "csv": tr("Save CSV", "保存 CSV"),
        "seeds_done": tr("seeds done", "个种子已完成"),
        "caption": caption,
        "outcome": tr("Outcome", "结果"),
        "baseline": tr("Baseline", "基线"),
        "caution": caution,
        "same_by": tr("The same with all tables and a report:", "以下命令给出同样的结果，并附全部表格与报告："),
        "all_by": tr(
            "All seeds that were asked for, with all tables and a report:",
            "以下命令运行所要求的全部种子，并附全部表格与报告：",
        ),
    }


def _of_seeds() -> tuple[str, str]:
    return (
        tr("Mean of runs and 95 % intervals over", "各次运行均值与 95% 区间，时段"),
        tr(
            "Policies: paired differences from the baseline under the same seeds. Intervals hold the simulation's chance only; "
            "looked at while seeds arrive, they are for orientation, and stopping at a pleasing moment makes them too narrow.",
            "政策各列为同一种子下与基线的配对差异。区间只反映模拟的随机性；运行中途所见仅供参考，若在结果合意时停下，区间会偏窄。",
        ),
    )


def _of_worlds(kind: str) -> tuple[str, str]:
    which = (
        tr("worlds that fit the city's figures", "符合本市指标的情形")
        if kind == "posterior"
        else tr("worlds of the prior, held against no figure of the city", "先验情形（未与本市指标核对）")
    )
    return (
        tr("Medians, and where 95 of 100 worlds lie, over", "中位数，以及 100 个情形中 95 个所在的范围，时段"),
        tr(
            f"Policies: differences from the baseline in the same world, of {which}. Every seed is a world of its own: a draw of what is "
            "assumed, and chance. The city that is watched has the values of its file.",
            f"政策各列为同一情形中与基线的差异；情形为{which}。每个种子即一个情形：一组假设取值加随机波动。所观看的城市取其文件中的数值。",
        ),
    )


def about() -> dict[str, object]:
    return {
        "lang": tr("en", "zh-CN"),
        "assumes": tr("What the model assumes", "模型的假设"),
        "figures": tr("The paper's figures beside the model's", "论文数字与模型结果对照"),
        "figures_caption": tr("Baseline, 20 seeds: mean and 95 % interval of the mean", "基线，20 个种子：均值及均值的 95% 区间"),
        "figure_head": [
            tr("Figure", "数字"), tr("Section", "章节"), tr("Months", "时段"), tr("Paper", "论文"), tr("Model", "模型"),
            tr("Fitted", "是否拟合"),
        ],
        "waiting": tr("Running 20 seeds ...", "正在运行 20 个种子……"),
        "no_figures": tr("The paper gives no figures about this city.", "论文没有关于此城市的数字。"),
        "parameters": tr("Parameters", "参数"),
        "search": tr("Search", "搜索"),
        "only_assumptions": tr("assumptions only", "只看假设"),
        "parameter_head": [
            tr("Parameter", "参数"), tr("Part", "部分"), tr("Value", "取值"), tr("Plausible", "合理范围"), tr("Unit", "单位"),
            tr("Source", "来源"),
        ],
    }  # fmt: skip


def without_moves() -> str:
    """What Compare says where levers were moved by hand."""
    return tr(
        "The levers that you moved on the page City are not in this comparison: it is of the scenario as it stands. To compare under "
        "them, save the YAML there and give that file to 'stations compare'.",
        "您在“城市”页调整的政策工具不计入此比较：比较的是情景本身。若要计入，请在该页保存 YAML，再将文件交给 'stations compare'。",
    )
