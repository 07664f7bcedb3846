"""What capture counts; the session puts it into its ``Statistics``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class CaptureCounts:
    """Counts of one stay, in samples at 48,000 Hz unless said otherwise.

    Attributes:
        audio_tracks: Audio tracks opened.
        samples_received: Samples in the chunks that came.
        gap_samples_filled: Silence put in where a track that had begun delivered nothing.
        late_samples_dropped: Samples whose tick was out already, or too far ahead to keep.
        drift_samples_corrected: Samples put in or left out against clock drift.
        timestamp_jumps: Times a track's timestamps left its count of samples and were not followed.
        ticks: Ticks published.
        stalls: Times a track stopped delivering for longer than the hold.
    """

    audio_tracks: int = 0
    samples_received: int = 0
    gap_samples_filled: int = 0
    late_samples_dropped: int = 0
    drift_samples_corrected: int = 0
    timestamp_jumps: int = 0
    ticks: int = 0
    stalls: int = 0
