"""Translates what ``signals.js`` hears in the practice meeting's page into neutral signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.session.capture.model import (
    ActiveSpeakers,
    ChatMessage,
    MeetingTitled,
    ParticipantJoined,
    ParticipantLeft,
    Signal,
    TrackOwner,
)
from roomtone.session.platforms.base import StayFact, StayNews

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_STAY_FACTS = {
    "waiting": StayFact.WAITING,
    "denied": StayFact.DENIED,
    "closed": StayFact.DISCONNECTED,
}


class PracticeSignals:
    """Reads the messages of one stay, in order; whatever is malformed says nothing and never raises.

    The meeting's socket comes first. What the page's tiles show is used until the socket has told of the
    admission; then it is ignored.

    Args:
        own_name: The bot's name, which the socket does not repeat to it.
    """

    def __init__(self, own_name: str) -> None:
        self._own_name = own_name
        self._own_id: str | None = None
        self._is_socket_known = False
        self._tile_ids: set[str] = set()
        self._present: set[str] = set()
        self._owned: set[tuple[str, str, str]] = set()
        self._readers: dict[str, Callable[[dict[str, Any], float], Sequence[Signal | StayNews]]] = {
            "admitted": self._admitted,
            "ended": self._ended,
            "participant_joined": self._participant_changed,
            "participant_changed": self._participant_changed,
            "participant_left": self._participant_left,
            "active_speakers": self._active_speakers,
            "chat": self._chat,
        }

    def read(self, message: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        """The signals in one message of the page.

        Args:
            message: ``{source: "socket", body}`` or ``{source: "page", tiles}``.
            at_s: Capture clock of its arrival.
        """
        if message.get("source") == "socket":
            body = message.get("body")
            return self._read_socket(body, at_s) if isinstance(body, dict) else ()
        if message.get("source") == "page" and not self._is_socket_known:
            return self._read_tiles(_dicts(message.get("tiles")), at_s)
        return ()

    def _read_socket(self, body: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        kind = _text(body.get("type"))
        if kind in _STAY_FACTS:
            return (StayNews(_STAY_FACTS[kind], at_s),)
        reader = self._readers.get(kind)
        return reader(body, at_s) if reader is not None else ()

    def _ended(self, body: dict[str, Any], at_s: float) -> Sequence[StayNews]:
        fact = StayFact.REMOVED if body.get("how") == "removed" else StayFact.ENDED
        return (StayNews(fact, at_s),)

    def _participant_changed(self, body: dict[str, Any], at_s: float) -> Sequence[Signal]:
        return self._participant(body.get("participant"), at_s)

    def _participant_left(self, body: dict[str, Any], at_s: float) -> Sequence[Signal]:
        left = _text(body.get("id"))
        self._present.discard(left)
        return (ParticipantLeft(left, at_s),) if left else ()

    def _active_speakers(self, body: dict[str, Any], at_s: float) -> Sequence[Signal]:
        return (ActiveSpeakers(self._others(_texts(body.get("ids"))), at_s),)

    def _admitted(self, body: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        self._own_id = _text(body.get("id")) or None
        self._is_socket_known = True
        people = _dicts(body.get("participants"))
        signals: list[Signal | StayNews] = [StayNews(StayFact.ADMITTED, at_s)]
        if title := _text(body.get("title")):
            signals.append(MeetingTitled(title, at_s))
        # The bot itself first: a roster of nobody but itself is a roster too.
        if self._own_id is not None and all(_text(person.get("id")) != self._own_id for person in people):
            signals.append(ParticipantJoined(self._own_id, self._own_name, at_s, is_self=True))
        # Who was seen on the tiles, or before the page was loaded again, and is not there any more.
        gone = (self._tile_ids | self._present) - {_text(person.get("id")) for person in people}
        signals.extend(ParticipantLeft(person_id, at_s) for person_id in sorted(gone - {self._own_id}))
        self._tile_ids.clear()
        self._present.clear()
        for person in people:
            signals.extend(self._participant(person, at_s))
        return signals

    def _participant(self, person: Any, at_s: float) -> Sequence[Signal]:
        if not isinstance(person, dict) or not (participant_id := _text(person.get("id"))):
            return ()
        self._present.add(participant_id)
        microphone = _flag(person.get("microphone"))
        joined = ParticipantJoined(
            participant_id,
            _text(person.get("name")),
            at_s,
            is_self=participant_id == self._own_id,
            muted=None if microphone is None else not microphone,
            camera_on=_flag(person.get("camera")),
            sharing=_flag(person.get("sharing")),
        )
        streams = person.get("streams")
        main, share = (
            (_text(streams.get(name)) for name in ("main", "share"))
            if isinstance(streams, dict)
            else ("", "")
        )
        return (joined, *self._owners(participant_id, main, share, at_s))

    def _owners(self, participant_id: str, main: str, share: str, at_s: float) -> Sequence[TrackOwner]:
        """Whose the streams are, said once for each."""
        rows = ((main, "voice", "audio"), (main, "camera", "video"), (share, "share", ""))
        new = [row for row in rows if row[0] and (participant_id, row[0], row[1]) not in self._owned]
        self._owned.update((participant_id, stream_id, purpose) for stream_id, purpose, _kind in new)
        return [
            TrackOwner(participant_id, purpose, at_s, stream_id=stream_id, kind=kind)
            for stream_id, purpose, kind in new
        ]

    def _read_tiles(self, tiles: Sequence[dict[str, Any]], at_s: float) -> Sequence[Signal]:
        """The roster and who speaks, as the page shows it; nothing tells a stream's purpose but its kind."""
        signals: list[Signal] = []
        seen: set[str] = set()
        speaking: list[str] = []
        for tile in tiles:
            participant_id = _text(tile.get("id"))
            if not participant_id:
                continue
            seen.add(participant_id)
            if tile.get("self") is True:
                self._own_id = participant_id
            if tile.get("speaking") is True:
                speaking.append(participant_id)
            is_self = participant_id == self._own_id
            signals.append(ParticipantJoined(participant_id, _text(tile.get("name")), at_s, is_self=is_self))
            for stream_id in _texts(tile.get("streams")):
                signals.extend(self._owners(participant_id, stream_id, "", at_s))
        signals.extend(ParticipantLeft(gone, at_s) for gone in sorted(self._tile_ids - seen))
        self._tile_ids = seen
        signals.append(ActiveSpeakers(self._others(speaking), at_s))
        return signals

    def _chat(self, body: dict[str, Any], at_s: float) -> Sequence[Signal]:
        message_id = _text(body.get("message_id"))
        if not message_id:
            return ()
        sender, name, text = (_text(body.get(key)) for key in ("id", "name", "text"))
        return (ChatMessage(message_id, sender, name, text, at_s),)

    def _others(self, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(participant_id for participant_id in ids if participant_id != self._own_id)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
