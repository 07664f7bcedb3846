"""Webhooks about participants: their names, and their body. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.bot.lifecycle import timestamp

if TYPE_CHECKING:
    from roomtone.bot.session_protocol import ParticipantMoved

JOINED = "participant_events.join"
LEFT = "participant_events.leave"
PARTICIPANT_EVENTS = frozenset({JOINED, LEFT})
"""Names of events that nobody gets who did not ask for them by name: they hold what people are called."""


def participant_event(moved: ParticipantMoved) -> str:
    """The event's name."""
    return JOINED if moved.action == "join" else LEFT


def participant_body(
    moved: ParticipantMoved, *, bot_id: str, platform: str, custom_attributes: dict[str, Any]
) -> dict[str, Any]:
    """The webhook's body; JSON-able, keys in a fixed order.

    Args:
        moved: Who came or went.
        bot_id: In whose meeting.
        platform: The platform's label, such as ``Zoom``.
        custom_attributes: What the bot was created with.
    """
    at = timestamp(moved.at)
    participant = {
        "id": moved.participant_id,
        "name": moved.name,
        "full_name": moved.name,
        "platform": platform,
    }
    return {
        "event": participant_event(moved),
        "timestamp": at,
        "data": {
            "data": {
                "action": moved.action,
                "participant": participant,
                "timestamp": {"relative": moved.recorded_s, "absolute": at},
            },
            "bot": {"id": bot_id, "metadata": custom_attributes},
        },
        "custom_attributes": custom_attributes,
    }
