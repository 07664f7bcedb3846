"""Frame bounds of MP3 files."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roomtone.service.recordings.mp3_frames import frame_bytes, whole_frames

HEADER = bytes.fromhex("fffb5400")  # MPEG-1 layer III, 64 kbit/s, 48 kHz
FRAME = HEADER + bytes([7]) * 188
SHORT_FRAME = bytes.fromhex("fff34400") + bytes([7]) * 92  # MPEG-2 layer III, 32 kbit/s, 24 kHz


@pytest.mark.parametrize(
    ("header", "length"),
    [
        ("fffb5400", 192),
        ("fffb9000", 417),
        ("fffb9200", 418),
        ("fff34400", 96),
        ("ffe35400", 240),
        ("fffb5c00", None),  # reserved sample rate
        ("fffb0400", None),  # free format
        ("fffbf400", None),  # bad bitrate
        ("fffd5400", None),  # layer II
        ("00000000", None),
        ("fffb", None),
    ],
)
def test_the_length_of_a_frame_follows_from_its_header(header: str, length: int | None):
    """The header's bitrate, sample rate and padding give the length; what is no header gives none."""
    assert frame_bytes(bytes.fromhex(header)) == length


@pytest.mark.parametrize("frame", [FRAME, SHORT_FRAME])
@given(count=st.integers(0, 900), torn=st.integers(0, 95), junk=st.sampled_from([b"", b"\0" * 5000]))
@example(count=0, torn=4, junk=b"")
def test_a_file_cut_anywhere_ends_with_its_last_whole_frame(frame: bytes, count: int, torn: int, junk: bytes):
    """Neither a torn frame nor zeros after it count."""
    data = frame * count + frame[:torn] + (junk if torn < 3 else b"")
    assert whole_frames(io.BytesIO(data)) == (0, count * len(frame))


def test_tag_and_empty_first_frame_are_not_sound():
    """An ID3v2 tag and the placeholder of the length are skipped."""
    tag = b"ID3\x04\0\0" + bytes([0, 0, 1, 2]) + b"t" * 130
    data = tag + HEADER + bytes(188) + FRAME * 3
    assert whole_frames(io.BytesIO(data)) == (len(tag) + 192, len(data))


@given(st.binary(max_size=400))
def test_bytes_of_any_kind_have_bounds(data: bytes):
    """Nothing raises, and the bounds lie in the file or coincide."""
    start, end = whole_frames(io.BytesIO(data))
    assert start == end or 0 <= start < end <= len(data)
