"""How much of the speech bore the right name."""

from __future__ import annotations

import wave

import numpy as np
import pytest

from roomtone.staging.speech_labels import HeardSpeech, labelled_shares, position_in_mix
from roomtone.staging.speech_match import HeardFrame


def frames(begin_s: float, end_s: float) -> list[HeardFrame]:
    """Frames of 20 ms from one second to another."""
    return [HeardFrame(0.0, n * 960, 960) for n in range(round(begin_s * 50), round(end_s * 50))]


def test_a_late_label_costs_its_share():
    """A clip of two seconds of which half a second bore another's name is right for three quarters."""
    speech = [HeardSpeech("a", 0, 96_000), HeardSpeech("b", 96_000, 96_000)]
    shares, total = labelled_shares(speech, {"a": frames(0, 2.5), "b": frames(2.5, 4)})
    assert shares == [1.0, 0.75]
    assert total == 0.875


def test_one_of_several_voices_is_enough():
    """While two speak, either name is right; who was heard under no name is wrong for what they say alone."""
    speech = [HeardSpeech("a", 0, 96_000), HeardSpeech(None, 48_000, 96_000)]
    shares, total = labelled_shares(speech, {"a": frames(0, 3)})
    assert shares == [1.0, 0.5]
    assert total == pytest.approx(2 / 3, abs=1e-3)


def test_nothing_said_is_nothing_judged():
    """Without clips there is no share."""
    assert labelled_shares([], {}) == ([], None)


def test_a_clip_is_found_across_names(tmp_path):
    """Its first half lies in one speaker's file, its second in another's; together they are found."""
    noise = np.random.default_rng(3).normal(0, 0.1, 48_000).astype(np.float32)
    halves = np.zeros((2, 144_000), np.float32)
    halves[0, 57_600:81_600], halves[1, 81_600:105_600] = noise[:24_000], noise[24_000:]
    for name, samples in zip("ab", halves, strict=True):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, 48_000, 0, "NONE", ""))
            file.writeframes((samples * 32767).astype("<i2").tobytes())
    assert position_in_mix(tmp_path, noise, 48_000) == 57_600
    assert position_in_mix(tmp_path, np.zeros(4800, np.float32), 48_000) == 48_000
