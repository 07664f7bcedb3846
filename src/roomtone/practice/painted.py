"""The painted world: voices as PCM and pictures as JPEG over the socket, no WebRTC.

Binary messages: kind (uint8: 1 voice, 2 camera, 3 share), length of the participant's id (uint8), the id
(ASCII), then the voice's samples (int16 LE, mono, 48 kHz, 100 ms) or a JPEG.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np

from roomtone.practice.meeting_clock import (
    GRID_PER_S,
    PACKET_SAMPLES,
    PACKETS_PER_GRID,
    PICTURES_PER_GRID,
)
from roomtone.practice.showing import camera_shown, share_shown
from roomtone.practice.spoken import SpokenWatch
from roomtone.practice.video_loops import THUMBNAIL_EVERY

if TYPE_CHECKING:
    from roomtone.practice.meeting import Meeting
    from roomtone.practice.members import Guest, Scripted
    from roomtone.practice.video_loops import VideoLoop

VOICE, CAMERA, SHARE = 1, 2, 3


async def feed(meeting: Meeting, guest: Guest) -> None:
    """Send a guest everybody's voice and pictures, 10 times a second, until the guest is gone."""
    clock = meeting.log.clock
    watches: dict[str, SpokenWatch] = {}
    sent: dict[tuple[int, str], bytes] = {}
    step = int((time.monotonic() - clock.origin_s) * GRID_PER_S) + 1
    while not guest.gone:
        await asyncio.sleep(max(0.0, clock.origin_s + step / GRID_PER_S - time.monotonic()))
        for member in meeting.scripted:
            if member.present:
                watch = watches.setdefault(member.id, SpokenWatch(member, guest.id, meeting.log))
                _send_voice(member, guest, clock.scripted_packet(step * PACKETS_PER_GRID), watch)
                shown = camera_shown(member, clock, step * PICTURES_PER_GRID)
                _send_picture(CAMERA, member, guest, shown, sent)
                _send_picture(
                    SHARE, member, guest, share_shown(member, clock, step * PICTURES_PER_GRID), sent
                )
        step += 1


def message(kind: int, member_id: str, payload: bytes) -> bytes:
    """One binary message."""
    name = member_id.encode("ascii")
    return bytes((kind, len(name))) + name + payload


def _send_voice(member: Scripted, guest: Guest, packet: int | None, watch: SpokenWatch) -> None:
    if packet is None:
        return
    begin, n_samples = packet * PACKET_SAMPLES, PACKETS_PER_GRID * PACKET_SAMPLES
    if not member.voice.timeline.sounds_in(begin, begin + n_samples):
        return
    samples = np.round(member.voice.timeline.window(begin, n_samples) * 32767).astype("<i2")
    guest.send(message(VOICE, member.id, samples.tobytes()))
    now_s = time.monotonic()
    for offset in range(PACKETS_PER_GRID):
        watch.sent(packet + offset, now_s)


def _send_picture(
    kind: int,
    member: Scripted,
    guest: Guest,
    shown: tuple[VideoLoop, int] | None,
    sent: dict[tuple[int, str], bytes],
) -> None:
    """Send a picture unless it is the one that was sent before."""
    if shown is None:
        sent.pop((kind, member.id), None)
        return
    loop, index = shown
    jpeg = loop.jpegs[index // THUMBNAIL_EVERY]
    if sent.get((kind, member.id)) != jpeg:
        sent[kind, member.id] = jpeg
        guest.send(message(kind, member.id, jpeg))
