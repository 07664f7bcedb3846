"""States outside the call: the waiting room, a host who has not started, on hold again. Data."""

from __future__ import annotations

from typing import Literal

from roomtone.bot.end_reasons import EndReason
from tests.real_clients.zoom import messages as say
from tests.real_clients.zoom.scene import Move, Refusal, Scene, at_once, entry
from tests.real_clients.zoom.state import IN_CALL, State, in_call

HELD = at_once(say.joined(), say.hold(held=True))
ADMITTED = say.ended(5, 1)
ROOM: Literal["in_waiting_room"] = "in_waiting_room"

ROOMS = (
    State(
        Scene("waiting_room", "“Host has joined. We've let them know you're here.”", on_join=HELD),
        "rooms",
        passes=(ROOM,),
        never=IN_CALL,
        leave_on=ROOM,
    ),
    State(
        Scene("nobody_admits", "the same, for ever", on_join=HELD),
        "rooms",
        EndReason.WAITING_ROOM_TIMEOUT,
        (ROOM,),
        IN_CALL,
        within_s=85,
        page_shows="waiting",
    ),
    in_call(
        Scene("admitted", "waiting room, “Connecting”, call", on_join=(*HELD, Move(ADMITTED, 4))),
        group="rooms",
        passes=(ROOM, *IN_CALL),
    ),
    State(
        Scene(
            "refused_in_room",
            "waiting room, then “You have been removed”",
            on_join=(*HELD, Move(say.ended(7), 4)),
        ),
        "rooms",
        EndReason.ENTRY_DENIED,
        (ROOM,),
        IN_CALL,
    ),
    State(
        Scene(
            "host_not_started",
            "“Waiting for the host to start the meeting.”",
            refusals=(Refusal(3008, of_meeting=True),),
        ),
        "rooms",
        passes=(ROOM,),
        never=IN_CALL,
        leave_on=ROOM,
    ),
    State(
        Scene(
            "webinar_not_started",
            "“Please wait. The webinar will begin soon”",
            refusals=(Refusal(3129, of_meeting=True),),
            info={"isWebinar": "1"},
        ),
        "rooms",
        passes=(ROOM,),
        never=IN_CALL,
        leave_on=ROOM,
    ),
    in_call(
        Scene(
            "host_starts",
            "waiting for the host, then the call",
            refusals=(Refusal(3008, of_meeting=True),),
            always_refused=False,
            host_starts_after_s=6,
        ),
        group="rooms",
        passes=(ROOM, *IN_CALL),
    ),
    in_call(
        Scene(
            "put_back_on_hold",
            "call, “The host will admit you when they're ready”, call",
            on_join=entry(extra=(Move(say.hold(held=True, initial=False), 5), Move(ADMITTED, 6))),
        ),
        group="rooms",
        passes=(*IN_CALL, "returned_to_waiting_room", "admitted_again"),
        leave_after_s=22,
        within_s=60,
    ),
)
