"""Playwright's storage state (cookies and web storage), checked and reduced to one platform. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from roomtone.bot.sign_ins import belongs_to
from roomtone.profiles.errors import StateUnusable

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_STATE_BYTES = 2 * 1024 * 1024
"""Of a profile's state, as JSON: it travels in a session's first line."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Cookie(_Part):
    """One cookie; ``expires`` is unix time in seconds, -1 for one that lasts as long as its browser."""

    name: str
    value: str = Field(repr=False)
    domain: str
    path: str = "/"
    expires: float = -1
    http_only: bool = Field(default=False, alias="httpOnly")
    secure: bool = False
    same_site: Literal["Strict", "Lax", "None"] = Field("Lax", alias="sameSite")


class StorageItem(_Part):
    """One entry of an origin's local storage."""

    name: str
    value: str = Field(repr=False)


class Origin(_Part):
    """The local storage of one origin."""

    origin: str
    local_storage: tuple[StorageItem, ...] = Field((), alias="localStorage")


class StorageState(_Part):
    """Cookies and local storage, as ``browserContext.storageState()`` gives them."""

    cookies: tuple[Cookie, ...]
    origins: tuple[Origin, ...] = ()

    def only_of(self, domains: Iterable[str]) -> StorageState:
        """What belongs to these domains: whatever else a person was signed in to is not kept."""
        own = tuple(domains)
        return StorageState(
            cookies=tuple(cookie for cookie in self.cookies if belongs_to(cookie.domain, own)),
            origins=tuple(
                origin for origin in self.origins if belongs_to(urlsplit(origin.origin).hostname or "", own)
            ),
        )

    def as_playwright(self) -> dict[str, Any]:
        """In Playwright's own spelling."""
        return self.model_dump(mode="json", by_alias=True)

    def as_bytes(self) -> bytes:
        """As compact JSON.

        Raises:
            StateUnusable: If it is longer than a session takes.
        """
        text = json.dumps(self.as_playwright(), separators=(",", ":")).encode()
        if len(text) > LONGEST_STATE_BYTES:
            raise StateUnusable(
                f"the browser's storage is {len(text)} bytes long, more than {LONGEST_STATE_BYTES}"
            )
        return text


def parse_storage_state(text: str | bytes, where: str) -> StorageState:
    """The storage state in a JSON text.

    Args:
        text: The JSON.
        where: What to call it in an error.

    Raises:
        StateUnusable: If it is none; no value of it is in the message.
    """
    try:
        return StorageState.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        problem = f"{place}: {first['msg']}" if place else "it is no JSON object"
        raise StateUnusable(
            f"{where} is no Playwright storage state ({problem}); `playwright open --save-storage=FILE URL` "
            "writes one"
        ) from None
