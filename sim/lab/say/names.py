"""Short names for figures and the browser, where the full names of `sim.observations` and `sim.lab.outcomes` are too long."""

from __future__ import annotations

from sim.lab.outcomes import OUTCOMES
from sim.language import Text
from sim.observations import STATION_MONTH

MAY_BREAK = "‐ "
"""Where a word may break; `sim.plot.style.wrap` takes it out where the word stays whole."""

_SHORT = {
    "coverage": ("Coverage", "覆盖率"),
    "met_per_year": ("Needs met", "满足的需求"),
    "true_on_time_share": ("Closed on time", "实际按时结案率"),
    "detection_rate": ("Needs detected", "需求发现率"),
    "admin_share": ("Adminis‐ tration", "行政工时占比"),
    "outreach_share": ("Outreach", "外展工时占比"),
    "participation": ("Participation", "参与率"),
    "trust": ("Trust", "信任"),
    "stay_share": ("Mean to stay", "有意留任"),
    "turnover": ("Quits", "离职"),
    "competence": ("Competence", "能力"),
    "burnout": ("Burnout", "倦怠"),
    "unpaid_wage_share": ("Wages unpaid in their month", "当月欠薪率"),
    "wage_volatility": ("Wages’ monthly spread", "工资月度波动"),
    "goodwill": ("Goodwill of towns", "街镇认可度"),
    "cost_per_year": ("Cost, whoever pays", "成本（不论出资方）"),
    "public_cost_per_year": ("Cost to government", "财政承担的成本"),
    "filled": ("Staff", "聘用人数"),
    # money
    "balance": ("Balance of all stations", "各站结余合计"),
    "receivable": ("Owed by government", "财政应付未付款"),
    "wages_owed": ("Owed to staff", "累计未发工资"),
    "cost_wages": ("Wages, benefits", "工资福利"),
    "cost_operating": ("Operation", "运营"),
    "cost_training": ("Training", "培训"),
    "cost_exams": ("Exam bonuses", "考证奖励"),
    "cost_inspection": ("Inspec‐ tions", "督查"),
    "cost_cadres": ("Cadre training", "干部培训"),
    "cost_platform": ("Platform", "平台"),
    "cost_alliances": ("Alliances", "联盟"),
    "cost_total": ("All", "合计"),
    # activities
    "administration": ("Admin. tasks", "行政任务"),
    "receptions": ("Recep‐ tions", "接待参访"),
    "ledgers": ("Ledgers", "台账"),
    "services": ("Services", "服务"),
    "outreach": ("Outreach", "外展"),
    "training": ("Training", "培训"),
    "coordination": ("Coordi‐ nation", "联盟协调"),
    "fundraising": ("Fund‐ raising", "筹资"),
    "lent_out": ("Seconded away", "被借调"),
    # the chain
    "tasks_accepted": ("Tasks accepted", "接受任务"),
    "late_share": ("Closed late", "逾期结案"),
}


def short(name: str) -> str:
    """What a figure calls an outcome, an activity or an item, in the language in force."""
    return str(_named(name))


def plain(name: str) -> str:
    """The short name without the place where it may break."""
    return short(name).replace(MAY_BREAK, "")


def full_name(name: str) -> Text:
    """What a table calls an outcome, an activity, an item or a step, in both languages: the short name only where there is no other."""
    if name in OUTCOMES:
        return OUTCOMES[name].label
    if name in STATION_MONTH:
        return STATION_MONTH[name].meaning
    short_text = _named(name)
    return Text(*(said.replace(MAY_BREAK, "") for said in (short_text.en, short_text.zh)))


def _named(name: str) -> Text:
    if name in _SHORT:
        return Text(*_SHORT[name])
    if name in OUTCOMES:
        return OUTCOMES[name].meaning
    return STATION_MONTH[name].meaning if name in STATION_MONTH else Text(name, name)
