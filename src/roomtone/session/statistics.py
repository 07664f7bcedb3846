"""What a stay counted, gathered from those who counted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.bot.session_protocol import Statistics

if TYPE_CHECKING:
    from roomtone.session.link_listener import LinkListener
    from roomtone.session.live.audio_socket import LiveAudioSocket
    from roomtone.session.page_counts import PageCounts
    from roomtone.session.pictures import Pictures
    from roomtone.session.recording_run import RecordingRun


def gather_statistics(
    recording: RecordingRun | None,
    listener: LinkListener,
    counts: PageCounts,
    pictures: Pictures,
    live: LiveAudioSocket | None,
) -> Statistics:
    """The counts so far; zeros for what there was not."""
    if recording is None:
        return Statistics(link_bytes=listener.n_bytes)
    files = recording.files
    return Statistics(
        recorded_s=recording.recorded_s,
        audio_tracks=recording.counts.audio_tracks,
        samples_received=recording.counts.samples_received,
        gap_samples_filled=recording.counts.gap_samples_filled,
        late_samples_dropped=recording.counts.late_samples_dropped,
        drift_samples_corrected=recording.counts.drift_samples_corrected,
        timestamp_jumps=recording.counts.timestamp_jumps,
        concealed_samples=counts.concealed_samples,
        video_frames=files.pictures,
        video_frames_dropped=files.pictures_dropped + pictures.n_frames_dropped,
        live_frames_sent=live.counts.frames_sent if live is not None else 0,
        live_frames_dropped=live.counts.frames_dropped if live is not None else 0,
        live_reconnects=live.counts.reconnects if live is not None else 0,
        link_bytes=listener.n_bytes,
    )
