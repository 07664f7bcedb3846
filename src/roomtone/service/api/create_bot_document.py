"""The body and the answers of create_bot in the OpenAPI document; both are given by hand there."""

from typing import Any

from roomtone.service.api.openapi import problems
from roomtone.service.api.views import BOT_ID, CreatedBot

_LINK = "http://127.0.0.1:8710/practice/meeting"
_MADE: dict[str, Any] = {
    "bot_id": BOT_ID,
    "transcript_id": None,
    "meeting_url": _LINK,
    "status": "Active",
    "ignored": [],
}


def _example(summary: str, **fields: Any) -> dict[str, Any]:
    return {"summary": summary, "value": {"meeting_link": _LINK, **fields}}


EXAMPLES: dict[str, dict[str, Any]] = {
    "now": _example(
        "Join now, with video",
        bot_name="Notes",
        callback_url="https://example.com/webhooks",
        video_required=True,
        custom_attributes={"team": "sales"},
    ),
    "later": _example(
        "Join later, audio only, streamed live",
        video_required=False,
        join_at="2030-01-31T09:00:00Z",
        live_audio_required={"websocket_url": "wss://example.com/audio"},
        automatic_leave={"waiting_room_timeout": 300, "everyone_left_timeout": 60},
    ),
    "once": _example("At most one bot of this name", deduplication_key="calendar-event-1234/2030-01-31"),
    "zoom": {
        "summary": "A Zoom meeting as a guest, kept for a week",
        "value": {
            "meeting_link": "https://zoom.us/j/84512345678?pwd=abc",
            "bot_name": "Notes",
            "zoom": {},
            "recording_config": {
                "video_layout": "speaker_view",
                "retention": {"type": "timed", "hours": 168},
            },
        },
    },
    "transcript_keyed": _example(
        "A transcript, the provider as a key",
        recording_config={"transcript": {"provider": {"deepgram": {"model": "nova-3", "language": "en"}}}},
    ),
    "transcript_named": _example(
        "A transcript, the provider by its name",
        recording_config={"transcript": {"provider": {"name": "assemblyai", "language_code": "fr"}}},
    ),
    "transcript_older": _example(
        "A transcript, in the oldest shape", transcription={"deepgram": {"model": "nova-3"}}
    ),
    "live_words": _example(
        "Words as they are said, by a streaming provider",
        live_transcription_required={"webhook_url": "https://example.com/words"},
        recording_config={
            "transcript": {"provider": {"deepgram_streaming": {"transcription_mode": "sentence"}}}
        },
    ),
    "socket": _example(
        "A control socket; its URL may also be a plain text",
        socket_connection_url={"websocket_url": "wss://example.com/bots/{bot_id}"},
    ),
    "taking_part": _example(
        "A message and a picture to begin with, told of who comes and goes",
        bot_message="I take notes of this meeting.",
        bot_image_url="https://example.com/notes.png",
        recording_config={
            "realtime_endpoints": [
                {
                    "type": "webhook",
                    "url": "https://example.com/participants",
                    "events": ["participant_events.join", "participant_events.speech_on"],
                }
            ]
        },
    ),
    "separate": _example(
        "A file of each participant's own", audio_separate_streams=True, video_separate_streams=True
    ),
}
"""Bodies that work, one for each shape."""

CREATE_BOT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/BotRequest"},
                "examples": EXAMPLES,
            }
        },
    }
}
"""The body of create_bot; it is read by hand, so FastAPI does not know it."""


def _made(description: str, **changes: Any) -> dict[str, Any]:
    return {
        "model": CreatedBot,
        "description": description,
        "content": {"application/json": {"example": _MADE | changes}},
    }


def _problem(status: int, description: str, message: str) -> dict[int | str, dict[str, Any]]:
    answers = problems(status)
    answers[status] |= {
        "description": description,
        "content": {"application/json": {"example": {"message": message}}},
    }
    return answers


CREATE_BOT_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: _made("The `deduplication_key` has a bot for this meeting already: that one.", status="Recording"),
    201: _made("The bot was made."),
    507: _made(
        "A success: the `Idempotency-Key` has a bot already, which is this one; the body was not looked at.",
        status="Recording",
    ),
    **problems(400, 401, 403, 413),
    **_problem(
        409,
        "The `deduplication_key` belongs to a bot for another meeting.",
        "deduplication_key: belongs to a bot for another meeting; use another key for this one",
    ),
    **_problem(
        429,
        "There are too many bots, or there were too many requests; `Retry-After` says when to ask again.",
        "500 bots wait for a free slot already (ROOMTONE_MAX_QUEUED_BOTS); try again later",
    ),
}
"""Every answer of create_bot."""
