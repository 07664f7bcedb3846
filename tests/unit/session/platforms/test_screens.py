"""Screens are recognised by the sum of their evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.screens import UNKNOWN, Evidence, Screen, evidence_queries, recognise

LEAVE = Evidence("leave", "#leave")
TILES = Evidence("tiles", ".tile")
WAIT = Evidence("wait", "section", "please wait")
FORM = Evidence("form", "form", weight=3)
GONE = Evidence("gone", "h1", "meeting ended")
TABLE = (
    Screen("call", ScreenKind.CALL, (LEAVE, TILES), priority=40, needs=2),
    Screen("lobby", ScreenKind.LOBBY, (WAIT,), priority=60),
    Screen("form", ScreenKind.ASKS, (FORM,), priority=20),
    Screen(
        "ended", ScreenKind.OVER, (GONE,), priority=90, end_reason=EndReason.MEETING_ENDED, detail="it ended"
    ),
)


def test_one_piece_of_a_call_is_not_a_call():
    """Evidence below what a screen needs recognises nothing."""
    assert recognise(TABLE, {"leave"}) == UNKNOWN
    assert recognise(TABLE, {"leave", "tiles"}).screen == "call"


def test_the_lobby_outranks_the_call_around_it():
    """A lobby that shows the call's controls is a lobby."""
    seen = recognise(TABLE, {"leave", "tiles", "wait"})
    assert (seen.screen, seen.kind, seen.evidence) == ("lobby", ScreenKind.LOBBY, ("wait",))


def test_an_ending_outranks_everything_and_carries_its_reason():
    """An ending shown over a call is an ending."""
    seen = recognise(TABLE, {"leave", "tiles", "wait", "form", "gone"})
    assert (seen.kind, seen.end_reason, seen.detail) == (ScreenKind.OVER, EndReason.MEETING_ENDED, "it ended")


def test_of_equal_priority_the_heavier_wins():
    """Between two screens of one priority the one with more evidence is shown."""
    table = (
        Screen("light", ScreenKind.ASKS, (LEAVE,), priority=1),
        Screen("heavy", ScreenKind.ASKS, (FORM,), priority=1),
    )
    assert recognise(table, {"leave", "form"}).screen == "heavy"


def test_each_piece_of_evidence_is_looked_for_once():
    """Shared evidence is one query; two meanings under one name are refused."""
    shared = (*TABLE, Screen("other", ScreenKind.ASKS, (LEAVE, FORM), priority=1))
    assert [piece.name for piece in evidence_queries(shared)] == ["leave", "tiles", "wait", "form", "gone"]
    clash = (*TABLE, Screen("other", ScreenKind.ASKS, (Evidence("leave", "#exit"),), priority=1))
    with pytest.raises(ValueError, match="leave"):
        evidence_queries(clash)


def test_a_table_that_cannot_work_is_refused():
    """An ending needs a reason, nothing else may have one, and a screen must be reachable."""
    with pytest.raises(ValueError, match="end reason"):
        Screen("bad", ScreenKind.OVER, (GONE,), priority=1)
    with pytest.raises(ValueError, match="end reason"):
        Screen("bad", ScreenKind.CALL, (GONE,), priority=1, end_reason=EndReason.MEETING_ENDED)
    with pytest.raises(ValueError, match="not enough"):
        Screen("bad", ScreenKind.CALL, (GONE,), priority=1, needs=2)


@given(st.sets(st.sampled_from(["leave", "tiles", "wait", "form", "gone", "noise"])))
def test_no_screen_with_enough_evidence_outranks_the_one_shown(present):
    """Whatever is found, the shown screen has enough evidence and the highest priority of those that have."""
    enough = [s for s in TABLE if sum(e.weight for e in s.evidence if e.name in present) >= s.needs]
    seen = recognise(TABLE, present)
    assert seen.screen == (max(enough, key=lambda s: s.priority).name if enough else "unknown")
