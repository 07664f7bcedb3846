"""The route of a bot's diagnostics: everything to understand a stay by, in one archive."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from fastapi import APIRouter
from fastapi.responses import Response

from roomtone.bot.lifecycle import Step
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError
from roomtone.service.api.evidence import why_there_is_none
from roomtone.service.api.openapi import download_answers
from roomtone.service.api.pieces_response import PiecesResponse
from roomtone.service.api.rendering import details
from roomtone.service.api.services import UsedServices
from roomtone.service.api.views import BotDetailsAnswer
from roomtone.service.storage.archive import ArchivedFile, ArchivedText, archive
from roomtone.service.store.artifacts import JOURNAL, LOG, PAGE_SNAPSHOT, SCREENSHOT, Artifact

router = APIRouter(prefix="/api/v1/bots", tags=["diagnostics"])

_FOLDERS = {LOG: "", JOURNAL: "", SCREENSHOT: "screenshots/", PAGE_SNAPSHOT: "page_snapshots/"}
"""Where in the archive each kind of artifact lies; recordings, rosters and chats are not in it."""


@router.get(
    "/{bot_id}/diagnostics",
    summary="Everything to understand a stay by, ZIP",
    responses=download_answers("application/zip"),
    response_class=Response,
)
async def bot_diagnostics(bot: OwnBot, services: UsedServices) -> Response:
    """Screenshots, page snapshots, the session's log and journal, and the bot's details, in one archive.

    It is there from `bot.done` on. Pictures, snapshots and details may show names and the meeting's link; the
    log and the journal do not.
    """
    if bot.done_at is None or bot.step is Step.EXPIRED:
        raise ApiError(404, why_there_is_none(bot, "diagnostics"))
    answer = BotDetailsAnswer(bot_details=details(bot, await services.store.events.of_bot(bot.id)))
    texts = [ArchivedText("details.json", answer.model_dump_json(indent=2), bot.done_at)]
    kept = [one for one in await services.store.artifacts.of_bot(bot.id) if one.kind in _FOLDERS]
    for one in kept:
        # Now, because an answer that has begun could only be cut off: a bucket may be write-only or away.
        await services.storage.exists(one.storage_key)
    files = [_archived(one) for one in kept]
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{bot.id}-diagnostics.zip"',
        "X-Content-Type-Options": "nosniff",
    }
    return PiecesResponse(archive(services.storage, texts, files), 200, headers, "application/zip")


def _archived(artifact: Artifact) -> ArchivedFile:
    return ArchivedFile(
        _FOLDERS[artifact.kind] + artifact.name,
        artifact.storage_key,
        artifact.size_bytes,
        artifact.taken_at or artifact.created_at,
        is_packed=artifact.content_type.startswith("image/"),
    )
