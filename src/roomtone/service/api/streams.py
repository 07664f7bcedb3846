"""The routes of participants' own files: each voice, each camera, each shared screen by itself."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import ApiError
from roomtone.service.api.files import stored_file
from roomtone.service.api.gone import gone, is_gone
from roomtone.service.api.media_links import VIDEO_LINK, artifact_link
from roomtone.service.api.openapi import problems
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.stream_views import (
    AudioParticipant,
    AudioSegment,
    AudioStream,
    AudioStreams,
    AudioStreamsSummary,
    RecordingStreams,
    RecordingStreamsSummary,
    VideoParticipant,
    VideoSegment,
    VideoStream,
)
from roomtone.service.records.reading import stream_id
from roomtone.service.store.artifacts import AUDIO_STREAM, VIDEO_STREAM, Artifact
from roomtone.service.store.bot import Bot

router = APIRouter(prefix="/api/v1/bots", tags=["recordings"])

_NOBODY_HEARD = "Nobody was heard: there are no voices to keep apart."
_NO_PICTURES = (
    "There are no separate pictures: nobody had a camera on or shared a screen, or the meeting's web client "
    "gives no video tracks of single participants, as Zoom's does not where it paints video itself."
)


@router.get(
    "/{bot_id}/get_audio_streams",
    summary="Links to each participant's voice",
    responses={
        202: {"model": AudioStreams, "description": "The files are still in the making."},
        **problems(401, 403, 404),
    },
)
async def get_audio_streams(
    request: Request, response: Response, bot: OwnBot, services: UsedServices
) -> AudioStreams:
    """Each voice as Opus in WebM, with links that work for 10 minutes without an API key.

    For bots created with `audio_separate_streams`; 202 until `bot.done`.
    """
    response.headers["Cache-Control"] = "no-store"
    none = AudioStreams(
        bot_id=bot.id,
        audio_status="unavailable",
        audio_streams_available=False,
        participants=[],
        summary=AudioStreamsSummary(total_participants=0, total_segments=0),
    )
    _refuse_when_gone(bot)
    if not bot.request.audio_separate_streams:
        return none.model_copy(update={"message": _not_asked("audio_separate_streams")})
    if _is_awaited(bot):
        response.status_code = 202
        message = "The audio streams are there from the event bot.done on."
        return none.model_copy(update={"audio_status": "in_progress", "message": message})
    found = await _find(services, bot, AUDIO_STREAM)
    if not found:
        return none.model_copy(update={"message": _NOBODY_HEARD})
    participants = await _sounds(request, services, found)
    return AudioStreams(
        bot_id=bot.id,
        audio_status="completed",
        audio_streams_available=True,
        participants=participants,
        summary=AudioStreamsSummary(total_participants=len(participants), total_segments=len(found)),
    )


@router.get(
    "/{bot_id}/get_recording_streams",
    summary="Links to each participant's camera and shared screen",
    responses={
        202: {"model": RecordingStreams, "description": "The files are still in the making."},
        **problems(401, 403, 404),
    },
)
async def get_recording_streams(
    request: Request, response: Response, bot: OwnBot, services: UsedServices
) -> RecordingStreams:
    """Each camera and shared screen as VP8 in WebM, with links that work for 10 minutes without an API key.

    For bots created with `video_separate_streams`; 202 until `bot.done`. A web client that gives no tracks of
    single participants has none, and `message` says so.
    """
    response.headers["Cache-Control"] = "no-store"
    none = _unavailable(bot)
    _refuse_when_gone(bot)
    if not bot.request.video_separate_streams:
        return none.model_copy(update={"message": _not_asked("video_separate_streams")})
    if _is_awaited(bot):
        response.status_code = 202
        message = "The video streams are there from the event bot.done on."
        stage = "in_meeting" if bot.ended_at is None else "processing"
        return none.model_copy(update={"video_status": "in_progress", "stage": stage, "message": message})
    found = await _find(services, bot, VIDEO_STREAM)
    if not found:
        return none.model_copy(update={"message": _NO_PICTURES})
    cameras = [one for one in found if _facts(one).get("stream_kind") == "camera"]
    shares = [one for one in found if _facts(one).get("stream_kind") == "share"]
    participants = await _pictures(request, services, cameras, "camera")
    screenshares = await _pictures(request, services, shares, "share")
    return RecordingStreams(
        bot_id=bot.id,
        video_status="completed",
        stage="completed",
        recording_streams_available=True,
        participants=participants,
        screenshares=screenshares,
        summary=RecordingStreamsSummary(
            total_participants=len(participants),
            total_screenshares=len(screenshares),
            total_segments=len(found),
        ),
    )


def _unavailable(bot: Bot) -> RecordingStreams:
    return RecordingStreams(
        bot_id=bot.id,
        video_status="unavailable",
        stage="unavailable",
        recording_streams_available=False,
        participants=[],
        screenshares=[],
        summary=RecordingStreamsSummary(total_participants=0, total_screenshares=0, total_segments=0),
    )


async def _sounds(request: Request, services: Services, found: Sequence[Artifact]) -> list[AudioParticipant]:
    return [
        AudioParticipant(
            participant_name=name,
            participant_id=participant_id,
            streams=[
                AudioStream(
                    stream_id=stream_id(participant_id, "audio"),
                    segments=[
                        AudioSegment(**await _segment(request, services, index, one), **_sound(one))
                        for index, one in enumerate(segments)
                    ],
                )
            ],
        )
        for participant_id, name, segments in _by_participant(found)
    ]


async def _pictures(
    request: Request, services: Services, found: Sequence[Artifact], kind: str
) -> list[VideoParticipant]:
    return [
        VideoParticipant(
            participant_name=name,
            participant_id=participant_id,
            streams=[
                VideoStream(
                    stream_id=stream_id(participant_id, kind),
                    segments=[
                        VideoSegment(**await _segment(request, services, index, one), **_picture(one))
                        for index, one in enumerate(segments)
                    ],
                )
            ],
        )
        for participant_id, name, segments in _by_participant(found)
    ]


async def _find(services: Services, bot: Bot, kind: str) -> list[Artifact]:
    """The bot's files of a kind, by their time."""
    found = [one for one in await services.store.artifacts.of_bot(bot.id) if one.kind == kind]
    if found:
        await stored_file(services, found[0])
    return sorted(found, key=lambda one: (_facts(one).get("start_sample", 0), one.name))


def _refuse_when_gone(bot: Bot) -> None:
    """Raise ``ApiError`` when they are not to be had any more; what was asked for is forgotten with them."""
    if is_gone(bot):
        raise ApiError(404, gone(bot, "streams", "were"))


async def _segment(request: Request, services: Services, index: int, artifact: Artifact) -> dict[str, Any]:
    start_sample = int(_facts(artifact).get("start_sample", 0))
    return {
        "segment_index": index,
        "url": await artifact_link(request, services, artifact, VIDEO_LINK),
        "filename": artifact.name,
        "duration_seconds": artifact.duration_s or 0.0,
        "start_seconds": round(start_sample / SAMPLE_RATE_HZ, 6),
        "start_sample": start_sample,
        "size_bytes": artifact.size_bytes,
    }


def _sound(artifact: Artifact) -> dict[str, Any]:
    facts = _facts(artifact)
    return {
        "sample_rate": facts.get("sample_rate", SAMPLE_RATE_HZ),
        "channels": facts.get("channels", 1),
        "codec": "opus",
    }


def _picture(artifact: Artifact) -> dict[str, Any]:
    facts = _facts(artifact)
    return {**{name: facts.get(name, 0) for name in ("width", "height", "fps")}, "codec": "vp8"}


def _by_participant(found: Sequence[Artifact]) -> list[tuple[str, str, list[Artifact]]]:
    """Id, name and files of each participant, in the order in which they came first."""
    by_id: dict[str, list[Artifact]] = {}
    for one in found:
        by_id.setdefault(str(_facts(one).get("participant_id", "")), []).append(one)
    return [
        (participant_id, str(_facts(segments[-1]).get("participant_name", "")), segments)
        for participant_id, segments in by_id.items()
    ]


def _facts(artifact: Artifact) -> dict[str, Any]:
    return artifact.facts or {}


def _is_awaited(bot: Bot) -> bool:
    return bot.done_at is None


def _not_asked(field: str) -> str:
    return f"There are no streams: the bot was not created with {field}."
