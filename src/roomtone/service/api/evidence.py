"""The routes of what the meeting page looked like: screenshots and page snapshots.

All of it is there from ``bot.done`` on, also of a bot that never got in. A page snapshot is the document of a
page that anybody may have made: it is a download, never a page, and under a policy that lets nothing in it
run should a browser show it all the same.
"""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from roomtone.bot.lifecycle import timestamp
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError
from roomtone.service.api.files import IfRangeHeader, RangeHeader, StoredFile, answer_with_file, stored_file
from roomtone.service.api.gone import gone, is_gone
from roomtone.service.api.media_links import public_url
from roomtone.service.api.openapi import media_answers, problems
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import Screenshot, Screenshots
from roomtone.service.store.artifacts import PAGE_SNAPSHOT, SCREENSHOT, Artifact
from roomtone.service.store.bot import Bot

router = APIRouter(prefix="/api/v1/bots", tags=["diagnostics"])

FileName = Annotated[str, Path(description="As in get_screenshots.")]


@router.get(
    "/{bot_id}/get_screenshots",
    summary="Pictures of the meeting page",
    responses={
        202: {"model": Screenshots, "description": "The bot is not done yet."},
        **problems(401, 403, 404),
    },
)
async def get_screenshots(
    request: Request, response: Response, bot: OwnBot, services: UsedServices
) -> Screenshots:
    """What the page showed when the stay failed or ended, oldest first; there from `bot.done` on.

    The links need the same Authorization header. Until the bot is done the answer is 202 and an empty list.
    """
    if is_gone(bot):
        raise ApiError(404, why_there_is_none(bot, "screenshots"))
    if bot.done_at is None:
        response.status_code = 202
        return Screenshots(
            bot_id=bot.id,
            screenshots_count=0,
            screenshots=[],
            message=why_there_is_none(bot, "screenshots"),
        )
    artifacts = await services.store.artifacts.of_bot(bot.id)
    pages = {a.name.rpartition(".")[0]: a.name for a in artifacts if a.kind == PAGE_SNAPSHOT}
    pictures = sorted((a for a in artifacts if a.kind == SCREENSHOT), key=_taken_at)
    return Screenshots(
        bot_id=bot.id,
        screenshots_count=len(pictures),
        screenshots=[_screenshot(request, services, picture, pages) for picture in pictures],
    )


@router.get(
    "/{bot_id}/screenshots/{name}",
    summary="One picture of the meeting page",
    responses=media_answers("image/png"),
    response_class=Response,
)
@router.head("/{bot_id}/screenshots/{name}", include_in_schema=False)
async def bot_screenshot(
    request: Request,
    bot: OwnBot,
    services: UsedServices,
    name: FileName,
    wanted: RangeHeader = None,
    if_range: IfRangeHeader = None,
) -> Response:
    """The link in `get_screenshots`."""
    file = await _find(services, bot, SCREENSHOT, name)
    return answer_with_file(request, services, file, wanted, if_range)


@router.get(
    "/{bot_id}/page_snapshots/{name}",
    summary="The meeting page's document, HTML",
    responses=media_answers("text/html"),
    response_class=Response,
)
@router.head("/{bot_id}/page_snapshots/{name}", include_in_schema=False)
async def bot_page_snapshot(
    request: Request,
    bot: OwnBot,
    services: UsedServices,
    name: FileName,
    wanted: RangeHeader = None,
    if_range: IfRangeHeader = None,
) -> Response:
    """The document as it was when the picture of the same name was taken, as a download."""
    file = await _find(services, bot, PAGE_SNAPSHOT, name)
    return answer_with_file(request, services, file, wanted, if_range)


async def _find(services: Services, bot: Bot, kind: str, name: str) -> StoredFile:
    artifact = await services.store.artifacts.find(bot.id, kind, name)
    if artifact is None:
        raise ApiError(404, why_there_is_none(bot, f"{kind.replace('_', ' ')}s"))
    return await stored_file(services, artifact)


def why_there_is_none(bot: Bot, what: str) -> str:
    """Why a bot has no such screenshots, page snapshots or diagnostics."""
    if is_gone(bot):
        return gone(bot, what, "were")
    if bot.done_at is None:
        return f"The {what} are not ready; they are from the event bot.done on."
    return f"name: it is none of the bot's {what}; see get_screenshots."


def _screenshot(request: Request, services: Services, picture: Artifact, pages: dict[str, str]) -> Screenshot:
    page = pages.get(picture.name.rpartition(".")[0])

    def url(route: str, name: str) -> str:
        path = str(request.app.url_path_for(route, bot_id=picture.bot_id, name=name))
        return public_url(request, services, path)

    return Screenshot(
        name=picture.name,
        url=url("bot_screenshot", picture.name),
        content_type=picture.content_type,
        size_bytes=picture.size_bytes,
        taken_at=timestamp(_taken_at(picture)),
        page_snapshot_url=url("bot_page_snapshot", page) if page else None,
    )


def _taken_at(picture: Artifact) -> datetime:
    return picture.taken_at or picture.created_at
