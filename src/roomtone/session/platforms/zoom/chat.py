"""Chat messages from the gateway, with their words from the page where the gateway's are encrypted. Pure."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from roomtone.session.capture.model import ChatMessage
from roomtone.session.platforms.zoom.fields import (
    base64_text,
    flag,
    plain_text,
    readable_text,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.session.platforms.zoom.roster import Roster

SHOWN_WITHIN_S = 8.0
"""The page shows a message for some seconds; words that are seen later belong to another one."""
MOST_WAITING = 50
"""Messages without words that are remembered; the oldest are forgotten."""


class Chat:
    """Reads chat messages.

    Args:
        roster: Tells whose they are.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._n_messages = 0
        self._waiting: deque[ChatMessage] = deque(maxlen=MOST_WAITING)

    def told(self, body: dict[str, Any], at_s: float) -> Sequence[ChatMessage]:
        """The gateway passes a message on: ``{text, senderName, destNodeID, sn, msgID}``."""
        self._n_messages += 1
        name = base64_text(body.get("senderName"))
        # The destination is the sender's own: it is where an answer would go.
        number = whole_number(body.get("destNodeID")) or whole_number(body.get("sn"))
        participant_id = self._roster.sender(number, plain_text(body.get("sn")), name)
        message_id = plain_text(body.get("msgID")) or f"message-{self._n_messages}"
        text = "" if flag(body.get("bEncrypted")) is True else readable_text(body.get("text"))
        message = ChatMessage(message_id, participant_id, name, text, at_s)
        if text:
            return (message,)
        self._waiting.append(message)
        return ()

    def shown(self, sender: str, text: str, at_s: float) -> Sequence[ChatMessage]:
        """The page shows a message: the words of one that came encrypted, or else nothing new.

        Args:
            sender: What stands over it, such as ``Ada To Everyone``.
            text: Its words.
            at_s: Capture clock.
        """
        while self._waiting and at_s - self._waiting[0].at_s > SHOWN_WITHIN_S:
            self._waiting.popleft()
        for message in self._waiting:
            if message.name and sender.startswith(message.name) and text:
                self._waiting.remove(message)
                return (
                    ChatMessage(message.message_id, message.participant_id, message.name, text, message.at_s),
                )
        return ()
