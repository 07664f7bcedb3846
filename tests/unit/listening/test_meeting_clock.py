"""The clock of the receiving side: counting, silence for the late, and what arrival times decide."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from roomtone.listening.meeting_clock import MAX_POSITION, SETTLE_S, MeetingClock, Placement

TICK = 960
TICK_S = 0.02


@dataclass(frozen=True)
class Sent:
    """A frame as a sender makes it: whose, and the tick it belongs to."""

    speaker: str
    tick: int


def meeting(first_ticks: dict[str, int], n_ticks: int) -> list[Sent]:
    """Every frame of a meeting in which each speaker appears at a tick and stays."""
    return [Sent(s, t) for t in range(n_ticks) for s, first in first_ticks.items() if t >= first]


def place(clock: MeetingClock[Sent], frames: list[tuple[Sent, float]]) -> list[Placement[Sent]]:
    """Take all frames at their arrival times and release what is held at the end."""
    placed = [p for sent, at_s in frames for p in clock.take(sent.speaker, TICK, at_s, sent)]
    return placed + clock.release()


speakers = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 60), min_size=1).map(
    lambda found: dict(sorted(found.items(), key=lambda item: item[1]))
)


@given(speakers, st.integers(61, 120), st.lists(st.floats(0, 0.4), min_size=1, max_size=40))
def test_position_is_the_count_whatever_the_network_does(first_ticks, n_ticks, delays_s):
    """With nothing lost, every frame lies exactly where it was sent, however late it came."""
    start = min(first_ticks.values())
    now_s, frames = 0.0, []
    for number, sent in enumerate(meeting(first_ticks, n_ticks)):
        now_s = max(now_s, 100.0 + sent.tick * TICK_S + delays_s[number % len(delays_s)])
        frames.append((sent, now_s))
    clock: MeetingClock[Sent] = MeetingClock()
    placed = place(clock, frames)
    assert [p.payload for p in placed] == [sent for sent, _ in frames]
    assert all(p.position == (p.payload.tick - start) * TICK for p in placed)
    assert clock.silence_inserted == 0


@given(speakers, st.lists(st.booleans(), min_size=1, max_size=400))
def test_nothing_overlaps_whatever_is_missing(first_ticks, kept):
    """With any frames missing, a speaker's frames never overlap, never run backwards and stay within the meeting."""
    sent_frames = [s for i, s in enumerate(meeting(first_ticks, 120)) if kept[i % len(kept)]]
    clock: MeetingClock[Sent] = MeetingClock()
    ends: dict[str, int] = {}
    for placement in place(clock, [(s, 5.0 + s.tick * TICK_S) for s in sent_frames]):
        assert placement.position >= ends.get(placement.speaker_id, 0)
        ends[placement.speaker_id] = placement.position + placement.n_samples
    assert clock.ends == ends
    assert clock.end <= 121 * TICK


@given(st.integers(1, 20), st.integers(5, 60), st.sampled_from(["a", "b", "c"]))
def test_one_speakers_missing_frames_move_nobody_else(every, n_lost, loser):
    """Frames missing for one speaker become silence of that speaker; others keep their places to a tick."""
    sent_frames = [
        s
        for s in meeting({"a": 0, "b": 0, "c": 0}, 200)
        if not (s.speaker == loser and s.tick % every == 0 and s.tick < n_lost)
    ]
    clock: MeetingClock[Sent] = MeetingClock()
    for placement in place(clock, [(s, 1.0 + s.tick * TICK_S) for s in sent_frames]):
        assert abs(placement.position - placement.payload.tick * TICK) <= TICK


@given(st.integers(60, 2000), st.integers(0, 40))
def test_a_gap_after_a_reconnect_becomes_silence(lost_ticks, late_ms):
    """Ticks lost with a connection are silence of the same length, to the arrival's accuracy."""
    sent_frames = meeting({"a": 0, "b": 0}, 50) + [
        Sent(s, t) for t in range(50 + lost_ticks, 150 + lost_ticks) for s in "ab"
    ]
    clock: MeetingClock[Sent] = MeetingClock()
    placed = []
    for sent in sent_frames:
        if sent.tick == 50 + lost_ticks and sent.speaker == "a":
            placed += clock.release()
            clock.reconnected()
        placed += clock.take(sent.speaker, TICK, 9.0 + sent.tick * TICK_S + late_ms / 1000, sent)
    placed += clock.release()
    assert len(placed) == len(sent_frames)
    assert all(abs(p.position - p.payload.tick * TICK) <= 2 * TICK for p in placed)
    assert clock.silence_inserted > 0


@given(st.integers(100, 400))
def test_a_stall_that_ends_in_a_burst_inserts_nothing(stalled_ticks):
    """Frames that were only held up on the way come in a burst and lie where they were sent."""
    frames = []
    for sent in meeting({"a": 0, "b": 3}, 100 + stalled_ticks + 100):
        on_time_s = 3.0 + sent.tick * TICK_S
        until_s = 3.0 + (100 + stalled_ticks) * TICK_S
        frames.append((sent, until_s if 100 <= sent.tick < 100 + stalled_ticks else on_time_s))
    clock: MeetingClock[Sent] = MeetingClock()
    assert all(p.position == p.payload.tick * TICK for p in place(clock, frames))
    assert clock.silence_inserted == 0


def test_the_clock_starts_at_ready():
    """Position 0 is the ready message: what passes before the first frame is silence."""
    clock: MeetingClock[None] = MeetingClock()
    clock.begin(10.0)
    (first,) = clock.take("a", TICK, 13.0, None)
    assert first.position == round(2.98 * 48_000)


def test_held_frames_come_out_in_order_and_soon():
    """After a reconnect frames are held no longer than the settling time and keep their order."""
    clock: MeetingClock[int] = MeetingClock()
    clock.take("a", TICK, 1.0, -1)
    clock.reconnected()
    placed = []
    for number in range(200):
        at_s = 4.0 + number * TICK_S
        placed += clock.take("a", TICK, at_s, number)
        assert number - len(placed) <= SETTLE_S / TICK_S
    assert [p.payload for p in placed] == list(range(200))[: len(placed)]


@given(st.sets(st.integers(0, 99), max_size=60), st.integers(0, 100_000), st.floats(0, 3))
def test_a_told_position_is_exact(lost_ticks, start, late_s):
    """A sender that says where it goes on is believed to the sample, however late its frames come."""
    clock: MeetingClock[Sent] = MeetingClock()
    clock.begin(0.0)
    placed, expected_tick = [], -1
    for tick in range(100):
        if tick in lost_ticks:
            continue
        if tick != expected_tick:
            clock.reconnected()
            placed += clock.move_to(start + tick * TICK)
        for speaker in ("a", "b", "c")[: 1 + tick % 3 if tick % 7 else 3]:
            if speaker == "a" or tick > 10:
                placed += clock.take(speaker, TICK, 50.0 + tick * TICK_S + late_s, Sent(speaker, tick))
        expected_tick = tick + 1
    assert clock.release() == []
    assert all(p.position == start + p.payload.tick * TICK for p in placed)


@given(st.lists(st.integers(-(10**15), 10**15)))
def test_no_position_moves_back_or_out_of_range(positions):
    """Wild positions neither undo what is placed nor make a file of a year."""
    clock: MeetingClock[None] = MeetingClock()
    clock.take("a", TICK, 1.0, None)
    for position in positions:
        end = clock.end
        clock.move_to(position)
        (placement,) = clock.take("a", TICK, 1.0, None)
        assert end <= placement.position <= MAX_POSITION + len(positions) * TICK
