"""What besides the model results depend on: which programs made them, and which are here."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sim.language import listed, tr

_PACKAGES = ("social-work-stations", "numpy", "numba", "pandas", "pyarrow", "scipy")
SAME_BITS = ("numba", "numpy", "C library", "machine")
"""Where these are equal, equal models, scenarios and seeds give the same bits."""


@cache
def versions() -> Mapping[str, str]:
    """Of everything that numbers pass through, by name."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    c_library = " ".join(platform.libc_ver()).strip()
    return {
        **found,
        "C library": c_library or f"{platform.system()} {platform.release()}",
        "machine": f"{platform.system()} {platform.machine()}",
    }


def same_bits() -> dict[str, str]:
    """Those of `versions` that must be equal for the same bits."""
    return {name: versions()[name] for name in SAME_BITS}


def told_bits(bits: Mapping[str, str]) -> str:
    """`same_bits` on one line."""
    return listed(f"{name} {version}" for name, version in bits.items())


def others(then: Any) -> dict[str, tuple[str, str]]:
    """Those of `versions` that were others when results were made, as (then, now); what was not written down is left out."""
    now = versions()
    if not isinstance(then, Mapping):
        return {}
    return {name: (str(then[name]), now[name]) for name in now if name in then and str(then[name]) != now[name]}


def told(found: Mapping[str, tuple[str, str]]) -> str:
    """`others` in a sentence, or ""."""
    if not found:
        return ""
    old = listed(f"{name} {then}" for name, (then, _) in found.items())
    new = listed(f"{name} {now}" for name, (_, now) in found.items())
    return tr(f"made with {old}; here: {new}", f"生成时为 {old}；本机为 {new}")


def may_differ(found: Mapping[str, tuple[str, str]]) -> str:
    """Which of `others` may be why numbers differ, in a sentence, or ""."""
    why = [name for name in SAME_BITS if name in found]
    if why:
        return tr(
            f"the same bits are promised where numba, NumPy, C library and machine are equal; here other: {listed(why)}",
            f"只有 numba、NumPy、C 库与机器类型都相同时才保证逐位一致；本机不同的有：{listed(why)}",
        )
    if "scipy" in found:
        return tr(
            "intervals rest on SciPy's quantiles, whose last digits differ between its versions",
            "区间依据 SciPy 的分位数，其末位数字因版本而异",
        )
    return ""
