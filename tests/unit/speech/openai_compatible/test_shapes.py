"""What is asked of a server follows from the model and from what it refuses."""

from __future__ import annotations

import pytest

from roomtone.speech.errors import ProviderRefused
from roomtone.speech.openai_compatible.shapes import (
    Shape,
    fields_of,
    is_too_much,
    language_asked,
    shape_after,
    shape_of,
)


def _refusal(status: int, said: str) -> ProviderRefused:
    return ProviderRefused(said, status, said)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        ("whisper-1", Shape.WORDS),
        ("Systran/faster-whisper-large-v3", Shape.WORDS),
        ("gpt-4o-transcribe", Shape.TEXT),
        ("gpt-4o-mini-transcribe-2025-12-15", Shape.TEXT),
        ("gpt-transcribe", Shape.TEXT),
        ("gpt-4o-transcribe-diarize", Shape.DIARIZED),
    ],
)
def test_a_models_name_tells_what_it_can(model, shape):
    """OpenAI's later models know no times of words; whatever else is there is taken for a Whisper."""
    assert shape_of(model) is shape


def test_what_is_refused_is_asked_for_in_a_simpler_shape():
    """Times of words, then segments, then a text alone; a refusal of something else is final."""
    granularities = _refusal(400, "timestamp_granularities[] is not supported")
    formats = _refusal(422, "body.response_format: input should be 'json' or 'text'")
    assert shape_after(Shape.WORDS, granularities) is Shape.SEGMENTS
    assert shape_after(Shape.SEGMENTS, granularities) is None
    assert shape_after(Shape.WORDS, formats) is Shape.TEXT
    assert shape_after(Shape.SEGMENTS, formats) is Shape.TEXT
    assert shape_after(Shape.TEXT, formats) is None
    assert shape_after(Shape.DIARIZED, formats) is None
    assert shape_after(Shape.WORDS, _refusal(401, "response_format")) is None
    assert shape_after(Shape.WORDS, _refusal(400, "The model does not exist")) is None


@pytest.mark.parametrize(
    ("status", "said", "too_much"),
    [
        (413, "", True),
        (400, "Maximum file size exceeded", True),
        (400, "audio duration 1500.1 seconds is longer than 1400 seconds which is the maximum", True),
        (400, "Invalid language", False),
        (401, "file too large", False),
    ],
)
def test_a_file_that_is_too_large_is_told_from_other_refusals(status, said, too_much):
    """By the status, or by the words of servers that have another."""
    assert is_too_much(_refusal(status, said)) is too_much


def test_options_become_fields():
    """What is empty or the default is left to the server; diarising models get no prompt."""
    options = {"model": "whisper-1", "language": "pt_BR", "prompt": "Zoë", "temperature": 0.25}
    assert fields_of(options, Shape.WORDS) == [
        ("model", "whisper-1"),
        ("language", "pt"),
        ("prompt", "Zoë"),
        ("temperature", "0.25"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ]
    plain = {"model": "gpt-4o-transcribe-diarize", "language": None, "prompt": "Zoë", "temperature": 0.0}
    assert fields_of(plain, Shape.DIARIZED) == [
        ("model", "gpt-4o-transcribe-diarize"),
        ("response_format", "diarized_json"),
        ("chunking_strategy", "auto"),
    ]
    assert fields_of({}, Shape.TEXT) == [("model", "whisper-1"), ("response_format", "json")]
    assert [language_asked({"language": told}) for told in ("auto", "multi", None, "EN")] == [
        None,
        None,
        None,
        "en",
    ]
