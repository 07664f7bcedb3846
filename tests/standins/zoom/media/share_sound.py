"""The sound of shared videos, which goes out beside their pictures."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from roomtone.practice.clips import decode_clip
from roomtone.practice.errors import UnusableMedia
from roomtone.practice.meeting_clock import PICTURES_PER_S, SAMPLE_RATE_HZ
from roomtone.practice.script_parser import is_video
from roomtone.practice.voice import Voice
from roomtone.practice.voice_timeline import PlacedClip, VoiceTimeline

if TYPE_CHECKING:
    from roomtone.practice.members import Scripted
    from roomtone.practice.script import Share
    from roomtone.practice.video_loops import VideoLoop


def share_voices(member: Scripted) -> dict[Share, Voice]:
    """A voice for each of a participant's shares that has sound: videos with a sound track."""
    found: dict[Share, Voice] = {}
    for share, loop in member.share_loops.items():
        if is_video(share.file):
            with contextlib.suppress(UnusableMedia):
                found[share] = Voice(VoiceTimeline((_placed(share, loop),)))
    return found


def _placed(share: Share, loop: VideoLoop) -> PlacedClip:
    """The sound begins anew with the pictures; what is longer than they are is cut off."""
    period = len(loop.pictures) * SAMPLE_RATE_HZ // PICTURES_PER_S
    return PlacedClip(
        begin=round(share.from_s * SAMPLE_RATE_HZ),
        end=None if share.to_s is None else round(share.to_s * SAMPLE_RATE_HZ),
        period=period,
        samples=decode_clip(share.file)[:period],
        index=0,
    )
