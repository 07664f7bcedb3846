"""AssemblyAI's transcripts and what becomes of them."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from tests.providers.any_json import json_like

from roomtone.speech.assemblyai.answers import read
from roomtone.speech.assemblyai.job import is_done
from roomtone.speech.cloud.joining import joined
from roomtone.speech.errors import (
    ProviderRefused,
    ProviderUnavailable,
    TranscriptionError,
    UnreadableAnswer,
    UnusableAudio,
)
from roomtone.speech.port import Recorded, Track
from roomtone.speech.transcript import Transcript

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> Any:
    """A transcript as the provider documents it."""
    return json.loads((GOLDEN / name).read_text("utf-8"))


def test_a_mix_has_words_with_labels():
    """Milliseconds become seconds; the bare word is made of the shown one."""
    reading = read(golden("mix.json"))
    assert [(word.text, word.shown, word.start_s, word.end_s, word.confidence, word.speaker_id) for word in reading.words][-2:] == [
        ("wildfires", "wildfires.", 1.642, 2.362, 0.98, "A"), ("really", "Really?", 2.9, 3.3, 0.71, "B"),
    ]  # fmt: skip
    assert (len(reading.words), reading.language, reading.model) == (6, "en-US", "universal-3-pro")


@pytest.mark.parametrize(
    ("name", "shown", "language"),
    [("one_voice.json", "Really?", "en-US"), ("silence.json", "", "en-US"), ("no_speech.json", "", None)],
)
def test_other_recordings(name, shown, language):
    """One voice has no labels; silence has no words, and no language when it was to be found out."""
    assert is_done(golden(name))
    reading = read(golden(name))
    assert " ".join(word.shown for word in reading.words) == shown
    assert reading.language == language
    assert {word.speaker_id for word in reading.words} <= {None}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("Transcoding failed. File does not appear to contain audio. File type is text/plain", UnusableAudio),
        ("Audio duration is too short.", UnusableAudio),
        ("Server error, developers have been alerted.", ProviderUnavailable),
        ("This feature is not available in your plan.", ProviderRefused),
        (None, ProviderRefused),
    ],
)
def test_failures_are_told_apart(error, kind):
    """Bad sound, trouble of theirs, and what will not pass."""
    with pytest.raises(kind) as failed:
        is_done({"status": "error", "error": error})
    assert failed.value.retryable == (kind is ProviderUnavailable)


def test_unfinished_is_unfinished():
    """It is awaited."""
    assert not is_done({"status": "queued"})
    assert not is_done({"status": "processing"})


@pytest.mark.parametrize("part", ["start", "end"])
def test_a_time_that_nobody_means_is_unreadable(part):
    """1e300 milliseconds would be a word's place in the transcript."""
    answer = golden("mix.json")
    answer["words"][0][part] = 1e300
    with pytest.raises(UnreadableAnswer):
        read(answer)


@given(json_like(golden("mix.json")))
def test_any_json_is_a_transcript_or_our_error(answer):
    """Whatever comes, nothing else is raised, and what is read can be written."""
    recorded = Recorded((Track(Path("a.ogg")),))
    with contextlib.suppress(TranscriptionError):
        is_done(answer)
        made = joined(recorded, [answer], read, "assemblyai")
        assert isinstance(made, Transcript)
        json.dumps(
            [[word.start_s, word.end_s, word.confidence] for turn in made.turns for word in turn.words],
            allow_nan=False,
        )
