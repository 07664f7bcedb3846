"""From text to speech, with a program that the operator has installed."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import shutil
from typing import TYPE_CHECKING

import structlog

from roomtone.child_process import bound_to_us, environment_without_secrets, kill_group
from roomtone.service.talking.errors import NoSpeechEngine, SpeechFailed, UnusableSound

if TYPE_CHECKING:
    from collections.abc import Sequence

FOUND_BY_ITSELF = ("espeak-ng --stdin --stdout", "espeak --stdin --stdout")
"""Used when the settings name none, the first that is installed."""
DEADLINE_S = 20.0
MOST_SOUND_BYTES = 16 * 1024**2
_PIECE_BYTES = 65_536

log = structlog.get_logger(__name__)


def speech_command(setting: str | None) -> list[str]:
    """The command that makes speech of text.

    Args:
        setting: ``ROOMTONE_SPEECH_COMMAND``; None: the first of `FOUND_BY_ITSELF`.

    Raises:
        NoSpeechEngine: If none is installed.
    """
    candidates = FOUND_BY_ITSELF if setting is None else (setting,)
    for candidate in candidates:
        try:
            command = shlex.split(candidate)
        except ValueError:
            command = []  # a quotation that is not closed: it names no program
        if command and shutil.which(command[0]) is not None:
            return command
    raise NoSpeechEngine(
        "this server has no text-to-speech engine; install espeak-ng, or name another in "
        "ROOMTONE_SPEECH_COMMAND (a command that reads text and writes a WAV file), or send the sound itself"
    )


async def make_speech(command: Sequence[str], text: str, deadline_s: float = DEADLINE_S) -> bytes:
    """Have a text spoken: the command gets it as UTF-8 on standard input, and writes a sound file.

    Cancelled, or too late, the command's whole process group is killed.

    Raises:
        SpeechFailed: If it fails, is not done in time, or writes nothing.
        UnusableSound: If it writes too much.
    """
    process = await asyncio.create_subprocess_exec(
        *bound_to_us(command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment_without_secrets(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(deadline_s), asyncio.TaskGroup() as tasks:
            tasks.create_task(_tell(process, text.encode()), name="speech-text")
            sound = tasks.create_task(_sound_of(process), name="speech-sound")
    except TimeoutError:
        raise SpeechFailed(f"the text-to-speech engine was not done within {deadline_s:g} s") from None
    finally:
        kill_group(process.pid)
        status = await _reaped(process)
    if len(sound.result()) > MOST_SOUND_BYTES:
        raise UnusableSound("is too long to be said at once")
    if status != 0 or not sound.result():
        log.warning("speech.engine_failed", status=status, program=command[0])
        raise SpeechFailed("the text-to-speech engine failed; the server's operator can look at its log")
    return sound.result()


async def _tell(process: asyncio.subprocess.Process, text: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):
        process.stdin.write(text)
        await process.stdin.drain()
        process.stdin.close()


async def _sound_of(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    pieces: list[bytes] = []
    size = 0
    while size <= MOST_SOUND_BYTES and (piece := await process.stdout.read(_PIECE_BYTES)):
        pieces.append(piece)
        size += len(piece)
    if size <= MOST_SOUND_BYTES:
        await process.wait()
    return b"".join(pieces)


async def _reaped(process: asyncio.subprocess.Process) -> int:
    """Its exit status, once what it wrote is read: nobody is told of its end before."""
    assert process.stdout is not None
    while await process.stdout.read(_PIECE_BYTES):
        pass
    return await process.wait()
