"""The ``webhooks`` section of the OpenAPI document: what Roomtone posts, made from the lifecycle."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from roomtone.bot.lifecycle import PublicEvent, envelope, sample_events
from roomtone.bot.participant_events import (
    CHAT_MESSAGE,
    JOINED,
    LEFT,
    PARTICIPANT_EVENTS,
    SPEECH_OFF,
    SPEECH_ON,
    ParticipantNews,
    participant_body,
    participant_event,
)
from roomtone.bot.session_protocol import ChatSaid, ParticipantMoved, SpeakingMoved

WEBHOOK_SCHEMA = "WebhookEvent"
"""The name of the envelope's schema among the document's components."""
PARTICIPANT_SCHEMA = "ParticipantEvent"
"""The same of what is posted of participants."""

_BOT_ID = "5b0f9c1e-8f1c-4a0e-9f43-0d1f3f6f6d10"
_AT = datetime(2026, 3, 14, 15, 9, 26, 535_000, tzinfo=UTC)
_ALWAYS = ("event", "bot_event", "bot_id", "transcript_id", "bot_status", "message", "timestamp")
_SOMEBODY: dict[str, Any] = {
    "at": _AT,
    "participant_id": "16778240",
    "name": "Ada Lovelace",
    "recorded_s": 12.5,
}
_NEWS: tuple[ParticipantNews, ...] = (
    ParticipantMoved(action="join", **_SOMEBODY),
    ParticipantMoved(action="leave", **_SOMEBODY),
    SpeakingMoved(action="start", **_SOMEBODY),
    SpeakingMoved(action="stop", **_SOMEBODY),
    ChatSaid(message_id="3EB0C767", text="Shall we begin?", **_SOMEBODY),
)
_SOMEBODY_DID = {
    JOINED: "came into the meeting, or was there when the bot came",
    LEFT: "left the meeting",
    SPEECH_ON: "began to speak",
    SPEECH_OFF: "ceased to speak",
    CHAT_MESSAGE: "wrote into the meeting's chat",
}
_HEADERS = {
    "webhook-id": "The event's id, the same on every attempt: drop what was seen before.",
    "webhook-timestamp": "When this attempt was made, unix time in seconds.",
    "webhook-signature": "`v1,` and a signature as Standard Webhooks has it; two while a secret is replaced.",
    "X-Roomtone-Attempt": "Number of this attempt, from 1.",
    "X-MeetStream-Signature": "To workspace endpoints only: `sha256=` and the hex HMAC-SHA256 of the body.",
    "X-MeetStream-Timestamp": "To workspace endpoints only: the time of this attempt, ISO 8601; not signed.",
}
_ONLY_TO_ENDPOINTS = "To workspace endpoints only"


def webhook_schema() -> dict[str, Any]:
    """The JSON schema of every event's body."""
    text = {"type": "string"}
    return {
        "title": WEBHOOK_SCHEMA,
        "type": "object",
        "description": "What is posted of an event. More fields may come; ignore those you do not know.",
        "required": list(_ALWAYS),
        "properties": {
            "event": {**text, "description": "The generic name."},
            "bot_event": {**text, "description": "The specific name; differs from `event` for endings only."},
            "bot_id": text,
            "transcript_id": {"type": ["string", "null"]},
            "bot_status": {**text, "description": "The status that goes with the event."},
            "message": {**text, "description": "A sentence for people; do not parse it."},
            "timestamp": {**text, "description": "When it happened; ISO 8601, UTC."},
            "status_code": {"type": "integer", "description": "200, or 500; absent from `bot.error`."},
            "custom_attributes": {"type": "object", "description": "What the bot was created with."},
            "end_reason": {**text, "description": "With `bot.stopped`: why, one stable word."},
            "status": {**text, "description": "With what was processed: `success` or `error`."},
        },
    }


def participant_schema() -> dict[str, Any]:
    """The JSON schema of the body that tells of a participant."""
    text = {"type": "string"}
    participant = _object(
        id={**text, "description": "The platform's."}, name=text, full_name=text, platform=text
    )
    moment = _object(
        relative={"type": "number", "description": "Seconds since the recording began."},
        absolute={**text, "description": "ISO 8601, UTC."},
    )
    actions = sorted(name.removeprefix("participant_events.") for name in PARTICIPANT_EVENTS)
    movement = _object(action={"type": "string", "enum": actions}, participant=participant, timestamp=moment)
    movement["properties"]["data"] = {
        **_object(message_id=text, text=text),
        "description": "With `chat_message` alone: what was written.",
    }
    bot = _object(id=text, metadata={"type": "object", "description": "The bot's `custom_attributes`."})
    schema = _object(
        event=text, timestamp=text, data=_object(data=movement, bot=bot), custom_attributes={"type": "object"}
    )
    return {"title": PARTICIPANT_SCHEMA, "description": "Somebody came, went, spoke or wrote.", **schema}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def webhooks() -> dict[str, Any]:
    """Every event that may be posted, by its generic name, each with an example of every kind of it."""
    by_name: dict[str, list[PublicEvent]] = {}
    for event in sample_events():
        by_name.setdefault(event.event, []).append(event)
    described = {name: _of_bots(name, events) for name, events in by_name.items()}
    described |= dict(_of_participants(news) for news in _NEWS)
    return {name: {"post": described[name]} for name in sorted(described)}


def _of_bots(name: str, events: list[PublicEvent]) -> dict[str, Any]:
    media = {
        "schema": {"$ref": f"#/components/schemas/{WEBHOOK_SCHEMA}"},
        "examples": {_example_name(event): {"value": _body(event)} for event in events},
    }
    return _operation(name, " ".join(dict.fromkeys(event.message for event in events)), media)


def _of_participants(news: ParticipantNews) -> tuple[str, dict[str, Any]]:
    body = participant_body(news, bot_id=_BOT_ID, platform="Zoom", custom_attributes={"team": "sales"})
    media = {
        "schema": {"$ref": f"#/components/schemas/{PARTICIPANT_SCHEMA}"},
        "examples": {body["data"]["data"]["action"]: {"value": body}},
    }
    name = participant_event(news)
    return name, _operation(
        name, f"Somebody {_SOMEBODY_DID[name]}. To those alone that ask for it by name.", media
    )


def _operation(name: str, description: str, media: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "on_" + name.replace(".", "_"),
        "summary": name,
        "tags": ["webhooks"],
        "description": description,
        "parameters": [_header(header, meaning) for header, meaning in _HEADERS.items()],
        "requestBody": {"required": True, "content": {"application/json": media}},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "The receiver wants no more."},
            "default": {"description": "Not taken: it is sent again, later and later."},
        },
    }


def _example_name(event: PublicEvent) -> str:
    return str(event.extras.get("end_reason") or event.extras.get("status") or event.bot_event)


def _body(event: PublicEvent) -> dict[str, Any]:
    return envelope(event, bot_id=_BOT_ID, transcript_id=None, at=_AT, custom_attributes={"team": "sales"})


def _header(name: str, meaning: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": not meaning.startswith(_ONLY_TO_ENDPOINTS),
        "description": meaning,
        "schema": {"type": "string"},
    }
