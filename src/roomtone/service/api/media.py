"""The routes of recordings: audio and video as bytes and as links that end, and what the links lead to."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from roomtone.bot.lifecycle import Step
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError
from roomtone.service.api.files import IfRangeHeader, RangeHeader, answer_with_file, stored_file
from roomtone.service.api.gone import gone, is_gone
from roomtone.service.api.link_signature import GivenSignature
from roomtone.service.api.media_links import (
    AUDIO_LINK,
    LINKS_PATH,
    VIDEO_LINK,
    artifact_link,
    default_name,
)
from roomtone.service.api.media_views import AudioLink, VideoInfo, VideoLink
from roomtone.service.api.openapi import linked_media_answers, media_answers, problems
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import Message
from roomtone.service.store.artifacts import Artifact
from roomtone.service.store.bot import Bot
from roomtone.service.store.errors import UnknownBot

router = APIRouter(prefix="/api/v1/bots", tags=["recordings"])
links_router = APIRouter(prefix=LINKS_PATH, tags=["recordings"])

_MEGABYTE = 1_000_000
_LINKED_HEADERS = {"Access-Control-Allow-Origin": "*", "Referrer-Policy": "no-referrer"}
"""Whoever has a link may use it, a page of another origin too; and it is not told to others."""


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
    file = await stored_file(services, await _find(services, bot, "audio"))
    return answer_with_file(request, services, file, wanted, if_range)


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
    file = await stored_file(services, await _find(services, bot, "video"))
    return answer_with_file(request, services, file, wanted, if_range)


@router.get(
    "/{bot_id}/get_audio",
    summary="A link to the audio",
    responses={
        202: {"model": Message, "description": "The audio is still in the making."},
        **problems(401, 403, 404),
    },
    response_model=AudioLink,
)
async def get_audio(
    request: Request, response: Response, bot: OwnBot, services: UsedServices
) -> AudioLink | Response:
    """A link to the MP3 that works for 1 hour without an API key; 202 until `audio.processed`."""
    if _is_awaited(bot, "audio"):
        return _still_in_the_making(bot, "audio")
    audio = (await stored_file(services, await _find(services, bot, "audio"))).artifact
    response.headers["Cache-Control"] = "no-store"
    return AudioLink(audio_url=await artifact_link(request, services, audio, AUDIO_LINK))


@router.get(
    "/{bot_id}/get_video",
    summary="A link to the video",
    responses={
        202: {"model": Message, "description": "The video is still in the making."},
        **problems(401, 403, 404),
    },
    response_model=VideoLink,
)
async def get_video(
    request: Request, response: Response, bot: OwnBot, services: UsedServices
) -> VideoLink | Response:
    """A link to the MP4 that works for 10 minutes without an API key, and what was measured of the file.

    202 until `video.processed`.
    """
    if _is_awaited(bot, "video"):
        return _still_in_the_making(bot, "video")
    video = (await stored_file(services, await _find(services, bot, "video"))).artifact
    response.headers["Cache-Control"] = "no-store"
    return VideoLink(
        video_url=await artifact_link(request, services, video, VIDEO_LINK), video_info=_video_info(video)
    )


async def linked_artifact(
    services: UsedServices,
    bot_id: Annotated[str, Path(description="As the link has it.")],
    kind: Annotated[str, Path(description="As the link has it.")],
    file_name: Annotated[str, Path(description="As the link has it.")],
    signature: GivenSignature,
) -> Artifact:
    """The file a link leads to: 403 when the link is none or has ended, 404 when the file was deleted."""
    signature.check(bot_id, kind, file_name)
    artifact = await services.store.artifacts.find(bot_id, kind, file_name)
    if artifact is None:
        artifact = await services.store.artifacts.find(bot_id, kind)
        if artifact is not None and default_name(artifact) != file_name:
            artifact = None
    if artifact is not None:
        return artifact
    try:
        bot = await services.store.bots.get(bot_id)
    except UnknownBot:
        bot = None
    raise ApiError(404, gone(bot, "file") if bot is not None and is_gone(bot) else "The file was deleted.")


@links_router.get(
    "/{bot_id}/{kind}/{file_name:path}",
    summary="The file a link leads to",
    operation_id="linked_file",
    responses=linked_media_answers(),
    response_class=Response,
)
@links_router.head("/{bot_id}/{kind}/{file_name:path}", include_in_schema=False)
async def linked_file(
    request: Request,
    services: UsedServices,
    artifact: Annotated[Artifact, Depends(linked_artifact)],
    wanted: RangeHeader = None,
    if_range: IfRangeHeader = None,
) -> Response:
    """Links are given out by `get_audio`, `get_video` and others; they need no API key and end.

    After its time a link is answered with 403, and once the file was deleted with 404.
    """
    file = await stored_file(services, artifact, more_headers=_LINKED_HEADERS)
    return answer_with_file(request, services, file, wanted, if_range)


async def _find(services: Services, bot: Bot, kind: str) -> Artifact:
    artifact = await services.store.artifacts.find(bot.id, kind)
    if artifact is None:
        raise ApiError(404, _why_there_is_none(bot, kind))
    return artifact


def _is_awaited(bot: Bot, kind: str) -> bool:
    """Whether there may be such a file, only not yet."""
    status = bot.audio_status if kind == "audio" else bot.video_status
    asked = kind == "audio" or bot.request.video_required
    return asked and status is None and bot.step not in {Step.DONE, Step.EXPIRED}


def _still_in_the_making(bot: Bot, kind: str) -> Response:
    message = Message(message=f"The {kind} is not ready yet. Current status: {bot.status.value}.")
    return Response(message.model_dump_json(), 202, media_type="application/json")


def _video_info(video: Artifact) -> VideoInfo:
    facts = video.facts or {}
    width, height = facts.get("width"), facts.get("height")
    return VideoInfo(
        duration=video.duration_s,
        size_mb=round(video.size_bytes / _MEGABYTE, 3),
        resolution=f"{width}x{height}" if width and height else None,
        fps=facts.get("fps"),
        frames_processed=facts.get("frames"),
        corrupted_frames=facts.get("corrupted_frames") or 0,
    )


def _why_there_is_none(bot: Bot, kind: str) -> str:
    status = bot.audio_status if kind == "audio" else bot.video_status
    if is_gone(bot):
        return gone(bot, kind)
    if kind == "video" and not bot.request.video_required:
        return "There is no video: the bot was created with video_required false."
    if status == "Failed":
        return f"There is no {kind}: it could not be processed; see the bot's details."
    if bot.step is Step.DONE:
        return f"There is no {kind}: the bot recorded nothing; see end_reason in its details."
    return f"The {kind} is not ready; it is from the event {kind}.processed on."
