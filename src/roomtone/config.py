"""Every setting, documented; each is an environment variable with the prefix ``ROOMTONE_``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from roomtone.bot.errors import RoomtoneError
from roomtone.bot.recording_config import VideoLayout  # noqa: TC001  pydantic reads it

_BASE_URL = r"^https?://[^\s?#@]+$"

LiveTranscriptionDefault = Literal[
    "local_streaming", "meeting_captions_streaming", "deepgram_streaming", "assemblyai_streaming", "none"
]
"""What ``live_transcription_provider`` may be."""


class UnusableSetting(RoomtoneError):
    """A setting whose value cannot be read; the text names its environment variable."""


class Settings(BaseSettings):
    """The settings of one process, read once and never changed.

    An empty variable counts as not set. A value that cannot be read ends the process with the variable's
    name (``load_settings``).
    """

    model_config = SettingsConfigDict(
        env_prefix="ROOMTONE_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "roomtone",
        description="Folder of everything that is kept: database, recordings, sessions.",
    )
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8700, ge=0, le=65535, description="Port the API listens on; 0 takes a free one.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="How clients reach the API when it is behind a proxy, such as https://bots.example.com; "
        "default: as each request reached it.",
    )
    database_url: str | None = Field(None, description="SQLAlchemy URL; default: SQLite in the data folder.")
    slots: int = Field(0, ge=0, description="Bots at once, audio-only counts 1, video 2; 0: four per core.")
    max_bots_per_workspace: int = Field(
        1000, ge=0, description="Bots of a workspace that are scheduled, waiting or in meetings; 0: no limit."
    )
    max_queued_bots: int = Field(
        500, ge=0, description="Bots that may wait for a slot when one more is to join at once; 0: no limit."
    )
    video_required: bool = Field(
        True, description="Whether a bot records video when its request does not say so."
    )
    video_layout: VideoLayout = Field("speaker_view", description="The layout when a request names none.")
    join_lead_s: float = Field(5.0, ge=0, description="How long before join_at a bot starts.")
    live_length_bytes: Literal[2, 4] = Field(
        4, description="Width of the length fields in live-audio frames when the request names none."
    )
    retention_hours: int = Field(0, ge=0, description="Keep recordings this long; 0: for ever.")
    storage_url: str | None = Field(
        None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$",
        description="Bucket for finished files, as s3://bucket or s3://bucket/prefix; "
        "default: the data folder.",
    )
    storage_region: str = Field("us-east-1", min_length=1, description="The bucket's region.")
    storage_endpoint_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+/?$",
        description="URL of an S3-compatible service; default: Amazon's in the region.",
    )
    storage_key_id: str | None = Field(
        None, description="Access key id for the bucket; default: what AWS_* variables or the machine give."
    )
    storage_secret: SecretStr | None = Field(None, description="The access key id's secret.")
    live_copy_s: float = Field(
        10.0,
        ge=1,
        description="With a bucket: how often what a running meeting recorded is copied there.",
    )
    webhook_timeout_s: float = Field(15.0, gt=0, description="Longest wait for a receiver's answer.")
    webhook_give_up_h: float = Field(24.0, gt=0, description="Deliveries are tried again for this long.")
    allow_private_networks: bool | None = Field(
        None,
        description="Whether webhooks and live sockets may go to private addresses; "
        "default: only while the API itself listens on loopback.",
    )
    allowed_networks: tuple[str, ...] = Field(
        (), description="CIDRs allowed besides public addresses (JSON list)."
    )
    whisper_model_dir: Path | None = Field(
        None,
        description="Folder of a CTranslate2 Whisper model for the provider `local`; default: pocketsphinx "
        "with its own small English model.",
    )
    speech_command: str | None = Field(
        None,
        min_length=1,
        description="Command that makes speech of text for `speak`: it reads text on standard input and "
        "writes a WAV file to standard output; default: espeak-ng or espeak where installed.",
    )
    transcription_timeout_s: float = Field(
        4 * 3600.0, gt=0, description="Longest time for a transcript; then it fails, and the bot is done."
    )
    deepgram_api_key: SecretStr | None = Field(
        None, description="Key of this server's account with Deepgram, for workspaces without their own."
    )
    deepgram_base_url: str | None = Field(
        None, pattern=_BASE_URL, description="Where Deepgram answers; default: its public address."
    )
    deepgram_streaming_base_url: str | None = Field(
        None,
        pattern=_BASE_URL,
        description="The same while meetings run; default: ROOMTONE_DEEPGRAM_BASE_URL, else its public one.",
    )
    assemblyai_api_key: SecretStr | None = Field(
        None, description="Key of this server's account with AssemblyAI, for workspaces without their own."
    )
    assemblyai_base_url: str | None = Field(
        None,
        pattern=_BASE_URL,
        description="Where AssemblyAI answers, such as its European address; default: its public address.",
    )
    assemblyai_streaming_base_url: str | None = Field(
        None,
        pattern=_BASE_URL,
        description="The same while meetings run; default: ROOMTONE_ASSEMBLYAI_BASE_URL, else its public.",
    )
    sarvam_api_key: SecretStr | None = Field(
        None, description="Key of this server's account with Sarvam, for workspaces without their own."
    )
    sarvam_base_url: str | None = Field(
        None, pattern=_BASE_URL, description="Where Sarvam answers; default: its public address."
    )
    jigsawstack_api_key: SecretStr | None = Field(
        None, description="Key of this server's account with JigsawStack, for workspaces without their own."
    )
    jigsawstack_base_url: str | None = Field(
        None, pattern=_BASE_URL, description="Where JigsawStack answers; default: its public address."
    )
    openai_api_key: SecretStr | None = Field(
        None, description="Key for the provider `openai_compatible`; many servers of one's own ask for none."
    )
    openai_base_url: str | None = Field(
        None,
        pattern=_BASE_URL,
        description="Where `openai_compatible` answers, such as http://whisper:8000/v1; default: OpenAI's.",
    )
    live_transcription_provider: LiveTranscriptionDefault = Field(
        "local_streaming",
        description="Who makes the words of `live_transcription_required` when a request names nobody; "
        "none: such a request is refused.",
    )
    chromium: Path | None = Field(None, description="Browser to use; default: the first one found.")
    chromium_args: tuple[str, ...] = Field((), description="More flags for the browser (JSON list).")
    profile_key: SecretStr | None = Field(
        None,
        description="Key of browser profiles, 32 bytes in base64; default: profile.key in the data folder.",
    )
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Longest request body.")
    requests_per_minute: int = Field(
        6000, ge=0, description="Requests a minute that one API key may make in the long run; 0: no limit."
    )
    request_burst: int = Field(600, ge=1, description="Requests that one API key may make at once.")
    command_timeout_s: float = Field(
        10.0, gt=0, le=60, description="Longest wait for a bot to do what the API told it."
    )
    leave_grace_s: float = Field(
        20.0, gt=0, description="How long a bot may take to leave and close its files."
    )
    session_heartbeat_s: float = Field(
        45.0,
        ge=5,
        description="A session that says nothing for so long is killed; its recording is kept.",
    )
    min_free_disk_mb: int = Field(
        200, ge=0, description="A recording ends, kept, when less than this is free."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")

    @field_validator("whisper_model_dir")
    @classmethod
    def _whole_path(cls, folder: Path | None) -> Path | None:
        """With a home folder in place of ``~``, and a name even where ``.`` was given: it is the model's."""
        return None if folder is None else folder.expanduser().absolute()


def load_settings() -> Settings:
    """The settings in the environment.

    Raises:
        UnusableSetting: If a value cannot be read.
    """
    try:
        return Settings()
    except ValidationError as error:
        told = [
            f"ROOMTONE_{'_'.join(str(part) for part in problem['loc'][:1]).upper()}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise UnusableSetting("; ".join(told)) from None
    except SettingsError as error:
        # A list that is no JSON; the field stands in quotes in the message.
        field = re.search(r'"(\w+)"', str(error))
        name = f"ROOMTONE_{field[1].upper()}" if field else "a ROOMTONE_ setting"
        raise UnusableSetting(f'{name}: must be a JSON list, such as ["one", "two"]') from None
