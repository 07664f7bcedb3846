"""The WebSocket server that bots dial with live video (``docs/protocols/live-video.md``), and its files."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from websockets.exceptions import ConnectionClosed

from roomtone.listening.address import listen_at, socket_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from websockets.asyncio.server import Server, ServerConnection

MAX_MESSAGE_BYTES = 4_194_304
"""Longest message taken; a longer one closes its connection."""


@dataclass(slots=True)
class VideoCounts:
    """What was received.

    Attributes:
        connections: Each is a file of its own.
        bytes_taken: Of video.
        duration_s: As the bot said at its end; None: it did not.
        start: The last ``video_stream_start``.
        lost_writes: Messages that could not be written because the disk was full.
    """

    connections: int = 0
    bytes_taken: int = 0
    duration_s: float | None = None
    start: dict[str, Any] | None = None
    lost_writes: int = 0

    def figures(self) -> dict[str, Any]:
        """The same for a report."""
        return {
            "connections": self.connections,
            "bytes": self.bytes_taken,
            "duration_s": self.duration_s,
            "start": self.start,
            "lost_writes": self.lost_writes,
        }


class LiveVideoReceiver:
    """Takes live video into files that play while they grow. Use as an async context manager.

    Every connection begins a file, ``live.mp4``, then ``live-2.mp4`` and so on: each is a stream of its own.
    Pings are answered. Nothing a sender does ends the receiver.

    Args:
        path: Of the first file.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        on_event: Told in words of connections, ends, and a full disk; must not block.

    Attributes:
        counts: What was received.
        on_event: As given; may be replaced.
    """

    def __init__(
        self,
        path: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        on_event: Callable[[str], None] = lambda _what: None,
    ) -> None:
        self.counts = VideoCounts()
        self._path = path
        self._host = host
        self._port = port
        self.on_event = on_event
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """What to give as ``live_video_required.websocket_url``."""
        return socket_url(self._host, self._port)

    async def __aenter__(self) -> Self:
        """Listen. Raises ``CannotListen``."""
        self._server = await listen_at(
            self._host,
            self._port,
            self._handle,
            max_message_bytes=MAX_MESSAGE_BYTES,
            option="--video-port",
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _handle(self, connection: ServerConnection) -> None:
        self.counts.connections += 1
        number = self.counts.connections
        path = self._path if number == 1 else self._path.with_stem(f"{self._path.stem}-{number}")
        self.on_event(f"live video: connected, {path.name}")
        try:
            with path.open("wb", buffering=0) as file, contextlib.suppress(ConnectionClosed):
                async for message in connection:
                    if isinstance(message, bytes):
                        self._keep(file.write, message)
                    elif (answer := self._take(message)) is not None:
                        await connection.send(answer)
        except OSError as problem:
            self.on_event(f"live video: cannot write {path.name}: {problem.strerror}")
        self.on_event("live video: disconnected")

    def _keep(self, write: Callable[[bytes], int | None], piece: bytes) -> None:
        self.counts.bytes_taken += len(piece)
        try:
            write(piece)
        except OSError as problem:
            self.counts.lost_writes += 1
            if self.counts.lost_writes == 1:
                self.on_event(f"live video: cannot be written: {problem.strerror}")

    def _take(self, text: str) -> str | None:
        """Read what is said in text; gives the answer."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(said, dict):
            return None
        match said.get("type"):
            case "video_stream_start":
                self.counts.start = said
            case "video_stream_end":
                length_s = said.get("duration_seconds")
                self.counts.duration_s = length_s if isinstance(length_s, int | float) else None
            case "video_latency_ping":
                pong = {"type": "video_latency_pong", "server_received_at_ms": time.time_ns() // 1_000_000}
                return json.dumps(said | pong)
            case _:
                pass
        return None
