"""When participants' own files begin and end."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.bot.speaker import CHUNK_SAMPLES, Speaker
from roomtone.session.capture.model import SILENCE, Samples, Tick
from roomtone.session.capture.streams.voice_segments import (
    MOST_VOICES,
    Begin,
    End,
    Order,
    Renamed,
    Sound,
    VoiceSegments,
)

ADA = Speaker("7", "Ada")
LOUD: Samples = np.full(CHUNK_SAMPLES, 5_000, np.int16)
HISS: Samples = np.full(CHUNK_SAMPLES, 9, np.int16)
TICKS_PER_S = 50


class Heard:
    """Ticks given one after the other, and what was ordered."""

    def __init__(self) -> None:
        self.segments = VoiceSegments()
        self.tick = 0
        self.orders: list[Order] = []

    def hear(self, seconds: float, **voices: Samples) -> None:
        """Let everybody sound the same for a while."""
        speakers = {Speaker(name, name): samples for name, samples in voices.items()}
        for _ in range(round(seconds * TICKS_PER_S)):
            tick = Tick(self.tick * CHUNK_SAMPLES, self.tick / TICKS_PER_S, speakers)
            self.orders += self.segments.hear(tick)
            self.tick += 1

    def lose(self, seconds: float) -> None:
        """The ticks of a while never come."""
        self.tick += round(seconds * TICKS_PER_S)

    def finish(self) -> list[tuple[str, float, float]]:
        """End everything; (speaker, start, length in seconds) of each segment, as written."""
        self.orders += self.segments.finish()
        made: list[tuple[str, float, float]] = []
        open_: dict[str, list[float]] = {}
        for order in self.orders:
            if isinstance(order, Begin):
                assert order.speaker.speaker_id not in open_
                open_[order.speaker.speaker_id] = [order.position / 48_000, 0.0]
            elif isinstance(order, Sound):
                open_[order.speaker_id][1] += order.n_samples / 48_000
            elif isinstance(order, End):
                start_s, length_s = open_.pop(order.speaker_id)
                made.append((order.speaker_id, round(start_s, 3), round(length_s, 3)))
        assert not open_
        return made


def test_a_pause_is_kept_as_time_and_a_long_silence_is_not():
    """Ten seconds of silence stay in the segment; half a minute of it ends one, and costs a second."""
    heard = Heard()
    heard.hear(1.0, ada=SILENCE)
    heard.hear(2.0, ada=LOUD)
    heard.hear(10.0, ada=SILENCE)
    heard.hear(2.0, ada=LOUD)
    heard.hear(40.0, ada=HISS)
    heard.hear(2.0, ada=LOUD)
    assert heard.finish() == [("ada", 0.8, 15.2), ("ada", 54.8, 2.2)]


def test_a_silent_participant_makes_nothing():
    """Who is there and says nothing has no file, and hiss of a silent line is no sound."""
    heard = Heard()
    heard.hear(600.0, ada=SILENCE, grace=HISS)
    assert heard.finish() == []
    assert heard.orders == []


def test_who_is_not_there_is_silent():
    """A voice that left and came back within the gap goes on in its segment, in its place."""
    heard = Heard()
    heard.hear(1.0, ada=LOUD, grace=LOUD)
    heard.hear(5.0, grace=LOUD)
    heard.hear(1.0, ada=LOUD, grace=LOUD)
    assert sorted(heard.finish()) == [("ada", 0.0, 7.0), ("grace", 0.0, 7.0)]


def test_lost_ticks_are_silence():
    """What a hanging disk cost leaves everything after it in its place."""
    heard = Heard()
    heard.hear(1.0, ada=LOUD)
    heard.lose(3.0)
    heard.hear(1.0, ada=LOUD)
    heard.lose(31.0)
    heard.hear(1.0, ada=LOUD)
    assert heard.finish() == [("ada", 0.0, 5.0), ("ada", 36.0, 1.0)]


def test_one_voice_too_many_takes_the_place_of_a_silent_one():
    """Of seventeen who spoke the quietest makes room; when all of them speak the last one is left out."""
    heard = Heard()
    voices = dict.fromkeys((f"p{number}" for number in range(MOST_VOICES)), LOUD)
    heard.hear(1.0, **voices)
    heard.hear(1.0, **voices, late=LOUD)
    assert heard.segments.n_voices_left_out == TICKS_PER_S
    heard.hear(2.0, **(voices | {"p3": SILENCE}), late=LOUD)
    made = heard.finish()
    assert ("p3", 0.0, 3.0) in made
    assert ("late", 3.0, 1.0) in made
    assert len(made) == MOST_VOICES + 1


def test_a_name_that_comes_late_is_told():
    """The segment goes on under the same speaker."""
    segments = VoiceSegments()
    nameless = Speaker(ADA.speaker_id, "NoSpeaker")
    orders = [*segments.hear(Tick(0, 0.0, {nameless: LOUD})), *segments.hear(Tick(960, 0.02, {ADA: LOUD}))]
    assert [type(order) for order in orders] == [Begin, Sound, Renamed, Sound]
    assert orders[2] == Renamed(ADA)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(("loud", "silent", "lost", "away")), st.floats(0.02, 40.0))))
def test_every_sound_lies_where_it_was(happened: list[tuple[str, float]]):
    """Whatever happens, each loud tick is written, and at its own position."""
    heard, loud = Heard(), []
    for what, length_s in happened:
        seconds = round(length_s * TICKS_PER_S) / TICKS_PER_S
        if what == "loud":
            loud += list(range(heard.tick, heard.tick + round(seconds * TICKS_PER_S)))
        voices = {"loud": {"ada": LOUD}, "silent": {"ada": SILENCE}}.get(what, {})
        if what == "lost":
            heard.lose(seconds)
        else:
            heard.hear(seconds, **voices)
    heard.finish()
    position, written = 0, []
    for order in heard.orders:
        if isinstance(order, Begin):
            assert order.position >= position
            position = order.position
        elif isinstance(order, Sound):
            if order.samples is LOUD:
                written.append(position // CHUNK_SAMPLES)
            position += order.n_samples
    assert written == loud
