"""What `stations store check` and `stations export` do."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.cli.exits import EXIT_DIFFERENT
from sim.lab.kept.checked import Whole, is_there, read_table
from sim.lab.kept.folders import PROVENANCE, load_provenance
from sim.lab.kept.ledger import LEDGER
from sim.lab.kept.store import Store
from sim.language import counted, tr
from sim.mistakes import Mistake, did_you_mean


def store_check_job(folder: Path, repair: bool) -> int:
    """`stations store check`: 0 where all is sound or repaired, 1 where damage was found and left."""
    with Store.open(folder, write=repair) as store:
        damages = store.check()
        for damage in damages:
            print(f"{damage.file}: {damage.what}")
        counts = store.counts()
        if not damages:
            print(
                tr(
                    f"{folder}: sound; {counted(counts.done, 'run is', 'runs are')} stored, {counts.failed:,} failed",
                    f"{folder}：完好；已保存 {counts.done:,} 次运行，{counts.failed:,} 次失败",
                )
            )
            return 0
        if not repair:
            lost = sum({damage.number: damage.n_runs for damage in damages}.values())
            print(
                tr(
                    f"{lost:,} of {counted(counts.done, 'run is', 'runs are')} affected; --repair sets the damaged files aside, and the same sweep then "
                    "runs them again",
                    f"{counts.done:,} 次运行中有 {lost:,} 次受影响；--repair 会移开损坏的文件，之后同一批量实验会重跑它们",
                )
            )
            return EXIT_DIFFERENT
        done = store.repair()
    for file in done.files:
        print(tr(f"moved to {file}", f"已移至 {file}"))
    print(
        tr(
            f"{folder}: {counted(done.n_runs, 'run is', 'runs are')} forgotten, {counts.done - done.n_runs:,} stored; give the same sweep again",
            f"{folder}：已清除 {done.n_runs:,} 次运行的记录，保留 {counts.done - done.n_runs:,} 次；请重新执行同一批量实验",
        )
    )
    return 0


def export_job(folder: Path, kind: str | None = None, out: Path | None = None) -> int:
    """`stations export`: of results, or of a city where there is no such folder."""
    if not folder.is_dir() and _is_city(folder):
        return _export_city(folder, kind or "xlsx", out)
    if not folder.exists() and (meant := did_you_mean(str(folder), _cities())):
        raise Mistake(
            f"{folder}: there is neither a folder of results nor a city of this name{meant}",
            f"{folder}：既没有此结果文件夹，也没有此名称的城市{meant}",
        )
    from sim.lab.kept.export import export

    for file in export(folder, kind or "csv", out, on_note=_note):
        print(file)
    _say_if_unfinished(folder)
    return 0


def _cities() -> list[str]:
    from sim.scenario.load import shipped

    return [name.split("/")[-1] for name in shipped() if not name.startswith("policies/")]


def _is_city(given: Path) -> bool:
    from sim.scenario.load import shipped

    return given.suffix.lower() in {".yaml", ".yml"} or any(
        str(given) in {name, name.split("/")[-1]} for name in shipped()
    )


def _export_city(name: Path, kind: str, out: Path | None) -> int:
    from sim.scenario.exported import export_city

    made = export_city(str(name), out, kind=kind)
    for file in made.files:
        print(file)
    for line in made.lines():
        _note(line) if made.lost or made.of_towns else print(line)
    return 0


def _note(said: object) -> None:
    print(tr(f"note: {said}", f"提示：{said}"), file=sys.stderr, flush=True)


def _say_if_unfinished(folder: Path) -> None:
    """The tables of statistics are written when a sweep ends; before that they are missing, or of what was there then."""
    from sim.lab.kept.stored import POINTS, RUN_COLUMNS, n_runs_of

    if not all(is_there(folder / name) for name in (LEDGER, POINTS, PROVENANCE)):
        return
    if load_provenance(folder, shape={})["kind"] != "sweep":
        from sim.lab.kept.opening import open_results

        results = open_results(folder)
        if results.n_seeds < results.n_planned:
            print(
                tr(
                    f"note: {results.n_seeds:,} of {counted(results.n_planned, 'seed')} are stored so far, and the tables are of these",
                    f"提示：目前已保存 {results.n_planned:,} 个种子中的 {results.n_seeds:,} 个，各表以此为据",
                ),
                file=sys.stderr,
            )
        return
    try:
        n_seeds = load_provenance(folder, ("sweep",), {"n_seeds": Whole()})["n_seeds"]
        with Store.open(folder, write=False) as store:
            points = read_table(store.file(POINTS), RUN_COLUMNS[:2])
            runs, failures = store.read("runs", RUN_COLUMNS).to_pandas(), store.failures()
    except Mistake:  # what there is was exported, and no more is known
        return
    done, planned = n_runs_of(points, runs, n_seeds)
    failed, _ = n_runs_of(points, failures, n_seeds)
    if done + failed < planned:
        print(
            tr(
                f"note: {done:,} of {counted(planned, 'run is', 'runs are')} stored so far; the tables of statistics (effects, ranks ...) are written when the "
                "sweep ends, and sim.open_results computes them of what is there",
                f"提示：目前已保存 {planned:,} 次运行中的 {done:,} 次；统计表（effects、ranks 等）在批量实验完成时写出，sim.open_results 可由现有运行即时计算",
            ),
            file=sys.stderr,
        )
