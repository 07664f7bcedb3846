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
_REAPED_WITHIN_S = 5.0

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
    loop = asyncio.get_running_loop()
    transport, heard = await loop.subprocess_exec(
        _Heard,
        *bound_to_us(command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment_without_secrets(),
        start_new_session=True,
    )
    try:
        _tell(transport, text.encode())
        async with asyncio.timeout(deadline_s):
            await heard.all_said.wait()
            if not heard.is_too_much:
                await heard.exited.wait()
    except TimeoutError:
        raise SpeechFailed(f"the text-to-speech engine was not done within {deadline_s:g} s") from None
    finally:
        kill_group(transport.get_pid())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REAPED_WITHIN_S):
                await heard.exited.wait()
        # Closes our end of its output too: what became a daemon may hold the other end for ever.
        transport.close()
    if heard.is_too_much:
        raise UnusableSound("is too long to be said at once")
    status = transport.get_returncode()
    if status != 0 or not heard.sound:
        log.warning("speech.engine_failed", status=status, program=command[0])
        raise SpeechFailed("the text-to-speech engine failed; the server's operator can look at its log")
    return bytes(heard.sound)


def _tell(transport: asyncio.SubprocessTransport, text: bytes) -> None:
    pipe = transport.get_pipe_transport(0)
    assert isinstance(pipe, asyncio.WriteTransport)
    pipe.write(text)
    pipe.write_eof()


class _Heard(asyncio.SubprocessProtocol):
    """What an engine says, up to the most that can be said; and that it has ended."""

    def __init__(self) -> None:
        self.sound = bytearray()
        self.all_said = asyncio.Event()
        self.exited = asyncio.Event()

    @property
    def is_too_much(self) -> bool:
        return len(self.sound) > MOST_SOUND_BYTES

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002  only its sound is piped
        if not self.is_too_much:
            self.sound += data
        if self.is_too_much:
            self.all_said.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002  an end all the same
        if fd == 1:
            self.all_said.set()

    def process_exited(self) -> None:
        self.exited.set()
