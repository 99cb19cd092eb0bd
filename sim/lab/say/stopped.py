"""What a person reads where a sweep or a comparison was stopped, or lacks runs that failed."""

from __future__ import annotations

from pathlib import Path

from sim.lab.kept.store import Store
from sim.lab.run.session import Progress
from sim.language import counted, tr

MOST_FAILURES_TOLD = 5


def stopped(folder: Path, again: str, progress: Progress | None) -> str:
    """again: the command, or the call, that goes on. progress: None before any run."""
    if progress is None:
        return tr(
            f"stopped before any run; the same command goes on: {again}",
            f"已在运行前中止；重复同一命令即继续：{again}",
        )
    done, total = progress.done, progress.total
    return tr(
        f"stopped; {done:,} of {counted(total, 'run is', 'runs are')} stored in {folder}, and the same command goes on: {again}",
        f"已中止；{folder} 中已保存 {total:,} 次运行中的 {done:,} 次，重复同一命令即继续：{again}",
    )


def stopped_at_the_end(folder: Path, again: str) -> str:
    """Where every run is stored, and the tables are not."""
    return tr(
        f"stopped; every run is stored in {folder}, and the same command writes the tables: {again}",
        f"已中止；所有运行已保存在 {folder}，重复同一命令即写出结果表：{again}",
    )


def failed_told(folder: Path) -> list[str]:
    """A sentence for each of the first runs that failed twice, with what repeats it, and one for all of them."""
    with Store.open(folder, write=False) as store:
        failed = store.failures()
    told = []
    for row in failed.head(MOST_FAILURES_TOLD).itertuples():
        last = str(row.error).strip().splitlines()[-1][:200]
        told.append(
            tr(
                f"failed twice: seed {row.seed} of scenario {row.scenario_hash}: {last}; to repeat it: {row.command}",
                f"两次失败：情景 {row.scenario_hash}、种子 {row.seed}：{last}；重现命令：{row.command}",
            )
        )
    n = len(failed)
    told.append(
        tr(
            f"stations: {counted(n, 'run')} failed twice and {'is' if n == 1 else 'are'} missing from the results; the same command tries again",
            f"stations: 有 {n:,} 次运行两次失败，结果中缺失；重复同一命令将再次尝试",
        )
    )
    return told
