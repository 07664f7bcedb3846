"""The routes of bots: make, list, look at, remove."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

import asyncio
import uuid
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError

from roomtone.bot.lifecycle import Status
from roomtone.bot.request import BotRequest
from roomtone.service.api.auth import UsedKey
from roomtone.service.api.body import read_json_object
from roomtone.service.api.cursors import decode_cursor, encode_cursor
from roomtone.service.api.detail_files import details_with_files
from roomtone.service.api.errors import ApiError, no_such_bot, sentence
from roomtone.service.api.ignored import ignored_fields
from roomtone.service.api.openapi import CREATE_BOT_BODY, problems
from roomtone.service.api.rendering import summary
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import BotDetailsAnswer, BotList, BotStatus, CreatedBot, Message
from roomtone.service.store.bot import Bot
from roomtone.service.store.bots import BotFilter, Removal
from roomtone.service.store.keys import ApiKey

router = APIRouter(prefix="/api/v1/bots", tags=["bots"])

_REMOVALS = {
    Removal.REQUESTED: "The bot was asked to leave the meeting; its recording is kept.",
    Removal.CANCELLED: "The bot was cancelled before it joined.",
    Removal.ALREADY_ENDED: "The bot's stay was already over.",
}


class PlatformLabel(StrEnum):
    """Platforms as the API spells them."""

    GOOGLE_MEET = "GMeet"
    ZOOM = "Zoom"
    TEAMS = "Teams"
    PRACTICE = "Practice"


async def own_bot(bot_id: str, services: UsedServices, key: UsedKey) -> Bot:
    """The bot of a path, if it belongs to the key's workspace; for the others it does not exist (404)."""
    try:
        known_id = str(uuid.UUID(bot_id))
    except ValueError:
        raise no_such_bot() from None
    if known_id != bot_id.lower():
        raise no_such_bot()
    return await services.store.bots.get(known_id, workspace_id=key.workspace_id)


OwnBot = Annotated[Bot, Depends(own_bot)]


@router.post(
    "/create_bot",
    status_code=201,
    summary="Send a bot into a meeting",
    responses=problems(400, 401, 403, 413),
    openapi_extra=CREATE_BOT_BODY,
)
async def create_bot(request: Request, services: UsedServices, key: UsedKey) -> CreatedBot:
    """The bot joins at once, or at `join_at`."""
    payload = await read_json_object(request, services.settings.max_body_bytes)
    try:
        asked = BotRequest.model_validate(payload)
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None
    await _check_profile(asked, services, key)
    bot = await services.store.bots.create_bot(
        asked, key.workspace_id, payload=payload, join_lead_s=services.settings.join_lead_s
    )
    return CreatedBot(
        bot_id=bot.id,
        transcript_id=bot.transcript_id,
        meeting_url=asked.meeting_link,
        status=Status.ACTIVE.value,
        ignored=ignored_fields(payload),
    )


async def _check_profile(asked: BotRequest, services: Services, key: ApiKey) -> None:
    if asked.browser_profile is None:
        return
    complaint = await asyncio.to_thread(
        services.profiles.complaint, asked.browser_profile, asked.address.platform, key.workspace_name
    )
    if complaint is not None:
        raise ApiError(400, f"browser_profile: {complaint}")


@router.get("", summary="List bots", responses=problems(400, 401, 403))
async def list_bots(
    services: UsedServices,
    key: UsedKey,
    status: Annotated[Status | None, Query(description="Only bots in this status.")] = None,
    first_day: Annotated[
        date | None, Query(alias="from", description="Only bots made on this day (UTC) or later.")
    ] = None,
    last_day: Annotated[
        date | None, Query(alias="to", description="Only bots made on this day (UTC) or earlier.")
    ] = None,
    platform: Annotated[PlatformLabel | None, Query(description="Only bots on this platform.")] = None,
    cursor: Annotated[str | None, Query(max_length=500, description="A former answer's nextCursor.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Bots on a page.")] = 50,
) -> BotList:
    """The workspace's bots, newest first."""
    which = BotFilter(
        status=status,
        platform=platform,
        created_from=datetime.combine(first_day, time(), UTC) if first_day else None,
        # The last day there is has no day after it, and needs no bound.
        created_before=datetime.combine(last_day + timedelta(days=1), time(), UTC)
        if last_day and last_day < date.max
        else None,
    )
    after = decode_cursor(cursor) if cursor else None
    page = await services.store.bots.list_bots(key.workspace_id, which, limit=limit, after=after)
    return BotList(
        bots=[summary(bot) for bot in page.bots],
        hasNextPage=page.after is not None,
        nextCursor=encode_cursor(page.after) if page.after else None,
    )


@router.get("/{bot_id}/status", summary="Where a bot is", responses=problems(401, 403, 404))
async def bot_status(bot: OwnBot) -> BotStatus:
    """The bot's status, why its stay ended, and the attributes it was given."""
    return BotStatus(
        bot_id=bot.id,
        status=bot.status.value,
        custom_attributes=bot.request.custom_attributes,
        end_reason=bot.end_reason.value if bot.end_reason else None,
        end_message=bot.end_message,
    )


@router.get("/{bot_id}/detail", summary="Everything about a bot", responses=problems(401, 403, 404))
async def bot_detail(request: Request, bot: OwnBot, services: UsedServices) -> BotDetailsAnswer:
    """What was asked, what happened when, and how it ended."""
    return BotDetailsAnswer(bot_details=await details_with_files(request, services, bot))


@router.get(
    "/{bot_id}/remove_bot",
    summary="Take a bot out of its meeting",
    operation_id="remove_bot",
    responses=problems(401, 403, 404),
)
@router.post(
    "/{bot_id}/remove_bot",
    summary="Take a bot out of its meeting (as POST)",
    operation_id="remove_bot_by_post",
    responses=problems(401, 403, 404),
)
async def remove_bot(bot: OwnBot, services: UsedServices) -> Message:
    """The bot leaves and its recording is kept; one that has not started is cancelled.

    It is a GET with an effect, as clients of this API know it; POST does the same.
    """
    return Message(message=_REMOVALS[await services.store.bots.request_removal(bot.id)])
