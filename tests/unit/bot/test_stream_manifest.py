"""The lines about participants' own files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.stream_manifest import (
    StreamClosed,
    StreamNamed,
    StreamOpened,
    StreamSegment,
    read_manifest,
)


def lines(*told: StreamOpened | StreamNamed | StreamClosed) -> list[str]:
    """As a session writes them."""
    return [one.model_dump_json() + "\n" for one in told]


def opened(file: str, participant_id: str = "7", name: str = "", start_sample: int = 0) -> StreamOpened:
    """A voice's segment."""
    return StreamOpened(
        file=file, kind="audio", participant_id=participant_id, name=name, start_sample=start_sample
    )


def test_segments_come_with_the_name_known_last():
    """A name that comes late is the name of every segment, and a segment that was cut off has no length."""
    text = lines(
        opened("audio-0001.webm"),
        StreamNamed(participant_id="7", name="Ada"),
        StreamClosed(file="audio-0001.webm", samples=960),
        opened("audio-0002.webm", name="Ada", start_sample=48_000),
    )
    assert read_manifest(text) == [
        StreamSegment("audio-0001.webm", "audio", "7", "Ada", 0, 960),
        StreamSegment("audio-0002.webm", "audio", "7", "Ada", 48_000, None),
    ]


def test_torn_lines_and_names_that_lead_elsewhere_are_passed_over():
    """What a crash tore, and file names that are not ours, say nothing."""
    text = [
        '{"what": "opened", "file": "audio-00',
        lines(opened("audio-0001.webm"))[0].replace("audio-0001.webm", "../../secret"),
        *lines(opened("audio-0002.webm"), StreamClosed(file="audio-0009.webm", samples=1)),
    ]
    assert [one.file for one in read_manifest(text)] == ["audio-0002.webm"]


@given(st.lists(st.text()))
def test_any_text_is_read(text: list[str]):
    """Nothing that stands in the file raises."""
    assert read_manifest(text) == []
