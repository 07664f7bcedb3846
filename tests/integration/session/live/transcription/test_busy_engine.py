"""The local engine with more to hear than it can finish before the stay is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soxr
from tests.providers.clips import sound_of

from roomtone.bot.speaker import Speaker
from roomtone.session.capture.model import SILENCE, Tick
from roomtone.session.live.transcription.kept_lines import KeptLines
from roomtone.session.live.transcription.payload import Payloads
from roomtone.session.live.transcription.provider import Provider
from roomtone.session.live.transcription.told_words import ToldWords
from roomtone.session.live.transcription.transcriber import (
    LiveTranscriber,
    TranscriberTiming,
    voice_detector,
)
from roomtone.session.live.transcription.troubles import Troubles
from roomtone.session.live.transcription.utterance_book import UtteranceBook
from roomtone.speech.streaming.local import LocalStreaming

if TYPE_CHECKING:
    from pathlib import Path

ADA = Speaker("ada", "Ada")
LONGEST_S = 100.0
"""How long a busy machine may take to load the engine and hear a clip."""


@pytest.mark.timeout(3 * LONGEST_S)
@pytest.mark.parametrize("is_busy", [True, False])
async def test_what_the_engine_has_not_come_to_when_the_stay_is_over_is_told(tmp_path: Path, is_busy: bool):
    """Others hold its seats: the clip's seconds are lost, once and with a warning; else nothing is."""
    local = LocalStreaming()
    engine = local._engine_for({})
    if is_busy:
        await engine.take_seat()
        await engine.take_seat()
    warnings: list[tuple[str, str]] = []
    troubles = Troubles(lambda code, message: warnings.append((code, message)))
    words = ToldWords(UtteranceBook("raw"), Payloads("bot", "raw", {}), KeptLines(tmp_path, "l", "m"), [])
    transcriber = LiveTranscriber(
        Provider(local, {}, None, local.aclose, tells_wordless=True),
        words,
        troubles,
        voice_detector,
        TranscriberTiming(last_words_s=0.5 if is_busy else LONGEST_S),
    )
    clip = sound_of("something").astype(np.int16)
    sound = soxr.resample(clip, 16_000, 48_000)
    async with asyncio.timeout(2 * LONGEST_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(transcriber.run(), name="transcriber")
        for number in range(300):
            part = sound[number * 960 : (number + 1) * 960]
            samples = part if part.size == 960 else SILENCE
            transcriber.on_tick(Tick(number * 960, number * 0.02, {ADA: samples}, None, False))
            await asyncio.sleep(0)
        transcriber.finish()
    if is_busy:
        assert troubles.dropped_s == pytest.approx(clip.size / 16_000, abs=1.0)
        assert [code for code, _ in warnings] == ["live_transcription_dropped"]
        assert f"{troubles.dropped_s:.1f} s of sound have no words" in warnings[0][1]
    else:
        assert (troubles.dropped_s, warnings) == (0, [])
