"""Gathering sound into frames, and pacing them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.streaming.pace import Pace
from roomtone.speech.streaming.sound_frames import SoundFrames

RATE = 8000


@given(st.lists(st.one_of(st.integers(1, 30_000), st.none()), max_size=30), st.data())
def test_every_sample_arrives_once_and_keeps_its_time(lengths, data):
    """Frames have the right length and hold every sample in order; times lead back to where it was."""
    frames, heard, pads = SoundFrames(RATE, 0.05, 1.0), bytearray(), bytearray()
    given_bytes = 0
    for length in lengths:
        if length is None:
            before = len(heard)
            for frame in frames.flush():
                heard += frame
            n_waiting = given_bytes - pads.count(0)
            pads += bytes([0]) * max(0, min(n_waiting, len(heard) - before))
            pads += bytes([1]) * (len(heard) - len(pads))
            continue
        given_bytes += length * 2
        for frame in frames.add(bytes([7]) * (length * 2)):
            assert 800 <= len(frame) <= 16_000
            heard += frame
            pads += bytes(len(frame))
    assert heard.count(7) == pads.count(0)
    sevens = [n for n, byte in enumerate(heard) if byte == 7][::2]
    if sevens:
        number = data.draw(st.integers(0, len(sevens) - 1))
        assert frames.given_s(sevens[number] / 2 / RATE) == pytest.approx(number / RATE)


def test_times_in_padding_are_those_of_the_pause():
    """What is told to be in silence that was put in lies where it was put in."""
    frames = SoundFrames(RATE, 0.05, 1.0)
    frames.add(bytes(160 * 2))
    frames.flush()
    frames.add(bytes(RATE * 2))
    assert frames.given_s(0.01) == pytest.approx(0.01)
    assert frames.given_s(0.03) == pytest.approx(0.02)
    assert frames.given_s(0.05) == pytest.approx(0.02)
    assert frames.given_s(1.05) == pytest.approx(1.02)


def test_nothing_left_is_no_frame():
    """A pause after whole frames adds nothing."""
    frames = SoundFrames(RATE, 0.05, 1.0)
    assert frames.flush() == []
    assert [len(frame) for frame in frames.add(bytes(800))] == [800]
    assert frames.flush() == []
    assert frames.add(b"\0") == []
    assert frames.flush() == []


@given(st.lists(st.floats(0.0, 0.05) | st.floats(0.0, 3.0), min_size=30, max_size=60))
def test_pace_is_never_exceeded(pauses_s):
    """Sound of 0.1 s a piece: at no time was more sent than what passes at once and the speed allow."""
    pace, now_s, sent_s = Pace(2.0, 1.0), 0.0, 0.0
    for pause_s in pauses_s:
        now_s += pause_s
        now_s += pace.wait_s(0.1, now_s)
        sent_s += 0.1
        assert sent_s <= 1.0 + now_s * 2.0 + 1e-6


def test_sound_that_comes_at_once_waits_for_its_time():
    """The first second passes, the rest twice as fast as it was spoken."""
    pace = Pace(2.0, 1.0)
    waits_s = [pace.wait_s(0.1, 0.0) for _ in range(30)]
    assert waits_s[:10] == [pytest.approx(0.0, abs=1e-9)] * 10
    assert waits_s[10:] == pytest.approx([n * 0.05 for n in range(1, 21)])


def test_sound_as_it_is_spoken_never_waits():
    """Only what has waited is held back; infinitely fast, nothing is."""
    pace = Pace(2.0, 1.0)
    assert all(pace.wait_s(0.1, n / 10) == 0.0 for n in range(1000))
    assert all(Pace(math.inf, 0.0).wait_s(100.0, 0.0) == 0.0 for _ in range(3))
