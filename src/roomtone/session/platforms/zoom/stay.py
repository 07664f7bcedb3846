"""The bot's own stay, as the gateway tells it: joined, on hold, in the meeting, moved, over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import StayFact, StayNews
from roomtone.session.platforms.zoom.answers import CONNECTION, RECONNECTS, end_of, is_refusal, refusal_of
from roomtone.session.platforms.zoom.fields import flag, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

_FACTS = {
    EndReason.REMOVED_BY_HOST: StayFact.REMOVED,
    EndReason.ENTRY_DENIED: StayFact.DENIED,
    EndReason.MEETING_ENDED: StayFact.ENDED,
}


OTHERS_ALONE_S = 2.0
"""So long after a roster of others without the bot nothing may have put it on hold."""


class OwnStay:
    """What the gateway says of the bot itself.

    In the meeting is the bot when the gateway took it in, a roster came since, and nothing says that it is on
    hold: the gateway takes in who then has to wait as well. A roster without the bot counts only after a
    while, for the word that it has to wait may follow.

    Attributes:
        is_joined: The gateway took the bot in, be it into the waiting room.
        is_on_hold: The bot is in the waiting room, or was put back there.
        is_in_meeting: The bot is a participant.
    """

    def __init__(self) -> None:
        self.is_joined = False
        self.is_on_hold = False
        self.is_in_meeting = False
        self._was_admitted = False
        self._has_roster = False
        self._is_moving = False
        self._is_over = False
        self._others_since_s: float | None = None
        self._sockets: set[str] = set()
        self._socket = ""
        self._is_cut = False

    def answered(self, body: dict[str, Any], at_s: float) -> Sequence[StayNews]:
        """The gateway answered the join: ``{res, ...}``."""
        code = whole_number(body.get("res"))
        if code is None:
            return ()
        if code:
            self.is_joined = False
            if not is_refusal(code):
                return ()
            refusal = refusal_of(code, at_s)
            return (StayNews(StayFact.OVER, at_s, refusal.end_reason, refusal.detail),)
        self.is_joined = True
        self._has_roster = False
        self._others_since_s = None
        self._is_moving = False
        # A document that was left says nothing of its sockets.
        self._sockets = {self._socket}
        return ()

    def roster_came(self, own_hold: bool | None, n_others: int, at_s: float) -> Sequence[StayNews]:
        """A roster message came; what it says of the bot (None: nothing), and how many others there are."""
        if own_hold is True:
            return self.held(hold=True, at_s=at_s)
        if own_hold is False:
            self._has_roster = True
        elif n_others and self._others_since_s is None:
            self._others_since_s = at_s
        return self.passed(at_s)

    def passed(self, at_s: float) -> Sequence[StayNews]:
        """Time passed."""
        if self._others_since_s is not None and at_s - self._others_since_s >= OTHERS_ALONE_S:
            self._has_roster = True
        return self._settle(at_s)

    def members_heard(self, at_s: float) -> Sequence[StayNews]:
        """Something came that only members are told; after a cut it shows that the bot is back."""
        if self._is_cut:
            self._has_roster = True
        return self._settle(at_s)

    def held(self, *, hold: bool, at_s: float) -> Sequence[StayNews]:
        """The bot was put on hold, or is not on hold any more, which alone does not bring it in."""
        if not hold:
            self.is_on_hold = False
            return ()
        is_news = not self.is_on_hold
        self.is_on_hold = True
        self._leave()
        return (StayNews(StayFact.WAITING, at_s),) if is_news else ()

    def ended(self, body: dict[str, Any], at_s: float) -> Sequence[StayNews]:
        """The gateway's last word: ``{reason, subReason}``."""
        reason = whole_number(body.get("reason"))
        if reason is None:
            return ()
        self.is_joined = False
        self._leave()
        if reason == RECONNECTS:
            # Out of the waiting room, or into another room: the client joins again by itself.
            self._is_moving = True
            self.is_on_hold = False
            return ()
        if reason == CONNECTION:
            return self._cut(at_s)
        self._is_over = True
        end_reason, detail = end_of(reason, was_admitted=self._was_admitted)
        if end_reason in _FACTS:
            return (StayNews(_FACTS[end_reason], at_s, detail=detail),)
        return (StayNews(StayFact.OVER, at_s, end_reason, detail),)

    def heard(self, socket: str) -> None:
        """A message of the gateway came over this socket."""
        self._sockets.add(socket)
        self._socket = socket

    def socket_closed(self, socket: str, at_s: float) -> Sequence[StayNews]:
        """A socket closed; that is news when it was the gateway's last and nothing had said why."""
        if socket not in self._sockets:
            return ()
        self._sockets.discard(socket)
        if self._sockets or self._is_moving or self._is_over or not self.is_joined:
            return ()
        return self._cut(at_s)

    def _leave(self) -> None:
        self.is_in_meeting = False
        self._has_roster = False
        self._others_since_s = None

    def _cut(self, at_s: float) -> Sequence[StayNews]:
        self._leave()
        if self._is_cut:
            return ()
        self._is_cut = True
        return (StayNews(StayFact.DISCONNECTED, at_s),)

    def _settle(self, at_s: float) -> Sequence[StayNews]:
        if self.is_in_meeting or not self.is_joined or self.is_on_hold or not self._has_roster:
            return ()
        self.is_in_meeting = True
        self._was_admitted = True
        self._is_cut = False
        return (StayNews(StayFact.ADMITTED, at_s),)


def hold_of(body: dict[str, Any]) -> bool | None:
    """``{bHold, bInitial}`` of the bot itself; None: the message is not about that."""
    return flag(body.get("bHold"))
