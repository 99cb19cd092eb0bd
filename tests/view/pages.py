"""A running `stations view` and pages of it in a real browser, with all that goes wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patience import PATIENCE

SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
"""Where screenshots are kept for people to look at."""

SOLARAS_OWN = "Failed to evaluate Vue script and find module.exports"
"""A warning about a template of Solara's own."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


SERVERS: dict[str, subprocess.Popen[bytes]] = {}
"""Those that run, by their address."""

DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Comes when the page has answered all that happened to it, and has drawn it."""


def is_at_work(process: subprocess.Popen[bytes]) -> bool:
    """Whether some thread of a process runs, or would run if the machine let it; False where the system does not tell."""
    for stat in Path(f"/proc/{process.pid}/task").glob("*/stat"):
        try:
            state = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        except OSError:  # the thread has just ended
            continue
        if state in {"R", "D"}:
            return True
    return False


@dataclass
class Served:
    """A server: its process, its address, and what it has written."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    @property
    def told(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None and self.status("/readyz") == 200

    def status(self, path: str, **headers: str) -> int:
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)


@contextmanager
def served(folder: Path, *arguments: str, command: tuple[str, ...] = (), port: int = 0) -> Iterator[Served]:
    """A server in a working folder, ended by Ctrl-C. command: another than `stations view`; port: a free one if 0."""
    port = port or free_port()
    log = folder / f"view-{port}.log"
    view = (sys.executable, "-c", "from sim.cli import main; main()", "view", "--no-open")
    environment = {**os.environ, "PYTHONUTF8": "1", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*(command or view), *arguments, "--port", str(port)], cwd=folder, stdout=out, stderr=out, env=environment
        )
    made = Served(process, f"http://127.0.0.1:{port}", log)
    SERVERS[made.address] = process
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                if made.status("/readyz") == 200:
                    break
            except OSError:
                pass
            assert process.poll() is None, made.told
            assert time.monotonic() < until, made.told
            time.sleep(0.1)
        yield made
    finally:
        del SERVERS[made.address]
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            if not command:  # ours ends quietly
                assert code == 0, made.told
                assert "Traceback" not in made.told, made.told


TABS: dict[Any, list[Any]] = {}
"""Tabs that are free, by their browser: a tab that has run the scripts once opens the page in a third of the time."""

BEGINS_ANEW = "if (location.protocol !== 'about:' && !window.name) { sessionStorage.clear(); window.name = 'used' }"
"""What a tab keeps is kept while one page has it, however often it is reloaded, and not for the next."""


def new_tab(browser: Any) -> Any:
    tab = browser.new_context(accept_downloads=True).new_page()
    tab.context.add_init_script(BEGINS_ANEW)
    tab.set_default_timeout(1000 * PATIENCE)
    return tab


class Page:
    """A page, with what the console said and what it asked of other hosts."""

    def __init__(self, browser: Any, address: str, path: str = "/", *, width: int = 1280, height: int = 720) -> None:
        self.wrong: list[str] = []
        self.n_messages = 0
        self._tabs = TABS.setdefault(browser, [])
        self.page = self._tabs.pop() if self._tabs else new_tab(browser)
        self.context = self.page.context
        self.page.set_viewport_size({"width": width, "height": height})
        self._listeners: dict[str, Any] = {
            "websocket": self._opened,
            "console": self._heard,
            "pageerror": lambda error: self.wrong.append(f"error: {error}"),
            "request": lambda one: self._asked(one.url, address),
            "response": lambda one: self.wrong.append(f"{one.status} {one.url}") if one.status >= 400 else None,
        }
        for event, heard in self._listeners.items():
            self.page.on(event, heard)
        self.page.goto(address + path)
        self.page.wait_for_selector(".stations-page")

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and SOLARAS_OWN not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _opened(self, socket: Any) -> None:
        for way in ("framesent", "framereceived"):
            socket.on(way, lambda _: setattr(self, "n_messages", self.n_messages + 1))

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:", address.replace("http", "ws"))):
            self.wrong.append(f"asked {url}")

    def close(self) -> None:
        """The tab is left to the next page, which begins anew."""
        for event, heard in self._listeners.items():
            self.page.remove_listener(event, heard)
        for other in self.context.pages:
            if other != self.page:
                other.close()
        self.page.evaluate("window.name = ''")
        self.page.goto("about:blank")
        self.context.clear_cookies()
        self._tabs.append(self.page)

    # --- what a person does

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    def jump(self, date: str) -> None:
        self.page.locator("input[type=date]").fill(date)
        self.press("Go")
        self.is_on(date)

    def is_on(self, date: str) -> None:
        """Wait until every part shows a date and nothing more is on its way."""
        self.page.wait_for_function(
            """date => document.querySelector('.date')?.textContent.trim() === date
                 && [...document.querySelectorAll('[data-caption]')].every(one => one.dataset.caption.includes(date))""",
            arg=date,
        )

    def open(self, summary: str) -> None:
        """Open a folded part, if it is folded."""
        part = self.page.locator("details", has=self.page.locator("summary", has_text=summary)).first
        if part.get_attribute("open") is None:
            part.locator("summary").click()

    def tick(self, policy: str, on: bool = True) -> None:
        self.open("Policies")
        date = self.date
        self.page.locator(".stations-side").get_by_label(policy, exact=True).set_checked(on)
        self.settle()
        self.is_on(date)

    def settle(self) -> None:
        """Until the page has sent what it has to send, and the server has nothing more to say: both at rest for 400 ms."""
        at_rest, before = 0, -1
        until = time.monotonic() + PATIENCE
        while at_rest < 4:
            assert time.monotonic() < until, "it never comes to rest"
            self.page.wait_for_timeout(100)
            self.page.evaluate(DRAWN)
            is_quiet = self.n_messages == before and not any(is_at_work(one) for one in SERVERS.values())
            at_rest, before = (at_rest + 1 if is_quiet else 0), self.n_messages

    def download(self, name: str) -> Path:
        with self.page.expect_download() as caught:
            self.press(name)
        return Path(caught.value.path()).rename(Path(caught.value.path()).with_name(caught.value.suggested_filename))

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    # --- what stands there

    @property
    def date(self) -> str:
        return str(self.page.locator(".date").text_content()).strip()

    def chart(self, name: str) -> dict[str, str]:
        """The words over a chart: "now", "was", "difference"."""
        found = self.page.locator(f"[data-chart={name}]")
        return {
            one: " ".join(str(found.locator(f".{one}").text_content()).split()) for one in ("now", "was", "difference")
        }

    def line(self, name: str, kind: str) -> str:
        """The path of one line of a chart."""
        return str(self.page.locator(f"[data-chart={name}] path.{kind}").first.get_attribute("d"))

    @property
    def message(self) -> str:
        return str(self.page.locator(".message").first.text_content()).strip()
