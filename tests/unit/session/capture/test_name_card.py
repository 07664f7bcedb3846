"""The words on a placeholder card."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.name_card import initials, person_card, title_card


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "AL"),
        ("ada", "A"),
        ("Jean-Luc van der Berg", "JB"),
        ("(Guest) Grace M. Hopper", "GH"),
        ("😀 Mary", "M"),
        ("😀", "😀"),
        ("李小龍", "李"),
        ("محمد العربي", "ما"),
        ("", "?"),
        ("   ", "?"),
        ("E\u0301mile Zola", "E\u0301Z"),
    ],
)
def test_initials(name: str, expected: str):
    """Initials are of the first and the last word that has a letter or a digit."""
    assert initials(name) == expected


@given(st.text(max_size=60))
def test_every_name_has_short_initials(name: str):
    """Any text at all gives one or two characters (and their accents), never nothing."""
    assert 1 <= len(initials(name)) <= 60
    assert not initials(name).isspace()


def test_the_same_name_has_always_the_same_colour():
    """A person's colour depends on the name alone, and names differ in it."""
    assert person_card("Ada Lovelace") == person_card("Ada Lovelace")
    assert len({person_card(f"Person {n}").hue for n in range(20)}) > 10


def test_a_title_card_says_who_is_there():
    """Up to four names are listed, more are counted, and nobody is waited for."""
    assert title_card("Review", ()).caption == "Waiting for participants"
    assert title_card("", ()).headline == "Meeting"
    assert title_card("Review", ("Ada", "Grace")).caption == "Ada, Grace"
    assert title_card("Review", tuple("abcdef")).caption == "a, b, c, d and 2 more"
