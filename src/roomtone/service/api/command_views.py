"""The shapes of what running bots are told, and of what is answered."""

from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from roomtone.bot.request import MAX_MESSAGE_LENGTH
from roomtone.service.api.views import BOT_ID

LONGEST_URL = 2000
LONGEST_DISPLAY_S = 86_400
_METADATA = 'Such as `{"message_type": "text"}`; taken and not used.'

CommandName = Literal[
    "pause_recording", "resume_recording", "send_message", "send_image", "speak", "stop_speaking"
]


class CommandAnswer(BaseModel):
    """A bot was told to do something, and has done it."""

    model_config = ConfigDict(frozen=True)

    status: Literal["accepted"] = Field(description="The bot has it, and as a rule has done it already.")
    bot_id: str = Field(examples=[BOT_ID])
    command: CommandName


class NewMessage(BaseModel):
    """A message for the meeting's chat."""

    model_config = ConfigDict(extra="allow")

    message: str = Field(
        min_length=1, max_length=MAX_MESSAGE_LENGTH, description="What everybody reads.", examples=["Hello!"]
    )
    metadata: dict[str, Any] | None = Field(None, description=_METADATA)

    @field_validator("message")
    @classmethod
    def _has_something_to_read(cls, message: str) -> str:
        if not message.strip():
            raise ValueError("must have a visible character")
        return message


class NewImage(BaseModel):
    """A picture to be shown as the bot's camera."""

    model_config = ConfigDict(extra="allow")

    img_url: str = Field(
        max_length=LONGEST_URL,
        description="http or https; a picture in the request itself is not taken.",
        examples=["https://example.com/agenda.png"],
    )
    display_duration: int | None = Field(
        None, ge=1, le=LONGEST_DISPLAY_S, description="Seconds; null: until the next one."
    )
    metadata: dict[str, Any] | None = Field(None, description=_METADATA)

    @field_validator("img_url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        if url.lstrip()[:5].lower() == "data:" or "://" not in url:
            raise ValueError("must be an http or https URL; a picture sent as base64 or data: is not taken")
        parts = urlsplit(url)  # raises ValueError for what is no URL
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or url != url.strip():
            raise ValueError("must be an http or https URL")
        return url


class NewSpeech(BaseModel):
    """Something for the bot to say: sound, or a text for the server's text-to-speech engine."""

    model_config = ConfigDict(extra="allow")

    audio_base64: str | None = Field(
        None,
        min_length=1,
        description="A sound file in base64 (WAV, MP3, Ogg, FLAC, M4A, WebM and others), at most 30 s of it.",
    )
    text: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_MESSAGE_LENGTH,
        description="Spoken by the server's text-to-speech engine; 400 where there is none.",
        examples=["Hello!"],
    )
    metadata: dict[str, Any] | None = Field(None, description=_METADATA)

    @field_validator("text")
    @classmethod
    def _has_something_to_say(cls, text: str | None) -> str | None:
        if text is not None and not text.strip():
            raise ValueError("must have a visible character")
        return text

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.audio_base64 is None) == (self.text is None):
            raise ValueError("send either audio_base64 or text")
        return self
