"""HTTP as uvicorn speaks it, for clients that send what they have begun; and a log of one line an event."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sim.language import tr
from sim.view.guard import _is_ours
from sim.view.messages import tell_refusal

SECONDS_FOR_A_REQUEST = 15.0
"""From the first byte, or from the connecting, to the last; uvicorn itself waits for ever."""


class Impatient(H11Protocol):
    """Closes a connection whose request is not there in time. A WebSocket's later silence is its pings' matter."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._waiting = self.loop.call_later(SECONDS_FOR_A_REQUEST, self._too_late)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        state = self.conn.their_state
        if (
            self.transport.get_protocol() is not self
        ):  # it speaks WebSocket from here on; h11 has not seen the request's end
            self._stop_waiting()
        elif state is h11.SEND_BODY or (state is h11.IDLE and self.conn.trailing_data[0]):
            if self._waiting is None:
                self._waiting = self.loop.call_later(SECONDS_FOR_A_REQUEST, self._too_late)
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_late(self) -> None:
        self._waiting = None
        if self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            seconds = f"{SECONDS_FOR_A_REQUEST:g}"
            tell_refusal(tr(f"a request not complete after {seconds} s", f"{seconds} 秒内未完成的请求"))
            self.transport.abort()
        else:  # a browser has connected ahead of what it may ask for
            self.transport.close()


class OneLine(logging.Formatter):
    """An event in a line. A traceback is shown where the error was raised in this package: then it is a defect."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and _is_ours(error):
            return super().format(record)
        said = " ".join(record.getMessage().split())
        if error is not None:
            said += f" ({type(error).__name__}: {' '.join(str(error).split())})"
        return said[:300]


def log_in_lines() -> None:
    """From here on, what this process logs goes to stderr, a line an event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
