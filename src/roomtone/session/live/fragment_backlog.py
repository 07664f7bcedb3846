"""Fragments of the recording that wait for a receiver; when it is slow all before a key frame go. Pure."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.fragments.growing import Fragment

MOST_FRAGMENTS = 1_200
"""About ten minutes. So many wait only while no key frame comes: while there is no picture at all."""


class FragmentBacklog:
    """Where fragments lie in the file, not what is in them: it takes next to no memory.

    A receiver is given nothing that it cannot decode: what comes after dropped fragments begins with a key
    frame, or has no pictures.

    Args:
        longest_s: Once more than this waits, all before the newest key frame goes.

    Attributes:
        dropped_bytes: Bytes of fragments that were dropped.
        dropped_s: Their seconds.
    """

    def __init__(self, longest_s: float) -> None:
        self.dropped_bytes = 0
        self.dropped_s = 0.0
        self._longest_s = longest_s
        self._waiting: deque[Fragment] = deque()
        self._needs_key = True

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, fragment: Fragment) -> None:
        """Add the newest."""
        self._waiting.append(fragment)
        if self._waiting[-1].end_s - self._waiting[0].begin_s > self._longest_s:
            self._skip_to_newest_key()
        if len(self._waiting) > MOST_FRAGMENTS:
            self._drop_first()

    def take(self) -> Fragment | None:
        """The oldest that can be decoded after what was taken before; None when there is none."""
        while self._waiting:
            first = self._waiting[0]
            if self._needs_key and first.n_pictures and not first.begins_with_key:
                self._drop_first()
                continue
            self._needs_key = self._needs_key and not first.begins_with_key
            return self._waiting.popleft()
        return None

    def begin_anew(self) -> None:
        """The next is for a receiver that knows nothing of what was taken before."""
        self._needs_key = True

    def lost(self, fragment: Fragment, sent_bytes: int) -> None:
        """A fragment that was taken did not get through, or only so many bytes of it."""
        self.dropped_bytes += fragment.size_bytes - sent_bytes
        self.dropped_s += fragment.end_s - fragment.begin_s
        self._needs_key = True

    def drop_all(self) -> None:
        """Give up what is left."""
        while self._waiting:
            self._drop_first()

    def _skip_to_newest_key(self) -> None:
        keys = [number for number, fragment in enumerate(self._waiting) if fragment.begins_with_key]
        for _ in range(keys[-1] if keys else 0):
            self._drop_first()

    def _drop_first(self) -> None:
        self.lost(self._waiting.popleft(), 0)
