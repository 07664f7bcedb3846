"""How much of a conversation on lines that change hands without a word gets the right name, and how much a wrong one."""

from __future__ import annotations

import random
from collections import Counter, deque

import numpy as np
import pytest

from roomtone.bot.speaker import NO_SPEAKER
from roomtone.session.capture.attribution import Attribution
from roomtone.session.capture.model import (
    SILENCE,
    ActiveSpeakers,
    ParticipantJoined,
    Samples,
    TrackOpened,
    TrackSource,
)

TICK_S = 0.02
SOUND_LATE_S = 0.06
LOUD = np.full(960, 8000, np.int16)
N_LINES, N_PEOPLE = 3, 10
Turns = list[tuple[float, float, int]]


def conversation(choice: random.Random, turn_s: float, gap_s: tuple[float, float]) -> Turns:
    """A hundred turns of ten people; a negative gap is two at once."""
    turns: Turns = []
    at_s, who = 1.0, 0
    for _ in range(100):
        who = (who + choice.randrange(1, N_PEOPLE)) % N_PEOPLE
        turns.append((at_s, at_s + turn_s, who))
        at_s += turn_s + choice.uniform(*gap_s)
    return turns


def on_lines(turns: Turns) -> list[int]:
    """The line of each turn: the one that they have, else the one that was silent for the longest."""
    lines: list[int] = []
    held: dict[int, int] = {}
    last_s = dict.fromkeys(range(N_LINES), 0.0)
    for _start_s, end_s, who in turns:
        line = held.get(who)
        if line is None:
            line = min(last_s, key=lambda one: last_s[one])
            held = {one: its for one, its in held.items() if its != line} | {who: line}
        last_s[line] = end_s
        lines.append(line)
    return lines


def is_voiced(turn: tuple[float, float, int], at_s: float) -> bool:
    """Whether a turn sounds: speech is full of short pauses."""
    start_s, end_s, who = turn
    return start_s <= at_s < end_s and (at_s - start_s) % (0.7 + who / 50) > 0.12 * (at_s > start_s + 0.1)


def told(turns: Turns, choice: random.Random, late_s: tuple[float, float]) -> deque[ActiveSpeakers]:
    """Everybody who speaks, whenever that changes, so much later, and again every 0.8 s."""
    times = sorted({round(one, 3) for start_s, end_s, _ in turns for one in (start_s, end_s)})
    said: list[ActiveSpeakers] = []
    for at_s, next_s in zip(times, [*times[1:], times[-1] + 1], strict=True):
        ids = tuple(f"p{who}" for start_s, end_s, who in turns if start_s - 1e-3 <= at_s < end_s - 1e-3)
        late = at_s + choice.uniform(*late_s)
        said.append(ActiveSpeakers(ids, late))
        while ids and (late := late + 0.8) < next_s:
            said.append(ActiveSpeakers(ids, late))
    return deque(sorted(said, key=lambda one: one.at_s))


def label(turns: Turns, said: deque[ActiveSpeakers]) -> Counter[str]:
    """Ticks of voices: ``right``, ``wrong`` or ``nobody``; ticks come a little late, and are asked for when due."""
    attribution = Attribution()
    for line in range(N_LINES):
        attribution.open_track(TrackOpened(line, "audio", TrackSource.RTC, f"m{line}", "", "", 0.0))
    for number in range(N_PEOPLE):
        attribution.hear_signal(ParticipantJoined(f"p{number}", f"Person {number}", 0.0))
    lines = on_lines(turns)
    waiting: deque[tuple[float, dict[int, str]]] = deque()
    counts: Counter[str] = Counter()
    for number in range(round((turns[-1][1] + 2) / TICK_S)):
        at_s = number * TICK_S
        while said and said[0].at_s <= at_s + TICK_S + SOUND_LATE_S:
            attribution.hear_signal(said.popleft())
        near = [(turn, line) for turn, line in zip(turns, lines, strict=True) if is_voiced(turn, at_s)]
        spoken = {line: f"p{turn[2]}" for turn, line in near}
        attribution.look_ahead(at_s, sounds(spoken))
        waiting.append((at_s, spoken))
        while waiting and waiting[0][0] + attribution.delay_s <= at_s + 1e-9:
            count(attribution, counts, *waiting.popleft())
    return counts


def sounds(spoken: dict[int, str]) -> dict[int, Samples]:
    """The tick of every line."""
    return {line: LOUD + np.int16(line) if line in spoken else SILENCE for line in range(N_LINES)}


def count(attribution: Attribution, counts: Counter[str], at_s: float, spoken: dict[int, str]) -> None:
    """Ask for a tick; each line is told by its own level, so who it was given to can be seen."""
    for line, who in spoken.items():
        voices = attribution.voices(at_s, {line: sounds(spoken)[line]})
        (named,) = (speaker for speaker, samples in voices.items() if samples.any())
        is_nobodys = named == NO_SPEAKER
        counts["nobody" if is_nobodys else "right" if named.speaker_id == who else "wrong"] += 1


@pytest.mark.parametrize(
    ("turn_s", "gap_s", "late_s", "right", "wrong"),
    [
        (2.2, (0.2, 0.2), (0.05, 0.3), 0.97, 0.01),
        (2.2, (0.0, 0.6), (0.05, 0.3), 0.95, 0.02),
        (2.2, (-0.6, 0.3), (0.05, 0.3), 0.85, 0.03),
        (1.0, (0.1, 0.5), (0.05, 0.3), 0.90, 0.03),
        (4.0, (0.0, 1.0), (0.3, 0.8), 0.80, 0.03),
    ],
)
def test_ten_people_on_three_lines_get_their_names_or_none(
    turn_s: float, gap_s: tuple[float, float], late_s: tuple[float, float], right: float, wrong: float
):
    """Wrong names are rarer than 3% of all speech, whether turns follow each other or overlap."""
    choice = random.Random(f"{turn_s}{gap_s}{late_s}")
    turns = conversation(choice, turn_s, gap_s)
    counts = label(turns, told(turns, choice, late_s))
    assert counts["right"] / counts.total() >= right
    assert counts["wrong"] / counts.total() <= wrong
