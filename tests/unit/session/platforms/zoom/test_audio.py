"""What the call's audio button says."""

from __future__ import annotations

import pytest

from roomtone.session.platforms.zoom.audio import Sound, sound_of


@pytest.mark.parametrize(
    ("labels", "sound"),
    [
        ((), Sound.UNKNOWN),
        (("join audio",), Sound.OUTSIDE),
        (("audio",), Sound.CHANGING),
        (("unmute my microphone",), Sound.MUTED),
        (("unmute",), Sound.MUTED),
        (("mute my microphone",), Sound.OPEN),
        (("mute",), Sound.OPEN),
        (("audio", "unmute my microphone"), Sound.MUTED),
        (("unmute my microphone, alt+a",), Sound.MUTED),
    ],
)
def test_a_label_names_what_a_press_would_do(labels, sound):
    """A button that would unmute stands for sound that is joined; "audio" alone is on its way."""
    assert sound_of(labels) is sound
