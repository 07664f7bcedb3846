"""How a recording is made and kept, and who hears of participants meanwhile."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

from roomtone.bot.transcript_providers import TranscriptRequest  # noqa: TC001  pydantic reads it
from roomtone.bot.wire_model import WireModel
from roomtone.bot.wire_urls import HttpUrl  # noqa: TC001

MOST_REALTIME_ENDPOINTS = 10
"""Most receivers of one bot's participant events."""
MOST_RETENTION_HOURS = 24 * 3650

ParticipantEvent = Literal[
    "participant_events.join",
    "participant_events.leave",
    "participant_events.speech_on",
    "participant_events.speech_off",
    "participant_events.chat_message",
]
OTHER_EVENT_NAMES: dict[str, ParticipantEvent] = {
    "participant_events.chat": "participant_events.chat_message",
    "participant_events.speaking_started": "participant_events.speech_on",
    "participant_events.speaking_stopped": "participant_events.speech_off",
    "participant_events.started_speaking": "participant_events.speech_on",
    "participant_events.stopped_speaking": "participant_events.speech_off",
}
"""What may be written for a participant event; it is delivered under its own name."""
VideoLayout = Literal["speaker_view", "grid_view"]


def event_name(given: Any) -> Any:
    """A participant event's own name, for another that it goes by; anything else as it is."""
    return OTHER_EVENT_NAMES.get(given, given) if isinstance(given, str) else given


class Retention(WireModel):
    """How long the recordings are kept after the stay."""

    type: Literal["timed"] = "timed"
    hours: Annotated[int, Field(strict=True, ge=1, le=MOST_RETENTION_HOURS)] = Field(
        description="Hours after the bot is done."
    )


class RealtimeEndpoint(WireModel):
    """Who is told of participants that come, go, speak and write while the meeting runs."""

    type: Literal["webhook"] = "webhook"
    url: HttpUrl
    events: Annotated[
        list[Annotated[ParticipantEvent, BeforeValidator(event_name)]],
        Field(min_length=1, max_length=10),
        AfterValidator(lambda events: list(dict.fromkeys(events))),
    ] = Field(description="Which of them; one named twice counts once.")


class RecordingConfig(WireModel):
    """How the recording is made and kept."""

    retention: Retention | None = Field(None, description="null takes the server's setting.")
    video_layout: VideoLayout = Field(
        "speaker_view",
        description="speaker_view: whoever speaks, or the shared screen. grid_view: the page as seen.",
    )
    transcript: TranscriptRequest | None = None
    realtime_endpoints: Annotated[list[RealtimeEndpoint], Field(max_length=MOST_REALTIME_ENDPOINTS)] = Field(
        default_factory=list
    )
    audio_separate_streams: StrictBool | None = Field(
        None, description="The same as beside `recording_config`, which wins."
    )
    video_separate_streams: StrictBool | None = Field(
        None, description="The same as beside `recording_config`, which wins."
    )
