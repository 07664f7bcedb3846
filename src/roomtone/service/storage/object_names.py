"""What objects are called in a workspace's own bucket: ``{prefix}/{bot_id}_<file>``. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

KINDS = ("audio", "video", "transcript", "metadata")
"""Kinds of objects that can have a prefix of their own."""
_WORDS = {"audio": "audio", "video": "video", "transcript": "transcript", "caption": "transcript"}
_SUFFIXES = {".mp3": "audio", ".ogg": "audio", ".wav": "audio", ".mp4": "video", ".webm": "video"}


def object_key(prefix: str, prefixes: dict[str, str], key: str) -> str:
    """An object's name in the bucket; different keys have different names.

    Args:
        prefix: For all kinds.
        prefixes: Instead of it, by kind.
        key: As ``bots/<bot id>/video.mp4``; of another form it is kept whole.
    """
    parts = key.split("/", 2)
    name = f"{parts[1]}_{parts[2]}" if len(parts) == 3 else key
    return f"{prefixes.get(kind_of(key), prefix)}/{name}"


def kind_of(key: str) -> str:
    """Which of ``KINDS`` an object is, told by its folder's or file's name, then by its suffix."""
    file = key.split("/", 2)[-1]
    for word, kind in _WORDS.items():
        if file.startswith(word):
            return kind
    return _SUFFIXES.get(PurePosixPath(file).suffix, "metadata")
