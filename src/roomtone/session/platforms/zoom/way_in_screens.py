"""What Zoom shows on the way in: its launch page, forms, questions, captchas, pages that lead elsewhere."""

from __future__ import annotations

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
    WHOLE_PAGE,
)
from roomtone.session.platforms.zoom.stay_screens import SOMEBODY

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
SIGN_IN_PAGE = "sign_in_page"
"""Zoom's page for signing in."""
OTHER_ERROR_PAGE = "other_error_page"
"""Zoom's error page with other words than those that are known."""
OTHER_SITE = "other_site"
"""A page that is not Zoom's."""
AFTER_MEETING = "after_meeting"
"""Zoom's page for people who have left a meeting."""

JOIN_DISABLED = Evidence(
    "join_disabled", f":is({JOIN_BUTTON}):is(.disabled, .zm-btn--disabled, [disabled], [aria-disabled=true])"
)
"""Zoom says so by a class; the button's own property says nothing."""
PASSCODE_ASKED = Evidence("passcode_box", PASSCODE_BOX, presence=Presence.PLACED, group="boxes")
EMAIL_ASKED = Evidence("email_box", EMAIL_BOX, presence=Presence.PLACED, group="boxes")
_NAME_ASKED = Evidence("name_box", NAME_BOX, presence=Presence.PLACED, group="boxes")
_JOIN_SHOWN = Evidence("join_button", JOIN_BUTTON, presence=Presence.PLACED)

_ON_ZOOM = r"^https://([\w-]+\.)*zoom(gov)?\.(us|com)(:\d+)?/"
_LAUNCH_BUTTONS = "a, button, [role=button]"


def _path(paths: str) -> str:
    """An expression for Zoom's pages whose path begins so."""
    return rf"{_ON_ZOOM}({paths})([/?#]|$)"


_FORMS = (
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
                    r"enter a valid passcode|\berror code\W{0,3}3,?004"
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
                pattern="^use microphone and camera|^continue without (microphone|camera|audio)",
                presence=Presence.PLACED,
                group="prompt",
            ),
        ),
        priority=25,
        unless=SOMEBODY,
        end_reason=EndReason.JOIN_IGNORED,
        detail="Zoom's question about microphone and camera did not go away",
    ),
    Screen(
        JOIN_FORM,
        ScreenKind.ASKS,
        (_JOIN_SHOWN, _NAME_ASKED, PASSCODE_ASKED, EMAIL_ASKED),
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
                _LAUNCH_BUTTONS,
                pattern="^join from (your )?browser$",
                presence=Presence.PLACED,
                group="launch",
            ),
            Evidence(
                "launch_button",
                _LAUNCH_BUTTONS,
                pattern="^(launch meeting|launch webinar|download now)$",
                presence=Presence.PLACED,
                group="launch",
            ),
        ),
        priority=15,
        unless=SOMEBODY,
        end_reason=EndReason.WEB_CLIENT_BLOCKED,
        detail='Zoom offered no "Join from your browser"',
    ),
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
        # The invisible captcha's badge is a frame too, and means nothing.
        Evidence(
            "google_captcha",
            "iframe[src*='recaptcha']:not(.grecaptcha-badge iframe, [src*='size=invisible'])",
            presence=Presence.SHOWN,
            group="captcha",
        ),
        Evidence(
            "captcha_words",
            f"{FORM_COMPLAINT}, {DIALOG}, :host > *",
            pattern="^type the characters you see|^please input captcha and retry|^check captcha$",
            presence=Presence.PLACED,
            group="captcha",
        ),
    ),
    priority=95,
    unless=SOMEBODY,
    end_reason=EndReason.CAPTCHA_REQUIRED,
    patience_s=1.0,
    detail="Zoom asks for a captcha",
)

_PAGES = (
    Screen(
        "registration_page",
        ScreenKind.OVER,
        (
            Evidence(
                "registration_address", url=_path(r"(webinar|meeting|w|j)/([\w.-]+/)?(register|attendee)")
            ),
        ),
        priority=89,
        end_reason=EndReason.REGISTRATION_REQUIRED,
        patience_s=1.0,
        detail="Zoom led to its registration page",
    ),
    Screen(
        SIGN_IN_PAGE,
        ScreenKind.OVER,
        (
            Evidence(
                "sign_in_address",
                url=_path("(wc/)?(signin|login|signup|oauth2?|saml|sso|switch_account|google_oauth_signin)"),
            ),
        ),
        priority=88,
        end_reason=EndReason.SIGN_IN_REQUIRED,
        patience_s=1.0,
        detail="Zoom led to its sign-in page",
    ),
    Screen(
        AFTER_MEETING,
        ScreenKind.OVER,
        (Evidence("post_attendee_address", url=_path(r"(wc/)?post_?attendee")),),
        priority=87,
        end_reason=EndReason.SIGN_IN_REQUIRED,
        patience_s=1.0,
        detail="Zoom led to its page for people who have left, without a way in",
    ),
    Screen(
        OTHER_SITE,
        ScreenKind.OVER,
        (Evidence("other_address", url=r"^https?://(?!([\w-]+\.)*zoom(gov)?\.(us|com)[:/])"),),
        priority=86,
        end_reason=EndReason.SIGN_IN_REQUIRED,
        patience_s=4.0,
        detail="Zoom led to another site, as to an organisation's own sign-in",
    ),
    Screen(
        "browser_error",
        ScreenKind.OVER,
        (Evidence("browser_error_address", url="^chrome-error://"),),
        priority=86,
        end_reason=EndReason.MEETING_UNREACHABLE,
        patience_s=4.0,
        detail="the way in led to a page that could not be loaded",
    ),
    Screen(
        ERROR_PAGE,
        ScreenKind.ASKS,
        (
            Evidence(
                "link_invalid",
                WHOLE_PAGE,
                pattern=(
                    r"^(this|the) (meeting|webinar) link is invalid|^invalid (meeting|webinar) (id|number)|"
                    r"\(3,?001\)|^(this|the) (meeting|webinar) does not exist"
                ),
                presence=Presence.PLACED,
            ),
        ),
        priority=28,
        end_reason=EndReason.MEETING_NOT_FOUND,
        patience_s=15.0,
        detail="Zoom says that there is no such meeting, or nobody has started it (3001)",
    ),
    Screen(
        OTHER_ERROR_PAGE,
        ScreenKind.ASKS,
        (
            Evidence("error_title", "head > title", pattern="^error - zoom$", presence=Presence.ATTACHED),
            Evidence("no_client", WHOLE_PAGE, presence=Presence.PLACED),
        ),
        priority=27,
        needs=2,
        end_reason=EndReason.JOIN_REFUSED,
        patience_s=15.0,
        detail="Zoom shows its error page",
    ),
)

WAY_IN_SCREENS = (_CAPTCHA, *_PAGES, *_FORMS)
"""Part of the table of screens."""
