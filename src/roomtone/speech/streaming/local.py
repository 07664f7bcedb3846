"""Recognition of running speech on this machine, with no account and nothing sent anywhere."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from roomtone.speech.errors import UnsupportedOption
from roomtone.speech.local.choice import Choice, choose
from roomtone.speech.local.live_engine import LiveEngine
from roomtone.speech.local.utterances import SAMPLE_RATE_HZ
from roomtone.speech.streaming.errors import StreamEnded
from roomtone.speech.streaming.port import FLUSH, Piece
from roomtone.speech.streaming.utterance_cutter import SpokenUtterance, UtteranceCutter
from roomtone.speech.transcript import Word

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.streaming.port import Sound, Tell

BYTES_PER_S = SAMPLE_RATE_HZ * 2
MOST_WAITING_S = 60.0
"""Sound of one voice that waits for the engine; beyond, the oldest utterance that waits is dropped."""
INTERIM_EVERY_S = 0.5
"""How much more of an utterance is heard between two tellings of its words so far."""
_CHUNK_BYTES = BYTES_PER_S // 2
"""Heard at once at most, so that other voices get their turn."""
_VAD_MODE = 2
_TAIL_S = 2.0
"""Sound after the last words of what was said: longer than that it is told to have none."""


class LocalStreaming:
    """Pocketsphinx, or faster-whisper when a model of the operator's is given; see ``StreamingProvider``.

    All voices share one child, which is ended by ``aclose``. Utterances wait for it, the oldest first.

    Args:
        whisper_model: Folder of a CTranslate2 Whisper model; None: pocketsphinx with its own model.
        on_dropped: Told the seconds of sound that were dropped because the engine fell behind.
    """

    name = "local_streaming"

    def __init__(
        self,
        whisper_model: Path | None = None,
        *,
        on_dropped: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._whisper_model = whisper_model
        self._on_dropped = on_dropped
        self._engine: LiveEngine | None = None

    def sample_rate_hz(self, _options: dict[str, Any]) -> int:
        """16,000 Hz."""
        return SAMPLE_RATE_HZ

    async def stream(
        self,
        sound: Sound,
        options: dict[str, Any],
        account: Account | None,  # noqa: ARG002  it needs none
        tell: Tell,
    ) -> None:
        """See ``StreamingProvider.stream``."""
        engine = self._engine_for(options)
        await _Voice(engine, tell, self._on_dropped).run(sound)

    async def aclose(self) -> None:
        """End the child; nothing runs afterwards. Completes even when cancelled."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.aclose()

    def _engine_for(self, options: dict[str, Any]) -> LiveEngine:
        try:
            chosen: Choice = choose(options, self._whisper_model)
        except UnsupportedOption as problem:
            raise StreamEnded("bad_request", str(problem), retryable=False) from None
        if self._engine is None:
            model = {"model": str(self._whisper_model), "language": chosen.language}
            self._engine = LiveEngine(chosen.engine, model)
        return self._engine


class _Voice:
    """One stream: cuts utterances as the sound comes, and has them heard one after the other."""

    def __init__(self, engine: LiveEngine, tell: Tell, on_dropped: Callable[[float], None]) -> None:
        import webrtcvad

        detector = webrtcvad.Vad(_VAD_MODE)
        self._engine = engine
        self._tell = tell
        self._on_dropped = on_dropped
        self._cutter = UtteranceCutter(lambda frame: bool(detector.is_speech(frame, SAMPLE_RATE_HZ)))
        self._waiting: deque[SpokenUtterance] = deque()
        self._news = asyncio.Event()
        self._is_over = False
        self._n_told = 0
        self._heard_s = 0.0
        self._paused_s = 0.0
        self._done_s = 0.0
        self._words_until_s = 0.0

    async def run(self, sound: Sound) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(sound), name="local-listen")
                tasks.create_task(self._recognise(), name="local-recognise")
        except* StreamEnded as several:
            raise several.exceptions[0] from None

    async def _listen(self, sound: Sound) -> None:
        async for pcm in sound:
            if pcm == FLUSH:
                self._cutter.pause()
                self._paused_s = self._heard_s
            else:
                self._heard_s += len(pcm) / BYTES_PER_S
                self._waiting += self._cutter.hear(pcm)
                self._drop_too_much()
            self._news.set()
        self._cutter.pause()
        self._is_over = True
        self._news.set()

    def _drop_too_much(self) -> None:
        waiting_s = sum(len(one.pcm) for one in self._waiting) / BYTES_PER_S
        while waiting_s > MOST_WAITING_S and self._waiting and self._waiting[0].is_over:
            dropped = self._waiting.popleft()
            dropped_s = len(dropped.pcm) / BYTES_PER_S
            waiting_s -= dropped_s
            self._on_dropped(dropped_s)
            self._tell(_wordless(dropped.start_s, dropped.start_s + dropped_s))

    async def _recognise(self) -> None:
        while True:
            if self._waiting:
                await self._hear(self._waiting.popleft)
                continue
            self._tell_pause()
            if self._is_over:
                return
            self._news.clear()
            await self._news.wait()

    def _tell_pause(self) -> None:
        """Everything up to the last pause was heard: what of it has no words has none."""
        if self._paused_s > self._done_s:
            from_s = max(self._done_s, self._words_until_s)
            if from_s == self._done_s or self._paused_s - from_s > _TAIL_S:
                self._tell(_wordless(from_s, self._paused_s))
            self._done_s = self._paused_s

    async def _hear(self, oldest: Callable[[], SpokenUtterance]) -> None:
        seat = await self._engine.take_seat()
        try:
            if self._waiting:  # not dropped while there was no seat
                await self._hear_on(seat, oldest())
        finally:
            self._engine.leave_seat(seat)

    async def _hear_on(self, seat: int, utterance: SpokenUtterance) -> None:
        generation = await self._engine.begin(seat)
        number = self._n_told
        self._n_told += 1
        untold_bytes = 0
        told: list[list[Any]] = []
        while utterance.pcm or not utterance.is_over:
            pcm = utterance.take(_CHUNK_BYTES)
            if not pcm:
                self._news.clear()
                await self._news.wait()
                continue
            untold_bytes += len(pcm)
            is_due = untold_bytes >= INTERIM_EVERY_S * BYTES_PER_S and not utterance.is_over
            words = await self._engine.hear(seat, pcm, generation, so_far=is_due)
            if is_due:
                untold_bytes = 0
            if words and words != told:
                told = words
                self._tell(_piece(number, utterance, words, is_final=False, language=None))
        words, language = await self._engine.finish(seat, generation)
        if words or told:
            piece = _piece(number, utterance, words, is_final=True, language=language)
            self._words_until_s = max([self._words_until_s, *(word.end_s for word in piece.words)])
            self._tell(piece)


def _wordless(from_s: float, until_s: float) -> Piece:
    return Piece(-1, -1, (), "", is_final=False, ends_utterance=False, wordless_s=(from_s, until_s))


def _piece(
    number: int, utterance: SpokenUtterance, found: list[list[Any]], *, is_final: bool, language: str | None
) -> Piece:
    words = tuple(
        Word(
            text=text,
            start_s=utterance.start_s + start_s,
            end_s=utterance.start_s + end_s,
            punctuated=shown,
            confidence=confidence,
        )
        for text, shown, start_s, end_s, confidence in found
    )
    return Piece(
        segment=number,
        utterance=number,
        words=words,
        text=" ".join(word.shown for word in words),
        is_final=is_final,
        ends_utterance=is_final and bool(words),
        n_final_words=len(words) if is_final else 0,
        language=language,
    )
