import json
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.live_audio_frame import LiveAudioFrame, decode_frame
from roomtone.bot.speaker import Speaker
from roomtone.session.capture.model import Samples, Tick
from roomtone.session.live.tick_messages import TickMessages, ready_message, wants_positions


def voices(ids: Iterable[str], value: int) -> dict[Speaker, Samples]:
    """A voice for each id, all samples the value."""
    return {Speaker(i, i.upper()): np.full(960, value, np.int16) for i in ids}


def decoded(message: str | bytes) -> LiveAudioFrame:
    """The frame in a binary message."""
    assert isinstance(message, bytes)
    frame = decode_frame(message)
    assert frame is not None
    return frame


def receive(messages: list[str | bytes]) -> list[tuple[str, int, int]]:
    """What the protocol page tells a client to do: the position of every frame."""
    position, heard = 0, []
    in_tick: set[str] = set()
    for message in messages:
        if isinstance(message, str):
            position, in_tick = json.loads(message)["position"], set()
            continue
        frame = decoded(message)
        if frame.speaker_id in in_tick:
            position, in_tick = position + 960, set()
        in_tick.add(frame.speaker_id)
        heard.append((frame.speaker_id, position, int(np.frombuffer(frame.pcm, "<i2")[0])))
    return heard


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from("abcde"), unique=True, max_size=5), st.integers(0, 2)), max_size=40
    )
)
def test_a_receiver_finds_every_frame_at_its_tick(steps):
    """Whoever comes, goes, is reordered or dropped: positions by the protocol's rules are the ticks'."""
    framing = TickMessages(4)
    framing.with_positions = True
    position = 0
    sent: list[tuple[str, int, int]] = []
    messages: list[str | bytes] = []
    for number, (ids, n_dropped) in enumerate(steps):
        position += 960 * (1 + n_dropped)
        messages += framing.messages(Tick(position, 0.0, voices(ids, number)))
        sent += [(speaker_id, position, number) for speaker_id in ids]
    assert sorted(receive(messages)) == sorted(sent)


def test_steady_running_needs_no_text():
    """A position is told once; then frames alone, old speakers first."""
    framing = TickMessages(2)
    framing.with_positions = True
    first = framing.messages(Tick(960, 0.0, voices("ab", 1)))
    assert json.loads(first[0]) == {"type": "position", "position": 960, "sample_rate": 48000}
    second = framing.messages(Tick(1920, 0.0, voices("cba", 1)))
    assert [decoded(message).speaker_id for message in second] == ["a", "b", "c"]


def test_no_text_for_who_did_not_ask():
    """A receiver that asked for nothing gets frames alone, whatever is missing; one that asks late is told then."""
    framing = TickMessages(4)
    first = framing.messages(Tick(960, 0.0, voices("a", 1)))
    later = framing.messages(Tick(96_000, 0.0, voices("b", 1)))
    assert all(isinstance(message, bytes) for message in first + later)
    framing.with_positions = True
    text, frame = framing.messages(Tick(96_960, 0.0, voices("b", 1)))
    assert json.loads(text)["position"] == 96_960
    assert decoded(frame).speaker_id == "b"


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ('{"type": "ack", "message": "hello", "positions": true}', True),
        ('{"type": "ack", "message": "hello"}', False),
        ('{"type": "ack", "positions": "yes"}', False),
        ('{"positions": true}', False),
        ("[1]", False),
        ("hello", False),
        (b'{"type": "ack", "positions": true}', False),
        ('{"type": "ack", "positions": true}' + " " * 5000, False),
    ],
)
def test_only_an_acknowledgement_asks_for_positions(message: str | bytes, wanted: bool):
    """A receiver asks for positions in its ack and nowhere else."""
    assert wants_positions(message) is wanted


def test_renamed_speaker_is_the_same_stream():
    """The order and the stream go by id; the frame has the new name."""
    framing = TickMessages(4)
    framing.messages(Tick(0, 0.0, voices("a", 1)))
    (message,) = framing.messages(Tick(960, 0.0, {Speaker("a", "Ada"): np.zeros(960, np.int16)}))
    assert decoded(message).speaker_name == "Ada"


def test_ready_names_the_bot():
    """The first message is the one that other clients of this API expect."""
    expected = {"type": "ready", "bot_id": "b1", "message": "Ready to receive messages"}
    assert json.loads(ready_message("b1")) == expected
