"""Media over ``wss /wc/media/N``: audio packets of the WASM engine, VP8 pictures, or the negotiation of RTC pictures.

A binary message is version (uint8, 1), flags (uint8), 2 bytes unused, node (uint32), number (uint32, of the
packet or picture on the meeting's grid), little-endian, then int16 samples (mono, 48 kHz, 20 ms) or a VP8 frame.
"""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

import numpy as np

from roomtone.practice.meeting_clock import PACKET_SAMPLES, PACKETS_PER_S, PICTURES_PER_S
from roomtone.practice.tracks import Pace
from roomtone.practice.video_loops import KEY_FRAME_EVERY
from tests.standins.zoom.media.listening import Listening
from tests.standins.zoom.media.rtc_pictures import serve_rtc_pictures
from tests.standins.zoom.media.showing import Showing
from tests.standins.zoom.media.signals import received, say, say_bytes, until_gone

if TYPE_CHECKING:
    from roomtone.practice.video_loops import VideoLoop
    from tests.standins.zoom.media.room import Attendee, Conference, Socket

HEADER = struct.Struct("<BBHII")
VERSION = 1
TICK, SOUND = 0, 1
"""Flags of an audio packet: a tick has no samples and keeps the receiver's clock."""
KEY = 1
"""Flag of a picture that can be shown without those before it."""
TICK_EVERY = 5
MAX_WATCHED = 50


async def serve_media(socket: Socket, conference: Conference, attendee: Attendee, kind: str) -> None:
    """Serve one media socket until it ends; `kind` is ``a`` or ``v``."""
    if kind == "a":
        await _serve_sound(socket, conference, attendee)
    elif conference.variant.picture == "video-tracks":
        await serve_rtc_pictures(socket, conference, attendee)
    else:
        pictures = _Pictures(socket, Showing(conference, attendee))
        await until_gone(watch=pictures.listen(), pictures=pictures.feed(), small=pictures.make_small())


def packet(flags: int, node: int, number: int, payload: bytes = b"") -> bytes:
    """One binary message."""
    return HEADER.pack(VERSION, flags, 0, node, number) + payload


async def _serve_sound(socket: Socket, conference: Conference, attendee: Attendee) -> None:
    listening = Listening(conference, attendee)
    if conference.variant.audio_join == "no-audio":
        await until_gone(reads=_read(socket))
        return
    await say(socket, {"ready": True})
    await until_gone(reads=_read(socket), sound=_feed_sound(socket, listening))


async def _read(socket: Socket) -> None:
    while True:
        await received(socket)


async def _feed_sound(socket: Socket, listening: Listening) -> None:
    clock = listening.clock
    pace = Pace(clock.packet_due_s, PACKETS_PER_S, clock.origin_s)
    while True:
        number = await pace.next()
        scripted = clock.scripted_packet(number)
        if not listening.attendee.hears:
            continue
        if number % TICK_EVERY == 0:
            await say_bytes(socket, packet(TICK, 0, number))
        if scripted is None:
            continue
        begin = scripted * PACKET_SAMPLES
        for node, voice in listening.there().items():
            timeline = voice.timeline
            if timeline.sounds_in(begin, begin + PACKET_SAMPLES):
                samples = np.round(timeline.window(begin, PACKET_SAMPLES) * 32767).astype("<i2")
                await say_bytes(socket, packet(SOUND, node, number, samples.tobytes()))
                listening.sent(node, scripted, time.monotonic())


class _Pictures:
    """The pictures that one client watches over one socket."""

    def __init__(self, socket: Socket, showing: Showing) -> None:
        self._socket = socket
        self._showing = showing
        self._watched: dict[int, bool] = {}
        self._last: dict[int, tuple[VideoLoop, int]] = {}

    async def listen(self) -> None:
        """Take what the client wants to see until the socket ends."""
        while True:
            wanted = (await received(self._socket)).get("watch")
            if isinstance(wanted, list):
                self._watched = {
                    node: small
                    for each in wanted[:MAX_WATCHED]
                    if isinstance(each, dict)
                    and isinstance(node := each.get("node"), int)
                    and isinstance(small := each.get("small"), bool)
                }

    async def feed(self) -> None:
        """Send the pictures as they are due."""
        clock = self._showing.clock
        pace = Pace(clock.picture_due_s, PICTURES_PER_S, clock.origin_s)
        while True:
            number = await pace.next()
            self._last = {node: last for node, last in self._last.items() if node in self._watched}
            for node in sorted(self._watched):
                if node in self._watched:
                    await self._send(node, number)

    async def make_small(self) -> None:
        """Make small pictures of what is watched small, as long as the socket is there."""
        while True:
            await self._showing.make_small()

    async def _send(self, node: int, number: int) -> None:
        """Send a node's picture; after a jump, those since the last key frame too, so that it shows at once."""
        shown = self._showing.picture(node, number, small=self._watched[node])
        if shown is None:
            self._last.pop(node, None)
            return
        loop, index = shown
        first = index
        if self._last.get(node) != (loop, index - 1):
            first = index - index % KEY_FRAME_EVERY
        self._last[node] = shown
        for each in range(first, index + 1):
            flags = KEY if loop.is_key(each) else 0
            message = packet(flags, node, max(0, number - (index - each)), loop.pictures[each])
            await say_bytes(self._socket, message)
