"""Where utterances begin and end while they are spoken."""

from __future__ import annotations

import pytest

from roomtone.speech.local.utterances import FRAME_BYTES, FRAME_S
from roomtone.speech.streaming.utterance_cutter import SpokenUtterance, UtteranceCutter

LOUD, QUIET = b"\1\1" * (FRAME_BYTES // 2), bytes(FRAME_BYTES)


def cut(*parts: tuple[bytes, float], piece_bytes: int = 1000) -> list[SpokenUtterance]:
    """The utterances of a sound of these parts, heard in pieces."""
    cutter = UtteranceCutter(lambda frame: frame == LOUD)
    sound = b"".join(frame * round(seconds / FRAME_S) for frame, seconds in parts)
    begun = []
    for first in range(0, len(sound), piece_bytes):
        begun += cutter.hear(sound[first : first + piece_bytes])
    return begun


@pytest.mark.parametrize("piece_bytes", [100, 960, 1000, 50_000])
def test_an_utterance_is_there_as_soon_as_it_is_heard_and_over_after_a_pause(piece_bytes):
    """It begins a little before the voice; two with a second between them are two."""
    first, second = cut(
        (QUIET, 1.5), (LOUD, 1.5), (QUIET, 1.5), (LOUD, 0.9), (QUIET, 0.3), piece_bytes=piece_bytes
    )
    assert first.start_s == pytest.approx(1.5, abs=0.35)
    assert first.start_s < 1.5
    assert first.is_over
    assert not second.is_over
    assert bytes(first.pcm).count(LOUD) == 50
    assert second.start_s == pytest.approx(4.5, abs=0.35)


def test_clicks_are_no_utterance():
    """Less than 150 ms of voice."""
    assert cut((QUIET, 1.0), (LOUD, 0.09), (QUIET, 1.0)) == []


def test_long_speech_is_cut_at_short_pauses_and_in_any_case():
    """From 10 s on a pause of 0.1 s will do; without any it is cut at 20 s, and no frame is lost."""
    utterances = cut((LOUD, 12.0), (QUIET, 0.12), (LOUD, 12.0))
    assert [round(one.n_bytes / FRAME_BYTES * FRAME_S) for one in utterances] == [12, 12]
    endless = cut((LOUD, 45.0))
    assert [one.is_over for one in endless] == [True, True, False]
    assert sum(bytes(one.pcm).count(LOUD) for one in endless) == 1500


def test_a_pause_that_is_told_ends_it():
    """What goes on is over."""
    cutter = UtteranceCutter(lambda frame: frame == LOUD)
    (utterance,) = cutter.hear(LOUD * 20)
    cutter.pause()
    assert utterance.is_over
    assert cutter.current is None
