"""Who is in the meeting, from the gateway's roster messages. Pure.

A participant's number has 10 low bits that tell kinds of streams apart and do not belong to the person:
numbers are the same person's when they are equal, or else when they are equal above those bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.session.capture.model import ParticipantJoined, ParticipantLeft
from roomtone.session.platforms.zoom.fields import base64_text, entries, flag, plain_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Collection

NODE_BITS = 10
RETURN_WITHIN_S = 5.0
"""After the bot joined again, whoever the new roster has not named by then has left."""

_KEPT = ("dn2", "dn", "displayName", "audio", "muted", "bHold", "bVideoOn", "bShareOn", "zoomID", "role")


@dataclass(slots=True)
class _Person:
    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    told: ParticipantJoined | None = None
    is_confirmed: bool = True
    was_added: bool = False

    @property
    def name(self) -> str:
        return base64_text(self.fields.get("dn2")) or plain_text(
            self.fields.get("dn") or self.fields.get("displayName")
        )

    @property
    def is_on_hold(self) -> bool:
        return flag(self.fields.get("bHold")) is True

    @property
    def is_muted(self) -> bool | None:
        # Nobody hears who has not joined the sound, whatever the flag says.
        return True if self.fields.get("audio") == "" else flag(self.fields.get("muted"))


class Roster:
    """Keeps the people of one stay and tells what changed.

    Args:
        own_name: The bot's name; it finds the bot where nothing else does.
    """

    def __init__(self, own_name: str) -> None:
        self._own_name = own_name
        self._people: dict[int, _Person] = {}
        self._own_candidates: tuple[int, ...] = ()
        self._own_account = ""
        self._own: int | None = None
        self._confirm_by_s: float | None = None

    @property
    def own_hold(self) -> bool | None:
        """Whether the roster says that the bot is on hold; None: the bot is not in it."""
        own = self._people.get(self._own) if self._own is not None else None
        return None if own is None else own.is_on_hold

    @property
    def n_others(self) -> int:
        """How many others are in the meeting, not counting who waits to be let in."""
        return sum(1 for p in self._people.values() if p.number != self._own and p.told is not None)

    def joined(self, body: dict[str, Any], at_s: float) -> None:
        """The gateway let the bot in, with these numbers; a roster follows."""
        numbers = (whole_number(body.get(key)) for key in ("userID", "participantID", "participantIDStr"))
        self._own_candidates = tuple(dict.fromkeys(number for number in numbers if number))
        self._own_account = plain_text(body.get("zoomID"))
        for person in self._people.values():
            person.is_confirmed = False
        self._confirm_by_s = at_s + RETURN_WITHIN_S

    def apply(self, body: dict[str, Any], at_s: float) -> list[ParticipantJoined | ParticipantLeft]:
        """Take ``{add, update, remove}``; what changed by it."""
        changes: list[ParticipantJoined | ParticipantLeft] = []
        for number, _ in entries(body.get("remove")):
            person = self._find(number)
            if person is not None:
                del self._people[person.number]
                if person.told is not None:
                    changes.append(ParticipantLeft(str(person.number), at_s))
        for key in ("add", "update"):
            for number, fields in entries(body.get(key)):
                self._take(number, fields, is_whole=key == "add")
        self._find_own()
        return changes + self._changes(at_s)

    def purge(self, at_s: float) -> list[ParticipantLeft]:
        """Who was there before the bot joined again and is not there any more, once that can be said."""
        if self._confirm_by_s is None or at_s < self._confirm_by_s:
            return []
        self._confirm_by_s = None
        gone = [person for person in self._people.values() if not person.is_confirmed]
        for person in gone:
            del self._people[person.number]
        return [
            ParticipantLeft(str(person.number), at_s)
            for person in sorted(gone, key=lambda person: person.number)
            if person.told is not None
        ]

    def id_of(self, number: int) -> str:
        """The participant's id for any of their numbers; one that the roster lacks gets its own id to be."""
        person = self._find(number)
        return str(person.number if person is not None else number >> NODE_BITS << NODE_BITS)

    def sender(self, number: int | None, account: str, name: str) -> str:
        """The id of whoever sent something, by number, account or name; empty: it cannot be told."""
        person = self._find(number) if number else None
        if person is not None:
            return str(person.number)
        of_account = [one for one in self._people.values() if account and one.fields.get("zoomID") == account]
        if len(of_account) == 1:
            return str(of_account[0].number)
        return self.id_of_name(name) or ""

    def id_of_name(self, name: str) -> str | None:
        """The only participant of that name; None: there is none, or more than one."""
        named = [person for person in self._people.values() if person.name == name]
        return str(named[0].number) if len(named) == 1 else None

    def is_own(self, number: int) -> bool:
        """Whether it is one of the bot's numbers."""
        if self._own is None:
            return any(_same(number, own) for own in self._own_candidates[:1])
        return self.id_of(number) == str(self._own)

    def is_other(self, number: int) -> bool:
        """Whether it is a number of somebody in the meeting who is not the bot."""
        return self._find(number) is not None and not self.is_own(number)

    def others(self, numbers: Collection[int]) -> tuple[str, ...]:
        """Ids of these, without the bot, each once, in their order."""
        return tuple(dict.fromkeys(self.id_of(number) for number in numbers if not self.is_own(number)))

    def _find(self, number: int) -> _Person | None:
        exact = self._people.get(number)
        if exact is not None:
            return exact
        similar = [person for person in self._people.values() if _same(person.number, number)]
        return similar[0] if len(similar) == 1 else None

    def _take(self, number: int, fields: dict[str, Any], *, is_whole: bool) -> None:
        person = self._people.get(number) or (None if is_whole else self._find(number))
        if person is None:
            person = self._people[number] = _Person(number)
        if is_whole:
            # Whoever is added anew is described wholly; what was known before may be of an earlier visit.
            person.fields.clear()
            person.was_added = True
        person.fields.update({key: fields[key] for key in _KEPT if key in fields})
        person.is_confirmed = True

    def _find_own(self) -> None:
        """The number that the gateway gave; else the only one of the bot's account; else of its name."""
        people = self._people
        for number in self._own_candidates[:1]:
            if (person := self._find(number)) is not None:
                self._own = person.number
                return
        if self._own in people and not self._own_candidates:
            return
        accounts = [
            n for n, p in people.items() if self._own_account and p.fields.get("zoomID") == self._own_account
        ]
        named = [n for n, p in people.items() if self._own_name and p.name == self._own_name]
        others = [n for n in self._own_candidates[1:] if n in people and (n in named or n in accounts)]
        for found in (others, accounts, named):
            if len(found) == 1:
                self._own = found[0]
                return

    def _changes(self, at_s: float) -> list[ParticipantJoined | ParticipantLeft]:
        changes: list[ParticipantJoined | ParticipantLeft] = []
        for person in self._people.values():
            is_self = person.number == self._own
            if not person.name and not person.was_added:
                continue  # a change of somebody who was never named
            if person.is_on_hold and not is_self:
                if person.told is not None:
                    person.told = None
                    changes.append(ParticipantLeft(str(person.number), at_s))
                continue
            now = self._said(person, at_s, is_self=is_self)
            if person.told is None or not _equal(now, person.told):
                person.told = now
                changes.append(now)
        # The bot itself first: a roster of nobody but itself is a roster too.
        return sorted(changes, key=lambda c: not (isinstance(c, ParticipantJoined) and c.is_self))

    def _said(self, person: _Person, at_s: float, *, is_self: bool) -> ParticipantJoined:
        return ParticipantJoined(
            str(person.number),
            person.name or (self._own_name if is_self else ""),
            at_s,
            is_self=is_self,
            muted=person.is_muted,
            camera_on=flag(person.fields.get("bVideoOn")),
            sharing=flag(person.fields.get("bShareOn")),
        )


def _same(one: int, other: int) -> bool:
    return one == other or one >> NODE_BITS == other >> NODE_BITS > 0


def _equal(one: ParticipantJoined, other: ParticipantJoined) -> bool:
    return (one.name, one.is_self, one.muted, one.camera_on, one.sharing) == (
        other.name,
        other.is_self,
        other.muted,
        other.camera_on,
        other.sharing,
    )
