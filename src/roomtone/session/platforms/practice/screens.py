"""The practice meeting's screens, as its page's contract names them."""

from __future__ import annotations

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.screens import Evidence, Screen

_WORDED = "section:not(:has(#chat-messages)):not(#call)"
"""Where a screen's own words stand; never where a participant's chat could say the same."""


def _ended(page_reason: str, words: str, reason: EndReason, detail: str) -> Screen:
    """The closing view, by the reason in its attribute or, should that change, by its words."""
    return Screen(
        name=f"ended_{page_reason}",
        kind=ScreenKind.OVER,
        evidence=(
            Evidence(f"reason_{page_reason}", f'section#ended[data-reason="{page_reason}"]', weight=2),
            Evidence(f"words_{page_reason}", _WORDED, words, weight=2),
        ),
        priority=90,
        needs=2,
        end_reason=reason,
        detail=detail,
    )


JOIN_FORM = "join_form"
"""Name of the screen that asks for a name."""

SCREENS: tuple[Screen, ...] = (
    Screen(
        name="not_found",
        kind=ScreenKind.OVER,
        evidence=(Evidence("not_found", "section#not-found"),),
        priority=100,
        end_reason=EndReason.MEETING_NOT_FOUND,
        detail="the page says that there is no such meeting",
    ),
    _ended(
        "denied", "You were not let in", EndReason.ENTRY_DENIED, "the page says that the bot was not let in"
    ),
    _ended("removed", "You were removed from the meeting", EndReason.REMOVED_BY_HOST, "the page says so"),
    _ended("ended", "The meeting has ended", EndReason.MEETING_ENDED, "the page says so"),
    _ended("lost", "The connection was lost", EndReason.CONNECTION_LOST, "the page says so"),
    _ended("left", "You left the meeting", EndReason.CONNECTION_LOST, "the page says that the bot left"),
    Screen(
        name="lobby",
        kind=ScreenKind.LOBBY,
        evidence=(
            Evidence("lobby", "section#lobby", weight=2),
            Evidence("lobby_words", _WORDED, "Waiting for the host to let you in", weight=2),
        ),
        priority=60,
        needs=2,
    ),
    Screen(
        name="call",
        kind=ScreenKind.CALL,
        evidence=(
            Evidence("call", "section#call", weight=1),
            Evidence("leave_button", "button#leave", weight=1),
            Evidence("tiles", ".tile[data-participant-id]", weight=1),
            Evidence("participant_count", "#participant-count", weight=1),
        ),
        priority=40,
        needs=2,
    ),
    Screen(
        name=JOIN_FORM,
        kind=ScreenKind.ASKS,
        evidence=(
            Evidence("name_box", "form#join-form input#name", weight=2),
            Evidence("name_placeholder", 'input[placeholder="Your name"]', weight=1),
            Evidence("join_button", "button#join", weight=1),
            Evidence("join_words", "button", "Join", weight=1),
        ),
        priority=20,
        needs=3,
    ),
)
"""The table; endings outrank the lobby, the lobby outranks the call."""
