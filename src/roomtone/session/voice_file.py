"""A file with sound that the bot is to say: read once, and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.voice_queue import MOST_WAITING_S

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples

MOST_BYTES = int(MOST_WAITING_S * SAMPLE_RATE_HZ) * 2


def take_samples(path: str) -> Samples:
    """Read a file of PCM16 little-endian, mono, 48,000 Hz, and delete it whatever it holds.

    Blocks on the disk.

    Raises:
        NotPossible: If it cannot be read, or holds no such sound, or more than 30 s.
    """
    file = Path(path)
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError:
        raise NotPossible("the sound that was to be said is gone") from None
    finally:
        drop(path)
    if len(data) > MOST_BYTES:
        raise NotPossible(f"at most {MOST_WAITING_S:g} s can be said at once")
    if not data or len(data) % 2:
        raise NotPossible("the file holds no sound of 16 bits a sample")
    return np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)


def drop(path: str) -> None:
    """Delete a file that is not to be said after all."""
    try:
        Path(path).unlink(missing_ok=True)
    except OSError:
        return  # the folder is the session's, and goes with it
