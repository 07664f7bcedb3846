"""What scripted people hear of a guest."""

from __future__ import annotations

from typing import Any, cast

import av
import numpy as np

from roomtone.practice.ear import MOST_HEARD_S, Ear, mono
from roomtone.practice.happenings import HappeningLog
from roomtone.practice.meeting_clock import MeetingClock
from roomtone.practice.members import Guest
from roomtone.practice.peer import with_good_sound

LOUD = np.full(960, 3000, np.int16)
QUIET = np.zeros(960, np.int16)


class Member:
    """The fourth of the script."""

    index = 3


def an_ear() -> tuple[Ear, HappeningLog]:
    """An ear for the bot, and where its news goes."""
    log = HappeningLog(MeetingClock(origin_s=0.0))
    return Ear(cast("Any", Member()), Guest("g", "Bot", bot=True), log), log


def test_sounds_are_told_as_they_begin_and_end() -> None:
    """Once each: a short pause is within a sound; when it was, not when it was noticed."""
    ear, log = an_ear()
    for place in range(100):
        is_loud = 10 <= place < 30 or 45 <= place < 50
        ear.take(LOUD if is_loud else QUIET, place * 0.02)
    told = [(one.what, round(one.monotonic_s, 2), one.facts["name"]) for one in log.happenings]
    assert told == [("guest_sound_began", 0.2, "Bot"), ("guest_sound_ended", 1.0, "Bot")]


def test_what_was_heard_is_bounded() -> None:
    """The last two minutes are there."""
    ear, _ = an_ear()
    for place in range(int(MOST_HEARD_S * 50) + 10):
        ear.take(QUIET, place * 0.02)
    assert len(ear.heard) == MOST_HEARD_S * 50
    assert ear.heard[0][0] == 0.2


def test_channels_are_averaged() -> None:
    """Two channels of a decoded frame make one."""
    packed = np.stack([np.full(960, 100), np.full(960, 300)], axis=1).astype(np.int16).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
    assert mono(frame).tolist() == [200] * 960


def test_voices_are_asked_for_as_they_are() -> None:
    """Once for each payload type that is Opus; nothing else of the description changes."""
    sdp = "m=audio 9 X 96 0\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\n"
    asked = with_good_sound(sdp)
    assert asked.replace("a=fmtp:96 stereo=1;maxaveragebitrate=128000\r\n", "") == sdp
    assert asked.count("fmtp") == 1
