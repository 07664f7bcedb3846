"""The route that makes bots, and its alias."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import AfterValidator, Field, ValidationError

from roomtone.bot.request import BotRequest, printable_ascii
from roomtone.config import Settings
from roomtone.service.api.auth import UsedKey
from roomtone.service.api.body import read_json_object
from roomtone.service.api.create_bot_document import CREATE_BOT_ANSWERS, CREATE_BOT_BODY
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.ignored import ignored_fields
from roomtone.service.api.provider_checks import check_transcripts
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import CreatedBot
from roomtone.service.store.admissions import Admission, Limits
from roomtone.service.store.bot import Bot
from roomtone.service.store.errors import KeyOfAnotherMeeting, TooManyBots
from roomtone.service.store.keys import ApiKey

router = APIRouter(prefix="/api/v1/bots", tags=["bots"])

MAX_IDEMPOTENCY_KEY_LENGTH = 255
_STATUSES = {Admission.CREATED: 201, Admission.DEDUPLICATED: 200, Admission.REPLAYED: 507}

IdempotencyKey = Annotated[
    Annotated[
        str,
        Field(min_length=1, max_length=MAX_IDEMPOTENCY_KEY_LENGTH),
        AfterValidator(printable_ascii),
    ]
    | None,
    Header(
        alias="Idempotency-Key",
        description="Of this request, such as a UUID. Sent again with it, with whatever body, it is answered "
        "with 507 and the bot that was made first. Kept as long as that bot.",
    ),
]


@router.post(
    "/create_bot",
    status_code=201,
    summary="Send a bot into a meeting",
    operation_id="create_bot",
    responses=CREATE_BOT_ANSWERS,
    openapi_extra=CREATE_BOT_BODY,
)
@router.post(
    "/create_agent",
    status_code=201,
    summary="Send a bot into a meeting (the same by another name)",
    operation_id="create_agent",
    responses=CREATE_BOT_ANSWERS,
    openapi_extra=CREATE_BOT_BODY,
)
async def create_bot(
    request: Request,
    response: Response,
    services: UsedServices,
    key: UsedKey,
    idempotency_key: IdempotencyKey = None,
) -> CreatedBot:
    """The bot joins at once, or at `join_at`.

    It is made once: a request with the `Idempotency-Key` or the `deduplication_key` of a former one is
    answered with the bot of that one. When no slot is free the bot waits for one.
    """
    try:
        payload = await read_json_object(request, services.settings.max_body_bytes)
        asked = await _checked(payload, services, key)
    except ApiError:
        # A replay is one whatever its body is now.
        known = await _made_with(idempotency_key, services, key)
        if known is None:
            raise
        response.status_code = _STATUSES[Admission.REPLAYED]
        return _answer(known, Admission.REPLAYED, [])
    admission, bot = await _admit(asked, payload, idempotency_key, services, key)
    response.status_code = _STATUSES[admission]
    return _answer(bot, admission, ignored_fields(payload) if admission is Admission.CREATED else [])


async def _checked(payload: Mapping[str, Any], services: Services, key: ApiKey) -> BotRequest:
    try:
        asked = BotRequest.model_validate(_with_server_defaults(payload, services.settings))
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None
    if asked.browser_profile is not None:
        complaint = await asyncio.to_thread(
            services.profiles.complaint, asked.browser_profile, asked.address.platform, key.workspace_name
        )
        if complaint is not None:
            raise ApiError(400, f"browser_profile: {complaint}")
    await check_transcripts(services, key.workspace_id, asked)
    return asked


def _with_server_defaults(payload: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The body, with what the server's settings say where it says nothing; the rest is the contract's."""
    asked = dict(payload)
    if asked.get("video_required") is None:
        # Live video is the recording's picture: who asks for it alone asks for that.
        asked["video_required"] = settings.video_required or bool(asked.get("live_video_required"))
    config = asked.get("recording_config")
    if config is None:
        config = {}
    if isinstance(config, dict) and config.get("video_layout") is None:
        asked["recording_config"] = config | {"video_layout": settings.video_layout}
    return asked


async def _made_with(idempotency_key: str | None, services: Services, key: ApiKey) -> Bot | None:
    if idempotency_key is None:
        return None
    return await services.store.admissions.made_with(idempotency_key, key.workspace_id)


async def _admit(
    asked: BotRequest,
    payload: Mapping[str, Any],
    idempotency_key: str | None,
    services: Services,
    key: ApiKey,
) -> tuple[Admission, Bot]:
    settings = services.settings
    try:
        return await services.store.admissions.admit(
            asked,
            key.workspace_id,
            payload=payload,
            idempotency_key=idempotency_key,
            limits=Limits(settings.max_bots_per_workspace, settings.max_queued_bots),
            join_lead_s=settings.join_lead_s,
        )
    except KeyOfAnotherMeeting as refusal:
        raise ApiError(409, str(refusal)) from None
    except TooManyBots as refusal:
        raise ApiError(429, str(refusal), {"Retry-After": str(refusal.retry_after_s)}) from None


def _answer(bot: Bot, admission: Admission, ignored: list[str]) -> CreatedBot:
    return CreatedBot(
        bot_id=bot.id,
        transcript_id=None if admission is Admission.REPLAYED else bot.transcript_id,
        meeting_url=bot.request.meeting_link,
        status="Active" if admission is Admission.CREATED else bot.status.value,
        ignored=ignored,
    )
