"""How a bot would sign in with an account of a platform, as the contract has it.

This version joins as a guest, or with a browser profile of the server's. A bot that has to be somebody is
refused instead of being sent in as nobody.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictStr, field_validator, model_validator

from roomtone.bot.wire_model import WireModel
from roomtone.bot.wire_urls import TokenUrl  # noqa: TC001  pydantic reads it

_Text = Annotated[StrictStr, Field(max_length=320)]


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


class _AccountSignIn(WireModel):
    login_required: StrictBool = Field(False, description="True is not served by this version: refused.")
    sign_in_email: _Text | None = None
    strict_email: StrictBool = Field(False, description="True is not served by this version: refused.")

    @field_validator("login_required", "strict_email")
    @classmethod
    def _not_served(cls, value: bool) -> bool:
        if value:
            raise ValueError(
                "is not supported yet: this version has no sign-in accounts, and the bot would join as a "
                "guest; leave it out"
            )
        return value


class GoogleMeetSignIn(_AccountSignIn):
    """How a bot would sign in to Google Meet."""

    google_login_domain: _Text | None = None


class TeamsSignIn(_AccountSignIn):
    """How a bot would sign in to Microsoft Teams."""

    teams_login_domain: _Text | None = None
