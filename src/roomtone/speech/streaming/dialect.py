"""What is particular to one provider's WebSocket, without any I/O, and the fields of what providers say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.speech.streaming.errors import StreamEnded
    from roomtone.speech.streaming.port import Piece

Message = bytes | str
"""To be sent: bytes as a binary frame, text as a text frame."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Where a provider is reached.

    Attributes:
        url: ``ws://`` or ``wss://``, with its query.
        headers: More request headers; the key is in them.
    """

    url: str
    headers: dict[str, str]

    def __repr__(self) -> str:
        return "Dial(...)"


class Dialect(Protocol):
    """One connection, as one provider speaks on it. Pure: told what happens, and when, gives what to do.

    ``now_s`` is any clock that runs evenly.
    """

    @property
    def provider(self) -> str:
        """The provider as operators know it, such as ``Deepgram``."""

    @property
    def sample_rate_hz(self) -> int:
        """What the sound comes in."""

    @property
    def keep_alive(self) -> str:
        """What keeps the connection open while nothing is said."""

    @property
    def is_over(self) -> bool:
        """Whether the provider has said everything, and knows that it has."""

    @property
    def due_s(self) -> float | None:
        """When ``wait_is_over`` has to be called; None: nothing is waited for."""

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """What to send when something is spoken."""

    def flush(self, now_s: float) -> Sequence[Message]:
        """What to send when nothing more is spoken for now."""

    def end(self) -> Sequence[Message]:
        """What to send when nothing more is spoken at all."""

    def hear(self, message: dict[str, Any], now_s: float) -> Sequence[Piece]:
        """What is new with a message of the provider. What makes no sense is nothing new.

        Raises:
            StreamEnded: If the provider says that it failed.
        """

    def wait_is_over(self, now_s: float) -> Sequence[Piece]:
        """What is new because the provider did not say more in time."""

    def finish(self, *, orderly: bool) -> Sequence[Piece]:
        """What is new because nothing more will be heard.

        Args:
            orderly: Whether the provider has said everything; else what was not final stays so, to be
                recognised again on another connection.
        """

    def refused(self, status: int, headers: dict[str, str], body: bytes) -> StreamEnded:
        """What a handshake that was answered with another status than 101 means."""

    def closed(self, code: int | None, reason: str) -> StreamEnded:
        """What a close by the provider means; None: the connection was lost without one."""


MOST_MS = 7 * 86_400_000.0
"""A week: no meeting is longer. As seconds it still has a date, which telling a word needs."""


def number(value: Any) -> float | None:
    """The value as a number of seconds or milliseconds; None: it is none that a meeting has."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        as_float = float(value)
    except OverflowError:
        return None
    return as_float if abs(as_float) <= MOST_MS else None


def text(value: Any) -> str:
    """The value if it is a text, else nothing."""
    return value if isinstance(value, str) else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing if it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
