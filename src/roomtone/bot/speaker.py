"""A participant as the source of audio."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE_HZ = 48_000
"""The one sample rate inside Roomtone and on its live sockets."""

CHUNK_SAMPLES = 960
"""Samples in a 20 ms chunk."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who a voice belongs to.

    Attributes:
        speaker_id: The platform's id of the participant, unique in the meeting.
        speaker_name: The name shown in the meeting.
    """

    speaker_id: str
    speaker_name: str


NO_SPEAKER = Speaker("NoSpeaker", "NoSpeaker")
"""Audio nobody is known for."""
