"""The routes of the schedule: list, move and cancel bots that are to join later."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from roomtone.bot.lifecycle import timestamp
from roomtone.service.api.auth import UsedKey
from roomtone.service.api.body import read_json_object
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.calendar_views import (
    ScheduleCancelled,
    ScheduleChange,
    ScheduleChanged,
    ScheduledBot,
    ScheduledBots,
)
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.openapi import problems
from roomtone.service.api.services import UsedServices
from roomtone.service.store.bot import Bot
from roomtone.service.store.schedule import Move

router = APIRouter(prefix="/api/v1/calendar", tags=["schedule"])

_CHANGE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScheduleChange"}}},
    }
}


@router.get("/scheduled_bots", summary="List scheduled bots", responses=problems(400, 401, 403))
async def list_scheduled_bots(
    services: UsedServices,
    key: UsedKey,
    limit: Annotated[int, Query(ge=1, le=100, description="Bots at most.")] = 100,
) -> ScheduledBots:
    """The workspace's bots that have not started yet, the soonest first."""
    found = await services.store.schedule.upcoming(key.workspace_id, limit=limit)
    return ScheduledBots(scheduled_bots=[_view(bot) for bot in found])


@router.patch(
    "/scheduled_bots/{bot_id}",
    summary="Move a scheduled bot",
    responses=problems(400, 401, 403, 404, 409, 413),
    openapi_extra=_CHANGE_BODY,
)
async def move_scheduled_bot(
    bot: OwnBot, request: Request, services: UsedServices, key: UsedKey
) -> ScheduleChanged:
    """Have it join at another time; a past one is now. One that has started is 409, one that is over 404."""
    given = await read_json_object(request, services.settings.max_body_bytes)
    try:
        asked = ScheduleChange.model_validate(given)
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None
    change = Move(asked.scheduled_join_time, asked.bot_username, asked.custom_attributes)
    moved = await services.store.schedule.move(
        bot.id, key.workspace_id, change, join_lead_s=services.settings.join_lead_s
    )
    return ScheduleChanged(
        message="The scheduled bot was updated.",
        bot_id=bot.id,
        updated_fields=list(asked.model_dump(exclude_none=True)),
        schedule_updated=moved,
    )


@router.delete(
    "/scheduled_bots/{bot_id}",
    summary="Cancel a scheduled bot",
    responses=problems(401, 403, 404, 409),
)
async def cancel_scheduled_bot(bot: OwnBot, services: UsedServices, key: UsedKey) -> ScheduleCancelled:
    """It never joins: `bot.stopped` and `bot.done` follow. Started is 409, over is 404."""
    await services.store.schedule.cancel(bot.id, key.workspace_id)
    return ScheduleCancelled(message="The scheduled bot was cancelled.", bot_id=bot.id)


def _view(bot: Bot) -> ScheduledBot:
    assert bot.join_at is not None  # what is scheduled has a time
    return ScheduledBot(
        bot_id=bot.id,
        platform=bot.platform,
        status=bot.status.value,
        scheduled_join_time=timestamp(bot.join_at),
        bot_username=bot.request.bot_name,
        meeting_link=bot.request.meeting_link,
        custom_attributes=bot.request.custom_attributes,
    )
