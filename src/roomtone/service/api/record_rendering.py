"""From records to the API's answers about who was there, who spoke and what was written. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roomtone.bot.lifecycle import timestamp
from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roomtone.service.api.record_views import JsonObject
    from roomtone.service.records.chat import Message
    from roomtone.service.records.people import Person
    from roomtone.service.records.turns import Turn

IN_MEETING, NOT_IN_MEETING = (1, "in_meeting"), (6, "not_in_meeting")
"""A participant's ``status`` and ``humanized_status``."""
_BYTES_PER_SAMPLE = 2
_LAST = datetime.max.replace(tzinfo=UTC)


def participants(
    people: Sequence[Person], began_at: datetime | None, stream_ids: Mapping[str, Sequence[str]]
) -> list[JsonObject]:
    """``get_participants``: everybody but the bot, in the order in which they came.

    Args:
        people: Everybody.
        began_at: When the recording began.
        stream_ids: Of each participant's own recordings, by participant id.
    """
    answer = []
    for person in people:
        if person.is_bot:
            continue
        status, humanized = IN_MEETING if person.is_present else NOT_IN_MEETING
        answer.append(
            {
                "deviceId": person.participant_id,
                "displayName": person.name,
                "fullName": person.name,
                "profilePicture": None,
                "status": status,
                "humanized_status": humanized,
                "streamIds": list(stream_ids.get(person.participant_id, ())),
                "lastUpdated": _instant(began_at, person.changed_s),
                "joinedAt": _instant(began_at, person.joined_s),
                "leftAt": None if person.left_s is None else _instant(began_at, person.left_s),
            }
        )
    return answer


def speaker_timeline(
    turns: Sequence[Turn],
    began_at: datetime | None,
    recorded_s: float,
    audio_path: str | None,
    saved_at: datetime | None,
) -> JsonObject:
    """``get_speaker_timeline``: the turns as parts of 16-bit mono PCM of the recording.

    Args:
        turns: In the order in which they began.
        began_at: When the recording began.
        recorded_s: Its length.
        audio_path: Where its audio lies; None: there is none.
        saved_at: When the turns were stored.
    """
    total = _byte(recorded_s)
    chunks = [
        {
            "chunkIndex": number,
            "timestamp": _instant(began_at, turn.start_s) or "",
            "sampleRate": SAMPLE_RATE_HZ,
            "speakerId": turn.speaker_id,
            "speakerName": turn.speaker_name,
            "startByte": min(_byte(turn.start_s), total),
            "endByte": min(_byte(turn.end_s), total),
        }
        for number, turn in enumerate(turns)
    ]
    return {
        "chunks": chunks,
        "lastUpdated": None if saved_at is None else timestamp(saved_at),
        "audioFilePath": audio_path,
        "totalFileSize": total,
    }


def chats(
    messages: Sequence[Message],
    began_at: datetime | None,
    *,
    bot_id: str,
    meeting_id: str,
    saved_at: datetime | None,
    server_version: str,
) -> JsonObject:
    """``get_chats``: the messages, in order and by who wrote them."""
    written = [_message(message, began_at) for message in messages]
    by_speaker: dict[str, list[JsonObject]] = {}
    for message in written:
        by_speaker.setdefault(message["deviceId"] or message["speakerName"], []).append(message)
    speakers = [_writer(theirs) for theirs in by_speaker.values()]
    return {
        "metadata": {
            "sessionId": 0 if began_at is None else int(began_at.timestamp() * 1000),
            "startTime": None if began_at is None else timestamp(began_at),
            "lastUpdated": max((message["timestamp"] for message in written), default=None),
            "totalMessages": len(written),
            "uniqueSpeakers": len(speakers),
            "botId": bot_id,
            "meetingId": meeting_id,
        },
        "speakers": speakers,
        "chatMessages": written,
        "messagesBySpeaker": by_speaker,
        "serverMetadata": {
            "savedAt": None if saved_at is None else timestamp(saved_at),
            "serverBotId": bot_id,
            "serverMeetingId": meeting_id,
            "serverVersion": server_version,
        },
    }


def _writer(theirs: Sequence[JsonObject]) -> JsonObject:
    """Who wrote these messages, as of the last one."""
    return {
        "deviceId": theirs[-1]["deviceId"],
        "name": theirs[-1]["speakerName"],
        "displayName": theirs[-1]["speakerDisplayName"],
        "messageCount": len(theirs),
    }


def _message(message: Message, began_at: datetime | None) -> JsonObject:
    at = _instant(began_at, message.at_s) or ""
    return {
        "messageId": message.message_id,
        "deviceId": message.participant_id or None,
        "timestamp": at,
        "text": message.text,
        "speakerName": message.name,
        "speakerDisplayName": message.name,
        "clientTimestamp": at,
        "sessionTimestamp": round(message.at_s * 1000),
    }


def _byte(at_s: float) -> int:
    return round(at_s * SAMPLE_RATE_HZ) * _BYTES_PER_SAMPLE


def _instant(began_at: datetime | None, at_s: float) -> str | None:
    if began_at is None:
        return None
    try:
        return timestamp(began_at + timedelta(seconds=at_s))
    except OverflowError:
        return timestamp(_LAST)
