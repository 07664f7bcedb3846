"""Errors of the platform drivers.

PlatformError
├── PageUnreachable    navigation failed; may be tried again
├── MeetingMissing     the site answered that there is no such meeting
└── NotPossible        this client, or this meeting, does not let the bot do what was asked
    └── Unconfirmed    it was done, and the client does not show that it was
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class PlatformError(RoomtoneError):
    """The root of what a platform driver raises; the text holds nothing personal and no link."""


class PageUnreachable(PlatformError):
    """The meeting's page could not be loaded."""


class MeetingMissing(PlatformError):
    """The site answered that it knows no such meeting."""


class NotPossible(PlatformError):
    """What was asked cannot be done in this meeting; the text tells the customer why."""


class Unconfirmed(NotPossible):
    """It was done as far as the bot can tell, and may have been; done again it might be there twice."""
