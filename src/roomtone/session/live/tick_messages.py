"""From ticks to the messages of one connection (``docs/protocols/live-audio.md``). Pure.

What a receiver may rely on: every speaker's frames join without a gap; frames of one tick have the same
number of samples and lie at the same time; a tick begins where a speaker's id comes again. The last holds
because a tick's first frame is always of somebody who had a frame in the tick before. Where that cannot be,
or ticks are missing, a ``position`` message stands between, for a receiver that asked for it: other clients
of this protocol expect no text but ``ready``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from roomtone.bot.live_audio_frame import LengthBytes, LiveAudioFrame, encode_frame
from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from roomtone.session.capture.model import Tick

READY_TEXT = "Ready to receive messages"
MAX_ACK_LENGTH = 4096
"""Longer texts of a receiver are no acknowledgement and not parsed."""


def ready_message(bot_id: str) -> str:
    """The first message of every connection."""
    return json.dumps({"type": "ready", "bot_id": bot_id, "message": READY_TEXT})


def wants_positions(message: str | bytes) -> bool:
    """Whether a receiver's message is an ``ack`` that asks for ``position`` messages."""
    if not isinstance(message, str) or len(message) > MAX_ACK_LENGTH:
        return False
    try:
        body = json.loads(message)
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("type") == "ack" and body.get("positions") is True


class TickMessages:
    """Turns the ticks of one connection into its messages, in order.

    Args:
        length_bytes: Width of the frames' length fields.

    Attributes:
        with_positions: Whether the receiver asked for ``position`` messages; may be set at any time.
    """

    def __init__(self, length_bytes: LengthBytes) -> None:
        self.with_positions = False
        self._length_bytes = length_bytes
        self._told_position = False
        self._next_position: int | None = None
        self._order: list[str] = []

    def messages(self, tick: Tick) -> list[str | bytes]:
        """The messages of the next tick; empty when it has no voices."""
        voices = {speaker.speaker_id: (speaker, samples) for speaker, samples in tick.voices.items()}
        if not voices:
            self._next_position = None
            return []
        stayed = [speaker_id for speaker_id in self._order if speaker_id in voices]
        messages: list[str | bytes] = []
        is_new = tick.position != self._next_position or not stayed
        if self.with_positions and (is_new or not self._told_position):
            messages.append(_position_message(tick.position))
            self._told_position = True
        self._order = stayed + [speaker_id for speaker_id in voices if speaker_id not in stayed]
        n_samples = 0
        for speaker_id in self._order:
            speaker, samples = voices[speaker_id]
            n_samples = len(samples)
            pcm = samples.astype("<i2", copy=False).tobytes()
            frame = LiveAudioFrame(speaker_id, speaker.speaker_name, pcm)
            messages.append(encode_frame(frame, self._length_bytes))
        self._next_position = tick.position + n_samples
        return messages


def _position_message(position: int) -> str:
    return json.dumps({"type": "position", "position": position, "sample_rate": SAMPLE_RATE_HZ})
