"""Who is told to begin and to cease to speak, by what is heard."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.session.capture.model import SILENCE, Tick
from roomtone.session.speaking_watch import SpeakingWatch, Spoke

ADA, GRACE = Speaker("1", "Ada"), Speaker("2", "Grace")
VOICE = np.full(960, 3_000, np.int16)


def ticks(plan: dict[Speaker, list[tuple[float, float]]], length_s: float) -> list[Tick]:
    """Ticks in which each speaker is heard from and until these seconds."""
    found = []
    for n in range(round(length_s / 0.02)):
        at_s = n * 0.02
        voices = {
            who: VOICE if any(start <= at_s + 1e-9 < end for start, end in spans) else SILENCE
            for who, spans in plan.items()
        }
        found.append(Tick(n * 960, at_s, voices))
    return found


def told(plan: dict[Speaker, list[tuple[float, float]]], length_s: float) -> list[tuple[str, str, float]]:
    """What the watch says of it, without the end of the meeting."""
    watch = SpeakingWatch()
    changes = [spoke for tick in ticks(plan, length_s) for spoke in watch.take(tick)]
    return [(one.action, one.speaker.speaker_name, round(one.at_s, 2)) for one in changes]


def test_a_turn_begins_and_ends_where_its_sound_does() -> None:
    """Told a little later, when it is sure; two may speak at once."""
    plan = {ADA: [(1.0, 3.0)], GRACE: [(2.0, 2.6)]}
    assert told(plan, 6) == [
        ("start", "Ada", 1.0),
        ("start", "Grace", 2.0),
        ("stop", "Grace", 2.6),
        ("stop", "Ada", 3.0),
    ]


def test_a_breath_is_no_end_and_a_knock_no_speech() -> None:
    """Sentences 0.9 s apart are one turn; a sound of 0.1 s is none."""
    assert told({ADA: [(1.0, 2.0), (2.9, 3.5)], GRACE: [(1.0, 1.1)]}, 6) == [
        ("start", "Ada", 1.0),
        ("stop", "Ada", 3.5),
    ]


def test_nobodys_sound_is_left_out() -> None:
    """There is no participant to tell of."""
    assert told({NO_SPEAKER: [(1.0, 3.0)]}, 5) == []


def test_who_leaves_ceases_to_speak_at_once() -> None:
    """And once; so does everybody at the end."""
    watch = SpeakingWatch()
    for tick in ticks({ADA: [(0.0, 2.0)], GRACE: [(0.0, 2.0)]}, 2):
        watch.take(tick)
    assert watch.left("1") == [Spoke("stop", ADA, 2.0)]
    assert watch.left("1") == []
    assert watch.finish() == [Spoke("stop", GRACE, 2.0)]
    assert watch.finish() == []


@given(st.lists(st.sampled_from(["", "a", "g", "ag", "none"]), max_size=200))
def test_starts_and_stops_alternate(plan: list[str]) -> None:
    """Whatever is heard, and whoever is not there any more."""
    watch = SpeakingWatch()
    speaking: set[str] = set()
    changes: list[Spoke] = []
    for n, who in enumerate(plan * 5):
        voices = {} if who == "none" else {ADA: SILENCE, GRACE: SILENCE}
        voices |= {{"a": ADA, "g": GRACE}[letter]: VOICE for letter in who if who != "none"}
        changes += watch.take(Tick(n * 960, n * 0.02, voices))
    for spoke in changes + watch.finish():
        assert (spoke.speaker.speaker_id in speaking) == (spoke.action == "stop")
        speaking ^= {spoke.speaker.speaker_id}
    assert not speaking
