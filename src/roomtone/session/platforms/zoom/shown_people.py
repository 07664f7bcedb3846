"""Who is there and who speaks, as the page shows it: names are all there is. Pure.

People that the pane does not list one by one, and the counter counts, are there without a name: somebody who
is not seen is still company.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.session.capture.model import ActiveSpeakers, ParticipantJoined, ParticipantLeft
from roomtone.session.platforms.zoom.fields import MOST_PEOPLE, flag, plain_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Said = list[ParticipantJoined | ParticipantLeft | ActiveSpeakers]


EXPIRY_S = 4.0
"""So long names stand as talking; the page repeats them every two seconds."""


class ShownPeople:
    """Turns what ``shown_people.js`` sees into a roster and active speakers.

    Args:
        own_name: The bot's name; nobody else of that name is believed to be somebody else.
    """

    def __init__(self, own_name: str) -> None:
        self._own_name = own_name
        self._told: dict[str, ParticipantJoined] = {}
        self._named_s: float | None = None

    def read(self, message: dict[str, Any], at_s: float) -> Said:
        """The page shows ``{people, count, active}``, and nothing else tells who is there."""
        seen = {person.participant_id: person for person in self._people(message, at_s)}
        said: Said = [ParticipantLeft(gone, at_s) for gone in sorted(self._told.keys() - seen.keys())]
        for participant_id, person in seen.items():
            before = self._told.get(participant_id)
            if before is None or (before.name, before.muted) != (person.name, person.muted):
                said.append(person)
        self._told = seen
        return [*said, self.speakers(message, at_s, _id)]

    def speakers(
        self, message: dict[str, Any], at_s: float, id_of: Callable[[str], str | None]
    ) -> ActiveSpeakers:
        """Who is marked as talking, without the bot; ``id_of`` gives a name's participant, None: nobody's."""
        names = [name for name in _texts(message.get("active")) if name != self._own_name]
        ids = (id_of(name) for name in names)
        speakers = tuple(dict.fromkeys(one for one in ids if one))
        self._named_s = at_s if speakers else None
        return ActiveSpeakers(speakers, at_s)

    def expired(self, at_s: float) -> list[ActiveSpeakers]:
        """Nobody speaks any more, where the page has not repeated for long who does; once."""
        if self._named_s is None or at_s - self._named_s < EXPIRY_S:
            return []
        self._named_s = None
        return [ActiveSpeakers((), at_s)]

    def forget(self, at_s: float) -> list[ParticipantLeft]:
        """A better source tells who is there: whoever was seen here goes."""
        self._named_s = None
        gone = [ParticipantLeft(one, at_s) for one in sorted(self._told)]
        self._told = {}
        return gone

    def _people(self, message: dict[str, Any], at_s: float) -> Iterator[ParticipantJoined]:
        rows = message.get("people")
        rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        names: set[str] = set()
        for row in rows[:MOST_PEOPLE]:
            name = plain_text(row.get("name"))
            if not name or name in names or row.get("waiting") is True:
                continue
            names.add(name)
            is_self = row.get("me") is True or name == self._own_name
            yield ParticipantJoined(_id(name), name, at_s, is_self=is_self, muted=flag(row.get("muted")))
        if self._own_name not in names:
            names.add(self._own_name)
            yield ParticipantJoined(_id(self._own_name), self._own_name, at_s, is_self=True)
        count = min(whole_number(message.get("count")) or 0, MOST_PEOPLE)
        for number in range(len(names), count):
            yield ParticipantJoined(f"unseen-{number}", "", at_s)


def _id(name: str) -> str:
    return f"name:{name}"


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
