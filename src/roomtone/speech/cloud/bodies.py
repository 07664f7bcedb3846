"""A sound file as the body of a request, read in pieces."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from io import BufferedReader
from typing import TYPE_CHECKING

from roomtone.acquiring import acquire_in_thread
from roomtone.speech.errors import UnusableAudio

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

PIECE_BYTES = 256 * 1024
"""Held in memory of a file, whatever its length."""
_TYPES = {
    ".webm": "audio/webm",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".aac": "audio/aac",
}


def content_type_of(path: Path) -> str:
    """The MIME type that a sound file's name tells."""
    return _TYPES.get(path.suffix.lower(), "application/octet-stream")


def size_bytes(path: Path) -> int:
    """The file's size. Blocking. Raises ``UnusableAudio`` if it is not there."""
    try:
        return path.stat().st_size
    except OSError as problem:
        raise UnusableAudio(f"the sound cannot be read: {problem.strerror}") from None


def usable_size_bytes(path: Path, service: str, most: int) -> int:
    """The size of a file that may be sent. Blocking.

    Args:
        path: The file.
        service: Whose limit it is.
        most: The longest file that it takes.

    Raises:
        UnusableAudio: If there is no such file, or nothing in it, or too much.
    """
    size = size_bytes(path)
    if size == 0:
        raise UnusableAudio("the sound file is empty")
    if size > most:
        raise UnusableAudio(f"the sound file has {size} bytes; {service} takes {most} at most")
    return size


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file to send; it can be sent again.

    Attributes:
        path: The file.
        length_bytes: ``size_bytes(path)``: what is added to it meanwhile is not sent.
        content_type: How it is announced.
        before: Bytes that go ahead of it, such as a form's.
        after: Bytes that follow it.
        sent: Told after each piece how much of all is sent, 0 to 1; it must be quick.
    """

    path: Path
    length_bytes: int
    content_type: str
    before: bytes = b""
    after: bytes = b""
    sent: Callable[[float], None] | None = None

    @property
    def total_bytes(self) -> int:
        """The length of the whole body."""
        return len(self.before) + self.length_bytes + len(self.after)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body in order. Raises ``UnusableAudio`` if the file cannot be read or became shorter."""
        if self.before:
            yield self.before
        try:
            file = await acquire_in_thread(lambda: self.path.open("rb"), BufferedReader.close)
        except OSError as problem:
            raise UnusableAudio(f"the sound cannot be read: {problem.strerror}") from None
        left = self.length_bytes
        try:
            while left > 0:
                piece = await asyncio.to_thread(file.read, min(PIECE_BYTES, left))
                if not piece:
                    raise UnusableAudio("the sound file became shorter while it was sent")
                left -= len(piece)
                yield piece
                if self.sent is not None:
                    self.sent((self.length_bytes - left) / self.length_bytes)
        except OSError as problem:
            raise UnusableAudio(f"the sound cannot be read: {problem.strerror}") from None
        finally:
            file.close()
        if self.after:
            yield self.after
