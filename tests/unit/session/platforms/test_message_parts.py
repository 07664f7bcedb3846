"""Long messages in parts that a chat's box has room for."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.platforms.message_parts import MOST_PARTS, message_parts


def units(text: str) -> int:
    """How a page's box counts."""
    return len(text.encode("utf-16-le")) // 2


def test_a_short_message_is_one_part() -> None:
    """What fits is sent as it is, without the blanks around it."""
    assert message_parts("  Hello,\nall of you \n", 100) == ("Hello,\nall of you",)


def test_a_long_message_is_cut_between_words() -> None:
    """No word is torn where a blank could be taken."""
    assert message_parts("one two three four", 9) == ("one two", "three", "four")
    assert message_parts("one two", 3) == ("one", "two")


def test_a_line_end_is_a_better_cut_than_a_blank() -> None:
    """A line that stands by itself stays whole."""
    assert message_parts("first line\nsecond line goes on", 20) == ("first line", "second line goes on")


def test_a_word_that_is_too_long_is_cut_where_it_has_to_be() -> None:
    """A link of any length is said, though in pieces."""
    assert message_parts("abcdefgh", 3) == ("abc", "def", "gh")


def test_nothing_visible_is_nothing_to_say() -> None:
    """Blanks are no message."""
    assert message_parts(" \n ", 10) == ()


@given(text=st.text(max_size=300), longest=st.integers(min_value=2, max_value=40))
def test_parts_fit_and_keep_every_character(text: str, longest: int) -> None:
    """Each part fits the box, none is empty, and together they say all that was said, up to the bound."""
    parts = message_parts(text, longest)
    assert all(0 < units(part) <= longest for part in parts)
    assert len(parts) <= MOST_PARTS
    said, wanted = re.sub(r"\s", "", "".join(parts)), re.sub(r"\s", "", text)
    assert wanted.startswith(said)
    assert said == wanted or len(parts) == MOST_PARTS
