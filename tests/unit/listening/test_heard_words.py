"""Live words as a person sees them, and as they are kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from roomtone.listening.errors import CannotListen
from roomtone.listening.heard_words import HeardWords, is_words


def message(
    text: str, *, final: bool, name: str = "Ada", utterance: str = "u1", start_s: float = 61.5
) -> dict[str, Any]:
    """A message of live words."""
    words = [{"word": word, "start": start_s, "end": start_s + 0.2} for word in text.split()]
    return {
        "new_text": text,
        "words": words,
        "is_final": final,
        "speakerName": name,
        "utterance_id": utterance,
    }


def test_what_may_change_is_replaced_and_what_is_final_becomes_a_line(tmp_path):
    """Each utterance has one interim; the file has every message."""
    heard = HeardWords(tmp_path / "words" / "live.jsonl")
    assert heard.take(message("hello", final=False), 1.0) is None
    assert heard.take(message("hello the", final=False), 1.5) is None
    assert heard.take(message("hi", final=False, name="Grace", utterance="u2"), 1.6) is None
    assert [(one.speaker_name, one.text) for one in heard.interims.values()] == [
        ("Ada", "hello the"),
        ("Grace", "hi"),
    ]
    assert heard.take(message("hello there", final=True), 2.0) == "1:01  Ada: hello there"
    assert list(heard.interims) == ["u2"]
    heard.gone()
    assert not heard.interims
    heard.close()
    lines = [json.loads(line) for line in (tmp_path / "words" / "live.jsonl").read_text().splitlines()]
    assert [line["arrived_s"] for line in lines] == [1.0, 1.5, 1.6, 2.0]
    assert lines[-1]["message"]["new_text"] == "hello there"
    assert (heard.n_messages, heard.n_finals) == (4, 1)


@pytest.mark.parametrize(
    "body", [None, [], {"new_text": "x"}, {"words": []}, {"new_text": "x", "words": None}]
)
def test_other_messages_are_no_words(body):
    """What other senders say."""
    assert not is_words(body)


@pytest.mark.parametrize("first", [{}, {"start": "soon"}, {"start": -1}, 7])
def test_awkward_words_are_shown_without_a_time(first):
    """Nothing that a sender says breaks the display."""
    strange = {"new_text": "x", "words": [first], "is_final": True, "speakerName": None}
    assert HeardWords().take(strange, 1.0) == "?: x"


def test_a_file_that_cannot_be_made_is_told(tmp_path):
    """Before anything is listened to."""
    with pytest.raises(CannotListen, match="--transcript"):
        HeardWords(tmp_path)
