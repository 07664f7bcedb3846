"""The first reason wins."""

from __future__ import annotations

from roomtone.bot.end_reasons import EndReason
from roomtone.session.ending import Ending, EndingCell


async def test_the_first_reason_is_kept():
    """Later reasons change nothing, and everybody who waits gets the first."""
    cell = EndingCell()
    assert cell.ending is None
    cell.set(EndReason.SILENCE, "quiet")
    cell.set(EndReason.BROWSER_CRASHED)
    assert await cell.wait() == cell.ending == Ending(EndReason.SILENCE, "quiet")
