"""The messages that receivers get (``docs/protocols/live-transcription.md``). Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from roomtone.bot.lifecycle import timestamp
from roomtone.speech.transcript import UNKNOWN_SPEAKER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from roomtone.session.live.transcription.utterance_book import Mode, Told
    from roomtone.speech.transcript import Word


class Payloads:
    """Writes the messages of one meeting, in order.

    Args:
        bot_id: Whose words.
        mode: What is told.
        custom_attributes: The bot's, given back with every message.
    """

    def __init__(self, bot_id: str, mode: Mode, custom_attributes: Mapping[str, Any]) -> None:
        self._bot_id = bot_id
        self._mode = mode
        self._custom_attributes = dict(custom_attributes)
        self._numbers: dict[str | None, int] = {}
        self._sequence = 0

    def write(self, told: Told, began_at: datetime) -> dict[str, Any]:
        """The message.

        Args:
            told: What it tells.
            began_at: When the recording began.
        """
        self._sequence += 1
        speaker = told.speaker
        number = self._number(None if speaker is None else speaker.speaker_id)
        start_s = told.words[0].start_s if told.words else None
        return {
            "bot_id": self._bot_id,
            "speakerId": None if speaker is None else speaker.speaker_id,
            "speakerName": UNKNOWN_SPEAKER if speaker is None else speaker.speaker_name,
            "timestamp": None if start_s is None else timestamp(began_at + timedelta(seconds=start_s)),
            "new_text": told.text,
            "transcript": told.transcript,
            "utterance": told.transcript if told.ends_utterance else "",
            "words": [
                _word(word, number, is_final=index < told.n_final_words)
                for index, word in enumerate(told.words)
            ],
            "is_final": told.is_final,
            "end_of_turn": told.ends_utterance,
            "turn_is_formatted": told.is_formatted,
            "word_is_final": told.n_final_words >= len(told.words),
            "transcription_mode": self._mode,
            "custom_attributes": self._custom_attributes,
            "utterance_id": told.utterance,
            "sequence": self._sequence,
            "language": told.language,
        }

    def _number(self, speaker_id: str | None) -> int:
        return self._numbers.setdefault(speaker_id, len(self._numbers))


def _word(word: Word, speaker: int, *, is_final: bool) -> dict[str, Any]:
    confidence = None if word.confidence is None else round(word.confidence, 4)
    return {
        "word": word.text,
        "start": word.start_s,
        "end": word.end_s,
        "confidence": confidence,
        "speaker": speaker,
        "punctuated_word": word.shown,
        "speech_confidence": confidence,
        "word_is_final": is_final,
    }
