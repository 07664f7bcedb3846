"""The shapes of answers about recordings."""

from pydantic import BaseModel, ConfigDict, Field

from roomtone.service.api.views import BOT_ID

_LINK = (
    f"http://127.0.0.1:8700/api/v1/media/{BOT_ID}/{{}}?expires=1773504566"
    "&signature=vX0rZ8d0f3yq8gkQ2o6b1yq6m0c3o9l5uS8n1h4wq7A"
)
_LIVE_LINK = (
    f"http://127.0.0.1:8700/api/v1/bots/{BOT_ID}/live.m3u8?expires=1773504566"
    "&signature=vX0rZ8d0f3yq8gkQ2o6b1yq6m0c3o9l5uS8n1h4wq7A"
)


class AudioLink(BaseModel):
    """Where the audio is."""

    model_config = ConfigDict(frozen=True)

    audio_url: str = Field(
        description="The MP3; needs no API key, and works for 1 hour.",
        examples=[_LINK.format("audio/audio.mp3")],
    )


class VideoInfo(BaseModel):
    """What was measured of a video when it was finished; null: it was not."""

    model_config = ConfigDict(frozen=True)

    duration: float | None = Field(description="Seconds.", examples=[1834.2])
    size_mb: float | None = Field(description="Size in megabytes (1,000,000 bytes).", examples=[241.07])
    resolution: str | None = Field(description="Width and height in pixels.", examples=["1280x720"])
    fps: float | None = Field(description="Frames a second, on average.", examples=[25.0])
    frames_processed: int | None = Field(description="Frames in the file.", examples=[45855])
    corrupted_frames: int = Field(
        description="Frames without all of their bytes; 0 when it was not measured.", examples=[0]
    )


class VideoLink(BaseModel):
    """Where the video is, and what it is like."""

    model_config = ConfigDict(frozen=True)

    video_url: str = Field(
        description="The MP4; needs no API key, and works for 10 minutes.",
        examples=[_LINK.format("video/video.mp4")],
    )
    video_info: VideoInfo


class LiveView(BaseModel):
    """Where a meeting can be watched while it is recorded."""

    model_config = ConfigDict(frozen=True)

    bot_id: str = Field(examples=[BOT_ID])
    live_url: str = Field(
        description="An HLS playlist (H.264 and AAC in fragmented MP4); no API key, works for 4 hours.",
        examples=[_LIVE_LINK],
    )
    expires_at: str = Field(
        description="When the link ends, ISO 8601, UTC.", examples=["2026-03-14T16:09:26.000Z"]
    )
