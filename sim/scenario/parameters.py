"""Every parameter and every lever of the model, declared once.

From these declarations come validation, `stations explain parameters|levers`, the tables in `scenarios/README.md`,
and the ranges for sensitivity analysis, priors and sliders. In the compiled code a set of parameters is one record of
float64, so that a rule reads ``p.task_hours``.

What each value rests on is a `Source` (sim/scenario/sources.py): a kind of evidence, and the source in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from sim.language import Text
from sim.scenario.sources import (
    VALUE_ASSUMED,
    Evidence,
    Source,
    arithmetic,
    assumption,
    calibrated,
    law,
    literature,
    paper,
)

A = assumption()
CALIBRATED = calibrated(
    "calibrated on P1-P4 (benchmarks/calibrate.py); no direct evidence",
    "按 P1–P4 校准（benchmarks/calibrate.py）；无直接证据",
)
CLIENTS_IMPROVE = literature(
    "about two thirds of clients improve (Mullen & Shuluk 2011)", "约三分之二的服务对象好转（Mullen & Shuluk 2011）"
)
GROUP_OF_8 = assumption(
    "with 8 members a group takes 40 h (literature: 6-8 sessions with preparation and two workers, 24-60 h)",
    "8 人小组共 40 小时（文献：6–8 节，含准备，两名社工，24–60 小时）",
)


@dataclass(frozen=True)
class Quantity:
    """One parameter or lever. `low` and `high` are its plausible range, `least` and `most` what is allowed at all.

    label: what figures and tables call it; meaning: what it is, to somebody who sees its name only.
    is_whole: it counts something, so that only whole numbers are allowed. by_town: it may differ between towns, because the model
    reads it for one station, worker, community, resident or need; what belongs to the city as a whole may not.
    """

    name: str
    default: float
    low: float
    high: float
    unit: str
    source: Source
    label: Text
    meaning: Text
    section: str
    least: float
    most: float
    is_whole: bool = False
    by_town: bool = True

    @property
    def kind(self) -> Evidence:
        return self.source.kind

    @property
    def is_assumption(self) -> bool:
        return self.kind is Evidence.ASSUMPTION

    def allows(self, value: float) -> bool:
        return self.least <= value <= self.most and (not self.is_whole or value == int(value))


def quantity(
    default: float,
    low: float,
    high: float,
    unit: str,
    source: Source,
    label: tuple[str, str],
    meaning: tuple[str, str],
    *,
    allowed: tuple[float, float] | None = None,
    whole: bool = False,
    by_town: bool = True,
) -> Any:
    """Declare one; label and meaning in English and Chinese. What is allowed defaults to the plausible range stretched: chances
    and shares to 0-1, others to 0 and three times the upper end. Where the model counts with it, `whole`: of two values in
    between, such as 7.2 and 7.8 needs, both would act as the same number. Not `by_town`: of the city as a whole, as the calendar,
    the funders' pool and what two towns share. Returns Any so that type checkers read the class below as plain floats."""
    if allowed is None:
        allowed = (0.0, 1.0) if unit in {"share", "chance"} else (min(0.0, round(3 * low, 12)), round(3 * high, 12))
    return (default, low, high, unit, source, Text(*label), Text(*meaning), *allowed, whole, by_town)


MOST_POSTS = 100

SECTION: Any = object()
"""Marks where a section begins in the class below: ``_needs = SECTION``."""

SECTIONS: dict[str, Text] = {
    "government": Text("Government", "政府"),
    "needs": Text("Needs and detection", "需求与发现"),
    "dispatch": Text("Guidance centre", "指导中心"),
    "intake": Text("Intake and deadlines", "接案与时限"),
    "work": Text("A worker's day", "社工的一天"),
    "outcomes": Text("Closing and trust", "结案与信任"),
    "finance": Text("Finance", "财务"),
    "staff": Text("Staff", "人员"),
    "alliances": Text("Alliances and offices", "联盟与街镇"),
    "residents": Text("Residents", "居民"),
    "costs": Text("Costs", "成本"),
}


@dataclass(frozen=True)
class Switch:
    """A part of the structure that can be read in two ways: `on` says what then holds instead of `off`."""

    name: str
    on: Text
    off: Text


def switch(on_en: str, on_zh: str, off_en: str, off_zh: str) -> Any:
    """Declare one. Returns Any so that type checkers read the class below as plain booleans."""
    return (Text(on_en, on_zh), Text(off_en, off_zh))


class Structure:
    """The structural alternatives, all off unless a city file says otherwise under `structure:`. Source: assumption; the
    evidence fits either reading. In the compiled code a switch is a field of the parameters, 0 or 1."""

    payment_in_part: bool = switch(
        "Government pays a part of what it owes every month; the mean delay is the same",
        "政府每月支付所欠款项的一部分，平均延迟不变",
        "Government pays all that it owes in some months and nothing in the others",
        "政府在某些月份付清全部欠款，其余月份分文不付",
    )
    additive_protection: bool = switch(
        "Clarity and voice add up: the town office has the power D · max(0, 1 − B − voice)",
        "边界清晰与话语权相加：街镇权力为 D·max(0, 1 − B − 话语权)",
        "Clarity and voice multiply: the town office has the power D · (1 − B) · (1 − voice)",
        "边界清晰与话语权相乘：街镇权力为 D·(1 − B)·(1 − 话语权)",
    )
    town_first_overtime: bool = switch(
        "The overtime that is worth working today goes to the town's backlog first",
        "当日值得的加班先用于街镇任务积压",
        "Overtime goes to services alone",
        "加班只用于服务",
    )


class Parameters(Structure):
    """The parameters of the model; each line: default, plausible low and high, unit, source, label, meaning."""

    _government = SECTION
    contract_task_rate: float = quantity(0.15, 0.05, 0.3, "tasks per post and workday", A, ("Contract tasks", "合同内任务发生率"), ("Administrative tasks that the contract provides for", "合同内行政任务发生率"), allowed=(0, 1.6))
    offcontract_task_rate: float = quantity(0.85, 0.4, 1.6, "tasks per post and workday", assumption("kept at its start value, since no figure of the paper fixes it (P6 is a bound)", "保留初值，论文没有可确定它的数字（P6 只是界限）"), ("Off-contract tasks", "合同外任务发生率"), ("Tasks outside the contract that the town office hands down", "街镇交办的合同外任务发生率"), allowed=(0, 1.6))
    task_hours: float = quantity(4, 2, 8, "h", A, ("Task hours", "单项任务平均工时"), ("Mean hours of a task (gamma, shape 2)", "单项任务平均工时（伽马分布，形状参数 2）"), allowed=(0.1, 40))
    awareness_restraint: float = quantity(0.5, 0, 1, "share", A, ("Restraint by aware cadres", "干部了解社工带来的约束"), ("Cut in off-contract tasks and secondments when all cadres understand social work", "干部完全了解社会工作时，合同外任务与借调的降幅"))
    inspection_restraint: float = quantity(0.5, 0, 1, "share", A, ("Restraint after an inspection", "督查带来的约束"), ("Cut in off-contract tasks and secondments while an office is restrained after an inspection", "督查后受约束期间，合同外任务与借调的降幅"))
    restraint_months: float = quantity(6, 1, 12, "months", A, ("Months of restraint", "受约束月数"), ("How long an office is restrained after secondments were found", "查出借调后街镇受约束的时长"), allowed=(0, 60), whole=True)
    supervision_hours: float = quantity(4, 1, 8, "h", A, ("Hours of an inspection", "单次督查占用工时"), ("Station hours an inspection costs", "一次督查占用站点工时"))
    refusal_goodwill_loss: float = quantity(0.0008, 0, 0.005, "share per refusal", A, ("Goodwill lost by a refusal", "拒绝任务的认可度损失"), ("Goodwill lost with each refused task", "每次拒绝任务造成的认可度损失"), allowed=(0, 1))
    lapse_goodwill_loss: float = quantity(0.002, 0, 0.01, "per lapsed task", A, ("Goodwill lost by a lapse", "任务作废的认可度损失"), ("Goodwill lost with each task that lapses undone", "每项逾期未办任务造成的认可度损失"), allowed=(0, 1))
    clarity_goodwill_shield: float = quantity(0.75, 0, 1, "share", A, ("Goodwill shielded by clarity", "边界清晰对认可度的保护"), ("How far a clear contract shields goodwill from refusals and lapses", "边界清晰对认可度的保护程度"))
    awareness_goodwill_shield: float = quantity(0.5, 0, 1, "share", A, ("Goodwill shielded by awareness", "干部知晓对认可度的保护"), ("How far aware cadres forgive a refusal", "了解社工的干部对拒绝的谅解程度"))
    lapse_backlog_hours: float = quantity(24, 8, 80, "h per post", A, ("Backlog above which tasks lapse", "任务作废的积压上限"), ("Administrative backlog above which tasks lapse", "行政积压超过此值的任务作废"))
    voice_half_links: float = quantity(6, 2, 20, "links", assumption("form after Emerson 1962: alternatives weaken dependence", "形式依 Emerson 1962：替代选择削弱依赖"), ("Links for half a voice", "半数话语权所需联盟数"), ("Alliance links that give a station half a voice", "使站点获得一半话语权的联盟数"), allowed=(0.1, 100))
    reception_rate: float = quantity(0.7, 0.1, 2, "visits per month", A, ("Visits a month", "每月接待参访次数"), ("Visits announced to a station of reputation 0.5 at publicity 1", "声誉 0.5、宣传强度 1 时每月接待参访次数"))
    reception_fame_floor: float = quantity(0.5, 0, 1, "share", A, ("Visits without reputation", "无声誉站点的参访基数"), ("Visits to a station without reputation, against one of reputation 0.5", "无声誉站点的参访基数"))
    preparation_median_days: float = quantity(1, 0.5, 2, "workdays", paper("三(一): whole days; longest almost a week", "三(一)：整天计；最长近一周"), ("Days of preparing a visit", "接待准备天数"), ("Median preparation of a visit (lognormal)", "接待准备天数中位数（对数正态）"))
    preparation_sigma: float = quantity(0.8, 0.3, 1.2, "log days", A, ("Spread of preparation", "接待准备天数的离散度"), ("Spread of preparation (standard deviation of the logarithm)", "接待准备天数的离散度（对数标准差）"))
    preparation_cap_days: float = quantity(5, 3, 7, "workdays", paper("三(一): longest almost a week", "三(一)：最长近一周"), ("Longest preparation", "最长准备天数"), ("Longest preparation", "最长准备天数"), whole=True)
    hosting_two_days_chance: float = quantity(0.5, 0, 1, "chance", paper("三(一): one day or two", "三(一)：一两天"), ("Chance of hosting two days", "接待持续两天的概率"), ("Chance that hosting takes two days rather than one", "接待持续两天（而非一天）的概率"))
    reception_day_share: float = quantity(0.6, 0.3, 1, "share", A, ("Share of a reception day", "接待日投入的时间占比"), ("Share of the day that present workers give on a reception day", "接待日在岗社工投入的时间占比"))
    secondment_rate: float = quantity(0.08, 0.02, 0.2, "per worker and month", A, ("Secondment rate", "借调频率"), ("Secondments of a present worker", "在岗社工每月被借调的频率"))
    secondment_least_days: float = quantity(20, 5, 60, "days", A, ("Shortest secondment", "借调最短天数"), ("Shortest secondment", "借调最短天数"), whole=True)
    secondment_spread_days: float = quantity(40, 0, 120, "days", A, ("Spread of secondments", "借调天数的跨度"), ("Longest less shortest secondment", "借调最长与最短天数之差"), whole=True)

    handover_after_days: float = quantity(14, 7, 60, "days", A, ("Days away until handover", "离岗后交回服务的天数"), ("Calendar days away, the first counted, after which a lent-out worker's services go back to the station", "被借调社工离岗满此天数（含首日）后，其服务交回站点"), allowed=(1, 1000), whole=True)

    _needs = SECTION
    need_lookback_days: float = quantity(365, 180, 730, "days", A, ("Look-back for needs", "需求回溯天数"), ("How long before the start needs already arose", "模拟开始前需求回溯天数"))
    case_hours_mean: float = quantity(20, 10, 40, "h", literature("a time study found 16-17 cases a month to be a fair load (Yamatani et al. 2009), some 10 h a case and month", "时间研究认为每月 16–17 个个案为合理负荷（Yamatani et al. 2009），即每个个案每月约 10 小时"), ("Hours of a case", "个案平均工时"), ("Mean hours of a case at productivity 1", "效率为 1 时个案平均工时"))
    case_hours_cv: float = quantity(0.5, 0.2, 1, "ratio", A, ("Variation of case hours", "个案工时变异系数"), ("Coefficient of variation of case hours", "个案工时变异系数"))
    group_hours_base: float = quantity(16, 8, 24, "h", GROUP_OF_8, ("Fixed hours of a group", "小组固定工时"), ("Hours of a group project at productivity 1, whatever its size", "效率为 1 时小组项目的固定工时"), allowed=(1, 400))
    group_hours_member: float = quantity(3, 2, 4.5, "h per member", GROUP_OF_8, ("Hours per group member", "每名组员增加的工时"), ("Hours that each member adds", "每名组员增加的工时"), allowed=(0, 40))
    grid_hazard: float = quantity(0.0003575, 0.0001, 0.002, "per day", CALIBRATED, ("Detection by the grid", "网格发现的风险率"), ("Hazard that the grid detects a hidden need", "网格发现隐性需求的风险率"))
    self_hazard: float = quantity(0.001783, 0.0005, 0.01, "per day", CALIBRATED, ("Asking for help", "主动求助的风险率"), ("Hazard that an aware and fully trusting resident asks for help", "知晓且完全信任的居民主动求助的风险率"))
    outreach_hazard: float = quantity(0.0000282, 0, 0.0002, "per day, per h per 1,000 residents and month", CALIBRATED, ("Detection by outreach", "外展发现的风险率"), ("Hazard that outreach detects a need", "外展发现需求的风险率"))
    volunteer_hazard: float = quantity(0.00001883, 0, 0.0002, "per day, per volunteer per 1,000 residents", CALIBRATED, ("Detection by volunteers", "志愿者发现的风险率"), ("Hazard that volunteers detect a need", "志愿者发现需求的风险率"))
    platform_grid_gain: float = quantity(0.5, 0, 1, "share", A, ("Platform's gain for the grid", "平台对网格发现的提升"), ("Gain of grid detection with a full platform", "平台完备时网格发现的提升"))
    expiry_days: float = quantity(200, 90, 400, "days", A, ("Expiry days", "未被发现的需求存续天数"), ("Mean life of a need that nobody detects", "未被发现的需求平均存续天数"), allowed=(1, 4000))

    _dispatch = SECTION
    dispatch_lag_workdays: float = quantity(2, 0.5, 5, "workdays", A, ("Dispatch lag", "派单时滞"), ("Mean lag from detection to dispatch without a platform (geometric)", "无平台时从发现到派单的平均工作日（几何分布）"))
    centre_share: float = quantity(89 / 1749, 0.02, 0.1, "share", paper("二(二): 89 of 1,749", "二(二)：1,749 项中 89 项"), ("Share kept by the centre", "指导中心自办占比"), ("Needs that the guidance centre keeps", "指导中心自办占比"))
    other_share: float = quantity(287 / 1749, 0.1, 0.25, "share", paper("二(二): 1,660 - 1,373 = 287 of 1,749", "二(二)：1,660 − 1,373 = 287，共 1,749 项"), ("Share sent elsewhere", "转派其他机构占比"), ("Needs sent to other organisations", "转派其他机构占比"))
    away_days_mean: float = quantity(45, 20, 80, "days", A, ("Days to close elsewhere", "中心或其他机构结案天数"), ("Mean days until the centre or another organisation closes", "中心或其他机构结案平均天数"), by_town=False)
    away_days_cv: float = quantity(0.4, 0.2, 0.8, "ratio", A, ("Variation of days elsewhere", "中心或其他机构结案天数的变异系数"), ("Coefficient of variation of those days", "上述天数的变异系数"), by_town=False)
    away_success: float = quantity(0.65, 0.4, 0.9, "chance", CLIENTS_IMPROVE, ("Success elsewhere", "中心或其他机构的满足概率"), ("Chance that the centre or another organisation meets a need", "中心或其他机构满足需求的概率"), by_town=False)
    duplicate_chance: float = quantity(0.15, 0.1, 0.2, "chance", assumption("near the 8-20 % of repeats found between unconnected hospitals (Vest 2014)", "接近未联网医院之间 8–20% 的重复检查（Vest 2014）"), ("Duplicates", "重复登记概率"), ("Chance that a need was registered elsewhere too", "需求在别处重复登记的概率"))
    platform_duplicate_gain: float = quantity(0.45, 0, 0.67, "share", literature("44-67 % fewer repeats with information exchange (Lammers 2014); none in a nationwide study of 2018", "信息互通后重复减少 44–67%（Lammers 2014）；2018 年一项全国研究未见减少"), ("Duplicates cut by a platform", "平台对重复登记的降幅"), ("Cut in duplicates with a full platform", "平台完备时重复登记的降幅"))
    duplicate_hours: float = quantity(2, 1, 4, "h", A, ("Hours to check a duplicate", "核查重复登记的工时"), ("Hours to check a duplicate", "核查重复登记的工时"))

    _intake = SECTION
    room_workdays: float = quantity(43, 40, 44, "workdays", law("60 days hold 43 workdays (calendar)", "60 天含 43 个工作日（日历）"), ("Workdays for services", "在办服务可用的工作日数"), ("Workdays in which a worker's services must fit", "社工在办服务须在此工作日数内完成"))
    room_hours_per_day: float = quantity(7.5, 6, 8, "h", A, ("Hours of such a workday", "每个工作日可用工时"), ("Hours of such a workday before administration", "每个工作日可用工时（扣除行政前）"))
    room_overhead: float = quantity(1.3, 1, 1.6, "ratio", A, ("Hours planned per service hour", "每服务工时的预留工时"), ("Hours to plan per service hour, records included", "每服务工时需预留工时（含台账）"), allowed=(1, 5))
    overflow_hours: float = quantity(1, 0, 4, "h", A, ("Hours to hand a case over", "转介个案的工时"), ("Station hours to hand a case over to a partner", "向伙伴站转介个案的工时"))
    wait_patience_days: float = quantity(30, 10, 60, "days", A, ("Patience of a waiting case", "个案等候的耐心天数"), ("Days that a case waiting for a worker never gives up", "等候社工的个案不会放弃的天数"))
    give_up_hazard: float = quantity(0.05, 0.01, 0.1, "per day", A, ("Giving up", "放弃等待的风险率"), ("Hazard of giving up after that", "此后放弃等待的风险率"))
    group_least: float = quantity(4, 3, 8, "needs", A, ("Needs that open a group", "开组人数"), ("Waiting needs that open a group at once", "立即开组所需等待人数"), allowed=(1, 100), whole=True)
    group_least_late: float = quantity(3, 2, 5, "needs", A, ("Needs that open a group late", "久候后的开组人数"), ("Waiting needs that open a group when the oldest has waited long", "最久者等待较长时开组所需人数"), allowed=(1, 100), whole=True)
    group_wait_days: float = quantity(21, 14, 45, "days", A, ("Long wait for a group", "开组前视为久候的天数"), ("What waiting long means for that", "上述“较长”的天数"), whole=True)
    group_most: float = quantity(12, 8, 16, "needs", A, ("Most members of a group", "小组最多人数"), ("Most members of a group", "小组最多人数"), allowed=(1, 100), whole=True)
    group_to_case_days: float = quantity(30, 21, 60, "days", A, ("Days until a group need becomes a case", "小组需求转个案的天数"), ("Days after which a need still waiting for a group becomes a case", "等候开组的需求转为个案的天数"), whole=True)
    response_workdays: float = quantity(1, 1, 3, "workdays", paper("二(二): within 24 hours", "二(二)：24 小时内"), ("Response deadline", "首次响应时限"), ("Workdays for the first response to a case", "个案首次响应时限（工作日）"), whole=True)
    case_deadline_days: float = quantity(60, 30, 90, "days", paper("二(二): 60 days", "二(二)：60 天"), ("Case deadline", "个案结案时限"), ("Days from dispatch to close a case", "个案结案时限（自派单起）"), whole=True)
    group_deadline_days: float = quantity(80, 60, 120, "days", paper("二(二): 80 days", "二(二)：80 天"), ("Group deadline", "小组结案时限"), ("Days from opening to close a group", "小组结案时限（自开组起）"), whole=True)

    _work = SECTION
    workday_hours: float = quantity(8, 7, 8, "h", law("statutory working day", "法定工作日"), ("Hours of a working day", "标准工作日工时"), ("Hours of a working day", "标准工作日工时"), allowed=(0, 12))
    admin_floor: float = quantity(0.25, 0.1, 0.5, "share", A, ("Least share of administration", "行政任务的时间下限"), ("Least share of the available day that administration may claim", "行政任务至少可占用的可用时间占比"))
    session_hours_case: float = quantity(4, 2, 6, "h", A, ("Session of a case", "个案单次服务工时"), ("Longest session of a case, with travel", "个案单次服务最长工时（含路途）"))
    session_hours_group: float = quantity(5, 3, 8, "h", A, ("Session of a group", "小组单次服务工时"), ("Longest session of a group, with preparation", "小组单次服务最长工时（含准备）"))
    session_gap_days: float = quantity(4, 2, 7, "days", A, ("Days between sessions", "两次服务的最短间隔"), ("Least days between two sessions", "两次服务的最短间隔"), whole=True)
    productivity_base: float = quantity(0.5, 0.3, 0.7, "ratio", literature("new workers need 1.3-1.8 times the hours of tenured ones", "新人所需工时为熟手的 1.3–1.8 倍"), ("Productivity without competence", "能力为零时的效率"), ("Productivity without competence", "能力为零时的效率"))
    productivity_burnout: float = quantity(0.4, 0.2, 0.6, "ratio", literature("burnout lowers performance (Swider & Zimmerman 2010)", "倦怠降低绩效（Swider & Zimmerman 2010）"), ("Productivity lost to burnout", "倦怠造成的效率损失"), ("Productivity lost at full burnout", "完全倦怠时的效率损失"), allowed=(0, 1))
    productivity_volunteers: float = quantity(0.01, 0, 0.03, "per volunteer per 1,000 residents", A, ("Productivity from volunteers", "志愿者带来的效率提升"), ("Productivity gained with volunteers", "志愿者带来的效率提升"))
    volunteers_cap: float = quantity(15, 5, 30, "per 1,000 residents", A, ("Most useful volunteers", "志愿者效益上限"), ("Volunteers beyond which there is no further gain", "志愿者效益上限"))
    ledger_per_service_hour: float = quantity(0.35, 0.1, 0.8, "h per h", literature("social workers in England gave 35 % of their hours to records and forms (2012)", "英格兰社工 35% 的工时用于记录与表格（2012 年）"), ("Ledger per service hour", "每服务工时的台账工时"), ("Ledger hours that a service hour adds", "每服务工时产生的台账工时"))
    platform_ledger_gain: float = quantity(0.4, 0, 0.9, "share", literature("forms after one-form platforms, 0-93 % less (press)", "“一张表”平台后表格减少 0–93%（新闻报道）"), ("Ledger cut by a platform", "平台对台账工时的降幅"), ("Cut in ledger hours with a full platform", "平台完备时台账工时的降幅"))
    ledger_limit_hours: float = quantity(16, 8, 40, "h", A, ("Ledger limit", "台账积压上限"), ("Ledger backlog above which records are fudged", "台账积压超过此值即应付了事"))
    ledger_fudged_share: float = quantity(0.5, 0.2, 0.8, "share", paper("三(一): ledgers fudged (捣糨糊)", "三(一)：台账“捣糨糊”", VALUE_ASSUMED), ("Share of ledgers fudged", "应付性台账占比"), ("Share of such a backlog written off on paper", "积压台账中应付了事的占比"))
    overtime_most_hours: float = quantity(2, 1, 4, "h per day", A, ("Longest overtime", "每日最长加班"), ("Longest overtime", "每日最长加班"))
    overtime_window_days: float = quantity(7, 3, 14, "days", A, ("Overtime before a deadline", "截止前愿意加班的天数"), ("Days before a deadline in which a worker does overtime for it", "截止前愿意加班的天数"), whole=True)
    conflict_memory_days: float = quantity(60, 20, 120, "workdays", A, ("Memory of role conflict", "角色冲突的记忆时长"), ("Memory of role conflict", "角色冲突的记忆时长"), allowed=(1, 1000))
    strain_base: float = quantity(0.15, 0, 0.3, "share", A, ("Strain of a plain day", "无行政事务之日的压力"), ("Strain of a day without administration", "无行政事务之日的压力"))
    strain_admin: float = quantity(0.45, 0.2, 0.7, "per admin share", assumption("sign: Jiang & Su 2023, irrelevant tasks exhaust", "方向依 Jiang & Su 2023：无关任务使人耗竭"), ("Strain of administration", "行政事务所增压力"), ("Strain of a day full of administration, above the base", "全天行政所增压力"))
    strain_overtime: float = quantity(0.2, 0.05, 0.3, "per h", A, ("Strain of overtime", "加班所增压力"), ("Strain of an hour of overtime", "每小时加班所增压力"))
    strain_links: float = quantity(0.1, 0, 0.2, "share", literature("peer messages lowered burnout by 0.4 SD (Linos, Ruffini & Wilcoxen)", "同行交流信息使倦怠降低 0.4 个标准差（Linos, Ruffini & Wilcoxen）"), ("Relief by partners", "伙伴站所减压力"), ("Relief from having partner stations", "有伙伴站所减压力"))
    strain_standards: float = quantity(0.1, 0, 0.2, "share", A, ("Relief by standards", "服务标准所减压力"), ("Relief from clear service standards", "服务标准明确所减压力"))
    burnout_memory_days: float = quantity(180, 90, 260, "workdays", literature("exhaustion of most passes within months (Shoman et al. 2022), clinical burnout can last for years (Almén 2021); 26-52 weeks assumed", "多数人的耗竭在数月内缓解（Shoman et al. 2022），临床倦怠可持续数年（Almén 2021）；取 26–52 周为假设"), ("Memory of burnout", "倦怠的记忆时长"), ("Memory of burnout", "倦怠的记忆时长"), allowed=(1, 3000))

    _outcomes = SECTION
    success_base: float = quantity(0.62, 0.2, 1, "logit", CLIENTS_IMPROVE, ("Base of success", "成功的基准对数几率"), ("Log odds that a service meets a need, at reference", "参照条件下满足需求的对数几率"), allowed=(-10, 10))
    success_competence: float = quantity(2.5, 1, 5, "logit per unit", literature("training d = 0.6 (Arthur et al. 2003)", "培训效应 d = 0.6（Arthur et al. 2003）"), ("Competence on success", "能力对成功的影响"), ("Effect of competence on success", "能力对成功的影响"))
    success_burnout: float = quantity(1.5, 0.5, 3, "logit per unit", literature("R = .36 with performance (Swider & Zimmerman 2010)", "与绩效的 R = 0.36（Swider & Zimmerman 2010）"), ("Burnout on success", "倦怠对成功的影响"), ("Effect of burnout on success", "倦怠对成功的影响"))
    competence_reference: float = quantity(0.45, 0.3, 0.6, "share", A, ("Reference competence", "参照能力"), ("Competence at which success_base holds", "成功率参照能力"))
    burnout_reference: float = quantity(0.4, 0.3, 0.5, "share", A, ("Reference burnout", "参照倦怠"), ("Burnout at which success_base and stay_base hold", "成功率与留任参照倦怠"))
    handover_odds: float = quantity(0.4, 0.27, 0.7, "odds ratio", literature("odds of timely discharge -73 % per added caseworker (SSWR 2025)", "每多换一名个案工作者，按时结案的优势降 73%（SSWR 2025）"), ("Handover odds", "更换社工后的成功比值比"), ("Odds of success after each change of worker", "每更换一次社工后的成功比值比"), allowed=(0.01, 1))
    trust_step: float = quantity(0.2, 0.05, 0.4, "share", A, ("Trust step", "体验推动信任的幅度"), ("How far an experience moves trust towards its target", "一次体验推动信任的幅度"))
    trust_target_unmet: float = quantity(0.3, 0.1, 0.4, "share", A, ("Trust after an unmet need", "未获满足后的信任趋向值"), ("Where an unmet need moves trust", "需求未满足时信任趋向值"))
    trust_late_loss: float = quantity(0.2, 0, 0.3, "share", A, ("Trust lost when late", "逾期造成的信任降低"), ("How much lower that is when late", "逾期时信任趋向值的降低"))
    paper_least_done: float = quantity(0.6, 0.4, 0.9, "share", A, ("Least done for paper closing", "可纸面结案的最低完成度"), ("Share done from which a late service may be closed on paper", "可纸面结案的最低完成度"))
    paper_chance: float = quantity(0.8, 0.4, 1, "chance", paper("三(一): work done for the indicator", "三(一)：为指标而做", VALUE_ASSUMED), ("Chance of paper closing", "纸面结案的概率"), ("Chance of a paper closing without inspection and standards", "无督查与标准时纸面结案的概率"))

    _finance = SECTION
    operating_cost: float = quantity(2000, 1000, 4000, "yuan per post and month", A, ("Operating cost", "站点运营成本"), ("Operating cost of a station", "站点运营成本"))
    payment_goodwill_floor: float = quantity(0.5, 0.2, 0.8, "share", A, ("Payment without goodwill", "认可度为零时的拨付基数"), ("Pace of payment at no goodwill, as goodwill that would earn it", "认可度为零时的拨付基数"))
    payment_goodwill_reference: float = quantity(0.6, 0.3, 0.9, "share", A, ("Payment's reference goodwill", "拨付的参照认可度"), ("Goodwill at which money waits payment_delay months on average", "平均拨付月数等于 payment_delay 时的认可度"), allowed=(0.05, 1))
    pool_base: float = quantity(0.95, 0.8, 1, "share", A, ("Base of the pool", "自筹计划的实现比例"), ("Share of the planned own revenue that funders in the city give", "自筹计划收入的实现比例"), by_town=False)
    pool_support: float = quantity(0.3, 0, 0.5, "share", A, ("Fundraising support's gain", "筹资支持带来的提升"), ("Gain of that with full help to reach funders", "筹资支持带来的提升"), by_town=False)
    alliance_fundraising: float = quantity(0.1, 0, 0.2, "per link", A, ("Alliance's gain in fundraising", "联盟对筹资份额的提升"), ("Gain in a station's part of it with each link", "每个联盟对筹资份额的提升"), by_town=False)
    own_revenue_cv: float = quantity(0.5, 0.2, 1, "ratio", A, ("Variation of own revenue", "自筹收入变异系数"), ("Coefficient of variation of monthly own revenue", "月度自筹收入变异系数"))
    fundraising_hours: float = quantity(4, 1, 10, "h per 1,000 yuan", A, ("Fundraising hours", "每千元自筹所需工时"), ("Fundraising hours for planned own revenue", "每千元自筹计划所需筹资工时"))
    start_balance_months: float = quantity(2, 0, 6, "months", A, ("Starting balance", "初始结余"), ("Balance at the start, in months of budget", "初始结余（月预算数）"))
    revenue_memory_months: float = quantity(12, 6, 24, "months", A, ("Memory of revenue", "收入的记忆时长"), ("Memory of the revenue by which dependence is judged", "判断依赖度的收入记忆"), allowed=(1, 120))
    arrears_memory_months: float = quantity(1 / 0.3, 1, 12, "months", A, ("Memory of arrears", "欠薪的记忆时长"), ("Memory of unpaid wages (weight 0.3 a month)", "欠薪的记忆（每月权重 0.3）"), allowed=(1, 120))
    insurance_rate: float = quantity(0.28, 0.2, 0.4, "share", assumption("statutory employer rates in Jiangsu are near it", "与江苏法定单位缴费比例相近"), ("Insurance rate", "五险一金单位费率"), ("Employer's cost of full social insurance and housing fund", "五险一金全额缴纳的单位费率"))
    certificate_step: float = quantity(0.1, 0, 0.3, "share", A, ("Pay step per certificate", "每级证书的加薪比例"), ("Rise in pay per certificate level on a full ladder", "晋升完全开放时每级证书的加薪比例"))

    _staff = SECTION
    trained_share: float = quantity(0.3551, 0.27, 0.45, "share", paper("三(二): 35.51 % (n = 107 fits: +-.09)", "三(二)：35.51%（与 n = 107 相符：±0.09）"), ("Trained staff", "社工专业出身占比"), ("Initial staff trained in social work", "初始人员中社工专业占比"))
    competence_trained: float = quantity(0.55, 0.45, 0.65, "share", A, ("Competence of the trained", "专业出身新人的能力"), ("Mean competence of trained new staff", "专业出身新人的平均能力"))
    competence_untrained: float = quantity(0.33, 0.23, 0.43, "share", A, ("Competence of the untrained", "非专业出身新人的能力"), ("Mean competence of untrained new staff", "非专业出身新人的平均能力"))
    competence_sd: float = quantity(0.12, 0.06, 0.18, "share", A, ("Spread of competence", "能力的标准差"), ("Spread of competence", "能力的标准差"), allowed=(0.001, 1))
    trained_assistant: float = quantity(0.40, 0.2, 0.6, "share", A, ("Trained: assistants", "专业出身新人持助理证占比"), ("Trained new staff certified as assistants", "专业出身新人持助理证占比"))
    trained_social_worker: float = quantity(0.14, 0.05, 0.25, "share", A, ("Trained: social workers", "专业出身新人持社工师证占比"), ("Trained new staff certified as social workers", "专业出身新人持社工师证占比"))
    trained_senior: float = quantity(0.01, 0, 0.03, "share", A, ("Trained: seniors", "专业出身新人持高级证占比"), ("Trained new staff certified as seniors", "专业出身新人持高级证占比"))
    untrained_assistant: float = quantity(0.18, 0.05, 0.3, "share", A, ("Untrained: assistants", "非专业出身新人持助理证占比"), ("Untrained new staff certified as assistants", "非专业出身新人持助理证占比"))
    untrained_social_worker: float = quantity(0.02, 0, 0.06, "share", A, ("Untrained: social workers", "非专业出身新人持社工师证占比"), ("Untrained new staff certified as social workers", "非专业出身新人持社工师证占比"))
    untrained_senior: float = quantity(0, 0, 0.01, "share", A, ("Untrained: seniors", "非专业出身新人持高级证占比"), ("Untrained new staff certified as seniors", "非专业出身新人持高级证占比"))
    initial_burnout: float = quantity(0.4, 0.2, 0.6, "share", assumption("prevalence 20-50 % (meta-analysis, n = 16,962)", "检出率 20–50%（元分析，n = 16,962）"), ("Initial burnout", "初始人员倦怠"), ("Burnout of initial staff", "初始人员倦怠"))
    initial_conflict: float = quantity(0.5, 0.3, 0.7, "share", A, ("Initial role conflict", "初始角色冲突"), ("Role conflict of new and initial staff; reference of stay_conflict", "初始与新进人员角色冲突；留任参照值"))
    initial_tenure_days: float = quantity(1095, 365, 1825, "days", A, ("Longest initial tenure", "初始人员最长在岗天数"), ("Longest tenure of initial staff (uniform)", "初始人员最长在岗天数（均匀分布）"))
    training_gain: float = quantity(0.0025, 0.001, 0.005, "per h at quality 1", literature("a course gives 0.1-0.6 SD (Arthur et al. 2003)", "一门课程提升 0.1–0.6 个标准差（Arthur et al. 2003）"), ("Gain from training", "每小时培训的能力增益"), ("Competence gained per hour of training", "每小时培训的能力增益"), allowed=(0, 0.1))
    practice_gain: float = quantity(0.0004, 0.0001, 0.001, "per h", literature("9-18 months to proficiency in complex work", "复杂工作需 9–18 个月才熟练"), ("Gain from practice", "每服务工时的能力增益"), ("Competence gained per service hour", "每服务工时的能力增益"), allowed=(0, 0.01))
    competence_decay: float = quantity(0.004, 0.001, 0.01, "per month", literature("skills decay without use, d = 1.4 after a year (Arthur et al. 1998)", "技能不用则退，一年后 d = 1.4（Arthur et al. 1998）"), ("Decay of competence", "能力每月衰减"), ("Competence lost per month", "能力每月衰减"), allowed=(0, 1))
    partner_learning: float = quantity(0.02, 0, 0.05, "per month", A, ("Learning from partners", "向伙伴站学习的速度"), ("How fast competence follows that of partner stations", "向伙伴站学习的速度"), allowed=(0, 1))
    exam_month: float = quantity(6, 1, 12, "month of the year", law("national examination calendar", "全国考试日历"), ("Exam month", "资格考试月份"), ("Month of the examination", "资格考试月份"), allowed=(1, 12), whole=True, by_town=False)
    exam_attempt: float = quantity(0.3, 0.1, 0.6, "chance", A, ("Sitting the exam", "每年报考概率"), ("Chance to sit the yearly exam without a bonus", "无奖励时每年报考概率"))
    exam_attempt_bonus: float = quantity(0.3, 0, 0.6, "chance", A, ("Bonus on sitting the exam", "奖励增加的报考概率"), ("Added chance with a full bonus", "足额奖励增加的报考概率"))
    exam_bonus_full: float = quantity(5000, 1000, 10000, "yuan", A, ("Bonus of full effect", "奖励效应封顶额"), ("Bonus beyond which there is no added effect", "奖励效应封顶额"), allowed=(1, 100000))
    exam_assistant_base: float = quantity(0.1, 0, 0.3, "chance", A, ("Passing to assistant", "通过助理考试的基准概率"), ("Chance to pass to assistant without competence", "能力为零时通过助理考试概率"))
    exam_assistant_competence: float = quantity(0.4, 0.1, 0.7, "chance", A, ("Competence on passing to assistant", "能力对通过助理考试的影响"), ("Added chance at full competence", "能力满值时增加的概率"))
    exam_social_worker_base: float = quantity(0.05, 0, 0.2, "chance", A, ("Passing to social worker", "通过社工师考试的基准概率"), ("Chance to pass to social worker without competence", "能力为零时通过社工师考试概率"))
    exam_social_worker_competence: float = quantity(0.25, 0.1, 0.5, "chance", A, ("Competence on passing to social worker", "能力对通过社工师考试的影响"), ("Added chance at full competence", "能力满值时增加的概率"))
    exam_senior_competence: float = quantity(0.02, 0, 0.1, "chance", A, ("Competence on passing to senior", "能力对通过高级考试的影响"), ("Chance to pass to senior at full competence", "能力满值时通过高级考试概率"))
    exam_gain: float = quantity(0.03, 0, 0.1, "share", A, ("Gain from passing", "通过考试的能力增益"), ("Competence gained by passing", "通过考试的能力增益"))
    stay_base: float = quantity(1.3134, -1, 4, "logit", CALIBRATED, ("Base of staying", "留任意愿的基准对数几率"), ("Log odds of meaning to stay, at reference", "参照条件下留任意愿的对数几率"), allowed=(-10, 10))
    stay_pay: float = quantity(2, 1, 6, "logit per log pay", literature("quits fall 20-30 % with 10 % more pay (EPI review)", "工资每高 10%，离职减少 20–30%（EPI 综述）"), ("Pay on staying", "相对薪酬对留任的影响"), ("Effect of pay against outside pay on staying", "相对薪酬对留任的影响"))
    stay_benefits: float = quantity(0.6, 0, 1.2, "logit per unit", A, ("Benefits on staying", "五险一金对留任的影响"), ("Effect of insurance and housing fund on staying", "五险一金对留任的影响"))
    benefits_reference: float = quantity(0.5, 0, 1, "share", A, ("Reference benefits", "参照福利水平"), ("Benefits at which stay_base holds", "留任参照福利水平"))
    stay_promotion: float = quantity(0.8, 0.2, 1.6, "logit per unit", literature("the more content with their careers, the fewer mean to leave (Sun & Zhou 2019, China); size assumed", "对职业发展越满意，离职意愿越低（Sun & Zhou 2019，中国）；影响大小为假设"), ("Promotion on staying", "晋升通道对留任的影响"), ("Effect of a promotion ladder on staying", "晋升通道对留任的影响"))
    promotion_reference: float = quantity(0.1, 0, 0.5, "share", A, ("Reference promotion", "参照晋升开放度"), ("Promotion at which stay_base holds", "留任参照晋升开放度"))
    stay_training: float = quantity(0.04, 0, 0.1, "logit per h a month at quality 1", A, ("Training on staying", "培训对留任的影响"), ("Effect of training (hours times quality) on staying", "培训（时数乘质量）对留任的影响"), allowed=(0, 1))
    training_reference: float = quantity(1.2, 0.5, 4, "h a month at quality 1", A, ("Reference training", "参照培训水平"), ("Training (hours times quality) at which stay_base holds", "留任参照培训水平（时数乘质量）"))
    stay_conflict: float = quantity(2.5, 1, 4, "logit per unit", literature("autonomy counts more than pay (Qin et al. 2022)", "自主比工资更重要（Qin et al. 2022）"), ("Role conflict on staying", "角色冲突对留任的影响"), ("Effect of role conflict on staying", "角色冲突对留任的影响"))
    stay_trained_sensitivity: float = quantity(1.3, 1, 2, "ratio", A, ("Sensitivity of trained staff", "专业人员对角色冲突的敏感倍数"), ("How much more role conflict drives trained staff", "专业人员对角色冲突的敏感倍数"))
    stay_burnout: float = quantity(3, 1, 5, "logit per unit", literature("r = .44, i.e. .89 logit per SD (Mor Barak et al. 2001)", "r = 0.44，即每标准差 0.89 对数几率（Mor Barak et al. 2001）"), ("Burnout on staying", "倦怠对留任的影响"), ("Effect of burnout on staying", "倦怠对留任的影响"))
    stay_arrears: float = quantity(1.5, 0.5, 3, "logit per unit", A, ("Arrears on staying", "欠薪对留任的影响"), ("Effect of unpaid wages on staying", "欠薪对留任的影响"))
    stay_recognition: float = quantity(1, 0, 2, "logit per unit", A, ("Recognition on staying", "居民信任对留任的影响"), ("Effect of residents' trust on staying", "居民信任对留任的影响"))
    recognition_reference: float = quantity(0.45, 0.3, 0.6, "share", A, ("Reference recognition", "参照居民信任"), ("Trust at which stay_base holds", "留任参照信任水平"))
    outside_wage: float = quantity(4500, 3500, 6000, "yuan per month", A, ("Outside wage", "外部工资"), ("What other jobs pay", "外部工资"), allowed=(500, 50000))
    quit_floor: float = quantity(0.05, 0.02, 0.1, "chance per year", literature("with quit_span, 20 % at a staying share of .41 (Shenzhen 19.8 % in 2013); how the two share it is assumed", "与 quit_span 合计：留任占比 0.41 时为 20%（深圳 2013 年 19.8%）；二者如何分担为假设"), ("Quits of those who mean to stay", "有意留任者的年离职率"), ("Yearly quits of those who mean to stay", "有意留任者的年离职率"), allowed=(0, 1))
    quit_span: float = quantity(0.255, 0.15, 0.5, "chance per year", literature("20 % at a staying share of .41; Shenzhen 22.2 % in 2014", "留任占比 0.41 时为 20%；深圳 2014 年 22.2%"), ("Added quits of those who do not", "无意留任者增加的年离职率"), ("Added yearly quits of those who do not", "无意留任者增加的年离职率"), allowed=(0, 1))
    hire_rate: float = quantity(0.25, 0.1, 0.5, "chance per month", A, ("Hire rate", "空岗每月补员概率"), ("Chance that a vacancy fills, at the pay of 2024", "按 2024 年薪酬，空岗每月补员概率"))
    hire_pay_reference: float = quantity(0.556, 0.4, 0.8, "ratio", paper("三(二): 2,500 of an outside wage of 4,500 yuan", "三(二)：2,500 元，外部工资 4,500 元", VALUE_ASSUMED), ("Reference pay for hiring", "补员的参照相对薪酬"), ("Pay against outside pay at which hire_rate holds", "补员概率参照的相对薪酬"), allowed=(0.01, 10))
    hire_trained_base: float = quantity(0.28, -1, 1.5, "logit", arithmetic(".3551 at a pay ratio of .556", "相对薪酬 0.556 时为 0.3551"), ("Base of hiring trained staff", "招到专业人员的基准对数几率"), ("Log odds that a hire is trained, at outside pay", "薪酬与外部持平时新人为专业出身的对数几率"), allowed=(-10, 10))
    hire_trained_pay: float = quantity(1.5, 0.5, 3, "logit per log pay", A, ("Pay on hiring trained staff", "薪酬对招到专业人员的影响"), ("Effect of pay on hiring trained staff", "薪酬对招到专业人员的影响"))
    hire_burnout: float = quantity(0.2, 0, 0.4, "share", A, ("Burnout of a hire", "新进人员倦怠"), ("Burnout of a new hire", "新进人员倦怠"))
    strong_threshold: float = quantity(0.5893, 0.4, 0.8, "share", CALIBRATED, ("Threshold of strong", "半数人自评较强的能力值"), ("Competence at which half rate their own ability as strong", "半数人自评能力较强的能力值"))
    strong_slope: float = quantity(1.702, 1, 3, "logit per SD", arithmetic("logistic approximation to the normal", "正态分布的逻辑斯谛近似"), ("Slope of strong", "自评能力曲线的斜率"), ("Steepness of that", "上述曲线斜率"))

    _alliances = SECTION
    initial_awareness: float = quantity(0.1, 0, 0.3, "share", A, ("Initial awareness", "初始干部知晓度"), ("Cadres who understand social work at the start", "初始干部知晓度"))
    initial_goodwill: float = quantity(0.6, 0.3, 0.9, "share", A, ("Initial goodwill", "初始街镇认可度"), ("Goodwill of a town office to its station at the start", "初始街镇认可度"))
    initial_reputation: float = quantity(0.5, 0.3, 0.7, "share", A, ("Initial reputation", "初始站点声誉"), ("Reputation of a station at the start", "初始站点声誉"))
    link_rate: float = quantity(0.15, 0.05, 0.3, "chance per month", A, ("Link rate", "两站结盟概率"), ("Chance that two stations ally, at full support", "全力支持时两站结盟概率"), by_town=False)
    link_load_floor: float = quantity(0.5, 0.2, 0.8, "share", A, ("Links at equal loads", "负荷相同时的结盟基数"), ("That chance for equal loads, against a difference of one half", "负荷相同时的结盟基数"), by_town=False)
    unlink_rate: float = quantity(0.1, 0.02, 0.3, "chance per month", A, ("Unlink rate", "联盟解散概率"), ("Chance that a link ends without support", "无支持时联盟解散概率"), by_town=False)
    link_hours: float = quantity(4, 2, 8, "h per link, station and month", assumption("1-2 h per partner and month, doubled for the preparation of both ends", "每伙伴每月 1–2 小时，计入双方准备而加倍"), ("Link hours", "每个联盟的协调工时"), ("Coordination hours of a link", "每个联盟的协调工时"))
    awareness_decay: float = quantity(0.01, 0, 0.05, "per month", A, ("Decay of awareness", "干部知晓度衰减"), ("Awareness lost as cadres move on", "干部轮换造成的知晓度衰减"), allowed=(0, 1))
    goodwill_recovery: float = quantity(0.02, 0.005, 0.05, "per month", A, ("Recovery of goodwill", "认可度恢复速度"), ("How fast goodwill recovers", "认可度恢复速度"), allowed=(0, 1))
    reputation_step: float = quantity(0.1, 0.02, 0.3, "per month", A, ("Reputation step", "声誉随业绩变化的速度"), ("How fast reputation follows the record", "声誉随业绩变化的速度"), allowed=(0, 1))
    reputation_trust_reference: float = quantity(0.5, 0.3, 0.7, "share", A, ("Trust for full reputation", "信任满分参照值"), ("Trust that counts as full marks", "信任满分参照值"), allowed=(0.01, 1))
    reception_fame: float = quantity(0.005, 0, 0.02, "per visit", A, ("Reputation by a visit", "每次参访带来的声誉"), ("Reputation gained with a visit", "每次参访带来的声誉"), allowed=(0, 1))

    _residents = SECTION
    initial_trust_mean: float = quantity(0.45, 0.3, 0.6, "share", A, ("Initial trust", "初始平均信任"), ("Mean trust at the start", "初始平均信任"))
    initial_trust_sd: float = quantity(0.15, 0.05, 0.25, "share", A, ("Spread of initial trust", "初始信任标准差"), ("Spread of trust", "信任标准差"))
    initial_aware: float = quantity(0.30, 0.2, 0.6, "share", literature("three in ten (Dongguan 2011); 57-75 % elsewhere", "十人中三人（东莞 2011）；他处 57–75%"), ("Initially aware residents", "初始知晓社工站的居民占比"), ("Residents who know of the station at the start", "初始知晓社工站的居民占比"))
    initial_outreach: float = quantity(2, 0, 6, "h per 1,000 residents and month", A, ("Initial outreach", "初始外展强度"), ("Outreach at the start", "初始外展强度"))
    outreach_memory_months: float = quantity(3, 1, 6, "months", A, ("Memory of outreach", "外展的记忆时长"), ("Memory of outreach", "外展的记忆时长"), allowed=(1, 60))
    grid_strength_cv: float = quantity(0.3, 0, 0.6, "ratio", A, ("Variation of grid strength", "网格强度变异系数"), ("Spread of grid strength between communities", "社区间网格强度变异系数"))
    town_concentration: float = quantity(8, 2, 50, "Dirichlet", A, ("Evenness of communities", "镇内社区规模均匀度"), ("Evenness of community sizes within a town", "镇内社区规模均匀度（狄利克雷参数）"), allowed=(1, 10000), whole=True)
    join_base: float = quantity(0.1, 0.05, 0.2, "chance per month", paper("三(三): participation low", "三(三)：参与度低", VALUE_ASSUMED), ("Joining an activity", "参加当月活动的概率"), ("Chance to join the month's activity at trust 0.5", "信任 0.5 时参加当月活动的概率"))
    join_trust: float = quantity(0.3, 0, 0.6, "chance per unit", A, ("Trust on joining", "信任对参与的影响"), ("Effect of trust on joining", "信任对参与的影响"))
    join_outreach: float = quantity(0.002, 0, 0.01, "chance per h per 1,000 residents and month", A, ("Outreach on joining", "外展对参与的影响"), ("Effect of outreach on joining", "外展对参与的影响"))
    join_least: float = quantity(0.01, 0, 0.05, "chance", A, ("Lowest chance to join", "最低参与概率"), ("Lowest chance to join", "最低参与概率"))
    join_most: float = quantity(0.9, 0.5, 1, "chance", A, ("Highest chance to join", "最高参与概率"), ("Highest chance to join", "最高参与概率"))
    activity_half_outreach: float = quantity(2, 1, 6, "h per 1,000 residents and month", A, ("Outreach for half substance", "活动半数有实质内容所需外展强度"), ("Outreach at which half of an activity is more than form", "活动一半有实质内容所需外展强度"), allowed=(0.01, 100))
    activity_gain: float = quantity(0.04, 0, 0.1, "share", A, ("Trust gained in an activity", "活动带来的信任增益"), ("Trust gained in an activity of substance", "有实质活动带来的信任增益"))
    activity_loss: float = quantity(0.02, 0, 0.1, "share", paper("三(三): formal activities", "三(三)：活动流于形式", VALUE_ASSUMED), ("Trust lost in a formal activity", "形式化活动造成的信任损失"), ("Trust lost in a formal activity", "形式化活动造成的信任损失"))
    trust_neighbours: float = quantity(0.02, 0, 0.1, "per month", A, ("Pull of the community's trust", "信任趋向社区均值的速度"), ("How fast trust follows the community's mean", "信任趋向社区均值的速度"), allowed=(0, 0.5))
    trust_return: float = quantity(0.02, 0, 0.1, "per month", A, ("Return of trust", "信任回归自身水平的速度"), ("How fast trust returns to the resident's own level", "信任回归自身水平的速度"), allowed=(0, 0.5))
    aware_outreach: float = quantity(0.003, 0, 0.01, "per h per 1,000 residents and month", A, ("Awareness by outreach", "外展使居民知晓的速率"), ("How outreach makes residents aware", "外展使居民知晓的速率"))
    aware_served: float = quantity(0.02, 0, 0.05, "chance per month", A, ("Awareness by word of mouth", "本社区有人受助时获知的概率"), ("Chance to hear of the station where someone was served", "本社区有人受助时获知的概率"))
    aware_loss: float = quantity(0.01, 0, 0.05, "chance per month", A, ("Forgetting", "遗忘概率"), ("Chance to forget the station", "遗忘概率"))
    volunteer_adults: float = quantity(0.3, 0.1, 0.4, "share", literature("30 % of those 18-69 volunteer (China 2021)", "18–69 岁者 30% 参与志愿服务（中国 2021）"), ("Volunteering residents", "参与志愿服务的居民占比"), ("Residents who volunteer at all", "参与志愿服务的居民占比"))
    volunteer_yield: float = quantity(0.1, 0.02, 0.3, "share", A, ("Volunteers for the station", "志愿者中协助社工站的比例"), ("Share of them who help the station, per unit of participation", "其中协助社工站的比例"))

    _costs = SECTION
    cost_training_hour: float = quantity(60, 20, 200, "yuan per h", A, ("Cost of training", "每小时培训成本"), ("Cost of an hour of training", "每小时培训成本"))
    cost_inspection: float = quantity(500, 100, 2000, "yuan", A, ("Cost of an inspection", "单次督查成本"), ("Cost of an inspection", "单次督查成本"))
    cost_cadre_year: float = quantity(800, 200, 3000, "yuan per cadre and year", A, ("Cost of training a cadre", "干部培训成本"), ("Cost of training a cadre", "干部培训成本"))
    cadres_per_town: float = quantity(20, 5, 60, "cadres", A, ("Cadres per town", "每镇干部人数"), ("Cadres of a town office", "每镇干部人数"))
    cost_platform: float = quantity(3000, 500, 10000, "yuan per station and month", A, ("Cost of a platform", "完备平台成本"), ("Cost of a full platform", "完备平台成本"))
    cost_link: float = quantity(300, 0, 1000, "yuan per link and month", A, ("Cost of a link", "每个联盟的成本"), ("Cost of a link", "联盟成本"))
    cost_alliance_city: float = quantity(2000, 0, 10000, "yuan per city and month", A, ("Cost of alliance support", "联盟支持成本"), ("Cost of full alliance support", "联盟支持成本"), by_town=False)


class Levers:
    """The levers of policy, by station if wished. Same form as the parameters."""

    administrative_burden: float = quantity(1, 0, 3, "multiplier", paper("三(一)"), ("Administrative burden", "行政负担"), ("Multiplier on tasks and secondments", "任务与借调的倍数"), allowed=(0, 3))
    publicity_emphasis: float = quantity(1, 0, 3, "multiplier", paper("三(一)"), ("Publicity emphasis", "宣传强度"), ("Multiplier on receptions", "接待参访任务的倍数"), allowed=(0, 3))
    funding_dependence: float = quantity(1, 0, 1, "share", paper("三(三): wholly", "三(三)：完全依赖"), ("Funding dependence", "资金依赖"), ("Government share of the planned budget", "政府资金在预算中的占比"))
    pay: float = quantity(2500, 2000, 8000, "yuan per month", paper("三(二): 2,000-3,000", "三(二)：2,000–3,000"), ("Pay", "基本工资"), ("Base pay", "基本月薪，不含证书级差与福利"), allowed=(2000, 8000))
    boundary_clarity: float = quantity(0.2, 0, 1, "share", paper("三(一), 四(一)", "三(一)、四(一)", VALUE_ASSUMED), ("Boundary clarity", "边界清晰度"), ("How far the contract defines what may be asked", "合同对可交办事项的界定程度"))
    supervision: float = quantity(0, 0, 1, "chance per month", paper("四(一)"), ("Supervision", "督查"), ("Chance per month that staffing and practice are inspected", "每月检查人员配备与实务的概率"), allowed=(0, 1))
    cadre_training: float = quantity(0, 0, 1, "share per year", paper("四(一)"), ("Cadre training", "干部培训"), ("Share of town cadres trained a year", "每年接受社工知识培训的干部占比"), allowed=(0, 1))
    benefits: float = quantity(0.5, 0, 1, "share", paper("四(二)", "四(二)", VALUE_ASSUMED), ("Benefits", "福利"), ("Share of social insurance and housing fund paid", "五险一金的缴纳比例"))
    training_hours: float = quantity(4, 0, 24, "h per worker and month", assumption("England: 3.1 h a month", "英格兰为每月 3.1 小时"), ("Training hours", "培训时长"), ("Training", "每名社工每月受训小时数"), allowed=(0, 24))
    training_quality: float = quantity(0.3, 0, 1, "share", paper("三(二): of uneven quality", "三(二)：质量参差不齐", VALUE_ASSUMED), ("Training quality", "培训质量"), ("Quality of training, raised by evaluating it", "培训的效果，经效果评估提升"))
    exam_bonus: float = quantity(0, 0, 10000, "yuan", paper("四(二)"), ("Exam bonus", "考证奖励"), ("Bonus per exam passed", "每通过一次职业资格考试的奖金"), allowed=(0, 10000))
    promotion: float = quantity(0.1, 0, 1, "share", paper("三(二): few and hard", "三(二)：机会少且难", VALUE_ASSUMED), ("Promotion", "晋升开放度"), ("Openness of the ladder; pay steps by certificate scale with it", "晋升通道的开放程度，证书工资级差随之变化"))
    payment_delay: float = quantity(2.5, 1, 12, "months", literature("Dongguan paid after 2-3 months", "东莞在 2–3 个月后拨付"), ("Payment delay", "拨款延迟"), ("Mean months until government pays what is due, the month of falling due counted, at reference goodwill", "认可度为参照值时，政府拨付应付款项平均所需月数（含到期当月）"), allowed=(1, 12))
    service_standards: float = quantity(0.2, 0, 1, "share", paper("三(一): none complete", "三(一)：均不完整", VALUE_ASSUMED), ("Service standards", "服务标准"), ("Evaluation by practice rather than by paper", "按实务而非文书评估的程度"))
    fundraising_support: float = quantity(0, 0, 1, "share", paper("四(二)"), ("Fundraising support", "筹资支持"), ("Help to reach other funders", "协助站点争取政府以外的资金"))
    alliance_support: float = quantity(0, 0, 1, "share", paper("四(三)"), ("Alliance support", "联盟支持"), ("Help to form alliances", "协助站点之间结成联盟"))
    information_platform: float = quantity(0.3, 0, 1, "share", paper("二(二), 三(三)", "二(二)、三(三)", VALUE_ASSUMED), ("Information platform", "信息平台"), ("Sharing inside and between stations", "站内与站际信息共享的程度"))


class Posts:
    """The posts of a station by month: no lever of the paper's, and what they set out from is each town's own number."""

    posts: float = quantity(0, 0, MOST_POSTS, "posts", assumption("the number of each town is its file's", "各镇数量以城市文件为准"), ("Posts", "岗位"), ("Posts of the station, filled or not", "社工站岗位数（含空缺）"), allowed=(0, MOST_POSTS), whole=True)


def _declared(owner: type, section: str) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for name, value in vars(owner).items():
        if value is SECTION:
            section = name[1:]
        elif not name.startswith("_"):
            default, low, high, unit, source, label, meaning, least, most, *kinds = value
            numbers = float(default), float(low), float(high)
            found[name] = Quantity(
                name, *numbers, unit, source, label, meaning, section, float(least), float(most), *kinds
            )
    return found


def nearest(value: Any) -> Any:
    """The whole number next to a number (or to each of an array), the higher one from a half on."""
    return np.floor(value + 0.5)


PARAMETERS: dict[str, Quantity] = _declared(Parameters, "government")
LEVERS: dict[str, Quantity] = _declared(Levers, "levers")
POSTS: dict[str, Quantity] = _declared(Posts, "posts")
BY_STATION: dict[str, Quantity] = {**LEVERS, **POSTS}
"""What may change by month and station."""
SWITCHES: dict[str, Switch] = {
    name: Switch(name, *value) for name, value in vars(Structure).items() if not name.startswith("_")
}


def table(quantities: Mapping[str, Quantity], shape: tuple[int, ...]) -> np.recarray:
    """A record array with one float64 field per quantity, filled with the defaults; that of the parameters holds the
    switches of the structure, too, as int64."""
    switches = SWITCHES if quantities is PARAMETERS else ()
    dtype = np.dtype([*((name, np.float64) for name in quantities), *((name, np.int64) for name in switches)])
    rows = np.zeros(shape, dtype)
    for name, quantity in quantities.items():
        rows[name] = quantity.default
    return cast(np.recarray, rows.view(np.recarray))
