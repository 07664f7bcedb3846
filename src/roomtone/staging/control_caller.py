"""The other side of a staged bot's control socket: says its messages on time and keeps what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from roomtone.staging.control_script import TimedMessage

LONGEST_KEPT = 200
"""Longer texts in messages are cut in the journal: sounds and pictures."""
PATH = "/control/{bot_id}"


class ControlCaller:
    """Serves one bot on loopback. An async context manager.

    The messages' times count from the bot's first ``ready``; one that falls into a time without a connection
    is said on the next.

    Args:
        messages: What is said, in the order of their times.
        journal: Gets a line for each message: ``{sent_s or arrived_s, at_s, message}``.
        clock: Unix seconds.

    Attributes:
        bot_ids: From the paths that were dialled.
        close_codes: Of the connections that have ended.
    """

    def __init__(self, messages: Sequence[TimedMessage], journal: Path, clock: Callable[[], float]) -> None:
        self.bot_ids: list[str] = []
        self.close_codes: list[int | None] = []
        self._waiting = list(messages)
        self._n_messages = len(messages)
        self._journal = journal
        self._clock = clock
        self._ready_s: float | None = None
        self._sent: dict[tuple[int, str], list[float]] = {}
        self._came: dict[str, int] = {}
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """What to give as ``socket_connection_url``."""
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}{PATH}"

    def figures(self) -> dict[str, Any]:
        """What was said, when and how late, and how many messages of each kind came back."""
        return {
            "ready_s": self._ready_s,
            "messages": self._n_messages,
            "not_sent": len(self._waiting),
            "sent": [
                {"command": command, "at_s": round(times[0], 3), "messages": len(times)}
                for (_step, command), times in self._sent.items()
            ],
            "came": dict(sorted(self._came.items())),
            "bot_ids": sorted(set(self.bot_ids)),
            "close_codes": self.close_codes,
        }

    async def __aenter__(self) -> Self:
        """Serve; the journal is made anew."""
        self._journal.write_text("")
        self._server = await serve(self._handle, "127.0.0.1", 0, compression=None, close_timeout=2)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _handle(self, connection: ServerConnection) -> None:
        request = connection.request
        self.bot_ids.append(request.path.rpartition("/")[2] if request is not None else "")
        try:
            async with asyncio.TaskGroup() as tasks:
                saying: asyncio.Task[None] | None = None
                async for text in connection:
                    message = self._take(text)
                    if message.get("type") == "ready" and saying is None:
                        ack = {"command": "ack", "bot_id": message.get("bot_id"), "message": "hello"}
                        await connection.send(json.dumps(ack))
                        saying = tasks.create_task(self._say(connection), name="say control messages")
                if saying is not None:
                    saying.cancel()
        except* ConnectionClosed:
            pass
        finally:
            self.close_codes.append(connection.close_code)

    async def _say(self, connection: ServerConnection) -> None:
        assert self._ready_s is not None
        while self._waiting:
            message = self._waiting[0]
            await asyncio.sleep(max(0.0, self._ready_s + message.at_s - self._clock()))
            with contextlib.suppress(ConnectionClosed):
                await connection.send(message.text)
                self._waiting.pop(0)
                now_s = self._clock()
                times = self._sent.setdefault((message.step, message.command), [])
                times.append(now_s - self._ready_s)
                self._keep("sent_s", now_s, message.text)
                continue
            return

    def _take(self, text: str | bytes) -> dict[str, Any]:
        now_s = self._clock()
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        found: dict[str, Any] = message if isinstance(message, dict) else {}
        if found.get("type") == "ready" and self._ready_s is None:
            self._ready_s = now_s
        kind = str(found.get("command") or found.get("type") or "unreadable")
        self._came[kind] = self._came.get(kind, 0) + 1
        self._keep("arrived_s", now_s, text)
        return found

    def _keep(self, moment: str, now_s: float, text: str | bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            message = str(text)
        since_s = None if self._ready_s is None else round(now_s - self._ready_s, 3)
        line = {moment: round(now_s, 6), "at_s": since_s, "message": _shortened(message)}
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(line, ensure_ascii=False) + "\n")


def _shortened(value: Any) -> Any:
    """The same, with long texts cut: their length stands in their place."""
    if isinstance(value, dict):
        return {name: _shortened(inner) for name, inner in value.items()}
    if isinstance(value, str) and len(value) > LONGEST_KEPT:
        return f"{value[:20]}... ({len(value)} characters)"
    return value
