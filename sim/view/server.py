"""Serve the pages on this computer, with no other host asked for anything."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import warnings
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.language import current, tr
from sim.mistakes import Mistake
from sim.view.frame import speak_chinese
from sim.view.guard import Guard
from sim.view.start import Start

MOST_MESSAGE_BYTES = 1_000_000
"""What the page sends is a hundred bytes; whoever sends more is cut off."""
MOST_CONNECTIONS = 400
"""At a time; a browser opens six for each page that it loads."""


def serve(
    start: Start,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    on_ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until Ctrl-C. `on_ready` is called with the address once pages are answered. Raises Mistake."""
    check_free(host, port)
    warnings.filterwarnings(
        "ignore", category=UserWarning, module="solara"
    )  # about cookies over http, on this computer
    warnings.filterwarnings("ignore", message=".*websockets.*")
    application = make_application(start, host, port)
    import uvicorn

    from sim.view.protocol import Impatient, log_in_lines

    log_in_lines()
    config = uvicorn.Config(
        application, host=host, port=port, log_config=None, log_level="error", access_log=False, http=Impatient,
        ws="websockets", ws_max_size=MOST_MESSAGE_BYTES, limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=1,
        lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    shown_host = "127.0.0.1" if host in {"0.0.0.0", ""} else f"[{host}]" if ":" in host else host

    def wait() -> None:
        while not server.started:
            if server.should_exit:
                return
            threading.Event().wait(0.02)
        on_ready(f"http://{shown_host}:{port}/")

    threading.Thread(target=wait, daemon=True).start()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        # Comparisons of open sessions run in daemon threads of compiled code: nothing is written, nothing need be waited for.
        sys.stdout.flush()


def open_browser(address: str) -> None:
    """The user's browser, where there is one."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_free(host: str, port: int) -> None:
    """Raise Mistake where the server could not listen."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Mistake(
            f"--host {host} --port {port}: cannot listen there ({why}); another --port may be free",
            f"--host {host} --port {port}：无法监听（{why}）；可换一个 --port",
        ) from None


def make_application(start: Start, host: str, port: int) -> Any:
    """The ASGI application: Solara's, with what it would fetch from elsewhere or trust too much taken out."""
    for name, value in {
        "SOLARA_APP": "sim.view.app",
        "SOLARA_MODE": "production",
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
        "SOLARA_THEME_SHOW_BANNER": "false",
        "SOLARA_THEME_TITLE": tr("Social work stations", "社工站政策模拟"),
        "SOLARA_ASSETS_CDN": "",
        "SOLARA_ASSETS_PROXY": "true",
        "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
        "SOLARA_KERNEL_CULL_TIMEOUT": os.environ.get("SOLARA_KERNEL_CULL_TIMEOUT", "20m"),
        "SOLARA_SESSION_HTTP_ONLY": "true",
    }.items():
        if value:
            os.environ[name] = value
    from sim.view import app

    app.start = start
    if current() == "zh":
        speak_chinese()
    _warm_up(start)
    _refuse_foreign_widgets()
    import solara.server.starlette as solara_server
    from solara.server import settings

    hosts = own_hosts(host, port) if is_loopback(host) else ()
    return Guard(solara_server.app, Path(settings.assets.proxy_cache_dir), hosts)


def own_hosts(host: str, port: int) -> set[str]:
    """What a browser on this computer may call this server."""
    names = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host.lower()}
    return {f"{name}:{port}" for name in names} | (names if port == 80 else set())


def _warm_up(start: Start) -> None:
    """Build the first city and run a day before the first visitor comes; a wrong scenario is refused here. Raises Mistake."""
    import datetime

    from sim.view.viewer import Viewer

    viewer = Viewer(start)
    viewer.live.run_towards(viewer.live.model.date + datetime.timedelta(days=1))
    viewer.close()


def _refuse_foreign_widgets() -> None:
    """Templates may ask the server to make an object of any class of any module; ours never do, so nobody's may."""
    from ipyvue import VueTemplate

    handle = VueTemplate._handle_event
    if getattr(handle, "is_ours", False):
        return

    def only_events(self: Any, sender: Any, content: Any, buffers: Any) -> None:
        event = content.get("event") if isinstance(content, dict) else None
        if isinstance(event, str) and set(content) <= {"event", "data"} and event in _events_of(self):
            handle(self, sender, {"event": event, "data": content.get("data")}, [])

    only_events.is_ours = True  # type: ignore[attr-defined]
    VueTemplate._handle_event = only_events


def _events_of(widget: Any) -> set[str]:
    return {name.removeprefix("vue_") for name in dir(widget) if name.startswith("vue_")}
