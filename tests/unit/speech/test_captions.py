"""The meeting's captions become words under names."""

from __future__ import annotations

import json

import pytest

from roomtone.speech.captions import MeetingCaptions, last_versions
from roomtone.speech.errors import NothingToTranscribe
from roomtone.speech.port import Recorded


def _line(caption_id: str, at_s: float, who: str, text: str, *, final: bool = True) -> dict[str, object]:
    return {"at_s": at_s, "caption_id": caption_id, "participant_id": who, "text": text, "final": final}


LINES = [
    _line("1", 2.0, "p1", "Hello every", final=False),
    _line("1", 2.0, "p1", "Hello, everybody."),
    _line("2", 3.0, "p2", "مرحبا"),
    _line("3", 9.0, "p1", "Bye!"),
]


def test_the_last_version_counts():
    """A caption that was written twice is told once, with its last text."""
    assert [caption.text for caption in last_versions(LINES)] == ["Hello, everybody.", "مرحبا", "Bye!"]


def test_a_caption_ends_when_its_speaker_goes_on():
    """A caption takes as long as its text does, but no longer than until the next of the same person."""
    first, _, _ = last_versions([*LINES[:2], _line("4", 2.5, "p1", "And"), LINES[3]])
    assert (first.begin_s, first.end_s) == (2.0, 2.5)


async def test_captions_are_a_transcript(tmp_path):
    """Names come from the participants, words lie in their caption's time, broken lines are left out."""
    path = tmp_path / "captions.jsonl"
    good = [json.dumps(one, ensure_ascii=False) for one in LINES]
    path.write_text(
        "\n".join([good[0], "nonsense", '{"at_s": "x"}', "[]", *good[1:]]) + '\n{"at_s": 3', "utf-8"
    )
    told: list[float] = []
    recorded = Recorded(captions=path, names={"p1": "Ada", "p2": "محمد"})
    transcript = await MeetingCaptions().transcribe(recorded, {}, tmp_path, told.append)
    assert [(t.speaker, t.text) for t in transcript.turns] == [
        ("Ada", "Hello, everybody."),
        ("محمد", "مرحبا"),
        ("Ada", "Bye!"),
    ]
    first = transcript.turns[0]
    assert [word.text for word in first.words] == ["hello", "everybody"]
    assert first.start_s == 2.0
    assert 2.5 < first.end_s < 4.0
    assert (transcript.provider, transcript.engine, told) == ("meeting_captions", "meeting", [1.0])


async def test_a_meeting_without_captions_says_so(tmp_path):
    """Without captions there is nothing to try again."""
    with pytest.raises(NothingToTranscribe) as refused:
        await MeetingCaptions().transcribe(Recorded(), {}, tmp_path, lambda _: None)
    assert not refused.value.retryable
