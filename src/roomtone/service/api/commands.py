"""The routes of what a bot is told to do in its meeting: pause and resume, write, show a picture."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ValidationError

from roomtone.bot.lifecycle import Status
from roomtone.bot.session_protocol import OrderProblem
from roomtone.service.api.body import read_json_object
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.command_views import CommandAnswer, CommandName, NewImage, NewMessage
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.openapi import problems
from roomtone.service.api.rate_limits import limited_per_bot
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.store.bot import Bot
from roomtone.service.store.bot_commands import BotCommand

router = APIRouter(prefix="/api/v1/bots", tags=["commands"])

_IN_MEETING = {Status.IN_MEETING, Status.RECORDING}
_STATUSES: dict[str, int] = {
    "not_possible": 409,
    "not_in_meeting": 409,
    "not_recording": 503,
    "refused": 400,
    "failed": 503,
}
assert set(_STATUSES) == set(get_args(OrderProblem))
_RETRY = {"Retry-After": "5"}

_Body = TypeVar("_Body", bound=BaseModel)


def _body(model: str) -> dict[str, Any]:
    """The body of a route that reads it by hand; the models stand in ``openapi.py``."""
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/{bot_id}/pause_recording",
    summary="Pause the recording",
    responses=problems(401, 403, 404, 409, 429, 503),
    dependencies=[Depends(limited_per_bot)],
)
async def pause_recording(bot: OwnBot, services: UsedServices) -> CommandAnswer:
    """The bot stays; the picture is black and the sound silent, in files and live, and time goes on.

    Once this is answered it is so. Pausing what is paused changes nothing and answers the same.
    """
    return await tell(services, bot, "pause_recording")


@router.post(
    "/{bot_id}/resume_recording",
    summary="Go on with the recording",
    responses=problems(401, 403, 404, 409, 429, 503),
    dependencies=[Depends(limited_per_bot)],
)
async def resume_recording(bot: OwnBot, services: UsedServices) -> CommandAnswer:
    """Picture and sound are recorded and streamed again. What is not paused goes on, with the same answer."""
    return await tell(services, bot, "resume_recording")


@router.post(
    "/{bot_id}/send_message",
    summary="Write into the meeting's chat",
    responses=problems(400, 401, 403, 404, 409, 413, 503),
    openapi_extra=_body("NewMessage"),
)
async def send_message(request: Request, bot: OwnBot, services: UsedServices) -> CommandAnswer:
    """The bot writes to everybody. 409, with the reason, where the meeting does not let it."""
    asked = await _read(request, services, NewMessage)
    return await tell(services, bot, "send_message", {"text": asked.message})


@router.post(
    "/{bot_id}/send_image",
    summary="Show a picture in the meeting",
    responses=problems(400, 401, 403, 404, 409, 413, 503),
    openapi_extra=_body("NewImage"),
)
async def send_image(request: Request, bot: OwnBot, services: UsedServices) -> CommandAnswer:
    """The picture is shown as the bot's camera; where that cannot be, its link is put into the chat."""
    asked = await _read(request, services, NewImage)
    return await tell(
        services, bot, "send_image", {"url": asked.img_url, "display_s": asked.display_duration}
    )


async def _read(request: Request, services: Services, model: type[_Body]) -> _Body:
    body = await read_json_object(request, services.settings.max_body_bytes)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None


async def tell(
    services: Services, bot: Bot, command: CommandName, fields: dict[str, Any] | None = None
) -> CommandAnswer:
    """Have a bot do something and wait until it has.

    Raises:
        ApiError: 409 when it is in no meeting or the meeting does not let it, 400 when what was asked for
            cannot be used, 503 when the bot cannot be reached, records nothing, or failed at it.
    """
    return answer_of(bot, command, await order(services, bot, command, fields))


async def order(
    services: Services, bot: Bot, command: CommandName, fields: dict[str, Any] | None = None
) -> BotCommand:
    """Give a bot a command and wait for what becomes of it; raises ``ApiError`` as of `check_reachable`."""
    check_reachable(bot)
    commands = services.store.commands
    command_id = await commands.add(bot.id, command, fields)
    return await commands.settle(command_id, services.settings.command_timeout_s)


def check_reachable(bot: Bot) -> None:
    """Raise ``ApiError``, 409 or 503, where a bot cannot be told anything now."""
    if bot.status not in _IN_MEETING:
        raise ApiError(409, f"The bot is not in a meeting: its status is {bot.status.value}.")
    if bot.node is None or bot.lease_until is None or bot.lease_until < datetime.now(UTC):
        raise ApiError(503, "The bot cannot be reached now; try again later.", _RETRY)


def answer_of(bot: Bot, command: CommandName, told: BotCommand) -> CommandAnswer:
    """The answer to a command that was given; raises ``ApiError`` as of `tell` where it was not done."""
    _check(told)
    return CommandAnswer(status="accepted", bot_id=bot.id, command=command)


def _check(told: BotCommand) -> None:
    if told.state == "done":
        return
    if told.state == "sent":
        if told.kind in {"send_message", "send_image", "speak"}:
            return  # it is being done; saying otherwise would have it done twice
        raise ApiError(503, "The bot has not answered in time; see recording_paused in its details.", _RETRY)
    status = _STATUSES.get(told.problem or "", 503)
    raise ApiError(status, told.answer or "The bot could not do it.", _RETRY if status == 503 else None)
