"""A recogniser of words that are tones: what it tells depends on nothing but the sound that it is given.

Word number n is a tone of ``300 + 40 n`` Hz. So a word that is cut, lost or heard twice shows.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from roomtone.speech.streaming.port import FLUSH, Piece
from roomtone.speech.transcript import Word

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from roomtone.speech.accounts import Account
    from roomtone.speech.streaming.errors import StreamEnded
    from roomtone.speech.streaming.port import Sound, Tell

WORD_S = 0.3
LEAST_S = 0.2
"""A shorter tone is noise: a word that was cut is not recognised."""
SILENCE_S = 0.5
"""So much silence ends an utterance."""
_LOUD = 500
_BLOCK_S = 0.01


def tone(number: int, length_s: float = WORD_S, rate: int = 48_000) -> NDArray[np.int16]:
    """The sound of a word."""
    times = np.arange(round(length_s * rate)) / rate
    return (8000 * np.sin(2 * np.pi * (300 + 40 * number) * times)).astype(np.int16)


def spoken(words: dict[float, int], length_s: float, rate: int = 48_000) -> NDArray[np.int16]:
    """Sound in which words begin at the times that are their keys."""
    sound = np.zeros(round(length_s * rate), np.int16)
    for start_s, number in words.items():
        first = round(start_s * rate)
        word = tone(number, rate=rate)
        sound[first : first + word.size] = word[: sound.size - first]
    return sound


@dataclass
class ToneProvider:
    """A ``StreamingProvider``.

    Attributes:
        rate: What it wants its sound in.
        problem: Asked at each connection's start and with every piece of sound for what goes wrong; told the
            connection's number and the seconds of sound that it heard.
        heard_s: Seconds of sound of each connection.
        is_open: Connections that are open.
        most_open: As many as there were at once.
        ended_well: Connections whose sound ended.
    """

    rate: int = 16_000
    problem: Callable[[int, float], StreamEnded | None] = lambda _number, _heard_s: None
    name: str = "tones"
    heard_s: list[float] = field(default_factory=list)
    is_open: int = 0
    most_open: int = 0
    ended_well: int = 0

    def sample_rate_hz(self, _options: dict[str, Any]) -> int:
        """See the port."""
        return self.rate

    async def stream(
        self, sound: Sound, options: dict[str, Any], account: Account | None, tell: Tell
    ) -> None:
        """See the port."""
        del options, account
        number = len(self.heard_s)
        self.heard_s.append(0.0)
        self.is_open += 1
        self.most_open = max(self.most_open, self.is_open)
        hearing = _Hearing(self.rate, tell)
        try:
            self._fail(number)
            async for pcm in sound:
                self.heard_s[number] += len(pcm) / 2 / self.rate
                self._fail(number)
                if pcm == FLUSH:
                    hearing.flush()
                else:
                    hearing.hear(pcm)
                await asyncio.sleep(0)
            hearing.flush()
            self.ended_well += 1
        finally:
            self.is_open -= 1

    def _fail(self, number: int) -> None:
        if (problem := self.problem(number, self.heard_s[number])) is not None:
            raise problem


class _Hearing:
    def __init__(self, rate: int, tell: Tell) -> None:
        self._rate = rate
        self._tell = tell
        self._block = round(rate * _BLOCK_S)
        self._rest = np.zeros(0, np.int16)
        self._n_blocks = 0
        self._tone: list[NDArray[np.int16]] = []
        self._words: list[Word] = []
        self._segment = 0

    def hear(self, pcm: bytes) -> None:
        self._rest = np.concatenate([self._rest, np.frombuffer(pcm, "<i2")])
        while self._rest.size >= self._block:
            block, self._rest = self._rest[: self._block], self._rest[self._block :]
            self._n_blocks += 1
            if int(np.abs(block.astype(np.int32)).max()) >= _LOUD:
                self._tone.append(block)
                continue
            self._end_word(1)
            if self._words and self._n_blocks * _BLOCK_S - self._words[-1].end_s >= SILENCE_S:
                self._final()

    def flush(self) -> None:
        self._end_word(0)
        self._final()

    def _end_word(self, n_after: int) -> None:
        if not self._tone:
            return
        sound = np.concatenate(self._tone)
        end_s = (self._n_blocks - n_after) * _BLOCK_S
        start_s = end_s - len(self._tone) * _BLOCK_S
        self._tone = []
        if end_s - start_s < LEAST_S:
            return
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size), 1 << 16))
        number = round((int(spectrum.argmax()) * self._rate / (1 << 16) - 300) / 40)
        self._words.append(Word(f"w{number}", start_s, end_s, confidence=0.9))
        self._tell(self._piece(is_final=False))

    def _final(self) -> None:
        if self._words:
            self._tell(self._piece(is_final=True))
            self._words = []
            self._segment += 1

    def _piece(self, *, is_final: bool) -> Piece:
        words = tuple(self._words)
        return Piece(
            segment=self._segment,
            utterance=self._segment,
            words=words,
            text=" ".join(word.text for word in words),
            is_final=is_final,
            ends_utterance=is_final,
            n_final_words=len(words) if is_final else 0,
        )
