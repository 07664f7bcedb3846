"""The screens of Zoom's web client, from the launch page to the call, and their order.

Refusals and endings (`refusals.py`) outrank a waiting room that is shown, which outranks "Connecting", which
outranks the call, which outranks mere words of a waiting room, which outrank forms. The call's footer proves
nothing alone: it stands behind refusals and while the client still connects; somebody must be in the meeting.
"""

from __future__ import annotations

from dataclasses import replace

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.screens import Evidence, Presence, Screen
from roomtone.session.platforms.zoom.containers import (
    DIALOG,
    EMAIL_BOX,
    FORM_COMPLAINT,
    JOIN_BUTTON,
    NAME_BOX,
    PASSCODE_BOX,
    WAITING_ROOM,
    WAITING_ROOM_WORDS,
    WHOLE_PAGE,
)
from roomtone.session.platforms.zoom.refusals import REFUSALS

JOIN_FORM = "join_form"
"""Asks for a name, and maybe for a passcode."""
PASSCODE_WRONG = "passcode_wrong"
"""The join form, with a complaint about the passcode."""
DEVICE_PROMPT = "device_prompt"
"""Asks whether microphone and camera may be used."""
LAUNCH_PAGE = "launch_page"
"""Would rather start Zoom's own program."""
ERROR_PAGE = "error_page"
"""Zoom's page for links that lead nowhere, which some meetings show as long as nobody has started them."""
LEFT_BEHIND = "after_meeting"
"""The page that Zoom goes to after a meeting."""

_ON_ZOOM = r"^https://([\w-]+\.)*zoom(gov)?\.(us|com)(:\d+)?/"


def _path(paths: str) -> str:
    return rf"{_ON_ZOOM}({paths})([/?#]|$)"


# What the page may still be doing when it shows this.

JOIN_SHOWN = Evidence("join_button", JOIN_BUTTON, presence=Presence.PLACED)
JOIN_DISABLED = Evidence(
    "join_disabled", f":is({JOIN_BUTTON}):is(.disabled, .zm-btn--disabled, [disabled], [aria-disabled=true])"
)
PASSCODE_ASKED = Evidence("passcode_box", PASSCODE_BOX, presence=Presence.PLACED, group="boxes")
EMAIL_ASKED = Evidence("email_box", EMAIL_BOX, presence=Presence.PLACED, group="boxes")
NAME_ASKED = Evidence("name_box", NAME_BOX, presence=Presence.PLACED, group="boxes")

SOMEBODY = (
    Evidence(
        "counter",
        ".footer-button__number-counter",
        pattern=r"^\d*[1-9]\d*$",
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
    Evidence(
        "listed", "#participants-ul .participants-li", presence=Presence.ATTACHED, weight=1, group="somebody"
    ),
    Evidence("tile", "[class*='-container__video-frame'] .video-avatar__avatar-footer", group="somebody"),
)
"""Somebody is in the meeting; the bot itself is enough."""

_FOOTER = Evidence(
    "footer",
    "#wc-footer, #foot-bar, .footer__leave-btn-container, button[aria-label='Leave' i]",
    presence=Presence.ATTACHED,
)

_NOT_STARTED_WORDS = (
    "waiting for (the |a )?host to (start|join)|wait for the host to start|host left the meeting\\. waiting|"
    "(meeting|webinar) has not started|wait for the webinar to begin|webinar will begin soon"
)
_ADMISSION_WORDS = (
    "the (meeting )?host will (let you in|admit you)|we've let them know you're here|the host lost connection"
)
_NOBODY_STARTED = "the host had not started the meeting"
_NOBODY_ADMITTED = "nobody admitted the bot from the waiting room"

WAITING = (
    Screen(
        "host_not_started",
        ScreenKind.LOBBY,
        (
            Evidence(
                "room_not_started",
                WAITING_ROOM_WORDS,
                pattern=f"^(please )?({_NOT_STARTED_WORDS})|\\. ({_NOT_STARTED_WORDS})",
                presence=Presence.PLACED,
            ),
        ),
        priority=61,
        end_reason=EndReason.MEETING_NOT_STARTED,
        detail=_NOBODY_STARTED,
    ),
    Screen(
        "waiting_room",
        ScreenKind.LOBBY,
        (Evidence("room", WAITING_ROOM, presence=Presence.PLACED),),
        priority=60,
        detail=_NOBODY_ADMITTED,
    ),
    Screen(
        "host_not_started_words",
        ScreenKind.LOBBY,
        (
            Evidence(
                "words_not_started",
                f"{WHOLE_PAGE}, {DIALOG}",
                pattern=f"^(please )?(wait\\. )?(the )?({_NOT_STARTED_WORDS})",
                presence=Presence.PLACED,
            ),
        ),
        priority=31,
        unless=(JOIN_SHOWN,),
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
                pattern=f"^(please wait, |host has joined\\. )?({_ADMISSION_WORDS})",
                presence=Presence.PLACED,
            ),
        ),
        priority=30,
        unless=(JOIN_SHOWN,),
        detail=_NOBODY_ADMITTED,
    ),
)

CONNECTING = Screen(
    "connecting",
    ScreenKind.PASSES,
    (
        Evidence(
            "connecting_words",
            f"{DIALOG}, #wc-loading, .meeting-app-preload, [class*=connect], [class*=loading]",
            pattern=(
                r"^(it may take a few moments|connecting\W*$|joining (meeting|webinar)\W*$|rejoining\W*$|"
                r"meeting is reconnecting|trying to reconnect|network error: .{0,5}/3 attempt)"
            ),
            presence=Presence.PLACED,
        ),
    ),
    priority=50,
)

CALL = Screen("call", ScreenKind.CALL, (_FOOTER, *SOMEBODY), priority=40, needs=2)

FORMS = (
    Screen(
        PASSCODE_WRONG,
        ScreenKind.ASKS,
        (
            PASSCODE_ASKED,
            Evidence(
                "passcode_complaint",
                f"{FORM_COMPLAINT}, {DIALOG}",
                pattern=(
                    "^(incorrect|wrong|invalid) pass(word|code)|"
                    "pass(word|code) (is )?(wrong|incorrect|invalid)|"
                    "enter a valid passcode|\\berror code\\W{0,3}3,?004"
                ),
                presence=Presence.PLACED,
                weight=2,
            ),
        ),
        priority=26,
        needs=2,
        end_reason=EndReason.PASSCODE_WRONG,
        patience_s=16.0,
        detail="Zoom says that the passcode is wrong",
    ),
    Screen(
        DEVICE_PROMPT,
        ScreenKind.ASKS,
        (
            Evidence(
                "device_prompt",
                "[class*=pepc-permission-dialog], .allow-permission-prompt-container, "
                ".no-permission-confirm-container",
                presence=Presence.PLACED,
                group="prompt",
            ),
            Evidence(
                "device_words",
                DIALOG,
                pattern="^use microphone and camera|^continue without microphone",
                presence=Presence.PLACED,
                group="prompt",
            ),
        ),
        priority=25,
        end_reason=EndReason.JOIN_IGNORED,
        detail="Zoom's question about microphone and camera did not go away",
    ),
    Screen(
        JOIN_FORM,
        ScreenKind.ASKS,
        (JOIN_SHOWN, NAME_ASKED, PASSCODE_ASKED, EMAIL_ASKED),
        priority=20,
        end_reason=EndReason.JOIN_IGNORED,
        detail="Zoom's join form did not react to Join",
    ),
    Screen(
        LAUNCH_PAGE,
        ScreenKind.ASKS,
        (
            Evidence(
                "browser_link",
                "a, button, [role=button]",
                pattern="^join from (your )?browser$",
                presence=Presence.PLACED,
                group="launch",
            ),
            Evidence(
                "launch_button",
                "a, button, [role=button]",
                pattern="^(launch meeting|download now|launch webinar)$",
                presence=Presence.PLACED,
                group="launch",
            ),
        ),
        priority=15,
        end_reason=EndReason.WEB_CLIENT_BLOCKED,
        detail='Zoom offered no "Join from your browser"',
    ),
)

PAGES = (
    Screen(
        "sign_in_page",
        ScreenKind.OVER,
        (
            Evidence(
                "sign_in_address",
                url=_path("signin|login|signup|oauth2?|saml|sso|switch_account|google_oauth_signin"),
            ),
        ),
        priority=88,
        end_reason=EndReason.SIGN_IN_REQUIRED,
        patience_s=1.0,
        detail="Zoom led to its sign-in page",
    ),
    Screen(
        LEFT_BEHIND,
        ScreenKind.OVER,
        (Evidence("post_attendee_address", url=_path(r"(wc/)?post_?attendee")),),
        priority=87,
        end_reason=EndReason.SIGN_IN_REQUIRED,
        patience_s=1.0,
        detail="Zoom led to its page for people who have left, without a way in",
    ),
    Screen(
        "registration_page",
        ScreenKind.OVER,
        (
            Evidence(
                "registration_address",
                url=_path(r"(webinar|meeting)/(\w+/)?(register|attendee)|(webinar|meeting)/register/\S+"),
            ),
        ),
        priority=89,
        end_reason=EndReason.REGISTRATION_REQUIRED,
        patience_s=1.0,
        detail="Zoom led to its registration page",
    ),
    Screen(
        ERROR_PAGE,
        ScreenKind.ASKS,
        (
            Evidence("error_title", "head > title", text="Error - Zoom", presence=Presence.ATTACHED),
            Evidence(
                "link_invalid",
                WHOLE_PAGE,
                pattern=r"^this (meeting|webinar) link is invalid|^invalid meeting (id|number)|\(3,?001\)",
                presence=Presence.PLACED,
            ),
        ),
        priority=28,
        end_reason=EndReason.MEETING_NOT_FOUND,
        patience_s=15.0,
        detail="Zoom says that there is no such meeting, or that it has not been started (3001)",
    ),
)

_REFUSED = tuple(
    replace(one.screen, unless=SOMEBODY) if one.reason is EndReason.JOIN_REFUSED else one.screen
    for one in REFUSALS
)

_CAPTCHA = Screen(
    "captcha",
    ScreenKind.OVER,
    (
        Evidence(
            "zoom_captcha",
            ".component_smart_captcha, .captcha_code_input, .captcha_code_img, .CaptchaContainer, "
            "input[placeholder*=captcha i]",
            presence=Presence.PLACED,
            group="captcha",
        ),
        Evidence(
            "google_captcha",
            "iframe[src*='recaptcha']:not(.grecaptcha-badge iframe):not([src*='size=invisible'])",
            presence=Presence.PLACED,
            group="captcha",
        ),
        Evidence(
            "captcha_words",
            f"{FORM_COMPLAINT}, {DIALOG}",
            pattern="^type the characters you see|^please input captcha and retry",
            presence=Presence.PLACED,
            group="captcha",
        ),
    ),
    priority=95,
    end_reason=EndReason.CAPTCHA_REQUIRED,
    patience_s=1.0,
    detail="Zoom asks for a captcha",
)

SCREENS: tuple[Screen, ...] = (*_REFUSED, _CAPTCHA, *PAGES, *WAITING, CONNECTING, CALL, *FORMS)
"""The table."""
