"""Who counts as speaking, and who is on the big tile."""

from __future__ import annotations

from tests.standins.zoom.active_people import ActivePeople

EVERYBODY = ("1", "2", "3")


def test_a_voice_lingers_and_is_said_again():
    """It is told at once, again each second, and counts for 0.6 s after its last sound."""
    people = ActivePeople()
    told = {}
    for tick in range(40):
        news = people.hear(("2",) if tick < 16 else (), EVERYBODY, 100 + tick / 8)
        if news.speakers is not None:
            told[tick] = news.speakers
    assert told == {0: ("2",), 8: ("2",), 16: ("2",), 20: ()}


def test_the_big_tile_follows_who_goes_on_speaking():
    """An interjection does not move it; somebody who left makes room for the first who is there."""
    people = ActivePeople()
    people.hear((), EVERYBODY, 0.0)
    assert people.shown == "1"
    for tick in range(5):
        people.hear(("2",), EVERYBODY, tick / 10)
    assert people.shown == "1"
    for tick in range(5, 12):
        people.hear(("2",), EVERYBODY, tick / 10)
    assert people.shown == "2"
    assert people.hear((), ("1", "3"), 2.0).shown == "1"


def test_nobody_speaks_who_is_not_there():
    """Who left in mid-sentence is silent at once."""
    people = ActivePeople()
    people.hear(("2",), EVERYBODY, 0.0)
    assert people.hear((), ("1",), 0.1).speakers == ()
