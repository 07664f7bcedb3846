"""The WebRTC audio bridge: ``wss /ab/signal``, a publisher that is answered and a subscriber that is offered lines."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

from tests.standins.zoom.media import peers
from tests.standins.zoom.media.line_track import LineTrack
from tests.standins.zoom.media.lines import LineBook
from tests.standins.zoom.media.listening import Listening
from tests.standins.zoom.media.node_ids import stream_id, with_cnames
from tests.standins.zoom.media.signals import received, say, until_gone

if TYPE_CHECKING:
    from aiortc import RTCRtpTransceiver

    from tests.standins.zoom.media.room import Attendee, Conference, Socket

MAX_LINES = 10
PERIOD_S = 0.1
ANSWER_TIMEOUT_S = 10.0
PUBLISHER, SUBSCRIBER = 1, 0
"""The ``role`` of a candidate."""


async def serve_bridge(socket: Socket, conference: Conference, attendee: Attendee) -> None:
    """Serve one client's bridge until its socket ends; closes what it made."""
    bridge = _Bridge(socket, Listening(conference, attendee))
    answers = conference.variant.audio_join != "no-audio"
    try:
        await until_gone(signals=bridge.listen(answers=answers), lines=bridge.keep_lines())
    finally:
        await bridge.close(silent=conference.lost)


class _Bridge:
    """One client's two connections."""

    def __init__(self, socket: Socket, listening: Listening) -> None:
        self._socket = socket
        self._listening = listening
        self._publisher = peers.new_peer()
        self._subscriber = peers.new_peer()
        self._joined = asyncio.Event()
        self._answers: asyncio.Queue[Any] = asyncio.Queue(10)
        self._book = LineBook(MAX_LINES, lasting=True)
        self._lines: dict[int, tuple[RTCRtpTransceiver, LineTrack]] = {}

    async def listen(self, *, answers: bool) -> None:
        """Take what the client says until the socket ends; without `answers`, pings alone are answered."""
        while True:
            message = await received(self._socket)
            params = message.get("params")
            params = params if isinstance(params, dict) else {}
            match message.get("method"):
                case "ping":
                    await say(self._socket, {"id": message.get("id"), "result": "pong"})
                case "join" if answers:
                    await self._join(message.get("id"), params)
                case "answer" if not self._answers.full():
                    self._answers.put_nowait(params.get("desc"))
                case "trickle":
                    peer = self._publisher if params.get("role") == PUBLISHER else self._subscriber
                    await peers.take_candidate(peer, params.get("candidate"))

    async def keep_lines(self) -> None:
        """Give those who are there their lines, from the client's joining on."""
        await self._joined.wait()
        while True:
            there = self._listening.there()
            speaking = self._listening.speaking()
            changes = self._book.update(list(there), speaking, time.monotonic())
            taken = [change.line for change in changes if self._is_used(change.line)]
            if taken:
                self._release(taken)
                await self._offer()
            given = {change.line: change.node for change in changes if change.node is not None}
            if given:
                for line, node in given.items():
                    self._give(line, node)
                await self._offer()
                for line, node in given.items():
                    self._lines[line][1].owner = node
            await asyncio.sleep(PERIOD_S)

    async def close(self, *, silent: bool) -> None:
        """Close both connections."""
        await peers.close(self._subscriber, silent=silent)
        await peers.close(self._publisher, silent=silent)

    async def _join(self, message_id: Any, params: dict[str, Any]) -> None:
        if not await peers.take_description(self._publisher, params.get("offer"), "offer"):
            return
        await self._publisher.setLocalDescription(await self._publisher.createAnswer())
        answer = self._publisher.localDescription
        result = {"answer": {"type": answer.type, "sdp": answer.sdp}}
        await say(self._socket, {"id": message_id, "result": result})
        self._joined.set()

    def _is_used(self, line: int) -> bool:
        return line in self._lines and self._lines[line][1].owner is not None

    def _release(self, lines: list[int]) -> None:
        for line in lines:
            transceiver, track = self._lines[line]
            track.owner = None
            transceiver.direction = "inactive"

    def _give(self, line: int, node: int) -> None:
        """Put a line's ids right for its new owner; a line is made when it is first needed."""
        if line not in self._lines:
            track = LineTrack(self._listening)
            transceiver = self._subscriber.addTransceiver(track, direction="sendonly")
            peers.prefer(transceiver)
            self._lines[line] = transceiver, track
        transceiver, _ = self._lines[line]
        transceiver.direction = "sendonly"
        transceiver.sender._stream_id = stream_id(node)
        transceiver.sender._ssrc = random.getrandbits(32)

    async def _offer(self) -> None:
        """Offer the lines as they are now, and wait for the answer; a client that gives none loses its socket."""
        await self._subscriber.setLocalDescription(await self._subscriber.createOffer())
        offer = self._subscriber.localDescription
        nodes = {
            transceiver.sender._ssrc: node
            for (transceiver, _), node in zip(self._lines.values(), self._owners(), strict=True)
            if node is not None
        }
        sdp = with_cnames(offer.sdp, nodes)
        await say(self._socket, {"method": "offer", "params": {"type": offer.type, "sdp": sdp}})
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await peers.take_description(self._subscriber, await self._answers.get(), "answer")
        except TimeoutError:
            raise WebSocketDisconnect(1006) from None

    def _owners(self) -> list[int | None]:
        return [self._book.owners[line] for line in self._lines]
