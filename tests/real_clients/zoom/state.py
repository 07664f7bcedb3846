"""One state that the client is brought to, and what the driver is expected to make of it. Data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from roomtone.bot.end_reasons import EndReason

if TYPE_CHECKING:
    from tests.real_clients.zoom.scene import Scene

LINK = "https://app.zoom.us/wc/85012345678/join?pwd=123456"


@dataclass(frozen=True, slots=True)
class State:
    """A row of the table.

    Attributes:
        scene: What the service plays.
        group: Heading of the row.
        ends: The end reason that is right.
        passes: The session's events that have to come, in this order, among others.
        never: Events that must not come.
        leave_on: The event after which the bot is asked to leave; empty: it has to end by itself.
        leave_after_s: How long after it.
        link: The meeting link that the bot is given.
        asked: What the join request has to hold.
        said: Events that the client has to have told the gateway.
        present: Names that have to be in the session's roster.
        spoke: Names that have to be in the session's timeline.
        wrote: Texts that have to be in the session's chat.
        within_s: The end has to come so soon after the browser asked for the page.
        hears: Whether the recording has to hold sound of separate voices.
    """

    scene: Scene
    group: str
    ends: EndReason = EndReason.REMOVE_REQUESTED
    passes: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    leave_on: Literal["", "in_meeting", "in_waiting_room"] = ""
    leave_after_s: float = 3.0
    link: str = LINK
    asked: dict[str, str] = field(default_factory=dict)
    said: tuple[int, ...] = ()
    present: tuple[str, ...] = ()
    spoke: tuple[str, ...] = ()
    wrote: tuple[str, ...] = ()
    within_s: float = 40.0
    hears: bool = False

    @property
    def name(self) -> str:
        """Of the row."""
        return self.scene.name
