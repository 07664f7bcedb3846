"""Who is there and who speaks where only the page shows it."""

from __future__ import annotations

from typing import Any

from roomtone.session.capture.model import ActiveSpeakers, ParticipantJoined, ParticipantLeft
from roomtone.session.platforms.zoom.shown_people import ShownPeople
from roomtone.session.platforms.zoom.signals import ZoomSignals


def page(
    *names: str, active: tuple[str, ...] = (), count: int | None = None, **fields: Any
) -> dict[str, Any]:
    """What the page's script saw."""
    people = [{"name": name, "me": False, "muted": None, "waiting": False} | fields for name in names]
    return {"type": "signal", "source": "page", "people": people, "count": count, "active": list(active)}


def named(name: str, **fields: Any) -> ParticipantJoined:
    """Somebody known by name alone."""
    return ParticipantJoined(f"name:{name}", name, 1.0, **fields)


def test_the_page_gives_a_roster_with_the_bot_in_it_and_who_talks():
    """The bot is known by its name; it is never the speaker."""
    told = ZoomSignals("Roomtone").read(page("Roomtone", "Ada", active=("Ada", "Roomtone")), 1.0)
    assert told == [named("Roomtone", is_self=True), named("Ada"), ActiveSpeakers(("name:Ada",), 1.0)]


def test_whoever_is_not_shown_any_more_has_left():
    """The same picture twice tells nothing but who speaks."""
    signals = ZoomSignals("Roomtone")
    signals.read(page("Ada", "Grace"), 0.0)
    assert signals.read(page("Ada", "Grace"), 1.0) == [ActiveSpeakers((), 1.0)]
    assert signals.read(page("Ada"), 2.0) == [ParticipantLeft("name:Grace", 2.0), ActiveSpeakers((), 2.0)]


def test_people_who_are_counted_and_not_shown_are_there():
    """A single tile and a counter of three: the bot is not alone."""
    told = ZoomSignals("Roomtone").read(page("Ada", count=4), 1.0)
    joined = [one for one in told if isinstance(one, ParticipantJoined) and not one.is_self]
    assert [one.name for one in joined] == ["Ada", "", ""]


def test_who_waits_to_be_let_in_is_not_there():
    """The pane lists the waiting room too."""
    told = ZoomSignals("Roomtone").read(page("Ada", waiting=True), 1.0)
    assert [one.name for one in told if isinstance(one, ParticipantJoined)] == ["Roomtone"]


def test_the_gateways_roster_takes_over():
    """Names by the page go when ids come; its marks of who talks are used until the gateway tells that too."""
    signals = ZoomSignals("Roomtone")
    signals.read(page("Ada"), 1.0)
    body = {"add": [{"id": 16779264, "dn2": "QWRh", "muted": False}], "update": [], "remove": []}
    told = signals.read({"source": "gateway", "socket": "1", "evt": 7937, "body": body}, 2.0)
    assert told[:3] == [
        ParticipantLeft("name:Ada", 2.0),
        ParticipantLeft("name:Roomtone", 2.0),
        ParticipantJoined("16779264", "Ada", 2.0, muted=False),
    ]
    assert signals.read(page("Ada", active=("Ada",)), 3.0) == [ActiveSpeakers(("16779264",), 3.0)]
    signals.read({"source": "gateway", "socket": "1", "evt": 12033, "body": {"asn1": 16779264}}, 4.0)
    assert signals.read(page("Ada", active=()), 5.0) == []


def test_rubbish_on_the_page_says_nothing():
    """Rows that are no rows, names that are no names."""
    message = {"source": "page", "people": [None, {"name": 3}, "x"], "count": "many", "active": 7}
    told = ZoomSignals("Roomtone").read(message, 1.0)
    assert told == [named("Roomtone", is_self=True), ActiveSpeakers((), 1.0)]


def test_names_that_the_page_does_not_repeat_are_nobodys():
    """They stand for as long as they are shown again and again."""
    shown = ShownPeople("Roomtone")
    message = {"people": [{"name": "Ada"}], "count": 2, "active": ["Ada"]}
    shown.read(message, 1.0)
    shown.read(message, 3.0)
    assert shown.expired(6.9) == []
    assert shown.expired(7.0) == [ActiveSpeakers((), 7.0)]
    assert shown.expired(9.0) == []
