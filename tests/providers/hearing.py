"""What a fake of a provider for recordings hears: it decodes what it is sent, and knows it or not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.providers.script import ScriptedWord

LENGTH_S = 0.06
"""How far the length of one and the same sound may differ from codec to codec."""


class NoSound(Exception):
    """What was sent cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound that a fake was sent.

    Attributes:
        duration_s: Its length, counted in decoded samples.
        sha256: Of the bytes as they came, hex.
        words: What is said in it; empty: silence.
    """

    duration_s: float
    sha256: str
    words: tuple[ScriptedWord, ...]


@dataclass(slots=True)
class Hearing:
    """Knows sounds by their bytes, else (they were packed anew) by their length; others are silence.

    Attributes:
        sounds: Everything that was heard, in order.
    """

    sounds: list[Heard] = field(default_factory=list)
    _by_sha256: dict[str, tuple[ScriptedWord, ...]] = field(default_factory=dict)
    _by_duration_s: dict[float, tuple[ScriptedWord, ...]] = field(default_factory=dict)

    def learn(self, path: Path, words: Sequence[ScriptedWord]) -> None:
        """What is said in a file; sounds that are packed anew have to differ in length."""
        self._by_sha256[_sha256(path)] = tuple(words)
        self._by_duration_s[decoded_s(path)] = tuple(words)

    def hear(self, path: Path) -> Heard:
        """Listen to a file; raises ``NoSound`` for one that cannot be decoded. Blocking."""
        sha256, duration_s = _sha256(path), decoded_s(path)
        words = self._by_sha256.get(sha256)
        if words is None:
            near = [(abs(length_s - duration_s), length_s) for length_s in self._by_duration_s]
            known = near and min(near)[0] <= LENGTH_S
            words = self._by_duration_s[min(near)[1]] if known else ()
        heard = Heard(duration_s, sha256, words)
        self.sounds.append(heard)
        return heard


def decoded_s(path: Path) -> float:
    """The length of a file's sound, by decoding it; raises ``NoSound``. Blocking."""
    length_s = 0.0
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise NoSound("no sound in it")
            for frame in container.decode(audio=0):
                length_s += frame.samples / frame.sample_rate
    except (av.FFmpegError, OSError) as problem:
        raise NoSound(str(problem)) from None
    if length_s == 0:
        raise NoSound("no samples")
    return length_s


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
