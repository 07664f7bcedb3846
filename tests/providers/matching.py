"""A fake's ear that knows words by their sound, wherever they are: in pieces, joined, packed anew or mixed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from roomtone.speech.errors import UnusableAudio
from roomtone.speech.local.decoding import frames_of
from roomtone.speech.local.utterances import SAMPLE_RATE_HZ
from tests.providers.hearing import Heard, NoSound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.providers.script import ScriptedWord

_FACTOR = 4
_RATE_HZ = SAMPLE_RATE_HZ // _FACTOR
_LEAST_ALIKE = 0.6
_LEAST_TEMPLATE_S = 0.25
_BEFORE: dict[tuple[object, ...], Heard] = {}
"""What was heard in the same sound before by an ear that knows the same words: listening takes its time."""


@dataclass(slots=True)
class MatchingEar:
    """Finds the sound of the words it has learned; of one word at one place it hears one.

    Attributes:
        sounds: Everything that was heard, in order.
    """

    sounds: list[Heard] = field(default_factory=list)
    _known: list[tuple[ScriptedWord, float, NDArray[np.float64]]] = field(default_factory=list)

    def learn(self, path: Path, words: Sequence[ScriptedWord]) -> None:
        """What is said in a file; the words' times are that file's."""
        sound = _sound(path)
        for word in words:
            lacking_s = max(0.06, _LEAST_TEMPLATE_S - (word.end_s - word.start_s)) / 2
            first = max(0, round((word.start_s - lacking_s) * _RATE_HZ))
            template = sound[first : round((word.end_s + lacking_s) * _RATE_HZ)]
            assert np.linalg.norm(template) > 0, "a word has a sound"
            self._known.append((word, word.start_s - first / _RATE_HZ, template))

    def hear(self, path: Path) -> Heard:
        """Listen to a file; raises ``NoSound`` for one that cannot be decoded. Blocking."""
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        told = (sha256, *[word for word, *_ in self._known])
        if told not in _BEFORE:
            try:
                _BEFORE[told] = self._listen(sha256, _sound(path))
            except UnusableAudio as problem:
                raise NoSound(str(problem)) from None
        self.sounds.append(_BEFORE[told])
        return _BEFORE[told]

    def _listen(self, sha256: str, sound: NDArray[np.float64]) -> Heard:
        found = [
            (alike, replace(word, start_s=at_s + lead_s, end_s=at_s + lead_s + word.end_s - word.start_s))
            for word, lead_s, template in self._known
            for alike, at_s in _places(sound, template)
        ]
        best: list[ScriptedWord] = []
        for _, word in sorted(found, key=lambda one: -one[0]):
            if not any(_same_place(word, other) for other in best):
                best.append(word)
        words = tuple(sorted(best, key=lambda word: word.start_s))
        return Heard(len(sound) / _RATE_HZ, sha256, words)


def _sound(path: Path) -> NDArray[np.float64]:
    samples = np.frombuffer(b"".join(frames_of(path)), "<i2").astype(np.float64)
    return np.asarray(samples.reshape(-1, _FACTOR).mean(axis=1), np.float64)


def _places(sound: NDArray[np.float64], template: NDArray[np.float64]) -> list[tuple[float, float]]:
    """How alike (to 1) and where, seconds."""
    length = len(template)
    if len(sound) < length:
        return []
    size = 1 << (len(sound) + length).bit_length()
    products = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(template, size)), size)
    squares = np.concatenate([[0.0], np.cumsum(sound**2)])
    energy = np.maximum(squares[length:] - squares[:-length], 1.0)
    alike = products[: len(energy)] / (np.sqrt(energy) * np.linalg.norm(template))
    places = []
    while alike[best := int(np.argmax(alike))] >= _LEAST_ALIKE:
        places.append((float(alike[best]), best / _RATE_HZ))
        alike[max(0, best - length // 2) : best + length // 2] = 0.0
    return places


def _same_place(word: ScriptedWord, other: ScriptedWord) -> bool:
    shared_s = min(word.end_s, other.end_s) - max(word.start_s, other.start_s)
    same = word.bare == other.bare or word.speaker == other.speaker
    return same and shared_s > 0.5 * min(word.end_s - word.start_s, other.end_s - other.start_s)
