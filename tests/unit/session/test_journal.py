"""Events go to the listener and to the file, whatever either of them does."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import Ended, Joining, ParticipantMoved, Progress, Warned, parse_event
from roomtone.session.journal import Journal

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def pipe():
    """A pipe's two ends, closed after the test."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_events_are_told_and_kept_but_progress_and_people_are_only_told(tmp_path, pipe):
    """Both places have the same lines in the same order, progress and names aside."""
    reads, writes = pipe
    with Journal(tmp_path, writes) as journal:
        journal.write(Joining(at=NOW))
        journal.write(Progress(at=NOW, state="joining"))
        journal.write(ParticipantMoved(at=NOW, action="join", participant_id="1", name="Ada", recorded_s=0.0))
        journal.write(Ended(at=NOW, reason=EndReason.SILENCE))
    told = [parse_event(line).type for line in os.read(reads, 65536).splitlines()]
    kept = [parse_event(line).type for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert told == ["joining", "progress", "participant_moved", "ended"]
    assert kept == ["joining", "ended"]
    assert os.get_blocking(writes)


def test_a_listener_that_went_away(tmp_path, pipe):
    """Without a listener the file still gets every event."""
    reads, writes = pipe
    os.close(reads)
    with Journal(tmp_path, writes) as journal:
        journal.write(Joining(at=NOW))
        assert journal.listener_gone
        journal.write(Ended(at=NOW, reason=EndReason.SILENCE))
    assert len((tmp_path / "events.jsonl").read_text().splitlines()) == 2


def test_a_listener_that_stalls_loses_progress_and_no_event(tmp_path, pipe):
    """A full pipe never blocks; what waits is bounded, and events come out whole when it is read again."""
    reads, writes = pipe
    with Journal(tmp_path, writes) as journal:
        for _ in range(5000):
            journal.write(Progress(at=NOW, state="recording", speakers=("x" * 50,)))
        for number in range(10):
            journal.write(Warned(at=NOW, code=f"number_{number}", message=""))
        os.set_blocking(reads, False)
        told = b""
        for _ in range(100):
            try:
                told += os.read(reads, 1 << 20)
            except BlockingIOError:
                break
            journal.write(Progress(at=NOW, state="recording"))
    with contextlib.suppress(BlockingIOError):
        told += os.read(reads, 1 << 20)
    events = [parse_event(line) for line in told.splitlines()]
    assert [event.code for event in events if isinstance(event, Warned)] == [f"number_{n}" for n in range(10)]
    assert len(events) < 3000


def test_a_disk_that_refuses(pipe, tmp_path):
    """A full disk costs the file's lines and is noticed; the listener is told all the same."""
    reads, writes = pipe
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    with Journal(tmp_path, writes) as journal:
        journal.write(Joining(at=NOW))
        assert journal.disk_failed
    assert parse_event(os.read(reads, 65536)).type == "joining"
