"""What the service plays for one browser: the form, the answers to Join, the gateway's messages. Data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.real_clients.zoom.messages import (
    GUEST_ID,
    HOST_ID,
    OWN_ID,
    Message,
    attributes,
    joined,
    media_ready,
    meeting_key,
    roster,
    talking,
    user,
)
from tests.real_clients.zoom.sealing import AES_GCM

HOST_NAME = "Alice Host"
GUEST_NAME = "Zoë Ångström"
BOT_NAME = "Roomtone"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to the join request that says no.

    Attributes:
        code: The web client's join error.
        message: What the server adds in words; mostly nothing.
        of_meeting: The join is accepted, and its inner part says that the meeting cannot be entered yet.
    """

    code: int
    message: str = ""
    of_meeting: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One message of the gateway, some seconds after the one before it; None: it hangs up."""

    message: Message | None
    after_s: float = 0.0


Moves = tuple[Move, ...]


def at_once(*messages: Message) -> Moves:
    """Messages in a row, without a pause."""
    return tuple(Move(message) for message in messages)


def entry(*people: dict[str, Any], extra: Moves = (), encrypted: bool = False) -> Moves:
    """What the gateway sends to somebody who is let in.

    Args:
        people: The roster without the bot; empty: the host and one guest.
        extra: What follows.
        encrypted: Whether the meeting has a key, and chat travels encrypted.
    """
    others = people or (
        user(HOST_ID, HOST_NAME, role=1),
        user(GUEST_ID, GUEST_NAME, muted=True),
    )
    own = user(OWN_ID, BOT_NAME, audio="")
    taken_in = (joined(encType=AES_GCM), meeting_key()) if encrypted else (joined(),)
    return at_once(*taken_in, attributes(), *media_ready(), roster(own, *others), talking(HOST_ID)) + extra


@dataclass(frozen=True, slots=True)
class Scene:
    """One state of the real client, and how the service brings it about.

    Attributes:
        name: Of the state.
        shows: What the client shows then, for people.
        form: ``inputs`` (name and passcode are typed) or ``fixed`` (the page knows them).
        asks_passcode: Whether the form has a passcode field.
        passcode: What the page gives to the client.
        prefilled_name: The name that stands in the form already.
        email: The e-mail that stands in the form already.
        refusals: Answers to the first join requests; what follows is accepted.
        always_refused: Whether the last refusal is given for ever.
        on_join: The gateway's messages after the client's join (4301).
        on_rejoin: The same after the client's rejoin (4370).
        on_unmute: The same after the client has opened the bot's microphone.
        info: Changes to the answer of the first request.
        init: Changes to the page's call of ``init``.
        comes_back: Whether the gateway takes new connections after it has hung up.
        host_starts_after_s: When a client that waits for the host is told that the meeting has started; None: never.
        audio: User ids of those whose sound the audio bridge sends; empty: it answers nothing.
    """

    name: str
    shows: str
    form: Literal["inputs", "fixed"] = "inputs"
    asks_passcode: bool = True
    passcode: str = ""
    prefilled_name: str = "Guest"
    email: str = "bot@example.com"
    refusals: tuple[Refusal, ...] = ()
    always_refused: bool = True
    on_join: Moves = field(default_factory=entry)
    on_rejoin: Moves = field(default_factory=entry)
    on_unmute: Moves = ()
    info: dict[str, Any] = field(default_factory=dict)
    init: dict[str, Any] = field(default_factory=dict)
    comes_back: bool = False
    host_starts_after_s: float | None = None
    audio: tuple[int, ...] = ()

    def refusal(self, attempt: int) -> Refusal | None:
        """The answer to one join request; None: accepted.

        Args:
            attempt: Counted from 0.
        """
        if not self.refusals:
            return None
        if attempt < len(self.refusals):
            return self.refusals[attempt]
        return self.refusals[-1] if self.always_refused else None
