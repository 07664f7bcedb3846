"""An engine that only knows whole utterances, asked again and again while one is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.speech.local.engines import Heard, Rest, RunningWhole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.speech.local.utterances import Utterance

SECOND = bytes(32_000)


class SlowEngine:
    """Hears a word a second of sound, and takes a second of the clock each time."""

    language: str | None = "de"

    def __init__(self) -> None:
        self.now_s = 0.0
        self.n_asked = 0

    def words(self, utterance: Utterance) -> Iterator[Heard]:
        """See ``Engine``."""
        self.n_asked += 1
        self.now_s += 1.0
        for n in range(len(utterance.pcm) // len(SECOND)):
            yield (f"w{n}", f"w{n}", float(n), n + 0.5, None)


def test_it_is_asked_for_a_third_of_the_time_at_most():
    """After a second of recognising it rests for two, and everything said until then is heard at once."""
    engine = SlowEngine()
    running = RunningWhole(engine, clock=lambda: engine.now_s)
    running.begin()
    answers = []
    for _ in range(30):
        running.hear(SECOND)
        answers.append(running.words_so_far())
        engine.now_s += 0.5
    told = [len(words) for words in answers if words is not None]
    assert told == sorted(told)
    assert told[0] == 1
    assert engine.n_asked == len(told)
    assert engine.n_asked * 1.0 <= engine.now_s / 3 + 1


def test_the_end_hears_all_of_it_and_the_next_utterance_nothing_of_it():
    """``finish`` never rests; what was said before ``begin`` is forgotten."""
    engine = SlowEngine()
    running = RunningWhole(engine, clock=lambda: engine.now_s)
    running.begin()
    running.hear(SECOND)
    running.words_so_far()
    running.hear(SECOND)
    assert running.words_so_far() is None
    assert [word[0] for word in running.finish()] == ["w0", "w1"]
    running.begin()
    running.hear(SECOND)
    assert [word[0] for word in running.finish()] == ["w0"]
    assert running.language == "de"


def test_those_who_share_an_engine_share_its_third():
    """Two voices at once do not ask it twice as often: what is over would have to wait for them."""
    engine, rest = SlowEngine(), Rest()
    voices = [RunningWhole(engine, clock=lambda: engine.now_s, rest=rest) for _ in range(2)]
    for voice in voices:
        voice.begin()
    n_told = 0
    for _ in range(30):
        for voice in voices:
            voice.hear(SECOND)
            n_told += voice.words_so_far() is not None
        engine.now_s += 0.5
    assert n_told == engine.n_asked
    assert 5 < engine.n_asked * 1.0 <= engine.now_s / 3 + 1
    rest.until_s = engine.now_s + 60
    assert all(voice.words_so_far() is None for voice in voices)
    assert [len(voice.finish()) for voice in voices] == [30, 30]
