"""When a bot leaves by itself: the fields, defaults and ranges of the MeetStream API, in seconds."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from roomtone.bot.wire_model import WireModel


class AutomaticLeave(WireModel):
    """Limits on a stay; whole seconds, each with the contract's default and range.

    The upper bound of ``waiting_room_timeout`` differs by platform (600 Meet, 1200 Zoom, 1800 Teams);
    ours is the widest, and a platform driver's request check narrows it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    waiting_room_timeout: int = Field(600, ge=60, le=1800, description="Longest wait for admission.")
    no_one_joined_timeout: int = Field(
        600, ge=60, le=1800, description="Longest time alone before anyone came."
    )
    everyone_left_timeout: int = Field(
        300, ge=60, le=1800, description="Longest time alone after others left."
    )
    voice_inactivity_timeout: int = Field(100, ge=60, le=1800, description="Longest time without a voice.")
    in_call_recording_timeout: int = Field(14400, ge=600, le=18000, description="Longest recording.")
    recording_permission_denied_timeout: int = Field(60, ge=60, le=300, description="Zoom only.")
