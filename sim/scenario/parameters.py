"""Every parameter and every lever of the model, declared once.

From these declarations come validation, `stations explain parameters|levers`, the tables in `scenarios/README.md`,
and the ranges for sensitivity analysis, priors and sliders. In the compiled code a set of parameters is one record of
float64, so that a rule reads ``p.task_hours``.

Sources: "paper" names a section of Zhang, Kan & Wang (doi 10.70693/rwsk.v1i8.1271); "assumption" says that there is no
evidence and that the range is a guess; "calibrated" says that the value was fitted to patterns P1-P4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from sim.scenario.sources import CHINESE

A = "assumption"
CALIBRATED = "calibrated on P1-P4 (benchmarks/calibrate.py); no direct evidence"


@dataclass(frozen=True)
class Quantity:
    """One parameter or lever. `low` and `high` are its plausible range, `least` and `most` what is allowed at all.

    is_whole: it counts something, so that only whole numbers are allowed.
    """

    name: str
    default: float
    low: float
    high: float
    unit: str
    source: str
    en: str
    zh: str
    section: str
    least: float
    most: float
    is_whole: bool = False

    @property
    def is_assumption(self) -> bool:
        return self.source.startswith("assumption")

    def allows(self, value: float) -> bool:
        return self.least <= value <= self.most and (not self.is_whole or value == int(value))

    def meaning(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def source_in(self, language: str) -> str:
        return CHINESE[self.source] if language == "zh" else self.source


def quantity(
    default: float,
    low: float,
    high: float,
    unit: str,
    source: str,
    en: str,
    zh: str,
    *,
    allowed: tuple[float, float] | None = None,
    whole: bool = False,
) -> Any:
    """Declare one. What is allowed defaults to the plausible range stretched: chances and shares to 0-1, others to
    0 and three times the upper end. Where the model counts with it, `whole`: of two values in between, such as 7.2 and
    7.8 needs, both would act as the same number. Returns Any so that type checkers read the class below as plain floats."""
    if allowed is None:
        allowed = (0.0, 1.0) if unit in {"share", "chance"} else (min(0.0, round(3 * low, 12)), round(3 * high, 12))
    return (default, low, high, unit, source, en, zh, *allowed, whole)


SECTION: Any = object()
"""Marks where a section begins in the class below: ``_needs = SECTION``."""

SECTIONS = {
    "government": ("Government", "政府"),
    "needs": ("Needs and detection", "需求与发现"),
    "dispatch": ("Guidance centre", "指导中心"),
    "intake": ("Intake and deadlines", "接案与时限"),
    "work": ("A worker's day", "社工的一天"),
    "outcomes": ("Closing and trust", "结案与信任"),
    "finance": ("Finance", "财务"),
    "staff": ("Staff", "人员"),
    "alliances": ("Alliances and offices", "联盟与街镇"),
    "residents": ("Residents", "居民"),
    "costs": ("Costs", "成本"),
}


@dataclass(frozen=True)
class Switch:
    """A part of the structure that can be read in two ways: `on` says what then holds instead of `off`."""

    name: str
    on_en: str
    on_zh: str
    off_en: str
    off_zh: str

    def meaning(self, language: str, is_on: bool = True) -> str:
        return ((self.off_en, self.on_en), (self.off_zh, self.on_zh))[language == "zh"][is_on]


def switch(on_en: str, on_zh: str, off_en: str, off_zh: str) -> Any:
    """Declare one. Returns Any so that type checkers read the class below as plain booleans."""
    return (on_en, on_zh, off_en, off_zh)


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
    """The parameters of the model; each line: default, plausible low and high, unit, source, English, Chinese."""

    _government = SECTION
    contract_task_rate: float = quantity(0.15, 0.05, 0.3, "tasks per post and workday", A, "Administrative tasks that the contract provides for", "合同内行政任务发生率", allowed=(0, 1.6))
    offcontract_task_rate: float = quantity(0.85, 0.4, 1.6, "tasks per post and workday", "assumption; kept at its start value, since no figure of the paper fixes it (P6 is a bound)", "Tasks outside the contract that the town office hands down", "街镇交办的合同外任务发生率", allowed=(0, 1.6))
    task_hours: float = quantity(4, 2, 8, "h", A, "Mean hours of a task (gamma, shape 2)", "单项任务平均工时（伽马分布，形状参数 2）", allowed=(0.1, 40))
    awareness_restraint: float = quantity(0.5, 0, 1, "share", A, "Cut in off-contract tasks and secondments when all cadres understand social work", "干部完全了解社会工作时，合同外任务与借调的降幅")
    inspection_restraint: float = quantity(0.5, 0, 1, "share", A, "Cut in off-contract tasks and secondments while an office is restrained after an inspection", "督查后受约束期间，合同外任务与借调的降幅")
    restraint_months: float = quantity(6, 1, 12, "months", A, "How long an office is restrained after secondments were found", "查出借调后街镇受约束的时长", allowed=(0, 60), whole=True)
    supervision_hours: float = quantity(4, 1, 8, "h", A, "Station hours an inspection costs", "一次督查占用站点工时")
    refusal_goodwill_loss: float = quantity(0.0008, 0, 0.005, "share per refusal", A, "Goodwill lost with each refused task", "每次拒绝任务造成的好感损失", allowed=(0, 1))
    lapse_goodwill_loss: float = quantity(0.002, 0, 0.01, "per lapsed task", A, "Goodwill lost with each task that lapses undone", "每项逾期未办任务造成的好感损失", allowed=(0, 1))
    clarity_goodwill_shield: float = quantity(0.75, 0, 1, "share", A, "How far a clear contract shields goodwill from refusals and lapses", "边界清晰对好感的保护程度")
    awareness_goodwill_shield: float = quantity(0.5, 0, 1, "share", A, "How far aware cadres forgive a refusal", "了解社工的干部对拒绝的谅解程度")
    lapse_backlog_hours: float = quantity(24, 8, 80, "h per post", A, "Administrative backlog above which tasks lapse", "行政积压超过此值的任务作废")
    voice_half_links: float = quantity(6, 2, 20, "links", "assumption; form after Emerson 1962: alternatives weaken dependence", "Alliance links that give a station half a voice", "使站点获得一半话语权的联盟数", allowed=(0.1, 100))
    reception_rate: float = quantity(0.7, 0.1, 2, "visits per month", A, "Visits announced to a station of reputation 0.5 at publicity 1", "声誉 0.5、宣传强度 1 时每月接待参访次数")
    reception_fame_floor: float = quantity(0.5, 0, 1, "share", A, "Visits to a station without reputation, against one of reputation 0.5", "无声誉站点的参访基数")
    preparation_median_days: float = quantity(1, 0.5, 2, "workdays", "paper 三(一): whole days; longest almost a week", "Median preparation of a visit (lognormal)", "接待准备天数中位数（对数正态）")
    preparation_sigma: float = quantity(0.8, 0.3, 1.2, "log days", A, "Spread of preparation (standard deviation of the logarithm)", "接待准备天数的离散度（对数标准差）")
    preparation_cap_days: float = quantity(5, 3, 7, "workdays", "paper 三(一): longest almost a week", "Longest preparation", "最长准备天数", whole=True)
    hosting_two_days_chance: float = quantity(0.5, 0, 1, "chance", "paper 三(一): one day or two", "Chance that hosting takes two days rather than one", "接待持续两天（而非一天）的概率")
    reception_day_share: float = quantity(0.6, 0.3, 1, "share", A, "Share of the day that present workers give on a reception day", "接待日在岗社工投入的时间占比")
    secondment_rate: float = quantity(0.08, 0.02, 0.2, "per worker and month", A, "Secondments of a present worker", "在岗社工每月被借调的频率")
    secondment_least_days: float = quantity(20, 5, 60, "days", A, "Shortest secondment", "借调最短天数", whole=True)
    secondment_spread_days: float = quantity(40, 0, 120, "days", A, "Longest less shortest secondment", "借调最长与最短天数之差", whole=True)

    handover_after_days: float = quantity(14, 7, 60, "days", A, "Calendar days away, the first counted, after which a lent-out worker's services go back to the station", "被借调社工离岗满此天数（含首日）后，其服务交回站点", allowed=(1, 1000), whole=True)

    _needs = SECTION
    need_lookback_days: float = quantity(365, 180, 730, "days", A, "How long before the start needs already arose", "模拟开始前需求回溯天数")
    case_hours_mean: float = quantity(20, 10, 40, "h", "literature: 10-20 h a case (recalled from Guangdong practice), with travel and records up to 40", "Mean hours of a case at productivity 1", "效率为 1 时个案平均工时")
    case_hours_cv: float = quantity(0.5, 0.2, 1, "ratio", A, "Coefficient of variation of case hours", "个案工时变异系数")
    group_hours_base: float = quantity(16, 8, 24, "h", "assumption; with 8 members a group takes 40 h (literature: 6-8 sessions with preparation and two workers, 24-60 h)", "Hours of a group project at productivity 1, whatever its size", "效率为 1 时小组项目的固定工时", allowed=(1, 400))
    group_hours_member: float = quantity(3, 2, 4.5, "h per member", "assumption; with 8 members a group takes 40 h (literature: 6-8 sessions with preparation and two workers, 24-60 h)", "Hours that each member adds", "每名组员增加的工时", allowed=(0, 40))
    grid_hazard: float = quantity(0.0003575, 0.0001, 0.002, "per day", CALIBRATED, "Hazard that the grid detects a hidden need", "网格发现隐性需求的风险率")
    self_hazard: float = quantity(0.001783, 0.0005, 0.01, "per day", CALIBRATED, "Hazard that an aware and fully trusting resident asks for help", "知晓且完全信任的居民主动求助的风险率")
    outreach_hazard: float = quantity(0.0000282, 0, 0.0002, "per day, per h per 1,000 residents and month", CALIBRATED, "Hazard that outreach detects a need", "外展发现需求的风险率")
    volunteer_hazard: float = quantity(0.00001883, 0, 0.0002, "per day, per volunteer per 1,000 residents", CALIBRATED, "Hazard that volunteers detect a need", "志愿者发现需求的风险率")
    platform_grid_gain: float = quantity(0.5, 0, 1, "share", A, "Gain of grid detection with a full platform", "平台完备时网格发现的提升")
    expiry_days: float = quantity(200, 90, 400, "days", A, "Mean life of a need that nobody detects", "未被发现的需求平均存续天数", allowed=(1, 4000))

    _dispatch = SECTION
    dispatch_lag_workdays: float = quantity(2, 0.5, 5, "workdays", A, "Mean lag from detection to dispatch without a platform (geometric)", "无平台时从发现到派单的平均工作日（几何分布）")
    centre_share: float = quantity(89 / 1749, 0.02, 0.1, "share", "paper 二(二): 89 of 1,749", "Needs that the guidance centre keeps", "指导中心自办占比")
    other_share: float = quantity(287 / 1749, 0.1, 0.25, "share", "paper 二(二): 1,660 - 1,373 = 287 of 1,749", "Needs sent to other organisations", "转派其他机构占比")
    away_days_mean: float = quantity(45, 20, 80, "days", A, "Mean days until the centre or another organisation closes", "中心或其他机构结案平均天数")
    away_days_cv: float = quantity(0.4, 0.2, 0.8, "ratio", A, "Coefficient of variation of those days", "上述天数的变异系数")
    away_success: float = quantity(0.65, 0.4, 0.9, "chance", "literature: about two thirds of clients improve (Mullen & Shuluk 2011)", "Chance that the centre or another organisation meets a need", "中心或其他机构满足需求的概率")
    duplicate_chance: float = quantity(0.15, 0.1, 0.2, "chance", "assumption near the 8-20 % of repeats found between unconnected hospitals (Vest 2014)", "Chance that a need was registered elsewhere too", "需求在别处重复登记的概率")
    platform_duplicate_gain: float = quantity(0.45, 0, 0.67, "share", "literature: 44-67 % fewer repeats with information exchange (Lammers 2014); none in a nationwide study of 2018", "Cut in duplicates with a full platform", "平台完备时重复登记的降幅")
    duplicate_hours: float = quantity(2, 1, 4, "h", A, "Hours to check a duplicate", "核查重复登记的工时")

    _intake = SECTION
    room_workdays: float = quantity(43, 40, 44, "workdays", "60 days hold 43 workdays (calendar)", "Workdays in which a worker's services must fit", "社工在办服务须在此工作日数内完成")
    room_hours_per_day: float = quantity(7.5, 6, 8, "h", A, "Hours of such a workday before administration", "每个工作日可用工时（扣除行政前）")
    room_overhead: float = quantity(1.3, 1, 1.6, "ratio", A, "Hours to plan per service hour, records included", "每服务工时需预留工时（含台账）", allowed=(1, 5))
    overflow_hours: float = quantity(1, 0, 4, "h", A, "Station hours to hand a case over to a partner", "向伙伴站转介个案的工时")
    wait_patience_days: float = quantity(30, 10, 60, "days", A, "Days that a case waiting for a worker never gives up", "等候社工的个案不会放弃的天数")
    give_up_hazard: float = quantity(0.05, 0.01, 0.1, "per day", A, "Hazard of giving up after that", "此后放弃等待的风险率")
    group_least: float = quantity(4, 3, 8, "needs", A, "Waiting needs that open a group at once", "立即开组所需等待人数", allowed=(1, 100), whole=True)
    group_least_late: float = quantity(3, 2, 5, "needs", A, "Waiting needs that open a group when the oldest has waited long", "最久者等待较长时开组所需人数", allowed=(1, 100), whole=True)
    group_wait_days: float = quantity(21, 14, 45, "days", A, "What waiting long means for that", "上述“较长”的天数", whole=True)
    group_most: float = quantity(12, 8, 16, "needs", A, "Most members of a group", "小组最多人数", allowed=(1, 100), whole=True)
    group_to_case_days: float = quantity(30, 21, 60, "days", A, "Days after which a need still waiting for a group becomes a case", "等候开组的需求转为个案的天数", whole=True)
    response_workdays: float = quantity(1, 1, 3, "workdays", "paper 二(二): within 24 hours", "Workdays for the first response to a case", "个案首次响应时限（工作日）", whole=True)
    case_deadline_days: float = quantity(60, 30, 90, "days", "paper 二(二): 60 days", "Days from dispatch to close a case", "个案结案时限（自派单起）", whole=True)
    group_deadline_days: float = quantity(80, 60, 120, "days", "paper 二(二): 80 days", "Days from opening to close a group", "小组结案时限（自开组起）", whole=True)

    _work = SECTION
    workday_hours: float = quantity(8, 7, 8, "h", "statutory working day", "Hours of a working day", "标准工作日工时", allowed=(0, 12))
    admin_floor: float = quantity(0.25, 0.1, 0.5, "share", A, "Least share of the available day that administration may claim", "行政任务至少可占用的可用时间占比")
    session_hours_case: float = quantity(4, 2, 6, "h", A, "Longest session of a case, with travel", "个案单次服务最长工时（含路途）")
    session_hours_group: float = quantity(5, 3, 8, "h", A, "Longest session of a group, with preparation", "小组单次服务最长工时（含准备）")
    session_gap_days: float = quantity(4, 2, 7, "days", A, "Least days between two sessions", "两次服务的最短间隔", whole=True)
    productivity_base: float = quantity(0.5, 0.3, 0.7, "ratio", "literature: new workers need 1.3-1.8 times the hours of tenured ones", "Productivity without competence", "能力为零时的效率")
    productivity_burnout: float = quantity(0.4, 0.2, 0.6, "ratio", "literature: burnout lowers performance (Swider & Zimmerman 2010)", "Productivity lost at full burnout", "完全倦怠时的效率损失", allowed=(0, 1))
    productivity_volunteers: float = quantity(0.01, 0, 0.03, "per volunteer per 1,000 residents", A, "Productivity gained with volunteers", "志愿者带来的效率提升")
    volunteers_cap: float = quantity(15, 5, 30, "per 1,000 residents", A, "Volunteers beyond which there is no further gain", "志愿者效益上限")
    ledger_per_service_hour: float = quantity(0.35, 0.1, 0.8, "h per h", "literature: 30-40 % of a case is recording", "Ledger hours that a service hour adds", "每服务工时产生的台账工时")
    platform_ledger_gain: float = quantity(0.4, 0, 0.9, "share", "literature: forms after one-form platforms, 0-93 % less (press)", "Cut in ledger hours with a full platform", "平台完备时台账工时的降幅")
    ledger_limit_hours: float = quantity(16, 8, 40, "h", A, "Ledger backlog above which records are fudged", "台账积压超过此值即糊弄")
    ledger_fudged_share: float = quantity(0.5, 0.2, 0.8, "share", "paper 三(一): ledgers fudged (捣糨糊); value assumed", "Share of such a backlog written off on paper", "积压台账被糊弄的占比")
    overtime_most_hours: float = quantity(2, 1, 4, "h per day", A, "Longest overtime", "每日最长加班")
    overtime_window_days: float = quantity(7, 3, 14, "days", A, "Days before a deadline in which a worker does overtime for it", "截止前愿意加班的天数", whole=True)
    conflict_memory_days: float = quantity(60, 20, 120, "workdays", A, "Memory of role conflict", "角色冲突的记忆时长", allowed=(1, 1000))
    strain_base: float = quantity(0.15, 0, 0.3, "share", A, "Strain of a day without administration", "无行政事务之日的压力")
    strain_admin: float = quantity(0.45, 0.2, 0.7, "per admin share", "assumption; sign: Jiang & Su 2023, irrelevant tasks exhaust", "Strain of a day full of administration, above the base", "全天行政所增压力")
    strain_overtime: float = quantity(0.2, 0.05, 0.3, "per h", A, "Strain of an hour of overtime", "每小时加班所增压力")
    strain_links: float = quantity(0.1, 0, 0.2, "share", "literature: peer messages lowered burnout by 0.4 SD (Linos, Ruffini & Wilcoxen)", "Relief from having partner stations", "有伙伴站所减压力")
    strain_standards: float = quantity(0.1, 0, 0.2, "share", A, "Relief from clear service standards", "服务标准明确所减压力")
    burnout_memory_days: float = quantity(180, 90, 260, "workdays", "literature: recovery takes 26-52 weeks", "Memory of burnout", "倦怠的记忆时长", allowed=(1, 3000))

    _outcomes = SECTION
    success_base: float = quantity(0.62, 0.2, 1, "logit", "literature: about two thirds of clients improve (Mullen & Shuluk 2011)", "Log odds that a service meets a need, at reference", "参照条件下满足需求的对数优势", allowed=(-10, 10))
    success_competence: float = quantity(2.5, 1, 5, "logit per unit", "literature: training d = 0.6 (Arthur et al. 2003)", "Effect of competence on success", "能力对成功的影响")
    success_burnout: float = quantity(1.5, 0.5, 3, "logit per unit", "literature: R = .36 with performance (Swider & Zimmerman 2010)", "Effect of burnout on success", "倦怠对成功的影响")
    competence_reference: float = quantity(0.45, 0.3, 0.6, "share", A, "Competence at which success_base holds", "成功率参照能力")
    burnout_reference: float = quantity(0.4, 0.3, 0.5, "share", A, "Burnout at which success_base and stay_base hold", "成功率与留任参照倦怠")
    handover_odds: float = quantity(0.4, 0.27, 0.7, "odds ratio", "literature: odds of timely discharge -73 % per added caseworker (SSWR 2025)", "Odds of success after each change of worker", "每更换一次社工后的成功优势比", allowed=(0.01, 1))
    trust_step: float = quantity(0.2, 0.05, 0.4, "share", A, "How far an experience moves trust towards its target", "一次体验推动信任的幅度")
    trust_target_unmet: float = quantity(0.3, 0.1, 0.4, "share", A, "Where an unmet need moves trust", "需求未满足时信任趋向值")
    trust_late_loss: float = quantity(0.2, 0, 0.3, "share", A, "How much lower that is when late", "逾期时信任趋向值的降低")
    paper_least_done: float = quantity(0.6, 0.4, 0.9, "share", A, "Share done from which a late service may be closed on paper", "可纸面结案的最低完成度")
    paper_chance: float = quantity(0.8, 0.4, 1, "chance", "paper 三(一): work done for the indicator; value assumed", "Chance of a paper closing without inspection and standards", "无督查与标准时纸面结案的概率")

    _finance = SECTION
    operating_cost: float = quantity(2000, 1000, 4000, "yuan per post and month", A, "Operating cost of a station", "站点运营成本")
    payment_goodwill_floor: float = quantity(0.5, 0.2, 0.8, "share", A, "Pace of payment at no goodwill, as goodwill that would earn it", "好感为零时的拨付基数")
    payment_goodwill_reference: float = quantity(0.6, 0.3, 0.9, "share", A, "Goodwill at which money waits payment_delay months on average", "平均拨付月数等于 payment_delay 时的好感", allowed=(0.05, 1))
    pool_base: float = quantity(0.95, 0.8, 1, "share", A, "Share of the planned own revenue that funders in the city give", "自筹计划收入的实现比例")
    pool_support: float = quantity(0.3, 0, 0.5, "share", A, "Gain of that with full help to reach funders", "筹资支持带来的提升")
    alliance_fundraising: float = quantity(0.1, 0, 0.2, "per link", A, "Gain in a station's part of it with each link", "每个联盟对筹资份额的提升")
    own_revenue_cv: float = quantity(0.5, 0.2, 1, "ratio", A, "Coefficient of variation of monthly own revenue", "月度自筹收入变异系数")
    fundraising_hours: float = quantity(4, 1, 10, "h per 1,000 yuan", A, "Fundraising hours for planned own revenue", "每千元自筹计划所需筹资工时")
    start_balance_months: float = quantity(2, 0, 6, "months", A, "Balance at the start, in months of budget", "初始结余（月预算数）")
    revenue_memory_months: float = quantity(12, 6, 24, "months", A, "Memory of the revenue by which dependence is judged", "判断依赖度的收入记忆", allowed=(1, 120))
    arrears_memory_months: float = quantity(1 / 0.3, 1, 12, "months", A, "Memory of unpaid wages (weight 0.3 a month)", "欠薪的记忆（每月权重 0.3）", allowed=(1, 120))
    insurance_rate: float = quantity(0.28, 0.2, 0.4, "share", "assumption; statutory employer rates in Jiangsu are near it", "Employer's cost of full social insurance and housing fund", "五险一金全额缴纳的单位费率")
    certificate_step: float = quantity(0.1, 0, 0.3, "share", A, "Rise in pay per certificate level on a full ladder", "晋升完全开放时每级证书的加薪比例")

    _staff = SECTION
    trained_share: float = quantity(0.3551, 0.27, 0.45, "share", "paper 三(二): 35.51 % (n = 107 fits: +-.09)", "Initial staff trained in social work", "初始人员中社工专业占比")
    competence_trained: float = quantity(0.55, 0.45, 0.65, "share", A, "Mean competence of trained new staff", "专业出身新人的平均能力")
    competence_untrained: float = quantity(0.33, 0.23, 0.43, "share", A, "Mean competence of untrained new staff", "非专业出身新人的平均能力")
    competence_sd: float = quantity(0.12, 0.06, 0.18, "share", A, "Spread of competence", "能力的标准差", allowed=(0.001, 1))
    trained_assistant: float = quantity(0.40, 0.2, 0.6, "share", A, "Trained new staff certified as assistants", "专业出身新人持助理证占比")
    trained_social_worker: float = quantity(0.14, 0.05, 0.25, "share", A, "Trained new staff certified as social workers", "专业出身新人持社工师证占比")
    trained_senior: float = quantity(0.01, 0, 0.03, "share", A, "Trained new staff certified as seniors", "专业出身新人持高级证占比")
    untrained_assistant: float = quantity(0.18, 0.05, 0.3, "share", A, "Untrained new staff certified as assistants", "非专业出身新人持助理证占比")
    untrained_social_worker: float = quantity(0.02, 0, 0.06, "share", A, "Untrained new staff certified as social workers", "非专业出身新人持社工师证占比")
    untrained_senior: float = quantity(0, 0, 0.01, "share", A, "Untrained new staff certified as seniors", "非专业出身新人持高级证占比")
    initial_burnout: float = quantity(0.4, 0.2, 0.6, "share", "assumption; prevalence 20-50 % (meta-analysis, n = 16,962)", "Burnout of initial staff", "初始人员倦怠")
    initial_conflict: float = quantity(0.5, 0.3, 0.7, "share", A, "Role conflict of new and initial staff; reference of stay_conflict", "初始与新进人员角色冲突；留任参照值")
    initial_tenure_days: float = quantity(1095, 365, 1825, "days", A, "Longest tenure of initial staff (uniform)", "初始人员最长在岗天数（均匀分布）")
    training_gain: float = quantity(0.0025, 0.001, 0.005, "per h at quality 1", "literature: a course gives 0.1-0.6 SD (Arthur et al. 2003)", "Competence gained per hour of training", "每小时培训的能力增益", allowed=(0, 0.1))
    practice_gain: float = quantity(0.0004, 0.0001, 0.001, "per h", "literature: 9-18 months to proficiency in complex work", "Competence gained per service hour", "每服务工时的能力增益", allowed=(0, 0.01))
    competence_decay: float = quantity(0.004, 0.001, 0.01, "per month", "literature: skills decay without use (Arthur et al. 1998)", "Competence lost per month", "能力每月衰减", allowed=(0, 1))
    partner_learning: float = quantity(0.02, 0, 0.05, "per month", A, "How fast competence follows that of partner stations", "向伙伴站学习的速度", allowed=(0, 1))
    exam_month: float = quantity(6, 1, 12, "month of the year", "national examination calendar", "Month of the examination", "资格考试月份", allowed=(1, 12), whole=True)
    exam_attempt: float = quantity(0.3, 0.1, 0.6, "chance", A, "Chance to sit the yearly exam without a bonus", "无奖励时每年报考概率")
    exam_attempt_bonus: float = quantity(0.3, 0, 0.6, "chance", A, "Added chance with a full bonus", "足额奖励增加的报考概率")
    exam_bonus_full: float = quantity(5000, 1000, 10000, "yuan", A, "Bonus beyond which there is no added effect", "奖励效应封顶额", allowed=(1, 100000))
    exam_assistant_base: float = quantity(0.1, 0, 0.3, "chance", A, "Chance to pass to assistant without competence", "能力为零时通过助理考试概率")
    exam_assistant_competence: float = quantity(0.4, 0.1, 0.7, "chance", A, "Added chance at full competence", "能力满值时增加的概率")
    exam_social_worker_base: float = quantity(0.05, 0, 0.2, "chance", A, "Chance to pass to social worker without competence", "能力为零时通过社工师考试概率")
    exam_social_worker_competence: float = quantity(0.25, 0.1, 0.5, "chance", A, "Added chance at full competence", "能力满值时增加的概率")
    exam_senior_competence: float = quantity(0.02, 0, 0.1, "chance", A, "Chance to pass to senior at full competence", "能力满值时通过高级考试概率")
    exam_gain: float = quantity(0.03, 0, 0.1, "share", A, "Competence gained by passing", "通过考试的能力增益")
    stay_base: float = quantity(1.3134, -1, 4, "logit", CALIBRATED, "Log odds of meaning to stay, at reference", "参照条件下留任意愿的对数优势", allowed=(-10, 10))
    stay_pay: float = quantity(2, 1, 6, "logit per log pay", "literature: quits fall 20-30 % with 10 % more pay (EPI review)", "Effect of pay against outside pay on staying", "相对薪酬对留任的影响")
    stay_benefits: float = quantity(0.6, 0, 1.2, "logit per unit", A, "Effect of insurance and housing fund on staying", "五险一金对留任的影响")
    benefits_reference: float = quantity(0.5, 0, 1, "share", A, "Benefits at which stay_base holds", "留任参照福利水平")
    stay_promotion: float = quantity(0.8, 0.2, 1.6, "logit per unit", "literature: r = -.16 with quitting (Griffeth, Hom & Gaertner 2000, recalled)", "Effect of a promotion ladder on staying", "晋升通道对留任的影响")
    promotion_reference: float = quantity(0.1, 0, 0.5, "share", A, "Promotion at which stay_base holds", "留任参照晋升开放度")
    stay_training: float = quantity(0.04, 0, 0.1, "logit per h a month at quality 1", A, "Effect of training (hours times quality) on staying", "培训（时数乘质量）对留任的影响", allowed=(0, 1))
    training_reference: float = quantity(1.2, 0.5, 4, "h a month at quality 1", A, "Training (hours times quality) at which stay_base holds", "留任参照培训水平（时数乘质量）")
    stay_conflict: float = quantity(2.5, 1, 4, "logit per unit", "literature: autonomy counts more than pay (Qin et al. 2022)", "Effect of role conflict on staying", "角色冲突对留任的影响")
    stay_trained_sensitivity: float = quantity(1.3, 1, 2, "ratio", A, "How much more role conflict drives trained staff", "专业人员对角色冲突的敏感倍数")
    stay_burnout: float = quantity(3, 1, 5, "logit per unit", "literature: r = .44, i.e. .89 logit per SD (Mor Barak et al. 2001)", "Effect of burnout on staying", "倦怠对留任的影响")
    stay_arrears: float = quantity(1.5, 0.5, 3, "logit per unit", A, "Effect of unpaid wages on staying", "欠薪对留任的影响")
    stay_recognition: float = quantity(1, 0, 2, "logit per unit", A, "Effect of residents' trust on staying", "居民信任对留任的影响")
    recognition_reference: float = quantity(0.45, 0.3, 0.6, "share", A, "Trust at which stay_base holds", "留任参照信任水平")
    outside_wage: float = quantity(4500, 3500, 6000, "yuan per month", A, "What other jobs pay", "外部工资", allowed=(500, 50000))
    quit_floor: float = quantity(0.05, 0.02, 0.1, "chance per year", "literature: .05 of those who mean to stay", "Yearly quits of those who mean to stay", "有意留任者的年离职率", allowed=(0, 1))
    quit_span: float = quantity(0.255, 0.15, 0.5, "chance per year", "literature: 20 % at a staying share of .41; Shenzhen 22.2 % in 2014", "Added yearly quits of those who do not", "无意留任者增加的年离职率", allowed=(0, 1))
    hire_rate: float = quantity(0.25, 0.1, 0.5, "chance per month", A, "Chance that a vacancy fills, at the pay of 2024", "按 2024 年薪酬，空岗每月补员概率")
    hire_pay_reference: float = quantity(0.556, 0.4, 0.8, "ratio", "2,500 of 4,500 yuan (paper 三(二) and assumption)", "Pay against outside pay at which hire_rate holds", "补员概率参照的相对薪酬", allowed=(0.01, 10))
    hire_trained_base: float = quantity(0.28, -1, 1.5, "logit", "by arithmetic: .3551 at a pay ratio of .556", "Log odds that a hire is trained, at outside pay", "薪酬与外部持平时新人为专业出身的对数优势", allowed=(-10, 10))
    hire_trained_pay: float = quantity(1.5, 0.5, 3, "logit per log pay", A, "Effect of pay on hiring trained staff", "薪酬对招到专业人员的影响")
    hire_burnout: float = quantity(0.2, 0, 0.4, "share", A, "Burnout of a new hire", "新进人员倦怠")
    strong_threshold: float = quantity(0.5893, 0.4, 0.8, "share", CALIBRATED, "Competence at which half rate their own ability as strong", "半数人自评能力较强的能力值")
    strong_slope: float = quantity(1.702, 1, 3, "logit per SD", "logistic approximation to the normal", "Steepness of that", "上述曲线斜率")

    _alliances = SECTION
    initial_awareness: float = quantity(0.1, 0, 0.3, "share", A, "Cadres who understand social work at the start", "初始干部知晓度")
    initial_goodwill: float = quantity(0.6, 0.3, 0.9, "share", A, "Goodwill of a town office to its station at the start", "初始街镇好感")
    initial_reputation: float = quantity(0.5, 0.3, 0.7, "share", A, "Reputation of a station at the start", "初始站点声誉")
    link_rate: float = quantity(0.15, 0.05, 0.3, "chance per month", A, "Chance that two stations ally, at full support", "全力支持时两站结盟概率")
    link_load_floor: float = quantity(0.5, 0.2, 0.8, "share", A, "That chance for equal loads, against a difference of one half", "负荷相同时的结盟基数")
    unlink_rate: float = quantity(0.1, 0.02, 0.3, "chance per month", A, "Chance that a link ends without support", "无支持时联盟解散概率")
    link_hours: float = quantity(4, 2, 8, "h per link, station and month", "literature: 1-2 h per partner and month; doubled here for both ends' preparation", "Coordination hours of a link", "每个联盟的协调工时")
    awareness_decay: float = quantity(0.01, 0, 0.05, "per month", A, "Awareness lost as cadres move on", "干部轮换造成的知晓度衰减", allowed=(0, 1))
    goodwill_recovery: float = quantity(0.02, 0.005, 0.05, "per month", A, "How fast goodwill recovers", "好感恢复速度", allowed=(0, 1))
    reputation_step: float = quantity(0.1, 0.02, 0.3, "per month", A, "How fast reputation follows the record", "声誉随业绩变化的速度", allowed=(0, 1))
    reputation_trust_reference: float = quantity(0.5, 0.3, 0.7, "share", A, "Trust that counts as full marks", "信任满分参照值", allowed=(0.01, 1))
    reception_fame: float = quantity(0.005, 0, 0.02, "per visit", A, "Reputation gained with a visit", "每次参访带来的声誉", allowed=(0, 1))

    _residents = SECTION
    initial_trust_mean: float = quantity(0.45, 0.3, 0.6, "share", A, "Mean trust at the start", "初始平均信任")
    initial_trust_sd: float = quantity(0.15, 0.05, 0.25, "share", A, "Spread of trust", "信任标准差")
    initial_aware: float = quantity(0.30, 0.2, 0.6, "share", "literature: three in ten (Dongguan 2011); 57-75 % elsewhere", "Residents who know of the station at the start", "初始知晓社工站的居民占比")
    initial_outreach: float = quantity(2, 0, 6, "h per 1,000 residents and month", A, "Outreach at the start", "初始外展强度")
    outreach_memory_months: float = quantity(3, 1, 6, "months", A, "Memory of outreach", "外展的记忆时长", allowed=(1, 60))
    grid_strength_cv: float = quantity(0.3, 0, 0.6, "ratio", A, "Spread of grid strength between communities", "社区间网格强度变异系数")
    town_concentration: float = quantity(8, 2, 50, "Dirichlet", A, "Evenness of community sizes within a town", "镇内社区规模均匀度（狄利克雷参数）", allowed=(1, 10000), whole=True)
    join_base: float = quantity(0.1, 0.05, 0.2, "chance per month", "paper 三(三): participation low; value assumed", "Chance to join the month's activity at trust 0.5", "信任 0.5 时参加当月活动的概率")
    join_trust: float = quantity(0.3, 0, 0.6, "chance per unit", A, "Effect of trust on joining", "信任对参与的影响")
    join_outreach: float = quantity(0.002, 0, 0.01, "chance per h per 1,000 residents and month", A, "Effect of outreach on joining", "外展对参与的影响")
    join_least: float = quantity(0.01, 0, 0.05, "chance", A, "Lowest chance to join", "最低参与概率")
    join_most: float = quantity(0.9, 0.5, 1, "chance", A, "Highest chance to join", "最高参与概率")
    activity_half_outreach: float = quantity(2, 1, 6, "h per 1,000 residents and month", A, "Outreach at which half of an activity is more than form", "活动一半有实质内容所需外展强度", allowed=(0.01, 100))
    activity_gain: float = quantity(0.04, 0, 0.1, "share", A, "Trust gained in an activity of substance", "有实质活动带来的信任增益")
    activity_loss: float = quantity(0.02, 0, 0.1, "share", "paper 三(三): formal activities; value assumed", "Trust lost in a formal activity", "形式化活动造成的信任损失")
    trust_neighbours: float = quantity(0.02, 0, 0.1, "per month", A, "How fast trust follows the community's mean", "信任趋向社区均值的速度", allowed=(0, 0.5))
    trust_return: float = quantity(0.02, 0, 0.1, "per month", A, "How fast trust returns to the resident's own level", "信任回归自身水平的速度", allowed=(0, 0.5))
    aware_outreach: float = quantity(0.003, 0, 0.01, "per h per 1,000 residents and month", A, "How outreach makes residents aware", "外展使居民知晓的速率")
    aware_served: float = quantity(0.02, 0, 0.05, "chance per month", A, "Chance to hear of the station where someone was served", "本社区有人受助时获知的概率")
    aware_loss: float = quantity(0.01, 0, 0.05, "chance per month", A, "Chance to forget the station", "遗忘概率")
    volunteer_adults: float = quantity(0.3, 0.1, 0.4, "share", "literature: 30 % of those 18-69 volunteer (China 2021)", "Residents who volunteer at all", "参与志愿服务的居民占比")
    volunteer_yield: float = quantity(0.1, 0.02, 0.3, "share", A, "Share of them who help the station, per unit of participation", "其中协助社工站的比例")

    _costs = SECTION
    cost_training_hour: float = quantity(60, 20, 200, "yuan per h", A, "Cost of an hour of training", "每小时培训成本")
    cost_inspection: float = quantity(500, 100, 2000, "yuan", A, "Cost of an inspection", "单次督查成本")
    cost_cadre_year: float = quantity(800, 200, 3000, "yuan per cadre and year", A, "Cost of training a cadre", "干部培训成本")
    cadres_per_town: float = quantity(20, 5, 60, "cadres", A, "Cadres of a town office", "每镇干部人数")
    cost_platform: float = quantity(3000, 500, 10000, "yuan per station and month", A, "Cost of a full platform", "完备平台成本")
    cost_link: float = quantity(300, 0, 1000, "yuan per link and month", A, "Cost of a link", "联盟成本")
    cost_alliance_city: float = quantity(2000, 0, 10000, "yuan per city and month", A, "Cost of full alliance support", "联盟支持成本")


class Levers:
    """The levers of policy, by station if wished. Same form as the parameters."""

    administrative_burden: float = quantity(1, 0, 3, "multiplier", "paper 三(一)", "Multiplier on tasks and secondments", "行政负担：任务与借调的倍数", allowed=(0, 3))
    publicity_emphasis: float = quantity(1, 0, 3, "multiplier", "paper 三(一)", "Multiplier on receptions", "宣传强度：接待参访任务的倍数", allowed=(0, 3))
    funding_dependence: float = quantity(1, 0, 1, "share", "paper 三(三): wholly", "Government share of the planned budget", "资金依赖：政府在预算中的占比")
    pay: float = quantity(2500, 2000, 8000, "yuan per month", "paper 三(二): 2,000-3,000", "Base pay", "基本工资：不含证书级差与福利", allowed=(2000, 8000))
    boundary_clarity: float = quantity(0.2, 0, 1, "share", "paper 三(一), 四(一); value assumed", "How far the contract defines what may be asked", "边界清晰度：合同对可交办事项的界定程度")
    supervision: float = quantity(0, 0, 1, "chance per month", "paper 四(一)", "Chance per month that staffing and practice are inspected", "督查：每月检查人员与实务的概率", allowed=(0, 1))
    cadre_training: float = quantity(0, 0, 1, "share per year", "paper 四(一)", "Share of town cadres trained a year", "干部培训：每年受训干部占比", allowed=(0, 1))
    benefits: float = quantity(0.5, 0, 1, "share", "paper 四(二); value assumed", "Share of social insurance and housing fund paid", "福利：五险一金缴纳比例")
    training_hours: float = quantity(4, 0, 24, "h per worker and month", "assumption; England: 3.1 h a month", "Training", "培训时长：每名社工每月受训小时数", allowed=(0, 24))
    training_quality: float = quantity(0.3, 0, 1, "share", "paper 三(二): of uneven quality; value assumed", "Quality of training, raised by evaluating it", "培训质量：培训效果，经效果评估提升")
    exam_bonus: float = quantity(0, 0, 10000, "yuan", "paper 四(二)", "Bonus per exam passed", "考证奖励：每通过一次职业资格考试的奖金", allowed=(0, 10000))
    promotion: float = quantity(0.1, 0, 1, "share", "paper 三(二): few and hard; value assumed", "Openness of the ladder; pay steps by certificate scale with it", "晋升开放度：晋升阶梯的开放程度，证书工资级差随之")
    payment_delay: float = quantity(2.5, 1, 12, "months", "literature: Dongguan paid after 2-3 months", "Mean months until government pays what is due, the month of falling due counted, at reference goodwill", "拨款延迟：好感为参照值时，政府拨付应付款项平均所需月数（含到期当月）", allowed=(1, 12))
    service_standards: float = quantity(0.2, 0, 1, "share", "paper 三(一): none complete; value assumed", "Evaluation by practice rather than by paper", "服务标准：按实务而非文书评估的程度")
    fundraising_support: float = quantity(0, 0, 1, "share", "paper 四(二)", "Help to reach other funders", "筹资支持：协助站点争取政府以外的资金")
    alliance_support: float = quantity(0, 0, 1, "share", "paper 四(三)", "Help to form alliances", "联盟支持：协助站点之间结成联盟")
    information_platform: float = quantity(0.3, 0, 1, "share", "paper 二(二), 三(三); value assumed", "Sharing inside and between stations", "信息平台：站内与站际共享程度")


def _declared(owner: type, section: str) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for name, value in vars(owner).items():
        if value is SECTION:
            section = name[1:]
        elif not name.startswith("_"):
            default, low, high, unit, source, en, zh, least, most, whole = value
            numbers = float(default), float(low), float(high)
            found[name] = Quantity(name, *numbers, unit, source, en, zh, section, float(least), float(most), whole)
    return found


def nearest(value: Any) -> Any:
    """The whole number next to a number (or to each of an array), the higher one from a half on."""
    return np.floor(value + 0.5)


PARAMETERS: dict[str, Quantity] = _declared(Parameters, "government")
LEVERS: dict[str, Quantity] = _declared(Levers, "levers")
SWITCHES: dict[str, Switch] = {
    name: Switch(name, *value) for name, value in vars(Structure).items() if not name.startswith("_")
}


def table(quantities: Mapping[str, Quantity], shape: tuple[int, ...]) -> np.recarray:
    """A record array with one float64 field per quantity, filled with the defaults; that of the parameters holds the
    switches of the structure, too, as int64."""
    switches = SWITCHES if quantities is PARAMETERS else ()
    dtype = np.dtype([*((name, np.float64) for name in quantities), *((name, np.int64) for name in switches)])
    made = np.zeros(shape, dtype)
    for name, one in quantities.items():
        made[name] = one.default
    return cast(np.recarray, made.view(np.recarray))
