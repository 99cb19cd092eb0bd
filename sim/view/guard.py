"""What the server lets in: the addresses, hosts and sockets that the pages need, as many sessions as there is room for."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import traceback
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from sim.language import tr
from sim.view.messages import NAME, refusal_of, short, tell_refusal

MOST_SESSIONS = 32
"""Cities that are kept at a time; each may take 100 MB. One more takes the place of that whose page is away longest."""
MOST_WITHOUT_CITY = 8
"""Pages beyond that which get an answer that says so."""
MOST_SOCKETS = 4 * MOST_SESSIONS
_SECONDS_TO_CLOSE = 5.0


class Guard:
    """Lets through what the pages need and nothing else: their addresses, the files of the installed packages, and
    WebSockets that the page itself opens (a browser sends cookies for another site's page too)."""

    PAGES = frozenset({"/", "/compare", "/about", "/readyz", "/favicon.ico"})
    FOLDERS = ("/jupyter/nbextensions/", "/static/")
    SCRIPTS = "/_solara/cdn/"
    SOCKET = re.compile(rf"/jupyter/api/kernels/({NAME.pattern})/channels")
    CLOSE = re.compile(rf"/_solara/api/close/({NAME.pattern})")

    def __init__(self, application: Any, scripts: Path, hosts: Collection[str] = ()) -> None:
        """hosts: with their ports, those that a request may name; any if there are none."""
        self._application = application
        self._scripts = scripts.resolve()
        self._hosts = frozenset(hosts)
        self._sockets: Counter[str] = Counter()
        self._left: dict[str, float] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        wrong = self._wrong_host(scope)
        if scope["type"] == "websocket":
            session = self._session_of(scope)
            wrong = wrong or self._wrong_socket(scope, session)
            if not wrong and not await self._make_room(session):
                wrong = tr("a socket: too many pages are open", "连接：打开的页面过多")
            if wrong:
                tell_refusal(wrong)
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self._speak(session, scope, receive, send)
        elif wrong:
            tell_refusal(wrong)
            await _answer(send, 400, b"bad request")
        elif self._is_known(scope["method"], scope["path"], scope["query_string"]):
            await self._application(scope, receive, send)
        else:
            await _answer(send, 404, b"not found")

    # --- who asks

    def _wrong_host(self, scope: Any) -> str:
        """Why a request is not for this server, or not from its own page; or ""."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        host = hosts[0].decode("latin-1").lower() if len(hosts) == 1 else ""
        if not host or (self._hosts and host not in self._hosts):
            return tr(f"a request for another host: {short(host)}", f"发往其他主机的请求：{short(host)}")
        own = {f"http://{host}".encode("latin-1"), f"https://{host}".encode("latin-1")}
        if origins and (len(origins) > 1 or origins[0].lower() not in own):
            origin = short(origins[0].decode("latin-1"))
            return tr(f"a request of another site's page: {origin}", f"其他网站页面的请求：{origin}")
        return ""

    def _session_of(self, scope: Any) -> str:
        found = self.SOCKET.fullmatch(scope["path"])
        return found[1] if found else ""

    def _wrong_socket(self, scope: Any, session: str) -> str:
        """Why a socket is none of a page's, or ""."""
        page = _page_of(scope["query_string"])
        if not session or not page:
            return tr(f"a socket at {short(scope['path'])}", f"位于 {short(scope['path'])} 的连接")
        if self._sockets.total() >= MOST_SOCKETS:
            return tr("a socket: too many are open", "连接：打开的连接过多")
        known = _sessions().get(session)
        if known is not None and (known.session_id != _cookie_of(scope) or _is_closed(known, page)):
            return tr("a socket to another's session", "连接他人的会话")
        return ""

    def _is_known(self, method: str, path: str, query: bytes) -> bool:
        if method == "POST":  # a tab says that it closes
            closes, page = self.CLOSE.fullmatch(path), _page_of(query)
            session = _sessions().get(closes[1]) if closes else None
            return session is not None and page in session.page_status
        if method not in ("GET", "HEAD") or ".." in path or "\\" in path or "\0" in path:
            return False
        if path.startswith(self.SCRIPTS):
            # What is not there would be fetched from a public host, and a folder that is asked for be removed.
            with contextlib.suppress(OSError, ValueError):
                file = (self._scripts / path.removeprefix(self.SCRIPTS)).resolve()
                return file.is_relative_to(self._scripts) and file.is_file()
            return False
        is_public = path.startswith("/static/public")
        return path in self.PAGES or (path.startswith(self.FOLDERS) and not is_public)

    # --- sessions

    async def _make_room(self, session: str) -> bool:
        """Where a new session finds no room, close that whose page is away longest; False where none is away."""
        known = set(_sessions()) | set(self._sockets)
        self._left = {session: since for session, since in self._left.items() if session in known}
        if session in known:
            return True
        if len(known) >= MOST_SESSIONS and self._left:
            oldest = min(self._left, key=self._left.__getitem__)
            del self._left[oldest]
            context = _sessions().get(oldest)
            if context is not None:
                closing = asyncio.get_running_loop().run_in_executor(None, context.close, "cull")
                await asyncio.wait([closing], timeout=_SECONDS_TO_CLOSE)
            known.discard(oldest)
        return len(known) < MOST_SESSIONS + MOST_WITHOUT_CITY

    async def _speak(self, session: str, scope: Any, receive: Any, send: Any) -> None:
        """A page's socket, until it ends, or says what no page says."""
        is_over = False

        async def heard() -> Any:
            nonlocal is_over
            message = await receive()
            if message["type"] != "websocket.receive" or is_over:
                return message
            why = refusal_of(message.get("text"))
            if not why:
                return message
            is_over = True
            tell_refusal(why)
            with contextlib.suppress(Exception):  # it may be gone
                await send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}

        self._sockets[session] += 1
        self._left.pop(session, None)
        try:
            await self._application(scope, heard, send)
        except Exception as error:
            if _is_ours(error):
                raise
            said = f"{type(error).__name__}: {short(str(error))}"
            tell_refusal(tr(f"a message that failed ({said})", f"处理失败的消息（{said}）"))
        finally:
            self._sockets[session] -= 1
            if not self._sockets[session]:
                del self._sockets[session]
                self._left[session] = time.monotonic()


def _is_ours(error: BaseException) -> bool:
    """Whether it was raised in this package: then it is a defect, to be logged in full."""
    package = str(Path(__file__).resolve().parents[1])
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return any(frame.filename.startswith(package) for frame in last)


def _sessions() -> dict[str, Any]:
    from solara.server import kernel_context

    found: dict[str, Any] = kernel_context.contexts
    return found


def _cookie_of(scope: Any) -> str | None:
    from solara.server.server import get_session_id_cookie
    from starlette.requests import HTTPConnection

    found: str | None = get_session_id_cookie(HTTPConnection(scope).cookies)
    return found


def _is_closed(session: Any, page: str) -> bool:
    from solara.server.kernel_context import PageStatus

    return session.page_status.get(page) == PageStatus.CLOSED and not session.closed_event.is_set()


def _page_of(query: bytes) -> str:
    pages = parse_qs(query.decode("latin-1")).get("session_id", [])
    return pages[0] if len(pages) == 1 and NAME.fullmatch(pages[0]) else ""


async def _answer(send: Any, status: int, said: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": said})
