"""The body and the answers of the routes of a workspace's accounts with transcription providers."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, model_validator

from roomtone.bot.wire_model import WireModel, refusal
from roomtone.bot.wire_urls import HttpUrl

AccountProvider = Literal["assemblyai", "deepgram", "jigsawstack", "openai_compatible", "sarvam"]
"""Whom one can have an account with: those of ``transcript_providers.ACCOUNTS``."""


def _as_base(given: str) -> str:
    parts = urlsplit(given)
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must be an address such as https://api.example.com/v1, without user and query")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


BaseUrl = Annotated[HttpUrl, AfterValidator(_as_base)]
ApiKeyText = Annotated[StrictStr, Field(min_length=1, max_length=512, pattern=r"^[!-~]+$")]


class NewAccount(WireModel):
    """A workspace's account with a transcription provider."""

    api_key: ApiKeyText | None = Field(
        None,
        description="The provider's key; never shown again. Only a server of one's own behind "
        "`openai_compatible` may need none.",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    base_url: BaseUrl | None = Field(
        None, description="Where the provider answers, such as its European address; null: its public one."
    )
    streaming_base_url: BaseUrl | None = Field(
        None,
        description="The same while meetings run (deepgram and assemblyai), as https://; null: base_url, "
        "else its public one.",
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "NewAccount":
        if self.api_key is None and self.base_url is None:
            raise refusal(("api_key",), "is required")
        return self


class Account(BaseModel):
    """An account with a transcription provider, without its key."""

    model_config = ConfigDict(frozen=True)

    provider: str = Field(examples=["deepgram"])
    used_by: list[str] = Field(
        description="The transcript providers that it is used for.",
        examples=[["deepgram", "deepgram_streaming"]],
    )
    of: Literal["workspace", "server", "nobody"] = Field(
        description="Whose account the workspace's bots use; nobody: transcripts of it are refused."
    )
    key_ending: str | None = Field(
        description="Last four characters of the workspace's key; null: it has none, or too short a one to "
        "show any of it.",
        examples=["cdef"],
    )
    base_url: str | None = Field(description="The workspace's; null: the provider's public address.")
    streaming_base_url: str | None
    updated_at: str | None = Field(description="ISO 8601, UTC; null: the workspace has none.")


class Accounts(BaseModel):
    """Whose accounts with transcription providers the workspace's bots use."""

    model_config = ConfigDict(frozen=True)

    providers: list[Account]
