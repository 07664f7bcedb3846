"""The installed ``roomtone listen``."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import wave

import pytest
from websockets.asyncio.client import connect

from roomtone.bot.live_audio_frame import LiveAudioFrame, encode_frame


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_finishes_the_files_and_sums_up(tmp_path, number):
    """Ctrl-C or SIGTERM in mid-stream: exit code 0, complete files, a summary."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "roomtone", "listen", "--port", "0", "--output", str(tmp_path), "--json",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(100):
        first = json.loads(await process.stdout.readline())
        async with connect(first["url"]) as bot:
            await bot.send('{"type":"ready","bot_id":"b1"}')
            await bot.recv()
            for _ in range(25):
                await bot.send(encode_frame(LiveAudioFrame("ada", "Ada", b"\1\0" * 960)))
            await (await bot.ping())
            process.send_signal(number)
            rest = [json.loads(line) for line in (await process.stdout.read()).splitlines()]
        assert await process.wait() == 0
    assert rest[-1]["event"] == "summary"
    assert rest[-1]["frames"] == 25
    with wave.open(str(tmp_path / "ada.wav")) as file:
        assert file.getnframes() >= 25 * 960
