"""The second WebRTC engine ("WMSC"): exactly three lines to hear, each given to whoever speaks now.

It negotiates by the bodies of evt 32769: ``type`` 1 offer, 2 answer, 3 accepted, 4 goodbye, 7 which line carries whom.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from tests.standins.zoom.media import peers
from tests.standins.zoom.media.line_track import LineTrack
from tests.standins.zoom.media.lines import LineBook
from tests.standins.zoom.media.listening import Listening
from tests.standins.zoom.media.node_ids import is_share, user_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiortc import RTCRtpTransceiver

    from tests.standins.zoom.media.room import Attendee, Conference

    Send = Callable[[dict[str, Any]], Awaitable[None] | None]

EVENT = 32769
OFFER, ANSWER, GOODBYE, STREAM_REQUEST = 1, 2, 4, 7
LINES = 3
PERIOD_S = 0.05


async def serve_wmsc(
    inbox: asyncio.Queue[dict[str, Any]], send: Send, conference: Conference, attendee: Attendee
) -> None:
    """Serve one client until cancelled; closes what it made.

    Args:
        inbox: The bodies of the client's 32769s.
        send: Sends one to the client; may be a plain function or a coroutine function.
        conference: Where it is.
        attendee: The client.
    """
    running: _Session | None = None
    try:
        while True:
            body = await inbox.get()
            if body.get("type") == OFFER and conference.variant.audio_join != "no-audio":
                if running is not None:
                    await running.close()
                running = _Session(send, Listening(conference, attendee))
                if not await running.answer(body):
                    continue
                async with asyncio.TaskGroup() as tasks:
                    lines = tasks.create_task(running.keep_lines(), name=f"zoom wmsc lines {attendee.id}")
                    await _goodbye(inbox)
                    lines.cancel()
            if body.get("type") == GOODBYE and running is not None:
                await running.close()
                running = None
    finally:
        if running is not None:
            await running.close()


async def _goodbye(inbox: asyncio.Queue[dict[str, Any]]) -> None:
    """Wait until the client says goodbye or offers anew, and leave that message to the next reader."""
    while True:
        body = await inbox.get()
        if body.get("type") in {OFFER, GOODBYE}:
            inbox.put_nowait(body)
            return


class _Session:
    """One client's connection and who is on its lines."""

    def __init__(self, send: Send, listening: Listening) -> None:
        self._send = send
        self._listening = listening
        self._peer = peers.new_peer()
        self._book = LineBook(LINES, lasting=False)
        self._lines: list[tuple[RTCRtpTransceiver, LineTrack]] = []
        self._requests = 0

    async def answer(self, offer: dict[str, Any]) -> bool:
        """Answer the client's offer: the lines it wants to receive on get a track each; False when it is none."""
        if not await peers.take_description(self._peer, {"sdp": offer.get("sdp")}, "offer"):
            return False
        wanted = [each for each in self._peer.getTransceivers() if each._offerDirection == "sendonly"]
        for transceiver in wanted[:LINES]:
            track = LineTrack(self._listening)
            transceiver.sender.replaceTrack(track)
            transceiver.direction = "sendonly"
            peers.prefer(transceiver)
            self._lines.append((transceiver, track))
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        told = {key: offer.get(key) for key in ("confID", "sessionID", "peerID", "msgID")}
        await self._tell({"type": ANSWER, **told, "sdp": self._peer.localDescription.sdp})
        return True

    async def keep_lines(self) -> None:
        """Give the lines to who speaks, until cancelled."""
        while True:
            there = list(self._listening.there())
            changes = self._book.update(there, self._listening.speaking(), time.monotonic())
            changes = [change for change in changes if change.line < len(self._lines)]
            for change in changes:
                self._lines[change.line][1].owner = change.node
            named = [self._named(change.line, change.node) for change in changes if change.node is not None]
            if named:
                self._requests += 1
                request = {"type": STREAM_REQUEST, "stream_request_msg_index": self._requests}
                await self._tell({**request, "associate": named})
            await asyncio.sleep(PERIOD_S)

    async def close(self) -> None:
        """Close the connection; silently when it is lost."""
        await peers.close(self._peer, silent=self._listening.conference.lost)

    def _named(self, line: int, node: int) -> dict[str, Any]:
        transceiver, _ = self._lines[line]
        return {
            "media_type": "ShareAudio" if is_share(node) else "MainAudio",
            "mid": transceiver.mid,
            "user_id": {"node_id": user_of(node), "is_current": True},
            "ssrcs": {"rtp": transceiver.sender._ssrc},
            "media_attrs": 0,
        }

    async def _tell(self, body: dict[str, Any]) -> None:
        sending = self._send(body)
        if sending is not None:
            await sending
