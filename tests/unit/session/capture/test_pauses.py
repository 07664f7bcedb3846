"""What is left of sound in pauses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.speaker import CHUNK_SAMPLES, Speaker
from roomtone.session.capture.model import SILENCE, AudioChunk, Tick, TrackClosed
from roomtone.session.capture.pauses import LATE_SOUND_S, RESUME_GUARD_S, TICK_S, Pauses

ANNE = Speaker("1", "Anne")
LOUD = np.full(CHUNK_SAMPLES, 1000, np.int16)


def tick(at_s: float) -> Tick:
    """Somebody speaks."""
    return Tick(round(at_s * 48_000), at_s, {ANNE: LOUD})


def is_silent(heard: Tick) -> bool:
    """Whether nothing of a tick can be heard."""
    return all(samples is SILENCE for samples in heard.voices.values())


@given(
    st.lists(st.floats(0.0, 20.0), min_size=1, max_size=6),
    st.integers(0, 1100),
)
def test_no_sample_of_a_pause_is_heard_and_none_outside_is_lost(moments: list[float], n_tick: int):
    """A tick is silent if it touches a pause or its guard, untouched otherwise, and always there."""
    moments.sort()
    pauses = Pauses()
    at_s = n_tick * TICK_S
    paused, spans = None, []
    for number, moment_s in enumerate(moments):
        if number % 2 == 0:
            pauses.pause(moment_s)
            paused = moment_s
        else:
            pauses.resume(moment_s)
            assert paused is not None
            spans.append((paused, moment_s + RESUME_GUARD_S))
            paused = None
    if paused is not None:
        spans.append((paused, float("inf")))
    heard = pauses.silenced(tick(at_s))
    touched = any(at_s < until_s and at_s + TICK_S > since_s for since_s, until_s in spans)
    assert is_silent(heard) == touched
    assert (heard.position, heard.at_s, list(heard.voices)) == (round(at_s * 48_000), at_s, [ANNE])


def test_pausing_twice_is_pausing_once():
    """Each gives whether it changed anything; a pause within the guard of another goes on with it."""
    pauses = Pauses()
    assert not pauses.resume(1.0)
    assert pauses.pause(2.0)
    assert not pauses.pause(3.0)
    assert pauses.is_paused
    assert pauses.until_s == float("inf")
    assert pauses.resume(4.0)
    assert not pauses.resume(4.5)
    assert pauses.until_s == 4.0 + RESUME_GUARD_S
    assert pauses.pause(4.0 + RESUME_GUARD_S / 2)
    assert pauses.cover(4.07, 4.09)
    assert pauses.resume(5.0)
    assert not pauses.cover(0.0, 2.0)
    assert not pauses.cover(5.0 + RESUME_GUARD_S, 6.0)


@pytest.mark.parametrize(
    ("at_s", "now_s", "is_kept"),
    [(2.5, 4.5, False), (1.0, 4.5, True), (3.95, 4.1, False), (4.2, 4.3, True), (2.5, 3.0, True)],
)
def test_sound_of_a_pause_that_comes_after_it_is_silent(at_s: float, now_s: float, is_kept: bool):
    """It must not be placed later than it was stamped; during the pause its tick is silent anyway."""
    pauses = Pauses()
    pauses.pause(2.0)
    if now_s > 4.0:
        pauses.resume(4.0)
    chunk = AudioChunk(1, at_s, 0, LOUD)
    heard = pauses.late(chunk, now_s)
    assert isinstance(heard, AudioChunk)
    assert bool(heard.samples.any()) == is_kept
    assert (heard.at_s, len(heard.samples)) == (at_s, CHUNK_SAMPLES)


def test_everything_else_passes():
    """Other events, and sound long after a pause, are given back as they are."""
    pauses = Pauses()
    pauses.pause(2.0)
    pauses.resume(4.0)
    closed, chunk = TrackClosed(1, 3.0), AudioChunk(1, 3.0, 0, LOUD)
    assert pauses.late(closed, 4.5) is closed
    assert pauses.late(chunk, 4.0 + RESUME_GUARD_S + LATE_SOUND_S + 1) is chunk
    assert pauses.silenced(tick(10.0)).voices[ANNE] is LOUD
