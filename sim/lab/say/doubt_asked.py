"""What a command says of doubt before it runs: which worlds, what is in none, how many are run twice."""

from __future__ import annotations

from collections.abc import Collection

from sim.lab.doubt.choose import DoubtGiven, told
from sim.lab.doubt.worlds import Worlds
from sim.language import counted, listed, tr


def doubt_told(worlds: Worlds | None, doubt: DoubtGiven | None, known: Collection[str]) -> list[str]:
    """Sentences. doubt: what was asked for; without it and without worlds nothing is said. known: what was set by hand or is known."""
    if worlds is None:
        return [] if doubt is None else [told(None)]
    lines = [told(worlds, doubt)]
    by_design = [name for name in worlds.left_out if name not in known]
    if known:
        said = listed(known)
        lines.append(tr(f"in no doubt, since set by hand or known: {said}", f"已手动设定或已知，不作抽取：{said}"))
    if by_design:
        said = listed(by_design)
        lines.append(tr(f"in no doubt, since the design sets them: {said}", f"由实验设计设定，不作抽取：{said}"))
    return lines


def twins_told(n: int, n_worlds: int) -> str:
    """How many worlds are run twice, or ""."""
    if not n:
        return ""
    return tr(
        f"{n} of {counted(n_worlds, 'world')} run again under a second seed (twins), which tells chance from assumptions",
        f"{n_worlds:,} 个情形中有 {n} 个另以第二种子运行（配对情形），用以区分随机波动与假设取值",
    )
