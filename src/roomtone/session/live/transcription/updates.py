"""What is known now of a stretch of somebody's words, with its place in the recording: from pieces. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.bot.speaker import Speaker
    from roomtone.session.live.transcription.stream_clock import StreamClock
    from roomtone.speech.streaming.port import Piece
    from roomtone.speech.transcript import Word

NO_SEGMENT = -1
"""The segment of an update that says of its utterance alone that it is over."""


@dataclass(frozen=True, slots=True)
class Update:
    """A piece, named and placed.

    Attributes:
        utterance: Names the utterance within the meeting.
        segment: Number of the segment within its utterance's connection; a later update of the same one
            replaces it.
        speaker: Whose words; None: nobody could be named.
        words: In time order, seconds of the recording.
        text: As they are read.
        is_final: Whether the words will not change any more.
        ends_utterance: Whether the utterance is over with it.
        is_formatted: Whether punctuation and case are final.
        n_final_words: How many of the words, from the first, will not change any more.
        language: BCP 47; None: not known.
    """

    utterance: str
    segment: int
    speaker: Speaker | None
    words: tuple[Word, ...]
    text: str
    is_final: bool
    ends_utterance: bool
    is_formatted: bool = False
    n_final_words: int = 0
    language: str | None = None


def update_of(
    piece: Piece, connection: str, clock: StreamClock, speaker: Speaker | None, settled_s: float
) -> Update:
    """A piece of one connection at its place in the recording.

    Args:
        piece: What the provider told.
        connection: Names the connection within the meeting.
        clock: The connection's.
        speaker: Whose voice it is.
        settled_s: Up to here words are final by a former connection; this one heard the end of the last of
            them again.
    """
    words = [_placed(word, clock, speaker) for word in piece.words]
    heard_before = sum((word.start_s + word.end_s) / 2 <= settled_s for word in words)
    text = piece.text
    if heard_before:
        words = words[heard_before:]
        text = " ".join(word.shown for word in words)
    return Update(
        utterance=f"{connection}.{piece.utterance}",
        segment=piece.segment,
        speaker=speaker,
        words=tuple(words),
        text=text,
        is_final=piece.is_final,
        ends_utterance=piece.ends_utterance,
        is_formatted=piece.is_formatted,
        n_final_words=max(0, (len(piece.words) if piece.is_final else piece.n_final_words) - heard_before),
        language=piece.language,
    )


def _placed(word: Word, clock: StreamClock, speaker: Speaker | None) -> Word:
    start_s = clock.begins_s(word.start_s)
    return replace(
        word,
        start_s=round(start_s, 3),
        end_s=round(max(start_s, clock.ends_s(word.end_s)), 3),
        speaker_id=None if speaker is None else speaker.speaker_id,
        speaker_name=None if speaker is None else speaker.speaker_name,
    )
