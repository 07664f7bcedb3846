"""What live video says in text (``docs/protocols/live-video.md``). Pure."""

from __future__ import annotations

import json
import math
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.fragments.boxes import Track
    from roomtone.fragments.growing import Fragment

MAX_PONG_LENGTH = 4096
"""Longer texts of a receiver are no pong and not parsed."""
_PINGS_KEPT = 16


def start_message(bot_id: str, video: Track, audio: Track, *, framerate: int, audio_bit_rate: int) -> str:
    """The first message of every connection.

    Args:
        bot_id: Whose meeting it is.
        video: The picture's track.
        audio: The sound's track.
        framerate: Pictures a second, as they come now.
        audio_bit_rate: Bits a second.
    """
    return json.dumps(
        {
            "type": "video_stream_start",
            "bot_id": bot_id,
            "codec": "h264",
            "audio_codec": "aac",
            "container": "fmp4",
            "width": video.width,
            "height": video.height,
            "framerate": framerate,
            "audio_sample_rate": audio.sample_rate_hz,
            "audio_channels": audio.channels,
            "audio_bitrate": f"{audio_bit_rate // 1000}k",
            "mime_type": f'video/mp4; codecs="{video.codec}, {audio.codec}"',
        }
    )


def end_message(bot_id: str, duration_s: float) -> str:
    """The last message of a stream that was not broken off."""
    body = {"type": "video_stream_end", "bot_id": bot_id, "duration_seconds": round(duration_s, 3)}
    return json.dumps(body)


def pictures_a_second(fragment: Fragment, nominal: int) -> int:
    """How often pictures come in a fragment; ``nominal`` where too few are in it to say."""
    length_s = fragment.end_s - fragment.begin_s
    if fragment.n_pictures < 2 or length_s <= 0:
        return nominal
    return max(1, round(fragment.n_pictures / length_s))


class LatencyPings:
    """Counts how long what is sent takes to be read, by a receiver that answers.

    Args:
        bot_id: Named in each.
        every_s: From one to the next.
    """

    def __init__(self, bot_id: str, every_s: float) -> None:
        self.last_round_trip_s: float | None = None
        self._bot_id = bot_id
        self._every_s = every_s
        self._next_s = -math.inf
        self._seq = 0
        self._sent: deque[tuple[int, float]] = deque(maxlen=_PINGS_KEPT)

    def due(self, now_s: float, unix_ms: int) -> str | None:
        """The next ping; None: not yet.

        Args:
            now_s: Of a clock that never jumps.
            unix_ms: Of the calendar's, for the receiver.
        """
        if now_s < self._next_s:
            return None
        self._next_s = now_s + self._every_s
        self._seq += 1
        self._sent.append((self._seq, now_s))
        return json.dumps(
            {"type": "video_latency_ping", "seq": self._seq, "sent_at_ms": unix_ms, "bot_id": self._bot_id}
        )

    def hear(self, message: str | bytes, now_s: float) -> float | None:
        """The round trip in seconds when this answers a ping of ours; else None."""
        if not isinstance(message, str) or len(message) > MAX_PONG_LENGTH:
            return None
        try:
            body = json.loads(message)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict) or body.get("type") != "video_latency_pong":
            return None
        sent = next((at_s for seq, at_s in self._sent if seq == body.get("seq")), None)
        if sent is not None:
            self.last_round_trip_s = now_s - sent
        return self.last_round_trip_s if sent is not None else None
