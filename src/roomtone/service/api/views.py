"""The shapes of the API's answers, as they stand in its OpenAPI document."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

BOT_ID = "5b0f9c1e-8f1c-4a0e-9f43-0d1f3f6f6d10"
"""The bot of the examples."""


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Problem(_View):
    """Every error."""

    message: str = Field(description="What is wrong, with the field's dotted path, and what would be right.")


class Message(_View):
    """What was done."""

    message: str


class Health(_View):
    """The server answers and its database can be read."""

    status: str = Field(examples=["ok"])
    version: str


class CreatedBot(_View):
    """A bot that was made."""

    bot_id: str = Field(examples=[BOT_ID])
    transcript_id: str | None = Field(
        description="Of the transcript that was asked for; null: none was, or not with a provider that this "
        "server serves."
    )
    meeting_url: str
    status: str = Field(examples=["Active"])
    ignored: list[str] = Field(
        description="Dotted names of fields that were sent and that this version does not serve.",
        examples=[["agent_config_id"]],
    )


class BotStatus(_View):
    """Where a bot is."""

    bot_id: str = Field(examples=[BOT_ID])
    status: str = Field(examples=["Recording"])
    custom_attributes: dict[str, Any]
    end_reason: str | None = Field(description="Why the stay ended, one stable word; null before the end.")
    end_message: str | None = Field(description="Why the stay ended, a sentence.")


class TimelineEntry(_View):
    """Whether and when a bot came to a stage."""

    message: str
    status: bool = Field(description="Whether the stage was reached, and did not fail.")
    timestamp: str | None = Field(description="When it was first reached; ISO 8601, UTC.")


class BotSummary(_View):
    """A bot in a list."""

    bot_id: str = Field(examples=[BOT_ID])
    status: str = Field(examples=["Done"])
    BotID: str
    BotUsername: str
    MeetingLink: str
    Platform: str
    Status: str
    CreatedAt: str
    ScheduledJoinTime: str | None
    StartTime: str | None = Field(description="When the bot got into the meeting.")
    EndTime: str | None = Field(description="When its stay ended.")
    Duration: int = Field(description="Seconds recorded; 0 before the end.")
    LastUpdatedAt: int = Field(description="Unix time, seconds.")
    AudioStatus: str | None = Field(description="Success, Failed, or null: not processed yet.")
    VideoStatus: str | None = Field(
        description="Success, Failed, or null: not processed yet or not asked for."
    )
    TranscriptStatus: str | None = Field(
        description="Success, Failed, Skipped, Processing, or null: not begun, or none was asked for."
    )
    transcript_id: str | None = Field(description="Of the transcript that was asked for last.")
    end_reason: str | None = Field(description="Why the stay ended, one stable word; null before the end.")
    custom_attributes: dict[str, Any]


class CaptionFile(_View):
    """The captions that the meeting's platform made."""

    available: bool
    link: str | None = Field(description="JSON lines; needs no API key, and works for 1 hour.")


class BotDetails(BotSummary):
    """Everything about a bot."""

    UserID: str = Field(description="The workspace.")
    BotMessage: str | None
    BotImageURL: str | None
    BotProfile: str | None = Field(description="The browser profile it joined with; null: as a guest.")
    NativeSTT: bool = Field(description="Whether its transcript is made of the platform's captions.")
    OfferingType: str | None = Field(description="null: there is only one offering.")
    ManifestStatus: str | None = Field(description="null: no manifest is made.")
    MediaS3Bucket: str | None = Field(
        description="The bucket its recordings lie in; null: the server's data folder."
    )
    PlatformCreatedAt: str = Field(examples=["Zoom#2026-03-14T15:09:26.535Z"])
    StatusCreatedAt: str = Field(examples=["Done#2026-03-14T15:09:26.535Z"])
    PlatformStatusCreatedAt: str = Field(examples=["Zoom#Done#2026-03-14T15:09:26.535Z"])
    TranscriptPercent: int | None = Field(
        None, description="How much of the transcript's work is done, 0 to 100; null: there is none."
    )
    caption_file: CaptionFile
    participant_events: str | None = Field(
        description="Who came and went, JSON lines; needs no API key, works for 1 hour. null: not yet, or "
        "no longer there."
    )
    RequestPayload: dict[str, Any] = Field(description="The body as it was sent.")
    StatusTimeline: dict[str, TimelineEntry]
    MediaExpiresAt: str | None = Field(
        description="When the recordings are deleted; null: not decided, or never."
    )
    end_message: str | None = Field(description="Why the stay ended, a sentence.")
    end_detail: str | None = Field(description="What exactly went wrong, for the operator.")
    late_s: float | None = Field(
        description="How many seconds later than asked for the bot started; null: in time, or not started."
    )
    late_reason: str | None = Field(
        description="Why it started late: no_free_slot or service_not_running.", examples=["no_free_slot"]
    )
    recorded_s: float | None
    recording_paused: bool = Field(description="Whether picture and sound are black and silent now.")
    statistics: dict[str, Any] | None = Field(description="What the stay's capture counted.")


class BotDetailsAnswer(_View):
    """The details, in their wrapping."""

    bot_details: BotDetails


class Screenshot(_View):
    """A picture of the meeting page."""

    name: str = Field(examples=["failure.png"])
    url: str = Field(description="Where it is; needs the same Authorization header.")
    content_type: str = Field(examples=["image/png"])
    size_bytes: int
    taken_at: str = Field(description="ISO 8601, UTC.")
    page_snapshot_url: str | None = Field(
        description="The page's document of the same moment, HTML as a download; null: there is none."
    )


class Screenshots(_View):
    """All pictures of a bot's meeting page, oldest first."""

    bot_id: str = Field(examples=[BOT_ID])
    screenshots_count: int
    screenshots: list[Screenshot]
    message: str | None = Field(None, description="Why there are none yet; null once the bot is done.")


class BotList(_View):
    """A page of bots, newest first."""

    bots: list[BotSummary]
    hasNextPage: bool  # noqa: N815  the contract's spelling
    nextCursor: str | None = Field(description="Pass it as `cursor` for the next page.")  # noqa: N815
