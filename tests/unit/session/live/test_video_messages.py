"""The texts of live video."""

from __future__ import annotations

import json

import pytest

from roomtone.fragments.boxes import Track
from roomtone.fragments.growing import Fragment
from roomtone.session.live.video_messages import (
    LatencyPings,
    end_message,
    pictures_a_second,
    start_message,
)


def test_the_first_text_says_what_the_recording_is():
    """Field by field."""
    video = Track(1, True, 90_000, codec="avc1.42c01f", width=1280, height=720)
    audio = Track(2, False, 48_000, codec="mp4a.40.2", sample_rate_hz=48_000, channels=1)
    assert json.loads(start_message("b", video, audio, framerate=28, audio_bit_rate=96_000)) == {
        "type": "video_stream_start",
        "bot_id": "b",
        "codec": "h264",
        "audio_codec": "aac",
        "container": "fmp4",
        "width": 1280,
        "height": 720,
        "framerate": 28,
        "audio_sample_rate": 48_000,
        "audio_channels": 1,
        "audio_bitrate": "96k",
        "mime_type": 'video/mp4; codecs="avc1.42c01f, mp4a.40.2"',
    }
    assert json.loads(end_message("b", 3.14159))["duration_seconds"] == 3.142


@pytest.mark.parametrize(
    ("n_pictures", "length_s", "told"),
    [(14, 0.5, 28), (1, 0.5, 30), (0, 0.5, 30), (5, 0.0, 30), (2, 10.0, 1)],
)
def test_the_rate_is_measured_where_it_can_be(n_pictures, length_s, told):
    """Pictures by seconds; what the recorders aim at where there are too few."""
    assert pictures_a_second(Fragment(0, 1, 2.0, 2.0 + length_s, n_pictures, True), 30) == told


def test_pings_come_in_their_time_and_pongs_are_measured():
    """The first at once; the round trip is of our own clock, whatever the receiver's says."""
    pings = LatencyPings("b", 5.0)
    assert json.loads(pings.due(10.0, 1234) or "") == {
        "type": "video_latency_ping", "seq": 1, "sent_at_ms": 1234, "bot_id": "b",
    }  # fmt: skip
    assert pings.due(14.9, 0) is None
    assert pings.due(15.0, 0) is not None
    assert pings.hear(json.dumps({"type": "video_latency_pong", "seq": 1}), 10.25) == 0.25
    assert pings.last_round_trip_s == 0.25


@pytest.mark.parametrize(
    "said",
    [b"\0", "no JSON", "[]", '{"type": "ack"}', '{"type": "video_latency_pong", "seq": 9}',
     '{"type": "video_latency_pong", "seq": [1]}', "[" * 5000, '{"a": ' * 600],
)  # fmt: skip
def test_what_is_no_pong_of_ours_is_passed_over(said):
    """Anything may come from a receiver."""
    pings = LatencyPings("b", 5.0)
    pings.due(0.0, 0)
    assert pings.hear(said, 1.0) is None
