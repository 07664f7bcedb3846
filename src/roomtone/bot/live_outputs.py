"""What leaves a meeting while it runs: sound, picture, words, and the socket that talks both ways."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from roomtone.bot.transcript_providers import (
    SERVED_STREAMING_PROVIDERS,
    STREAMING_PROVIDERS,
    ProviderChoice,
)
from roomtone.bot.wire_model import WireModel
from roomtone.bot.wire_urls import HttpUrl, WebSocketUrl  # noqa: TC001  pydantic reads them

BOT_ID_PLACEHOLDER = "{bot_id}"
"""Stands for the bot's id in a ``socket_connection_url``."""


class LiveAudio(WireModel):
    """Where a meeting's audio is streamed to while it runs (``docs/protocols/live-audio.md``)."""

    websocket_url: WebSocketUrl = Field(description="The bot dials this WebSocket once it is in the meeting.")
    length_bytes: Literal[2, 4] | None = Field(
        None, description="Width of the two length fields of a frame; null takes the server's setting (4)."
    )


class LiveVideo(WireModel):
    """Where a meeting's picture and sound are streamed to while it runs."""

    websocket_url: WebSocketUrl = Field(description="The bot dials this WebSocket once it is in the meeting.")


class LiveTranscription(WireModel):
    """Where the words go as they are said, and who makes them."""

    webhook_url: HttpUrl | None = Field(None, description="Gets a POST for each piece.")
    websocket_url: WebSocketUrl | None = Field(None, description="Gets a text message for each piece.")
    provider: ProviderChoice | None = Field(
        None,
        description="A streaming provider with its options. null: the one in `recording_config.transcript`, "
        "or the streaming twin of the one there, else the server's default. Ours, no field of the MeetStream "
        "API.",
    )

    @field_validator("provider", mode="before")
    @classmethod
    def _by_name(cls, given: Any) -> Any:
        """A bare name stands for the provider with its defaults."""
        return {"name": given} if isinstance(given, str) else given

    @field_validator("provider")
    @classmethod
    def _streams(cls, provider: ProviderChoice | None) -> ProviderChoice | None:
        if provider is not None and provider.provider_name not in STREAMING_PROVIDERS:
            raise ValueError(f"must be one of {', '.join(SERVED_STREAMING_PROVIDERS)}")
        return provider

    @model_validator(mode="after")
    def _goes_somewhere(self) -> LiveTranscription:
        if self.webhook_url is None and self.websocket_url is None:
            raise ValueError("must have a webhook_url or a websocket_url")
        return self

    @property
    def given(self) -> str:
        """The names of the URLs that are there."""
        names = [name for name in ("webhook_url", "websocket_url") if getattr(self, name) is not None]
        return " and ".join(names)


class SocketConnection(WireModel):
    """A WebSocket over which the caller talks through the bot; a plain text is its URL."""

    websocket_url: WebSocketUrl = Field(description="May have `{bot_id}` in it, for the bot's id.")

    @model_validator(mode="before")
    @classmethod
    def _of_a_text(cls, given: Any) -> Any:
        return {"websocket_url": given} if isinstance(given, str) else given

    def url_for(self, bot_id: str) -> str:
        """The URL that this bot dials."""
        return self.websocket_url.replace(BOT_ID_PLACEHOLDER, bot_id)
