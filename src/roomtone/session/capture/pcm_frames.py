"""PCM as the frames that libav's encoders take."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av

from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples


def pcm_frame(samples: Samples, position: int) -> av.AudioFrame:
    """A libav frame of contiguous int16 mono ``samples``, shape (n,), whose first one is at ``position``."""
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
    frame.pts = position
    return frame
