"""Sound is cut into utterances."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.speech.local.utterances import FRAME_BYTES, FRAME_S, LONGEST_S, Utterance, utterances

VOICE = b"\x01\x10" * (FRAME_BYTES // 2)
SILENCE = bytes(FRAME_BYTES)


def _cut(*parts: tuple[bytes, float]) -> list[Utterance]:
    frames = [frame for frame, lasts_s in parts for _ in range(round(lasts_s / FRAME_S))]
    return [u for u in utterances(frames, lambda frame: frame == VOICE) if isinstance(u, Utterance)]


def test_silence_has_no_utterance():
    """Nothing is recognised in silence, and nothing in no sound at all."""
    assert _cut((SILENCE, 30.0)) == []
    assert _cut() == []


def test_a_click_is_no_utterance():
    """A sound shorter than any word is left out."""
    assert _cut((SILENCE, 1.0), (VOICE, 0.09), (SILENCE, 1.0)) == []


def test_a_voice_is_cut_out_with_some_silence_around():
    """An utterance begins a little before the voice and ends a little after, at its own time."""
    (found,) = _cut((SILENCE, 3.0), (VOICE, 2.0), (SILENCE, 3.0))
    assert 2.5 < found.start_s < 3.0
    assert 5.0 < found.end_s < 5.6
    assert found.pcm.count(VOICE) >= 66


def test_a_pause_between_words_does_not_cut_and_a_longer_one_does():
    """Half a second is within a sentence, a second is not."""
    assert len(_cut((VOICE, 1.0), (SILENCE, 0.5), (VOICE, 1.0), (SILENCE, 1.0))) == 1
    assert len(_cut((VOICE, 1.0), (SILENCE, 1.0), (VOICE, 1.0), (SILENCE, 1.0))) == 2


def test_endless_speech_is_cut_at_its_quietest():
    """Speech without a pause is cut in pieces that are bounded, without losing a frame."""
    found = _cut((VOICE, 65.0))
    assert len(found) == 4
    assert all(u.end_s - u.start_s <= LONGEST_S + FRAME_S for u in found)
    assert b"".join(u.pcm for u in found) == VOICE * round(65.0 / FRAME_S)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([VOICE, SILENCE]), st.floats(0.03, 25.0)), max_size=8))
def test_utterances_follow_each_other_and_are_where_they_say(parts):
    """Whatever was said when: utterances are in order, do not overlap, and hold the sound of their time."""
    sound = b"".join(frame for frame, lasts_s in parts for _ in range(round(lasts_s / FRAME_S)))
    end_s = 0.0
    for found in _cut(*parts):
        assert found.start_s >= end_s - 1e-6
        end_s = found.end_s
        first = round(found.start_s / FRAME_S) * FRAME_BYTES
        assert sound[first : first + len(found.pcm)] == found.pcm
