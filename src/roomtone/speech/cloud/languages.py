"""Providers' names of languages as BCP 47. Pure."""

from __future__ import annotations

import re
from typing import Any

_TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|[0-9]{3}))?")


def bcp47(told: Any) -> str | None:
    """Such as ``en-US`` of ``en_us``; None for what names no one language, such as ``multi``."""
    match = _TAG.fullmatch(told) if isinstance(told, str) else None
    if match is None:
        return None
    language, script, region = match.groups()
    region = region.upper() if region else None
    if language.lower() == "en" and region == "UK":
        region = "GB"
    return "-".join(part for part in (language.lower(), script.title() if script else None, region) if part)
