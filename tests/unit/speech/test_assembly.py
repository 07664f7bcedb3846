"""Words become turns."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.speech.conftest import words

from roomtone.speech.assembly import PAUSE_S, assemble
from roomtone.speech.text_cleaning import clean
from roomtone.speech.transcript import Word


def _word(text: str, start_s: float, speaker: str | None = "a", *, lasts_s: float = 0.3) -> Word:
    return Word(text, start_s, start_s + lasts_s, speaker_id=speaker, speaker_name=speaker)


def _told(*heard: Word) -> list[tuple[str | None, str]]:
    return [(turn.speaker_id, turn.text) for turn in assemble(heard)]


def test_nothing_said_is_no_turn():
    """No words make no turns, and blank ones neither."""
    assert assemble([]) == ()
    assert _told(_word(" ", 1.0), _word("\x00", 2.0)) == []


def test_one_word_is_a_turn():
    """A meeting of one word has one turn."""
    assert _told(_word("hi", 1.0)) == [("a", "hi")]


def test_an_answer_between_two_words_makes_three_turns():
    """Who is answered in a gap goes on in a turn of their own."""
    heard = [_word("ready", 0.0), _word("yes", 0.5, "b"), _word("go", 1.2)]
    assert _told(*heard) == [("a", "ready"), ("b", "yes"), ("a", "go")]


def test_talking_over_somebody_overlaps():
    """Running speech stays one turn; what was said meanwhile is one of its own that overlaps."""
    running = [_word(text, number * 0.3) for number, text in enumerate(["one", "two", "three", "four"])]
    turns = assemble([*running, _word("mhm", 0.4, "b")])
    assert [(turn.speaker_id, turn.text) for turn in turns] == [("a", "one two three four"), ("b", "mhm")]
    assert turns[1].start_s < turns[0].end_s


def test_a_long_pause_begins_another_turn():
    """A pause longer than the bound cuts, a shorter one does not."""
    assert _told(_word("a", 0.0), _word("b", 0.3 + PAUSE_S)) == [("a", "a b")]
    assert _told(_word("a", 0.0), _word("b", 0.4 + PAUSE_S)) == [("a", "a"), ("a", "b")]


def test_words_come_in_any_order():
    """The order in which a provider tells words makes no difference."""
    heard = [_word("one", 0.0), _word("two", 0.4), _word("three", 0.8)]
    assert _told(*reversed(heard)) == [("a", "one two three")]


def test_words_without_a_time_are_left_out():
    """A time that is no number does not break the rest."""
    assert _told(_word("a", 0.0), _word("b", float("nan")), _word("c", float("inf"))) == [("a", "a")]


@settings(max_examples=50)
@given(st.lists(words(), max_size=60))
def test_every_word_is_in_exactly_one_turn_of_its_speaker(heard):
    """Whatever is said by whomever: no word is lost or doubled, turns are in order, times are sane."""
    turns = assemble(heard)
    kept = Counter((w.speaker_id, w.shown) for turn in turns for w in turn.words)
    assert kept == Counter((w.speaker_id, clean(w.shown)) for w in heard if clean(w.shown))
    assert [turn.start_s for turn in turns] == sorted(turn.start_s for turn in turns)
    for turn in turns:
        assert {w.speaker_id for w in turn.words} == {turn.speaker_id}
        assert turn.start_s <= turn.end_s
        assert [w.start_s for w in turn.words] == sorted(w.start_s for w in turn.words)


@settings(max_examples=50)
@given(st.lists(words(), max_size=40), st.randoms())
def test_assembly_does_not_depend_on_the_order(heard, random):
    """Shuffled words of distinct times assemble to the same turns."""
    distinct = list({w.start_s: w for w in heard}.values())
    shuffled = list(distinct)
    random.shuffle(shuffled)
    assert assemble(shuffled) == assemble(distinct)
