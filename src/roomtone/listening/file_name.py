"""File names for speakers, whose ids come from other people's programs."""

from __future__ import annotations

import hashlib
import re

MAX_LENGTH = 100
"""Longest stem, in characters."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def safe_stem(identifier: str) -> str:
    """A file name without its ending: the identifier itself where it is safe, else a readable form of it.

    Letters, digits, ``_`` and ``-`` are kept. An identifier that had to be changed gets a piece of its
    SHA-256, so that two different ones never share a file.
    """
    readable = _UNSAFE.sub("_", identifier)[:MAX_LENGTH]
    if readable == identifier and readable:
        return readable
    digest = hashlib.sha256(identifier.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else digest
