"""Text-to-speech engines as programs of their own: those that work, and those that do not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from roomtone.service.talking.errors import NoSpeechEngine, SpeechFailed, UnusableSound
from roomtone.service.talking.speech_engine import make_speech, speech_command

if TYPE_CHECKING:
    from pathlib import Path


def engine(code: str) -> list[str]:
    """A program that does this."""
    return [sys.executable, "-S", "-c", "import sys, time\n" + code]


async def test_the_text_goes_in_and_sound_comes_out() -> None:
    """As it is, whatever letters it has."""
    echo = engine("sys.stdout.buffer.write(b'RIFF' + sys.stdin.buffer.read())")
    assert await make_speech(echo, "-Grüße; rm -rf /") == b"RIFF" + "-Grüße; rm -rf /".encode()


@pytest.mark.parametrize("code", ["sys.exit(1)", "pass", "sys.stdout.write('half'); sys.exit(3)"])
async def test_an_engine_that_fails(code: str) -> None:
    """Nothing of it is said."""
    with pytest.raises(SpeechFailed, match="failed"):
        await make_speech(engine(code), "Hello")


async def test_an_engine_that_hangs_is_killed() -> None:
    """With whatever it started, at its deadline."""
    async with asyncio.timeout(60):
        with pytest.raises(SpeechFailed, match=r"within 0\.3 s"):
            await make_speech(["sh", "-c", "sleep 600 & sleep 600"], "Hello", deadline_s=0.3)


async def test_what_left_the_engines_group_holds_nobody_up(tmp_path: Path) -> None:
    """A program that became a daemon keeps the engine's output open: the answer does not wait for it."""
    daemon = tmp_path / "daemon"
    leave = f"setsid sh -c 'echo $$ >{daemon}.part; mv {daemon}.part {daemon}; exec sleep 600' & sleep 600"
    try:
        async with asyncio.timeout(100):
            for deadline_s in (1.0, 30.0):  # a busy machine may not have come to it in the first
                with pytest.raises(SpeechFailed, match=f"within {deadline_s:g} s"):
                    await make_speech(["sh", "-c", leave], "Hello", deadline_s=deadline_s)
                if daemon.exists():
                    break
        assert psutil.pid_exists(int(daemon.read_text()))
    finally:
        if daemon.exists():
            os.kill(int(daemon.read_text()), signal.SIGKILL)


async def test_an_engine_that_never_ends_its_sound() -> None:
    """It is read no further than needed."""
    with pytest.raises(UnusableSound, match="too long"):
        await make_speech(engine("while True: sys.stdout.buffer.write(bytes(1 << 20))"), "Hello")


@pytest.mark.parametrize("setting", ["/nowhere/engine --fast", "'", " "])
def test_an_engine_that_is_not_there(setting: str) -> None:
    """The error says what to do."""
    with pytest.raises(NoSpeechEngine, match="install espeak-ng"):
        speech_command(setting)
    assert speech_command("sh -c 'a b'") == ["sh", "-c", "a b"]
