"""When each piece of the bot's voice is due."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.voice_queue import LEAD_S, MOST_WAITING_S, VoiceFull, VoiceQueue

SECOND = np.arange(48_000, dtype=np.int32).astype(np.int16)


def test_pieces_leave_a_little_ahead_of_their_time() -> None:
    """No more than the lead, however often it is asked, and all of it in the end."""
    queue = VoiceQueue()
    queue.put(SECOND)
    first = list(queue.due(10.0))
    assert sum(len(one.samples) for one in first) / 48_000 == pytest.approx(LEAD_S, abs=0.02)
    assert list(queue.due(10.0)) == []
    rest = [piece for step in range(100) for piece in queue.due(10.0 + step * 0.02)]
    assert np.array_equal(np.concatenate([one.samples for one in (*first, *rest)]), SECOND)
    assert queue.ends_s == pytest.approx(11.0)
    assert {one.turn for one in rest} == {1}


@given(st.lists(st.integers(1, 4000), max_size=8), st.lists(st.floats(0.0, 0.3), min_size=60, max_size=80))
def test_sound_comes_out_whole_and_in_order(lengths: list[int], steps_s: list[float]) -> None:
    """Whatever the lengths and however late the pieces are fetched; positions count every sample."""
    queue = VoiceQueue()
    said = [np.full(n, place, np.int16) for place, n in enumerate(lengths)]
    for samples in said:
        queue.put(samples)
    now_s, pieces = 0.0, []
    for step_s in [*steps_s, 100.0, 100.0]:
        now_s += step_s
        pieces += list(queue.due(now_s))
    got = [sample for one in pieces for sample in one.samples]
    assert got == [sample for one in said for sample in one][: len(got)]
    assert [one.position for one in pieces] == list(np.cumsum([0, *(len(p.samples) for p in pieces)])[:-1])
    assert all(0 < len(one.samples) <= 960 for one in pieces)


def test_more_than_half_a_minute_is_refused_whole() -> None:
    """What is there stays; there is room again when some of it was said."""
    queue = VoiceQueue()
    for _ in range(30):
        queue.put(SECOND)
    with pytest.raises(VoiceFull, match="at most 30 s"):
        queue.put(SECOND[:1])
    assert queue.waiting_s == MOST_WAITING_S
    list(queue.due(0.0))
    queue.put(SECOND[:1])


def test_what_was_forgotten_does_not_come() -> None:
    """The next sound begins at once, as another turn and at its own beginning."""
    queue = VoiceQueue()
    queue.put(SECOND)
    list(queue.due(0.0))
    assert queue.clear(0.05) == 1
    assert list(queue.due(0.1)) == []
    queue.put(SECOND[:960])
    (piece,) = queue.due(0.1)
    assert (piece.turn, piece.position) == (2, 0)
    assert queue.ends_s == pytest.approx(0.12)


def test_a_pause_is_not_caught_up_with() -> None:
    """Sound that comes after a silence is paced from then on."""
    queue = VoiceQueue()
    queue.put(SECOND[:960])
    list(queue.due(0.0))
    queue.put(SECOND)
    assert sum(len(one.samples) for one in queue.due(5.0)) / 48_000 == pytest.approx(LEAD_S, abs=0.02)
