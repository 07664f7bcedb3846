"""Reading back what is stored of a bot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from roomtone.service.records.reading import SUMMARY, read_json
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from pathlib import Path

KEY = "bots/one/summary.json"


async def test_a_file_that_was_just_replaced_is_read_whole(tmp_path: Path):
    """Whoever knows the size of the former one gets all of the new one, longer or shorter."""
    storage = FolderStorage(tmp_path / "storage")
    known = NewArtifact(SUMMARY, KEY, "application/json", 40)
    for text in ("short", "long" * 100):
        (tmp_path / "new").write_text(json.dumps({"text": text}))
        await storage.put_file(KEY, tmp_path / "new")
        assert await read_json(storage, [known], SUMMARY) == {"text": text}
    await storage.delete(KEY)
    assert await read_json(storage, [known], SUMMARY) is None
    assert await read_json(storage, [], SUMMARY) is None
