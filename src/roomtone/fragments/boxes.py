"""The boxes of a fragmented MP4 (ISO/IEC 14496-12), as far as following one that grows needs them. Pure.

A box: size uint32 BE (1: a uint64 BE after the type), type 4 bytes, content. Full boxes begin their content
with a version (1 byte) and flags (3 bytes).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.fragments.errors import BrokenVideo

if TYPE_CHECKING:
    from collections.abc import Iterator

AAC_LC = "mp4a.40.2"
"""What players call the recorder's sound."""
_MOST_SAMPLES = 100_000
"""A fragment with more samples of one track is none of ours."""
_NOT_A_KEY = 0x0001_0000
"""``sample_is_non_sync_sample`` of a sample's flags."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies: offsets of its first byte, its content, and of what follows it."""

    kind: bytes
    start: int
    content: int
    end: int


@dataclass(frozen=True, slots=True)
class Track:
    """One track, as the header has it.

    Attributes:
        track_id: Its number.
        is_video: Picture, else sound.
        timescale: Ticks a second.
        default_duration: Ticks of a sample that states none.
        default_flags: Flags of a sample that states none.
        codec: As players name it, such as ``avc1.42c01f``.
        width: Of the picture, pixels; 0 of sound.
        height: Of the picture, pixels; 0 of sound.
        sample_rate_hz: Of the sound; 0 of a picture.
        channels: Of the sound; 0 of a picture.
    """

    track_id: int
    is_video: bool
    timescale: int
    default_duration: int = 0
    default_flags: int = 0
    codec: str = ""
    width: int = 0
    height: int = 0
    sample_rate_hz: int = 0
    channels: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """The samples of one track in one fragment.

    Attributes:
        track: Whose.
        begin: Ticks since the recording's beginning.
        durations: Of each sample, ticks.
        begins_with_key: Whether the first can be decoded by itself.
    """

    track: Track
    begin: int
    durations: tuple[int, ...]
    begins_with_key: bool

    @property
    def begin_s(self) -> float:
        """Seconds since the recording's beginning."""
        return self.begin / self.track.timescale

    @property
    def end_s(self) -> float:
        """Where the last sample ends."""
        return (self.begin + sum(self.durations)) / self.track.timescale


def box_at(header: bytes, position: int) -> Box | None:
    """The box that begins with these bytes (16 are enough); None when they are too few.

    Raises:
        BrokenVideo: If they begin no box of a stated length.
    """
    if len(header) < 8:
        return None
    size, kind = struct.unpack_from(">I4s", header)
    content = position + 8
    if size == 1:
        if len(header) < 16:
            return None
        (size,) = struct.unpack_from(">Q", header, 8)
        content = position + 16
    if position + size < content:
        raise BrokenVideo(f"no box at byte {position}")
    return Box(kind, position, content, position + size)


def read_header(moov: bytes) -> tuple[Track, ...]:
    """The tracks that the content of a ``moov`` box describes; raises ``BrokenVideo``."""
    try:
        defaults = {}
        for trex in (box for mvex in _inner(moov, b"mvex") for box in _inner(mvex, b"trex")):
            track_id, _description, duration, _size, flags = struct.unpack_from(">5I", trex, 4)
            defaults[track_id] = (duration, flags)
        return tuple(_track(trak, defaults) for trak in _inner(moov, b"trak"))
    except (struct.error, IndexError, ValueError) as problem:
        raise BrokenVideo(f"the header cannot be read: {problem}") from None


def read_fragment(moof: bytes, tracks: tuple[Track, ...]) -> tuple[Run, ...]:
    """What the content of a ``moof`` box announces, a run for each track that has samples.

    Raises:
        BrokenVideo: If it cannot be read, or speaks of a track that the header does not have.
    """
    by_id = {track.track_id: track for track in tracks}
    try:
        runs = [_run(traf, by_id) for traf in _inner(moof, b"traf")]
    except (struct.error, IndexError, KeyError) as problem:
        raise BrokenVideo(f"a fragment cannot be read: {problem!r}") from None
    return tuple(run for run in runs if run.durations)


def _inner(data: bytes, kind: bytes) -> Iterator[bytes]:
    position = 0
    while (box := box_at(data[position : position + 16], position)) is not None:
        if box.kind == kind:
            yield data[box.content : box.end]
        position = box.end


def _only(data: bytes, *path: bytes) -> bytes:
    for kind in path:
        data = next(_inner(data, kind), b"")
    if not data:
        raise BrokenVideo(f"no {b'/'.join(path).decode('ascii', 'replace')} box")
    return data


def _track(trak: bytes, defaults: dict[int, tuple[int, int]]) -> Track:
    tkhd, mdhd = _only(trak, b"tkhd"), _only(trak, b"mdia", b"mdhd")
    # Version 1 has creation and modification times of 8 bytes each in the place of 4.
    (track_id,) = struct.unpack_from(">I", tkhd, 20 if tkhd[0] else 12)
    (timescale,) = struct.unpack_from(">I", mdhd, 20 if mdhd[0] else 12)
    if timescale == 0:
        raise BrokenVideo("a track without a clock")
    duration, flags = defaults.get(track_id, (0, 0))
    is_video = _only(trak, b"mdia", b"hdlr")[8:12] == b"vide"
    entries = _only(trak, b"mdia", b"minf", b"stbl", b"stsd")[8:]
    entry = box_at(entries[:16], 0)
    if entry is None:
        raise BrokenVideo("a track without a description")
    description = entries[entry.content : entry.end]
    if not is_video:
        channels, rate_hz = struct.unpack_from(">H6xH", description, 16)
        return Track(
            track_id, False, timescale, duration, flags, AAC_LC, sample_rate_hz=rate_hz, channels=channels
        )
    width, height = struct.unpack_from(">HH", description, 24)
    profile = _only(description[78:], b"avcC")[1:4]
    return Track(track_id, True, timescale, duration, flags, f"avc1.{profile.hex()}", width, height)


def _run(traf: bytes, tracks: dict[int, Track]) -> Run:
    tfhd = _only(traf, b"tfhd")
    flags, track_id = struct.unpack_from(">II", tfhd)
    track = tracks[track_id]
    position = 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    duration, sample_flags = track.default_duration, track.default_flags
    if flags & 0x8:
        (duration,) = struct.unpack_from(">I", tfhd, position)
        position += 4
    position += 4 * bool(flags & 0x10)
    if flags & 0x20:
        (sample_flags,) = struct.unpack_from(">I", tfhd, position)
    tfdt = _only(traf, b"tfdt")
    (begin,) = struct.unpack_from(">Q" if tfdt[0] else ">I", tfdt, 4)
    durations: list[int] = []
    first_flags: int | None = None
    for trun in _inner(traf, b"trun"):
        of_run, first = _samples(trun, duration, sample_flags)
        first_flags = first if first_flags is None else first_flags
        durations += of_run
    is_key = first_flags is not None and not first_flags & _NOT_A_KEY
    return Run(track, begin, tuple(durations), is_key)


def _samples(trun: bytes, duration: int, sample_flags: int) -> tuple[list[int], int]:
    """Durations of a run's samples, and the flags of the first."""
    flags, count = struct.unpack_from(">II", trun)
    position = 8 + 4 * bool(flags & 0x1)
    first_flags = sample_flags
    if flags & 0x4:
        (first_flags,) = struct.unpack_from(">I", trun, position)
        position += 4
    width = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    if count > _MOST_SAMPLES or position + count * width > len(trun):
        raise BrokenVideo("a fragment with another number of samples than it says")
    if flags & 0x400 and count and not flags & 0x4:
        at = position + 4 * sum(bool(flags & bit) for bit in (0x100, 0x200))
        (first_flags,) = struct.unpack_from(">I", trun, at)
    if not flags & 0x100:
        return [duration] * count, first_flags
    return [struct.unpack_from(">I", trun, position + width * n)[0] for n in range(count)], first_flags
