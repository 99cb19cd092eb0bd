"""Levers and parameters by town, pay among them, as the changes of a city's file."""

from __future__ import annotations

from sim.language import tr
from sim.scenario import read
from sim.scenario.parameters import LEVERS, PARAMETERS, Quantity
from sim.scenario.sheets.cells import FromCell
from sim.scenario.sheets.joined import OneTown
from sim.scenario.sheets.numbers import number_of
from sim.scenario.units import unit_zh


def is_yearly(town: OneTown) -> bool:
    """Whether its pay is said for a year, by its unit."""
    cell = town.cell("pay")
    if cell is None:
        return False
    unit = number_of(cell, town.heading("pay").kind, town.heading("pay").unit)[1]
    return unit is not None and unit.period == "year"


def levers_of(town: OneTown) -> dict[str, FromCell]:
    """The levers and parameters that a row says of a town, by name. Raises Mistake where one is no number."""
    found = {}
    for name in town.said:
        section, _, own = name.partition(".")
        if name in {"pay", "yearly_pay"}:
            node, own = _pay(town, name), "pay"
        elif section in {"levers", "parameters"}:
            node = _number(town, name, (LEVERS | PARAMETERS)[own])
        else:
            continue
        if node is not None:
            found[own] = node
    return found


def _number(town: OneTown, name: str, quantity: Quantity) -> FromCell | None:
    cell, heading = town.cell(name), town.heading(name)
    unit = None if cell is None else number_of(cell, heading.kind, heading.unit)[1]
    if cell is not None and unit is not None and unit.period and unit.period not in quantity.unit:
        raise cell.mistake(
            f"is in '{unit.said}', but {quantity.name} is in {quantity.unit}; give it in that unit",
            f"单位为“{unit.said}”，而 {quantity.name} 的单位为 {unit_zh(quantity.unit)}；请按后者填写",
        )
    return town.number(name)


def _pay(town: OneTown, name: str) -> FromCell | None:
    cell = town.cell(name)
    if cell is None:
        return None
    heading, most = town.heading(name), LEVERS["pay"].most
    number, unit = number_of(cell, heading.kind, heading.unit)
    period = unit.period if unit is not None else ""
    if name == "yearly_pay":
        if period == "month":
            raise cell.mistake(
                f"stands under '{heading.said}', but is said to be a month's; keep one",
                f"列为“{heading.said}”，单位却为每月；请保留其一",
            )
        period = "year"
    if (
        unit is not None
        and unit.factor > 1
        and not period
        and "月" not in heading.said
        and "month" not in heading.said.casefold()
    ):
        raise cell.mistake(
            f"is in '{unit.said}', of a month or of a year? head the column 'Pay (yuan/month)' or 'Yearly pay'",
            f"单位为“{unit.said}”，但未说明按月还是按年；请将标题写为“月工资（元/月）”或“年薪”",
        )
    if period == "year":
        number /= 12
    elif number > most and LEVERS["pay"].least <= number / 12 <= most:
        raise cell.mistake(
            f"{cell.shown()} is too high for a month's pay; if it is a year's, head the column 'Yearly pay'",
            f"{cell.shown()} 作为月工资过高；若为年薪，请将标题写为“年薪”",
        )
    value = float(round(number, 2))
    if period == "year" and not LEVERS["pay"].least <= value <= most:
        wanted = read.allowed(LEVERS["pay"].least, most, LEVERS["pay"].unit)
        raise cell.mistake(
            f"{cell.shown()} a year is {read.limit(value)} a month, which is out of range; allowed: {wanted[0]}",
            f"{cell.shown()} 每年折合每月 {read.limit(value)}，超出范围；可用：{wanted[1]}",
        )
    said = (
        f"{cell.text()} {heading.said}"
        if period == "year"
        else cell.text()
        if unit is not None and unit.factor != 1
        else ""
    )
    return cell.node(int(value) if value == int(value) else value, said)


def changes_by_town(by_town: dict[str, FromCell], n_towns: int) -> FromCell:
    """Values of a lever or parameter by town as a city's file says them: one for each value, in the order of the towns."""
    together: dict[float, list[str]] = {}
    for key, node in by_town.items():
        together.setdefault(node.value, []).append(key)
    first = next(iter(by_town.values()))
    if len(together) == 1 and len(by_town) == n_towns:
        return FromCell(
            first.value,
            first.source,
            None,
            note=tr(f"{first.note} on, the same in every town", f"{first.note} 起，各镇相同"),
        )
    listed = []
    for keys in together.values():
        node = by_town[keys[0]]
        notes = ", ".join(by_town[key].note for key in keys[:8]) + (", ..." if len(keys) > 8 else "")
        stations = FromCell([FromCell(key, node.source, None) for key in keys], node.source, None)
        listed.append(FromCell({"value": node, "stations": stations}, node.source, None, note=notes))
    return FromCell(listed, first.source, None)
