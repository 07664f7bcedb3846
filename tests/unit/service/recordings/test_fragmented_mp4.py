"""Box walk of fragmented MP4 files."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.recordings.fragmented_mp4 import scan_mp4


def box(kind: bytes, content: bytes = b"", *, long: bool = False) -> bytes:
    """One box, with a 32 or a 64 bit size."""
    if long:
        return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content
    return struct.pack(">I4s", len(content) + 8, kind) + content


def fragment(samples: int) -> bytes:
    """A moof that announces samples in two runs, and its mdat."""
    runs = b"".join(box(b"trun", struct.pack(">II", 0, n)) for n in (samples - 1, 1))
    return box(b"moof", box(b"mfhd", bytes(8)) + box(b"traf", box(b"tfhd", bytes(8)) + runs)) + box(
        b"mdat", b"x" * samples * 10
    )


HEADER = box(b"ftyp", b"iso5") + box(b"moov", b"m" * 500)
FRAGMENTS = [fragment(n) for n in (30, 50, 7)]
WHOLE = HEADER + b"".join(FRAGMENTS)


def test_a_whole_file_is_whole():
    """Every fragment and every sample is counted."""
    scan = scan_mp4(io.BytesIO(WHOLE + box(b"mfra", bytes(40))))
    assert (scan.has_header, scan.fragments, scan.samples, scan.torn) == (True, 3, 87, False)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_anywhere_keeps_its_whole_fragments(cut: int):
    """The playable part is the header and every fragment that ends before the cut."""
    scan = scan_mp4(io.BytesIO(WHOLE[:cut]))
    assert scan.total_bytes == cut
    assert scan.has_header is (cut >= len(HEADER))
    ends = [len(HEADER) + sum(map(len, FRAGMENTS[: n + 1])) for n in range(3)]
    assert scan.fragments == sum(end <= cut for end in ends)
    if scan.fragments:
        assert scan.playable_bytes == max(end for end in ends if end <= cut)


@pytest.mark.parametrize("tail", [b"\0" * 3000, b"garbage that is no box", struct.pack(">I4s", 4, b"mdat")])
def test_what_is_no_box_ends_the_walk(tail: bytes):
    """Zeros of a power cut and other garbage are a broken tail."""
    scan = scan_mp4(io.BytesIO(WHOLE + tail))
    assert (scan.playable_bytes, scan.fragments, scan.torn) == (len(WHOLE), 3, True)


def test_long_sizes_are_read():
    """A box may state its size in 64 bits."""
    scan = scan_mp4(io.BytesIO(HEADER + fragment(5)[:-58] + box(b"mdat", b"x" * 50, long=True)))
    assert (scan.fragments, scan.samples, scan.torn) == (1, 5, False)


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_can_be_walked(data: bytes):
    """Nothing raises or loops."""
    assert 0 <= scan_mp4(io.BytesIO(data)).playable_bytes <= len(data)
