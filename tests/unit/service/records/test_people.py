"""Who was there, from the lines of a stay."""

from __future__ import annotations

from roomtone.service.records.people import Person, people_of


def _line(
    at_s: float, what: str, participant_id: str, name: str, *, is_self: bool = False
) -> dict[str, object]:
    return {"at_s": at_s, "what": what, "participant_id": participant_id, "name": name, "is_self": is_self}


def test_everybody_is_told_once_as_they_were_last():
    """Names are the last ones, who left is gone since then, and who came back is there."""
    lines = [
        _line(0, "joined", "0", "Notes", is_self=True),
        _line(0, "joined", "a", "Ada"),
        _line(3, "joined", "b", "iPhone"),
        _line(4, "changed", "b", "Zoë 🎧"),
        _line(9, "left", "a", "Ada"),
        _line(20, "joined", "a", "Ada L."),
        _line(30, "left", "b", "Zoë 🎧"),
        _line(31, "waved", "b", "nobody"),
    ]
    assert people_of(lines) == [
        Person("0", "Notes", True, True, 0, None, 0),
        Person("a", "Ada L.", False, True, 0, None, 20),
        Person("b", "Zoë 🎧", False, False, 3, 30, 30),
    ]


def test_who_is_first_heard_of_when_leaving_was_there():
    """A lost first line costs the time of coming, not the person."""
    assert people_of([_line(9, "left", "a", "Ada")]) == [Person("a", "Ada", False, False, 9, 9, 9)]
