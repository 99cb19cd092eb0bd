"""Stored runs as tidy tables: points, runs, series; and tables written beside them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.lab.design.design import Design
from sim.lab.doubt.worlds import TWINS
from sim.lab.kept import checked
from sim.lab.kept.spreadsheets import BYTE_ORDER_MARK, write_csv
from sim.lab.kept.store import Store
from sim.lab.kept.writing import write_whole
from sim.language import listed, tr
from sim.mistakes import Mistake, did_you_mean, list_of, other_kind

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.lab.kept.store import Store

POINTS = "points.parquet"
SCENARIOS = "scenarios.parquet"
SUMMARIES = ("levels", "effects", "contrasts", "ranks", "overtakes", "correlations")
"""The tables of statistics, by name of their file."""

SERIES = {
    "months": ("month",),
    "towns": ("month", "station"),
    "town_sums": ("station",),
    "group_sums": ("group",),
    "before": (),
}
"""What names a row of a series beside its run, by kind."""


def load_points(folder: Path, design: Design) -> pd.DataFrame:
    """The table of points of a design. Raises Mistake where it is damaged or of another design."""
    with Store.open(folder, write=False) as opened:
        file = opened.file(POINTS)
    texts, numbers = ["label", "scenario_hash", "model"], ["point"]
    for factor in design.factors:
        (numbers if factor.is_numeric else texts).append(factor.name)
    frame = checked.read_table(file, texts, numbers)
    if 0 not in set(frame["point"]) or not frame["point"].is_unique:
        raise checked.damaged(
            file,
            tr("the base, point 0, is missing, or a point is there twice", "缺少基准（0 号设计点），或有重复的设计点"),
        )
    return frame


def refuse_unnamed(file: Path, provenance: Mapping[str, Any]) -> None:
    """Raise Mistake where a design speaks of a factor or an outcome that it does not describe."""
    design = provenance["design"]
    factors = [factor["name"] for factor in design["factors"]]
    spoken = [name for part in design["plan"] for name in part["factors"]]
    spoken += [] if design["contrast"] is None else [design["contrast"]]
    for name, known in (
        *((name, factors) for name in spoken),
        *((name, known) for name in design["outcomes"] for known in (design["units"], provenance["outcomes"])),
    ):
        if name not in known:
            raise checked.damaged(file, tr(f"design: '{name}' is not described", f"design：'{name}' 没有说明"))


RUN_COLUMNS = ["scenario_hash", "model", "seed"]
"""The columns that tell a run from others."""


def n_runs_of(points: pd.DataFrame, runs: pd.DataFrame, n_seeds: int) -> tuple[int, int]:
    """How many of the runs (RUN_COLUMNS, at least) are of these points and seeds, and how many there are to be."""
    arms = points[RUN_COLUMNS[:2]].drop_duplicates()
    return len(runs.loc[runs["seed"].astype(int) <= n_seeds, RUN_COLUMNS].drop_duplicates().merge(arms)), len(
        arms
    ) * n_seeds


class StoredRuns:
    """The runs and series of a folder, as tidy tables: what is asked for is read, and no more. `folder` is None of results in memory."""

    folder: Path | None
    provenance: Mapping[str, Any]
    tables: Mapping[str, Any]

    @functools.cached_property
    def design(self) -> Design:
        """The design: its question, factors, plan, seeds; points lie in `points`."""
        return Design.from_mapping(self.provenance["design"], self.provenance["kind"])

    @functools.cached_property
    def points(self) -> pd.DataFrame:
        """One row per point: its number (0 is the base), its label, its scenario's hash and model, a column per factor."""
        return self.tables["points"] if "points" in self.tables else load_points(self._place, self.design)

    @property
    def _place(self) -> Path:
        if self.folder is None:
            raise self._in_memory_only()
        return self.folder

    @staticmethod
    def _in_memory_only() -> Mistake:
        return Mistake(
            "these results are in memory only; runs are read from a folder that open_results was given",
            "这些结果仅在内存中；运行须从 open_results 所给的文件夹读取",
        )

    def runs(self, columns: Sequence[str] | None = None, where: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """One row per point and seed: "point", the factors, "seed", and outcomes (`columns`; None: all).

        where: values wanted, one or several, by column: {"seed": range(1, 11), "levers.pay": [2500, 3500]}. Columns and
        rows are picked before they are read. Raises Mistake for a name that is not there.
        """
        return self._read("runs", columns, where)

    def twins(self, columns: Sequence[str] | None = None, where: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """One row per point and world that was run as a twin, too: as `runs`, "seed" being the number of the world."""
        return self._read("runs", columns, where, beyond=TWINS)

    def months(self, columns: Sequence[str] | None = None, where: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """One row per point, seed and month of the city: the series that the design kept. As `runs`."""
        return self._read("months", columns, where)

    def towns(self, columns: Sequence[str] | None = None, where: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """One row per point, seed, town ("station") and month. As `runs`."""
        return self._read("towns", columns, where)

    def before(self) -> pd.DataFrame:
        """One row per point and seed: outcomes of the months before the policies' start. As `runs`."""
        return self._read("before", None, None)

    def sums(
        self, of: str, columns: Sequence[str] | None = None, where: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """One row per point, seed and town ("station") or group: sums over the window. of: "town" or "group". As `runs`."""
        return self._read(f"{of}_sums", columns, where)

    @functools.cached_property
    def _factors(self) -> list[str]:
        return [factor.name for factor in self.design.factors]

    def _read(
        self, kind: str, columns: Sequence[str] | None, where: Mapping[str, Any] | None, beyond: int = 0
    ) -> pd.DataFrame:
        """beyond: what the numbers of the worlds that are read have more than those of the design's seeds."""
        import pyarrow.compute as pc

        keys = list(SERIES.get(kind, ()))
        kept = {"runs": self.provenance["outcomes"], **self.design.keep.columns}
        known = list(kept.get(kind, ()))
        if not known:
            raise Mistake(
                f"{self._place}: the design kept no {kind}; say so under keep:, and run it with --new-version",
                f"{self._place}：该设计未保留 {kind}；请在 keep: 中写明，并以 --new-version 重新运行",
            )
        wanted = known
        if columns is not None:
            wanted = list_of(columns, "columns must be a list of names", "columns 须为名称列表")
        if where is not None and not isinstance(where, Mapping):
            raise other_kind(
                "where must be values by column, as {'seed': [1, 2]}",
                "where 须为以列名为键的取值，如 {'seed': [1, 2]}",
                where,
            )
        _refuse_unknown(self._place, wanted, known)
        # Seeds beyond what the design asks for now are stored, but are not its.
        points, rows = self.points, pc.field("seed") <= int(self.provenance["n_seeds"]) + beyond
        if beyond:
            rows &= pc.field("seed") > beyond
        for name, values in (where or {}).items():
            given = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [values]
            if name == "seed" and beyond:
                given = [one + beyond for one in given]
            if name in {"seed", *keys}:
                rows &= pc.field(name).isin(_values(self._place, name, given))
            else:
                _refuse_unknown(self._place, [name], [*points.columns, "seed", *keys])
                points = points[points[name].isin(given)]
        hashes = points.scenario_hash.unique().tolist()
        rows &= pc.field("scenario_hash").isin(_values(self._place, "scenario_hash", hashes))
        with Store.open(self._place, write=False) as opened:
            found = opened.read(kind, ["scenario_hash", "model", "seed", *keys, *wanted], rows).to_pandas()
        found["seed"] -= beyond
        made = points[["point", *self._factors, "scenario_hash", "model"]].merge(found, on=["scenario_hash", "model"])
        made = made.drop(columns=["scenario_hash", "model"]).sort_values(
            ["point", "seed", *reversed(keys)], ignore_index=True
        )
        return made[["point", *self._factors, "seed", *keys, *wanted]]


def _values(folder: Path, name: str, given: Sequence[Any]) -> pa.Array:
    """Values, perhaps none, that a column may have. Raises Mistake."""
    import pyarrow as pa

    try:
        return pa.array(given, pa.int64() if name == "seed" else pa.string())
    except (pa.ArrowException, TypeError, OverflowError):
        kind = tr("whole numbers", "整数") if name == "seed" else tr("text", "文本")
        raise Mistake(
            f"{folder}: where: '{name}' is {kind}, not {given!r}",
            f"{folder}：where：'{name}' 应为{kind}，而非 {given!r}",
        ) from None


def _refuse_unknown(folder: Path, names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            guess, able = did_you_mean(name, known), listed(known[:60])
            raise Mistake(
                f"{folder}: there is no column '{name}'{guess}; there are {able}",
                f"{folder}：没有列 '{name}'{guess}；可用：{able}",
            )


PARQUET_ONLY = {"months"}
"""Every month of every run would be tens of megabytes of text."""


def write_tables(opened: Store, tables: Mapping[str, pd.DataFrame], *, csv: bool = True) -> None:
    """Write tables beside the runs of an open store, as Parquet and, if so wished, as CSV. Raises Mistake."""
    import io

    for name, table in tables.items():
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        opened.write(f"{name}.parquet", buffer.getvalue())
        if csv and name not in PARQUET_ONLY:
            text = io.StringIO()
            text.write(BYTE_ORDER_MARK)
            write_csv(table, text)
            write_whole(opened.folder / f"{name}.csv", text.getvalue().encode("utf-8"))
