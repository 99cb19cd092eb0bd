"""Scenarios put together in Python: from a name, a path or a `Scenario`, with policies and levers by keyword."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sim.language import Text, tr
from sim.mistakes import Mistake, did_you_mean, list_of, shown
from sim.months import month_number, month_text
from sim.scenario.changes import Change
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.read_changes import read_changes
from sim.scenario.schema import Policy, Scenario
from sim.scenario.yaml_reader import from_plain


def compose(
    scenario: Any, policies: Any = (), levers: Mapping[str, Any] | None = None, *, words: Iterable[str] = ()
) -> Scenario:
    """The scenario (name, path or `Scenario`) under policies, with levers and parameters set from its first day.

    `words` are other words that a slip may have meant. Raises Mistake.
    """
    city = scenario_of(scenario)
    if levers:
        own = changes_of(levers, words)
        city = replace(
            city,
            levers=(*(change for change in city.levers if change.name not in levers), *own[0]),
            parameters=(*(change for change in city.parameters if change.name not in levers), *own[1]),
            known=tuple(dict.fromkeys((*city.known, *levers))),
        )
        city.check()
    wanted = policies_of(policies)
    return city.with_policies(wanted) if wanted else city


def scenario_of(given: Any) -> Scenario:
    """A scenario from its name, its path, itself, or the tables that it was imported from. Raises Mistake."""
    given = getattr(given, "city", given)  # of what `import_city` gives
    if isinstance(given, Scenario):
        return given
    if isinstance(given, (str, os.PathLike)):
        return load_scenario(os.fspath(given))
    raise Mistake(
        f"a scenario is a name, a path or a Scenario, not {shown(given)}",
        f"情景须为名称、路径或 Scenario 对象，而非 {shown(given)}",
    )


def policies_of(given: Any) -> list[Policy]:
    """Policies from names, paths or themselves; one alone is one. Raises Mistake."""
    if isinstance(given, (str, os.PathLike, Policy)):
        given = (given,)
    found = []
    for policy in list_of(
        () if given is None else given,
        "policies must be a list of names, paths or Policy objects",
        "policies 须为名称、路径或 Policy 对象的列表",
    ):
        if isinstance(policy, (str, os.PathLike)):
            policy = load_policy(os.fspath(policy))
        if not isinstance(policy, Policy):
            raise Mistake(
                f"a policy is a name, a path or a Policy, not {shown(policy)}",
                f"政策须为名称、路径或 Policy 对象，而非 {shown(policy)}",
            )
        found.append(policy)
    return found


def changes_of(said: Mapping[str, Any], words: Iterable[str] = ()) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Levers and parameters given by keyword, a number each or what a file may say. Raises Mistake."""
    for name in said:
        if name not in LEVERS and name not in PARAMETERS:
            guess = did_you_mean(name, [*LEVERS, *PARAMETERS, *words])
            raise Mistake(
                f"there is no lever or parameter '{name}'{guess}; 'stations explain levers' lists them",
                f"没有政策工具或参数 '{name}'{guess}；用 'stations explain levers' 查看全部",
            )
    levers, parameters = (
        from_plain({name: _plain(value) for name, value in said.items() if name in known}, tr("keyword", "关键字"))
        for known in (LEVERS, PARAMETERS)
    )
    return read_changes(levers, LEVERS), read_changes(parameters, PARAMETERS)


def branched(scenario: Scenario, month: int, policies: Any = (), levers: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario that goes on differently: policies start in `month` (counted from its start), and levers change then.

    All that was said is dated, so that up to `month` nothing differs: run from its first day, the new scenario passes
    through the same states. Raises Mistake.
    """
    wanted = policies_of(policies)
    if levers:
        wanted.append(_policy_of(levers))
    if not wanted:
        return scenario
    first = month_number(scenario.start)
    begins = first + month
    if month >= scenario.n_months:
        raise Mistake(
            f"no month of the run is left to begin (it ends on {scenario.end}), so no policy can",
            f"运行于 {scenario.end} 结束，已无可开始的月份，政策无从生效",
        )
    before = month_number(scenario.policy_start)
    start = min(begins, before)
    city = replace(
        scenario,
        policy_start=datetime.date(start // 12, start % 12 + 1, 1),
        levers=tuple(
            _dated(change, before) if change.after_months is not None else change for change in scenario.levers
        ),
        parameters=tuple(
            _dated(change, before) if change.after_months is not None else change for change in scenario.parameters
        ),
        policies=tuple(_dated_policy(policy, before) for policy in scenario.policies),
    )
    for policy in wanted:
        for change in (*policy.levers, *policy.parameters):
            if change.start is not None and month_number(change.start) < begins:
                raise Mistake(
                    f"{policy.name}: {change.name} would start in {change.start}; a branch begins in {month_text(begins)}",
                    f"{policy.name}：{change.name} 将于 {change.start} 开始；分支自 {month_text(begins)} 起",
                )
    return city.with_policies([_dated_policy(policy, begins) for policy in wanted])


def _policy_of(levers: Mapping[str, Any]) -> Policy:
    own = changes_of(levers)
    listed = ", ".join(levers)
    return Policy(
        "levers",
        Text(f"Levers set in a branch: {listed}", f"分支中设定的政策工具：{listed}"),
        Text("Set by keyword", "由关键字设定"),
        Text("model.branch", "model.branch"),
        *own,
    )


def _dated_policy(policy: Policy, month: int) -> Policy:
    return replace(
        policy,
        levers=tuple(_dated(change, month) for change in policy.levers),
        parameters=tuple(_dated(change, month) for change in policy.parameters),
    )


def _dated(change: Change, month: int) -> Change:
    """The change with its month said, where it was counted from `month`."""
    if change.start is not None:
        return change
    return replace(change, start=month_text(month + (change.after_months or 0)), after_months=None)


def _plain(value: Any) -> Any:
    """Numbers of other libraries as plain ones, tuples as lists."""
    if hasattr(value, "item") and not getattr(value, "shape", ()):
        return value.item()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
