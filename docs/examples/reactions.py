from react import raise_pay, relieve

from sim import compare, load_scenario

city = load_scenario("small-city.yaml")
arms = {"baseline": city, "raise-pay": city, "relieve": city}
result = compare(arms, seeds=range(1, 21), reactions={"raise-pay": [raise_pay], "relieve": [relieve]})
for arm in ("raise-pay", "relieve"):
    for outcome in ("turnover", "coverage"):
        effect = result.effect(arm, outcome)
        print(f"{arm}, {outcome}: {effect.mean:+.4f} ({effect.low:+.4f} to {effect.high:+.4f})")
