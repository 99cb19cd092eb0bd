"""What a page's socket may say: a list of forms, as of addresses. Whatever else comes is refused before the web framework
reads it."""

from __future__ import annotations

import json
import logging
import re
import reprlib
from typing import Any

from sim.language import tr

MOST_DEPTH = 100
"""Of lists in lists; what the page sends has 6."""

NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""What a page calls itself, its session, its parts."""

_HEADER = {"msg_id", "msg_type", "username", "session", "version", "date", "subshell_id"}
_TARGETS = {"solara.control", "jupyter.widget.control"}
_METHODS = {"run", "app-status", "request_states", "request_state", "update", "custom"}

_log = logging.getLogger("stations.view")


def tell_refusal(why: str) -> None:
    """One line of the log."""
    _log.warning("%s", tr(f"view: refused {why}", f"网页：已拒绝{why}"))


def short(value: Any) -> str:
    """What was sent, as a line can hold it."""
    return ascii(reprlib.repr(value))[1:-1][:80]


def refusal_of(text: Any) -> str:
    """Why a message is none of a page's, or ""."""
    if not isinstance(text, str):
        return tr("a message that is no text", "非文本的消息")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return tr("a message that is no JSON", "非 JSON 的消息")
    if _depth(message) > MOST_DEPTH:
        return tr(f"a message nested more than {MOST_DEPTH} deep", f"嵌套超过 {MOST_DEPTH} 层的消息")
    return (
        ""
        if _is_message(message)
        else tr(f"a message of no known form: {short(message)}", f"形式不明的消息：{short(message)}")
    )


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
        ]
        depth += 1
    return depth


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict):
        return False
    header, content = message.get("header"), message.get("content")
    if not isinstance(header, dict) or not isinstance(content, dict) or not set(header) <= _HEADER:
        return False
    if not all(value is None or (isinstance(value, str) and len(value) <= 100) for value in header.values()):
        return False
    if (
        not isinstance(header.get("msg_id"), str)
        or message.get("channel") not in ("shell", "control")
        or message.get("buffers")
    ):
        return False
    known = _CONTENTS.get(header.get("msg_type") or "")
    return known is not None and known(content)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _is_opening(content: dict[str, Any]) -> bool:
    return (
        _is_name(content.get("comm_id"))
        and content.get("target_name") in _TARGETS
        and isinstance(content.get("data"), dict)
    )


def _is_told(content: dict[str, Any]) -> bool:
    data = content.get("data")
    if not _is_name(content.get("comm_id")) or not isinstance(data, dict) or data.get("buffer_paths"):
        return False
    method = data.get("method")
    if not isinstance(method, str) or method not in _METHODS:
        return False
    if method == "run":
        args = data.get("args")
        return (
            isinstance(args, dict)
            and isinstance(args.get("path", ""), str)
            and args.get("appName") in (None, "", "__default__")
        )
    if method == "update":
        return isinstance(data.get("state"), dict)
    return method != "custom" or _is_event(data.get("content"))


def _is_event(content: Any) -> bool:
    return isinstance(content, dict) and set(content) <= {"event", "data"} and isinstance(content.get("event"), str)


_CONTENTS = {
    "kernel_info_request": lambda content: True,
    "comm_info_request": lambda content: isinstance(content.get("target_name", ""), str | None),
    "shutdown_request": lambda content: True,
    "comm_open": _is_opening,
    "comm_msg": _is_told,
    "comm_close": lambda content: _is_name(content.get("comm_id")),
}
"""By kind of message: whether its content is of a known form."""
