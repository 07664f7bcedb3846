"""What a person sees while a meeting is recorded. Pure: events in, lines out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.bot.session_protocol import (
    InMeeting,
    InWaitingRoom,
    Joining,
    Leaving,
    Progress,
    RecordingStarted,
    Warned,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

    from roomtone.bot.session_protocol import Statistics

METER_WIDTH = 10
METER_FLOOR_DBFS = -60.0
MOST_SPEAKERS = 3
"""So many names are shown, then how many more there are."""


def happening(event: BaseModel) -> str | None:
    """The sentence for an event that is worth one; None for all others."""
    sentence = None
    match event:
        case Joining():
            sentence = "joining the meeting" if event.attempt == 1 else f"joining, attempt {event.attempt}"
        case InWaitingRoom():
            sentence = "waiting for the host to let the bot in"
        case InMeeting():
            sentence = "in the meeting"
        case RecordingStarted():
            sentence = "recording sound" if event.picture == "none" else "recording sound and picture"
        case Warned():
            sentence = f"{event.severity}: {event.message} ({event.code})"
        case Leaving():
            sentence = "leaving"
    return sentence


def sound_heard(statistics: Statistics) -> str:
    """One line of how the meeting was heard, for the summary."""
    worlds = statistics.audio_worlds
    seconds = {"webrtc": worlds.webrtc, "webaudio": worlds.webaudio, "elements": worlds.elements}
    heard = [f"{name} {heard_s:.1f} s" for name, heard_s in seconds.items() if heard_s]
    if not heard:
        return "sound heard: none"
    return f"sound heard: {', '.join(heard)}" + (" (mixed)" if statistics.audio_world == "mixed" else "")


def status(progress: Progress, elapsed_s: float) -> str:
    """One line of how it goes, without control characters.

    Args:
        progress: The session's latest.
        elapsed_s: Since the bot set out; shown while nothing is recorded.
    """
    shown_s = progress.recorded_s or elapsed_s
    parts = [f"{progress.state:<15}", _clock(shown_s)]
    if progress.recorded_s:
        parts += [_meter(progress.level_dbfs), f"{progress.size_bytes / 1e6:6.1f} MB"]
    if progress.participants:
        parts.append(f"{progress.participants} others" if progress.participants > 1 else "1 other")
    if progress.speakers:
        parts.append(_names(progress.speakers))
    return "  ".join(parts)


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _meter(level_dbfs: float) -> str:
    share = (level_dbfs - METER_FLOOR_DBFS) / -METER_FLOOR_DBFS
    full = round(METER_WIDTH * min(1.0, max(0.0, share)))
    return "#" * full + "-" * (METER_WIDTH - full)


def _names(speakers: tuple[str, ...]) -> str:
    clean = ["".join(c for c in name if c.isprintable())[:40] for name in speakers]
    more = len(clean) - MOST_SPEAKERS
    return ", ".join(clean[:MOST_SPEAKERS]) + (f" and {more} more" if more > 0 else "")
