"""Looking into a media file as a player would."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import av

from roomtone.service.recordings.errors import UnusableMedia

if TYPE_CHECKING:
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file's picture measures.

    Attributes:
        width: Of a frame, pixels.
        height: Of a frame, pixels.
        fps: Frames a second, on average over the file; 0 when it has no length.
        frames: Frames in the file.
        corrupted_frames: Frames that have no bytes, or not all of them, or are marked as damaged.
    """

    width: int
    height: int
    fps: float
    frames: int
    corrupted_frames: int


@dataclass(frozen=True, slots=True)
class Sound:
    """What a file's sound measures.

    Attributes:
        sample_rate: Samples a second.
        channels: 1 is mono.
    """

    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a player finds in a file.

    Attributes:
        duration_s: Length as the file states it.
        codecs: Codec of every stream, such as ``("h264", "aac")``, video before audio.
        samples: Samples in the file's index, of all streams; 0 when it has no index.
        picture: Measured from its first picture; None when it has none.
        sound: Measured from its first sound; None when it has none.
    """

    duration_s: float
    codecs: tuple[str, ...]
    samples: int
    picture: Picture | None = None
    sound: Sound | None = None

    def as_json(self) -> dict[str, Any]:
        """For an artifact's ``facts``: ``codecs`` and all of ``picture`` and ``sound``, flat."""
        facts: dict[str, Any] = {"codecs": list(self.codecs)}
        if self.picture is not None:
            facts |= asdict(self.picture)
        if self.sound is not None:
            facts |= asdict(self.sound)
        return facts


def check_media(path: Path, *, video: bool) -> MediaFacts:
    """Open a file, decode its beginning and, if it can be sought in, its end, and measure it.

    Args:
        path: The file.
        video: Whether it has to hold a picture; without, it has to hold sound.

    Raises:
        UnusableMedia: If it cannot be opened, lacks the stream or does not decode.
    """
    try:
        with av.open(str(path)) as container:
            streams = [*container.streams.video, *container.streams.audio]
            if not (container.streams.video if video else container.streams.audio):
                raise UnusableMedia(path.name, "it has no picture" if video else "it has no sound")
            duration_s = (container.duration or 0) / av.time_base
            for stream in streams:
                _decode_one(container, stream, 0.0)
            if duration_s > 4:
                _decode_one(container, streams[0], duration_s - 2)
            return MediaFacts(
                duration_s,
                tuple(stream.codec_context.name for stream in streams),
                sum(stream.frames for stream in streams),
                _picture(container, container.streams.video[0]) if container.streams.video else None,
                _sound(container.streams.audio[0]) if container.streams.audio else None,
            )
    except av.FFmpegError as problem:
        raise UnusableMedia(path.name, str(problem.strerror)) from problem


def _decode_one(container: InputContainer, stream: Stream, at_s: float) -> None:
    container.seek(int(at_s * av.time_base))
    for packet in container.demux(stream):
        if packet.decode():
            return
    raise UnusableMedia(container.name, f"nothing decodes from {at_s:.1f} s on")


def _picture(container: InputContainer, stream: VideoStream) -> Picture:
    frames, corrupted = _from_index(container, stream) if stream.frames else _from_packets(container, stream)
    if stream.duration and stream.time_base:
        length_s = float(stream.duration * stream.time_base)
    else:
        length_s = (container.duration or 0) / av.time_base
    fps = round(frames / length_s, 3) if length_s else 0.0
    return Picture(stream.width, stream.height, fps, frames, corrupted)


def _sound(stream: AudioStream) -> Sound:
    return Sound(stream.rate, stream.channels)


def _from_index(container: InputContainer, stream: VideoStream) -> tuple[int, int]:
    """Frames, and how many of them lack bytes; without reading them: 0.1 s for an hour."""
    end = container.size
    entries = stream.index_entries
    damaged = sum(1 for entry in entries if entry.size <= 0 or entry.pos + entry.size > end)
    return stream.frames, damaged + max(0, stream.frames - len(entries))


def _from_packets(container: InputContainer, stream: VideoStream) -> tuple[int, int]:
    """The same for a file without an index, by reading all of it."""
    container.seek(0)
    frames = damaged = 0
    for packet in container.demux(stream):
        if packet.size:
            frames += 1
            damaged += packet.is_corrupt
    return frames, damaged
