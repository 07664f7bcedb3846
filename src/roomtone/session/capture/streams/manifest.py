"""Writes ``streams.jsonl`` (``bot/stream_manifest.py``) as segments come and go."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.stream_manifest import (
    MOST_SEGMENTS,
    STREAMS_FOLDER,
    STREAMS_MANIFEST,
    StreamClosed,
    StreamNamed,
    StreamOpened,
)

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.stream_manifest import StreamKind, StreamLine

log = structlog.get_logger(__name__)


class StreamManifest:
    """The manifest of one stay, and the folder of its segments; may be used by several threads.

    Args:
        directory: The session's folder.

    Raises:
        OSError: When the folder or the file cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        self.folder = directory / STREAMS_FOLDER
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._file = (directory / STREAMS_MANIFEST).open("a", encoding="utf-8", errors="replace", buffering=1)
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._n_segments = {"audio": 0, "video": 0}

    def open_segment(
        self, kind: StreamKind, participant_id: str, name: str, start_sample: int
    ) -> Path | None:
        """Tell of a segment that begins now, and give the path of its file; None: there are too many.

        Raises:
            OSError: When the disk refuses.
        """
        with self._lock:
            if sum(self._n_segments.values()) >= MOST_SEGMENTS:
                return None
            family = "audio" if kind == "audio" else "video"
            self._n_segments[family] += 1
            file = f"{family}-{self._n_segments[family]:04d}.webm"
            name = self._names.setdefault(participant_id, name)
            self._write(
                StreamOpened(
                    file=file,
                    kind=kind,
                    participant_id=participant_id,
                    name=name,
                    start_sample=start_sample,
                )
            )
            return self.folder / file

    def name(self, participant_id: str, name: str) -> None:
        """Somebody is called this from now on; told only when it is new and they have a segment."""
        with self._lock:
            if self._names.get(participant_id, name) != name:
                self._names[participant_id] = name
                self._write(StreamNamed(participant_id=participant_id, name=name))

    def close_segment(self, file: str, samples: int) -> None:
        """A segment is complete."""
        with self._lock:
            self._write(StreamClosed(file=file, samples=samples))

    def close(self) -> None:
        """Nothing more is told; may be called twice."""
        with self._lock:
            self._file.close()

    def _write(self, line: StreamLine) -> None:
        self._file.write(line.model_dump_json() + "\n")
