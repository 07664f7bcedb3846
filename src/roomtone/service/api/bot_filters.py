"""The filters of the list of bots, read from its query."""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator

from roomtone.bot.errors import InvalidRequest
from roomtone.bot.lifecycle import Status
from roomtone.service.store.attribute_filter import AttributeFilter
from roomtone.service.store.bots import BotFilter

MOST_ATTRIBUTE_FILTERS = 20
_ATTRIBUTE = re.compile(r"custom_attr\[(?P<name>.+)\]", re.DOTALL)


class PlatformLabel(StrEnum):
    """Platforms as the API spells them."""

    GOOGLE_MEET = "GMeet"
    ZOOM = "Zoom"
    TEAMS = "Teams"
    PRACTICE = "Practice"


def _letters(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).lower()


_STATUSES = {_letters(status): status for status in Status} | {
    "botnotallowed": Status.NOT_ALLOWED,
    "botrejected": Status.DENIED,
    # No bot stays in Error; the contract spells a failed one in three ways, and this is one of them.
    "error": Status.FAILED,
    "waitingroom": Status.IN_WAITING_ROOM,
}
_PLATFORMS = {_letters(label): label for label in PlatformLabel} | {
    "googlemeet": PlatformLabel.GOOGLE_MEET,
    "meet": PlatformLabel.GOOGLE_MEET,
    "microsoftteams": PlatformLabel.TEAMS,
}


def _status(text: Any) -> Any:
    return _STATUSES.get(_letters(text), text) if isinstance(text, str) else text


def _platform(text: Any) -> Any:
    return _PLATFORMS.get(_letters(text), text) if isinstance(text, str) else text


def attributes_asked(request: Request) -> tuple[AttributeFilter, ...]:
    """The query's ``custom_attr[NAME]=VALUE``, in their order.

    Raises:
        InvalidRequest: If one has no name, or there are too many.
    """
    asked: list[AttributeFilter] = []
    for key, value in request.query_params.multi_items():
        if not key.startswith("custom_attr"):
            continue
        found = _ATTRIBUTE.fullmatch(key)
        if found is None:
            raise InvalidRequest("custom_attr", "must name its attribute, such as custom_attr[team]=sales")
        asked.append(AttributeFilter(found["name"], value))
    if len(asked) > MOST_ATTRIBUTE_FILTERS:
        raise InvalidRequest("custom_attr", f"at most {MOST_ATTRIBUTE_FILTERS} attributes can be asked for")
    return tuple(asked)


async def filter_asked(
    request: Request,
    status: Annotated[
        Annotated[Status, BeforeValidator(_status)] | None,
        Query(description="Only bots in this status; `FAILED`, `Error` and `in_waiting_room` are read too."),
    ] = None,
    first_day: Annotated[
        date | None, Query(alias="from", description="Only bots made on this day (UTC) or later.")
    ] = None,
    last_day: Annotated[
        date | None, Query(alias="to", description="Only bots made on this day (UTC) or earlier.")
    ] = None,
    platform: Annotated[
        Annotated[PlatformLabel, BeforeValidator(_platform)] | None,
        Query(description="Only bots on this platform; `google_meet` and `zoom` are read too."),
    ] = None,
) -> BotFilter:
    """Which bots the query asks for."""
    return BotFilter(
        status=status,
        platform=platform,
        created_from=datetime.combine(first_day, time(), UTC) if first_day else None,
        # The last day there is has no day after it, and needs no bound.
        created_before=datetime.combine(last_day + timedelta(days=1), time(), UTC)
        if last_day and last_day < date.max
        else None,
        attributes=attributes_asked(request),
    )


UsedFilter = Annotated[BotFilter, Depends(filter_asked)]

ATTRIBUTE_PARAMETER: dict[str, Any] = {
    "parameters": [
        {
            "name": "custom_attr",
            "in": "query",
            "required": False,
            "style": "deepObject",
            "explode": True,
            "description": "`custom_attr[NAME]=VALUE`: only bots with this attribute; several are ANDed. The "
            "value is read as JSON, so that `3` and `true` find a number and a boolean.",
            "schema": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "maxProperties": MOST_ATTRIBUTE_FILTERS,
            },
            "example": {"team": "sales"},
        }
    ]
}
"""How the document shows them; FastAPI has no such parameters."""
