"""Black pictures in the place of what was seen in a pause."""

from __future__ import annotations

import io
import itertools

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.black_pictures import BlackPictures
from roomtone.session.capture.model import VideoPacket
from roomtone.session.capture.pauses import Pauses
from roomtone.session.capture.picture_gate import LAG_S, PICTURE_S, PictureGate


def seen(at_s: float, *, is_key: bool = False) -> VideoPacket:
    """A picture of the source."""
    return VideoPacket(at_s, b"seen", is_key)


def is_seen(packet: VideoPacket) -> bool:
    """Whether a packet is the source's."""
    return packet.data == b"seen"


@pytest.fixture
def pauses() -> Pauses:
    """No pause yet."""
    return Pauses()


@pytest.fixture
def gate(pauses: Pauses) -> PictureGate:
    """A gate that makes small pictures."""
    return PictureGate(pauses, lambda: BlackPictures(64, 48))


def test_pictures_pass_while_nothing_is_paused(gate: PictureGate):
    """Each one as it is, and no other."""
    assert gate.take(seen(1.0, is_key=True)) == [seen(1.0, is_key=True)]
    assert gate.due(5.0) == []
    assert gate.finish(5.0) == []


def test_a_pause_is_black_from_its_first_moment_to_the_first_key_frame_after_it(
    gate: PictureGate, pauses: Pauses
):
    """Not even what was stamped before and comes late is let through; stamps rise, without a hole."""
    kept = gate.take(seen(0.9, is_key=True))
    pauses.pause(1.0)
    kept += gate.pause(1.0)
    kept += gate.take(seen(0.96)) + gate.take(seen(1.5, is_key=True)) + gate.due(2.0)
    pauses.resume(2.0)
    kept += gate.take(seen(2.01, is_key=True)) + gate.take(seen(2.2)) + gate.due(2.3)
    kept += gate.take(seen(2.4, is_key=True)) + gate.take(seen(2.44))
    assert [packet.at_s for packet in kept if is_seen(packet)] == [0.9, 2.4, 2.44]
    assert kept[1].at_s == 1.0
    assert kept[1].is_key
    stamps = [packet.at_s for packet in kept]
    assert stamps == sorted(set(stamps))
    assert max(np.diff(stamps)) <= max(2 * PICTURE_S, 0.1 + 1e-9)


def test_black_pictures_leave_room_for_the_first_one_after_them(gate: PictureGate, pauses: Pauses):
    """It is some time on its way and keeps its stamp."""
    pauses.pause(1.0)
    kept = gate.pause(1.0)
    pauses.resume(2.0)
    kept += gate.due(2.2)
    assert kept[-1].at_s <= 2.2 - LAG_S
    assert [packet.at_s for packet in gate.take(seen(2.1, is_key=True))][-1] == 2.1


def test_a_second_pause_before_the_first_is_left_goes_on_black(gate: PictureGate, pauses: Pauses):
    """No key frame of the moment between is waited for."""
    pauses.pause(1.0)
    gate.pause(1.0)
    pauses.resume(2.0)
    pauses.pause(2.5)
    assert gate.pause(2.5) == []
    assert gate.take(seen(2.4, is_key=True)) == []
    assert not any(is_seen(packet) for packet in gate.due(4.0))


def test_a_recording_that_ends_in_a_pause_is_black_to_its_end(gate: PictureGate, pauses: Pauses):
    """The lag is made up for."""
    pauses.pause(1.0)
    gate.pause(1.0)
    gate.due(3.0)
    assert gate.finish(3.0)[-1].at_s == pytest.approx(3.0, abs=PICTURE_S)


@given(
    st.lists(st.sampled_from(["pause", "resume", "wait", "wait", "wait"]), max_size=40),
    st.integers(1, 9),
    st.floats(0.0, 0.3),
)
def test_no_picture_of_a_pause_is_let_through(moves: list[str], key_every: int, late_s: float):
    """Whatever is paused when, and however late pictures come: none of a pause, none that needs one of it."""
    pauses = Pauses()
    gate = PictureGate(pauses, lambda: BlackPictures(64, 48))
    sent = [seen(n / 25, is_key=n % key_every == 0) for n in range(len(moves) * 5)]
    kept: list[VideoPacket] = []
    spans: list[list[float]] = []
    for number, move in enumerate(moves):
        now_s = number / 5
        if move == "pause" and pauses.pause(now_s):
            kept += gate.pause(now_s)
            spans.append([now_s, float("inf")])
        elif move == "resume" and pauses.resume(now_s):
            spans[-1][1] = pauses.until_s
        for tick in range(10):
            at_s = now_s + tick / 50
            kept += gate.due(at_s)
            while sent and sent[0].at_s + late_s <= at_s:
                kept += gate.take(sent.pop(0))
    assert not [p for p in kept if is_seen(p) and any(a <= p.at_s < b for a, b in spans)]
    for before, packet in itertools.pairwise(kept):
        if is_seen(packet) and not is_seen(before):
            assert packet.is_key
            assert packet.at_s >= max(until_s for since_s, until_s in spans if since_s <= packet.at_s)
        if not is_seen(packet) and is_seen(before):
            assert packet.is_key


def test_black_is_black():
    """Every picture decodes, in a row, to luma 16; one in 25 is a key frame, the first is."""
    black = BlackPictures(64, 48)
    packets = [black.next(n / 25) for n in range(120)]
    assert [n for n, packet in enumerate(packets) if packet.is_key] == [0, 25, 50, 75, 100]
    with av.open(io.BytesIO(b"".join(packet.data for packet in packets)), "r", format="h264") as container:
        frames = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    assert len(frames) == 120
    assert all((frame[:48] == 16).all() and (frame[48:] == 128).all() for frame in frames)
