"""The practice meeting's table is sound."""

from __future__ import annotations

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.practice.screens import SCREENS
from roomtone.session.platforms.screens import evidence_queries, recognise


def test_every_piece_of_evidence_has_one_meaning():
    """The table can be turned into queries."""
    assert len(evidence_queries(SCREENS)) == len({e.name for s in SCREENS for e in s.evidence})


def test_every_screen_can_be_shown_by_its_own_evidence():
    """All evidence of a screen together is recognised as that screen."""
    for screen in SCREENS:
        assert recognise(SCREENS, {e.name for e in screen.evidence}).screen == screen.name


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        ("reason_removed", EndReason.REMOVED_BY_HOST),
        ("words_denied", EndReason.ENTRY_DENIED),
        ("reason_ended", EndReason.MEETING_ENDED),
        ("words_lost", EndReason.CONNECTION_LOST),
        ("not_found", EndReason.MEETING_NOT_FOUND),
    ],
)
def test_each_ending_has_its_reason(evidence, reason):
    """Attribute or words, either is enough for an ending, over whatever else is shown."""
    seen = recognise(SCREENS, {evidence, "call", "leave_button", "lobby"})
    assert (seen.kind, seen.end_reason) == (ScreenKind.OVER, reason)
