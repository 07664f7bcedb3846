"""Which picture of which loop a scripted participant shows at a moment: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.practice.meeting_clock import PICTURES_PER_S
from roomtone.practice.script import CameraKind

if TYPE_CHECKING:
    from roomtone.practice.meeting_clock import MeetingClock
    from roomtone.practice.members import Scripted
    from roomtone.practice.video_loops import VideoLoop


def camera_shown(member: Scripted, clock: MeetingClock, picture: int) -> tuple[VideoLoop, int] | None:
    """The camera's loop and the index in it for a picture of the clock's grid; None without a camera.

    Drawn loops run from second zero, so that their full seconds are the script's; videos from their owner's
    arrival.
    """
    if member.camera is None:
        return None
    position = clock.scripted_picture(picture)
    if member.script.camera.kind is CameraKind.VIDEO:
        position -= round(member.script.joins_s * PICTURES_PER_S)
    return member.camera, position % len(member.camera.pictures)


def share_shown(member: Scripted, clock: MeetingClock, picture: int) -> tuple[VideoLoop, int] | None:
    """The shared screen's loop and the index in it, from its beginning; None while nothing is shared."""
    if member.showing is None:
        return None
    loop = member.share_loops[member.showing]
    position = clock.scripted_picture(picture) - round(member.showing.from_s * PICTURES_PER_S)
    return loop, position % len(loop.pictures)
