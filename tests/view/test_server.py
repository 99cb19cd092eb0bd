"""What the server lets in and out: this computer only, its own pages only, and nothing that a message could make it do."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import Served, free_port, served
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sim import cli
from sim.mistakes import Mistake
from sim.view.server import MOST_MESSAGE_BYTES, check_free, is_loopback


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("server")) as one:
        yield one


class Socket:
    """What the page's script does, by hand: a kernel, the page run in it, messages to its widgets."""

    def __init__(self, server: Served, **headers: str) -> None:
        self.id = uuid.uuid4().hex
        address = server.address.replace("http", "ws") + f"/jupyter/api/kernels/{self.id}/channels?session_id={self.id}"
        self.socket = connect(address, max_size=None, additional_headers=headers)

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
            told = json.loads(self.text(60))
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

    def answers(self, seconds: float = 0.7) -> str:
        """Everything that is said within a while."""
        said = ""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                said += self.text(until - time.monotonic())
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


def test_another_name_in_the_request_is_refused(server: Served) -> None:
    assert server.status("/", Host="evil.example") == 400


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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    with served(tmp_path) as one:
        Socket(one).run_page()
        one.process.send_signal(signal.SIGINT)
        assert one.process.wait(20) == 0
        assert "Traceback" not in one.told


def commands_of_the_readme() -> list[str]:
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^stations view(.*?)(?:\s{2,}#.*)?$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("command", commands_of_the_readme())
def test_commands_of_the_readme_serve_a_page(tmp_path: Path, command: str) -> None:
    with served(tmp_path, *command.split()) as one:
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
    import urllib.error
    import urllib.request

    request = urllib.request.Request(server.address + "/", data=b"x" * 10_000, method=method)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request, timeout=60)


# --- what messages can do


def test_another_sites_page_gets_no_socket(server: Served) -> None:
    with pytest.raises(InvalidStatus):
        Socket(server, Origin="https://evil.example")
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
    assert "2021-03-02" in other.answers()
    other.socket.close()
    assert server.is_alive


def test_huge_messages_are_cut_off(server: Served) -> None:
    bad = Socket(server)
    toolbar = bad.widget(bad.run_page(), "file")
    bad.event(toolbar, {"event": "go", "data": {"to": "x" * (MOST_MESSAGE_BYTES // 2)}})
    assert "something that does not exist" in bad.answers()
    bad.event(toolbar, {"event": "go", "data": {"to": "x" * (MOST_MESSAGE_BYTES + 1)}})
    bad.answers(5.0)
    with pytest.raises(ConnectionClosed):
        bad.event(toolbar, {"event": "go", "data": {"unit": "day", "n": 1}})
    assert server.is_alive


def test_values_beyond_a_sliders_range_are_refused(server: Served) -> None:
    page = Socket(server)
    widgets = page.run_page()
    levers, toolbar = page.widget(widgets, "groups"), page.widget(widgets, "file")
    page.answers(0.2)
    for value in (1e9, -1, "5", None, [], {"a": 1}):
        page.event(levers, {"event": "move", "data": {"lever": "pay", "value": value}})
        said = page.answers()
        assert "must be 2,000 to 8,000" in said or "something that does not exist" in said
        assert 'is_moved": true' not in said
    page.event(toolbar, {"event": "go", "data": {"to": "9999-99-99"}})
    assert "something that does not exist" in page.answers()
    page.socket.close()


def test_no_message_makes_an_object_of_another_class(server: Served, tmp_path: Path) -> None:
    page = Socket(server)
    widgets = page.run_page()
    mark = tmp_path / "made"
    for comm in list(widgets):
        for content in (
            {"create_widget": ["ipywidgets", "Button"], "props": {}, "id": "x"},
            {"create_widget": ["subprocess", "Popen"], "props": {"args": ["touch", str(mark)]}, "id": "x"},
            {"create_widget": ["builtins", "dict"], "props": {"a": {"function_ref": "close"}}, "id": "x"},
            {"update_ref": {"object_ref": "x"}, "prop": "y", "id": "z"},
            {"destroy_widget": "x"},
            {"event": "close"},
            {"event": "__class__", "data": 1},
            {"event": ["go"], "data": 1},
        ):
            page.event(comm, content)
    assert "ButtonModel" not in page.answers(1.0)
    assert not mark.exists()
    page.event(page.widget(widgets, "file"), {"event": "go", "data": {"unit": "day", "n": 1}})
    assert "2021-03-02" in page.answers()
    page.socket.close()
    assert server.is_alive


# --- sessions end


def test_sessions_that_close_leave_nothing(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    with served(tmp_path) as one:
        process = psutil.Process(one.process.pid)

        def visit(n: int) -> float:
            for _ in range(n):
                page = Socket(one)
                widgets = page.run_page()
                page.event(page.widget(widgets, "file"), {"event": "go", "data": {"to": "2025-06-01"}})
                page.answers(0.4)
                page.socket.close()
                _close_tab(one, page.id)
            time.sleep(1.5)
            return float(process.memory_info().rss)

        visit(6)
        before = visit(2)
        after = visit(12)
        # A session's city, its snapshots and its baseline are 70 MB: twelve that stayed would be 800.
        assert after - before < 140e6
        assert process.num_threads() < 60


def _close_tab(server: Served, kernel: str) -> None:
    import urllib.request

    request = urllib.request.Request(
        f"{server.address}/_solara/api/close/{kernel}?session_id={kernel}", data=b"", method="POST"
    )
    with urllib.request.urlopen(request, timeout=60):
        pass


def test_help_imports_nothing_heavy(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from sim.cli import main; main()", "view", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert not any(f" {name}" in done.stderr for name in ("solara", "mesa", "numba"))
