"""A transcriber that is given a meeting tick by tick, much faster than it would last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME, LiveSegment, parse_segment
from roomtone.session.capture.model import SILENCE, Tick
from roomtone.session.live.transcription.kept_lines import KeptLines
from roomtone.session.live.transcription.message_queue import MessageQueue
from roomtone.session.live.transcription.payload import Payloads
from roomtone.session.live.transcription.provider import Provider
from roomtone.session.live.transcription.told_words import ToldWords
from roomtone.session.live.transcription.transcriber import LiveTranscriber, TranscriberTiming
from roomtone.session.live.transcription.troubles import Troubles
from roomtone.session.live.transcription.utterance_book import Mode, UtteranceBook
from roomtone.session.live.transcription.voice_stream import VoiceTiming
from roomtone.speech.live_transcript import last_versions

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from tests.providers.tone_provider import ToneProvider

    from roomtone.bot.speaker import Speaker

START_S = 1000.0
QUICK = VoiceTiming(longest_delay_s=0.01)


@dataclass
class KeptReceiver:
    """A receiver that keeps everything."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    queue: MessageQueue = field(default_factory=MessageQueue)
    n_sent: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, message: Any) -> None:
        """Keep it."""
        self.messages.append(dict(message))

    async def run(self) -> None:
        """Wait for the end."""
        await self.over.wait()

    def finish(self) -> None:
        """The end."""
        self.over.set()


@dataclass
class Live:
    """A transcriber at work.

    Attributes:
        now_s: How much of the meeting it was given.
    """

    transcriber: LiveTranscriber
    receiver: KeptReceiver
    warnings: list[tuple[str, str]]
    folder: Path
    troubles: Troubles
    now_s: float = 0.0

    async def hear(
        self, voices: dict[Speaker, NDArray[np.int16]], *, is_mix: bool = False, own_id: str | None = None
    ) -> None:
        """Give it so much of the meeting as the longest sound lasts."""
        for first in range(0, max(sound.size for sound in voices.values()), 960):
            parts = {speaker: _tick_of(sound, first) for speaker, sound in voices.items()}
            self.transcriber.on_tick(
                Tick(round(self.now_s * 48_000), START_S + self.now_s, parts, own_id, is_mix)
            )
            self.now_s += 0.02
            if first % 2880 == 0:
                for _ in range(4):
                    await asyncio.sleep(0)

    async def settle(self, condition: Callable[[], object]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.002)

    @property
    def codes(self) -> list[str]:
        """Of the warnings."""
        return [code for code, _ in self.warnings]

    @property
    def finals(self) -> list[dict[str, Any]]:
        """The messages with final words."""
        return [message for message in self.receiver.messages if message["is_final"]]

    @property
    def final_words(self) -> list[str]:
        """All final words in the order in which they were told."""
        return [word["word"] for message in self.finals for word in message["words"]]

    @property
    def kept(self) -> list[LiveSegment]:
        """What the file has, in its last version."""
        lines = (self.folder / LIVE_TRANSCRIPT_NAME).read_text().splitlines()
        segments = [parse_segment(line) for line in lines]
        assert None not in segments
        return last_versions(segment for segment in segments if segment is not None)


def _tick_of(sound: NDArray[np.int16], first: int) -> NDArray[np.int16]:
    part = sound[first : first + 960]
    if part.size < 960 or not part.any():
        return SILENCE
    return part


Start = Callable[..., Any]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts transcribers; the argument is the provider."""

    @asynccontextmanager
    async def running(
        tones: ToneProvider,
        mode: Mode = "raw",
        timing: TranscriberTiming | None = None,
        *,
        tells_wordless: bool = False,
    ) -> AsyncIterator[Live]:
        warnings: list[tuple[str, str]] = []
        troubles = Troubles(lambda code, message: warnings.append((code, message)))
        receiver = KeptReceiver()
        words = ToldWords(
            UtteranceBook(mode),
            Payloads("bot-1", mode, {"team": "red"}),
            KeptLines(tmp_path, "tones", "sines"),
            [receiver],
        )
        transcriber = LiveTranscriber(
            Provider(tones, {}, None, tells_wordless=tells_wordless),
            words,
            troubles,
            lambda: lambda samples: bool(np.abs(samples.astype(np.int32)).max() > 500),
            timing or TranscriberTiming(voice=QUICK),
        )
        live = Live(transcriber, receiver, warnings, tmp_path, troubles)
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(transcriber.run(), name="transcriber")
            yield live
            transcriber.finish()
            await task
        assert tones.is_open == 0

    return running
