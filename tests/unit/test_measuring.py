"""The measures themselves: a wrong measure would prove anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tests.measuring.flash_and_beep import BEEP_HZ, write_beeps, write_flash_film
from tests.measuring.picture import audio_behind_video_ms, flash_onsets_s
from tests.measuring.sound import Signal, find_clip, likeness, read_sound, tone_onsets_s

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clip_is_found_where_it_was_put():
    """A clip under noise is found to the sample, and an absent one correlates with nothing."""
    random = np.random.default_rng(7)
    clip = random.normal(0, 0.1, 48_000).astype(np.float32)
    other = random.normal(0, 0.1, 48_000).astype(np.float32)
    recording = random.normal(0, 0.005, 480_000).astype(np.float32)
    recording[100_000:148_000] += clip
    match = find_clip(recording, clip)
    assert round(match.at_s * 48_000) == 100_000
    assert match.correlation > 0.99
    assert find_clip(recording, other).correlation < 0.2


def test_flash_and_beep_measure_zero_on_their_own_film(tmp_path: Path):
    """The film's flashes and the sound's beeps are found at the same moments."""
    write_flash_film(tmp_path / "flash.mp4", 4)
    write_beeps(tmp_path / "beep.wav", 4)
    flashes = flash_onsets_s(tmp_path / "flash.mp4")
    beeps = tone_onsets_s(read_sound(tmp_path / "beep.wav"), BEEP_HZ)
    assert len(flashes) == len(beeps) == 4
    assert max(abs(offset) for offset in audio_behind_video_ms(beeps, flashes)) < 3


def test_a_voice_that_was_stretched_a_little_is_still_like_itself():
    """Ten milliseconds cut out and put in again spoil the whole correlation and not the likeness; another voice is not alike."""
    clip, other = (
        np.convolve(np.random.default_rng(seed).standard_normal(96_000), np.ones(20) / 20, "same").astype(
            np.float32
        )
        for seed in (1, 2)
    )
    before, gap, after = np.zeros(5000, np.float32), np.zeros(480, np.float32), np.zeros(9000, np.float32)
    uneven: Signal = np.concatenate((before, clip[:30_000], clip[30_480:60_000], gap, clip[60_000:], after))
    assert find_clip(uneven, clip).correlation < 0.9
    assert likeness(uneven, clip) > 0.95
    assert likeness(uneven, other) < 0.3
    assert likeness(np.zeros(200_000, np.float32), clip) < 0.3
