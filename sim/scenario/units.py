"""The Chinese name of every unit that is declared: of parameters and levers, columns, measures and outcomes.

A unit's English name is the unit itself. Where values are shown scaled (per cent, ten thousands), see `sim.lab.say.numbers`.
"""

from __future__ import annotations

from sim.language import tr

_CHINESE = {
    "share": "占比",
    "share per month": "占比/月",
    "share per year": "占比/年",
    "share per refusal": "占比/每次拒绝",
    "chance": "概率",
    "chance per month": "概率/月",
    "chance per year": "概率/年",
    "chance per unit": "概率/每单位",
    "chance per h per 1,000 residents and month": "概率/每千居民每月每小时",
    "0-1": "0–1",
    "mean 1": "均值为 1",
    "ratio": "比值",
    "odds ratio": "比值比",
    "multiplier": "倍数",
    "logit": "对数几率",
    "logit per unit": "对数几率/每单位",
    "logit per h a month at quality 1": "对数几率/每月每小时（质量为 1 时）",
    "logit per SD": "对数几率/每标准差",
    "logit per log pay": "对数几率/每单位对数薪酬",
    "log days": "天数的对数",
    "Dirichlet": "狄利克雷参数",
    "Gini": "基尼系数",
    "per day": "每天",
    "per month": "每月",
    "per year": "每年",
    "per h": "每小时",
    "per h at quality 1": "质量为 1 时每小时",
    "per h per 1,000 residents and month": "每千居民每月每小时",
    "per link": "每个联盟",
    "per visit": "每次参访",
    "per lapsed task": "每项逾期任务",
    "per admin share": "每单位行政占比",
    "per worker and month": "每人每月",
    "per 1,000 residents": "每千居民",
    "per volunteer per 1,000 residents": "每千居民每名志愿者",
    "per day, per h per 1,000 residents and month": "每天，每千居民每月每小时",
    "per day, per volunteer per 1,000 residents": "每天，每千居民每名志愿者",
    "h": "小时",
    "h per member": "小时/组员",
    "h a month at quality 1": "小时/月（质量为 1 时）",
    "h per day": "小时/天",
    "h per week": "小时/周",
    "h per year": "小时/年",
    "h per h": "小时/小时",
    "h per post": "小时/岗位",
    "h per 1,000 yuan": "小时/千元",
    "h per worker and month": "小时/人·月",
    "h per link, station and month": "小时/联盟·站·月",
    "h per 1,000 residents and month": "小时/千居民·月",
    "days": "天",
    "workdays": "工作日",
    "worker-days": "人日",
    "months": "个月",
    "month of the year": "月份",
    "yuan": "元",
    "yuan per h": "元/小时",
    "yuan per additional met need": "元/每多满足一项需求",
    "yuan per month": "元/月",
    "yuan per year": "元/年",
    "yuan per post and month": "元/岗位·月",
    "yuan per link and month": "元/联盟·月",
    "yuan per station and month": "元/站·月",
    "yuan per city and month": "元/市·月",
    "yuan per cadre and year": "元/干部·年",
    "needs": "项",
    "needs per year": "项/年",
    "needs per person and year": "项/人·年",
    "tasks": "项",
    "tasks per month": "项/月",
    "tasks per post and workday": "项/岗位·工作日",
    "services": "项",
    "visits": "次",
    "visits per month": "次/月",
    "inspections": "次",
    "secondments": "人次",
    "people": "人",
    "people per 1,000 residents": "人/千居民",
    "workers": "人",
    "cadres": "人",
    "posts": "个岗位",
    "stations": "个站点",
    "links": "个联盟",
    "link ends": "个联盟端",
}


def unit_zh(unit: str) -> str:
    """The Chinese name of a unit; the unit itself where it has none."""
    return _CHINESE.get(unit, unit)


def stored_unit(unit: str) -> str:
    """The name of a unit as values are stored and written in files, in the language in force."""
    return tr(unit, unit_zh(unit))
