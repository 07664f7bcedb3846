"""A summary of a meeting, put together from what was written down: nothing in it is invented. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from roomtone.bot.speaker import NO_SPEAKER
from roomtone.service.records.summary_text import in_words
from roomtone.service.records.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roomtone.service.records.chat import Message
    from roomtone.service.records.people import Person
    from roomtone.service.records.turns import WordedTurn

_LONGEST_TURNS, _QUESTIONS, _LINKS, _PEOPLE = 5, 50, 100, 500
"""How many of each a summary has at most."""
_LONGEST_TEXT = 1_000
"""Characters of a turn's words, of a question or of a link."""
_PAUSE_S = 2.0
"""A speaker who goes on within it goes on with the same turn."""
_SLACK_S = 1.0
"""How far words may lie outside of the turn that they belong to."""
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_LINK_MARK = "\0"
"""Stands for a link while a text is taken apart."""
_SENTENCE = re.compile(r"[^.!?…。！？؟]+[.!?…。！？؟]*")  # noqa: RUF001  the full-width marks are meant
_QUESTION_MARKS = ("?", "？", "؟")  # noqa: RUF001
_ENGLISH_QUESTION = re.compile(
    r"(?:(?:and|so|but|okay|ok|well)\s+)?(?:"
    r"(?:what|who|when|where|why|how|which)(?:'s|\s+(?:is|are|was|were|do|does|did|can|could|should|would|will"
    r"|about|many|much|long|often))"
    r"|(?:do|does|did|can|could|should|would|will|shall|have|has|is|are)\s+"
    r"(?:you|we|they|it|he|she|i|there|anyone|anybody|someone|this|that)"
    r")\b",
    re.IGNORECASE,
)
"""How English questions begin; asked only of words without any punctuation, as some recognisers give them."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is known of a meeting.

    Attributes:
        duration_s: Length of the recording.
        people: Who was there.
        turns: Who was heard when.
        messages: What was written.
        words: What was said, of a transcript or of captions; empty: unknown.
        words_from: ``transcript``, ``captions``; None: there are no words.
    """

    duration_s: float
    people: Sequence[Person] = ()
    turns: Sequence[Turn] = ()
    messages: Sequence[Message] = ()
    words: Sequence[WordedTurn] = ()
    words_from: str | None = None


def summarise(meeting: Meeting) -> dict[str, Any]:
    """The summary, JSON-able: participants, talk time, longest turns, questions, links, and ``text``.

    Times are seconds since the recording began. ``share`` is of all time that anybody in particular was
    heard, 0 to 1; voices that nobody is known for count in ``unattributed_seconds`` alone.
    """
    meeting = _with_last_names(meeting)
    talk_time = _talk_time(meeting.turns)
    participants = [
        {"participant_id": person.participant_id, "name": person.name}
        for person in meeting.people
        if not person.is_bot
    ]
    questions, links = _questions(meeting), _links(meeting.messages)
    unattributed_s = sum(t.seconds for t in meeting.turns if t.speaker_id == NO_SPEAKER.speaker_id)
    summary: dict[str, Any] = {
        "duration_seconds": round(meeting.duration_s, 1),
        "participants": participants[:_PEOPLE],
        "talk_time": talk_time[:_PEOPLE],
        "unattributed_seconds": round(unattributed_s, 1),
        "longest_turns": _longest_turns(meeting),
        "questions": questions[:_QUESTIONS],
        "links": links[:_LINKS],
        "messages": len(meeting.messages),
        "words_from": meeting.words_from,
    }
    names = [person["name"] for person in participants]
    text = in_words(meeting.duration_s, names, talk_time, len(questions), len(links))
    return {"text": text, **summary}


def _with_last_names(meeting: Meeting) -> Meeting:
    """The same with everybody called as they were called last."""
    names = {person.participant_id: person.name for person in meeting.people if person.name}
    turns = [
        replace(turn, speaker_name=names.get(turn.speaker_id, turn.speaker_name)) for turn in meeting.turns
    ]
    messages = [
        replace(message, name=names.get(message.participant_id, message.name)) for message in meeting.messages
    ]
    return replace(meeting, turns=turns, messages=messages)


def _talk_time(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    seconds: dict[str, float] = {}
    names: dict[str, str] = {}
    for turn in turns:
        if turn.speaker_id != NO_SPEAKER.speaker_id:
            seconds[turn.speaker_id] = seconds.get(turn.speaker_id, 0.0) + turn.seconds
            names[turn.speaker_id] = turn.speaker_name
    total = sum(seconds.values())
    return [
        {
            "speaker_id": speaker_id,
            "speaker_name": names[speaker_id],
            "seconds": round(spoken_s, 1),
            "share": round(spoken_s / total, 3),
        }
        for speaker_id, spoken_s in sorted(seconds.items(), key=lambda one: -one[1])
    ]


def _longest_turns(meeting: Meeting) -> list[dict[str, Any]]:
    joined = sorted(_joined(meeting.turns), key=lambda turn: -turn.seconds)[:_LONGEST_TURNS]
    return [
        {
            "speaker_id": turn.speaker_id,
            "speaker_name": turn.speaker_name,
            "start_seconds": round(turn.start_s, 1),
            "end_seconds": round(turn.end_s, 1),
            "seconds": round(turn.seconds, 1),
            "text": _words_in(turn, meeting.words),
        }
        for turn in joined
    ]


def _joined(turns: Iterable[Turn]) -> list[Turn]:
    """Turns with their short pauses, of known speakers."""
    joined: list[Turn] = []
    open_turns: dict[str, Turn] = {}
    for turn in turns:
        if turn.speaker_id == NO_SPEAKER.speaker_id:
            continue
        before = open_turns.get(turn.speaker_id)
        if before is not None and turn.start_s - before.end_s <= _PAUSE_S:
            end_s = max(before.end_s, turn.end_s)
            open_turns[turn.speaker_id] = Turn(turn.speaker_id, turn.speaker_name, before.start_s, end_s)
            continue
        if before is not None:
            joined.append(before)
        open_turns[turn.speaker_id] = turn
    return joined + list(open_turns.values())


def _words_in(turn: Turn, words: Iterable[WordedTurn]) -> str | None:
    texts = [
        worded.text
        for worded in words
        if worded.speaker_id in {turn.speaker_id, None}
        and turn.start_s - _SLACK_S <= (worded.start_s + worded.end_s) / 2 <= turn.end_s + _SLACK_S
    ]
    return _cut(" ".join(texts)) if texts else None


def _questions(meeting: Meeting) -> list[dict[str, Any]]:
    names = {person.participant_id: person.name for person in meeting.people if person.name}
    asked = [
        (worded.start_s, names.get(worded.speaker_id or "", worded.speaker_name), text, "spoken")
        for worded in meeting.words
        for text in questions_in(worded.text)
    ]
    asked += [
        (message.at_s, message.name or None, text, "chat")
        for message in meeting.messages
        for text in _questions_beside_links(message.text)
    ]
    return [
        {"at_seconds": round(at_s, 1), "asked_by": name, "text": _cut(text), "asked_in": where}
        for at_s, name, text, where in sorted(asked, key=lambda one: one[0])
    ]


def _questions_beside_links(text: str) -> list[str]:
    """The questions in a text; the question marks in its links are none."""
    text = text.replace(_LINK_MARK, " ")
    links = _URL.findall(text)
    sentences = _sentences(_URL.sub(_LINK_MARK, text))
    questions = []
    for sentence in sentences:
        n_links = sentence.count(_LINK_MARK)
        taken, links = links[:n_links], links[n_links:]
        if _asks(sentence, alone=len(sentences) == 1):
            parts = sentence.split(_LINK_MARK)
            questions.append("".join(map("".join, zip(parts, [*taken, ""], strict=True))))
    return questions


def questions_in(text: str) -> list[str]:
    """The questions in a text, in its order.

    They are known by their question mark; in a text that has no such marks, by how English questions begin.
    """
    sentences = _sentences(text)
    return [sentence for sentence in sentences if _asks(sentence, alone=len(sentences) == 1)]


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.findall(text)]


def _asks(sentence: str, *, alone: bool) -> bool:
    if sentence.endswith(_QUESTION_MARKS):
        return any(letter.isalpha() for letter in sentence)
    return alone and sentence[-1:].isalnum() and _ENGLISH_QUESTION.match(sentence) is not None


def _links(messages: Iterable[Message]) -> list[dict[str, Any]]:
    links: dict[str, dict[str, Any]] = {}
    for message in messages:
        for found in _URL.findall(message.text):
            url = found.rstrip(".,;:!?'\"]}")
            if url.endswith(")") and "(" not in url:
                url = url.rstrip(")").rstrip(".,;:!?")
            if len(url) > _LONGEST_TEXT:
                continue
            link = {"url": url, "shared_by": message.name or None, "at_seconds": round(message.at_s, 1)}
            links.setdefault(url, link)
    return list(links.values())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
