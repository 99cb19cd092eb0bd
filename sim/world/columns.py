"""The state of a city, declared once: every column with its kind of number, unit, range and meaning, and whether it may be written.

From these declarations come the records of `tables.py`, what agents read and write (`sim/agents`), the ranges that `check.py`
holds, and the tables of docs/odd.md. Rows of a table stand in the order below: of columns of 4 bytes an even number between those
of 8, where it can be; after an odd one 4 are lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from sim.scenario.parameters import MOST_POSTS
from sim.scenario.people import MOST_PEOPLE
from sim.words import CERTIFICATES, MAX_PARTNERS, MAX_SERVICES

f8, f4, u1, u8 = np.float64, np.float32, np.uint8, np.uint64
ROW = i4 = np.int32
"""Of every column that counts rows, days or needs; what would pass it is refused when a city is built."""
MOST_YUAN = 1e9
PER_1000, YES_OR_NO, BITS = "per 1,000 residents", "yes or no", "64 bits"

Reason = tuple[str, str]
"""Why a column cannot be written by hand, in English and Chinese."""
STRUCTURE = ("it is part of the city's structure", "它属于城市的结构")
DERIVED = ("it follows from others", "它由其他量推出")
COUNTED = ("it is counted while the month runs", "它在当月内逐日累计")
ACCOUNTS = ("it is what came in less what went out, and the accounts would no longer balance", "它是收入减支出的结果，改写会使账目不平")
BACKLOG = ("task hours that came in must be done, lapsed or in the backlog", "进入的任务工时须为已办、作废或积压")
FREE = None


@dataclass(frozen=True)
class Column:
    """A column of a table. `within`: the least and the most that it may hold, or None where there is no scale; `why_not`: None where it
    may be written. `width` cells stand in each row."""

    name: str
    dtype: type[np.generic]
    unit: str
    en: str
    zh: str
    within: tuple[float, float] | None
    why_not: Reason | None
    width: int

    def meaning(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    @property
    def kind(self) -> type:
        """What Python reads in it: bool, int or float."""
        if np.dtype(self.dtype).kind == "f":
            return float
        return bool if self.within == (0, 1) else int


def number(unit: str, en: str, zh: str, most: float = inf, why_not: Reason | None = DERIVED) -> Any:
    """A number from 0 to `most`."""
    return (f8, unit, en, zh, (0.0, most), why_not, 1)


def whole(unit: str, en: str, zh: str, most: float = inf, why_not: Reason | None = DERIVED, width: int = 1) -> Any:
    return (i4, unit, en, zh, (0, most), why_not, width)


def rate(unit: str, en: str, zh: str, why_not: Reason | None = DERIVED) -> Any:
    """A number that may be below 0."""
    return (f8, unit, en, zh, None, why_not, 1)


def share(en: str, zh: str, why_not: Reason | None = DERIVED, unit: str = "share") -> Any:
    return (f8, unit, en, zh, (0.0, 1.0), why_not, 1)


def row(en: str, zh: str, width: int = 1) -> Any:
    return (i4, "row" if width == 1 else "rows", en, zh, None, STRUCTURE, width)


def day(en: str, zh: str) -> Any:
    return (i4, "day", en, zh, None, DERIVED, 1)


def yes(en: str, zh: str, why_not: Reason | None = DERIVED) -> Any:
    return (i4, YES_OR_NO, en, zh, (0, 1), why_not, 1)


def key(en: str, zh: str) -> Any:
    return (u8, BITS, en, zh, None, STRUCTURE, 1)


def small(dtype: Any, declared: Any) -> Any:
    """Of residents, who are many: the same in fewer bytes."""
    return (dtype, *declared[1:])


class City:
    """One row."""

    day = day("The next day to run, counted from 0", "下一个要运行的日子，从 0 起")
    next_need = row("First need whose onset lies ahead", "第一项尚未产生的需求")
    n_hidden = whole("needs", "Hidden needs", "隐性需求数")
    n_queued = whole("needs", "Needs in the guidance centre's queue", "指导中心待派单需求数")
    n_away = whole("needs", "Needs with the centre or other organisations", "中心或其他机构办理中的需求数")
    n_waiting = whole("needs", "Needs that wait at stations for a worker", "在站内等待社工的需求数")
    n_unassigned = whole("services", "Services without a worker", "无人负责的服务数")
    n_touched = whole("residents", "Residents whose trust an experience moved since yesterday", "自昨日起因经历而信任变动的居民数")


class Stations:
    """With their towns and town offices."""

    key = key("Key of the town's draws, from the seed and the town's id", "该镇随机数的密钥，由种子与镇的编号得出")
    first_worker = row("First post of the station", "社工站的第一个岗位")
    last_worker = row("One past its last post", "最后一个岗位之后一行")
    first_community = row("First community of its town", "该镇的第一个社区")
    last_community = row("One past the last community of its town", "该镇最后一个社区之后一行")
    n_posts = whole("posts", "Posts, filled or not", "岗位数（含空缺）", MOST_POSTS)
    is_open = yes("Whether the station is open", "社工站是否开设", STRUCTURE)
    joins = whole("month", "Month of the run from which on the town is of the city, 0 where it always is", "并入本市的月份（运行第几月），一直属于本市者为 0", why_not=STRUCTURE)
    opens = whole("month", "Month of the run in which it opens, 0 where it is there from the start", "开设的月份（运行第几月），自始即有为 0", why_not=STRUCTURE)
    closes = whole("month", "First month of the run in which it is closed", "关闭后的首月（运行第几月）", why_not=STRUCTURE)
    heir = row("Station that goes on for it once it has closed", "关闭后的承接站")
    served_by = row("Station that serves the town: its own, or once that has closed the heir", "服务该镇的社工站：本站，关闭后为承接站")
    n_towns = whole("towns", "Towns that the station serves", "该站服务的镇数", why_not=STRUCTURE)
    parameters = row("Which of a month's rows of parameters holds for the town", "该镇适用的参数行（每月各有若干行）")
    growth_per_year = rate("share per year", "Growth of the town's population", "该镇人口年增长率", STRUCTURE)
    grown = number("multiplier", "Residents against those of the first day, or of the month in which the town joined; 0 before that", "居民数相对首日（或并入之月）的倍数，并入前为 0", why_not=STRUCTURE)
    residents = number("people", "Residents of the town, weighted", "该镇居民数（加权）", MOST_PEOPLE)
    backlog_hours = number("h", "Administrative backlog: accepted tasks, inspections, duplicates, handing over", "行政积压工时：已接任务、督查、重复登记、交接", 1e6, BACKLOG)
    reception_days_left = number("workdays", "Workdays of preparing and hosting visits ahead", "待筹备与接待参访的工作日", 250, FREE)
    balance = number("yuan", "Balance: money at hand, never below 0", "结余：手头资金，不低于 0", MOST_YUAN, ACCOUNTS)
    start_balance = number("yuan", "Balance on the first morning, kept for the check of conservation", "首日结余，用于核对收支", MOST_YUAN, ACCOUNTS)
    receivable = number("yuan", "What government owes the station", "应收政府款", MOST_YUAN, ACCOUNTS)
    wages_owed = number("yuan", "What the station owes its staff", "累计欠薪", MOST_YUAN, ACCOUNTS)
    operating_owed = number("yuan", "What the station owes for operation", "累计欠付运营成本", MOST_YUAN, ACCOUNTS)
    government_revenue = number("yuan per month", "Moving mean of what fell due from government, paid or not", "政府应付款（无论是否已付）的移动平均", MOST_YUAN, FREE)
    own_revenue = number("yuan per month", "Moving mean of own revenue received", "自筹收入的移动平均", MOST_YUAN, FREE)
    planned_own = number("yuan per month", "Own revenue that fundraising works for; set at the last month's end", "筹资所要达到的自筹收入；上月末确定", MOST_YUAN)
    reputation = share("Reputation ρ", "声誉 ρ", FREE)
    turn = whole("communities", "Community that outreach visits next, counted from the town's first", "下一个外展社区，从该镇第一个社区数起")
    n_partners = whole("stations", "Partner stations", "伙伴站数", MAX_PARTNERS)
    partners = row(f"The partners in the order of linking (room for {MAX_PARTNERS})", f"伙伴站，按结盟先后（最多 {MAX_PARTNERS} 个）", MAX_PARTNERS)
    # the town office
    awareness = share("Town office: cadre awareness A, how many cadres understand social work", "街镇：干部知晓度 A，即了解社会工作的干部占比", FREE)
    goodwill = share("Town office: goodwill G to its station", "街镇：对社工站的认可度 G", FREE)
    restrained_months = whole("months", "Town office: months of restraint left after an inspection", "街镇：督查后受约束的剩余月数", 60, FREE)
    last_inspection = day("Day of the last inspection, or none", "上次督查日，或无")
    # refreshed each month or workday
    load = share("Load: hours left in its services against what present staff can do; end of last month", "负荷：服务剩余工时与在岗人员能力之比（上月末）")
    trust = share("Mean trust of the town's residents, end of last month", "该镇居民平均信任（上月末）")
    volunteers = number(PER_1000, "Volunteers V who help, mean over the town", "协助的志愿者 V（全镇平均，每千人）", 1000)
    mean_competence = share("Mean competence of filled posts, end of last month; 0 where nobody works", "在岗人员平均能力（上月末）；无人时为 0")
    n_present = whole("workers", "Present staff on the last day that was run", "在岗人数（已运行的最后一日）", MOST_POSTS)
    month_ended = number("needs", "Needs whose services the station ended this month", "本月了结服务的需求数", why_not=COUNTED)
    month_reported = number("needs", "Of them, reported as on time", "其中上报为按时的", why_not=COUNTED)
    month_visits = number("visits", "Visits announced this month", "本月通知的参访次数", why_not=COUNTED)
    month_fundraising = number("h", "Fundraising hours worked this month", "本月筹资工时", why_not=COUNTED)
    month_fundraising_asked = number("h", "Fundraising hours that the plan asks for this month, with or without staff", "计划要求的本月筹资工时（无论有无人员）", why_not=COUNTED)


class Workers:
    """One row a post, of those that the station has in any month."""

    station = row("Station of the post", "岗位所属社工站")
    is_filled = yes("Whether somebody holds the post", "岗位是否有人")
    is_trained = yes("Whether trained in social work", "是否社工专业出身", FREE)
    certificate = whole("certificate", "Certificate: none, assistant, social worker, senior (0-3)", "职业水平证书：无、助理、社工师、高级（0–3）", len(CERTIFICATES) - 1, FREE)
    competence = share("Competence C", "能力 C", FREE)
    burnout = share("Burnout U", "倦怠 U", FREE)
    conflict = share("Role conflict a: moving mean of the admin fraction of the day", "角色冲突 a：每日行政占比的移动平均", FREE)
    stay = share("Chance of answering that one means to stay, σ; refreshed at the month's end", "表示有意留任的概率 σ；月末更新", unit="chance")
    arrears = share("Moving mean of the share of the month's wages left unpaid", "欠薪感知：当月欠薪占比的移动平均", FREE)
    tenure_days = number("days", "Time in post, end of last month; where posts end, the last hired leaves", "在岗天数（上月末）；岗位裁减时最后入职者离开", 20_000, FREE)
    secondment_days_left = whole("days", "Days that the worker is still lent out; 0: present", "借调剩余天数（0 为在岗）", 366, FREE)
    absence_days = whole("days", "Calendar days of the present secondment, today counted", "本次借调的日历天数（含今日）", why_not=COUNTED)
    ledger_backlog = number("h", "Records not yet written; stays with the post when somebody leaves", "台账积压工时；离职后留在岗位", 1000, FREE)
    month_service = number("h", "Service hours this month, overtime included", "本月服务工时（含加班）", 1000, COUNTED)
    month_training = number("h", "Training hours this month", "本月培训工时", 1000, COUNTED)
    vacant_months = whole("month-ends", "How long the post has stood vacant", "岗位已空缺的月末数")
    is_post = yes("Whether the row is a post now; others are free for posts to come", "该行现在是否为岗位；否则留待日后增设", STRUCTURE)
    n_services = whole("services", "Services under way", "在办服务数", MAX_SERVICES)
    services = row(f"These services in order of deadline, then of row (room for {MAX_SERVICES})", f"这些服务，按期限、再按行排序（最多 {MAX_SERVICES} 项）", MAX_SERVICES)


class Communities:
    station = row("Station of the town", "该镇的社工站")
    first_cell = row("First cell of residents", "第一个居民单元")
    last_cell = row("One past the last cell", "最后一个居民单元之后一行")
    first_resident = row("First resident of the community", "社区的第一位居民")
    last_resident = row("One past its last resident", "最后一位居民之后一行")
    residents = number("people", "Residents, weighted", "居民数（加权）", MOST_PEOPLE)
    grid_strength = number("mean 1", "Strength of the grid (网格) that reports needs; acts from the next month", "上报需求的网格强度；下月起生效", 10, FREE)
    outreach = number("h per 1,000 residents and month", "Outreach intensity O, a moving mean", "外展强度 O（移动平均）", 1000, FREE)
    month_outreach = number("h", "Outreach here this month", "本月在此的外展工时", 1e5, COUNTED)
    participation = share("Residents who joined last month's activity", "上月参加活动的居民占比")
    volunteers = number(PER_1000, "Volunteers V who help the station", "协助社工站的志愿者 V（每千人）", 1000)
    trust = share("Mean trust, end of last month", "平均信任（上月末）")
    trust_sum = number("people", "Sum of trust, end of last month", "信任之和（上月末）")
    trust_square_sum = number("people", "Sum of the square of trust, end of last month", "信任平方之和（上月末）")
    aware_sum = number("people", "Residents who know of the station, end of last month", "知晓社工站的居民数（上月末）")
    was_served = yes("Whether a resident had a session this month", "本月是否有居民得到服务")


class Residents:
    """Separate arrays, sorted by community and group."""

    trust = small(f4, share("Trust T in the station; the month's turn carries it to the means", "对社工站的信任 T（月末汇入均值）", FREE))
    own_trust = small(f4, share("The resident's first trust T0, to which it returns", "信任回归的自身水平 T0，即最初的信任", FREE))
    is_aware = small(u1, yes("Whether the resident knows of the station", "是否知晓社工站", FREE))
    n_hidden = whole("needs", "The resident's hidden needs; 0 spares looking for them", "该居民的隐性需求数；为 0 时无需查找")


class Drawn:
    """A need to come, in order of onset: the rest is drawn when it arises."""

    key = key("Key of the need's draws", "该需求随机数的密钥")
    onset = day("When it arises", "产生之日")
    cell = row("Cell of the resident", "居民所在单元")
    resident = row("Whose need it is", "谁的需求")


class Needs:
    key = key("Key of the need's draws", "该需求随机数的密钥")
    resident = row("Whose need it is", "谁的需求")
    community = row("Community of the resident", "居民所在社区")
    group = row("Group of the resident", "居民所属群体")
    station = row("Station of the resident's town", "居民所在镇的社工站")
    onset = day("When it arises", "产生之日")
    weight = number("people", "People for whom the resident stands", "该居民所代表的人数")
    kind = whole("case or group", "What kind of service it calls for", "需要个案还是小组")
    state = whole("state", "See the states below", "见下表")
    hours = number("h", "Hours that it takes as a case, at productivity 1", "作为个案所需工时（效率为 1 时）")
    giving_up_threshold = number("hazard", "Gathered hazard at which it gives up waiting; exponential with mean 1", "累计风险达到此值即放弃等待；均值为 1 的指数分布")
    dispatch_due = whole("workday number", "Workday from which it may be dispatched", "最早可派单的工作日序号")
    dispatched = day("When it was dispatched", "派单之日")
    route = whole("route", "Centre, other organisation, or station", "中心、其他机构或社工站")
    waiting_since = day("From when the deadlines of a case count", "个案期限的起算日")
    ends = day("When the centre or other organisation closes it", "中心或其他机构结案之日")
    service = row("Its service, or none", "所属服务，或无")
    next_member = row("Next need of the same service, or none", "同一服务的下一项需求，或无")


class Hidden:
    """The hidden needs of the moment, in no order."""

    need = row("The hidden need", "该隐性需求")
    resident = row("Whose it is", "谁的需求")
    community = row("Community of the resident", "居民所在社区")
    group = row("Group of the resident", "居民所属群体")
    since = day("When the hazard was refreshed: on the first of a month, or after an experience of the resident", "风险更新之日：每月首日，或居民有经历之后")
    hazard = number("per day", "Hazard of detection from that day on", "自该日起每日被发现的风险")
    detection_left = number("hazard", "On that morning: hazard to gather until it is detected; of an exponential one with mean 1", "该日清晨：距被发现尚需累计的风险（均值为 1 的指数分布）")
    expiry_left = number("hazard", "On that morning: hazard to gather until it expires; likewise", "该日清晨：距消失尚需累计的风险；同上")


class Services:
    """A service has the row of the need that opened it, which gives it a stable name for draws."""

    station = row("Station that works", "办理的社工站")
    worker = row("Worker, or none: it waits for one", "社工，或无：等待社工")
    kind = whole("case or group", "Kind", "个案或小组")
    is_open = yes("Whether it is under way", "是否在办")
    n_members = whole("needs", "Needs that it serves", "所服务的需求数")
    opened = day("When it was opened", "开案（开组）之日")
    hours = number("h", "Hours that it takes at productivity 1", "所需工时（效率为 1 时）")
    hours_left = number("h", "Of these, not yet done", "其中尚未完成的")
    deadline = day("By when it should close", "应结案之日")
    response_due = day("By when a case should have its first session", "个案应首次响应之日")
    last_session = day("Last session, or none: unanswered", "最近一次服务之日，或无：尚未响应")
    handovers = whole("times", "How often another worker took it over", "转由其他社工接手的次数")
    left_by = row("The worker who is away and had it, or none; whoever else takes it over makes a handover", "原负责、现不在岗的社工，或无；由他人接手即为一次交接")


class Days:
    month = whole("month", "Month of the run, from 0", "运行的月份，从 0 起")
    is_workday = yes("Monday to Friday", "周一至周五")
    workdays = whole("workdays", "Workdays up to and including this day", "截至当日（含）的工作日数")
    next_workday = day("Next workday after this day", "当日之后的下一个工作日")
    is_month_start = yes("First day of a month", "是否月初第一天")
    is_month_end = yes("Last day of a month", "是否月末最后一天")
    month_of_year = whole("1-12", "Calendar month", "日历月份")
    days_in_month = whole("days", "Length of the month", "当月天数")


class Groups:
    needs_per_year = number("per person", "Rate at which needs arise", "需求产生率（每人每年）")
    group_work_share = share("Needs that call for a group", "需要小组的需求占比")
    hours_scale = number("multiplier", "On the hours of a case", "个案工时的倍数")
    detectability = number("multiplier", "On the hazard of detection", "被发现风险的倍数")


class Cells:
    """The residents of one group in one community stand together."""

    community = row("Community", "社区")
    group = row("Group", "群体")
    first = row("First resident", "第一位居民")
    last = row("One past the last resident", "最后一位居民之后一行")
    weight = number("people", "People for whom each resident stands", "每位居民所代表的人数")


def _declared(owner: type) -> dict[str, Column]:
    return {name: Column(name, *value) for name, value in vars(owner).items() if not name.startswith("_")}


STATE: dict[str, dict[str, Column]] = {
    owner.__name__.lower(): _declared(owner)
    for owner in (City, Stations, Workers, Communities, Residents, Drawn, Needs, Hidden, Services, Days, Groups, Cells)
}
"""Every column by the name of its table."""


def record(table: str) -> np.dtype[Any]:
    """A row of a table."""
    columns = STATE[table].values()
    return np.dtype([(one.name, one.dtype, *([(one.width,)] if one.width > 1 else [])) for one in columns], align=True)
