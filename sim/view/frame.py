"""What Solara itself says around the pages, when a server is away or a page loads, in Chinese."""

from __future__ import annotations

import re
from typing import Any

CHINESE = {
    "App is disconnected, and may not function properly. Please refresh the page.": "连接已断开，页面可能无法正常使用；请刷新页面。",
    "Could not restore session. Please refresh the page.": "无法恢复会话；请刷新页面。",
    "Could not restore session. Please refresh.": "无法恢复会话；请刷新页面。",
    "Please refresh the page": "请刷新页面",
    "Server disconnected.": "服务器连接已断开。",
    "Restoring session…": "正在恢复会话……",
    "Refresh now": "立即刷新",
    "Cancel": "取消",
    "Loading resources": "正在载入",
}


def in_chinese(template: str) -> str:
    """A template's text with what is shown of it in Chinese; its scripts and comments stay as they are."""
    shown = re.compile(r"(?<=>)[^<>{}]*(?=<)|(?<=loading_text: \")[^\"]*(?=\")")

    def say(found: re.Match[str]) -> str:
        said = " ".join(found[0].split())
        return CHINESE.get(said, found[0])

    return shown.sub(say, template)


def speak_chinese() -> None:
    """From here on, the pages that Solara renders in this process are framed in Chinese."""
    import jinja2
    import solara.server.server as pages

    folder = str(pages.directory / "templates")

    class Translated(jinja2.FileSystemLoader):
        def get_source(self, environment: jinja2.Environment, template: str) -> Any:
            source, *rest = super().get_source(environment, template)
            return in_chinese(source), *rest

    made = jinja2.Environment(loader=Translated(folder), autoescape=True)
    server: Any = pages
    server.get_jinja_env = lambda app_name: made
