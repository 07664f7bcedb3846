"""What a platform is: its tables, its driver, its signal readers. The machine that joins knows only this."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        page_scripts: Names of files in ``browser/js`` or the platform's own folder to install before
            navigation, besides the tap.
    """

    pictures: dict[str, tuple[Picture, ...]]
    voices: Literal["separate", "mixed"]
    page_scripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """What a look at the page found: the screen it shows, by the platform's table.

    Attributes:
        screen: The recognised screen's name, or ``unknown``.
        end_reason: Set when this screen means the stay is over or cannot begin.
        detail: Operator's words about it; nothing personal.
    """

    screen: str
    end_reason: EndReason | None = None
    detail: str = ""
    evidence: tuple[str, ...] = field(default_factory=tuple)


class PlatformDriver(Protocol):
    """Takes one web client from link to leave. Every page read has a deadline."""

    traits: PlatformTraits

    async def open(self, page: Page, request: BotRequest) -> None:
        """Navigate to the meeting's page. Raises ``PageUnreachable``."""

    async def observe(self, page: Page) -> Observation:
        """Look at the page once."""

    async def act(self, page: Page, observation: Observation, request: BotRequest) -> None:
        """Do what this screen asks for on the way in (type the name, press Join); may do nothing."""

    async def leave(self, page: Page) -> None:
        """Leave politely, so that no ghost stays in the roster."""

    def read_signal(self, message: dict[str, Any], at_s: float) -> Sequence[Signal]:
        """Translate one message of the page's signal reader into neutral signals."""
