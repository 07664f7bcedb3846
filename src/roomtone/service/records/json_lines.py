"""Reading files of JSON lines that a crash may have torn and that a meeting may have filled. Pure."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Line = dict[str, Any]
"""One line: a JSON object."""

MOST_BYTES = 16 * 1024 * 1024
"""Of a file, read from its beginning; what comes after is left out."""
MOST_LINES = 100_000
"""Of a file; a session writes no more of each."""
LONGEST_LINE_BYTES = 256 * 1024
"""A longer line is left out."""
LATEST_S = 10_000_000.0
"""Later than any recording: a time beyond it is none."""


class JsonLines:
    """Makes objects of the bytes of a file, given in any pieces, in memory that is bounded.

    Whatever is no whole line of a JSON object is left out, such as a torn last line.
    """

    def __init__(self) -> None:
        self._begun = bytearray()
        self._skipping = False
        self._n_bytes = 0
        self._n_lines = 0

    @property
    def is_full(self) -> bool:
        """Whether no more is taken."""
        return self._n_bytes >= MOST_BYTES or self._n_lines >= MOST_LINES

    def feed(self, piece: bytes) -> list[Line]:
        """Take the next bytes and give the lines that they end."""
        piece = piece[: MOST_BYTES - self._n_bytes]
        self._n_bytes += len(piece)
        *ends, begun = piece.split(b"\n")
        lines = []
        for end in ends:
            self._grow(end)
            lines += self._end_line()
        self._grow(begun)
        return lines

    def rest(self) -> list[Line]:
        """The last line, if it is whole but for its line feed; to be called once, at the end."""
        return self._end_line()

    def _grow(self, part: bytes) -> None:
        if len(self._begun) + len(part) > LONGEST_LINE_BYTES:
            self._begun.clear()
            self._skipping = True
        if not self._skipping:
            self._begun += part

    def _end_line(self) -> list[Line]:
        text, skipping = bytes(self._begun), self._skipping
        self._begun.clear()
        self._skipping = False
        if skipping or not text or self._n_lines >= MOST_LINES:
            return []
        self._n_lines += 1
        line = parse(text)
        return [line] if isinstance(line, dict) else []


def text_in(line: Mapping[str, Any], name: str) -> str:
    """A field's text, such as can be written as UTF-8; empty when there is none."""
    value = line.get(name)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode()


def seconds_in(line: Mapping[str, Any], name: str) -> float | None:
    """A field's time since the recording began; None when it holds none."""
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or not 0 <= value <= LATEST_S:
        return None
    return float(value)


def parse(text: bytes) -> Any:
    """What a JSON text holds; None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
