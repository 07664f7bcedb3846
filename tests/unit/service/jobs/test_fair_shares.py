"""Whose job is next."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.jobs.fair_shares import FairShares
from roomtone.service.jobs.port import DueJob

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def due(*shares: str) -> list[DueJob]:
    """A job of each workspace, the longest due first."""
    return [DueJob(number, {}, NOW, share) for number, share in enumerate(shares)]


def test_eight_of_one_workspace_leave_room_for_others():
    """It gets no more than is not held back; another gets one at once, and later as many as the first."""
    shares = FairShares(workers=12, held_back=4)
    held = [ExitStack() for _ in range(8)]
    for stack in held:
        (job,) = due("a")
        assert shares.next_of([job]) == job
        stack.enter_context(shares.running(job))
    assert shares.next_of(due("a")) is None
    assert shares.full == {"a"}
    chosen = shares.next_of(due("a", "b"))
    assert chosen is not None
    assert chosen.share == "b"
    with shares.running(chosen):
        assert shares.full == {"a", "b"}
        for stack in held[:2]:
            stack.close()
        assert shares.full == set()
        again = shares.next_of(due("a", "b"))
        assert again is not None
        assert again.share == "b"


def test_of_those_with_as_many_who_waits_longest_comes_first():
    """Nobody has anything in hand: the order in which they became due."""
    shares = FairShares(workers=2, held_back=0)
    jobs = due("b", "a", "c")
    assert shares.next_of(jobs) == jobs[0]
    assert shares.next_of([]) is None


@given(st.integers(1, 8), st.integers(0, 7), st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans())))
def test_a_newcomer_finds_a_worker_while_any_is_free(workers: int, held_back: int, steps):
    """Whatever was taken and ended: never more than there are, and no workspace without a job is left out."""
    shares = FairShares(workers, min(held_back, workers - 1))
    running: list[tuple[str, ExitStack]] = []
    for share, ends in steps:
        if ends and running:
            running.pop(0)[1].close()
        if len(running) == workers:
            continue
        chosen = shares.next_of(due(share))
        assert chosen is not None or share in {one for one, _ in running}
        if chosen is not None:
            stack = ExitStack()
            stack.enter_context(shares.running(chosen))
            running.append((share, stack))
