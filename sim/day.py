"""The order of the day, written once."""

from __future__ import annotations

from sim.compile import entry, hot_rule
from sim.phases import (
    alliances,
    finance,
    government,
    guidance,
    needs,
    observe,
    outcomes,
    over_time,
    residents,
    staff,
    stations,
    work,
)

PHASES = (
    ("over_time.begin_month", "First of the month: towns grow, stations open and close, posts are created and end", "月初：各镇人口增减，社工站开设与关闭，岗位增设与裁减"),
    ("government.issue", "Government supervises, issues tasks, receptions and secondments", "政府督查、下派任务、安排接待与借调"),
    ("needs.arise", "Needs arise", "需求产生"),
    ("needs.detect", "Hidden needs are detected or expire", "隐性需求被发现或消失"),
    ("guidance.dispatch", "The guidance centre dispatches (workdays)", "指导中心派单（工作日）"),
    ("stations.take_in", "Needs that waited for a group in vain become cases; on workdays stations take in, open groups, assign; overflow goes to partners", "久候未能开组的需求转为个案；工作日社工站接案、开组、分派，溢出转介伙伴站"),
    ("work.work", "Workers spend their hours (workdays)", "社工分配工时（工作日）"),
    ("government.lapse", "Administrative backlog beyond its bound lapses (workdays)", "超限的行政积压作废（工作日）"),
    ("outcomes.close", "Services close, in truth or on paper; trust moves", "服务结案（真实或纸面），信任变动"),
    ("guidance.close_away", "The centre and other organisations close", "中心与其他机构结案"),
    ("outcomes.give_up", "Waiting needs give up", "等待的需求放弃"),
    ("finance.finance_month", "Month end: money", "月末：财务"),
    ("staff.staff_month", "Month end: training, exams, quits, hiring", "月末：培训、考试、离职、招聘"),
    ("alliances.alliances_month", "Month end: alliances", "月末：联盟"),
    ("government.offices_month", "Month end: town offices", "月末：街镇"),
    ("stations.reputation_month", "Month end: reputation of stations", "月末：站点声誉"),
    ("residents.residents_month", "Month end: residents", "月末：居民"),
    ("observe.observe_month", "Month end: observation", "月末：观测"),
)  # fmt: skip
"""The phases in their order, for `stations explain phases`; a test holds this list and `run_day` together."""


@hot_rule
def run_day(world, day):
    """One day of the city."""
    today = world.place.days[day]
    month = today.month
    over_time.begin_month(world, day, month)
    government.issue(world, day, month)
    needs.arise(world, day, month)
    needs.detect(world, day, month)
    guidance.dispatch(world, day, month)
    stations.take_in(world, day, month)
    work.work(world, day, month)
    government.lapse(world, day, month)
    outcomes.close(world, day, month)
    guidance.close_away(world, day, month)
    outcomes.give_up(world, day, month)
    if today.is_month_end:
        finance.finance_month(world, day, month)
        staff.staff_month(world, day, month)
        alliances.alliances_month(world, day, month)
        government.offices_month(world, month)
        stations.reputation_month(world, month)
        residents.residents_month(world, day, month)
        observe.observe_month(world, month)
    world.city[0].day = day + 1


@entry
def run_days(world, n):
    """Run the next `n` days of the world, in place."""
    first = world.city[0].day
    for day in range(first, first + n):
        run_day(world, day)
