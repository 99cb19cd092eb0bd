"""Whether a folder's runs are of the design that is to go on there; if not, the difference in a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.lab.kept import writing
from sim.lab.kept.checked import read_table
from sim.lab.kept.folders import ANSWER, load_provenance
from sim.lab.kept.ledger import LEDGER
from sim.lab.kept.shapes import BOTH
from sim.lab.kept.store import Store, is_new
from sim.lab.kept.stored import POINTS, SCENARIOS
from sim.lab.run.agenda import label
from sim.lab.run.work import parts_of
from sim.language import in_turn, tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.kept.store import Damage
    from sim.lab.run.agenda import Agenda

MOST_SHOWN = 3


def refuse_other_version(
    folder: Path, store: Store, agenda: Agenda, *, new_version: bool, damages: Sequence[Damage]
) -> None:
    """Raise Mistake where a point that the folder knows has another scenario, model or measure now. A point that is new,
    or no longer asked for, is no difference; nor can one be found where the tables that would say so are among `damages`."""
    _refuse_other_sweep(folder, agenda)
    is_known = POINTS in store.files() and not {damage.file.name for damage in damages} & {POINTS, SCENARIOS}
    known = _known(store) if is_known else None
    if not new_version and known is not None and store.counts().done + store.counts().failed > 0:
        differences = list(_differences(known, agenda))
        if differences:
            parts = differences[:MOST_SHOWN]
            if more := len(differences) - len(parts):
                parts.append(tr(f"and {more} more", f"另有 {more} 处"))
            shown = in_turn(parts)
            raise Mistake(
                f"{folder}: holds runs of another version of this design: {shown}; add --new-version to run anew what "
                "differs (the old runs stay stored), or give another --out",
                f"{folder}：其中的运行属于该设计的另一版本：{shown}；加 --new-version 以重新运行不同之处（旧运行仍保留），或换一个 --out",
            )


def _refuse_other_sweep(folder: Path, agenda: Agenda) -> None:
    """Raise Mistake where the folder answers another question under another name."""
    try:
        stored = load_provenance(folder, ("sweep",), {"design": {"name": str, "question": BOTH}})["design"]
    except Mistake:
        return  # nothing there, or damaged: it is written anew
    name, question = stored["name"], stored["question"]
    if name != agenda.design.name and question != agenda.design.question.to_plain():
        raise Mistake(
            f"{folder}: holds the sweep '{name}', not '{agenda.design.name}'; give another --out",
            f"{folder}：其中是实验 '{name}' 而非 '{agenda.design.name}'；请换一个 --out",
        )


def _known(store: Store) -> pd.DataFrame:
    """Points that were asked for last, with their scenarios as JSON."""
    points = read_table(store.file(POINTS), ["label", "scenario_hash", "model"])
    return points.assign(mapping=points["scenario_hash"].map(stored_scenarios(store)))


def stored_scenarios(store: Store) -> dict[str, str]:
    """Every scenario of the folder's runs as JSON, by hash. Raises Mistake."""
    table = read_table(store.file(SCENARIOS), ["scenario_hash", "mapping"])
    return dict(zip(table["scenario_hash"], table["mapping"], strict=True))


def _differences(known: pd.DataFrame, agenda: Agenda) -> Iterator[str]:
    """What differs, each difference once."""

    now = {label(agenda.design, point): arm for point, arm in zip(agenda.design.points, agenda.of_point, strict=True)}
    told: set[str] = set()
    for row in known.itertuples():
        if row.label not in now:
            continue
        arm = now[str(row.label)]
        found: list[str] = []
        if row.scenario_hash != arm.scenario:
            found += _between(json.loads(str(row.mapping)), agenda.scenario(arm).to_mapping())
        if row.model != arm.model:
            found.append(_models(str(row.model), arm.model))
        for difference in found:
            if difference not in told:
                told.add(difference)
                yield difference


def _models(old: str, new: str) -> str:
    (old_model, old_measure, old_worlds), (new_model, new_measure, new_worlds) = parts_of(old), parts_of(new)
    if old_model != new_model:
        return tr(f"model digest {old_model} then, {new_model} now", f"模型摘要原为 {old_model}，现为 {new_model}")
    if old_worlds != new_worlds:
        was, now = (digest or tr("none", "无") for digest in (old_worlds, new_worlds))
        return tr(f"doubt (worlds {was} then, {now} now)", f"不确定性（情形摘要原为 {was}，现为 {now}）")
    return tr(
        f"window, keep, or how outcomes are computed (digest {old_measure} then, {new_measure} now)",
        f"window、keep 或结果的计算方式（摘要原为 {old_measure}，现为 {new_measure}）",
    )


def _between(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two scenario mappings differ, texts apart."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(key for key in new if key not in old)]
        found: list[str] = []
        for key in keys:
            if key not in {"title", "proposer", "source", "name"}:
                found += _between(old.get(key), new.get(key), f"{path}.{key}" if path else key)
        return found
    if old == new:
        return []
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            difference
            for i, (a, b) in enumerate(zip(old, new, strict=True))
            for difference in _between(a, b, f"{path}[{i + 1}]")
        ]
    a, b = (json.dumps(value, ensure_ascii=False)[:80] for value in (old, new))
    return [tr(f"{path} was {a}, is {b}", f"{path} 原为 {a}，现为 {b}")]


def scenarios_table(store: Store, agenda: Agenda) -> pd.DataFrame:
    """Every scenario that the folder's runs have or will have, by hash, as JSON: "scenario_hash", "mapping"."""
    import pandas as pd

    made = {arm.scenario: json.dumps(agenda.scenario(arm).to_mapping(), ensure_ascii=False) for arm in agenda.arms}
    with suppress(Mistake):  # a damaged or missing table is made anew
        made |= {name: mapping for name, mapping in stored_scenarios(store).items() if name not in made}
    return pd.DataFrame({"scenario_hash": list(made), "mapping": list(made.values())})


def is_unfinished(folder: Path, agenda: Agenda, *, or_finished: bool = False) -> bool:
    """Whether a folder holds a part of these very runs, or nothing yet, so that the same command goes on there. or_finished: or all
    of them, with their answer."""
    if not (folder / LEDGER).is_file():
        return False
    if is_new(folder):
        return True
    try:
        with Store.open(folder, write=False) as store:
            points = read_table(store.file(POINTS), ["scenario_hash", "model"])
            arms = [(arm.scenario, arm.model) for arm in agenda.of_point]
            if arms != list(zip(points["scenario_hash"], points["model"], strict=True)):
                return False
            try:
                stored = load_provenance(folder, (agenda.design.kind,))
            except Mistake:  # missing or damaged: the same command writes it anew
                return True
            if stored["design"] != agenda.design.to_mapping():
                return False
            # Every file is hashed for it, so only where all else is the same.
            return or_finished or ANSWER not in stored or bool(store.check())
    except Mistake:
        return False


def free_or_unfinished(parent: Path, name: str, agenda: Agenda) -> Path:
    """`parent/name`, or `name-2`, `name-3`, ...: the first that does not exist, or that the same command was stopped in."""
    for folder in writing.numbered(parent, name):
        if not folder.exists() or is_unfinished(folder, agenda):
            return folder
    raise AssertionError
