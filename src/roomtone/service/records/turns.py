"""Who spoke when, from ``timeline.jsonl``, and what they said, from ``captions.jsonl``. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from roomtone.bot.speaker import NO_SPEAKER
from roomtone.service.records.json_lines import seconds_in, text_in
from roomtone.speech.captions import last_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roomtone.service.records.json_lines import Line


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which somebody was heard.

    Attributes:
        speaker_id: The platform's id; ``NoSpeaker``: nobody is known for it.
        speaker_name: The name; ``NoSpeaker`` likewise.
        start_s: Seconds since the recording began.
        end_s: After ``start_s``.
    """

    speaker_id: str
    speaker_name: str
    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s


class WordedTurn(Protocol):
    """A turn with its words, of a transcript or of captions; None: nobody is known for it."""

    @property
    def speaker_id(self) -> str | None:
        """The platform's id."""

    @property
    def speaker_name(self) -> str | None:
        """The name."""

    @property
    def start_s(self) -> float:
        """Seconds since the recording began."""

    @property
    def end_s(self) -> float:
        """Not before ``start_s``."""

    @property
    def text(self) -> str:
        """The words as they are read."""


@dataclass(frozen=True, slots=True)
class CaptionTurn:
    """A caption as a ``WordedTurn``; its end is estimated."""

    speaker_id: str | None
    speaker_name: str | None
    start_s: float
    end_s: float
    text: str


def turns_of(lines: Iterable[Line]) -> list[Turn]:
    """The turns in the order in which they began."""
    turns = []
    for line in lines:
        start_s, end_s = seconds_in(line, "start_s"), seconds_in(line, "end_s")
        if start_s is None or end_s is None or end_s <= start_s:
            continue
        speaker_id = text_in(line, "speaker_id") or NO_SPEAKER.speaker_id
        turns.append(Turn(speaker_id, text_in(line, "speaker_name") or speaker_id, start_s, end_s))
    return sorted(turns, key=lambda turn: (turn.start_s, turn.end_s))


def captions_of(lines: Iterable[Line], names: Mapping[str, str]) -> list[CaptionTurn]:
    """The captions in the order in which they began, each with its last text.

    Args:
        lines: Of ``captions.jsonl``.
        names: Names by participant id.
    """
    whole = []
    for number, line in enumerate(lines):
        at_s = seconds_in(line, "at_s")
        if at_s is not None:
            caption_id = text_in(line, "caption_id") or f"line-{number}"
            participant_id, text = text_in(line, "participant_id"), text_in(line, "text")
            whole.append(
                {"at_s": at_s, "caption_id": caption_id, "participant_id": participant_id, "text": text}
            )
    return [
        CaptionTurn(
            one.participant_id or None, names.get(one.participant_id), one.begin_s, one.end_s, one.text
        )
        for one in last_versions(whole)
    ]
