"""The ear of the fakes: what they tell is what was really sent to them."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from tests.providers.assemblyai_streaming import AssemblyaiStreamingFake
from tests.providers.clips import sound_of, words_of
from tests.providers.deepgram_streaming import DeepgramStreamingFake
from tests.providers.live_ear import LiveEar
from tests.providers.recognised import recognised
from tests.providers.running_sound import in_pieces

from roomtone.speech.streaming.assemblyai import AssemblyaiStreaming
from roomtone.speech.streaming.deepgram import DeepgramStreaming
from roomtone.speech.streaming.provider_socket import SocketTiming

CLIPS = (("something", 0.31), ("goforward", 5.02), ("something", 9.77), ("austen-0880", 13.4))


@pytest.mark.parametrize(
    ("fake_class", "client"),
    [
        (DeepgramStreamingFake, DeepgramStreaming()),
        (AssemblyaiStreamingFake, AssemblyaiStreaming(SocketTiming())),
    ],
)
async def test_words_are_those_of_the_clips_that_were_sent(fake_class, client):
    """Clips at any time, louder or not and with noise, come back as their words at their times."""
    rate = 48_000
    sound = np.random.default_rng(1).normal(0, 40, 18 * rate)
    for n, (name, at_s) in enumerate(CLIPS):
        clip = soxr.resample(sound_of(name).astype(np.float64), 16_000, rate) * (0.5 + n / 4)
        first = round(at_s * rate)
        sound[first : first + len(clip)] += clip
    pcm = np.clip(sound, -32_768, 32_767).astype("<i2").tobytes()
    async with fake_class(LiveEar()) as fake:
        told = await recognised(client, fake, in_pieces(pcm))
    expected = [word for name, at_s in CLIPS for word in words_of(name, at_s)]
    assert [word.strip(".,!?").lower() for word, *_ in told.words] == [word.bare for word in expected]
    assert [start_s for _, start_s, _ in told.words] == pytest.approx(
        [word.start_s for word in expected], abs=0.01
    )
    assert told.n_ends == len(CLIPS)
