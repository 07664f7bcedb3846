"""What makes the words of a session, by its orders."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME
from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import LiveTranscriptionStart, Start
from roomtone.bot.speaker import Speaker
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.capture.model import SILENCE, CaptionHeard, ParticipantJoined, Tick
from roomtone.session.live.transcription.making import LiveTranscription, live_transcription
from roomtone.session.live.transcription.provider import provider_of
from roomtone.session.live.transcription.transcriber import LiveTranscriber

if TYPE_CHECKING:
    from pathlib import Path

START_S = 500.0


def made(
    folder: Path, warnings: list[tuple[str, str]], *earlier: Any, **provider: Any
) -> LiveTranscription | None:
    """A session's live words without receivers."""
    request = BotRequest.model_validate({"meeting_link": "http://127.0.0.1:9/practice/x"})
    words = LiveTranscriptionStart(**provider) if provider else None
    start = Start(bot_id="b1", request=request, directory=str(folder), live_transcription=words)
    return live_transcription(
        start, AddressPolicy(), earlier, lambda code, message: warnings.append((code, message))
    )


def test_nobody_and_nobody_known(tmp_path):
    """Without an order nothing is made; a provider that this version does not know is told."""
    warnings: list[tuple[str, str]] = []
    assert made(tmp_path, warnings) is None
    assert warnings == []
    assert made(tmp_path, warnings, provider="shouting_streaming") is None
    assert made(tmp_path, warnings, provider="local_streaming", options={"endpointing": None}) is None
    assert [code for code, _ in warnings] == ["live_transcription_refused"] * 2


@pytest.mark.parametrize("provider", ["deepgram_streaming", "assemblyai_streaming", "local_streaming"])
def test_each_provider_hears_ticks_and_counts(tmp_path, provider):
    """They are told ticks and no signals, and begin with an empty file."""
    options = {"sample_rate": 48_000, "model": "m"}
    words = made(tmp_path, [], provider=provider, options=options, api_key="key")
    assert words is not None
    assert isinstance(words.output, LiveTranscriber)
    assert words.feed.on_signal is None
    assert words.statistics.provider == provider
    assert (tmp_path / LIVE_TRANSCRIPT_NAME).read_text() == ""
    words.words.close()


async def test_the_meetings_own_captions_are_live_words_with_names(tmp_path):
    """Names of who was there before; the bot's own captions are left out; what is open at the end is kept."""
    there = (
        ParticipantJoined("ada", "Ada", START_S - 5),
        ParticipantJoined("bot", "Roomtone", START_S - 5, is_self=True),
    )
    words = made(tmp_path, [], *there, provider="meeting_captions_streaming")
    assert words is not None
    feed = words.feed
    assert feed.on_tick is not None
    assert feed.on_signal is not None
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(words.output.run(), name="captions")
        feed.on_tick(Tick(0, START_S, {Speaker("ada", "Ada"): SILENCE}))
        feed.on_signal(CaptionHeard("1", "ada", "hello there", False, START_S + 2.0, "en-US"))
        feed.on_signal(CaptionHeard("9", "bot", "I am a bot", False, START_S + 2.0))
        feed.on_signal(ParticipantJoined("ada", "Ada Lovelace", START_S + 3))
        feed.on_tick(Tick(48_000 * 10, START_S + 10, {}))
        feed.on_signal(CaptionHeard("2", "", "who is this", False, START_S + 11.0))
        words.output.finish()
        await running
    lines = [json.loads(line) for line in (tmp_path / LIVE_TRANSCRIPT_NAME).read_text().splitlines()]
    assert [(line["speaker_name"], line["text"], line["start_s"]) for line in lines] == [
        ("Ada Lovelace", "hello there", 2.0),
        (None, "who is this", 11.0),
    ]
    assert lines[0]["language"] == "en-US"
    assert words.statistics.pieces == 4


@pytest.mark.parametrize(
    ("folder", "model"), [(None, "en-us"), ("/models/faster-whisper-small", "faster-whisper-small")]
)
async def test_the_local_engine_says_its_model(folder, model):
    """The kept words say what made them, although no option names it."""
    local = LiveTranscriptionStart(provider="local_streaming", whisper_model_dir=folder)
    provider = provider_of(local, lambda _seconds: None)
    assert provider.model == model
    await provider.aclose()
