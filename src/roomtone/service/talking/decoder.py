"""The decoding child: ``python -m roomtone.service.talking.decoder SOURCE TARGET``.

Decoders are C code that strangers' bytes are given to: a program of its own, with little memory and time,
keeps what may go wrong there from the server.

``SOURCE`` is a sound file; ``TARGET`` becomes PCM16 little-endian, mono, 48,000 Hz. Exit statuses: 0 done,
3 no sound in it, 4 longer than `MOST_S`.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_S = 30.0
RATE_HZ = 48_000
NO_SOUND, TOO_LONG = 3, 4
_FORMATS = "wav,mp3,ogg,flac,mov,mp4,matroska,webm,aac,aiff,au,caf,amr,w64"
"""Containers of one file. Playlists and the like, which name other files and addresses, are none of them."""
_MOST_MEMORY_BYTES = 2 * 1024**3
_MOST_CPU_S = 15
_MOST_FILE_BYTES = 8 * 1024**2
_SLACK_S = 0.1
"""What an encoder may have put around 30 s; it is cut off."""


def main() -> int:
    """Decode; the exit status says how it went."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_CPU_S, _MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_FILE_BYTES, _MOST_FILE_BYTES))
    source, target = map(Path, sys.argv[1:3])
    try:
        return _decode(source, target)
    except (av.FFmpegError, ValueError, IndexError, MemoryError):
        return NO_SOUND


def _decode(source: Path, target: Path) -> int:
    most = int(MOST_S * RATE_HZ) * 2
    n_bytes = 0
    with target.open("wb") as file:
        for block in _blocks(source):
            file.write(block[: max(0, most - n_bytes)])
            n_bytes += len(block)
            if n_bytes > most + int(_SLACK_S * RATE_HZ) * 2:
                return TOO_LONG
    return 0 if n_bytes else NO_SOUND


def _blocks(source: Path) -> Iterator[bytes]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    with av.open(str(source), options=options) as container:
        stream = container.streams.audio[0]
        for frame in container.decode(stream):
            for block in resampler.resample(frame):
                yield block.to_ndarray().tobytes()
        for block in resampler.resample(None):
            yield block.to_ndarray().tobytes()


if __name__ == "__main__":
    sys.exit(main())
