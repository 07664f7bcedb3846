import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.model import AudioChunk, Samples
from roomtone.session.capture.track_clock import DRIFT_START_SAMPLES, DRIFT_VOICE_SAMPLES, TrackClock

START_S = 1000.0


def chunk(index: int, at_s: float, samples: Samples | None = None) -> AudioChunk:
    """The track's chunk of that index, stamped ``at_s``."""
    return AudioChunk(1, at_s, index * 960, np.ones(960, np.int16) if samples is None else samples)


def place(clock: TrackClock, index: int, at_s: float, now_s: float | None = None) -> tuple[int, Samples]:
    """Place a chunk that arrives at ``now_s``, or 50 ms after its stamp."""
    return clock.place(chunk(index, at_s), at_s + 0.05 if now_s is None else now_s)


def test_first_chunk_lies_where_its_timestamp_says():
    """The first chunk is placed to the sample, not to the tick."""
    position, samples = place(TrackClock(START_S), 0, START_S + 0.5 + 7 / 48000)
    assert position == 24_007
    assert len(samples) == 960


@given(st.lists(st.floats(-0.001, 0.001), min_size=2, max_size=300))
def test_jitter_of_a_millisecond_moves_nothing(jitters):
    """Whatever the jitter, samples join: each chunk begins where the last ended, and none is changed."""
    clock = TrackClock(START_S)
    end = None
    for index, jitter_s in enumerate(jitters):
        position, samples = place(clock, index, START_S + 1 + index * 0.02 + jitter_s)
        assert end is None or position == end
        assert len(samples) == 960
        end = position + 960
    assert clock.corrected_samples == 0
    assert clock.timestamp_jumps == 0


def test_gap_of_more_than_100_ms_is_believed():
    """Sound that stopped for 150 ms goes on 150 ms later."""
    clock = TrackClock(START_S)
    first, _ = place(clock, 0, START_S + 1)
    second, _ = place(clock, 1, START_S + 1.02 + 0.15)
    assert second - first == 960 + 7200


def test_gap_of_less_than_100_ms_is_not():
    """A timestamp 90 ms past the count is jitter."""
    clock = TrackClock(START_S)
    first, _ = place(clock, 0, START_S + 1)
    second, _ = place(clock, 1, START_S + 1.02 + 0.09)
    assert second - first == 960


@pytest.mark.parametrize("jump_s", [5.0, -5.0])
def test_timestamps_that_jump_while_sound_goes_on_are_not_followed(jump_s):
    """The count goes on through a jump of five seconds and back."""
    clock = TrackClock(START_S)
    for index in range(60):
        now_s = START_S + 10 + index * 0.02
        stamp_s = now_s + (jump_s if 20 <= index < 40 else 0.0)
        position, _ = place(clock, index, stamp_s, now_s + 0.05)
        assert position == 480_000 + index * 960
    assert clock.timestamp_jumps == 1


def test_gap_is_seen_while_timestamps_are_off():
    """A real gap after a jump is filled by its own length."""
    clock = TrackClock(START_S)
    place(clock, 0, START_S + 10)
    place(clock, 1, START_S + 5.02, START_S + 10.07)
    position, _ = place(clock, 2, START_S + 5.04 + 2.0, START_S + 10.09 + 2.0)
    assert position == 480_000 + 2 * 960 + 96_000


def test_count_that_jumps_is_a_loss_at_its_place():
    """A chunk lost on the way leaves a hole of its own length."""
    clock = TrackClock(START_S)
    first, _ = place(clock, 0, START_S + 1)
    third, _ = place(clock, 2, START_S + 1.04)
    assert third - first == 1920


def test_absurd_first_timestamp_is_replaced_by_the_arrival():
    """A first chunk stamped an hour ago lies just before its arrival, and so do those after it."""
    clock = TrackClock(START_S)
    first, _ = place(clock, 0, START_S - 3600, START_S + 2)
    second, _ = place(clock, 1, START_S - 3600 + 0.02, START_S + 2.02)
    assert first == 96_000 - 960
    assert second == first + 960
    assert clock.timestamp_jumps == 1


@pytest.mark.parametrize("parts_per_million", [300, -300])
def test_drift_is_followed_within_the_bound_and_without_clicks(parts_per_million):
    """A source 300 ppm off stays within 65 ms for ten minutes, and a sine stays smooth."""
    clock = TrackClock(START_S)
    rate = 1 + parts_per_million / 1e6
    end = None
    last = None
    steepest = 0.0
    for index in range(30_000):
        stamp_s = START_S + 1 + index * 0.02 * rate
        wave = 10_000 * np.sin(2 * np.pi * 100 * (index * 960 + np.arange(960)) / 48_000)
        position, samples = clock.place(chunk(index, stamp_s, np.rint(wave).astype(np.int16)), stamp_s + 0.05)
        assert end is None or position == end
        end = position + len(samples)
        assert abs(position - (stamp_s - START_S) * 48_000) < DRIFT_VOICE_SAMPLES + 240
        if index > 29_000:
            joined = samples if last is None else np.concatenate([[last], samples])
            steepest = max(steepest, float(np.abs(np.diff(joined.astype(np.int32))).max()))
            last = samples[-1]
    assert clock.corrected_samples > 4000
    assert steepest <= 10_000 * 2 * np.pi * 100 / 48_000 + 3


def test_moved_track_stays_moved():
    """After ``move`` the same timestamps mean the later place."""
    clock = TrackClock(START_S)
    place(clock, 0, START_S + 1)
    clock.move(48_000)
    position, _ = place(clock, 1, START_S + 1.02)
    assert position == 48_000 + 960 + 48_000
    assert clock.timestamp_jumps == 0


@pytest.mark.parametrize("off_ms", [30, -30])
def test_voice_that_is_a_little_off_is_put_right_in_the_next_silence(off_ms):
    """After a hiccup of 30 ms no sample of the voice is touched; the pause after it takes the whole change."""
    clock = TrackClock(START_S)
    voice, pause = np.full(960, 5000, np.int16), np.zeros(960, np.int16)
    end = None
    for index in range(600):
        stamp_s = START_S + 1 + index * 0.02 + (off_ms / 1000 if index >= 10 else 0)
        samples = pause if 400 <= index < 420 else voice
        position, placed = clock.place(chunk(index, stamp_s, samples), stamp_s + 0.05)
        assert end is None or position == end
        end = position + len(placed)
        if samples is voice:
            assert placed.tolist() == voice.tolist()
        if index >= 420:
            assert abs(position - (stamp_s - START_S) * 48_000) < DRIFT_START_SAMPLES / 10
    assert clock.corrected_samples == pytest.approx(abs(off_ms) * 48, abs=10)
