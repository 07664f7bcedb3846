"""Webhooks about participants: their names, and their body. Pure."""

from __future__ import annotations

from typing import Any, get_args

from roomtone.bot.lifecycle import timestamp
from roomtone.bot.recording_config import ParticipantEvent
from roomtone.bot.session_protocol import ChatSaid, ParticipantMoved, SpeakingMoved

JOINED: ParticipantEvent = "participant_events.join"
LEFT: ParticipantEvent = "participant_events.leave"
SPEECH_ON: ParticipantEvent = "participant_events.speech_on"
SPEECH_OFF: ParticipantEvent = "participant_events.speech_off"
CHAT_MESSAGE: ParticipantEvent = "participant_events.chat_message"
PARTICIPANT_EVENTS: frozenset[str] = frozenset(get_args(ParticipantEvent))
"""Names of events that nobody gets who did not ask for them by name: they hold what people are called."""

ParticipantNews = ParticipantMoved | SpeakingMoved | ChatSaid
"""What a session says of a participant while the meeting runs."""


def participant_event(news: ParticipantNews) -> ParticipantEvent:
    """The event's name."""
    match news:
        case ParticipantMoved():
            return JOINED if news.action == "join" else LEFT
        case SpeakingMoved():
            return SPEECH_ON if news.action == "start" else SPEECH_OFF
        case ChatSaid():
            return CHAT_MESSAGE


def participant_body(
    news: ParticipantNews, *, bot_id: str, platform: str, custom_attributes: dict[str, Any]
) -> dict[str, Any]:
    """The webhook's body; JSON-able, keys in a fixed order.

    Args:
        news: Who came, went, began or ceased to speak, or wrote what.
        bot_id: In whose meeting.
        platform: The platform's label, such as ``Zoom``.
        custom_attributes: What the bot was created with.
    """
    at = timestamp(news.at)
    event = participant_event(news)
    participant = {
        "id": news.participant_id,
        "name": news.name,
        "full_name": news.name,
        "platform": platform,
    }
    data: dict[str, Any] = {
        "action": event.removeprefix("participant_events."),
        "participant": participant,
        "timestamp": {"relative": news.recorded_s, "absolute": at},
    }
    if isinstance(news, ChatSaid):
        data["data"] = {"message_id": news.message_id, "text": news.text}
    return {
        "event": event,
        "timestamp": at,
        "data": {"data": data, "bot": {"id": bot_id, "metadata": custom_attributes}},
        "custom_attributes": custom_attributes,
    }
