"""Summaries: true to what was heard and written, and bounded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from roomtone.service.records.chat import Message
from roomtone.service.records.people import Person
from roomtone.service.records.summary import Meeting, questions_in, summarise
from roomtone.service.records.turns import CaptionTurn, Turn

GOLDEN = Path(__file__).parent / "golden" / "summary.json"

PEOPLE = [
    Person("0", "Notes", True, True, 0, None, 0),
    Person("a", "Ada", False, True, 0, None, 0),
    Person("b", "Zoë 🎧", False, False, 0, 100, 100),
]
MEETING = Meeting(
    duration_s=125.04,
    people=PEOPLE,
    turns=[
        Turn("a", "Ada", 0.0, 10.0),
        Turn("NoSpeaker", "NoSpeaker", 9.0, 12.0),
        Turn("a", "Ada", 11.5, 20.0),
        Turn("b", "Zoë 🎧", 20.5, 26.0),
        Turn("a", "Ada", 40.0, 41.0),
    ],
    messages=[
        Message("1", "a", "Ada", "The plan: https://example.com/plan(v2), and https://example.com/b.", 30.0),
        Message("2", "b", "Zoë 🎧", "Is https://example.com/plan(v2)?x=1 the new one? I think so.", 31.25),
        Message("3", "", "", "https://example.com/b", 50.0),
    ],
    words=[
        CaptionTurn("a", "Ada", 0.0, 4.0, "Good morning. Who takes the minutes?"),
        CaptionTurn("a", "Ada", 12.0, 16.0, "I can do it next week!"),
        CaptionTurn("b", "Zoë 🎧", 21.0, 25.0, "¿Es verdad? Yes."),
        CaptionTurn(None, None, 24.0, 25.0, "what about the budget"),
    ],
    words_from="captions",
)


def test_a_summary_is_as_it_is_documented():
    """Every part of a small meeting: the golden file is what `get_summary` gives."""
    assert summarise(MEETING) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_talk_time_is_what_was_heard():
    """Seconds add up to the turns of known speakers, shares to one, whoever spoke most comes first."""
    talk_time = summarise(MEETING)["talk_time"]
    assert [(one["speaker_name"], one["seconds"]) for one in talk_time] == [("Ada", 19.5), ("Zoë 🎧", 5.5)]
    assert sum(one["share"] for one in talk_time) == pytest.approx(1)


def test_everybody_is_called_as_they_were_called_last():
    """Who was renamed has one name throughout."""
    renamed = replace(MEETING, people=[PEOPLE[0], replace(PEOPLE[1], name="Ada L."), PEOPLE[2]])
    told = json.dumps(summarise(renamed), ensure_ascii=False)
    assert '"Ada L."' in told
    assert '"Ada"' not in told
    assert "Ada L. 78 %" in told


def test_a_meeting_without_anything_has_a_summary():
    """Nobody there, nothing said: empty lists and a sentence."""
    summary = summarise(Meeting(1.0))
    assert summary["text"] == "The recording is 1 second long."
    assert [summary[part] for part in ("participants", "talk_time", "longest_turns", "questions", "links")] == [
        [], [], [], [], []
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("So? Good. Is it? It is!", ["So?", "Is it?"]),
        ("what time is it", []),
        ("what is the time", ["what is the time"]),
        ("and do you know the way", ["and do you know the way"]),
        ("what I mean is nothing", []),
        ("???", []),
        ("هل هذا صحيح؟ نعم.", ["هل هذا صحيح؟"]),
        ("", []),
    ],
)
def test_questions_are_found(text: str, questions: list[str]):
    """By their mark in any script; without any punctuation by how English ones begin."""
    assert questions_in(text) == questions


def test_a_summary_is_bounded():
    """However much was said and written, it stays small enough to be sent in one answer."""
    many = Meeting(
        3600.0,
        [Person(str(n), f"P{n}", False, True, 0, None, 0) for n in range(2000)],
        [Turn(str(n), f"P{n}", n, n + 1.0) for n in range(2000)],
        [
            Message(str(n), "a", "A", f"why? https://e.com/{n} https://e.com/{'x' * 5000}", n)
            for n in range(2000)
        ],
        [CaptionTurn("1", "P1", n, n + 1.0, "who " + "x" * 5000 + "?") for n in range(2000)],
        "captions",
    )
    summary = summarise(many)
    assert len(summary["questions"]) == 50
    assert len(summary["links"]) == 100
    assert len(json.dumps(summary)) < 300_000
    assert summary["text"].startswith("P0, P1, P2, P3, P4 and 1995 others met for 60 minutes.")
    assert "4000 questions were asked." in summary["text"]
