"""Zoom's table of screens holds together."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.screens import Presence, evidence_queries, recognise
from roomtone.session.platforms.zoom.refusals import REFUSALS
from roomtone.session.platforms.zoom.screens import SCREENS

QUERIES = evidence_queries(SCREENS)
BY_NAME = {screen.name: screen for screen in SCREENS}
CALL = {"footer", "counter"}


def test_every_refusal_that_zoom_can_show_has_a_reason_of_its_own():
    """Each typed reason that Zoom's page can give stands in the table."""
    told = {screen.end_reason for screen in SCREENS}
    assert told >= {
        EndReason.BOT_DETECTED,
        EndReason.CAPTCHA_REQUIRED,
        EndReason.SIGN_IN_REQUIRED,
        EndReason.REGISTRATION_REQUIRED,
        EndReason.PASSCODE_WRONG,
        EndReason.REMOVED_BEFORE,
        EndReason.ENTRY_DENIED,
        EndReason.MEETING_NOT_FOUND,
        EndReason.MEETING_NOT_STARTED,
        EndReason.MEETING_LOCKED,
        EndReason.MEETING_FULL,
        EndReason.MEETING_ENDED,
        EndReason.WEB_CLIENT_BLOCKED,
        EndReason.JOIN_REFUSED,
        EndReason.JOIN_IGNORED,
        EndReason.REMOVED_BY_HOST,
        EndReason.MEETING_UNREACHABLE,
    }


def test_every_end_is_told_within_twenty_seconds():
    """No screen that ends a stay, nor a form that does not react, has more patience than that."""
    for screen in SCREENS:
        if screen.kind is ScreenKind.OVER:
            assert (screen.patience_s or 0.0) < 20.0, screen.name
        if screen.kind is ScreenKind.ASKS and screen.patience_s is not None:
            assert screen.patience_s < 20.0, screen.name


def test_every_pattern_is_an_expression():
    """What the page compiles compiles here too, and no pattern is so loose that it fits nothing said."""
    for piece in QUERIES:
        if piece.pattern:
            assert not re.compile(piece.pattern).search(""), piece.name
        if piece.url:
            assert not re.compile(piece.url).search("https://app.zoom.us/wc/81234567890/join"), piece.name


def test_what_a_recording_keeps_out_of_the_picture_is_still_seen():
    """Dialogs are made transparent while the screen is recorded, so only what is none may ask for more."""
    loose = {piece.name for piece in QUERIES if piece.presence is Presence.SHOWN}
    assert loose <= {"google_captcha", "room", "room_not_started"}


@pytest.mark.parametrize(
    ("words", "screen"),
    [
        ("this meeting has been ended by host", "meeting_over"),
        ("the meeting has been ended", "meeting_over"),
        ("this webinar has ended", "meeting_over"),
        ("your free meeting has ended", "meeting_over"),
        ("this free zoom meeting has ended", "meeting_over"),
        ("ada lovelace's free zoom meeting has ended", "meeting_over"),
        ("this meeting ended because archiving failed", "meeting_over"),
        ("this meeting has ended as someone has started a new meeting with this account", "meeting_over"),
        ("this meeting has been ended by your admin", "meeting_over"),
        ("you have been removed from this webinar by the host.", "removed"),
        ("unable to join this meeting. host has locked this meeting.", "meeting_locked"),
        ("you cannot join this conference now because the host locked it.", "meeting_locked"),
        ("the webinar is at capacity", "meeting_full"),
        ("meeting capacity has been reached", "meeting_full"),
        ("the meeting has not started", "not_started"),
        ("you've already joined this meeting on another device.", "joined_elsewhere"),
        ("this meeting link is invalid (3,001)", "number_wrong"),
        ("you failed the recaptcha verification.", "captcha_failed"),
        ("please contact the meeting host to allow unauthenticated users to join", "sign_in_required"),
        ("this meeting requires registration.", "registration_required"),
        (
            (
                "your network connection has timed out or your organization has disabled access to zoom "
                "from the browser"
            ),
            "timed_out",
        ),
        ("the zoom client is blocked by your organizational policy", "web_client_blocked"),
        ("unable to join meeting error code: 1132", "client_blocked"),
        ("joining meeting timeout or browser restriction error code: 4711", "refused"),
        ("your email cannot be empty", "email_required"),
    ],
)
def test_zooms_sentences_are_understood(words, screen):
    """A dialog that says this is that refusal."""
    present = {
        piece.name for piece in QUERIES if piece.name.endswith("_dialog") and re.search(piece.pattern, words)
    }
    assert recognise(SCREENS, present).screen == screen


@pytest.mark.parametrize(
    "words",
    [
        "this meeting is being recorded",
        "by staying in this meeting, you consent to being recorded.",
        "this meeting's content is required to be archived",
        "the host would like you to unmute",
        "unable to join audio",
        "the meeting has been locked, please unlock first to invite.".replace("the meeting", "the room"),
        "poll ended",
        "host has ended language interpretation",
        "ada has been removed",
        "ada has ended the sharing",
        "you are the host now",
        "join breakout room?",
        "meeting is being livestreamed",
        "sign in to use zoom apps",
        "settings",
    ],
)
def test_other_dialogs_of_a_call_are_no_refusals(words):
    """A dialog that says this ends nothing."""
    present = {
        piece.name for piece in QUERIES if piece.name.endswith("_dialog") and re.search(piece.pattern, words)
    }
    assert recognise(SCREENS, present | CALL).screen == "call"


def test_a_code_alone_is_a_refusal():
    """A dialog that gives only a number is understood by it."""
    for refusal in REFUSALS:
        for code in refusal.codes:
            row = BY_NAME[refusal.name]
            pattern = next(piece.pattern for piece in row.evidence if piece.name == f"{refusal.name}_code")
            assert re.search(pattern, str(code))
            assert not re.search(pattern, f"1{code}7")


@given(st.sets(st.sampled_from([piece.name for piece in QUERIES])))
def test_ends_outrank_waiting_rooms_which_outrank_the_call_which_outranks_forms(present):
    """Whatever a page shows at once, the order of kinds holds."""
    seen = recognise(SCREENS, present)
    if "room" in present:
        assert seen.kind in {ScreenKind.OVER, ScreenKind.LOBBY}
    elif present.issuperset(CALL):
        assert seen.kind in {ScreenKind.OVER, ScreenKind.CALL, ScreenKind.PASSES, ScreenKind.LOBBY}
        assert seen.screen not in {"waiting_room_words", "host_not_started_words"}
