"""The live transcriber: hears the meeting, has it recognised, tells receivers and keeps what is final."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roomtone.bot.speaker import NO_SPEAKER, SAMPLE_RATE_HZ
from roomtone.session.capture.mixer import mix
from roomtone.session.capture.model import SILENCE
from roomtone.session.capture.own_voice import others_alone
from roomtone.session.live.transcription.mix_names import MixNames
from roomtone.session.live.transcription.speech_gate import TAIL_S, SpeechGate
from roomtone.session.live.transcription.stream_slots import MOST_STREAMS, StreamSlots
from roomtone.session.live.transcription.voice_stream import VoiceStream, VoiceTiming

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.bot.speaker import Speaker
    from roomtone.session.capture.model import Samples, Tick
    from roomtone.session.live.transcription.provider import Provider
    from roomtone.session.live.transcription.told_words import ToldWords
    from roomtone.session.live.transcription.troubles import Troubles
    from roomtone.session.live.transcription.updates import Update

LAST_WORDS_S = 2.6
"""How long the provider has for its last words when the stay is over."""
MOST_VOICES = 500
"""Beyond, further voices are not recognised: nobody meets so many in one meeting."""
THE_MIX = ""
"""The voice of everybody, where voices do not come by themselves."""
VAD_MODE = 2
"""Of 0 to 3: how sure the detector has to be that a sound is a voice."""


@dataclass(slots=True)
class _Voice:
    gate: SpeechGate
    stream: VoiceStream


@dataclass(frozen=True, slots=True)
class TranscriberTiming:
    """Bounds, in seconds.

    Attributes:
        tail_s: How much silence is sent after speech.
        last_words_s: See ``LAST_WORDS_S``.
        voice: Of each voice's connections.
        most_streams: Connections at once.
    """

    tail_s: float = TAIL_S
    last_words_s: float = LAST_WORDS_S
    voice: VoiceTiming = field(default_factory=VoiceTiming)
    most_streams: int = MOST_STREAMS


class LiveTranscriber:
    """A ``LiveOutput`` that is told every tick. Used on one event loop.

    Where voices come by themselves each has a stream of its own, under its participant's name; a mix has one,
    whose words are named afterwards.

    Args:
        provider: Who recognises; closed by ``run``.
        words: Told what was recognised; closed by ``run``.
        troubles: Told what goes wrong.
        make_detector: Makes what tells whether a tick sounds like a voice; one a voice.
        timing: Bounds.
    """

    def __init__(
        self,
        provider: Provider,
        words: ToldWords,
        troubles: Troubles,
        make_detector: Callable[[], Callable[[Samples], bool]],
        timing: TranscriberTiming | None = None,
    ) -> None:
        self._provider = provider
        self._words = words
        self._troubles = troubles
        self._make_detector = make_detector
        self._timing = timing or TranscriberTiming()
        self._slots = StreamSlots(self._make_room, self._timing.most_streams)
        self._names = MixNames()
        self._voices: dict[str, _Voice] = {}
        self._unstarted: list[VoiceStream] = []
        self._news = asyncio.Event()
        self._finishing = asyncio.Event()

    @property
    def n_pieces(self) -> int:
        """Pieces that the provider told."""
        return sum(voice.stream.n_pieces for voice in self._voices.values())

    @property
    def n_connections(self) -> int:
        """Connections with the provider so far."""
        return sum(voice.stream.n_connections for voice in self._voices.values())

    def on_tick(self, tick: Tick) -> None:
        """Take the next tick; never waits. After ``finish`` it is ignored."""
        if self._finishing.is_set():
            return
        self._words.on_tick(tick)
        voices = others_alone(tick).voices
        sounds: dict[str, tuple[Speaker | None, Samples]] = {}
        if tick.is_mix:
            self._names.hear(tick.position, voices)
            sounds[THE_MIX] = (None, mix(voices.values()))
        else:
            for speaker, samples in voices.items():
                known = None if speaker.speaker_id == NO_SPEAKER.speaker_id else speaker
                sounds[speaker.speaker_id] = (known, samples)
        for key, (who, samples) in sounds.items():
            voice = self._voices.get(key)
            if voice is None:
                if samples is SILENCE or len(self._voices) >= MOST_VOICES:
                    continue
                voice = self._begin(key)
            voice.stream.speaker = who
            self._hear(voice, tick.position, samples)
        for key, voice in self._voices.items():
            if key not in sounds:
                self._hear(voice, tick.position, SILENCE)
            voice.stream.keep_time(tick.position / SAMPLE_RATE_HZ)

    def finish(self) -> None:
        """See ``LiveOutput``."""
        if not self._finishing.is_set():
            self._finishing.set()
            for voice in self._voices.values():
                voice.stream.finish()
            self._news.set()

    async def run(self) -> None:
        """See ``LiveOutput``."""
        try:
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(self._words.run(), name="live-words")
                try:
                    await self._run_streams()
                finally:
                    self._words.finish()
                await asyncio.wait({telling})
        finally:
            self._words.close()
            await self._provider.aclose()

    async def _run_streams(self) -> None:
        """Run every voice's stream; after ``finish`` each has a moment for its last words."""
        try:
            await self._run_until_late()
        finally:
            self._troubles.dropped(sum(voice.stream.give_up() for voice in self._voices.values()))

    async def _run_until_late(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            running: set[asyncio.Task[None]] = set()
            while True:
                for stream in self._unstarted:
                    running.add(tasks.create_task(stream.run(), name="live-voice"))
                self._unstarted = []
                if self._finishing.is_set():
                    break
                self._news.clear()
                await self._news.wait()
            if running:
                _, late = await asyncio.wait(running, timeout=self._timing.last_words_s)
                for task in late:
                    task.cancel()

    def _begin(self, key: str) -> _Voice:
        stream = VoiceStream(
            len(self._voices),
            self._provider,
            self._slots,
            self._troubles,
            self._named if key == THE_MIX else self._words.take,
            self._words.close_connection,
            self._timing.voice,
        )
        voice = self._voices[key] = _Voice(SpeechGate(self._make_detector(), self._timing.tail_s), stream)
        self._unstarted.append(stream)
        self._news.set()
        return voice

    def _hear(self, voice: _Voice, position: int, samples: Samples) -> None:
        for spoken in voice.gate.hear(position, samples):
            voice.stream.hear(spoken)

    def _named(self, update: Update) -> None:
        for named in self._names.named(update):
            self._words.take(named)

    def _make_room(self) -> None:
        for voice in self._voices.values():
            voice.stream.poke()


def voice_detector() -> Callable[[Samples], bool]:
    """Tells whether a tick of 20 ms at 48,000 Hz sounds like a voice; keeps a state, so one a voice."""
    import webrtcvad

    detector = webrtcvad.Vad(VAD_MODE)
    return lambda samples: bool(
        detector.is_speech(samples.astype("<i2", copy=False).tobytes(), SAMPLE_RATE_HZ)
    )
