"""Sound on its way to a session: files of this server alone, each there until it is said."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from typing import TYPE_CHECKING

from roomtone.acquiring import acquire_in_thread
from roomtone.child_process import ChildGroup
from roomtone.service.talking import decoder
from roomtone.service.talking.errors import UnusableSound

if TYPE_CHECKING:
    from pathlib import Path

DEADLINE_S = 20.0
FORGOTTEN_S = 3600.0
"""Whoever was to say a file that is older is gone."""


class SoundFolder:
    """Keeps what bots are to say; its coroutines may be called concurrently.

    Args:
        folder: Of its own; made when it is first needed, for this user alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, sound: bytes) -> Path:
        """Decode a sound file into one that a session can say (``Speak.path``).

        Raises:
            UnusableSound: If it is no sound file, or of more than 30 s.
        """
        source = await acquire_in_thread(lambda: self._write(sound), _forget)
        target = source.with_suffix(".pcm")
        try:
            status = await _decode(source, target)
            if status != 0:
                await asyncio.to_thread(target.unlink, missing_ok=True)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            source.unlink(missing_ok=True)
        if status == decoder.TOO_LONG:
            raise UnusableSound(f"at most {decoder.MOST_S:g} s can be said at once")
        if status != 0:
            raise UnusableSound("is no sound file of a known kind, such as WAV, MP3, Ogg, FLAC, M4A or WebM")
        return target

    def _write(self, sound: bytes) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for forgotten in self._folder.iterdir():
            if forgotten.stat().st_mtime < time.time() - FORGOTTEN_S:
                forgotten.unlink(missing_ok=True)
        path = self._folder / f"{uuid.uuid4().hex}.sound"
        path.touch(mode=0o600)
        path.write_bytes(sound)
        path.with_suffix(".pcm").touch(mode=0o600)
        return path


def _forget(source: Path) -> None:
    source.unlink(missing_ok=True)
    source.with_suffix(".pcm").unlink(missing_ok=True)


async def _decode(source: Path, target: Path) -> int:
    command = [sys.executable, "-m", "roomtone.service.talking.decoder", str(source), str(target)]
    child = await ChildGroup.start(command, grace_s=0.5)
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await child.wait()
    except TimeoutError:
        return decoder.NO_SOUND
    finally:
        await child.stop()
