"""What a run observes, declared once: the columns of the monthly tables, and the measures derived from them.

The engine records only numbers that add up (hours, counts, yuan, sums over workers or residents). Every share and mean
is a measure: a ratio of two such sums, so it comes out the same at every level - station, city, month, period - and no
mean of means is ever taken.

kinds: ``flow``  adds over months and over stations (hours, counts, yuan)
       ``stock`` stands at the end of the month: adds over stations, is averaged over months
       ``level`` a number on a scale (goodwill): averaged over stations and over months
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.language import Text

KINDS = {"flow": Text("flow", "流量"), "stock": Text("stock", "存量"), "level": Text("level", "水平")}


@dataclass(frozen=True)
class Observation:
    """A column of a monthly table."""

    name: str
    kind: str
    unit: str
    meaning: Text


def flow(unit: str, en: str, zh: str) -> Any:
    return ("flow", unit, Text(en, zh))


def stock(unit: str, en: str, zh: str) -> Any:
    return ("stock", unit, Text(en, zh))


def level(unit: str, en: str, zh: str) -> Any:
    return ("level", unit, Text(en, zh))


class StationMonth:
    """Observed each month of each station. Needs, with all that becomes of them, belong to the station of the resident's
    community; hours and openings of services to the station that works."""

    # hours
    given_hours: float = flow("h", "Hours that staff gave, overtime and secondment included", "人员投入总工时（含加班与借调）")
    admin_hours: float = flow("h", "Administrative tasks, overtime for them included", "行政任务工时（含为此加班）")
    reception_hours: float = flow("h", "Receptions", "接待参访工时")
    ledger_hours: float = flow("h", "Ledgers", "台账工时")
    service_hours: float = flow("h", "Services in regular hours", "正常工时内服务工时")
    outreach_hours: float = flow("h", "Outreach", "外展工时")
    training_hours: float = flow("h", "Training", "培训工时")
    coordination_hours: float = flow("h", "Coordination with partners", "联盟协调工时")
    fundraising_hours: float = flow("h", "Fundraising", "筹资工时")
    overtime_hours: float = flow("h", "Overtime for services", "用于服务的加班工时")
    seconded_hours: float = flow("h", "Lent out to other posts", "被借调工时")
    fudged_hours: float = flow("h", "Ledger hours written off on paper", "应付性台账工时")
    # tasks
    tasks_contract: float = flow("tasks", "Contract tasks offered", "合同内任务数")
    tasks_offcontract: float = flow("tasks", "Off-contract tasks offered", "合同外任务数")
    tasks_accepted: float = flow("tasks", "Tasks accepted", "接受任务数")
    tasks_refused: float = flow("tasks", "Tasks refused", "拒绝任务数")
    lapsed_hours: float = flow("h", "Hours of tasks that lapsed undone", "作废任务工时")
    tasks_lapsed: float = flow("tasks", "Town tasks not done, at mean hours", "未办街镇任务数（按平均工时折算）")
    task_hours_in: float = flow("h", "Hours that entered the administrative backlog", "进入行政积压的工时")
    visits: float = flow("visits", "Visits announced", "参访次数")
    reception_days: float = flow("workdays", "Reception days", "接待天数")
    secondments: float = flow("secondments", "Secondments begun", "新增借调人次")
    inspections: float = flow("inspections", "Inspections", "督查次数")
    # needs
    arisen: float = flow("needs", "Needs that arose", "产生的需求")
    detected: float = flow("needs", "Needs detected", "发现的需求")
    expired: float = flow("needs", "Needs that expired undetected", "未发现即消失的需求")
    dispatched_centre: float = flow("needs", "Dispatched to the guidance centre itself", "指导中心自办")
    dispatched_other: float = flow("needs", "Dispatched to other organisations", "转派其他机构")
    dispatched_station: float = flow("needs", "Dispatched to stations", "转派社工站")
    duplicates: float = flow("needs", "Needs registered elsewhere too", "重复登记的需求")
    overflow: float = flow("needs", "Cases handed over to a partner", "转介伙伴站的个案")
    cases_opened: float = flow("services", "Cases opened", "开案数")
    groups_opened: float = flow("services", "Groups opened", "开组数")
    became_cases: float = flow("needs", "Group needs that became cases", "小组需求转个案")
    responses_due: float = flow("needs", "Cases whose 24 hours began", "应在 24 小时内响应的个案")
    responded_in_time: float = flow("needs", "Of them, responded to in 24 h", "24 小时内响应个案")
    met_station: float = flow("needs", "Needs met by stations", "社工站满足的需求")
    met_away: float = flow("needs", "Needs met by the centre or others", "中心或其他机构满足的需求")
    unmet_station: float = flow("needs", "Closed by stations without being met", "社工站结案但未满足")
    unmet_away: float = flow("needs", "Closed by the centre or others without being met", "中心或其他机构结案但未满足")
    paper_closed: float = flow("needs", "Closed on paper", "纸面结案")
    given_up: float = flow("needs", "Gave up waiting", "放弃等待")
    true_on_time: float = flow("needs", "Ended at stations on time in truth", "实际按时结案")
    reported_on_time: float = flow("needs", "Ended at stations on time as reported", "上报按时结案")
    cohort_open: float = flow("needs", "Of those that arose this month: not yet at an end", "当月产生的需求中：尚未了结")
    cohort_met: float = flow("needs", "Of those that arose this month: met so far", "当月产生的需求中：至今已满足")
    cohort_unmet: float = flow("needs", "Of those that arose this month: closed so far without being met, on paper included", "当月产生的需求中：至今结案但未满足（含纸面）")
    cohort_given_up: float = flow("needs", "Of those that arose this month: gave up so far", "当月产生的需求中：至今放弃等待")
    cohort_expired: float = flow("needs", "Of those that arose this month: expired so far undetected", "当月产生的需求中：至今未发现即消失")
    hidden: float = stock("needs", "Hidden needs", "隐性需求存量")
    queued: float = stock("needs", "In the guidance centre's queue", "指导中心待派单")
    waiting: float = stock("needs", "Waiting at stations", "站内等待")
    in_service: float = stock("needs", "In service at stations", "站内服务中")
    away: float = stock("needs", "With the centre or others", "中心或其他机构办理中")
    # staff
    posts: float = stock("posts", "Posts", "岗位数")
    filled: float = stock("workers", "Filled posts", "聘用人数")
    present: float = stock("workers", "Present staff", "实际在岗人数")
    filled_days: float = flow("worker-days", "Calendar days of filled posts", "聘用人日")
    present_days: float = flow("worker-days", "Workdays of present staff", "在岗工作日")
    post_days: float = flow("worker-days", "Workdays of posts", "岗位工作日")
    quits: float = flow("workers", "Quits", "离职人数")
    hires: float = flow("workers", "Hires", "新聘人数")
    let_go: float = flow("workers", "Left because their posts ended", "因岗位裁减离开人数")
    exams_passed: float = flow("workers", "Exams passed", "通过考试人次")
    stay_sum: float = stock("workers", "Sum of the chance of meaning to stay", "留任意愿之和")
    trained: float = stock("workers", "Trained in social work", "社工专业出身人数")
    strong_sum: float = stock("workers", "Sum of the chance of rating own ability as strong", "自评能力较强之和")
    assistants: float = stock("workers", "Certified assistants", "助理社工师")
    social_workers: float = stock("workers", "Certified social workers", "社工师")
    seniors: float = stock("workers", "Certified seniors", "高级社工师")
    competence_sum: float = stock("workers", "Sum of competence", "能力之和")
    burnout_sum: float = stock("workers", "Sum of burnout", "倦怠之和")
    competence_square_sum: float = stock("workers", "Sum of squares of competence", "能力平方和")
    burnout_square_sum: float = stock("workers", "Sum of squares of burnout", "倦怠平方和")
    conflict_sum: float = stock("workers", "Sum of role conflict", "角色冲突之和")
    arrears_sum: float = stock("workers", "Sum of arrears", "欠薪感知之和")
    pay_sum: float = stock("yuan per month", "Sum of pay", "工资之和")
    # money
    government_due: float = flow("yuan", "Fell due from government", "政府应付")
    government_paid: float = flow("yuan", "Paid by government", "政府已付")
    own_revenue: float = flow("yuan", "Own revenue", "自筹收入")
    operating_due: float = flow("yuan", "Operating cost that fell due", "应付运营成本")
    operating_paid: float = flow("yuan", "Operating cost paid", "已付运营成本")
    wages_due: float = flow("yuan", "Wages that fell due, benefits included", "应付工资（含福利）")
    wages_paid: float = flow("yuan", "Wages paid, older debts included", "已付工资（含补发）")
    wages_unpaid: float = flow("yuan", "Of the month's wages, left unpaid", "当月欠发工资")
    balance: float = stock("yuan", "Balance", "结余")
    receivable: float = stock("yuan", "Owed by government", "应收政府款")
    wages_owed: float = stock("yuan", "Owed to staff", "累计欠薪")
    operating_owed: float = stock("yuan", "Owed for operation", "累计欠付运营成本")
    cost_wages: float = flow("yuan", "Cost: wages and benefits", "成本：工资与福利")
    cost_operating: float = flow("yuan", "Cost: operation", "成本：运营")
    cost_training: float = flow("yuan", "Cost: training", "成本：培训")
    cost_exams: float = flow("yuan", "Cost: exam bonuses", "成本：考证奖励")
    cost_inspection: float = flow("yuan", "Cost: inspections", "成本：督查")
    cost_cadres: float = flow("yuan", "Cost: training of cadres", "成本：干部培训")
    cost_platform: float = flow("yuan", "Cost: platform", "成本：信息平台")
    cost_alliances: float = flow("yuan", "Cost: alliances", "成本：联盟")
    # relations
    backlog_hours: float = stock("h", "Administrative backlog", "行政积压工时")
    ledger_backlog_hours: float = stock("h", "Ledger backlog", "台账积压工时")
    links: float = stock("link ends", "Partner stations, summed over stations", "伙伴站数（各站合计）")
    stations: float = stock("stations", "Stations", "站点数")
    dependence: float = level("share", "Dependence D: government share of what fell due from it and was received from others, trailing", "依赖度 D")
    awareness: float = level("share", "Cadre awareness A", "干部知晓度 A")
    goodwill: float = level("share", "Goodwill G", "街镇认可度 G")
    reputation: float = level("share", "Reputation", "站点声誉")
    voice: float = level("share", "Voice", "话语权")
    load: float = level("share", "Load: hours left against capacity", "负荷")
    # residents
    residents: float = stock("people", "Residents", "居民数")
    trust_sum: float = stock("people", "Sum of trust", "信任之和")
    trust_square_sum: float = stock("people", "Sum of the square of trust", "信任平方之和")
    aware_sum: float = stock("people", "Residents who know of the station", "知晓人数")
    participants: float = flow("people", "Joined the month's activity", "参加当月活动人数")
    resident_months: float = flow("people", "Residents, each month", "居民月数")
    volunteers: float = stock("people", "Volunteers who help the station", "协助社工站的志愿者")


class GroupMonth:
    """Observed each month of each group of residents."""

    residents: float = stock("people", "Residents", "居民数")
    trust_sum: float = stock("people", "Sum of trust", "信任之和")
    aware_sum: float = stock("people", "Residents who know of the station", "知晓人数")
    participants: float = flow("people", "Joined the month's activity", "参加当月活动人数")
    arisen: float = flow("needs", "Needs that arose", "产生的需求")
    detected: float = flow("needs", "Needs detected", "发现的需求")
    expired: float = flow("needs", "Needs that expired undetected", "未发现即消失的需求")
    met: float = flow("needs", "Needs met", "满足的需求")
    unmet: float = flow("needs", "Closed without being met, on paper included", "结案但未满足（含纸面）")
    given_up: float = flow("needs", "Gave up waiting", "放弃等待")


class CommunityMonth:
    """Observed each month of each community."""

    residents: float = stock("people", "Residents", "居民数")
    trust_sum: float = stock("people", "Sum of trust", "信任之和")
    aware_sum: float = stock("people", "Residents who know of the station", "知晓人数")
    participants: float = flow("people", "Joined the month's activity", "参加当月活动人数")
    outreach_hours: float = flow("h", "Outreach", "外展工时")
    outreach: float = level("h per 1,000 residents and month", "Outreach intensity O", "外展强度 O")
    volunteers: float = stock("people", "Volunteers who help the station", "协助社工站的志愿者")
    arisen: float = flow("needs", "Needs that arose", "产生的需求")
    detected: float = flow("needs", "Needs detected", "发现的需求")
    met: float = flow("needs", "Needs met", "满足的需求")


def _declared(owner: type) -> dict[str, Observation]:
    return {name: Observation(name, *value) for name, value in vars(owner).items() if not name.startswith("_")}


STATION_MONTH = _declared(StationMonth)
GROUP_MONTH = _declared(GroupMonth)
COMMUNITY_MONTH = _declared(CommunityMonth)


def month_dtype(observations: dict[str, Observation]) -> np.dtype[Any]:
    return np.dtype([(name, np.float64) for name in observations])


@dataclass(frozen=True)
class Measure:
    """A ratio of sums of columns: scale * sum(above) / sum(below). `good` is +1, -1, or 0 where neither is better.

    label: what a sentence calls it, where the meaning says more than that.
    `unit` is "share" where what is above is a part of what is below, in every window; "ratio" where it is another flow (needs met may
    have arisen before the window), which can pass 1.
    """

    name: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    unit: str
    good: int
    meaning: Text
    label: Text
    scale: float = 1.0


_WORKED = (
    "admin_hours", "reception_hours", "ledger_hours", "service_hours", "outreach_hours", "training_hours",
    "coordination_hours", "fundraising_hours", "overtime_hours",
)  # fmt: skip
COSTS = tuple(name for name in STATION_MONTH if name.startswith("cost_"))
_MET = ("met_station", "met_away")
_ENDED = ("met_station", "unmet_station", "paper_closed")


def _measure(
    name: str,
    above: str | tuple[str, ...],
    below: str | tuple[str, ...],
    unit: str,
    good: int,
    en: str,
    zh: str,
    scale: float = 1.0,
    *,
    label: tuple[str, str] | None = None,
) -> Measure:
    return Measure(
        name, (above,) if isinstance(above, str) else above, (below,) if isinstance(below, str) else below,
        unit, good, Text(en, zh), Text(*label or (en, zh)), scale,
    )  # fmt: skip


MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
        _measure("coverage", _MET, "arisen", "ratio", 1, "Coverage: needs met of needs that arose", "覆盖率：满足需求占产生需求", label=("Coverage", "覆盖率")),
        _measure("cohort_coverage", "cohort_met", "arisen", "share", 1, "Needs that arose here and are met by the end of the run", "期内产生并于运行结束前满足的需求"),
        _measure("cohort_open_share", "cohort_open", "arisen", "share", 0, "Needs that arose here and are still open at the end of the run", "期内产生且运行结束时尚未了结的需求"),
        _measure("detection_rate", "detected", "arisen", "ratio", 1, "Needs detected of needs that arose", "需求发现率"),
        _measure("response_rate", "responded_in_time", "responses_due", "ratio", 1, "Cases responded to in 24 h", "24 小时响应率"),
        _measure("true_on_time_share", "true_on_time", _ENDED, "share", 1, "Closed on time, in fact", "实际按时结案率"),
        _measure("reported_on_time_share", "reported_on_time", _ENDED, "share", 0, "Closed on time, as reported", "上报按时结案率"),
        _measure("success_share", "met_station", _ENDED, "share", 1, "Needs met of those that stations ended", "站内结案中需求得到满足的比例"),
        _measure("give_up_rate", "given_up", "dispatched_station", "ratio", -1, "Gave up of those dispatched to stations", "派单后放弃等待的比例"),
        _measure("admin_share", ("admin_hours", "ledger_hours", "reception_hours"), _WORKED, "share", -1, "Administration, ledgers and receptions of hours worked", "行政（含台账、接待）工时占比", label=("Administrative share", "行政工时占比")),
        _measure("service_share", ("service_hours", "overtime_hours"), _WORKED, "share", 1, "Service of hours worked", "服务工时占比"),
        _measure("outreach_share", "outreach_hours", _WORKED, "share", 1, "Outreach of hours worked", "外展工时占比"),
        _measure("refusal_share", "tasks_refused", "tasks_offcontract", "share", 0, "Off-contract tasks refused", "合同外任务拒绝率"),
        _measure("presence_share", "present_days", "post_days", "share", 1, "Staff present of posts", "实际在岗率"),
        _measure("turnover", "quits", "filled_days", "per year", -1, "Quits per filled post and year", "年离职率", 365.0),
        _measure("stay_share", "stay_sum", "filled", "share", 1, "Staff who mean to stay", "有意留任占比"),
        _measure("trained_share", "trained", "filled", "share", 1, "Staff trained in social work", "社工专业出身占比"),
        _measure("strong_share", "strong_sum", "filled", "share", 1, "Staff who rate their own ability as strong", "自评能力较强占比"),
        _measure("certified_share", ("assistants", "social_workers", "seniors"), "filled", "share", 1, "Certified staff", "持证占比"),
        _measure("competence", "competence_sum", "filled", "0-1", 1, "Mean competence", "平均能力"),
        _measure("burnout", "burnout_sum", "filled", "0-1", -1, "Mean burnout", "平均倦怠"),
        _measure("role_conflict", "conflict_sum", "filled", "0-1", -1, "Mean role conflict", "平均角色冲突"),
        _measure("mean_pay", "pay_sum", "filled", "yuan per month", 0, "Mean pay", "平均工资"),
        _measure("unpaid_wage_share", "wages_unpaid", "wages_due", "share", -1, "Wages left unpaid in their month", "当月欠薪率"),
        _measure("trust", "trust_sum", "residents", "0-1", 1, "Mean trust", "平均信任"),
        _measure("aware_share", "aware_sum", "residents", "share", 1, "Residents who know of the station", "居民知晓率"),
        _measure("participation", "participants", "resident_months", "share per month", 1, "Residents who join the month's activity", "月度参与率"),
        _measure("cost_per_met_need", COSTS, _MET, "yuan", -1, "Cost per need met", "每满足一项需求的成本"),
    )
}  # fmt: skip
"""Measures at the level of stations or the city. Add one line to observe something new that is a ratio of columns."""
