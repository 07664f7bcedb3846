"""The live transcriber on a provider that hears words in the sound itself."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from tests.providers.tone_provider import ToneProvider, spoken

from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.session.live.transcription.transcriber import TranscriberTiming
from roomtone.session.live.transcription.voice_stream import VoiceTiming
from roomtone.speech.streaming.errors import StreamEnded

ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Grace")
QUICK = VoiceTiming(longest_delay_s=0.01)


def counted(n_words: int, first_s: float = 0.5, every_s: float = 0.4) -> dict[float, int]:
    """Words 0, 1, 2... at these times, without a pause between them."""
    return {round(first_s + number * every_s, 3): number for number in range(n_words)}


@pytest.mark.parametrize("rate", [16_000, 48_000, 8_000])
async def test_each_voice_has_a_stream_its_name_and_the_times_of_the_recording(start, rate):
    """Two people at once, long pauses: right words, names and times, and silence is not sent."""
    tones = ToneProvider(rate)
    ada = {1.0: 3, 1.4: 4, 20.0: 5}
    grace = {1.2: 10, 12.0: 11}
    async with start(tones) as live:
        await live.hear({ADA: spoken(ada, 24.0), GRACE: spoken(grace, 24.0)})
    told = {
        (message["speakerName"], word["word"]): (word["start"], word["end"])
        for message in live.finals
        for word in message["words"]
    }
    said = {("Ada", f"w{n}"): at for at, n in ada.items()} | {
        ("Grace", f"w{n}"): at for at, n in grace.items()
    }
    assert told.keys() == said.keys()
    for key, at_s in said.items():
        assert told[key] == (pytest.approx(at_s, abs=0.03), pytest.approx(at_s + 0.3, abs=0.03))
    assert sum(tones.heard_s) < 9
    assert [segment.speaker_name for segment in live.kept].count("Ada") == 2
    assert live.warnings == []


async def test_nothing_is_lost_while_the_provider_is_away_for_20_s(start):
    """It hangs up in mid-sentence and refuses to be dialled for 20 s: every word comes, once."""

    def problem(number: int, heard_s: float) -> StreamEnded | None:
        gone = heard_s > 3.1 if number == 0 else live.now_s < 23.0
        return StreamEnded("unreachable", "away", retryable=True) if gone else None

    tones = ToneProvider(problem=problem)
    words = counted(75)
    async with start(tones) as live:
        await live.hear({ADA: spoken(words, 32.0)})
        await live.settle(lambda: "w74" in live.final_words)
    assert live.final_words == [f"w{n}" for n in range(75)]
    assert [word.word for segment in live.kept for word in segment.words] == live.final_words
    assert live.codes == ["live_transcription_unreachable", "live_transcription_connected"]
    times = [word["start"] for message in live.finals for word in message["words"]]
    assert times == pytest.approx(sorted(words), abs=0.03)
    assert live.troubles.dropped_s == 0


async def test_after_90_s_the_oldest_30_s_are_lost_and_it_is_said(start):
    """The last 60 s are kept, what is older is dropped, counted and told."""

    def problem(number: int, heard_s: float) -> StreamEnded | None:
        del number, heard_s
        return StreamEnded("unreachable", "away", retryable=True) if live.now_s < 90.0 else None

    async with start(ToneProvider(problem=problem)) as live:
        await live.hear({ADA: spoken(counted(90, first_s=0.0, every_s=1.0), 92.0)})
        await live.settle(lambda: "w89" in live.final_words)
    first = int(live.final_words[0][1:])
    assert 28 <= first <= 34
    assert live.final_words == [f"w{n}" for n in range(first, 90)]
    assert live.troubles.dropped_s == pytest.approx(31, abs=3)
    assert live.codes == [
        "live_transcription_unreachable",
        "live_transcription_dropped",
        "live_transcription_connected",
    ]
    assert " s of sound were lost" in live.warnings[-1][1]


async def test_a_refused_key_is_not_tried_again_by_any_voice(start):
    """One attempt, one warning; the meeting goes on."""
    tones = ToneProvider(problem=lambda _n, _s: StreamEnded("key_refused", "Invalid key", retryable=False))
    async with start(tones) as live:
        await live.hear({ADA: spoken({1.0: 1}, 4.0), GRACE: spoken({2.0: 2}, 4.0)})
        await live.hear({ADA: spoken({1.0: 1}, 4.0)})
    assert len(tones.heard_s) <= 2
    assert live.warnings == [("live_transcription_refused", "Invalid key")]
    assert live.receiver.messages == []
    assert live.kept == []


async def test_more_voices_than_connections_take_turns(start):
    """Two connections, six people one after the other and two at once: everybody is heard."""
    tones = ToneProvider()
    people = [Speaker(f"p{n}", f"Person {n}") for n in range(6)]
    timing = TranscriberTiming(most_streams=2, voice=QUICK)
    voices = {who: spoken({1.0 + 2.0 * (n // 2): n}, 12.0) for n, who in enumerate(people)}
    async with start(tones, timing=timing) as live:
        await live.hear(voices)
        await live.settle(lambda: len(live.final_words) == 6)
    assert sorted(live.final_words) == [f"w{n}" for n in range(6)]
    assert tones.most_open == 2
    named = {message["speakerName"]: message["words"][0]["word"] for message in live.finals}
    assert named == {f"Person {n}": f"w{n}" for n in range(6)}


async def test_an_idle_connection_is_closed_and_opened_again(start):
    """Providers bill open time: after a while of silence the connection ends properly."""
    tones = ToneProvider()
    timing = TranscriberTiming(voice=VoiceTiming(idle_s=0.05))
    async with start(tones, timing=timing) as live:
        await live.hear({ADA: spoken({0.5: 1}, 3.0)})
        await live.settle(lambda: tones.ended_well == 1)
        await live.hear({ADA: spoken({0.5: 2}, 3.0)})
    assert live.final_words == ["w1", "w2"]
    assert len(tones.heard_s) == 2
    assert live.finals[1]["words"][0]["start"] == pytest.approx(3.5, abs=0.03)


async def test_words_of_a_mix_are_named_by_who_was_said_to_speak(start):
    """A mix is heard whole; the label comes in mid-word, and cuts no word in two."""
    words = counted(10)
    sound = spoken(words, 8.0)
    half = round(2.6 * 48_000)
    ada, grace = sound.copy(), sound.copy()
    ada[half:], grace[:half] = 0, 0
    tones = ToneProvider()
    async with start(tones) as live:
        await live.hear({ADA: ada, GRACE: grace}, is_mix=True)
    assert live.final_words == [f"w{n}" for n in range(10)]
    assert [(message["speakerName"], len(message["words"])) for message in live.finals] == [
        ("Ada", 5),
        ("Grace", 5),
    ]
    assert len(tones.heard_s) == 1
    assert [message["end_of_turn"] for message in live.finals] == [True, True]


async def test_a_new_name_counts_from_then_on_and_nobody_has_none(start):
    """The name that somebody goes by now; sound of nobody known has no id."""
    renamed = Speaker("ada", "Ada Lovelace")
    async with start(ToneProvider()) as live:
        await live.hear({ADA: spoken({0.5: 1}, 2.0)})
        await live.hear({renamed: spoken({0.5: 2}, 2.0), NO_SPEAKER: spoken({0.5: 3}, 2.0)})
    said = {m["words"][0]["word"]: (m["speakerId"], m["speakerName"]) for m in live.finals}
    assert said == {
        "w1": ("ada", "Ada"),
        "w2": ("ada", "Ada Lovelace"),
        "w3": (None, "Unknown speaker"),
    }


async def test_the_bot_itself_is_not_transcribed(start):
    """Its own voice may be among the ticks."""
    bot = Speaker("bot", "Roomtone")
    async with start(ToneProvider()) as live:
        await live.hear({bot: spoken({0.5: 1}, 2.0), ADA: spoken({0.8: 2}, 2.0)}, own_id="bot")
    assert live.final_words == ["w2"]


async def test_noise_opens_no_connection(start):
    """Very quiet sound, and clicks: nothing is dialled, nothing is billed."""
    tones = ToneProvider()
    noise = (np.random.default_rng(1).normal(0, 10, 48_000 * 5)).astype(np.int16)
    noise[48_000:48_480] = 20_000
    async with start(tones) as live:
        await live.hear({ADA: noise})
    assert tones.heard_s == []


async def test_a_provider_that_takes_nothing_is_dialled_again(start):
    """It hangs for ever with sound waiting: the connection is given up, and nothing is lost."""
    tones = ToneProvider()
    timing = TranscriberTiming(voice=VoiceTiming(stall_s=0.05, longest_delay_s=0.01))
    whole = tones.stream
    n_calls = 0

    async def hang_once(sound, options, account, tell):
        nonlocal n_calls
        n_calls += 1
        if n_calls == 1:
            await anext(sound)
            await asyncio.Event().wait()
        await whole(sound, options, account, tell)

    tones.stream = hang_once  # type: ignore[method-assign]
    async with start(tones, timing=timing) as live:
        await live.hear({ADA: spoken({0.5: 1}, 1.0)})
        while not live.final_words:
            await live.hear({ADA: spoken({}, 0.1)})
            await asyncio.sleep(0.01)
    assert live.final_words == ["w1"]
    assert "live_transcription_unreachable" in live.codes


async def test_a_long_pause_is_no_provider_that_takes_nothing(start):
    """The first sound after it had no time to be taken: the connection is kept, and no trouble is told."""
    tones = ToneProvider()
    timing = TranscriberTiming(voice=VoiceTiming(stall_s=0.5, longest_delay_s=0.01))
    async with start(tones, timing=timing) as live:
        await live.hear({ADA: spoken({0.5: 1}, 3.0)})
        await live.settle(lambda: live.final_words == ["w1"])
        await asyncio.sleep(0.6)
        await live.hear({ADA: spoken({0.5: 2}, 3.0)})
    assert (live.final_words, live.codes, len(tones.heard_s)) == (["w1", "w2"], [], 1)
