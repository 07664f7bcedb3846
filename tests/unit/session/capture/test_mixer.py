import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.mixer import KNEE, add_saturated, mix
from roomtone.session.capture.model import SILENCE

voices = st.lists(st.lists(st.integers(-32768, 32767), min_size=8, max_size=8), max_size=6)


@given(voices)
def test_mix_is_the_sum_below_the_knee_and_bent_above(lists):
    """Below 0.9 of full scale the mix is the plain sum; above it keeps the sign and the order."""
    mixed = mix([np.array(samples, np.int16) for samples in lists])
    total = np.array(lists, np.int64).reshape(len(lists), 8).sum(axis=0)
    if not lists:
        assert mixed is SILENCE
        return
    assert mixed.dtype == np.int16
    below = np.abs(total) <= KNEE
    assert (mixed[below] == total[below]).all()
    assert (np.abs(mixed[~below].astype(int)) >= KNEE).all()
    assert (np.sign(mixed[~below]) == np.sign(total[~below])).all()
    assert (np.diff(mixed[np.argsort(total)].astype(int)) >= 0).all()


def test_silence_costs_and_changes_nothing():
    """One voice among silent ones is that very voice."""
    voice = np.full(960, 1000, np.int16)
    assert mix([SILENCE, voice, SILENCE]).tolist() == voice.tolist()
    assert mix([SILENCE, SILENCE]) is SILENCE


def test_two_sounds_of_one_speaker_saturate():
    """30,000 and 10,000 are full scale, not a wrapped negative."""
    loud, quiet = np.full(4, 30_000, np.int16), np.full(4, 10_000, np.int16)
    assert add_saturated(loud, quiet).tolist() == [32_767] * 4
    assert add_saturated(-loud, -quiet).tolist() == [-32_768] * 4
    assert add_saturated(SILENCE, quiet) is quiet
    assert add_saturated(loud, SILENCE) is loud
