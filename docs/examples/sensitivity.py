import numpy as np
from SALib.analyze import morris
from SALib.sample.morris import sample
from scipy.optimize import brentq

from sim import load_scenario, simulate
from sim.scenario.parameters import PARAMETERS


def sums(seed, **sets):
    """Every column of the city, summed over a run under other values: section__name=value."""
    city = load_scenario("small-city.yaml", sets=[f"{key.replace('__', '.')}={x:.9f}" for key, x in sets.items()])
    return simulate(city, seed).frames()["city"].sum(numeric_only=True)


def coverage(seed, point):
    found = sums(seed, **{f"parameters__{name}": x for name, x in zip(names, point, strict=True)})
    return (found.met_station + found.met_away) / found.arisen


names = ["task_hours", "grid_hazard", "stay_burnout"]
problem = {"num_vars": 3, "names": names, "bounds": [[PARAMETERS[one].low, PARAMETERS[one].high] for one in names]}
points = sample(problem, 6, seed=1)  # six paths through the ranges, 24 runs
for seed in (1, 2):
    index = morris.analyze(problem, points, np.array([coverage(seed, point) for point in points]), seed=1)
    told = zip(names, index["mu_star"], index["mu_star_conf"], strict=True)
    print(f"seed {seed}:", ", ".join(f"{name} {mean:.3f} ± {half:.3f}" for name, mean, half in told))


def excess_quits(pay):
    """Quits per filled post and year over five seeds, less 10 %."""
    found = sum(sums(seed, levers__pay=pay) for seed in range(1, 6))
    return 365 * found.quits / found.filled_days - 0.10


print(f"10 % a year quit at about {brentq(excess_quits, 2000, 8000, xtol=50):.0f} yuan a month")
