"""The measures themselves: a wrong measure would prove anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tests.measuring.flash_and_beep import BEEP_HZ, write_beeps, write_flash_film
from tests.measuring.picture import audio_behind_video_ms, flash_onsets_s
from tests.measuring.sound import find_clip, read_sound, tone_onsets_s

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
