"""The routes of recordings: the audio and the video as bytes, in whole or in part."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response, StreamingResponse

from roomtone.bot.lifecycle import Step
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError
from roomtone.service.api.openapi import media_answers
from roomtone.service.api.ranges import Part, Unsatisfiable, requested_part
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.storage.errors import MissingObject
from roomtone.service.store.artifacts import Artifact
from roomtone.service.store.bot import Bot

router = APIRouter(prefix="/api/v1/bots", tags=["recordings"])

RangeHeader = Annotated[str | None, Header(alias="Range", description="One range of bytes, as `bytes=0-99`.")]
IfRangeHeader = Annotated[
    str | None, Header(alias="If-Range", description="The Range counts only if the file still has this ETag.")
]
_EXTENSIONS = {"audio": "mp3", "video": "mp4"}


@dataclass(frozen=True, slots=True)
class _File:
    """A finished file, found.

    Attributes:
        size_bytes: As the storage has it.
        etag: A strong validator; a file under one key never changes its bytes.
    """

    artifact: Artifact
    size_bytes: int
    etag: str

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every answer about it."""
        extension = _EXTENSIONS[self.artifact.kind]
        return {
            "Accept-Ranges": "bytes",
            "ETag": self.etag,
            "Last-Modified": format_datetime(self.artifact.created_at, usegmt=True),
            "Cache-Control": "private, no-cache",
            "Content-Disposition": f'inline; filename="{self.artifact.bot_id}.{extension}"',
            "X-Content-Type-Options": "nosniff",
        }


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
    return await _serve(request, bot, services, "audio", wanted, if_range)


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
    return await _serve(request, bot, services, "video", wanted, if_range)


async def _serve(
    request: Request, bot: Bot, services: Services, kind: str, wanted: str | None, if_range: str | None
) -> Response:
    file = await _find(services, bot, kind)
    media_type = file.artifact.content_type
    if request.method == "HEAD":
        # A Range counts for GET alone; what HEAD tells is the whole file.
        headers = file.headers | {"Content-Length": str(file.size_bytes)}
        return Response(headers=headers, media_type=media_type)
    try:
        part = requested_part(wanted, file.size_bytes) if _still_the_same(file, if_range) else None
    except Unsatisfiable:
        message = f"Range: the file has {file.size_bytes} bytes."
        raise ApiError(
            416, message, {"Content-Range": f"bytes */{file.size_bytes}", "Accept-Ranges": "bytes"}
        ) from None
    return _stream(services, file, part, media_type)


def _stream(services: Services, file: _File, part: Part | None, media_type: str) -> Response:
    start, end = (part.start, part.end) if part else (0, file.size_bytes)
    headers = file.headers | {"Content-Length": str(end - start)}
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size_bytes}"
    pieces = services.storage.open_range(file.artifact.storage_key, start, end)
    return StreamingResponse(pieces, 206 if part else 200, headers, media_type)


async def _find(services: Services, bot: Bot, kind: str) -> _File:
    artifact = await services.store.artifacts.find(bot.id, kind)
    if artifact is None:
        raise ApiError(404, _why_there_is_none(bot, kind))
    try:
        size_bytes = await services.storage.size(artifact.storage_key)
    except MissingObject:
        raise ApiError(404, f"The {kind} is no longer in the storage.") from None
    mark = f"{artifact.storage_key}\0{size_bytes}\0{artifact.created_at.isoformat()}"
    return _File(artifact, size_bytes, f'"{sha256(mark.encode()).hexdigest()[:32]}"')


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


def _still_the_same(file: _File, if_range: str | None) -> bool:
    if if_range is None or if_range.strip() == file.etag:
        return True
    try:
        return parsedate_to_datetime(if_range) == file.artifact.created_at.replace(microsecond=0)
    except (ValueError, TypeError):
        return False
