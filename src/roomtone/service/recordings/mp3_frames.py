"""Where an MP3 file is whole: its first and its last whole frame (MPEG-1 and 2, layer III)."""

from __future__ import annotations

from typing import BinaryIO

_TAIL_BYTES = 64 * 1024
_CHAIN = 3

_BITRATES_1_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITRATES_2_KBPS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def frame_bytes(header: bytes) -> int | None:
    """Length of the layer III frame that begins with these four bytes; None when none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version = header[1] >> 3 & 3
    rate_index, bitrate_index, padding = header[2] >> 2 & 3, header[2] >> 4, header[2] >> 1 & 1
    if version == 1 or rate_index == 3 or bitrate_index in {0, 15}:
        return None
    rate_hz = _RATES_HZ[version][rate_index]
    if version == 3:
        return 144_000 * _BITRATES_1_KBPS[bitrate_index] // rate_hz + padding
    return 72_000 * _BITRATES_2_KBPS[bitrate_index] // rate_hz + padding


def whole_frames(file: BinaryIO) -> tuple[int, int]:
    """First byte of the first frame of sound, and the byte behind the last whole one; equal: there is none.

    Skips an ID3v2 tag, and the empty frame in which an encoder that was killed would have put the length.
    """
    total = file.seek(0, 2)
    start = _first_frame(file)
    tail_start = max(start, total - _TAIL_BYTES)
    file.seek(tail_start)
    tail = file.read(_TAIL_BYTES)
    offset = 0 if tail_start == start else _find_chain(tail)
    end = offset
    while (length := frame_bytes(tail[end : end + 4])) is not None and end + length <= len(tail):
        end += length
    return (start, max(start, tail_start + end)) if end > offset else (start, start)


def _first_frame(file: BinaryIO) -> int:
    file.seek(0)
    head = file.read(10)
    start = 0
    if head[:3] == b"ID3" and len(head) == 10:
        # Four bytes of seven bits each, without the tag's own ten bytes.
        start = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    file.seek(start)
    header = file.read(4)
    length = frame_bytes(header)
    if length is None:
        return start
    content = file.read(length - 4)
    is_empty_frame = len(content) == length - 4 and not any(content)
    return start + length if is_empty_frame else start


def _find_chain(tail: bytes) -> int:
    """Offset of the first frame that is followed by others; four bytes of sound may look like a header."""
    for offset in range(len(tail) - 4):
        position = offset
        for _ in range(_CHAIN):
            length = frame_bytes(tail[position : position + 4])
            if length is None:
                break
            position += length
        else:
            return offset
    return len(tail)
