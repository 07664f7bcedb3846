"""What is written down beside the recording: people, turns, chat and captions.

Each is a file of JSON lines in the session's directory, whole at any moment. Times are seconds since the
recording began; what was before has 0.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.session.caption_versions import CaptionVersions
from roomtone.session.capture.model import CaptionHeard, ChatMessage, ParticipantJoined, ParticipantLeft

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from roomtone.session.capture.model import Signal
    from roomtone.session.capture.speaker_timeline import Turn

PARTICIPANTS_NAME = "participants.jsonl"
"""``{at_s, what: joined | changed | left, participant_id, name, is_self}``"""
TIMELINE_NAME = "timeline.jsonl"
"""``{speaker_id, speaker_name, start_s, end_s}``, in the order in which the turns ended."""
CHAT_NAME = "chat.jsonl"
"""``{at_s, message_id, participant_id, name, text}``"""
CAPTIONS_NAME = "captions.jsonl"
"""``{at_s, caption_id, participant_id, text, final}``; the last line of a ``caption_id`` counts."""
MOST_LINES = 100_000
"""Of each file: what a page can make us write is bounded."""

log = structlog.get_logger(__name__)


class _Lines:
    """One file of JSON lines, made with its first line; a disk that refuses loses lines, never the stay."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._n_lines = 0

    def write(self, line: str) -> None:
        if self._n_lines >= MOST_LINES:
            return
        self._n_lines += 1
        try:
            if self._file is None:
                self._file = self._path.open("a", encoding="utf-8", errors="replace", buffering=1)
            self._file.write(line)
        except OSError:
            log.warning("records.not_written", file=self._path.name)

    def close(self) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                log.warning("records.not_written", file=self._path.name)


class Records:
    """Keeps the files of one stay; used by one task.

    Args:
        directory: The session's directory.
    """

    def __init__(self, directory: Path) -> None:
        self._participants = _Lines(directory / PARTICIPANTS_NAME)
        self._timeline = _Lines(directory / TIMELINE_NAME)
        self._chat = _Lines(directory / CHAT_NAME)
        self._captions = _Lines(directory / CAPTIONS_NAME)
        self._versions = CaptionVersions()
        self._start_s: float | None = None
        self._known: dict[str, tuple[str, bool]] = {}
        self._messages: set[str] = set()

    def begin(self, start_s: float) -> None:
        """The recording began at this time of the capture clock; who is there now is there from 0."""
        self._start_s = start_s
        for participant_id, (name, is_self) in self._known.items():
            self._tell(start_s, "joined", participant_id, name, is_self=is_self)

    def on_signal(self, signal: Signal) -> None:
        """Take any signal; those that are not written down are ignored."""
        if isinstance(signal, ParticipantJoined):
            self._joined(signal)
        elif isinstance(signal, ParticipantLeft):
            name, is_self = self._known.pop(signal.participant_id, (None, False))
            if name is not None:
                self._tell(signal.at_s, "left", signal.participant_id, name, is_self=is_self)
        elif isinstance(signal, ChatMessage) and signal.message_id not in self._messages:
            self._messages.add(signal.message_id)
            self._chat.write(
                _line(
                    at_s=self._seconds(signal.at_s),
                    message_id=signal.message_id,
                    participant_id=signal.participant_id,
                    name=signal.name,
                    text=signal.text,
                )
            )
        elif isinstance(signal, CaptionHeard):
            self._write_captions(self._versions.take(signal))

    def on_turn(self, turn: Turn) -> None:
        """Somebody has spoken."""
        self._timeline.write(turn.to_line())

    def close(self) -> None:
        """Close the files; never raises for a disk that refuses."""
        self._write_captions(self._versions.rest())
        for lines in (self._participants, self._timeline, self._chat, self._captions):
            lines.close()

    def _joined(self, signal: ParticipantJoined) -> None:
        before = self._known.get(signal.participant_id)
        now = (signal.name, signal.is_self)
        if before == now:
            return
        self._known[signal.participant_id] = now
        what = "joined" if before is None else "changed"
        self._tell(signal.at_s, what, signal.participant_id, signal.name, is_self=signal.is_self)

    def _write_captions(self, captions: list[CaptionHeard]) -> None:
        for caption in captions:
            self._captions.write(
                _line(
                    at_s=self._seconds(caption.at_s),
                    caption_id=caption.caption_id,
                    participant_id=caption.participant_id,
                    text=caption.text,
                    final=caption.is_final,
                )
            )

    def _tell(self, at_s: float, what: str, participant_id: str, name: str, *, is_self: bool) -> None:
        if self._start_s is None:
            return
        at_s = self._seconds(at_s)
        line = _line(at_s=at_s, what=what, participant_id=participant_id, name=name, is_self=is_self)
        self._participants.write(line)

    def _seconds(self, at_s: float) -> float:
        return 0.0 if self._start_s is None else round(max(0.0, at_s - self._start_s), 3)


def _line(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"
