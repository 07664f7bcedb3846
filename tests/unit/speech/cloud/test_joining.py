"""From answers to a transcript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roomtone.bot.speaker import Speaker
from roomtone.speech.cloud.joining import Reading, joined
from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track
from roomtone.speech.transcript import Word

ADA = Speaker("p1", "Ada")


def read(answer: Any) -> Reading:
    """Reads ``[language, model, (label, text, start_s), ...]``."""
    if not isinstance(answer, list):
        raise UnreadableAnswer("no list")
    language, model, *words = answer
    said = [Word(text, start_s, start_s + 0.3, speaker_id=label) for label, text, start_s in words]
    return Reading(said, language, model)


def test_a_track_without_a_speaker_beside_others_is_named_by_the_timeline():
    """Voices that nobody is known for stand beside speakers' own tracks; the raw answers say which is whose."""
    tracks = (Track(Path("a"), 5.0, ADA), Track(Path("b"), 10.0), Track(Path("c"), 20.0, ADA))
    answers = [["en", "m1", ("0", "hello", 1.0)], ["fr", None, ("0", "salut", 0.0), ("1", "oui", 6.0)], None]
    made = joined(Recorded(tracks, (Stretch("p9", "Zoë", 9.8, 10.5),)), answers, read, "example", "asked")
    assert [(turn.speaker, turn.text, turn.start_s) for turn in made.turns] == [
        ("Ada", "hello", 6.0), ("Zoë", "salut", 10.0), ("1", "oui", 16.0),
    ]  # fmt: skip
    assert (made.language, made.model, made.engine) == ("fr", "m1", "example")
    assert [(one["speaker_name"], one["start_s"], one["answer"]) for one in made.raw] == [
        ("Ada", 5.0, answers[0]), (None, 10.0, answers[1]), ("Ada", 20.0, None),
    ]  # fmt: skip


def test_a_mix_alone_is_its_own_answer():
    """And its label stays where no timeline knows better; the asked model is told when the answer is silent."""
    answer = [None, None, ("A", "hello", 1.0)]
    made = joined(Recorded((Track(Path("a")),)), [answer], read, "example", "asked\n")
    assert (made.raw, made.model, made.language) == (answer, "asked", None)
    assert made.turns[0].speaker == "A"


def test_nonsense_is_not_swallowed():
    """One unreadable answer makes the whole unreadable."""
    tracks = (Track(Path("a"), 0.0, ADA), Track(Path("b"), 0.0, ADA))
    with pytest.raises(UnreadableAnswer):
        joined(Recorded(tracks), [[None, None], {}], read, "example")
