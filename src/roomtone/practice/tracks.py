"""Sending encoded packets on the meeting's clock: the tracks of one scripted participant for one viewer."""

from __future__ import annotations

import asyncio
import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
from aiortc import MediaStreamTrack

from roomtone.practice.meeting_clock import (
    PACKET_SAMPLES,
    PACKETS_PER_S,
    PICTURES_PER_S,
    SAMPLE_RATE_HZ,
    MeetingClock,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.practice.video_loops import VideoLoop
    from roomtone.practice.voice import Voice

VIDEO_CLOCK_HZ = 90_000
CATCH_UP_SPACING_S = 0.005
"""Packets that are late follow each other at this distance, not in a burst."""
GIVE_UP_S = 2.0
"""Later than this (the machine slept) what was missed is left out."""


class VoiceTrack(MediaStreamTrack):
    """A participant's Opus packets, each given out when it is due.

    Args:
        voice: The packets.
        clock: When they are due.
        sent: Called with the number of a packet, from second zero, and the monotonic moment it goes out.
    """

    kind = "audio"

    def __init__(self, voice: Voice, clock: MeetingClock, sent: Callable[[int, float], None]) -> None:
        super().__init__()
        self._voice = voice
        self._clock = clock
        self._sent = sent
        self._pace = Pace(clock.packet_due_s, PACKETS_PER_S, clock.origin_s)

    async def recv(self) -> av.Packet[Any]:
        """The next packet; waits until it is due."""
        number = await self._pace.next()
        scripted = self._clock.scripted_packet(number)
        packet = av.Packet(self._voice.packet(scripted))
        packet.pts = number * PACKET_SAMPLES
        packet.time_base = Fraction(1, SAMPLE_RATE_HZ)
        if scripted is not None:
            self._sent(scripted, time.monotonic())
        return packet


class VideoTrack(MediaStreamTrack):
    """A participant's camera or shared screen: pictures of the loop that is being shown, when they are due.

    While nothing is shown nothing is sent. A viewer's first picture, and the first after a jump, is a key
    frame.

    Args:
        clock: When pictures are due.
        showing: Gives, for a picture of the clock's grid, the loop and the index in it; None shows nothing.
    """

    kind = "video"

    def __init__(self, clock: MeetingClock, showing: Callable[[int], tuple[VideoLoop, int] | None]) -> None:
        super().__init__()
        self._showing = showing
        self._pace = Pace(clock.picture_due_s, PICTURES_PER_S, clock.origin_s)
        self._last: tuple[VideoLoop, int] | None = None

    async def recv(self) -> av.Packet[Any]:
        """The next picture; waits until there is one and it is due."""
        while True:
            number = await self._pace.next()
            shown = self._showing(number)
            if shown is None or not self._follows(*shown):
                self._last = None
                continue
            self._last = shown
            loop, index = shown
            packet = av.Packet(loop.pictures[index])
            packet.pts = number * (VIDEO_CLOCK_HZ // PICTURES_PER_S)
            packet.time_base = Fraction(1, VIDEO_CLOCK_HZ)
            return packet

    def _follows(self, loop: VideoLoop, index: int) -> bool:
        if loop.is_key(index):
            return True
        return self._last is not None and self._last[0] is loop and self._last[1] == index - 1


class Pace:
    """Numbers of packets, each given out when it is due.

    Nothing drifts: the due times come from the clock, not from sleeps added up. What is late is given out at
    `CATCH_UP_SPACING_S`; what is later than `GIVE_UP_S` is skipped.
    """

    def __init__(self, due_s: Callable[[int], float], rate_hz: int, origin_s: float) -> None:
        self._due_s = due_s
        self._rate_hz = rate_hz
        self._origin_s = origin_s
        self._next: int | None = None
        self._last_s = 0.0

    async def next(self) -> int:
        """The next number; waits until it is due."""
        now_s = time.monotonic()
        if self._next is None or now_s - self._due_s(self._next) > GIVE_UP_S:
            self._next = max(0, int((now_s - self._origin_s) * self._rate_hz) + 1)
        number = self._next
        self._next += 1
        wait_s = max(self._due_s(number), self._last_s + CATCH_UP_SPACING_S) - now_s
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._last_s = time.monotonic()
        return number
