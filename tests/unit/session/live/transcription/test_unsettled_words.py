"""Speech whose words never became final is counted and told; noise, silence and late words are not."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from tests.providers.tone_provider import ToneProvider, spoken

from roomtone.bot.speaker import Speaker
from roomtone.session.live.transcription.kept_sound import KeptPiece, KeptSound
from roomtone.session.live.transcription.transcriber import TranscriberTiming
from roomtone.session.live.transcription.unsettled_speech import Stretch, Stretches, speech_s
from roomtone.session.live.transcription.voice_stream import VoiceTiming
from roomtone.speech.streaming.errors import StreamEnded
from roomtone.speech.streaming.port import Piece

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from roomtone.speech.streaming.port import Sound, Tell

ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Grace")
QUICK = VoiceTiming(longest_delay_s=0.01)
IMPATIENT = TranscriberTiming(last_words_s=0.1, voice=QUICK)
DROPPED = "live_transcription_dropped"
SPEECH = {round(0.5 + 0.4 * number, 3): number for number in range(10)}
"""4 s of speech."""


class BusyProvider(ToneProvider):
    """Takes sound at once, and recognises it only when it is let; what it took first it may be told to lose."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()
        self.problem_s: StreamEnded | None = None
        self.n_calls = 0

    async def stream(self, sound: Sound, options, account, tell: Tell) -> None:
        """See the port."""
        self.n_calls += 1
        taken: asyncio.Queue[bytes | None] = asyncio.Queue()

        async def late() -> AsyncIterator[bytes]:
            await self.free.wait()
            while (pcm := await taken.get()) is not None:
                yield pcm

        async def take() -> None:
            async for pcm in sound:
                taken.put_nowait(pcm)
            taken.put_nowait(None)

        async def break_off() -> None:
            await self.free.wait()
            if self.problem_s is not None:
                problem, self.problem_s = self.problem_s, None
                raise problem

        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(take(), name="take")
                tasks.create_task(break_off(), name="break")
                tasks.create_task(super().stream(late(), options, account, tell), name="hear")
        except* StreamEnded as several:
            raise several.exceptions[0] from None


def seconds_in(message: str) -> float:
    """What a warning says."""
    found = re.search(r"([\d.]+) s of sound have no words", message)
    assert found is not None
    return float(found[1])


async def test_words_that_are_not_final_when_the_stay_is_over_are_counted_and_told_once(start):
    """The provider took everything and still works: the speech of two people, without the silence after it."""
    async with start(BusyProvider(), timing=IMPATIENT) as live:
        await live.hear({ADA: spoken(SPEECH, 8.0), GRACE: spoken(SPEECH, 8.0)})
    assert live.final_words == []
    assert live.troubles.dropped_s == pytest.approx(2 * 4.0, abs=0.8)
    assert live.codes == [DROPPED]
    assert seconds_in(live.warnings[0][1]) == pytest.approx(live.troubles.dropped_s, abs=0.06)


async def test_a_quiet_tail_is_not_told_as_lost(start):
    """Every word is final, and then the provider hangs in the silence after it."""
    tones = ToneProvider()
    whole = tones.stream

    async def hang_at_the_end(sound, options, account, tell):
        async def unending() -> AsyncIterator[bytes]:
            async for pcm in sound:
                yield pcm
            await asyncio.Event().wait()

        await whole(unending(), options, account, tell)

    tones.stream = hang_at_the_end  # type: ignore[method-assign]
    async with start(tones, timing=IMPATIENT) as live:
        await live.hear({ADA: spoken(SPEECH, 8.0)})
    assert len(live.final_words) == 10
    assert (live.troubles.dropped_s, live.codes) == (0, [])


@pytest.mark.parametrize("tells_wordless", [False, True])
async def test_words_that_come_late_are_no_lost_words(start, tells_wordless):
    """Taken, recognised 90 s later: every word comes, nothing is told as lost."""
    tones = BusyProvider()
    async with start(tones, tells_wordless=tells_wordless) as live:
        await live.hear({ADA: spoken(SPEECH, 90.0)})
        tones.free.set()
        await live.settle(lambda: len(live.final_words) == 10)
    assert (live.troubles.dropped_s, live.codes) == (0, [])


async def test_what_was_taken_too_long_ago_is_counted_when_its_connection_breaks(start):
    """4 s of speech are too old to be heard again, and lost; what is younger is heard again."""
    tones = BusyProvider()
    tones.problem_s = StreamEnded("engine_failed", "died", retryable=True)
    async with start(tones, tells_wordless=True) as live:
        await live.hear({ADA: spoken(SPEECH | {70.0: 20, 70.4: 21}, 90.0)})
        tones.free.set()
        await live.settle(lambda: live.final_words == ["w20", "w21"])
    assert live.troubles.dropped_s == pytest.approx(4.0, abs=0.4)
    assert live.codes == [
        "live_transcription_disconnected",
        DROPPED,
        "live_transcription_connected",
    ]


async def test_noise_of_long_ago_is_no_lost_speech(start):
    """Who does not say that sound has no words has long been silent of it: nothing was lost with it."""
    tones = BusyProvider()
    tones.problem_s = StreamEnded("closed", "hung up", retryable=True)
    async with start(tones) as live:
        await live.hear({ADA: spoken(SPEECH, 90.0)})
        tones.free.set()
        await live.settle(lambda: tones.problem_s is None)
    assert (live.troubles.dropped_s, DROPPED in live.codes) == (0, False)


async def test_an_engine_that_dies_in_a_pause_hears_again_what_it_had_not_come_to(start):
    """It had told nothing of what was said, as others spoke: the speech is not taken for recognised."""
    tones = BusyProvider()
    tones.problem_s = StreamEnded("engine_failed", "died", retryable=True)
    async with start(tones, tells_wordless=True) as live:
        await live.hear({ADA: spoken(SPEECH, 8.0)})
        stream = live.transcriber._voices["ada"].stream
        await live.settle(lambda: stream._paused_s is not None and not stream._kept.is_waiting)
        stream._paused_s -= 10.0
        tones.free.set()
        await live.settle(lambda: len(live.final_words) == 10)
    assert tones.n_calls == 2
    assert live.troubles.dropped_s == 0


async def test_sound_that_is_said_to_have_no_words_is_not_lost(start):
    """The provider says so of each pause, and hangs at the end."""
    tones = ToneProvider()

    async def wordless(sound, _options, _account, tell):
        heard_s = 0.0
        async for pcm in sound:
            heard_s += len(pcm) / 2 / tones.rate
            if not pcm:
                tell(Piece(-1, -1, (), "", is_final=False, ends_utterance=False, wordless_s=(0.0, heard_s)))
        await asyncio.Event().wait()

    tones.stream = wordless  # type: ignore[method-assign]
    async with start(tones, timing=IMPATIENT, tells_wordless=True) as live:
        await live.hear({ADA: spoken(SPEECH, 8.0)})
        await live.hear({ADA: spoken(SPEECH, 8.0)})
    assert (live.troubles.dropped_s, live.codes, live.receiver.messages) == (0, [], [])


async def test_speech_after_the_provider_refused_for_good_is_counted(start):
    """The refusal is told once; the figure has all that was said."""
    tones = ToneProvider(problem=lambda _n, _s: StreamEnded("key_refused", "Invalid key", retryable=False))
    async with start(tones) as live:
        for _ in range(3):
            await live.hear({ADA: spoken(SPEECH, 8.0)})
    assert live.codes == ["live_transcription_refused"]
    assert live.troubles.dropped_s == pytest.approx(3 * 4.0, abs=1.5)


def test_silence_before_a_pause_and_the_fading_of_a_word_are_no_speech():
    """Pauses within what was said are; a short word of its own is, too."""
    pause = Stretch(9.0, 9.0)
    said = [Stretch(1.0, 2.0), Stretch(2.0, 2.5, True), Stretch(2.5, 3.0), Stretch(3.0, 4.0, True), pause]
    assert speech_s(said, -1.0) == pytest.approx(2.0)
    assert speech_s([Stretch(1.0, 1.3), Stretch(1.3, 2.3, True)], 1.0) == 0
    assert speech_s([Stretch(1.0, 1.3), pause, Stretch(11.0, 11.2)], 1.0) == pytest.approx(0.2)
    assert speech_s([], 1.0) == 0


def test_a_part_can_be_cut_out_of_what_is_remembered():
    """Before, within and after it."""
    kept = Stretches()
    for at in range(10):
        kept.add(float(at), at + 1.0, is_quiet=False)
    kept.remove(3.0, 5.0)
    assert [(one.begin_s, one.end_s) for one in kept] == [(0.0, 3.0), (5.0, 10.0)]
    kept.remove(-1.0, 6.0)
    kept.remove(20.0, 30.0)
    assert [(one.begin_s, one.end_s) for one in kept] == [(6.0, 10.0)]


def test_taken_sound_that_became_too_old_is_remembered_until_it_is_settled():
    """Its words may come late; without them its speech is lost, once."""
    kept = KeptSound(1000, keep_s=5.0)
    for number in range(20):
        kept.add(KeptPiece(number * 0.06, bytes(120)))
        kept.take()
    assert kept.expire(100.0) == 0
    assert kept.has_unsettled_speech
    kept.settle(0.6)
    assert kept.drop_overdue() == pytest.approx(0.6)
    assert (kept.drop_overdue(), kept.has_unsettled_speech) == (0, False)
