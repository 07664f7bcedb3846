"""Asking for a track piece by piece: every piece's answer is kept, and their words become the track's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.joining import Reading
from roomtone.speech.cloud.tracks import ask_for_each
from roomtone.speech.cutting.spans import Span, placed
from roomtone.speech.errors import UnusableAudio
from roomtone.speech.port import Track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.speech.cloud.kept_work import KeptWork
    from roomtone.speech.cutting.cutter import Piece
    from roomtone.speech.port import Progress
    from roomtone.speech.transcript import Word

AskPiece = Callable[["Piece", "Progress"], Awaitable[Any]]
"""Asks for one piece; gives the answer's JSON."""
ReadPiece = Callable[[Any, tuple[float, float]], Reading]
"""Reads an answer: its JSON, and from when to when somebody speaks in the piece. Times are the piece's.
Raises ``UnreadableAnswer`` and nothing else."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A track's answers, as JSON for keeping: ``{"parts": [{"spans", "voice_s", "answer"}]}``.

    ``spans`` are ``[source_s, piece_s, length_s]`` (``cutting.spans.Span``).
    """

    pieces: Sequence[Piece]
    answers: Sequence[Any]

    def as_json(self) -> dict[str, Any]:
        """For keeping, and for whoever wants the raw answers."""
        return {
            "parts": [
                {
                    "spans": [[span.source_s, span.piece_s, span.length_s] for span in piece.spans],
                    "voice_s": list(piece.voice_s),
                    "answer": answer,
                }
                for piece, answer in zip(self.pieces, self.answers, strict=True)
            ]
        }


async def ask_for_pieces(
    pieces: Sequence[Piece], key: str, kept: KeptWork, ask: AskPiece, progress: Progress, at_once: int
) -> Parts:
    """The answers for a track's pieces; those that are kept are not asked for again.

    Args:
        pieces: The track's; none when nobody speaks in it.
        key: Begins the key of each kept answer.
        kept: Where answers are kept.
        ask: Asks for one.
        progress: Told how much of the track is done.
        at_once: Most pieces that are asked for at a time.

    Raises:
        TranscriptionError: What ``ask`` raised. ``UnusableAudio`` of one piece is that of the track.
    """
    if not pieces:
        progress(1.0)
        return Parts((), ())

    async def ask_one(number: int, _track: Track, tell: Progress) -> Any:
        kept_key = f"{key}-{pieces[number].path.stem}"
        answer = await kept.read(kept_key)
        if answer is None:
            answer = await ask(pieces[number], tell)
            await kept.keep(kept_key, answer)
        return answer

    answers = await ask_for_each([Track(piece.path) for piece in pieces], ask_one, progress, at_once)
    if any(answer is None for answer in answers):
        raise UnusableAudio("a part of the sound cannot be used")
    return Parts(pieces, answers)


def reading_of(parts: Any, read: ReadPiece) -> Reading:
    """What a track's answers (``Parts.as_json``) say together, at times of the track.

    A provider's label means one voice within one answer, so labels of later pieces are told apart by the
    piece's number: ``2:A``.

    Raises:
        UnreadableAnswer: If one of them makes no sense.
    """
    words: list[Word] = []
    languages, models = Counter[str](), Counter[str]()
    for number, part in enumerate(parts["parts"], start=1):
        reading = read(part["answer"], (part["voice_s"][0], part["voice_s"][1]))
        spans = tuple(Span(*span) for span in part["spans"])
        words += [_labelled(word, number) for word in placed(reading.words, spans)]
        if reading.language:
            languages[reading.language] += len(reading.words) + 1
        if reading.model:
            models[reading.model] += 1
    return Reading(words, _most(languages), _most(models))


def bare(raw: Any) -> Any:
    """The provider's own answer where there was a single one; else the answers with whose and when they are.

    Args:
        raw: ``Transcript.raw`` as ``joined`` makes it of ``Parts.as_json``; None stays None.
    """
    if isinstance(raw, dict) and len(raw.get("parts") or ()) == 1:
        return raw["parts"][0]["answer"]
    return raw


def _labelled(word: Word, number: int) -> Word:
    if word.speaker_id is None or number == 1:
        return word
    return replace(word, speaker_id=f"{number}:{word.speaker_id}")


def _most(counted: Counter[str]) -> str | None:
    return counted.most_common(1)[0][0] if counted else None
