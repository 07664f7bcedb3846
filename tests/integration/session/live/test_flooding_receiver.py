"""A receiver that was to listen and talks without end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.dialling import REST_S, Dialling

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.asyncio.server import ServerConnection


async def _flood(connection: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await connection.send(b"x" * 100)


async def test_a_flood_is_read_at_a_bounded_pace() -> None:
    """No more messages than the pauses between them let through; the end of the stay is not kept waiting."""
    heard: list[int] = []

    async def converse(connection: ClientConnection) -> str:
        return await dialling.talk(connection, say=listen(), hear=lambda message: heard.append(len(message)))

    async def listen() -> None:
        await dialling.finishing.wait()

    async with serve(_flood, "127.0.0.1", 0, compression=None) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        dialling = Dialling(
            "live_audio", url, policy=AddressPolicy(allow_private=True), on_warning=lambda *_: None
        )
        begun_s = time.monotonic()
        async with asyncio.timeout(100), asyncio.TaskGroup() as tasks:
            tasks.create_task(dialling.run(converse), name="dialling")
            while len(heard) < 100:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            dialling.finish()
        assert len(heard) <= (time.monotonic() - begun_s) / REST_S + 1
