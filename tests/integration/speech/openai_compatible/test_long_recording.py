"""An hour of sound is sent without ever being in memory."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import psutil
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.providers.clips import sound_of
from tests.providers.serving import account_at, serve

from roomtone.speech.local.utterances import SAMPLE_RATE_HZ
from roomtone.speech.openai_compatible.provider import OpenaiCompatibleRecognition
from roomtone.speech.port import Recorded, Track

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

HOUR_S = 3600
_MIB = 1024 * 1024


def _write_hour(path: Path) -> None:
    """Somebody who reads the same sentence for an hour."""
    clip = np.concatenate([sound_of("austen-0930"), np.zeros(SAMPLE_RATE_HZ, np.int16)])
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libmp3lame", rate=SAMPLE_RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        position = 0
        while position < HOUR_S * SAMPLE_RATE_HZ:
            frame = av.AudioFrame.from_ndarray(clip.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = (
                SAMPLE_RATE_HZ,
                Fraction(1, SAMPLE_RATE_HZ),
                position,
            )
            file.mux(stream.encode(frame))
            position += len(clip)
        file.mux(stream.encode(None))


@pytest.mark.slow
async def test_an_hour_is_sent_piece_by_piece_and_memory_stays_flat(tmp_path):
    """Of an hour the server gets all, in pieces; this process grows by less than the sound of one piece, decoded."""
    path, sizes = tmp_path / "hour.mp3", list[int]()
    await asyncio.to_thread(_write_hour, path)

    async def listen(request: Request) -> Response:
        size = 0
        async for part in request.stream():
            size += len(part)
        sizes.append(size)
        return JSONResponse({"text": "hi", "segments": [{"text": "hi", "start": 0.0, "end": 1.0}]})

    process, peak = psutil.Process(), [0]
    app = Starlette(routes=[Route("/v1/audio/transcriptions", listen, methods=["POST"])])
    async with serve(app) as address, asyncio.TaskGroup() as tasks:

        async def watch() -> None:
            while True:
                peak[0] = max(peak[0], process.memory_info().rss)
                await asyncio.sleep(0.02)

        before = process.memory_info().rss
        watching = tasks.create_task(watch(), name="watch")
        recorded = Recorded((Track(path),))
        made = await OpenaiCompatibleRecognition().transcribe(
            recorded, {}, tmp_path, lambda _: None, account_at(f"{address}/v1", "key")
        )
        watching.cancel()
    grown_mib = (peak[0] - before) / _MIB
    print(f"{len(sizes)} pieces, {sum(sizes) / _MIB:.1f} MiB, grown {grown_mib:.1f} MiB")
    assert len(made.turns) == len(sizes) >= 6
    assert sum(sizes) > 24 * _MIB, "all of the hour was sent"
    assert max(sizes) < 5 * _MIB
    assert grown_mib < 20
