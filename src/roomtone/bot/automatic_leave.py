"""When a bot leaves by itself: the fields, defaults and ranges of the MeetStream API, in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StrictStr
from pydantic_core import core_schema

from roomtone.bot.wire_model import WireModel

WAITING_ROOM_LIMIT_S = {"GMeet": 600, "Zoom": 1200, "Teams": 1800, "Practice": 1800}
"""Longest ``waiting_room_timeout`` by the platform's label."""
MOST_NAME_PATTERNS = 100


@dataclass(frozen=True, slots=True)
class SecondsRange:
    """Marks an ``int`` field: whole seconds from ``least`` to ``most``, refused in the contract's words."""

    least: int
    most: int

    def check(self, value: int) -> int:
        """The value; raises ``ValueError`` when it is out of range."""
        if value < self.least:
            raise ValueError(f"must be at least {self.least} seconds")
        if value > self.most:
            raise ValueError(f"must not exceed {self.most} seconds")
        return value

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """How pydantic checks it."""
        return core_schema.no_info_after_validator_function(self.check, core_schema.int_schema(strict=True))

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        """How it stands in the API's document."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


_Usual = Annotated[int, SecondsRange(60, 1800)]


class ParticipantNames(WireModel):
    """Other bots, known by their names: with only such in the meeting it counts as left by everyone."""

    matches: Annotated[
        list[Annotated[StrictStr, Field(min_length=1, max_length=200)]],
        Field(min_length=1, max_length=MOST_NAME_PATTERNS),
    ] = Field(description="Parts of names, such as `notetaker`.")
    activate_after: Annotated[int, SecondsRange(60, 1800)] = Field(
        300, description="Not before so long in the meeting."
    )
    timeout: Annotated[int, SecondsRange(5, 300)] = Field(5, description="Longest time with nobody but such.")


class BotDetection(WireModel):
    """How other bots are told from people."""

    using_participant_names: ParticipantNames | None = None


class AutomaticLeave(WireModel):
    """Limits on a stay; whole seconds, each with the contract's default and range.

    The upper bound of ``waiting_room_timeout`` differs by platform (``WAITING_ROOM_LIMIT_S``): the one here
    is the widest, and the request as a whole narrows it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    waiting_room_timeout: _Usual = Field(
        600, description="Longest wait for admission; at most 600 on Google Meet, 1200 on Zoom."
    )
    no_one_joined_timeout: _Usual = Field(600, description="Longest time alone before anyone came.")
    everyone_left_timeout: _Usual = Field(300, description="Longest time alone after others left.")
    voice_inactivity_timeout: _Usual = Field(100, description="Longest time without a voice.")
    in_call_recording_timeout: Annotated[int, SecondsRange(600, 18000)] = Field(
        14400, description="Longest recording."
    )
    recording_permission_denied_timeout: Annotated[int, SecondsRange(60, 300)] = Field(
        60, description="Zoom only."
    )
    bot_detection: BotDetection | None = None
