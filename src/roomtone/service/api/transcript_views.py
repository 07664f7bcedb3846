"""The bodies and answers of the transcript routes."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from roomtone.bot.transcript_providers import PROVIDERS, ProviderChoice
from roomtone.bot.wire_model import WireModel
from roomtone.bot.wire_urls import HttpUrl
from roomtone.service.api.views import BOT_ID
from roomtone.service.api.webhook_views import Instant

TRANSCRIPT_ID = "8a5d0d5c-2f2f-4d4e-9a52-6b7b8d1a0b11"
"""The transcript of the examples."""


def _by_name(given: Any) -> Any:
    """A bare name stands for the provider with its defaults."""
    return {"name": given} if isinstance(given, str) else given


class TranscribeBody(WireModel):
    """Which transcript is to be made of a recording."""

    provider: Annotated[ProviderChoice, BeforeValidator(_by_name)] | None = Field(
        None,
        description="One provider with its options, as in `create_bot`, or its name; null: that of the bot, "
        "if this server has it, else `local`.",
        examples=[{"local": {}}, "meeting_captions"],
    )
    callback_url: HttpUrl | None = Field(
        None, description="Where the one event goes that tells the end; null: the bot's `callback_url`."
    )


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class TranscribeAnswer(_View):
    """A transcript that is being made."""

    bot_id: str = Field(examples=[BOT_ID])
    transcript_id: str = Field(examples=[TRANSCRIPT_ID])
    provider: str = Field(examples=["local"])
    message: str


class DownloadUrls(_View):
    """Links that need no API key and work for 1 hour."""

    raw_transcript: str = Field(description="What the provider answered; JSON.")
    processed_transcript: str = Field(description="The array of segments; JSON.")


class TranscriptionView(_View):
    """One transcript of a bot."""

    transcript_id: str = Field(examples=[TRANSCRIPT_ID])
    provider: str = Field(examples=["local"], json_schema_extra={"enum": list(PROVIDERS)})
    status: str = Field(
        description="`Not started` (the recording is not there yet), `Processing`, `Success`, `Failed`, or "
        "`Skipped` (there was nothing to transcribe).",
        examples=["Success"],
    )
    created_at: Instant
    config: dict[str, Any] = Field(description="The provider's options, defaults filled in.")
    download_urls: DownloadUrls | None = Field(description="null before success and after deletion.")
    percent: int = Field(description="How much of the work is done, 0 to 100.")
    engine: str | None = Field(description="What recognised the words.", examples=["pocketsphinx"])
    model: str | None = Field(description="With which model.", examples=["en-us"])
    language: str | None = Field(description="Of the words, if the provider says so.", examples=["en-US"])
    error: str | None = Field(description="Why there is none; null unless it failed or was skipped.")
    seconds_missed: float | None = Field(
        description="Speech without words, of what was made while the meeting ran: its provider was away or "
        "too slow. null: made of the recording, or not known (yet).",
        examples=[None],
    )
    finished_at: Instant | None


class Transcriptions(_View):
    """All transcripts of a bot, newest first."""

    bot_id: str = Field(examples=[BOT_ID])
    transcriptions: list[TranscriptionView]


class SegmentWord(_View):
    """A word of a segment."""

    word: str = Field(examples=["hello"])
    punctuated_word: str = Field(examples=["Hello,"])
    start: float = Field(description="Seconds since the recording began.")
    end: float
    confidence: float | None = Field(description="0 to 1; null: the provider tells none.")
    speaker: int = Field(description="Counts speakers from 0, in the order in which they first spoke.")
    speaker_confidence: float | None


class Segment(_View):
    """A turn of one speaker."""

    speaker: str = Field(description="The name shown in the meeting.", examples=["Ada"])
    speaker_id: str | None = Field(description="The participant's id; null: nobody could be named.")
    transcript: str = Field(examples=["Hello, everybody."])
    start_time: float = Field(description="Seconds since the recording began.")
    end_time: float
    absolute_start_time: str = Field(description="ISO 8601, UTC.", examples=["2026-03-14T15:09:26.535Z"])
    absolute_end_time: str
    words: list[SegmentWord]


class TranscriptPending(_View):
    """The transcript is not there."""

    message: str = Field(
        examples=["Transcript is still being processed. Current status: Processing"],
    )
    status: str = Field(
        description="As in `/transcriptions`; with `Failed` and `Skipped` nothing more will come.",
        examples=["Processing"],
    )
    percent: int = Field(description="How much of the work is done, 0 to 100.")
    error: str | None = Field(description="Why it failed or was skipped.")
