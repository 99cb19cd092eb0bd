from react import raise_pay, relieve

from sim import compare

arms = dict.fromkeys(("baseline", "raise-pay", "relieve"), "small-city.yaml")
result = compare(arms, seeds=20, reactions={"raise-pay": [raise_pay], "relieve": [relieve]})
for arm in ("raise-pay", "relieve"):
    for outcome in ("turnover", "coverage"):
        effect = result.effect(arm, outcome)
        print(f"{arm}, {outcome}: {effect.mean:+.4f} ({effect.low:+.4f} to {effect.high:+.4f})")
