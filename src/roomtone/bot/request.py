"""What was asked of a bot: the body of ``create_bot``, validated, as both wings read it.

One set of models serves the API's schema, the command line and the session's first line
(``docs/decisions/0001-pydantic-in-bot.md``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictBool, StrictStr, field_validator, model_validator

from roomtone.bot.automatic_leave import AutomaticLeave
from roomtone.bot.meeting_address import (
    MAX_LINK_LENGTH,
    MeetingAddress,
    meeting_link_of,
    parse_meeting_address,
)
from roomtone.bot.transcript_providers import TranscriptRequest  # noqa: TC001  pydantic reads it
from roomtone.bot.wire_fields import BotName, JoinTime  # noqa: TC001
from roomtone.bot.wire_model import WireModel

PROFILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""What a browser profile may be called."""
MAX_TOKEN_URL_LENGTH = 4096
"""Longest ``zak_url`` or ``obf_url``, in characters."""


def _check_url(schemes: tuple[str, ...]) -> AfterValidator:
    def check(url: str) -> str:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as problem:
            raise ValueError(f"is not a valid URL: {problem}") from None
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError("must be a URL that starts with " + " or ".join(f"{s}://" for s in schemes))
        if any(c.isspace() or not c.isprintable() for c in url):
            raise ValueError("must have no spaces and no control characters")
        return url

    return AfterValidator(check)


HttpUrl = Annotated[StrictStr, Field(max_length=MAX_LINK_LENGTH), _check_url(("https", "http"))]
WebSocketUrl = Annotated[StrictStr, Field(max_length=MAX_LINK_LENGTH), _check_url(("wss", "ws"))]
TokenUrl = Annotated[StrictStr, Field(max_length=MAX_TOKEN_URL_LENGTH), _check_url(("https",))]


class LiveAudio(WireModel):
    """Where a meeting's audio is streamed to while it runs (``docs/protocols/live-audio.md``)."""

    websocket_url: WebSocketUrl = Field(description="The bot dials this WebSocket once it is in the meeting.")
    length_bytes: Literal[2, 4] | None = Field(
        None, description="Width of the two length fields of a frame; null takes the server's setting (4)."
    )


class ZoomSignIn(WireModel):
    """How a bot would sign in to Zoom; empty is a guest, which is all that this version can be.

    ZAK and OBF tokens belong to Zoom's native SDK. The web client, which guests use, takes neither, so a bot
    that was given one is refused instead of being sent in as somebody else than was asked for.
    """

    zak_url: TokenUrl | None = Field(None, description="Not served by this version: refused.")
    obf_url: TokenUrl | None = Field(None, description="Not served by this version: refused.")

    @model_validator(mode="before")
    @classmethod
    def _not_both(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("zak_url") is not None and given.get("obf_url") is not None:
            raise ValueError("give zak_url or obf_url, not both")
        return given

    @field_validator("zak_url", "obf_url")
    @classmethod
    def _not_served(cls, value: str | None) -> str | None:
        if value is not None:
            raise ValueError(
                "is not supported yet: ZAK and OBF tokens are for Zoom's native SDK, and this version joins "
                "through Zoom's web client as a guest; leave it out"
            )
        return value


class Retention(WireModel):
    """How long the recordings are kept after the stay."""

    type: Literal["timed"] = "timed"
    hours: Annotated[int, Field(strict=True, ge=1, le=24 * 3650)] = Field(
        description="Hours after the bot is done."
    )


class RecordingConfig(WireModel):
    """How the recording is made and kept."""

    retention: Retention | None = Field(None, description="null takes the server's setting.")
    video_layout: Literal["speaker_view", "grid_view"] = Field(
        "speaker_view",
        description="speaker_view: whoever speaks, or the shared screen. grid_view: the page as seen.",
    )
    transcript: TranscriptRequest | None = None


class BotRequest(WireModel):
    """A bot, as asked for; every field with its default filled in."""

    meeting_link: StrictStr = Field(
        description="Link of the meeting to join, or an invitation's text with exactly one such link in it."
    )
    bot_name: BotName = Field("Roomtone", description="The name other participants see.")
    callback_url: HttpUrl | None = Field(None, description="Where webhooks go.")
    video_required: StrictBool = Field(True, description="False: audio only, no MP4 and no video.processed.")
    live_audio_required: LiveAudio | None = None
    automatic_leave: AutomaticLeave = Field(default_factory=AutomaticLeave)
    recording_config: RecordingConfig = Field(default_factory=RecordingConfig)
    zoom: ZoomSignIn = Field(default_factory=ZoomSignIn, description="`{}` or null: a guest.")
    browser_profile: Annotated[StrictStr, Field(pattern=PROFILE_NAME)] | None = Field(
        None,
        description="The signed-in browser profile to join with (`roomtone profile list`); null: as a guest. "
        "Ours, no field of the MeetStream API.",
    )
    custom_attributes: dict[str, Any] = Field(
        default_factory=dict, description="Given back in every webhook."
    )
    join_at: JoinTime | None = Field(None, description="ISO 8601 with a time zone; past or null: join now.")

    @field_validator("meeting_link")
    @classmethod
    def _joinable(cls, value: str) -> str:
        from roomtone.bot.errors import UnsupportedMeeting

        try:
            return meeting_link_of(value)
        except UnsupportedMeeting as problem:
            raise ValueError(problem.problem) from None

    @property
    def address(self) -> MeetingAddress:
        """The meeting, parsed."""
        return parse_meeting_address(self.meeting_link)
