"""What a person is told while a meeting is recorded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import (
    AudioWorldSeconds,
    Ended,
    InWaitingRoom,
    Joining,
    Progress,
    RecordingStarted,
    Statistics,
    Warned,
)
from roomtone.foreground.status_line import happening, sound_heard, status

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_recording_in_one_line():
    """State, time, level, size, people and who speaks."""
    progress = Progress(
        at=NOW,
        state="recording",
        recorded_s=3723.4,
        speakers=("Ada", "Grace", "Alan", "Kurt"),
        participants=5,
        level_dbfs=-30,
        size_bytes=12_340_000,
    )
    assert status(progress, 9999) == (
        "recording        1:02:03  #####-----    12.3 MB  5 others  Ada, Grace, Alan and 1 more"
    )


def test_before_the_recording_the_time_is_that_of_the_way_in():
    """Nothing is recorded yet: no level and no size."""
    assert (
        status(Progress(at=NOW, state="joining", participants=1), 7.9) == "joining          0:00:07  1 other"
    )


@pytest.mark.parametrize("level_dbfs", [-200.0, -120.0, 0.0, 6.0])
def test_the_meter_never_leaves_its_place(level_dbfs):
    """Any level gives a meter of ten characters."""
    progress = Progress(at=NOW, state="recording", recorded_s=1, level_dbfs=level_dbfs)
    assert len(status(progress, 0).split("  ")[2].strip("#-").strip()) == 0


def test_a_name_cannot_move_the_cursor():
    """Control characters in a name are left out."""
    progress = Progress(at=NOW, state="recording", recorded_s=1, speakers=("\x1b[2JEve\n",))
    assert status(progress, 0).endswith("[2JEve")
    assert "\x1b" not in status(progress, 0)


def test_what_is_worth_a_sentence():
    """Steps and warnings are, the end and progress are told elsewhere."""
    assert happening(Joining(at=NOW)) == "joining the meeting"
    assert happening(Joining(at=NOW, attempt=2)) == "joining, attempt 2"
    assert happening(InWaitingRoom(at=NOW)) == "waiting for the host to let the bot in"
    assert happening(RecordingStarted(at=NOW, picture="none")) == "recording sound"
    assert happening(RecordingStarted(at=NOW, picture="track")) == "recording sound and picture"
    assert happening(Warned(at=NOW, code="x", message="y")) == "warning: y (x)"
    assert happening(Warned(at=NOW, code="x", message="y", severity="notice")) == "notice: y (x)"
    assert happening(Ended(at=NOW, reason=EndReason.SILENCE)) is None


@pytest.mark.parametrize(
    ("statistics", "line"),
    [
        (Statistics(), "sound heard: none"),
        (
            Statistics(audio_world="webrtc", audio_worlds=AudioWorldSeconds(webrtc=12.34)),
            "sound heard: webrtc 12.3 s",
        ),
        (
            Statistics(audio_world="mixed", audio_worlds=AudioWorldSeconds(webrtc=9, webaudio=8)),
            "sound heard: webrtc 9.0 s, webaudio 8.0 s (mixed)",
        ),
    ],
)
def test_the_summary_tells_how_the_meeting_was_heard(statistics: Statistics, line: str):
    """Each way with its seconds, and that there was none."""
    assert sound_heard(statistics) == line
