"""What was asked of a bot: the body of ``create_bot``, validated, as both wings read it.

One set of models serves the API's schema, the command line and the session's first line
(``docs/decisions/0001-pydantic-in-bot.md``). Its parts stand in modules of their own.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    field_validator,
    model_validator,
)

from roomtone.bot.account_sign_ins import GoogleMeetSignIn, TeamsSignIn, ZoomSignIn
from roomtone.bot.automatic_leave import WAITING_ROOM_LIMIT_S, AutomaticLeave
from roomtone.bot.errors import UnsupportedMeeting
from roomtone.bot.live_outputs import (  # noqa: TC001  pydantic reads them
    LiveAudio,
    LiveTranscription,
    LiveVideo,
    SocketConnection,
)
from roomtone.bot.meeting_address import MeetingAddress, meeting_link_of, parse_meeting_address
from roomtone.bot.older_shapes import as_today
from roomtone.bot.recording_config import RecordingConfig
from roomtone.bot.wire_fields import BotName, JoinTime  # noqa: TC001
from roomtone.bot.wire_model import WireModel, refusal
from roomtone.bot.wire_urls import HttpUrl  # noqa: TC001

PROFILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""What a browser profile may be called."""
MAX_MESSAGE_LENGTH = 4096
"""Longest chat message, in characters."""
MAX_DEDUPLICATION_KEY_LENGTH = 2000


def _readable(message: str) -> str:
    if not message.strip():
        raise ValueError("must have a visible character")
    return message


def printable_ascii(text: str) -> str:
    """The text; raises ``ValueError`` when something else than printable ASCII is in it."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError("must be printable ASCII")
    return text


_Message = Annotated[StrictStr, Field(max_length=MAX_MESSAGE_LENGTH), AfterValidator(_readable)]
_ConfigId = Annotated[StrictStr, Field(min_length=1, max_length=200)]
_DeduplicationKey = Annotated[
    StrictStr,
    Field(min_length=1, max_length=MAX_DEDUPLICATION_KEY_LENGTH),
    AfterValidator(printable_ascii),
]


def _older_shapes(schema: dict[str, Any]) -> None:
    """Show in the API's document what is taken beside the newest shape."""
    fields = schema["properties"]
    fields["socket_connection_url"]["anyOf"].insert(1, {"type": "string", "format": "uri"})
    fields["transcription"] = {
        "type": "object",
        "deprecated": True,
        "description": "The first shape of `recording_config.transcript.provider`.",
        "example": {"deepgram": {"model": "nova-3"}},
    }


class BotRequest(WireModel):
    """A bot, as asked for; every field with its default filled in."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra=_older_shapes)

    meeting_link: StrictStr = Field(
        description="Link of the meeting to join, or an invitation's text with exactly one such link in it."
    )
    bot_name: BotName = Field("Roomtone", description="The name other participants see.")
    callback_url: HttpUrl | None = Field(None, description="Where webhooks go.")
    video_required: StrictBool = Field(True, description="False: audio only, no MP4 and no video.processed.")
    audio_required: StrictBool = Field(True, description="False is not served: the audio is always kept.")
    join_at: JoinTime | None = Field(None, description="ISO 8601 with a time zone; past or null: join now.")
    bot_message: _Message | None = Field(None, description="Written into the chat when the bot is in.")
    bot_image_url: HttpUrl | None = Field(None, description="Picture to show as the bot's camera.")
    audio_separate_streams: StrictBool = Field(
        False, description="Whether each participant's voice is kept in files of its own."
    )
    video_separate_streams: StrictBool = Field(
        False, description="Whether each participant's picture is kept in files of its own."
    )
    live_audio_required: LiveAudio | None = None
    live_video_required: LiveVideo | None = Field(
        None, description="What is recorded is streamed as it is recorded; needs `video_required`."
    )
    live_transcription_required: LiveTranscription | None = Field(None, description="Words as they are said.")
    socket_connection_url: SocketConnection | None = Field(
        None,
        description="Where a program of yours talks through the bot: an object, or the URL as a text.",
        json_schema_extra={"examples": ["wss://example.com/"]},
    )
    automatic_leave: AutomaticLeave = Field(default_factory=AutomaticLeave)
    recording_config: RecordingConfig = Field(default_factory=RecordingConfig)
    zoom: ZoomSignIn = Field(default_factory=ZoomSignIn, description="`{}` or null: a guest.")
    google_meet: GoogleMeetSignIn = Field(default_factory=GoogleMeetSignIn)
    teams: TeamsSignIn = Field(default_factory=TeamsSignIn)
    browser_profile: Annotated[StrictStr, Field(pattern=PROFILE_NAME)] | None = Field(
        None,
        description="The signed-in browser profile to join with (`roomtone profile list`); null: as a guest. "
        "Ours, no field of the MeetStream API.",
    )
    agent_config_id: _ConfigId | None = Field(None, description="Not served by this version: ignored.")
    workflow_config_ids: Annotated[list[_ConfigId], Field(max_length=100)] = Field(
        default_factory=list, description="Not served by this version: ignored."
    )
    deduplication_key: _DeduplicationKey | None = Field(
        None,
        description="At most one bot of the workspace has it: asked for again, the answer is that bot (200), "
        "or 409 when it is for another meeting. Printable ASCII.",
    )
    custom_attributes: dict[str, Any] = Field(
        default_factory=dict, description="Given back in every webhook; lists can be filtered by them."
    )

    @model_validator(mode="before")
    @classmethod
    def _in_todays_shape(cls, given: Any) -> Any:
        return as_today(given) if isinstance(given, dict) else given

    @field_validator("bot_message", "bot_image_url", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        """Forms send an empty text for what was left out."""
        return None if value == "" else value

    @field_validator("meeting_link")
    @classmethod
    def _joinable(cls, value: str) -> str:
        try:
            return meeting_link_of(value)
        except UnsupportedMeeting as problem:
            raise ValueError(problem.problem) from None

    @model_validator(mode="after")
    def _within_the_platforms_patience(self) -> BotRequest:
        label = self.address.platform.label
        if self.automatic_leave.waiting_room_timeout > WAITING_ROOM_LIMIT_S[label]:
            problem = f"must not exceed {WAITING_ROOM_LIMIT_S[label]} seconds on {label}"
            raise refusal(("automatic_leave", "waiting_room_timeout"), problem)
        return self

    @model_validator(mode="after")
    def _live_video_is_recorded(self) -> BotRequest:
        if self.live_video_required is not None and not self.video_required:
            raise refusal(
                ("live_video_required",),
                "needs the recording's picture; leave it out or set video_required",
            )
        return self

    @property
    def address(self) -> MeetingAddress:
        """The meeting, parsed."""
        return parse_meeting_address(self.meeting_link)
