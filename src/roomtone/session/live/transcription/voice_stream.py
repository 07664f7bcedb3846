"""One voice's way to the provider: connections that come and go, and no word lost between them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from roomtone.session.live.reconnect_delay import ReconnectDelay
from roomtone.session.live.transcription.kept_sound import KEEP_S, KeptSound
from roomtone.session.live.transcription.sound_runs import SoundRuns
from roomtone.session.live.transcription.speech_gate import TICK_S
from roomtone.session.live.transcription.stream_clock import StreamClock
from roomtone.session.live.transcription.updates import update_of
from roomtone.speech.streaming.errors import StreamEnded

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from roomtone.bot.speaker import Speaker
    from roomtone.session.live.transcription.provider import Provider
    from roomtone.session.live.transcription.speech_gate import Spoken
    from roomtone.session.live.transcription.stream_slots import StreamSlots
    from roomtone.session.live.transcription.troubles import Troubles
    from roomtone.session.live.transcription.updates import Update
    from roomtone.speech.streaming.port import Piece

IDLE_S = 30.0
"""A connection on which nothing is said for so long is closed: some providers bill the time."""
STALL_S = 20.0
"""A provider that takes nothing for so long, while something waits, is given up and dialled again."""
LONGEST_DELAY_S = 8.0
"""Longest wait before it is dialled again: much shorter than sound is kept."""
ANSWER_S = 5.0
"""A connection that ends so long after a pause, with nothing pending, has said what it had to say."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class VoiceTiming:
    """Bounds, in seconds; see the constants of the same names."""

    idle_s: float = IDLE_S
    stall_s: float = STALL_S
    keep_s: float = KEEP_S
    longest_delay_s: float = LONGEST_DELAY_S


class VoiceStream:
    """One voice, or the mix; used on one event loop.

    Args:
        number: Of the voice within the meeting.
        provider: Who recognises.
        slots: Bounds how many connections there are.
        troubles: Told what goes wrong and right.
        on_update: Told every update.
        on_closed: Told the name of each connection that is over: nothing of it will change any more.
        timing: Bounds.

    Attributes:
        speaker: Whose voice it is; the newest name. None: nobody could be named, or the mix.
        n_connections: Connections so far.
        n_pieces: Pieces that the provider told.
    """

    def __init__(
        self,
        number: int,
        provider: Provider,
        slots: StreamSlots,
        troubles: Troubles,
        on_update: Callable[[Update], None],
        on_closed: Callable[[str], None],
        timing: VoiceTiming,
    ) -> None:
        self.speaker: Speaker | None = None
        self.n_connections = 0
        self.n_pieces = 0
        self._number = number
        self._provider = provider
        self._slots = slots
        self._troubles = troubles
        self._on_update = on_update
        self._on_closed = on_closed
        self._timing = timing
        self._runs = SoundRuns(provider.sample_rate_hz)
        self._kept = KeptSound(provider.sample_rate_hz, timing.keep_s)
        self._delay = ReconnectDelay(timing.longest_delay_s)
        self._news = asyncio.Event()
        self._finishing = asyncio.Event()
        self._settled_s = 0.0
        self._open_segments: set[int] = set()
        self._paused_s: float | None = None
        self._taken_s = 0.0
        self._wait_s = 0.0
        self._is_over = False
        self._attempt: asyncio.Timeout | None = None

    def hear(self, spoken: Spoken | None) -> None:
        """Take speech that is to be sent, or a pause; never waits."""
        if self._is_over:
            if spoken is not None and not spoken.is_quiet:
                self._troubles.unheard(TICK_S)
            return
        for piece in self._runs.pause() if spoken is None else self._runs.add(spoken):
            if not self._kept.is_waiting:  # in a pause nothing could be taken
                self._taken_s = asyncio.get_running_loop().time()
            self._kept.add(piece)
            self._news.set()

    def keep_time(self, recorded_s: float) -> None:
        """The recording is so long now: what is too old is dropped, a provider that hangs is given up."""
        dropped_s = self._kept.expire(recorded_s)
        if dropped_s:
            self._troubles.dropped(dropped_s)
        attempt = self._attempt
        if attempt is None or not self._kept.is_waiting:
            return
        if asyncio.get_running_loop().time() - self._taken_s > self._timing.stall_s:
            with contextlib.suppress(RuntimeError):  # it is ending already
                attempt.reschedule(asyncio.get_running_loop().time())

    def finish(self) -> None:
        """No sound follows: `run` has the rest recognised and returns."""
        self.hear(None)
        self._finishing.set()
        self._news.set()

    def poke(self) -> None:
        """Somebody waits for a connection: one that is idle is given up."""
        self._news.set()

    async def run(self) -> None:
        """Connect when there is something to hear; returns after ``finish`` or when it is in vain."""
        while await self._something_waits():
            async with self._slots.held():
                if not self._kept.is_waiting:
                    continue
                problem = await self._connection()
            if problem is None:
                continue
            if not problem.retryable or self._troubles.is_hopeless:
                break
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wait_s):
                    await self._finishing.wait()
            if self._finishing.is_set():
                break
        self._troubles.dropped(self.give_up())

    def give_up(self) -> float:
        """Nothing is heard any more; the seconds of speech whose words were not final."""
        self._is_over = True
        overdue_s = self._overdue_s()
        return overdue_s + self._kept.give_up()

    def _overdue_s(self) -> float:
        """Speech too old to be heard again that the provider, as far as it says, had not done with; once."""
        overdue_s = self._kept.drop_overdue()
        return overdue_s if self._open_segments or self._provider.tells_wordless else 0.0

    async def _something_waits(self) -> bool:
        while not self._kept.is_waiting:
            if self._finishing.is_set() or self._troubles.is_hopeless:
                return False
            self._news.clear()
            await self._news.wait()
        return not self._troubles.is_hopeless

    async def _connection(self) -> StreamEnded | None:
        """One connection from its opening to its end; why it ended before the sound did, or None."""
        name = f"{self._number}-{self.n_connections}"
        self.n_connections += 1
        loop = asyncio.get_running_loop()
        clock = StreamClock(self._provider.sample_rate_hz)
        begun_s = self._taken_s = loop.time()
        self._open_segments.clear()

        settled_s = self._settled_s

        def tell(piece: Piece) -> None:
            self._heard(piece, name, clock, settled_s)

        problem: StreamEnded | None = None
        try:
            async with (
                asyncio.timeout(None) as self._attempt,
                contextlib.aclosing(self._sound(clock)) as sound,
            ):
                await self._provider.stream(sound, tell)
        except StreamEnded as ended:
            problem = ended
        except TimeoutError:
            message = f"the provider took nothing for {self._timing.stall_s:.0f} s"
            problem = StreamEnded("unreachable", message, retryable=True)
        except Exception as mistake:  # a mistake of ours here must not end the recording
            log.exception("live_transcription.stream_failed", provider=self._provider.name)
            message = f"recognising failed: {type(mistake).__name__}"
            problem = StreamEnded("engine_failed", message, retryable=True)
        finally:
            self._attempt = None
            self._on_closed(name)
        return self._ended(problem, loop.time() - begun_s)

    def _ended(self, problem: StreamEnded | None, lasted_s: float) -> StreamEnded | None:
        """What becomes of the sound that was taken; the problem, unless it is none."""
        if problem is None:
            self._kept.settle_all_taken()
            return None
        if problem.retryable and (problem.code == "idle" or self._has_said_all()):
            self._kept.settle_all_taken()
            self._troubles.reconnected(self._kept.is_waiting)
            return None
        overdue_s = self._overdue_s()
        self._kept.rewind()
        self._wait_s = self._delay.after(lasted_s, random.random())  # noqa: S311  jitter
        self._troubles.ended(problem)
        self._troubles.dropped(overdue_s)
        return problem

    def _has_said_all(self) -> bool:
        """Whether the provider had long said all that it had to say when it hung up."""
        if self._kept.is_waiting or self._open_segments or self._paused_s is None:
            return False
        if self._provider.tells_wordless and self._kept.has_unsettled_speech:
            return False
        return asyncio.get_running_loop().time() - self._paused_s > ANSWER_S

    async def _sound(self, clock: StreamClock) -> AsyncGenerator[bytes]:
        """What the connection is given; ends when nothing is said for long, or nothing will be."""
        loop = asyncio.get_running_loop()
        while True:
            piece = self._kept.take()
            if piece is not None:
                self._taken_s = loop.time()
                self._paused_s = None if piece.pcm else self._taken_s
                clock.give(piece.at_s, piece.pcm)
                yield piece.pcm
                self._taken_s = loop.time()
                continue
            is_idle = self._paused_s is not None and not self._open_segments
            if self._finishing.is_set() or self._troubles.is_hopeless or (is_idle and self._slots.is_wanted):
                return
            self._news.clear()
            try:
                async with asyncio.timeout(self._timing.idle_s):
                    await self._news.wait()
            except TimeoutError:
                return

    def _heard(self, piece: Piece, name: str, clock: StreamClock, settled_s: float) -> None:
        if piece.wordless_s is not None:
            from_s, until_s = piece.wordless_s
            self._kept.forget(clock.begins_s(from_s), clock.ends_s(until_s))
            return
        self.n_pieces += 1
        self._troubles.heard()
        update = update_of(piece, name, clock, self.speaker, settled_s)
        if piece.is_final:
            self._open_segments.discard(piece.segment)
        else:
            self._open_segments.add(piece.segment)
        if piece.is_final and piece.words:
            ends_s = clock.ends_s(max(word.end_s for word in piece.words))
            self._settled_s = max(self._settled_s, ends_s)
            self._kept.settle(ends_s)
        self._on_update(update)
