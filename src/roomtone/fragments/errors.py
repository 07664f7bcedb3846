"""What can be wrong with a growing video."""

from __future__ import annotations


class BrokenVideo(Exception):
    """The bytes are no fragmented MP4 as the recorder writes it."""
