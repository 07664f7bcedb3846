"""Voices in a mix get the names of whom the timeline has speaking."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.speech.conftest import words

from roomtone.speech.naming import Stretch, name_words
from roomtone.speech.transcript import Word

ADA, BO = "p-ada", "p-bo"


def _meeting(turns: int, turn_s: float = 2.0) -> tuple[list[Stretch], list[tuple[Word, str]]]:
    """Two people by turns, a word every 0.4 s; the words with whose they are."""
    stretches: list[Stretch] = []
    said: list[tuple[Word, str]] = []
    for number in range(turns):
        who, start_s = (ADA, BO)[number % 2], number * turn_s
        stretches.append(Stretch(who, who.title(), start_s, start_s + turn_s))
        at_s = start_s
        while at_s + 0.35 <= start_s + turn_s:
            said.append((Word(f"w{len(said)}", at_s, at_s + 0.35), who))
            at_s += 0.4
    return stretches, said


def _shifted(stretches: list[Stretch], by_s: float) -> list[Stretch]:
    return [replace(s, start_s=max(0.0, s.start_s + by_s), end_s=s.end_s + by_s) for s in stretches]


def _share_right(named: list[Word], said: list[tuple[Word, str]]) -> float:
    return sum(word.speaker_id == who for word, (_, who) in zip(named, said, strict=True)) / len(said)


def test_words_without_labels_are_named_by_the_timeline():
    """With no diarisation the timeline alone names every word, with the person's name."""
    stretches, said = _meeting(10)
    named = name_words([word for word, _ in said], stretches)
    assert _share_right(named, said) == 1.0
    assert named[0].speaker_name == "P-Ada"


def test_labels_make_up_for_a_timeline_that_is_late():
    """Diarised words keep their voice's name at edges that the timeline has 0.4 s late."""
    stretches, said = _meeting(20)
    labelled = [replace(word, speaker_id="0" if who == ADA else "1") for word, who in said]
    assert _share_right(name_words(labelled, _shifted(stretches, 0.4)), said) == 1.0


def test_the_timeline_makes_up_for_one_label_for_everybody():
    """A provider that hears one voice only does not give all the words to one person."""
    stretches, said = _meeting(20)
    labelled = [replace(word, speaker_id="A") for word, _ in said]
    assert _share_right(name_words(labelled, stretches), said) == 1.0


def test_a_voice_split_in_two_labels_is_one_person():
    """Two labels for one voice lead to the same name."""
    stretches, said = _meeting(20)
    labelled = [
        replace(word, speaker_id=f"{who}{number // 10 % 2}") for number, (word, who) in enumerate(said)
    ]
    assert _share_right(name_words(labelled, stretches), said) == 1.0


def test_a_label_without_an_owner_stays():
    """A voice that no timeline ever names keeps its label and has no name."""
    far = Word("hello", 100.0, 100.4, speaker_id="3")
    assert name_words([far], [Stretch(ADA, "Ada", 0.0, 5.0)]) == [far]


def test_a_known_voice_is_named_where_the_timeline_is_silent():
    """Once a label has a name, a word far from any stretch has it too."""
    stretches, said = _meeting(6)
    labelled = [replace(word, speaker_id="0" if who == ADA else "1") for word, who in said]
    late = Word("bye", 300.0, 300.4, speaker_id="1")
    assert name_words([*labelled, late], stretches)[-1].speaker_name == "P-Bo"


def test_without_a_timeline_nothing_changes():
    """No timeline, no names: the provider's labels stay."""
    _, said = _meeting(2)
    heard = [word for word, _ in said]
    assert name_words(heard, []) == heard


stretches_any = st.lists(
    st.builds(
        lambda who, start_s, lasts_s: Stretch(who, who.upper(), start_s, start_s + lasts_s),
        st.sampled_from(["a", "b", "c"]),
        st.floats(0, 7200),
        st.floats(0, 600),
    ),
    max_size=20,
)


@settings(max_examples=50)
@given(st.lists(words(), max_size=20), stretches_any)
def test_naming_changes_nothing_but_names(heard, stretches):
    """Words keep their order, text and times; whoever is named is in the timeline."""
    named = name_words(heard, stretches)
    assert [replace(w, speaker_id=None, speaker_name=None) for w in named] == [
        replace(w, speaker_id=None, speaker_name=None) for w in heard
    ]
    known = {s.speaker_id for s in stretches} | {w.speaker_id for w in heard}
    assert {w.speaker_id for w in named} <= known
