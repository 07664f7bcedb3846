"""The page link's bytes."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.browser.errors import BadLinkMessage
from roomtone.session.browser.link_messages import (
    AudioMessage,
    StreamMessage,
    VideoMessage,
    read_binary,
    read_text,
    write_audio,
    write_stream,
    write_text,
    write_video,
)

GOLDEN_AUDIO = bytes.fromhex("01000000070000000000000080843e410000000000005e400100ffff0080")
"""Track 7, stamp 2 s, 120 samples before, samples 1, -1, -32768."""
GOLDEN_VIDEO = bytes.fromhex("02010000030000000000000080843e4100000000000000400000000165")
"""Encoder run 3, stamp 2 s, two pictures before, a key frame."""

GOLDEN_STREAM = bytes.fromhex("03010000050000000000000080843e410000000000000040009d012a")
"""Stream 5, stamp 2 s, two pictures before, a key frame."""

counts = st.integers(0, 2**53 - 1)
stamps = st.floats(0, 1e15)


def test_the_bytes_of_sound_are_as_written_down():
    """Header of 24 bytes, little-endian, then int16."""
    message = read_binary(GOLDEN_AUDIO)
    assert isinstance(message, AudioMessage)
    assert (message.track, message.stamp_us, message.first_sample) == (7, 2e6, 120)
    assert message.samples.tolist() == [1, -1, -32768]
    assert write_audio(message) == GOLDEN_AUDIO


def test_the_bytes_of_a_picture_are_as_written_down():
    """The same header with the key flag, then the access unit."""
    message = read_binary(GOLDEN_VIDEO)
    assert message == VideoMessage(3, 2e6, 2, is_key=True, data=bytes.fromhex("0000000165"))
    assert write_video(message) == GOLDEN_VIDEO


def test_the_bytes_of_a_participants_picture_are_as_written_down():
    """As a picture, of its own kind and numbered by stream."""
    message = read_binary(GOLDEN_STREAM)
    assert message == StreamMessage(5, 2e6, 2, is_key=True, data=bytes.fromhex("009d012a"))
    assert write_stream(message) == GOLDEN_STREAM


@given(
    st.integers(0, 2**32 - 1), stamps, counts, st.lists(st.integers(-32768, 32767), min_size=1, max_size=960)
)
def test_sound_survives(track, stamp_us, first_sample, samples):
    """What is written is read."""
    written = AudioMessage(track, stamp_us, first_sample, np.array(samples, np.int16))
    read = read_binary(write_audio(written))
    assert isinstance(read, AudioMessage)
    assert (read.track, read.stamp_us, read.first_sample) == (track, stamp_us, first_sample)
    assert read.samples.tolist() == samples


@given(st.integers(0, 2**32 - 1), stamps, counts, st.booleans(), st.binary(max_size=100))
def test_a_picture_survives(encoder, stamp_us, before, is_key, data):
    """What is written is read."""
    written = VideoMessage(encoder, stamp_us, before, is_key, data)
    assert read_binary(write_video(written)) == written


@given(st.binary(max_size=200))
def test_nonsense_is_refused_and_never_crashes(message):
    """Any bytes are a message or a ``BadLinkMessage``."""
    try:
        read_binary(message)
    except BadLinkMessage:
        return
    assert message[0] in {1, 2, 3}


@pytest.mark.parametrize(
    "message",
    [
        b"",
        GOLDEN_AUDIO[:23],
        GOLDEN_AUDIO[:24],
        GOLDEN_AUDIO[:-1],
        GOLDEN_AUDIO[:24] + bytes(2 * 961),
        b"\x04" + GOLDEN_AUDIO[1:],
        GOLDEN_AUDIO[:8] + struct.pack("<d", float("nan")) + GOLDEN_AUDIO[16:],
        GOLDEN_AUDIO[:16] + struct.pack("<d", -1.0) + GOLDEN_AUDIO[24:],
        GOLDEN_AUDIO[:16] + struct.pack("<d", float("inf")) + GOLDEN_AUDIO[24:],
    ],
)
def test_what_is_not_of_the_form_is_refused(message):
    """Too short, too long, odd, of an unknown kind, or with senseless numbers."""
    with pytest.raises(BadLinkMessage):
        read_binary(message)


@pytest.mark.parametrize("message", ["", "1", "[]", "{}", '{"type": 1}', "{"])
def test_a_text_must_be_an_object_with_a_type(message):
    """Anything else is refused."""
    with pytest.raises(BadLinkMessage):
        read_text(message)


def test_words_survive():
    """What is written is read, in any script."""
    body = {"type": "scene", "title": "café ☕", "plates": [{"name": "李"}]}
    assert read_text(write_text(body)) == body
