"""The clock of a connection, the sound that is kept, the queue of messages, and what is warned of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.live.transcription.kept_sound import KeptPiece, KeptSound
from roomtone.session.live.transcription.making import mode_of, tail_s
from roomtone.session.live.transcription.message_queue import MessageQueue
from roomtone.session.live.transcription.stream_clock import StreamClock
from roomtone.session.live.transcription.troubles import Troubles
from roomtone.speech.streaming.errors import StreamEnded

RATE = 1000
PIECE = bytes(2 * 60)
"""60 ms."""


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 40)), min_size=1, max_size=12))
def test_every_moment_of_a_connection_lies_where_its_sound_was(runs):
    """Whatever was left out between runs of sound: each sample's time is that of the recording."""
    clock = StreamClock(RATE)
    expected: list[tuple[float, float]] = []
    at_ms = given_ms = 0
    for gap_ms, n_pieces in runs:
        at_ms += gap_ms
        for _ in range(n_pieces):
            clock.give(at_ms / 1000, PIECE)
            expected.append((given_ms / 1000, at_ms / 1000))
            at_ms, given_ms = at_ms + 60, given_ms + 60
    for given_s, at_s in expected:
        assert clock.begins_s(given_s + 0.01) == pytest.approx(at_s + 0.01, abs=0.003)
        assert clock.ends_s(given_s + 0.06) == pytest.approx(at_s + 0.06, abs=0.003)


def test_a_word_that_ends_at_a_jump_ends_before_it():
    """Its end is not moved over the silence that was left out; the next word begins after it."""
    clock = StreamClock(RATE)
    clock.give(10.0, PIECE)
    clock.give(30.0, PIECE)
    assert clock.ends_s(0.06) == pytest.approx(10.06)
    assert clock.begins_s(0.06) == pytest.approx(30.0)


def filled(*at_s: float) -> KeptSound:
    """Sound with pieces at these times, kept for 5 s."""
    kept = KeptSound(RATE, keep_s=5.0)
    for at in at_s:
        kept.add(KeptPiece(at, PIECE))
    return kept


def test_what_is_settled_is_not_heard_again_and_the_rest_is():
    """After a break a connection gets what has no final words, in order."""
    kept = filled(1.0, 1.06, 1.12, 1.18)
    taken = [kept.take() for _ in range(3)]
    assert [piece.at_s for piece in taken if piece is not None] == [1.0, 1.06, 1.12]
    kept.settle(1.121)
    kept.rewind()
    again = [kept.take() for _ in range(3)]
    assert [piece.at_s for piece in again if piece is not None] == [1.12, 1.18]


def test_old_sound_is_dropped_and_only_what_nobody_took_is_counted():
    """Taken sound is the provider's by now."""
    kept = filled(1.0, 1.06, 1.12)
    kept.take()
    assert kept.expire(6.1) == 0
    assert kept.expire(6.15) == pytest.approx(0.06)
    assert kept.expire(7.0) == pytest.approx(0.06)
    assert kept.dropped_s == pytest.approx(0.12)
    assert not kept.is_waiting


def message(number: int, *, final: bool, utterance: str = "u") -> dict[str, Any]:
    """What a queue looks at."""
    return {
        "utterance_id": utterance,
        "speakerId": "ada",
        "is_final": final,
        "end_of_turn": False,
        "sequence": number,
    }


def taken(queue: MessageQueue, now_s: float) -> list[str]:
    """All that waits, as text."""
    texts = []
    while (one := queue.take(now_s)) is not None:
        texts.append(one.text.rpartition('"sequence": ')[2].rstrip("}"))
    return texts


def test_what_changes_makes_room_first_and_gets_old_sooner():
    """Superseded at once; when it is full, before what is final; after 5 s and 60 s."""
    queue = MessageQueue(most=3)
    queue.put(message(1, final=False), 0.0)
    queue.put(message(2, final=False), 0.0)
    assert (len(queue), queue.n_dropped) == (1, 1)
    queue.put(message(3, final=True, utterance="v"), 0.0)
    queue.put(message(4, final=True, utterance="w"), 0.0)
    queue.put(message(5, final=True, utterance="x"), 0.0)
    assert taken(queue, 1.0) == ["3", "4", "5"]
    queue.put(message(6, final=False), 10.0)
    queue.put(message(7, final=True, utterance="v"), 10.0)
    assert taken(queue, 15.1) == ["7"]
    queue.put(message(8, final=True), 20.0)
    assert taken(queue, 80.1) == []
    assert (queue.n_dropped, queue.n_finals_dropped) == (4, 1)


def test_what_was_not_delivered_comes_first_again_if_it_is_final():
    """The order stays; what may change is not worth a second attempt."""
    queue = MessageQueue()
    queue.put(message(1, final=True, utterance="a"), 0.0)
    queue.put(message(2, final=True, utterance="b"), 0.0)
    first = queue.take(0.1)
    assert first is not None
    queue.put_back(first)
    assert taken(queue, 0.2) == ["1", "2"]
    queue.put(message(3, final=False), 1.0)
    changing = queue.take(1.0)
    assert changing is not None
    queue.put_back(changing)
    assert len(queue) == 0


@pytest.mark.parametrize(
    ("code", "retryable", "warned"),
    [
        ("unreachable", True, "unreachable"),
        ("closed", True, "disconnected"),
        ("too_many_streams", True, "refused"),
        ("key_refused", False, "refused"),
        ("no_funds", False, "refused"),
        ("bad_request", False, "refused"),
    ],
)
def test_trouble_is_told_once_for_each_change(code, retryable, warned):
    """By its code, until words come again."""
    told: list[str] = []
    troubles = Troubles(lambda what, _message: told.append(what))
    for _ in range(3):
        troubles.ended(StreamEnded(code, "because", retryable=retryable))
    troubles.heard()
    troubles.heard()
    assert told == [f"live_transcription_{warned}", "live_transcription_connected"]
    assert troubles.is_hopeless is (not retryable)


def test_the_tail_is_as_long_as_the_providers_patience():
    """Options that ask for more silence get it, within bounds."""
    assert tail_s({}) == 1.0
    assert tail_s({"endpointing": 300}) == 1.0
    assert tail_s({"endpointing": 2000}) == pytest.approx(2.3)
    assert tail_s({"min_end_of_turn_silence_when_confident": "60000"}) == 5.0


def test_the_mode_is_the_options_or_raw():
    """An option of most providers."""
    assert [mode_of({}), mode_of({"transcription_mode": "word"})] == ["raw", "word"]


def test_half_a_surrogate_pair_can_be_sent():
    """A provider may tell one; as it is, every connection it is sent over would break."""
    queue = MessageQueue()
    fields = {"utterance_id": "1", "speakerId": "1", "is_final": True, "end_of_turn": True}
    queue.put(fields | {"transcript": "so \ud83d"}, 0.0)
    message = queue.take(1.0)
    assert message is not None
    assert json.loads(message.text.encode())["transcript"] == "so ?"
