"""A meeting's voices, streamed to fakes of the providers that hear what they are really sent."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soxr
from tests.providers.assemblyai_streaming import AssemblyaiStreamingFake
from tests.providers.clips import sound_of, words_of
from tests.providers.deepgram_streaming import DeepgramStreamingFake
from tests.providers.live_ear import LiveEar
from tests.providers.recognised import account_of
from tests.providers.streaming_fake import Fault

from roomtone.bot.speaker import SAMPLE_RATE_HZ, Speaker
from roomtone.bot.transcript_providers import PROVIDERS
from roomtone.session.capture.model import SILENCE, Tick
from roomtone.session.live.transcription.kept_lines import KeptLines
from roomtone.session.live.transcription.message_queue import MessageQueue
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
from roomtone.session.live.transcription.voice_stream import VoiceTiming
from roomtone.speech.streaming.assemblyai import AssemblyaiStreaming
from roomtone.speech.streaming.deepgram import DeepgramStreaming
from roomtone.speech.streaming.provider_socket import SocketTiming

if TYPE_CHECKING:
    from pathlib import Path

    from tests.providers.script import ScriptedWord
    from tests.providers.streaming_fake import StreamingFake

    from roomtone.speech.streaming.port import StreamingProvider

ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Gräce 🎧")
SAID = {
    ADA: (("something", 1.0), ("numbers", 9.0), ("goforward", 16.0)),
    GRACE: (("goforward", 5.0), ("austen-0880", 9.5)),
}
LENGTH_S = 20.0
CASES: dict[str, tuple[type[StreamingFake], StreamingProvider]] = {
    "deepgram": (DeepgramStreamingFake, DeepgramStreaming()),
    "assemblyai": (AssemblyaiStreamingFake, AssemblyaiStreaming(SocketTiming())),
}


@dataclass
class TimedReceiver:
    """A receiver that keeps every message with when it came."""

    messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    queue: MessageQueue = field(default_factory=MessageQueue)
    n_sent: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, message: Any) -> None:
        """Keep it."""
        self.messages.append((time.monotonic(), dict(message)))

    async def run(self) -> None:
        """Wait for the end."""
        await self.over.wait()

    def finish(self) -> None:
        """The end."""
        self.over.set()

    def final_words(self, speaker: Speaker) -> list[tuple[str, float]]:
        """A speaker's final words with their beginnings, in order; each once."""
        words = {
            (round(word["start"], 2), word["word"])
            for _, message in self.messages
            if message["is_final"] and message["speakerId"] == speaker.speaker_id
            for word in message["words"]
        }
        return [(word, start_s) for start_s, word in sorted(words)]


def words_said(speaker: Speaker) -> list[ScriptedWord]:
    """What a speaker says, and when."""
    return [word for name, at_s in SAID[speaker] for word in words_of(name, at_s)]


def meeting() -> list[dict[Speaker, np.ndarray[Any, np.dtype[np.int16]]]]:
    """The voices, tick by tick."""
    voices = {}
    for speaker, clips in SAID.items():
        sound = np.zeros(round(LENGTH_S * SAMPLE_RATE_HZ))
        for name, at_s in clips:
            clip = soxr.resample(sound_of(name).astype(np.float64), 16_000, SAMPLE_RATE_HZ)
            first = round(at_s * SAMPLE_RATE_HZ)
            sound[first : first + len(clip)] += clip
        voices[speaker] = np.clip(sound, -32_768, 32_767).astype(np.int16)
    return [
        {
            speaker: sound[first : first + 960] if sound[first : first + 960].any() else SILENCE
            for speaker, sound in voices.items()
        }
        for first in range(0, round(LENGTH_S * SAMPLE_RATE_HZ), 960)
    ]


async def transcribed(
    client: StreamingProvider, fake: StreamingFake, folder: Path, pause_s: float, **options: Any
) -> tuple[TimedReceiver, list[str], float]:
    """The meeting, heard live.

    Args:
        client: Who recognises.
        fake: Where.
        folder: For the file.
        pause_s: Between two ticks; 0.02 is real time.
        options: The provider's.

    Returns:
        Who was told, the codes of warnings, and when the meeting began on ``time.monotonic``.
    """
    receiver, warnings = TimedReceiver(), list[str]()
    chosen = PROVIDERS[client.name].options(**options).model_dump(mode="json")
    words = ToldWords(
        UtteranceBook("raw"), Payloads("bot", "raw", {}), KeptLines(folder, client.name, ""), [receiver]
    )
    transcriber = LiveTranscriber(
        Provider(client, chosen, account_of(fake)),
        words,
        Troubles(lambda code, _: warnings.append(code)),
        voice_detector,
        TranscriberTiming(voice=VoiceTiming(longest_delay_s=0.05)),
    )
    ticks = meeting()
    begun_s = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(transcriber.run(), name="transcriber")
        for n, voices in enumerate(ticks):
            transcriber.on_tick(Tick(n * 960, n * 0.02, voices))
            await asyncio.sleep(max(0.0, begun_s + (n + 1) * pause_s - time.monotonic()))
        transcriber.finish()
        await running
    return receiver, warnings, begun_s


@pytest.mark.parametrize("provider", CASES)
@pytest.mark.parametrize("faults", [[], [Fault(close_code=0, after_s=2.0)]], ids=["well", "lost-once"])
async def test_words_have_their_speakers_and_times(provider, faults, tmp_path):
    """Two people, at times at once: each word has its name and time, also when a connection is lost."""
    fake_class, client = CASES[provider]
    async with fake_class(LiveEar(), faults=faults) as fake:
        receiver, warnings, _ = await transcribed(client, fake, tmp_path, 0.0005)
        assert all(
            "Terminate" in c.kinds or "CloseStream" in c.kinds for c in fake.connections[len(faults) :]
        )
    for speaker in SAID:
        told = receiver.final_words(speaker)
        assert [word for word, _ in told] == [word.bare for word in words_said(speaker)]
        assert [at_s for _, at_s in told] == pytest.approx([w.start_s for w in words_said(speaker)], abs=0.03)
    assert {message["speakerName"] for _, message in receiver.messages} == {s.speaker_name for s in SAID}
    assert len(warnings) == 2 * len(faults)


@pytest.mark.slow
@pytest.mark.parametrize("provider", CASES)
async def test_live_words_come_in_time(provider, tmp_path, capsys):
    """Interim words within 1 s, final ones within 2 s of the utterance without the provider's patience."""
    fake_class, client = CASES[provider]
    async with fake_class(LiveEar()) as fake:
        receiver, _, begun_s = await transcribed(client, fake, tmp_path, 0.02)
    patience_s = {"deepgram": 0.3, "assemblyai": 0.4}[provider]
    interim_s: list[float] = []
    final_s: list[float] = []
    for came_s, message in receiver.messages:
        if message["words"]:
            after_s = came_s - begun_s - message["words"][-1]["end"]
            (final_s if message["is_final"] else interim_s).append(after_s)
    with capsys.disabled():
        print(
            f"\n{provider}: interim words {statistics.median(interim_s) * 1000:.0f} ms after they were said (most"
            f" {max(interim_s) * 1000:.0f}), final ones {statistics.median(final_s) * 1000:.0f} ms after the"
            f" utterance (most {max(final_s) * 1000:.0f}), of which {patience_s * 1000:.0f} ms are the provider's"
        )
    assert len(final_s) == 5
    assert statistics.median(interim_s) < 1.0
    assert max(final_s) - patience_s < 2.0
