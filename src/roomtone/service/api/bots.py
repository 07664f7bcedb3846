"""The routes of bots: list, look at, remove."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from roomtone.service.api.auth import UsedKey
from roomtone.service.api.bot_filters import ATTRIBUTE_PARAMETER, UsedFilter
from roomtone.service.api.cursors import decode_cursor, encode_cursor
from roomtone.service.api.detail_files import details_with_files
from roomtone.service.api.errors import no_such_bot
from roomtone.service.api.openapi import problems
from roomtone.service.api.rendering import summary
from roomtone.service.api.services import UsedServices
from roomtone.service.api.views import BotDetailsAnswer, BotList, BotStatus, Message
from roomtone.service.store.bot import Bot
from roomtone.service.store.bots import Removal

router = APIRouter(prefix="/api/v1/bots", tags=["bots"])

_REMOVALS = {
    Removal.REQUESTED: "The bot was asked to leave the meeting; its recording is kept.",
    Removal.CANCELLED: "The bot was cancelled before it joined.",
    Removal.ALREADY_ENDED: "The bot's stay was already over.",
}


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


@router.get("", summary="List bots", responses=problems(400, 401, 403), openapi_extra=ATTRIBUTE_PARAMETER)
async def list_bots(
    services: UsedServices,
    key: UsedKey,
    which: UsedFilter,
    cursor: Annotated[str | None, Query(max_length=500, description="A former answer's nextCursor.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Bots on a page.")] = 50,
) -> BotList:
    """The workspace's bots, newest first."""
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


@router.get(
    "/{bot_id}/detail",
    summary="Everything about a bot",
    operation_id="bot_detail",
    responses=problems(401, 403, 404),
)
@router.get(
    "/{bot_id}/details",
    summary="Everything about a bot (by its former path)",
    operation_id="bot_details",
    responses=problems(401, 403, 404),
)
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
