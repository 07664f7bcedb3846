"""Lines of JSON from files that may be torn, huge or written by somebody else."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.records.chat import messages_of
from roomtone.service.records.json_lines import (
    LONGEST_LINE_BYTES,
    MOST_BYTES,
    MOST_LINES,
    JsonLines,
    seconds_in,
    text_in,
)
from roomtone.service.records.people import people_of
from roomtone.service.records.summary import Meeting, summarise
from roomtone.service.records.turns import captions_of, turns_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "at_s",
        "what",
        "participant_id",
        "name",
        "is_self",
        "text",
        "message_id",
        "caption_id",
        "final",
        "speaker_id",
        "speaker_name",
        "start_s",
        "end_s",
        "future",
    ]
)
WHAT = st.sampled_from(["joined", "changed", "left", "0", "Ünï 🎤", "\ud800", 0, 1.5, -1, 1e308])
LINES = st.dictionaries(FIELDS, WHAT | VALUES, max_size=9).map(lambda line: json.dumps(line).encode())


def read(data: bytes, cuts: list[int]) -> list[dict[str, object]]:
    """The lines of the data, fed in pieces that end at the cuts."""
    reader, lines, begin = JsonLines(), [], 0
    for end in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        lines += reader.feed(data[begin:end])
        begin = end
    return lines + reader.rest()


@given(
    lines=st.lists(LINES | st.binary(max_size=40), max_size=12),
    torn=st.integers(0, 400),
    cuts=st.lists(st.integers(0, 10_000)),
)
def test_nothing_that_a_file_may_hold_is_an_error(lines: list[bytes], torn: int, cuts: list[int]):
    """Any bytes, cut off anywhere and read in any pieces, give records that can be answered with."""
    data = b"\n".join(lines)
    data = data[: max(0, len(data) - torn)]
    found = read(data, cuts)
    assert json.dumps(found) == json.dumps(read(data, [])), "pieces make no difference"
    people, turns, messages = people_of(found), turns_of(found), messages_of(found)
    words = captions_of(found, {person.participant_id: person.name for person in people})
    summary = summarise(Meeting(60.0, people, turns, messages, words, "captions"))
    json.dumps([*map(str, people), *map(str, turns), *map(str, messages), summary], allow_nan=False).encode()
    for person in people:
        person.name.encode()
    for message in messages:
        message.text.encode()


@given(st.lists(LINES, min_size=1, max_size=8))
def test_a_torn_last_line_costs_that_line_alone(lines: list[bytes]):
    """Every whole line is read, with a line feed at the end or without; half a line is not."""
    whole = [json.loads(line) for line in lines]
    data = b"\n".join(lines)
    assert str(read(data, [])) == str(read(data + b"\n", [])) == str(whole)
    assert str(read(data + b'\n{"at_s": 1', [])) == str(whole)


def test_a_line_that_is_too_long_is_left_out():
    """It is not even held; the lines around it are read."""
    long = b'{"text": "' + b"x" * LONGEST_LINE_BYTES + b'"}'
    data = b'{"a": 1}\n' + long + b'\n{"b": 2}\n'
    assert read(data, list(range(0, len(data), 1000))) == [{"a": 1}, {"b": 2}]


def test_a_file_is_read_to_its_bounds():
    """Not more lines, and not more bytes, than a session writes."""
    reader = JsonLines()
    assert len(reader.feed(b"{}\n" * (MOST_LINES + 5))) == MOST_LINES
    assert reader.is_full
    reader = JsonLines()
    piece = b" " * 1000 + b"{}\n"
    n_lines = 0
    for _ in range(MOST_BYTES // len(piece) + 100):
        n_lines += len(reader.feed(piece))
    assert reader.is_full
    assert n_lines == MOST_BYTES // len(piece)


def test_what_is_no_time_and_no_text_is_none():
    """Times are finite, not negative and not of another age; text can always be written as UTF-8."""
    line = {"a": -0.1, "b": float("nan"), "c": "3", "d": True, "e": 1e9, "f": 3, "g": None}
    assert [seconds_in(line, name) for name in "abcdefgh"] == [None, None, None, None, None, 3.0, None, None]
    assert text_in({"t": "a\ud800b"}, "t") == "a?b"
    assert [text_in({"t": value}, "t") for value in (3, None, ["a"], {"a": "b"})] == [""] * 4
