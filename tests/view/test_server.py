"""What the server lets in and out: this computer only, its own pages only, and nothing that a message could make it do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from pages import Served, free_port, served
from patience import PATIENCE
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sim import cli
from sim.mistakes import Mistake
from sim.view import words
from sim.view.guard import MOST_SESSIONS, Guard
from sim.view.server import MOST_MESSAGE_BYTES, _refuse_foreign_widgets, check_free, is_loopback, own_hosts
from sim.view.start import Start


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("server")) as one:
        yield one


class Socket:
    """What the page's script does, by hand: a kernel, the page run in it, messages to its widgets."""

    def __init__(self, server: Served, *, session: str = "", **headers: str) -> None:
        self.id = session or uuid.uuid4().hex
        address = server.address.replace("http", "ws") + f"/jupyter/api/kernels/{self.id}/channels?session_id={self.id}"
        # Without a limit on what is unread: else closing waits ten seconds for who reads it.
        self.socket = connect(address, max_size=None, max_queue=None, additional_headers=headers)

    def send(self, kind: str, content: dict[str, Any]) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": self.id, "version": "5.3"}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        self.socket.send(json.dumps(message))

    def run_page(self) -> dict[str, dict[str, Any]]:
        """Run the page; the state of its widgets by their comm."""
        comm = uuid.uuid4().hex
        self.send("comm_open", {"comm_id": comm, "target_name": "solara.control", "data": {}})
        self.send("comm_msg", {"comm_id": comm, "data": {"method": "run", "args": {"path": "/"}}})
        widgets: dict[str, dict[str, Any]] = {}
        while True:
            told = json.loads(self.text(PATIENCE))
            content = told.get("content", {})
            data = content.get("data", {})
            if told["header"]["msg_type"] == "comm_open":
                widgets[content["comm_id"]] = data.get("state", {})
            if data.get("method") == "finished":
                return widgets

    def text(self, timeout: float) -> str:
        """The next message; of a binary one the part that is text."""
        message = self.socket.recv(timeout=timeout)
        if isinstance(message, str):
            return message
        n = int.from_bytes(message[:4], "big")
        ends = [int.from_bytes(message[4 + 4 * i : 8 + 4 * i], "big") for i in range(n)]
        return message[ends[0] : ends[1] if n > 1 else None].decode()

    def answers(self, seconds: float = PATIENCE, *, until: tuple[str, ...] = ()) -> str:
        """Everything that is said within a while, until the end, or until one of these is."""
        said = ""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not any(one in said for one in until):
            try:
                said += self.text(end - time.monotonic())
            except (TimeoutError, ConnectionClosed):
                break
        return said

    def widget(self, widgets: dict[str, dict[str, Any]], trait: str) -> str:
        return next(comm for comm, state in widgets.items() if trait in state)

    def event(self, comm: str, content: dict[str, Any]) -> None:
        self.send("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": content}})


# --- where it listens


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.1.2.3", True), ("0.0.0.0", False), ("192.168.1.2", False), ("example.org", False)],
)  # fmt: skip
def test_what_is_this_computer(host: str, is_own: bool) -> None:
    assert is_loopback(host) is is_own


def test_it_listens_on_loopback_only(server: Served) -> None:
    port = int(server.address.rsplit(":", 1)[1])
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("needs Linux's table of sockets")
    rows = [line.split() for line in listening.read_text().splitlines()[1:]]
    local = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert local == [f"0100007F:{port:04X}"]
    assert "warning" not in server.told


def test_another_host_is_warned_of(tmp_path: Path) -> None:
    with served(tmp_path, "--host", "0.0.0.0") as one:
        assert "lets everyone who can reach this computer use the page" in one.told
        assert one.status("/") == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:80", "[::1]", "127.0.0.1.evil.example"]
)
def test_another_name_in_the_request_is_refused(server: Served, host: str) -> None:
    assert server.status("/", Host=host) == 400


def test_its_own_names_are_answered(server: Served) -> None:
    port = server.address.rsplit(":", 1)[1]
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        assert server.status("/readyz", Host=f"{name}:{port}") == 200


def test_the_addresses_of_a_host() -> None:
    assert "[::1]:8765" in own_hosts("::1", 8765)
    assert own_hosts("localhost", 80) >= {"localhost", "localhost:80", "127.0.0.1"}


def test_a_taken_port_is_said_in_a_sentence(server: Served, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = server.address.rsplit(":", 1)[1]
    assert cli.run(["view", "--no-open", "--port", port]) == 2
    said = capsys.readouterr().err
    assert f"--port {port}: cannot listen there" in said
    assert said.count("\n") == 1
    with pytest.raises(Mistake):
        check_free("no.such.host.invalid", free_port())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "there is no scenario 'nope'"),
        (["t-city", "--policies", "linkags"], "did you mean 'linkage'"),
        (["--port", "70000"], "invalid value for --port"),
        (["--set", "levers.pay=1"], "2,000 to 8,000"),
    ],
)
def test_wrong_arguments_are_told_before_anything_is_served(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert cli.run(["view", "--no-open", *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def commands_of_the_readme() -> list[str]:
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^stations view(.*?)(?:\s{2,}#.*)?$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("command", commands_of_the_readme())
def test_commands_of_the_readme_serve_a_page_and_end_quietly(tmp_path: Path, command: str) -> None:
    with served(tmp_path, *command.split()) as one:  # which ends with Ctrl-C, while the page is open
        page = Socket(one)
        setup = next(state["setup"] for state in page.run_page().values() if "setup" in state)
        assert setup["city"] == (command.split() or ["t-city"])[0]
        assert one.address in one.told


# --- what can be read


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/etc/passwd", "/resourcez", "/static/public/x", "/_solara/cdn/@widgetti", "/_solara/cdn/", "/_solara/cdn/no@1/x.js",
        "/_solara/cdn/%2e%2e/%2e%2e/pyvenv.cfg", "/_solara/cdn/..%2f..%2f..%2fpyvenv.cfg", "/static/..%2f..%2f..%2fetc/passwd",
        "/jupyter/nbextensions/..%2f..%2f..%2fetc/passwd", "/jupyter/nbextensions/%2fetc%2fpasswd", "/_solara/cdn/..%5c..%5cx",
        "/static/assets/..%2f..%2fserver.py", "/jupyter/api/kernels/x", "/_solara/auth/login", "/%00", "/compare/..%2f..%2f",
    ],
)  # fmt: skip
def test_other_paths_are_not_found(server: Served, path: str) -> None:
    assert server.status(path) == 404
    assert "Could not load URL" not in server.told  # what Solara says that asks a public host in vain
    assert server.is_alive


def test_the_scripts_that_the_page_needs_are_there_after_all_that(server: Served) -> None:
    import solara.server.settings

    folder = solara.server.settings.assets.proxy_cache_dir
    file = next(one for one in sorted(folder.rglob("*.js")) if one.is_file())
    assert server.status("/_solara/cdn/" + file.relative_to(folder).as_posix()) == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_written_by_request(server: Served, method: str) -> None:
    request = urllib.request.Request(server.address + "/", data=b"x" * 10_000, method=method)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request, timeout=PATIENCE)


# --- what messages can do


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "chrome-extension://HOST", "file://HOST", "null", "http://127.0.0.1", "http://HOST.evil.example",
        "http://HOST/", "http://evil@HOST", "HOST", "ftp://HOST", "//HOST", "",
    ],
)  # fmt: skip
def test_another_sites_page_gets_no_socket_and_no_page(server: Served, origin: str) -> None:
    origin = origin.replace("HOST", server.address.removeprefix("http://"))
    with pytest.raises(InvalidStatus):
        Socket(server, Origin=origin)
    assert server.status("/", Origin=origin) == 400


def test_its_own_page_gets_a_socket(server: Served) -> None:
    own = Socket(server, Origin=server.address)
    own.run_page()
    own.socket.close()


@pytest.mark.parametrize(
    "message",
    ["", "no json", "[]", "{}", "null", '{"header": {}}', '{"header": {"msg_type": "execute_request"}, "channel": "shell"}', b"\xff\xfe", b"\x00\x00\x00\x09abc"],
)  # fmt: skip
def test_malformed_messages_harm_nobody_else(server: Served, message: str | bytes) -> None:
    other = Socket(server)
    widgets = other.run_page()
    bad = Socket(server)
    bad.socket.send(message)
    bad.answers(0.3)
    bad.socket.close()
    other.answers(0.2)
    other.event(other.widget(widgets, "file"), {"event": "go", "data": {"unit": "day", "n": 1}})
    assert "2021-03-02" in other.answers(until=("2021-03-02",))
    other.socket.close()
    assert server.is_alive


def test_huge_messages_are_cut_off(server: Served) -> None:
    bad = Socket(server)
    toolbar = bad.widget(bad.run_page(), "file")
    bad.event(toolbar, {"event": "go", "data": {"to": "x" * (MOST_MESSAGE_BYTES // 2)}})
    assert "something that does not exist" in bad.answers(until=("something that does not exist",))
    bad.event(toolbar, {"event": "go", "data": {"to": "x" * (MOST_MESSAGE_BYTES + 1)}})
    bad.answers()  # until it is closed
    with pytest.raises(ConnectionClosed):
        bad.event(toolbar, {"event": "go", "data": {"unit": "day", "n": 1}})
    assert server.is_alive


def test_values_beyond_a_sliders_range_are_refused(server: Served) -> None:
    page = Socket(server)
    widgets = page.run_page()
    levers, toolbar = page.widget(widgets, "groups"), page.widget(widgets, "file")
    page.answers(0.2)
    said: list[str] = []
    for value in (1e9, -1, "5", None, [], {"a": 1}):
        page.event(levers, {"event": "move", "data": {"lever": "pay", "value": value}})
        said.append(page.answers(until=("must be 2,000 to 8,000", "something that does not exist")))
    page.event(toolbar, {"event": "go", "data": {"unit": "day", "n": 1}})
    said.append(page.answers(until=("2021-03-02",)))
    assert 'is_moved": true' not in "".join(said)
    page.event(toolbar, {"event": "go", "data": {"to": "9999-99-99"}})
    assert "something that does not exist" in page.answers(until=("something that does not exist",))
    page.socket.close()


@pytest.mark.parametrize("layer", ["guard", "widgets"])
def test_no_message_makes_an_object_of_another_class(server: Served, tmp_path: Path, layer: str) -> None:
    mark = tmp_path / "made"
    contents: list[dict[str, Any]] = [
        {"create_widget": ["ipywidgets", "Button"], "props": {}, "id": "x"},
        {"create_widget": ["subprocess", "Popen"], "props": {"args": ["touch", str(mark)]}, "id": "x"},
        {"create_widget": ["builtins", "dict"], "props": {"a": {"function_ref": "close"}}, "id": "x"},
        {"update_ref": {"object_ref": "x"}, "prop": "y", "id": "z"},
        {"destroy_widget": "x"},
        {"event": "close"},
        {"event": "__class__", "data": 1},
        {"event": ["go"], "data": 1},
    ]
    if layer == "widgets":  # what the guard would let through by mistake
        _refuse_foreign_widgets()
        from ipyvue import VueTemplate

        for content in contents:
            VueTemplate._handle_event(mock.Mock(spec=["vue_go"]), None, content, [])
        assert not mark.exists()
        return
    for content in contents:
        page = Socket(server)
        with contextlib.suppress(ConnectionClosed):
            for comm in page.run_page():
                page.event(comm, content)
        assert "ButtonModel" not in page.answers(0.2)
        page.socket.close()
        _close_tab(server, page.id)
    assert not mark.exists()
    assert "Traceback" not in server.told
    assert server.is_alive


# --- a campaign: whatever is said, one line of the log at most, and nobody else is harmed


def hostile(rng: random.Random, comms: list[str]) -> str | bytes:
    """A message that a page might send, with one thing or two about it wrong."""
    odd: list[Any] = [
        None, True, -1, 10**30, 1e308, "", "x" * 5000, "\ud800\n", [], {}, [[]], {"a": {"b": []}}, "__class__", "../..", ["go"], nested(20), nested(3000),
    ]  # fmt: skip
    comm = rng.choice([*comms, "no-such-comm"])
    contents: list[tuple[str, Any]] = [
        ("comm_msg", {"comm_id": comm, "data": {"method": "update", "state": {rng.choice(["now", "children", "value", "template", "_model_name", "zz"]): rng.choice(odd[:-1])}}}),
        ("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": {"event": rng.choice(["go", "move", "close", "restore", "click", "x"]), "data": rng.choice(odd[:-1])}}}),
        ("comm_msg", {"comm_id": comm, "data": {"method": rng.choice(["run", "reload", "evict", "request_state", "app-status", "zz"]), "args": {"path": rng.choice(["/", "/nothing", "x"])}}}),
        ("comm_open", {"comm_id": uuid.uuid4().hex, "target_name": rng.choice(["solara.control", "jupyter.widget", "jupyter.widget.control", "zz"]), "data": {}}),
        ("comm_close", {"comm_id": comm, "data": {}}),
        ("comm_info_request", {"target_name": "jupyter.widget"}),
        (rng.choice(["execute_request", "shutdown_request", "input_reply", "debug_request", "zz"]), {}),
    ]  # fmt: skip
    kind, content = rng.choice(contents)
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": "x", "version": "5.3"}
    message: dict[str, Any] = {
        "header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": [],
    }  # fmt: skip
    for _ in range(rng.randrange(3)):
        part = rng.choice([message, header, content, content.get("data") or content])
        if isinstance(part, dict) and part:
            name = rng.choice(sorted(part))
            if rng.random() < 0.4:
                del part[name]
            else:
                part[name] = rng.choice(odd)
    text = json.dumps(message)
    flaw = rng.random()
    if flaw < 0.1:
        return text[: rng.randrange(len(text))]
    if flaw < 0.2:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(1, 40)))
    if flaw < 0.25:
        return "[" * 100_000
    return text


def nested(depth: int) -> Any:
    made: Any = []
    for _ in range(depth):
        made = [made]
    return made


def test_hostile_messages_cost_a_line_each_and_harm_nobody_else(server: Served) -> None:
    other = Socket(server)
    widgets = other.run_page()
    before = server.told
    rng = random.Random(5)
    n_sent = 0
    for _ in range(12):
        bad = Socket(server, Cookie="solara-session-id=bad")  # or Solara tells that there is none
        comms = list(bad.run_page())
        for _ in range(12):
            try:
                bad.socket.send(hostile(rng, comms))
            except ConnectionClosed:
                break
            n_sent += 1
            bad.answers(0.02)
        bad.socket.close()
        _close_tab(server, bad.id)
    other.answers(0.2)
    other.event(other.widget(widgets, "file"), {"event": "go", "data": {"unit": "day", "n": 1}})
    assert "2021-03-02" in other.answers(until=("2021-03-02",))
    other.socket.close()
    told = server.told.removeprefix(before)
    assert "Traceback" not in told
    assert told.count("\n") <= n_sent
    assert server.is_alive


@pytest.mark.parametrize(
    "path",
    [
        "/jupyter/api/kernels/x/channels", "/jupyter/api/kernels/x/channels?session_id=", "/jupyter/api/kernels/x/stdin?session_id=x",
        "/jupyter/api/kernels/x%0Ay/channels?session_id=x", "/jupyter/api/kernels/x/channels?session_id=x&session_id=y",
        "/jupyter/api/kernels/" + "x" * 2000 + "/channels?session_id=x", "/jupyter/api/kernels/../channels?session_id=x", "/", "/nothing",
    ],
)  # fmt: skip
def test_sockets_elsewhere_are_refused_in_a_line(server: Served, path: str) -> None:
    before = server.told
    with pytest.raises(InvalidStatus):
        connect(server.address.replace("http", "ws") + path)
    assert "Traceback" not in server.told
    assert server.told.removeprefix(before).count("\n") == 1


def test_anothers_session_is_not_joined(server: Served) -> None:
    own = Socket(server, Cookie="solara-session-id=a")
    own.run_page()
    for cookie in ({"Cookie": "solara-session-id=b"}, {}):
        with pytest.raises(InvalidStatus):
            Socket(server, session=own.id, **cookie)
    own.socket.close()
    again = Socket(server, session=own.id, Cookie="solara-session-id=a")
    again.socket.close()
    assert "Traceback" not in server.told


def test_a_tab_that_never_was_is_not_closed(server: Served) -> None:
    own = Socket(server)
    own.run_page()
    for query in ("", "?session_id=x", f"?session_id={own.id}&session_id=x"):
        request = urllib.request.Request(f"{server.address}/_solara/api/close/{own.id}{query}", data=b"", method="POST")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(request, timeout=PATIENCE)
    assert "Traceback" not in server.told
    own.socket.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The protocol alone, with a limit that a test can wait for: its host and port."""
    import uvicorn

    from sim.view import protocol

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (said := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": said["text"]})
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(protocol, "SECONDS_FOR_A_REQUEST", 0.3)
    port = free_port()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, http=protocol.Impatient, ws="websockets", lifespan="off", log_config=None,
        timeout_keep_alive=1,
    )  # fmt: skip
    one = uvicorn.Server(config)
    thread = threading.Thread(target=one.run, daemon=True)
    thread.start()
    try:
        while not one.started:
            time.sleep(0.01)
        yield f"127.0.0.1:{port}"
    finally:
        one.should_exit = True
        thread.join(PATIENCE)


@pytest.mark.parametrize(
    "begun",
    [
        b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: HOST\r\n", b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1000\r\n\r\nabc",
        b"GET /jupyter/api/kernels/x/channels?session_id=x HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: upgrade\r\n",
        b"GET /readyz HTTP/1.1\r\nHost: HOST\r\n\r\nGET /rea",
    ],
)  # fmt: skip
def test_a_request_that_is_never_completed_is_cut_off(impatient: str, begun: bytes) -> None:
    host, port = impatient.split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as bad:
        bad.sendall(begun.replace(b"HOST", impatient.encode()))
        with contextlib.suppress(ConnectionResetError):
            while bad.recv(1000):  # a reading that times out fails
                pass


def test_a_socket_may_be_silent_longer_than_a_request(impatient: str) -> None:
    with connect(f"ws://{impatient}/") as quiet:
        time.sleep(1.0)
        quiet.send("still here")
        assert quiet.recv(timeout=PATIENCE) == "still here"


def test_a_complete_request_is_given_time_to_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on the asking: an answer may take longer, and a connection may rest between two requests."""
    from sim.view import protocol

    class Loop:
        def __init__(self) -> None:
            self.n = 0

        def call_later(self, *_: Any) -> Any:
            self.n += 1
            return self

        def cancel(self) -> None:
            self.n -= 1

        def create_task(self, work: Any, **_: Any) -> Any:
            work.close()
            return asyncio.Future(loop=asyncio.new_event_loop())

    import uvicorn
    from uvicorn.server import ServerState

    loop: Any = Loop()
    transport: Any = mock.Mock(get_extra_info=lambda name: None, is_closing=lambda: False)
    made = protocol.Impatient(uvicorn.Config(lambda *_: None, log_config=None), ServerState(), {}, loop)
    transport.get_protocol.return_value = made
    made.connection_made(transport)
    assert loop.n == 1
    made.data_received(b"GET / HTTP/1.1\r\n")
    assert loop.n == 1
    made.data_received(b"Host: x\r\n\r\n")
    assert loop.n == 0


# --- sessions end


# Not the process's size: what its allocator keeps for later differs by a hundred megabytes from one machine to the next.
COUNTED = """
import gc, pathlib, threading, time, tracemalloc
import sim.view.viewer  # what is loaded once need not be traced, which is slow
tracemalloc.start()
def count():
    while True:
        time.sleep(0.05)
        if pathlib.Path("asked").exists():
            gc.collect()
            from sim.view.viewer import Viewer
            viewers = sum(isinstance(kept, Viewer) for kept in gc.get_objects())
            pathlib.Path("counted").write_text(f"{viewers} {threading.active_count()} {tracemalloc.get_traced_memory()[0]}")
            pathlib.Path("asked").unlink()
            pathlib.Path("counted").rename("told")
threading.Thread(target=count, daemon=True).start()
from sim.cli import main
main()
"""


def test_sessions_that_close_leave_nothing(tmp_path: Path) -> None:
    with served(tmp_path, command=(sys.executable, "-c", COUNTED, "view", "--no-open")) as one:

        def count() -> tuple[int, int, int]:
            (tmp_path / "told").unlink(missing_ok=True)
            (tmp_path / "asked").touch()
            while not (tmp_path / "told").exists():
                assert one.process.poll() is None, one.told
                time.sleep(0.05)
            viewers, threads, memory = map(int, (tmp_path / "told").read_text().split())
            return viewers, threads, memory

        def visit(n: int) -> tuple[int, int]:
            """Threads and bytes that are left once all cities are gone."""
            for _ in range(n):
                page = Socket(one)
                widgets = page.run_page()
                page.event(page.widget(widgets, "file"), {"event": "go", "data": {"to": "2025-06-01"}})
                page.answers(0.4)
                page.socket.close()
                _close_tab(one, page.id)
            until = time.monotonic() + PATIENCE
            while (counted := count())[0]:
                assert time.monotonic() < until, counted
            return counted[1:]

        threads, before = visit(1)
        more_threads, after = visit(2)
        # A session's city, its snapshots and its baseline are some 20 MB: two that stayed would be 40.
        assert after - before < 20e6
        assert more_threads < threads + 6


class Solara:
    """Sessions as Solara keeps them, without their cities."""

    def __init__(self, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
        self.guard, self.contexts, self.closed = guard, {}, []
        self.ends: dict[str, asyncio.Event] = {}
        monkeypatch.setattr("sim.view.guard._sessions", lambda: self.contexts)
        guard._application = self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        name = scope["path"].split("/")[-2]
        self.contexts.setdefault(name, mock.Mock(session_id=None, page_status={}, close=lambda _: self.close(name)))
        await self.ends[name].wait()

    def close(self, name: str) -> None:
        self.closed.append(name)
        del self.contexts[name]

    async def open(self, name: str) -> list[Any]:
        """What the socket is told at once."""
        told: list[Any] = []

        async def send(message: Any) -> None:
            told.append(message)

        self.ends[name] = asyncio.Event()
        scope = {
            "type": "websocket", "path": f"/jupyter/api/kernels/{name}/channels", "query_string": b"session_id=p",
            "headers": [(b"host", b"h")],
        }  # fmt: skip
        task = asyncio.ensure_future(self.guard(scope, mock.AsyncMock(), send))
        await asyncio.sleep(0.05)
        self.guard.tasks = [*getattr(self.guard, "tasks", []), task]  # type: ignore[attr-defined]
        return told

    async def leave(self, name: str) -> None:
        self.ends[name].set()
        await asyncio.sleep(0.01)


def test_a_session_too_many_takes_the_place_of_that_whose_page_is_away_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.view.guard.MOST_SESSIONS", 3)
    monkeypatch.setattr("sim.view.guard.MOST_WITHOUT_CITY", 1)

    async def campaign() -> None:
        solara = Solara(Guard(None, tmp_path), monkeypatch)
        for name in "abc":
            assert await solara.open(name) == []
        await solara.leave("b")
        await solara.leave("a")
        assert solara.closed == []  # a page that is away finds its city again
        assert await solara.open("d") == []
        assert solara.closed == ["b"]
        assert await solara.open("a") == []  # it is back
        assert await solara.open("e") == []  # and is told that there is no room
        assert await solara.open("f") == [{"type": "websocket.close", "code": 1008}]
        assert solara.closed == ["b"]
        await solara.leave("c")
        assert await solara.open("g") == []
        assert solara.closed == ["b", "c"]
        for one in solara.ends.values():
            one.set()

    asyncio.run(campaign())


def test_a_page_that_finds_no_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.view import app

    monkeypatch.setattr(app, "MOST_SESSIONS", 2)
    monkeypatch.setattr(app, "_open", weakref.WeakSet())
    first, second = app.admit(Start()), app.admit(Start())
    assert first is not None
    assert second is not None
    assert app.admit(Start()) is None
    assert str(MOST_SESSIONS) in words.page()["no_room"]
    second.close()
    assert app.admit(Start()) is not None


def _close_tab(server: Served, kernel: str) -> None:
    request = urllib.request.Request(
        f"{server.address}/_solara/api/close/{kernel}?session_id={kernel}", data=b"", method="POST"
    )
    with urllib.request.urlopen(request, timeout=PATIENCE):
        pass


def test_help_imports_nothing_heavy(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from sim.cli import main; main()", "view", "--help"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0
    assert not any(f" {name}" in done.stderr for name in ("solara", "mesa", "numba"))
