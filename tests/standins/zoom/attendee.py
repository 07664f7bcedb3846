"""A client at the other end of a signalling socket, from its preview on: `Attendee`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.practice.members import Guest
from tests.standins.zoom import events
from tests.standins.zoom.events import Evt
from tests.standins.zoom.translation import translated

if TYPE_CHECKING:
    from tests.standins.zoom.events import Event


@dataclass(slots=True, eq=False)
class Attendee(Guest):
    """A client; a guest of the practice meeting who is spoken to in Zoom's events.

    Attributes:
        con_id: By which its other sockets name it.
        as_maps: Whether roster updates and removals are maps keyed by id.
        asked: Set when the client has sent 4301.
        rejoined: Set when the client has answered 7939 reason 5 with 4370.
        finished: Set when nothing is sent any more; its media end with it.
        on_hold: Whether it was put on hold after it had been in the meeting.
        consented: Whether media may be sent; False until the consent that the variant asks for.
        said_goodbye: Whether it has sent 4103.
        vanished: Whether its socket ended without a word while it was in the roster.
        joined_audio: Whether the client says that its sound is joined.
        wants_captions: Whether the client has asked for captions.
        negotiation: What the client sends for the media of its signalling socket; None before the first.
    """

    con_id: str = ""
    as_maps: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    rejoined: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    on_hold: bool = False
    consented: bool = True
    said_goodbye: bool = False
    vanished: bool = False
    joined_audio: bool = False
    wants_captions: bool = False
    negotiation: asyncio.Queue[dict[str, Any]] | None = None
    _sequence: int = 0

    @property
    def hears(self) -> bool:
        """Whether media may be sent to it now."""
        return self.admitted and self.consented and not self.gone

    def send(self, message: dict[str, Any] | bytes) -> None:
        """Tell it what the practice meeting tells its guests, in Zoom's events."""
        assert isinstance(message, dict), "there are no binary messages on this socket"
        self.tell(*translated(message, self.as_json(), as_maps=self.as_maps))

    def tell(self, *told: Event) -> None:
        """Put events into the outbox, numbered."""
        for number, body in told:
            self._sequence += 1
            Guest.send(self, {"evt": int(number), "seq": self._sequence, "body": body})

    def tell_joined(self, title: str, meeting_number: str) -> None:
        """4098 for a good join."""
        self.tell((Evt.JOIN_RESULT, self._join_result(title, meeting_number)))

    def let_go(self, *, silent: bool) -> None:
        """Close the socket: after what is in the outbox, or, silently, at once."""
        Guest.let_go(self, silent=silent)
        self.finished.set()

    def _join_result(self, title: str, meeting_number: str) -> dict[str, Any]:
        return {
            "res": 0,
            "userID": int(self.id),
            "participantID": int(self.id),
            "participantIDStr": self.id,
            "zoomID": events.encoded(f"zoom-{self.id}"),
            "conID": self.con_id,
            "confID": f"conference-{meeting_number}",
            "mn": meeting_number,
            "ABtoken": f"bridge-{self.con_id}",
            "reportDomain": "zoom.us",
            "meetingtoken": f"meeting-{self.con_id}",
            "meetingTopic": events.encoded(title),
            "svcUrl": "us05web.zoom.us",
            "useWBAudio": False,
            "useWBVideo": False,
            "role": 0,
        }
