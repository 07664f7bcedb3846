"""Where the sound that a connection was given lies in the recording. Pure.

A provider tells times of the sound that it heard. Silence is not sent, and after a break the sound goes on
somewhere else: so its clock runs with the recording's only from one anchor to the next.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

SAMPLE_BYTES = 2
_LEAST_JUMP_S = 0.002
"""Smaller differences are rounding."""
_NEAR_S = 0.005
"""Providers round their times: so near to a jump a beginning lies after it and an end before it."""
_MOST_ANCHORS = 4096
"""The oldest are forgotten; nobody tells of sound that lies so many pauses back."""


class StreamClock:
    """The clock of one connection.

    Args:
        sample_rate_hz: Of the sound that it is given, PCM16 mono.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._given_samples = 0
        self._anchors: list[tuple[float, float]] = []

    def give(self, at_s: float, pcm: bytes) -> None:
        """The connection is given sound whose first sample lies at ``at_s`` of the recording."""
        given_s = self._given_samples / self._rate_hz
        if not self._anchors or abs(self._placed(self._anchors[-1], given_s) - at_s) > _LEAST_JUMP_S:
            self._anchors.append((given_s, at_s))
            del self._anchors[:-_MOST_ANCHORS]
        self._given_samples += len(pcm) // SAMPLE_BYTES

    def begins_s(self, given_s: float) -> float:
        """Where in the recording something begins that begins there in the connection's sound."""
        return self._recorded(given_s, bisect_right(self._anchors, given_s + _NEAR_S, key=_given))

    def ends_s(self, given_s: float) -> float:
        """The same of an end: at a jump it lies before it."""
        return self._recorded(given_s, bisect_left(self._anchors, given_s - _NEAR_S, key=_given))

    def _recorded(self, given_s: float, n_before: int) -> float:
        if not self._anchors:
            return given_s
        return max(0.0, self._placed(self._anchors[max(0, n_before - 1)], given_s))

    @staticmethod
    def _placed(anchor: tuple[float, float], given_s: float) -> float:
        return anchor[1] + given_s - anchor[0]


def _given(anchor: tuple[float, float]) -> float:
    return anchor[0]
