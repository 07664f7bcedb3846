"""What is said stands at its sample, once or again and again, together with what overlaps it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roomtone.practice.meeting_clock import SAMPLE_RATE_HZ
from roomtone.practice.script import Tone, Utterance
from roomtone.practice.voice_timeline import SILENCE_DBFS, PlacedClip, Samples, VoiceTimeline, beep, place

CLIP = Path("clip.flac")


def ramp(n_samples: int) -> Samples:
    """Samples that are all different."""
    return (np.arange(1, n_samples + 1) / 10_000).astype(np.float32)


def test_a_clip_begins_at_its_very_sample() -> None:
    """Also when that is in the middle of a packet."""
    timeline = place([Utterance(0.013, CLIP)], {0: ramp(100)})
    window = timeline.window(0, 960)
    begin = round(0.013 * SAMPLE_RATE_HZ)
    assert not window[:begin].any()
    assert np.array_equal(window[begin : begin + 100], ramp(100))
    assert not window[begin + 100 :].any()


def test_a_beep_comes_back_every_second_for_ever() -> None:
    """Each repetition begins at the same sample of its second."""
    timeline = place([Utterance(0, tone=Tone.BEEP, every_s=1)], {0: beep()})
    for second in (0, 1, 3599):
        window = timeline.window(second * SAMPLE_RATE_HZ - 10, 20)
        assert not window[: 10 if second == 0 else 0].any()
        assert window[10] == beep()[0]


def test_a_repetition_stops_where_it_is_told() -> None:
    """`to_s` cuts it off, in the middle of a sound if need be."""
    timeline = place([Utterance(1, CLIP, to_s=1.5, loop=True)], {0: ramp(960)})
    assert timeline.window(round(1.5 * SAMPLE_RATE_HZ) - 1, 2)[0] > 0
    assert timeline.window(round(1.5 * SAMPLE_RATE_HZ) - 1, 2)[1] == 0
    assert not timeline.sounds_in(round(1.5 * SAMPLE_RATE_HZ), 10**9)


def test_gain_is_in_decibels_and_never_beyond_full_scale() -> None:
    """6 dB down is about half; too much is clipped."""
    half = place([Utterance(0, CLIP, gain_db=-6)], {0: np.ones(10, np.float32)}).window(0, 10)
    loud = place([Utterance(0, CLIP, gain_db=20)], {0: np.ones(10, np.float32)}).window(0, 10)
    assert 0.49 < half[0] < 0.51
    assert loud.max() == 1.0


def test_level_is_silence_where_nobody_speaks() -> None:
    """A full-scale square is 0 dB; nothing is the floor."""
    timeline = place([Utterance(0, CLIP)], {0: np.ones(48_000, np.float32)})
    assert timeline.level_dbfs(0, 4800) == 0.0
    assert timeline.level_dbfs(100_000, 4800) == SILENCE_DBFS


clips = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 80), st.none() | st.integers(5, 90), st.integers(0, 200)),
    max_size=4,
)


@given(clips, st.integers(-50, 300), st.integers(1, 200))
def test_any_window_is_the_sum_of_its_clips(
    placed: list[tuple[int, int, int | None, int]], begin: int, n_samples: int
) -> None:
    """A window equals the same stretch summed sample by sample."""
    timeline = VoiceTimeline(
        tuple(
            PlacedClip(start, start + length + extra, period, np.full(length, 0.01, np.float32), index)
            for index, (start, length, period, extra) in enumerate(placed)
        )
    )
    expected = np.zeros(n_samples)
    for clip in timeline.clips:
        for at in range(n_samples):
            position = begin + at
            if not (clip.begin <= position and (clip.end is None or position < clip.end)):
                continue
            offset = position - clip.begin
            starts = [0] if clip.period is None else range(0, offset + 1, clip.period)
            expected[at] += 0.01 * sum(1 for start in starts if start <= offset < start + len(clip.samples))
    assert np.allclose(timeline.window(begin, n_samples), np.clip(expected, -1, 1), atol=1e-5)
