"""Money at the end of the month: what falls due, what is paid, what stays owed."""

from __future__ import annotations

from sim.chance import chance, lognormal
from sim.compile import kernel
from sim.rules import finance as rules
from sim.rules.amounts import kept_yuan
from sim.words import Draw


@kernel
def finance_month(world, day, month):
    """Every station's month of money."""
    pool = 0.0
    weights = 0.0
    n_towns = 0
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[month, station.parameters]
        n_towns += 1 if station.grown > 0.0 else 0
        lever = world.levers[month, s]
        station.planned_own = (1.0 - lever.funding_dependence) * budget(p, station, lever, world.workers)
        effort = rules.fundraising_effort(station.month_fundraising, station.month_fundraising_asked)
        # Effort counts twice: less comes into the city's pool, and less of it to this station.
        pool += effort * station.planned_own * rules.pool_share(p, lever.fundraising_support)
        weights += rules.fundraising_weight(p, station.planned_own, effort, station.reputation, station.n_partners)
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[month, station.parameters]
        own = 0.0
        if weights > 0.0:
            effort = rules.fundraising_effort(station.month_fundraising, station.month_fundraising_asked)
            weight = rules.fundraising_weight(p, station.planned_own, effort, station.reputation, station.n_partners)
            noise = lognormal(chance(station.key, Draw.OWN_REVENUE, 0, day, 0), 1.0, p.own_revenue_cv)
            own = pool * weight / weights * noise
        lever = world.levers[month, s]
        seen = world.observed.stations[month, s]
        wages = wage_bill(p, station, lever, world.workers)
        pays = rules.payment_chance(p, station.goodwill, lever.payment_delay)
        share = rules.paid_share(p, chance(station.key, Draw.PAYMENT, 0, day, 0), pays)
        _receive(p, station, lever, seen, wages, own, share)
        _pay(p, station, world.workers, seen, wages)
        _count_costs(p, station, lever, seen, wages, n_towns)
        station.month_fundraising = 0.0
        station.month_fundraising_asked = 0.0


@kernel
def wage_bill(p, station, lever, workers):
    """Wages of the filled posts, benefits included, yuan per month."""
    bill = 0.0
    for w in range(station.first_worker, station.last_worker):
        if workers[w].is_filled:
            pay = rules.pay_received(p, lever.pay, workers[w].certificate, lever.promotion)
            bill += rules.wage(p, pay, lever.benefits)
    return bill


@kernel
def budget(p, station, lever, workers):
    """Budget of a station, yuan per month: wages of filled posts and the operating cost of all."""
    return wage_bill(p, station, lever, workers) + operating_cost(p, station)


@kernel
def set_out(p, station, lever, planned):
    """The accounts of a station that begins its work with a budget of `planned` yuan per month."""
    station.government_revenue = lever.funding_dependence * planned
    station.own_revenue = (1.0 - lever.funding_dependence) * planned
    station.planned_own = (1.0 - lever.funding_dependence) * planned
    station.balance = p.start_balance_months * planned
    station.start_balance = station.balance


@kernel
def operating_cost(p, station):
    """Operating cost of a station, yuan per month."""
    return kept_yuan(p.operating_cost * station.n_posts)


@kernel
def _receive(p, station, lever, seen, wages, own, share):
    due = kept_yuan(lever.funding_dependence * (wages + operating_cost(p, station)))
    station.receivable += due
    own = kept_yuan(own)
    paid = kept_yuan(share * station.receivable)
    station.receivable = kept_yuan(station.receivable - paid)
    station.balance += paid + own
    station.government_revenue = rules.moving_mean(station.government_revenue, due, p.revenue_memory_months)
    station.own_revenue = rules.moving_mean(station.own_revenue, own, p.revenue_memory_months)
    seen.government_due += due
    seen.government_paid += paid
    seen.own_revenue += own


@kernel
def _pay(p, station, workers, seen, wages):
    """Operating cost and its debts first, then the month's wages, then wages owed, as far as the money goes."""
    operating = operating_cost(p, station)
    paid = min(station.balance, operating + station.operating_owed)
    station.balance = kept_yuan(station.balance - paid)
    station.operating_owed = kept_yuan(station.operating_owed + operating - paid)
    seen.operating_due += operating
    seen.operating_paid += paid

    paid = min(station.balance, wages)
    station.balance = kept_yuan(station.balance - paid)
    unpaid = kept_yuan(wages - paid)
    old = min(station.balance, station.wages_owed)
    station.balance = kept_yuan(station.balance - old)
    station.wages_owed = kept_yuan(station.wages_owed + unpaid - old)
    seen.wages_due += wages
    seen.wages_paid += paid + old
    seen.wages_unpaid += unpaid

    share = unpaid / wages if wages > 0.0 else 0.0
    for w in range(station.first_worker, station.last_worker):
        if workers[w].is_filled:
            workers[w].arrears = rules.moving_mean(workers[w].arrears, share, p.arrears_memory_months)


@kernel
def _count_costs(p, station, lever, seen, wages, n_towns):
    """What the policy costs society, whoever pays; training, exams and inspections are counted where they happen. n_towns: of the city."""
    if station.grown == 0.0:  # the town is not of the city yet
        return
    seen.cost_wages += wages
    seen.cost_operating += operating_cost(p, station)
    seen.cost_cadres += kept_yuan(p.cost_cadre_year * p.cadres_per_town * lever.cadre_training / 12.0)
    if station.is_open:
        seen.cost_platform += kept_yuan(p.cost_platform * lever.information_platform)
    # A link has two ends; the city's support is split among its towns.
    links = 0.5 * p.cost_link * station.n_partners
    seen.cost_alliances += kept_yuan(links + p.cost_alliance_city * lever.alliance_support / n_towns)
