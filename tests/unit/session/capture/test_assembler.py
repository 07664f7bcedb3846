import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.session.capture.assembler import Assembler, TrackTick
from roomtone.session.capture.model import SILENCE, AudioChunk, Samples

START_S = 500.0


def ramp(track: int, first: int, n: int = 960) -> Samples:
    """Samples that tell their index, so that a lost or doubled one shows."""
    return ((np.arange(first, first + n) * 7 + track * 1000) % 30_000 + 1).astype(np.int16)


class Meeting:
    """Feeds chunks at their time of arrival and ticks the clock every 20 ms."""

    def __init__(self, *tracks: int) -> None:
        self.assembler = Assembler(START_S)
        for track in tracks:
            self.assembler.open_track(track)
        self.ticks: list[TrackTick] = []
        self.out_s: list[float] = []
        self.now_s = START_S

    def chunk(self, track: int, index: int, at_s: float, now_s: float | None = None) -> None:
        """Give one chunk in, now or at ``now_s``."""
        chunk = AudioChunk(track, at_s, index * 960, ramp(track, index * 960))
        self.assembler.take_chunk(chunk, self.now_s if now_s is None else now_s)
        self.collect()

    def pass_to(self, now_s: float) -> None:
        """Let time pass, 20 ms at once."""
        while self.now_s < now_s - 1e-9:
            self.now_s = min(now_s, self.now_s + 0.02)
            self.assembler.advance(self.now_s)
            self.collect()

    def collect(self) -> None:
        """Take what is due."""
        for tick in self.assembler.ready():
            self.ticks.append(tick)
            self.out_s.append(self.now_s)

    def finish(self, end_s: float) -> None:
        """Take the rest."""
        self.ticks.extend(self.assembler.finish(end_s))

    def heard(self, track: int) -> Samples:
        """All that came out of a track, silence included."""
        return np.concatenate([tick.sounds.get(track, SILENCE) for tick in self.ticks])


def test_without_tracks_the_clock_goes_on_100_ms_behind():
    """After a second of nothing 45 ticks of silence are out, and the end brings out the rest."""
    meeting = Meeting()
    meeting.pass_to(START_S + 1.0)
    assert len(meeting.ticks) == 45
    assert not any(tick.sounds for tick in meeting.ticks)
    meeting.finish(START_S + 1.0)
    assert [tick.position for tick in meeting.ticks] == [960 * n for n in range(50)]


@settings(max_examples=40, deadline=None)
@given(
    offsets=st.lists(st.integers(0, 959), min_size=1, max_size=4),
    data=st.data(),
)
def test_no_sample_is_lost_or_doubled_or_moved(offsets, data):
    """Tracks with any phase, jitter of stamps and of arrival: every sample comes out once, in its place."""
    n_chunks = 60
    meeting = Meeting()
    arrivals = []
    for track, offset in enumerate(offsets):
        meeting.assembler.open_track(track)
        jitter = st.floats(-0.001, 0.001)
        for index in range(n_chunks):
            at_s = START_S + 0.1 + offset / 48_000 + index * 0.02
            stamp_s = at_s + (data.draw(jitter) if index else 0.0)
            arrivals.append((at_s + 0.02 + data.draw(st.floats(0.0, 0.05)), track, index, stamp_s))
    # Chunks of one track never overtake each other, as on a socket.
    queues: dict[int, list[tuple[int, float]]] = {}
    for _, track, index, stamp_s in sorted(arrivals, key=lambda a: (a[1], a[2])):
        queues.setdefault(track, []).append((index, stamp_s))
    for now_s, track, _, _ in sorted(arrivals):
        meeting.pass_to(now_s)
        index, stamp_s = queues[track].pop(0)
        meeting.chunk(track, index, stamp_s, now_s)
    for track in range(len(offsets)):
        meeting.assembler.close_track(track)
    meeting.finish(START_S + 2.0)
    counts = meeting.assembler.counts
    assert (counts.late_samples_dropped, counts.gap_samples_filled) == (0, 0)
    for track, offset in enumerate(offsets):
        heard = meeting.heard(track)
        begin = 4800 + offset
        assert (heard[:begin] == 0).all()
        assert (heard[begin : begin + n_chunks * 960] == ramp(track, 0, n_chunks * 960)).all()
        assert (heard[begin + n_chunks * 960 :] == 0).all()
    assert len(meeting.ticks) == 100


def test_tick_is_out_as_soon_as_the_last_track_delivered_it():
    """In normal running a tick waits for nothing but its slowest track."""
    meeting = Meeting()
    for index in range(100):
        arrival_s = START_S + 0.2 + (index + 1) * 0.02 + 0.03
        meeting.pass_to(arrival_s)
        meeting.chunk(1, index, START_S + 0.2 + index * 0.02)
        meeting.chunk(2, index, START_S + 0.205 + index * 0.02)
    delays_s = [
        out_s - (START_S + (tick.position + 960) / 48_000)
        for tick, out_s in zip(meeting.ticks, meeting.out_s, strict=True)
        if tick.position > 48_000
    ]
    assert len(delays_s) > 50
    assert max(delays_s) < 0.03 + 0.0201


def test_track_that_stops_holds_the_others_for_a_second_once():
    """One track stops: ticks wait a second, then go on at full pace; its gap is counted; it may come back."""
    meeting = Meeting(1, 2)
    for index in range(400):
        at_s = START_S + index * 0.02
        meeting.pass_to(at_s + 0.04)
        meeting.chunk(1, index, at_s)
        if index < 100 or index >= 250:
            meeting.chunk(2, index if index < 100 else index - 150, at_s)
    waits_s = np.diff(meeting.out_s)
    assert 0.9 < waits_s.max() < 1.1
    assert (waits_s > 0.1).sum() == 1
    counts = meeting.assembler.counts
    assert counts.stalls == 1
    # Its first chunk after the gap finds its tick out already: nobody waited for it.
    assert counts.late_samples_dropped == 960
    assert counts.gap_samples_filled == 151 * 960
    assert (meeting.heard(1)[: 390 * 960] == ramp(1, 0, 390 * 960)).all()
    heard = meeting.heard(2)
    assert (heard[100 * 960 : 251 * 960] == 0).all()
    assert (heard[251 * 960 : 390 * 960] == ramp(2, 101 * 960, 139 * 960)).all()


def test_chunks_that_come_after_their_ticks_are_dropped_and_counted():
    """A track whose link hung for three seconds loses what is out already, and keeps its place."""
    meeting = Meeting()
    for index in range(50):
        meeting.pass_to(START_S + index * 0.02 + 0.04)
        meeting.chunk(1, index, START_S + index * 0.02)
    meeting.pass_to(START_S + 4.0)
    for index in range(50, 198):
        meeting.chunk(1, index, START_S + index * 0.02)
    meeting.finish(START_S + 4.0)
    counts = meeting.assembler.counts
    heard = meeting.heard(1)
    kept = heard != 0
    assert (heard[kept] == ramp(1, 0, 4 * 48_000)[kept]).all()
    assert counts.late_samples_dropped == (198 * 960) - kept.sum()
    assert 1.5 * 48_000 < counts.late_samples_dropped < 3.1 * 48_000


def test_a_hang_of_the_process_loses_nothing():
    """The clock's timer runs first after a hang of two seconds; chunks that waited meanwhile still count."""
    meeting = Meeting(0, 1, 2)
    for index in range(50):
        meeting.pass_to(START_S + index * 0.02 + 0.04)
        for track in range(3):
            meeting.chunk(track, index, START_S + index * 0.02)
    meeting.now_s += 2.0
    meeting.assembler.advance(meeting.now_s)
    meeting.collect()
    for index in range(50, 150):
        for track in range(3):
            meeting.chunk(track, index, START_S + index * 0.02)
    counts = meeting.assembler.counts
    assert (counts.late_samples_dropped, counts.gap_samples_filled, counts.stalls) == (0, 0, 0)
    assert len(meeting.ticks) == 150


def test_track_that_is_late_for_good_is_moved_instead_of_lost():
    """Chunks that always come 1.5 s late are heard from the third second on."""
    meeting = Meeting()
    for index in range(400):
        meeting.pass_to(START_S + 2 + index * 0.02)
        meeting.chunk(2, index, START_S + 2 + (index - 1) * 0.02)
        if index >= 50:
            meeting.chunk(1, index - 50, START_S + 0.5 + (index - 50) * 0.02)
    heard = meeting.heard(1)
    assert np.count_nonzero(heard) > 4 * 48_000
    first = int(np.flatnonzero(heard)[0])
    sounding = heard[first : first + 3 * 48_000]
    known = ramp(1, 0, 400 * 960)
    begin = int(
        np.flatnonzero((known[: 300 * 960] == sounding[0]) & (known[1 : 300 * 960 + 1] == sounding[1]))[0]
    )
    assert (sounding == known[begin : begin + len(sounding)]).all()


def test_track_that_closes_is_heard_to_its_last_sample_and_not_waited_for():
    """A closed track's tail comes out; the next tick does not wait."""
    meeting = Meeting(1, 2)
    for index in range(20):
        meeting.pass_to(START_S + index * 0.02 + 0.04)
        meeting.chunk(1, index, START_S + index * 0.02)
        meeting.chunk(2, index, START_S + 0.01 + index * 0.02)
    meeting.assembler.close_track(2)
    for index in range(20, 100):
        meeting.pass_to(START_S + index * 0.02 + 0.04)
        meeting.chunk(1, index, START_S + index * 0.02)
    assert len(meeting.ticks) == 100
    heard = meeting.heard(2)
    assert (heard[480 : 480 + 20 * 960] == ramp(2, 0, 20 * 960)).all()
    assert (heard[480 + 20 * 960 :] == 0).all()
    assert meeting.assembler.counts.gap_samples_filled == 0


def test_new_track_loses_nothing_of_its_beginning():
    """A track that opens while others run is expected for a moment, so that its first chunk is in time."""
    meeting = Meeting()
    for index in range(150):
        meeting.pass_to(START_S + index * 0.02 + 0.025)
        meeting.chunk(1, index, START_S + index * 0.02)
        if index == 50:
            meeting.assembler.open_track(2)
        if index >= 55:
            meeting.chunk(2, index - 55, START_S + (index - 2) * 0.02)
    assert meeting.assembler.counts.late_samples_dropped == 0
    heard = meeting.heard(2)
    assert (heard[53 * 960 : 140 * 960] == ramp(2, 0, 87 * 960)).all()


def test_unawaited_track_holds_nobody():
    """A track that nobody listens to may stop without holding the others."""
    meeting = Meeting()
    for index in range(100):
        meeting.pass_to(START_S + index * 0.02 + 0.04)
        meeting.chunk(1, index, START_S + index * 0.02)
        if index < 50:
            meeting.chunk(2, index, START_S + index * 0.02)
            meeting.assembler.await_track(2, awaited=False)
    assert len(meeting.ticks) == 100
    assert meeting.assembler.counts.stalls == 0


def test_sound_from_before_the_capture_is_left_out():
    """A track that was heard before position 0 begins at position 0, and nothing counts as late."""
    meeting = Meeting()
    for index in range(100):
        meeting.pass_to(START_S + max(0.0, (index - 10) * 0.02) + 0.04)
        meeting.chunk(1, index, START_S + (index - 10) * 0.02)
    assert meeting.assembler.counts.late_samples_dropped == 0
    assert (meeting.heard(1) == ramp(1, 9600, 90 * 960)).all()


@settings(max_examples=60, deadline=None)
@given(
    tracks=st.lists(
        st.lists(st.tuples(st.integers(0, 12), st.floats(0.0, 1.6), st.booleans()), min_size=1, max_size=25),
        min_size=1,
        max_size=3,
    )
)
def test_every_sample_comes_out_once_or_is_counted(tracks):
    """Gaps, losses, bursts and stalls in any order: nothing is doubled, swapped or lost without a count."""
    meeting = Meeting()
    arrivals = []
    for track, chunks in enumerate(tracks):
        at_s, first, arrives_s = START_S + 0.2, 0, 0.0
        for number, (gap_chunks, delay_s, is_loss) in enumerate(chunks):
            at_s += gap_chunks * 0.02
            first += gap_chunks * 960 if is_loss else 0
            arrives_s = max(arrives_s, at_s + 0.02 + delay_s)  # a socket keeps the order
            samples = np.full(960, number + 1, np.int16)
            arrivals.append((arrives_s, number, track, AudioChunk(track, at_s, first, samples)))
            at_s += 0.02
            first += 960
    for arrives_s, _, _, chunk in sorted(arrivals, key=lambda arrival: arrival[:3]):
        meeting.pass_to(arrives_s)
        meeting.assembler.take_chunk(chunk, arrives_s)
        meeting.collect()
    meeting.finish(meeting.now_s + 3.0)
    assert [tick.position for tick in meeting.ticks] == [960 * n for n in range(len(meeting.ticks))]
    n_heard = 0
    for track, chunks in enumerate(tracks):
        heard = meeting.heard(track)
        heard = heard[heard != 0]
        assert (np.diff(heard) >= 0).all()
        assert np.bincount(heard, minlength=1).max(initial=0) <= 960
        n_heard += len(heard)
        assert len(heard) <= 960 * len(chunks)
    counts = meeting.assembler.counts
    assert n_heard + counts.late_samples_dropped == counts.samples_received
