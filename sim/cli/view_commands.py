"""`stations view`: its options, and the serving of the page."""

from __future__ import annotations

import sys

import click

from sim.cli.options import allow_code_option, doubt_option, names_in, scenario_argument, set_option
from sim.language import tr
from sim.mistakes import Mistake
from sim.seeds import STORED_SEED_BITS

FIRST_PORT = 8765
"""The first that is tried where none is asked for."""
MOST_PORTS = 20


def view_command() -> click.Command:
    """`stations view`"""
    return click.Command(
        "view",
        callback=_view,
        help=tr(
            "Watch a SCENARIO (default: T City) in the browser: the map, levers that act from the next month on, time that goes "
            "back and forth, and beside it what would have been. No internet is needed; Ctrl-C ends it.",
            "在浏览器中观看情景 SCENARIO（默认 T 市）：地图、自下月起生效的政策工具、可进可退的时间，并与“若无变化”对照。无需联网；Ctrl-C 结束。",
        ),
        params=[
            scenario_argument("t-city"),
            click.Option(
                ["--policies"],
                default="",
                metavar="NAMES",
                help=tr("Policies to begin with, separated by commas.", "起始政策，用逗号分隔。"),
            ),
            click.Option(
                ["--seed"],
                type=click.IntRange(0, 2**STORED_SEED_BITS - 1),
                default=1,
                show_default=True,
                help=tr("Seed to begin with.", "起始随机种子。"),
            ),
            set_option(),
            doubt_option(),
            click.Option(
                ["--port"],
                type=click.IntRange(1, 65535),
                default=None,
                help=tr(
                    f"Port; default: the first free one from {FIRST_PORT} on.",
                    f"端口；默认自 {FIRST_PORT} 起第一个空闲端口。",
                ),
            ),
            click.Option(
                ["--host"],
                default="127.0.0.1",
                show_default=True,
                help=tr(
                    "Address to listen on; others than this computer's own let others in.",
                    "监听地址；若非本机地址，他人亦可访问。",
                ),
            ),
            click.Option(["--no-open"], is_flag=True, help=tr("Do not open a browser.", "不自动打开浏览器。")),
            allow_code_option(),
        ],
    )


def _view(
    scenario: str,
    policies: str,
    seed: int,
    sets: tuple[str, ...],
    doubt: str | None,
    port: int | None,
    host: str,
    no_open: bool,
    allow_code: bool,
) -> int:
    from sim.cli.progress import say_if_cold
    from sim.engine import standard
    from sim.view.start import Start

    start = Start(scenario, tuple(names_in(policies)), seed, tuple(sets), allow_code, doubt)
    say_if_cold(standard())
    from sim.view.server import is_loopback, open_browser, serve

    if not is_loopback(host):
        print(
            tr(
                f"warning: --host {host} lets everyone who can reach this computer use the page; it asks for no password",
                f"警告：--host {host} 会让所有能访问本机的人使用此页面；页面不设密码",
            ),
            file=sys.stderr,
        )

    def ready(address: str) -> None:
        print(tr(f"{address}  (Ctrl-C ends it)", f"{address}  （按 Ctrl-C 结束）"), flush=True)
        if not no_open:
            open_browser(address)

    serve(start, host=host, port=_free(host) if port is None else port, on_ready=ready)
    return 0


def _free(host: str) -> int:
    """The first port that can be had. Raises Mistake where none can."""
    from sim.view.server import check_free

    for port in range(FIRST_PORT, FIRST_PORT + MOST_PORTS - 1):
        try:
            check_free(host, port)
        except Mistake:
            continue
        return port
    check_free(host, FIRST_PORT + MOST_PORTS - 1)
    return FIRST_PORT + MOST_PORTS - 1
