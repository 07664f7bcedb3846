"""A receiver of live video that keeps what came and when, for tests of the whole way."""

from __future__ import annotations

import contextlib
import io
import json
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import av
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class VideoReceiver:
    """Takes live video as a customer's server would.

    Attributes:
        texts: What was said in text, on all connections.
        pieces: Binary messages with the unix time of their arrival.
        close_codes: Of each connection.
    """

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.pieces: list[tuple[float, bytes]] = []
        self.close_codes: list[int | None] = []

    async def handle(self, connection: ServerConnection) -> None:
        """Keep one connection's messages; answer pings."""
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                if isinstance(message, bytes):
                    self.pieces.append((time.time(), message))
                    continue
                said = json.loads(message)
                self.texts.append(said)
                if said["type"] == "video_latency_ping":
                    await connection.send(json.dumps(said | {"type": "video_latency_pong"}))
        self.close_codes.append(connection.close_code)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen; gives the URL."""
        async with serve(self.handle, "127.0.0.1", 0, compression=None) as server:
            yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    @property
    def file(self) -> bytes:
        """What came, joined."""
        return b"".join(piece for _, piece in self.pieces)

    def picture_ages(self, begun_unix_s: float) -> list[float]:
        """How old each picture was when the fragment that it is in had come, seconds.

        Args:
            begun_unix_s: When the recording began.
        """
        ages = []
        init = self.pieces[0][1]
        fragment = b""
        for number, (at_s, piece) in enumerate(self.pieces[1:], 1):
            fragment += piece
            following = self.pieces[number + 1][1] if number + 1 < len(self.pieces) else b"\0\0\0\0moof"
            if following[4:8] != b"moof":
                continue
            with av.open(io.BytesIO(init + fragment), "r") as container:
                packets = container.demux(container.streams.video[0])
                shown_at = [float(p.pts * p.time_base) for p in packets if p.pts is not None]
                ages += [at_s - begun_unix_s - shown_s for shown_s in shown_at]
            fragment = b""
        return ages
