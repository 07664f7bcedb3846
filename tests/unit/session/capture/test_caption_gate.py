"""Captions whose words were said in a pause."""

from __future__ import annotations

import pytest

from roomtone.session.capture.caption_gate import CAPTION_LAG_S, MOST_BARRED, CaptionGate
from roomtone.session.capture.model import CaptionHeard
from roomtone.session.capture.pauses import RESUME_GUARD_S, Pauses


@pytest.fixture
def pauses() -> Pauses:
    """No pause yet."""
    return Pauses()


def caption(caption_id: str, at_s: float) -> CaptionHeard:
    """A version of a caption."""
    return CaptionHeard(caption_id, "1", "words", is_final=False, at_s=at_s)


def test_only_captions_free_of_a_pause_are_admitted(pauses: Pauses):
    """One that grew in a pause is not, even after it; nor is one that comes so soon that it may be late."""
    gate = CaptionGate(pauses)
    assert gate.admits(caption("before", 9.9))
    pauses.pause(10.0)
    assert not gate.admits(caption("before", 10.5))
    assert not gate.admits(caption("in", 11.0))
    pauses.resume(20.0)
    assert not gate.admits(caption("late", 20.0 + CAPTION_LAG_S))
    after_s = 20.0 + RESUME_GUARD_S + CAPTION_LAG_S + 0.1
    assert [gate.admits(caption(one, after_s)) for one in ("before", "in", "late", "new")] == [
        False,
        False,
        False,
        True,
    ]


def test_a_page_cannot_fill_the_memory(pauses: Pauses):
    """Of what is barred the latest are remembered."""
    gate = CaptionGate(pauses)
    pauses.pause(0.0)
    for number in range(MOST_BARRED + 5):
        assert not gate.admits(caption(str(number), 1.0))
    assert len(gate._barred) == MOST_BARRED
