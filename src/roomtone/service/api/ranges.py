"""The Range header (RFC 9110, section 14), for one range of bytes. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST_HEADER = 256
_ONE_RANGE = re.compile(r"([0-9]*)\s*-\s*([0-9]*)")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file: the bytes from ``start`` to before ``end``; never empty."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """The range asked for has no byte in the file."""


def requested_part(header: str | None, size_bytes: int) -> Part | None:
    """The part of a file of this size that a Range header asks for; None: the whole file.

    A header in another unit, malformed or with several ranges is answered with the whole file, as the
    standard allows: several ranges would need a multipart answer that no player asks for.

    Raises:
        Unsatisfiable: If the range lies past the file's end, or the last zero bytes are asked for.
    """
    if header is None or len(header) > _LONGEST_HEADER:
        return None
    unit, separator, ranges = header.partition("=")
    match = _ONE_RANGE.fullmatch(ranges.strip())
    if not separator or unit.strip().lower() != "bytes" or match is None:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        return _last_bytes(int(last), size_bytes)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size_bytes:
        raise Unsatisfiable
    return Part(start, min(int(last) + 1, size_bytes) if last else size_bytes)


def _last_bytes(count: int, size_bytes: int) -> Part:
    if count == 0 or size_bytes == 0:
        raise Unsatisfiable
    return Part(max(0, size_bytes - count), size_bytes)
