"""A WAV file that is valid at any moment and can be lengthened with silence at no cost."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

HEADER_BYTES = 44
BYTES_PER_SAMPLE = 2
MAX_DATA_BYTES = 0xFFFF_FFFF - HEADER_BYTES - 1
"""Most a WAV header can name: 12.4 hours."""


def wav_header(n_samples: int) -> bytes:
    """The 44 bytes before the samples: PCM, int16 little-endian, mono, 48,000 Hz."""
    data_bytes = min(n_samples * BYTES_PER_SAMPLE, MAX_DATA_BYTES)
    byte_rate = SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
    form = struct.pack("<4sI4s", b"RIFF", data_bytes + HEADER_BYTES - 8, b"WAVE")
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLE_RATE_HZ, byte_rate, BYTES_PER_SAMPLE, 16)
    return form + fmt + struct.pack("<4sI", b"data", data_bytes)


class GrowingWav:
    """One speaker's WAV, written in place.

    Samples are gathered in memory and reach the file at ``flush``, data before header, so that a reader
    never sees a header that promises more than there is. Used by one task; no call waits for anything but
    the disk.

    Attributes:
        path: Where it lies.
        n_samples: Its length with what is not flushed yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.n_samples = 0
        self._pending = bytearray()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        os.pwrite(self._file, wav_header(0), 0)

    def append(self, pcm: bytes) -> None:
        """Add samples at the end; ``pcm`` has an even number of bytes."""
        self._pending += pcm
        self.n_samples += len(pcm) // BYTES_PER_SAMPLE

    def pad_to(self, n_samples: int) -> None:
        """Lengthen with silence to this length; nothing happens when it is that long already."""
        if n_samples <= self.n_samples:
            return
        self._write_pending()
        os.ftruncate(self._file, HEADER_BYTES + n_samples * BYTES_PER_SAMPLE)  # a hole reads as zeros
        self.n_samples = n_samples

    def flush(self) -> None:
        """Bring the file up to date. Raises ``OSError`` (a full disk); it stays as last flushed then."""
        self._write_pending()
        os.pwrite(self._file, wav_header(self.n_samples), 0)

    def close(self) -> None:
        """Flush and close; may be called again."""
        if self._file < 0:
            return
        try:
            self.flush()
        finally:
            os.close(self._file)
            self._file = -1

    def _write_pending(self) -> None:
        if not self._pending:
            return
        written = self.n_samples * BYTES_PER_SAMPLE - len(self._pending)
        view = memoryview(self._pending)
        while view:
            count = os.pwrite(self._file, view, HEADER_BYTES + written)
            view, written = view[count:], written + count
        view.release()
        self._pending = bytearray()
