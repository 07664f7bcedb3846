"""What is already done of a transcript, kept in its work folder: a restart must not be paid for twice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from roomtone.acquiring import finish_in_thread

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.port import Track


@dataclass(frozen=True, slots=True)
class KeptWork:
    """A folder's JSON files, one a key; each is written whole or not at all.

    Whoever is cancelled while he keeps or forgets something is over when that is done: what is kept later
    under the same key, as by who cleans up, has the last word.

    Attributes:
        folder: The work folder.
        provider: Whose work, a part of the files' names.
    """

    folder: Path
    provider: str

    async def read(self, key: str) -> Any:
        """What was kept under a key; None: nothing usable."""
        return await asyncio.to_thread(self._read, self._path(key))

    async def keep(self, key: str, value: Any) -> None:
        """Keep JSON under a key, in place of what was there. Raises ``OSError`` if the disk refuses."""
        await finish_in_thread(partial(self._write, self._path(key), value))

    async def forget(self, key: str) -> None:
        """Keep nothing under a key."""
        await finish_in_thread(partial(self._path(key).unlink, missing_ok=True))

    async def keys(self) -> list[str]:
        """The keys under which something is kept."""
        return await asyncio.to_thread(self._keys)

    def _keys(self) -> list[str]:
        before, after = f"{self.provider}-", ".kept.json"
        found = self.folder.glob(f"{before}*{after}")
        return sorted(path.name.removeprefix(before).removesuffix(after) for path in found)

    def _path(self, key: str) -> Path:
        return self.folder / f"{self.provider}-{key}.kept.json"

    def _read(self, path: Path) -> Any:
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None

    def _write(self, path: Path, value: Any) -> None:
        part = path.with_name(path.name + ".part")
        with part.open("w", encoding="ascii") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def track_key(number: int, track: Track, options: dict[str, Any]) -> str:
    """The key of a track's work: another file, or other options, have another. Blocking."""
    try:
        size = track.path.stat().st_size
    except OSError:
        size = -1
    facts = [track.path.name, size, track.start_s, track.speaker is None, options]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
    return f"{number:04d}-{digest[:16]}"
