"""What a script plans, on its own clock: speech, presence and shared screens. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.staging.sheet.model import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.practice.script import Script, Utterance

TONE_S = 0.1
"""Length of a beep."""
MAX_REPETITIONS = 400
"""Most boxes drawn for one repeated utterance."""


def last_word_s(script: Script, lengths: Mapping[tuple[int, int], float]) -> float:
    """When the last clip ends; what repeats for ever counts once."""
    ends = [0.0]
    for who, participant in enumerate(script.participants):
        for index, said in enumerate(participant.says):
            once_s = said.at_s + lengths.get((who, index), TONE_S)
            ends.append(once_s if said.to_s is None else said.to_s)
    return max(ends)


def speech_of(
    script: Script, participant: int, lengths: Mapping[tuple[int, int], float], end_s: float
) -> tuple[Span, ...]:
    """Everything a participant is to say while they are there, on the script's clock."""
    who = script.participants[participant]
    spans: list[Span] = []
    for index, said in enumerate(who.says):
        spans += _repeated(said, lengths.get((participant, index), TONE_S), end_s)
    there = presence_of(script, participant, end_s)
    return tuple(span for span in (_within(span, there) for span in spans) if span is not None)


def presence_of(script: Script, participant: int, end_s: float) -> Span:
    """When a participant is in the meeting."""
    who = script.participants[participant]
    return Span(who.joins_s, min(end_s, who.leaves_s if who.leaves_s is not None else end_s))


def shares_of(script: Script, end_s: float) -> tuple[Span, ...]:
    """When a screen is shared, with the name of who shares it."""
    spans = []
    for index, who in enumerate(script.participants):
        there = presence_of(script, index, end_s)
        for share in who.shares:
            span = Span(share.from_s, share.to_s if share.to_s is not None else there.to_s, who.name)
            spans.append(_within(span, there))
    return tuple(span for span in spans if span is not None)


def shifted(span: Span, by_s: float) -> Span:
    """The span on another clock."""
    return Span(span.from_s + by_s, span.to_s + by_s, span.label)


def _repeated(said: Utterance, length_s: float, end_s: float) -> list[Span]:
    label = said.label.rsplit(".", 1)[0]
    until_s = end_s if said.to_s is None else min(end_s, said.to_s)
    if said.loop and said.every_s is None:
        return [Span(said.at_s, until_s, label)]
    if said.every_s is None:
        return [Span(said.at_s, min(said.at_s + length_s, until_s), label)]
    starts = (said.at_s + number * said.every_s for number in range(MAX_REPETITIONS))
    return [Span(at_s, min(at_s + length_s, until_s), label) for at_s in starts if at_s < until_s]


def _within(span: Span, there: Span) -> Span | None:
    begin_s, end_s = max(span.from_s, there.from_s), min(span.to_s, there.to_s)
    return Span(begin_s, end_s, span.label) if end_s > begin_s else None
