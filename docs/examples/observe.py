from sim import load_scenario, simulate


def admin_per_worker(now):
    """Hours of administrative tasks for each filled post, by station."""
    hours, filled = now.station("admin_hours"), now.station("filled")
    return {town: hours[town] / max(1, filled[town]) for town in now.stations}


def pay_gap(now):
    """The best paying station's mean pay less the worst paying one's, yuan a month."""
    pay = now.station("mean_pay").values()
    return max(pay) - min(pay)


observations = {"admin_per_worker": admin_per_worker, "pay_gap": pay_gap}
tables = simulate(load_scenario("small-city.yaml"), seed=1, observations=observations).frames()
print(tables["stations"][["month", "station", "admin_per_worker"]].tail(3).round(1).to_string(index=False))
print(tables["city"][["month", "pay_gap"]].tail(1).round(1).to_string(index=False))
