import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.sound_ring import SoundRing


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(-30, 120), st.integers(1, 40)),
            st.tuples(st.just("take"), st.integers(1, 50), st.just(0)),
        ),
        max_size=30,
    )
)
def test_reads_what_was_written_and_silence_elsewhere(steps):
    """A ring of 50 is the same as an endless array of which only a window of 50 can be written."""
    ring = SoundRing(50)
    model = np.zeros(10_000, dtype=np.int16)
    value = 0
    for what, a, b in steps:
        if what == "write":
            position = ring.begin + a - 30
            value += 1
            samples = np.full(b, value, dtype=np.int16)
            lost = ring.write(position, samples)
            kept = range(max(position, ring.begin), min(position + b, ring.begin + 50))
            model[list(kept)] = value
            assert lost == b - len(kept)
        else:
            begin = ring.begin
            assert ring.take(a).tolist() == model[begin : begin + a].tolist()
            assert ring.begin == begin + a
    assert ring.take(50).tolist() == model[ring.begin - 50 : ring.begin].tolist()
