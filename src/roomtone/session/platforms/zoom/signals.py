"""Translates what ``signals.js`` hears in Zoom's web client into neutral signals.

The gateway's messages are told apart by the names of their fields; their numbers, which move between builds
of the client, decide only where the names do not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.session.capture.model import ActiveSpeakers, MeetingTitled, Signal
from roomtone.session.platforms.zoom.answers import (
    Refusal,
    is_known_end,
    is_known_refusal,
    is_refusal,
    refusal_of,
)
from roomtone.session.platforms.zoom.captions import Captions, is_caption
from roomtone.session.platforms.zoom.chat import Chat
from roomtone.session.platforms.zoom.fields import base64_text, flag, plain_text, whole_number
from roomtone.session.platforms.zoom.lines import is_negotiation
from roomtone.session.platforms.zoom.roster import Roster
from roomtone.session.platforms.zoom.shown_people import ShownPeople
from roomtone.session.platforms.zoom.speaking import Speaking
from roomtone.session.platforms.zoom.stay import OwnStay, hold_of
from roomtone.session.platforms.zoom.tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roomtone.session.platforms.base import StayNews

_SHARED_SCRIPTS = Path(__file__).parents[2] / "browser" / "js"
_OBSERVERS = ("socket", "worker", "request", "description")
PAGE_SCRIPTS = (
    *(_SHARED_SCRIPTS / f"{what}_observer.js" for what in _OBSERVERS),
    *(Path(__file__).with_name(f"{name}.js") for name in ("signals", "shown_people", "shown_chat")),
)
"""What the page needs for these readers, in this order, in every frame."""

JOIN_ANSWER, END, SPEAKERS = 4098, 7939, 12033
NEGOTIATION = {32769, 32770}
CONFERENCE = range(4096, 8192)
"""Numbers of messages about the meeting itself."""
RECORDING_RUNS = 2
_CHAT_FIELDS = {"senderName", "destNodeID", "attendeeNodeID"}
_END_FIELDS = {"reason", "subReason", "errorDetail", "errorMsg", "msg"}

Said = list["Signal | StayNews"]


class ZoomSignals:
    """Reads the messages of one stay, in order; whatever is malformed says nothing and never raises.

    Args:
        own_name: The bot's name.

    Attributes:
        refusal: Zoom's last refusal of the join request; None: none, or forgotten. It is told nowhere else.
        is_recording_announced: Whether the meeting is said to be recorded by Zoom.
    """

    def __init__(self, own_name: str) -> None:
        self.refusal: Refusal | None = None
        self.is_recording_announced = False
        self._roster = Roster(own_name)
        self._stay = OwnStay()
        self._tracks = Tracks(
            self._roster.id_of, self._roster.is_other, is_roster_known=lambda: self._is_roster_known
        )
        self._title = ""
        self._shown = ShownPeople(own_name)
        self._is_roster_known = False
        self._speaking = Speaking()
        self._speaker_events = {SPEAKERS}
        self._are_speakers_known = False
        self._chat = Chat(self._roster)
        self._captions = Captions(self._roster)
        self._sources: dict[str, Callable[[dict[str, Any], float], Said]] = {
            "gateway": self._gateway,
            "closed": self._closed,
            "answer": self._answer,
            "tracks": self._page_tracks,
            "lines": self._lines,
            "page": self._page,
            "chat": self._shown_chat,
            "pulse": self._pulse,
        }

    @property
    def is_in_meeting(self) -> bool:
        """Whether the gateway's messages say that the bot is a participant now."""
        return self._stay.is_in_meeting

    @property
    def is_on_hold(self) -> bool:
        """Whether the gateway's messages say that the bot waits to be let in."""
        return self._stay.is_on_hold

    def forget_refusal(self) -> None:
        """The join request is about to be made again."""
        self.refusal = None

    def read(self, message: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        """The signals in one message of the page.

        Args:
            message: As described at the top of ``signals.js``.
            at_s: Capture clock of its arrival.
        """
        reader = self._sources.get(plain_text(message.get("source")))
        return [*self._shown.expired(at_s), *reader(message, at_s)] if reader is not None else ()

    def _gateway(self, message: dict[str, Any], at_s: float) -> Said:
        """A message of the gateway: ``{socket, evt, body}``."""
        body = message.get("body")
        if not isinstance(body, dict):
            return []
        event = whole_number(message.get("evt")) or 0
        self._stay.heard(plain_text(message.get("socket")))
        said: Said = [*self._roster.purge(at_s)]
        said.extend(self._titled(body, at_s))
        if (recording := whole_number(body.get("cmrServerStatus"))) is not None:
            self.is_recording_announced = recording == RECORDING_RUNS
        reader = self._reader(event, body)
        if reader is not None:
            said.extend(reader(body, at_s))
        return said

    def _reader(
        self, event: int, body: dict[str, Any]
    ) -> Callable[[dict[str, Any], float], Sequence[Signal | StayNews]] | None:
        """Which reader takes the message, by what it holds."""
        if any(_is_speaker_field(name) for name in body):
            self._speaker_events.add(event)
        tests = (
            (event in self._speaker_events and all(map(_is_speaker_field, body)), self._active_speakers),
            (event in NEGOTIATION or is_negotiation(body), self._tracks.negotiated),
            (any(isinstance(body.get(n), list | dict) for n in ("add", "update", "remove")), self._people),
            ("text" in body and not body.keys().isdisjoint(_CHAT_FIELDS), self._chat.told),
            (is_caption(event, body), self._captions.told),
            (self._is_join_answer(event, body), self._joined),
            (self._is_end(event, body), self._ended),
            (hold_of(body) is not None, self._held),
        )
        return next((reader for is_it, reader in tests if is_it), None)

    def _is_join_answer(self, event: int, body: dict[str, Any]) -> bool:
        code = whole_number(body.get("res"))
        if code is None:
            return False
        if event == JOIN_ANSWER:
            return True
        if code == 0:
            return "userID" in body and ("participantID" in body or "conID" in body)
        return not self._stay.is_joined and event in CONFERENCE and is_known_refusal(code)

    def _is_end(self, event: int, body: dict[str, Any]) -> bool:
        reason = whole_number(body.get("reason"))
        if reason is None:
            return False
        if event == END:
            return True
        return event in CONFERENCE and set(body) <= _END_FIELDS and is_known_end(reason)

    def _joined(self, body: dict[str, Any], at_s: float) -> Said:
        news = self._stay.answered(body, at_s)
        if self._stay.is_joined:
            self.refusal = None
            self._roster.joined(body, at_s)
        return [*news]

    def _people(self, body: dict[str, Any], at_s: float) -> Said:
        changes: Said = [*self._shown.forget(at_s), *self._roster.apply(body, at_s)]
        self._is_roster_known = True
        owners = self._tracks.renamed(at_s)
        return [
            *changes,
            *owners,
            *self._stay.roster_came(self._roster.own_hold, self._roster.n_others, at_s),
        ]

    def _active_speakers(self, body: dict[str, Any], at_s: float) -> Said:
        ranked = sorted(
            (int(name[3:]), number)
            for name, value in body.items()
            if _is_speaker_field(name) and (number := whole_number(value))
        )
        news = self._stay.members_heard(at_s)
        self._are_speakers_known = self._are_speakers_known or bool(ranked)
        self._speaking.told(self._roster.others([number for _rank, number in ranked]), at_s)
        return [*news, ActiveSpeakers(self._speaking.ids, at_s)]

    def _held(self, body: dict[str, Any], at_s: float) -> Said:
        said: Said = []
        if self._speaking.ids and hold_of(body):
            self._speaking.told((), at_s)
            said.append(ActiveSpeakers((), at_s))
        return [*said, *self._stay.held(hold=hold_of(body) is True, at_s=at_s)]

    def _ended(self, body: dict[str, Any], at_s: float) -> Said:
        return [*self._stay.ended(body, at_s)]

    def _shown_chat(self, message: dict[str, Any], at_s: float) -> Said:
        """A chat message as the page shows it: ``{sender, text}``."""
        sender, text = plain_text(message.get("sender")), plain_text(message.get("text"))
        return [*self._chat.shown(sender, text, at_s)]

    def _titled(self, body: dict[str, Any], at_s: float) -> Said:
        title = base64_text(body.get("meetingTopic"))
        if not title or title == self._title:
            return []
        self._title = title
        return [MeetingTitled(title, at_s)]

    def _closed(self, message: dict[str, Any], at_s: float) -> Said:
        return [*self._stay.socket_closed(plain_text(message.get("socket")), at_s)]

    def _answer(self, message: dict[str, Any], at_s: float) -> Said:
        """The web server answered the join request: ``{ok, code}``."""
        code = whole_number(message.get("code")) or 0
        if flag(message.get("ok")) is False and is_refusal(code or -1):
            self.refusal = refusal_of(code, at_s)
        else:
            self.refusal = None
        return []

    def _page_tracks(self, message: dict[str, Any], at_s: float) -> Said:
        return [*self._tracks.page_tracks(message.get("tracks"), at_s)]

    def _lines(self, message: dict[str, Any], at_s: float) -> Said:
        """A negotiation that did not come in the gateway's envelope: ``{body}``."""
        return [*self._tracks.negotiated(message.get("body"), at_s)]

    def _page(self, message: dict[str, Any], at_s: float) -> Said:
        """What the page shows of people, as far as the gateway does not tell it."""
        if not self._is_roster_known:
            return [*self._shown.read(message, at_s)]
        if self._are_speakers_known:
            return []
        return [self._shown.speakers(message, at_s, self._roster.id_of_name)]

    def _pulse(self, _message: dict[str, Any], at_s: float) -> Said:
        """Nothing but time passed."""
        ends: Said = [ActiveSpeakers((), at_s)] if self._speaking.ends(at_s) else []
        return [*self._roster.purge(at_s), *ends, *self._stay.passed(at_s)]


def _is_speaker_field(name: str) -> bool:
    return len(name) <= 6 and name.startswith("asn") and name[3:].isascii() and name[3:].isdigit()
