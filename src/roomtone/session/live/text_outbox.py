"""Texts that wait for a receiver: bounded, the oldest dropped and counted. Pure."""

from __future__ import annotations

from collections import deque

MOST_TEXTS = 500
MOST_CHARACTERS = 1_000_000


class TextOutbox:
    """First in, first out; used on one event loop.

    Args:
        most_texts: How many wait at most.
        most_characters: How long they are together at most; one text waits however long it is.

    Attributes:
        dropped: Texts that had to go for newer ones.
    """

    def __init__(self, most_texts: int = MOST_TEXTS, most_characters: int = MOST_CHARACTERS) -> None:
        self.dropped = 0
        self._most_texts = most_texts
        self._most_characters = most_characters
        self._texts: deque[str] = deque()
        self._n_characters = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._texts)

    def put(self, text: str) -> None:
        """Add one; the oldest go where it is too much."""
        self._texts.append(text)
        self._n_characters += len(text)
        while len(self._texts) > 1 and (
            len(self._texts) > self._most_texts or self._n_characters > self._most_characters
        ):
            self.take()
            self.dropped += 1

    def take(self) -> str | None:
        """The oldest; None when nothing waits."""
        if not self._texts:
            return None
        text = self._texts.popleft()
        self._n_characters -= len(text)
        return text

    def put_back(self, text: str) -> None:
        """One that was taken and not sent is the oldest again, unless newer ones have taken its place."""
        if len(self._texts) >= self._most_texts or self._n_characters + len(text) > self._most_characters:
            self.dropped += 1
            return
        self._texts.appendleft(text)
        self._n_characters += len(text)
