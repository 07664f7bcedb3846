"""The platform's own captions as live words: no sound is sent anywhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.bot.speaker import SAMPLE_RATE_HZ, Speaker
from roomtone.session.capture.model import CaptionHeard, ParticipantJoined
from roomtone.session.live.transcription.stream_clock import StreamClock
from roomtone.session.live.transcription.updates import update_of
from roomtone.speech.streaming.captions import CaptionPieces, HeardCaption

if TYPE_CHECKING:
    from roomtone.session.capture.model import Signal, Tick
    from roomtone.session.live.transcription.told_words import ToldWords
    from roomtone.speech.streaming.captions import SpokenPiece

_CONNECTION = "captions"
_LOOK_EVERY_S = 0.5


class CaptionTranscriber:
    """A ``LiveOutput`` that is told every tick and every signal. Used on one event loop.

    Args:
        words: Told what was captioned; closed by ``run``.

    Attributes:
        n_pieces: Versions of captions.
    """

    def __init__(self, words: ToldWords) -> None:
        self.n_pieces = 0
        self._words = words
        self._captions = CaptionPieces()
        self._names: dict[str, str] = {}
        self._own_ids: set[str] = set()
        self._finishing = asyncio.Event()
        self._clock = StreamClock(SAMPLE_RATE_HZ)
        self._start_s: float | None = None
        self._looked_s = 0.0

    def on_tick(self, tick: Tick) -> None:
        """Learn how late it is: a caption that has not changed for long is final."""
        self._words.on_tick(tick)
        if self._start_s is None:
            self._start_s = tick.at_s - tick.position / SAMPLE_RATE_HZ
        now_s = tick.position / SAMPLE_RATE_HZ
        if now_s - self._looked_s >= _LOOK_EVERY_S and not self._finishing.is_set():
            self._looked_s = now_s
            self._tell(self._captions.settled(now_s))

    def on_signal(self, signal: Signal) -> None:
        """Take a caption, or a name."""
        if isinstance(signal, ParticipantJoined):
            self._names[signal.participant_id] = signal.name or self._names.get(signal.participant_id, "")
            if signal.is_self:
                self._own_ids.add(signal.participant_id)
        elif isinstance(signal, CaptionHeard) and not self._finishing.is_set():
            if signal.participant_id in self._own_ids:
                return
            at_s = 0.0 if self._start_s is None else max(0.0, signal.at_s - self._start_s)
            language = signal.language or None
            heard = HeardCaption(
                signal.caption_id, signal.participant_id, signal.text, signal.is_final, at_s, language
            )
            self._tell(self._captions.take(heard))

    def finish(self) -> None:
        """See ``LiveOutput``."""
        if not self._finishing.is_set():
            self._finishing.set()
            self._tell(self._captions.rest())
            self._words.finish()

    async def run(self) -> None:
        """See ``LiveOutput``."""
        try:
            await self._words.run()
        finally:
            self._words.close()

    def _tell(self, spoken: list[SpokenPiece]) -> None:
        for one in spoken:
            self.n_pieces += 1
            speaker = None
            if one.participant_id:
                speaker = Speaker(
                    one.participant_id, self._names.get(one.participant_id) or one.participant_id
                )
            self._words.take(update_of(one.piece, _CONNECTION, self._clock, speaker, 0.0))
