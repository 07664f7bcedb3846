"""The shapes of answers about participants' own files."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from roomtone.service.api.views import BOT_ID

_LINK = (
    f"http://127.0.0.1:8700/api/v1/media/{BOT_ID}/{{}}?expires=1773504566"
    "&signature=vX0rZ8d0f3yq8gkQ2o6b1yq6m0c3o9l5uS8n1h4wq7A"
)
StreamsState = Literal["in_progress", "completed", "unavailable"]
"""``unavailable``: not asked for, or none could be made."""


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Segment(_View):
    segment_index: int = Field(description="Counts from 0 within its stream, by time.", examples=[0])
    filename: str = Field(examples=["audio-0001.webm"])
    duration_seconds: float = Field(examples=[912.44])
    start_seconds: float = Field(
        description="Where it begins in the recording, exact to the sample.", examples=[4.02]
    )
    start_sample: int = Field(description="The same in samples at 48,000 Hz.", examples=[192960])
    size_bytes: int = Field(examples=[4821100])


class AudioSegment(_Segment):
    """One file of one voice: Opus in WebM."""

    url: str = Field(
        description="Needs no API key, and works for 10 minutes.",
        examples=[_LINK.format("audio_stream/audio-0001.webm")],
    )
    sample_rate: int = Field(examples=[48000])
    channels: int = Field(examples=[1])
    codec: str = Field(examples=["opus"])


class AudioStream(_View):
    """One voice: a segment for each stretch without a silence of more than half a minute."""

    stream_id: str = Field(examples=["7"])
    segments: list[AudioSegment]


class AudioParticipant(_View):
    """One speaker; `NoSpeaker` is sound that nobody is known for."""

    participant_name: str = Field(examples=["Ada Lovelace"])
    participant_id: str = Field(description="The platform's id.", examples=["7"])
    streams: list[AudioStream]


class AudioStreamsSummary(_View):
    """How many there are."""

    total_participants: int = Field(examples=[1])
    total_segments: int = Field(examples=[1])


class AudioStreams(_View):
    """Every participant's voice, apart from the others."""

    bot_id: str = Field(examples=[BOT_ID])
    audio_status: StreamsState = Field(examples=["completed"])
    audio_streams_available: bool
    participants: list[AudioParticipant]
    summary: AudioStreamsSummary
    message: str | None = Field(None, description="Why there are none.")


class VideoSegment(_Segment):
    """One file of one camera or shared screen: VP8 in WebM, without sound."""

    url: str = Field(
        description="Needs no API key, and works for 10 minutes.",
        examples=[_LINK.format("video_stream/video-0001.webm")],
    )
    width: int = Field(examples=[640])
    height: int = Field(examples=[360])
    fps: float = Field(description="Frames a second, on average; 15 at most.", examples=[14.9])
    codec: str = Field(examples=["vp8"])


class VideoStream(_View):
    """One camera or screen: a segment for each stretch of one size without a break."""

    stream_id: str = Field(examples=["7-camera"])
    segments: list[VideoSegment]


class VideoParticipant(_View):
    """Whose camera or screen it is."""

    participant_name: str = Field(examples=["Ada Lovelace"])
    participant_id: str = Field(description="The platform's id.", examples=["7"])
    streams: list[VideoStream]


class RecordingStreamsSummary(_View):
    """How many there are."""

    total_participants: int = Field(examples=[1])
    total_screenshares: int = Field(examples=[0])
    total_segments: int = Field(examples=[1])


class RecordingStreams(_View):
    """Every participant's camera and shared screen, each by itself."""

    bot_id: str = Field(examples=[BOT_ID])
    video_status: StreamsState = Field(examples=["completed"])
    stage: str = Field(
        description="How far it is: `in_meeting`, `processing`, `completed` or `unavailable`.",
        examples=["completed"],
    )
    recording_streams_available: bool
    participants: list[VideoParticipant] = Field(description="Cameras.")
    screenshares: list[VideoParticipant] = Field(description="Shared screens.")
    summary: RecordingStreamsSummary
    message: str | None = Field(None, description="Why there are none.")
