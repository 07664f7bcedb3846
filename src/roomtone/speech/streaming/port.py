"""The port for recognition of running speech: sound in, pieces of text out.

One call of ``stream`` is one connection, for one voice (or one mix). It knows nothing of speakers' names,
of meetings and of connecting again: that is the live transcriber's, who also places its times in the
recording.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from roomtone.speech.accounts import Account
    from roomtone.speech.transcript import Word

FLUSH = b""
"""In the sound: the speaker paused and nothing follows for now; bring out what is pending."""

Sound = AsyncIterator[bytes]
"""PCM16 little-endian mono at the provider's ``sample_rate_hz``, in pieces of 20 to 100 ms, as it is spoken,
and `FLUSH`. While nothing is spoken nothing comes, for minutes: a provider that hangs up in silence has to
be kept awake by its client. It ends when the voice is gone for good.

It is pulled as fast as the provider takes it: while the provider is slow nothing is pulled. When ``stream``
ends early, what was pulled last may not have been recognised; who wants it recognised elsewhere keeps it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is known now of one segment of speech.

    A later piece with the same ``segment`` replaces it whole, also after a final one: to end its utterance,
    or to give it its punctuation. One without words takes the segment back. Times of words are seconds of
    sound given to this connection: 0 is the first sample that ``stream`` was given.

    Attributes:
        segment: Number of the segment within the connection, from 0.
        utterance: Number of the utterance that the segment is part of, from 0; an utterance has one segment
            or several, and is what one says until a pause.
        words: Its words with their times; where the provider tells none, spread over the segment.
        text: Its words as they are read.
        is_final: Whether its words will not change any more.
        ends_utterance: Whether the utterance is over with it; once for each utterance that had final words.
        is_formatted: Whether punctuation and case are the provider's final ones.
        n_final_words: How many of the words, from the first, will not change any more but for punctuation and
            case; all of them in a final piece.
        language: BCP 47 as the provider says it; None: it does not say.
        raw: The provider's own message, JSON.
        wordless_s: A stretch of the connection's sound, from and to, of which no words come any more; such a
            piece says nothing else. None: the piece is about words.
    """

    segment: int
    utterance: int
    words: tuple[Word, ...]
    text: str
    is_final: bool
    ends_utterance: bool
    is_formatted: bool = False
    n_final_words: int = 0
    language: str | None = None
    raw: Any = None
    wordless_s: tuple[float, float] | None = None


Tell = Callable[[Piece], None]
"""Told each piece as it comes; it must be quick."""


class StreamingProvider(Protocol):
    """Makes text of running speech; one object serves many connections at once."""

    @property
    def name(self) -> str:
        """The API's name, such as ``deepgram_streaming``; an attribute will do."""

    def sample_rate_hz(self, options: dict[str, Any]) -> int:
        """What its sound has to come in; some leave it to the customer."""

    async def stream(
        self, sound: Sound, options: dict[str, Any], account: Account | None, tell: Tell
    ) -> None:
        """Recognise until the sound ends and everything was told; then the connection is closed properly.

        Cancelled, it lets go at once and leaves nothing open.

        Args:
            sound: What is spoken.
            options: The provider's options, already checked, every default filled in.
            account: How the provider is reached; None for those that need none.
            tell: Told every piece.

        Raises:
            StreamEnded: If the provider refused, failed or closed before the sound ended; ``retryable`` says
                whether another connection may do better.
        """
