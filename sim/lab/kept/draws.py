"""The draws of the worlds that were run, beside the runs: so that results can be read and repeated without what the draws came from."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.lab.doubt.worlds import GivenWorlds, Worlds
from sim.lab.kept.checked import damaged, read_table, refuse_shape
from sim.lab.kept.folders import PROVENANCE
from sim.lab.kept.shapes import DOUBT_TOLD
from sim.lab.kept.store import Store
from sim.language import tr
from sim.mistakes import Mistake
from sim.scenario.drawn import DrawnValues

if TYPE_CHECKING:
    import pandas as pd

DRAWS = "draws.parquet"
KEYS_OF_DRAW = ("worlds", "seed", "engine_seed")
"""What names a row: the digest of its worlds, the number of the world, and the seed that the engine takes."""


def facts_of_doubt(worlds: Mapping[str, Worlds], n_twins: int) -> dict[str, Any]:
    """What the provenance says of worlds, by their digest; "others": of a design with several cities, those of the others."""
    first, *others = (
        {"kind": one.kind, "digest": digest, "names_left_out": list(one.left_out), **one.source}
        for digest, one in worlds.items()
    )
    return {**first, "n_twins": n_twins} | ({"others": others} if others else {})


def write_draws(store: Store, worlds: Mapping[str, Worlds], numbers: Sequence[int]) -> None:
    """Write the draws of these worlds, beside those of others that runs of the folder have. Raises Mistake."""
    import pandas as pd

    rows = []
    for digest, one in worlds.items():
        for number in numbers:
            drawn = one.draw(number)
            seed = number if drawn.seed is None else drawn.seed
            rows.append({"worlds": digest, "seed": number, "engine_seed": seed, **drawn.values})
    made = pd.DataFrame(rows)
    with suppress(Mistake):  # a damaged or missing table is made anew
        there = read_draws(store)
        made = pd.concat([made, there]).drop_duplicates(["worlds", "seed"]).reset_index(drop=True)
    made = made.sort_values(["worlds", "seed"], ignore_index=True)
    buffer = io.BytesIO()
    made.to_parquet(buffer, index=False)
    store.write(DRAWS, buffer.getvalue())


def read_draws(store: Store) -> pd.DataFrame:
    """The draws that are kept beside the runs. Raises Mistake."""
    return read_table(store.file(DRAWS), ["worlds"], ["seed", "engine_seed"])


def check_doubt(folder: Path, provenance: Mapping[str, Any]) -> None:
    """Raise Mistake where a provenance says something else of doubt than is read back."""
    if "doubt" in provenance:
        refuse_shape(folder / PROVENANCE, provenance["doubt"], DOUBT_TOLD, "doubt")


def stored_worlds(folder: Path, provenance: Mapping[str, Any], digests: Collection[str] = ()) -> dict[str, Worlds]:
    """The worlds of stored runs by digest, from the folder alone. digests: of which; empty: all that the provenance tells of. Raises Mistake."""
    doubt = provenance.get("doubt")
    told = [] if doubt is None else [doubt, *doubt.get("others", [])]
    facts = {str(one["digest"]): one for one in told}
    wanted = list(digests) or list(facts)
    if not wanted:
        return {}
    with Store.open(folder, write=False) as store:
        table = read_draws(store)
    found: dict[str, Worlds] = {}
    for digest in wanted:
        own = table[table["worlds"] == digest].dropna(axis=1, how="all")
        said = facts.get(digest)
        if own.empty or said is None:
            raise damaged(folder / DRAWS, tr(f"it lacks the worlds {digest}", f"缺少情形 {digest}"))
        names = [str(name) for name in own.columns if name not in KEYS_OF_DRAW]
        columns = [own[name].astype(float).tolist() for name in names]
        numbers, seeds = (own[key].astype("int64").tolist() for key in KEYS_OF_DRAW[1:])
        draws = {
            number: DrawnValues(number, dict(zip(names, row, strict=True)), seed=None if seed == number else seed)
            for number, seed, row in zip(numbers, seeds, zip(*columns, strict=True), strict=True)
        }
        source = {str(key): str(said[key]) for key in said if key not in NOT_SOURCE}
        found[digest] = GivenWorlds(
            str(said["kind"]), digest, draws, tuple(said["names_left_out"]), source, str(folder / DRAWS)
        )
    return found


NOT_SOURCE = ("kind", "digest", "names_left_out", "n_twins", "others")
