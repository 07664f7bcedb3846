"""Looking into a media file as a player would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av

from roomtone.service.recordings.errors import UnusableMedia

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from av.stream import Stream


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a player finds in a file.

    Attributes:
        duration_s: Length as the file states it.
        codecs: Codec of every stream, such as ``("h264", "aac")``, video before audio.
        samples: Samples in the file's index, of all streams; 0 when it has no index.
    """

    duration_s: float
    codecs: tuple[str, ...]
    samples: int


def check_media(path: Path, *, video: bool) -> MediaFacts:
    """Open a file, decode its beginning and, if it can be sought in, its end.

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
            codecs = tuple(stream.codec_context.name for stream in streams)
            return MediaFacts(duration_s, codecs, sum(stream.frames for stream in streams))
    except av.FFmpegError as problem:
        raise UnusableMedia(path.name, str(problem.strerror)) from problem


def _decode_one(container: InputContainer, stream: Stream, at_s: float) -> None:
    container.seek(int(at_s * av.time_base))
    for packet in container.demux(stream):
        if packet.decode():
            return
    raise UnusableMedia(container.name, f"nothing decodes from {at_s:.1f} s on")
