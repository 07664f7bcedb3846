"""The words by which a script chooses its Zoom."""

from __future__ import annotations

import pytest
from tests.standins.zoom.variants import AXES, Variant, parse_variant

from roomtone.practice.errors import InvalidScript


def test_words_set_their_axes():
    """Each word sets one axis, the others keep their first word."""
    assert parse_variant("default") == Variant()
    found = parse_variant("wasm + worker+bot-wall")
    assert (found.audio, found.signalling, found.outcome) == ("wasm", "worker", "bot-wall")
    assert (found.form, found.lobby) == ("react", "plain-lobby")
    assert set(found.as_json()) == set(AXES)


@pytest.mark.parametrize("text", ["turbo", "wasm+webrtc", "", "wasm++worker"])
def test_what_is_no_variant_is_refused(text):
    """Unknown words, and two words of one axis, are named."""
    with pytest.raises(InvalidScript, match="variant"):
        parse_variant(text)


def test_no_word_stands_twice():
    """A word tells its axis, and the default of an axis is its first word."""
    words = [word for axis in AXES.values() for word in axis]
    assert len(words) == len(set(words))
    assert Variant().as_json() == {axis: words[0] for axis, words in AXES.items()}
