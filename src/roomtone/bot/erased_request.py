"""What is left of a bot's request once its data were deleted on request. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from roomtone.bot.errors import InvalidRequest
from roomtone.bot.meeting_address import parse_meeting_address
from roomtone.bot.request import BotRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT_OF_EVENTS = frozenset(
    {
        "event",
        "bot_event",
        "bot_id",
        "transcript_id",
        "bot_status",
        "message",
        "timestamp",
        "status_code",
        "status",
        "audio_status",
        "video_status",
        "transcript_status",
        "end_reason",
        "code",
        "severity",
        "deleted_objects",
    }
)


def erased_request(request: BotRequest) -> dict[str, Any]:
    """The request without names, words, attributes and secrets, as a bot's row keeps it.

    What is left says which meeting it was (without passcode, where the link can be read without it), where
    webhooks go and whether a video was asked for.
    """
    left = BotRequest(
        meeting_link=_bare(request.meeting_link),
        callback_url=request.callback_url,
        video_required=request.video_required,
    )
    return left.model_dump(mode="json")


def erased_event(body: Mapping[str, Any]) -> dict[str, Any]:
    """A webhook's body without attributes, names and words: what happened when, and how it went."""
    kept = {name: value for name, value in body.items() if name in _KEPT_OF_EVENTS}
    return kept | ({"custom_attributes": {}} if "custom_attributes" in body else {})


def _bare(link: str) -> str:
    parts = urlsplit(link)
    bare = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    try:
        parse_meeting_address(bare)
    except InvalidRequest:
        return link
    return bare
