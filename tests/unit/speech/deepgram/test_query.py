"""Deepgram's parameters."""

from __future__ import annotations

import pytest

from roomtone.bot.transcript_options import DeepgramOptions
from roomtone.speech.deepgram.query import query_of


def test_the_defaults_of_a_mix():
    """Every option under its own name, and people told apart by both names that Deepgram has for it."""
    query = query_of(DeepgramOptions().model_dump(), has_one_voice=False)
    assert dict(query) == {
        "model": "nova-3", "language": "en", "diarize_model": "latest", "diarize": "true", "punctuate": "true",
        "smart_format": "true", "paragraphs": "true", "numerals": "true", "filler_words": "false",
        "utterances": "true", "utt_split": "0.8",
    }  # fmt: skip
    assert len(query) == len(dict(query))


def test_one_voice_is_not_told_apart():
    """A speaker's own track is asked for without diarisation; so is a mix when the options say so."""
    names = dict(query_of(DeepgramOptions().model_dump(), has_one_voice=True)).keys()
    assert not names & {"diarize", "diarize_model"}
    names = dict(query_of({"diarize": False}, has_one_voice=False)).keys()
    assert names == {"model"}


@pytest.mark.parametrize(
    ("model", "keyword", "parameter"),
    [
        ("nova-3", "Roomtone:2.5", ("keyterm", "Roomtone")),
        ("nova-3-medical", "a:-1", ("keyterm", "a")),
        ("nova-3", "ratio 3:a", ("keyterm", "ratio 3:a")),
        ("nova-3", ":2", ("keyterm", ":2")),
        ("nova-2", "Roomtone:2", ("keywords", "Roomtone:2")),
        ("enhanced", "Roomtone", ("keywords", "Roomtone")),
    ],
)
def test_keywords_are_what_the_model_takes(model, keyword, parameter):
    """Newer models take terms without weights."""
    assert parameter in query_of({"model": model, "keywords": [keyword]}, has_one_voice=True)


def test_whatever_else_is_an_option_goes_through():
    """Parameters that this version does not know are the provider's to judge."""
    query = query_of({"redact": ["pci", "ssn"], "version": None, "n": 3}, has_one_voice=True)
    assert query == (("model", "nova-3"), ("redact", "pci"), ("redact", "ssn"), ("n", "3"))
