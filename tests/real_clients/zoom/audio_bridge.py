"""The audio bridge: real WebRTC sound for the client, one track a participant, as its signalling wants it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from starlette.websockets import WebSocketDisconnect

from roomtone.practice.peer import with_stream_ids, without_mdns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.websockets import WebSocket

SAMPLE_RATE_HZ = 48_000
FRAME_SAMPLES = 960
LOUDNESS = 8000
SPEAKING_S = 2.0
"""Everybody speaks this long in turn, as a tone of their own."""
LOUD = 1000
"""Of 32768: the bot's voice; what a closed microphone sends is silence."""
_SUBSCRIBER, _PUBLISHER = 0, 1
_CNAME = re.compile(r"^(a=ssrc:\d+ cname:)\S+\r?$", re.MULTILINE)


class Tone(MediaStreamTrack):
    """A voice that is easily recognised: a tone, in turn with the others.

    Args:
        hertz: Its pitch.
        turn: Whose turn it is first, counted from 0.
        turns: How many take turns.
    """

    kind = "audio"

    def __init__(self, hertz: float, turn: int, turns: int) -> None:
        super().__init__()
        self._hertz = hertz
        self._turn = turn
        self._turns = turns
        self._position = 0
        self._started_s: float | None = None

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms, when they are due."""
        loop = asyncio.get_running_loop()
        if self._started_s is None:
            self._started_s = loop.time()
        await asyncio.sleep(self._started_s + self._position / SAMPLE_RATE_HZ - loop.time())
        times_s = (self._position + np.arange(FRAME_SAMPLES)) / SAMPLE_RATE_HZ
        speaks = int(self._position / SAMPLE_RATE_HZ / SPEAKING_S) % self._turns == self._turn
        wave = np.sin(2 * np.pi * self._hertz * times_s) * (LOUDNESS if speaks else 0)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = self._position
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        self._position += FRAME_SAMPLES
        return frame


class AudioBridge:
    """The far end of ``/ab/signal``: one connection that takes the client's sound, one that gives the others'.

    Args:
        speakers: Their user ids.
        note: Told what the client says.
    """

    def __init__(self, speakers: Sequence[int], note: Callable[[str, Any], None]) -> None:
        self._speakers = speakers
        self._note = note
        self._numbers = itertools.count(1)

    async def serve(self, websocket: WebSocket) -> None:
        """Speak on one connection until it ends."""
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        connections = {
            _SUBSCRIBER: RTCPeerConnection(configuration),
            _PUBLISHER: RTCPeerConnection(configuration),
        }
        for turn, _ in enumerate(self._speakers):
            track = Tone(300 + 150 * turn, turn, len(self._speakers))
            connections[_SUBSCRIBER].addTransceiver(track, direction="sendonly")
        try:
            async with asyncio.TaskGroup() as tasks:
                listening: list[asyncio.Task[None]] = []

                def listen(track: MediaStreamTrack) -> None:
                    listening.append(tasks.create_task(self._hear(track), name="ear"))

                connections[_PUBLISHER].on("track", listen)
                with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                    while True:
                        await self._take(json.loads(await websocket.receive_text()), websocket, connections)
                for ear in listening:
                    ear.cancel()
        finally:
            for connection in connections.values():
                await connection.close()

    async def _hear(self, track: MediaStreamTrack) -> None:
        """Note once for each stretch of sound how long it lasted."""
        loud_s = 0.0
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.AudioFrame)
                if np.abs(frame.to_ndarray()).max() > LOUD:
                    loud_s += frame.samples / frame.sample_rate
                elif loud_s:
                    self._note("bridge:heard", round(loud_s, 2))
                    loud_s = 0.0

    async def _take(
        self, said: dict[str, Any], websocket: WebSocket, connections: dict[int, RTCPeerConnection]
    ) -> None:
        method, asked = said.get("method"), said.get("params") or {}
        self._note(f"bridge:{method}", asked)
        if method == "ping":
            await self._send(websocket, id=said.get("id"), result="pong")
        elif method == "join":
            answer = await _answer(connections[_PUBLISHER], asked["offer"])
            await self._send(websocket, id=said.get("id"), result=["joined", answer])
            await self._send(websocket, method="offer", params=await self._offer(connections[_SUBSCRIBER]))
        elif method == "answer":
            description = RTCSessionDescription(without_mdns(asked["desc"]["sdp"]), "answer")
            await connections[_SUBSCRIBER].setRemoteDescription(description)
            await self._send(websocket, id=said.get("id"), result=[])
        elif method == "trickle":
            await _take_candidate(connections[asked["role"]], asked.get("candidate"))
        elif said.get("id") is not None:
            await self._send(websocket, id=said["id"], result=[])

    async def _offer(self, connection: RTCPeerConnection) -> dict[str, str]:
        await connection.setLocalDescription(await connection.createOffer())
        stream_ids = [f"{one}+1+CS" for one in self._speakers]
        described = with_stream_ids(connection.localDescription.sdp, stream_ids)
        names = iter(stream_ids)
        return {"type": "offer", "sdp": _CNAME.sub(lambda found: f"{found[1]}{next(names)}\r", described)}

    async def _send(self, websocket: WebSocket, **content: Any) -> None:
        await websocket.send_text(json.dumps(content))


async def _answer(connection: RTCPeerConnection, offer: dict[str, str]) -> dict[str, str]:
    await connection.setRemoteDescription(RTCSessionDescription(without_mdns(offer["sdp"]), "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    description = connection.localDescription
    return {"type": description.type, "sdp": description.sdp}


async def _take_candidate(connection: RTCPeerConnection, candidate: dict[str, Any] | None) -> None:
    line = (candidate or {}).get("candidate") or ""
    if not line or ".local " in line or " tcp " in line:
        return
    parsed = candidate_from_sdp(line.removeprefix("candidate:"))
    parsed.sdpMid = candidate.get("sdpMid") if candidate else None
    parsed.sdpMLineIndex = candidate.get("sdpMLineIndex") if candidate else None
    await connection.addIceCandidate(parsed)
