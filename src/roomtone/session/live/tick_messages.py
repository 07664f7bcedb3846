"""From ticks to the messages of one connection (``docs/protocols/live-audio.md``). Pure.

What a receiver may rely on: every speaker's frames join without a gap; frames of one tick have the same
number of samples and lie at the same time; a tick begins where a speaker's id comes again. The last holds
because a tick's first frame is always of somebody who had a frame in the tick before. Where that cannot be,
or ticks are missing, a ``position`` message stands between.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from roomtone.bot.live_audio_frame import LengthBytes, LiveAudioFrame, encode_frame
from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from roomtone.session.capture.model import Tick

READY_TEXT = "Ready to receive messages"


def ready_message(bot_id: str) -> str:
    """The first message of every connection."""
    return json.dumps({"type": "ready", "bot_id": bot_id, "message": READY_TEXT})


class TickMessages:
    """Turns the ticks of one connection into its messages, in order.

    Args:
        length_bytes: Width of the frames' length fields.
    """

    def __init__(self, length_bytes: LengthBytes) -> None:
        self._length_bytes = length_bytes
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
        if tick.position != self._next_position or not stayed:
            messages.append(_position_message(tick.position))
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
