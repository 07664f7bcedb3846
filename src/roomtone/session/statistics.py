"""What a stay counted, gathered from those who counted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.bot.session_protocol import AudioWorldSeconds, LiveVideoStatistics, Statistics
from roomtone.session.capture.model import TrackSource

if TYPE_CHECKING:
    from roomtone.bot.session_protocol import AudioWorld
    from roomtone.session.capture.heard_sources import HeardSources
    from roomtone.session.link_listener import LinkListener
    from roomtone.session.live.video_socket import LiveVideoSocket
    from roomtone.session.live_parts import LiveParts
    from roomtone.session.page_counts import PageCounts
    from roomtone.session.pictures import Pictures
    from roomtone.session.recording_run import RecordingRun

MOST_OF_IT = 2 / 3
"""The world in which this share of the sound was heard is the stay's; else the stay was ``mixed``."""


def gather_statistics(
    recording: RecordingRun | None,
    listener: LinkListener,
    counts: PageCounts,
    pictures: Pictures,
    live: LiveParts,
) -> Statistics:
    """The counts so far; zeros for what there was not."""
    if recording is None:
        return Statistics(link_bytes=listener.n_bytes)
    files = recording.files
    worlds = audio_worlds(recording.heard)
    return Statistics(
        audio_world=audio_world(worlds),
        audio_worlds=worlds,
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
        live_frames_sent=0 if live.audio is None else live.audio.counts.frames_sent,
        live_frames_dropped=0 if live.audio is None else live.audio.counts.frames_dropped,
        live_reconnects=0 if live.audio is None else live.audio.counts.reconnects,
        live_video=_live_video(live.video),
        live_transcription=None if live.words is None else live.words.statistics,
        control_socket=None if live.control is None else live.control.statistics,
        link_bytes=listener.n_bytes,
    )


def _live_video(socket: LiveVideoSocket | None) -> LiveVideoStatistics | None:
    if socket is None:
        return None
    counts = socket.counts
    return LiveVideoStatistics(
        bytes_sent=counts.bytes_sent,
        bytes_dropped=counts.bytes_dropped,
        seconds_dropped=round(counts.dropped_s, 2),
        reconnects=counts.reconnects,
        round_trip_s=None if counts.round_trip_s is None else round(counts.round_trip_s, 3),
    )


def audio_worlds(heard: HeardSources) -> AudioWorldSeconds:
    """How long sound was heard by each way."""
    return AudioWorldSeconds(
        webrtc=round(heard.seconds(TrackSource.RTC), 2),
        webaudio=round(heard.seconds(TrackSource.WEBAUDIO), 2),
        elements=round(heard.seconds(TrackSource.ELEMENT), 2),
    )


def audio_world(worlds: AudioWorldSeconds) -> AudioWorld:
    """The world in which most of the sound was heard; ``mixed`` when none has two thirds of it."""
    seconds: dict[AudioWorld, float] = {
        "webrtc": worlds.webrtc,
        "webaudio": worlds.webaudio,
        "elements": worlds.elements,
    }
    heard_s = sum(seconds.values())
    if heard_s == 0:
        return "none"
    world = max(seconds, key=lambda name: seconds[name])
    return world if seconds[world] >= heard_s * MOST_OF_IT else "mixed"
