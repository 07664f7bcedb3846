"""The meeting's gateway: the client's JSON socket, played from a scene."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

from tests.real_clients.zoom.messages import (
    JOIN_AUDIO,
    MUTE,
    Message,
    audio_joined,
    connected,
    roster,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.websockets import WebSocket

    from tests.real_clients.zoom.scene import Moves, Scene

HEARTBEAT, JOIN, REJOIN = 0, 4301, 4370
LOG_LINES = 4167
GOING_AWAY = 1001


class Gateway:
    """The far end of the client's socket.

    Args:
        scene: What is played.
        note: Told what the client says.

    Attributes:
        is_gone: Whether it takes no connections any more.
    """

    def __init__(self, scene: Scene, note: Callable[[str, Any], None]) -> None:
        self._scene = scene
        self._note = note
        self._numbers = itertools.count(1)
        self._websocket: WebSocket | None = None
        self.is_gone = False
        self._has_joined = False

    async def serve(self, websocket: WebSocket) -> None:
        """Speak on one connection until it ends."""
        self._websocket = websocket
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            async with asyncio.TaskGroup() as tasks:
                await self.say(connected())
                if self._has_joined:
                    # A client that lost its gateway names itself in the new socket's address and asks no more.
                    await self._play(self._scene.on_rejoin)
                await self._listen(websocket, tasks)
        self._note("gateway:closed", None)

    async def say(self, message: Message) -> None:
        """Send one message now, if the client is connected."""
        if self._websocket is not None:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._websocket.send_text(message.encode(next(self._numbers)))

    async def _listen(self, websocket: WebSocket, tasks: asyncio.TaskGroup) -> None:
        playing: list[asyncio.Task[None]] = []
        while True:
            try:
                text = await websocket.receive_text()
            except (WebSocketDisconnect, KeyError):
                for task in playing:
                    task.cancel()
                return
            said = json.loads(text)
            event = said.get("evt")
            if event not in {HEARTBEAT, LOG_LINES}:
                self._note(f"evt {event}", said.get("body"))
            for message in self._reply(event, said.get("body") or {}):
                await self.say(message)
            if event == MUTE and not said["body"].get("bMute"):
                playing.append(tasks.create_task(self._play(self._scene.on_unmute), name="moves-unmute"))
            if event in {JOIN, REJOIN}:
                moves = self._scene.on_rejoin if self._has_joined else self._scene.on_join
                self._has_joined = True
                playing.append(tasks.create_task(self._play(moves), name=f"moves-{event}"))

    def _reply(self, event: int, body: dict[str, Any]) -> tuple[Message, ...]:
        """What is said at once: the client gives a gateway up that is silent for 15 s."""
        if event == HEARTBEAT:
            return (Message(HEARTBEAT, {}),)
        if event == JOIN_AUDIO and body.get("bOn") and self._scene.audio:
            return audio_joined(bool(body.get("mute")))
        if event == MUTE:
            return (roster(updated=({"id": body.get("id"), "muted": body.get("bMute")},)),)
        return ()

    async def _play(self, moves: Moves) -> None:
        for move in moves:
            await asyncio.sleep(move.after_s)
            if move.message is None:
                await self._hang_up()
            else:
                await self.say(move.message)

    async def _hang_up(self) -> None:
        self.is_gone = not self._scene.comes_back
        if self._websocket is not None:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._websocket.close(GOING_AWAY)
            self._note("gateway:hung up", None)
