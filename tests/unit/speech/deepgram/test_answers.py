"""Deepgram's answers and what becomes of them."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.any_json import json_like

from roomtone.speech.cloud.joining import joined
from roomtone.speech.deepgram.answers import read
from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.port import Recorded, Track
from roomtone.speech.transcript import Transcript

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> Any:
    """An answer as the provider documents it."""
    return json.loads((GOLDEN / name).read_text("utf-8"))


def test_a_mix_has_words_with_labels():
    """Times, confidence, shown words and labels of a diarised recording."""
    reading = read(golden("mix.json"))
    assert [(word.text, word.shown, word.start_s, word.end_s, word.confidence, word.speaker_id) for word in reading.words][-2:] == [
        ("i", "I", 2.16, 2.32, 0.6402, "1"), ("agree", "agree.", 2.32, 2.64, 0.9954, "1"),
    ]  # fmt: skip
    assert len(reading.words) == 7
    assert (reading.language, reading.model) == (None, "general-nova-3")


@pytest.mark.parametrize(
    ("name", "shown", "language", "model"),
    [
        ("multi.json", "Hola, see you mañana.", "es", "general-nova-3"),
        ("silence.json", "", "en", "general-nova-3"),
        ("unpunctuated.json", "go on", None, "general"),
    ],
)
def test_other_recordings(name, shown, language, model):
    """Several languages, silence, and an old model's bare words."""
    reading = read(golden(name))
    assert " ".join(word.shown for word in reading.words) == shown
    assert (reading.language, reading.model) == (language, model)
    assert {word.speaker_id for word in reading.words} <= {None}


@pytest.mark.parametrize("part", ["start", "end"])
def test_a_time_that_nobody_means_is_unreadable(part):
    """A word 1e300 seconds into the meeting has no date."""
    answer = golden("mix.json")
    answer["results"]["channels"][0]["alternatives"][0]["words"][0][part] = 1e300
    with pytest.raises(UnreadableAnswer):
        read(answer)


@given(json_like(golden("mix.json")))
def test_any_json_is_a_transcript_or_unreadable(answer):
    """Whatever comes, nothing else is raised, and what is read can be written."""
    recorded = Recorded((Track(Path("a.ogg")),))
    with contextlib.suppress(UnreadableAnswer):
        made = joined(recorded, [answer], read, "deepgram")
        assert isinstance(made, Transcript)
        json.dumps(
            [[word.start_s, word.end_s, word.confidence] for turn in made.turns for word in turn.words],
            allow_nan=False,
        )


@given(st.text())
def test_a_text_is_unreadable(answer):
    """A page instead of an answer."""
    with pytest.raises(UnreadableAnswer):
        read(answer)
