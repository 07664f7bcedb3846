"""The routes of what was written down in a meeting: who was there, who spoke when, the chat, the summary.

All of it is there from ``bot.done`` on, or as soon before as it is stored: what a running session writes lies
with the session, on the node that runs it. Until then the answer is 202, as for everything in the making.
"""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

import asyncio
import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from roomtone.service.api.bots import OwnBot
from roomtone.service.api.detail_files import details_with_files
from roomtone.service.api.errors import ApiError
from roomtone.service.api.gone import gone, is_gone
from roomtone.service.api.openapi import problems
from roomtone.service.api.places import place_of
from roomtone.service.api.record_rendering import chats, participants, speaker_timeline
from roomtone.service.api.record_views import Chats, Participant, SpeakerTimeline, SummaryAnswer
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import Message
from roomtone.service.records.chat import messages_of
from roomtone.service.records.people import people_of
from roomtone.service.records.reading import (
    CHAT,
    PARTICIPANTS,
    SUMMARY,
    TIMELINE,
    read_json,
    read_record,
    stream_ids_of,
)
from roomtone.service.records.turns import turns_of
from roomtone.service.store.artifacts import JOURNAL, Artifact
from roomtone.service.store.bot import Bot

router = APIRouter(prefix="/api/v1/bots", tags=["recordings"])

_PAPERS = frozenset({JOURNAL, PARTICIPANTS, TIMELINE, CHAT})
"""They are stored together: one of them says that there will be no more."""
_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": Message, "description": "The bot is not done yet."},
    **problems(401, 403, 404),
}


@router.get(
    "/{bot_id}/get_participants",
    summary="Who was in the meeting",
    responses=_ANSWERS,
    response_model=list[Participant],
)
async def get_participants(bot: OwnBot, services: UsedServices) -> Response:
    """Everybody but the bot, in the order in which they came; there from `bot.done` on, 202 before."""
    artifacts = await _artifacts_of(services, bot, "list of participants")
    if artifacts is None:
        return _not_yet(bot, "list of participants")
    lines = await read_record(services.storage, artifacts, PARTICIPANTS)
    return await asyncio.to_thread(
        lambda: _json(participants(people_of(lines), bot.recording_at, stream_ids_of(artifacts)))
    )


@router.get(
    "/{bot_id}/get_speaker_timeline",
    summary="Who spoke when",
    responses=_ANSWERS,
    response_model=SpeakerTimeline,
)
async def get_speaker_timeline(bot: OwnBot, services: UsedServices) -> Response:
    """Every turn as a part of the recording's sound; there from `bot.done` on, 202 before.

    Bytes count in the PCM that `ffmpeg -i audio.mp3 -f s16le -ac 1 -ar 48000 meeting.pcm` makes of the audio.
    Turns of different speakers overlap where they spoke at once.
    """
    artifacts = await _artifacts_of(services, bot, "speaker timeline")
    if artifacts is None:
        return _not_yet(bot, "speaker timeline")
    lines = await read_record(services.storage, artifacts, TIMELINE)
    audio = _one(artifacts, "audio")
    _, path = await place_of(services, audio.storage_key) if audio else (None, None)
    saved = _one(artifacts, TIMELINE)
    return await asyncio.to_thread(
        lambda: _json(
            speaker_timeline(
                turns_of(lines),
                bot.recording_at,
                (audio.duration_s if audio else None) or bot.recorded_s or 0.0,
                path,
                saved.created_at if saved else None,
            )
        )
    )


@router.get("/{bot_id}/get_chats", summary="The chat", responses=_ANSWERS, response_model=Chats)
async def get_chats(bot: OwnBot, services: UsedServices) -> Response:
    """Everything that was written while the bot was there; there from `bot.done` on, 202 before."""
    artifacts = await _artifacts_of(services, bot, "chat")
    if artifacts is None:
        return _not_yet(bot, "chat")
    lines = await read_record(services.storage, artifacts, CHAT)
    saved = _one(artifacts, CHAT)
    return await asyncio.to_thread(
        lambda: _json(
            chats(
                messages_of(lines),
                bot.recording_at,
                bot_id=bot.id,
                meeting_id=bot.request.address.meeting_id,
                saved_at=saved.created_at if saved else None,
                server_version=version("roomtone"),
            )
        )
    )


@router.get("/{bot_id}/summary", summary="A summary of the meeting", responses=problems(401, 403, 404))
async def get_summary(request: Request, bot: OwnBot, services: UsedServices) -> SummaryAnswer:
    """Who was there, who spoke how long, the longest turns, questions and links, beside the bot's details.

    It is put together on this server from what was heard and written, from `bot.done` on; 404 until then, and
    for a bot that recorded nothing.
    """
    artifacts = await services.store.artifacts.of_bot(bot.id)
    summary = await read_json(services.storage, artifacts, SUMMARY)
    if not isinstance(summary, dict):
        raise ApiError(404, _why_there_is_no_summary(bot))
    bot_details = await details_with_files(request, services, bot, artifacts)
    return SummaryAnswer.model_validate({"bot_details": bot_details, "summary": summary})


async def _artifacts_of(services: Services, bot: Bot, what: str) -> list[Artifact] | None:
    """The files of a bot whose session's papers are stored; None: they are not yet."""
    if is_gone(bot):
        raise ApiError(404, gone(bot, what))
    artifacts = await services.store.artifacts.of_bot(bot.id) if bot.ended else []
    if bot.done_at is None and not any(artifact.kind in _PAPERS for artifact in artifacts):
        return None
    return artifacts


def _not_yet(bot: Bot, what: str) -> Response:
    text = f"The {what} is not ready; it is from the event bot.done on. Current status: {bot.status.value}."
    return _json({"message": text}, 202)


def _why_there_is_no_summary(bot: Bot) -> str:
    if is_gone(bot):
        return gone(bot, "summary")
    if bot.done_at is None:
        return "There is no summary yet; it is from the event bot.done on."
    return "There is no summary: the bot recorded nothing; see end_reason in its details."


def _one(artifacts: Sequence[Artifact], kind: str) -> Artifact | None:
    return next((artifact for artifact in artifacts if artifact.kind == kind), None)


def _json(answer: Any, status: int = 200) -> Response:
    """An answer that may be large: written without a look at every field of it, outside of the event loop."""
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, media_type="application/json")
