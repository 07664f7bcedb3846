"""How much of a conversation in one mixed sound gets the right name, with reports as late as platforms give them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from roomtone.bot.speaker import NO_SPEAKER
from roomtone.session.capture.attribution import Attribution
from roomtone.session.capture.model import ActiveSpeakers, ParticipantJoined, TrackOpened, TrackSource

TICK_S = 0.02
LOUD = np.full(960, 8000, np.int16)
Turns = list[tuple[float, float, str]]


def conversation(choice: random.Random) -> Turns:
    """Forty turns of 2 to 8 s of four people, with pauses of up to 1.2 s."""
    turns: Turns = []
    at_s, who = 1.0, 0
    for _ in range(40):
        who = (who + choice.randrange(1, 4)) % 4
        end_s = at_s + choice.uniform(2, 8)
        turns.append((at_s, end_s, f"p{who}"))
        at_s = end_s + choice.uniform(0.05, 1.2)
    return turns


def reported(
    turns: Turns, choice: random.Random, late_s: tuple[float, float], *, ends: bool
) -> list[ActiveSpeakers]:
    """What the platform says: who speaks, again and again, and where ``ends`` also that nobody does."""
    told = []
    for start_s, end_s, who in turns:
        at_s = start_s + choice.uniform(*late_s)
        while at_s < end_s + 0.3:
            told.append(ActiveSpeakers((who,), at_s))
            at_s += choice.uniform(0.3, 0.6)
        if ends:
            told.append(ActiveSpeakers((), end_s + 0.3 + choice.uniform(*late_s)))
    return sorted(told, key=lambda one: one.at_s)


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("late_s", [(0.05, 0.2), (0.1, 0.3), (0.2, 0.5), (0.3, 0.8)])
def test_most_of_the_speech_in_a_mix_gets_its_speakers_name(late_s: tuple[float, float], ends: bool):
    """At least 93% of the time somebody speaks, whatever of these delays the platform has."""
    choice = random.Random(f"{late_s}{ends}")
    turns = conversation(choice)
    told = reported(turns, choice, late_s, ends=ends)
    attribution = Attribution()
    attribution.open_track(TrackOpened(1, "audio", TrackSource.WEBAUDIO, "m", "", "", 0.0))
    for number in range(4):
        attribution.hear_signal(ParticipantJoined(f"p{number}", f"Person {number}", 0.0))
    right = n_ticks = 0
    for start_s, end_s, who in turns:
        for at_s in np.arange(start_s, end_s, TICK_S):
            while told and told[0].at_s <= at_s + TICK_S + attribution.delay_s:
                attribution.hear_signal(told.pop(0))
            (heard,) = (
                s for s, samples in attribution.voices(float(at_s), {1: LOUD}).items() if samples.any()
            )
            assert heard == NO_SPEAKER or heard.speaker_id.startswith("p")
            right += heard.speaker_id == who
            n_ticks += 1
    assert right / n_ticks >= 0.93
