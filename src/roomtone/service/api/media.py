"""The routes of recordings: the audio and the video as bytes, in whole or in part."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from fastapi import APIRouter, Request
from fastapi.responses import Response

from roomtone.bot.lifecycle import Step
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError
from roomtone.service.api.files import IfRangeHeader, RangeHeader, StoredFile, answer_with_file
from roomtone.service.api.openapi import media_answers
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.storage.errors import MissingObject
from roomtone.service.store.bot import Bot

router = APIRouter(prefix="/api/v1/bots", tags=["recordings"])

_EXTENSIONS = {"audio": "mp3", "video": "mp4"}


@router.get(
    "/{bot_id}/audio",
    summary="The audio, MP3",
    responses=media_answers("audio/mpeg"),
    response_class=Response,
)
@router.head("/{bot_id}/audio", include_in_schema=False)
async def bot_audio(
    request: Request,
    bot: OwnBot,
    services: UsedServices,
    wanted: RangeHeader = None,
    if_range: IfRangeHeader = None,
) -> Response:
    """Everything heard in the meeting, mixed; there from `audio.processed` on."""
    return answer_with_file(request, services, await _find(services, bot, "audio"), wanted, if_range)


@router.get(
    "/{bot_id}/video", summary="The video, MP4", responses=media_answers("video/mp4"), response_class=Response
)
@router.head("/{bot_id}/video", include_in_schema=False)
async def bot_video(
    request: Request,
    bot: OwnBot,
    services: UsedServices,
    wanted: RangeHeader = None,
    if_range: IfRangeHeader = None,
) -> Response:
    """The meeting, seen and heard; there from `video.processed` on."""
    return answer_with_file(request, services, await _find(services, bot, "video"), wanted, if_range)


async def _find(services: Services, bot: Bot, kind: str) -> StoredFile:
    artifact = await services.store.artifacts.find(bot.id, kind)
    if artifact is None:
        raise ApiError(404, _why_there_is_none(bot, kind))
    try:
        size_bytes = await services.storage.size(artifact.storage_key)
    except MissingObject:
        raise ApiError(404, f"The {kind} is no longer in the storage.") from None
    return StoredFile(artifact, size_bytes, f'inline; filename="{bot.id}.{_EXTENSIONS[kind]}"')


def _why_there_is_none(bot: Bot, kind: str) -> str:
    status = bot.audio_status if kind == "audio" else bot.video_status
    if bot.step is Step.EXPIRED:
        return f"The {kind} was deleted at the end of its retention."
    if kind == "video" and not bot.request.video_required:
        return "There is no video: the bot was created with video_required false."
    if status == "Failed":
        return f"There is no {kind}: it could not be processed; see the bot's details."
    if bot.step is Step.DONE:
        return f"There is no {kind}: the bot recorded nothing; see end_reason in its details."
    return f"The {kind} is not ready; it is from the event {kind}.processed on."
