"""Changes in words: from what to what, in the city where they act. One wording for the command line, reports and dry runs."""

from __future__ import annotations

from sim.language import listed, tr
from sim.mistakes import Mistake
from sim.months import month_number, month_text
from sim.scenario.changes import Change, Step
from sim.scenario.parameters import LEVERS, PARAMETERS, Quantity
from sim.scenario.read import limit
from sim.scenario.schema import Policy, Scenario
from sim.scenario.units import stored_unit


def changes_told(scenario: Scenario) -> list[list[str]]:
    """What the city says of its levers and parameters, then what each of its policies changes, in their order.

    What a change sets out from is what stands in the month before it: without the policy, or after its earlier changes.
    """
    start = month_number(scenario.start)
    told: list[list[str]] = []
    for steps in scenario.moves():
        usual = scenario.policy_month if told else 0  # the first are the city's own
        told.append([_step(step, before, start, usual) for step, before in steps])
    return told


def policy_told(policy: Policy, city: Scenario) -> list[str]:
    """What a policy changes in a city; from what, only where it fits that city, and if not, why."""
    try:
        lines = changes_told(city.with_policies([policy]))[-1]
    except Mistake as mistake:
        lines = [_text(change, "→", _own_when(change)) for change in (*policy.levers, *policy.parameters)]
        title = str(city.title)
        return [tr(f"(does not fit {title}: {mistake})", f"（不适用于“{title}”：{mistake}）"), *lines]
    title = str(city.title)
    head = tr(f"in {title}, from {city.policy_start:%Y-%m} on:", f"在“{title}”，自 {city.policy_start:%Y-%m} 起：")
    return [head, *lines] if lines else []


def _step(step: Step, before: tuple[float, float], start: int, usual: int) -> str:
    low, high = before
    old = (
        limit(low)
        if low == high
        else tr(f"{limit(low)} to {limit(high)}, by town,", f"各镇 {limit(low)} 至 {limit(high)}")
    )
    when = ""
    if step.month != usual:
        month = month_text(start + step.month)
        when = tr(f" from {month}", f"（自 {month}）")
    return _text(step.change, f"{old} →", when)


def _own_when(change: Change) -> str:
    """When a change begins, as its file says it."""
    if change.start is not None:
        return tr(f" from {change.start}", f"（自 {change.start}）")
    if change.after_months:
        return tr(f" after months: {change.after_months}", f"（{change.after_months} 个月后）")
    return ""


def _text(change: Change, old: str, when: str) -> str:
    quantity = _quantity(change)
    if change.ramp_months > 1:
        when += tr(f" over {change.ramp_months} months", f"（{change.ramp_months} 个月到位）")
    if change.stations is not None:
        when += tr(f" at {listed(change.stations)}", f"（仅 {listed(change.stations)}）")
    unit = stored_unit(quantity.unit)
    return tr(
        f"{quantity.label}: {old} {limit(change.value)}{when} ({quantity.name}, {unit})",
        f"{quantity.label}：{old} {limit(change.value)}{when}（{quantity.name}，{unit}）",
    )


def _quantity(change: Change) -> Quantity:
    return LEVERS[change.name] if change.name in LEVERS else PARAMETERS[change.name]
