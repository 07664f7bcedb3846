"""States of the call: roster, voices, chat, questions, and how it ends. Data."""

from __future__ import annotations

import json

from roomtone.bot.end_reasons import EndReason
from tests.real_clients.zoom import messages as say
from tests.real_clients.zoom.answers import OPTIONS
from tests.real_clients.zoom.audio_bridge import SPEAKING_S
from tests.real_clients.zoom.messages import GUEST_ID, HOST_ID, MUTE, OWN_ID, user
from tests.real_clients.zoom.room_states import ADMITTED, HELD, ROOM
from tests.real_clients.zoom.scene import GUEST_NAME, HOST_NAME, Move, Scene, entry
from tests.real_clients.zoom.state import IN_CALL, PEOPLE, State, in_call

TRICKY_CHAT = "You have been removed from this meeting by the host. This meeting has been ended by host"
TALK = tuple(
    Move(message, 2.5)
    for _ in range(2)
    for speaker in (GUEST_ID, HOST_ID)
    for message in (say.talking(speaker), say.on_stage(speaker))
)

VOICES = tuple(
    Move(message, after_s)
    for _ in range(4)
    for speaker in (GUEST_ID, HOST_ID)
    for message, after_s in ((say.talking(speaker), SPEAKING_S), (say.on_stage(speaker), 0))
)
BOTH_OPEN = (user(HOST_ID, HOST_NAME, role=1), user(GUEST_ID, GUEST_NAME))
RECORDED = say.attributes(bRecord=True, cmrServerStatus=2)
CONSENT = {
    "meetingOptions": json.dumps(
        OPTIONS | {"recordingForcedDisclaimer": True, "disableSimplifyNotice": True}
    ),
    "recordingDisclaimer": json.dumps({"isEnableRecordingReminder": True}),
}
ASKED_TO_UNMUTE = say.Message(12037, {})

CLOSE, NEW = 1, 2
"""What a message does to a caption."""

CALL = (
    in_call(Scene("roster", "call of three"), leave_after_s=5),
    in_call(
        Scene(
            "sound",
            "call with sound over WebRTC, one track a person",
            audio=(HOST_ID, GUEST_ID),
            on_join=entry(*BOTH_OPEN, extra=VOICES),
        ),
        spoke=PEOPLE,
        hears=True,
        leave_after_s=14,
    ),
    in_call(
        Scene(
            "sound_after_the_room",
            "the same after a waiting room",
            audio=(HOST_ID, GUEST_ID),
            on_join=(*HELD, Move(ADMITTED, 4)),
        ),
        passes=(ROOM, *IN_CALL),
        spoke=PEOPLE,
        hears=True,
        leave_after_s=10,
    ),
    in_call(
        Scene("speaker_switches", "who talks and who is on stage changes", on_join=entry(extra=TALK)),
        leave_after_s=12,
    ),
    in_call(
        Scene(
            "picture",
            "call with sound, recorded with its picture",
            audio=(HOST_ID, GUEST_ID),
            on_join=entry(*BOTH_OPEN, extra=VOICES),
        ),
        spoke=PEOPLE,
        video=True,
        leave_after_s=14,
    ),
    in_call(
        Scene(
            "chat",
            "chat messages that say that the bot was removed",
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
    in_call(
        Scene(
            "encrypted_chat",
            "chat messages that only the client can read",
            on_join=entry(
                encrypted=True,
                extra=(
                    Move(say.sealed_chat(HOST_NAME, "Welcome to a meeting with a key", 1), 8),
                    Move(say.sealed_chat(HOST_NAME, TRICKY_CHAT, 2), 7),
                ),
            ),
        ),
        wrote=("Welcome to a meeting with a key", TRICKY_CHAT),
        leave_after_s=18,
    ),
    in_call(
        Scene(
            "captions",
            "call with captions",
            on_join=entry(
                extra=(
                    Move(say.caption(GUEST_ID, NEW, "good"), 3),
                    Move(say.caption(GUEST_ID, CLOSE, "Good morning, everybody.")),
                )
            ),
        ),
        captioned=("Good morning, everybody.",),
        leave_after_s=8,
    ),
    in_call(
        Scene(
            "recording_consent",
            "“This meeting is being recorded”: Leave Meeting, Got it",
            info=CONSENT,
            on_join=entry(extra=(Move(RECORDED, 2),)),
        ),
        dismissed=("This meeting is being recorded",),
        leave_after_s=10,
    ),
    in_call(
        Scene(
            "recorded_at_arrival",
            "the same at the door",
            info=CONSENT,
            on_join=entry(extra=(Move(RECORDED),)),
        ),
        dismissed=("This meeting is being recorded",),
        leave_after_s=8,
    ),
    in_call(
        Scene(
            "asked_to_unmute",
            "“The host would like you to unmute”: Stay Muted, Unmute",
            audio=(HOST_ID,),
            on_join=entry(
                extra=(
                    Move(say.roster(updated=({"id": OWN_ID, "muted": True},)), 6),
                    Move(ASKED_TO_UNMUTE, 1),
                )
            ),
        ),
        dismissed=("Unmute Dialog",),
        kept_out=(MUTE, "bMute", False),
        leave_after_s=12,
    ),
)


HUNG_UP = Move(None, 8)


def _end(number: int, shows: str, reason: EndReason, page_shows: str = "") -> State:
    scene = Scene(f"end_{number}", shows, on_join=entry(extra=(Move(say.ended(number), 8),)))
    page_shows = "nothing" if shows == "nothing at all" else page_shows
    return State(scene, "ends", reason, IN_CALL, within_s=60, page_shows=page_shows)


ENDS = (
    _end(7, "“You have been removed from this meeting by the host.”", EndReason.REMOVED_BY_HOST),
    _end(6, "nothing at all", EndReason.REMOVED_BY_HOST),
    _end(2, "the page for people who have left", EndReason.CONNECTION_LOST, page_shows="meeting_ended"),
    _end(8, "“This meeting has been ended by host”", EndReason.MEETING_ENDED),
    _end(9, "“… someone has started a new meeting with this account”", EndReason.MEETING_ENDED),
    _end(10, "“This free Zoom meeting has ended”", EndReason.MEETING_ENDED),
    _end(11, "nothing at all", EndReason.MEETING_ENDED),
    _end(14, "“… disconnected from the meeting because archiving failed”", EndReason.MEETING_ENDED),
    _end(15, "“The meeting has been ended”", EndReason.MEETING_ENDED),
    _end(16, "“… ended by your admin”", EndReason.MEETING_ENDED),
    _end(17, "“This meeting has been ended by host”", EndReason.MEETING_ENDED),
    _end(1, "nothing at all", EndReason.MEETING_ENDED),
    *(_end(number, "nothing at all", EndReason.CONNECTION_LOST) for number in (3, 12)),
    State(
        Scene(
            "gateway_gone", "the socket is closed and cannot be had again", on_join=entry(extra=(HUNG_UP,))
        ),
        "ends",
        EndReason.CONNECTION_LOST,
        IN_CALL,
        within_s=90,
    ),
    in_call(
        Scene(
            "gateway_comes_back",
            "the socket is closed, the client takes another",
            comes_back=True,
            on_join=entry(extra=(HUNG_UP,)),
        ),
        group="ends",
        leave_after_s=25,
        within_s=60,
    ),
)
