"""Which files of a session's folder are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.service.recordings.papers import papers_of

if TYPE_CHECKING:
    from pathlib import Path


def test_records_are_kept_by_their_names(tmp_path: Path):
    """What the meeting said and who was there; nothing of a name that is not known, nothing empty."""
    for name in ("chat", "captions", "participants", "timeline", "secrets"):
        (tmp_path / f"{name}.jsonl").write_text("{}\n")
    (tmp_path / "session.jsonl").touch()
    assert {(paper.path.name, paper.kind, paper.content_type) for paper in papers_of(tmp_path)} == {
        (f"{kind}.jsonl", kind, "application/jsonl")
        for kind in ("chat", "captions", "participants", "timeline")
    }
