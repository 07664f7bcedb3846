"""URLs that callers give, checked for their form; where they lead is checked when they are dialled."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictStr

MAX_URL_LENGTH = 4096
"""Longest URL accepted, in characters."""


def _check_url(schemes: tuple[str, ...]) -> AfterValidator:
    def check(url: str) -> str:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as problem:
            raise ValueError(f"is not a valid URL: {problem}") from None
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError("must be a URL that starts with " + " or ".join(f"{s}://" for s in schemes))
        if any(c.isspace() or not c.isprintable() for c in url):
            raise ValueError("must have no spaces and no control characters")
        return url

    return AfterValidator(check)


HttpUrl = Annotated[StrictStr, Field(max_length=MAX_URL_LENGTH), _check_url(("https", "http"))]
WebSocketUrl = Annotated[StrictStr, Field(max_length=MAX_URL_LENGTH), _check_url(("wss", "ws"))]
TokenUrl = Annotated[StrictStr, Field(max_length=MAX_URL_LENGTH), _check_url(("https",))]
