"""Messages that wait for a receiver: bounded by count and age, what matters least dropped first. Pure."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_MESSAGES = 500
"""Beyond, what may still change goes first, then the oldest."""
FINAL_S = 60.0
"""How long what is final waits for a receiver that is slow or away."""
INTERIM_S = 5.0
"""How long what may still change does."""


@dataclass(slots=True)
class WaitingMessage:
    """One message.

    Attributes:
        text: JSON.
        is_final: Whether it tells final words.
        key: What a later one replaces it by: utterance and speaker.
        since_s: When it was put in, seconds of any clock that never runs backwards.
        attempts: How often it was sent in vain.
    """

    text: str
    is_final: bool
    key: tuple[str, str | None]
    since_s: float
    attempts: int = 0

    @property
    def expires_s(self) -> float:
        """From then on it is not worth sending."""
        return self.since_s + (FINAL_S if self.is_final else INTERIM_S)


class MessageQueue:
    """In order. What may still change is dropped when something newer of its utterance comes.

    Args:
        most: Most messages that wait.

    Attributes:
        n_dropped: Messages that were dropped because the receiver was slow or away; superseded ones too.
        n_finals_dropped: Those of them with final words.
    """

    def __init__(self, most: int = MOST_MESSAGES) -> None:
        self.n_dropped = 0
        self.n_finals_dropped = 0
        self._most = most
        self._messages: deque[WaitingMessage] = deque()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Mapping[str, Any], now_s: float) -> None:
        """Add the newest."""
        key = (str(message["utterance_id"]), message["speakerId"])
        # Providers may tell half a surrogate pair, which nothing can send.
        text = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace").decode()
        stale = [one for one in self._messages if not one.is_final and one.key == key]
        for one in stale:
            self._messages.remove(one)
        self.n_dropped += len(stale)
        is_final = bool(message["is_final"] or message["end_of_turn"])
        self._messages.append(WaitingMessage(text, is_final, key, now_s))
        if len(self._messages) > self._most:
            interim = next((one for one in self._messages if not one.is_final), self._messages[0])
            self._messages.remove(interim)
            self._dropped(interim)

    def take(self, now_s: float) -> WaitingMessage | None:
        """The oldest that is still worth sending; None when there is none."""
        while self._messages:
            message = self._messages.popleft()
            if message.expires_s > now_s:
                return message
            self._dropped(message)
        return None

    def put_back(self, message: WaitingMessage) -> None:
        """It was taken and not delivered: what is final is the oldest again, the rest is dropped."""
        if message.is_final and len(self._messages) < self._most:
            self._messages.appendleft(message)
        else:
            self._dropped(message)

    def drop(self, message: WaitingMessage) -> None:
        """It was taken, and no receiver wants it."""
        self._dropped(message)

    def drop_all(self) -> None:
        """Give up what is left."""
        while self._messages:
            self._dropped(self._messages.popleft())

    def _dropped(self, message: WaitingMessage) -> None:
        self.n_dropped += 1
        self.n_finals_dropped += message.is_final
