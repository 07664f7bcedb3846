"""One shape for every transcript, whoever made it. Pure.

Times are seconds since the recording began, as floats: position 0 is the first sample of the bot's audio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

UNKNOWN_SPEAKER = "Unknown speaker"
"""Shown for words that nobody could be named for."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was heard.

    Attributes:
        text: The bare word, as ``hello``.
        start_s: When it begins.
        end_s: When it ends; never before ``start_s`` in an assembled transcript.
        punctuated: The word as it is read, as ``Hello,``; empty: the same as ``text``.
        confidence: 0 to 1; None where the provider tells none.
        speaker_id: The participant's id; before naming, the provider's own label; None: nobody's.
        speaker_name: The participant's name; None before naming, and for nobody.
    """

    text: str
    start_s: float
    end_s: float
    punctuated: str = ""
    confidence: float | None = None
    speaker_id: str | None = None
    speaker_name: str | None = None

    @property
    def shown(self) -> str:
        """The word as it is read."""
        return self.punctuated or self.text


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of one speaker's words, at least one.

    Attributes:
        speaker_id: Whose; None: nobody could be named.
        speaker_name: The name; None: nobody could be named.
        words: In time order.
    """

    speaker_id: str | None
    speaker_name: str | None
    words: tuple[Word, ...]

    @property
    def start_s(self) -> float:
        """When its first word begins."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """When its last word ends."""
        return max(word.end_s for word in self.words)

    @property
    def text(self) -> str:
        """Its words as they are read."""
        return " ".join(word.shown for word in self.words)

    @property
    def speaker(self) -> str:
        """The name to show; the id where there is no name."""
        return self.speaker_name or self.speaker_id or UNKNOWN_SPEAKER


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said.

    Attributes:
        turns: In time order; those of different speakers may overlap. Empty: nobody said anything.
        provider: Who was asked, by the API's name.
        engine: What recognised the words, such as ``pocketsphinx``.
        model: With which model.
        language: BCP 47, such as ``en-US``; None: the provider does not say.
        raw: The provider's own answer, JSON; None where there is none.
    """

    turns: tuple[Turn, ...]
    provider: str
    engine: str
    model: str
    language: str | None = None
    raw: Any = None
