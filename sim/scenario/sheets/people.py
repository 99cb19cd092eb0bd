"""Communities, workers and groups from tables of their own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sim.language import Text, listed_texts, tr
from sim.mistakes import Mistake, did_you_mean
from sim.scenario.people import Group
from sim.scenario.read import limit
from sim.scenario.sheets.cells import FromCell, SheetCell
from sim.scenario.sheets.headings import FIELD, OF_GROUPS
from sim.scenario.sheets.joined import Towns
from sim.scenario.sheets.numbers import is_unknown, number_of, whole
from sim.scenario.sheets.rows import Row
from sim.scenario.sheets.tables import SheetTable
from sim.scenario.sheets.told import Told
from sim.scenario.sheets.units import plain
from sim.words import CERTIFICATES

_TRUE = {"是", "有", "√", "对", "yes", "y", "true", "1", "✓"}
_FALSE = {"否", "无", "×", "不是", "no", "n", "false", "0", "x"}
_CERTIFICATE = {
    plain(word): certificate
    for certificate, words in zip(
        CERTIFICATES,
        (
            ("none", "无", "未取得", "没有", "无证", "未持证"),
            ("assistant", "助理", "助理社工师", "助理社会工作师", "初级", "初级社工师", "assistant social worker"),
            ("social_worker", "社会工作师", "社工师", "中级", "中级社工师", "social worker", "中级社会工作师"),
            ("senior", "高级", "高级社工师", "高级社会工作师", "senior social worker"),
        ),
        strict=True,
    )
    for word in words
}
_CHOICES: dict[str, dict[str, object]] = {
    "trained": {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)},
    "certificate": {**_CERTIFICATE},
}


def communities(tables: Sequence[SheetTable], towns: Towns) -> dict[str, list[FromCell]]:
    """Communities by the name of their town. Raises Mistake."""
    found: dict[str, list[FromCell]] = {}
    for table in tables:
        for row in table.rows:
            cell = row.cells["community"]
            if is_unknown(cell.value):
                raise cell.mistake("the community's name is empty", "社区名称为空")
            said = {"name": _both(row, cell)}
            for name in ("population", "grid_strength"):
                if (node := _number(row, name)) is not None:
                    said[name] = node
            found.setdefault(towns.of(row).name, []).append(FromCell(said, cell.where(), None, note=cell.short()))
    return found


def _both(row: Row, cell: SheetCell) -> FromCell:
    """The name, in both languages where columns say them."""
    texts = {language: row.cells.get(f"name_{language}") for language in ("en", "zh")}
    said = {key: one.node(one.text()) for key, one in texts.items() if one is not None and not is_unknown(one.value)}
    return cell.node(said) if said else cell.node(cell.text())


def population_of(listed: Sequence[FromCell]) -> int | float | None:
    """The sum of the communities' populations, or None where they are not given."""
    total = 0
    for one in listed:
        if "population" not in one.value:
            return None
        total += one.value["population"].value
    return total


def workers(tables: Sequence[SheetTable], towns: Towns, told: Told) -> dict[str, list[FromCell]]:
    """Workers by the name of their town. Raises Mistake."""
    found: dict[str, list[FromCell]] = {}
    for table in tables:
        if "tenure_years" in table.headings:
            if "tenure_days" in table.headings:
                raise table.headings["tenure_years"].cell.mistake(
                    "stands beside the days in service; leave one", "与在职天数并存；请只保留一个"
                )
            told.taken.append(
                tr(
                    f"{table.sheet.where()}: years in service, 365 days each",
                    f"{table.sheet.where()}：工龄按每年 365 天计",
                )
            )
        for row in table.rows:
            said = {}
            for name in ("competence", "burnout", "tenure_days"):
                if (node := _number(row, name)) is not None:
                    said[name] = node
            if (years := _number(row, "tenure_years")) is not None:
                cell = row.cells["tenure_years"]
                said["tenure_days"] = cell.node(float(Decimal(repr(years.value)) * 365), f"{cell.text()} × 365")
            for name, known in _CHOICES.items():
                word = row.cells.get(name)
                if word is not None and not is_unknown(word.value):
                    said[name] = word.node(_choice(word, known, name))
            found.setdefault(towns.of(row).name, []).append(
                FromCell(said, row.name_cell.where(), None, note=row.name_cell.short())
            )
    return found


def _choice(cell: SheetCell, known: dict[str, object], name: str) -> object:
    word = plain("是" if cell.value is True else "否" if cell.value is False else cell.text())
    if word not in known:
        wanted = (
            ("yes or no", "是或否")
            if name == "trained"
            else (", ".join(CERTIFICATES), "无、助理社会工作师、社会工作师或高级社会工作师")
        )
        guess = did_you_mean(cell.text(), known)
        raise cell.mistake(
            f"must be one of {wanted[0]}, not {cell.shown()}{guess}", f"须为{wanted[1]}，而非 {cell.shown()}{guess}"
        )
    return known[word]


def _number(row: Row, name: str) -> FromCell | None:
    if row.number(name) is None:
        return None
    cell, heading = row.cells[name], row.headings[name]
    number, unit = number_of(cell, heading.kind, heading.unit)
    return cell.node(whole(number, unit))


def groups(tables: Sequence[SheetTable], known: tuple[Group, ...], residents: Decimal) -> dict[str, FromCell]:
    """Groups by their id. Raises Mistake: a group that the city does not have says everything itself."""
    ids = {plain(name): group for group in known for name in (group.id, group.name.en, group.name.zh)}
    found: dict[str, FromCell] = {}
    for table in tables:
        for row in table.rows:
            group = ids.get(plain(row.name))
            key = group.id if group else row.name
            if key in found:
                raise row.name_cell.mistake(
                    f"'{row.name}' stands twice; keep one row", f"“{row.name}”重复；请只保留一行"
                )
            found[key] = FromCell(
                _group(row, group, known, residents), row.name_cell.where(), None, note=row.name_cell.short()
            )
    return found


def _group(row: Row, group: Group | None, known: tuple[Group, ...], residents: Decimal) -> dict[str, FromCell]:
    said = {name: node for name in ("per_1000", *OF_GROUPS) if (node := _number(row, name)) is not None}
    if (people := _number(row, "count")) is not None:
        cell = row.cells["count"]
        if "per_1000" in said:
            raise cell.mistake("stands beside the number per 1,000; leave one", "与每千人人数并存；请只保留一个")
        if residents:
            note = tr(f"people of {limit(float(residents))} residents", f"人，居民共 {limit(float(residents))} 人")
            said["per_1000"] = cell.node(float(Decimal(people.value) * 1000 / residents), f"{cell.text()} {note}")
    if group is not None:
        if group.is_rest and "per_1000" in said:
            raise row.name_cell.mistake(
                f"'{row.name}' is everybody else, and has no number of its own", f"“{row.name}”为其余居民，无需给出人数"
            )
        return said
    missing = [name for name in ("per_1000", *OF_GROUPS) if name not in said]
    if missing:
        raise _unknown_group(row, known, missing)
    return {"name": row.name_cell.node(row.name), **said}


def _unknown_group(row: Row, known: tuple[Group, ...], missing: list[str]) -> Mistake:
    guess = did_you_mean(row.name, [name for group in known for name in (group.id, str(group.name))])
    wanted = listed_texts(Text(f"'{FIELD[name].label.en}'", f"“{FIELD[name].label.zh}”") for name in missing)
    return row.name_cell.mistake(
        f"the city has no group '{row.name}'{guess}; a new one needs {wanted.en}, too",
        f"城市没有群体“{row.name}”{guess}；新群体还需给出{wanted.zh}",
    )
