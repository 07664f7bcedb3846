"""Until when somebody is said to speak."""

from __future__ import annotations

from roomtone.session.platforms.zoom.speaking import Speaking


def test_a_gateway_that_repeats_itself_and_stops_says_that_nobody_speaks():
    """Two seconds without the usual repetition are silence, told once."""
    speaking = Speaking()
    for number in range(6):
        speaking.told(("ada",), number * 0.5)
    assert not speaking.ends(4.0)
    assert speaking.ends(4.6)
    assert speaking.ids == ()
    assert not speaking.ends(5.0)


def test_a_gateway_that_tells_changes_alone_is_believed_until_the_next_one():
    """A long turn that was told once goes on."""
    speaking = Speaking()
    speaking.told(("ada",), 0.0)
    speaking.told(("grace",), 5.0)
    speaking.told(("ada",), 9.0)
    assert not speaking.ends(60.0)
    assert speaking.ids == ("ada",)


def test_the_same_word_heard_twice_is_no_repetition():
    """A message may reach the page by two ways."""
    speaking = Speaking()
    for number in range(6):
        speaking.told(("ada",), number * 10.0)
        speaking.told(("ada",), number * 10.0 + 0.001)
    assert not speaking.ends(59.0)


def test_slow_repetition_is_given_its_time():
    """What comes every second and a half may be missing once."""
    speaking = Speaking()
    for number in range(6):
        speaking.told(("ada",), number * 1.5)
    assert not speaking.ends(7.5 + 4.4)
    assert speaking.ends(7.5 + 4.6)
