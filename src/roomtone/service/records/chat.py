"""What was written in the meeting's chat, from ``chat.jsonl``. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.service.records.json_lines import seconds_in, text_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roomtone.service.records.json_lines import Line


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Attributes:
        message_id: The platform's id, unique in the chat.
        participant_id: Who wrote it; empty: the platform did not say.
        name: The writer's name as it was then; may be empty.
        text: The words.
        at_s: Seconds since the recording began; 0 for what was there before.
    """

    message_id: str
    participant_id: str
    name: str
    text: str
    at_s: float


def messages_of(lines: Iterable[Line]) -> list[Message]:
    """The messages in the order in which they came, each once."""
    messages: dict[str, Message] = {}
    for number, line in enumerate(lines):
        at_s, text = seconds_in(line, "at_s"), line.get("text")
        if at_s is None or not isinstance(text, str):
            continue
        message_id = text_in(line, "message_id") or f"line-{number}"
        message = Message(
            message_id, text_in(line, "participant_id"), text_in(line, "name"), text_in(line, "text"), at_s
        )
        messages.setdefault(message_id, message)
    return list(messages.values())
