"""``transcript_live.jsonl``: final segments as they come, whole at any moment."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME, LiveSegment, LiveWord, segment_line
from roomtone.session.live.transcription.updates import NO_SEGMENT

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from roomtone.session.live.transcription.updates import Update
    from roomtone.speech.transcript import Word

MOST_LINES = 100_000
"""What is kept of a meeting is bounded, as its other records are."""
_MOST_REMEMBERED = 1024

log = structlog.get_logger(__name__)


class KeptLines:
    """Writes the file of one meeting; used on one event loop. A disk that refuses loses lines, nothing else.

    Args:
        directory: The session's.
        provider: Who recognises.
        model: With which model, as far as is known.
    """

    def __init__(self, directory: Path, provider: str, model: str) -> None:
        self._provider = provider
        self._model = model
        self._file: TextIO | None = None
        self._n_lines = 0
        self._written: OrderedDict[str, tuple[Word, ...]] = OrderedDict()
        self._utterances: OrderedDict[str, int] = OrderedDict()
        try:
            self._file = (directory / LIVE_TRANSCRIPT_NAME).open(
                "a", encoding="utf-8", errors="replace", buffering=1
            )
        except OSError:
            log.warning("live_transcription.file_not_made")

    def take(self, update: Update) -> None:
        """Write an update down if it is final and new."""
        if not update.is_final or update.segment == NO_SEGMENT:
            return
        segment_id = f"{update.utterance}.{update.segment}"
        before = self._written.get(segment_id, ())
        if before == update.words:
            return
        self._written[segment_id] = update.words
        if len(self._written) > _MOST_REMEMBERED:
            self._written.popitem(last=False)
        first = (update.words or before)[0]
        speaker = update.speaker
        self._write(
            LiveSegment(
                segment_id=segment_id,
                speaker_id=None if speaker is None else speaker.speaker_id,
                speaker_name=None if speaker is None else speaker.speaker_name,
                start_s=first.start_s,
                end_s=max((word.end_s for word in update.words), default=first.start_s),
                text=update.text,
                words=tuple(_word(word) for word in update.words),
                provider=self._provider,
                model=self._model,
                language=update.language,
                utterance=self._number(update.utterance),
            )
        )

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                log.warning("live_transcription.not_written")
            self._file = None

    def _write(self, segment: LiveSegment) -> None:
        if self._file is None or self._n_lines >= MOST_LINES:
            return
        self._n_lines += 1
        try:
            self._file.write(segment_line(segment))
        except OSError:
            log.warning("live_transcription.not_written")

    def _number(self, utterance: str) -> int:
        known = self._utterances.get(utterance)
        if known is None:
            known = next(reversed(self._utterances.values()), -1) + 1
            self._utterances[utterance] = known
            if len(self._utterances) > _MOST_REMEMBERED:
                self._utterances.popitem(last=False)
        return known


def _word(word: Word) -> LiveWord:
    return LiveWord(
        word=word.text,
        start_s=word.start_s,
        end_s=word.end_s,
        confidence=word.confidence,
        punctuated=word.punctuated or None,
    )
