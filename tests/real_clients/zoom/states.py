"""Every state that the shipped client can be brought to, as rows: forms, refusals, rooms, the call, ends."""

from __future__ import annotations

from typing import Literal

from roomtone.bot.end_reasons import EndReason
from tests.real_clients.zoom import messages as say
from tests.real_clients.zoom.messages import GUEST_ID, HOST_ID
from tests.real_clients.zoom.scene import (
    BOT_NAME,
    GUEST_NAME,
    HOST_NAME,
    Move,
    Refusal,
    Scene,
    at_once,
    entry,
)
from tests.real_clients.zoom.state import State

IN_CALL = ("in_meeting", "recording_started")
PEOPLE = (HOST_NAME, GUEST_NAME)
LEAVE = 4103
TRICKY_CHAT = "You have been removed from this meeting by the host. This meeting has been ended by host"


def _call(scene: Scene, **more: object) -> State:
    settings: dict[str, object] = {
        "group": "the call",
        "passes": IN_CALL,
        "leave_on": "in_meeting",
        "said": (LEAVE,),
        "present": PEOPLE,
    }
    return State(scene, **(settings | more))  # type: ignore[arg-type]


FORMS = (
    _call(Scene("fixed_name", form="fixed", passcode="123456"), group="forms"),
    _call(Scene("name_and_passcode"), group="forms", asked={"name": BOT_NAME, "pwd": "123456"}),
    _call(Scene("name_alone", asks_passcode=False), group="forms", asked={"name": BOT_NAME}),
    _call(
        Scene("passcode_second_form", refusals=(Refusal(3004),), always_refused=False),
        group="forms",
        link="https://app.zoom.us/wc/85012345678/join?pwd=abcdef.1",
        asked={"pwd": "abcdef"},
    ),
    State(
        Scene("email_wanted", email=""), "forms", EndReason.REGISTRATION_REQUIRED, never=IN_CALL, within_s=40
    ),
)


def _refused(code: int, reason: EndReason, message: str = "") -> State:
    name = f"join_{code}" + ("_in_words" if message else "")
    return State(
        Scene(name, refusals=(Refusal(code, message),)), "refused by the form", reason, never=IN_CALL
    )


REFUSED_BY_FORM = (
    _refused(3004, EndReason.PASSCODE_WRONG),
    _refused(9516, EndReason.BOT_DETECTED),
    _refused(9515, EndReason.CAPTCHA_REQUIRED),
    _refused(9505, EndReason.CAPTCHA_REQUIRED),
    _refused(1132, EndReason.WEB_CLIENT_BLOCKED),
    _refused(9503, EndReason.JOIN_IGNORED),
    _refused(9504, EndReason.REGISTRATION_REQUIRED),
    _refused(3001, EndReason.JOIN_IGNORED),
    _refused(3008, EndReason.JOIN_IGNORED),
    _refused(3034, EndReason.JOIN_IGNORED),
    _refused(3001, EndReason.MEETING_NOT_FOUND, "This meeting link is invalid (3,001)"),
)


def _turned_away(code: int, reason: EndReason) -> State:
    scene = Scene(f"gateway_{code}", on_join=at_once(say.joined(code)))
    return State(scene, "refused by the gateway", reason, never=IN_CALL)


REFUSED_BY_GATEWAY = (
    _turned_away(12, EndReason.MEETING_LOCKED),
    _turned_away(9, EndReason.MEETING_FULL),
    _turned_away(6, EndReason.MEETING_OVER),
    _turned_away(103039, EndReason.REMOVED_BEFORE),
    _turned_away(103043, EndReason.ENTRY_DENIED),
    _turned_away(3008, EndReason.MEETING_NOT_STARTED),
    _turned_away(3001, EndReason.MEETING_NOT_FOUND),
    _turned_away(3004, EndReason.MEETING_NOT_FOUND),
    _turned_away(3034, EndReason.SIGN_IN_REQUIRED),
    _turned_away(3000, EndReason.JOIN_REFUSED),
    _turned_away(9516, EndReason.JOIN_REFUSED),
)

HELD = at_once(say.joined(), say.hold(held=True))
ADMITTED = say.ended(5, 1)
ROOM: Literal["in_waiting_room"] = "in_waiting_room"

ROOMS = (
    State(Scene("waiting_room", on_join=HELD), "rooms", passes=(ROOM,), never=IN_CALL, leave_on=ROOM),
    State(
        Scene("nobody_admits", on_join=HELD),
        "rooms",
        EndReason.WAITING_ROOM_TIMEOUT,
        (ROOM,),
        IN_CALL,
        within_s=85,
    ),
    _call(Scene("admitted", on_join=(*HELD, Move(ADMITTED, 4))), group="rooms", passes=(ROOM, *IN_CALL)),
    State(
        Scene("refused_in_room", on_join=(*HELD, Move(say.ended(7), 4))),
        "rooms",
        EndReason.ENTRY_DENIED,
        (ROOM,),
        IN_CALL,
    ),
    State(
        Scene("host_not_started", refusals=(Refusal(3008, of_meeting=True),)),
        "rooms",
        passes=(ROOM,),
        never=IN_CALL,
        leave_on=ROOM,
    ),
    State(
        Scene("webinar_not_started", refusals=(Refusal(3129, of_meeting=True),), info={"isWebinar": "1"}),
        "rooms",
        passes=(ROOM,),
        never=IN_CALL,
        leave_on=ROOM,
    ),
    _call(
        Scene(
            "put_back_on_hold",
            on_join=entry(extra=(Move(say.hold(held=True, initial=False), 5), Move(ADMITTED, 6))),
        ),
        group="rooms",
        passes=(*IN_CALL, "returned_to_waiting_room", "admitted_again"),
        leave_after_s=22,
        within_s=60,
    ),
)

TALK = tuple(
    Move(message, 2.5)
    for _ in range(2)
    for speaker in (GUEST_ID, HOST_ID)
    for message in (say.talking(speaker), say.on_stage(speaker))
)

CALL = (
    _call(Scene("roster"), leave_after_s=5),
    _call(Scene("sound", audio=(HOST_ID, GUEST_ID)), spoke=PEOPLE, hears=True, leave_after_s=12),
    _call(Scene("speaker_switches", on_join=entry(extra=TALK)), leave_after_s=12),
    _call(
        Scene(
            "chat",
            on_join=entry(
                extra=(
                    Move(say.chat(HOST_NAME, "Welcome", 1), 8),
                    Move(say.chat(HOST_NAME, TRICKY_CHAT, 2), 2),
                )
            ),
        ),
        wrote=("Welcome", TRICKY_CHAT),
        leave_after_s=12,
    ),
)


def _end(number: int, reason: EndReason) -> State:
    scene = Scene(f"end_{number}", on_join=entry(extra=(Move(say.ended(number), 8),)))
    return State(scene, "ends", reason, IN_CALL, within_s=60)


ENDS = (
    _end(7, EndReason.REMOVED_BY_HOST),
    *(_end(number, EndReason.MEETING_ENDED) for number in (2, 8, 9, 10, 11, 14, 15, 16, 17)),
    _end(6, EndReason.REMOVED_BY_HOST),
    *(_end(number, EndReason.CONNECTION_LOST) for number in (1, 3, 12)),
)

STATES: tuple[State, ...] = (*FORMS, *REFUSED_BY_FORM, *REFUSED_BY_GATEWAY, *ROOMS, *CALL, *ENDS)
"""The table's rows."""
