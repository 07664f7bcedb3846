"""A participant's voice as Opus packets, encoded once however many people listen."""

from __future__ import annotations

from collections import OrderedDict
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from roomtone.practice.meeting_clock import PACKET_SAMPLES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from roomtone.practice.voice_timeline import Samples, VoiceTimeline

ENCODER_DELAY_SAMPLES = 312
"""Opus gives a sample back this much later than it was put in (RFC 6716, 6.5 ms at 48 kHz)."""
BIT_RATE = 64_000
LEAD_PACKETS = 10
"""Packets around an utterance that are encoded too, so that the decoder glides into the fixed silence."""
REMEMBERED_PACKETS = 100
"""How far listeners may lie apart, in packets: two seconds."""


class Voice:
    """One participant's Opus packets by their number from second zero.

    Packets are made when they are first asked for. Listeners ask in order and close together; one that asks
    for a packet that is no longer remembered gets it encoded anew. Not thread-safe.
    """

    def __init__(self, timeline: VoiceTimeline) -> None:
        self.timeline = timeline
        self._encoder = _OpusEncoder()
        self._silence = _silence_packet()
        self._packets: OrderedDict[int, bytes] = OrderedDict()

    def packet(self, number: int | None) -> bytes:
        """The 20 ms of sound that begin at packet `number`; None, before the script has begun, is silence."""
        if number is None:
            return self._silence
        begin = number * PACKET_SAMPLES
        margin = LEAD_PACKETS * PACKET_SAMPLES
        if not self.timeline.sounds_in(begin - margin, begin + PACKET_SAMPLES + margin):
            return self._silence
        known = self._packets.get(number)
        if known is not None:
            return known
        made = self._encoder.encode(self.timeline.window(begin + ENCODER_DELAY_SAMPLES, PACKET_SAMPLES))
        self._packets[number] = made
        if len(self._packets) > REMEMBERED_PACKETS:
            self._packets.popitem(last=False)
        return made


class _OpusEncoder:
    """libopus, 48 kHz mono, 20 ms packets."""

    def __init__(self) -> None:
        context = av.CodecContext.create("libopus", "w")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate = SAMPLE_RATE_HZ
        context.layout = "mono"
        context.format = "s16"
        context.bit_rate = BIT_RATE
        context.time_base = Fraction(1, SAMPLE_RATE_HZ)
        context.options = {
            "application": "audio",
            "frame_duration": "20",
            "compression_level": "5",
            "vbr": "on",
        }
        self._context = context
        self._position = 0

    def encode(self, samples: Samples) -> bytes:
        """One packet for 960 samples."""
        pcm = np.round(samples * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = self._position
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        self._position += PACKET_SAMPLES
        packets = self._context.encode(frame)
        assert len(packets) == 1, "libopus gives one packet for each 20 ms"
        return bytes(packets[0])


def _silence_packet() -> bytes:
    encoder = _OpusEncoder()
    packet = b""
    for _ in range(LEAD_PACKETS):
        packet = encoder.encode(np.zeros(PACKET_SAMPLES, np.float32))
    return packet
