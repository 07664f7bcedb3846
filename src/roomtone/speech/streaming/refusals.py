"""What a provider's refusals and closes mean, said for the operator. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.speech.cloud.own_words import own_words, shown
from roomtone.speech.streaming.errors import StreamEnded

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status or a close code means.

    Attributes:
        code: One of ``StreamEnded``'s.
        retryable: Whether another connection may do better.
        sentence: What happened, to be read after the provider's name.
    """

    code: str
    retryable: bool
    sentence: str


STATUSES = {
    400: Meaning("bad_request", False, "refused the stream's options"),
    401: Meaning("key_refused", False, "refused the key; set a right one"),
    402: Meaning("no_funds", False, "has no credit left on this account"),
    403: Meaning("key_refused", False, "does not allow this with the account's key"),
    404: Meaning("bad_request", False, "does not know this address; check the base URL"),
    408: Meaning("unreachable", True, "took too long"),
    429: Meaning("too_many_streams", True, "allows no more streams at once"),
}
"""What a handshake's status means; others of 5xx are trouble of the provider's."""
_IN_TROUBLE = Meaning("unreachable", True, "is in trouble")
_NO = Meaning("bad_request", False, "refused the stream")
LOST = Meaning("closed", True, "lost the connection")
"""A connection that ended without a close."""


def ended(provider: str, meaning: Meaning, words: str, detail: str = "") -> StreamEnded:
    """The error.

    Args:
        provider: The provider's name.
        meaning: What happened.
        words: The provider's own, made fit to be shown; empty: none.
        detail: Such as a close code, for whoever looks it up.
    """
    message = f"{provider} {meaning.sentence}"
    if detail:
        message += f" ({detail})"
    return StreamEnded(meaning.code, f"{message}: {words}" if words else message, retryable=meaning.retryable)


def refused(
    provider: str, status: int, body: bytes, secrets: Iterable[str], header: str | None = None
) -> StreamEnded:
    """A handshake that was answered with another status than 101.

    Args:
        provider: The provider's name.
        status: The HTTP status.
        body: The answer's body.
        secrets: What must not be shown.
        header: A header in which the provider says why; None: it has none.
    """
    secrets = tuple(secrets)
    meaning = STATUSES.get(status) or (_IN_TROUBLE if status >= 500 else _NO)
    words = shown(header, secrets) if header else own_words(body, secrets)
    return ended(provider, meaning, words, f"HTTP {status}")
