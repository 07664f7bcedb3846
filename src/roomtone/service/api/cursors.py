"""The cursor of a list: where its next page begins, as an opaque text."""

import base64
import binascii
import json
from datetime import UTC, datetime

from roomtone.bot.errors import InvalidRequest


def encode_cursor(after: tuple[datetime, str]) -> str:
    """The text that stands for a place in a list."""
    created_at, bot_id = after
    raw = json.dumps([created_at.astimezone(UTC).replace(tzinfo=None).isoformat(), bot_id]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(text: str) -> tuple[datetime, str]:
    """The place that a text stands for; raises ``InvalidRequest`` when it is not one of ours."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        created_at, bot_id = json.loads(raw)
        at = datetime.fromisoformat(f"{created_at}+00:00")
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        at = None
    # Behind a day alone, the zone is read as a time.
    if at is None or at.tzinfo is None:
        raise InvalidRequest("cursor", "is not a nextCursor of a former answer")
    return at, str(bot_id)
