"""What a platform is: its tables, its driver, its signal readers. The machine that joins knows only this."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.async_api import Page

    from roomtone.bot.end_reasons import EndReason
    from roomtone.bot.request import BotRequest
    from roomtone.session.capture.model import Signal

Picture = Literal["track", "screen"]


@dataclass(frozen=True, slots=True)
class PlatformTraits:
    """What differs between platforms and is data.

    Attributes:
        pictures: Which recorders fit, by layout, best first; the next is the fallback.
        voices: ``separate`` (one track a participant) or ``mixed``.
        page_scripts: Scripts to install before navigation, after the tap, in this order.
        track_needs_video: Whether the track recorder fits only where the page has remote video tracks; a
            client that paints its pictures from packets has none, and its recording is of the screen.
        browser_flags: Of Chromium, for this web client.
        media_shows_admission: Whether remote media arrive only in the meeting; one web client has them on its
            form already.
    """

    pictures: dict[str, tuple[Picture, ...]]
    voices: Literal["separate", "mixed"]
    page_scripts: tuple[Path, ...] = ()
    track_needs_video: bool = False
    browser_flags: tuple[str, ...] = ()
    media_shows_admission: bool = True


class ScreenKind(StrEnum):
    """What a screen means to the joining machine."""

    UNKNOWN = "unknown"  # nothing in the table fits
    ASKS = "asks"  # it wants something done: a name typed, a button pressed
    LOBBY = "lobby"  # somebody has to admit the bot
    CALL = "call"  # the call's own view
    PASSES = "passes"  # it goes on by itself, neither in nor out: loading, connecting, connecting again
    OVER = "over"  # the stay is over or cannot begin


@dataclass(frozen=True, slots=True)
class Observation:
    """What a look at the page found: the screen it shows, by the platform's table.

    Attributes:
        screen: The recognised screen's name, or ``unknown``.
        kind: What the screen means.
        end_reason: Why the stay ends, now or after a while; see ``Screen.end_reason``.
        detail: Operator's words about it; nothing personal.
        evidence: Names of the pieces of evidence that were found for it.
        patience_s: See ``Screen.patience_s``.
    """

    screen: str
    kind: ScreenKind = ScreenKind.UNKNOWN
    end_reason: EndReason | None = None
    detail: str = ""
    evidence: tuple[str, ...] = field(default_factory=tuple)
    patience_s: float | None = None


class StayFact(StrEnum):
    """What a platform's signalling, or its media connections, say about the bot's own stay."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    DENIED = "denied"
    REMOVED = "removed"
    ENDED = "ended"
    DISCONNECTED = "disconnected"  # the signalling's connection is gone
    MEDIA_LOST = "media_lost"  # every media connection is gone
    MEDIA_BACK = "media_back"
    OVER = "over"  # for the reason that comes with it


@dataclass(frozen=True, slots=True)
class StayNews:
    """A platform's signalling said something about the bot's own stay.

    Attributes:
        fact: What it said.
        at_s: When, on the capture clock.
        end_reason: Why the stay is over; with `StayFact.OVER`, and only there.
        detail: Operator's words about it; nothing personal.
    """

    fact: StayFact
    at_s: float
    end_reason: EndReason | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if (self.fact is StayFact.OVER) != (self.end_reason is not None):
            raise ValueError("an end reason belongs to the fact over, and only there")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that does not end the stay and that its owner should know.

    Attributes:
        code: Stable machine word, such as ``audio_not_joined``.
        message: A sentence for the operator; nothing personal.
    """

    code: str
    message: str


class PlatformDriver(Protocol):
    """Takes one web client from link to leave. Every page read has a deadline.

    A driver belongs to one session; its coroutines are never called concurrently, ``read_signal`` may be
    called between any two of their steps.
    """

    traits: PlatformTraits

    async def open(self, page: Page, request: BotRequest) -> None:
        """Navigate to the meeting's page. Raises ``PageUnreachable`` or ``MeetingMissing``."""

    async def observe(self, page: Page) -> Observation:
        """Look at the page once. Raises ``PageSilent``."""

    async def act(self, page: Page, observation: Observation, request: BotRequest) -> None:
        """Do what this screen asks for on the way in (type the name, press Join); may do nothing.

        Raises ``PageSilent``; it is called again when the screen is still there some seconds later.
        """

    async def tend(self, page: Page, observation: Observation, request: BotRequest, /) -> Sequence[Notice]:
        """What the page needs every few seconds whatever it shows: banners away, dialogs answered, sound.

        Called after a look, from the opened page to the end of the stay. A notice is told once a stay for
        each code. Raises ``PageSilent``.
        """

    async def send_message(self, page: Page, text: str) -> None:
        """Write a message to everybody into the meeting's chat; returns once the client has sent it.

        Raises ``NotPossible`` (the chat is off, or hidden from guests) and ``PageSilent``.
        """

    async def show_camera(self, page: Page, *, on: bool) -> None:
        """Turn the bot's camera on or off; what it shows is the page script's (``bot_camera.js``).

        Raises ``NotPossible`` and ``PageSilent``.
        """

    async def show_microphone(self, page: Page, *, on: bool) -> None:
        """Open or close the bot's microphone; what it says is the page script's (``bot_microphone.js``).

        Raises ``NotPossible`` (the host does not let the bot speak) and ``PageSilent``.
        """

    async def is_microphone_on(self, page: Page) -> bool | None:
        """Whether the page says that it is open; None: the page does not say. Raises ``PageSilent``."""

    async def leave(self, page: Page) -> None:
        """Leave politely, so that no ghost stays in the roster. Raises ``PageSilent``."""

    def read_signal(self, message: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        """Translate one message of the page's signal reader; a message that says nothing gives nothing."""
