"""The routes of transcripts: have one made, list them, read one in any format."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

import asyncio
import contextlib
import json
import uuid
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from roomtone.bot.lifecycle import Step
from roomtone.bot.transcript_providers import (
    RECORDING_PROVIDERS,
    STREAMING_PROVIDERS,
    TranscriptRequest,
)
from roomtone.service.api.auth import UsedKey
from roomtone.service.api.body import read_json_object
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.files import answer_with_file, stored_file
from roomtone.service.api.media_links import TEXT_LINK, artifact_link
from roomtone.service.api.openapi import problems
from roomtone.service.api.provider_checks import check_provider
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.transcript_views import (
    DownloadUrls,
    Segment,
    TranscribeAnswer,
    TranscribeBody,
    Transcriptions,
    TranscriptionView,
    TranscriptPending,
)
from roomtone.service.store.artifacts import Artifact
from roomtone.service.store.bot import Bot
from roomtone.service.store.errors import UnknownTranscript
from roomtone.service.store.transcripts import (
    RAW_TRANSCRIPT,
    TRANSCRIPT,
    StoredTranscript,
    TranscriptState,
)
from roomtone.speech.exports import FORMATS
from roomtone.speech.segments import turns_of

bots_router = APIRouter(prefix="/api/v1/bots", tags=["transcripts"])
router = APIRouter(prefix="/api/v1/transcript", tags=["transcripts"])

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/TranscribeBody"},
                "examples": {
                    "local": {"summary": "On the server itself", "value": {"provider": {"local": {}}}},
                    "captions": {
                        "summary": "The meeting's captions, told to an URL of its own",
                        "value": {
                            "provider": {"name": "meeting_captions"},
                            "callback_url": "https://example.com/transcripts",
                        },
                    },
                },
            }
        },
    }
}
_DEFAULT_PROVIDER = "local"


class TranscriptFormat(StrEnum):
    """The formats a transcript can be had in."""

    JSON = "json"
    SRT = "srt"
    VTT = "vtt"
    TXT = "txt"
    MARKDOWN = "md"


@bots_router.post(
    "/{bot_id}/transcribe",
    summary="Make another transcript of a recording",
    responses=problems(400, 401, 403, 404, 409, 413),
    openapi_extra=_BODY,
)
async def transcribe(request: Request, bot: OwnBot, services: UsedServices) -> TranscribeAnswer:
    """Takes the place of the former one in the bot's details; the former can still be read by its id.

    Exactly one event tells the end: `transcription.processed` or `transcription.failed`.
    """
    payload = await read_json_object(request, services.settings.max_body_bytes)
    try:
        body = TranscribeBody.model_validate(payload)
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None
    asked = _asked(body, bot)
    await check_provider(services, bot.workspace_id, asked, "provider")
    await _check_recorded(bot, services)
    made = await services.store.transcripts.ask(bot, asked, body.callback_url)
    return TranscribeAnswer(
        bot_id=bot.id,
        transcript_id=made.id,
        provider=made.provider,
        message="The transcript is being made.",
    )


@bots_router.get(
    "/{bot_id}/transcriptions",
    summary="All transcripts of a bot",
    responses=problems(401, 403, 404),
)
async def transcriptions(request: Request, bot: OwnBot, services: UsedServices) -> Transcriptions:
    """Each with its provider, how far it is, and links to its files."""
    artifacts = await services.store.artifacts.of_bot(bot.id)
    files = {(one.kind, one.name): one for one in artifacts if one.kind in {TRANSCRIPT, RAW_TRANSCRIPT}}
    stored = await services.store.transcripts.of_bot(bot.id)
    return Transcriptions(
        bot_id=bot.id, transcriptions=[await _view(request, services, bot, one, files) for one in stored]
    )


@router.get(
    "/{transcript_id}/get_transcript",
    summary="A transcript",
    responses={
        200: {
            "model": list[Segment] | dict[str, Any],
            "description": "The words: the array of segments, unless another format, or raw, was asked for.",
            "content": {form.media_type: {"schema": {"type": "string"}} for form in FORMATS.values()},
        },
        202: {"model": TranscriptPending, "description": "It is not there: not yet, or it failed."},
        **problems(400, 401, 403, 404),
    },
    response_class=Response,
)
async def get_transcript(
    request: Request,
    transcript_id: str,
    services: UsedServices,
    key: UsedKey,
    raw: Annotated[bool, Query(description="What the provider answered; only as json.")] = False,
    format: Annotated[TranscriptFormat, Query(description="How to write it.")] = TranscriptFormat.JSON,  # noqa: A002  the query's name
) -> Response:
    """Who said what, as an array of segments, or as subtitles or text.

    The transcript's id stands in the answer to `create_bot`, the details and webhooks; it is not the bot's.
    """
    if raw and format is not TranscriptFormat.JSON:
        raise ApiError(400, "format: with raw=true only json can be had.")
    stored = await services.store.transcripts.get(_known_id(transcript_id), workspace_id=key.workspace_id)
    bot = await services.store.bots.get(stored.bot_id)
    if bot.step is Step.EXPIRED:
        raise ApiError(404, "transcript_id: the transcript was deleted with the bot's recordings.")
    if stored.state is not TranscriptState.SUCCESS:
        return _pending(stored)
    kind = RAW_TRANSCRIPT if raw else TRANSCRIPT
    artifact = await services.store.artifacts.find(stored.bot_id, kind, f"{stored.id}.json")
    if artifact is None:
        raise ApiError(404, "transcript_id: the transcript was deleted.")
    file = await stored_file(services, artifact)
    if format is TranscriptFormat.JSON:
        return answer_with_file(request, services, file, None, None)
    form = FORMATS[format.value]
    text = await asyncio.to_thread(_written, await _read(services, artifact, file.size_bytes), format)
    disposition = f'inline; filename="{stored.id}.{form.extension}"'
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return Response(text.encode(), media_type=form.media_type, headers=headers)


def _asked(body: TranscribeBody, bot: Bot) -> TranscriptRequest:
    """What is to be made; raises ``ApiError`` 400 for a provider that this server has not for recordings."""
    of_bot = bot.request.recording_config.transcript
    if body.provider is not None:
        asked = TranscriptRequest(provider=body.provider)
    elif of_bot is not None and of_bot.name in RECORDING_PROVIDERS:
        asked = of_bot
    else:
        asked = TranscriptRequest.model_validate({"provider": {_DEFAULT_PROVIDER: {}}})
    if asked.name not in RECORDING_PROVIDERS:
        served = ", ".join(RECORDING_PROVIDERS)
        raise ApiError(
            400,
            f"provider: {asked.name!r} works while a meeting runs; of recordings there are {served}."
            if asked.is_streaming
            else f"provider: this server does not serve {asked.name!r}; it serves {served}.",
        )
    return asked


async def _check_recorded(bot: Bot, services: Services) -> None:
    if bot.step is Step.EXPIRED:
        raise ApiError(404, "The recordings were deleted; there is nothing to transcribe.")
    if bot.step is not Step.DONE:
        raise ApiError(409, "The bot is not done; its recording can be transcribed from bot.done on.")
    audio = await services.store.artifacts.find(bot.id, "audio")
    if audio is None:
        raise ApiError(
            404, "The bot recorded nothing that can be transcribed; see end_reason in its details."
        )
    # What cannot be read is refused now, by the storage's own words, and not by a failure later.
    await services.storage.size(audio.storage_key)


async def _view(
    request: Request,
    services: Services,
    bot: Bot,
    stored: StoredTranscript,
    files: dict[tuple[str, str], Artifact],
) -> TranscriptionView:
    name = f"{stored.id}.json"
    raw, processed = files.get((RAW_TRANSCRIPT, name)), files.get((TRANSCRIPT, name))
    urls = None
    if raw is not None and processed is not None:
        urls = DownloadUrls(
            raw_transcript=await artifact_link(request, services, raw, TEXT_LINK),
            processed_transcript=await artifact_link(request, services, processed, TEXT_LINK),
        )
    return TranscriptionView(
        transcript_id=stored.id,
        provider=stored.provider,
        status=stored.state.value,
        created_at=stored.created_at,
        config=stored.options,
        download_urls=urls,
        percent=stored.percent,
        engine=stored.engine,
        model=stored.model,
        language=stored.language,
        error=stored.error,
        seconds_missed=_seconds_missed(bot, stored.provider),
        finished_at=stored.finished_at,
    )


def _seconds_missed(bot: Bot, provider: str) -> float | None:
    """What the session counted of the speech that a streaming provider told no final words of."""
    counted = (bot.statistics or {}).get("live_transcription")
    if provider not in STREAMING_PROVIDERS or not isinstance(counted, dict):
        return None
    return float(counted.get("seconds_dropped", 0.0))


def _pending(stored: StoredTranscript) -> Response:
    """What clients of this API expect until there is a transcript, and for ever when there will be none."""
    pending = TranscriptPending(
        message=f"Transcript is still being processed. Current status: {stored.state.value}"
        if not stored.finished
        else f"There is no transcript: {stored.error}. Current status: {stored.state.value}",
        status=stored.state.value,
        percent=stored.percent,
        error=stored.error,
    )
    return JSONResponse(pending.model_dump(mode="json"), 202)


def _known_id(transcript_id: str) -> str:
    try:
        return str(uuid.UUID(transcript_id))
    except ValueError:
        raise UnknownTranscript("transcript_id: there is no such transcript.") from None


async def _read(services: Services, artifact: Artifact, size_bytes: int) -> bytes:
    read = services.storage.open_range(artifact.storage_key, 0, size_bytes)
    async with contextlib.aclosing(read) as pieces:
        return b"".join([piece async for piece in pieces])


def _written(stored: bytes, form: TranscriptFormat) -> str:
    segments: list[dict[str, Any]] = json.loads(stored)
    return FORMATS[form.value].write(turns_of(segments))
