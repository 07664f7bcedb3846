"""Reading and writing the JSON of a media socket, and running a socket beside what it starts."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tests.standins.zoom.media.room import Socket

SEND_TIMEOUT_S = 10.0


async def received(socket: Socket) -> dict[str, Any]:
    """The next JSON object; anything else becomes an empty one.

    Raises:
        WebSocketDisconnect: When the socket has ended.
    """
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    try:
        parsed = json.loads(message.get("text") or "null")
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


async def say(socket: Socket, message: dict[str, Any]) -> None:
    """Send a JSON object.

    Raises:
        WebSocketDisconnect: When the socket has ended, or takes nothing for `SEND_TIMEOUT_S`.
    """
    await _within(socket.send_text(json.dumps(message)))


async def say_bytes(socket: Socket, message: bytes) -> None:
    """Send a binary message; raises as `say`."""
    await _within(socket.send_bytes(message))


async def _within(sending: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await sending
    except (TimeoutError, RuntimeError):
        raise WebSocketDisconnect(1006) from None


async def until_gone(**jobs: Coroutine[Any, Any, None]) -> None:
    """Run jobs together until the first one ends; a socket that ends is an end like any other."""
    tasks: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:
        for name, job in jobs.items():
            tasks.add(group.create_task(_unless_disconnected(job), name=f"zoom media {name}"))
        _, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            task.cancel()


async def _unless_disconnected(job: Coroutine[Any, Any, None]) -> None:
    try:
        await job
    except WebSocketDisconnect:
        return
