"""The Range header, read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.api.ranges import Part, Unsatisfiable, requested_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=0-", Part(0, 100)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=90-1000", Part(90, 100)),
        ("bytes=-1", Part(99, 100)),
        ("bytes=-1000", Part(0, 100)),
        ("Bytes = 10 - 19 ", Part(10, 20)),
    ],
)
def test_one_range_is_a_part(header: str, part: Part):
    """First and last byte, an open end and the last bytes are understood; ends past the file are cut."""
    assert requested_part(header, 100) == part


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=0-1,3-4",
        "seconds=0-1",
        "bytes=1-2-3",
        "bytes=0x1-2",
        "bytes=" + "0" * 300 + "-",
    ],
)
def test_what_is_not_understood_is_the_whole_file(header: str | None):
    """No header, another unit, several ranges and nonsense all mean the whole file."""
    assert requested_part(header, 100) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)]
)
def test_a_range_outside_the_file_is_refused(header: str, size: int):
    """A start past the end, and zero last bytes, are unsatisfiable."""
    with pytest.raises(Unsatisfiable):
        requested_part(header, size)


@given(st.text(alphabet="bytes=0123456789-, ", max_size=40), st.integers(0, 50))
def test_a_part_always_lies_in_the_file(header: str, size: int):
    """Whatever the header, a part is not empty and inside."""
    try:
        part = requested_part(header, size)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= size
