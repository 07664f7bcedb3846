"""Live words of a practice meeting, by providers that hear what the bot really sends them."""

from __future__ import annotations

import json
import statistics
import time
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.session.conftest import meeting_script
from tests.providers.assemblyai_streaming import AssemblyaiStreamingFake
from tests.providers.clips import words_of
from tests.providers.deepgram_streaming import DeepgramStreamingFake
from tests.providers.live_ear import LiveEar
from websockets.asyncio.server import serve

from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME, parse_segment
from roomtone.bot.session_protocol import LiveTranscriptionStart
from roomtone.bot.transcript_providers import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.providers.streaming_fake import StreamingFake
    from websockets.asyncio.server import ServerConnection

pytestmark = pytest.mark.browser

SAID = {"Ada Lovelace": "austen-0880", "Grace Hopper": "numbers"}
Messages = list[tuple[float, dict[str, Any]]]


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, Messages]]:
    """A WebSocket of a customer: its URL, and the words that came with when they came."""
    messages: Messages = []

    async def take(connection: ServerConnection) -> None:
        async for text in connection:
            message = json.loads(text)
            if "words" in message:
                messages.append((time.time(), message))

    async with serve(take, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/words", messages


async def live_words(
    stage: Callable[..., Any], start_session: Callable[..., Any], fake: StreamingFake, provider: str
) -> tuple[Messages, Path]:
    """What a customer is told of a meeting, and the session's folder."""
    async with receiver() as (url, messages):
        link = await stage(meeting_script())
        session = await start_session(
            link,
            {"live_transcription_required": {"websocket_url": url}},
            live_transcription=LiveTranscriptionStart(
                provider=provider,
                options=PROVIDERS[provider].options(transcription_mode="raw").model_dump(mode="json"),
                api_key=fake.key,
                base_url=fake.url,
                allow_private_networks=True,
            ),
        )
        ended = await session.end()
    assert ended.statistics.live_transcription is not None
    assert ended.statistics.live_transcription.seconds_dropped == 0
    return messages, session.directory


def check_words(messages: Messages, folder: Path) -> None:
    """Everybody's words are under their name, and as far apart as in the clip; the file has them too."""
    for name, clip in SAID.items():
        told = [message for _, message in messages if message["is_final"] and message["speakerName"] == name]
        words = list({word["start"]: word for message in told for word in message["words"]}.values())
        said = words_of(clip)
        assert [word["word"] for word in words] == [word.bare for word in said]
        spacing = [word["start"] - words[0]["start"] for word in words]
        assert spacing == pytest.approx([word.start_s - said[0].start_s for word in said], abs=0.15)
    lines = (folder / LIVE_TRANSCRIPT_NAME).read_text().splitlines()
    kept = [segment for segment in map(parse_segment, lines) if segment is not None]
    assert {segment.speaker_name for segment in kept} == set(SAID)


def latencies_s(messages: Messages, *, is_final: bool) -> list[float]:
    """How long after the end of its last word each message came."""
    found = []
    for came_s, message in messages:
        if message["is_final"] is is_final and message["words"]:
            first, last = message["words"][0], message["words"][-1]
            begun_s = datetime.fromisoformat(message["timestamp"]).timestamp()
            found.append(came_s - begun_s - (last["end"] - first["start"]))
    return found


async def test_live_words_have_their_speakers(stage, start_session):
    """Through the browser, the bot and Deepgram's protocol: each word under the name of who said it."""
    async with DeepgramStreamingFake(LiveEar()) as fake:
        messages, folder = await live_words(stage, start_session, fake, "deepgram_streaming")
        assert [connection.kinds[-1] for connection in fake.connections] == ["CloseStream"] * 2
    check_words(messages, folder)
    assert any(not message["is_final"] for _, message in messages)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fake_class", "provider", "patience_s"),
    [
        (DeepgramStreamingFake, "deepgram_streaming", 0.3),
        (AssemblyaiStreamingFake, "assemblyai_streaming", 0.4),
    ],
)
async def test_live_words_come_in_time(stage, start_session, fake_class, provider, patience_s, capsys):
    """Interim words within 1 s, final ones within 2 s of the utterance without the provider's patience."""
    async with fake_class(LiveEar()) as fake:
        messages, folder = await live_words(stage, start_session, fake, provider)
    interim_s, final_s = latencies_s(messages, is_final=False), latencies_s(messages, is_final=True)
    with capsys.disabled():
        print(
            f"\n{provider}: interim words {statistics.median(interim_s) * 1000:.0f} ms after they were said (most"
            f" {max(interim_s) * 1000:.0f}), final ones {statistics.median(final_s) * 1000:.0f} ms after the"
            f" utterance (most {max(final_s) * 1000:.0f}), of which {patience_s * 1000:.0f} ms are the provider's"
        )
    check_words(messages, folder)
    assert min(interim_s) < 1.0
    assert max(final_s) - patience_s < 2.0
