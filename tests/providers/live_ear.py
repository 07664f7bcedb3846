"""A streaming fake's ear that knows clips by their sound: the words it hears are those that were really sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roomtone.speech.local.utterances import SAMPLE_RATE_HZ
from tests.providers.clips import TEXTS, sound_of, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.providers.script import ScriptedWord

_RATE_HZ = 4000
_KNOWN_BY_S = 0.6
"""A clip is known by so much of its beginning."""
_EVERY_S = 0.1
_LEAST_ALIKE = 0.6
_LEAST_LOUD = 800
_SAME_PLACE_S = 0.3


class LiveEar:
    """Knows the bundled clips. Good for any number of connections; each has its own ``hearing``."""

    def __init__(self) -> None:
        self.known = [
            (beginning, lead_s, words_of(name)) for name in TEXTS for beginning, lead_s in [_beginning(name)]
        ]

    def hearing(self, sample_rate_hz: int) -> Hearing:
        """Of one connection; its rate is a multiple of 4,000 Hz."""
        return Hearing(self, sample_rate_hz)


class Hearing:
    """What one connection hears, as it comes."""

    def __init__(self, ear: LiveEar, sample_rate_hz: int) -> None:
        assert sample_rate_hz % _RATE_HZ == 0, "the sound is thinned out by averaging"
        self._ear = ear
        self._factor = sample_rate_hz // _RATE_HZ
        self._rest = b""
        self._recent = np.zeros(0)
        self._recent_from = 0
        self._n_new = 0
        self._places: list[float] = []

    def hear(self, pcm: bytes) -> list[tuple[ScriptedWord, ...]]:
        """The words of each clip whose beginning was just heard, with their times on this connection."""
        sound = self._rest + pcm
        whole = len(sound) // (2 * self._factor) * 2 * self._factor
        self._rest = sound[whole:]
        thin = np.frombuffer(sound[:whole], "<i2").astype(np.float64).reshape(-1, self._factor).mean(axis=1)
        self._recent = np.concatenate([self._recent, thin])
        self._n_new += len(thin)
        length = round(_KNOWN_BY_S * _RATE_HZ)
        if self._n_new < _EVERY_S * _RATE_HZ or len(self._recent) < length:
            return []
        self._n_new = 0
        heard = [self._placed(at_s, words) for at_s, words in self._matches()]
        keep = length - 1
        self._recent_from += len(self._recent) - keep
        self._recent = self._recent[-keep:]
        return heard

    def _matches(self) -> list[tuple[float, tuple[ScriptedWord, ...]]]:
        found = []
        for beginning, lead_s, words in self._ear.known:
            alike, place = _best(self._recent, beginning)
            at_s = (self._recent_from + place) / _RATE_HZ - lead_s
            if alike >= _LEAST_ALIKE and all(abs(at_s - other_s) > _SAME_PLACE_S for other_s in self._places):
                self._places.append(at_s)
                found.append((at_s, words))
        return found

    def _placed(self, at_s: float, words: tuple[ScriptedWord, ...]) -> tuple[ScriptedWord, ...]:
        return tuple(
            replace(word, start_s=round(max(0.0, word.start_s + at_s), 3), end_s=round(word.end_s + at_s, 3))
            for word in words
        )


def _beginning(name: str) -> tuple[NDArray[np.float64], float]:
    """What a clip is known by, and how far into the clip that lies."""
    sound = sound_of(name).astype(np.float64)
    first = max(0, int(np.flatnonzero(np.abs(sound) > _LEAST_LOUD)[0]) - SAMPLE_RATE_HZ // 20)
    factor = SAMPLE_RATE_HZ // _RATE_HZ
    first -= first % factor
    part = sound[first : first + round(_KNOWN_BY_S * SAMPLE_RATE_HZ)]
    return part.reshape(-1, factor).mean(axis=1), first / SAMPLE_RATE_HZ


def _best(sound: NDArray[np.float64], part: NDArray[np.float64]) -> tuple[float, int]:
    """How alike a part is where it is most alike, to 1, and where that is."""
    products = np.correlate(sound, part, "valid")
    squares = np.concatenate([[0.0], np.cumsum(sound**2)])
    energy = np.maximum(squares[len(part) :] - squares[: -len(part)], 1.0)
    alike = products / (np.sqrt(energy) * np.linalg.norm(part))
    place = int(np.argmax(alike))
    return float(alike[place]), place
