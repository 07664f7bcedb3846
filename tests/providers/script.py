"""What a fake provider is to hear: words with their times, shared by all fakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ScriptedWord:
    """A word and when it is said.

    Attributes:
        text: As it is read, with case and punctuation: ``Hello,``.
        start_s: Seconds since the beginning of the sound that the provider is given.
        end_s: When it ends.
        speaker: Whose, as a provider counts voices, from 0.
        confidence: 0 to 1.
    """

    text: str
    start_s: float
    end_s: float
    speaker: int = 0
    confidence: float = 0.98

    @property
    def bare(self) -> str:
        """Without case and without the punctuation around it: ``hello``."""
        return self.text.strip('.,;:!?"()').lower()


@dataclass(frozen=True, slots=True)
class ScriptedUtterance:
    """What one voice says without a pause; at least one word."""

    words: tuple[ScriptedWord, ...]

    @property
    def start_s(self) -> float:
        """When its first word begins."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """When its last word ends."""
        return self.words[-1].end_s

    @property
    def speaker(self) -> int:
        """Whose it is."""
        return self.words[0].speaker

    @property
    def text(self) -> str:
        """Its words as they are read."""
        return " ".join(word.text for word in self.words)


def said(text: str, start_s: float, *, speaker: int = 0, word_s: float = 0.3) -> tuple[ScriptedWord, ...]:
    """The words of a text, one after the other without a pause, each ``word_s`` long."""
    return tuple(
        ScriptedWord(word, round(start_s + n * word_s, 3), round(start_s + (n + 1) * word_s, 3), speaker)
        for n, word in enumerate(text.split())
    )


def utterances(words: Iterable[ScriptedWord], pause_s: float = 0.8) -> tuple[ScriptedUtterance, ...]:
    """The words, cut where the voice changes or pauses for ``pause_s`` or more; in time order."""
    cut: list[list[ScriptedWord]] = []
    for word in sorted(words, key=lambda word: (word.start_s, word.speaker)):
        last = cut[-1][-1] if cut else None
        if last is None or last.speaker != word.speaker or word.start_s - last.end_s >= pause_s:
            cut.append([])
        cut[-1].append(word)
    return tuple(ScriptedUtterance(tuple(words)) for words in cut)
