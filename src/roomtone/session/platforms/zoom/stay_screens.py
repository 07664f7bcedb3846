"""The waiting room, the call, and what lies between them.

The call's bar proves nothing alone: it stands behind refusals, and while the client still connects; somebody
must be in the meeting. A waiting room that is shown outranks the call; mere words of one do not.
"""

from __future__ import annotations

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.screens import Evidence, Presence, Screen
from roomtone.session.platforms.zoom.containers import (
    DIALOG,
    FORM_BOX,
    JOIN_BUTTON,
    PROGRESS,
    WAITING_ROOM,
    WAITING_ROOM_WORDS,
    WHOLE_PAGE,
)

SOMEBODY = (
    Evidence(
        "counter",
        ".footer-button__number-counter",
        pattern=r"^\D*0*[1-9]\d*\D*$",
        presence=Presence.ATTACHED,
        group="somebody",
    ),
    Evidence(
        "counted_label",
        "[aria-label*='participants list' i]",
        pattern=r"\[\s*0*[1-9]\d*\s*\]",
        presence=Presence.ATTACHED,
        group="somebody",
    ),
    Evidence("listed", "#participants-ul .participants-li", presence=Presence.ATTACHED, group="somebody"),
    Evidence(
        "tile",
        "[class*='-container__video-frame'] [class*='video-avatar__avatar']",
        presence=Presence.PLACED,
        group="somebody",
    ),
)
"""Somebody is in the meeting; the bot itself is enough."""

_FOOTER = Evidence(
    "footer",
    "#wc-footer, #foot-bar, .footer__leave-btn-container, button[aria-label='Leave' i]",
    presence=Presence.ATTACHED,
)
_NOT_STARTED = (
    r"waiting for (the |a )?host to (start|join)|wait for the host to start|host left the meeting\. waiting|"
    "(meeting|webinar) has not started|wait for the webinar to begin|webinar will begin soon"
)
_ADMISSION = (
    "(meeting )?host will (let you in|admit you)|we've let them know you're here|host lost connection"
)
_OPENING = r"^(please )?(wait[,.]? )?(host has joined\. )?(the )?"
_NOBODY_STARTED = "the host had not started the meeting"
_NOBODY_ADMITTED = "nobody admitted the bot from the waiting room"
_FORM_SHOWN = Evidence("form_shown", f"{FORM_BOX}, {JOIN_BUTTON}", presence=Presence.PLACED)

STAY_SCREENS = (
    Screen(
        "host_not_started",
        ScreenKind.LOBBY,
        (
            Evidence(
                "room_not_started",
                WAITING_ROOM_WORDS,
                pattern=f"{_OPENING}({_NOT_STARTED})",
                presence=Presence.SHOWN,
            ),
        ),
        priority=61,
        end_reason=EndReason.MEETING_NOT_STARTED,
        detail=_NOBODY_STARTED,
    ),
    Screen(
        "waiting_room",
        ScreenKind.LOBBY,
        (Evidence("room", WAITING_ROOM, presence=Presence.SHOWN),),
        priority=60,
        detail=_NOBODY_ADMITTED,
    ),
    Screen(
        "connecting",
        ScreenKind.PASSES,
        (
            Evidence(
                "connecting_words",
                f"{DIALOG}, {PROGRESS}",
                pattern=(
                    r"^(it may take a few moments|connecting\W*$|joining (meeting|webinar)\W*$|rejoining\W*$|"
                    r"meeting is reconnecting|trying to reconnect|network error: .{0,5}/3 attempt)"
                ),
                presence=Presence.PLACED,
            ),
        ),
        priority=50,
    ),
    Screen("call", ScreenKind.CALL, (_FOOTER, *SOMEBODY), priority=40, needs=2),
    Screen(
        "host_not_started_words",
        ScreenKind.LOBBY,
        (
            Evidence(
                "words_not_started",
                f"{WHOLE_PAGE}, {DIALOG}",
                pattern=f"{_OPENING}({_NOT_STARTED})",
                presence=Presence.PLACED,
            ),
        ),
        priority=31,
        unless=(_FORM_SHOWN,),
        end_reason=EndReason.MEETING_NOT_STARTED,
        detail=_NOBODY_STARTED,
    ),
    Screen(
        "waiting_room_words",
        ScreenKind.LOBBY,
        (
            Evidence(
                "words_admission",
                f"{WHOLE_PAGE}, {DIALOG}",
                pattern=f"{_OPENING}({_ADMISSION})",
                presence=Presence.PLACED,
            ),
        ),
        priority=30,
        unless=(_FORM_SHOWN,),
        detail=_NOBODY_ADMITTED,
    ),
)
"""Part of the table of screens."""
