"""Pictures as WebRTC tracks: a line for each node that a client watches, negotiated over its media socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

from roomtone.practice.tracks import VideoTrack
from tests.standins.zoom.media import peers
from tests.standins.zoom.media.showing import Showing
from tests.standins.zoom.media.signals import received, say, until_gone

if TYPE_CHECKING:
    from aiortc import RTCRtpTransceiver

    from roomtone.practice.video_loops import VideoLoop
    from tests.standins.zoom.media.room import Attendee, Conference, Socket

MAX_LINES = 25
ANSWER_TIMEOUT_S = 10.0


async def serve_rtc_pictures(socket: Socket, conference: Conference, attendee: Attendee) -> None:
    """Serve one client until its socket ends; closes what it made."""
    pictures = _RtcPictures(socket, Showing(conference, attendee))
    try:
        await until_gone(signals=pictures.listen(), lines=pictures.keep_lines())
    finally:
        await pictures.close(silent=conference.lost)


class _Line:
    """A line and the node it shows; None shows nothing."""

    def __init__(self, showing: Showing) -> None:
        self.node: int | None = None
        self.transceiver: RTCRtpTransceiver | None = None
        self._showing = showing
        self.track = VideoTrack(showing.clock, self._picture)

    def _picture(self, number: int) -> tuple[VideoLoop, int] | None:
        return None if self.node is None else self._showing.picture(self.node, number)


class _RtcPictures:
    """One client's connection."""

    def __init__(self, socket: Socket, showing: Showing) -> None:
        self._socket = socket
        self._showing = showing
        self._peer = peers.new_peer()
        self._wanted: asyncio.Queue[list[int]] = asyncio.Queue(100)
        self._answers: asyncio.Queue[Any] = asyncio.Queue(10)
        self._lines: list[_Line] = []

    async def listen(self) -> None:
        """Take what the client says until the socket ends."""
        while True:
            message = await received(self._socket)
            match message:
                case {"method": "watch", "params": {"nodes": list(nodes)}}:
                    await self._wanted.put([node for node in nodes[:MAX_LINES] if isinstance(node, int)])
                case {"method": "answer", "params": {"desc": desc}} if not self._answers.full():
                    self._answers.put_nowait(desc)
                case {"method": "trickle", "params": {"candidate": candidate}}:
                    await peers.take_candidate(self._peer, candidate)

    async def keep_lines(self) -> None:
        """Give the watched nodes lines; one that is no longer watched leaves its line to the next."""
        while True:
            wanted = await self._wanted.get()
            for line in self._lines:
                if line.node not in wanted:
                    line.node = None
            known = {line.node for line in self._lines}
            waiting = [node for node in dict.fromkeys(wanted) if node not in known]
            free = [line for line in self._lines if line.node is None]
            new = [self._add() for _ in waiting[len(free) :]]
            if new:
                await self._offer()
            for line, node in zip([*free, *new], waiting, strict=False):
                line.node = node
            lines = {
                line.transceiver.mid: line.node for line in self._lines if line.transceiver and line.node
            }
            await say(self._socket, {"method": "lines", "params": lines})

    async def close(self, *, silent: bool) -> None:
        """Close the connection."""
        await peers.close(self._peer, silent=silent)

    def _add(self) -> _Line:
        line = _Line(self._showing)
        line.transceiver = self._peer.addTransceiver(line.track, direction="sendonly")
        peers.prefer(line.transceiver)
        self._lines.append(line)
        return line

    async def _offer(self) -> None:
        await self._peer.setLocalDescription(await self._peer.createOffer())
        offer = self._peer.localDescription
        await say(self._socket, {"method": "offer", "params": {"type": offer.type, "sdp": offer.sdp}})
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await peers.take_description(self._peer, await self._answers.get(), "answer")
        except TimeoutError:
            raise WebSocketDisconnect(1006) from None
