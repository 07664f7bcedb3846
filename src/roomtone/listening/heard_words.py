"""Live words as they arrive: what a person is shown of them, and the file that keeps them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.listening.errors import CannotListen

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

STREAM = "live_transcription"
"""What the first message of a connection says that it carries, where that is words."""
MOST_INTERIMS = 20
_SHOWN_NAME = 32


@dataclass(frozen=True, slots=True)
class Interim:
    """What somebody seems to be saying: who, and the text."""

    speaker_name: str
    text: str


def clock_text(seconds: float) -> str:
    """A duration as people write it: ``0:07`` or ``1:02:03``."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def is_words(body: object) -> bool:
    """Whether a message is one of live words (``docs/protocols/live-transcription.md``)."""
    return isinstance(body, dict) and "new_text" in body and isinstance(body.get("words"), list)


class HeardWords:
    """Takes the messages of all bots in the order of arrival; used by one task.

    Args:
        path: File that gets each as a line ``{arrived_s, message}``, made anew; None: nothing is kept.

    Attributes:
        n_messages: Messages taken.
        n_finals: Those of them with final words.
        interims: What may still change, by utterance; the newest last.

    Raises:
        CannotListen: If the file cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.n_messages = 0
        self.n_finals = 0
        self.interims: dict[str, Interim] = {}
        self._file: TextIO | None = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("w", encoding="utf-8", buffering=1)
            except OSError as problem:
                raise CannotListen(
                    f"cannot write to {path}: {problem.strerror}; choose another --transcript"
                ) from None

    def take(self, message: dict[str, Any], arrived_s: float) -> str | None:
        """Take a message; a line for a person if it tells final words, else None.

        Raises:
            OSError: If the disk is full; the message is shown all the same.
        """
        self.n_messages += 1
        name = str(message.get("speakerName") or "?")
        text = str(message.get("new_text") or "")
        key = str(message.get("utterance_id") or name)
        self.interims.pop(key, None)
        is_final = bool(message.get("is_final"))
        if text and not is_final:
            self.interims[key] = Interim(name, text)
            if len(self.interims) > MOST_INTERIMS:
                del self.interims[next(iter(self.interims))]
        self.n_finals += is_final and bool(text)
        if self._file is not None:
            line = {"arrived_s": round(arrived_s, 6), "message": message}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        if not is_final or not text:
            return None
        start_s = _start_s(message)
        return f"{'' if start_s is None else clock_text(start_s) + '  '}{name[:_SHOWN_NAME]}: {text}"

    def gone(self) -> None:
        """A sender is gone: what was not final stays unsaid."""
        self.interims.clear()

    def close(self) -> None:
        """Close the file; may be called again."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _start_s(message: dict[str, Any]) -> float | None:
    first = next(iter(message["words"]), None)
    start_s = first.get("start") if isinstance(first, dict) else None
    return float(start_s) if isinstance(start_s, int | float) and start_s >= 0 else None
