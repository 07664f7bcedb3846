"""What waits for a receiver is bounded, and what is dropped is counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.live.text_outbox import TextOutbox


def test_the_oldest_go_for_newer_ones() -> None:
    """By number, and by length; one text waits however long it is."""
    outbox = TextOutbox(most_texts=2, most_characters=10)
    for text in ("a", "b", "c"):
        outbox.put(text)
    assert (outbox.dropped, outbox.take(), outbox.take(), outbox.take()) == (1, "b", "c", None)
    outbox.put("a")
    outbox.put("b" * 20)
    assert (outbox.dropped, len(outbox), outbox.take()) == (2, 1, "b" * 20)


def test_what_was_not_sent_is_the_oldest_again() -> None:
    """Unless there is no room for it."""
    outbox = TextOutbox(most_texts=2)
    outbox.put("a")
    outbox.put("b")
    assert outbox.take() == "a"
    outbox.put_back("a")
    assert outbox.take() == "a"
    outbox.put("c")
    outbox.put_back("a")
    assert (outbox.dropped, outbox.take(), outbox.take()) == (1, "b", "c")


@given(st.lists(st.text(max_size=6) | st.none(), max_size=60))
def test_nothing_is_lost_uncounted(steps: list[str | None]) -> None:
    """What was put is taken in order, or counted, or waits."""
    outbox = TextOutbox(most_texts=3, most_characters=8)
    put, taken = 0, 0
    for text in steps:
        if text is None:
            taken += outbox.take() is not None
        else:
            outbox.put(text)
            put += 1
        assert len(outbox) <= 3
    assert put == taken + outbox.dropped + len(outbox)
