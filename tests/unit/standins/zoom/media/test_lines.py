"""Who gets which audio line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.standins.zoom.media.lines import RELEASE_S, Change, LineBook


def test_everybody_keeps_a_lasting_line() -> None:
    """Whoever is there has a line, speaking or not, and leaving frees it for the next."""
    book = LineBook(3, lasting=True)
    assert book.update([1, 2], [], 0) == [Change(0, 1), Change(1, 2)]
    assert book.update([1, 2], [2], 10) == []
    assert book.update([2, 3], [], 20) == [Change(0, 3)]
    assert book.update([3], [], 30) == [Change(1, None)]


def test_a_speaker_without_a_lasting_line_gets_that_of_the_longest_silent() -> None:
    """When all lines are taken, only speaking gets one, from who has been silent longest; never from a speaker."""
    book = LineBook(2, lasting=True)
    book.update([1, 2, 3, 4], [1], 0)
    book.update([1, 2, 3, 4], [2], 5)
    assert book.owners == [1, 2]
    assert book.update([1, 2, 3, 4], [3], 6) == [Change(0, 3)]
    assert book.update([1, 2, 3, 4], [3, 2, 4], 7) == []


def test_a_passing_line_goes_from_speaker_to_speaker() -> None:
    """A line whose owner has been silent for a second carries the next speaker."""
    book = LineBook(3, lasting=False)
    assert book.update([1, 2], [], 0) == []
    assert book.update([1, 2], [1], 1) == [Change(0, 1)]
    assert book.update([1, 2], [2], 1 + RELEASE_S) == [Change(0, 2)]
    assert book.update([1, 2], [1, 2], 1 + RELEASE_S) == [Change(1, 1)]


def test_a_passing_line_is_taken_early_when_no_other_is_left() -> None:
    """With all lines busy or just fallen silent, the one that has been silent longest is taken at once."""
    book = LineBook(2, lasting=False)
    book.update([1, 2, 3], [1, 2], 0)
    assert book.update([1, 2, 3], [3, 2], 0.1) == [Change(0, 3)]


@given(
    lasting=st.booleans(),
    moments=st.lists(st.tuples(st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)), st.floats(0.01, 3))),
)
def test_lines_stay_true(lasting: bool, moments: list[tuple[set[int], set[int], float]]) -> None:
    """Nobody has two lines, nobody absent has one, no speaker loses theirs, and no speaker waits beside a silent one."""
    book, now_s = LineBook(3, lasting=lasting), 0.0
    for there, voices, step_s in moments:
        now_s += step_s
        speaking = sorted(there & voices)
        before = set(book.owners)
        book.update(sorted(there), speaking, now_s)
        owners = [owner for owner in book.owners if owner is not None]
        assert len(owners) == len(set(owners))
        assert set(owners) <= there
        assert before & set(speaking) <= set(owners)
        if set(speaking) - set(owners):
            assert set(owners) <= set(speaking)
            assert len(owners) == 3
