"""The routes of the live view: a recording as HLS while it is made, for whoever has a link that ends."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from roomtone.bot.lifecycle import timestamp
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError, no_such_bot
from roomtone.service.api.files import RangeHeader
from roomtone.service.api.gone import gone, is_gone
from roomtone.service.api.link_signature import GivenSignature
from roomtone.service.api.media_links import LIVE_LINK, public_url
from roomtone.service.api.media_views import LiveView
from roomtone.service.api.openapi import linked_media_answers, linked_text_answers, problems
from roomtone.service.api.ranges import Unsatisfiable, requested_part
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import Message
from roomtone.service.live_view.playlist import playlist
from roomtone.service.live_view.running import RunningRecording
from roomtone.service.store.bot import Bot
from roomtone.service.store.errors import UnknownBot

router = APIRouter(prefix="/api/v1/bots", tags=["recordings"])

PLAYLIST_NAME = "live.m3u8"
_KIND = "live"
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Whoever has a link may use it, a page of another origin too; and it is not told to others."""
_SHOWN_FROM = 3
"""A link is given out once there are so many segments: Chromium gives up at a playlist of one."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_PLAYLIST_TYPE = "application/vnd.apple.mpegurl"


@router.get(
    "/{bot_id}/live_view",
    summary="A link to watch the meeting now",
    responses={
        202: {"model": Message, "description": "The recording has not begun."},
        **problems(401, 403, 404),
    },
    response_model=LiveView,
)
async def live_view(
    request: Request, response: Response, bot: OwnBot, services: UsedServices
) -> LiveView | Response:
    """A link to an HLS playlist that works for 4 hours without an API key; while the bot records."""
    if bot.ended or not bot.request.video_required:
        raise ApiError(404, _why_there_is_none(bot))
    recording = await services.running.find(bot.id, bot.epoch, is_over=False)
    if recording is None or len(recording.segments) < _SHOWN_FROM:
        message = Message(
            message=f"There is nothing to see yet on this node. Current status: {bot.status.value}."
        )
        return Response(message.model_dump_json(), 202, media_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    query = services.links.signed_query(bot.id, _KIND, PLAYLIST_NAME, LIVE_LINK)
    path = f"{router.prefix}/{bot.id}/{PLAYLIST_NAME}?{query}"
    return LiveView(
        bot_id=bot.id,
        live_url=public_url(request, services, path),
        expires_at=timestamp(services.links.ends_at(LIVE_LINK)),
    )


async def linked_bot(
    services: UsedServices,
    bot_id: Annotated[str, Path(description="As the link has it.")],
    signature: GivenSignature,
) -> Bot:
    """The bot a link leads to: 403 when the link is none or has ended, 404 when there is none any more."""
    signature.check(bot_id, _KIND, PLAYLIST_NAME)
    try:
        return await services.store.bots.get(bot_id)
    except UnknownBot:
        raise no_such_bot() from None


LinkedBot = Annotated[Bot, Depends(linked_bot)]


@router.get(
    "/{bot_id}/live.m3u8",
    summary="The meeting as it is recorded, HLS",
    operation_id="live_playlist",
    responses=linked_text_answers(_PLAYLIST_TYPE),
    response_class=Response,
)
@router.head("/{bot_id}/live.m3u8", include_in_schema=False)
async def live_playlist(
    request: Request,
    bot: LinkedBot,
    services: UsedServices,
    whole: Annotated[
        bool, Query(description="Name every segment since the beginning, not only the last minute.")
    ] = False,
) -> Response:
    """The link in `live_view`: a playlist of segments of about 2 s that each begin with a key frame.

    When the bot has left it ends with `EXT-X-ENDLIST`, and is there until the recording is finished; then
    the answer is 404.
    """
    recording = await _find(services, bot)
    if not recording.segments:
        raise ApiError(404, "There is nothing to see yet; ask again in a second.")
    query = urlencode({name: request.query_params[name] for name in ("expires", "signature")})
    text = playlist(
        recording.segments,
        lambda name: f"live/{name}?{query}",
        is_complete=recording.is_complete,
        begun_at=bot.recording_at,
        whole=whole,
    )
    return Response(text, 200, _HEADERS, _PLAYLIST_TYPE)


@router.get(
    "/{bot_id}/live/{name}",
    summary="A segment of the meeting",
    operation_id="live_segment",
    responses=linked_media_answers("video/mp4"),
    response_class=Response,
)
@router.head("/{bot_id}/live/{name}", include_in_schema=False)
async def live_segment(
    bot: LinkedBot,
    services: UsedServices,
    name: Annotated[str, Path(description="As the playlist has it.")],
    wanted: RangeHeader = None,
) -> Response:
    """What the playlist names: `init.mp4`, and the segments."""
    recording = await _find(services, bot)
    data = await _named(recording, name)
    if data is None:
        raise ApiError(404, "name: the playlist has no such segment.")
    headers = _HEADERS | {"Accept-Ranges": "bytes"}
    try:
        part = requested_part(wanted, len(data))
    except Unsatisfiable:
        message = f"Range: the file has {len(data)} bytes."
        raise ApiError(416, message, {"Content-Range": f"bytes */{len(data)}"}) from None
    if part is None:
        return Response(data, 200, headers, "video/mp4")
    headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{len(data)}"
    return Response(data[part.start : part.end], 206, headers, "video/mp4")


async def _find(services: Services, bot: Bot) -> RunningRecording:
    if is_gone(bot) or bot.deletion_requested_at is not None or not bot.request.video_required:
        raise ApiError(404, _why_there_is_none(bot))
    recording = await services.running.find(bot.id, bot.epoch, is_over=bot.ended)
    if recording is None or recording.init is None:
        raise ApiError(404, _why_there_is_none(bot))
    return recording


async def _named(recording: RunningRecording, name: str) -> bytes | None:
    if name == "init.mp4":
        return recording.init
    number, dot, kind = name.partition(".")
    if not dot or kind != "m4s" or not _NUMBER.fullmatch(number):
        return None
    segments = recording.segments
    return await recording.read(segments[int(number)]) if int(number) < len(segments) else None


def _why_there_is_none(bot: Bot) -> str:
    if is_gone(bot):
        return gone(bot, "recording")
    if not bot.request.video_required:
        return "There is no live view: the bot was created with video_required false."
    if bot.ended:
        return "The meeting is over; its recording is at get_video."
    return "There is nothing to see yet, or it is recorded on another node of the service."
