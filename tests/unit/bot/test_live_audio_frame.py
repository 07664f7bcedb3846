from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.live_audio_frame import LiveAudioFrame, MalformedFrame, decode_frame, encode_frame

GOLDEN = Path(__file__).parent / "golden"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
frames = st.builds(LiveAudioFrame, texts, texts, st.binary(max_size=200).map(lambda b: b[: len(b) // 2 * 2]))


@pytest.mark.parametrize(("name", "length_bytes"), [("alice-4.hex", 4), ("alice-2.hex", 2)])
def test_bytes_are_the_documented_ones(name, length_bytes):
    """Both widths, byte by byte, and the decoder finds out which it is."""
    golden = bytes.fromhex((GOLDEN / name).read_text())
    frame = LiveAudioFrame("user_42", "Alice", b"\x01\x00\xff\xff")
    assert encode_frame(frame, length_bytes) == golden
    assert decode_frame(golden) == frame


@given(frames, st.sampled_from([2, 4]))
def test_round_trip_in_the_given_width(frame, length_bytes):
    """What is encoded is decoded, whatever the texts."""
    assert decode_frame(encode_frame(frame, length_bytes), length_bytes) == frame


@given(frames.filter(lambda frame: len(frame.speaker_id) >= 2 and frame.speaker_id[0] != "\0"))
def test_width_is_found_out(frame):
    """Every id of two characters that is not binary zeros tells the width."""
    assert decode_frame(encode_frame(frame, 4)) == frame
    assert decode_frame(encode_frame(frame, 2)) == frame


@given(st.binary(max_size=100), st.sampled_from([None, 2, 4]))
def test_any_bytes_are_a_frame_or_refused(data, length_bytes):
    """A wrong message never raises anything but ``MalformedFrame``."""
    try:
        frame = decode_frame(data, length_bytes)
    except MalformedFrame:
        return
    assert (frame is None) == (data[0] != 1)


@given(st.integers(0, 20))
def test_cut_frame_is_refused(n_bytes):
    """A message that ends inside its header is no frame."""
    whole = encode_frame(LiveAudioFrame("user_42", "Alice", b""), 4)
    with pytest.raises(MalformedFrame):
        decode_frame(whole[: min(n_bytes, len(whole) - 1)], 4)


def test_other_message_types_are_none():
    """Readers ignore what they do not know."""
    assert decode_frame(b"\x02anything") is None


def test_text_too_long_for_two_bytes_is_cut_at_a_character():
    """65,535 bytes at most, and never half a character."""
    frame = LiveAudioFrame("a", "é" * 40_000, b"")
    decoded = decode_frame(encode_frame(frame, 2), 2)
    assert decoded is not None
    assert decoded.speaker_name == "é" * 32_767
