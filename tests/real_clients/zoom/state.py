"""One state that the client is brought to, and what the driver is expected to make of it. Data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from roomtone.bot.end_reasons import EndReason
from tests.real_clients.zoom.scene import GUEST_NAME, HOST_NAME

if TYPE_CHECKING:
    from tests.real_clients.zoom.scene import Scene

IN_CALL = ("in_meeting", "recording_started")
PEOPLE = (HOST_NAME, GUEST_NAME)
LEAVE = 4103

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
        dismissed: Dialogs, by their labels, that have to come and to go.
        kept_out: What the client must not have told the gateway after a dialog: ``(event, field, value)``.
        video: Whether the bot records a picture.
        page_shows: What the page alone tells, where it is another end than ``ends``: an end reason, ``waiting``,
            ``admitted``, or ``nothing`` when there is nothing to be seen.
        hears: Whether the recording has to hold sound of separate voices.
        writes: What the bot has to write to everybody; the client has to have told the gateway. Empty: nothing.
        does: What the bot is told to do when it has been in the call for a while; None: nothing.
        does_after_s: How long.
        tells: Bodies, or parts of them, that the client has to have told the gateway then, in this order:
            ``(event, field, value)``.
        heard: Whether the audio bridge has to have heard the bot.
        captioned: Texts that have to be in the session's captions.
        is_encrypted: Whether what the client tells the gateway of it cannot be read.
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
    dismissed: tuple[str, ...] = ()
    kept_out: tuple[int, str, object] | None = None
    video: bool = False
    hears: bool = False
    writes: str = ""
    does: Literal["speak", "show_picture"] | None = None
    does_after_s: float = 6.0
    tells: tuple[tuple[int, str, object], ...] = ()
    heard: bool = False
    captioned: tuple[str, ...] = ()
    is_encrypted: bool = False
    page_shows: str = ""

    @property
    def name(self) -> str:
        """Of the row."""
        return self.scene.name

    @property
    def alone(self) -> str:
        """What a driver that hears nothing has to find: ``waiting``, ``admitted``, an end reason, ``nothing``."""
        awaited = {"in_meeting": "admitted", "in_waiting_room": "waiting", "": str(self.ends)}
        return self.page_shows or awaited[self.leave_on]


def in_call(scene: Scene, **changed: Any) -> State:
    """A state in which the bot is in the call, sees who is there, and leaves politely when asked to."""
    usual: dict[str, Any] = {
        "group": "the call",
        "passes": IN_CALL,
        "leave_on": "in_meeting",
        "said": (LEAVE,),
        "present": PEOPLE,
    }
    return State(scene, **(usual | changed))
