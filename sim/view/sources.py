"""Where the values of levers come from, as the page says it."""

from __future__ import annotations

from sim.language import current

_SOURCES = {
    "literature: Dongguan paid after 2-3 months": "文献：东莞在 2–3 个月后拨付",
    "assumption; England: 3.1 h a month": "假设；英格兰为每月 3.1 小时",
    ": of uneven quality": "：质量参差不齐",
    ": few and hard": "：机会少且难",
    ": none complete": "：均不完整",
    ": wholly": "：完全依赖",
    "; value assumed": "；取值为假设",
    "paper ": "论文",
    ", ": "、",
}


def source_of(source: str) -> str:
    """A lever's source in the language in force; declarations have it in English."""
    if current() == "zh":
        for en, zh in _SOURCES.items():
            source = source.replace(en, zh)
    return source
