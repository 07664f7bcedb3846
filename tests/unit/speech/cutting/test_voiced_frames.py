"""Sound becomes bounded pieces without long silences, and nothing that was said is lost or doubled."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.speech.cutting.voiced_frames import Frame, PieceEnds, voiced_frames
from roomtone.speech.local.utterances import FRAME_BYTES, FRAME_S

VOICE = b"\x01\x10" * (FRAME_BYTES // 2)
SILENCE = bytes(FRAME_BYTES)


def _cut(longest_s: float, *parts: tuple[bytes, float]) -> list[list[Frame]]:
    frames = [frame for frame, lasts_s in parts for _ in range(round(lasts_s / FRAME_S))]
    pieces: list[list[Frame]] = [[]]
    for item in voiced_frames(frames, lambda frame: frame == VOICE, longest_s):
        if isinstance(item, Frame):
            pieces[-1].append(item)
        elif isinstance(item, PieceEnds):
            pieces.append([])
    assert pieces.pop() == [], "every piece was ended"
    return pieces


def _length_s(piece: list[Frame]) -> float:
    return len(piece) * FRAME_S


def test_silence_is_sent_to_nobody():
    """There is no piece of silence, of a click, and of no sound at all."""
    assert _cut(60.0, (SILENCE, 30.0)) == []
    assert _cut(60.0, (SILENCE, 1.0), (VOICE, 0.06), (SILENCE, 1.0)) == []
    assert _cut(60.0) == []


def test_long_silences_are_left_out_and_short_ones_stay():
    """Of a minute's silence two seconds stay, one around each voice; a pause of a second and a half stays whole."""
    (piece,) = _cut(60.0, (SILENCE, 30.0), (VOICE, 2.0), (SILENCE, 60.0), (VOICE, 2.0), (SILENCE, 30.0))
    assert 7.0 < _length_s(piece) < 8.2
    (piece,) = _cut(60.0, (VOICE, 2.0), (SILENCE, 1.5), (VOICE, 2.0))
    assert [frame.number for frame in piece] == list(range(len(piece)))
    assert _length_s(piece) > 5.4


def test_a_piece_ends_in_a_pause_when_there_is_one():
    """Near its longest a piece ends in the next pause, so that no word is cut."""
    talk = [part for _ in range(12) for part in ((VOICE, 1.4), (SILENCE, 0.6))]
    pieces = _cut(10.0, *talk)
    assert len(pieces) == 3
    assert all(piece[-1].pcm == SILENCE for piece in pieces)


def test_a_piece_of_silence_does_not_follow_one_that_ended_in_a_pause():
    """What is left of the pause after the last word makes no piece."""
    assert len(_cut(10.0, (VOICE, 9.0), (SILENCE, 20.0))) == 1


def test_what_is_left_of_a_piece_that_was_cut_without_a_pause_is_no_piece_of_silence():
    """A cut among the last frames may leave a few of the silence after them, which nobody is sent."""
    assert len(_cut(5.0, (VOICE, 4.9), (SILENCE, 1.0))) == 1


@settings(max_examples=60)
@given(
    st.floats(5.0, 30.0),
    st.lists(st.tuples(st.sampled_from([VOICE, SILENCE]), st.floats(0.03, 40.0)), max_size=8),
)
def test_pieces_are_bounded_and_hold_every_voice_once(longest_s, parts):
    """Whatever was said when: frames stay in order, none is doubled, and of running speech none is missing."""
    pieces = _cut(longest_s, *parts)
    assert all(piece and _length_s(piece) <= longest_s + FRAME_S for piece in pieces)
    numbers = [frame.number for piece in pieces for frame in piece]
    assert numbers == sorted(set(numbers))
    assert all(any(frame.pcm == VOICE for frame in piece) for piece in pieces)
    sound = [frame for frame, lasts_s in parts for _ in range(round(lasts_s / FRAME_S))]
    assert all(sound[frame.number] == frame.pcm for piece in pieces for frame in piece)
    sent = set(numbers)
    for number in range(len(sound) - 10):
        if sound[number : number + 10] == [VOICE] * 10:
            assert sent.issuperset(range(number, number + 10))
