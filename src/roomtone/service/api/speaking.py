"""The routes of what a bot says in its meeting."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

import asyncio
import base64
import binascii
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError

from roomtone.service.api.body import read_away, read_bytes, read_json_object
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.command_views import CommandAnswer, NewSpeech
from roomtone.service.api.commands import answer_of, check_reachable, order, tell
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.forms import file_of_form
from roomtone.service.api.openapi import problems
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.data_folder import SPOKEN_NAME
from roomtone.service.store.bot import Bot
from roomtone.service.talking.errors import (
    NoSpeechEngine,
    SpeechFailed,
    TooBusy,
    TooMuchWaits,
    UnusableSound,
)
from roomtone.service.talking.sound_folder import SoundFolder
from roomtone.service.talking.speech_engine import make_speech, speech_command

router = APIRouter(prefix="/api/v1/bots", tags=["commands"])

MOST_SOUND_BYTES = 8 * 1024 * 1024
"""Longest sound file; 30 s of uncompressed stereo at 48,000 Hz have 5.8 MB."""
_MOST_JSON_BYTES = MOST_SOUND_BYTES * 4 // 3 + 65_536
_MOST_FORM_BYTES = MOST_SOUND_BYTES + 65_536
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/NewSpeech"}},
            "audio/wav": _BINARY,
            "audio/mpeg": _BINARY,
            "application/octet-stream": _BINARY,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}


@router.post(
    "/{bot_id}/speak",
    summary="Say something in the meeting",
    responses=problems(400, 401, 403, 404, 409, 413, 503),
    openapi_extra=_BODY,
)
async def speak(request: Request, bot: OwnBot, services: UsedServices) -> CommandAnswer:
    """The bot opens its microphone and says it, after what it was told to say before.

    The sound file is the body itself (`audio/*`), the `file` of a form, or in base64 in JSON; at most 8 MB
    and 30 s, and no more than 30 s wait to be said. Answered as soon as the microphone is open. 409, with
    the reason, where the meeting does not let the bot. 503, with `Retry-After`, while the server has too
    much to make sound of, or too much waits for it: one workspace may have half of what may wait.
    """
    file = await _taken(request, bot, services)
    told = await order(services, bot, "speak", {"path": str(file)})
    if told.state != "sent":
        # Whoever has it deletes it; nobody else will.
        await asyncio.to_thread(file.unlink, missing_ok=True)
    return answer_of(bot, "speak", told)


@router.post(
    "/{bot_id}/stop_speaking",
    summary="Stop speaking",
    responses=problems(401, 403, 404, 409, 503),
)
async def stop_speaking(bot: OwnBot, services: UsedServices) -> CommandAnswer:
    """The bot is silent at once and forgets what waits to be said. Where it says nothing, nothing changes."""
    return await tell(services, bot, "stop_speaking")


async def _taken(request: Request, bot: Bot, services: Services) -> Path:
    """The file of what the request has the bot say; until then its body is counted as held in memory."""
    announced = request.headers.get("content-length", "")
    n_bytes = min(int(announced), _MOST_JSON_BYTES) if announced.isdecimal() else _MOST_JSON_BYTES
    try:
        with services.sound_bytes.hold(bot.workspace_id, n_bytes):
            asked = await _asked(request)
            check_reachable(bot)
            return await _made(asked, services)
    except TooMuchWaits as problem:
        await read_away(request, _MOST_JSON_BYTES)
        raise ApiError(503, f"{problem}.", {"Retry-After": "5"}) from None
    except TooBusy as problem:
        raise ApiError(503, f"{problem}.", {"Retry-After": "5"}) from None


async def _asked(request: Request) -> NewSpeech | bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = await read_json_object(request, _MOST_JSON_BYTES)
        try:
            return NewSpeech.model_validate(body)
        except ValidationError as error:
            raise ApiError(400, sentence(error.errors())) from None
    if kind == "multipart/form-data":
        form = await read_bytes(request, _MOST_FORM_BYTES)
        return _not_empty(file_of_form(request.headers["content-type"], form, "file"))
    if kind.startswith("audio/") or kind == "application/octet-stream":
        return _not_empty(await read_bytes(request, MOST_SOUND_BYTES))
    raise ApiError(400, "Content-Type: must be audio/*, multipart/form-data or application/json.")


def _not_empty(sound: bytes) -> bytes:
    if not sound:
        raise ApiError(400, "file: is empty.")
    return sound


async def _made(asked: NewSpeech | bytes, services: Services) -> Path:
    """The file that the session is to say, made when it is this request's turn."""
    try:
        async with services.sound_turns.one():
            sound = await _sound_of(asked, services) if isinstance(asked, NewSpeech) else asked
            return await SoundFolder(_folder(services)).keep(sound)
    except UnusableSound as problem:
        raise ApiError(400, f"{_field_of(asked)}: {problem}.") from None


async def _sound_of(asked: NewSpeech, services: Services) -> bytes:
    """The sound file that is to be said; text is spoken first."""
    if asked.audio_base64 is not None:
        try:
            return base64.b64decode(asked.audio_base64, validate=True)
        except (binascii.Error, ValueError):
            raise ApiError(400, "audio_base64: is not base64.") from None
    assert asked.text is not None
    try:
        command = speech_command(services.settings.speech_command)
        return await make_speech(command, asked.text)
    except NoSpeechEngine as problem:
        raise ApiError(400, f"text: {problem}.") from None
    except SpeechFailed as problem:
        raise ApiError(503, f"{problem}.", {"Retry-After": "5"}) from None


def _field_of(asked: NewSpeech | bytes) -> str:
    if isinstance(asked, bytes):
        return "file"
    return "text" if asked.text is not None else "audio_base64"


def _folder(services: Services) -> Path:
    return services.settings.data_dir.expanduser().absolute() / SPOKEN_NAME
