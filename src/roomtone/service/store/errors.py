"""Errors of the store.

    RoomtoneError
    └── StoreError
        ├── UnknownBot      no such bot (or not in this workspace); HTTP 404
        ├── StaleEpoch      the writer lost its lease; it must stop its session
        ├── UnknownKey      no such API key
        ├── UnknownEndpoint    no such webhook endpoint (or not in this workspace); HTTP 404
        ├── UnknownDelivery    no such delivery (or not in this workspace); HTTP 404
        ├── UnknownTranscript  no such transcript (or not in this workspace); HTTP 404
        ├── TooManyTranscripts the bot has as many in the making as it may; HTTP 409
        ├── TooManyEndpoints   the workspace has as many webhook endpoints as it may; HTTP 409
        ├── KeyOfAnotherMeeting   the deduplication_key has a bot, for another meeting; HTTP 409
        ├── TooManyBots        no more bots are taken now; HTTP 429
        ├── NotReplayable      the delivery cannot be sent again now; HTTP 409
        ├── NotScheduled       the bot has started or joins at once; HTTP 409
        ├── NoLongerScheduled  the bot's stay is over; HTTP 404
        └── DatabaseUnusable   the database cannot be opened or is newer than this program

``roomtone.bot.lifecycle.IllegalTransition`` comes out of ``Events.record`` too.
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class StoreError(RoomtoneError):
    """The root of the store's errors."""


class UnknownBot(StoreError):
    """There is no bot with this id."""

    def __init__(self, bot_id: str) -> None:
        super().__init__(f"there is no bot {bot_id}")
        self.bot_id = bot_id


class StaleEpoch(StoreError):
    """A write by a node that no longer holds the bot; nothing was changed.

    Attributes:
        bot_id: The bot.
        held: The epoch the writer held.
        current: The epoch of whoever holds it now.
    """

    def __init__(self, bot_id: str, held: int, current: int) -> None:
        super().__init__(f"bot {bot_id} is held under epoch {current}, not {held}")
        self.bot_id = bot_id
        self.held = held
        self.current = current


class UnknownKey(StoreError):
    """There is no API key with this name or id."""


class UnknownEndpoint(StoreError):
    """There is no webhook endpoint with this id."""


class UnknownDelivery(StoreError):
    """There is no delivery with this id."""


class UnknownTranscript(StoreError):
    """There is no such transcript, or its bot belongs to another workspace."""


class TooManyTranscripts(StoreError):
    """A bot has as many transcripts in the making as it may."""


class TooManyEndpoints(StoreError):
    """A workspace has as many webhook endpoints as it may."""


class KeyOfAnotherMeeting(StoreError):
    """The ``deduplication_key`` of a bot for another meeting; the text says so."""


class TooManyBots(StoreError):
    """No more bots are taken now; the text says why and what to do.

    Attributes:
        retry_after_s: When it is worth to ask again.
    """

    def __init__(self, problem: str, retry_after_s: int) -> None:
        super().__init__(problem)
        self.retry_after_s = retry_after_s


class NotReplayable(StoreError):
    """A delivery that cannot be sent again now; the text says why."""


class NotScheduled(StoreError):
    """A bot that is not waiting for its time, and cannot be moved or cancelled; the text says why."""


class NoLongerScheduled(StoreError):
    """A bot whose stay is over."""


class DatabaseUnusable(StoreError):
    """The database cannot be opened, or was written by a newer Roomtone."""
