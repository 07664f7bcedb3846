"""Participants' own pictures: what is asked of the page, and files of what it gives."""

from __future__ import annotations

import time
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from roomtone.bot.stream_manifest import STREAMS_FOLDER, STREAMS_MANIFEST, StreamSegment, read_manifest
from roomtone.session.capture.model import (
    ParticipantJoined,
    ParticipantLeft,
    StreamPicture,
    TrackOpened,
    TrackOwner,
    TrackSource,
)
from roomtone.session.capture.streams.manifest import StreamManifest
from roomtone.session.capture.streams.video_streams import LATE_S, VideoStreams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_S = 500.0
FPS = 15


@cache
def pictures(seconds: float, width: int = 320, height: int = 180) -> tuple[tuple[float, bytes, bool], ...]:
    """VP8 frames as (seconds, frame, key), a key frame each second."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.gop_size = Fraction(1, FPS), Fraction(FPS), FPS
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    made = []
    for index in range(round(seconds * FPS)):
        planes[: height // 2, : 16 + index] = 200
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = index
        made += [(index / FPS, bytes(packet), bool(packet.is_keyframe)) for packet in encoder.encode(frame)]
    return tuple(made)


class Meeting:
    """Streams into a folder, a page that is only written to, and a clock that is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_s = START_S
        self.sent: list[dict[str, Any]] = []
        self.manifest = StreamManifest(folder)
        self.streams = VideoStreams(self.manifest, self.sent.append, START_S, clock=lambda: self.now_s)

    def joins(self, number: int, name: str) -> None:
        """Somebody comes with a camera."""
        self.streams.take(ParticipantJoined(name, name.title(), self.now_s))
        self.streams.take(
            TrackOpened(number, "video", TrackSource.RTC, f"track-{number}", "", "", self.now_s)
        )
        owner = TrackOwner(name, "camera", self.now_s, media_track_id=f"track-{number}", kind="video")
        self.streams.take(owner)

    def shows(self, stream: int, seconds: float, width: int = 320, height: int = 180) -> None:
        """The page encodes a stream for a while."""
        begin_s = self.now_s
        for at_s, data, is_key in pictures(seconds, width, height):
            self.now_s = begin_s + at_s
            self.streams.on_picture(StreamPicture(stream, self.now_s, data, is_key))
        self.now_s = begin_s + seconds

    def finish(self) -> list[StreamSegment]:
        """The meeting is over; what the manifest tells."""
        self.streams.stop()
        assert self.streams.close()
        return self.segments()

    def segments(self) -> list[StreamSegment]:
        """What the manifest tells so far."""
        with (self.folder / STREAMS_MANIFEST).open(encoding="utf-8") as lines:
            return read_manifest(lines)

    def length_s(self, segment: StreamSegment) -> float:
        """The stamp of a file's last picture that decodes."""
        with av.open(str(self.folder / STREAMS_FOLDER / segment.file)) as container:
            return max(frame.time or 0.0 for frame in container.decode(video=0))


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Meeting]:
    """A meeting of nobody."""
    meeting = Meeting(tmp_path)
    yield meeting
    meeting.streams.close()
    meeting.manifest.close()


def test_the_page_is_told_whom_to_encode_and_when_to_end(meeting: Meeting):
    """Each stream has a number of its own, also after a page was loaded anew."""
    meeting.joins(1, "ada")
    meeting.joins(2, "grace")
    meeting.streams.take(ParticipantLeft("ada", meeting.now_s))
    meeting.streams.page_loaded()
    told = [(one["type"], one["stream"], one.get("media_track_id")) for one in meeting.sent]
    assert told == [
        ("stream_start", 1, "track-1"),
        ("stream_start", 2, "track-2"),
        ("stream_stop", 1, None),
        ("stream_stop", 2, None),
        ("stream_start", 3, "track-2"),
    ]
    start = meeting.sent[0]
    assert (start["max_fps"], start["longest_side"], start["clock_us"]) == (15, 640, START_S * 1e6)


def test_a_change_of_size_begins_a_segment(meeting: Meeting):
    """Each file has one size and lies where its pictures were."""
    meeting.joins(1, "ada")
    meeting.now_s += 1.0
    meeting.shows(1, 2.0)
    meeting.shows(1, 2.0, 160, 120)
    first, second = meeting.finish()
    assert (first.start_sample, second.start_sample) == (48_000, 3 * 48_000)
    assert first.samples == pytest.approx(2 * 48_000, abs=96)
    assert second.samples == pytest.approx(2 * 48_000, abs=96)
    assert meeting.length_s(first) == pytest.approx(2.0 - 1 / FPS, abs=0.01)


def test_a_pause_keeps_what_was_seen_before_and_nothing_of_it(meeting: Meeting):
    """A picture that was seen before the pause may come late; one that was seen in it is not kept."""
    meeting.joins(1, "ada")
    meeting.shows(1, 2.0)
    paused_s = meeting.now_s
    meeting.streams.pause()
    late, seen_in_it = pictures(3.0)[30:32]
    meeting.now_s += 0.3
    meeting.streams.on_picture(StreamPicture(1, paused_s, late[1], late[2]))
    meeting.streams.on_picture(StreamPicture(1, paused_s + 0.1, seen_in_it[1], seen_in_it[2]))
    meeting.now_s = paused_s + LATE_S + 1.0
    meeting.streams.resume()
    meeting.shows(2, 1.0)
    first, second = meeting.finish()
    assert meeting.length_s(first) == pytest.approx(2.0, abs=0.01)
    assert second.start_sample == 48_000 * 4


def test_an_unfinished_file_plays(meeting: Meeting):
    """What a killed session leaves lacks at most its last second."""
    meeting.joins(1, "ada")
    meeting.shows(1, 4.0)
    while not meeting.streams.is_written:
        time.sleep(0.005)
    (segment,) = meeting.segments()
    assert segment.samples is None
    assert meeting.length_s(segment) > 3.0


def test_a_stream_begins_with_a_key_frame(meeting: Meeting):
    """What cannot be decoded is not written."""
    meeting.joins(1, "ada")
    for at_s, data, is_key in pictures(3.0)[1:]:
        meeting.streams.on_picture(StreamPicture(1, START_S + at_s, data, is_key))
    (segment,) = meeting.finish()
    assert segment.start_sample == 48_000
