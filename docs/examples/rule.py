from loyal import loyal

from sim import load_scenario, simulate

city = load_scenario("small-city.yaml")
as_it_is = simulate(city, seed=1)
loyal_staff = simulate(city, seed=1, rules={"staff.quit_chance": loyal})
for run in (as_it_is, loyal_staff):
    print(f"model {run.engine.digest}: {run.frames()['city']['quits'].sum():.0f} quits")
